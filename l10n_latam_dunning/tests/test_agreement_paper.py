from datetime import timedelta

from odoo.exceptions import UserError

from .common import WEDNESDAY
from .test_agreement import AgreementCommon


class TestAgreementPaper(AgreementCommon):
    """What was agreed, in writing."""

    def setUp(self):
        super().setUp()
        self.debtor.email = "rosa@example.com"
        self.company.email = "office@example.com"

    def mails(self):
        return self.env["mail.mail"].sudo().search([("model", "=", "dunning.agreement")])

    def allow_email(self):
        self.grant(self.debtor, channel="email")

    def refuse_email(self):
        vals = {"event": "withdrawn", "effective_at": WEDNESDAY - timedelta(days=99)}
        self.grant(self.debtor, channel="email", **vals)

    def test_the_paper_names_parties_invoices_payments_and_acceptance(self):
        self.debtor.vat = "20512528458"
        agreement = self.agree(kind="plan", count=2)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("l10n_latam_dunning.report_agreement", agreement.ids)[0]
            .decode()
        )
        for words in (
            self.company.name,
            "Rosa Quispe",
            "20512528458",
            self.invoice.name,
            "11/30/2026",  # as the debtor's language writes it
            "12/30/2026",
            "Accepted by Rosa",
        ):
            self.assertIn(words, html)

    def test_the_button_asks_the_gate_then_lets_a_person_write(self):
        agreement = self.agree()
        self.refuse_email()
        with self.assertRaisesRegex(UserError, "withdrew"):
            agreement.action_confirm()
        self.allow_email()
        action = agreement.action_confirm()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        self.assertEqual(composer.partner_ids, self.debtor)
        self.assertIn(self.invoice.name, composer.body)
        self.assertTrue(composer.attachment_ids)

    def test_nothing_goes_out_by_itself_unless_the_policy_says_so(self):
        self.allow_email()
        self.agree()
        self.follow()
        self.assertFalse(self.mails())

    def test_an_accepted_agreement_is_confirmed_by_the_scheduled_action(self):
        self.policy.confirm_by_email = True
        self.allow_email()
        agreement = self.agree()
        self.assertFalse(self.mails())
        self.follow()
        mail = self.mails()
        self.assertEqual(mail.recipient_ids, self.debtor)
        self.assertTrue(mail.attachment_ids)
        self.assertIn(self.invoice.name, mail.body_html)
        self.assertFalse(mail.scheduled_date)
        self.assertIn("Confirmed by e-mail", self.notes_on(agreement))
        self.follow()
        self.assertEqual(self.mails(), mail)

    def test_at_night_it_waits_for_the_hour_and_without_consent_it_is_told_why_not(self):
        self.policy.confirm_by_email = True
        self.refuse_email()
        agreement = self.agree()
        self.follow()
        self.assertFalse(self.mails())
        self.assertIn("Not confirmed by e-mail", self.notes_on(agreement))
        agreement.action_cancel()
        self.allow_email()
        self.clock.move_to(WEDNESDAY + timedelta(hours=12))  # 22:00 in Lima
        self.agree()
        self.follow()
        self.assertEqual(str(self.mails().scheduled_date), "2026-11-26 13:00:00")
