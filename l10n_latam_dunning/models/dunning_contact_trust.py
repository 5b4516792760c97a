from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core.law.gate import Impediment


class DunningContactPoint(models.Model):
    """Whether a number is still its person's, and until when he may be answered on it."""

    _inherit = "dunning.contact.point"

    identity_ids = fields.One2many("dunning.whatsapp.identity", "contact_point_id", "WhatsApp")
    window_until = fields.Datetime(
        "Free answers until", compute="_compute_window_until", compute_sudo=True
    )
    doubt = fields.Char("Why it is unsure", readonly=True)

    @api.depends("identity_ids.window_until")
    def _compute_window_until(self):
        for point in self:
            ends = point.identity_ids.mapped("window_until")
            point.window_until = max(filter(None, ends), default=False)

    def _distrust(self, why, account):
        """Somebody else may answer on these numbers now: nothing is sent there until a person
        has confirmed them. The account's responsible is told once."""
        doubted = self.filtered(lambda point: point.state not in ("unsure", "not_theirs"))
        doubted.sudo().write({"state": "unsure", "doubt": why})
        for point in doubted:
            self.env["dunning.event"]._note(
                point.partner_ids,
                self.env._("%(number)s is no longer sure: %(why)s", number=point.masked, why=why),
            )
            self.env["dunning.event"]._call_person(
                point.partner_ids[:1] or account,
                account.user_id,
                self.env._("Confirm the number of %s", point.partner_ids[:1].name or point.masked),
                why,
            )

    def action_confirm(self):
        """A person has made sure that this number is that of all who have it."""
        self._check_may_confirm()
        self.check_access("read")
        for point in self.sudo():
            point._confirm_by_hand(point.partner_ids)

    def _check_may_confirm(self):
        user = self.env.user
        groups = ("group_dunning_user", "group_dunning_privacy")
        if not any(user.has_group(f"l10n_latam_dunning.{group}") for group in groups):
            raise AccessError(
                self.env._("Only dunning users and privacy officers can confirm a number.")
            )

    def _confirm_by_hand(self, partners):
        """A person's word that a number is these partners'; kept as evidence. Where somebody else
        was found at it, a new number is needed."""
        if self.state == "not_theirs":
            return
        fresh = self.state in ("new", "unsure")
        links = self._confirm(partners, "person", self.env.user)
        if links or fresh:
            self.env["dunning.access.log"]._log(
                "rectify", partners, point=self.id, confirmed="person"
            )
            self.env["dunning.event"]._note(
                partners,
                self.env._(
                    "%(number)s confirmed by %(user)s",
                    number=self.masked,
                    user=self.env.user.name,
                ),
            )


class DunningChannel(models.AbstractModel):
    """A number that nobody is sure of any more is not written to."""

    _inherit = "dunning.channel"

    @api.model
    def _point_problems(self, point):
        problems = super()._point_problems(point)
        if point and point.state == "unsure":
            problems.append(Impediment("contact_unverified"))
        return problems
