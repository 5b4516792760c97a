from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import DunningCommon


class TestSendByHand(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env, "dunning_accountant", groups="l10n_latam_dunning.group_dunning_user"
        )
        cls.clerk = new_test_user(cls.env, "dunning_clerk", groups="account.group_account_invoice")

    def wizard(self, invoice, user=None):
        return (
            self.env["dunning.send"]
            .with_user(user or self.accountant)
            .create({"move_id": invoice.id})
        )

    def test_the_preview_shows_text_and_verdict_before_anything_is_sent(self):
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        wizard = self.wizard(invoice)
        self.assertEqual(wizard.outcome, "send")
        self.assertIn(invoice.name, wizard.body)
        self.assertTrue(wizard.jurisdiction.startswith("PE@"))
        self.assertFalse(invoice.dunning_line_ids)

    def test_send_queues_and_the_outbox_delivers(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        self.wizard(invoice).action_send()
        message = self.message_of(debtor)
        self.assertEqual((message.state, message.user_id), ("queued", self.accountant))
        self.deliver()
        self.assertEqual(message.state, "sent")

    def test_at_night_it_is_scheduled_for_the_first_lawful_hour(self):
        self.clock.move_to("2026-11-26 03:00:00")
        debtor = self.create_debtor()
        wizard = self.wizard(self.create_invoice(debtor, days=-8))
        self.assertEqual(wizard.outcome, "wait")
        self.assertIn("2026-11-26 08:00 America/Lima", wizard.not_before)
        wizard.action_send()
        self.assertEqual(self.message_of(debtor).state, "waiting")

    def test_what_the_gate_refuses_is_not_sent_and_the_reason_is_said(self):
        debtor = self.create_debtor(consent=False)
        wizard = self.wizard(self.create_invoice(debtor, days=-8))
        self.assertEqual(wizard.outcome, "refuse")
        self.assertIn("not agreed", wizard.reasons)
        with self.assertRaisesRegex(UserError, "not agreed"):
            wizard.action_send()
        self.assertFalse(self.message_of(debtor))

    def test_the_reasons_of_an_invoice_that_needs_no_reminder(self):
        debtor = self.create_debtor()
        paid = self.create_invoice(debtor, days=-8)
        self.pay(paid)
        future = self.create_invoice(self.create_debtor(name="F", phone="+51 987 654 322"), days=60)
        self.assertIn("paid", self.wizard(paid).reasons)
        self.assertIn("is due in", self.wizard(future).reasons)

    def test_the_same_rung_is_not_sent_twice_by_hand(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        self.wizard(invoice).action_send()
        again = self.wizard(invoice)
        self.assertEqual(again.outcome, "refuse")
        self.assertIn("already", again.reasons)

    def test_by_hand_asks_the_same_gate_about_frequency(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.propose()
        self.deliver()
        other = self.create_invoice(debtor, days=0)
        self.assertEqual(self.wizard(other).outcome, "wait")

    def test_without_the_role_nobody_sends(self):
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        with self.assertRaises(AccessError):
            self.wizard(invoice, self.clerk)
