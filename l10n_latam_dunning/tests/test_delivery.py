from datetime import timedelta
from unittest.mock import patch

from markupsafe import Markup
from odoo import fields
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from .common import WEDNESDAY, DunningCommon


class TestDelivery(DunningCommon):
    def setUp(self):
        super().setUp()
        self.debtor = self.create_debtor()
        self.invoice = self.create_invoice(self.debtor, days=-8)
        self.message = self.propose()

    def test_a_queued_message_leaves_once_and_keeps_its_permit(self):
        self.deliver()
        self.assertEqual(self.message.state, "sent")
        self.assertTrue(self.message.provider_ref)
        self.assertEqual(self.message.verdict["outcome"], "send")
        self.assertEqual([sent["to"] for sent in self.sandbox.accepted], ["+51987654321"])
        self.deliver()
        self.assertEqual(len(self.sandbox.accepted), 1)

    def test_the_chatter_holds_the_exact_text_with_local_and_utc_time(self):
        self.deliver()
        notes = self.notes_on(self.invoice)
        self.assertIn("2026-11-25 10:00 America/Lima (2026-11-25 15:00 UTC)", notes)
        self.assertIn(self.message.body[:60], notes)
        self.assertNotIn("987654321", notes)

    def test_the_notes_of_many_invoices_are_what_odoo_would_have_written(self):
        other = self.create_invoice(self.debtor, days=-8)
        third = self.create_invoice(self.debtor, days=-8)
        words = Markup("<p>%s</p>") % "<script>x</script>"
        moves = self.invoice | other | third
        moves._dunning_log_notes(dict.fromkeys(moves.ids, words) | {third.id: "<b>plain</b>"})
        notes = [move.message_ids[0] for move in moves]
        self.assertEqual([note.res_id for note in notes], moves.ids)
        self.assertEqual(notes[0].body, words)
        self.assertEqual(notes[1].body, words)
        self.assertEqual(notes[2].body, Markup("&lt;b&gt;plain&lt;/b&gt;"))
        third._message_log(body="by Odoo")
        alike = [name for name in notes[0]._fields if name not in ("id", "res_id", "body")]
        alike = [name for name in alike if notes[0]._fields[name].store]
        mine, copied = (note.read(alike, load=None)[0] for note in notes[:2])
        del mine["id"], copied["id"]
        self.assertEqual(copied, mine)
        odoos = third.message_ids[0].read(alike, load=None)[0]
        differ = {name for name, value in copied.items() if odoos[name] != value}
        self.assertLessEqual(differ, {"message_id", "reply_to", "preview"})

    def test_paid_a_second_ago_is_cancelled_not_sent(self):
        self.pay(self.invoice)
        self.deliver()
        self.assertEqual((self.message.state, self.message.reason_codes), ("cancelled", "paid"))
        self.assertFalse(self.sandbox.accepted)

    def test_a_part_payment_before_the_wire_changes_the_text(self):
        self.pay(self.invoice, 40.0)
        self.deliver()
        self.assertEqual(self.message.amount_total, 60.0)
        self.assertIn("60", self.message.body)

    def test_a_courtesy_that_waited_past_the_due_date_is_not_sent(self):
        debtor = self.create_debtor(name="Late", phone="+51 987 654 322")
        self.create_invoice(debtor, days=1)
        message = self.propose()
        self.assertEqual(message.level_id.days, -7)
        self.clock.move_to(WEDNESDAY + timedelta(days=2))
        self.deliver()
        self.assertEqual((message.state, message.reason_codes), ("cancelled", "level_passed"))

    def test_a_withdrawal_before_the_wire_wins(self):
        self.grant(self.debtor, event="withdrawn", effective_at=WEDNESDAY)
        self.assertEqual(self.message.state, "cancelled")
        self.deliver()
        self.assertFalse(self.sandbox.accepted)

    def test_a_message_whose_hour_has_passed_waits_for_the_next_morning(self):
        self.clock.move_to("2026-11-26 02:00:00")
        self.deliver()
        self.assertEqual(self.message.state, "waiting")
        self.assertEqual(self.message.not_before.date(), fields.Date.to_date("2026-11-26"))
        self.assertFalse(self.sandbox.accepted)

    def test_one_person_behind_two_partners_is_reached_once(self):
        twin = self.create_debtor(name="Rosa Q.")
        self.create_invoice(twin, days=-8)
        second = self.propose()
        self.deliver()
        self.deliver()
        self.assertEqual(len(self.sandbox.accepted), 1)
        self.assertEqual({self.message.state, second.state}, {"sent", "waiting"})

    def test_a_refusal_before_processing_is_tried_again_later(self):
        self.sandbox.fault("rate_limit")
        self.deliver()
        self.assertEqual(self.message.state, "queued")
        self.assertFalse(self.message.attempted_at)
        self.assertGreater(self.message.retry_at, WEDNESDAY)
        self.clock.move_to(self.message.retry_at + timedelta(seconds=1))
        self.deliver()
        self.assertEqual(self.message.state, "sent")
        self.assertEqual(len(self.sandbox.accepted), 1)

    def test_an_answer_that_says_neither_is_uncertain_and_never_sent_again_by_itself(self):
        self.sandbox.fault("server_error")
        self.deliver()
        self.assertEqual(self.message.state, "uncertain")
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.deliver()
        self.propose()
        self.assertEqual(self.message.state, "uncertain")
        self.assertEqual(
            self.env["dunning.message"].search_count([("partner_id", "=", self.debtor.id)]), 1
        )

    def test_a_reset_after_accepting_is_uncertain_and_counts_as_a_contact(self):
        self.sandbox.fault("reset_after")
        self.deliver()
        self.assertEqual(self.message.state, "uncertain")
        self.assertEqual(len(self.sandbox.accepted), 1)
        self.assertTrue(self.message.attempted_at)

    def test_a_person_settles_an_uncertain_message(self):
        self.sandbox.fault("server_error")
        self.deliver()
        first_reference = self.message.reference
        self.message.action_send_again()
        self.assertEqual(self.message.state, "queued")
        self.assertNotEqual(self.message.reference, first_reference)
        self.message._update_state(("queued",), "uncertain")
        self.message.action_mark_arrived()
        self.assertEqual(self.message.state, "sent")

    def test_an_uncertain_message_without_receipt_is_put_before_a_person_once(self):
        self.sandbox.fault("server_error")
        self.deliver()
        for _look in range(2):
            self.clock.tick(timedelta(minutes=46))
            self.plan._propose_next()
        asked = self.invoice.activity_ids.filtered(
            lambda activity: activity.summary == "Did this reminder arrive?"
        )
        self.assertEqual(len(asked), 1)
        self.assertEqual(self.message.state, "uncertain")

    def test_a_message_that_cannot_be_decided_fails_alone_and_blocks_no_other(self):
        other = self.create_debtor(name="Other", phone="+51 987 654 399")
        self.create_invoice(other, days=-8)
        second = self.propose()
        decide = type(self.env["dunning.channel.whatsapp"])._content_vals

        def broken(channel, candidate):
            if candidate.partner == self.debtor:
                raise KeyError("a value that is not there")
            return decide(channel, candidate)

        with (
            patch.object(type(self.env["dunning.channel.whatsapp"]), "_content_vals", broken),
            mute_logger("odoo.addons.l10n_latam_dunning.models.dunning_outbox"),
        ):
            self.deliver()
        self.assertEqual((self.message.state, second.state), ("failed", "sent"))
        self.assertIn("could not be prepared", self.notes_on(self.invoice))
        self.assertEqual(len(self.sandbox.accepted), 1)

    def test_a_lost_token_pauses_the_account_and_keeps_the_queue(self):
        self.account.token = "wrong"
        self.deliver()
        self.assertTrue(self.account.pause_reason)
        self.account.sudo()._tell()
        self.assertIn("does not send", self.account.activity_ids.summary)
        self.assertEqual(self.message.state, "queued")

    def test_a_number_that_is_off_holds_the_queue_and_says_so_once(self):
        self.account.mode = "off"
        self.deliver()
        length = len(self.message.history)
        self.assertEqual((self.message.state, self.message.reason_codes), ("queued", "account"))
        self.clock.move_to(self.message.retry_at + timedelta(minutes=1))
        self.deliver()
        self.assertEqual(len(self.message.history), length)
        self.account.mode = "live"
        self.clock.move_to(self.message.retry_at + timedelta(minutes=1))
        self.deliver()
        self.assertEqual(self.message.state, "sent")

    def test_a_message_left_by_a_dead_worker_becomes_uncertain_never_queued(self):
        self.outbox._claim(fields.Datetime.now())
        self.assertEqual(self.message.state, "sending")
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.outbox._settle_stale()
        self.assertEqual(self.message.state, "uncertain")

    def test_the_database_itself_refuses_a_second_reminder_of_a_rung(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            twin = self.message.copy(
                {
                    "state": "queued",
                    "line_ids": [
                        fields.Command.create(
                            {
                                "move_id": line.move_id.id,
                                "date_due": line.date_due,
                                "level_id": line.level_id.id,
                            }
                        )
                        for line in self.message.line_ids
                    ],
                }
            )
            twin.flush_recordset()

    def test_the_scheduled_action_drains_the_queue(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_deliver").method_direct_trigger()
        self.message.invalidate_recordset()
        self.assertEqual(self.message.state, "sent")

    def test_what_the_api_accepts_is_what_the_chatter_shows(self):
        self.deliver()
        template = self.sandbox.accepted[0]["payload"]["template"]
        values = {
            item["parameter_name"]: item["text"]
            for component in template["components"]
            if component["type"] == "body"
            for item in component["parameters"]
        }
        self.assertEqual(self.message.template_id._render(values), self.message.body)

    def test_a_number_that_has_reached_its_limit_holds_the_rest_and_says_so_once(self):
        self.account.sudo().write({"ramp_per_day": 1, "ramp_from": WEDNESDAY})
        other = self.create_debtor(name="Other", phone="+51 987 654 399")
        self.create_invoice(other, days=-8)
        second = self.propose()
        self.deliver()
        self.assertEqual((self.message.state, second.state), ("sent", "queued"))
        self.assertEqual(second.reason_codes, "account_limit")
        length = len(second.history)
        self.clock.move_to(second.retry_at + timedelta(minutes=1))
        self.deliver()
        self.assertEqual((second.state, len(second.history)), ("queued", length))
        self.clock.move_to(WEDNESDAY + timedelta(days=1, minutes=1))
        self.deliver()
        self.assertEqual(second.state, "sent")
