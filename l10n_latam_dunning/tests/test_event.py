import itertools
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.tools import mute_logger

from .common import NUMBER_ID, TOKEN, WABA_ID, WEDNESDAY
from .event_common import EventCase
from .webhooks import TIMESTAMP, envelope, raw, sign, status

MODEL = "odoo.addons.l10n_latam_dunning.models.dunning_event"


class TestReceipts(EventCase):
    def test_receipts_move_the_message_forward(self):
        for name in ("sent", "delivered", "read"):
            self.receive(status(self.message.provider_ref, name))
            self.assertEqual(self.message.state, name)
        self.assertTrue(self.message.read_at)
        self.assertIn("Read", self.notes_on(self.invoice))

    def test_the_receipts_of_the_api_itself_are_understood(self):
        for name in ("sent", "delivered", "read"):
            self.sandbox.push_status(self.message.provider_ref, name)
        self.pull()
        self.assertEqual(self.message.state, "read")
        self.assertEqual((self.message.category, self.message.billable), ("utility", True))
        self.assertEqual(self.message.pricing["status"], "delivered")

    def test_receipts_in_any_order_and_twice_end_in_the_same_state(self):
        for order in itertools.permutations(["sent", "delivered", "read", "delivered"]):
            with self.subTest(order=order):
                self.message.write({"state": "sent", "read_at": False, "delivered_at": False})
                self.env.cr.execute("DELETE FROM dunning_event")  # nobody else may
                self.env.invalidate_all()
                for name in order:
                    self.receive(status(self.message.provider_ref, name))
                self.assertEqual(self.message.state, "read")

    def test_any_permutation_with_repeats_over_any_batches_ends_in_the_same_record(self):
        wamid = self.message.provider_ref
        told = [self.told(wamid, *row) for row in [
            ("sent", 0, "utility"), ("delivered", 30, "utility"), ("read", 60, ""),
            ("failed", 90, ""), ("played", 40, ""), ("deleted", 50, ""),
        ]]  # fmt: skip
        ends = {}

        @settings(
            max_examples=60, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(
            st.sets(st.integers(0, len(told) - 1), min_size=1),
            st.lists(st.integers(0, len(told) - 1), max_size=4),
            st.data(),
        )
        def check(chosen, repeated, data):
            again = [index for index in repeated if index in chosen]
            order = data.draw(st.permutations([*chosen, *again]))
            cut = data.draw(st.integers(0, len(order)))
            with self.cr.savepoint() as savepoint:
                for part in (order[:cut], order[cut:]):
                    self.receive(*[told[index] for index in part])
                end = self.message.read(
                    ["state", "delivered_at", "read_at", "failed_at", "error_code",
                     "error_details", "category", "billable", "pricing"]
                )[0]  # fmt: skip
                self.assertEqual(ends.setdefault(frozenset(chosen), end), end)
                savepoint.rollback()
            self.env.invalidate_all()

        check()

    def told(self, wamid, name, seconds, category):
        value = status(wamid, name, code=131026 if name == "failed" else 0)
        row = value["statuses"][0]
        row["timestamp"] = str(TIMESTAMP + seconds)
        if category:
            row["pricing"] = {"billable": True, "type": "regular", "category": category}
        return value

    def test_the_same_webhook_twice_is_stored_once(self):
        self.assertEqual(self.receive(status(self.message.provider_ref, "delivered")), 1)
        self.assertEqual(self.receive(status(self.message.provider_ref, "delivered")), 0)

    def test_an_uncertain_message_is_settled_by_our_own_reference(self):
        self.message.write({"state": "uncertain", "provider_ref": False})
        self.receive(status("wamid.NEW", "delivered", opaque=self.message.reference))
        self.assertEqual(self.message.state, "delivered")
        self.assertEqual(self.message.provider_ref, "wamid.NEW")

    def test_an_arrival_stops_a_message_that_waits_for_another_try(self):
        self.message.write({"state": "queued", "retry_at": WEDNESDAY + timedelta(minutes=5)})
        self.receive(status(self.message.provider_ref, "delivered"))
        self.assertEqual(self.message.state, "delivered")
        self.clock.move_to(WEDNESDAY + timedelta(minutes=10))
        self.deliver()
        self.assertEqual(len(self.sandbox.accepted), 1)

    def test_a_failed_receipt_says_why_on_the_chatter(self):
        self.receive(status(self.message.provider_ref, "failed", code=131026))
        self.assertEqual(self.message.state, "failed")
        self.assertIn("131026", self.notes_on(self.invoice))
        self.assertTrue(self.message.failed_at)

    def test_a_receipt_that_overtakes_its_message_is_looked_at_again_for_a_while(self):
        self.receive(status("wamid.UNKNOWN", "sent"))
        event = self.event("wamid.UNKNOWN")
        self.assertEqual((event.state, event.retry_at), ("new", WEDNESDAY + timedelta(minutes=1)))
        self.assertFalse(self.Event._claim())
        self.clock.move_to(WEDNESDAY + timedelta(minutes=1))
        self.process()
        self.assertEqual(event.state, "new")
        self.message.provider_ref = "wamid.UNKNOWN"
        self.clock.move_to(WEDNESDAY + timedelta(minutes=10))
        self.process()
        self.assertEqual((event.state, event.message_id), ("done", self.message))

    def test_a_receipt_of_nobody_is_left_after_half_an_hour(self):
        self.receive(status("wamid.UNKNOWN", "sent"))
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.process()
        self.assertEqual(self.event("wamid.UNKNOWN").state, "ignored")

    def test_a_receipt_with_the_reference_of_another_system_is_left_at_once(self):
        self.receive(status("wamid.THEIRS", "sent", opaque="crm:42"))
        self.assertEqual(self.event("wamid.THEIRS").state, "ignored")

    def test_another_account_moves_none_of_our_messages(self):
        other = self.account.copy({"phone_number_id": "301", "waba_id": "201"})
        other.app_secret = "another secret"
        body = raw(envelope("201", "301", status(self.message.provider_ref, "read")))
        self.Event._store_webhook(other._route(), body, sign(body, "another secret"))
        self.process()
        self.assertEqual(self.message.state, "sent")

    def test_many_receipts_cost_a_constant_number_of_queries(self):
        debtors = [
            self.create_debtor(name=f"Debtor {n}", phone=f"+51 987 111 {n:03d}") for n in range(12)
        ]
        for debtor in debtors:
            self.create_invoice(debtor, days=-8)
        messages = self.propose()
        self.deliver()
        counts = []
        for some in (messages[:2], messages[2:]):
            body = raw(envelope(WABA_ID, NUMBER_ID, *(
                status(message.provider_ref, "delivered") for message in some
            )))  # fmt: skip
            self.Event._store_webhook(self.account._route(), body)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.process()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(set(messages.mapped("state")), {"delivered"})
        self.assertLessEqual(counts[1] - counts[0], 6)


class TestProcessing(EventCase):
    def test_one_bad_event_stops_no_other_and_can_be_tried_again(self):
        bad = self.Event.create(
            {
                "account_id": self.account.id,
                "key": "bad",
                "kind": "status",
                "data": {"wamid": ["no", "id", "+51987654321"], "status": "read"},
                "received_at": WEDNESDAY,
            }
        )
        with self.assertLogs(MODEL, "ERROR") as logs:
            self.receive(status(self.message.provider_ref, "delivered"))
        self.assertNotIn("987654321", "".join(logs.output))
        self.assertEqual(bad.state, "failed")
        self.assertIn("TypeError", bad.error)
        self.assertEqual(self.message.state, "delivered")
        bad.data = {"wamid": self.message.provider_ref, "status": "read"}
        bad.action_retry()
        self.process()
        self.assertEqual((bad.state, bad.error, self.message.state), ("done", False, "read"))

    @mute_logger(MODEL)
    def test_a_failure_leaves_nothing_half_done(self):
        self.invoice.partner_id.active = True
        event = self.Event.create(
            {
                "account_id": self.account.id,
                "key": "half",
                "kind": "inbound",
                "topic": "text",
                "text": "Hola",
                "data": {"sender": "51987654321", "payload": 7, "wamid": "wamid.HALF"},
                "received_at": WEDNESDAY,
            }
        )
        notes = self.notes_on(self.invoice)
        self.process()
        self.assertEqual(event.state, "failed")
        self.assertEqual(self.notes_on(self.invoice), notes)

    def test_the_scheduled_action_works_through_all_that_is_new(self):
        body = raw(envelope(WABA_ID, NUMBER_ID, status(self.message.provider_ref, "read")))
        self.Event._store_webhook(self.account._route(), body)
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_events").method_direct_trigger()
        self.message.invalidate_recordset()
        self.assertEqual(self.message.state, "read")

    def test_the_cron_is_triggered_once_for_many_webhooks(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        cron = self.env.ref("l10n_latam_dunning.ir_cron_events")
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        for name in ("sent", "delivered", "read"):
            body = raw(envelope(WABA_ID, NUMBER_ID, status(self.message.provider_ref, name)))
            self.Event._store_webhook(self.account._route(), body)
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), 1)

    def test_nobody_but_managers_and_privacy_officers_tries_again(self):
        from odoo.exceptions import AccessError
        from odoo.tests import new_test_user

        event = self.Event.create(
            {"account_id": self.account.id, "key": "x", "kind": "other", "state": "failed",
             "received_at": WEDNESDAY}
        )  # fmt: skip
        prefix = "l10n_latam_dunning.group_dunning_"
        for role, allowed in (("user", False), ("manager", True), ("privacy", True)):
            event.state = "failed"
            user = new_test_user(self.env, f"retry_{role}", groups=prefix + role)
            with self.subTest(role=role):
                if allowed:
                    event.with_user(user).action_retry()
                    self.assertEqual(event.state, "new")
                else:
                    with self.assertRaises(AccessError):
                        event.with_user(user).action_retry()


class TestOwners(EventCase):
    """An app has one address for all its numbers, and may serve other people too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.account.copy({"phone_number_id": "302", "name": "Second"})
        cls.second.write({"app_secret": cls.account.app_secret, "token": TOKEN})

    def test_another_number_of_the_same_app_gets_its_own_events(self):
        self.receive()
        body = raw(envelope(WABA_ID, "302", status("wamid.OTHER", "sent")))
        self.take(body)
        self.assertEqual(self.event("wamid.OTHER").account_id, self.second)

    def test_a_number_with_another_secret_gets_nothing(self):
        self.second.app_secret = "another secret"
        body = raw(envelope(WABA_ID, "302", status("wamid.OTHER", "sent")))
        self.assertEqual(self.take(body), 0)

    def test_what_is_said_of_the_account_is_said_once(self):
        self.assertEqual(self.hear("account_update", {"event": "ACCOUNT_VIOLATION"}), 1)
        self.assertEqual(self.event("account_update").account_id, self.account)

    def test_a_change_of_a_template_reaches_each_number_that_has_it(self):
        template = self.account.template_ids[:1]
        twin = template.copy({"account_id": self.second.id})
        twin.meta_id = template.meta_id
        value = {"event": "PAUSED", "message_template_id": int(template.meta_id)}
        self.hear("message_template_status_update", value)
        self.assertEqual((template + twin).mapped("status"), ["PAUSED", "PAUSED"])

    def test_foreign_business_accounts_leave_no_trace(self):
        value = {"event": "PAUSED", "message_template_id": 7}
        self.assertEqual(self.hear("message_template_status_update", value, waba_id="999"), 0)
        self.assertEqual(self.take(raw(envelope("999", "999", status("wamid.X", "sent")))), 0)
