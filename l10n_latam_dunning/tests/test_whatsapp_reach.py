from datetime import timedelta

from ..core.whatsapp.errors import rule_of
from .common import NUMBER_ID, WABA_ID, WEDNESDAY, DunningCommon
from .webhooks import envelope, inbound, raw

DAY = timedelta(days=1)


class TestWhatsappReach(DunningCommon):
    def setUp(self):
        super().setUp()
        self.debtor = self.create_debtor()
        self.invoice = self.create_invoice(self.debtor, days=-8)
        self.point = self.propose().contact_point_id

    def create_failure(self, days_ago, code=131026, **vals):
        """A message to the debtor that failed, as the events record it."""
        return (
            self.env["dunning.message"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "partner_id": self.debtor.id,
                    "account_id": self.account.id,
                    "contact_point_id": self.point.id,
                    "channel": "whatsapp",
                    "purpose": "reminder",
                    "currency_id": self.company.currency_id.id,
                    "state": "failed",
                    "error_code": code,
                    "attempted_at": WEDNESDAY - days_ago * DAY,
                    **vals,
                }
            )
        )

    def learn(self, code=131026):
        self.point._learn_from(rule_of(code, None))
        return self.point.state

    def test_one_failure_or_several_of_one_day_say_little(self):
        self.create_failure(0)
        self.assertEqual(self.learn(), "new")
        self.create_failure(0)
        self.create_failure(0.01)
        self.assertEqual(self.learn(), "new")

    def test_three_failures_on_different_days_make_a_number_unreachable(self):
        for days_ago in (0, 3, 6):
            self.create_failure(days_ago)
        self.assertEqual(self.learn(), "unreachable")
        message = self.message_of(self.debtor).search(
            [("partner_id", "=", self.debtor.id), ("state", "=", "queued")]
        )
        self.deliver()
        self.assertEqual(
            (message.state, message.reason_codes), ("cancelled", "contact_unreachable")
        )
        self.assertIn("came back again and again", message.explanation)
        self.assertFalse(self.sandbox.accepted)

    def test_other_errors_do_not_count(self):
        for days_ago in (0, 3, 6):
            self.create_failure(days_ago, code=131047)
        self.assertEqual(self.learn(), "new")

    def test_a_delivery_in_between_starts_the_count_anew(self):
        for days_ago in (0, 3, 6):
            self.create_failure(days_ago)
        self.create_failure(1, state="delivered", error_code=0)
        self.assertEqual(self.learn(), "new")

    def test_an_answer_proves_that_it_is_reached(self):
        for days_ago in (0, 3, 6):
            self.create_failure(days_ago)
        self.assertEqual(self.learn(), "unreachable")
        body = raw(envelope(WABA_ID, NUMBER_ID, inbound("51987654321", "Hola")))
        events = self.env["dunning.event"].sudo()
        events._store_webhook(self.account._route(), body)
        events._claim()._process()
        self.assertEqual(self.point.state, "new")

    def test_what_the_code_says_of_the_number_is_taken_over(self):
        for code, state in [
            (130403, "unreachable"),
            (131021, "not_theirs"),
            (137000, "unsure"),
            (131047, "new"),
        ]:
            with self.subTest(code):
                self.point.state = "new"
                self.assertEqual(self.learn(code), state)

    def test_a_number_of_another_person_stays_so(self):
        self.point.state = "not_theirs"
        self.assertEqual(self.learn(130403), "not_theirs")
        self.point._note_reached()
        self.assertEqual(self.point.state, "not_theirs")
