from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    dunning_debtor_kind = fields.Selection(
        [
            ("consumer", "Consumer"),
            ("micro", "Micro or small enterprise"),
            ("business", "Business"),
        ],
        "Kind of debtor",
        compute="_compute_dunning_debtor_kind",
        store=True,
        readonly=False,
        help="Whom the law of contact protects, and how far.",
    )

    @api.depends("is_company")
    def _compute_dunning_debtor_kind(self):
        for partner in self:
            partner.dunning_debtor_kind = "business" if partner.is_company else "consumer"
