from odoo import api, models

from .dunning_gate import BLACKLISTS


class DunningConsent(models.Model):
    """Who wants nothing more from anybody, about anything, goes on Odoo's own blacklists too.

    A withdrawal for reminders alone does not: those lists also end order confirmations by SMS and
    newsletters, which the debtor did not speak of. Where the lists name him, no reminder is sent
    either, whatever he agreed to (see the gate)."""

    _inherit = "dunning.consent"

    @api.model
    def _blacklist(self, points):
        """Put contact points on the blacklists, those that were taken off it too. Set-based."""
        for kind, (model, name) in BLACKLISTS.items():
            values = points.filtered(lambda point, kind=kind: point.kind == kind).mapped("value")
            if not values:
                continue
            Blacklist = self.env[model].sudo().with_context(active_test=False)
            known = Blacklist.search([(name, "in", values)])
            known.filtered(lambda entry: not entry.active).action_unarchive()
            new = sorted(set(values) - set(known.mapped(name)))
            Blacklist.create([{name: value} for value in new])
