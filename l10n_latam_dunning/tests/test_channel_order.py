from datetime import timedelta

from odoo import fields
from odoo.tools import mute_logger

from .common import NUMBER_ID, WABA_ID, WEDNESDAY
from .mail_common import EmailCommon
from .webhooks import envelope, raw, status

COLOMBIAN = "+57 300 1234567"


class TestChannelOrder(EmailCommon):
    """A level's channels in order: the next only where the one before failed or cannot be used,
    never beside it, always through the gate."""

    def create_both(self, **vals):
        """A debtor whom WhatsApp and e-mail reach."""
        return self.create_reader(**{"consent": True, **vals})

    def receive(self, message, name, code=0):
        body = raw(envelope(WABA_ID, NUMBER_ID, status(message.provider_ref, name, code=code)))
        self.env["dunning.event"].sudo()._store_webhook(self.account._route(), body)
        self.env["dunning.event"].sudo().search([("state", "=", "new")], order="id")._process()

    def follow(self):
        self.plan._propose_next()

    def messages_of(self, debtor):
        return (
            self.env["dunning.message"].sudo().search([("partner_id", "=", debtor.id)], order="id")
        )

    def live_lines(self, debtor):
        return self.messages_of(debtor).line_ids.filtered(lambda line: line.live and line.level_id)

    # === WHAT IS OFFERED ===

    def test_each_channel_is_found_by_its_name_in_the_registry(self):
        channels = self.env["dunning.channel"]._offered()
        self.assertLessEqual({"whatsapp", "email"}, set(channels))
        for model in ("dunning.message", "dunning.level.channel"):
            labels = self.env[model]._fields["channel"].get_values(self.env)
            with self.subTest(model):
                self.assertEqual(set(labels), set(channels))

    def test_every_shipped_level_tries_whatsapp_then_e_mail(self):
        for level in self.policies.level_ids:
            with self.subTest(level.display_name):
                rows = level.channel_ids
                self.assertEqual(rows.mapped("channel")[:2], ["whatsapp", "email"])
                self.assertTrue(rows[1].mail_template_id)

    # === ON PAPER ===

    def test_the_first_channel_that_can_be_used_is_used_alone(self):
        debtor = self.create_both()
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().channel, "whatsapp")
        self.deliver()
        self.assertEqual(len(self.messages_of(debtor)), 1)
        self.assertFalse(self.sink.accepted)

    def test_a_number_that_cannot_be_used_gives_way_at_once(self):
        for phone in (False, "12", "+51 1 2345678"):
            with self.subTest(phone=phone):
                debtor = self.create_both(name=str(phone), email=f"a{phone}@x.example", phone=phone)
                self.create_invoice(debtor, days=-8)
                self.propose()
                message = self.message_of(debtor)
                self.assertEqual((message.channel, message.state), ("email", "queued"))
                self.assertIn("no valid number", message.history[0]["note"])

    def test_where_no_channel_can_be_used_the_first_ones_reason_is_kept(self):
        debtor = self.create_reader(email=False)
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual((message.channel, message.reason_codes), ("whatsapp", "no_consent"))

    def test_a_hold_stops_every_channel(self):
        debtor = self.create_reader()
        self.env["dunning.hold"].create(
            {"partner_id": debtor.id, "reason": "dispute", "date_from": WEDNESDAY}
        )
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().state, "refused")

    def test_an_account_in_trouble_is_waited_for_and_not_passed_over(self):
        self.account.mode = "off"
        debtor = self.create_both()
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual((message.channel, message.reason_codes), ("whatsapp", "account"))

    def test_the_wizard_and_the_panel_show_the_channel_and_why_not_the_first(self):
        debtor = self.create_reader()
        invoice = self.create_invoice(debtor, days=-8)
        wizard = self.env["dunning.send"].create({"move_id": invoice.id})
        self.assertEqual((wizard.channel, wizard.outcome), ("email", "send"))
        self.assertIn("facturas pendientes", wizard.subject)
        self.assertIn("r•••@quispe.example", wizard.masked)
        self.assertIn("WhatsApp: The debtor has not agreed", wizard.passed_over)
        [block] = self.env["dunning.why"].read_panel("account.move", invoice.id)
        self.assertEqual((block["channel"], block["outcome"]), ("E-mail", "send"))
        self.assertIn("WhatsApp: The debtor has not agreed", block["notes"][0])

    def test_a_dry_run_uses_the_next_channel_too(self):
        debtor = self.create_reader()
        self.create_invoice(debtor, days=-8)
        action = self.policy.action_forecast()
        lines = self.env["dunning.forecast.line"].search(action["domain"])
        self.assertEqual(lines.mapped("outcome")[0], "sent")

    # === AFTER A FAILURE ===

    def test_what_whatsapp_cannot_deliver_is_followed_when_perus_limits_allow(self):
        debtor = self.create_both()
        invoice = self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.sandbox.fault("undeliverable")
        self.deliver()
        self.receive(first, "failed", code=131026)
        self.assertEqual(first.state, "failed")
        self.follow()
        second = first.next_id
        self.assertEqual(second.channel, "email")
        self.assertEqual(second.line_ids.level_id, first.line_ids.level_id)
        # the attempt counts: two calendar days lie between two contacts
        self.assertEqual((second.state, second.reason_codes), ("waiting", "company_quota"))
        self.clock.move_to(second.not_before + timedelta(minutes=1))
        self.deliver()
        self.assertEqual(second.state, "sent")
        self.assertEqual(len(self.sink.accepted), 1)
        self.assertIn("E-mail", self.notes_on(invoice))
        self.follow()
        self.assertEqual(len(self.messages_of(debtor)), 2)

    def test_colombia_keeps_to_one_channel_a_week(self):
        debtor = self.create_both(country=self.env.ref("base.co"), phone=COLOMBIAN)
        self.grant(debtor, channel="email", kind="express")
        self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.assertEqual((first.channel, first.state), ("whatsapp", "queued"))
        self.deliver()
        self.receive(first, "failed", code=131026)
        self.follow()
        second = first.next_id
        self.assertEqual((second.channel, second.state), ("email", "waiting"))
        self.assertIn("one_channel_week", second.reason_codes)
        self.assertGreaterEqual(second.not_before, WEDNESDAY + timedelta(days=7))

    def test_colombia_refuses_a_channel_that_the_debtor_did_not_choose(self):
        debtor = self.create_both(country=self.env.ref("base.co"), phone=COLOMBIAN)
        self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.deliver()
        self.receive(first, "failed", code=131026)
        self.follow()
        self.assertEqual((first.next_id.state, first.next_id.reason), ("refused", "no_consent"))

    def test_what_is_not_delivered_in_time_has_failed_and_is_followed(self):
        debtor = self.create_both()
        self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.deliver()
        patience = first.level_id.channel_ids[0].patience
        self.assertEqual(first.follow_up_at, WEDNESDAY + timedelta(hours=patience))
        self.clock.move_to(first.follow_up_at - timedelta(minutes=1))
        self.follow()
        self.assertEqual(first.state, "sent")
        self.clock.move_to(first.follow_up_at + timedelta(minutes=1))
        self.follow()
        self.assertEqual(first.state, "failed")
        self.assertIn("Not delivered in time", first.history[-1]["note"])
        self.assertEqual(first.next_id.channel, "email")
        self.assertEqual(self.live_lines(debtor).message_id, first.next_id)

    def test_a_receipt_in_time_keeps_the_next_channel_away(self):
        debtor = self.create_both()
        self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.deliver()
        self.receive(first, "delivered")
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.follow()
        self.assertFalse(first.next_id)

    def test_a_late_receipt_cancels_the_follower_that_still_waits(self):
        debtor = self.create_both()
        self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.deliver()
        self.clock.move_to(first.follow_up_at + timedelta(minutes=1))
        self.follow()
        second = first.next_id
        self.assertEqual(second.state, "waiting")
        self.receive(first, "delivered")
        self.assertEqual((first.state, second.state), ("delivered", "cancelled"))
        self.env.flush_all()
        # the rung is used: nothing new is proposed at this level
        self.assertFalse(self.propose())

    def test_a_late_receipt_after_the_follower_left_changes_no_more_than_the_first(self):
        debtor = self.create_both()
        self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.deliver()
        self.clock.move_to(first.follow_up_at + timedelta(minutes=1))
        self.follow()
        second = first.next_id
        self.clock.move_to(second.not_before + timedelta(minutes=1))
        self.deliver()
        self.receive(first, "read")
        self.env.flush_all()
        self.assertEqual((first.state, second.state), ("read", "sent"))
        self.assertEqual(self.live_lines(debtor).message_id, second)

    @mute_logger("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")
    def test_when_both_channels_fail_it_ends_there(self):
        debtor = self.create_both()
        self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.deliver()
        self.receive(first, "failed", code=131026)
        self.follow()
        second = first.next_id
        self.clock.move_to(second.not_before + timedelta(minutes=1))
        self.sink.trouble("no_mailbox")
        self.deliver()
        self.assertEqual(second.state, "failed")
        self.follow()
        self.follow()
        self.assertFalse(second.next_id)
        self.assertFalse(self.propose())
        self.assertEqual(len(self.messages_of(debtor)), 2)

    def test_a_payment_meanwhile_ends_it(self):
        debtor = self.create_both()
        invoice = self.create_invoice(debtor, days=-8)
        first = self.propose()
        self.deliver()
        self.receive(first, "failed", code=131026)
        self.pay(invoice)
        self.follow()
        self.assertEqual(first.next_id.state, "refused")

    def test_one_persons_whatsapp_and_e_mail_count_together(self):
        debtor = self.create_both()
        self.create_invoice(debtor, days=-8)
        self.propose()
        self.deliver()
        twin = self.create_reader(name="Rosa at work", phone=debtor.phone)
        self.create_invoice(twin, days=-8)
        self.propose()
        message = self.message_of(twin)
        self.assertEqual((message.channel, message.state), ("email", "waiting"))
        self.assertGreater(message.not_before, fields.Datetime.now())

    def test_messages_are_found_and_grouped_by_channel(self):
        self.create_invoice(self.create_both(), days=-8)
        self.create_invoice(
            self.create_reader(name="Luis", email="luis@x.example", phone=False), days=-8
        )
        messages = self.propose()
        groups = self.env["dunning.message"]._read_group(
            [("id", "in", messages.ids)], ["channel"], ["__count"]
        )
        self.assertEqual(dict(groups), {"whatsapp": 1, "email": 1})
        view = self.env["dunning.message"].get_view(view_type="search")["arch"]
        for name in ("by_whatsapp", "by_email", "group_channel"):
            self.assertIn(f'name="{name}"', view)
