from odoo import api, fields, models


class DunningHold(models.Model):
    """Why, and until when, the reminders of a debtor rest."""

    _name = "dunning.hold"
    _description = "Hold on reminders"
    _order = "date_from desc, id desc"
    _rec_name = "reason"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, index=True, ondelete="cascade"
    )
    reason = fields.Selection(
        [
            ("dispute", "Dispute"),
            ("payment_reported", "Payment reported"),
            ("lawsuit", "Lawsuit"),
            ("insolvency", "Insolvency"),
            ("by_hand", "Paused by hand"),
        ],
        required=True,
        default="by_hand",
    )
    date_from = fields.Datetime("From", required=True, default=fields.Datetime.now)
    date_to = fields.Datetime("Until", help="Empty: until somebody ends it.")
    note = fields.Char()
    active = fields.Boolean(default=True, help="An ended hold is archived, not deleted.")

    @api.model
    def _in_force_domain(self, partners, at):
        return [
            ("partner_id", "in", partners.ids),
            ("date_from", "<=", at),
            "|",
            ("date_to", "=", False),
            ("date_to", ">", at),
        ]
