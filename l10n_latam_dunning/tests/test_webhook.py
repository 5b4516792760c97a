from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import APP_SECRET, NUMBER_ID, WABA_ID, DunningCommon
from .webhooks import envelope, raw, sign, status

CONTROLLER = "odoo.addons.l10n_latam_dunning.controllers.webhook"


@tagged("post_install", "-at_install")
class TestWebhook(DunningCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.url = f"/dunning/whatsapp/{self.account.webhook_key}"

    def post(self, body, signature, url=None):
        return self.url_open(
            url or self.url,
            data=body,
            headers={"Content-Type": "application/json", "X-Hub-Signature-256": signature},
        )

    def events(self):
        return self.env["dunning.event"].search([("account_id", "=", self.account.id)])

    def test_a_signed_webhook_is_stored_and_answered(self):
        body = raw(envelope(WABA_ID, NUMBER_ID, status("wamid.A", "sent")))
        response = self.post(body, sign(body, APP_SECRET))
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertEqual(len(self.events()), 1)
        again = self.post(body, sign(body, APP_SECRET))
        self.assertEqual(again.status_code, 200)
        self.assertEqual(len(self.events()), 1)

    @mute_logger(CONTROLLER)
    def test_a_forged_webhook_is_refused_and_leaves_no_trace(self):
        body = raw(envelope(WABA_ID, NUMBER_ID, status("wamid.A", "sent")))
        for signature in ("", "sha256=00", sign(body, "other"), sign(body + b" ", APP_SECRET)):
            with self.subTest(signature=signature):
                self.assertEqual(self.post(body, signature).status_code, 403)
        self.assertFalse(self.events())

    @mute_logger(CONTROLLER)
    def test_without_an_app_secret_everything_is_refused(self):
        self.account.app_secret = False
        body = raw(envelope(WABA_ID, NUMBER_ID, status("wamid.A", "sent")))
        self.assertEqual(self.post(body, sign(body, "")).status_code, 403)

    @mute_logger(CONTROLLER)
    def test_an_unknown_address_is_refused_like_a_wrong_signature(self):
        body = raw(envelope(WABA_ID, NUMBER_ID))
        response = self.post(body, sign(body, APP_SECRET), "/dunning/whatsapp/unknown")
        self.assertEqual(response.status_code, 403)

    def test_two_secrets_are_good_during_a_rotation(self):
        self.account.app_secret = f"{APP_SECRET} the-new-one"
        body = raw(envelope(WABA_ID, NUMBER_ID, status("wamid.A", "sent")))
        self.assertEqual(self.post(body, sign(body, "the-new-one")).status_code, 200)

    def test_noise_with_a_good_signature_is_answered_and_harmless(self):
        for body in (b" ", b"null", b"[]", b'{"entry": 7}', b"\xff\xfe", b'{"entry":[{}]}'):
            with self.subTest(body=body):
                self.assertEqual(self.post(body, sign(body, APP_SECRET)).status_code, 200)

    def test_other_numbers_of_the_same_app_are_not_ours(self):
        body = raw(envelope(WABA_ID, "999", status("wamid.A", "sent")))
        self.assertEqual(self.post(body, sign(body, APP_SECRET)).status_code, 200)
        self.assertFalse(self.events())

    def test_the_handshake_answers_the_challenge_to_the_right_token_only(self):
        def ask(token, mode="subscribe"):
            return self.url_open(
                f"{self.url}?hub.mode={mode}&hub.challenge=1158201444&hub.verify_token={token}"
            )

        good = ask(self.account.verify_token)
        self.assertEqual((good.status_code, good.text), (200, "1158201444"))
        self.assertEqual(ask("wrong").status_code, 403)
        self.assertEqual(ask(self.account.verify_token, "unsubscribe").status_code, 403)
