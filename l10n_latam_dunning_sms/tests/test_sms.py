from datetime import timedelta

from odoo.addons.l10n_latam_dunning.tests.common import WEDNESDAY, DunningCommon
from odoo.addons.sms.tests.common import MockSMS
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

NUMBER = "+51987654321"
LOGS = ("odoo.addons.sms.models.sms_sms",)


@tagged("post_install", "-at_install")
class TestSms(DunningCommon, MockSMS):
    """SMS over Odoo's own provider, at Odoo's own door for tests: nothing leaves the machine."""

    def setUp(self):
        super().setUp()
        self.company.phone = "+51 1 2345678"
        self.template = self.env.ref("l10n_latam_dunning_sms.sms_template_reminder")
        for level in self.policies.level_ids:
            level.channel_ids.unlink()
            level.channel_ids = [
                (0, 0, {"channel": "sms", "sms_template_id": self.template.id, "patience": 4})
            ]
        self.debtor = self.create_debtor(consent=False)
        self.invoice = self.create_invoice(self.debtor, days=-8)

    def send(self, message, error=None, **how):
        with self.mockSMSGateway(sim_error=error, **how):
            self.deliver()
            return list(self._sms)

    def tracker_of(self, message):
        return self.env["sms.tracker"].sudo().search([("dunning_message_id", "=", message.id)])

    def left_here(self):
        return self.env["sms.sms"].sudo().search([("number", "=", NUMBER)])

    # === WHAT ===

    def test_an_sms_leaves_once_with_the_text_that_is_kept(self):
        message = self.propose()
        self.assertEqual((message.channel, message.state), ("sms", "queued"))
        [sent] = self.send(message)
        self.assertEqual((sent["number"], sent["body"]), (NUMBER, message.body))
        self.assertEqual(message.state, "sent")
        self.assertEqual(message.provider_ref, sent["uuid"])
        self.assertFalse(self.send(message))
        self.assertIn("Comercial Andina SAC recuerda a Rosa Quispe", message.body)
        self.assertIn("/dunning/p/", message.body)
        self.assertEqual(message.sms_credits, 1)
        self.assertGreaterEqual(message.sms_segments, 1)
        self.assertIn("SMS", self.notes_on(self.invoice))

    def test_a_level_needs_its_text(self):
        with self.assertRaisesRegex(ValidationError, "template for SMS"):
            self.levels[7].channel_ids.sms_template_id = False

    def test_a_text_that_names_an_unknown_telephone_is_not_sent(self):
        self.company.phone = False
        message = self.propose()
        self.assertEqual(message.reason_codes, "template")
        self.assertIn("telephone", message.explanation)

    def test_a_landline_cannot_get_it(self):
        debtor = self.create_debtor(name="Fixed", phone="+51 1 2345678", consent=False)
        self.create_invoice(debtor, days=-8)
        self.propose()
        self.assertEqual(self.message_of(debtor).reason, "contact_invalid")

    # === ANSWERS ===

    @mute_logger(*LOGS)
    def test_the_providers_answer_decides_what_becomes_of_it(self):
        for number, (error, state) in enumerate(
            [
                ("credit", "queued"),
                ("unregistered", "queued"),
                ("registration_needed", "queued"),
                ("wrong_number_format", "failed"),
                ("country_not_supported", "failed"),
                ("incompatible_content", "failed"),
                ("server_error", "uncertain"),
                ("duplicate_message", "uncertain"),
                ("never_heard_of", "uncertain"),
                ("jsonrpc_exception", "uncertain"),
            ]
        ):
            with self.subTest(error):
                self.env["dunning.message"].sudo().search([("state", "=", "queued")])._update_state(
                    ("queued",), "cancelled"
                )
                phone = f"+51 987 654 6{number:02d}"
                debtor = self.create_debtor(name=error, phone=phone, consent=False)
                self.create_invoice(debtor, days=-8)
                self.propose()
                message = self.message_of(debtor)
                self.env["dunning.message"].sudo().search(
                    [("state", "=", "queued"), ("id", "!=", message.id)]
                )._update_state(("queued",), "cancelled")
                self.assertFalse(self.send(message, error))
                self.assertEqual(message.state, state)
                value = message.contact_point_id.value
                kept = self.env["sms.sms"].sudo().search([("number", "=", value)])
                self.assertFalse(kept, "one that did not leave must not be sent by hand")
                if state == "queued":
                    self.assertFalse(message.attempted_at)

    @mute_logger(*LOGS)
    def test_missing_credit_holds_and_tells_until_there_is_some(self):
        self.policy.user_id = self.env.user
        message = self.propose()
        for _try in range(7):
            self.send(message, "credit")
            self.assertEqual(message.state, "queued")
            message.retry_at = False
        summaries = self.company.partner_id.activity_ids.mapped("summary")
        self.assertEqual(summaries, ["Reminders by SMS do not leave"])
        self.assertEqual(len(self.send(message)), 1)
        self.assertEqual(message.state, "sent")

    @mute_logger(*LOGS)
    def test_what_is_uncertain_is_never_sent_again_by_itself(self):
        message = self.propose()
        self.send(message, "server_error")
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.assertFalse(self.send(message))
        self.assertEqual(message.state, "uncertain")

    # === REPORTS ===

    def test_reports_of_delivery_move_the_message(self):
        message = self.propose()
        self.send(message)
        tracker = self.tracker_of(message)
        tracker._action_update_from_sms_state("sent")
        self.assertEqual(message.state, "delivered")
        tracker._action_update_from_sms_state("pending")
        self.assertEqual(message.state, "delivered")

    def test_a_report_of_failure_says_why_and_wakes_the_next_channel(self):
        message = self.propose()
        self.send(message)
        self.tracker_of(message)._action_update_from_provider_error("invalid_destination")
        self.assertEqual(message.state, "failed")
        self.assertIn("Invalid Destination", message.error_details)
        self.assertEqual(message.contact_point_id.returned, 1)
        self.assertTrue(message.follow_up_at)

    def test_a_report_that_overtakes_the_answer_finds_its_message(self):
        message = self.propose()
        claimed = self.outbox._claim(WEDNESDAY)
        self.assertEqual(claimed["permits"], message)
        self.tracker_of(message)._action_update_from_sms_state("sent")
        self.assertEqual(message.state, "delivered")

    # === ORDER AND END ===

    def test_sms_that_is_not_delivered_in_time_is_followed(self):
        level = self.levels[7]
        row = {"channel": "whatsapp", "template_name": "dunning_overdue", "sequence": 20}
        level.channel_ids = [(0, 0, row)]
        self.grant(self.debtor)
        message = self.propose()
        self.send(message)
        self.assertEqual(message.follow_up_at, WEDNESDAY + timedelta(hours=4))
        self.clock.move_to(message.follow_up_at + timedelta(minutes=1))
        self.plan._propose_next()
        self.assertEqual((message.state, message.next_id.channel), ("failed", "whatsapp"))

    def test_without_the_addon_nothing_that_waits_leaves_and_evidence_stays(self):
        sent = self.propose()
        self.send(sent)
        other = self.create_debtor(name="Luis", phone="+51 987 654 777", consent=False)
        self.create_invoice(other, days=-8)
        waiting = self.propose()
        (sent + waiting)._leave_sms()
        self.assertEqual((sent.state, waiting.state), ("sent", "cancelled"))
