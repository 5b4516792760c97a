from odoo import api, models


class MailThread(models.AbstractModel):
    """The gateway of incoming e-mail: a report of non-delivery reaches its reminder."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        named = [*(message_dict.get("bounced_msg_ids") or []), message_dict.get("references") or ""]
        self.env["dunning.message"].sudo()._receive_bounce(email_message, " ".join(named))
        return result
