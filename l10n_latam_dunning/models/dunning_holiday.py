from odoo import api, fields, models


class DunningHoliday(models.Model):
    """A day on which nobody is reminded, beside the public calendar: an election, a local feast,
    a strike. It only closes days, so it can never widen the law."""

    _name = "dunning.holiday"
    _description = "Extra day without reminders"
    _inherit = ["dunning.cached"]
    _order = "date desc, country_id"

    name = fields.Char(required=True)
    date = fields.Date(required=True)
    country_id = fields.Many2one("res.country", required=True, ondelete="cascade")
    state_id = fields.Many2one(
        "res.country.state",
        ondelete="cascade",
        domain="[('country_id', '=', country_id)]",
        help="Empty: the whole country.",
    )

    _day_unique = models.UniqueIndex(
        "(country_id, COALESCE(state_id, 0), date)", "This day is already in the list."
    )

    @api.model
    def _by_country(self):
        """{country: rows as the law book reads them}."""
        isos = self.env["dunning.jurisdiction"]._state_isos()
        rows = {}
        for day in self.sudo().search([("country_id", "!=", False)]):
            state = isos.get(day.state_id.id, day.state_id.code) or ""
            rows.setdefault(day.country_id, []).append(
                {"date": day.date, "name": day.name, "state": state}
            )
        return rows
