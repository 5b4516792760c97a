import secrets
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import WEDNESDAY
from .page_common import PageCase


@tagged("post_install", "-at_install")
class TestPageLink(PageCase):
    """The signed link to a debtor's own page: what opens, and what never does."""

    def assertClosed(self, path):
        page = self.url_open(path)
        self.assertEqual(page.status_code, 404)
        self.assertNotIn(self.company.name, page.text)
        self.assertNotIn(self.invoice.name, page.text)
        return page.text

    def test_the_link_opens_without_login_and_leaves_no_session(self):
        page = self.look()
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.invoice.name, page.text)
        self.assertNotIn("Set-Cookie", page.headers)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertNotIn("<script", page.text)
        self.assertNotIn("style=", page.text)

    def test_every_link_that_is_not_ours_gets_the_same_answer(self):
        path = self.path()
        token = path.rpartition("/")[2]
        other = self.create_debtor(name="Ana", phone="+51 987 654 322")
        forged = [
            token[:-1],
            token[1:],
            token[:-1] + ("A" if token[-1] != "A" else "B"),
            token + "A",
            token[:8],
            "x",
            "A" * 400,
            "%00%ff",
        ]
        # the head of one link with the signature of another
        mixed = self.path(other).rpartition("/")[2]
        forged.append(mixed[:-16] + token[-16:])
        seen = {self.assertClosed(f"/dunning/p/{one}") for one in forged}
        expired = self.path(days=3)
        revoked = self.path(other)
        other.action_dunning_revoke_page()
        seen.add(self.assertClosed(revoked))
        self.clock.move_to(WEDNESDAY + timedelta(days=4))
        seen.add(self.assertClosed(expired))
        self.assertEqual(len(seen), 1)

    def test_a_link_opens_on_its_last_day_and_not_on_the_next(self):
        path = self.path(days=3)
        self.clock.move_to(WEDNESDAY + timedelta(days=3))
        self.assertEqual(self.look(path).status_code, 200)
        self.clock.move_to(WEDNESDAY + timedelta(days=4))
        self.assertClosed(path)

    def test_no_random_token_opens_anything(self):
        partners = self.env["res.partner"].sudo()
        for _try in range(1000):
            self.assertIsNone(partners._by_page_token(secrets.token_urlsafe(24)))
        for _try in range(20):
            self.assertClosed(f"/dunning/p/{secrets.token_urlsafe(24)}")

    def test_revoking_ends_all_links_of_one_person_and_of_nobody_else(self):
        other = self.create_debtor(name="Ana", phone="+51 987 654 322")
        old, with_point, others = self.path(point=None), self.path(), self.path(other)
        self.debtor.action_dunning_revoke_page()
        for path in (old, with_point):
            self.assertClosed(path)
        self.assertEqual(self.look().status_code, 200)
        self.assertEqual(self.look(others).status_code, 200)
        self.assertIn("revoked", self.notes_on(self.debtor))

    def test_only_dunning_people_revoke_links(self):
        clerk = new_test_user(self.env, "page_clerk", groups="account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.debtor.with_user(clerk).action_dunning_revoke_page()

    def test_a_link_is_bound_to_its_company(self):
        foreign = self.env["res.company"].create({"name": "Otra Empresa"})
        page = self.look(self.path(company=foreign))
        self.assertEqual(page.status_code, 200)
        self.assertNotIn(self.invoice.name, page.text)

    def test_a_link_is_bound_to_its_debtor(self):
        other = self.create_debtor(name="Ana", phone="+51 987 654 322", vat="10999888777")
        foreign = self.create_invoice(other, days=-8)
        page = self.look()
        self.assertNotIn(foreign.name, page.text)
        for what in ("invoice", "pay", "pdf"):
            self.assertEqual(self.url_open(f"{self.path()}/{what}/{foreign.id}").status_code, 404)
        self.say("dispute", note="No es mía", moves=str(foreign.id))
        self.assertFalse(self.answer("dispute").move_ids)

    def test_no_full_number_or_address_is_on_the_page(self):
        self.debtor.email = "rosa.quispe@example.com"
        text = self.look().text
        for secret in ("987654321", "987 654 321", "rosa.quispe@example.com", "20456789120"):
            self.assertNotIn(secret, text)

    def test_one_address_cannot_ask_without_end(self):
        limit = self.env["dunning.page.limit"].sudo()
        path = self.path()
        for _view in range(300):
            limit._hit("address", "127.0.0.1")
        self.assertEqual(self.url_open(path).status_code, 429)
        self.assertEqual(self.url_open("/dunning/p/x").status_code, 429)
        self.clock.move_to(WEDNESDAY + timedelta(minutes=11))
        self.assertEqual(self.url_open(path).status_code, 200)

    def test_one_link_cannot_be_opened_without_end(self):
        limit = self.env["dunning.page.limit"].sudo()
        path = self.path()
        for _view in range(60):
            limit._hit("link", path.rpartition("/")[2])
        self.assertEqual(self.url_open(path).status_code, 429)
        self.assertEqual(self.url_open(self.path(days=9)).status_code, 200)

    def test_counters_are_forgotten_and_say_nothing_of_people(self):
        limit = self.env["dunning.page.limit"].sudo()
        limit._hit("address", "203.0.113.7")
        self.assertNotIn("203.0.113.7", str(limit.search([]).mapped("key")))
        self.clock.move_to(WEDNESDAY + timedelta(days=2))
        limit._gc_old()
        self.assertFalse(limit.search([]))

    def test_the_page_costs_the_same_whatever_is_owed(self):
        page = self.env["dunning.page"]
        found = self.env["res.partner"]._by_page_token(self.path().rpartition("/")[2])

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page._read(page._visit(*found, "key"))
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for day in range(12):
            self.create_invoice(self.debtor, days=-day)
        self.assertLessEqual(count(), few)
        self.assertLessEqual(few, 60)
