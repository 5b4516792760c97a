from odoo import api, fields, models
from odoo.addons.l10n_latam_dunning.models.dunning_message import PENDING

from ..segments import segments


class DunningMessage(models.Model):
    _inherit = "dunning.message"

    channel = fields.Selection(
        selection_add=[("sms", "SMS")],
        ondelete={"sms": lambda messages: messages._leave_sms()},
    )
    sms_segments = fields.Integer(
        "SMS parts",
        compute="_compute_sms_segments",
        help="What a provider charges for: 160 plain letters each, or 70 where one has an accent.",
    )
    sms_credits = fields.Float("SMS credits", aggregator=False, help="As Odoo's provider counts.")

    @api.depends("channel", "body")
    def _compute_sms_segments(self):
        for message in self:
            message.sms_segments = segments(message.body or "") if message.channel == "sms" else 0

    def _leave_sms(self):
        """The channel goes away: nothing that waits on it leaves any more; what was sent stays,
        as evidence does."""
        self._update_state(
            PENDING, "cancelled", self.env._("The SMS channel was uninstalled")
        )._log_state()
