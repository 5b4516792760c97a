from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.law.gate import Impediment
from .dunning_agreement import LIVE
from .dunning_gate import Candidate
from .dunning_message import ATTEMPTED
from .dunning_plan import is_debt

# Thanks later than this after the payment are none.
THANKS_DAYS = 7


class DunningPlan(models.AbstractModel):
    """The plan's two other sources: payments that were agreed, and thanks for those that came.
    Both pass the same gate, quotas and outbox as reminders."""

    _inherit = "dunning.plan"

    # === AGREED PAYMENTS ===

    @api.model
    def _agreement_candidates(self, company, at):
        """A candidate for each agreed payment whose day of reminding has come and that has not
        had its message; of several days that have passed only the last counts."""
        policies = self.env["dunning.policy"]._by_country(company)
        due = self._due_instalments(company, policies, at)
        if not due:
            return []
        used = self._used_offsets(self.env["dunning.agreement.instalment"].union(*due))
        due = {part: offset for part, offset in due.items() if (part.id, offset) not in used}
        debtors = self.env["res.partner"].union(*(part.partner_id for part in due))
        lines = self._open_lines(company, Domain("partner_id", "in", debtors.ids))
        owed = self._group(lines)
        resting = self._resting_moves(lines.move_id)
        candidates = []
        for part, offset in due.items():
            policy = self._policy_of(policies, part.partner_id)
            own = owed.get((part.partner_id, part.currency_id), lines.browse())
            candidate = self._instalment_candidate(part, offset, policy)
            self._fill_agreed(candidate, own, resting)
            candidates.append(candidate)
        return self._on_first_channel(candidates)

    @api.model
    def _due_instalments(self, company, policies, at):
        """{payment agreed: days from its day} of what should be reminded now."""
        offsets = {policy: policy._offsets() for policy in policies.values()}
        ahead = -min([day for days in offsets.values() for day in days], default=0)
        parts = self.env["dunning.agreement.instalment"].search(
            [
                ("company_id", "=", company.id),
                ("agreement_state", "=", LIVE),
                ("state", "=", "open"),
                # a day more: the debtor's calendar may be ahead of UTC's
                ("date_due", "<=", at.date() + timedelta(days=ahead + 1)),
            ]
        )
        due = {}
        for part in parts:
            policy = self._policy_of(policies, part.partner_id)
            if not policy.agreement_template_name or part.settled:
                continue
            elapsed = (
                self.env["dunning.gate"]._local_day(part.partner_id, at) - part.date_due
            ).days
            reached = [day for day in offsets[policy] if day <= elapsed]
            if reached and elapsed <= max(part.agreement_id.grace_days, 0):
                due[part] = max(reached)
        return due

    @api.model
    def _used_offsets(self, parts):
        """{(payment, days)} that had their message, be it failed."""
        rows = (
            self.env["dunning.message"]
            .sudo()
            ._read_group(
                [
                    ("instalment_id", "in", parts.ids),
                    ("state", "not in", ("refused", "cancelled")),
                ],
                ["instalment_id", "instalment_offset"],
            )
        )
        return {(part.id, offset) for part, offset in rows}

    @api.model
    def _instalment_candidate(self, part, offset, policy):
        return Candidate(
            part.company_id,
            part.partner_id,
            part.currency_id,
            policy,
            self.env["account.move.line"],
            level=self.env["dunning.level"],
            purpose="agreement",
            template_name=policy.agreement_template_name or "",
            instalment=part,
            offset=offset,
        )

    @api.model
    def _fill_agreed(self, candidate, own, resting):
        """List the agreement's open instalments; its own rest does not count, any other does."""
        agreement = candidate.instalment.agreement_id
        until = agreement.due_until
        candidate.lines = own.filtered(
            lambda line: (
                is_debt(line)
                and line.move_id in agreement.move_ids
                and not (until and line.date_maturity > until)
            )
        )
        found = (resting.impediment(line, agreed=False) for line in candidate.lines)
        problems = {problem.code: problem for problem in found if problem}
        credits = own.filtered(lambda line: line.amount_residual_currency < 0)
        left = candidate.instalment.amount_left
        covered = self._covering_credit(candidate.lines, credits, resting, left)
        candidate.problems += [*problems.values(), *([covered] if covered else [])]
        if agreement.state != LIVE or candidate.instalment.settled or not candidate.lines:
            candidate.problems.append(Impediment("paid"))

    # === THANKS ===

    @api.model
    def _thanks_candidates(self, company, at):
        """One candidate for each debtor who paid, these days, what he had been reminded of or had
        agreed to pay, and who has had no thanks for it."""
        policies = self.env["dunning.policy"]._by_country(company)
        if not any(policy.thanks_template_name for policy in policies.values()):
            return []
        lines = self._paid_lines(company, at.date() - timedelta(days=THANKS_DAYS))
        candidates = []
        for (partner, currency), paid in self._group(lines).items():
            policy = self._policy_of(policies, partner)
            if policy.thanks_template_name:
                candidates.append(self._thanks_candidate(company, partner, currency, policy, paid))
        return self._on_first_channel(candidates)

    @api.model
    def _thanks_candidate(self, company, partner, currency, policy, lines):
        return Candidate(
            company,
            partner,
            currency,
            policy,
            lines,
            level=self.env["dunning.level"],
            purpose="courtesy",
            template_name=policy.thanks_template_name,
            thanks=True,
        )

    @api.model
    def _paid_lines(self, company, since):
        """Settled instalments whose invoice was reminded, or whose agreement was kept, that were
        paid since a day and not given thanks for."""
        for model in ("account.partial.reconcile", "account.move.line", "account.move"):
            self.env[model].flush_model()
        for model in ("dunning.message.line", "dunning.message", "dunning.agreement"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id
                  FROM account_move_line item
                  JOIN account_move move ON move.id = item.move_id
                 WHERE item.company_id = %(company)s
                   AND item.display_type = 'payment_term'
                   AND item.reconciled
                   AND move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_receipt')
                   AND move.payment_state IN ('paid', 'in_payment')
                   AND EXISTS (SELECT 1 FROM account_partial_reconcile part
                                WHERE part.debit_move_id = item.id
                                  AND part.max_date >= %(since)s)
                   AND (EXISTS (SELECT 1
                                  FROM dunning_message_line line
                                  JOIN dunning_message message ON message.id = line.message_id
                                 WHERE line.move_id = move.id AND message.state IN %(attempted)s)
                        OR EXISTS (SELECT 1
                                     FROM dunning_agreement_line line
                                     JOIN dunning_agreement agreement
                                       ON agreement.id = line.agreement_id
                                    WHERE line.move_id = move.id AND agreement.state = 'kept'))
                   AND NOT EXISTS (SELECT 1 FROM dunning_message_line line
                                    WHERE line.move_id = move.id AND line.thanks AND line.live)
              ORDER BY item.date_maturity, item.id
                """,
                company=company.id,
                since=since,
                attempted=ATTEMPTED,
            )
        )
        return self.env["account.move.line"].browse([row[0] for row in rows])

    # === BEFORE THE WIRE ===

    @api.model
    def _refresh_candidate(self, message, lines, resting, at):
        """The candidate of a message that is no rung of the ladder, with today's facts."""
        if message.instalment_id:
            part = message.instalment_id
            candidate = self._instalment_candidate(
                part, message.instalment_offset, message.policy_id
            )
            self._fill_agreed(candidate, lines, resting)
            if self._offset_passed(message, at):
                candidate.problems.append(Impediment("level_passed"))
        elif message.thanks:
            candidate = self._refresh_thanks(message)
        else:
            return super()._refresh_candidate(message, lines, resting, at)
        self._check_minimum(candidate)
        return candidate

    @api.model
    def _offset_passed(self, message, at):
        """Whether a later day of reminding has come, or the payment is overdue, by now."""
        part = message.instalment_id
        day = self.env["dunning.gate"]._local_day(part.partner_id, at)
        elapsed = (day - part.date_due).days
        later = [
            o for o in message.policy_id._offsets() if message.instalment_offset < o <= elapsed
        ]
        return bool(later) or elapsed > max(part.agreement_id.grace_days, 0)

    @api.model
    def _refresh_thanks(self, message):
        """Thanks are given only while everything they are for is still paid."""
        moves = message.line_ids.move_id
        candidate = self._thanks_candidate(
            message.company_id,
            message.partner_id,
            message.currency_id,
            message.policy_id,
            moves.line_ids.filtered(lambda line: line.display_type == "payment_term"),
        )
        if any(move.payment_state not in ("paid", "in_payment") for move in moves):
            candidate.problems.append(Impediment("not_open", {"variant": "taken_back"}))
        return candidate
