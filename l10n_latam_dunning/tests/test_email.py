from datetime import timedelta
from unittest.mock import patch

from markupsafe import Markup
from odoo import fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext, mute_logger

from .common import WEDNESDAY
from .mail_common import ADDRESS, SENDER, EmailCommon

MAIL_LOGS = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")


class TestEmail(EmailCommon):
    def setUp(self):
        super().setUp()
        self.debtor = self.create_reader()
        self.invoice = self.create_invoice(self.debtor, days=-8)

    # === WHO ===

    def test_without_consent_for_whatsapp_the_e_mail_leaves_and_the_history_says_why(self):
        message = self.propose()
        self.assertEqual((message.channel, message.state), ("email", "queued"))
        self.assertEqual(message.contact_point_id.value, ADDRESS)
        self.assertIn("WhatsApp: The debtor has not agreed", message.history[0]["note"])

    def test_addresses_that_cannot_be_used_are_said_in_words(self):
        self.only_email()
        for address, words in [
            (False, "there is no e-mail address"),
            ("rosa@", "cannot be read"),
            ("rosa@x.example, luis@x.example", "several e-mail addresses"),
            ("señora@x.example", "cannot be read"),
        ]:
            with self.subTest(address):
                debtor = self.create_reader(name="Odd", email=address)
                self.create_invoice(debtor, days=-8)
                self.propose()
                message = self.message_of(debtor)
                self.assertEqual((message.state, message.reason), ("refused", "contact_invalid"))
                self.assertIn(words, message.explanation)

    def test_odoos_own_blacklist_of_addresses_is_obeyed(self):
        self.only_email()
        self.env["mail.blacklist"].create({"email": "Rosa@Quispe.example"})
        self.assertEqual(self.propose().reason_codes, "suppressed")

    def test_one_address_written_in_two_ways_is_one_contact_point(self):
        twin = self.create_reader(name="Rosa Q.", email='"Rosa" <ROSA@quispe.example>')
        self.create_invoice(twin, days=-8)
        self.assertEqual(len(self.propose().contact_point_id), 1)

    def test_what_is_not_set_up_holds_and_says_so(self):
        self.only_email()
        self.company.email = False
        message = self.propose()
        self.assertEqual((message.state, message.reason_codes), ("refused", "account"))
        self.assertIn("no e-mail address", message.explanation)

    def test_without_a_mail_server_nothing_leaves(self):
        self.only_email()
        self.server.active = False
        message = self.propose()
        self.assertEqual(message.reason_codes, "account")
        self.assertIn("no outgoing mail server", message.explanation)

    # === WHAT ===

    def test_what_arrives_is_what_the_message_keeps_word_for_word(self):
        message = self.propose()
        self.deliver()
        [received] = self.sink.accepted
        html = received.message.get_body(("html",)).get_content()
        plain = received.message.get_body(("plain",)).get_content()
        self.assertEqual(html.splitlines(), str(message.body_html).splitlines())
        self.assertEqual(plain.split(), message.body.split())
        self.assertEqual(received.message["Subject"], message.subject)
        self.assertIn(self.invoice.name, plain)
        self.assertIn("Hola Rosa Quispe", plain)

    def test_values_are_text_in_the_markup(self):
        self.debtor.name = "<b>Rosa</b> & Co"
        self.assertIn("&lt;b&gt;Rosa&lt;/b&gt; &amp; Co", self.propose().body_html)

    def test_each_invoice_stands_on_its_own_line(self):
        self.create_invoice(self.debtor, days=-9)
        self.assertIn("<br/>", self.propose().body_html)

    def test_the_language_is_the_debtors(self):
        brazil = self.env.ref("base.br")
        for lang, country, words in [
            ("es_419", self.peru, "Le escribe el área de cobranza"),
            ("pt_BR", brazil, "Quem escreve é o setor de cobrança"),
            ("en_US", self.peru, "The receivables department"),
        ]:
            with self.subTest(lang):
                debtor = self.create_reader(name=lang, lang=lang, country=country)
                debtor.email = f"{lang.lower()}@x.example"
                self.create_invoice(debtor, days=-8)
                self.propose()
                self.assertIn(words, self.message_of(debtor).body)

    def test_a_spanish_of_another_country_is_better_than_none(self):
        self.env["res.lang"]._activate_lang("es_PE")
        self.debtor.lang = "es_PE"
        self.assertIn("Le escribe el área de cobranza", self.propose().body)

    def test_a_template_without_the_debtors_language_is_not_sent(self):
        self.only_email()
        self.debtor.lang = "pt_BR"
        template = self.levels[7].channel_ids.mail_template_id
        template.update_field_translations("body_html", {"pt_BR": False})
        message = self.propose()
        self.assertEqual(message.reason_codes, "template")
        self.assertIn("no text in the debtor's language", message.explanation)

    def without_way_out(self, text):
        return text.replace("unsubscribe_link", "due_date").replace("page_link", "due_date")

    def test_texts_that_cannot_be_sent_are_refused_with_their_reason(self):
        self.only_email()
        template = self.levels[7].channel_ids.mail_template_id.with_context(lang="es_419")
        good = template.body_html
        for body, code, words in [
            (self.without_way_out(good), "template", "receive no more"),
            (good.replace("invoice_list", "invoice_lists"), "template", "placeholder"),
            (good + Markup("<p>Si no paga, lo embargaremos.</p>"), "wording", "embargaremos"),
        ]:
            with self.subTest(words or body), mute_logger("odoo.addons.mail.models.mail_template"):
                debtor = self.create_reader(name=words, email=f"{code}{len(words)}@x.example")
                self.create_invoice(debtor, days=-8)
                self.env.cr.cache.clear()
                # as it may come in by an import: the editor's own check would refuse some
                self.env.cr.execute(
                    "UPDATE mail_template SET body_html = body_html || jsonb_build_object("
                    "'es_419', %s) WHERE id = %s",
                    [body, template.id],
                )
                template.invalidate_recordset()
                self.propose()
                message = self.message_of(debtor)
                self.assertIn(code, message.reason_codes)
                self.assertIn(words, message.explanation)

    def test_a_template_may_speak_of_the_message_itself(self):
        template = self.levels[7].channel_ids.mail_template_id.with_context(lang="es_419")
        template.body_html += Markup('<p>Ref.: <t t-out="object.partner_id.ref"/></p>')
        self.debtor.ref = "C-77"
        self.assertIn("Ref.: C-77", self.propose().body)

    def test_a_text_is_checked_when_it_is_saved(self):
        self.propose()
        template = self.levels[7].channel_ids.mail_template_id
        with (
            self.assertRaisesRegex(ValidationError, "no_such_thing"),
            mute_logger("odoo.addons.mail.models.mail_template"),
            mute_logger("odoo.addons.mail.models.mail_render_mixin"),
        ):
            template.body_html = "<p><t t-out=\"object.text['no_such_thing']\"/></p>"

    # === WIRE ===

    def test_it_leaves_once_from_the_company_to_the_debtor_with_a_way_out(self):
        message = self.propose()
        self.deliver()
        self.deliver()
        [received] = self.sink.accepted
        mail = received.message
        self.assertEqual(received.recipients, [ADDRESS])
        self.assertIn(SENDER, mail["From"])
        self.assertEqual(message.provider_ref, mail["Message-Id"])
        self.assertIn(message.reference.removeprefix("dun:"), mail["Message-Id"])
        link = message.values["unsubscribe_link"]
        self.assertEqual(mail["List-Unsubscribe"].strip(), f"<{link}>")
        self.assertIn(link, mail.get_body(("html",)).get_content())
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        kept = self.env["mail.mail"].sudo().search([("message_id", "=", mail["Message-Id"])])
        self.assertEqual((kept.state, kept.auto_delete), ("sent", False))

    def test_one_click_is_offered_where_it_is_safe(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "https://andina.example")
        self.propose()
        self.deliver()
        [received] = self.sink.accepted
        self.assertEqual(received.message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")

    def test_the_chatter_names_the_channel_and_the_shortened_address_once(self):
        self.propose()
        self.deliver()
        notes = self.notes_on(self.invoice)
        self.assertIn("E-mail", notes)
        self.assertIn("r•••@quispe.example", notes)
        self.assertNotIn(ADDRESS, notes)
        self.assertEqual(notes.count("Le escribe el área de cobranza"), 1)

    @mute_logger(*MAIL_LOGS)
    def test_what_the_mail_server_answers_decides_what_becomes_of_it(self):
        cases = [
            ("no_mailbox", "failed", 550),
            ("greylisted", "queued", 451),
            ("no_relay", "queued", 554),
            ("sender_refused", "queued", 553),
            ("spam", "failed", 554),
            ("cut_before", "uncertain", 0),
            ("cut_after", "uncertain", 0),
        ]
        for kind, state, code in cases:
            with self.subTest(kind):
                debtor = self.create_reader(name=kind, email=f"{kind}@x.example")
                self.create_invoice(debtor, days=-8)
                self.propose()
                message = self.message_of(debtor)
                self.env["dunning.message"].sudo().search(
                    [("state", "=", "queued"), ("id", "!=", message.id)]
                ).retry_at = WEDNESDAY + timedelta(days=9)
                self.sink.trouble(kind)
                self.deliver()
                self.assertEqual((message.state, message.error_code), (state, code))
                self.assertFalse(self.sink.troubles)
                mails = self.env["mail.mail"].sudo().search([("email_to", "=", debtor.email)])
                self.assertFalse(mails, "one that did not leave must not be sent by hand")
                if state == "queued":
                    self.assertFalse(message.attempted_at)
                    self.assertGreater(message.retry_at, WEDNESDAY)

    @mute_logger(*MAIL_LOGS)
    def test_a_line_cut_after_the_message_is_uncertain_and_never_sent_again(self):
        message = self.propose()
        self.sink.trouble("cut_after")
        self.deliver()
        self.assertEqual(message.state, "uncertain")
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.deliver()
        self.propose()
        self.assertEqual(len(self.sink.accepted), 1)
        self.assertTrue(message.attempted_at)

    @mute_logger(*MAIL_LOGS)
    def test_a_mail_server_that_is_away_holds_the_message_and_tells_the_responsible(self):
        message = self.propose()
        self.server.smtp_port = 1
        for _try in range(8):
            self.deliver()
            self.assertEqual(message.state, "queued")
            self.clock.move_to(message.retry_at + timedelta(minutes=1))
        activities = self.company.partner_id.activity_ids
        self.assertEqual(activities.mapped("summary"), ["Reminders by E-mail do not leave"])
        self.server.smtp_port = self.sink.port
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.deliver()
        self.assertEqual(message.state, "sent")

    @mute_logger(*MAIL_LOGS)
    def test_an_address_that_is_refused_twice_is_used_no_more(self):
        first = self.propose()
        self.sink.trouble("no_mailbox")
        self.deliver()
        self.assertEqual(first.contact_point_id.state, "new")
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        second = self.propose()
        self.assertEqual(second.level_id, self.levels[15])
        self.sink.trouble("no_mailbox")
        self.deliver()
        self.assertEqual(second.contact_point_id.state, "unreachable")
        self.clock.move_to(WEDNESDAY + timedelta(days=24))
        self.only_email()
        third = self.propose()
        self.assertEqual((third.state, third.reason), ("refused", "contact_unreachable"))

    def test_mail_that_odoo_holds_back_is_tried_again_and_not_left_to_odoos_own_queue(self):
        message = self.propose()
        with patch.object(IrMail_Server, "_disable_send", lambda _server: True):
            self.deliver()
        self.assertEqual((message.state, message.attempted_at), ("queued", False))
        self.assertFalse(self.env["mail.mail"].sudo().search([("email_to", "=", ADDRESS)]))

    def test_a_worker_that_dies_after_the_wire_leaves_it_uncertain(self):
        message = self.propose()
        self.outbox._claim(fields.Datetime.now())
        message.handed_at = fields.Datetime.now()
        self.env["dunning.channel"].sudo()._of("email")._call(message, None)()
        self.assertEqual((len(self.sink.accepted), message.state), (1, "sending"))
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.outbox._settle_stale()
        self.deliver()
        self.assertEqual((len(self.sink.accepted), message.state), (1, "uncertain"))

    def test_a_worker_that_dies_before_it_put_a_message_in_hand_leaves_it_in_the_queue(self):
        message = self.propose()
        self.outbox._claim(fields.Datetime.now())
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.outbox._settle_stale()
        self.assertEqual((message.state, message.attempted_at), ("queued", False))
        self.deliver()
        self.assertEqual((len(self.sink.accepted), message.state), (1, "sent"))

    def test_the_text_of_the_note_is_the_text_of_the_mail(self):
        message = self.propose()
        self.assertEqual(html2plaintext(message.body_html), message.body)
