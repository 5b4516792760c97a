from contextlib import contextmanager
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .common import WEDNESDAY, DunningCommon


class TestConsent(DunningCommon):
    @contextmanager
    def assertRefused(self, error, words):
        """Like assertRaisesRegex, and what was refused is undone."""
        with self.assertRaises(error) as caught:
            yield
        self.assertIn(words, str(caught.exception))

    def test_the_newest_fact_is_the_state(self):
        debtor = self.create_debtor(consent=False)
        self.assertEqual(debtor.dunning_consent_state, "never")
        self.grant(debtor)
        self.assertEqual(debtor.dunning_consent_state, "granted")
        self.grant(debtor, event="withdrawn", effective_at=WEDNESDAY)
        self.assertEqual(debtor.dunning_consent_state, "withdrawn")
        self.grant(debtor, event="granted", effective_at=WEDNESDAY - timedelta(days=1))
        self.assertEqual(debtor.dunning_consent_state, "withdrawn")

    def test_a_fact_is_never_changed_nor_deleted_not_even_by_an_administrator(self):
        consent = self.create_debtor().dunning_consent_ids
        with self.assertRaises(UserError):
            consent.write({"proof": "another"})
        with self.assertRaises(UserError):
            consent.sudo().unlink()

    def test_colombia_asks_for_an_express_consent_of_the_channel(self):
        colombia = self.env.ref("base.co")
        debtor = self.create_debtor(country=colombia, phone="+57 300 1234567", consent=False)
        self.grant(debtor, kind="opt_in")
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual((message.state, message.reason_codes), ("refused", "no_consent"))
        self.assertIn("2300", message.explanation)
        self.grant(debtor, kind="express", effective_at=WEDNESDAY - timedelta(days=1))
        self.assertEqual(self.propose().state, "queued")

    def test_a_withdrawal_binds_the_number_whoever_of_its_partners_made_it(self):
        rosa, twin = self.create_debtor(), self.create_debtor(name="Rosa Q.")
        self.create_invoice(twin, days=-8)
        message = self.propose()
        self.env["dunning.consent"]._withdraw(
            rosa,
            channel="whatsapp",
            source="whatsapp",
            wording="BAJA",
            proof="wamid.1",
            point=message.contact_point_id,
        )
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(self.propose().reason_codes, "consent_withdrawn")

    # === STATE ===

    def test_each_channel_has_its_own_state(self):
        debtor = self.create_debtor()
        self.grant(debtor, channel="email", event="withdrawn", proof=False)
        self.grant(debtor, channel="sms", event="asked", proof=False)
        self.assertEqual(
            (
                debtor.dunning_consent_state,
                debtor.dunning_consent_email,
                debtor.dunning_consent_sms,
                debtor.dunning_consent_call,
            ),
            ("granted", "withdrawn", "asked", "never"),
        )

    def test_a_question_takes_nothing_back(self):
        debtor = self.create_debtor()
        self.grant(debtor, event="asked", proof=False, effective_at=WEDNESDAY)
        self.assertEqual(debtor.dunning_consent_state, "granted")
        self.grant(debtor, event="withdrawn", proof=False, effective_at=WEDNESDAY)
        self.grant(debtor, event="asked", proof=False, effective_at=WEDNESDAY)
        self.assertEqual(debtor.dunning_consent_state, "withdrawn")

    def test_of_the_same_instant_the_withdrawal_counts_as_at_the_gate(self):
        debtor = self.create_debtor(consent=False)
        self.grant(debtor, event="withdrawn", proof=False, effective_at=WEDNESDAY)
        self.grant(debtor, effective_at=WEDNESDAY)
        self.assertEqual(debtor.dunning_consent_state, "withdrawn")
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().reason_codes, "consent_withdrawn")

    def test_a_general_opt_in_does_not_weaken_an_express_consent(self):
        debtor = self.create_debtor()
        express = debtor.dunning_consent_ids
        self.grant(debtor, kind="opt_in", effective_at=WEDNESDAY)
        self.assertEqual(debtor.dunning_consent_whatsapp_id, express)

    def test_a_contact_shows_what_its_company_allows(self):
        company = self.create_debtor("ACME", is_company=True)
        contact = self.env["res.partner"].create({"name": "Ana", "parent_id": company.id})
        self.assertEqual(contact.dunning_consent_state, "granted")
        self.assertEqual(contact.dunning_consent_history_ids, company.dunning_consent_ids)
        panel = self.env["res.partner"].read_dunning_consents(contact.id)
        self.assertEqual((panel["debtor_id"], panel["rows"][0]["state"]), (company.id, "granted"))
        self.grant(company, event="withdrawn", proof=False, effective_at=WEDNESDAY)
        self.assertEqual(contact.dunning_consent_state, "withdrawn")

    def test_states_of_many_debtors_are_read_and_searched_in_one_query(self):
        debtors = self.env["res.partner"].create(
            [{"name": f"D{index}", "country_id": self.peru.id} for index in range(40)]
        )
        for debtor in debtors[:10]:
            self.grant(debtor)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            self.env["dunning.consent"]._states(debtors)
        names = ["dunning_consent_state", "dunning_consent_sms", "dunning_consent_call"]
        domain = [("dunning_consent_state", "=", "granted"), ("id", "in", debtors.ids)]
        found = self.env["res.partner"].search_fetch(domain, names)
        found.invalidate_recordset()
        with self.assertQueryCount(1):
            found = self.env["res.partner"].search_fetch(domain, names)
            found.mapped(names[1])
        self.assertEqual(found, debtors[:10])

    def test_an_export_says_since_when_and_from_what(self):
        debtor = self.create_debtor()
        fact = "dunning_consent_whatsapp_id"
        paths = ["dunning_consent_state", f"{fact}/effective_at", f"{fact}/source", f"{fact}/proof"]
        (row,) = debtor.export_data(paths)["datas"]
        self.assertEqual((row[0], row[2], row[3]), ("Granted", "Contract clause", "Contract 7"))
        self.assertTrue(row[1])

    # === WHAT IS NO FACT ===

    def test_what_is_no_fact_is_refused_with_what_to_write_instead(self):
        debtor = self.create_debtor(consent=False, email="rosa@quispe.example")
        address = self.env["dunning.contact.point"]._for_emails(["rosa@quispe.example"])
        cases = [
            ({"effective_at": WEDNESDAY + timedelta(minutes=1)}, "lies ahead"),
            ({"effective_at": "0206-03-04 10:00:00"}, "Look at the year"),
            ({"proof": "  "}, "Attach the document, or write where it is"),
            ({"contact_point_id": address["rosa@quispe.example"].id}, "cannot be reached by"),
            ({"event": "mistaken"}, "Open the fact that is wrong"),
        ]
        for vals, words in cases:
            with self.subTest(vals), self.assertRefused(ValidationError, words):
                self.grant(debtor, **vals)
        self.assertFalse(debtor.dunning_consent_ids)

    # === CORRECTIONS ===

    def correct(self, fact, user=None, **vals):
        told = ("channel", "event", "kind", "source", "proof", "effective_at")
        return (
            self.env["dunning.consent"]
            .with_user(user or self.env.user)
            .create(
                {
                    "partner_id": fact.partner_id.id,
                    "corrects_id": fact.id,
                    "reason": "The form says so",
                    **{name: fact[name] for name in told},
                    **vals,
                }
            )
        )

    def test_a_correction_is_a_new_fact_that_counts_in_the_old_one_s_place(self):
        debtor = self.create_debtor()
        wrong = debtor.dunning_consent_ids
        right = self.correct(wrong, channel="sms")
        self.assertTrue(wrong.is_corrected)
        self.assertEqual(
            (debtor.dunning_consent_state, debtor.dunning_consent_sms), ("never", "granted")
        )
        self.assertEqual(debtor.dunning_consent_sms_id, right)
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().reason_codes, "no_consent")

    def test_a_fact_recorded_by_mistake_says_nothing_any_more(self):
        debtor = self.create_debtor()
        self.correct(debtor.dunning_consent_ids, event="mistaken")
        self.assertEqual(debtor.dunning_consent_state, "never")

    def test_a_correction_says_why_and_keeps_to_its_debtor_and_happens_once(self):
        debtor, other = self.create_debtor(), self.create_debtor("Luis", "+51 987 654 322")
        fact = debtor.dunning_consent_ids
        with self.assertRefused(ValidationError, "Write why"):
            self.correct(fact, reason=" ")
        with self.assertRefused(ValidationError, "the same debtor"):
            self.correct(fact, partner_id=other.id)
        self.correct(fact, proof="Contract 8")
        with self.assertRefused(UserError, "corrected already"):
            self.correct(fact, proof="Contract 9")

    def test_a_withdrawal_is_corrected_only_by_who_answers_for_it(self):
        debtor = self.create_debtor()
        group = "l10n_latam_dunning.group_dunning_"
        clerk = new_test_user(self.env, "clerk", groups=f"{group}user")
        stop = self.grant(
            debtor, event="withdrawn", source="phone", proof="Ana", effective_at=WEDNESDAY
        )
        with self.assertRefused(AccessError, "managers and privacy officers"):
            self.correct(stop, clerk, effective_at=WEDNESDAY - timedelta(days=200))
        self.correct(stop, event="mistaken")
        self.assertEqual(debtor.dunning_consent_state, "granted")

    def test_what_the_debtor_said_himself_is_corrected_by_nobody(self):
        debtor = self.create_debtor()
        self.env["dunning.consent"]._withdraw(
            debtor, channel="whatsapp", source="whatsapp", wording="BAJA", proof="wamid.1"
        )
        stop = debtor.dunning_consent_whatsapp_id
        with self.assertRefused(UserError, "said this himself"):
            self.correct(stop, event="mistaken")
        self.assertEqual(debtor.dunning_consent_state, "withdrawn")
