import logging
import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged

from ..core.whatsapp.errors import rule_of

WORKERS = 4
PAUSE_LOG = "odoo.addons.l10n_latam_dunning.models.dunning_whatsapp_pause"


@tagged("post_install", "-at_install")
class TestWhatsappConcurrency(BaseCase):
    """Several workers that meet the same trouble at the same instant, with cursors of their own."""

    def setUp(self):
        super().setUp()
        # Odoo's own test runner holds this lock; other threads would wait for its end
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.startPatcher(patch.object(logging.getLogger(PAUSE_LOG), "disabled", True))
        self.registry = Registry(get_db_name())
        with self.environment() as env:
            account = env["dunning.whatsapp.account"].create(
                {
                    "name": "Shared",
                    "phone_number_id": "390000000000001",
                    "waba_id": "290000000000001",
                    "user_id": env.ref("base.user_admin").id,
                }
            )
            self.account_id = account.id
        self.addCleanup(self.remove)

    @contextmanager
    def environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def remove(self):
        with self.environment() as env:
            env["dunning.whatsapp.account"].browse(self.account_id).unlink()

    def test_workers_that_stop_a_number_together_all_succeed_and_one_activity_tells_of_it(self):
        failures = []
        together = threading.Barrier(WORKERS)

        def work():
            try:
                with self.environment() as env:
                    account = env["dunning.whatsapp.account"].browse(self.account_id)
                    account._stop_at(env.cr.now())
                    together.wait(30)
                    account._pause_for(rule_of(190, 401), 190)
                    together.wait(30)
            except Exception as error:  # noqa: BLE001 - whatever fails in a thread is a failure
                failures.append(error)

        threads = [threading.Thread(target=work) for _worker in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertFalse(failures)
        with self.environment() as env:
            account = env["dunning.whatsapp.account"].browse(self.account_id)
            account._tell()
            self.assertTrue(account.paused)
            self.assertEqual(len(account.activity_ids), 1)
            account.action_resume()
            account._tell()
            self.assertFalse(account.paused)
            self.assertFalse(account.activity_ids)
