from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError

from .common import WEDNESDAY
from .mail_common import ADDRESS, EmailCommon

LINK = "https://erp.example/dunning/p/abc"


class TestConsentAsk(EmailCommon):
    """Asking for consent, and the texts that it is asked by."""

    def setUp(self):
        super().setUp()
        self.debtor = self.create_debtor(consent=False, email=ADDRESS)

    def wizard(self, debtors=None, **vals):
        partners = debtors or self.debtor
        return self.env["dunning.consent.ask"].create({"partner_ids": partners.ids, **vals})

    def requests(self, partner=None):
        domain = [("purpose", "=", "consent")]
        domain += [("partner_id", "=", partner.id)] if partner else []
        return self.env["dunning.message"].sudo().search(domain)

    # === E-MAIL ===

    def test_an_e_mail_asks_and_what_was_asked_is_on_record_with_its_words(self):
        self.wizard(sms=True).action_ask()
        facts = self.debtor.dunning_consent_ids
        self.assertEqual(set(facts.mapped("channel")), {"whatsapp", "sms"})
        self.assertEqual(set(facts.mapped("event")), {"asked"})
        self.assertEqual(self.debtor.dunning_consent_state, "asked")
        message = self.requests()
        self.assertEqual(set(facts.mapped("proof")), {message.reference})
        self.assertEqual(facts[0].wording_version, "request es v1 + clause es v1")
        self.deliver()
        [mail] = self.sink.accepted
        self.assertEqual((message.state, message.channel), ("sent", "email"))
        self.assertEqual(mail.message["To"], ADDRESS)
        self.assertIn("¿podemos avisarle", message.subject)
        for words in ("Comercial Andina SAC", "WhatsApp y SMS", "lun–vie 08:00–19:00", "BAJA"):
            self.assertIn(words, facts[0].wording)
            self.assertIn(words, message.body)
        self.assertIn("/dunning/p/", message.body_html)
        self.assertIn("Request for consent", self.notes_on(self.debtor))

    def test_asking_is_no_consent(self):
        self.wizard().action_ask()
        self.create_invoice(self.debtor, days=-8)
        self.assertNotEqual(self.propose().channel, "whatsapp")
        self.assertNotIn("granted", self.debtor.mapped("dunning_consent_ids.event"))

    def test_outside_the_hours_of_the_law_it_waits(self):
        self.clock.move_to(WEDNESDAY.replace(hour=3))
        self.wizard().action_ask()
        message = self.requests()
        self.assertEqual(message.state, "waiting", message.explanation)
        self.assertGreaterEqual(str(message.not_before), "2026-11-25 12:00:00")
        self.deliver()
        self.assertFalse(self.sink.accepted)

    def test_a_question_is_a_contact_and_counts_as_one(self):
        self.wizard().action_ask()
        self.deliver()
        self.create_invoice(self.debtor, days=-8)
        reminder = self.propose()
        self.assertEqual((reminder.channel, reminder.state), ("email", "waiting"))
        self.assertIn("company_quota", reminder.reason_codes)

    def test_who_withdrew_or_agreed_while_the_question_waited_is_not_asked(self):
        twin = self.create_debtor("Luis", "+51 987 654 399", consent=False, email="l@x.example")
        self.clock.move_to(WEDNESDAY.replace(hour=3))
        self.wizard(self.debtor + twin).action_ask()
        self.clock.move_to(WEDNESDAY)
        self.grant(self.debtor, effective_at=WEDNESDAY)
        self.grant(twin, channel="email", event="withdrawn", effective_at=WEDNESDAY)
        self.deliver()
        self.assertFalse(self.sink.accepted)
        answered = self.requests(self.debtor)
        self.assertEqual((answered.state, answered.reason_codes), ("cancelled", "not_open"))
        self.assertIn("answered the question", answered.explanation)
        self.assertEqual(self.requests(twin).state, "cancelled")

    def test_whoever_withdrew_or_agrees_or_was_asked_lately_or_is_listed_is_left_out(self):
        def debtor(name, index):
            return self.create_debtor(
                name, f"+51 987 654 33{index}", consent=False, email=f"d{index}@x.example"
            )

        gone, agrees, asked, listed, mute = (
            debtor(name, index)
            for index, name in enumerate(["Gone", "Agrees", "Asked", "Listed", "Mute"])
        )
        before = WEDNESDAY - timedelta(days=2)
        self.grant(gone, event="withdrawn", effective_at=before)
        self.grant(agrees)
        self.grant(asked, event="asked", effective_at=before)
        self.env["mail.blacklist"].create({"email": listed.email})
        self.grant(mute, channel="email", event="withdrawn", effective_at=before)
        every = gone + agrees + asked + listed + mute
        wizard = self.wizard(every + self.debtor)
        preview = wizard.preview
        self.assertIn("1 of 6 are asked.", preview)
        for words in ("Gone: withdrew", "Agrees: agrees already", "Asked: asked on 2026-11-23"):
            self.assertIn(words, preview)
        self.assertIn("Listed: ", preview)
        self.assertIn("Mute: ", preview)
        wizard.action_ask()
        self.assertEqual(self.requests().partner_id, self.debtor)
        with self.assertRaises(UserError):
            self.wizard(every).action_ask()

    def test_after_a_month_one_may_ask_again(self):
        self.grant(self.debtor, event="asked", effective_at=WEDNESDAY - timedelta(days=31))
        self.wizard().action_ask()
        self.assertEqual(len(self.requests()), 1)

    def test_many_debtors_cost_no_query_of_the_gate_each(self):
        debtors = self.env["res.partner"].create(
            [
                {
                    "name": f"D{index}",
                    "email": f"d{index}@x.example",
                    "country_id": self.peru.id,
                    "lang": "es_419",
                }
                for index in range(44)
            ]
        )
        counts = []
        for some in (debtors[:4], debtors[4:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["dunning.consent"]._askable(some, ["whatsapp"])
            self.env["dunning.consent"]._ask_verdicts(some, self.company, "email")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    # === LETTER ===

    def test_a_letter_shows_boxes_a_place_to_sign_and_a_code_that_leads_to_the_page(self):
        Partner = type(self.env["res.partner"])
        with patch.object(Partner, "_dunning_consent_link", lambda partner, company: LINK):
            action = self.wizard(by="letter", sms=True).action_ask()
            facts = self.debtor.dunning_consent_ids
            self.assertEqual(set(facts.mapped("source")), {"letter"})
            report = self.env["ir.actions.report"]
            html, _kind = report._render_qweb_html(action["report_name"], facts[-1].ids)
        page = html.decode()
        for words in (
            "data:image/svg+xml;base64",
            "WhatsApp",
            "SMS",
            "Rosa Quispe",
            "Comercial Andina",
        ):
            self.assertIn(words, page)

    def test_without_a_page_the_letter_has_no_code(self):
        Partner = type(self.env["res.partner"])
        with patch.object(Partner, "_dunning_consent_link", lambda partner, company: ""):
            action = self.wizard(by="letter").action_ask()
            html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                action["report_name"], self.debtor.dunning_consent_ids.ids
            )
        self.assertNotIn("svg+xml", html.decode())

    # === TEXTS ===

    def clause(self, code, **vals):
        country = self.env["res.country"].search([("code", "=", code)])
        return self.env["dunning.clause"].create({"country_id": country.id, **vals})

    def test_the_clause_of_every_country_says_what_for_where_when_and_how_to_end_it(self):
        laws = self.env["dunning.jurisdiction"].search([("state_id", "=", False)])
        self.assertGreaterEqual(len(laws.country_id), 19)
        for country in laws.country_id:
            clause = self.clause(country.code)
            with self.subTest(country.code):
                self.assertNotIn("{{", clause.text)
                for words in ("Comercial Andina SAC", "WhatsApp"):
                    self.assertIn(words, clause.text)
                self.assertRegex(clause.text, r"\d\d:\d\d–\d\d:\d\d")
                self.assertRegex(clause.text, "BAJA|SAIR|STOP")

    def test_brazil_reads_portuguese_and_colombia_its_own_express_clause(self):
        brazil, colombia = self.clause("BR"), self.clause("CO")
        self.assertEqual(brazil.lang_code, "pt")
        self.assertIn("SAIR", brazil.text)
        self.assertEqual(colombia.version, "clause CO-es v1")
        self.assertIn("cada uno por su nombre: WhatsApp", colombia.text)
        self.assertIn("2300", colombia.text)

    def test_a_changed_text_is_a_new_version_and_must_say_the_essential(self):
        text = self.env.ref("l10n_latam_dunning.consent_text_clause_es")
        text.body = f"{text.body}\n\nGracias."
        self.assertEqual((text.version, self.clause("PE").version), (2, "clause es v2"))
        text.body = text.body
        self.assertEqual(text.version, 2)
        for body, words in [
            ("{{company}} por {{channels}} a las {{hour}}", "{{hour}} is not known"),
            ("{{company}} puede escribirme", "{{channels}}"),
        ]:
            with self.subTest(body), self.assertRaises(ValidationError) as caught:
                text.body = body
            self.assertIn(words, str(caught.exception))
