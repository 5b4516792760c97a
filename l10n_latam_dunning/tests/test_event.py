import itertools
from datetime import timedelta

from .common import NUMBER_ID, WABA_ID, WEDNESDAY, DunningCommon
from .webhooks import envelope, inbound, raw, status


class TestEvent(DunningCommon):
    def setUp(self):
        super().setUp()
        self.debtor = self.create_debtor()
        self.invoice = self.create_invoice(self.debtor, days=-8)
        self.message = self.propose()
        self.deliver()

    def receive(self, *values):
        body = raw(envelope(WABA_ID, NUMBER_ID, *values))
        stored = self.env["dunning.event"].sudo()._store_webhook(self.account._route(), body)
        self.env["dunning.event"].sudo()._claim()._process()
        return stored

    def test_receipts_move_the_message_forward(self):
        for name in ("sent", "delivered", "read"):
            self.receive(status(self.message.provider_ref, name))
            self.assertEqual(self.message.state, name)
        self.assertTrue(self.message.read_at)
        self.assertIn("Read", self.notes_on(self.invoice))

    def test_receipts_in_any_order_and_twice_end_in_the_same_state(self):
        for order in itertools.permutations(["sent", "delivered", "read", "delivered"]):
            with self.subTest(order=order):
                self.message.write({"state": "sent", "read_at": False, "delivered_at": False})
                self.env["dunning.event"].sudo().search([]).unlink()
                for name in order:
                    self.receive(status(self.message.provider_ref, name))
                self.assertEqual(self.message.state, "read")

    def test_the_same_webhook_twice_is_stored_once(self):
        self.assertEqual(self.receive(status(self.message.provider_ref, "delivered")), 1)
        self.assertEqual(self.receive(status(self.message.provider_ref, "delivered")), 0)

    def test_an_uncertain_message_is_settled_by_our_own_reference(self):
        self.message.write({"state": "uncertain", "provider_ref": False})
        self.receive(status("wamid.NEW", "delivered", opaque=self.message.reference))
        self.assertEqual(self.message.state, "delivered")
        self.assertEqual(self.message.provider_ref, "wamid.NEW")

    def test_a_failed_receipt_says_why_on_the_chatter(self):
        self.receive(status(self.message.provider_ref, "failed", code=131026))
        self.assertEqual(self.message.state, "failed")
        self.assertIn("131026", self.notes_on(self.invoice))

    def test_a_receipt_that_overtakes_its_message_is_kept_for_a_while(self):
        self.receive(status("wamid.UNKNOWN", "sent"))
        event = self.env["dunning.event"].sudo().search([("key", "like", "wamid.UNKNOWN")])
        self.assertEqual(event.state, "new")
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        event._process()
        self.assertEqual(event.state, "ignored")

    def test_a_reply_stands_on_the_chatter_of_the_invoice_and_raises_an_activity(self):
        self.receive(inbound("51987654321", "¿Puedo pagar el viernes? <b>x</b>"))
        notes = self.notes_on(self.invoice)
        self.assertIn("¿Puedo pagar el viernes? &lt;b&gt;x&lt;/b&gt;", notes)
        self.assertEqual(self.invoice.activity_ids.user_id, self.env.user)

    def test_words_that_mean_stop_withdraw_consent_at_once(self):
        for number, word in enumerate(["BAJA", "stop", "Sair.", "pare", "por favor baja"]):
            with self.subTest(word):
                debtor = self.create_debtor(name=word, phone=f"+51 987 654 80{number}")
                invoice = self.create_invoice(debtor, days=-8)
                self.propose()
                message = self.message_of(debtor)
                self.receive(inbound(f"5198765480{number}", word))
                self.assertEqual(debtor.dunning_consent_state, "withdrawn")
                self.assertEqual(message.state, "cancelled")
                self.assertIn("withdrawn", self.notes_on(invoice).lower())

    def test_a_stop_withdraws_for_everyone_behind_the_number(self):
        twin = self.create_debtor(name="Rosa Q.")
        self.create_invoice(twin, days=-8)
        self.propose()
        self.receive(inbound("51987654321", "BAJA"))
        self.assertEqual((self.debtor + twin).mapped("dunning_consent_state"), ["withdrawn"] * 2)

    def test_a_tap_on_stop_withdraws(self):
        self.receive(
            inbound(
                "51987654321",
                "No recibir más avisos",
                payload="DUN:stop",
                context=self.message.provider_ref,
            )
        )
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")

    def test_a_tap_on_paid_is_no_payment_but_a_hold_of_three_days(self):
        self.receive(inbound("51987654321", "Ya pagué", payload="DUN:paid"))
        hold = self.env["dunning.hold"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual(hold.reason, "payment_reported")
        self.assertEqual(hold.date_to, WEDNESDAY + timedelta(days=3))
        self.assertEqual(self.invoice.payment_state, "not_paid")

    def test_a_dispute_holds_until_a_person_ends_it(self):
        self.receive(inbound("51987654321", "No estoy de acuerdo", payload="DUN:dispute"))
        hold = self.env["dunning.hold"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual((hold.reason, hold.date_to), ("dispute", False))

    def test_a_mexican_reply_with_the_old_one_is_the_same_person(self):
        debtor = self.create_debtor(
            name="Lupita", country=self.env.ref("base.mx"), phone="+52 55 1234 5678"
        )
        self.create_invoice(debtor, days=-8)
        self.propose()
        self.deliver()
        self.receive(inbound("5215512345678", "BAJA"))
        self.assertEqual(debtor.dunning_consent_state, "withdrawn")

    def test_one_bad_event_stops_no_other(self):
        Event = self.env["dunning.event"].sudo()
        bad = Event.create(
            {
                "account_id": self.account.id,
                "key": "bad",
                "kind": "status",
                "data": {"wamid": ["no", "id"], "status": "read"},
                "received_at": WEDNESDAY,
            }
        )
        with self.assertLogs("odoo.addons.l10n_latam_dunning.models.dunning_event", "ERROR"):
            self.receive(status(self.message.provider_ref, "delivered"))
        self.assertEqual(bad.state, "failed")
        self.assertIn("TypeError", bad.error)
        self.assertEqual(self.message.state, "delivered")
