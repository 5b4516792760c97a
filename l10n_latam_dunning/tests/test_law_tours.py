from odoo.tests import HttpCase, new_test_user, tagged

from .common import WEDNESDAY, DunningCommon


@tagged("post_install", "-at_install")
class TestLawTours(DunningCommon, HttpCase):
    """The screens that say why, as their users drive them, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "tour_manager",
            groups="l10n_latam_dunning.group_dunning_manager,account.group_account_manager",
        )

    def tour(self, path, name):
        self.start_tour(f"/odoo/{path}", name, login="tour_manager")

    def test_the_invoice_says_why_when_its_page_is_opened(self):
        invoice = self.create_invoice(self.create_debtor(consent=False), days=-8)
        path = f"action-account.action_move_out_invoice_type/{invoice.id}"
        self.tour(path, "dunning_why_on_invoice")

    def test_the_debtor_says_why_for_all_open_invoices(self):
        debtor = self.create_debtor(consent=False)
        for _index in range(2):
            self.create_invoice(debtor, days=-8)
        self.tour(f"action-base.action_partner_form/{debtor.id}", "dunning_why_on_partner")

    def test_the_message_shows_its_verdict_and_no_markup_of_others(self):
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.deliver()
        message._apply_receipt(
            "failed", WEDNESDAY, error_code=131026, error_details="<img src=x> undeliverable"
        )
        self.tour(f"dunning-outbox/{message.id}", "dunning_why_on_message")

    def test_what_was_not_sent_is_listed_by_reason(self):
        for index in range(2):
            debtor = self.create_debtor(f"D{index}", f"+51 987 654 33{index}", consent=False)
            self.create_invoice(debtor, days=-8)
        self.propose()
        self.tour("dunning-not-sent", "dunning_not_sent")

    def test_the_law_of_countries_is_drawn_as_weeks(self):
        self.tour("dunning-law", "dunning_week_grid")

    def test_a_policy_is_tried_on_paper(self):
        self.create_invoice(self.create_debtor(), days=-8)
        refused = self.create_debtor("Luis", "+51 987 654 322", consent=False)
        self.create_invoice(refused, days=-8)
        self.tour(f"dunning-policies/{self.policy.id}", "dunning_dry_run")
        self.assertFalse(self.env["dunning.message"].sudo().search_count([]))

    def test_a_policy_is_replayed_on_the_past(self):
        self.create_invoice(self.create_debtor(), days=-8)
        refused = self.create_debtor("Luis", "+51 987 654 322", consent=False)
        self.create_invoice(refused, days=-8)
        self.tour(f"dunning-policies/{self.policy.id}", "dunning_replay")

    def test_a_debtors_request_for_other_hours_is_recorded_and_ended(self):
        self.create_debtor()
        self.create_debtor("Camila", "+57 300 1234567", country=self.env.ref("base.co"))
        self.tour("dunning-consents/new", "dunning_other_hours")
        asked = self.env["dunning.consent"].search([("kind", "=", "other_hours")])
        self.assertEqual(set(asked.mapped("event")), {"granted", "withdrawn"})

    def test_a_price_is_entered(self):
        self.tour("dunning-prices", "dunning_prices")
        price = self.env["dunning.price"].search([])
        self.assertEqual((price.country_id, price.price), (self.peru, 0.0008))
