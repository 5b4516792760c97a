import base64
import csv
import io
import json
import tempfile
import zipfile
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools.pdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from ..core.evidence.source import Source
from ..core.evidence.verify import Check
from .evidence import CONTRACT, EvidenceCommon


class TestDossier(EvidenceCommon):
    def setUp(self):
        super().setUp()
        self.live()
        self.dossier = self.env["dunning.dossier"]

    def make(self, partner=None, *, kind="complaint", lang="en_US", masked=True, **vals):
        content, _pdf, _note = self.dossier._make(
            self.company, partner or self.rosa, kind=kind, lang=lang, masked=masked, **vals
        )
        return zipfile.ZipFile(io.BytesIO(content)), content

    def check(self, content):
        """The findings of the verifier over a ZIP."""
        with tempfile.NamedTemporaryFile(suffix=".zip") as file:
            file.write(content)
            file.flush()
            run = Check(Source(Path(file.name)), "en")
            run.run()
        return run

    def table(self, archive, name):
        text = archive.read(f"{name}.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))

    # === content ===

    def test_the_file_of_a_debtor_has_everything_in_it_and_checks_out(self):
        archive, content = self.make(reason="SERNAC 123")
        run = self.check(content)
        self.assertEqual(run.findings, [])
        told = json.loads(archive.read("file.json"))
        self.assertEqual(told["reason"], "SERNAC 123")
        (consent,) = told["consents"]
        self.assertEqual(consent["wording"], "Acepto recordatorios por WhatsApp.")
        first, twice = told["messages"]
        self.assertEqual(first["text"], self.message.body)
        self.assertEqual(first["when"]["local"], "2026-11-25 10:00:00 America/Lima")
        self.assertEqual(first["when"]["utc"], "2026-11-25 15:00:00 UTC")
        self.assertEqual(first["law"], "PE@2010-10-02")
        self.assertTrue(any("art. 62" in rule["text"] for rule in first["rules"]))
        self.assertEqual(first["provider_ref"], self.message.provider_ref)
        self.assertEqual(first["steps"][-1]["state"], "Read")
        self.assertEqual(len(twice["earlier"]), 1)
        (refused,) = told["not_sent"]
        self.assertEqual(refused["ref"], f"dunning.message/{self.refused.id}")
        said = {row["text"]: row for row in told["replies"]}
        reply = said["¿Me envían otra vez la factura?"]
        self.assertEqual(reply["about"], first["ref"])
        (hold,) = told["holds"]
        self.assertTrue(hold["ended"]["utc"])
        self.assertEqual([row["what"] for row in hold["changes"]], ["Made", "Changed"])
        (document,) = [n for n in archive.namelist() if n.startswith("attachments/")]
        self.assertEqual(archive.read(document), CONTRACT)

    def test_the_page_to_read_says_the_same_and_escapes_what_people_wrote(self):
        self.message.sudo().body = "<script>alert(1)</script>\nsecond line"
        archive, _content = self.make()
        page = archive.read("file.html").decode()
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;<br/>second line", page)
        self.assertNotIn("<script>", page)
        self.assertNotIn("http://", page.replace("http://www.w3.org", ""))
        self.assertIn("Evidence of contacts with a debtor", page)

    def test_the_file_speaks_the_language_that_is_asked_for(self):
        archive, _content = self.make(lang="es_419")
        self.assertIn("Leído", archive.read("file.html").decode())
        self.assertEqual(json.loads(archive.read("manifest.json"))["lang"], "es_419")

    def test_tables_run_no_formula(self):
        self.grant(self.rosa, proof="=HYPERLINK('http://x')", wording="+1")
        rows = self.table(self.make()[0], "consents")
        self.assertEqual(rows[-1]["proof"], "'=HYPERLINK('http://x')")
        self.assertEqual(rows[-1]["wording"], "'+1")

    def test_nothing_of_another_debtor_or_company_is_in_it(self):
        other = self.create_debtor("Luis Pardo", phone="+51 912 345 678")
        self.create_invoice(other, days=-8)
        self.propose()
        foreign = self.create_message_of_another_company()
        foreign.partner_id = self.rosa
        foreign._update_state(("proposed",), "cancelled", "secret of another company")
        self.seal()
        archive, content = self.make()
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            self.assertNotIn("Luis Pardo", text)
            self.assertNotIn("secret of another company", text)
        self.assertFalse(self.check(content).findings)

    # === masks ===

    def test_a_masked_file_holds_the_number_nowhere_and_still_checks_out(self):
        archive, content = self.make(masked=True)
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            self.assertNotIn("51987654321", text.replace(" ", ""), name)
            self.assertNotIn("rosa.quispe@example.com", text, name)
        run = self.check(content)
        self.assertFalse(run.findings)
        self.assertTrue(any("withheld" in note for note in run.notes))
        archive, content = self.make(masked=False)
        self.assertIn("+51987654321", archive.read("facts.jsonl").decode())
        self.assertIn("+51987654321", archive.read("file.html").decode())
        self.assertFalse(self.check(content).findings)

    def test_the_person_s_own_file_leaves_internal_notes_out(self):
        self.message.sudo().override_reason = "She always pays late"
        archive, content = self.make(kind="access", masked=False)
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            self.assertNotIn("She says it was returned", text, name)
            self.assertNotIn("She always pays late", text, name)
            self.assertNotIn("Paid by hand", text, name)
        self.assertFalse(self.check(content).findings)
        self.assertIn("Personal data used to remind", archive.read("README.txt").decode())

    # === tampering, from the database to the verifier ===

    def test_what_was_changed_in_the_database_is_named_by_the_verifier(self):
        self.seal()
        cases = [
            ("UPDATE dunning_message SET body = 'forged' WHERE id = %s", self.message, "body"),
            ("UPDATE dunning_message SET verdict = NULL WHERE id = %s", self.message, "verdict"),
            ("UPDATE dunning_message SET read_at = NULL WHERE id = %s", self.message, "read_at"),
            ("UPDATE dunning_consent SET wording = 'x' WHERE id = %s", self.consent, "wording"),
        ]
        for query, record, field in cases:
            with self.subTest(query):
                savepoint = self.env.cr.savepoint()
                self.sql(query, record.id)
                found = self.check(self.make()[1]).findings
                self.assertEqual(
                    [(what.split(" (")[0], text) for what, text in found],
                    [(f"{record._name}/{record.id}", f"“{field}” is not what was sealed")],
                )
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_deleted_message_is_named_by_the_verifier(self):
        self.seal()
        self.sql("DELETE FROM dunning_message WHERE id = %s", self.refused.id)
        found = self.check(self.make()[1]).findings
        self.assertTrue(found)
        self.assertEqual(
            {what.split(" (")[0] for what, _text in found}, {f"dunning.message/{self.refused.id}"}
        )

    def test_an_unreadable_record_does_not_stop_the_file(self):
        self.seal()
        self.sql("UPDATE dunning_message SET history = '[1]' WHERE id = %s", self.message.id)
        archive, content = self.make()
        ref = f"dunning.message/{self.message.id}"
        found = self.check(content).findings
        self.assertEqual({what.split(" (")[0] for what, _text in found}, {ref})
        self.assertIn("cannot be read any more", archive.read("file.html").decode())
        told = json.loads(archive.read("file.json"))
        self.assertEqual(told["unreadable"], [ref])
        self.assertNotIn(ref, [message["ref"] for message in told["messages"]])

    def test_after_a_merge_of_contacts_both_are_in_the_file(self):
        other = self.create_debtor("Rosa Q.", phone="+51 987 654 321")
        self.seal()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge([self.rosa.id, other.id], other)
        archive, content = self.make(other)
        self.assertFalse(self.check(content).findings)
        told = json.loads(archive.read("file.json"))
        self.assertEqual(len(told["messages"]), 2)
        self.assertEqual(len(told["consents"]), 2)

    # === paper ===

    def test_there_is_a_pdf_or_it_is_said_why_not(self):
        content, pdf, note = self.dossier._make(
            self.company, self.rosa, kind="complaint", lang="en_US", masked=True
        )
        archive = zipfile.ZipFile(io.BytesIO(content))
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("install", "broken"):
            self.assertIsNone(pdf)
            self.assertIn("wkhtmltopdf is not installed", note)
            self.assertIn("file.html\n", archive.read("README.txt").decode())
        else:
            self.assertFalse(note)
            self.assertEqual(archive.read("file.pdf"), pdf)
            self.assertGreater(PdfReader(io.BytesIO(pdf)).getNumPages(), 1)

    def test_without_wkhtmltopdf_the_file_is_made_all_the_same(self):
        self.patch(
            type(self.env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda _s: "install"
        )
        content, pdf, note = self.dossier._make(
            self.company, self.rosa, kind="complaint", lang="en_US", masked=True
        )
        self.assertIsNone(pdf)
        self.assertIn("open it in a browser", note)
        self.assertFalse(self.check(content).findings)

    def test_each_page_gets_its_head_and_number_in_whatever_qt(self):
        raw = io.BytesIO()
        canvas = Canvas(raw)
        for _page in range(3):
            canvas.drawString(100, 500, "body")
            canvas.showPage()
        canvas.save()
        told = {
            "title": "Evidence",
            "creditor": [{"what": "Name", "value": "Comercial Andina SAC"}],
            "debtor": [{"what": "Name", "value": "Rosa Ñáñez"}],
            "made_at": {"local": "2026-11-25 10:00:00 America/Lima"},
        }
        stamped = PdfReader(io.BytesIO(self.dossier._stamp(raw.getvalue(), told)))
        texts = [stamped.getPage(number).extract_text() for number in range(3)]
        for number, text in enumerate(texts, 1):
            self.assertIn("body", text)
            self.assertIn("Comercial Andina SAC · Rosa Ñáñez", text)
            self.assertIn(f"Page {number} of 3", text)

    # === cost ===

    def test_a_busy_debtor_costs_no_more_questions_than_a_quiet_one(self):
        counts = []
        for number in (2, 60):
            self.refuse(number)
            self.seal()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.make()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 4, counts)
        self.assertLess(counts[1], 150)

    # === who ===

    def test_only_privacy_officers_make_files_and_the_log_says_so(self):
        officer = new_test_user(
            self.env, "officer", groups="l10n_latam_dunning.group_dunning_privacy"
        )
        clerk = new_test_user(self.env, "clerk", groups="l10n_latam_dunning.group_dunning_manager")
        for user in (officer, clerk):
            user.company_ids, user.company_id = self.company, self.company
        wizard = self.env["dunning.file"].with_user(officer)
        file = wizard.create({"partner_id": self.rosa.id, "company_id": self.company.id})
        self.assertEqual(file.lang, "es_419", "the debtor's language")
        self.assertFalse(file.unmasked)
        with self.assertRaises(UserError):
            file.action_make()
        file.write({"reason": "SERNAC 77", "lang": "en_US"})
        file.action_make()
        content = base64.b64decode(file.with_context(bin_size=False).content)
        self.assertFalse(self.check(content).findings)
        log = self.env["dunning.access.log"].sudo().search([], limit=1)
        self.assertEqual((log.kind, log.user_id, log.partner_id), ("file", officer, self.rosa))
        self.assertEqual((log.reason, log.details["masked"]), ("SERNAC 77", True))
        told = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("file.json"))
        self.assertEqual(told["accesses"][-1]["reason"], "SERNAC 77", "the file tells of itself")
        with self.assertRaises(AccessError):
            self.env["dunning.file"].with_user(clerk).create({"partner_id": self.rosa.id})
        with self.assertRaises(AccessError):
            self.dossier.with_user(clerk)._make(
                self.company, self.rosa, kind="complaint", lang="en_US", masked=True
            )
        other = new_test_user(
            self.env, "other_officer", groups="l10n_latam_dunning.group_dunning_privacy"
        )
        with self.assertRaises(AccessError):
            file.with_user(other).read(["content"])
