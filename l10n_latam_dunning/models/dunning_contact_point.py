from odoo import api, fields, models
from odoo.tools import SQL

from ..core import phones


class DunningContactPoint(models.Model):
    """One normalised number of a person. Quotas are counted on it, over all partners and
    companies of the database, so that nobody is reached twice under two names."""

    _name = "dunning.contact.point"
    _description = "Contact point of a debtor"
    _order = "id"
    _rec_name = "masked"

    value = fields.Char("Number", required=True, help="Normal form, E.164.")
    masked = fields.Char(compute="_compute_masked")
    country_code = fields.Char()
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
    wa_id = fields.Char("WhatsApp id", help="As WhatsApp itself names this number.")
    partner_ids = fields.Many2many("res.partner", string="Partners")

    _value_unique = models.UniqueIndex("(value)", "This number is already known.")
    _wa_id_idx = models.Index("(wa_id) WHERE wa_id IS NOT NULL")

    @api.depends("value")
    def _compute_masked(self):
        for point in self:
            point.masked = phones.mask(point.value or "")

    @api.model
    def _for_numbers(self, numbers):
        """{E.164: contact point} for normalised :class:`phones.Phone` values, created where
        new. One statement each, safe beside other transactions."""
        if not numbers:
            return {}
        rows = {
            number.e164: (
                number.e164,
                number.country,
                number.kind if number.kind in ("mobile", "fixed") else "unknown",
            )
            for number in numbers
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_contact_point
                       (value, country_code, line_type, state,
                        create_uid, write_uid, create_date, write_date)
                SELECT v.value, v.country, v.kind, 'new', %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM (VALUES %(rows)s) AS v(value, country, kind)
                ON CONFLICT (value) DO NOTHING
                """,
                uid=self.env.uid,
                now=self.env.cr.now(),
                rows=SQL(", ").join(SQL("(%s, %s, %s)", *row) for row in rows.values()),
            )
        )
        points = self.sudo().search_fetch(
            [("value", "in", list(rows))], ["value", "state", "line_type"]
        )
        return {point.value: point for point in points}

    @api.model
    def _find_by_wa_id(self, wa_id):
        """The contact points that a WhatsApp id may belong to: several forms of one number are
        one number (Mexico, Brazil, Argentina), and several candidates all count."""
        if not wa_id:
            return self.browse()
        values = [f"+{digits}" for digits in phones.equivalents(f"+{wa_id}")]
        return self.sudo().search(["|", ("wa_id", "=", wa_id), ("value", "in", values)])
