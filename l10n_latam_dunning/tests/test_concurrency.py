import threading
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged

WORKERS = 4
MESSAGES = 30


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Several workers on one queue, with cursors and transactions of their own."""

    def setUp(self):
        super().setUp()
        # Odoo's own test runner holds this lock; other threads would wait for its end
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        with self.environment() as env:
            company = env["res.company"].search([], limit=1)
            partner = env["res.partner"].create({"name": "Many messages"})
            points = env["dunning.contact.point"].create(
                [{"value": f"+5190000{index:04d}"} for index in range(MESSAGES)]
            )
            messages = env["dunning.message"].create(
                [
                    {
                        "company_id": company.id,
                        "partner_id": partner.id,
                        "contact_point_id": point.id,
                        "channel": "whatsapp",
                        "purpose": "reminder",
                        "currency_id": company.currency_id.id,
                        "state": "queued",
                    }
                    for point in points
                ]
            )
            self.partner_id, self.point_ids, self.ids = partner.id, points.ids, messages.ids
        self.addCleanup(self.remove)

    @contextmanager
    def environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def remove(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM dunning_message WHERE id IN %s", [tuple(self.ids)])
            cr.execute("DELETE FROM dunning_contact_point WHERE id IN %s", [tuple(self.point_ids)])
            cr.execute("DELETE FROM res_partner WHERE id = %s", [self.partner_id])

    def test_workers_that_claim_at_the_same_time_share_the_queue_and_overlap_in_nothing(self):
        claimed = []
        everyone_has_claimed = threading.Barrier(WORKERS)

        def work():
            with self.environment() as env:
                outbox = env["dunning.outbox"]
                found = outbox._claim(fields.Datetime.now(), limit=MESSAGES // WORKERS)
                claimed.append(found["seen"].ids)
                everyone_has_claimed.wait(30)

        threads = [threading.Thread(target=work) for _worker in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        together = [message for ids in claimed for message in ids]
        self.assertEqual(len(claimed), WORKERS)
        self.assertTrue(all(claimed))
        self.assertEqual(len(together), len(set(together)))

    def test_a_second_message_to_a_number_is_left_alone_while_the_first_is_claimed(self):
        with self.environment() as env:
            first, second = env["dunning.message"].browse(self.ids[:2])
            second.contact_point_id = first.contact_point_id
        with self.environment() as one, self.environment() as two:
            mine = one["dunning.outbox"]._claim(fields.Datetime.now(), limit=1)["seen"]
            others = two["dunning.outbox"]._claim(fields.Datetime.now(), limit=MESSAGES)["seen"]
            self.assertEqual(mine.ids, self.ids[:1])
            self.assertNotIn(self.ids[1], others.ids)
            self.assertEqual(len(others), MESSAGES - 2)

    def test_what_another_worker_took_meanwhile_is_no_end_of_the_others(self):
        """A row that was locked and let go again since the queue was looked at cannot be skipped:
        PostgreSQL refuses the transaction, which begins anew."""
        courier = SimpleNamespace(sharers=1)
        with self.environment() as one, self.environment() as two:
            lock, outbox, looks = type(one["dunning.outbox"])._lock, one["dunning.outbox"], []

            def lock_late(self, query):
                looks.append(query)
                if self.env is one and len(looks) == 1:
                    self.env.cr.execute("SELECT 1 FROM dunning_message LIMIT 1")  # its snapshot
                    two["dunning.outbox"]._claim(fields.Datetime.now(), limit=5)
                    two.cr.commit()
                return lock(self, query)

            taken = set(self.ids[:5])
            with patch.object(type(outbox), "_lock", lock_late):
                claimed, more = outbox._claim_surely(courier, handful=0)
            self.assertTrue(more)
            self.assertGreater(len(looks), 3, "it looked anew")
            self.assertEqual(len(claimed["seen"]), MESSAGES - 5)
            self.assertFalse(taken & set(claimed["seen"].ids))
