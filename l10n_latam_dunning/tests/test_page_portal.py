from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .page_common import PageCase


@tagged("post_install", "-at_install")
class TestPagePortal(PageCase):
    """The same page for a customer who is logged in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = new_test_user(
            cls.env, "page_customer", groups="base.group_portal", company_id=cls.company.id
        )
        cls.customer.partner_id.write({"parent_id": cls.debtor.id, "type": "contact"})
        cls.stranger = new_test_user(cls.env, "page_stranger", groups="base.group_portal")

    def form(self, html):
        token = html.partition('name="csrf_token" value="')[2].partition('"')[0]
        return {"mark": self.mark(html), "csrf_token": token}

    def test_a_customer_sees_what_is_open_and_reports_a_payment(self):
        self.authenticate("page_customer", "page_customer")
        page = self.url_open("/my/dunning")
        self.assertIn(self.invoice.name, page.text)
        self.assertNotIn("dp_not_me", page.text)
        form = {"deed": "paid", "note": "Ya pagué", "moves": str(self.invoice.id)}
        page = self.url_open("/my/dunning", data={**form, **self.form(page.text)})
        self.assertIn('class="dp_said"', page.text)
        answer = self.answers.search([("kind", "=", "paid")])
        self.assertEqual(answer.user_id, self.customer)
        self.assertEqual(answer.partner_id, self.customer.partner_id)
        hold = self.env["dunning.hold"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual((hold.reason, hold.move_ids), ("payment_reported", self.invoice))

    def test_a_form_from_elsewhere_does_nothing(self):
        self.authenticate("page_customer", "page_customer")
        mark = self.mark(self.url_open("/my/dunning").text)
        page = self.url_open("/my/dunning", data={"deed": "paid", "mark": mark, "note": "x"})
        self.assertEqual(page.status_code, 400)
        self.assertFalse(self.answers.search([]))

    def test_another_customer_sees_and_does_nothing_of_it(self):
        self.authenticate("page_stranger", "page_stranger")
        page = self.url_open(f"/my/dunning?company={self.company.id}")
        self.assertNotIn(self.invoice.name, page.text)
        form = {"deed": "dispute", "note": "x", "moves": str(self.invoice.id)}
        self.url_open("/my/dunning", data={**form, **self.form(page.text)})
        self.assertFalse(self.answers.search([]).move_ids)
        self.assertFalse(self.env["dunning.hold"].search([("move_ids", "in", self.invoice.ids)]))

    def test_nobody_without_login_gets_there(self):
        page = self.url_open("/my/dunning")
        self.assertIn("/web/login", page.url)

    def test_the_home_page_leads_there(self):
        self.authenticate("page_customer", "page_customer")
        self.assertIn("/my/dunning", self.url_open("/my/home").text)

    def test_a_customer_reads_no_evidence_by_himself(self):
        for name in ("dunning.page.answer", "dunning.page.limit", "dunning.consent"):
            with self.assertRaises(AccessError):
                self.env[name].with_user(self.customer).search([])
