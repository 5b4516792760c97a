from odoo import api, models


class DunningCached(models.AbstractModel):
    """What the law book is made of: each change makes every process read it anew."""

    _name = "dunning.cached"
    _description = "Read once into the law book"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
