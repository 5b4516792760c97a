import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from .common import WEDNESDAY
from .event_common import PDF, PNG, EventCase


class TestAnswer(EventCase):
    """An accountant answers from the invoice, within 24 hours, through the gate and the outbox."""

    def compose(self, text="El viernes está bien.", **vals):
        action = self.invoice.action_dunning_answer()
        return (
            self.env["dunning.reply"]
            .with_context(**action["context"])
            .create({"text": text, **vals})
        )

    def answer(self, *args, **vals):
        self.compose(*args, **vals).action_send()
        return self.env["dunning.message"].search([("purpose", "=", "reply")], limit=1)

    def sent(self):
        return self.sandbox.accepted[-1]["payload"]

    # === SENDING ===

    def test_an_answer_goes_to_who_wrote_and_stands_on_the_invoice(self):
        event = self.write_in("¿Me envían otra vez la factura?")
        message = self.answer()
        self.assertEqual((message.state, message.purpose), ("queued", "reply"))
        self.assertFalse(message.level_id or message.line_ids)
        self.deliver()
        self.assertEqual(message.state, "sent")
        payload = self.sent()
        self.assertEqual((payload["type"], payload["to"]), ("text", "+51987654321"))
        self.assertEqual(payload["text"]["body"], "El viernes está bien.")
        self.assertEqual(payload["context"]["message_id"], event._wamid())
        note = self.invoice.message_ids[:1]
        self.assertIn("El viernes está bien.", note.body)
        self.assertEqual(note.author_id, self.env.user.partner_id)
        self.assertEqual(message.verdict["outcome"], "send")

    def test_whoever_answers_has_seen_to_the_reply(self):
        self.write_in("Hola")
        self.assertTrue(self.activities(self.invoice))
        self.answer()
        self.assertFalse(self.activities(self.invoice))

    def test_the_forty_sixth_message_at_once_to_one_person_waits_its_six_seconds(self):
        self.write_in("Hola")
        message = self.answer()
        # with the reminder they are forty-five
        just_now = {"state": "sent", "attempted_at": WEDNESDAY}
        sent = message.sudo()
        sent.create([sent.copy_data(just_now)[0] for _one in range(44)])
        self.deliver()
        self.assertEqual(message.state, "queued")
        self.assertEqual(message.retry_at, WEDNESDAY + timedelta(seconds=6))
        self.clock.move_to(message.retry_at)
        self.deliver()
        self.assertEqual(message.state, "sent")

    def test_an_answer_is_no_reminder(self):
        self.write_in("Hola")
        count = self.invoice.dunning_message_count
        self.answer()
        self.deliver()
        self.invoice.invalidate_recordset()
        self.assertEqual(self.invoice.dunning_message_count, count)

    def test_an_answer_leaves_at_night_and_on_the_same_day_as_a_reminder(self):
        self.clock.move_to("2026-11-29 04:00:00")
        self.write_in("¿Están ahí?")
        message = self.answer()
        self.deliver()
        self.assertEqual(message.state, "sent")

    def test_receipts_of_an_answer_are_taken_in(self):
        self.write_in("Hola")
        message = self.answer()
        self.deliver()
        self.sandbox.push_status(message.provider_ref, "read")
        self.pull()
        self.assertEqual(message.state, "read")
        self.assertIn("Read", self.invoice.message_ids[:1].body)

    def test_the_next_reply_to_an_answer_stands_on_the_same_invoice(self):
        self.write_in("Hola")
        message = self.answer()
        self.deliver()
        event = self.write_in("Gracias", context=message.provider_ref)
        self.assertEqual(event.message_id, message)
        self.assertIn("Gracias", self.invoice.message_ids[:1].body)

    def test_a_debtor_without_a_number_on_the_wire_is_answered_too(self):
        self.write_in("Soy yo", bsuid_only=True)
        message = self.answer()
        self.deliver()
        self.assertEqual(message.state, "sent")

    # === FILES ===

    def test_the_invoice_s_pdf_goes_with_the_answer_where_there_is_one(self):
        self.write_in("Mándeme la factura")
        wizard = self.compose()
        self.assertFalse(wizard.pdf_id)
        pdf = self.env["ir.attachment"].create(
            {
                "name": "F001-1.pdf",
                "raw": PDF,
                "res_model": "account.move",
                "res_id": self.invoice.id,
                "res_field": "invoice_pdf_report_file",
                "mimetype": "application/pdf",
            }
        )
        self.invoice.invalidate_recordset()
        message = self.answer("Aquí la tiene.", with_pdf=True)
        self.deliver()
        payload = self.sent()
        self.assertEqual(payload["type"], "document")
        self.assertEqual(payload["document"]["filename"], "F001-1.pdf")
        self.assertEqual(payload["document"]["caption"], "Aquí la tiene.")
        self.assertEqual(self.sandbox.media(payload["document"]["id"]).content, PDF)
        self.assertIn("F001-1.pdf", self.invoice.message_ids[:1].body)
        pdf.unlink()
        self.assertEqual(message.document_id.raw, PDF)

    def test_pictures_documents_and_sounds_may_be_sent(self):
        self.write_in("Hola")
        cases = [
            ("foto.png", PNG, "image", "Vea"),
            ("nota.ogg", b"OggS" + b"0" * 60, "audio", ""),
            ("carta.pdf", PDF, "document", ""),
        ]
        for name, content, kind, text in cases:
            with self.subTest(name):
                self.clock.tick(timedelta(minutes=1))
                message = self.answer(text, upload=base64.b64encode(content), upload_name=name)
                self.deliver()
                self.assertEqual((message.state, self.sent()["type"]), ("sent", kind))

    def test_what_whatsapp_does_not_take_is_said_before_it_is_queued(self):
        self.write_in("Hola")
        cases = [
            ("virus.exe", b"MZ", "x", "none of them"),
            ("page.pdf", b"<html>", "x", "none of them"),
            ("big.png", PNG + b"x" * (5 * 1024 * 1024), "x", "at most 5 MB"),
            ("nota.ogg", b"OggS" + b"0" * 60, "con texto", "without a text"),
            ("carta.pdf", PDF, "x" * 1025, "at most 1024"),
        ]
        for name, content, text, why in cases:
            with self.subTest(name), self.assertRaisesRegex(UserError, why):
                self.answer(text, upload=base64.b64encode(content), upload_name=name)
        with self.assertRaisesRegex(UserError, "at most 4096"):
            self.answer("x" * 4097)
        with self.assertRaisesRegex(UserError, "Write an answer"):
            self.answer(" ")
        self.assertFalse(self.env["dunning.message"].search([("purpose", "=", "reply")]))

    def test_a_file_that_cannot_be_uploaded_leaves_the_answer_for_another_try(self):
        self.write_in("Hola")
        message = self.answer("", upload=base64.b64encode(PDF), upload_name="a.pdf")
        self.sandbox.fault("html_502", endpoint="media")
        self.deliver()
        self.assertNotEqual(message.state, "uncertain")
        self.clock.move_to(WEDNESDAY + timedelta(hours=2))
        self.deliver()
        self.assertEqual(message.state, "sent")

    # === THE GATE ===

    def test_the_gate_stands_against_what_the_law_does_not_allow(self):
        self.write_in("BAJA")
        with self.assertRaisesRegex(UserError, "withdrew the consent"):
            self.answer()

    def test_a_threat_is_no_answer(self):
        self.write_in("No pago")
        wizard = self.compose("Si no paga lo publicaremos en la lista de morosos.")
        self.assertEqual(wizard.outcome, "refuse")
        with self.assertRaises(UserError):
            wizard.action_send()

    def test_a_closed_number_is_not_answered(self):
        self.write_in("Hola")
        self.point.sudo().state = "not_theirs"
        with self.assertRaisesRegex(UserError, "set aside"):
            self.answer()

    def test_a_dispute_does_not_stop_an_answer(self):
        self.write_in(button=("DUN:dispute", "No"), context=self.message.provider_ref)
        message = self.answer("Revisamos su reclamo.")
        self.deliver()
        self.assertEqual(message.state, "sent")

    def test_a_withdrawal_before_the_wire_wins(self):
        self.write_in("Hola")
        message = self.answer()
        self.grant(self.debtor, event="withdrawn", effective_at=WEDNESDAY)
        self.deliver()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(len(self.sandbox.accepted), 1)

    # === THE WINDOW ===

    def test_after_a_day_only_a_template_is_offered(self):
        self.write_in("Hola")
        self.clock.move_to(WEDNESDAY + timedelta(hours=24))
        wizard = self.compose()
        self.assertFalse(wizard.is_open)
        self.assertIn("send a reminder instead", wizard.window)
        with self.assertRaisesRegex(UserError, "Send a template instead"):
            wizard.action_send()
        action = wizard.action_remind()
        self.assertEqual(action["res_model"], "dunning.send")
        self.assertEqual(action["context"], {"default_move_id": self.invoice.id})

    def test_an_answer_that_waited_too_long_is_cancelled_and_its_writer_told(self):
        self.write_in("Hola")
        message = self.answer()
        self.clock.move_to(WEDNESDAY + timedelta(hours=25))
        self.deliver()
        self.assertEqual((message.state, message.reason), ("cancelled", "window_closed"))
        self.assertIn("did not leave", self.activities(self.invoice).summary)

    def test_whatsapp_itself_may_say_that_the_window_is_closed(self):
        for late in (False, True):
            with self.subTest(late=late):
                self.clock.tick(timedelta(minutes=5))
                self.write_in("Hola")
                message = self.answer()
                self.sandbox.fault("failed:131047" if late else "code:131047")
                self.deliver()
                self.pull()
                self.assertEqual((message.state, message.error_code), ("failed", 131047))
                self.assertIn("a template is needed", self.activities(self.invoice).note)
                self.assertFalse(self.compose().is_open)

    def test_the_end_of_the_window_is_shown_at_both_places(self):
        self.write_in("Hola")
        self.env.user.tz = "Europe/Madrid"
        words = self.compose().window
        self.assertIn("Thursday 26 November, 10:00", words)
        self.assertIn("America/Lima", words)
        self.assertIn("16:00 for you", words)
        self.env.user.tz = "America/Bogota"
        self.assertNotIn("for you", self.compose().window)

    def test_what_is_charged_is_said(self):
        self.write_in("Hola")
        self.answer()
        self.deliver()
        words = self.compose().price
        self.assertIn("first 1000 free answers", words)
        self.assertIn("has sent 1 this month", words)

    # === THE SCREEN ===

    def test_the_conversation_shows_both_sides_and_no_number(self):
        self.write_in("¿<b>Hola</b>?")
        self.answer("Buenos días")
        self.deliver()
        html = self.compose().conversation
        self.assertIn("¿&lt;b&gt;Hola&lt;/b&gt;?", html)
        self.assertIn("Buenos días", html)
        self.assertIn("Hola Rosa", html)
        self.assertNotIn("987654321", html)

    def test_the_button_is_there_for_whoever_wrote(self):
        self.assertFalse(self.invoice.dunning_can_answer)
        self.write_in("Hola")
        self.invoice.invalidate_recordset()
        self.assertTrue(self.invoice.dunning_can_answer)
        self.assertTrue(self.debtor.dunning_can_answer)

    def test_a_debtor_is_answered_from_his_own_form(self):
        self.write_in("Hola")
        action = self.debtor.action_dunning_answer()
        form = Form(self.env["dunning.reply"].with_context(**action["context"]))
        form.text = "Buenos días"
        form.save().action_send()
        self.deliver()
        self.assertIn("Buenos días", self.debtor.message_ids[:1].body)

    def test_only_dunning_users_answer(self):
        self.write_in("Hola")
        clerk = new_test_user(self.env, "clerk", groups="account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.env["dunning.reply"].with_user(clerk).create({"partner_id": self.debtor.id})
        user = new_test_user(
            self.env, "dunning_user", groups="l10n_latam_dunning.group_dunning_user"
        )
        action = self.invoice.with_user(user).action_dunning_answer()
        wizard = self.env["dunning.reply"].with_user(user).with_context(**action["context"])
        wizard.create({"text": "Buenos días"}).action_send()
        self.deliver()
        self.assertEqual(self.sent()["text"]["body"], "Buenos días")

    def test_nobody_answers_for_another_company(self):
        self.write_in("Hola")
        company = self.env["res.company"].create({"name": "Another"})
        user = new_test_user(
            self.env, "other_company", groups="l10n_latam_dunning.group_dunning_user",
            company_id=company.id, company_ids=[fields.Command.set(company.ids)],
        )  # fmt: skip
        wizard = self.env["dunning.reply"].with_user(user).create({"partner_id": self.debtor.id})
        self.assertFalse(wizard.identity_id)
        wizard.identity_id = self.env["dunning.whatsapp.identity"].sudo().search([], limit=1)
        wizard.text = "Hola"
        with self.assertRaises(UserError):
            wizard.action_send()
