from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import WEDNESDAY
from .mail_common import ADDRESS, EmailCommon


@tagged("post_install", "-at_install")
class TestStop(EmailCommon, HttpCase):
    """The link with which a debtor ends a channel."""

    def setUp(self):
        super().setUp()
        self.debtor = self.create_reader()
        self.invoice = self.create_invoice(self.debtor, days=-8)
        self.message = self.propose()
        self.link = self.message.values["unsubscribe_link"]
        self.path = self.link.partition("localhost:8069")[2] or self.link

    def withdrawals(self):
        domain = [("partner_id", "=", self.debtor.id), ("event", "=", "withdrawn")]
        return self.env["dunning.consent"].search(domain)

    def test_looking_at_the_page_changes_nothing(self):
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("r•••@quispe.example", page.text)
        self.assertNotIn(ADDRESS, page.text)
        self.assertNotIn("Set-Cookie", page.headers)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertFalse(self.withdrawals())
        self.assertEqual(self.message.state, "queued")

    def test_the_button_withdraws_with_its_proof_and_cancels_what_waits(self):
        page = self.url_open(self.path, data={"confirm": "1"}, headers={"User-Agent": "Reader/1"})
        self.assertEqual(page.status_code, 200)
        self.assertIn('id="dunning_stopped"', page.text)
        fact = self.withdrawals()
        self.assertEqual((fact.channel, fact.source), ("email", "web"))
        self.assertEqual(fact.contact_point_id.value, ADDRESS)
        self.assertIn("127.0.0.1", fact.proof)
        self.assertIn("Reader/1", fact.proof)
        self.assertIn("r•••@quispe.example", fact.wording)
        self.assertEqual(
            (self.message.state, self.message.reason_codes), ("cancelled", "consent_withdrawn")
        )
        self.assertIn("withdrawn", self.notes_on(self.invoice))
        self.deliver()
        self.assertFalse(self.sink.accepted)

    def test_one_click_of_a_mail_program_is_enough_and_twice_is_once(self):
        for _click in range(2):
            answer = self.url_open(self.path, data={"List-Unsubscribe": "One-Click"})
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.withdrawals()), 1)

    def test_everybody_behind_the_address_is_meant(self):
        twin = self.create_reader(name="Rosa Q.")
        self.create_invoice(twin, days=-8)
        second = self.propose()
        self.url_open(self.path, data={"confirm": "1"})
        self.assertEqual({self.message.state, second.state}, {"cancelled"})

    def test_only_this_channel_is_ended(self):
        self.grant(self.debtor)
        self.url_open(self.path, data={"confirm": "1"})
        after = self.propose()
        self.assertEqual((after.channel, after.state), ("whatsapp", "queued"))

    def test_who_agrees_again_can_end_it_again(self):
        self.url_open(self.path, data={"confirm": "1"})
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.grant(self.debtor, channel="email", effective_at=WEDNESDAY + timedelta(minutes=30))
        self.assertIn('id="dunning_question"', self.url_open(self.path).text)
        self.url_open(self.path, data={"confirm": "1"})
        self.assertEqual(len(self.withdrawals()), 2)

    def test_a_link_cannot_be_guessed_or_moved_to_another_channel(self):
        token = self.path.rpartition("/")[2]
        number, _dot, signature = token.partition(".")
        other = f"{int(number, 16) + 1:x}.{signature}"
        for path in [
            f"/dunning/stop/email/{other}",
            f"/dunning/stop/whatsapp/{token}",
            f"/dunning/stop/nothing/{token}",
            f"/dunning/stop/email/{number}",
            f"/dunning/stop/email/{number}.",
            "/dunning/stop/email/-1.x",
            "/dunning/stop/email/ffffffffffff.x",
            "/dunning/stop/email/%00.é",
        ]:
            with self.subTest(path):
                page = self.url_open(path, data={"confirm": "1"})
                self.assertEqual(page.status_code, 404)
        self.assertFalse(self.withdrawals())

    def test_the_page_is_in_the_debtors_language(self):
        self.assertIn('lang="es-419"', self.url_open(self.path).text)

    def test_a_withdrawal_between_claim_and_wire_stops_the_message_and_all_that_follows(self):
        self.outbox._claim(WEDNESDAY)
        self.url_open(self.path, data={"confirm": "1"})
        self.outbox._record(self.outbox._send_here(self.message, None))
        self.assertEqual(self.message.state, "cancelled")
        self.assertEqual(self.message.reason_codes, "consent_withdrawn")
        self.assertFalse(self.message.attempted_at)
        self.assertFalse(self.sink.accepted)
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        self.only_email()
        after = self.propose()
        self.assertEqual((after.state, after.reason_codes), ("refused", "consent_withdrawn"))
