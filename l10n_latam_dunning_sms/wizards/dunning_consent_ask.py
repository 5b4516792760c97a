from odoo import fields, models


class DunningConsentAsk(models.TransientModel):
    _inherit = "dunning.consent.ask"

    by = fields.Selection(selection_add=[("sms", "By SMS")], ondelete={"sms": "cascade"})
