from datetime import datetime

from odoo import api, fields, models

from ..core.whatsapp.receipts import Receipt, Standing, advance, order
from ..tools import aware, naive_utc

# What a receipt may move; other states are no longer, or not yet, on the way.
MOVABLE = ("queued", "waiting", "sending", "uncertain", "sent", "failed", "delivered")
ARRIVED = ("delivered", "read")


class DunningMessage(models.Model):
    """What became of a message after it left, and what it cost."""

    _inherit = "dunning.message"

    failed_at = fields.Datetime("Failed at")
    pricing = fields.Json(help="What the channel said of the price, word for word.")
    billable = fields.Boolean("Charged", help="Whether WhatsApp charges for this message.")
    pricing_type = fields.Char("Price rule", help="Regular, or why it is free.")
    country_id = fields.Many2one(
        "res.country", "Country of the number", help="WhatsApp charges by the recipient's country."
    )
    cost = fields.Float(
        digits=(16, 6),
        aggregator="sum",
        help="By your own table of prices, on the day of delivery. Without a currency the price "
        "is not known.",
    )
    cost_currency_id = fields.Many2one("res.currency", "Currency of the cost")

    # === RECEIPTS ===

    def _apply_receipt(
        self, status, at, *, error_code=0, error_details="", category="", pricing=None
    ):
        """Move one message by one receipt of its channel; returns it if it moved."""
        pricing = pricing or ({"category": category} if category else {})
        receipt = Receipt(status, aware(at), error_code, error_details, pricing)
        return self._apply_receipts([receipt])

    def _apply_receipts(self, receipts):
        """Move one message by its receipts, late and repeated ones too; returns it if it moved.
        The same receipts end in the same state, in whatever order they come."""
        self.ensure_one()
        before = after = self._standing()
        states = []
        for receipt in sorted(receipts, key=order):
            moved = advance(after, receipt)
            if moved.state != after.state:
                states.append(moved.state)
            after = moved
        if after == before:
            return self.browse()
        vals = self._prepare_standing_vals(after)
        for state in states[:-1]:
            self._update_state(MOVABLE, state)
        if states:
            self._update_state(MOVABLE, states[-1], **vals)
        else:
            self.write(vals)
        if after.state == "failed" != before.state:
            self._apply_failure(after.error_code, after.error_details, late=True)
        elif after.state in ARRIVED and before.state not in ARRIVED:
            self._apply_arrival()
        elif after.state == "sent" != before.state:
            self.follow_up_at = self._patience_ends()
        return self if states else self.browse()

    def _standing(self):
        return Standing(
            state=self.state,
            delivered_at=aware(self.delivered_at) if self.delivered_at else None,
            read_at=aware(self.read_at) if self.read_at else None,
            failed_at=aware(self.failed_at) if self.failed_at else None,
            error_code=self.error_code if self.state == "failed" else 0,
            error_details=(self.error_details or "") if self.state == "failed" else "",
            pricing=self.pricing or {},
        )

    @api.model
    def _prepare_standing_vals(self, standing):
        vals = {
            "delivered_at": naive_utc(standing.delivered_at),
            "read_at": naive_utc(standing.read_at),
            "failed_at": naive_utc(standing.failed_at),
        }
        if standing.state == "failed" or standing.state in ARRIVED:
            vals["error_code"] = standing.error_code
            vals["error_details"] = standing.error_details or False
        if standing.pricing:
            vals |= self._prepare_pricing_vals(standing.pricing)
        return vals

    @api.model
    def _prepare_pricing_vals(self, pricing):
        rule = pricing.get("type")
        billable = pricing.get("billable")
        category = pricing.get("category")
        return {
            "pricing": dict(pricing),
            "category": category if isinstance(category, str) else False,
            "pricing_type": rule if isinstance(rule, str) else False,
            # Meta means to leave `billable` out one day; the rule says it as well
            "billable": billable if isinstance(billable, bool) else rule in (None, "regular"),
        }

    def _apply_failure(self, code, details, late=True):
        """What a failure asks for, beyond being written down: the channel draws its conclusions,
        and another attempt may follow."""
        channel = self.env["dunning.channel"]._of(self.channel)
        self._follow_up(channel._learn_failure(self, code))

    def _apply_arrival(self):
        """A message that arrived needs no other one after it."""
        self.follow_up_at = False
        if self.next_id:
            self.next_id._stop(self.env._("The message before it arrived after all"), "stopped")

    # === COST ===

    def _charge(self):
        """Write down what messages cost that have arrived: by category and country of the
        recipient, from the company's table of prices."""
        prices, groups = {}, {}
        codes = self.contact_point_id.mapped("country_code")
        countries = self.env["res.country"].search([("code", "in", list(filter(None, codes)))])
        by_code = {country.code: country for country in countries}
        for message in self.filtered(lambda m: m.state in ARRIVED and m.category):
            country = by_code.get(message.contact_point_id.country_code, countries.browse())
            day = (message.delivered_at or datetime.min).date()
            key = (message.channel, message.category.upper(), country, day)
            if key not in prices:
                prices[key] = self._price(*key)
            price, currency = prices[key] if message.billable else (0.0, prices[key][1])
            groups.setdefault((country, price, currency), []).append(message.id)
        for (country, price, currency), ids in groups.items():
            self.browse(ids).write(
                {"country_id": country.id, "cost": price, "cost_currency_id": currency.id}
            )

    @api.model
    def _price(self, channel, category, country, day):
        """(price, currency) of a message, nothing where there is no table or no line for it."""
        if "dunning.price" not in self.env:
            return 0.0, self.env["res.currency"]
        price = self.env["dunning.price"].sudo()._price(channel, category, country, day)
        return price.price, price.currency_id
