from collections import defaultdict
from contextlib import closing
from datetime import date

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.debt.simulation import Debt, Simulation
from ..core.law.gate import Contact
from ..tools import aware, to_units
from .dunning_gate import OUTCOMES
from .dunning_message import ATTEMPTED
from .dunning_plan import SALE_TYPES

# States of an invoice today that stand for a decision of a person, whose date nobody kept.
DECIDED = {"blocked": "blocked"}


class DunningSimulation(models.AbstractModel):
    """The same on the ledger of the past: each invoice from its date on, each payment from its
    own, each consent and hold on its days."""

    _inherit = "dunning.simulation"

    @api.model
    def _replay(self, policy, start, end):
        """Every message to which a policy and the law, both as they are now, would have led
        between two naive UTC instants. What was really sent to its debtors in that time is left
        out of their history; what went out before, or to others on the same number, is not."""
        simulation = self.with_company(policy.company_id)
        debts = simulation._past_debts(policy, start.date(), end.date())
        with closing(self.env.cr.savepoint()):
            desk, debtors = simulation._set_up(policy, debts, start, end, as_of=True)
            simulation._add_other_contacts(desk, policy, start, end)
            instants = simulation._plan_instants(start, end)
            found = Simulation(list(debtors.values()), desk).run(instants, aware(end))
            return simulation._add_charges(found, desk)

    @api.model
    def _add_other_contacts(self, desk, policy, start, end):
        """Contacts of that time on the same numbers that the simulation does not replace."""
        points = {
            point.id
            for reached in desk.reached.values()
            for point, _problem in reached.values()
            if point
        }
        others = self._attempts_domain(start, end) & ~self._messages_domain(policy)
        for message in self.env["dunning.message"].search_fetch(
            Domain("contact_point_id", "in", list(points)) & others,
            ["contact_point_id", "attempted_at", "channel", "purpose", "state"],
        ):
            outcome = OUTCOMES.get(message.state, "uncertain")
            at = aware(message.attempted_at)
            contact = Contact(at, message.channel, message.purpose, outcome)
            desk.known.history[message.contact_point_id.id].append(contact)

    @api.model
    def _messages_domain(self, policy):
        """Messages to the debtors whom a policy is about, under whichever policy they left."""
        mine = Domain("company_id", "=", policy.company_id.id)
        return mine & self._debtors_domain(policy)

    @api.model
    def _attempts_domain(self, start, end):
        """What was on the wire within a span."""
        span = [("attempted_at", ">=", start), ("attempted_at", "<=", end)]
        return Domain([*span, ("state", "in", ATTEMPTED)])

    # === LEDGER ===

    @api.model
    def _past_debts(self, policy, start, end):
        """{(debtor, currency): debts} of all that was open at some time of a span of days."""
        still_open = Domain("reconciled", "=", False)
        lately = Domain("matched_debit_ids.max_date", ">=", start) | Domain(
            "matched_credit_ids.max_date", ">=", start
        )
        lines = self.env["account.move.line"].search_fetch(
            Domain(
                [
                    ("company_id", "=", policy.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("partner_id", "!=", False),
                    ("date", "<=", end),
                ]
            )
            & (still_open | lately)
            & self._debtors_domain(policy),
            [
                "company_id",
                "move_id",
                "move_type",
                "partner_id",
                "currency_id",
                "date",
                "date_maturity",
                "balance",
                "amount_currency",
                "no_followup",
            ],
            order="date_maturity, id",
        )
        lines.move_id.fetch(["payment_state"])
        settled = self._settlements(lines)
        agreed = self._agreed(lines.move_id)
        rearms = self.env["dunning.agreement"]._rearms(lines.move_id)
        groups = self.env["dunning.plan"]._group(lines)
        return {
            key: tuple(self._past_debt(line, settled[line.id], agreed, rearms) for line in group)
            for key, group in groups.items()
        }

    @api.model
    def _settlements(self, lines):
        """{line id: [(day, amount in its currency, in the company's)]}: what was taken off it."""
        settled = defaultdict(list)
        if not lines:
            return settled
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debit_move_id, max_date, -debit_amount_currency, -amount
                  FROM account_partial_reconcile
                 WHERE debit_move_id = ANY(%(ids)s)
             UNION ALL
                SELECT credit_move_id, max_date, credit_amount_currency, amount
                  FROM account_partial_reconcile
                 WHERE credit_move_id = ANY(%(ids)s)
                """,
                ids=lines.ids,
            )
        )
        for line, day, own, company in rows:
            settled[line].append((day, own, company))
        return settled

    @api.model
    def _agreed(self, moves):
        """{invoice id: [(from, before, code)]} of its holds and payment agreements, as they were
        kept."""
        agreed = self.env["dunning.hold"]._spans(moves)
        for line in self.env["dunning.agreement.line"].search([("move_id", "in", moves.ids)]):
            agreement = line.agreement_id
            before = agreement.ended_at.date() if agreement.ended_at else date.max
            span = (agreement.accepted_at.date(), before, "hold_agreement")
            agreed[line.move_id.id].append(span)
        return agreed

    @api.model
    def _past_debt(self, line, settled, agreed, rearms):
        currency, company = line.currency_id, line.company_id.currency_id
        own, ours = line.amount_currency, line.balance
        balance = []
        for day, own_change, change in sorted([(line.date, 0.0, 0.0), *settled]):
            own, ours = own + own_change, ours + change
            balance.append((max(day, line.date), to_units(currency, own), to_units(company, ours)))
        claim = line.move_type in SALE_TYPES
        code = "excluded" if line.no_followup else DECIDED.get(line.move_id.payment_state)
        rests = [(date.min, date.max, code)] if code else []
        return Debt(
            key=line.id,
            move=line.move_id.id,
            due=line.date_maturity or line.date,
            claim=claim,
            balance=tuple(balance),
            rests=(*rests, *agreed[line.move_id.id]) if claim else (),
            restarts=self._restarts(line, rearms),
        )
