from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..core.debt.ladder import reached
from ..core.law.gate import Impediment
from .dunning_gate import Candidate
from .dunning_plan import SALE_TYPES, is_debt


class DunningPlan(models.AbstractModel):
    """The plan for what an accountant asks for from an invoice, whatever the calendar."""

    _inherit = "dunning.plan"

    @api.model
    def _preview(self, moves, at):
        """[(candidate, verdict)] for the debtors of these invoices, nothing written but their
        contact points: what would happen if a reminder were asked for now, by hand."""
        pairs = []
        for company in moves.company_id:
            mine = moves.filtered(lambda move, company=company: move.company_id == company)
            plan = self.with_company(company)
            pairs += plan._answers(plan._candidates_by_hand(mine, at), at)
        return pairs

    @api.model
    def _candidates_by_hand(self, moves, at):
        """The candidates that an accountant asks for from invoices, whatever the calendar."""
        company = moves.company_id
        policies = self.env["dunning.policy"]._by_country(company)
        candidates = []
        used = self._used_rungs(moves)
        for move in moves:
            partner, currency = move.commercial_partner_id, move.currency_id
            lines = self._open_lines(
                company,
                Domain("partner_id", "=", partner.id) & Domain("currency_id", "=", currency.id),
            )
            policy = self._policy_of(policies, partner)
            candidate = Candidate(company, partner, currency, policy, lines.filtered(is_debt))
            candidates.append(candidate)
            self._fill_by_hand(candidate, move, lines, at, used)
        return self._on_first_channel(candidates)

    @api.model
    def _fill_by_hand(self, candidate, move, lines, at, used):
        policy = candidate.policy
        if not policy or not policy.level_ids:
            candidate.problems.append(Impediment("no_policy"))
            return
        resting = self._resting_moves(lines.move_id)
        payable = self._sort_lines(lines, resting)[0]
        mine = payable.filtered(lambda line: line.move_id == move)
        if not mine:
            own = self._sort_lines(lines.filtered(lambda line: line.move_id == move), resting)[1]
            candidate.problems += own or [self._closed(move)]
        candidate.lines = payable or candidate.lines
        candidate.rearmed = resting.rearmed
        today = self.env["dunning.gate"]._local_day(candidate.partner, at)
        first = min(policy.level_ids, key=lambda level: level.days)
        rungs = policy.level_ids._rungs()
        levels = {level.id: level for level in policy.level_ids}
        for line in mine:
            rung = reached(rungs, resting.ladder_due(line), today)
            if rung:
                candidate.triggers[line.id] = levels[rung.key]
        candidate.level = max(
            candidate.triggers.values(), key=lambda level: level.days, default=first
        )
        candidate.purpose = candidate.level._purpose()
        if mine and not candidate.triggers:
            due = min(mine.mapped("date_maturity")) + timedelta(days=first.days)
            figures = {"days": str((due - today).days), "level": first.name}
            candidate.problems.append(Impediment("not_due", figures))
        elif mine and all(
            (line.move_id.id, line.date_maturity, candidate.triggers[line.id].id) in used
            for line in mine
            if line.id in candidate.triggers
        ):
            candidate.problems.append(
                Impediment("already_reminded", {"level": candidate.level.name})
            )

    @api.model
    def _closed(self, move):
        """Why an invoice has nothing open."""
        if move.state != "posted" or move.move_type not in SALE_TYPES:
            return Impediment("not_open")
        return Impediment("in_payment" if move.payment_state == "in_payment" else "paid")
