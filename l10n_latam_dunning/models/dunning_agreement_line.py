from odoo import api, fields, models


class DunningAgreementLine(models.Model):
    """An invoice in an accepted agreement, and where it stood when it was accepted. What has
    been paid since is told from there, whatever was paid or credited before."""

    _name = "dunning.agreement.line"
    _description = "Invoice in a payment agreement"
    _order = "agreement_id, id"

    agreement_id = fields.Many2one(
        "dunning.agreement", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, ondelete="restrict", index=True
    )
    live = fields.Boolean(default=True, help="The agreement holds; reminders rest.")
    open_at_start = fields.Monetary("Open at the start")
    settled_at_start = fields.Monetary("Settled before")
    credited_at_start = fields.Monetary("Credited before")

    # Two people may put two agreements in force at the same moment; the database lets one pass.
    _one_live = models.UniqueIndex(
        "(move_id) WHERE live",
        "One of these invoices is already in an agreement that holds. Cancel that one first.",
    )

    @api.model
    def _live_on(self, moves):
        """The agreements that hold on these invoices."""
        return self.sudo().search([("live", "=", True), ("move_id", "in", moves.ids)]).agreement_id
