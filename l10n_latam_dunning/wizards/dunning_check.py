from odoo import api, fields, models
from odoo.exceptions import AccessError


class DunningCheck(models.TransientModel):
    """What comparing the records with their seals found, for a privacy officer to read."""

    _name = "dunning.check"
    _description = "Check of the sealed evidence"

    intact = fields.Boolean(readonly=True)
    found = fields.Text(readonly=True)

    @api.model
    def action_check(self):
        """Compare every record with what was sealed of it, and show what is not the same."""
        if not self.env.user.has_group("l10n_latam_dunning.group_dunning_privacy"):
            raise AccessError(self.env._("Only privacy officers check the evidence."))
        seals = self.env["dunning.seal"].sudo()
        problems = seals._check()
        if problems:
            words = "\n".join(str(problem) for problem in problems)
        else:
            facts, count = seals._read_group([], [], ["count:sum", "__count"])[0]
            words = self.env._(
                "%(facts)s facts in %(count)s seals are as they were sealed.",
                facts=facts,
                count=count,
            )
            if not count:
                words = self.env._("Nothing is sealed yet: facts are sealed every hour.")
        check = self.create({"intact": not problems, "found": words})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": check.id,
            "name": self.env._("Check of the sealed evidence"),
            "view_mode": "form",
            "target": "new",
        }
