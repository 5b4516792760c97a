from odoo import fields, models


class DunningHoldEnd(models.TransientModel):
    """Why a hold ends; of a reported payment, whether it arrived."""

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
        payment = self.payment_id if outcome == "confirmed" else None
        hold._end(self.why, outcome, payment)
        after = hold._after_rejection() if outcome == "rejected" else False
        return after or {"type": "ir.actions.act_window_close"}
