from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import WEDNESDAY, DunningCommon

SECRETS = ("token", "app_secret", "verify_token", "webhook_key")


class TestSecurity(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        prefix = "l10n_latam_dunning.group_dunning_"
        cls.users = {
            role: new_test_user(cls.env, f"role_{role}", groups=groups)
            for role, groups in {
                "user": prefix + "user",
                "manager": prefix + "manager",
                "privacy": prefix + "privacy",
                "clerk": "account.group_account_invoice",
                "internal": "base.group_user",
            }.items()
        }

    def test_secrets_are_for_system_administrators_only(self):
        for role in ("user", "manager"):
            account = self.account.with_user(self.users[role])
            account.invalidate_recordset()
            for name in SECRETS:
                with self.subTest(role=role, name=name), self.assertRaises(AccessError):
                    account.read([name])
        self.assertNotIn("token", self.account.copy_data()[0])

    def test_a_user_sees_nothing_of_another_company(self):
        message = self.create_message_of_another_company()
        run = (
            self.env["dunning.run"]
            .sudo()
            .create({"company_id": message.company_id.id, "started_at": WEDNESDAY})
        )
        for record in (message, run):
            with self.subTest(record), self.assertRaises(AccessError):
                record.with_user(self.users["user"]).check_access("read")

    def test_a_privacy_officer_reads_evidence_but_sends_nothing(self):
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        seen = message.with_user(self.users["privacy"])
        self.assertTrue(seen.body)
        with self.assertRaises(AccessError):
            seen.action_cancel()

    def test_messages_are_not_deleted_by_anyone(self):
        self.create_invoice(self.create_debtor(), days=-8)
        with self.assertRaises(UserError):
            self.propose().sudo().unlink()

    def test_the_engine_cannot_be_called_from_outside(self):
        from odoo.service.model import get_public_method

        for model, method in [
            ("dunning.plan", "_propose"),
            ("dunning.outbox", "_cron_deliver"),
            ("dunning.message", "_update_state"),
            ("dunning.consent", "_withdraw"),
            ("dunning.consent", "_record"),
            ("dunning.consent", "_ask_by_message"),
            ("dunning.consent", "_blacklist"),
            ("dunning.event", "_store_webhook"),
            ("dunning.agreement", "_accept"),
            ("dunning.agreement", "_accept_offer"),
            ("dunning.agreement", "_propose"),
            ("dunning.hold", "_end"),
            ("dunning.hold", "_report_payment"),
        ]:
            with self.subTest(method=method), self.assertRaises(AccessError):
                get_public_method(self.env[model], method)
