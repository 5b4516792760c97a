from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import WEDNESDAY
from .event_common import PNG
from .page_common import PageCase

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
EVIL = "<script>alert(1)</script> ' \" & {{ 7*7 }} <img src=x onerror=alert(1)>"


@tagged("post_install", "-at_install")
class TestPageDeeds(PageCase):
    """What a debtor can do on his page, by real forms over real HTTP."""

    def holds(self, reason):
        domain = [("partner_id", "=", self.debtor.id), ("reason", "=", reason)]
        return self.env["dunning.hold"].search(domain)

    def consents(self, event, channel="whatsapp"):
        return self.env["dunning.consent"].search(
            [
                ("partner_id", "=", self.debtor.id),
                ("event", "=", event),
                ("channel", "=", channel),
                ("source", "=", "web"),
            ]
        )

    def agreement(self):
        return self.env["dunning.agreement"].search([("move_ids", "in", self.invoice.ids)])

    # === PAYMENT ===

    def test_a_reported_payment_rests_its_invoice_with_the_receipt_and_the_proof(self):
        files = {"receipt": ("../voucher banco.pdf", PDF, "image/gif")}
        page = self.say("paid", files=files, note="Transferí el lunes", moves=str(self.invoice.id))
        self.assertIn('class="dp_said"', page.text)
        hold = self.holds("payment_reported")
        self.assertEqual((hold.move_ids, hold.note), (self.invoice, "Transferí el lunes"))
        self.assertEqual(hold.attachment_ids.raw, PDF)
        answer = self.answer("paid")
        receipt = answer.attachment_id
        self.assertEqual((receipt.name, receipt.mimetype), ("voucher banco.pdf", "application/pdf"))
        self.assertEqual((receipt.res_model, receipt.res_id), ("dunning.page.answer", answer.id))
        self.assertFalse(receipt.public)
        self.assertEqual((answer.address, answer.contact_point_id), ("127.0.0.1", self.point))
        self.assertIn("Transferí el lunes", self.notes_on(self.invoice))
        self.assertNotIn("Transferí", self.notes_on(self.second))

    def test_a_form_that_is_sent_twice_is_done_once(self):
        page = self.look()
        form = {"note": "Ya pagué", "moves": str(self.invoice.id)}
        for _click in range(2):
            again = self.say("paid", page=page, **form)
            self.assertIn('class="dp_said"', again.text)
        self.assertEqual((len(self.answer("paid")), len(self.holds("payment_reported"))), (1, 1))

    def test_who_says_it_again_later_is_heard_and_held_once(self):
        for note in ("Ya pagué", "Le aviso que ya pagué"):
            self.say("paid", note=note, moves=str(self.invoice.id))
        self.assertEqual((len(self.answer("paid")), len(self.holds("payment_reported"))), (2, 1))

    def test_a_form_without_the_mark_of_the_page_does_nothing(self):
        path = self.path()
        other = self.create_debtor(name="Ana", phone="+51 987 654 322", vat="10999888777")
        foreign = self.mark(self.look(self.path(other, point=None)).text)
        old = self.mark(self.look(path).text)
        for mark in ("", "x", "..", "1.2.3", foreign, old[:-1], old + "a", "é.é"):
            data = {"deed": "paid", "mark": mark, "note": "x"}
            self.assertEqual(self.url_open(path, data=data).status_code, 422)
        self.clock.move_to(WEDNESDAY + timedelta(hours=25))
        data = {"deed": "paid", "mark": old, "note": "x"}
        self.assertEqual(self.url_open(path, data=data).status_code, 422)
        self.assertFalse(self.answers.search([]))

    def test_an_unknown_deed_does_nothing(self):
        for deed in ("", "identity2", "_do", "__class__", "paid; drop", "visit"):
            self.assertEqual(self.say(deed).status_code, 422)
        self.assertFalse(self.answers.search([]))

    def test_only_plain_receipts_are_taken(self):
        bad = {
            "virus.pdf": b"MZ\x90\x00",
            "page.png": b"<html><script>alert(1)</script>",
            "bomb.zip": b"PK\x03\x04" + b"\x00" * 100,
            "both.pdf": PDF + b"PK\x05\x06" + b"\x00" * 18,
            "empty.pdf": b"",
            "half.png": PNG,
            "large.pdf": PDF + b" " * (5 * 1024 * 1024),
        }
        for name, content in bad.items():
            with self.subTest(name):
                page = self.say("paid", files={"receipt": (name, content)}, note="x")
                self.assertEqual(page.status_code, 422)
                self.assertIn('role="alert"', page.text)
        self.assertFalse(self.answers.search([]))
        self.assertFalse(self.holds("payment_reported"))

    def test_more_than_the_page_takes_is_refused_before_it_is_read(self):
        page = self.say("paid", files={"receipt": ("a.pdf", b"x" * (7 * 1024 * 1024))})
        self.assertEqual(page.status_code, 413)

    # === DISPUTE AND AGREEMENT ===

    def test_a_dispute_rests_only_the_invoice_that_is_disputed(self):
        self.say("dispute", note="La mercadería no llegó", moves=str(self.invoice.id))
        self.assertEqual(self.holds("dispute").move_ids, self.invoice)
        self.assertIn("La mercadería no llegó", self.notes_on(self.invoice))
        self.assertTrue(self.invoice.activity_ids)
        self.say("dispute", note="Tampoco esta", moves=str(self.second.id))
        self.assertEqual(self.holds("dispute").move_ids, self.invoice | self.second)

    def test_a_dispute_needs_words(self):
        page = self.say("dispute", note="  ", moves=str(self.invoice.id))
        self.assertEqual(page.status_code, 422)
        self.assertFalse(self.answers.search([]))

    def test_he_asks_for_ways_to_pay_and_the_one_he_accepts_is_in_force(self):
        page = self.say("ask", moves=[str(self.invoice.id), str(self.second.id)])
        agreement = self.agreement()
        self.assertEqual(agreement.state, "proposed")
        self.assertEqual(agreement.move_ids, self.invoice | self.second)
        option = agreement.option_ids[-1]
        self.assertIn(option.text, page.text)
        self.assertNotIn(option.sudo().token, page.text)
        page = self.say("accept", option=str(option.id))
        agreement.invalidate_recordset()
        self.assertEqual(agreement.state, "active")
        acceptance = agreement.acceptance_ids
        answer = self.answer("accept")
        self.assertEqual((acceptance.how, acceptance.person), ("page", "Rosa Quispe"))
        self.assertIn(f"page/{answer.id}", acceptance.reference)
        self.assertIn("127.0.0.1", acceptance.reference)
        self.assertIn(option.text, acceptance.wording)
        self.assertIn("Payment agreement in force", self.notes_on(self.second))
        self.assertIn("dp_agreed", page.text)

    def test_an_offer_is_accepted_once_and_never_by_another_debtor(self):
        other = self.create_debtor(name="Ana", phone="+51 987 654 322", vat="10999888777")
        point = self.env["dunning.channel.whatsapp"].sudo()._reach(other)[other][0]
        point.sudo().state = "verified"
        self.say("ask", moves=str(self.invoice.id))
        option = self.agreement().option_ids[0]
        foreign = self.say("accept", path=self.path(other, point=point), option=str(option.id))
        self.assertEqual(foreign.status_code, 422)
        self.assertEqual(self.agreement().state, "proposed")
        self.assertEqual(self.say("accept", option="99999999").status_code, 422)
        self.say("accept", option=str(option.id))
        self.assertEqual(self.say("accept", option=str(option.id)).status_code, 422)
        self.assertEqual(len(self.agreement().acceptance_ids), 1)

    def test_an_offer_that_has_ended_is_not_accepted(self):
        self.say("ask", moves=str(self.invoice.id))
        page, option = self.look(), self.agreement().option_ids[0]
        self.agreement().action_cancel()
        page = self.say("accept", page=page, option=str(option.id))
        self.assertEqual(page.status_code, 422)
        self.assertFalse(self.agreement().acceptance_ids)

    def test_where_the_policy_offers_nothing_a_person_is_called(self):
        self.policy.offer_ids.unlink()
        self.say("ask", moves=str(self.invoice.id))
        self.assertFalse(self.agreement())
        self.assertEqual(self.holds("by_hand").move_ids, self.invoice)
        self.assertTrue(self.invoice.activity_ids)

    def test_a_wish_of_his_own_calls_a_person_and_reminders_rest(self):
        self.say("wish", note="Puedo pagar 30 cada viernes", moves=str(self.invoice.id))
        hold = self.holds("by_hand")
        self.assertEqual(hold.date_to, WEDNESDAY + timedelta(days=2))
        self.assertIn("30 cada viernes", str(self.invoice.activity_ids.mapped("note")))

    # === CHANNELS ===

    def test_a_withdrawal_stops_the_channel_at_once_with_its_proof(self):
        message = self.propose()
        self.assertEqual(message.state, "queued")
        self.say("withdraw", channel="whatsapp")
        fact = self.consents("withdrawn")
        self.assertIn("127.0.0.1", fact.proof)
        self.assertIn(self.company.name, fact.wording)
        self.assertEqual((message.state, message.reason_codes), ("cancelled", "consent_withdrawn"))

    def test_a_consent_keeps_the_exact_words_that_stood_there(self):
        self.debtor.email = "rosa@quispe.example"
        page = self.look()
        self.say("grant", page=page, channel="email")
        fact = self.consents("granted", "email")
        self.assertEqual((fact.kind, fact.lang), ("express", "es_419"))
        self.assertIn(fact.wording, page.text)
        self.assertIn("r•••@quispe.example", fact.wording)
        self.assertIn(f"page/{self.answer('grant').id}", fact.proof)

    def test_no_more_reminders_at_all_ends_every_channel(self):
        self.debtor.email = "rosa@quispe.example"
        self.say("withdraw", channel="all")
        for channel in ("whatsapp", "email"):
            self.assertTrue(self.consents("withdrawn", channel))

    def test_a_channel_that_does_not_exist_is_no_choice(self):
        for deed in ("grant", "withdraw", "preference"):
            self.assertEqual(self.say(deed, channel="telegram").status_code, 422)
        self.assertEqual(self.say("preference", channel="", part="night").status_code, 422)
        self.assertFalse(self.answers.search([]))

    def test_his_language_is_kept_and_the_page_speaks_it(self):
        page = self.say("language", lang="pt_BR")
        self.assertEqual(self.debtor.lang, "pt_BR")
        self.assertIn('lang="pt-BR"', page.text)
        self.assertEqual(self.say("language", lang="xx_XX").status_code, 422)

    def test_not_me_freezes_the_number_and_closes_the_page(self):
        message = self.propose()
        page = self.say("not_me")
        self.assertEqual(self.point.state, "not_theirs")
        self.assertEqual(message.reason_codes, "contact_quarantined")
        self.assertNotIn(self.invoice.name, page.text)
        self.assertTrue(self.debtor.activity_ids)
        after = self.url_open(self.path(), data={"deed": "paid", "mark": "x", "note": "y"})
        self.assertEqual(after.status_code, 422)
        self.assertFalse(self.answer("paid"))

    # === WORDS ===

    def test_words_are_never_markup(self):
        self.debtor.name = f"Rosa {EVIL}"
        self.say("dispute", note=EVIL, moves=str(self.invoice.id))
        self.say("wish", note=EVIL, moves=str(self.second.id))
        page = self.say("paid", note=EVIL, moves=str(self.invoice.id))
        for text in (page.text, self.notes_on(self.invoice), self.notes_on(self.second)):
            self.assertNotIn("<script", text)
            self.assertNotIn("<img", text)
        self.assertEqual(self.answer("dispute").said, EVIL)

    def test_words_have_an_end_and_no_hidden_signs(self):
        self.say("dispute", note="a\x07b\r\nc" + "x" * 5000, moves=str(self.invoice.id))
        said = self.answer("dispute").said
        self.assertTrue(said.startswith("ab\nc"))
        self.assertLessEqual(len(said), 2000)

    def test_looking_changes_nothing(self):
        self.propose()
        before = {
            name: self.env[name].sudo().search_count([])
            for name in ("dunning.page.answer", "dunning.consent", "dunning.hold", "mail.message")
        }
        for query in ("", "?deed=not_me", "?done=paid", "?deed=withdraw&channel=all"):
            self.assertEqual(self.url_open(self.path() + query).status_code, 200)
        for name, count in before.items():
            self.assertEqual(self.env[name].sudo().search_count([]), count)
        self.assertEqual(self.point.state, "verified")

    def test_an_answer_is_never_changed_and_stands_in_the_chain(self):
        self.say("dispute", note="No llegó", moves=str(self.invoice.id))
        answer = self.answer("dispute")
        for act in (lambda: answer.write({"said": "x"}), answer.unlink):
            with self.assertRaises(UserError):
                act()
        (told,) = answer._facts().values()
        self.assertEqual(told.fields["said"], "No llegó")
        self.assertEqual(told.fields["address"], "127.0.0.1")
        self.assertEqual(told.partner, self.debtor.id)

    def test_the_complaint_file_tells_his_answers_among_the_replies(self):
        self.say("dispute", note="No llegó", moves=str(self.invoice.id))
        dossier = self.env["dunning.dossier"].sudo()
        scope = dossier._scope(self.company, self.debtor)
        (told,) = dossier._tell(scope, dossier._gather(scope))["replies"]
        self.assertIn("No llegó", told["text"])
        self.assertIn("127.0.0.1", told["provider_ref"])

    # === INVOICES ===

    def test_an_invoice_is_seen_through_the_link_and_its_pdf_only_if_there_is_one(self):
        page = self.look()
        self.assertNotIn("/pdf/", page.text)
        self.assertEqual(self.url_open(f"{self.path()}/pdf/{self.invoice.id}").status_code, 404)
        self.env["ir.attachment"].create(
            {
                "name": "factura.pdf",
                "raw": PDF,
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": self.invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        self.assertIn("/pdf/", self.look().text)
        document = self.url_open(f"{self.path()}/pdf/{self.invoice.id}")
        self.assertEqual(document.content, PDF)
        there = self.url_open(f"{self.path()}/pay/{self.invoice.id}", allow_redirects=False)
        self.assertIn("access_token=", there.headers["Location"])
        self.assertEqual(self.url_open(f"{self.path()}/else/{self.invoice.id}").status_code, 404)

    def test_where_he_pays_speaks_his_language_too(self):
        self.debtor.lang = "es_419"
        portal = self.url_open(f"{self.path()}/pay/{self.invoice.id}")
        self.assertEqual(portal.status_code, 200)
        self.assertIn("Pagar ahora", portal.text)
