from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools.translate import TranslationModuleReader

from ..core.debt.charge_words import NOTHING_ADDED
from ..core.whatsapp import template_sentences, template_words, variables
from ..models.dunning_variable import LACKING
from .common import WEDNESDAY, DunningCommon

PDF = b"%PDF-1.4\n%%EOF"
KEY = "71d6c6e1-64ea-4a11-9560-a10870c40ca2"


class TestTemplateValues(DunningCommon):
    """What a debtor gets from a template, and whom it cannot be sent to."""

    def use(self, body="", language="es", name="dunning_overdue", **vals):
        """Give the overdue level another text, approved by the sandbox."""
        template = self.account.template_ids.filtered(
            lambda t: (t.name, t.language) == (name, language)
        )
        template.action_archive()
        template.flush_recordset()
        template = self.env["dunning.whatsapp.template"].create(
            {
                "account_id": self.account.id,
                "name": name,
                "language": language,
                "body": body
                or "Hola {{customer_name}}, {{company_name}} le recuerda lo que sigue pendiente:"
                " {{invoice_list}}. Son {{amount_total}} ({{amount_detail}}) con vencimiento el"
                " {{due_date}}. Para consultas, responda a este mensaje.",
                "footer": "Responda BAJA para no recibir más avisos",
                **vals,
            }
        )
        self.sandbox.store.rows[:] = [
            row for row in self.sandbox.store.rows if (row.name, row.language) != (name, language)
        ]
        template.action_submit()
        template.action_read_state()
        self.account.invalidate_recordset(["template_ids"])
        self.assertTrue(template.sendable, template._unsendable_words())
        return template

    def remind(self, days=-8, debtor=None, **vals):
        invoice = self.create_invoice(debtor or self.create_debtor(), days=days, **vals)
        return invoice, self.propose()

    def sent(self):
        return self.sandbox.accepted[-1]["payload"]["template"]["components"]

    def text_of(self, components, part="body"):
        row = next(row for row in components if row["type"] == part)
        return {p["parameter_name"]: p["text"] for p in row["parameters"]}

    # === VARIABLES ===

    def test_each_variable_has_its_value(self):
        self.company.write({"phone": "+51 1 555 0100", "vat": "20557912879", "city": "Lima"})
        self.policy.user_id = self.env.user
        bank = self.env["res.bank"].create({"name": "Banco Andino"})
        self.env["res.partner.bank"].create(
            {
                "acc_number": "191-777-0-12",
                "bank_id": bank.id,
                "partner_id": self.company.partner_id.id,
            }
        )
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        (candidate,) = self.plan._candidates(self.company, WEDNESDAY)
        names = list(variables.VARIABLES)
        values = self.env["dunning.variable"].sudo()._values(candidate, names, "es")
        self.assertEqual(values.pop("customer_name"), "Rosa Quispe")
        self.assertEqual(values.pop("company_name"), "Comercial Andina SAC")
        self.assertIn("20557912879", values.pop("company_identity"))
        self.assertEqual(values.pop("company_phone"), "+51 1 555 0100")
        self.assertEqual(values.pop("user_name"), self.env.user.name)
        self.assertEqual(values.pop("first_invoice"), invoice.name)
        self.assertEqual(values.pop("invoice_names"), invoice.name)
        self.assertIn(invoice.name, values.pop("invoice_list"))
        self.assertIn("100", values.pop("amount_total"))
        self.assertEqual(values.pop("amount_detail"), NOTHING_ADDED["es"])
        self.assertEqual(values.pop("due_date"), "17/11/2026")
        self.assertEqual(values.pop("days_overdue"), "8")
        self.assertIn("Banco Andino, 191-777-0-12", values.pop("bank_account"))
        link = values.pop("payment_link")
        self.assertTrue(link.startswith(f"{invoice.get_base_url()}/my/invoices/{invoice.id}?"))
        self.assertIn(invoice.access_token, link)
        self.assertIn("/dunning/p/", values.pop("page_link"))
        self.assertEqual(values.pop("recipient_name"), "Rosa Quispe")
        of_others = ("pix_code", "boleto_line", "agreement_terms", "own_words")
        self.assertEqual(values, dict.fromkeys(of_others, ""))

    def test_each_missing_value_keeps_the_template_from_being_sent_and_says_why(self):
        for name, words in {
            "company_phone": "no telephone",
            "user_name": "no responsible|responsible person",
            "bank_account": "no bank account",
            "pix_code": "no PIX key",
            "boleto_line": "no boleto",
        }.items():
            with self.subTest(name):
                self.company.phone = False
                self.policy.user_id = self.account.user_id = False
                self.use(
                    "Hola {{customer_name}}, le recordamos su factura pendiente de pago con este"
                    f" dato suyo: {{{{{name}}}}}. Muchas gracias por su atención y su confianza."
                )
                invoice, message = self.remind(debtor=self.create_debtor(name=name))
                self.assertEqual((message.state, message.reason_codes), ("refused", "template"))
                self.assertRegex(message.explanation, words)
                invoice.button_draft()
                invoice.button_cancel()

    def test_days_overdue_are_not_said_of_what_is_not_overdue(self):
        self.use(
            "Hola {{customer_name}}, su factura lleva {{days_overdue}} días de atraso según"
            " nuestros registros. Para consultas, responda a este mensaje.",
            name="dunning_due_date",
        )
        _invoice, message = self.remind(days=0)
        self.assertIn("nothing of it is overdue yet", message.explanation)

    def test_no_value_is_ever_sent_empty(self):
        self.company.phone = "+51 1 555 0100"
        self.use(
            "Hola {{customer_name}}, llame al {{company_phone}} por su factura pendiente de pago"
            " cuando guste. Muchas gracias por su atención."
        )
        _invoice, message = self.remind()
        self.assertEqual(message.state, "queued")
        # gone between the proposal and the claim
        self.company.phone = False
        self.assertFalse(self.deliver())
        self.assertEqual((message.state, message.reason_codes), ("queued", "template"))
        self.assertFalse(self.sandbox.accepted)
        self.company.phone = "+51 1 555 0199"
        self.clock.tick(1000)
        self.deliver()
        self.assertEqual(self.text_of(self.sent())["company_phone"], "+51 1 555 0199")

    def test_a_long_list_is_cut_so_that_the_text_stays_within_whatsapps_length(self):
        filler = "Le agradecemos su atención. " * 28
        template = self.use(f"Hola {{{{customer_name}}}}: {{{{invoice_list}}}}. {filler}")
        debtor = self.create_debtor()
        for number in range(8):
            self.create_invoice(debtor, days=-8 - number % 6)
        message = self.propose()
        self.deliver()
        self.assertEqual(message.state, "sent")
        self.assertLessEqual(len(message.body), 1024)
        self.assertRegex(self.text_of(self.sent())["invoice_list"], r"; \+\d$")
        self.assertGreater(len(message.body), 900)
        self.assertIn(template.body[-100:-20], message.body)

    def test_a_text_header_has_its_own_value(self):
        self.use(header_kind="text", header_text="Factura {{first_invoice}}")
        invoice, message = self.remind()
        self.deliver()
        header = self.text_of(self.sent(), "header")
        self.assertEqual(header, {"first_invoice": invoice.name})
        self.assertTrue(message.body.startswith(f"Factura {invoice.name}\nHola Rosa"))

    # === LINKS ===

    def link(self, target="portal", **vals):
        return [Command.create({"kind": "link", "text": "Ver factura", "link": target, **vals})]

    def test_a_link_opens_the_oldest_invoice_and_its_token_is_made_once(self):
        self.use(button_ids=self.link())
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-7)
        invoice, _message = self.remind(debtor=debtor)
        self.deliver()
        (button,) = [row for row in self.sent() if row["type"] == "button"]
        suffix = button["parameters"][0]["text"]
        self.assertEqual(suffix, f"my/invoices/{invoice.id}?access_token={invoice.access_token}")
        shown = self.sandbox.accepted[-1]["shown"]["buttons"][0]
        self.assertEqual(shown["url"], f"{invoice.get_base_url()}/{suffix}")
        self.assertEqual(self.url_of(invoice), shown["url"])

    def url_of(self, invoice):
        return invoice.get_base_url() + invoice.get_portal_url()

    def test_a_payment_link_needs_an_invoice_that_can_be_paid_online(self):
        self.use(button_ids=self.link("payment"))
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("account_payment.enable_portal_payment", "False")
        invoice, message = self.remind()
        self.assertIn("cannot be paid online", message.explanation)
        parameters.set_param("account_payment.enable_portal_payment", "True")
        again = self.propose()
        self.deliver()
        self.assertEqual(again.state, "sent")
        (button,) = [row for row in self.sent() if row["type"] == "button"]
        suffix = button["parameters"][0]["text"]
        self.assertTrue(suffix.startswith(f"my/invoices/{invoice.id}?"), suffix)
        self.assertIn("payment_token=", suffix)

    def test_a_fixed_link_is_not_filled_in(self):
        self.use(button_ids=self.link("fixed", url="https://example.com/pagar"))
        self.remind()
        self.deliver()
        self.assertFalse([row for row in self.sent() if row["type"] == "button"])

    def test_an_approved_link_is_not_sent_once_this_odoo_has_another_address(self):
        template = self.use(button_ids=self.link())
        self.env["ir.config_parameter"].sudo().set_param("web.base.url", "https://new.example")
        self.env.invalidate_all()
        self.assertTrue(template.differs)
        _invoice, message = self.remind()
        self.assertEqual(message.reason_codes, "template")

    def test_quick_replies_say_what_was_tapped_and_stand_at_their_place(self):
        replies = [
            Command.create({"sequence": 20 + n, "text": text, "action": action})
            for n, (text, action) in enumerate(
                [("Ya pagué", "paid"), ("Acordar", "agree"), ("No soy yo", "not_me")]
            )
        ]
        self.use(button_ids=[*self.link(sequence=10), *replies])
        self.remind()
        self.deliver()
        buttons = [row for row in self.sent() if row["type"] == "button"]
        self.assertEqual(
            [
                (row["sub_type"], str(row["index"]), row["parameters"][0].get("payload"))
                for row in buttons
            ],
            [
                ("url", "0", None),
                ("quick_reply", "1", "DUN:paid"),
                ("quick_reply", "2", "DUN:agree"),
                ("quick_reply", "3", "DUN:not_me"),
            ],
        )

    # === DOCUMENTS ===

    def attach(self, invoice, content=PDF, name="F001-1.pdf"):
        """A PDF on an invoice, as printing or sending it leaves it there."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": invoice.id,
            }
        )
        invoice.message_main_attachment_id = attachment
        return attachment

    def upload(self):
        cron = self.env.ref("l10n_latam_dunning.ir_cron_upload")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_a_document_is_brought_once_and_its_id_is_used_again(self):
        self.use(header_kind="document")
        messages = self.env["dunning.message"]
        for number in range(2):
            debtor = self.create_debtor(name=f"Debtor {number}", phone=f"+51 98765432{number}")
            self.attach(self.create_invoice(debtor, days=-8))
        messages = self.propose()
        self.assertEqual(set(messages.mapped("state")), {"waiting"})
        self.assertIn("being brought to WhatsApp", messages[0].explanation)
        uploads = len(self.sandbox.files)
        self.upload()
        self.assertEqual(len(self.sandbox.files) - uploads, 1, "one content, one upload")
        self.clock.tick(300)
        self.assertEqual(self.deliver(), messages)
        header = self.sent()[0]
        (media,) = self.env["dunning.whatsapp.media"].sudo().search([])
        self.assertEqual(
            header,
            {
                "type": "header",
                "parameters": [
                    {
                        "type": "document",
                        "document": {"id": media.media_id, "filename": "F001-1.pdf"},
                    }
                ],
            },
        )

    def test_a_document_that_whatsapp_forgets_is_brought_again(self):
        self.use(header_kind="document")
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        self.attach(invoice)
        message = self.propose()
        self.upload()
        (media,) = self.env["dunning.whatsapp.media"].sudo().search([])
        first = media.media_id
        media.uploaded_at = fields.Datetime.now() - timedelta(days=28)
        self.clock.tick(300)
        self.assertFalse(self.deliver())
        self.assertEqual(message.state, "waiting")
        self.upload()
        self.assertNotEqual(media.media_id, first)
        self.clock.tick(300)
        self.assertTrue(self.deliver())
        self.assertEqual(message.values["_document"][0], media.media_id)

    def test_without_a_pdf_the_message_is_held_and_says_what_to_do(self):
        self.use(header_kind="document")
        invoice, message = self.remind()
        self.assertEqual((message.state, message.reason_codes), ("refused", "template"))
        self.assertIn(f"{invoice.name} has no PDF yet", message.explanation)
        self.upload()
        self.assertFalse(self.env["dunning.whatsapp.media"].sudo().search([]))

    def test_without_a_pdf_the_variant_goes_where_there_is_one(self):
        template = self.use(header_kind="document")
        template.without_document_id = self.account.template_ids.filtered(
            lambda t: (t.name, t.language) == ("dunning_follow_up", "es")
        )
        _invoice, message = self.remind()
        self.assertEqual(message.template_id.name, "dunning_follow_up")
        self.deliver()
        self.assertEqual(message.state, "sent")

    def test_a_pdf_that_whatsapp_does_not_take_is_tried_again_and_then_left(self):
        self.use(header_kind="document")
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        self.attach(invoice)
        message = self.propose()
        self.sandbox.fault("code:131053", times=9, endpoint="media")
        self.upload()
        self.clock.tick(200)
        self.assertFalse(self.deliver())
        self.assertEqual(message.reason_codes, "template")
        self.assertIn("did not take the PDF", message.explanation)
        (media,) = self.env["dunning.whatsapp.media"].sudo().search([])
        self.upload()
        self.assertEqual(media.attempts, 1, "not before its time")
        for _time in range(8):
            self.clock.tick(86400)
            self.upload()
        self.assertEqual(media.attempts, 5)

    def test_looking_for_documents_costs_the_same_for_one_and_for_many(self):
        invoices = self.env["account.move"]
        for number in range(6):
            invoice = self.create_invoice(
                self.create_debtor(name=f"D{number}", phone=f"+51 98765432{number}"), days=-8
            )
            self.attach(invoice, PDF + str(number).encode())
            invoices += invoice
        counts = []
        for ids in (invoices.ids[:1], invoices.ids):
            self.env.flush_all()
            self.env.invalidate_all()
            some = self.env["account.move"].browse(ids)
            before = self.env.cr.sql_log_count
            self.assertTrue(all(some.mapped("dunning_document")))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    # === PIX ===

    def create_brazil(self):
        brazil = self.env.ref("base.br")
        self.env.ref("base.BRL").active = True
        self.company.write(
            {"name": "Comercial Exemplo Ltda", "city": "São Paulo", "street": "Rua A, 1"}
        )
        self.company.partner_id.country_id = brazil
        self.bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "12345-6",
                "partner_id": self.company.partner_id.id,
                "proxy_type": "br_random",
                "proxy_value": KEY,
            }
        )
        debtor = self.create_debtor(
            name="Ana Souza", phone="+55 11 98765-4321", country=brazil, lang="pt_BR"
        )
        body = (
            "Olá {{customer_name}}, {{company_name}} lembra o que continua em aberto:"
            " {{invoice_list}}. Valor: {{amount_total}} ({{amount_detail}}). Fornecedor:"
            " {{company_identity}}. Para dúvidas, responda a esta mensagem."
        )
        template = self.use(
            body,
            "pt_BR",
            button_ids=[Command.create({"kind": "order", "text": "Copiar código Pix"})],
        )
        return debtor, template

    def test_a_pix_button_carries_exactly_this_order(self):
        debtor, template = self.create_brazil()
        self.assertEqual(template._definition()["display_format"], "ORDER_DETAILS")
        brl = self.env.ref("base.BRL")
        older = self.create_invoice(debtor, days=-9, amount=1200.5, currency_id=brl.id)
        newer = self.create_invoice(debtor, days=-8, amount=50, currency_id=brl.id)
        message = self.propose()
        self.assertEqual(message.state, "queued", message.explanation)
        self.deliver()
        self.assertEqual(message.state, "sent", message.error_details)
        (button,) = [row for row in self.sent() if row["type"] == "button"]
        order = button["parameters"][0]["action"]["order_details"]
        code = order["payment_settings"][0]["pix_dynamic_code"].pop("code")
        self.assertTrue(code.startswith("000201"))
        self.assertIn("br.gov.bcb.pix", code)
        self.assertIn("54071250.50", code)
        reference = order.pop("reference_id")
        self.assertRegex(reference, r"^[A-Za-z0-9_.-]{1,35}$")
        self.assertEqual(
            button,
            {
                "type": "button",
                "sub_type": "order_details",
                "index": 0,
                "parameters": [
                    {
                        "type": "action",
                        "action": {
                            "order_details": {
                                "type": "digital-goods",
                                "payment_type": "br",
                                "payment_settings": [
                                    {
                                        "type": "pix_dynamic_code",
                                        "pix_dynamic_code": {
                                            "merchant_name": "Comercial Exemplo Ltda",
                                            "key": KEY,
                                            "key_type": "EVP",
                                        },
                                    }
                                ],
                                "currency": "BRL",
                                "total_amount": {"value": 125050, "offset": 100},
                                "order": {
                                    "status": "pending",
                                    "tax": {
                                        "value": 0,
                                        "offset": 100,
                                        "description": "Impostos inclusos",
                                    },
                                    "items": [
                                        {
                                            "retailer_id": str(invoice.id),
                                            "name": invoice.name,
                                            "amount": {"value": cents, "offset": 100},
                                            "quantity": 1,
                                        }
                                        for invoice, cents in ((older, 120050), (newer, 5000))
                                    ],
                                    "subtotal": {"value": 125050, "offset": 100},
                                },
                            }
                        },
                    }
                ],
            },
        )

    def test_a_boleto_goes_with_the_order_where_somebody_registers_them(self):
        debtor, _template = self.create_brazil()
        line = "03399026944140000002628346101018898510000008848"
        self.patch(type(self.env["dunning.variable"]), "_boleto_line", lambda _self, _move: line)
        self.remind(debtor=debtor, currency_id=self.env.ref("base.BRL").id)
        self.deliver()
        (button,) = [row for row in self.sent() if row["type"] == "button"]
        order = button["parameters"][0]["action"]["order_details"]
        self.assertEqual(
            order["payment_settings"][1], {"type": "boleto", "boleto": {"digitable_line": line}}
        )

    def test_no_pix_in_another_currency_and_without_a_key(self):
        debtor, _template = self.create_brazil()
        _invoice, message = self.remind(debtor=debtor)
        self.assertIn("no PIX key", message.explanation)
        self.bank.write({"proxy_type": "none", "proxy_value": False})
        _invoice, message = self.remind(debtor=debtor, currency_id=self.env.ref("base.BRL").id)
        self.assertIn("no PIX key", message.explanation)

    # === FINDINGS ===

    def findings_of(self, **vals):
        template = self.env["dunning.whatsapp.template"].new(
            {
                "account_id": self.account.id,
                "name": "dunning_overdue",
                "language": "es",
                "body": "Hola {{customer_name}}, {{company_name}} le recuerda su factura"
                " {{invoice_list}} con vencimiento el {{due_date}}. Son {{amount_total}}"
                " ({{amount_detail}}) y puede pagar por transferencia. Para consultas, responda a"
                " este número. Responda BAJA para no recibir más avisos.",
                **vals,
            }
        )
        return template.findings

    def test_a_good_text_has_no_finding(self):
        self.assertFalse(self.findings_of())

    def test_a_threat_is_an_error_of_the_law_with_its_article_and_a_better_wording(self):
        (self.policies - self.policy).active = False
        body = "Hola {{customer_name}}, pague {{amount_total}} o embargaremos su casa muy pronto."
        found = {finding["code"]: finding for finding in self.findings_of(body=body)}
        threat = found["threat"]
        self.assertEqual((threat["source"], threat["severity"]), ("law", "error"))
        self.assertEqual(threat["phrase"], "embargaremos")
        self.assertIn("Better: “Le invitamos", threat["text"])
        self.assertEqual(threat["reason"], "Ley 29571 arts. 61 and 62: Peru")
        self.assertTrue(threat["url"])

    def test_words_on_a_button_and_in_a_header_are_read_too(self):
        for vals in (
            {"header_kind": "text", "header_text": "Será embargado"},
            {"button_ids": [Command.create({"text": "Evitar el embargo", "action": "paid"})]},
        ):
            with self.subTest(vals):
                found = self.findings_of(**vals)
                self.assertIn("threat", [finding["code"] for finding in found])

    def test_countries_are_those_where_the_text_is_used(self):
        def places(name, language):
            template = self.account.template_ids.filtered(
                lambda t: (t.name, t.language) == (name, language)
            )
            return template._countries(template._siblings())

        spanish = places("dunning_overdue", "es")
        self.assertIn("PE", spanish)
        for own in ("CL", "MX", "BR"):
            self.assertNotIn(own, spanish)
        self.assertEqual(places("dunning_overdue", "es_CL"), ["CL"])
        self.assertEqual(places("dunning_overdue", "pt_BR"), ["BR"])
        # a company that reminds in Peru only
        (self.policies - self.policy).active = False
        self.assertEqual(places("dunning_overdue", "es"), ["PE"])

    def test_the_same_text_twice_and_what_the_company_lacks_are_warnings(self):
        self.company.phone = False
        other = self.account.template_ids.filtered(
            lambda t: (t.name, t.language) == ("dunning_overdue", "es")
        )
        found = {f["code"]: f for f in self.findings_of(body=other.body, footer=other.footer)}
        self.assertEqual(found["duplicate"]["severity"], "warning")
        self.assertIn("dunning_overdue (es)", found["duplicate"]["text"])
        body = "Hola {{customer_name}}, llame al {{company_phone}} por su factura. Gracias."
        found = {f["code"]: f for f in self.findings_of(body=body)}
        self.assertIn("no telephone", found["lacking"]["text"])

    def test_an_unknown_variable_is_named_and_not_said_twice(self):
        found = self.findings_of(body="Hola {{nobody}}, su factura vence muy pronto. Gracias.")
        codes = [finding["code"] for finding in found if finding["source"] == "meta"]
        self.assertEqual(codes, ["unknown_variable"])

    def test_shipped_texts_have_no_finding(self):
        shipped = self.env["dunning.whatsapp.template"].search([("account_id", "=", False)])
        self.assertGreaterEqual(len(shipped), 20)
        for template in shipped | self.account.template_ids:
            with self.subTest(template.display_name):
                self.assertFalse(template.findings)

    def test_findings_are_found_while_typing_with_few_queries(self):
        self.findings_of()
        with self.assertQueryCount(8):
            self.findings_of(body="Hola {{customer_name}}, embargaremos su casa muy pronto.")

    def test_every_sentence_about_a_template_can_be_translated(self):
        reader = TranslationModuleReader(self.env.cr, modules=["l10n_latam_dunning"])
        terms = {source for _module, kind, _n, _w, source, _v, _c in reader if kind == "code"}
        sentences = {text for rule in template_sentences.RULES.values() for text in rule}
        sentences |= set(template_sentences.PARTS.values())
        sentences |= {status.meaning for status in template_words.STATUSES.values()}
        sentences |= {template_words.UNKNOWN.meaning}
        sentences |= set(template_words.REJECTIONS.values())
        sentences |= set(template_words.SUBCODES.values())
        sentences |= {variable.label for variable in variables.VARIABLES.values()}
        sentences |= {words._source for words in LACKING.values()}
        self.assertFalse(sentences - terms)

    def test_a_finding_is_said_in_the_users_language(self):
        code = "law wording"
        body = "Hola {{customer_name}}, embargaremos su casa muy pronto, se lo aseguramos."
        texts = set()
        for lang in ("en_US", "es_419", "pt_BR"):
            self.env = self.env(context={**self.env.context, "lang": lang})
            (threat,) = [f for f in self.findings_of(body=body) if f["code"] == "threat"]
            texts.add(threat["text"])
        self.assertEqual(len(texts), 3, code)

    # === LADDER ===

    def test_the_ladder_says_which_level_lacks_a_template_and_in_which_language(self):
        overdue = self.levels[7]
        self.assertEqual(overdue.template_note, "es: ready")
        self.assertFalse(self.policy.template_note)
        template = self.account.template_ids.filtered(
            lambda t: (t.name, t.language) == ("dunning_overdue", "es")
        )
        template._learn("status", "PAUSED", WEDNESDAY, "sync")
        self.policies.level_ids.invalidate_recordset()
        self.assertEqual(overdue.template_note, "es: paused")
        self.assertFalse(overdue.template_ready)
        self.assertIn("1 of 5 levels", self.policy.template_note)
        others = self.policies.filtered(lambda policy: not policy.country_id)
        portuguese = self.account.template_ids.filtered(
            lambda t: (t.name, t.language) == ("dunning_overdue", "pt_BR")
        )
        portuguese.active = False
        self.policies.level_ids.invalidate_recordset()
        level = others.level_ids.filtered(lambda level: level.days == 7)
        self.assertEqual(level.template_note, "es: paused; pt_BR: missing")
        chile = self.policies.filtered(lambda policy: policy.country_id.code == "CL")
        note = chile.level_ids.filtered(lambda level: level.days == 7).template_note
        self.assertEqual(note, "es_CL: ready")

    def test_the_ladder_costs_the_same_for_one_level_and_for_all(self):
        counts = []
        ids = self.policies.level_ids.ids
        for some in (ids[:1], ids):
            self.env.flush_all()
            self.env.invalidate_all()
            levels = self.env["dunning.level"].browse(some)
            before = self.env.cr.sql_log_count
            self.assertTrue(all(levels.mapped("template_ready")))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 1)
