from odoo import fields, models


class ResPartner(models.Model):
    """The agreements and holds of a debtor."""

    _inherit = "res.partner"

    dunning_agreement_count = fields.Integer(
        compute="_compute_dunning_counts", groups="l10n_latam_dunning.group_dunning_user"
    )
    dunning_hold_count = fields.Integer(
        "Holds in force",
        compute="_compute_dunning_counts",
        groups="l10n_latam_dunning.group_dunning_user,l10n_latam_dunning.group_dunning_privacy",
    )

    def _compute_dunning_counts(self):
        debtors = self.commercial_partner_id
        agreements = dict(
            self.env["dunning.agreement"]._read_group(
                [("partner_id", "in", debtors.ids)], ["partner_id"], ["__count"]
            )
        )
        holds = dict(
            self.env["dunning.hold"]._read_group(
                [("partner_id", "in", debtors.ids), ("in_force", "=", True)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            debtor = partner.commercial_partner_id
            partner.dunning_agreement_count = agreements.get(debtor, 0)
            partner.dunning_hold_count = holds.get(debtor, 0)

    def action_dunning_agreements(self):
        """The agreements of this debtor."""
        return self._dunning_action("dunning_agreement_action")

    def action_dunning_holds(self):
        """The holds on this debtor, ended ones too."""
        return self._dunning_action("dunning_hold_action")

    def _dunning_action(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"l10n_latam_dunning.{name}")
        domain = [("partner_id", "=", self.commercial_partner_id.id)]
        context = {"default_partner_id": self.commercial_partner_id.id}
        return {**action, "domain": domain, "context": context}
