from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import APP_SECRET, NUMBER_ID, WABA_ID, DunningCommon
from .sandbox.payloads import bodies
from .webhooks import envelope, raw, sign, status

PARTS = "multipart/form-data; boundary=x"
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
        return self.env["dunning.event"].sudo().search([("account_id", "=", self.account.id)])

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

    def test_two_hundred_bodies_of_every_shape_are_answered_and_worked_on(self):
        failed = []
        for body in bodies(200, waba_id=WABA_ID, number=NUMBER_ID):
            self.assertEqual(self.post(body, sign(body, APP_SECRET)).status_code, 200, body[:200])
        events = self.events()
        self.assertGreater(len(events), 90)
        while claimed := events._claim():
            claimed._process()
            failed += [event.error for event in claimed if event.state == "failed"]
        self.assertEqual(failed, [])
        self.assertFalse(self.env["dunning.message"].search([]))

    @mute_logger(CONTROLLER)
    def test_odd_ways_of_posting_are_refused_without_a_trace(self):
        body = raw(envelope(WABA_ID, NUMBER_ID, status("wamid.A", "sent")))
        good = sign(body, APP_SECRET)
        cases = {
            "cut": (body[:-1], {"X-Hub-Signature-256": good}),
            "in another encoding": (
                body.decode().encode("utf-16"), {"X-Hub-Signature-256": good},
            ),
            "as a form": (
                body,
                {"X-Hub-Signature-256": good, "Content-Type": "application/x-www-form-urlencoded"},
            ),
            "in parts": (
                body, {"X-Hub-Signature-256": good, "Content-Type": PARTS},
            ),
            "without a signature": (body, {}),
            "with the older signature": (body, {"X-Hub-Signature": good}),
            "with a signature in another alphabet": (body, {"X-Hub-Signature-256": "sha256=ñ"}),
        }  # fmt: skip
        for name, (content, headers) in cases.items():
            with self.subTest(name):
                sent = {"Content-Type": "application/json", **headers}
                sent = {key: value.encode() for key, value in sent.items()}
                response = self.url_open(self.url, data=content, headers=sent)
                self.assertEqual(response.status_code, 403)
                self.assertEqual(response.text, "")
        self.assertFalse(self.events())

    @mute_logger("odoo.http")
    def test_what_is_too_large_is_not_even_read(self):
        body = b" " * (4 * 1024 * 1024 + 1)
        response = self.post(body, sign(body, APP_SECRET))
        self.assertEqual(response.status_code, 413)
        self.assertFalse(self.events())

    def test_the_largest_batch_of_meta_is_taken_whole(self):
        statuses = [status(f"wamid.{n}", "sent")["statuses"][0] for n in range(1000)]
        body = raw(envelope(WABA_ID, NUMBER_ID, {"statuses": statuses}))
        self.assertEqual(self.post(body, sign(body, APP_SECRET)).status_code, 200)
        self.assertEqual(len(self.events()), 1000)

    def test_a_refusal_logs_nothing_of_what_was_posted(self):
        body = raw(envelope(WABA_ID, NUMBER_ID, {"messages": [{"from": "51987654321"}]}))
        with self.assertLogs(CONTROLLER, "WARNING") as logs:
            self.post(body, "sha256=00")
        self.assertNotIn("987654321", "".join(logs.output))

    @mute_logger(CONTROLLER)
    def test_odd_parameters_are_no_trouble(self):
        body = raw(envelope(WABA_ID, NUMBER_ID))
        for query in ("key=x", "hub.mode=subscribe&hub.challenge=1", "a=%00", "%ff=%fe"):
            with self.subTest(query):
                self.assertEqual(self.url_open(f"{self.url}?{query}").status_code, 403)
                response = self.post(body, sign(body, APP_SECRET), f"{self.url}?{query}")
                self.assertEqual(response.status_code, 200)

    def test_a_new_secret_counts_at_once(self):
        body = raw(envelope(WABA_ID, NUMBER_ID, status("wamid.A", "sent")))
        self.assertEqual(self.post(body, sign(body, APP_SECRET)).status_code, 200)
        self.account.app_secret = "another"
        with mute_logger(CONTROLLER):
            self.assertEqual(self.post(body, sign(body, APP_SECRET)).status_code, 403)

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
        self.assertEqual(ask("%C3%B1").status_code, 403)
        self.assertEqual(ask("").status_code, 403)

    def test_the_challenge_is_no_way_to_have_markup_shown(self):
        for challenge in ("<b>x</b>", "٣٤", "1" * 200, "a b"):
            with self.subTest(challenge):
                response = self.url_open(
                    f"{self.url}?hub.mode=subscribe&hub.challenge={challenge}"
                    f"&hub.verify_token={self.account.verify_token}"
                )
                self.assertEqual(response.status_code, 403)
