from datetime import timedelta

from odoo.tests import tagged

from .common import WEDNESDAY
from .page_common import PageCase


@tagged("post_install", "-at_install")
class TestPageWish(PageCase):
    """How a debtor wants to be reached narrows what is sent, and never widens it."""

    def prefer(self, channel="", part=""):
        self.assertEqual(self.say("preference", channel=channel, part=part).status_code, 200)

    def test_reminders_wait_for_the_hours_that_he_chose(self):
        self.prefer(part="afternoon")
        message = self.propose()
        self.assertEqual((message.state, message.reason), ("waiting", "company_window"))
        # noon in Lima
        self.assertEqual(message.not_before, WEDNESDAY.replace(hour=17))
        self.clock.move_to(message.not_before)
        self.deliver()
        self.assertEqual(message.state, "sent")

    def test_what_waits_already_is_decided_anew(self):
        self.clock.move_to(WEDNESDAY.replace(hour=8))
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.prefer(part="afternoon")
        self.clock.move_to(WEDNESDAY.replace(hour=15))
        self.deliver()
        self.assertEqual((message.state, message.reason), ("waiting", "company_window"))

    def test_only_the_channel_that_he_chose_is_used(self):
        self.debtor.email = "rosa@quispe.example"
        self.prefer(channel="email")
        message = self.propose()
        self.assertNotEqual((message.channel, message.state), ("whatsapp", "queued"))
        told = self.env["dunning.message"].search([("partner_id", "=", self.debtor.id)])
        codes = str(told.mapped("verdict")) + str(told.mapped("reason_codes"))
        self.assertIn("channel_not_wished", codes)

    def test_the_newest_choice_counts_and_may_be_taken_back(self):
        self.prefer(part="afternoon")
        self.prefer(channel="whatsapp")
        self.prefer()
        self.assertEqual(self.propose().state, "queued")
        self.assertEqual(len(self.answer("preference")), 3)

    def test_only_hours_that_law_and_company_leave_open_are_offered(self):
        self.policy.hours = "Mo-Fr 14:00-17:00"
        page = self.look().text
        self.assertIn('value="afternoon"', page)
        self.assertNotIn('value="morning"', page)
        self.assertEqual(self.say("preference", part="morning", channel="").status_code, 422)
        self.prefer(part="afternoon")
        self.assertEqual(self.answer("preference").hours, "Mo-Fr 14:00-17:00")

    def test_a_wish_is_of_one_company_only(self):
        self.prefer(part="afternoon")
        foreign = self.env["res.company"].create({"name": "Otra Empresa"})
        wishes = self.answers._wishes({(self.debtor, self.company), (self.debtor, foreign)})
        self.assertTrue(wishes[self.debtor.id, self.company.id].hours)
        self.assertFalse(wishes[self.debtor.id, foreign.id].hours)

    def test_answers_to_his_own_messages_are_not_narrowed(self):
        wish = self.answers._wishes(set())[self.debtor.id, self.company.id]
        self.assertEqual((wish.windows, wish.problems("sms")), ((), []))

    def test_wishes_of_many_debtors_cost_one_query(self):
        debtors = self.env["res.partner"].create([{"name": f"D {n}"} for n in range(50)])
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.answers._wishes({(one, self.company) for one in debtors})

    def test_a_wish_counts_from_now_on_only(self):
        message = self.propose()
        self.deliver()
        self.prefer(part="afternoon")
        self.assertEqual(message.state, "sent")
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        self.assertEqual(self.propose().reason, "company_window")
