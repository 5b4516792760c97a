import threading
import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure

from ..core.delivery import Courier
from .sandbox import Sandbox

NUMBER_ID, WABA_ID = "390000000000005", "290000000000005"
DEBTORS = 3


@tagged("post_install", "-at_install")
class TestRecall(BaseCase):
    """What stops a message that is claimed already, with cursors, threads and HTTP as they are."""

    def setUp(self):
        super().setUp()
        # Odoo's own test runner holds this lock; other threads would wait for its end
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.sandbox = Sandbox(
            phone_number_id=NUMBER_ID,
            waba_id=WABA_ID,
            token="a-token",
            app_secret="a-secret",
            auto_statuses=(),
        )
        self.sandbox.start()
        self.addCleanup(self.sandbox.stop)
        self.registry = Registry(get_db_name())
        self.addCleanup(self.remove)
        with self.environment() as env:
            self.create_world(env)

    @contextmanager
    def environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        """Odoo's guard of requests compares the time-out as one number; ours are two."""
        if isinstance(kw.get("timeout"), tuple):
            kw["timeout"] = max(kw["timeout"])
        return super()._request_handler(s, r, **kw)

    def create_world(self, env):
        """Messages that a worker has claimed, of a number that sends one a second."""
        company = env["res.company"].search([], limit=1)
        account = env["dunning.whatsapp.account"].create(
            {
                "name": "Slow",
                "company_id": company.id,
                "mode": "live",
                "policy_confirmed": True,
                "phone_number_id": NUMBER_ID,
                "waba_id": WABA_ID,
                "token": "a-token",
                "app_secret": "a-secret",
                "base_url": self.sandbox.base_url,
                "max_per_second": 1,
            }
        )
        template = env["dunning.whatsapp.template"].create(
            {
                "account_id": account.id,
                "name": "recall_probe",
                "language": "es",
                "category": "UTILITY",
                "body": "Le recordamos que tiene facturas pendientes con nosotros.",
            }
        )
        template.action_submit()
        partners = env["res.partner"].create(
            [{"name": f"Debtor {index}"} for index in range(DEBTORS)]
        )
        points = env["dunning.contact.point"].create(
            [
                {"value": f"+5198800{index:04d}", "partner_ids": partner.ids}
                for index, partner in enumerate(partners)
            ]
        )
        now = fields.Datetime.now()
        messages = env["dunning.message"].create(
            [
                {
                    "company_id": company.id,
                    "partner_id": point.partner_ids.id,
                    "contact_point_id": point.id,
                    "account_id": account.id,
                    "template_id": template.id,
                    "channel": "whatsapp",
                    "purpose": "reminder",
                    "currency_id": company.currency_id.id,
                    "state": "sending",
                    "attempts": 1,
                    "claimed_at": now,
                    "attempted_at": now,
                    "handed_at": now,
                }
                for point in points
            ]
        )
        self.account_id, self.template_id = account.id, template.id
        self.partner_ids, self.point_ids, self.ids = partners.ids, points.ids, messages.ids

    def remove(self):
        with self.environment() as env:
            for table, column, ids in [
                ("dunning_trace", "partner_id", self.partner_ids),
                ("dunning_hold", "partner_id", self.partner_ids),
                ("dunning_consent", "partner_id", self.partner_ids),
                ("dunning_message", "id", self.ids),
                ("dunning_whatsapp_identity", "account_id", [self.account_id]),
                ("dunning_whatsapp_template_change", "template_id", [self.template_id]),
                ("dunning_whatsapp_template", "id", [self.template_id]),
                ("dunning_whatsapp_trouble", "account_id", [self.account_id]),
                ("dunning_whatsapp_account", "id", [self.account_id]),
                ("dunning_contact_point", "id", self.point_ids),
            ]:
                env.cr.execute(f"DELETE FROM {table} WHERE {column} IN %s", [tuple(ids)])
            env["res.partner"].browse(self.partner_ids).unlink()

    @contextmanager
    def carried(self):
        """A worker carries the messages while the body runs; the first is out when it begins."""
        failures = []

        def work():
            try:
                with self.environment() as env:
                    outbox = env["dunning.outbox"]
                    with outbox._lookout() as look, Courier(4, look) as courier:
                        outbox._send(env["dunning.message"].browse(self.ids), courier)
                        while courier.flying:
                            outbox._record_surely(courier.landed())
            except Exception as error:  # noqa: BLE001 - whatever fails in a thread is a failure
                failures.append(error)

        worker = threading.Thread(target=work)
        worker.start()
        until = time.monotonic() + 10
        while not self.sandbox.accepted and time.monotonic() < until:
            time.sleep(0.01)
        try:
            yield
        finally:
            worker.join(30)
        self.assertFalse(failures)

    def states(self):
        with self.environment() as env:
            return env["dunning.message"].browse(self.ids).mapped("state")

    def reached(self):
        return {row["opaque"] for row in self.sandbox.accepted}

    def test_who_withdraws_between_claim_and_wire_is_not_written_to(self):
        with self.carried(), self.environment() as env:
            point = env["dunning.contact.point"].browse(self.point_ids[1])
            point._stop("whatsapp", source="web", wording="Stop", proof="test")
        self.assertEqual(self.states(), ["sent", "cancelled", "sent"])
        self.assertEqual(len(self.sandbox.accepted), DEBTORS - 1)
        with self.environment() as env:
            message = env["dunning.message"].browse(self.ids[1])
            self.assertNotIn(message.reference, self.reached())
            self.assertEqual(message.reason_codes, "consent_withdrawn")
            self.assertFalse(message.attempted_at)
            self.assertEqual(message.recall_ids.mapped("reason_code"), ["consent_withdrawn"])

    def test_a_hold_between_claim_and_wire_sends_the_message_back_to_the_gate(self):
        with self.carried(), self.environment() as env:
            env["dunning.hold"].create(
                {
                    "partner_id": self.partner_ids[2],
                    "company_id": env["dunning.message"].browse(self.ids[2]).company_id.id,
                    "reason": "dispute",
                }
            )
        self.assertEqual(self.states(), ["sent", "sent", "queued"])
        with self.environment() as env:
            message = env["dunning.message"].browse(self.ids[2])
            self.assertNotIn(message.reference, self.reached())
            env["dunning.outbox"]._decide_again(message, fields.Datetime.now())
            self.assertEqual(message.state, "cancelled")
            self.assertIn("hold_dispute", message.reason_codes)
            env.cr.rollback()

    def test_a_number_that_is_paused_keeps_what_is_on_its_way(self):
        with self.carried(), self.environment() as env:
            account = env["dunning.whatsapp.account"].browse(self.account_id)
            account._pause_by_hand("Somebody looks into it")
        self.assertEqual(self.states(), ["sent", "queued", "queued"])

    def test_a_stop_that_comes_too_late_harms_neither_and_stays_on_record(self):
        with self.carried(), self.environment() as env:
            point = env["dunning.contact.point"].browse(self.point_ids[0])
            message = env["dunning.message"].browse(self.ids[0])
            message._recall("Consent withdrawn", "consent_withdrawn")
            point._stop("whatsapp", source="web", wording="Stop", proof="test")
        self.assertEqual(self.states()[0], "sent")
        with self.environment() as env:
            point = env["dunning.contact.point"].browse(self.point_ids[0])
            self.assertTrue(point._is_stopped("whatsapp"))

    def test_a_call_back_concerns_one_attempt_only(self):
        with self.environment() as env:
            message = env["dunning.message"].browse(self.ids[1])
            message._recall("Consent withdrawn", "consent_withdrawn")
            message.attempts += 1
        with self.carried():
            pass
        self.assertEqual(self.states(), ["sent"] * DEBTORS)

    @mute_logger("odoo.sql_db")  # PostgreSQL refuses the record once; it is written again
    def test_a_receipt_that_is_faster_than_the_record_stops_nobody(self):
        with self.carried():
            for id_ in self.ids:
                self.tell(id_)
        self.assertEqual(set(self.states()), {"delivered"})
        self.assertEqual(len(self.sandbox.accepted), DEBTORS)

    def tell(self, id_):
        """A receipt; where it meets the worker's record it is told again, as events are."""
        for _try in range(20):
            try:
                with self.environment() as env:
                    message = env["dunning.message"].browse(id_)
                    message._apply_receipt("delivered", fields.Datetime.now())
                return
            except SerializationFailure:
                time.sleep(0.05)
        self.fail("a receipt was never taken in")

    def test_what_called_a_message_back_is_never_changed(self):
        with self.environment() as env:
            message = env["dunning.message"].browse(self.ids[0])
            message._recall("Paid", "paid")
            with self.assertRaisesRegex(Exception, "evidence"):
                message.recall_ids.note = "Something else"
            with self.assertRaisesRegex(Exception, "evidence"):
                message.recall_ids.unlink()
            env.cr.rollback()
