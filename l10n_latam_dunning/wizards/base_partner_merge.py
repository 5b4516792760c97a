from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _log_merge_operation(self, src_partners, dst_partner):
        """What was sealed of the contacts that go belongs to the one that stays."""
        self.env["dunning.access.log"]._log("merge", dst_partner, merged=src_partners.ids)
        return super()._log_merge_operation(src_partners, dst_partner)
