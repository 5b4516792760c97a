from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .charges import TODAY, ChargesCommon
from .test_agreement import Agreeing

ALL = {"waive_interest": True, "waive_fine": True, "waive_fees": True}


class TestAgreementCharges(Agreeing, ChargesCommon):
    """An agreement that gives up interest and fees: R$ 15.33 of interest and R$ 20.00 of fine on
    R$ 1,000.00 that are 46 days late."""

    def setUp(self):
        super().setUp()
        self.debtor = self.create_brazilian()
        self.invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)
        self.brazilian.waive_manager_max = 10.0

    def rows(self):
        return self.env["dunning.charge"].search([("move_id", "=", self.invoice.id)], order="id")

    def test_the_draft_shows_what_it_is_made_of_and_what_is_given_up(self):
        agreement = self.draft()
        self.assertEqual(
            (agreement.amount_interest, agreement.amount_fine, agreement.amount_whole),
            (15.33, 20.0, 1035.33),
        )
        self.assertIn("46 days on", agreement.charges_note)
        agreement.write({"waive_interest": True, "waive_fine": True})
        self.assertEqual((agreement.amount_let_off, agreement.amount_whole), (35.33, 1000.0))
        self.assertAlmostEqual(agreement.waived_percent, 3.4124, 3)

    def test_what_is_given_up_lowers_what_is_calculated_until_the_last_day(self):
        agreement = self.agree(kind="plan", count=2, **ALL)
        self.assertEqual(self.invoice.dunning_charge_open, 0.0)
        self.assertEqual(self.rows().agreement_id, agreement)
        self.assertEqual(self.rows().mapped("kind"), ["waived"] * 2)
        last = max(agreement.instalment_ids.mapped("date_due"))
        charge = self.env["dunning.charge"].sudo()
        for day, added in ((last, 0.0), (last + timedelta(days=30), 10.0)):
            self.assertEqual(float(charge._for_moves(self.invoice, day)[self.invoice].added), added)

    def test_one_component_alone_may_be_given_up(self):
        self.agree(waive_fine=True)
        self.assertEqual(self.invoice.dunning_charge_open, 15.33)
        self.assertEqual(self.rows().component, "fine")

    def test_text_paper_and_chatter_tell_each_part(self):
        agreement = self.agree(waive_interest=True)
        told = agreement._for_debtor()._agreement_in_words().replace("\xa0", " ")
        for words in ("1.000,00", "15,33", "20,00", "-15,33", "1.020,00", "25/11/2026"):
            self.assertIn(words, told)
        self.assertEqual(agreement.acceptance_ids.wording.replace("\xa0", " "), told)
        self.assertIn("15", self.notes_on(self.invoice))
        self.assertIn("Waived: Interest", self.notes_on(self.invoice))
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("l10n_latam_dunning.report_agreement", agreement.ids)[0]
            .decode()
            .replace("\xa0", " ")
        )
        self.assertIn("-15,33", html)

    def test_what_it_is_made_of_stays_as_it_was_when_it_was_accepted(self):
        agreement = self.agree(**ALL)
        self.clock.tick(timedelta(days=3))
        self.env.invalidate_all()
        self.assertEqual((agreement.amount_interest, agreement.amount_let_off), (15.33, 35.33))

    def test_of_a_broken_or_cancelled_one_interest_and_fees_are_owed_again(self):
        for end in ("break", "cancel"):
            with self.subTest(end=end):
                agreement = self.agree(**ALL)
                if end == "break":
                    self.on_day(20)
                    self.assertEqual(agreement.state, "broken")
                    self.env.invalidate_all()
                    self.assertEqual(self.invoice.dunning_charge_open, 42.0)
                    self.clock.move_to("2026-11-25 15:00:00")
                else:
                    agreement.action_cancel()
                self.env.invalidate_all()
                self.assertEqual(self.invoice.dunning_charge_open, 35.33)
                self.assertIn("No longer waived", self.notes_on(self.invoice))

    def test_of_a_kept_one_they_stay_given_up(self):
        agreement = self.agree(**ALL)
        self.pay(self.invoice)
        self.assertEqual(agreement.state, "kept")
        self.env.invalidate_all()
        self.assertEqual(self.invoice.dunning_charge_open, 0.0)

    def test_above_ones_limit_a_second_person_approves_interest_and_fees_too(self):
        user = new_test_user(self.env, "collector", groups="l10n_latam_dunning.group_dunning_user")
        self.brazilian.waive_user_max = 2.0
        agreement = self.draft(waived_why="Late goods", **ALL)
        mine = agreement.with_user(user)
        self.assertTrue(mine.needs_approval)
        with self.assertRaises(UserError):
            mine._accept({"how": "call", "person": "Ana"})
        self.assertFalse(self.rows())
        mine.action_request_approval()
        agreement.action_approve()
        self.assertIn("35.33", self.notes_on(agreement))
        mine._accept({"how": "call", "person": "Ana"})
        self.assertEqual(self.rows().mapped("amount"), [15.33, 20.0])
        with self.assertRaises(UserError):
            mine.waive_fees = False

    def test_what_cannot_be_calculated_is_not_given_up(self):
        self.charging(self.chile, charge_interest="ceiling")
        chilean = self.create_debtor("Pablo", "+56 9 8765 4321", self.chile)
        invoice = self.create_invoice(chilean, days=-46, amount=1000.0)
        with self.assertRaisesRegex(UserError, "cannot be calculated"):
            self.agree(invoice, waive_interest=True)
        self.assertEqual(self.agree(invoice).state, "active")

    def test_an_offer_of_the_policy_may_give_them_up(self):
        self.brazilian.offer_ids.waive_charges = True
        agreement = self.draft()
        options = agreement._propose(agreement._choices())
        self.assertIn("35,33", agreement._interactive()["body"].replace("\xa0", " "))
        self.assertIn("-35,33", options[0].text.replace("\xa0", " "))
        taken = self.env["dunning.agreement"]._accept_offer(
            options[0].sudo().token, {"how": "whatsapp", "person": "Ana"}
        )
        self.assertEqual(taken.amount_let_off, 35.33)
        self.assertEqual(self.rows().mapped("amount"), [15.33, 20.0])

    def test_where_nothing_is_charged_an_agreement_says_nothing_of_it(self):
        debtor = self.create_debtor()
        agreement = self.agree(self.create_invoice(debtor, days=-46), **ALL)
        self.assertFalse(agreement.charges_note)
        self.assertNotIn("interest", agreement._agreement_in_words())

    def test_a_list_of_agreements_takes_the_same_queries_for_one_and_for_many(self):
        def count(size):
            invoices = [self.create_invoice(self.debtor, days=-46) for _n in range(size)]
            agreements = self.env["dunning.agreement"].browse()
            for invoice in invoices:
                agreements += self.draft(invoice)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            agreements.mapped("amount_whole")
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(1), count(6))

    def test_days_without_interest_end_with_the_agreement(self):
        self.agree(first_date=date(2026, 12, 1), waive_interest=True)
        row = self.rows()
        self.assertEqual(row.date_from, TODAY - timedelta(days=46))
        self.assertEqual(str(row.date_to), "2026-12-01")
