from odoo import fields

from .common import WEDNESDAY, DunningCommon

TODAY = WEDNESDAY.date()


class ChargesCommon(DunningCommon):
    """Policies of Brazil and Chile that charge, with products to book it as."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.brazil, cls.chile = cls.env.ref("base.br"), cls.env.ref("base.cl")
        cls.other_currency = cls.setup_other_currency("EUR", rounding=0.001)
        cls.products = {
            name: cls.env["product.product"].create(
                {"name": name.capitalize(), "type": "service", "taxes_id": False}
            )
            for name in ("interest", "fine", "fees")
        }
        cls.brazilian = cls.charging(
            cls.brazil, charge_interest="rate", charge_rate=1.0, charge_fine=2.0
        )

    @classmethod
    def charging(cls, country, **terms):
        """The adopted policy of a country, with terms and products."""
        policy = cls.policies.filtered(lambda policy: policy.country_id == country)
        policy.write(
            {
                "charge_interest_product_id": cls.products["interest"].id,
                "charge_fine_product_id": cls.products["fine"].id,
                "charge_fee_product_id": cls.products["fees"].id,
                **terms,
            }
        )
        return policy

    @classmethod
    def create_brazilian(cls, name="Ana Souza", **vals):
        return cls.create_debtor(
            name, vals.pop("phone", "+55 11 98765-4321"), cls.brazil, lang="pt_BR", **vals
        )

    @classmethod
    def create_rate(cls, country, code, value, unit="year effective", since="2026-09-01", **vals):
        return cls.env["dunning.rate"].create(
            {
                "country_id": country.id,
                "code": code,
                "currency_id": cls.company.currency_id.id,
                "value": value,
                "unit": unit,
                "date_from": since,
                "valid_days": 400,
                "source": "Diario Oficial",
                **vals,
            }
        )

    def charges_of(self, invoice, day=None):
        return self.env["dunning.charge"]._for_moves(invoice, day)[invoice]

    def sheet(self, invoice, day=None):
        """Principal, interest, fine, fees of an invoice."""
        charges = self.charges_of(invoice, day)
        parts = (charges.principal, charges.interest, charges.fine, charges.fees)
        return [float(part) for part in parts]

    def pay_on(self, invoice, days, amount=None):
        """Register a payment dated so many days before (negative) or after WEDNESDAY."""
        day = fields.Date.add(TODAY, days=days)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        vals = {"payment_date": day, **({"amount": amount} if amount else {})}
        return wizard.create(vals)._create_payments()

    def credit(self, invoice, amount, days=0):
        """A credit note for a part of an invoice, reconciled with it."""
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": invoice.partner_id.id,
                "currency_id": invoice.currency_id.id,
                "invoice_date": fields.Date.add(TODAY, days=days),
                "invoice_line_ids": [
                    fields.Command.create(
                        {"name": "Returned", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        note.action_post()
        lines = (invoice + note).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        return note
