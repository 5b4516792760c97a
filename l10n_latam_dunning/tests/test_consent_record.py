import base64
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user

from ..tools import cited, proof_in_words
from .common import WEDNESDAY, DunningCommon


class TestProofInWords(DunningCommon):
    def test_where_no_article_says_so_it_is_said_in_the_users_language(self):
        env = self.env(context={"lang": "es_419"})
        for reference, words in [
            (
                "Prudent default of the addon within Ley 29571 art. 62 b",
                "Criterio prudente del módulo dentro de Ley 29571 art. 62 b",
            ),
            (
                "No legal rule found; prudent default of the addon (practice)",
                "No se encontró norma legal; criterio prudente del módulo (practice)",
            ),
            ("Ley 29571 art. 62 b", "Ley 29571 art. 62 b"),
            ("", ""),
        ]:
            with self.subTest(reference):
                self.assertEqual(cited(env, reference), words)

    def test_a_proof_that_is_kept_here_reads_as_people_speak(self):
        for proof, words in [
            ("dunning.event,136", "reply 136"),
            ("dunning.privacy.request,3", "request about data 3"),
            ("dun:e6d9eed9-aca2-4eb6-99a2-f4baf3cbbbde", "message e6d9eed9"),
            ("Contract 12, clause 9", "Contract 12, clause 9"),
            (False, ""),
        ]:
            with self.subTest(proof):
                self.assertEqual(proof_in_words(self.env, proof), words)


class TestConsentRecord(DunningCommon):
    """The wizard that records what one or many debtors said."""

    def wizard(self, debtors, **vals):
        vals = {"event": "granted", "whatsapp": True, "proof": "Contract 9, clause 4", **vals}
        return self.env["dunning.consent.record"].create({"partner_ids": debtors.ids, **vals})

    def create_debtors(self, count, **vals):
        debtors = self.env["res.partner"]
        for index in range(count):
            debtors += self.create_debtor(
                f"D{index}", f"+51 987 655 {index:03}", email=f"d{index}@x.example", **vals
            )
        return debtors

    def test_a_withdrawal_told_to_a_user_cancels_what_waits_and_is_told(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.wizard(debtor, event="withdrawn", source="phone", proof=False).action_record()
        self.assertEqual(message.state, "cancelled")
        self.assertIn("Consent withdrawn", self.notes_on(invoice))
        self.assertIn("Consent withdrawn for WhatsApp (By telephone", self.notes_on(debtor))
        fact = debtor.dunning_consent_whatsapp_id
        self.assertEqual((fact.event, fact.proof), ("withdrawn", self.env.user.name))
        self.assertEqual(fact.contact_point_id, message.contact_point_id)

    def test_any_channel_is_withdrawn_alone_or_with_others(self):
        debtor = self.create_debtor(email="rosa@quispe.example")
        self.wizard(
            debtor, event="withdrawn", whatsapp=False, email=True, call=True
        ).action_record()
        self.assertEqual(
            (
                debtor.dunning_consent_state,
                debtor.dunning_consent_email,
                debtor.dunning_consent_call,
                debtor.dunning_consent_sms,
            ),
            ("granted", "withdrawn", "withdrawn", "never"),
        )

    def test_whoever_shares_the_number_is_not_written_to_there_either(self):
        rosa, twin = self.create_debtor(), self.create_debtor("Rosa Q.")
        self.create_invoice(twin, days=-8)
        message = self.propose()
        self.wizard(rosa, event="withdrawn", proof=False).action_record()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(twin.dunning_consent_state, "withdrawn")

    def test_a_withdrawal_of_reminders_puts_nobody_on_the_blacklists(self):
        debtor = self.create_debtor(email="rosa@quispe.example")
        self.wizard(debtor, event="withdrawn", email=True).action_record()
        self.assertFalse(self.env["phone.blacklist"].search([]))
        self.assertFalse(self.env["mail.blacklist"].search([("email", "ilike", "quispe")]))

    def test_who_wants_nothing_more_goes_on_odoo_s_own_blacklists(self):
        debtor = self.create_debtor(email="rosa@quispe.example")
        self.env["mail.blacklist"].create({"email": "rosa@quispe.example", "active": False})
        self.wizard(debtor, event="withdrawn", everything=True).action_record()
        self.assertTrue(debtor.phone_sanitized_blacklisted)
        self.assertTrue(debtor.is_blacklisted)
        states = debtor.mapped("dunning_consent_ids.channel")
        self.assertEqual(set(states), {"whatsapp", "sms", "email", "call"})
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.wizard(debtor, again=True).action_record()
        self.create_invoice(debtor, days=-8)
        self.assertIn("suppressed", self.propose().reason_codes)

    def test_many_consents_share_one_document_and_one_line_each(self):
        debtors = self.create_debtors(5, consent=False)
        self.wizard(
            debtors,
            email=True,
            proof=False,
            document=base64.b64encode(b"signed"),
            document_name="forms.pdf",
            wording="Autorizo",
            wording_version="2026-03",
            lang="es_419",
        ).action_record()
        facts = debtors.dunning_consent_ids
        self.assertEqual(len(facts), 10)
        self.assertEqual(len(facts.attachment_id), 1)
        self.assertEqual(set(facts.mapped("wording_version")), {"2026-03"})
        for debtor in debtors:
            self.assertIn(
                "Consent granted for WhatsApp, E-mail (Signed form)", self.notes_on(debtor)
            )
        clerk = new_test_user(self.env, "clerk", groups="l10n_latam_dunning.group_dunning_user")
        document = facts.attachment_id.with_user(clerk)
        self.assertEqual(document.raw, b"signed")
        self.assertFalse(document.has_access("write"))

    def test_a_consent_needs_its_proof_and_a_channel(self):
        debtor = self.create_debtor(consent=False)
        with self.assertRaisesRegex(UserError, "without proof"):
            self.wizard(debtor, proof=" ").action_record()
        with self.assertRaisesRegex(UserError, "at least one channel"):
            self.wizard(debtor, whatsapp=False).action_record()

    def test_the_preview_says_for_how_many_something_changes(self):
        new, granted = self.create_debtors(2, consent=False), self.create_debtor()
        gone = self.create_debtor("Luis", "+51 987 654 322")
        self.grant(gone, event="withdrawn", effective_at=WEDNESDAY - timedelta(days=1))
        wizard = self.wizard(new + granted + gone)
        self.assertEqual(wizard.change_count, 2)
        self.assertEqual(
            wizard.preview,
            "WhatsApp: something changes for 2 of 4. 1 agreed before; this proof is added. "
            "1 withdrew and stay so.",
        )
        wizard.action_record()
        self.assertEqual(gone.dunning_consent_state, "withdrawn")
        self.assertEqual(len(granted.dunning_consent_ids), 2)

    def test_who_withdrew_agrees_again_only_where_the_user_says_so(self):
        gone = self.create_debtor()
        self.grant(gone, event="withdrawn", effective_at=WEDNESDAY - timedelta(days=1))
        with self.assertRaisesRegex(UserError, "Nothing would change"):
            self.wizard(gone).action_record()
        with self.assertRaisesRegex(UserError, "Nothing would change"):
            self.wizard(
                gone, again=True, effective_at=WEDNESDAY - timedelta(days=2)
            ).action_record()
        self.wizard(gone, again=True).action_record()
        self.assertEqual(gone.dunning_consent_state, "granted")

    def test_facts_are_of_the_company_not_of_its_contact(self):
        company = self.create_debtor("ACME", consent=False, is_company=True)
        contact = self.env["res.partner"].create({"name": "Ana", "parent_id": company.id})
        action = self.env.ref("l10n_latam_dunning.dunning_consent_record_action")
        self.assertEqual(action.binding_model_id.model, "res.partner")
        form = Form(
            self.env["dunning.consent.record"].with_context(
                active_model="res.partner", active_ids=contact.ids
            )
        )
        form.proof = "Contract 9"
        form.save().action_record()
        self.assertEqual(company.dunning_consent_ids.proof, "Contract 9")

    def test_many_debtors_cost_no_query_each(self):
        few, many = self.create_debtors(2), self.create_debtors(42)[2:]
        counts = []
        for debtors in (few, many):
            wizard = self.wizard(debtors, email=True)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_record()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 8)
