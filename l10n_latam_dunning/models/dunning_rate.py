import re
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.law.charge_limits import Figure, Figures

AMOUNT = "amount"
UNITS = [
    ("year effective", "% a year, effective"),
    ("year", "% a year, simple"),
    ("month", "% a month of 30 days"),
    ("calendar month", "% a calendar month"),
    ("day", "% a day"),
    (AMOUNT, "Amount of money"),
]
DIGITS = (16, 4)


class DunningRate(models.Model):
    """A figure that an authority publishes anew from time to time and that the law's limits on
    interest and fees depend on: a usury rate, the worth of a unit of account. Each value counts
    from its day until the next one begins or it is too old; then nothing is charged."""

    _name = "dunning.rate"
    _description = "Rate that the law refers to"
    _inherit = ["mail.thread"]
    _order = "country_id, code, currency_id, date_from desc"

    country_id = fields.Many2one("res.country", required=True, index=True, ondelete="restrict")
    code = fields.Char(
        "Rate", required=True, tracking=True, help="The name that the law pack uses, in capitals."
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        help="A rate of interest is for debts in this currency; an amount is expressed in it.",
    )
    value = fields.Float(digits=DIGITS, required=True, tracking=True)
    unit = fields.Selection(UNITS, required=True, default="year effective", tracking=True)
    date_from = fields.Date("From", required=True, default=fields.Date.context_today, tracking=True)
    valid_days = fields.Integer(
        "Good for (days)",
        required=True,
        default=35,
        tracking=True,
        help="Later than this after its first day it is too old, and nothing is charged by it.",
    )
    source = fields.Char(required=True, help="Where it was published: authority, number, address.")
    last_day = fields.Date("Good until", compute="_compute_last_day")
    state = fields.Selection(
        [
            ("coming", "Not yet in force"),
            ("good", "In force"),
            ("followed", "Followed by another"),
            ("stale", "Too old"),
        ],
        compute="_compute_last_day",
    )
    law_note = fields.Text("What refers to it", compute="_compute_law_note")

    _once = models.UniqueIndex(
        "(country_id, code, currency_id, date_from)",
        "There is already a value of this rate from this day on.",
    )
    _sensible = models.Constraint(
        "CHECK (value >= 0 AND valid_days > 0)",
        "A rate cannot be negative, and it is good for one day at least.",
    )

    # === COMPUTE ===

    @api.depends("country_id.name", "code", "date_from")
    def _compute_display_name(self):
        for rate in self:
            parts = [rate.code, rate.country_id.name, str(rate.date_from or "")]
            rate.display_name = " · ".join(filter(None, parts))

    @api.depends("country_id", "code", "currency_id", "date_from", "valid_days")
    def _compute_last_day(self):
        today = fields.Date.context_today(self)
        same = defaultdict(list)
        for rate in self.search(
            [("country_id", "in", self.country_id.ids), ("code", "in", self.mapped("code"))]
        ):
            same[rate.country_id, rate.code, rate.currency_id].append(rate.date_from)
        for rate in self:
            if not rate.date_from:
                rate.last_day = rate.state = False
                continue
            later = [
                day
                for day in same[rate.country_id, rate.code, rate.currency_id]
                if day > rate.date_from
            ]
            ends = [rate.date_from + timedelta(days=rate.valid_days), *later]
            rate.last_day = min(ends) - timedelta(days=1)
            if today < rate.date_from:
                rate.state = "coming"
            elif today <= rate.last_day:
                rate.state = "good"
            else:
                rate.state = "followed" if any(day <= today for day in later) else "stale"

    @api.depends("country_id", "code")
    def _compute_law_note(self):
        """The rules of the law that take this figure, so that a mistyped name is seen."""
        rules = self._rules_by_code(self.country_id)
        kinds = dict(
            self.env["dunning.jurisdiction.rule"]._fields["kind"]._description_selection(self.env)
        )
        for rate in self:
            named = rules.get((rate.country_id.id, rate.code))
            rate.law_note = "\n".join(
                f"{kinds[rule.kind]}: {rule.legal or rule.prudent} [{rule.legal_reference}]"
                for rule in named or ()
            ) or self.env._("No rule of the law packs refers to a rate of this name and country.")

    # === CONSTRAINTS ===

    @api.constrains("code")
    def _check_code(self):
        for rate in self:
            if not re.fullmatch(r"[A-Z][A-Z0-9_-]*", rate.code):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be the name of a rate: write it as the law pack does, in"
                        " capitals.",
                        rate.code,
                    )
                )

    # === BUSINESS ===

    @api.model
    def _rules_by_code(self, countries):
        """{(country id, name of a rate): rules of the law in force that need it}."""
        today = fields.Date.context_today(self)
        rules = (
            self.env["dunning.jurisdiction.rule"]
            .sudo()
            .search(
                [
                    ("kind", "in", ("interest_cap", "fee_scale")),
                    ("jurisdiction_id.country_id", "in", countries.ids),
                    ("jurisdiction_id.date_from", "<=", today),
                    "|",
                    ("jurisdiction_id.date_to", "=", False),
                    ("jurisdiction_id.date_to", ">=", today),
                ]
            )
        )
        found = defaultdict(self.env["dunning.jurisdiction.rule"].browse)
        for rule in rules:
            for code in rule._rate_codes():
                found[rule.jurisdiction_id.country_id.id, code] |= rule
        return found

    @api.model
    def _tables(self, places):
        """{(country, currency, company): :class:`Figures`} of the places asked for, in one
        query. The worth of a unit is turned into the currency of the debts at its own day."""
        countries = self.env["res.country"].union(*(country for country, *_rest in places))
        rates = self.sudo().search_fetch(
            [("country_id", "in", countries.ids)],
            ["country_id", "code", "currency_id", "value", "unit", "date_from", "valid_days"],
        )
        tables = {}
        for country, currency, company in places:
            mine = rates.filtered(lambda rate, country=country: rate.country_id == country)
            tables[country, currency, company] = Figures.of(
                figure
                for rate in mine
                for figure in [rate._figure(currency, company, mine)]
                if figure
            )
        return tables

    def _figure(self, currency, company, others):
        """This rate for debts in a currency, or nothing where it is not for them."""
        self.ensure_one()
        if self.unit != AMOUNT:
            per, value = self.unit, self.value
            if self.currency_id != currency:
                return None
        else:
            per, value = "", self.value
            if self.currency_id != currency:
                if any(r.code == self.code and r.currency_id == currency for r in others):
                    return None
                value = self.currency_id._convert(
                    value, currency, company, self.date_from, round=False
                )
        exact = Decimal(f"{value:.6f}")
        return Figure(self.code, self.date_from, exact, self.valid_days, per)
