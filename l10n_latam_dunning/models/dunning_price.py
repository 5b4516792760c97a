from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models

from .dunning_consent import CHANNELS

# What is, or may be, charged: everything that left and did not fail.
CHARGED = ("sending", "sent", "delivered", "read", "uncertain")


class Charge(NamedTuple):
    """What the price of a message depends on; the country is a code, and "" when unknown."""

    channel: str
    category: str
    country: str
    day: object


class DunningPrice(models.Model):
    """What a message costs from a day on. Providers charge by channel, category and the country
    of the number. None is shipped: each company has its own contract."""

    _name = "dunning.price"
    _description = "Price of a message"
    _order = "channel, category, country_id, date_from desc, id"

    channel = fields.Selection(CHANNELS, required=True, default="whatsapp")
    category = fields.Char(
        help="As the provider names it: UTILITY, MARKETING or SERVICE for WhatsApp; empty where "
        "there is none."
    )
    country_id = fields.Many2one(
        "res.country",
        "Country of the number",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: numbers of every other country.",
    )
    # more places than any currency has: some messages cost less than a cent
    price = fields.Float(required=True, digits=(16, 6), aggregator=False)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        ondelete="restrict",
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: for every company that has no price of its own.",
    )

    _key_unique = models.UniqueIndex(
        "(channel, upper(COALESCE(category, '')), COALESCE(country_id, 0), "
        "COALESCE(company_id, 0), date_from)",
        "There is a price already for this channel, category, country and day.",
    )
    _price_positive = models.Constraint("CHECK (price >= 0)", "A price is not less than nothing.")

    @api.depends("channel", "category", "country_id", "date_from")
    def _compute_display_name(self):
        labels = dict(self._fields["channel"]._description_selection(self.env))
        for price in self:
            parts = [labels.get(price.channel), price.category, price.country_id.name]
            price.display_name = " ".join(filter(None, parts))

    # === LOOK-UP ===

    @api.model
    def _price(self, channel, category, country, day):
        """The price in force on a day for numbers of a country, or an empty record. A price for
        the country goes before one for all others, and of these the company's own."""
        charge = Charge(channel, category or "", country.code or "", day)
        return self._prices([charge])[charge]

    @api.model
    def _prices(self, charges):
        """{charge: price in force, or an empty record}, in one query."""
        charges = set(charges)
        known = defaultdict(list)
        for price in self.sudo().search_fetch(
            [
                ("channel", "in", [charge.channel for charge in charges]),
                ("company_id", "in", [False, self.env.company.id]),
            ],
            ["channel", "category", "country_id", "company_id", "date_from"],
            order="date_from, id",
        ):
            category = (price.category or "").upper()
            known[price.channel, category, price.country_id.code or ""].append(price)
        return {charge: self._in_force(known, charge) for charge in charges}

    @api.model
    def _in_force(self, known, charge):
        for country in dict.fromkeys((charge.country, "")):
            begun = [
                price
                for price in known[charge.channel, charge.category.upper(), country]
                if price.date_from <= charge.day
            ]
            own = [price for price in begun if price.company_id]
            if begun:
                return (own or begun)[-1]
        return self.browse()

    @api.model
    def _amounts(self, charges, company, day):
        """{charge: amount in the company's currency at the rate of a day}, without those that
        have no price."""
        prices = self.with_company(company)._prices(charges)
        rates = {
            currency: currency._get_conversion_rate(currency, company.currency_id, company, day)
            for currency in {price.currency_id for price in prices.values() if price}
        }
        return {
            charge: price.price * rates[price.currency_id]
            for charge, price in prices.items()
            if price
        }

    # === MESSAGES ===

    @api.model
    def _cost_of(self, messages):
        """{message: the price that it costs}, of those that left and did not fail; the price is
        an empty record where none is entered. The category is that of the receipt, or before it
        came that of the text."""
        prices = {}
        for company in messages.company_id:
            charges = {
                message: self._charge_of(message)
                for message in messages
                if message.company_id == company and message.state in CHARGED
            }
            found = self.with_company(company)._prices(charges.values())
            prices.update({message: found[charge] for message, charge in charges.items()})
        return prices

    @api.model
    def _charge_of(self, message):
        """What the price of a message that has left depends on."""
        return self._charge(
            message.channel,
            message.category or self._category(message.channel, message.template_id),
            message.contact_point_id,
            message.partner_id,
            (message.delivered_at or message.attempted_at).date(),
        )

    @api.model
    def _charge(self, channel, category, point, partner, day):
        """The same for a message to a contact point of a debtor, should it leave on a day."""
        country = (point.country_code if point else "") or partner.country_id.code
        return Charge(channel, (category or "").upper(), country or "", day)

    @api.model
    def _category(self, channel, text):
        return self.env["dunning.channel"]._of(channel)._category(text)
