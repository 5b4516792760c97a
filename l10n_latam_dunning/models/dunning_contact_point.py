from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..core import phones
from ..core.evidence.erased import SIGN
from ..groups import FULL
from .dunning_closed import CLOSED
from .dunning_contact_link import Bond

# So many refusals of an address, without an answer from it in between.
MOST_RETURNED = 2


class DunningContactPoint(models.Model):
    """One normalised number or address of a person. Quotas are counted on it, over all partners
    and companies of the database, so that nobody is reached twice under two names."""

    _name = "dunning.contact.point"
    _description = "Contact point of a debtor"
    _inherit = [CLOSED]
    _order = "id"
    _rec_name = "masked"
    _rec_names_search = ["link_ids.partner_id.name"]

    kind = fields.Selection(
        [("phone", "Telephone"), ("email", "E-mail")], required=True, default="phone"
    )
    value = fields.Char(
        "In full",
        required=True,
        groups=FULL,
        help="Normal form: E.164, or the address alone.",
    )
    masked = fields.Char("Number or address", compute="_compute_masked", compute_sudo=True)
    country_code = fields.Char("Country")
    line_type = fields.Selection(
        [("mobile", "Mobile"), ("fixed", "Landline"), ("unknown", "Unknown")],
        required=True,
        default="unknown",
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("verified", "Verified"),
            ("unsure", "Unsure"),
            ("not_theirs", "Not theirs"),
            ("unreachable", "Unreachable"),
        ],
        required=True,
        default="new",
        help="Not theirs: whoever answers said that this is another person; nothing is sent.",
    )
    returned = fields.Integer(
        "Came back", aggregator=False, help="Messages in a row that nobody has there."
    )
    wa_id = fields.Char("WhatsApp id", groups=FULL, help="As WhatsApp itself names this number.")
    link_ids = fields.One2many("dunning.contact.link", "contact_point_id", "Partners and roles")
    partner_ids = fields.Many2many(
        "res.partner",
        string="Partners",
        compute="_compute_partner_ids",
        inverse="_inverse_partner_ids",
        search="_search_partner_ids",
    )
    shared = fields.Boolean(
        compute="_compute_shared",
        search="_search_shared",
        compute_sudo=True,
        help="The same number or address stands with several partners.",
    )

    _value_unique = models.UniqueIndex("(value)", "This number or address is already known.")
    _wa_id_idx = models.Index("(wa_id) WHERE wa_id IS NOT NULL")

    @api.depends("kind", "value")
    def _compute_masked(self):
        for point in self:
            if (point.value or "").startswith(SIGN):
                point.masked = point.env._("erased")
                continue
            mask = phones.mask_email if point.kind == "email" else phones.mask
            point.masked = mask(point.value or "")

    @api.depends("link_ids.partner_id")
    def _compute_partner_ids(self):
        partners = defaultdict(self.env["res.partner"].browse)
        for link in self.env["dunning.contact.link"].search_fetch(
            [("contact_point_id", "in", self.ids)], ["contact_point_id", "partner_id"], order="id"
        ):
            partners[link.contact_point_id.id] |= link.partner_id
        for point in self:
            point.partner_ids = partners[point.id]

    def _inverse_partner_ids(self):
        """Take links off, or add those of debtors; what is known of the others stays."""
        wanted = {point: point.partner_ids for point in self}
        links = self.env["dunning.contact.link"].search([("contact_point_id", "in", self.ids)])
        links.filtered(lambda link: link.partner_id not in wanted[link.contact_point_id]).unlink()
        there = {(link.contact_point_id, link.partner_id) for link in links.exists()}
        pairs = {(point, partner) for point, partners in wanted.items() for partner in partners}
        self._link(pairs - there, source="person")

    @api.model
    def _search_partner_ids(self, operator, value):
        return [("link_ids.partner_id", operator, value)]

    @api.depends("link_ids.partner_id")
    def _compute_shared(self):
        counts = self.env["dunning.contact.link"]._read_group(
            [("contact_point_id", "in", self.ids)], ["contact_point_id"], ["__count"]
        )
        several = {point.id for point, count in counts if count > 1}
        for point in self:
            point.shared = point.id in several

    @api.model
    def _search_shared(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        query = SQL(
            """(SELECT contact_point_id FROM dunning_contact_link
              GROUP BY contact_point_id HAVING count(*) > 1)"""
        )
        wanted = (operator == "in") == (True in value)
        return [("id", "in" if wanted else "not in", query)]

    def action_unmask(self):
        """Ask for the reason to show this number in full."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.unmask",
            "name": self.env._("Show a number or address in full"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_point_id": self.id},
        }

    @api.model
    def _for_numbers(self, numbers):
        """{E.164: contact point} for normalised :class:`phones.Phone` values, created where
        new."""
        kinds = ("mobile", "fixed")
        return self._for_values(
            {
                number.e164: (
                    "phone",
                    number.country,
                    number.kind if number.kind in kinds else "unknown",
                )
                for number in numbers
            }
        )

    @api.model
    def _for_emails(self, addresses):
        """{address: contact point} for normalised e-mail addresses, created where new."""
        return self._for_values(dict.fromkeys(addresses, ("email", None, "unknown")))

    @api.model
    def _for_values(self, rows):
        """{value: contact point} for {value: (kind, country code, line type)}. One statement
        each, safe beside other transactions."""
        if not rows:
            return {}
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_contact_point
                       (value, kind, country_code, line_type, state,
                        create_uid, write_uid, create_date, write_date)
                SELECT v.value, v.kind, v.country, v.line, 'new',
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM (VALUES %(rows)s) AS v(value, kind, country, line)
                ON CONFLICT (value) DO NOTHING
                """,
                uid=self.env.uid,
                now=self.env.cr.now(),
                rows=SQL(", ").join(
                    SQL("(%s, %s, %s::varchar, %s)", value, *row) for value, row in rows.items()
                ),
            )
        )
        points = self.sudo().search_fetch(
            [("value", "in", list(rows))], ["value", "kind", "state", "line_type"]
        )
        return {point.value: point for point in points}

    @api.model
    def _link(self, pairs, source="partner", repairs=None):
        """Remember which partners contact points belong to: pairs of (point, partner), and for
        some of them what was repaired to read the number, in one statement."""
        if pairs:
            self.env["dunning.contact.link"]._insert(pairs, source, repairs or {})
            self.invalidate_model(["link_ids", "partner_ids", "shared"])

    @api.model
    def _bonds(self, partners):
        """{partner id: {contact point id: :class:`Bond`}} of all that stands with them, in one
        query."""
        found = defaultdict(dict)
        if partners:
            self.env["dunning.contact.link"].flush_model()
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT partner_id, contact_point_id, role, confirmed_at IS NOT NULL
                      FROM dunning_contact_link
                     WHERE partner_id IN %s
                    """,
                    tuple(partners.ids),
                )
            )
            for partner, point, role, confirmed in rows:
                found[partner][point] = Bond(role, confirmed)
        return found

    def _erased_marks(self):
        """{what stands in place of a number once it is erased: the number}, for each of these."""
        digest = self.env["dunning.suppression.list"]._digest
        return {f"{SIGN}{digest(value)}": value for value in self.sudo().mapped("value")}

    def _came_back(self):
        """A message was refused because nobody has this address: after some it is used no more."""
        for point in self:
            point.returned += 1
            if point.returned >= MOST_RETURNED and point.state != "not_theirs":
                point.state = "unreachable"

    @api.model
    def _find_by_wa_id(self, wa_id):
        """The contact points that a WhatsApp id may belong to: several forms of one number are
        one number (Mexico, Brazil, Argentina), and several candidates all count."""
        if not wa_id:
            return self.browse()
        values = [f"+{digits}" for digits in phones.equivalents(f"+{wa_id}")]
        return self.sudo().search(["|", ("wa_id", "=", wa_id), ("value", "in", values)])
