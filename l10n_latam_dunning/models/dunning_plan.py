from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..core.debt.ladder import reached
from ..core.law.gate import Impediment
from .dunning_gate import Candidate
from .dunning_message import STOPPABLE

SALE_TYPES = ("out_invoice", "out_receipt")
# What the plan reads, fetched once for all debtors.
LINE_FIELDS = (
    "company_id",
    "move_id",
    "move_type",
    "partner_id",
    "currency_id",
    "date_maturity",
    "amount_residual",
    "amount_residual_currency",
    "no_followup",
)
MOVE_FIELDS = ("name", "payment_state", "move_type")
PARTNER_FIELDS = ("name", "phone", "lang", "country_id", "state_id", "dunning_debtor_kind")


class DunningPlan(models.AbstractModel):
    """Who should hear about which instalments at which level: set-based over the open
    receivable, one candidate for a debtor and currency, then the gate."""

    _name = "dunning.plan"
    _description = "Dunning plan"

    # === PUBLIC TO THE OTHER ROOMS ===

    @api.model
    def _propose(self, company, at, run=None):
        """Plan a company at a naive UTC instant: messages created, queued, waiting or refused."""
        plan = self.with_company(company).with_context(lang=company.partner_id.lang)
        candidates = plan._without_pending(plan._candidates(company, at))
        candidates += plan._agreement_candidates(company, at)
        candidates += plan._thanks_candidates(company, at)
        answers = plan._answers(candidates, at)
        stored = plan._store(answers, run=run)
        return stored + plan._ask_whose(answers, at, run)

    @api.model
    def _refresh_candidate(self, message, lines, resting, at):
        """A message's candidate with today's facts: what is still open of its instalments, and
        whether its level is still the one they have reached. Its channel stays the same."""
        keys = {(line.move_id.id, line.date_due): line for line in message.line_ids}
        still, problems = self._sort_lines(lines, resting)
        candidate = self._candidate_of(
            message,
            still,
            level=message.level_id,
            level_channel=message.level_id.channel_ids.filtered(
                lambda row: row.channel == message.channel
            ),
            layers=("law",) if message.override_user_id else ("law", "company"),
        )
        triggers = [line for line in still if (line.move_id.id, line.date_maturity) in keys]
        if not any(keys[line.move_id.id, line.date_maturity].level_id for line in triggers):
            candidate.problems += problems or [Impediment("paid")]
        elif not message.user_id and self._level_passed(message, triggers, keys, resting, at):
            candidate.problems.append(Impediment("level_passed"))
        self._check_minimum(candidate)
        return candidate

    @api.model
    def _candidate_of(self, message, lines, **about):
        """A message as what may become one, about these lines."""
        return Candidate(
            company=message.company_id,
            partner=message.partner_id,
            currency=message.currency_id,
            policy=message.policy_id,
            lines=lines,
            channel=message.channel,
            purpose=message.purpose,
            **about,
        )

    @api.model
    def _level_passed(self, message, lines, keys, resting, at):
        """Whether a message waited so long that every instalment has left its level: a courtesy
        before the due date must not arrive after it."""
        today = self.env["dunning.gate"]._local_day(message.partner_id, at)
        rungs = message.policy_id.level_ids._rungs()
        for line in lines:
            level = keys[line.move_id.id, line.date_maturity].level_id
            rung = reached(rungs, resting.ladder_due(line), today)
            if level and rung and rung.key == level.id:
                return False
        return True

    # === CANDIDATES ===

    @api.model
    def _open_lines(self, company, domain=Domain.TRUE, horizon=None):
        """Open receivable lines of posted documents, credits included, in one query."""
        base = Domain(
            [
                ("company_id", "=", company.id),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("partner_id", "!=", False),
            ]
        )
        if horizon:
            base &= Domain("date_maturity", "<=", horizon) | Domain("balance", "<", 0)
        lines = self.env["account.move.line"].search_fetch(
            base & domain, LINE_FIELDS, order="date_maturity, id"
        )
        lines.move_id.fetch(MOVE_FIELDS)
        lines.partner_id.fetch(PARTNER_FIELDS)
        # for all at once: what is filtered out of them later prefetches only itself
        lines.mapped("move_type")
        return lines

    @api.model
    def _candidates(self, company, at):
        """Every debtor of a company with an instalment whose rung is due and not yet used."""
        policies = self.env["dunning.policy"]._by_country(company)
        levels = self.env["dunning.level"].concat(*(p.level_ids for p in policies.values()))
        if not levels:
            return []
        ahead = max(0, -min(levels.mapped("days")))
        # a day more: the debtor's calendar may be ahead of UTC's
        lines = self._open_lines(company, horizon=at.date() + timedelta(days=ahead + 1))
        groups = self._group(lines)
        used = self._used_rungs(lines.move_id)
        resting = self._resting_moves(lines.move_id)
        candidates = []
        for (partner, currency), owed in groups.items():
            policy = self._policy_of(policies, partner)
            if not policy:
                continue
            candidate = Candidate(company, partner, currency, policy, owed)
            if self._fill(candidate, at, used, resting):
                candidates.append(candidate)
        return self._on_first_channel(candidates)

    @api.model
    def _fill(self, candidate, at, used, resting):
        """Find the rungs that are due for a debtor's open lines; False when there is none."""
        debts = candidate.lines.filtered(is_debt)
        payable, problems = self._sort_lines(candidate.lines, resting)
        candidate.lines = payable or debts
        candidate.problems += [] if payable else problems
        rungs = candidate.policy.level_ids._rungs()
        today = self.env["dunning.gate"]._local_day(candidate.partner, at)
        candidate.rearmed = resting.rearmed
        candidate.triggers = self._due(candidate.lines, rungs, today, used, resting)
        if not candidate.triggers:
            return False
        candidate.level = max(candidate.triggers.values(), key=lambda level: level.days)
        candidate.purpose = candidate.level._purpose()
        return True

    # === PARTS OF A CANDIDATE ===

    @api.model
    def _group(self, lines):
        """{(debtor, currency): lines}, in the order of the lines."""
        groups = defaultdict(list)
        for line in lines:
            groups[line.partner_id, line.currency_id].append(line.id)
        return {
            key: lines.browse(ids).with_prefetch(lines._prefetch_ids) for key, ids in groups.items()
        }

    @api.model
    def _policy_of(self, policies, partner):
        """The company's policy for the debtor's country, else the one for all others."""
        nothing = self.env["dunning.policy"]
        others = policies.get(self.env["res.country"], nothing)
        return policies.get(partner.country_id) or others

    @api.model
    def _due(self, lines, rungs, today, used, resting):
        """{line id: level} of the lines whose rung is reached and not used."""
        due = {}
        for line in lines.filtered(is_debt):
            rung = reached(rungs, resting.ladder_due(line), today)
            if rung and (line.move_id.id, line.date_maturity, rung.key) not in used:
                due[line.id] = self.env["dunning.level"].browse(rung.key)
        return due

    @api.model
    def _used_rungs(self, moves):
        """{(invoice, due day, level)} that had their message, be it failed; a refused or
        cancelled one left the rung free. Of a ladder that started again after a broken agreement
        only what came since counts."""
        rearmed = self.env["dunning.agreement"]._rearmed(moves)
        lines = (
            self.env["dunning.message.line"]
            .sudo()
            .search_fetch(
                [
                    ("move_id", "in", moves.ids),
                    ("level_id", "!=", False),
                    ("message_id.state", "not in", ("refused", "cancelled")),
                ],
                ["move_id", "date_due", "level_id", "episode"],
            )
        )
        return {
            (line.move_id.id, line.date_due, line.level_id.id)
            for line in lines
            if line.move_id.id not in rearmed or line.episode == rearmed[line.move_id.id].episode
        }

    @api.model
    def _sort_lines(self, lines, resting):
        """(lines that may be asked for, impediments of the others). A debtor whose open credit
        covers what he owes is asked for nothing."""
        debts = lines.filtered(is_debt)
        problems = {line.id: resting.impediment(line) for line in debts}
        payable = debts.filtered(lambda line: not problems[line.id])
        covered = self._covering_credit(payable, lines - debts, resting)
        if covered:
            return debts.browse(), [covered]
        found = {problem.code: problem for problem in problems.values() if problem}
        return payable, list(found.values())

    @api.model
    def _check_minimum(self, candidate):
        """Note it where the debtor owes too little to be reminded."""
        minimum = candidate.policy.minimum_amount if candidate.policy else 0
        if minimum and candidate.lines:
            owed = sum(candidate.lines.mapped("amount_residual"))
            if candidate.company.currency_id.compare_amounts(owed, minimum) < 0:
                candidate.problems.append(
                    Impediment(
                        "below_minimum",
                        {"minimum": candidate.company.currency_id.format(minimum)},
                    )
                )

    @api.model
    def _without_pending(self, candidates):
        """Leave out debtors who have a message under way at this level or a higher one; a
        lower one that still waits is superseded."""
        pending = defaultdict(self.env["dunning.message"].browse)
        for message in (
            self.env["dunning.message"]
            .sudo()
            .search(
                [
                    ("state", "in", STOPPABLE),
                    ("level_id", "!=", False),
                    ("partner_id", "in", [c.partner.id for c in candidates]),
                    ("company_id", "in", [c.company.id for c in candidates]),
                ]
            )
        ):
            pending[message.company_id, message.partner_id, message.currency_id] += message
        kept = []
        for candidate in candidates:
            under_way = pending[candidate.company, candidate.partner, candidate.currency]
            if any(m.level_id.days >= candidate.level.days for m in under_way):
                continue
            under_way._stop(self.env._("Superseded by %s", candidate.level.name), "stopped")
            kept.append(candidate)
        return kept


def is_debt(line):
    # Odoo keeps residuals rounded to the currency: what is above zero is at least a cent
    return line.amount_residual_currency > 0 and line.move_type in SALE_TYPES
