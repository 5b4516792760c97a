from odoo import models


class PrivacyLookupWizardLine(models.TransientModel):
    _inherit = "privacy.lookup.wizard.line"

    def action_unlink(self):
        """What proves how a debtor was reminded is not deleted: it is emptied, by a request about
        data, as far as the law of his country lets it be."""
        self.ensure_one()
        if not (self.res_model or "").startswith("dunning."):
            return super().action_unlink()
        partner = self._dunning_person()
        if not partner:
            return False
        done = self.env["dunning.privacy.request"]._erase_for(partner)
        self.execution_details = self.env._(
            "Request about data #%(id)s: %(answer)s", id=done.id, answer=done.answer
        )
        self.is_unlinked = True
        return True

    def _dunning_person(self):
        """Whom a record of the dunning is about."""
        record = self.env[self.res_model].sudo().browse(self.res_id).exists()
        if "partner_id" in record._fields:
            return record.partner_id
        return self.env["res.partner"]
