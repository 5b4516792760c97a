from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningLevelChannel(models.Model):
    """A channel of a level and the text for it. Channels stand in order: the next one is tried
    only when the one before it failed or cannot be used, never beside it."""

    _name = "dunning.level.channel"
    _description = "Channel of a dunning level"
    _order = "level_id, sequence, id"
    _rec_name = "channel"

    level_id = fields.Many2one("dunning.level", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="level_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    channel = fields.Selection(
        [("whatsapp", "WhatsApp"), ("email", "E-mail")], required=True, default="whatsapp"
    )
    template_name = fields.Char(
        "WhatsApp template", help="Name of the template, the same in each language."
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail template",
        domain=[("model", "=", "dunning.message")],
        ondelete="restrict",
        help="The debtor gets its translation into his language. What it may say of the debt is "
        "written object.text['amount_total'] and so on.",
    )
    patience = fields.Integer(
        "Hours without delivery",
        default=13,
        help="After so many hours without a receipt the message counts as not delivered, and the "
        "next channel may be tried. WhatsApp itself gives up after 12.",
    )

    _channel_unique = models.UniqueIndex("(level_id, channel)", "A level has each channel once.")
    _patience_positive = models.Constraint(
        "CHECK (patience >= 1)", "The hours without delivery must be at least one."
    )

    @api.constrains("channel", "template_name", "mail_template_id")
    def _check_text(self):
        for row in self:
            if row.channel == "whatsapp" and not row.template_name:
                raise ValidationError(
                    self.env._(
                        "Level %s needs the name of a template for WhatsApp.", row.level_id.name
                    )
                )
            if row.channel == "email" and not row.mail_template_id:
                raise ValidationError(
                    self.env._("Level %s needs a template for e-mail.", row.level_id.name)
                )

    def _after(self, channel):
        """The next of these channels after one that failed or cannot be used, or an empty value."""
        codes = self.mapped("channel")
        if channel not in codes:
            return self[:1]
        return self[codes.index(channel) + 1 :][:1]
