from odoo.tests import HttpCase, new_test_user, tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestTours(DunningCommon, HttpCase):
    """Each screen as its user drives it, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "tour_accountant",
            groups="l10n_latam_dunning.group_dunning_manager,account.group_account_manager",
        )

    def test_an_accountant_sends_a_reminder_from_the_invoice(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        url = f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}"
        self.start_tour(url, "dunning_send_from_invoice", login="tour_accountant")
        self.assertEqual(self.message_of(debtor).state, "queued")

    def test_an_accountant_sees_why_a_reminder_is_not_sent(self):
        invoice = self.create_invoice(self.create_debtor(consent=False), days=-8)
        url = f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}"
        self.start_tour(url, "dunning_refused_from_invoice", login="tour_accountant")

    def test_an_accountant_records_a_payment_agreement(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        url = f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}"
        self.start_tour(url, "dunning_agree_from_invoice", login="tour_accountant")
        agreement = self.env["dunning.agreement"].search([("partner_id", "=", debtor.id)])
        self.assertEqual(agreement.state, "active")
        self.assertEqual(len(agreement.instalment_ids), 2)

    def test_a_manager_walks_through_the_outbox_and_the_settings(self):
        self.create_invoice(self.create_debtor(), days=-8)
        self.propose()
        self.start_tour("/odoo/dunning-outbox", "dunning_screens", login="tour_accountant")
