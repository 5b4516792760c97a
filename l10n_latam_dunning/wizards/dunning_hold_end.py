from odoo import api, fields, models
from odoo.exceptions import UserError

# A longer text does not fit a template of WhatsApp beside the rest.
MOST_WORDS = 200


class DunningHoldEnd(models.TransientModel):
    """Why a hold ends; of a reported payment, whether it arrived, and what its debtor is told if
    it did not."""

    _name = "dunning.hold.end"
    _description = "End a hold"

    hold_id = fields.Many2one("dunning.hold", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="hold_id.company_id")
    partner_id = fields.Many2one(related="hold_id.partner_id")
    reason = fields.Selection(related="hold_id.reason")
    attachment_ids = fields.Many2many(related="hold_id.attachment_ids")
    payment_id = fields.Many2one(
        "account.payment",
        domain="[('company_id', '=', company_id), ('payment_type', '=', 'inbound'), "
        "('partner_id', 'child_of', partner_id)]",
    )
    why = fields.Char(required=True)
    write_to_debtor = fields.Boolean(
        "Write to the debtor", default=True, help="When it did not arrive."
    )
    words = fields.Text(
        "What he is told",
        compute="_compute_words",
        store=True,
        readonly=False,
        help="In his language, 200 letters at most.",
    )
    way = fields.Text("How it leaves", compute="_compute_way")

    # === COMPUTE ===

    @api.depends("hold_id")
    def _compute_words(self):
        for wizard in self:
            wizard.words = wizard.hold_id._words_not_found() if wizard.hold_id else False

    @api.depends("hold_id", "words", "write_to_debtor")
    def _compute_way(self):
        for wizard in self:
            asked = wizard.reason == "payment_reported" and wizard.write_to_debtor
            wizard.way = asked and wizard.hold_id._way_in_words(wizard._said())

    def _said(self):
        return " ".join((self.words or "").split())

    # === ACTIONS ===

    def action_confirm(self):
        """The money is there: the hold ends, with the payment where one was chosen."""
        return self._close("confirmed")

    def action_reject(self):
        """The money is not there: reminders go on, and the debtor may be written to."""
        return self._close("rejected")

    def action_end(self):
        return self._close("ended")

    def _close(self, outcome):
        self.ensure_one()
        hold = self.hold_id
        hold._check_may_end()
        told = self._said() if outcome == "rejected" and self.write_to_debtor else ""
        if len(told) > MOST_WORDS:
            raise UserError(
                self.env._(
                    "Tell it in %(most)s letters; these are %(count)s.",
                    most=MOST_WORDS,
                    count=len(told),
                )
            )
        payment = self.payment_id if outcome == "confirmed" else None
        hold._end(self.why, outcome, payment)
        if told:
            hold._tell(told, self.env.user)
        return {"type": "ir.actions.act_window_close"}
