from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from .common import WEDNESDAY, DunningCommon


class TestAgreement(DunningCommon):
    def setUp(self):
        super().setUp()
        self.debtor = self.create_debtor()
        self.invoice = self.create_invoice(self.debtor, days=-8, amount=100.0)

    def agree(self, invoices=None, **vals):
        invoices = invoices or self.invoice
        agreement = self.env["dunning.agreement"].create(
            {
                "partner_id": self.debtor.id,
                "currency_id": invoices.currency_id.id,
                "move_ids": invoices.ids,
                "first_date": WEDNESDAY.date() + timedelta(days=5),
                "accepted_how": "Call",
                **vals,
            }
        )
        agreement.action_activate()
        return agreement

    def on_day(self, days):
        self.clock.move_to(WEDNESDAY + timedelta(days=days))
        self.env["dunning.agreement"].search([("company_id", "=", self.company.id)])._refresh()

    def test_a_plan_splits_the_open_amount_to_the_cent(self):
        agreement = self.agree(kind="plan", count=3)
        self.assertEqual(agreement.instalment_ids.mapped("amount"), [33.33, 33.33, 33.34])
        self.assertEqual(agreement.amount_agreed, agreement.amount_open)

    def test_the_form_shows_the_payments_before_it_is_put_in_force(self):
        action = self.invoice.action_dunning_agree()
        with Form(
            self.env["dunning.agreement"].with_context(**action["context"]),
            "l10n_latam_dunning.dunning_agreement_view_form",
        ) as form:
            form.kind = "plan"
            form.count = 2
        agreement = form.record
        self.assertEqual(agreement.instalment_ids.mapped("amount"), [50.0, 50.0])
        self.assertEqual(agreement.move_ids, self.invoice)

    def test_while_it_holds_its_invoices_are_not_reminded_and_others_are(self):
        message = self.propose()
        self.agree()
        self.assertEqual(message.state, "cancelled")
        refused = self.propose()
        self.assertEqual((refused.state, refused.reason_codes), ("refused", "hold_agreement"))
        other = self.create_invoice(self.debtor, days=-8)
        again = self.propose()
        self.assertEqual(again.move_ids, other)

    def test_every_step_stands_on_the_chatter_of_every_invoice(self):
        other = self.create_invoice(self.debtor, days=-3)
        agreement = self.agree(self.invoice + other)
        agreement.action_cancel()
        for invoice in self.invoice + other:
            notes = self.notes_on(invoice)
            self.assertIn("in force", notes)
            self.assertIn("cancelled", notes)

    def test_a_payment_in_time_keeps_it(self):
        agreement = self.agree()
        self.pay(self.invoice)
        self.on_day(1)
        self.assertEqual(agreement.state, "kept")
        self.assertIn("kept", self.notes_on(self.invoice))

    def test_after_the_days_of_grace_it_is_broken_and_reminders_start_again(self):
        agreement = self.agree(grace_days=2)
        self.on_day(7)
        self.assertEqual(agreement.state, "active")
        self.on_day(8)
        self.assertEqual(agreement.state, "broken")
        self.assertEqual(self.propose().move_ids, self.invoice)

    def test_a_broken_one_rests_nothing_even_before_it_is_written_down(self):
        agreement = self.agree(grace_days=2)
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        message = self.propose()
        self.assertEqual((agreement.state, message.move_ids), ("active", self.invoice))

    def test_each_part_is_settled_by_what_was_paid_since(self):
        agreement = self.agree(kind="plan", count=2, every=7, unit="day")
        self.pay(self.invoice, 50.0)
        self.assertEqual(agreement.amount_paid, 50.0)
        self.assertEqual(agreement.instalment_ids.mapped("settled"), [True, False])
        self.on_day(8)
        self.assertEqual(agreement.state, "active")

    def test_an_invoice_is_in_one_running_agreement_only(self):
        self.agree()
        with self.assertRaises(ValidationError):
            self.agree()

    def test_payments_that_do_not_sum_to_what_is_open_are_refused_with_both_figures(self):
        agreement = self.env["dunning.agreement"].create(
            {
                "partner_id": self.debtor.id,
                "currency_id": self.invoice.currency_id.id,
                "move_ids": self.invoice.ids,
                "first_date": WEDNESDAY.date(),
                "instalment_ids": [
                    fields.Command.create({"date_due": WEDNESDAY.date(), "amount": 90.0})
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "90.*100"):
            agreement.action_activate()

    def test_invoices_of_another_debtor_or_currency_are_refused(self):
        stranger = self.create_invoice(self.create_debtor(name="Other"), days=-8)
        with self.assertRaises(ValidationError):
            self.agree(self.invoice + stranger)

    def test_one_that_was_in_force_is_not_deleted(self):
        agreement = self.agree()
        with self.assertRaises(UserError):
            agreement.unlink()

    def test_the_scheduled_action_finds_broken_ones(self):
        agreement = self.agree()
        self.clock.move_to(WEDNESDAY + timedelta(days=20))
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_agreements").method_direct_trigger()
        agreement.invalidate_recordset()
        self.assertEqual(agreement.state, "broken")
