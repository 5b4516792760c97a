from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .common import WEDNESDAY, DunningCommon

# Wednesday, 20:00 in Bogotá and Lima: an hour after Colombia's law closes.
EVENING = datetime(2026, 11, 26, 1, 0)


class TestOtherHours(DunningCommon):
    """What a Colombian debtor asks for in a document of his own, and nobody else's law allows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colombia = cls.env.ref("base.co")

    def setUp(self):
        super().setUp()
        self.clock.move_to(EVENING)

    def create_colombian(self, **vals):
        vals = {"country": self.colombia, "phone": "+57 300 1234567", **vals}
        debtor = self.create_debtor(**vals)
        self.create_invoice(debtor, days=-8)
        return debtor

    def ask_for(self, debtor, **vals):
        return self.grant(
            debtor,
            **{
                "kind": "other_hours",
                "hours": "Mo-Fr 19:00-21:00",
                "source": "form",
                "proof": "Letter of 26 October, page 1",
                "effective_at": WEDNESDAY - timedelta(days=30),
                **vals,
            },
        )

    def state_in_the_evening(self, debtor):
        self.propose()
        return self.message_of(debtor).state

    # === WHAT IT OPENS ===

    def test_it_opens_the_hours_asked_for_and_cites_the_article(self):
        debtor = self.create_colombian()
        self.ask_for(debtor)
        self.assertEqual(self.state_in_the_evening(debtor), "queued")
        self.deliver()
        message = self.message_of(debtor)
        self.assertEqual(message.state, "sent")
        window = next(c for c in message.verdict["checks"] if c["code"] == "outside_window")
        self.assertIn("art. 3 par.", window["legal_reference"])
        self.assertIn("21:00", window["figures"]["hours"])

    def test_without_a_request_the_evening_is_closed(self):
        self.assertEqual(self.state_in_the_evening(self.create_colombian()), "waiting")

    def test_it_opens_nothing_but_these_hours(self):
        debtor = self.create_colombian()
        self.ask_for(debtor, hours="Mo-Tu,Th-Fr 19:00-21:00; We 20:01-21:00")
        self.assertEqual(self.state_in_the_evening(debtor), "waiting")
        message = self.message_of(debtor)
        self.assertEqual(message.not_before, EVENING + timedelta(minutes=1))

    def test_limits_stay_as_they_were(self):
        debtor = self.create_colombian()
        self.ask_for(debtor)
        self.clock.move_to(WEDNESDAY)
        self.propose()
        self.deliver()
        self.clock.move_to(EVENING)
        self.create_invoice(debtor, days=-16)
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.assertIn("quota_day", message.reason_codes)

    def test_it_counts_from_its_own_instant_on(self):
        debtor = self.create_colombian()
        self.clock.move_to(EVENING + timedelta(seconds=1))
        self.ask_for(debtor, effective_at=EVENING + timedelta(seconds=1))
        self.clock.move_to(EVENING)
        self.assertEqual(self.state_in_the_evening(debtor), "waiting")

    def test_another_channel_is_not_opened(self):
        debtor = self.create_colombian()
        self.grant(debtor, channel="sms")
        self.ask_for(debtor, channel="sms")
        self.assertEqual(self.state_in_the_evening(debtor), "waiting")

    def test_no_other_country_is_widened_even_if_the_debtor_moves(self):
        debtor = self.create_colombian()
        self.ask_for(debtor)
        debtor.write({"country_id": self.peru.id, "phone": "+51 987 654 321"})
        self.assertEqual(self.state_in_the_evening(debtor), "waiting")

    # === HOW IT ENDS ===

    def test_a_withdrawal_of_the_request_ends_it_and_leaves_the_consent(self):
        debtor = self.create_colombian()
        asked = self.ask_for(debtor)
        self.assertTrue(asked.hours_in_force)
        asked.action_end_hours()
        self.assertFalse(asked.hours_in_force)
        self.assertEqual(debtor.dunning_consent_state, "granted")
        self.assertEqual(self.state_in_the_evening(debtor), "waiting")
        self.clock.move_to(EVENING + timedelta(hours=11))
        self.assertEqual(self.deliver(), self.message_of(debtor))
        with self.assertRaises(UserError):
            asked.action_end_hours()

    def test_a_message_that_waits_for_the_evening_does_not_leave_after_the_withdrawal(self):
        debtor = self.create_colombian()
        asked = self.ask_for(debtor)
        self.assertEqual(self.state_in_the_evening(debtor), "queued")
        asked.action_end_hours()
        self.deliver()
        self.assertEqual(self.message_of(debtor).state, "waiting")

    def test_who_withdraws_the_channel_and_agrees_again_has_to_ask_again(self):
        debtor = self.create_colombian()
        asked = self.ask_for(debtor)
        self.grant(debtor, event="withdrawn", effective_at=WEDNESDAY - timedelta(days=20))
        self.grant(debtor, effective_at=WEDNESDAY - timedelta(days=10))
        self.assertFalse(asked.hours_in_force)
        self.assertEqual(self.state_in_the_evening(debtor), "waiting")

    def test_a_request_alone_is_no_consent_to_the_channel(self):
        debtor = self.create_colombian()
        self.ask_for(debtor)
        self.grant(debtor, event="withdrawn", effective_at=WEDNESDAY - timedelta(days=20))
        self.ask_for(debtor, effective_at=WEDNESDAY - timedelta(days=10))
        self.assertEqual(debtor.dunning_consent_state, "withdrawn")
        self.assertEqual(self.state_in_the_evening(debtor), "refused")

    # === WHAT IT NEEDS ===

    def test_a_request_that_would_open_nothing_is_refused_with_what_it_lacks(self):
        debtor = self.create_colombian()
        early = WEDNESDAY - timedelta(days=90)
        for vals, lesson in [
            ({"hours": "Mo-Fr 25:00-26:00"}, "goes past 24:00"),
            ({"hours": "Mo-Fr"}, "names days but no hours"),
            ({"hours": "noches"}, "“noches” .* is no day"),
            ({"hours": False}, "No hours are written"),
            ({"proof": " "}, "write where the proof is"),
            ({"source": "contract"}, "document of their own"),
            ({"effective_at": early}, "after his consent to WhatsApp"),
            ({"effective_at": early - timedelta(days=1)}, "after his consent"),
            ({"channel": "sms"}, "after his consent to SMS"),
            ({"event": "asked"}, "granted or withdrawn"),
        ]:
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, lesson):
                self.ask_for(debtor, **vals)

    def test_where_the_law_does_not_let_him_ask_it_is_neither_offered_nor_recorded(self):
        peruvian = self.create_debtor()
        self.assertNotIn("other_hours", peruvian.dunning_consent_ids.kinds)
        with self.assertRaisesRegex(ValidationError, "The law of Peru does not let"):
            self.ask_for(peruvian)
        colombian = self.create_colombian()
        self.assertIn("other_hours", colombian.dunning_consent_ids.kinds)
        self.assertEqual(colombian.dunning_consent_ids.hours_law, "Ley 2300 de 2023 art. 3 par.")

    def test_hours_are_said_in_words(self):
        asked = self.ask_for(self.create_colombian(), hours="Mo-Fr 19:00-21:00; Sa 15:00-16:00")
        self.assertEqual(asked.hours_text, "Mon–Fri 19:00–21:00; Sat 15:00–16:00")
        self.assertIn("lun", asked.with_context(lang="es_419").hours_text)

    def test_a_user_records_and_ends_it_and_an_accountant_does_not(self):
        user = new_test_user(self.env, "hours_user", groups="l10n_latam_dunning.group_dunning_user")
        clerk = new_test_user(self.env, "hours_clerk", groups="account.group_account_invoice")
        asked = self.ask_for(self.create_colombian())
        with self.assertRaises(AccessError):
            asked.with_user(clerk).action_end_hours()
        asked.with_user(user).action_end_hours()
        self.assertFalse(asked.hours_in_force)

    # === COST ===

    def test_requests_cost_the_gate_no_query_more(self):
        debtors = [
            self.create_colombian(name=f"D{index}", phone=f"+57 300 12345{index:02}")
            for index in range(5)
        ]
        now = fields.Datetime.now()
        candidates = self.plan._candidates(self.company, now)
        gate = self.env["dunning.gate"].sudo()
        without = self.queries_of(gate, candidates, now)
        for debtor in debtors:
            self.ask_for(debtor)
        self.assertEqual(self.queries_of(gate, candidates, now), without)

    def queries_of(self, gate, candidates, now):
        self.env.flush_all()
        gate._decide(candidates, now)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        gate._known(candidates, now)
        return self.env.cr.sql_log_count - before
