from datetime import timedelta

from odoo.exceptions import UserError

from .common import WEDNESDAY, DunningCommon


class TestConsent(DunningCommon):
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

    def test_a_withdrawal_told_to_a_user_cancels_what_waits(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        message = self.propose()
        debtor.action_dunning_withdraw()
        self.assertEqual(message.state, "cancelled")
        self.assertIn("Consent withdrawn", self.notes_on(invoice))

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
