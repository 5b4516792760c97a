from typing import NamedTuple

from odoo import api, models
from odoo.tools import ormcache

ROUTED_BY = {"active", "app_secret", "company_id", "phone_number_id", "waba_id", "webhook_key"}


class Route(NamedTuple):
    """Whose a webhook address is, and what its signatures are proved with."""

    account_id: int
    company_id: int
    phone_number_id: str
    waba_id: str
    secrets: tuple[str, ...]

    def __repr__(self):
        return f"Route({self.account_id})"


class DunningWhatsappAccount(models.Model):
    """The way of a webhook to its account: remembered, as hundreds may come in a second."""

    _inherit = "dunning.whatsapp.account"

    @api.model
    def _route_of(self, key):
        """The route of a webhook address, None for one that is nobody's."""
        try:
            return self._known_route(key)
        except LookupError:
            return None

    @api.model
    @ormcache("key")
    def _known_route(self, key):
        """The same; LookupError for an unknown address, which is not remembered: there are many."""
        account = self.sudo().search([("webhook_key", "=", key)], limit=1)
        if not account:
            raise LookupError
        return account._route()

    def _route(self):
        self.ensure_one()
        return Route(
            self.id,
            self.company_id.id,
            self.phone_number_id,
            self.waba_id,
            tuple(self._app_secrets()),
        )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if ROUTED_BY & set(vals):
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
