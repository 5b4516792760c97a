from dataclasses import dataclass, field
from datetime import date
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..core.law.gate import Impediment

# A payment may be on its way while its journal entry, and so the reconciliation, is still missing.
RESTING_STATES = {
    "blocked": "blocked",
    "in_payment": "in_payment",
    "paid": "paid",
    "reversed": "paid",
}


@dataclass(slots=True)
class Resting:
    """What single invoices rest for: holds and agreements by invoice id, an agreement only up to
    a due day where it is about some instalments. ``payments`` are those of a (company, debtor,
    currency) that the ledger does not know of yet."""

    holds: dict[int, Impediment] = field(default_factory=dict)
    agreed: dict[int, tuple[Impediment, date | None]] = field(default_factory=dict)
    payments: dict[Any, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    rearmed: dict[int, Any] = field(default_factory=dict)

    def ladder_due(self, line):
        """The due day by which an instalment climbs its ladder: after a broken agreement the
        policy may have it start again at some level."""
        rearm = self.rearmed.get(line.move_id.id)
        return rearm.due if rearm else line.date_maturity

    def impediment(self, line, agreed=True):
        """Why an instalment is not asked for, or nothing; without ``agreed`` agreements do not
        count."""
        if line.no_followup:
            return Impediment("excluded")
        code = RESTING_STATES.get(line.move_id.payment_state)
        if code:
            return Impediment(code)
        if line.move_id.id in self.holds:
            return self.holds[line.move_id.id]
        problem, until = self.agreed.get(line.move_id.id, (None, None)) if agreed else (None, None)
        if problem and (not until or line.date_maturity <= until):
            return problem
        return None


class DunningPlan(models.AbstractModel):
    """Why open instalments are not asked for: constant numbers of queries for any of them."""

    _inherit = "dunning.plan"

    @api.model
    def _resting_moves(self, moves):
        """What these invoices rest for now: holds on them, agreements that hold, and their
        debtors' payments that are not in the ledger yet."""
        payments = {}
        moves.fetch(["company_id", "commercial_partner_id"])
        for company in moves.company_id:
            mine = moves.filtered(lambda move, company=company: move.company_id == company)
            on_their_way = self.env["dunning.bank"]._on_their_way(
                company, mine.commercial_partner_id
            )
            for key, found in on_their_way.items():
                payments[(company, *key)] = found
        return Resting(
            holds=self.env["dunning.hold"]._resting(moves, fields.Datetime.now()),
            agreed=self.env["dunning.agreement"]._resting(moves),
            rearmed=self.env["dunning.agreement"]._rearmed(moves),
            payments=payments,
        )

    @api.model
    def _covering_credit(self, payable, credits, resting, owed=None):
        """The impediment that a debtor's open credit and payments on their way are, when they
        cover what he is asked for; else nothing."""
        if not payable:
            return None
        currency = payable.currency_id
        key = (payable[:1].company_id, payable[:1].partner_id, currency)
        amount, names = resting.payments.get(key, (0.0, ()))
        amount -= sum(credits.mapped("amount_residual_currency"))
        if owed is None:
            owed = sum(payable.mapped("amount_residual_currency"))
        if not amount or currency.compare_amounts(amount, owed) < 0:
            return None
        entries = [*credits.move_id.mapped("name"), *names]
        figures = {"credit": currency.format(amount)}
        if any(entries):
            figures |= {"variant": "entries", "entries": ", ".join(filter(None, entries[:5]))}
        return Impediment("credit_covers", figures)

    @api.model
    def _name_who(self, candidates):
        """Say of blocked and excluded invoices who set that, in two queries for all of them."""
        wanted = {}
        for candidate in candidates:
            for index, problem in enumerate(candidate.problems):
                if problem.code in ("blocked", "excluded"):
                    wanted.setdefault(problem.code, []).append((candidate, index))
        for code, places in wanted.items():
            lines = self.env["account.move.line"].union(*(c.lines for c, _index in places))
            who = self._who_blocked(lines.move_id) if code == "blocked" else self._who_wrote(lines)
            for candidate, index in places:
                told = next((who[m.id] for m in candidate.lines.move_id if m.id in who), None)
                if told:
                    candidate.problems[index] = Impediment(code, told)

    @api.model
    def _who_blocked(self, moves):
        """{invoice id: figures}: who blocked it and when, by the chatter's tracking; without one
        who changed the invoice last."""
        blocked = moves.filtered(lambda move: move.payment_state == "blocked")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (message.res_id) message.res_id, author.name, message.date
                  FROM mail_tracking_value value
                  JOIN mail_message message ON message.id = value.mail_message_id
                  JOIN ir_model_fields field ON field.id = value.field_id
             LEFT JOIN res_partner author ON author.id = message.author_id
                 WHERE message.model = 'account.move'
                   AND message.res_id = ANY(%s)
                   AND field.name = 'payment_state'
              ORDER BY message.res_id, message.id DESC
                """,
                blocked.ids,
            )
        )
        tracked = {
            move: {"variant": "who", "who": who or "-", "date": format_date(self.env, day)}
            for move, who, day in rows
        }
        return {move.id: tracked.get(move.id) or self._last_change(move) for move in blocked}

    @api.model
    def _who_wrote(self, lines):
        """{invoice id: figures}: who changed the journal item last; the mark is not tracked."""
        return {line.move_id.id: self._last_change(line) for line in lines if line.no_followup}

    @api.model
    def _last_change(self, record):
        day = format_date(self.env, record.write_date)
        return {"variant": "changed", "who": record.write_uid.name, "date": day}
