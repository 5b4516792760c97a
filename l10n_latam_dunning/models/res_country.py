from odoo import models


class ResCountry(models.Model):
    _inherit = "res.country"

    def action_dunning_calamity(self):
        """Show whom a pause of this country would concern, before it is set."""
        self.ensure_one()
        return self.env["dunning.calamity"]._action(
            {"default_scope": "country", "default_country_id": self.id}
        )


class ResCountryState(models.Model):
    _inherit = "res.country.state"

    def action_dunning_calamity(self):
        """Show whom a pause of this state would concern, before it is set."""
        self.ensure_one()
        return self.env["dunning.calamity"]._action(
            {
                "default_scope": "state",
                "default_country_id": self.country_id.id,
                "default_state_id": self.id,
            }
        )
