from odoo import models


class DunningWhatsappAccount(models.Model):
    """What a webhook says of a number or its account."""

    _inherit = "dunning.whatsapp.account"

    def _apply_event(self, field, value, at):
        """Tell whoever follows the account."""
        self.message_post(body=self.env._("WhatsApp says: %(field)s.", field=field))
