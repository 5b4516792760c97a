import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .webhooks import envelope, raw, status

WORKERS = 4


@tagged("post_install", "-at_install")
class TestEventConcurrency(BaseCase):
    """Webhooks, workers and the delivery at the same time, each with a transaction of its own."""

    def setUp(self):
        super().setUp()
        # Odoo's own test runner holds this lock; other threads would wait for its end
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        with self.environment() as env:
            company = env["res.company"].search([], limit=1)
            partner = env["res.partner"].create({"name": "Many events"})
            account = env["dunning.whatsapp.account"].create(
                {
                    "name": "Concurrent",
                    "company_id": company.id,
                    "phone_number_id": "777",
                    "waba_id": "778",
                    "app_secret": "secret",
                }
            )
            message = env["dunning.message"].create(
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "account_id": account.id,
                    "channel": "whatsapp",
                    "purpose": "reminder",
                    "currency_id": company.currency_id.id,
                    "state": "sending",
                    "provider_ref": "wamid.CONCURRENT",
                }
            )
            self.account_id, self.message_id = account.id, message.id
            self.partner_id, self.route = partner.id, account._route()
        self.addCleanup(self.remove)

    @contextmanager
    def environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def remove(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM dunning_event WHERE account_id = %s", [self.account_id])
            cr.execute("DELETE FROM dunning_message WHERE id = %s", [self.message_id])
            cr.execute("DELETE FROM dunning_whatsapp_account WHERE id = %s", [self.account_id])
            cr.execute("DELETE FROM res_partner WHERE id = %s", [self.partner_id])

    def body(self, *names):
        values = [status("wamid.CONCURRENT", name) for name in names]
        return raw(envelope("778", "777", *values))

    def together(self, work):
        """Run a function in several threads at the same moment; returns what they gave."""
        ready, results = threading.Barrier(WORKERS), []

        def run():
            ready.wait(30)
            results.append(work())

        threads = [threading.Thread(target=run) for _worker in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    @mute_logger("odoo.sql_db")  # PostgreSQL refuses one of two, as it should
    def test_a_webhook_that_comes_several_times_at_once_is_stored_once(self):
        from odoo.service.model import retrying

        def work():
            with self.environment() as env:
                Event = env["dunning.event"]
                return retrying(lambda: Event._store_webhook(self.route, self.body("sent")), env)

        self.assertEqual(sum(self.together(work)), 1)

    def test_workers_share_the_events_and_overlap_in_nothing(self):
        with self.environment() as env:
            for name in ("sent", "delivered", "read", "played"):
                env["dunning.event"]._store_webhook(self.route, self.body(name))
        everyone_has_claimed = threading.Barrier(WORKERS)

        def work():
            with self.environment() as env:
                claimed = env["dunning.event"]._claim(limit=1).ids
                everyone_has_claimed.wait(30)
                return claimed

        claimed = self.together(work)
        self.assertEqual(len({event for ids in claimed for event in ids}), WORKERS)

    @mute_logger("odoo.sql_db")  # PostgreSQL refuses one of two, as it should
    def test_a_batch_that_meets_the_delivery_on_a_message_is_begun_anew(self):
        with self.environment() as env:
            env["dunning.event"]._store_webhook(self.route, self.body("delivered"))
        claim = self.registry["dunning.event"]._claim
        turns = []

        def claim_while_the_delivery_writes(events, limit=500):
            batch = claim(events, limit)
            turns.append(len(batch))
            if len(turns) == 1:
                with self.environment() as other:
                    message = other["dunning.message"].browse(self.message_id)
                    message._update_state(("sending",), "sent", attempts=7)
            return batch

        with (
            patch.object(self.registry["dunning.event"], "_claim", claim_while_the_delivery_writes),
            self.environment() as env,
        ):
            env["dunning.event"]._cron_process()
        self.assertEqual(turns, [1, 1, 0])
        with self.environment() as env:
            message = env["dunning.message"].browse(self.message_id)
            self.assertEqual((message.state, message.attempts), ("delivered", 7))
            self.assertEqual([entry["state"] for entry in message.history], ["sent", "delivered"])

    def test_an_event_is_picked_up_though_it_comes_while_the_cron_takes_its_trigger(self):
        with self.environment() as env:
            cron = env.ref("l10n_latam_dunning.ir_cron_events")
            env["dunning.event"]._store_webhook(self.route, self.body("sent"))
        with self.environment() as taking:
            taking["ir.cron"]._clear_schedule({"id": cron.id})
            with self.environment() as env:
                env["dunning.event"]._store_webhook(self.route, self.body("read"))
            taking.cr.commit()
        with self.environment() as env:
            left = env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
            self.assertEqual(left, 1)
            env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
