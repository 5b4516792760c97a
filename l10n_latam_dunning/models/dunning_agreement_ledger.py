from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from ..core.debt import instalments

READ = {
    "account.move": ["state", "move_type"],
    "account.move.line": [
        "move_id",
        "display_type",
        "date_maturity",
        "amount_currency",
        "amount_residual_currency",
    ],
    "account.partial.reconcile": ["debit_move_id", "credit_move_id", "debit_amount_currency"],
    "dunning.agreement.line": ["agreement_id", "move_id", "settled_at_start", "credited_at_start"],
    "dunning.agreement": ["due_until"],
}


@dataclass(slots=True)
class Ledger:
    """What the ledger says of an agreement's invoices: open now; paid, credited and cancelled
    since it was accepted. ``in_draft``: an invoice is back in draft, so nobody can tell yet."""

    open: float = 0.0
    paid: float = 0.0
    credited: float = 0.0
    gone: float = 0.0
    in_draft: bool = False

    @property
    def covered(self):
        """What need not be paid any more, for whatever reason."""
        return self.paid + self.credited + self.gone


class DunningAgreement(models.Model):
    """Reads from Odoo's reconciliation how an agreement stands. Whose payment it was, early,
    partial or in another currency: what counts is what it took off the invoice."""

    _inherit = "dunning.agreement"

    def _ledgers(self):
        """{agreement: Ledger}, in two queries for any number of agreements."""
        ledgers = {agreement: Ledger() for agreement in self}
        started = self._origin.filtered("line_ids") if self._origin else self.browse()
        by_id = {agreement._origin.id: agreement for agreement in self}
        for row in started._query_lines():
            self._add_row(ledgers[by_id[row["agreement_id"]]], row)
        for agreement in self:
            if agreement._origin not in started:
                ledgers[agreement].open = sum(agreement._open_amounts().values())
        return ledgers

    @api.model
    def _add_row(self, ledger, row):
        """Add one invoice. Of a cancelled one nothing is owed by this agreement any more."""
        if row["state"] != "posted":
            ledger.in_draft |= row["state"] == "draft"
            ledger.gone += row["open_at_start"] if row["state"] == "cancel" else 0.0
            return
        settled = row["total"] - row["residual"] - row["settled_at_start"]
        credited = row["credited"] - row["credited_at_start"]
        ledger.open += row["residual"]
        ledger.credited += credited
        ledger.paid += settled - credited

    def _query_lines(self):
        """One row for each invoice at the start, with its figures of now."""
        if not self:
            return []
        for model, names in READ.items():
            self.env[model].flush_model(names)
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT line.agreement_id, line.move_id, move.state, line.open_at_start,
                       line.settled_at_start, line.credited_at_start,
                       COALESCE(due.total, 0) AS total, COALESCE(due.residual, 0) AS residual,
                       COALESCE(credit.amount, 0) AS credited
                  FROM dunning_agreement_line line
                  JOIN dunning_agreement agreement ON agreement.id = line.agreement_id
                  JOIN account_move move ON move.id = line.move_id
     LEFT JOIN LATERAL (%(due)s) due ON TRUE
     LEFT JOIN LATERAL (%(credit)s) credit ON TRUE
                 WHERE line.agreement_id = ANY(%(ids)s)
                """,
                due=_due(SQL("agreement.due_until")),
                credit=_credit(SQL("agreement.due_until")),
                ids=self.ids,
            )
        )

    def _start_rows(self):
        """Where each invoice stands now, to be kept as the agreement's beginning."""
        self.ensure_one()
        for model, names in READ.items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT move.id AS move_id, COALESCE(due.residual, 0) AS open_at_start,
                       COALESCE(due.total - due.residual, 0) AS settled_at_start,
                       COALESCE(credit.amount, 0) AS credited_at_start
                  FROM account_move move
     LEFT JOIN LATERAL (%(due)s) due ON TRUE
     LEFT JOIN LATERAL (%(credit)s) credit ON TRUE
                 WHERE move.id = ANY(%(ids)s)
              ORDER BY move.id
                """,
                due=_due(SQL("%s::date", self.due_until or None)),
                credit=_credit(SQL("%s::date", self.due_until or None)),
                ids=self.move_ids.ids,
            )
        )
        return [
            {
                name: value if name == "move_id" else self.currency_id.round(float(value))
                for name, value in row.items()
            }
            for row in rows
        ]

    def _open_amounts(self):
        """{invoice: what is open on it}, up to the due day that the agreement is about."""
        until = self.due_until
        found = {}
        for move in self.move_ids._origin.filtered(lambda move: move.state == "posted"):
            lines = move.line_ids.filtered(
                lambda line: (
                    line.display_type == "payment_term"
                    and (not until or line.date_maturity <= until)
                )
            )
            found[move] = sum(lines.mapped("amount_residual_currency"))
        return found

    def _standings(self):
        """{agreement: (standing, ledger)}: running, kept or broken, as the payments and the
        debtor's calendar day say now; gone when nothing was paid and nothing is owed any more."""
        result = {}
        for agreement, ledger in self._ledgers().items():
            result[agreement] = (agreement._judge(ledger), ledger)
        return result

    def _judge(self, ledger):
        parts, currency = self._parts(), self.currency_id
        if ledger.in_draft:
            return "running"
        standing = instalments.state(
            parts, self._units(ledger.covered), self._today(), self.grace_days
        )
        if standing == "kept" or currency.compare_amounts(ledger.open, 0) <= 0:
            return "kept" if currency.compare_amounts(ledger.paid, 0) > 0 else "gone"
        return standing

    def _standing(self):
        self.ensure_one()
        return self._standings()[self][0]


def _due(until):
    """Total and residual of the receivable of a move, up to a due day where one is given."""
    return SQL(
        """
        SELECT SUM(item.amount_currency) AS total, SUM(item.amount_residual_currency) AS residual
          FROM account_move_line item
         WHERE item.move_id = move.id
           AND item.display_type = 'payment_term'
           AND (%(until)s IS NULL OR item.date_maturity <= %(until)s)
        """,
        until=until,
    )


def _credit(until):
    """How much of the receivable of a move credit notes have settled."""
    return SQL(
        """
        SELECT SUM(part.debit_amount_currency) AS amount
          FROM account_partial_reconcile part
          JOIN account_move_line item ON item.id = part.debit_move_id
          JOIN account_move_line counter ON counter.id = part.credit_move_id
          JOIN account_move note ON note.id = counter.move_id
         WHERE item.move_id = move.id
           AND item.display_type = 'payment_term'
           AND note.move_type = 'out_refund'
           AND (%(until)s IS NULL OR item.date_maturity <= %(until)s)
        """,
        until=until,
    )
