from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from .common import DunningCommon


class TestContactPoint(DunningCommon):
    def test_one_number_written_in_two_ways_is_one_contact_point(self):
        first = self.create_debtor(phone="987 654 321")
        second = self.create_debtor(name="Rosa Q.", phone="+51987654321")
        self.create_invoice(first, days=-8)
        self.create_invoice(second, days=-8)
        points = self.propose().contact_point_id
        self.assertEqual(len(points), 1)
        self.assertEqual(points.partner_ids, first + second)

    def test_a_number_is_shown_masked(self):
        self.create_invoice(self.create_debtor(), days=-8)
        point = self.propose().contact_point_id
        self.assertNotIn("987654", point.display_name.replace(" ", ""))
        self.assertTrue(point.display_name.endswith("321"))

    def test_a_number_that_is_not_theirs_is_never_written_to(self):
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        message.contact_point_id.state = "not_theirs"
        self.deliver()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(message.reason_codes, "contact_quarantined")
        self.assertFalse(self.sandbox.accepted)

    def test_odoos_own_blacklist_of_phones_is_obeyed(self):
        self.env["phone.blacklist"].create({"number": "+51987654321"})
        self.create_invoice(self.create_debtor(), days=-8)
        self.assertEqual(self.propose().reason_codes, "suppressed")

    def test_the_list_of_numbers_shows_those_of_ones_own_companies(self):
        action = self.env.ref("l10n_latam_dunning.dunning_contact_point_action")
        groups = "account.group_account_invoice,l10n_latam_dunning.group_dunning_user"
        clerk = new_test_user(
            self.env,
            "clerk",
            groups=groups,
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        foreign = self.env["res.company"].create({"name": "Otra"})
        mine = self.create_debtor()
        other = self.create_debtor("Ana", "+51 987 654 322", company_id=foreign.id)
        points = self.env["dunning.channel"]._of("whatsapp")._reach(mine + other)
        Point = self.env["dunning.contact.point"].with_user(clerk)
        shown = Point.search(safe_eval(action.domain))
        self.assertIn(points[mine][0], shown)
        self.assertNotIn(points[other][0], shown)
