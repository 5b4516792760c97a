from odoo import fields, models


class DunningOverride(models.TransientModel):
    """A manager sets the company's own rules aside for one message, with a written reason. The
    law stays: the gate is asked again without the company's rules only."""

    _name = "dunning.override"
    _description = "Set the company's own rules aside"

    message_id = fields.Many2one("dunning.message", required=True, ondelete="cascade")
    explanation = fields.Text(related="message_id.explanation")
    reason = fields.Text(required=True)

    def action_override(self):
        self.ensure_one()
        self.message_id._override(self.reason)
