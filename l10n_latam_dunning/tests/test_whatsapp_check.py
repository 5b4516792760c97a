from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import NUMBER_ID, TOKEN, WEDNESDAY, DunningCommon

PUBLIC = "https://odoo.example.com"


class TestWhatsappCheck(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("web.base.url", PUBLIC)
        cls.manager = new_test_user(
            cls.env, "check_manager", groups="l10n_latam_dunning.group_dunning_manager"
        )

    def setUp(self):
        super().setUp()
        self.remote = self.sandbox.accounts[NUMBER_ID]
        self.remote.heal()
        self.remote.subscribed = True

    def check(self, user=None):
        account = self.account.with_user(user) if user else self.account
        action = account.action_test_connection()
        return self.env["dunning.whatsapp.check"].browse(action["res_id"])

    def line(self, check, topic):
        return next(line for line in check.lines if line["topic"] == topic)

    def hear_something(self):
        self.env["dunning.event"].sudo().create(
            {
                "account_id": self.account.id,
                "key": "one",
                "kind": "other",
                "received_at": WEDNESDAY,
            }
        )

    def test_when_all_is_right_the_report_says_so(self):
        self.hear_something()
        check = self.check()
        wrong = [line for line in check.lines if line["sign"] != "good"]
        self.assertFalse(wrong)
        self.assertEqual(check.outcome, "All is right.")
        self.assertEqual(self.account.verified_name, "Sandbox")
        self.assertEqual(self.account.messaging_limit, "TIER_2K")
        topics = {line["topic"] for line in check.lines}
        self.assertLessEqual(
            {"Access token", "Number", "Display name", "Quality", "Health", "Webhooks"}, topics
        )

    def test_a_manager_tests_without_seeing_a_secret(self):
        check = self.check(self.manager)
        self.assertEqual(self.line(check, "Access token")["sign"], "good")
        self.assertNotIn(TOKEN, str(check.lines))
        with self.assertRaises(AccessError):
            check.with_user(self.manager).action_subscribe()

    def test_the_worst_comes_first(self):
        self.remote.subscribed = False
        check = self.check()
        signs = [line["sign"] for line in check.lines]
        self.assertEqual(signs, sorted(signs))
        self.assertEqual(check.worst, "bad")
        self.assertIn("✗", check.report)

    def test_each_call_that_fails_is_a_line_and_never_an_error(self):
        topics = {
            "number": "Access token",
            "health": "Health",
            "subscribed_apps": "Webhooks",
            "templates": "Templates",
        }
        for endpoint, topic in topics.items():
            for kind in ("code:190", "code:999999", "html_502", "reset_before", "rate_limit"):
                with self.subTest(endpoint=endpoint, kind=kind):
                    self.sandbox.clear_faults()
                    self.sandbox.fault(kind, endpoint=endpoint)
                    check = self.check()
                    line = self.line(check, topic)
                    self.assertNotEqual(line["sign"], "good")
                    self.assertTrue(line["next_step"])

    def test_a_wrong_token_is_asked_about_only_once(self):
        self.account.token = "wrong"
        self.sandbox.log.clear()
        check = self.check()
        line = self.line(check, "Access token")
        self.assertIn("invalid or has expired", line["text"])
        self.assertIn("Enter a valid access token", line["next_step"])
        self.assertEqual(len(self.sandbox.log), 1)
        self.assertTrue(self.account.paused)
        self.account.token = TOKEN
        check.action_again()
        self.assertEqual(self.line(check, "Access token")["sign"], "good")
        self.assertFalse(self.account.paused)

    def test_faults_of_the_set_up_are_lines(self):
        self.hear_something()
        account = self.account
        for change, topic, says in [
            ({"token": False}, "Access token", "missing"),
            ({"token": "two words"}, "Access token", "holds spaces"),
            ({"app_secret": False}, "App secret", "nothing is sent"),
            ({"verify_token": False}, "Verify token", "cannot verify"),
            ({"api_version": "v20.0"}, "API version", "has ended"),
            ({"mode": "off"}, "Mode", "nothing is sent"),
        ]:
            with self.subTest(change):
                before = {name: account[name] for name in change}
                account.write(change)
                line = self.line(self.check(), topic)
                self.assertNotEqual(line["sign"], "good")
                self.assertIn(says, line["text"])
                account.write(before)

    def test_an_address_that_meta_cannot_reach_is_a_line(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1:8069")
        self.assertEqual(self.line(self.check(), "Webhook address")["sign"], "bad")

    def test_a_neutralized_copy_is_a_line_and_asks_nobody(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.account.base_url = "https://graph.example.com"
        with patch("requests.Session.send", side_effect=AssertionError):
            check = self.check()
        self.assertEqual(self.line(check, "Database")["sign"], "bad")

    def test_what_ails_the_number_stands_there_with_metas_advice(self):
        self.remote.ail("WABA", code=141006, description="Payment is due.", solution="Pay it.")
        line = self.line(self.check(), "Health")
        self.assertEqual(line["sign"], "bad")
        self.assertIn("Payment is due. (141006)", line["text"])
        self.assertEqual(line["next_step"], "Pay it.")
        self.assertTrue(self.account.paused)

    def test_webhooks_are_subscribed_to_from_the_report(self):
        self.remote.subscribed = False
        check = self.check()
        self.assertTrue(check.unsubscribed)
        self.assertEqual(self.line(check, "Webhooks")["sign"], "bad")
        check.action_subscribe()
        self.assertTrue(self.remote.subscribed)
        self.assertFalse(check.unsubscribed)
        self.assertEqual(self.line(check, "Webhooks")["sign"], "good")

    def test_templates_are_counted_by_language(self):
        name = self.account.template_ids[0].name
        language = self.account.template_ids[0].language
        self.sandbox.set_template(name, language, status="PAUSED")
        lines = [line for line in self.check().lines if line["topic"] == "Templates"]
        self.assertEqual(
            {line["text"].split(":")[0] for line in lines if line["sign"] == "care"}, {language}
        )
        self.sandbox.set_template(name, language, status="APPROVED")

    def test_words_of_whatsapp_are_not_markup(self):
        self.remote.ail("APP", description="<b>x</b>", solution="<script>")
        check = self.check()
        self.assertIn("&lt;b&gt;", check.report)
        self.assertNotIn("<script>", check.report)
