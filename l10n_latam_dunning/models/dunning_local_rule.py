from datetime import timedelta

from odoo import api, fields, models

from ..core.law.jurisdiction import Cap, Caps, Citation, OpeningHours, Window


class DunningLocalRule(models.Model):
    """A stricter rule that an administrator adds to the law of a place, from a day on, with a
    reason: a new local law before the addon knows it, or legal advice. It binds every company
    beside the law and is shown as what it is; it cannot widen anything."""

    _name = "dunning.local.rule"
    _description = "Local rule, stricter than the law pack"
    _order = "country_id, date_from desc"
    _rec_name = "reason"

    country_id = fields.Many2one("res.country", required=True, index=True, ondelete="cascade")
    state_id = fields.Many2one(
        "res.country.state", ondelete="cascade", domain="[('country_id', '=', country_id)]"
    )
    kind = fields.Selection([("hours", "Hours of contact"), ("cap", "Frequency")], required=True)
    value = fields.Char(
        required=True, help="Mo-Fr 09:00-17:00 for hours, 1/day 2/week gap 48h for a frequency."
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("Until")
    reason = fields.Char(required=True, help="Which law or advice; it is shown with each verdict.")
    active = fields.Boolean(default=True)

    @api.constrains("kind", "value")
    def _check_value(self):
        for rule in self:
            self.env["dunning.notation"]._read(rule.kind, rule.value)

    @api.model
    def _turning_days(self):
        """The days, and for the sake of other zones those beside them, on which what binds
        somewhere may change, in order."""
        rules = self.sudo().search_fetch([], ["date_from", "date_to"])
        days = {rule.date_from for rule in rules}
        days |= {rule.date_to for rule in rules if rule.date_to}
        return sorted(day + timedelta(days=beside) for day in days for beside in (-1, 0, 1, 2))

    @api.model
    def _for_place(self, partner, day):
        """(windows, caps) that bind a debtor's place on a day."""
        rules = self.sudo().search(
            [
                ("country_id", "=", partner.country_id.id),
                ("state_id", "in", [False, partner.state_id.id]),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ]
        )
        windows, caps = [], []
        for rule in rules:
            citation = Citation("company", self.env._("Local rule: %s", rule.reason))
            if rule.kind == "hours":
                windows.append(Window(OpeningHours.parse(rule.value), citation=citation))
            else:
                caps.append(Cap(Caps.parse(rule.value), citation=citation))
        return tuple(windows), tuple(caps)
