from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Odoo would drop all links of the contacts that go where one number is on both."""
        self.env["dunning.contact.link"]._join(src_partners, dst_partner)
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _log_merge_operation(self, src_partners, dst_partner):
        """What was sealed of the contacts that go belongs to the one that stays."""
        self.env["dunning.access.log"]._log("merge", dst_partner, merged=src_partners.ids)
        return super()._log_merge_operation(src_partners, dst_partner)
