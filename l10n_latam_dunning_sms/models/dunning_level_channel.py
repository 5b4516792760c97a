from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningLevelChannel(models.Model):
    _inherit = "dunning.level.channel"

    channel = fields.Selection(selection_add=[("sms", "SMS")], ondelete={"sms": "cascade"})
    sms_template_id = fields.Many2one(
        "sms.template",
        "SMS template",
        domain=[("model", "=", "dunning.message")],
        ondelete="restrict",
        help="The debtor gets its translation into his language. What it may say of the debt is "
        "written object.text['amount_total'] and so on.",
    )

    @api.constrains("channel", "sms_template_id")
    def _check_sms_text(self):
        for row in self:
            if row.channel == "sms" and not row.sms_template_id:
                raise ValidationError(
                    self.env._("Level %s needs a template for SMS.", row.level_id.name)
                )
