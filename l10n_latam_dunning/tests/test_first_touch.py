from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..core.first_touch import says_too_much
from .common import WEDNESDAY
from .event_common import EventCase

# What makes a text unfit to be read by anybody.
NOT_NEUTRAL = [
    "Hola, somos {{company_name}}. ¿Hablamos con {{customer_name}} por {{invoice_names}} aquí?",
    "Hola, somos {{company_name}}, le escribimos por una deuda. ¿Es usted {{customer_name}} acá?",
]


@tagged("post_install", "-at_install")
class TestFirstTouch(EventCase):
    """A debtor whose number nobody has verified: before his reminder he was asked who he is."""

    first_touch = "neutral"

    def setUp(self):
        super().setUp()
        self.policy.user_id = self.env.user
        self.question = self.message.filtered(lambda m: m.purpose == "identity")
        self.held = self.message - self.question
        self.clock.move_to(WEDNESDAY + timedelta(minutes=6))

    def tap(self, action, message=None):
        button = (f"DUN:{action}", "Tap")
        return self.write_in(button=button, context=(message or self.question).provider_ref)

    def say(self, text):
        return self.write_in(text)

    def reminders(self):
        return self.env["dunning.message"].search(
            [
                ("partner_id", "=", self.debtor.id),
                ("level_id", "!=", False),
                ("state", "not in", ("refused", "cancelled")),
            ]
        )

    def link(self, partner=None):
        return self.env["dunning.contact.link"].search(
            [
                ("partner_id", "=", (partner or self.debtor).id),
                ("contact_point_id", "=", self.point.id),
            ]
        )

    # === ASKING ===

    def test_the_first_message_to_a_new_number_tells_nothing_of_the_debt(self):
        self.assertEqual(self.question.state, "sent")
        self.assertIn("Comercial Andina SAC", self.question.body)
        self.assertIn("Rosa Quispe", self.question.body)
        self.assertFalse(says_too_much(self.question.body))
        sent = str(self.sandbox.accepted[0]["payload"])
        self.assertNotIn(self.invoice.name, sent)
        self.assertNotIn("100", self.question.body)
        self.assertEqual(
            self.question.template_id.button_ids.mapped("action"), ["it_is_me", "not_me", "stop"]
        )

    def test_the_reminder_is_held_back_and_says_why(self):
        self.assertEqual((self.held.state, self.held.reason), ("refused", "first_touch"))
        self.assertIn("neutral message asks", self.held.explanation)
        self.assertFalse(self.reminders())

    def test_the_question_is_asked_once_and_the_why_panel_waits_for_the_answer(self):
        self.assertFalse(self.propose())
        (block,) = self.env["dunning.why"].read_panel("account.move", self.invoice.id)
        self.assertEqual(block["outcome"], "refuse")
        words = " ".join(reason["text"] for reason in block["reasons"])
        self.assertIn("waits for the answer", words)
        self.assertIn("2026-11-25", words)

    def test_the_question_obeys_hours_consent_and_caps_as_any_message(self):
        sunday = self.create_debtor(name="Sunday", phone="+51 987 000 001")
        self.create_invoice(sunday, days=-8)
        self.clock.move_to(WEDNESDAY + timedelta(days=4))
        waiting = self.propose().filtered(lambda m: m.partner_id == sunday)
        self.assertEqual(
            {(m.purpose, m.state) for m in waiting},
            {("reminder", "refused"), ("identity", "waiting")},
        )
        silent = self.create_debtor(name="Silent", phone="+51 987 000 002", consent=False)
        self.create_invoice(silent, days=-8)
        refused = self.propose().filtered(lambda m: m.partner_id == silent)
        self.assertEqual(refused.mapped("purpose"), ["reminder"])
        self.assertIn("no_consent", refused.reason_codes)

    def test_the_question_counts_as_a_contact_so_the_reminder_waits_its_turn(self):
        self.tap("it_is_me")
        reminder = self.propose()
        self.assertEqual((reminder.purpose, reminder.state), ("reminder", "waiting"))
        self.assertTrue(reminder.not_before > WEDNESDAY)

    def test_a_question_that_waits_is_cancelled_when_the_invoice_is_paid(self):
        other = self.create_debtor(name="Pays", phone="+51 987 000 003")
        invoice = self.create_invoice(other, days=-8)
        asked = self.propose().filtered(lambda m: m.purpose == "identity")
        self.pay(invoice)
        self.deliver()
        self.assertEqual(asked.state, "cancelled")

    def test_one_number_is_asked_once_for_all_debtors_and_companies(self):
        twin = self.create_debtor(name="Twin")
        self.create_invoice(twin, days=-8)
        held = self.propose()
        self.assertEqual((held.partner_id, held.state), (twin, "refused"))
        self.assertIn("waits for the answer", held.explanation)
        mute = mute_logger("odoo.sql_db")
        with self.assertRaises(UniqueViolation), mute, self.env.cr.savepoint():
            self.question.sudo().copy({"state": "queued", "reference": "dun:again"})
            self.env.flush_all()

    def test_a_text_that_tells_of_the_debt_asks_nobody(self):
        other = self.create_debtor(name="Other", phone="+51 987 000 004")
        self.create_invoice(other, days=-8)
        template = self.question.template_id
        for body in NOT_NEUTRAL:
            with self.subTest(body=body):
                template.body = body
                template.write({"status": "APPROVED", "category": "UTILITY"})
                self.assertIn("speaks of the debt", template._not_neutral())
                asked = self.propose().filtered(lambda m: m.purpose == "identity")
                self.assertFalse(asked.filtered(lambda m: m.state != "refused"))
                errors = [f for f in template.findings if f["code"] == "not_neutral"]
                self.assertTrue(errors)

    def test_the_shipped_questions_have_no_finding_that_stops_them(self):
        templates = self.env["dunning.whatsapp.template"].search(
            [("name", "=", "dunning_identity"), ("account_id", "=", self.account.id)]
        )
        self.assertEqual(set(templates.mapped("language")), {"es", "pt_BR"})
        for template in templates:
            self.assertFalse(template._not_neutral())
            self.assertFalse([f for f in template.findings or [] if f["severity"] == "error"])

    def test_a_confirmed_number_gets_its_reminder_at_once(self):
        other = self.create_debtor(name="Known", phone="+51 987 000 005")
        self.env["dunning.contact.point"]._confirm_numbers(other, "person")
        self.create_invoice(other, days=-8)
        self.assertEqual(self.propose().mapped("purpose"), ["reminder"])

    def test_a_consent_given_from_the_number_itself_verifies_it(self):
        other = self.create_debtor(name="Wrote", phone="+51 987 000 006", consent=False)
        point = self.env["dunning.channel"]._reach_numbers(other)[other][0]
        self.grant(other, source="whatsapp", contact_point_id=point.id, proof="wamid.1")
        self.assertEqual(point.state, "verified")
        self.create_invoice(other, days=-8)
        self.assertEqual(self.propose().state, "queued")

    def test_a_consent_taken_elsewhere_verifies_nothing(self):
        self.assertEqual(self.point.state, "new")
        self.assertFalse(self.link().confirmed_at)

    # === ANSWERS ===

    def test_yes_verifies_the_number_and_the_reminder_follows(self):
        event = self.tap("it_is_me")
        self.assertEqual(event.state, "done")
        self.assertEqual(self.point.state, "verified")
        self.assertEqual(self.link().confirmed_by, "reply")
        self.assertFalse(self.activities(self.invoice) | self.activities(self.debtor))
        self.assertIn("says the person who answered there", self.notes_on(self.debtor))
        self.clock.move_to(WEDNESDAY + timedelta(days=7))
        reminder = self.propose()
        self.deliver()
        self.assertEqual(reminder.state, "sent")
        self.assertIn(self.invoice.name, reminder.body)

    def test_yes_in_words_is_a_yes(self):
        self.say("Sí, soy yo")
        self.assertEqual(self.point.state, "verified")

    def test_no_in_words_is_a_no(self):
        self.say("No soy yo, está equivocado"[:10])
        self.assertEqual(self.point.state, "not_theirs")

    def test_other_words_verify_nothing_and_call_a_person(self):
        self.say("¿Quién es?")
        self.assertEqual(self.point.state, "new")
        self.assertTrue(self.activities(self.invoice) | self.activities(self.debtor))
        self.assertFalse(self.propose())

    def test_a_stop_in_answer_to_the_question_is_a_stop(self):
        self.say("BAJA")
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")
        self.assertEqual(self.point.state, "new")

    def test_not_me_freezes_the_number_for_all_and_is_never_asked_again(self):
        twin = self.create_debtor(name="Twin")
        self.create_invoice(twin, days=-8)
        self.propose()
        self.tap("not_me")
        self.assertEqual(self.point.state, "not_theirs")
        for partner in self.debtor + twin:
            self.assertIn("Find the right number", self.activities(partner).summary)
        self.clock.move_to(WEDNESDAY + timedelta(days=9))
        again = self.propose()
        self.assertEqual(set(again.mapped("state")), {"refused"})
        self.assertFalse(again.filtered(lambda m: m.purpose == "identity"))
        self.assertIn("contact_quarantined", again[0].reason_codes)

    def test_a_yes_after_a_not_me_is_not_believed(self):
        self.tap("not_me")
        self.tap("it_is_me")
        self.assertEqual(self.point.state, "not_theirs")
        self.assertFalse(self.link().confirmed_at)

    def test_a_not_me_after_a_yes_takes_the_confirmation_back(self):
        self.tap("it_is_me")
        self.tap("not_me")
        self.assertEqual(self.point.state, "not_theirs")
        self.assertFalse(self.link().confirmed_at)

    def test_a_yes_counts_for_the_one_who_was_asked_for(self):
        twin = self.create_debtor(name="Twin")
        invoice = self.create_invoice(twin, days=-8)
        self.propose()
        self.tap("it_is_me")
        self.assertFalse(self.link(twin).confirmed_at)
        self.assertFalse(self.propose().filtered(lambda m: m.partner_id == twin))
        (block,) = self.env["dunning.why"].read_panel("account.move", invoice.id)
        words = " ".join(reason["text"] for reason in block["reasons"])
        self.assertIn("Somebody else has confirmed this number", words)

    def test_no_answer_raises_one_activity_after_the_policy_s_days(self):
        self.clock.move_to(WEDNESDAY + timedelta(days=6, hours=23))
        self.propose()
        self.assertFalse(self.activities(self.debtor))
        self.clock.move_to(WEDNESDAY + timedelta(days=7, minutes=1))
        self.propose()
        activity = self.activities(self.debtor)
        self.assertIn("Find the right number", activity.summary)
        self.assertNotIn("987654321", activity.note)
        activity.action_feedback(feedback="Called")
        self.clock.move_to(WEDNESDAY + timedelta(days=20))
        self.propose()
        self.assertFalse(self.activities(self.debtor))
        self.assertFalse(self.reminders())
        (block,) = self.env["dunning.why"].read_panel("account.move", self.invoice.id)
        words = " ".join(reason["text"] for reason in block["reasons"])
        self.assertIn("a person has to make sure", words)

    def test_a_person_s_word_lets_the_reminder_follow(self):
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        self.link().action_confirm()
        self.assertEqual((self.point.state, self.link().confirmed_by), ("verified", "person"))
        self.assertEqual(self.link().confirmed_user_id, self.env.user)
        self.assertEqual(self.propose().state, "queued")

    # === WHATSAPP ===

    def test_a_number_that_changed_hands_is_unverified_again(self):
        self.tap("it_is_me")
        self.point._distrust("WhatsApp says so", self.account)
        self.assertEqual(self.point.state, "unsure")
        self.assertFalse(self.link().confirmed_at)
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        held = self.propose()
        self.assertEqual((held.state, held.reason), ("refused", "contact_unverified"))

    def test_a_question_that_did_not_arrive_goes_to_a_person_at_once(self):
        other = self.create_debtor(name="Nowhere", phone="+51 987 000 009")
        self.create_invoice(other, days=-8)
        asked = self.propose().filtered(lambda m: m.purpose == "identity")
        self.sandbox.fault("undeliverable", to="+51987000009")
        self.deliver()
        self.pull()
        self.assertEqual(asked.state, "failed")
        self.propose()
        self.assertTrue(self.activities(other))

    # === BY HAND ===

    def test_a_reminder_by_hand_offers_to_ask_first(self):
        other = self.create_debtor(name="By hand", phone="+51 987 000 007")
        invoice = self.create_invoice(other, days=-8)
        wizard = self.env["dunning.send"].create({"move_id": invoice.id})
        self.assertEqual(wizard.outcome, "refuse")
        self.assertTrue(wizard.may_ask)
        wizard.action_ask()
        asked = self.message_of(other)
        self.assertEqual((asked.purpose, asked.state), ("identity", "queued"))
        self.assertEqual(asked.user_id, self.env.user)
        again = self.env["dunning.send"].create({"move_id": invoice.id})
        self.assertFalse(again.may_ask)

    def test_the_forecast_takes_every_number_for_confirmed(self):
        forecast = self.env["dunning.forecast"].create({"policy_id": self.policy.id})
        forecast._run()
        self.assertTrue(forecast.line_ids)

    def test_planning_costs_two_queries_for_all_questions_together(self):
        debtors = [self.create_debtor(name=f"D{n}", phone=f"+51 987 100 {n:03}") for n in range(12)]
        for debtor in debtors:
            self.create_invoice(debtor, days=-8)
        gate = self.env["dunning.gate"].sudo()
        candidates = self.plan._candidates(self.company, WEDNESDAY)
        known = gate._known(candidates, WEDNESDAY)
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            gate._questions({c.point.id for c in candidates})
        self.assertEqual(len(known.questions), 1)
