import copy
import itertools
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..core.whatsapp.webhook import parse
from .common import WEDNESDAY, DunningCommon

# Meta's instants, an hour apart
FIRST, SECOND, THIRD = (WEDNESDAY - timedelta(hours=hours) for hours in (3, 2, 1))


class TestTemplateLife(DunningCommon):
    """What becomes of a template at Meta, against a sandbox that behaves as Meta does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.account.template_ids.filtered(
            lambda t: (t.name, t.language) == ("dunning_overdue", "es")
        )

    def setUp(self):
        super().setUp()
        self.sandbox.auto_approve = True
        self.sandbox.flush_webhooks()
        self.sandbox.take_webhooks()
        # what a test does at Meta ends with it, as what it does here does
        store = copy.deepcopy(self.sandbox.store)
        self.addCleanup(setattr, self.sandbox, "store", store)

    def remote(self, template=None):
        template = template or self.template
        found = [row for row in self.sandbox.templates if row["id"] == template.meta_id]
        return found[0] if found else None

    def create_template(self, **vals):
        return self.env["dunning.whatsapp.template"].create(
            {
                "account_id": self.account.id,
                "name": "dunning_own",
                "language": "es",
                "body": "Hola {{customer_name}}, su factura {{first_invoice}} por"
                " {{amount_total}} sigue pendiente de pago. Gracias por su atención.",
                **vals,
            }
        )

    def told(self):
        """Hand what the sandbox tells by webhook to the template, as the event cron does."""
        self.sandbox.flush_webhooks()
        for delivery in self.sandbox.take_webhooks():
            for event in parse(delivery.raw):
                value = event.raw["value"]
                self.template._apply_event(event.field, value, account=self.account)

    def lines(self, template=None):
        changes = (template or self.template).change_ids.sorted(lambda c: (c.at, c.id))
        return [(c.kind, c.old_value or "", c.value or "", c.source) for c in changes]

    def status_event(self, status, **more):
        return {
            "event": status,
            "message_template_id": int(self.template.meta_id),
            "message_template_name": self.template.name,
            "message_template_language": "es",
            "reason": "NONE",
            **more,
        }

    # === SUBMITTING ===

    def test_a_new_template_is_submitted_approved_and_read(self):
        self.sandbox.auto_approve = False
        template = self.create_template()
        self.assertEqual((template.status, template.sendable), ("DRAFT", False))
        self.assertTrue(template.can_submit)
        template.action_submit()
        self.assertEqual((template.status, template.sendable), ("PENDING", False))
        self.assertFalse(template.can_submit)
        self.assertEqual(self.remote(template)["components"], template._components())
        self.sandbox.set_template("dunning_own", status="APPROVED", quality="GREEN")
        template.action_read_state()
        self.assertEqual((template.status, template.quality), ("APPROVED", "GREEN"))
        self.assertTrue(template.sendable)
        self.assertEqual(
            self.lines(template),
            [
                ("status", "", "PENDING", "submit"),
                ("text", "", "", "submit"),
                ("status", "PENDING", "APPROVED", "sync"),
                ("quality", "", "GREEN", "sync"),
            ],
        )

    def test_reading_the_state_again_adds_nothing_to_the_history(self):
        self.account.action_sync_templates()
        before = self.lines()
        self.clock.tick(3600)
        self.account.action_sync_templates()
        self.assertEqual(self.lines(), before)

    def test_what_meta_does_not_take_is_said_in_words_and_stops_no_other(self):
        self.create_template().action_submit()
        again = self.create_template(
            name="dunning_more", body="Hola {{customer_name}}, le recordamos su pago pendiente."
        )
        self.sandbox.fault("code:100", endpoint="templates")
        other = self.create_template(
            name="dunning_third", body="Hola {{customer_name}}, agradecemos mucho su pago."
        )
        (again | other)._submit()
        self.assertEqual(again.status, "ERROR")
        self.assertIn("did not take it", again.state_note)
        self.assertEqual(other.status, "APPROVED")
        self.assertTrue(again.can_submit)

    def test_a_shipped_text_is_not_submitted(self):
        shipped = self.env.ref("l10n_latam_dunning.template_overdue_es")
        with self.assertRaisesRegex(UserError, "shipped text"):
            shipped.action_submit()

    def test_a_document_header_is_submitted_with_a_sample_and_not_with_an_invoice(self):
        template = self.create_template(header_kind="document")
        template.action_submit()
        template.action_read_state()
        self.assertTrue(template.sendable, template._unsendable_words())
        self.assertEqual(len(self.sandbox.store.handles), 1)
        self.assertFalse(self.sandbox.files)

    # === EDITING ===

    def test_a_changed_text_is_not_sent_until_meta_has_approved_it(self):
        self.template.body = self.template.body.replace("Hola", "Buenos días")
        self.assertTrue(self.template.differs)
        self.assertFalse(self.template.sendable)
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.assertEqual((message.state, message.reason_codes), ("refused", "template"))
        self.assertIn("differ", message.explanation)
        self.template.action_submit()
        self.assertFalse(self.template.differs)
        self.assertEqual(self.template.status, "PENDING")
        self.template.action_read_state()
        self.assertTrue(self.template.sendable)
        body = next(c for c in self.remote()["components"] if c["type"] == "BODY")
        self.assertTrue(body["text"].startswith("Buenos días"))

    def test_an_approved_template_is_changed_once_a_day_and_the_limit_is_explained(self):
        self.template.body = self.template.body.replace("Hola", "Buenos días")
        self.template.action_submit()
        self.template.action_read_state()
        self.template.body = self.template.body.replace("Buenos días", "Estimado")
        asked = self.sandbox.requests
        with self.assertRaisesRegex(UserError, "once in 24 hours.*2026-11-26 15:00:00"):
            self.template.action_submit()
        self.assertEqual(self.sandbox.requests, asked, "WhatsApp is not even asked")
        self.clock.tick(86401)
        self.template.action_submit()
        self.assertEqual(self.template.status, "PENDING")

    def test_a_rejected_template_is_corrected_without_that_limit(self):
        self.sandbox.set_template(self.template.name, "es", status="REJECTED", reason="SCAM")
        self.template.action_read_state()
        self.assertIn("took it for a fraud", self.template.state_note)
        for word in ("Buenos días", "Estimado"):
            self.template.body = f"{word} {self.template.body}"
            self.sandbox.auto_approve = False
            self.template.action_submit()
            self.sandbox.set_template(self.template.name, "es", status="REJECTED")
            self.template.action_read_state()
        self.assertEqual(self.template.status, "REJECTED")

    def test_what_is_under_review_cannot_be_changed(self):
        self.sandbox.set_template(self.template.name, "es", status="PENDING")
        self.template.action_read_state()
        self.template.body = f"Buenos días. {self.template.body}"
        self.assertFalse(self.template.can_submit)
        with self.assertRaisesRegex(UserError, "PENDING cannot be changed"):
            self.template.action_submit()

    def test_a_text_changed_at_meta_stops_sending_until_it_is_taken_over(self):
        row = self.sandbox.store.by_id(self.template.meta_id)
        body = row.component("BODY")
        body["text"] = f"Buenos días. {body['text']}"
        row.component("BUTTONS")["buttons"].pop()
        self.template.action_read_state()
        self.assertTrue(self.template.differs)
        self.assertFalse(self.template.sendable)
        self.template.action_take_over()
        self.assertTrue(self.template.body.startswith("Buenos días. Hola"))
        self.assertEqual(self.template.button_ids.mapped("action"), ["paid", "agree"])
        self.assertTrue(self.template.sendable)

    def test_a_button_that_is_not_known_here_is_not_taken_over(self):
        row = self.sandbox.store.by_id(self.template.meta_id)
        row.component("BUTTONS")["buttons"][0]["text"] = "Llamar"
        self.template.action_read_state()
        with self.assertRaisesRegex(UserError, "Llamar"):
            self.template.action_take_over()

    # === DELETING ===

    def test_a_template_is_deleted_at_meta_and_its_history_stays(self):
        meta_id = self.template.meta_id
        self.template.action_delete_remote()
        self.assertNotIn(meta_id, [row["id"] for row in self.sandbox.templates])
        self.assertFalse(self.template.active)
        self.assertEqual(self.lines()[-1][2:], ("DELETED", "user"))
        with self.assertRaisesRegex(UserError, "evidence"):
            self.template.unlink()
        self.assertFalse(self.template.activity_ids)

    def test_the_name_of_a_deleted_template_rests_for_30_days(self):
        self.template.action_delete_remote()
        again = self.template.copy({"account_id": self.account.id})
        again.action_submit()
        self.assertEqual(again.status, "ERROR")
        self.assertIn("free again after 30 days", again.state_note)
        self.clock.tick(31 * 86400)
        again.action_submit()
        again.action_read_state()
        self.assertEqual(again.status, "APPROVED")

    def test_a_disabled_template_cannot_be_deleted(self):
        self.sandbox.set_template(self.template.name, "es", status="DISABLED")
        self.template.action_read_state()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.template.action_delete_remote()

    def test_a_template_that_meta_no_longer_lists_is_gone(self):
        self.clock.tick(7200)
        self.sandbox.store.delete(self.account.waba_id, self.template.name, self.template.meta_id)
        self.account.action_sync_templates()
        self.assertEqual((self.template.status, self.template.sendable), ("DELETED", False))
        others = self.account.template_ids - self.template
        self.assertEqual(set(others.mapped("status")), {"APPROVED"})

    def test_a_draft_that_was_never_used_may_be_deleted(self):
        draft = self.create_template()
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_nobody_edits_the_history(self):
        with self.assertRaises(AccessError):
            self.template.change_ids[:1].with_user(self.manager()).write({"value": "APPROVED"})
        with self.assertRaises(UserError):
            self.template.change_ids[:1].unlink()

    # === WEBHOOKS ===

    def test_what_meta_tells_by_webhook_is_applied(self):
        self.sandbox.set_template(self.template.name, "es", status="REJECTED", reason="SCAM")
        self.told()
        self.assertEqual((self.template.status, self.template.sendable), ("REJECTED", False))
        self.assertIn("took it for a fraud", self.template.state_note)
        self.sandbox.set_template(self.template.name, "es", status="APPROVED", quality="YELLOW")
        self.clock.tick(60)
        self.told()
        self.assertEqual((self.template.status, self.template.quality), ("APPROVED", "YELLOW"))
        self.assertTrue(self.template.sendable)
        self.assertFalse(self.template.reject_reason)

    def test_meta_says_why_in_its_own_words_too(self):
        event = self.status_event(
            "REJECTED",
            reason="INVALID_FORMAT",
            rejection_info={"reason": "Side by side.", "recommendation": "Put text between."},
        )
        self.template._apply_event("message_template_status_update", event, at=WEDNESDAY)
        for words in ("variables or its form", "Side by side.", "Put text between."):
            self.assertIn(words, self.template.state_note)
        paused = self.status_event("PAUSED", other_info={"description": "Paused for 3 hours."})
        later = WEDNESDAY + timedelta(minutes=1)
        self.template._apply_event("message_template_status_update", paused, at=later)
        self.assertIn("Paused for 3 hours.", self.template.state_note)

    def test_a_template_is_found_by_its_id_or_by_name_and_language(self):
        Template = self.env["dunning.whatsapp.template"]
        draft = self.create_template(language="es_MX")
        event = {
            "event": "APPROVED",
            "message_template_id": 77,
            "message_template_name": "dunning_own",
            "message_template_language": "es-MX",
        }
        kind = "message_template_status_update"
        self.assertEqual(Template._apply_event(kind, event, account=self.account), draft)
        self.assertEqual((draft.meta_id, draft.status), ("77", "APPROVED"))
        for foreign in (
            {**event, "message_template_id": 78, "message_template_name": "theirs"},
            {**event, "message_template_id": 78},
            {},
            None,
            {"event": "APPROVED"},
        ):
            with self.subTest(foreign):
                self.assertFalse(Template._apply_event(kind, foreign, account=self.account))

    def test_events_in_any_order_and_repeated_end_the_same(self):
        kind = "message_template_status_update"
        quality = {"previous_quality_score": "GREEN", "new_quality_score": "RED"}
        events = [
            (kind, self.status_event("APPROVED"), FIRST),
            (kind, self.status_event("PAUSED"), SECOND),
            (kind, {**self.status_event(""), **quality}, SECOND),
            (
                "template_category_update",
                {
                    **self.status_event(""),
                    "new_category": "UTILITY",
                    "correct_category": "MARKETING",
                },
                SECOND,
            ),
            (
                "template_category_update",
                {
                    **self.status_event(""),
                    "previous_category": "UTILITY",
                    "new_category": "MARKETING",
                },
                THIRD,
            ),
        ]
        for event in events:
            event[1].pop("event") if not event[1]["event"] else None
        ends = set()
        for turn, order in enumerate(itertools.permutations(events)):
            if turn % 5:
                continue
            with self.env.cr.savepoint() as savepoint:
                for name, data, at in [*order, order[turn % 5], order[0]]:
                    self.template._apply_event(name, data, at=at)
                template = self.template
                webhook = [line for line in self.lines() if line[3] == "webhook"]
                ends.add(
                    (
                        template.status,
                        template.category,
                        template.correct_category,
                        template.quality,
                        tuple(sorted(webhook)),
                    )
                )
                savepoint.rollback()
                self.env.invalidate_all()
        ((status, category, correct, quality, lines),) = ends
        self.assertEqual((status, category, correct), ("PAUSED", "MARKETING", False))
        self.assertEqual(quality, "RED")
        self.assertIn(("status", "APPROVED", "PAUSED", "webhook"), lines)

    def test_of_two_states_of_one_instant_the_careful_one_counts(self):
        kind = "message_template_status_update"
        for order in (("PAUSED", "APPROVED"), ("APPROVED", "PAUSED")):
            for status in order:
                event = self.status_event(status)
                self.template._apply_event(kind, event, at=WEDNESDAY)
            self.assertEqual(self.template.status, "PAUSED")

    def test_an_approval_that_overtakes_the_answer_of_the_submission_counts(self):
        self.sandbox.auto_approve = False
        template = self.create_template()
        template.action_submit()
        self.assertEqual(template.status, "PENDING")
        event = {"event": "APPROVED", "message_template_id": int(template.meta_id)}
        # Meta's clock is a minute behind ours
        at = fields.Datetime.now() - timedelta(minutes=1)
        self.template._apply_event("message_template_status_update", event, at=at)
        self.assertEqual(template.status, "APPROVED")

    def test_a_state_that_is_not_known_is_not_sent(self):
        event = self.status_event("ENCHANTED")
        self.template._apply_event("message_template_status_update", event, at=WEDNESDAY)
        self.assertFalse(self.template.sendable)
        self.assertIn("does not know this state", self.template.state_note)

    # === HOLDING MESSAGES ===

    def test_a_paused_template_holds_its_messages_and_one_activity_tells_of_it(self):
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.assertEqual(message.state, "queued")
        kind = "message_template_status_update"
        for at in (SECOND, THIRD):
            self.template._apply_event(kind, self.status_event("PAUSED"), at=at)
        self.assertFalse(self.deliver())
        self.assertEqual((message.state, message.reason_codes), ("queued", "template"))
        self.assertIn("PAUSED", message.explanation)
        activity = self.template.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.account.user_id)
        self.assertIn("dunning_overdue (es) is PAUSED", activity.summary)
        self.template._apply_event(kind, self.status_event("APPROVED"), at=WEDNESDAY)
        self.assertFalse(self.template.activity_ids)
        self.clock.tick(1000)
        self.assertEqual(self.deliver(), message)
        self.assertEqual(message.state, "sent")

    def test_a_persons_own_activity_on_a_template_stays(self):
        own = self.template.activity_schedule("mail.mail_activity_data_todo", summary="Mine")
        own.automated = False
        kind = "message_template_status_update"
        self.template._apply_event(kind, self.status_event("PAUSED"), at=THIRD)
        self.template._apply_event(kind, self.status_event("APPROVED"), at=WEDNESDAY)
        self.assertEqual(self.template.activity_ids, own)

    def test_a_refusal_on_the_wire_is_noted_at_the_template(self):
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        # Meta has paused it and nobody has told us
        self.sandbox.store.by_id(self.template.meta_id).status = "PAUSED"
        self.deliver()
        self.assertEqual(message.state, "queued")
        self.assertEqual((self.template.status, self.template.sendable), ("PAUSED", False))
        self.assertEqual(self.lines()[-1], ("status", "APPROVED", "PAUSED", "send"))

    # === MARKETING ===

    def manager(self):
        return new_test_user(
            self.env, "template_manager", groups="l10n_latam_dunning.group_dunning_manager"
        )

    def accept(self, user=None):
        template = self.template.with_user(user or self.env.user)
        action = template.action_accept_marketing()
        wizard = self.env[action["res_model"]].with_user(user or self.env.user)
        return wizard.with_context(**action["context"]).create({})

    def test_a_template_moved_to_marketing_is_held_until_a_manager_accepts(self):
        self.sandbox.set_template(self.template.name, "es", category="MARKETING")
        self.told()
        self.assertFalse(self.template.sendable)
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.assertEqual((message.state, message.reason_codes), ("refused", "template"))
        self.assertIn("marketing", message.explanation)
        self.assertIn("marketing", self.template.activity_ids.summary)
        manager = self.manager()
        wizard = self.accept(manager)
        self.assertIn("Peru", wizard.prices)
        wizard.action_accept()
        self.assertTrue(self.template.sendable)
        self.assertEqual(self.template.marketing_accepted_by, manager)
        self.assertFalse(self.template.activity_ids)
        change = self.template.change_ids.filtered(lambda line: line.kind == "price")
        self.assertEqual((change.user_id, change.source), (manager, "user"))
        self.assertIn("PE", change.note)

    def test_an_announced_move_blocks_a_day_before_it_happens(self):
        self.sandbox.set_template(self.template.name, "es", correct_category="MARKETING")
        self.told()
        self.assertEqual(self.template.category, "UTILITY")
        self.assertEqual(self.template.correct_category, "MARKETING")
        self.assertFalse(self.template.sendable)
        self.accept().action_accept()
        self.assertTrue(self.template.sendable)
        self.clock.tick(86400)
        self.sandbox.set_template(self.template.name, "es", category="MARKETING")
        self.told()
        self.assertEqual(
            (self.template.category, self.template.correct_category), ("MARKETING", False)
        )
        self.assertTrue(self.template.sendable, "what was accepted has come")

    def test_reading_the_state_finds_an_announced_move_too(self):
        self.sandbox.set_template(self.template.name, "es", correct_category="MARKETING")
        self.account.action_sync_templates()
        self.assertEqual(self.template.correct_category, "MARKETING")
        self.assertFalse(self.template.sendable)

    def test_an_acceptance_ends_when_meta_takes_the_move_back(self):
        for category, sendable in (("MARKETING", False), ("UTILITY", True), ("MARKETING", False)):
            self.clock.tick(60)
            self.sandbox.set_template(self.template.name, "es", category=category)
            self.told()
            self.assertEqual(self.template.sendable, sendable)
            if not sendable:
                self.accept().action_accept()
                self.assertTrue(self.template.sendable)

    def test_only_a_manager_accepts_and_only_what_is_marketing(self):
        user = new_test_user(self.env, "t_user", groups="l10n_latam_dunning.group_dunning_user")
        self.sandbox.set_template(self.template.name, "es", category="MARKETING")
        self.told()
        with self.assertRaises(AccessError):
            self.accept(user).action_accept()
        self.sandbox.set_template(self.template.name, "es", category="UTILITY")
        self.clock.tick(60)
        self.told()
        with self.assertRaisesRegex(UserError, "does not count"):
            self.accept().action_accept()

    # === RULES ===

    def test_only_what_meta_refuses_blocks_saving(self):
        for vals, why in (
            ({"body": "{{customer_name}} debe pagar algo pronto"}, "start or end"),
            ({"body": "Hola {{nobody}}, esto no se conoce aquí."}, "no variables nobody"),
            ({"footer": "x" * 61}, "61 characters, at most 60"),
            ({"header_kind": "text"}, "header needs a text"),
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(ValidationError, why),
                self.env.cr.savepoint(),
            ):
                self.template.write(vals)
        with self.assertRaisesRegex(ValidationError, "same label"), self.env.cr.savepoint():
            self.template.button_ids.write({"text": "Igual"})
        self.template.body = "Hola {{customer_name}}, pague o embargaremos su casa mañana."
        self.assertIn("threat", [finding["code"] for finding in self.template.findings])

    def test_a_button_needs_a_meaning_or_a_target(self):
        for vals, why in (
            ({"kind": "reply", "text": "Sí"}, "tap on “Sí” means"),
            ({"kind": "link", "text": "Ver"}, "link “Ver” leads"),
            ({"kind": "link", "text": "Ver", "link": "fixed"}, "link “Ver” leads"),
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(ValidationError, why),
                self.env.cr.savepoint(),
            ):
                self.create_template(button_ids=[Command.create(vals)])

    def test_two_templates_of_one_name_and_language_are_refused_unless_one_is_archived(self):
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.template.copy({"account_id": self.account.id})
        self.template.action_archive()
        self.template.flush_recordset()
        self.assertTrue(self.template.copy({"account_id": self.account.id}))

    # === CRON ===

    def test_the_states_are_read_by_themselves(self):
        self.sandbox.set_template(self.template.name, "es", status="PAUSED")
        cron = self.env.ref("l10n_latam_dunning.ir_cron_templates")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.template.invalidate_recordset()
        self.assertEqual(self.template.status, "PAUSED")

    def test_an_account_that_cannot_be_read_stops_no_other(self):
        self.sandbox.fault("code:190", endpoint="templates")
        cron = self.env.ref("l10n_latam_dunning.ir_cron_templates")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.template.invalidate_recordset()
        self.assertEqual(self.template.status, "APPROVED")
