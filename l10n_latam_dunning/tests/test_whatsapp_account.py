import logging
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user
from odoo.tools import config

from .common import APP_SECRET, NUMBER_ID, TOKEN, WABA_ID, WEDNESDAY, DunningCommon

SECRETS = ("token", "app_secret", "verify_token", "webhook_key", "webhook_url")


class TestWhatsappAccount(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        prefix = "l10n_latam_dunning.group_dunning_"
        cls.manager = new_test_user(
            cls.env, "account_manager", groups=f"{prefix}manager,base.group_allow_export"
        )
        cls.user = new_test_user(cls.env, "account_user", groups=f"{prefix}user")

    def create_account(self, **vals):
        return self.env["dunning.whatsapp.account"].create(
            {
                "name": "Second",
                "phone_number_id": "300000000000002",
                "waba_id": WABA_ID,
                "token": "another-token",
                "app_secret": "another-secret",
                "base_url": self.sandbox.base_url,
                **vals,
            }
        )

    # === CONFIRMATION ===

    def test_a_number_goes_live_only_when_somebody_confirmed_own_invoices(self):
        account = self.create_account()
        with self.assertRaisesRegex(ValidationError, "own invoices"):
            account.mode = "live"
        account.mode = "test"
        account.write({"policy_confirmed": True, "mode": "live"})
        self.assertEqual(account.policy_confirmed_by_id, self.env.user)
        self.assertEqual(account.policy_confirmed_at, WEDNESDAY)
        with self.assertRaises(ValidationError):
            account.policy_confirmed = False

    def test_who_confirmed_cannot_be_made_up(self):
        with self.assertRaises(AccessError):
            self.account.write({"policy_confirmed_by_id": self.user.id})
        account = self.account.with_user(self.manager)
        account.write({"mode": "off", "policy_confirmed": False})
        self.assertFalse(account.policy_confirmed_by_id)
        account.policy_confirmed = True
        self.assertEqual(account.policy_confirmed_by_id, self.manager)

    def test_a_live_number_that_nobody_confirmed_does_not_send_and_says_so(self):
        """As a database of before this rule may have it."""
        self.env.cr.execute(
            "UPDATE dunning_whatsapp_account SET policy_confirmed = FALSE WHERE id = %s",
            [self.account.id],
        )
        self.account.invalidate_recordset()
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.assertEqual(message.reason_codes, "account")
        self.assertIn("nobody confirmed that only own invoices are asked", message.explanation)

    def test_the_confirmation_and_the_mode_are_on_the_chatter_and_no_secret_is(self):
        account = self.account.with_context(tracking_disable=False, mail_notrack=False)
        account.write({"policy_confirmed": False, "mode": "off"})
        self.env.flush_all()
        self.env.cr.precommit.run()
        account.write(
            {
                "policy_confirmed": True,
                "mode": "live",
                "token": "changed-token",
                "app_secret": "changed-secret",
                "verify_token": "changed-verify",
            }
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        account.invalidate_recordset(["message_ids"])
        tracked = account.message_ids.sudo().tracking_value_ids
        self.assertEqual(set(tracked.field_id.mapped("name")), {"policy_confirmed", "mode"})
        spoken = f"{account.message_ids.mapped('body')} {tracked.read()}"
        self.assertNotIn("changed", spoken)

    # === MODES ===

    def test_test_numbers_are_kept_as_messages_are_addressed(self):
        self.company.account_fiscal_country_id = self.peru
        account = self.create_account(mode="test", allow_list=" +51 987 654 321\n\n987654322 ")
        self.assertEqual(account.allow_list, "+51987654321\n+51987654322")
        account.allow_list = "987 654 322\n+52 1 55 1234 5678"
        self.assertEqual(account.allow_list, "+51987654322\n+525512345678")

    def test_a_test_number_that_is_none_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "not a telephone number"):
            self.create_account(mode="test", allow_list="+51 987 654 321\nRosa")

    def test_in_test_mode_only_listed_numbers_are_written_to(self):
        account = self.create_account(mode="test", allow_list="+51 987 654 321")
        self.assertIsNone(account._impediment(WEDNESDAY, "+51987654321"))
        self.assertEqual(account._impediment(WEDNESDAY, "+51987654322"), "not_in_test_list")

    def test_ids_of_meta_are_digits(self):
        for vals in ({"phone_number_id": "+51 900 000 000"}, {"waba_id": "x"}):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "digits"):
                self.create_account(**vals)

    def test_a_manager_switches_modes_but_cannot_send_the_token_elsewhere(self):
        account = self.account.with_user(self.manager)
        account.mode = "off"
        account.mode = "live"
        for name, value in [
            ("base_url", "https://elsewhere.example.com"),
            ("phone_number_id", "1"),
            ("waba_id", "1"),
            ("api_version", "v26.0"),
        ]:
            with self.subTest(name), self.assertRaises(AccessError):
                account.write({name: value})
        with self.assertRaises(AccessError):
            account.token = "mine"

    def test_a_copy_is_off_unconfirmed_and_without_secrets(self):
        copied = self.account.copy_data()[0]
        for name in (*SECRETS, "policy_confirmed", "messaging_limit", "ramp_from", "heard"):
            self.assertNotIn(name, copied)
        self.assertNotIn("mode", copied)

    # === SECRETS ===

    def test_secrets_are_not_read_searched_grouped_or_ordered_by_others(self):
        for user in (self.user, self.manager):
            account = self.account.with_user(user)
            Model = self.env["dunning.whatsapp.account"].with_user(user)
            policies = self.env["dunning.policy"].with_user(user)
            for name in SECRETS:
                attempts = {
                    "read": lambda a=account, n=name: a.read([n]),
                    "export": lambda a=account, n=name: a.export_data([n]),
                    "search": lambda m=Model, n=name: m.search([(n, "=like", "a%")]),
                    "order": lambda m=Model, n=name: m.search([], order=n),
                    "group": lambda m=Model, n=name: m.formatted_read_group([], [n]),
                    "path": lambda p=policies, n=name: p.search([(f"account_id.{n}", "!=", "x")]),
                }
                if name == "webhook_url":
                    attempts = {key: attempts[key] for key in ("read", "export")}
                for how, attempt in attempts.items():
                    with (
                        self.subTest(user=user.login, how=how, name=name),
                        self.assertRaises(UserError),
                    ):
                        account.invalidate_recordset()
                        attempt()

    def test_a_form_of_others_holds_no_secret(self):
        fields_seen = self.env["dunning.whatsapp.account"].with_user(self.manager).fields_get()
        self.assertFalse(set(SECRETS) & set(fields_seen))

    def test_not_even_administrators_export_secrets(self):
        for name in SECRETS:
            with self.subTest(name), self.assertRaisesRegex(AccessError, "not exported"):
                self.account.export_data(["name", name])
            described = self.account.fields_get([name])[name]
            self.assertFalse(described["exportable"])
            with self.subTest(path=name), self.assertRaisesRegex(AccessError, "not exported"):
                self.policy.export_data(["name", f"account_id/{name}"])
        self.assertTrue(self.account.export_data(["name"])["datas"])

    def test_everybody_sees_where_a_secret_comes_from_and_nobody_what_it_is(self):
        account = self.account.with_user(self.user)
        self.assertEqual(account.token_source, "database")
        self.assertEqual(account.app_secret_source, "database")
        self.account.token = False
        account.invalidate_recordset()
        self.assertEqual(account.token_source, "none")
        with patch.dict("os.environ", {f"DUNNING_WHATSAPP_{NUMBER_ID}_TOKEN": TOKEN}):
            account.invalidate_recordset()
            self.assertEqual(account.token_source, "server")
            self.assertIsNone(account._impediment(WEDNESDAY))

    def test_secrets_may_come_from_the_configuration_file(self):
        options = config.options.new_child({f"dunning_whatsapp_{NUMBER_ID}_token": "of-the-file"})
        with patch.object(config, "options", options):
            self.account.invalidate_recordset()
            self.assertEqual(self.account._secret("token"), "of-the-file")
            self.assertEqual(self.account.token_source, "server")

    def test_no_secret_reaches_a_log(self):
        self.sandbox.fault("code:190", endpoint="number")
        with self.assertLogs(level=logging.DEBUG) as logs:
            logging.getLogger().debug("at least one line")
            self.account.action_test_connection()
            self.account.action_test_connection()
            with self.enter_registry_test_mode():
                self.env.ref("l10n_latam_dunning.ir_cron_health").method_direct_trigger()
        text = "\n".join(logs.output)
        for secret in (TOKEN, APP_SECRET, self.account.verify_token):
            self.assertNotIn(secret, text)
        self.assertNotIn(TOKEN, repr(self.account._client()))

    # === GOING LIVE ===

    def test_going_live_starts_slowly(self):
        account = self.create_account(policy_confirmed=True)
        self.assertFalse(account.ramp_from)
        account.mode = "test"
        self.assertFalse(account.ramp_from)
        account.mode = "live"
        self.assertEqual(account.ramp_from, WEDNESDAY)
        self.clock.tick(3600)
        account.mode = "live"
        self.assertEqual(account.ramp_from, WEDNESDAY)
        account.mode = "off"
        account.mode = "live"
        self.assertEqual(account.ramp_from, fields.Datetime.now())
