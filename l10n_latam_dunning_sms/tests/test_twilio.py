from datetime import timedelta

from odoo.addons.l10n_latam_dunning.tests.common import WEDNESDAY, DunningCommon
from odoo.addons.sms_twilio.tools.sms_twilio import generate_twilio_sms_callback_signature
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .twilio_sink import TwilioSink

TWILIO = "https://api.twilio.com"
SID = "AC0123456789abcdef0123456789abcdef"
FROM = "+51900000001"
LOGS = (
    "odoo.addons.sms.models.sms_sms",
    "odoo.addons.sms_twilio.tools.sms_api",
    "odoo.addons.sms_twilio.controllers.controllers",
)


@tagged("post_install", "-at_install")
class TestTwilio(DunningCommon, HttpCase):
    """SMS over Twilio: what leaves, what is answered and what is reported, over real HTTP. Odoo
    writes Twilio's address into its code, so the request is turned to the loopback right where
    Odoo's tests would stop it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twilio = TwilioSink(SID, "a-token-of-the-sink")
        cls.twilio.start()
        cls.addClassCleanup(cls.twilio.stop)
        cls.company.write(
            {
                "phone": "+51 1 2345678",
                "sms_provider": "twilio",
                "sms_twilio_account_sid": SID,
                "sms_twilio_auth_token": "a-token-of-the-sink",
                "sms_twilio_number_ids": [(0, 0, {"number": FROM, "country_id": cls.peru.id})],
            }
        )
        template = cls.env.ref("l10n_latam_dunning_sms.sms_template_reminder")
        for level in cls.policies.level_ids:
            level.channel_ids.unlink()
            row = {"channel": "sms", "sms_template_id": template.id, "patience": 4}
            level.channel_ids = [(0, 0, row)]

    def setUp(self):
        super().setUp()
        self.twilio.accepted.clear()
        self.twilio.troubles.clear()
        self.debtor = self.create_debtor(consent=False)
        self.invoice = self.create_invoice(self.debtor, days=-8)

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        if r.url.startswith(TWILIO):
            r.url = cls.twilio.base_url + r.url.removeprefix(TWILIO)
        return super()._request_handler(s, r, **kw)

    def send(self, trouble=None):
        message = self.propose()
        if trouble:
            self.twilio.troubles.append(trouble)
        self.deliver()
        return message

    def report(self, message, status, signature=None, **values):
        """Twilio's report of delivery, signed as Twilio signs it."""
        uuid = message.provider_ref
        form = {"SmsStatus": status, "MessageStatus": status, **values}
        signature = signature or generate_twilio_sms_callback_signature(self.company, uuid, form)
        return self.url_open(
            f"/sms_twilio/status/{uuid}", data=form, headers={"X-Twilio-Signature": signature}
        )

    def test_an_sms_leaves_once_over_the_companys_own_number(self):
        message = self.send()
        [taken] = self.twilio.accepted
        self.assertEqual((taken["From"], taken["To"]), (FROM, "+51987654321"))
        self.assertEqual(taken["Body"], message.body)
        self.assertTrue(
            taken["StatusCallback"].endswith(f"/sms_twilio/status/{message.provider_ref}")
        )
        self.assertEqual(message.state, "sent")
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.deliver()
        self.assertEqual(len(self.twilio.accepted), 1)

    def test_a_signed_report_of_delivery_moves_the_message(self):
        message = self.send()
        self.assertEqual(self.report(message, "delivered").status_code, 200)
        self.assertEqual(message.state, "delivered")
        self.assertEqual(self.report(message, "sent").status_code, 200)
        self.assertEqual(message.state, "delivered", "a late report moves nothing back")

    def test_a_report_of_failure_says_why_and_counts_against_the_number(self):
        message = self.send()
        self.report(message, "undelivered", ErrorCode="30005", ErrorMessage="Unknown handset")
        self.assertEqual(message.state, "failed")
        self.assertIn("Unknown handset", message.error_details)
        self.assertEqual(message.contact_point_id.returned, 1)

    @mute_logger(*LOGS, "odoo.http")
    def test_a_forged_report_moves_nothing(self):
        message = self.send()
        answer = self.report(message, "failed", signature="bm90IHR3aWxpbydz", ErrorCode="30005")
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(message.state, "sent")

    @mute_logger(*LOGS)
    def test_what_twilio_refuses_did_not_leave_and_says_what_to_do(self):
        for trouble, state in (("number", "failed"), ("from", "queued")):
            with self.subTest(trouble):
                message = self.send(trouble)
                self.assertEqual(message.state, state)
                self.assertFalse(self.twilio.accepted)
                left = self.env["sms.sms"].sudo().search([("number", "=", "+51987654321")])
                self.assertFalse(left, "one that did not leave must not be sent by hand")
                message.sudo()._update_state(("queued",), "cancelled")
                self.debtor = self.create_debtor(
                    name="Luis", phone="+51 987 654 322", consent=False
                )
                self.create_invoice(self.debtor, days=-8)

    @mute_logger(*LOGS)
    def test_an_answer_that_is_lost_leaves_the_message_uncertain_and_a_report_settles_it(self):
        message = self.send("cut_after")
        self.assertEqual(len(self.twilio.accepted), 1)
        self.assertEqual(message.state, "uncertain")
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.deliver()
        self.assertEqual(len(self.twilio.accepted), 1, "it is not sent again by itself")
