from odoo import fields, models


class DunningConsent(models.Model):
    _inherit = "dunning.consent"

    source = fields.Selection(
        selection_add=[("sms", "SMS")],
        # a fact is never changed; whoever reads it later finds the word as it was recorded
        ondelete={"sms": lambda consents: None},
    )


class DunningConsentText(models.Model):
    _inherit = "dunning.consent.text"

    kind = fields.Selection(
        selection_add=[("sms", "Request by SMS")], ondelete={"sms": "cascade"}
    )
