import secrets
from pathlib import Path

from odoo.addons.l10n_latam_dunning.hooks import uninstall_hook
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import DunningCommon

NEUTRALIZE = Path(__file__).parents[1] / "data" / "neutralize.sql"


class TestHooks(DunningCommon):
    def test_a_neutralized_copy_has_no_secret_and_no_message_to_send(self):
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.env.flush_all()
        self.env.cr.execute(NEUTRALIZE.read_text())
        self.env.invalidate_all()
        self.assertEqual(self.account.mode, "off")
        self.assertFalse(self.account.token or self.account.app_secret)
        self.assertEqual(message.state, "cancelled")
        self.assertFalse(message.line_ids.filtered("live"))

    def test_a_neutralized_copy_talks_to_no_real_address_even_when_switched_on(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.account.base_url = "https://graph.example.com"
        self.create_invoice(self.create_debtor(), days=-8)
        self.assertEqual(self.propose().reason_codes, "account")
        with self.assertRaises(UserError):
            self.account._client()

    def test_the_uninstallation_leaves_no_trigger_behind(self):
        self.env.ref("l10n_latam_dunning.ir_cron_deliver")._trigger()
        uninstall_hook(self.env)
        left = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("l10n_latam_dunning.ir_cron_deliver").id)]
        )
        self.assertFalse(left)

    def test_secrets_may_come_from_the_environment(self):
        secret = secrets.token_hex(8)
        with self.patch_environ(DUNNING_WHATSAPP_300000000000001_TOKEN=secret):
            self.assertEqual(self.account._secret("token"), secret)

    def patch_environ(self, **values):
        from unittest.mock import patch

        return patch.dict("os.environ", values)

    @mute_logger("odoo.addons.l10n_latam_dunning.models.dunning_whatsapp_pause")
    def test_neither_token_nor_number_appears_in_what_the_account_shows(self):
        self.account._pause("lost")
        self.assertNotIn(self.account.token, repr(self.account._credentials()))
