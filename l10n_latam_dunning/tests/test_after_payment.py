from datetime import timedelta

from .common import WEDNESDAY
from .test_agreement import AgreementCommon


class TestAfterPayment(AgreementCommon):
    """A payment stops, a bounced one starts again, and both are told truthfully."""

    def test_a_payment_cancels_what_waits_at_once_with_the_reason_on_the_chatter(self):
        message = self.propose()
        self.pay(self.invoice)
        self.assertEqual((message.state, message.reason), ("cancelled", "paid"))
        self.assertIn("Paid", self.notes_on(self.invoice))

    def test_a_message_that_asks_for_another_invoice_too_is_written_anew_without_the_paid_one(self):
        other = self.create_invoice(self.debtor, days=-8)
        message = self.propose()
        self.pay(self.invoice)
        self.assertEqual(message.state, "queued")
        self.deliver()
        self.assertEqual(message.amount_total, 100.0)
        self.assertNotIn(self.invoice.name, message.body)
        self.assertIn(other.name, message.body)

    def test_after_a_part_payment_the_message_asks_for_the_rest(self):
        message = self.propose()
        self.pay(self.invoice, 30.0)
        self.deliver()
        self.assertEqual((message.state, message.amount_total), ("sent", 70.0))

    def test_a_bounced_payment_lets_the_ladder_go_on(self):
        self.propose()
        self.deliver()
        payment = self.pay(self.invoice)
        self.clock.move_to(WEDNESDAY + timedelta(days=7))
        self.assertFalse(self.propose())
        payment.action_draft()
        payment.action_cancel()
        self.assertIn("taken back", self.notes_on(self.invoice))
        message = self.propose()
        self.assertEqual((message.state, message.level_id.days), ("queued", 15))

    def test_a_payment_that_is_taken_off_again_opens_the_same_rung(self):
        message = self.propose()
        self.pay(self.invoice)
        self.invoice.line_ids.remove_move_reconcile()
        again = self.propose()
        # the payment itself is an open credit now
        self.assertEqual((again.state, again.reason), ("refused", "credit_covers"))
        self.assertEqual(message.state, "cancelled")

    def test_nobody_is_told_of_payments_taken_off_invoices_that_were_never_reminded(self):
        self.pay(self.invoice)
        self.invoice.line_ids.remove_move_reconcile()
        self.assertNotIn("taken back", self.notes_on(self.invoice))

    # === THANKS ===

    def reminded_and_paid(self):
        self.propose()
        self.deliver()
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.pay(self.invoice)

    def test_thanks_are_given_once_through_the_gate(self):
        self.policy.thanks_template_name = "dunning_thanks"
        self.reminded_and_paid()
        message = self.propose()
        self.assertEqual((message.thanks, message.purpose), (True, "courtesy"))
        self.assertEqual(message.state, "waiting")  # by the weekly limit: yesterday's reminder
        self.clock.move_to(message.not_before)
        self.deliver()
        self.assertEqual(message.state, "sent")
        self.assertIn(self.invoice.name, message.body)
        self.assertIn("recibió su pago", message.body)
        self.assertFalse(self.propose())
        self.assertNotIn("due again", self.notes_on(self.invoice))

    def test_without_a_template_nobody_is_thanked(self):
        self.reminded_and_paid()
        self.assertFalse(self.propose())

    def test_who_was_never_reminded_is_not_thanked(self):
        self.policy.thanks_template_name = "dunning_thanks"
        self.pay(self.invoice)
        self.assertFalse(self.propose())

    def test_thanks_are_not_given_for_a_payment_that_bounced_meanwhile(self):
        self.policy.thanks_template_name = "dunning_thanks"
        self.reminded_and_paid()
        message = self.propose()
        self.invoice.line_ids.remove_move_reconcile()
        self.clock.move_to(message.not_before)
        self.deliver()
        self.assertEqual((message.state, message.reason), ("cancelled", "not_open"))

    def test_a_kept_agreement_is_thanked_for(self):
        self.policy.thanks_template_name = "dunning_thanks"
        agreement = self.agree()
        self.pay(self.invoice)
        self.assertEqual(agreement.state, "kept")
        message = self.propose()
        self.assertEqual((message.thanks, message.state), (True, "queued"))

    def test_one_without_consent_gets_no_thanks_and_the_screen_says_why(self):
        self.policy.thanks_template_name = "dunning_thanks"
        self.reminded_and_paid()
        self.grant(self.debtor, event="withdrawn", effective_at=WEDNESDAY)
        message = self.propose()
        self.assertEqual((message.state, message.reason), ("refused", "consent_withdrawn"))
        self.assertFalse(self.propose())


class TestAgreedPayments(AgreementCommon):
    """Reminders of agreed payments, by the same gate and outbox."""

    def propose_agreed(self):
        """Plan now; without the ladder's own refusal because of the agreement."""
        return self.propose().filtered("instalment_id")

    def test_an_agreed_payment_is_reminded_two_days_before_and_on_its_day(self):
        agreement = self.agree(first_date=WEDNESDAY.date() + timedelta(days=5))  # a Monday
        heard = []
        for day in range(7):
            self.clock.move_to(WEDNESDAY + timedelta(days=day))
            for message in self.propose_agreed():
                heard.append((day, message.instalment_offset, message.purpose))
            self.deliver()
        self.assertEqual(heard, [(3, -2, "agreement"), (5, 0, "agreement")])
        messages = agreement.instalment_ids.reminder_ids
        self.assertEqual(set(messages.mapped("state")), {"sent", "cancelled"})

    def message(self, **vals):
        """The reminder of a payment that is agreed for the day after tomorrow."""
        agreement = self.agree(
            kind="plan", count=2, first_date=WEDNESDAY.date() + timedelta(days=2), **vals
        )
        return agreement, self.propose_agreed()

    def test_it_asks_for_the_agreed_amount_on_the_agreed_day(self):
        agreement, message = self.message()
        self.assertEqual((message.state, message.amount_total), ("queued", 50.0))
        self.deliver()
        self.assertEqual(message.state, "sent")
        for words in ("50", "27/11/2026", self.invoice.name, "acordamos"):
            self.assertIn(words, message.body)
        self.assertEqual(message.instalment_id, agreement.instalment_ids[0])
        self.assertFalse(self.propose_agreed())

    def test_a_part_payment_lessens_what_it_asks_for_and_a_payment_stops_it(self):
        _agreement, message = self.message()
        self.pay(self.invoice, 20.0)
        (found,) = self.outbox._fresh_candidates(message, WEDNESDAY)
        self.assertEqual(found.amount, 30.0)
        self.pay(self.invoice, 30.0)
        self.assertEqual((message.state, message.reason), ("cancelled", "paid"))

    def test_what_else_rests_the_invoices_rests_the_reminder_too(self):
        for reason in ("dispute", "lawsuit"):
            with self.subTest(reason=reason), self.env.cr.savepoint() as savepoint:
                _agreement, message = self.message()
                self.env["dunning.hold"].create(
                    {"move_ids": self.invoice.ids, "reason": reason, "date_from": WEDNESDAY}
                )
                self.deliver()
                self.assertEqual((message.state, message.reason), ("cancelled", f"hold_{reason}"))
                savepoint.close(rollback=True)

    def test_an_open_credit_that_covers_the_agreed_payment_stops_it(self):
        self.agree(kind="plan", count=2, first_date=WEDNESDAY.date() + timedelta(days=2))
        other = self.create_invoice(self.debtor, days=60, amount=50.0)
        self.pay(other)
        other.line_ids.remove_move_reconcile()
        message = self.propose_agreed()
        self.assertEqual((message.state, message.reason), ("refused", "credit_covers"))

    def test_a_cancelled_agreement_stops_it_and_the_ladder_goes_on(self):
        agreement, message = self.message()
        agreement.action_cancel()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(self.propose().purpose, "reminder")

    def test_quotas_count_agreed_payments_like_any_contact(self):
        other = self.create_invoice(self.debtor, days=-8)
        reminder = self.propose()
        self.deliver()
        self.assertEqual(reminder.state, "sent")
        self.agree(other, first_date=WEDNESDAY.date())
        message = self.propose_agreed()
        self.assertEqual(message.purpose, "agreement")
        self.assertEqual(message.state, "waiting")

    def test_one_that_waited_past_its_day_of_reminding_is_not_sent(self):
        self.clock.move_to(WEDNESDAY + timedelta(days=4))  # a Sunday
        self.agree(first_date=WEDNESDAY.date() + timedelta(days=5))
        message = self.propose_agreed()
        self.assertEqual((message.state, message.instalment_offset), ("waiting", -2))
        self.clock.move_to(message.not_before)
        self.deliver()
        self.assertEqual((message.state, message.reason), ("cancelled", "level_passed"))
        self.assertEqual(self.propose_agreed().instalment_offset, 0)

    def test_without_template_or_days_nothing_is_proposed_and_a_missing_text_is_told(self):
        self.policy.agreement_offsets = False
        _agreement, message = self.message()
        self.assertFalse(message)
        self.policy.agreement_offsets = "-2 0"
        self.policy.agreement_template_name = "no_such_template"
        refused = self.propose_agreed()
        self.assertEqual((refused.state, refused.reason), ("refused", "template"))
        self.assertIn("no_such_template", refused.explanation)
        self.assertFalse(self.propose_agreed())

    def test_the_plan_takes_the_same_queries_for_one_agreement_and_for_many(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.plan._agreement_candidates(self.company, WEDNESDAY)
            return len(found), self.env.cr.sql_log_count - before

        first = WEDNESDAY.date() + timedelta(days=2)
        self.agree(first_date=first)
        count()
        one, queries = count()
        for number in range(12):
            debtor = self.create_debtor(f"Debtor {number}", f"+51 987 650 {number:03}")
            self.agree(self.create_invoice(debtor, days=-8), first_date=first)
        count()
        many, more = count()
        self.assertEqual((one, many), (1, 13))
        self.assertLessEqual(more, queries + 4)
