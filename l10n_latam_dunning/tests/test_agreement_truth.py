from datetime import timedelta

from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import WEDNESDAY
from .test_agreement import AgreementCommon


class TestAgreementTruth(AgreementCommon):
    """Whatever is done to the invoices afterwards, the agreement says what happened."""

    def standing(self, agreement):
        agreement.invalidate_recordset()
        return (
            agreement.state,
            agreement.amount_paid,
            agreement.amount_credited,
            agreement.instalment_ids.mapped("state"),
        )

    def halves(self, *invoices, **vals):
        moves = self.env["account.move"].union(*invoices) if invoices else self.invoice
        return self.agree(moves, kind="plan", count=2, every=7, unit="day", **vals)

    def credit(self, invoice, amount=None):
        note = invoice._reverse_moves([{"date": WEDNESDAY.date()}])
        if amount:
            note.invoice_line_ids.price_unit = amount
        note.action_post()
        lines = (invoice | note).line_ids.filtered(lambda x: x.display_type == "payment_term")
        if not any(lines.mapped("reconciled")):  # posting may have done it
            lines.reconcile()
        return note

    # === PAYMENTS ===

    def test_how_payments_settle_the_two_halves_of_100(self):
        cases = [
            ([10.0], ("active", 10.0, 0.0, ["open", "open"])),
            ([50.0], ("active", 50.0, 0.0, ["kept", "open"])),
            ([20.0, 30.0, 49.99], ("active", 99.99, 0.0, ["kept", "open"])),
            ([60.0, 40.0], ("kept", 100.0, 0.0, ["kept", "kept"])),
            ([100.0], ("kept", 100.0, 0.0, ["kept", "kept"])),
        ]
        for amounts, expected in cases:
            with self.subTest(amounts=amounts):
                invoice = self.create_invoice(self.debtor, days=-8)
                agreement = self.halves(invoice)
                for amount in amounts:
                    self.pay(invoice, amount)
                self.assertEqual(self.standing(agreement), expected)

    def test_each_payment_stands_on_the_chatter_of_every_invoice(self):
        other = self.create_invoice(self.debtor, days=-3)
        agreement = self.halves(self.invoice, other)
        self.pay(self.invoice)
        for invoice in self.invoice | other:
            self.assertIn("Agreed payment 1 of 2 is made", self.notes_on(invoice))
        self.pay(other)
        for invoice in self.invoice | other:
            notes = self.notes_on(invoice)
            self.assertIn("Agreed payment 2 of 2 is made", notes)
            self.assertIn("Payment agreement kept", notes)
        self.assertEqual(agreement.state, "kept")
        self.assertTrue(agreement.ended_why)

    def test_money_that_was_paid_for_another_invoice_counts_when_it_is_reconciled_here(self):
        other = self.create_invoice(self.debtor, days=30)
        agreement = self.halves()
        payment = self.pay(other)
        self.assertEqual(agreement.amount_paid, 0.0)
        other.line_ids.remove_move_reconcile()
        lines = payment.move_id.line_ids | self.invoice.line_ids
        lines.filtered(lambda x: x.account_type == "asset_receivable").reconcile()
        self.assertEqual(agreement.state, "kept")

    def test_a_payment_in_another_currency_counts_for_what_it_takes_off(self):
        dollar = self.setup_other_currency("EUR")
        invoice = self.create_invoice(self.debtor, days=-8, currency_id=dollar.id)
        agreement = self.halves(invoice)
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"currency_id": self.company.currency_id.id})
        )
        whole = wizard.amount
        wizard.write({"amount": whole / 2, "payment_difference_handling": "open"})
        wizard._create_payments()
        self.assertEqual(self.standing(agreement), ("active", 50.0, 0.0, ["kept", "open"]))

    def test_what_was_settled_before_does_not_count(self):
        self.pay(self.invoice, 30.0)
        self.credit(self.invoice, 10.0)
        agreement = self.halves()
        self.assertEqual(agreement.instalment_ids.mapped("amount"), [30.0, 30.0])
        self.assertEqual(self.standing(agreement), ("active", 0.0, 0.0, ["open", "open"]))

    # === CREDIT NOTES, CANCELLED AND DRAFT INVOICES ===

    def test_a_credit_note_lessens_what_is_owed_and_is_no_payment(self):
        agreement = self.halves()
        self.credit(self.invoice, 50.0)
        self.assertEqual(self.standing(agreement), ("active", 0.0, 50.0, ["lifted", "open"]))
        self.assertIn("no longer owed", self.notes_on(self.invoice))
        self.pay(self.invoice)
        self.assertEqual(self.standing(agreement), ("kept", 50.0, 50.0, ["lifted", "kept"]))

    def test_one_that_was_credited_in_full_was_never_kept(self):
        agreement = self.halves()
        self.credit(self.invoice)
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(self.standing(agreement)[:3], ("cancelled", 0.0, 100.0))
        self.assertIn("nothing was paid", agreement.ended_why)

    def test_a_cancelled_invoice_takes_its_share_away(self):
        other = self.create_invoice(self.debtor, days=-3)
        agreement = self.halves(self.invoice, other)
        other.button_draft()
        self.assertEqual(agreement.state, "active")
        self.assertIn("back in draft", self.notes_on(self.invoice))
        other.button_cancel()
        self.assertEqual(self.standing(agreement), ("active", 0.0, 100.0, ["lifted", "open"]))
        self.pay(self.invoice)
        self.assertEqual(self.standing(agreement)[:2], ("kept", 100.0))

    def test_the_only_invoice_cancelled_ends_it_as_cancelled(self):
        agreement = self.halves()
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.assertEqual(agreement.state, "cancelled")

    def test_an_invoice_in_draft_lets_it_wait_and_posted_again_lets_it_go_on(self):
        agreement = self.halves()
        self.invoice.button_draft()
        self.on_day(30)
        self.assertEqual(agreement.state, "active")
        self.clock.move_to(WEDNESDAY)
        self.invoice.action_post()
        self.assertEqual(self.standing(agreement), ("active", 0.0, 0.0, ["open", "open"]))
        self.pay(self.invoice, 50.0)
        self.assertEqual(self.standing(agreement), ("active", 50.0, 0.0, ["kept", "open"]))

    def test_posted_again_with_another_amount(self):
        for price, paid, expected in [
            (60.0, 60.0, ("kept", 60.0)),
            (150.0, 100.0, ("kept", 100.0)),
        ]:
            with self.subTest(price=price):
                invoice = self.create_invoice(self.debtor, days=-8)
                agreement = self.halves(invoice)
                invoice.button_draft()
                invoice.invoice_line_ids.price_unit = price
                invoice.action_post()
                self.pay(invoice, paid)
                self.assertEqual(self.standing(agreement)[:2], expected)

    def test_invoiced_anew_the_new_invoice_is_reminded_and_in_no_agreement(self):
        agreement = self.halves()
        self.invoice.button_draft()
        self.invoice.button_cancel()
        new = self.create_invoice(self.debtor, days=-8)
        self.assertEqual(agreement.state, "cancelled")
        self.assertEqual(self.propose().move_ids, new)
        self.halves(new)

    def test_an_invoice_in_an_agreement_is_not_deleted(self):
        self.halves()
        self.invoice.button_draft()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.invoice.with_context(force_delete=True).unlink()

    # === PAYMENTS TAKEN BACK ===

    def take_back(self, invoice):
        invoice.line_ids.remove_move_reconcile()

    def test_a_bounced_payment_opens_its_part_again(self):
        agreement = self.halves()
        self.pay(self.invoice, 50.0)
        self.take_back(self.invoice)
        self.assertEqual(self.standing(agreement), ("active", 0.0, 0.0, ["open", "open"]))
        self.assertIn("taken back", self.notes_on(self.invoice))

    def test_a_kept_one_whose_payment_bounces_runs_again_or_is_broken(self):
        for day, expected in [(1, "active"), (30, "broken")]:
            with self.subTest(day=day):
                invoice = self.create_invoice(self.debtor, days=-8)
                agreement = self.halves(invoice)
                self.pay(invoice)
                self.assertEqual(agreement.state, "kept")
                self.clock.move_to(WEDNESDAY + timedelta(days=day))
                self.take_back(invoice)
                self.assertEqual(agreement.state, expected)
                self.assertEqual(agreement.line_ids.mapped("live"), [expected == "active"])
                self.clock.move_to(WEDNESDAY)

    def test_a_kept_one_whose_invoice_is_agreed_anew_meanwhile_is_broken(self):
        first = self.halves()
        payment = self.pay(self.invoice)
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(first.state, "active")
        first.action_cancel()
        second = self.halves()
        self.assertEqual((first.state, second.state), ("cancelled", "active"))
