from odoo import fields, models


class DunningAssign(models.TransientModel):
    """A reply of somebody we cannot name, given to a debtor by a person who can."""

    _name = "dunning.assign"
    _description = "Say whose a reply is"

    event_id = fields.Many2one("dunning.event", required=True, ondelete="cascade")
    words = fields.Text(related="event_id.words")
    partner_id = fields.Many2one("res.partner", "Debtor", required=True, ondelete="cascade")

    def action_assign(self):
        self.ensure_one()
        self.event_id._check_handler()
        self.partner_id.check_access("read")
        self.event_id.sudo()._assign(self.partner_id.sudo().commercial_partner_id, self.env.user)
        return {"type": "ir.actions.act_window_close"}
