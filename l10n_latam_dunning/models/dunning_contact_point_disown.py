from odoo import models

from .dunning_message import STOPPABLE


class DunningContactPoint(models.Model):
    """Whoever answers on a number says that it is not the debtor's: by a tap, or on the page."""

    _inherit = "dunning.contact.point"

    def _disown(self, said, partners, user):
        """Write to these numbers no more, for no debtor and no company; nobody there is asked
        anything again. A user is called to find the right ones. Twice is once."""
        fresh = self.filtered(lambda point: point.state != "not_theirs")
        fresh.sudo().write({"state": "not_theirs", "doubt": said})
        waiting = (
            self.env["dunning.message"]
            .sudo()
            .search([("state", "in", STOPPABLE), ("contact_point_id", "in", self.ids)])
        )
        waiting._stop(
            self.env._("Whoever has this number says that it is not the debtor's"),
            "contact_quarantined",
        )
        event = self.env["dunning.event"]
        for point in fresh:
            theirs = point.partner_ids | partners
            event._note(
                theirs,
                self.env._(
                    "%s is not theirs, says whoever answered there. Nothing more is sent to it.",
                    point.masked,
                ),
            )
            for partner in theirs:
                event._call_person(
                    partner,
                    user,
                    self.env._("Find the right number of %s", partner.name),
                    self.env._("%s is not theirs.", point.masked),
                )
