from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import WEDNESDAY
from .event_common import EventCase
from .mail_common import ADDRESS, EmailCommon
from .test_agreement import Agreeing, AgreementCommon

PDF = b"%PDF-1.7 the agreement"


def prints(content=PDF, kind="pdf"):
    """A printer of PDFs: the program that Odoo calls is not on every machine."""
    return patch(
        "odoo.addons.base.models.ir_actions_report.IrActionsReport._render_qweb_pdf",
        lambda _report, _ref, _ids, **_kw: (content, kind),
    )


class Papers(Agreeing):
    """What becomes of a confirmation."""

    def confirmations(self):
        return self.env["dunning.message"].sudo().search([("agreement_id", "!=", False)])

    def allow_email(self):
        self.grant(self.debtor, channel="email")

    def refuse(self, channel):
        vals = {"event": "withdrawn", "effective_at": WEDNESDAY - timedelta(days=9)}
        self.grant(self.debtor, channel=channel, **vals)


class TestAgreementPaper(Papers, AgreementCommon):
    """What was agreed, in writing: by the one gate and the one door."""

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

    def test_an_accepted_one_is_confirmed_once_by_the_template_of_the_policy(self):
        agreement = self.agree(kind="plan", count=3)
        self.assertFalse(self.confirmations())
        self.follow()
        message = self.confirmations()
        self.assertEqual((message.state, message.purpose), ("queued", "agreement"))
        self.assertEqual(message.line_ids.move_id, self.invoice)
        self.deliver()
        self.assertEqual(message.state, "sent")
        sent = self.sandbox.accepted[-1]["payload"]
        self.assertEqual(sent["template"]["name"], "dunning_agreement_confirmed")
        self.assertIn("33,34", message.body)
        self.assertIn("Confirmation of the agreement", self.notes_on(self.invoice))
        self.assertIn("Confirmation of the agreement", self.notes_on(agreement))
        self.follow()
        self.assertEqual(self.confirmations(), message)
        with self.assertRaisesRegex(UserError, "confirmed already"):
            agreement.action_confirm()

    def test_where_the_policy_names_no_way_nothing_goes_out_and_the_button_says_so(self):
        self.policy.confirm_template_name = False
        agreement = self.agree()
        self.follow()
        self.assertFalse(self.confirmations())
        told = agreement.action_confirm()["params"]
        self.assertIn("names no way", told["message"])

    def test_at_night_it_waits_for_the_hour_and_without_consent_it_is_told_why_not(self):
        self.clock.move_to(WEDNESDAY + timedelta(hours=12))  # 22:00 in Lima
        agreement = self.agree()
        self.follow()
        waiting = self.confirmations()
        self.assertEqual(waiting.state, "waiting")
        self.assertEqual(str(waiting.not_before), "2026-11-26 13:00:00")
        agreement.action_cancel()
        self.assertEqual(waiting.state, "cancelled")
        self.refuse("whatsapp")
        self.agree()
        self.follow()
        refused = self.confirmations() - waiting
        self.assertEqual(refused.reason_codes, "consent_withdrawn")
        self.assertIn("withdrew", self.notes_on(self.invoice))

    def test_an_agreement_that_ended_meanwhile_is_not_confirmed(self):
        agreement = self.agree()
        self.follow()
        message = self.confirmations()
        agreement.sudo().state = "broken"
        self.deliver()
        self.assertEqual((message.state, message.reason_codes), ("cancelled", "not_open"))

    def test_one_that_waited_until_its_agreement_was_broken_does_not_confirm_it_any_more(self):
        self.agree()
        self.follow()
        message = self.confirmations()
        self.clock.move_to(WEDNESDAY + timedelta(days=28))
        self.deliver()
        self.assertEqual((message.state, message.reason_codes), ("cancelled", "not_open"))

    def test_what_a_failed_one_did_not_say_may_be_said_again(self):
        agreement = self.agree()
        self.follow()
        self.confirmations().state = "failed"
        self.assertEqual(agreement.action_confirm()["params"]["type"], "success")
        self.assertEqual(len(self.confirmations()), 2)


@tagged("post_install", "-at_install")
class TestAgreementMail(Papers, EmailCommon, AgreementCommon):
    """The same by e-mail, over a real mail server."""

    def setUp(self):
        super().setUp()
        self.debtor.email = ADDRESS
        self.policy.confirm_by_email = True

    def test_who_is_not_reached_on_whatsapp_gets_an_e_mail_with_the_pdf_once(self):
        self.refuse("whatsapp")
        self.allow_email()
        with prints():
            agreement = self.agree(kind="plan", count=2)
            self.follow()
        message = self.confirmations()
        self.assertEqual((message.channel, message.state), ("email", "queued"))
        self.assertEqual(message.document_id.raw, PDF)
        self.assertFalse(self.sink.accepted)
        self.deliver()
        self.follow()
        self.deliver()
        self.assertEqual((message.state, len(self.sink.accepted)), ("sent", 1))
        (paper,) = self.sink.accepted[0].message.iter_attachments()
        self.assertEqual(paper.get_content(), PDF)
        self.assertIn(str(agreement.id), paper.get_filename())
        self.assertIn("50.00", message.body)

    def test_a_paper_that_cannot_be_printed_undoes_nothing(self):
        self.refuse("whatsapp")
        self.allow_email()
        with prints(b"<html/>", "html"):
            self.agree()
            self.follow()
        self.deliver()
        self.assertEqual(self.confirmations().state, "sent")
        self.assertFalse(self.confirmations().document_id)


class TestAgreementAnswer(Papers, EventCase):
    """Who wrote today is answered freely, with the PDF."""

    def setUp(self):
        super().setUp()
        self.clock.move_to(WEDNESDAY + timedelta(minutes=6))

    def test_within_the_window_the_pdf_goes_as_an_answer(self):
        self.debtor.lang = "es_419"
        self.write_in("Hola")
        with prints():
            agreement = self.agree(self.invoice, kind="plan", count=2)
            self.follow()
        message = self.confirmations()
        self.assertEqual((message.purpose, message.document_id.raw), ("reply", PDF))
        self.deliver()
        self.assertEqual(message.state, "sent")
        self.assertEqual(self.sandbox.accepted[-1]["payload"]["type"], "document")
        self.assertIn("Confirmation of the agreement", self.notes_on(self.invoice))
        self.assertIn("Confirmation of the agreement", self.notes_on(agreement))
