from odoo.tests import HttpCase, new_test_user, tagged

from .charges import TODAY, ChargesCommon


@tagged("post_install", "-at_install")
class TestChargeTours(ChargesCommon, HttpCase):
    """The screens of interest and fees, as their users drive them, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            "tour_charges",
            groups="l10n_latam_dunning.group_dunning_manager,account.group_account_manager",
        )

    def setUp(self):
        super().setUp()
        self.invoice = self.create_invoice(self.create_brazilian(), days=-46, amount=1000.0)
        self.page = f"/odoo/action-account.action_move_out_invoice_type/{self.invoice.id}"

    def test_an_accountant_charges_interest_and_leaves_the_fine_out(self):
        self.start_tour(self.page, "dunning_charge_from_invoice", login="tour_charges")
        document = self.invoice.dunning_charge_move_ids
        self.assertEqual((document.state, document.amount_total), ("draft", 15.33))
        self.assertEqual(self.sheet(self.invoice), [1000.0, 0.0, 20.0, 0.0])

    def test_a_manager_waives_it_with_a_reason(self):
        self.start_tour(self.page, "dunning_charge_waived", login="tour_charges")
        self.assertEqual(self.sheet(self.invoice), [1000.0, 0.0, 0.0, 0.0])

    def test_a_manager_sets_rates_within_the_law(self):
        self.create_rate(self.chile, "TMC", 30.0, "year", valid_days=31)
        self.env["dunning.charge"]._book(self.invoice, ["interest"], TODAY)
        path = f"/odoo/dunning-policies/{self.brazilian.id}"
        self.start_tour(path, "dunning_charge_settings", login="tour_charges")
        self.assertEqual(self.brazilian.charge_rate, 0.5)
