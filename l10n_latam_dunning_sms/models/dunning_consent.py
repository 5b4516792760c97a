from odoo import fields, models


class DunningConsent(models.Model):
    _inherit = "dunning.consent"

    source = fields.Selection(
        selection_add=[("sms", "SMS provider")],
        # a fact is never changed; whoever reads it later finds the word as it was recorded
        ondelete={"sms": lambda consents: None},
    )
