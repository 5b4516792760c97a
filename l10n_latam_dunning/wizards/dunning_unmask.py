from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class DunningUnmask(models.TransientModel):
    """A privacy officer sees a number or address in full, for a reason that is kept."""

    _name = "dunning.unmask"
    _description = "Show a number or address in full"

    point_id = fields.Many2one("dunning.contact.point", required=True, ondelete="cascade")
    masked = fields.Char(related="point_id.masked")
    reason = fields.Char()
    shown = fields.Boolean(readonly=True)
    value = fields.Char("In full", compute="_compute_value")

    @api.depends("shown")
    def _compute_value(self):
        for wizard in self:
            wizard.value = wizard.point_id.sudo().value if wizard.shown else False

    def action_show(self):
        """Show the number, and keep who saw it, when and why."""
        self.ensure_one()
        if not self.env.user.has_group("l10n_latam_dunning.group_dunning_privacy"):
            raise AccessError(self.env._("Only privacy officers see numbers in full."))
        if not self.reason:
            raise UserError(self.env._("Write the reason: it is kept in the access log."))
        self.env["dunning.access.log"]._log(
            "unmask", self.point_id.sudo().partner_ids, reason=self.reason, point=self.point_id.id
        )
        self.shown = True
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "name": self.env._("Show a number or address in full"),
            "view_mode": "form",
            "target": "new",
        }
