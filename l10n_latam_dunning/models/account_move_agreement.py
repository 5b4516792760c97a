from markupsafe import Markup
from odoo import api, fields, models


class AccountMove(models.Model):
    """What a payment, a credit note or a reset of an invoice means for reminders and agreements."""

    _inherit = "account.move"

    dunning_agreement_ids = fields.Many2many(
        "dunning.agreement",
        "dunning_agreement_move_rel",
        string="Payment agreements",
        groups="l10n_latam_dunning.group_dunning_user",
        copy=False,
    )
    dunning_rest = fields.Char(
        "Reminders rest",
        compute="_compute_dunning_rest",
        compute_sudo=True,
        help="By a hold, whoever set it: everybody who sees the invoice sees why.",
    )

    @api.depends("payment_state", "state", "partner_id")
    def _compute_dunning_rest(self):
        self.dunning_rest = False
        owed = self.filtered(
            lambda move: (
                move.move_type in ("out_invoice", "out_receipt")
                and move.state == "posted"
                and move.payment_state in ("not_paid", "partial")
            )
        )
        now = fields.Datetime.now()
        for move, words in self.env["dunning.hold"]._words_about(owed, now).items():
            move.dunning_rest = " · ".join(words) or False

    # === HOOKS OF ODOO ===

    def _invoice_paid_hook(self):
        """A paid invoice is not reminded any more: what waits is cancelled at once."""
        result = super()._invoice_paid_hook()
        self.env["dunning.message"].sudo()._cancel_for_payment(self)
        return result

    def button_draft(self):
        result = super().button_draft()
        self._dunning_note_left()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._dunning_note_left()
        return result

    def _dunning_note_left(self):
        """Invoices that are not posted any more: their agreements are told."""
        lines = (
            self.env["dunning.agreement.line"]
            .sudo()
            .search([("move_id", "in", self.ids), ("live", "=", True)])
        )
        for line in lines.filtered(lambda line: line.move_id.state == "draft"):
            agreement = line.agreement_id
            agreement._log(
                self.env._(
                    "%s is back in draft: its payment agreement waits until it is posted again or"
                    " cancelled.",
                    line.move_id.name,
                )
            )
        lines.agreement_id._refresh()

    def _dunning_note_reopened(self, names):
        """Note what was taken back on invoices of our concern; agreements look again."""
        Agreement = self.env["dunning.agreement"].sudo()
        agreements = Agreement.search(
            [("move_ids", "in", self.ids), ("state", "in", ("active", "kept"))]
        )
        reminded = (
            self.env["dunning.message.line"]
            .sudo()
            .search([("move_id", "in", self.ids), ("message_id.attempted_at", "!=", False)])
            .move_id
        )
        told = (agreements.move_ids | reminded) & self
        bodies = {}
        for move in told.filtered(lambda move: move.state == "posted"):
            office = move.with_context(lang=move.company_id.partner_id.lang)
            bodies[move.id] = Markup("<p>%s</p>") % office.env._(
                "A payment was taken back (%(entry)s): %(amount)s are open again, and reminders"
                " go on from the level that is due.",
                entry=names[move] or "-",
                amount=move.currency_id.format(move.amount_residual),
            )
        if bodies:
            self.browse(bodies)._message_log_batch(bodies)
        agreements.filtered(lambda agreement: agreement.state == "active")._refresh()
        agreements.filtered(lambda agreement: agreement.state == "kept")._reopen()

    # === ACTIONS ===

    def action_dunning_agreements(self):
        """The agreements of this invoice."""
        self.ensure_one()
        self.env["dunning.agreement"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_agreement_action"
        )
        return {**action, "domain": [("move_ids", "in", self.ids)], "context": {}}

    def action_dunning_hold(self):
        """Open a new hold on these invoices. Why is for the user to say: the web client saves a
        form that is whole as its page is left, and a hold must not come of that."""
        partner = self.commercial_partner_id
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.hold",
            "name": self.env._("Let reminders rest"),
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "dialog_size": "large",
                "default_scope": "invoices",
                "default_company_id": self.company_id[:1].id,
                "default_partner_id": partner[:1].id,
                "default_move_ids": self.ids,
                "default_reason": False,
            },
        }
