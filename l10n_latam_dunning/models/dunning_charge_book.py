from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..core.debt.interest import COMPONENTS

PRODUCTS = {
    "interest": "charge_interest_product_id",
    "fine": "charge_fine_product_id",
    "fees": "charge_fee_product_id",
}


class DunningCharge(models.Model):
    """From a calculation to a document of Odoo, or to a waiver: both leave rows in the ledger, so
    that no day of an instalment is charged twice."""

    _inherit = "dunning.charge"

    # === PUBLIC TO THE OTHER ROOMS ===

    @api.model
    def _book(self, move, components, day):
        """A draft debit note or invoice for what an invoice's delay costs until a day, and its
        rows in the ledger. Refuses what has been charged or waived before; locks the invoice."""
        move.lock_for_update()
        of_lines = self._of_instalments(move, day)
        self._check_known(of_lines.values())
        vals = self._prepare_row_vals(of_lines, components, day, "charged")
        if not vals:
            raise UserError(self.env._("Nothing is left to be charged on %s.", move.name))
        document = self.env["account.move"].create(self._prepare_document_vals(move, vals, day))
        self.sudo().create([{**row, "charge_move_id": document.id} for row in vals])
        self._log_document(move, document)
        return document

    @api.model
    def _waive(self, moves, reason, until=None, components=COMPONENTS, agreement=None):
        """Give up what the delay of invoices costs today, and what more it would cost until
        ``until`` where that is later: all of it, or some components, by itself or for an
        agreement. What was charged before stays charged. Returns the rows.

        The caller has checked that the user may."""
        if not (reason or "").strip():
            raise UserError(self.env._("Write the reason: it is kept as evidence."))
        moves.lock_for_update()
        rows = self.browse()
        for move in moves:
            day = self._days(move.commercial_partner_id, None)[move.commercial_partner_id]
            of_lines = self._of_instalments(move, day)
            vals = self._prepare_row_vals(of_lines, components, day, "waived", until)
            why = {"reason": reason, "agreement_id": agreement.id if agreement else False}
            mine = self.sudo().create([{**row, **why} for row in vals])
            self._log_waiver(mine, self.env._("Waived: %s", self._rows_in_words(mine)), reason)
            rows += mine
        return rows

    def _take_back(self, reason):
        """Take these waivers back, as when the agreement that they were for is broken: what they
        were about is owed again."""
        waived = self.sudo().filtered(lambda row: row.kind == "waived" and row.live)
        for move in waived.move_id:
            mine = waived.filtered(lambda row, move=move: row.move_id == move)
            words = self.env._("No longer waived: %s", self._rows_in_words(mine))
            self._log_waiver(mine, words, reason)
        waived.write({"freed": True})

    # === PARTS ===

    @api.model
    def _of_instalments(self, move, day):
        lines = move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and self._bears_charges(line)
        )
        return self._for_lines(lines, day)

    @api.model
    def _check_known(self, charges):
        for of_line in charges:
            if of_line.unknown:
                raise UserError(
                    self.env._("Nothing can be charged: %s", self._why_unknown(of_line))
                )

    @api.model
    def _prepare_row_vals(self, of_lines, components, day, kind, until=None):
        """Rows for what is open of these components, and for a waiver also of what would still
        come."""
        rows = []
        lines = self.env["account.move.line"].union(*of_lines)
        live, policies = self._live_rows(lines.move_id), self._policies(lines)
        for line, charges in of_lines.items():
            first = line.date_maturity + timedelta(days=policies[line].charge_grace_days)
            known = live.get((line.move_id.id, line.date_maturity), self.browse())
            to_come = self._to_come(policies[line], known) if until else ()
            for component in components:
                amount = charges.of(component)
                start, end = self._free_span(component, first, known, max(day, until or day))
                if (amount or component in to_come) and start:
                    row = {"component": component, "date_from": start, "date_to": end}
                    rows.append({**self._prepare_common_vals(line, day, kind, amount), **row})
        return rows

    @api.model
    def _to_come(self, policy, rows):
        """The components that a policy may still charge: interest goes on, the others come once."""
        wanted = policy._charge_terms_of().wanted if policy else frozenset()
        return {"interest"} | wanted - set(rows.mapped("component"))

    @api.model
    def _free_span(self, component, first, rows, end):
        """(from, until before) of what may still be charged; nothing where no day is left."""
        if component != "interest":
            return first, False
        ends = rows.filtered(lambda row: row.component == "interest").mapped("date_to")
        start = max([first, *ends])
        return (start, end) if start < end else (None, None)

    @api.model
    def _prepare_common_vals(self, line, day, kind, amount):
        return {
            "company_id": line.company_id.id,
            "partner_id": line.partner_id.id,
            "move_id": line.move_id.id,
            "date_due": line.date_maturity,
            "date": day,
            "kind": kind,
            "currency_id": line.currency_id.id,
            "amount": float(amount),
            "user_id": self.env.user.id,
        }

    # === DOCUMENT ===

    @api.model
    def _prepare_document_vals(self, move, rows, day):
        policy = self._policy_of_move(move)
        totals = {}
        for row in rows:
            totals[row["component"]] = totals.get(row["component"], 0.0) + row["amount"]
        vals = {
            "move_type": "out_invoice",
            "company_id": move.company_id.id,
            "partner_id": move.partner_id.id,
            "currency_id": move.currency_id.id,
            "journal_id": (policy.charge_journal_id or move.journal_id).id,
            "invoice_date": fields.Date.context_today(self),
            "invoice_user_id": move.invoice_user_id.id,
            "invoice_origin": move.name,
            "ref": self._document_reason(move, day),
            "dunning_charge_origin_id": move.id,
            "invoice_line_ids": [
                Command.create(self._prepare_document_line_vals(move, policy, name, amount, day))
                for name, amount in totals.items()
            ],
        }
        if "debit_origin_id" in self.env["account.move"]._fields:
            vals["debit_origin_id"] = move.id
        return vals

    @api.model
    def _policy_of_move(self, move):
        """The policy under which an invoice's delay is charged."""
        lines = move.line_ids.filtered(self._bears_charges)
        return self._policies(lines)[lines[0]] if lines else self.env["dunning.policy"]

    @api.model
    def _prepare_document_line_vals(self, move, policy, component, amount, day):
        product = policy[PRODUCTS[component]]
        if not product:
            raise UserError(
                self.env._(
                    "The policy %(policy)s does not say as what to book: %(what)s. Choose a "
                    "product on its page of interest and fees.",
                    policy=policy.name,
                    what=dict(self._fields["component"]._description_selection(self.env))[
                        component
                    ],
                )
            )
        return {
            "product_id": product.id,
            "name": f"{product.display_name}: {self._document_reason(move, day)}",
            "quantity": 1,
            "price_unit": amount,
        }

    @api.model
    def _document_reason(self, move, day):
        """What a document is for, in the debtor's language."""
        lang = move.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        return env._(
            "%(invoice)s, late until %(day)s",
            invoice=move.name,
            day=format_date(env, day, lang_code=lang),
        )

    # === CHATTER ===

    @api.model
    def _log_document(self, move, document):
        charged = self.sudo().search([("charge_move_id", "=", document.id)])
        words = self._rows_in_words(charged)
        move._message_log(
            body=Markup("<p>%s %s</p><p>%s</p>")
            % (self.env._("Charged on a draft:"), document._get_html_link(), words)
        )
        document._message_log(
            body=Markup("<p>%s %s</p><p>%s</p>")
            % (self.env._("Interest and fees of"), move._get_html_link(), words)
        )

    @api.model
    def _log_waiver(self, rows, words, reason):
        for move in rows.move_id:
            move._message_log(body=Markup("<p>%s</p><p>%s</p>") % (words, reason))

    @api.model
    def _rows_in_words(self, rows):
        labels = dict(self._fields["component"]._description_selection(self.env))
        return "; ".join(
            f"{labels[row.component]} {row.currency_id.format(row.amount)}"
            + (
                f" ({format_date(self.env, row.date_from)} – {format_date(self.env, row.date_to)})"
                if row.date_to
                else ""
            )
            for row in rows
        )

    # === PAYMENTS ===

    @api.model
    def _propose_after_payment(self, moves):
        """Where an invoice was paid late and its debtor has paid more than it, tell whoever is
        responsible that the rest may be interest and fees; nothing is booked by itself."""
        lines = moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and self._bears_charges(line)
        )
        policies = self._policies(lines)
        late = lines.filtered(lambda line: policies[line]._charges()).move_id
        if not late:
            return
        charges = self._for_moves(late)
        credits_ = self._open_credits(late)
        for move in late:
            credit = credits_.get((move.company_id, move.commercial_partner_id, move.currency_id))
            if credit and charges[move].added:
                self._propose(move, charges[move], credit)

    @api.model
    def _propose(self, move, charges, credit):
        note = self.env._(
            "Paid late, and %(credit)s more than the invoice was paid. Interest and fees until "
            "then are %(added)s: charge them or give the rest back.",
            credit=move.currency_id.format(credit),
            added=move.currency_id.format(float(charges.added)),
        )
        user = self._policy_of_move(move).user_id or move.invoice_user_id
        if user and not user.share:
            move.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.env._("Interest and fees were paid"),
                note=note,
            )
        else:
            move._message_log(body=Markup("<p>%s</p>") % note)

    @api.model
    def _open_credits(self, moves):
        """{(company, debtor, currency): what the debtor has paid and not allocated}."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("company_id", "in", moves.company_id.ids),
                ("partner_id", "in", moves.commercial_partner_id.ids),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "<", 0),
            ],
            ["company_id", "partner_id", "currency_id"],
            ["amount_residual_currency:sum"],
        )
        return {tuple(place): -total for *place, total in rows}
