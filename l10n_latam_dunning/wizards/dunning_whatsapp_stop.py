from odoo import fields, models
from odoo.exceptions import UserError


class DunningWhatsappStop(models.TransientModel):
    """A person stops a WhatsApp number and says why."""

    _name = "dunning.whatsapp.stop"
    _description = "Pause a WhatsApp account"

    account_id = fields.Many2one("dunning.whatsapp.account", required=True, ondelete="cascade")
    reason = fields.Char(required=True)
    until = fields.Datetime(help="Sending goes on at this instant. Empty: until somebody resumes.")

    def action_pause(self):
        self.ensure_one()
        if self.until and self.until <= fields.Datetime.now():
            raise UserError(self.env._("Choose an end that lies ahead, or none."))
        self.account_id._pause_by_hand(self.reason, self.until)
