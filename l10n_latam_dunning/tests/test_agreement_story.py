from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import WEDNESDAY
from .event_common import EventCase
from .test_agreement import Agreeing
from .test_agreement_paper import PDF, prints


@tagged("post_install", "-at_install")
class TestAgreementStory(Agreeing, EventCase):
    """From "can I pay in 3 parts?" to a plan, a payment, a missed one, and reminders again: over
    the sandbox's real HTTP, with the clock set forward. Every step is read off the chatter."""

    def setUp(self):
        super().setUp()
        self.clock.move_to(WEDNESDAY + timedelta(minutes=6))
        self.policy.user_id = self.env.user
        self.policy.broken_resume = "restart"
        self.policy.broken_level_id = self.levels[7]

    def at(self, *when):
        self.clock.move_to(datetime(*when, 15, 0))

    def last_payload(self):
        return self.sandbox.accepted[-1]["payload"]

    def agreement(self):
        self.env.invalidate_all()
        return self.env["dunning.agreement"].search([("move_ids", "in", self.invoice.ids)])

    def take_three_parts(self):
        """He asks in his own words, gets the policy's offers, and taps the third."""
        asked = self.write_in("¿puedo pagar en 3 partes?")
        self.assertEqual(asked.state, "done")
        self.deliver()
        buttons = self.last_payload()["interactive"]["action"]["buttons"]
        titles = [row["reply"]["title"] for row in buttons]
        self.assertEqual(titles, ["Pagar en 3 días", "Pagar en 7 días", "Pagar en 3 partes"])
        third = buttons[2]["reply"]
        tap = self.write_in(button=(third["id"], third["title"]))
        agreement = self.agreement()
        self.assertEqual((agreement.state, agreement.count), ("active", 3))
        self.assertEqual(agreement.instalment_ids.mapped("amount"), [33.33, 33.33, 33.34])
        self.assertEqual(agreement.acceptance_ids.reference, f"dunning.event,{tap.id}")
        return agreement

    def confirm(self, agreement):
        """The confirmation leaves once, with the PDF, as he wrote a moment ago."""
        with prints():
            self.follow()
        self.deliver()
        self.follow()
        self.deliver()
        sent = self.last_payload()
        self.assertEqual(sent["type"], "document")
        self.assertIn("33,34", sent["document"]["caption"])
        self.assertEqual(agreement.confirmation_ids.state, "sent")
        self.assertEqual(agreement.confirmation_ids.document_id.raw, PDF)

    def remind_and_pay_the_first(self, agreement):
        self.at(2026, 11, 30)  # two days before was a Saturday, on which Peru's law closes
        reminder = self.propose()
        self.assertEqual(reminder.instalment_id, agreement.instalment_ids[0])
        self.deliver()
        self.assertEqual(
            (reminder.state, reminder.amount_total), ("sent", 33.33), reminder.explanation
        )
        self.pay(self.invoice, 33.33)
        self.assertEqual(agreement.instalment_ids.mapped("state"), ["kept", "open", "open"])
        self.assertFalse(self.propose().filtered(lambda m: m.state in ("queued", "waiting")))

    def miss_the_second(self, agreement):
        second = agreement.instalment_ids[1]
        self.at(2026, 12, second.date_due.day + agreement.grace_days)
        self.follow()
        self.assertEqual(agreement.state, "active")
        self.at(2026, 12, second.date_due.day + agreement.grace_days + 1)
        self.follow()
        self.assertEqual(agreement.state, "broken")
        self.assertEqual(agreement.instalment_ids.mapped("state"), ["kept", "missed", "open"])
        self.assertIn("broke a payment agreement", agreement.activity_ids.mapped("summary")[-1])

    def test_from_a_question_to_a_broken_plan_and_the_ladder_again(self):
        agreement = self.take_three_parts()
        self.confirm(agreement)
        self.remind_and_pay_the_first(agreement)
        self.miss_the_second(agreement)
        again = self.propose()
        self.assertEqual((again.level_id, again.amount_total), (self.levels[7], 66.67))
        self.deliver()
        self.assertEqual(again.state, "sent", again.explanation)
        # oldest first: what the accountant reads on the invoice
        notes = [note.body for note in self.invoice.message_ids.sorted("id")]
        steps = [
            "¿puedo pagar en 3 partes?",
            "Payment agreement proposed",
            "Payment agreement in force",
            "Confirmation of the agreement",
            "Agreed payment of",
            "Agreed payment 1 of 3 is made",
            "Payment agreement broken",
            self.levels[7].name,
        ]
        places = []
        for step in steps:
            after = places[-1] if places else -1
            found = [n for n, body in enumerate(notes) if step in body and n > after]
            self.assertTrue(found, f"{step!r} is not on the chatter after {after}: {notes}")
            places.append(found[0])

    def test_one_of_three_is_disputed_and_the_next_message_lists_the_other_two(self):
        second = self.create_invoice(self.debtor, days=-3)
        third = self.create_invoice(self.debtor, days=-2)
        self.write_in(button=("DUN:dispute", "No la reconozco"))
        self.at(2026, 12, 3)
        message = self.propose()
        self.deliver()
        self.assertEqual(message.state, "sent", message.explanation)
        self.assertEqual(message.move_ids, second | third)
        self.assertNotIn(self.invoice.name, message.body)
        self.assertIn("Dispute", self.invoice.dunning_rest)
