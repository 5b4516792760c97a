import io
import json
import tempfile
import zipfile
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..core.evidence import verify
from ..core.evidence.erased import WORD
from .common import WEDNESDAY
from .evidence import EvidenceCommon
from .mail_common import EmailCommon

# Peru's term is ten years: by then it has run out.
LATER = datetime(2037, 1, 14, 15, 0)
NUMBER = "+51987654321"


class TestErasure(EvidenceCommon):
    def setUp(self):
        super().setUp()
        self.live()
        self.point = self.message.sudo().contact_point_id
        self.text = self.message.body

    def ask(self, kind="erase", **vals):
        return self.env["dunning.privacy.request"].create(
            {"partner_id": self.rosa.id, "kind": kind, "asked": "Borren mis datos.", **vals}
        )

    def erase_all(self):
        """Years later, Rosa asks and everything may go."""
        self.settle()
        self.clock.move_to(LATER)
        request = self.ask()
        request.action_erase()
        self.env.invalidate_all()
        return request

    def verify(self, content):
        """(exit code, what the verifier says) of a complaint file."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file.zip"
            path.write_bytes(content)
            out = io.StringIO()
            with redirect_stdout(out):
                code = verify.main([str(path)], "en")
        return code, out.getvalue()

    def make_file(self, kind="complaint"):
        return self.env["dunning.dossier"]._make(
            self.company, self.rosa, kind=kind, lang="en_US", masked=False, reason="Case 1"
        )[0]

    # === what stands against it ===

    def test_open_debts_block_an_erasure_with_a_sentence(self):
        request = self.ask()
        self.assertIn("instalment(s) are still open", request.obstacles)
        with self.assertRaisesRegex(UserError, "instalment"):
            request.action_erase()
        self.assertEqual(self.message.body, self.text)

    def test_disputes_and_agreements_block_it(self):
        self.settle()
        hold = self.env["dunning.hold"].create({"partner_id": self.rosa.id, "reason": "dispute"})
        with self.assertRaisesRegex(UserError, "dispute"):
            self.ask().action_erase()
        hold._end("Settled.")
        invoice = self.create_invoice(self.rosa, days=8)
        agreement = self.env["dunning.agreement"].create(
            {
                "partner_id": self.rosa.id,
                "currency_id": invoice.currency_id.id,
                "move_ids": invoice.ids,
                "first_date": WEDNESDAY.date() + timedelta(days=20),
            }
        )
        self.assertIn("agreement", self.ask().obstacles)
        agreement.unlink()
        self.pay(invoice)
        self.assertFalse(self.ask().obstacles)

    def test_without_a_country_everything_is_kept(self):
        self.settle()
        self.rosa.country_id = False
        with self.assertRaisesRegex(UserError, "Enter the country first"):
            self.ask().action_erase()

    def test_what_the_law_has_kept_stays_until_its_term_is_out(self):
        self.settle()
        request = self.ask()
        self.assertIn("10 years [", request.outlook)
        request.action_erase()
        self.assertEqual(request.state, "waiting")
        self.assertGreater(request.keep_until.year, 2035)
        self.assertEqual(self.message.body, self.text)
        self.assertFalse(self.rosa.phone or self.rosa.email)
        self.assertEqual(self.rosa.dunning_consent_state, "withdrawn")
        self.assertFalse(self.problems())
        # when it is out, the retention job finishes it
        self.clock.move_to(LATER)
        self.env["dunning.privacy.request"]._go_on()
        self.assertEqual((request.state, self.message.body), ("done", WORD))

    def test_only_a_privacy_officer_answers_requests(self):
        request = self.ask()
        clerk = new_test_user(self.env, "clerk", groups="l10n_latam_dunning.group_dunning_manager")
        for name in ("action_erase", "action_correct", "action_give_access", "action_refuse"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(request.with_user(clerk), name)()

    # === what goes ===

    def test_personal_content_goes_and_the_facts_stay(self):
        event = self.env["dunning.event"].sudo().search([("kind", "=", "inbound")], limit=1)
        document = self.consent.attachment_id
        key = event.key
        request = self.erase_all()
        self.assertEqual((request.state, request.obstacles), ("done", False))
        message = self.message.sudo()
        self.assertEqual((message.body, message.values, message.state), (WORD, False, "read"))
        self.assertTrue(message.provider_ref.startswith("erased:"))
        self.assertTrue(message.verdict and message.attempted_at and message.read_at)
        self.assertEqual((event.text, event.data), (WORD, False))
        self.assertNotEqual(event.key, key)
        self.assertEqual((self.consent.wording, self.consent.proof), (WORD, WORD))
        self.assertFalse(document.exists())
        self.assertEqual((self.hold.note, self.hold.ended_why), (WORD, WORD))
        self.assertEqual((self.answer.said, self.answer.address), (WORD, WORD))
        self.assertTrue(self.point.value.startswith("erased:"))
        self.assertEqual(self.point.masked, "erased")
        self.assertFalse(self.point.wa_id or self.point.partner_ids)

    def test_nothing_of_ours_holds_the_text_or_the_number_any_more(self):
        self.erase_all()
        secrets = (
            NUMBER,
            NUMBER[1:],
            "envían otra vez la factura",
            "Acepto recordatorios",
            "it was returned",
        )
        tables = [
            model._table
            for name, model in self.env.registry.items()
            if name.startswith("dunning.") and not model._abstract and model._auto
        ]
        self.env.flush_all()
        for table in tables:
            self.env.cr.execute(
                f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{table}\" t"
            )
            rows = self.env.cr.fetchone()[0]
            for secret in secrets:
                with self.subTest(table=table, secret=secret):
                    self.assertNotIn(secret, rows)
        self.assertNotIn("viernes", self.notes_on(self.invoice) + self.notes_on(self.rosa))
        self.assertNotIn(self.text.splitlines()[0], self.notes_on(self.invoice))

    def test_what_somebody_was_to_do_and_the_files_go_too(self):
        activity = self.invoice.activity_schedule(
            "mail.mail_activity_data_todo",
            note="<p>¿Me envían <b>otra vez</b> la factura?</p>",
            user_id=self.env.uid,
        )
        other = self.invoice.activity_schedule(
            "mail.mail_activity_data_todo", note="Ask the bank", user_id=self.env.uid
        )
        file = self.env["ir.attachment"].create({"name": "return.pdf", "raw": b"%PDF returned"})
        self.hold.sudo().attachment_ids = file
        self.message.sudo()._keep_document("agreement.pdf", b"%PDF agreed", "application/pdf")
        document = self.message.sudo().document_id
        self.erase_all()
        self.assertFalse(file.exists() or document.exists())
        self.assertIn(WORD, activity.note)
        self.assertIn("Ask the bank", other.note)

    def test_another_debtor_with_the_number_keeps_it(self):
        other = self.create_debtor("Luis Quispe")
        self.point._link([(self.point, other)])
        self.erase_all()
        self.assertEqual(self.point.value, NUMBER)
        self.assertFalse(self.problems())

    def test_who_withdrew_stays_known_when_his_number_comes_back(self):
        self.erase_all()
        new = self.create_debtor("Rosa Q.", phone="+51 987 654 321")
        invoice = self.create_invoice(new, days=0)
        invoice.line_ids.date_maturity = LATER.date() - timedelta(days=8)
        message = self.propose().filtered(lambda m: m.partner_id == new)
        self.assertTrue(message)
        self.assertIn("consent_withdrawn", ",".join(message.mapped("reason_codes")))
        self.assertEqual(set(message.mapped("state")), {"refused"})

    def test_what_a_later_change_still_tells_stays_until_its_own_term(self):
        self.seal()
        made = (
            self.env["dunning.trace"]
            .sudo()
            .search(
                [
                    ("model", "=", "dunning.hold"),
                    ("res_id", "=", self.hold.id),
                    ("kind", "=", "made"),
                ]
            )
        )
        self.env["dunning.erasure"]._erase({"dunning.trace": made}, reason="Term", law="-")
        self.assertEqual((self.hold.note, self.hold.ended_why), (WORD, "Settled."))
        self.assertFalse(self.problems())

    # === what proves it ===

    def test_the_chain_holds_and_says_that_it_was_erased(self):
        self.seal()
        self.erase_all()
        self.assertFalse(self.problems())
        entry = self.entries.search(
            [("model", "=", "dunning.message"), ("res_id", "=", self.message.id)], limit=1
        )
        self.assertTrue(entry.erased_at and "Request of" in entry.erased_why)
        code, said = self.verify(self.make_file())
        self.assertEqual(code, 0, said)
        self.assertIn("was erased on", said)
        self.assertIn("Allowed by: 10 years [", said)

    def test_an_erasure_is_logged_with_who_why_and_what(self):
        self.erase_all()
        log = self.env["dunning.access.log"].search([("kind", "=", "erase")], order="id", limit=1)
        self.assertEqual((log.user_id, log.partner_id), (self.env.user, self.rosa))
        named = {part["model"] for part in log.details["erased"]}
        self.assertLessEqual({"dunning.message", "dunning.event", "dunning.consent"}, named)
        self.assertNotIn(NUMBER[1:], json.dumps(log.details))

    def test_tampering_after_an_erasure_is_still_found(self):
        self.seal()
        self.erase_all()
        message = ("dunning.message", self.message.id)
        for query, what in (
            ("UPDATE dunning_message SET body = 'forged' WHERE id = %s", "filled in again"),
            ("UPDATE dunning_message SET state = 'failed' WHERE id = %s", "state"),
            ("UPDATE dunning_message SET read_at = NULL WHERE id = %s", "read_at"),
        ):
            with self.subTest(query):
                savepoint = self.env.cr.savepoint(flush=False)
                self.sql(query, self.message.id)
                texts = self.problems().get(message, [])
                self.assertTrue(any(what in text for text in texts), texts)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_an_erasure_that_nobody_recorded_is_tampering(self):
        self.seal()
        self.sql("UPDATE dunning_message SET body = '[erased]' WHERE id = %s", self.message.id)
        self.sql(
            """UPDATE dunning_seal_entry SET salt = NULL, erased_at = now(), salts = (
                      SELECT jsonb_object_agg(key, repeat('0', 64)) FROM jsonb_each(leaves)
                       WHERE key <> 'body')
                WHERE model = 'dunning.message' AND res_id = %s AND part = 'attempt/0'""",
            self.message.id,
        )
        texts = self.problems()["dunning.message", self.message.id]
        self.assertTrue(any("no recorded erasure says so: body" in text for text in texts), texts)

    def test_an_erasure_whose_record_was_deleted_is_found(self):
        self.seal()
        self.erase_all()
        self.seal()
        self.sql("DELETE FROM dunning_access_log WHERE kind = 'erase'")
        found = self.problems()
        self.assertIn(("dunning.message", self.message.id), found)
        self.assertTrue(any(model == "dunning.access.log" for model, _id in found))

    # === access and correction ===

    def test_the_own_file_holds_the_own_data_and_nothing_internal(self):
        other = self.create_debtor("Luis Soto", phone="+51 987 111 222")
        self.create_invoice(other, days=-8)
        self.propose()
        self.env["dunning.hold"].create(
            {"partner_id": self.rosa.id, "reason": "dispute", "note": "We think that she lies."}
        )
        request = self.ask("access")
        action = request.action_give_access()
        wizard = self.env["dunning.file"].with_context(**action["context"]).create({})
        self.assertEqual((wizard.kind, wizard.unmasked), ("access", True))
        wizard.action_make()
        archive = zipfile.ZipFile(io.BytesIO(self.make_file("access")))
        told = b"\n".join(archive.read(name) for name in archive.namelist())
        for mine in (self.text.splitlines()[0], "Acepto recordatorios", NUMBER[1:]):
            self.assertIn(mine.encode(), told)
        for theirs in ("she lies", "it was returned", "987111222", "Luis Soto"):
            self.assertNotIn(theirs.encode(), told)
        self.assertEqual(request.state, "done")
        self.assertEqual(self.verify(self.make_file("access"))[0], 0)

    def test_who_shares_a_number_does_not_see_the_other_ones_replies(self):
        reply = self.env["dunning.event"].sudo().search([("kind", "=", "inbound")], limit=1)
        twin = self.create_debtor("Luis Quispe")
        self.point._link([(self.point, twin)])
        dossier = self.env["dunning.dossier"].sudo()
        scope = dossier._scope(self.company, twin, "access", masked=False)
        self.assertNotIn(reply, dossier._events(scope, self.env["dunning.message"].sudo()))

    def test_a_correction_is_recorded_and_the_old_evidence_stays(self):
        request = self.ask("rectify", field="phone", value="+51 987 000 111", asked="New number")
        request.action_correct()
        self.assertEqual(self.rosa.phone, "+51 987 000 111")
        self.assertNotIn(self.rosa, self.point.partner_ids)
        self.assertEqual(self.point.state, "not_theirs")
        self.assertEqual(self.message.sudo().contact_point_id.value, NUMBER)
        log = self.env["dunning.access.log"].search([("kind", "=", "rectify")])
        self.assertEqual(log.details["field"], "phone")
        self.assertNotIn("987000111", json.dumps(log.details))
        self.assertEqual(request.state, "done")
        self.assertFalse(self.problems())

    def test_a_refusal_needs_its_reason(self):
        request = self.ask()
        with self.assertRaisesRegex(UserError, "why it is refused"):
            request.action_refuse()
        request.answer = "The debt is still open."
        request.action_refuse()
        self.assertEqual(request.state, "refused")
        with self.assertRaisesRegex(UserError, "answered already"):
            request.action_erase()


class TestErasureOfMail(EmailCommon):
    def test_the_copy_that_odoo_keeps_of_an_e_mail_goes_too(self):
        debtor = self.create_reader()
        self.create_invoice(debtor, days=-8)
        message = self.propose().sudo()
        self.deliver()
        mail = self.env["mail.mail"].sudo().search([("message_id", "=", message.provider_ref)])
        self.assertIn("Rosa Quispe", mail.body_html)
        message._empty(LATER)
        self.assertNotIn("Rosa Quispe", f"{mail.subject} {mail.body_html} {mail.body}")
        self.assertFalse(mail.email_to)
