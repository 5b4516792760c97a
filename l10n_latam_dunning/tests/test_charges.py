from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .charges import TODAY, ChargesCommon


class TestCharges(ChargesCommon):
    """What the delay of real invoices costs."""

    def setUp(self):
        super().setUp()
        self.debtor = self.create_brazilian()

    def test_interest_for_each_day_and_the_fine_once(self):
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.assertEqual(self.sheet(invoice), [1000.0, 15.33, 20.0, 0.0])
        self.assertEqual(self.sheet(invoice, TODAY - timedelta(days=45)), [1000.0, 0.33, 20.0, 0.0])
        self.assertEqual(self.sheet(invoice, TODAY - timedelta(days=46)), [1000.0, 0.0, 0.0, 0.0])

    def test_nothing_where_the_policy_charges_nothing(self):
        invoice = self.create_invoice(self.create_debtor(), days=-46, amount=1000.0)
        self.assertEqual(self.sheet(invoice), [1000.0, 0.0, 0.0, 0.0])
        self.assertFalse(invoice.dunning_charges)

    def test_a_payment_lowers_the_base_from_its_own_day_on(self):
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.pay_on(invoice, -24, 400.0)
        # 22 days on 1,000.00 and 24 days on 600.00
        self.assertEqual(self.sheet(invoice), [600.0, 12.13, 20.0, 0.0])

    def test_what_was_paid_in_time_bears_nothing(self):
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.pay_on(invoice, -46, 400.0)
        self.assertEqual(self.sheet(invoice), [600.0, 9.2, 12.0, 0.0])

    def test_paid_late_it_is_still_owed(self):
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.pay_on(invoice, -36)
        self.assertEqual(self.sheet(invoice), [0.0, 3.33, 20.0, 0.0])
        self.assertEqual(invoice.dunning_charge_open, 23.33)

    def test_a_credit_note_counts_from_the_beginning(self):
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.credit(invoice, 400.0)
        self.assertEqual(self.sheet(invoice), [600.0, 9.2, 12.0, 0.0])

    def test_a_payment_that_is_taken_back_never_was(self):
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        payment = self.pay_on(invoice, -36)
        payment.action_cancel()
        self.assertEqual(self.sheet(invoice), [1000.0, 15.33, 20.0, 0.0])

    def test_a_payment_without_an_entry_so_far_stops_interest(self):
        # with Odoo's Accounting app a payment may wait for the bank without an entry of its own
        moves = self.env.registry["account.move"]
        self.patch(moves, "_get_invoice_in_payment_state", lambda move: "in_payment")
        self.company_data["default_journal_bank"].inbound_payment_method_line_ids.write(
            {"payment_account_id": False}
        )
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        payment = self.pay_on(invoice, -36)
        self.assertFalse(payment.move_id)
        self.assertEqual(invoice.payment_state, "in_payment")
        self.assertEqual(self.sheet(invoice), [0.0, 3.33, 20.0, 0.0])

    def test_each_instalment_counts_its_own_days(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (10, 40)
                ],
            }
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "invoice_date": TODAY - timedelta(days=50),
                "invoice_payment_term_id": term.id,
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": 1000.0, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        # 40 days and 10 days on 500.00, the fine on each
        self.assertEqual(self.sheet(invoice), [1000.0, 6.67 + 1.67, 20.0, 0.0])

    def test_in_another_currency_it_is_charged_in_that_currency(self):
        foreign = self.other_currency
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0, currency_id=foreign.id)
        self.assertEqual(self.sheet(invoice)[1:], [15.333, 20.0, 0.0])
        # half of it is paid in the company's currency
        self.pay_on(invoice, -24, invoice.amount_residual_signed / 2)
        charges = self.charges_of(invoice)
        self.assertAlmostEqual(float(charges.principal), invoice.amount_residual)
        self.assertLess(float(charges.interest), 15.333)

    def test_the_law_holds_down_what_a_policy_for_all_others_asks_for(self):
        self.brazilian.active = False
        self.env["dunning.policy"].create(
            {
                "name": "All others",
                "company_id": self.company.id,
                "charge_interest": "rate",
                "charge_rate": 5.0,
                "charge_fine": 10.0,
            }
        )
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.assertEqual(self.sheet(invoice), [1000.0, 15.33, 20.0, 0.0])
        self.assertIn("CDC", invoice.dunning_charges)

    def test_days_of_grace_are_never_charged(self):
        self.brazilian.charge_grace_days = 16
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.assertEqual(self.sheet(invoice), [1000.0, 10.0, 20.0, 0.0])
        recent = self.create_invoice(self.debtor, days=-16, amount=1000.0)
        self.assertEqual(self.sheet(recent), [1000.0, 0.0, 0.0, 0.0])

    def test_a_fee_of_an_amount_is_held_to_the_scale_and_comes_after_twenty_days(self):
        self.charging(self.chile, charge_fee="amount", charge_fee_amount=500.0)
        self.create_rate(self.chile, "UF", 40.0, "amount")
        debtor = self.create_debtor("Sofía", "+56 9 8765 4321", self.chile)
        late = self.create_invoice(debtor, days=-21, amount=1000.0)
        # 9 % of 400.00 and 6 % of 600.00, less UF 0.2 for want of a contact
        self.assertEqual(self.sheet(late), [1000.0, 0.0, 0.0, 64.0])
        self.assertEqual(self.sheet(self.create_invoice(debtor, days=-20))[3], 0.0)

    def test_who_was_reached_in_time_owes_the_whole_scale(self):
        self.charging(self.chile, charge_fee="scale")
        self.create_rate(self.chile, "UF", 40.0, "amount")
        debtor = self.create_debtor("Sofía", "+56 9 8765 4321", self.chile)
        invoice = self.create_invoice(debtor, days=-30, amount=1000.0)
        message = (
            self.env["dunning.message"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "partner_id": debtor.id,
                    "channel": "whatsapp",
                    "purpose": "reminder",
                    "currency_id": invoice.currency_id.id,
                    "state": "sent",
                    "line_ids": [
                        Command.create(
                            {"move_id": invoice.id, "date_due": invoice.invoice_date_due}
                        )
                    ],
                }
            )
        )
        self.assertEqual(self.sheet(invoice)[3], 64.0, "sent is not arrived")
        message._apply_receipt("delivered", fields.Datetime.now() - timedelta(days=20))
        self.assertEqual(self.sheet(invoice)[3], 72.0)

    def test_without_a_good_rate_nothing_is_charged_and_the_screen_says_so(self):
        self.charging(self.chile, charge_interest="ceiling")
        debtor = self.create_debtor("Sofía", "+56 9 8765 4321", self.chile)
        invoice = self.create_invoice(debtor, days=-30, amount=1000.0)
        self.assertEqual(self.sheet(invoice), [1000.0, 0.0, 0.0, 0.0])
        self.assertIn("TMC", invoice.dunning_charges)
        self.assertIn("is not known", invoice.dunning_charges)
        rate = self.create_rate(self.chile, "TMC", 36.5, "year", valid_days=31)
        invoice.invalidate_recordset()
        self.assertIn("no longer good", invoice.dunning_charges)
        rate.valid_days = 400
        invoice.invalidate_recordset()
        # 30 days of 0.1 %
        self.assertEqual(self.sheet(invoice), [1000.0, 30.0, 0.0, 0.0])

    def test_a_rate_is_for_debts_in_its_own_currency_alone(self):
        self.charging(self.chile, charge_interest="ceiling")
        self.create_rate(self.chile, "TMC", 36.5, currency_id=self.other_currency.id)
        debtor = self.create_debtor("Sofía", "+56 9 8765 4321", self.chile)
        invoice = self.create_invoice(debtor, days=-30)
        self.assertEqual(self.charges_of(invoice).unknown[0], "rate_missing")

    def test_a_country_without_a_rule_is_charged_nothing(self):
        self.env["dunning.policy"].create(
            {"name": "All others", "company_id": self.company.id, "charge_interest": "ceiling"}
        )
        debtor = self.create_debtor("X", country=self.env.ref("base.hn"), phone="+504 9123 4567")
        invoice = self.create_invoice(debtor, days=-30)
        self.assertEqual(self.charges_of(invoice).unknown[0], "no_interest")

    def test_many_invoices_take_no_more_queries_than_one(self):
        invoices = self.env["account.move"]
        for days in range(-60, -20, 10):
            invoices |= self.create_invoice(self.debtor, days=days)
        other = self.create_invoice(self.create_brazilian("Bia", phone="+55 11 98765-4322"), -30)
        counts = []
        for moves in (invoices[0], invoices + other):
            self.env.flush_all()
            self.env.invalidate_all()
            moves.mapped("line_ids.partner_id.country_id")
            before = self.env.cr.sql_log_count
            moves.mapped("dunning_charge_open")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_lines_that_fall_due_together_are_one_instalment(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (1, 2)
                ],
            }
        )
        invoice = self.create_invoice(
            self.debtor, days=-46, amount=1000.0, invoice_payment_term_id=term.id
        )
        lines = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        self.assertEqual(len(lines), 2)
        due = TODAY - timedelta(days=46)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = %s WHERE id IN %s", [due, lines._ids]
        )
        self.env.invalidate_all()
        self.assertEqual(self.sheet(invoice), [1000.0, 15.33, 20.0, 0.0])
        self.env["dunning.charge"]._book(invoice, ["interest", "fine"], TODAY)
        self.assertEqual(self.sheet(invoice), [1000.0, 0.0, 0.0, 0.0])

    def test_where_nothing_is_charged_the_form_costs_next_to_nothing(self):
        invoice = self.create_invoice(self.create_debtor(), days=-46)
        charge = self.env["dunning.charge"]
        charge._for_moves(invoice)
        self.env.flush_all()
        with self.assertQueryCount(1):
            charge._for_moves(invoice)

    def test_every_step_is_on_the_invoice(self):
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.pay_on(invoice, -24, 400.0)
        for words in ("22 days", "24 days", "1%/month", "2%", "Total"):
            self.assertIn(words, invoice.dunning_charges)

    def test_a_day_in_the_past_is_told_as_it_was(self):
        invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.pay_on(invoice, -24, 400.0)
        self.env["dunning.charge"]._book(invoice, ["interest", "fine"], TODAY)
        day = TODAY - timedelta(days=36)
        charges = invoice._dunning_charges_on(day)[invoice]
        self.assertEqual(
            (float(charges.principal), float(charges.interest), float(charges.fine)),
            (1000.0, 3.33, 20.0),
        )
