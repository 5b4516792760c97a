from datetime import timedelta

from odoo.tests import tagged

from .common import WEDNESDAY
from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestEventOffer(EventCase):
    """From "I want to agree on a date" to an agreement in force, by two taps."""

    def setUp(self):
        super().setUp()
        self.clock.move_to(WEDNESDAY + timedelta(minutes=6))

    def tap(self, payload, label="Tap"):
        return self.write_in(button=(payload, label), context=self.message.provider_ref)

    def agree(self):
        """Tap on "agree" and deliver what follows; returns the buttons that were sent."""
        self.tap("DUN:agree")
        self.deliver()
        payload = self.sandbox.accepted[-1]["payload"]
        self.assertEqual(payload["type"], "interactive")
        return [row["reply"] for row in payload["interactive"]["action"]["buttons"]]

    def agreement(self):
        self.env.invalidate_all()
        return self.env["dunning.agreement"].search([("move_ids", "in", self.invoice.ids)])

    def test_two_taps_make_an_agreement_with_its_proof(self):
        buttons = self.agree()
        self.assertEqual(self.agreement().state, "proposed")
        self.tap(buttons[-1]["id"], buttons[-1]["title"])
        agreement = self.agreement()
        self.assertEqual(agreement.state, "active")
        self.assertEqual(agreement.acceptance_ids.how, "whatsapp")
        self.assertIn(buttons[-1]["title"], agreement.acceptance_ids.wording)
        self.assertTrue(agreement.acceptance_ids.reference)
        self.assertAlmostEqual(sum(agreement.instalment_ids.mapped("amount")), 100.0)
        self.assertIn("Payment agreement in force", self.notes_on(self.invoice))

    def test_reminders_rest_while_the_offer_stands(self):
        self.agree()
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.assertFalse(self.propose().filtered(lambda m: m.state in ("queued", "waiting")))

    def test_a_second_tap_on_an_offer_that_was_taken_goes_to_a_person(self):
        self.policy.user_id = self.env.user
        buttons = self.agree()
        self.tap(buttons[0]["id"], "first")
        self.tap(buttons[-1]["id"], "second")
        self.assertEqual(len(self.agreement().acceptance_ids), 1)
        summaries = " ".join(self.invoice.activity_ids.mapped("summary"))
        self.assertIn("an offer that has ended", summaries)

    def test_a_second_wish_to_agree_makes_no_second_offer(self):
        self.agree()
        count = len(self.sandbox.accepted)
        self.tap("DUN:agree", "again")
        self.deliver()
        self.assertEqual(len(self.sandbox.accepted), count)
        self.assertEqual(len(self.agreement()), 1)

    def test_what_he_writes_is_heard_as_a_tap_is(self):
        for number, text in enumerate(("¿puedo pagar en 3 partes?", "¿me dan unos días?")):
            with self.subTest(text=text):
                self.agreement().filtered(lambda a: a.state == "proposed").action_cancel()
                self.write_in(text)
                self.deliver()
                self.assertEqual(len(self.agreement()), number + 1)
                self.assertEqual(self.agreement()[0].state, "proposed")
                self.assertFalse(self.agreement()[0].acceptance_ids)
                self.assertEqual(self.sandbox.accepted[-1]["payload"]["type"], "interactive")

    def test_a_promise_in_his_own_words_and_a_denial_are_left_to_a_person(self):
        self.policy.user_id = self.env.user
        for text in ("pago el viernes", "no puedo pagar en 3 partes", "ya pagué en 3 partes"):
            self.write_in(text)
        self.deliver()
        self.assertFalse(self.agreement())
        self.assertTrue(self.activities(self.invoice))

    def test_the_disputed_one_is_not_agreed_on(self):
        other = self.create_invoice(self.debtor, days=-8)
        self.message.line_ids.copy({"move_id": other.id, "level_id": False})
        self.env["dunning.hold"].create({"move_ids": other.ids, "reason": "dispute"})
        self.agree()
        self.assertEqual(self.agreement().move_ids, self.invoice)
        self.agreement().action_cancel()
        self.env["dunning.hold"].create({"move_ids": self.invoice.ids, "reason": "dispute"})
        self.write_in("¿puedo pagar en 3 partes?")
        self.assertEqual(self.agreement().state, "cancelled")

    def test_without_offers_of_the_policy_a_person_writes_and_reminders_rest(self):
        self.policy.offer_ids.unlink()
        self.tap("DUN:agree")
        self.assertFalse(self.agreement())
        hold = self.env["dunning.hold"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual(hold.reason, "by_hand")
