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

    def may(self, role, model, operation):
        return self.env[model].with_user(self.users[role]).has_access(operation)

    def test_who_may_do_what_is_exactly_this(self):
        # model: role -> letters of read, write, create, unlink
        matrix = {
            "dunning.jurisdiction": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.jurisdiction.rule": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.jurisdiction.zone": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.policy": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.level": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.level.channel": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.whatsapp.account": {"user": "r", "manager": "rw", "privacy": ""},
            "dunning.whatsapp.trouble": {"user": "r", "manager": "r"},
            "dunning.whatsapp.check": {"manager": "rwc"},
            "dunning.whatsapp.stop": {"manager": "rwc"},
            "dunning.whatsapp.template": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.whatsapp.template.button": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.whatsapp.template.change": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.whatsapp.media": {"user": "", "manager": "r", "privacy": ""},
            "dunning.whatsapp.accept": {"user": "", "manager": "rwc", "privacy": ""},
            "dunning.contact.point": {"user": "r", "manager": "r", "privacy": "rw"},
            "dunning.contact.link": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.contact.role": {"user": "rwc", "manager": "rwc", "privacy": "rwc"},
            "dunning.consent": {"user": "rc", "manager": "rc", "privacy": "rc"},
            "dunning.consent.record": {"user": "rwc", "manager": "rwc", "privacy": "rwc"},
            "dunning.consent.ask": {"user": "rwc", "manager": "rwc", "privacy": "rwc"},
            "dunning.consent.text": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.clause": {"user": "rwc", "manager": "rwc", "privacy": "rwc"},
            "dunning.hold": {"user": "rwc", "manager": "rwc", "privacy": "rwc"},
            "dunning.hold.end": {"user": "rwc", "manager": "rwc", "privacy": "rwc"},
            "dunning.calamity": {"manager": "rwc"},
            "dunning.message": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.message.line": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.agreement": {"user": "rwcu", "manager": "rwcu", "privacy": "r"},
            "dunning.agreement.instalment": {"user": "rwcu", "manager": "rwcu", "privacy": "r"},
            "dunning.agreement.line": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.agreement.acceptance": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.agreement.option": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.agreement.offer": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.agreement.accept": {"user": "rwc", "manager": "rwc"},
            "dunning.agreement.propose": {"user": "rwc", "manager": "rwc"},
            "dunning.holiday": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.local.rule": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.price": {"user": "r", "manager": "rwcu", "privacy": ""},
            "dunning.suppression.list": {"user": "r", "manager": "rwcu", "privacy": "rwc"},
            "dunning.suppression.entry": {"manager": "r"},
            "dunning.suppression.upload": {"manager": "rwc", "privacy": "rwc"},
            "dunning.override": {"manager": "rwc"},
            "dunning.rate": {"user": "r", "manager": "rwcu", "privacy": "r"},
            "dunning.charge": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.charge.book": {"user": "rwc", "manager": "rwc"},
            "dunning.run": {"user": "r", "manager": "r", "privacy": ""},
            "dunning.event": {"user": "", "manager": "r", "privacy": "r"},
            "dunning.whatsapp.identity": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.reply": {"user": "rwc", "manager": "rwc", "privacy": ""},
            "dunning.assign": {"user": "", "manager": "rwc", "privacy": "rwc"},
            "dunning.send": {"user": "rwc", "manager": "rwc", "privacy": ""},
            "dunning.adopt": {"user": "", "manager": "rwc", "privacy": ""},
            "dunning.forecast": {"user": "rwc", "manager": "rwc"},
            "dunning.forecast.line": {"user": "rc", "manager": "rc"},
            "dunning.replay": {"user": "rwc", "manager": "rwc"},
            "dunning.replay.line": {"user": "rwcu", "manager": "rwcu"},
            "dunning.access.log": {"privacy": "r"},
            "dunning.check": {"privacy": "rwc"},
            "dunning.file": {"privacy": "rwc"},
            "dunning.unmask": {"privacy": "rwc"},
            "dunning.seal": {"privacy": "r"},
            "dunning.seal.entry": {"privacy": "r"},
            "dunning.trace": {"privacy": "r"},
            "dunning.page.answer": {"user": "r", "manager": "r", "privacy": "r"},
            "dunning.page.limit": {},
        }
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("dunning.") and not model._abstract
        }
        self.assertEqual(ours, set(matrix), "a new model needs its row here")
        letters = {"read": "r", "write": "w", "create": "c", "unlink": "u"}
        for model, roles in matrix.items():
            for role in self.users:
                allowed = "".join(
                    letter
                    for operation, letter in letters.items()
                    if self.may(role, model, operation)
                )
                with self.subTest(model=model, role=role):
                    self.assertEqual(allowed, roles.get(role, ""))

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
            ("dunning.consent", "_ask_by_email"),
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
