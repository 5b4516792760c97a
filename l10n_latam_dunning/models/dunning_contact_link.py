from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..core import phones
from .dunning_message import STOPPABLE

ROLES = [
    ("debtor", "Debtor"),
    ("representative", "Representative"),
    ("guarantor", "Guarantor"),
    ("third_party", "Employer or other third party"),
]
# Who is another person than the debtor and may hear of his debt.
ADDRESSED = ("guarantor", "representative")
# Of several links that become one, the word that is the most careful holds.
CAREFUL = ("third_party", "guarantor", "representative", "debtor")


class Bond(NamedTuple):
    """What the gate must know of a link: whose number it is, and whether anybody made sure."""

    role: str = "debtor"
    confirmed: bool = False


class DunningContactLink(models.Model):
    """Why a number or address stands with a partner: who answers there, how that became known,
    and who has made sure of it. One for each pair."""

    _name = "dunning.contact.link"
    _description = "Contact point of a partner"
    _order = "partner_id, id"
    _rec_name = "contact_point_id"
    _rec_names_search = ["partner_id.name"]

    contact_point_id = fields.Many2one(
        "dunning.contact.point", "Number or address", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    role = fields.Selection(
        ROLES,
        "Who answers there",
        required=True,
        default="debtor",
        readonly=True,
        help="To whom the number or address belongs. Third parties, such as an employer, a "
        "neighbour or a reference, never hear of the debt.",
    )
    role_reason = fields.Char("Known from", readonly=True)
    role_user_id = fields.Many2one("res.users", "Told by", readonly=True, ondelete="restrict")
    role_at = fields.Datetime("Told at", readonly=True)
    source = fields.Selection(
        [
            ("partner", "The partner's own record"),
            ("whatsapp", "WhatsApp told it"),
            ("person", "Entered by a person"),
        ],
        required=True,
        default="partner",
        readonly=True,
    )
    repair = fields.Char(readonly=True, help="What was changed to read it, as a code.")
    repair_words = fields.Char("Read as", compute="_compute_repair_words")
    confirmed_at = fields.Datetime("Confirmed at", readonly=True)
    confirmed_by = fields.Selection(
        [
            ("reply", "An answer from there"),
            ("person", "A person"),
            ("consent", "A consent given from there"),
            ("page", "The debtor's page"),
        ],
        "Confirmed by",
        readonly=True,
    )
    confirmed_user_id = fields.Many2one(
        "res.users", "Who confirmed it", readonly=True, ondelete="restrict"
    )
    masked = fields.Char(related="contact_point_id.masked")
    kind = fields.Selection(related="contact_point_id.kind")
    state = fields.Selection(related="contact_point_id.state")
    shared = fields.Boolean(related="contact_point_id.shared")

    _pair_unique = models.UniqueIndex(
        "(contact_point_id, partner_id)", "This number or address already stands with the partner."
    )

    @api.depends("repair", "contact_point_id")
    @api.depends_context("lang")
    def _compute_repair_words(self):
        for link in self:
            why = phones.REPAIRS.get(link.repair or "")
            link.repair_words = f"{link.masked}: {self.env._(why)}" if why else False

    # === ACTIONS ===

    def action_role(self):
        """Ask who answers there, and from what this is known."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.contact.role",
            "name": self.env._("Who answers there"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_link_id": self.id, "default_role": self.role},
        }

    def action_open(self):
        """Show the number or address itself."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.contact.point",
            "res_id": self.contact_point_id.id,
            "view_mode": "form",
        }

    def _set_role(self, role, reason, person=None):
        """A person says who answers there; kept with the reason. What waits for a third party is
        cancelled, and of anything else nothing leaves before the gate has seen the new role."""
        self.ensure_one()
        user = self.env.user
        groups = ("group_dunning_user", "group_dunning_privacy")
        if not any(user.has_group(f"l10n_latam_dunning.{group}") for group in groups):
            raise AccessError(
                self.env._("Only dunning users and privacy officers say who answers at a number.")
            )
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Write from what this is known: it is kept as evidence."))
        link = self.sudo()
        link.write(
            {
                "role": role,
                "role_reason": reason,
                "role_user_id": user.id,
                "role_at": fields.Datetime.now(),
                "person_id": person.id if person and role in ADDRESSED else False,
            }
        )
        label = dict(self._fields["role"]._description_selection(self.env))[role]
        self.env["dunning.access.log"]._log(
            "rectify", link.partner_id, reason=reason, point=link.contact_point_id.id, role=role
        )
        self.env["dunning.event"]._note(
            link.partner_id,
            self.env._(
                "Who answers at %(number)s: %(role)s (%(reason)s). Told by %(user)s.",
                number=link.masked,
                role=label,
                reason=reason,
                user=user.name,
            ),
        )
        if role == "third_party":
            link._cancel_waiting()

    def _cancel_waiting(self):
        waiting = (
            self.env["dunning.message"]
            .sudo()
            .search(
                [
                    ("state", "in", STOPPABLE),
                    ("contact_point_id", "=", self.contact_point_id.id),
                    ("partner_id", "=", self.partner_id.id),
                ]
            )
        )
        waiting._stop(self.env._("The number or address is a third party's"), "third_party")

    # === BUSINESS ===

    @api.model
    def _join(self, sources, target):
        """Give the links of partners that are merged to the one that stays. Where both have the
        same number one link is left: the more careful role, and a confirmation of either."""
        links = self.sudo().search([("partner_id", "in", [*sources.ids, target.id])], order="id")
        kept = {link.contact_point_id: link for link in links if link.partner_id == target}
        for link in links:
            mine = kept.setdefault(link.contact_point_id, link)
            if link.partner_id == target:
                continue
            if mine == link:
                link.partner_id = target
            else:
                mine._take_over(link)
        (links - self.browse().union(*kept.values())).unlink()

    def _take_over(self, other):
        if CAREFUL.index(other.role) < CAREFUL.index(self.role):
            self.write({name: other[name] for name in ("role", "role_reason", "role_at")})
            self.role_user_id = other.role_user_id
            self.person_id = other.person_id
        if other.confirmed_at and not self.confirmed_at:
            self.write({"confirmed_at": other.confirmed_at, "confirmed_by": other.confirmed_by})
            self.confirmed_user_id = other.confirmed_user_id

    @api.model
    def _insert(self, pairs, source, repairs):
        """Links of (point, partner) pairs that are not there yet, in one statement."""
        now, uid = self.env.cr.now(), self.env.uid
        rows = [
            SQL(
                "(%s, %s, 'debtor', %s, %s, %s, %s, %s, %s)",
                point.id,
                partner.id,
                source,
                repairs.get((point, partner)) or None,
                uid,
                uid,
                now,
                now,
            )
            for point, partner in pairs
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_contact_link
                       (contact_point_id, partner_id, role, source, repair,
                        create_uid, write_uid, create_date, write_date)
                VALUES %s
                ON CONFLICT DO NOTHING
                """,
                SQL(", ").join(rows),
            )
        )
        self.invalidate_model()
