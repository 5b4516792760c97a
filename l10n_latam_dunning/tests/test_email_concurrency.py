import threading
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged

from .mail_common import SENDER
from .smtp_sink import SmtpSink

WORKERS = 3
MESSAGES = 6


@tagged("post_install", "-at_install")
class TestEmailConcurrency(BaseCase):
    """E-mail with cursors and transactions of their own, and a real mail server."""

    def setUp(self):
        super().setUp()
        # Odoo's own test runner holds this lock; other threads would wait for its end
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.startPatcher(patch.object(IrMail_Server, "_disable_send", lambda _server: False))
        self.sink = SmtpSink()
        self.sink.start()
        self.addCleanup(self.sink.stop)
        self.registry = Registry(get_db_name())
        self.addCleanup(self.remove)
        with self.environment() as env:
            company = env["res.company"].search([], limit=1)
            self.company_id, self.company_email = company.id, company.email
            company.email = SENDER
            self.server_id = (
                env["ir.mail_server"]
                .create(
                    {
                        "name": "Loopback",
                        "sequence": 0,
                        "smtp_host": "127.0.0.1",
                        "smtp_port": self.sink.port,
                        "smtp_encryption": "none",
                    }
                )
                .id
            )
            partners = env["res.partner"].create(
                [{"name": f"Debtor {index}"} for index in range(MESSAGES)]
            )
            points = env["dunning.contact.point"].create(
                [
                    {
                        "kind": "email",
                        "value": f"debtor{index}@race.example",
                        "partner_ids": partner.ids,
                    }
                    for index, partner in enumerate(partners)
                ]
            )
            messages = env["dunning.message"].create(
                [
                    {
                        "company_id": company.id,
                        "partner_id": point.partner_ids.id,
                        "contact_point_id": point.id,
                        "channel": "email",
                        "purpose": "reminder",
                        "currency_id": company.currency_id.id,
                        "state": "queued",
                        "subject": "Facturas pendientes",
                        "body_html": "<p>Hola</p>",
                        "values": {"unsubscribe_link": point._stop_link("email", company)},
                    }
                    for point in points
                ]
            )
            self.partner_ids = partners.ids
            self.point_ids = points.ids
            self.ids = messages.ids

    @contextmanager
    def environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def remove(self):
        with self.environment() as env:
            env.cr.execute("DELETE FROM mail_mail WHERE email_to LIKE '%@race.example'")
            env.cr.execute(
                "DELETE FROM dunning_consent WHERE partner_id IN %s", [tuple(self.partner_ids)]
            )
            env.cr.execute("DELETE FROM dunning_message WHERE id IN %s", [tuple(self.ids)])
            env.cr.execute(
                "DELETE FROM dunning_contact_point WHERE id IN %s", [tuple(self.point_ids)]
            )
            env["ir.mail_server"].browse(self.server_id).unlink()
            env["res.company"].browse(self.company_id).email = self.company_email
            env["res.partner"].browse(self.partner_ids).unlink()

    def put_in_sending(self):
        """The first message as a worker left it after the commit of its claim."""
        with self.environment() as env:
            message = env["dunning.message"].browse(self.ids[0])
            now = fields.Datetime.now()
            vals = {"claimed_at": now, "handed_at": now, "attempted_at": now}
            message.write({"state": "sending", **vals})

    def test_workers_share_the_e_mails_and_never_take_the_same(self):
        taken = []
        everyone_has_claimed = threading.Barrier(WORKERS)

        def work():
            with self.environment() as env:
                outbox = env["dunning.outbox"]
                seen = outbox._claim(fields.Datetime.now(), handful=MESSAGES // WORKERS)["seen"]
                taken.append([id_ for id_ in seen.ids if id_ in self.ids])
                everyone_has_claimed.wait(30)
                env.cr.rollback()

        threads = [threading.Thread(target=work) for _worker in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(sorted(map(len, taken)), [MESSAGES // WORKERS] * WORKERS)
        self.assertEqual(len({id_ for ids in taken for id_ in ids}), MESSAGES)

    def test_a_crash_between_wire_and_commit_leaves_it_uncertain_and_sent_once(self):
        self.put_in_sending()
        with self.environment() as env:
            message = env["dunning.message"].browse(self.ids[0])
            channel = env["dunning.channel"]._of("email")
            delivery = channel._call(message, None)()
            self.assertEqual(delivery.outcome, "accepted")
            env.cr.rollback()
        with self.environment() as env:
            message = env["dunning.message"].browse(self.ids[0])
            self.assertEqual((message.state, message.provider_ref), ("sending", False))
            self.assertFalse(env["mail.mail"].search([("email_to", "=like", "%@race.example")]))
            message.claimed_at -= timedelta(hours=1)
        with self.environment() as env:
            env["dunning.outbox"]._settle_stale()
            self.assertEqual(env["dunning.message"].browse(self.ids[0]).state, "uncertain")
        with self.environment() as env:
            seen = env["dunning.outbox"]._claim(fields.Datetime.now())["seen"]
            self.assertNotIn(self.ids[0], seen.ids)
            env.cr.rollback()
        self.assertEqual(len(self.sink.accepted), 1)

    def test_a_withdrawal_while_the_message_is_with_the_server_harms_neither(self):
        self.put_in_sending()
        with self.environment() as env:
            first, second = env["dunning.message"].browse(self.ids[:2])
            second.partner_id = first.partner_id
        with self.environment() as worker, self.environment() as visitor:
            message = worker["dunning.message"].browse(self.ids[0])
            delivery = worker["dunning.channel"]._of("email")._call(message, None)()
            point = visitor["dunning.contact.point"].browse(self.point_ids[0])
            point._stop("email", source="web", wording="Stop", proof="test")
            visitor.cr.commit()
            worker["dunning.outbox"]._record([(message.id, delivery)])
            worker.cr.commit()
            self.assertEqual(message.state, "sent")
        with self.environment() as env:
            point = env["dunning.contact.point"].browse(self.point_ids[0])
            self.assertTrue(point._is_stopped("email"))
            self.assertEqual(env["dunning.message"].browse(self.ids[1]).state, "cancelled")
