from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .test_agreement import AgreementCommon


@tagged("post_install", "-at_install")
class TestAgreementTours(AgreementCommon, HttpCase):
    """Agreements and holds as their users drive them, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "tour_accountant",
            groups="l10n_latam_dunning.group_dunning_manager,account.group_account_manager",
        )

    def tour(self, url, name):
        self.start_tour(url, name, login="tour_accountant")
        self.env.invalidate_all()

    @property
    def invoice_url(self):
        return f"/odoo/action-account.action_move_out_invoice_type/{self.invoice.id}"

    def test_the_board_shows_what_became_of_an_agreement(self):
        self.agree(kind="plan", count=2, every=7, unit="day")
        self.pay(self.invoice, 50.0)
        self.tour("/odoo/dunning-agreements", "dunning_agreement_board")

    def test_ways_to_pay_are_offered_and_one_is_taken(self):
        self.tour(self.invoice_url, "dunning_agreement_offer")
        agreement = self.env["dunning.agreement"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual((agreement.state, agreement.kind), ("active", "plan"))
        self.assertEqual(agreement.acceptance_ids.user_id, self.accountant)

    def test_a_manager_pauses_a_state(self):
        self.debtor.state_id = self.env.ref("base.state_pe_20")
        url = f"/odoo/action-base.action_country_state/{self.debtor.state_id.id}"
        self.tour(url, "dunning_calamity")
        hold = self.env["dunning.hold"].search([("reason", "=", "calamity")])
        self.assertEqual((hold.state_id.name, hold.user_id), ("Piura", self.accountant))

    def test_an_accountant_rejects_a_reported_payment(self):
        hold = self.env["dunning.hold"]._report_payment(
            self.company, self.debtor, fields.Datetime.now(), note="Ya pagué"
        )
        self.tour("/odoo/dunning-holds", "dunning_reported_payment")
        self.assertEqual((hold.outcome, hold.ended_by), ("rejected", self.accountant))

    def test_an_invoice_is_put_on_hold_and_says_so(self):
        self.tour(self.invoice_url, "dunning_hold_on_invoice")
        hold = self.env["dunning.hold"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual((hold.move_ids, hold.reason), (self.invoice, "dispute"))
