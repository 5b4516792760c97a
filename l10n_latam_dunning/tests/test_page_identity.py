from datetime import timedelta

from odoo.tests import tagged

from .common import WEDNESDAY
from .page_common import TAX_NUMBER, PageCase


@tagged("post_install", "-at_install")
class TestPageIdentity(PageCase):
    """Before amounts are shown, the page asks who opens it, where nobody is sure yet."""

    def setUp(self):
        super().setUp()
        self.point.sudo().state = "new"
        self.addCleanup(self.opener.cookies.clear)

    def identify(self, said, path=None):
        return self.say("identity", path=path, identity=said)

    def assertHidden(self, page):
        for secret in (self.invoice.name, "Rosa", "100.00", "100,00"):
            self.assertNotIn(secret, page.text)

    def test_an_unconfirmed_number_sees_no_debt_and_no_name(self):
        page = self.look()
        self.assertIn('id="dp_identity"', page.text)
        self.assertHidden(page)

    def test_the_end_of_his_tax_number_or_his_postal_code_opens_the_page(self):
        for said in (TAX_NUMBER[-4:], TAX_NUMBER, " 5046", "15046"):
            with self.subTest(said):
                self.opener.cookies.clear()
                self.assertIn(self.invoice.name, self.identify(said).text)
        self.assertIn(self.invoice.name, self.look().text)
        cookie = next(iter(self.opener.cookies))
        self.assertEqual((cookie.name, cookie.path), ("dunning_pass", self.path()))
        self.assertTrue(cookie.has_nonstandard_attr("HttpOnly"))

    def test_the_pass_is_for_an_hour_and_for_one_link(self):
        self.policy.page_check = True  # a number that was confirmed by it asks all the same
        self.identify(TAX_NUMBER[-4:])
        value = self.opener.cookies["dunning_pass"]
        for path, text in [
            (self.path(days=9), value),
            (self.path(), value[:-1]),
            (self.path(), "ffffffff." + value.partition(".")[2]),
            (self.path(), "x"),
        ]:
            self.assertHidden(self.show(path, text))
        self.assertIn(self.invoice.name, self.show(self.path(), value).text)
        path = self.path()
        self.clock.move_to(WEDNESDAY + timedelta(minutes=61))
        self.assertHidden(self.show(path, value))

    def show(self, path, value):
        """Open a page with a pass that may be somebody else's."""
        self.opener.cookies.clear()
        self.opener.cookies.set("dunning_pass", value)
        return self.url_open(path)

    def test_after_five_wrong_tries_the_day_is_over_whatever_the_link(self):
        for said in ("1111", "2222", "3333", "", "4444"):
            page = self.identify(said)
            self.assertEqual(page.status_code, 422)
            self.assertHidden(page)
        self.assertHidden(self.identify(TAX_NUMBER[-4:]))
        self.assertHidden(self.identify(TAX_NUMBER[-4:], self.path(days=9)))
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.assertIn(self.invoice.name, self.identify(TAX_NUMBER[-4:]).text)

    def test_who_has_not_said_who_he_is_can_only_be_left_alone(self):
        for deed in ("paid", "dispute", "ask", "accept", "wish", "grant", "preference"):
            page = self.say(deed, note="x", moves=str(self.invoice.id), channel="whatsapp")
            self.assertEqual(page.status_code, 422, deed)
        for what in ("invoice", "pay", "pdf"):
            answer = self.url_open(f"{self.path()}/{what}/{self.invoice.id}")
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.answers.search([]))
        self.say("withdraw", channel="whatsapp")
        self.assertEqual(self.answer("withdraw").contact_point_id, self.point)

    def test_a_debtor_of_whom_nothing_is_on_file_may_speak_and_sees_no_amounts(self):
        self.debtor.write({"vat": False, "zip": False})
        page = self.look()
        self.assertHidden(page)
        self.say("paid", note="Ya pagué", moves=str(self.invoice.id))
        hold = self.env["dunning.hold"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual((hold.reason, hold.scope), ("payment_reported", "debtor"))
        self.assertEqual(self.say("ask", moves=str(self.invoice.id)).status_code, 422)

    def test_a_confirmed_number_is_asked_where_policy_or_law_want_it(self):
        self.point.sudo().state = "verified"
        self.assertIn(self.invoice.name, self.look().text)
        self.policy.page_check = True
        self.assertHidden(self.look())
        self.policy.page_check = False
        packs = self.env["dunning.jurisdiction"].search([("country_id", "=", self.peru.id)])
        packs.sudo().page_check = True
        self.assertHidden(self.look())

    def test_a_link_that_went_to_no_known_number_asks(self):
        self.assertHidden(self.look(self.path(point=None)))
