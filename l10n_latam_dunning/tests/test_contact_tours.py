from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from .common import WEDNESDAY
from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestContactTours(EventCase, HttpCase):
    """Whose a number is, as people see and say it, in a real browser."""

    first_touch = "neutral"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "tour_manager",
            groups="l10n_latam_dunning.group_dunning_manager,account.group_account_manager,"
            "base.group_partner_manager",
        )

    def setUp(self):
        super().setUp()
        self.question = self.message.filtered(lambda m: m.purpose == "identity")
        self.clock.move_to(WEDNESDAY + timedelta(minutes=6))

    def tour(self, path, name):
        self.start_tour(f"/odoo/{path}", name, login="tour_manager")

    def answer(self, action):
        self.write_in(button=(f"DUN:{action}", "Tap"), context=self.question.provider_ref)

    def invoice_path(self, invoice):
        return f"action-account.action_move_out_invoice_type/{invoice.id}"

    def partner_path(self, partner):
        return f"action-base.action_partner_form/{partner.id}"

    def test_a_reminder_by_hand_asks_first_whether_it_is_the_person(self):
        other = self.create_debtor(name="Ana", phone="+51 987 000 007")
        invoice = self.create_invoice(other, days=-8)
        self.tour(self.invoice_path(invoice), "dunning_first_touch_ask")
        self.assertEqual(self.message_of(other).purpose, "identity")

    def test_the_invoice_says_that_the_first_touch_waits_for_its_answer(self):
        self.tour(self.invoice_path(self.invoice), "dunning_first_touch_waits")

    def test_after_a_yes_the_number_is_verified(self):
        self.answer("it_is_me")
        self.tour(f"dunning-numbers/{self.point.id}", "dunning_first_touch_yes")

    def test_after_a_no_the_number_is_set_aside(self):
        self.answer("not_me")
        self.tour(self.partner_path(self.debtor), "dunning_first_touch_no")

    def test_a_number_is_marked_as_a_third_party_s(self):
        self.tour(self.partner_path(self.debtor), "dunning_third_party")
        link = self.env["dunning.contact.link"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual((link.role, link.role_reason), ("third_party", "Reception of his firm"))

    def test_shared_numbers_are_listed(self):
        twin = self.create_debtor(name="Twin")
        self.env["dunning.channel"]._reach_numbers(twin)
        self.tour("dunning-numbers", "dunning_shared_numbers")
