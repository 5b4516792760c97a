from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import consteq
from odoo.tools.misc import hmac

from ..core.page import token
from ..core.page.token import SIGNATURE_BYTES, Ticket

SCOPE = "l10n_latam_dunning.page"
# So long a link opens, where no policy says otherwise.
LINK_DAYS = 60


class ResPartner(models.Model):
    """The signed link to a debtor's own page. It holds whose page it is, of which company, over
    which contact point and until when; nothing is stored for it. It cannot be guessed or changed,
    and all links of a person are revoked at once by counting his serial number up."""

    _inherit = "res.partner"

    dunning_page_serial = fields.Integer(
        "Generation of page links",
        copy=False,
        readonly=True,
        groups="l10n_latam_dunning.group_dunning_user,l10n_latam_dunning.group_dunning_privacy",
    )

    # === PUBLIC TO THE OTHER ROOMS ===

    def _dunning_page_link(self, company, *, point=None, message=None, days=None):
        """The absolute address of this person's own page at a company. ``point`` is where the
        link is sent to, or that of ``message``; without one the page asks who opens it."""
        self.ensure_one()
        point = point or (message and message.contact_point_id)
        ending = self._dunning_page_token(company, point, days)
        return f"{company.get_base_url()}/dunning/p/{ending}"

    def _dunning_page_token(self, company, point=None, days=None):
        last_day = fields.Date.today() + timedelta(days=LINK_DAYS if days is None else days)
        ticket = Ticket(self.id, company.id, point.id if point else 0, last_day.toordinal())
        return token.write(ticket, self._dunning_page_signature(ticket))

    @api.model
    def _by_page_token(self, text):
        """(person, company, contact point) of a link; nothing for one that is forged, cut off,
        expired or revoked. The answer does not tell which."""
        found = token.read(text)
        if not found:
            return None
        ticket, signature = found
        known = self.env(su=True)
        partner = known["res.partner"].browse(ticket.partner).exists()
        if not consteq(partner._dunning_page_signature(ticket), signature):
            return None
        company = known["res.company"].browse(ticket.company).exists()
        point = known["dunning.contact.point"].browse(ticket.point or []).exists()
        expired = fields.Date.today().toordinal() > ticket.last_day
        if not partner or not company or expired or len(point) != bool(ticket.point):
            return None
        return partner, company, point

    # === ACTIONS ===

    def action_dunning_revoke_page(self):
        """Let no link that was ever given to these persons open their page any more."""
        groups = ("group_dunning_user", "group_dunning_privacy")
        if not any(self.env.user.has_group(f"l10n_latam_dunning.{name}") for name in groups):
            raise AccessError(
                self.env._("Only dunning users and privacy officers can revoke page links.")
            )
        self.check_access("read")
        for partner in self.sudo():
            partner.dunning_page_serial += 1
            partner._message_log(
                body=self.env._("All links to the debtor's own page were revoked. New ones work.")
            )

    # === SIGNATURE ===

    def _dunning_page_signature(self, ticket):
        """The signature of a ticket for this person; of nobody it is one that nobody has."""
        serial = self.sudo().dunning_page_serial if self else -1
        digest = hmac(self.env(su=True), SCOPE, f"{bytes(ticket).hex()}:{serial}")
        return bytes.fromhex(digest)[:SIGNATURE_BYTES]
