from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .charges import TODAY, ChargesCommon


class TestChargeLedger(ChargesCommon):
    """Nothing is charged twice, and what is freed is free."""

    def setUp(self):
        super().setUp()
        self.debtor = self.create_brazilian()
        self.invoice = self.create_invoice(self.debtor, days=-46, amount=1000.0)

    def book(self, components=("interest", "fine"), day=TODAY, invoice=None):
        return self.env["dunning.charge"]._book(invoice or self.invoice, components, day)

    def rows(self):
        return self.env["dunning.charge"].search([("move_id", "=", self.invoice.id)])

    def test_a_draft_with_a_line_for_each_component_points_to_its_invoice(self):
        document = self.book()
        self.assertEqual(document.state, "draft")
        self.assertEqual(document.dunning_charge_origin_id, self.invoice)
        self.assertEqual(document.invoice_origin, self.invoice.name)
        lines = document.invoice_line_ids
        self.assertEqual(lines.mapped("price_unit"), [15.33, 20.0])
        self.assertEqual(lines.product_id, self.products["interest"] + self.products["fine"])
        self.assertEqual(document.amount_total, 35.33)
        self.assertEqual(self.invoice.dunning_charge_count, 1)
        self.assertIn(document.display_name, self.notes_on(self.invoice))
        if "debit_origin_id" in document._fields:
            self.assertEqual(document.debit_origin_id, self.invoice)

    def test_what_was_charged_is_not_charged_again_but_what_comes_after_is(self):
        first = TODAY - timedelta(days=16)
        self.book(day=first)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self.book(day=first)
        self.assertEqual(self.sheet(self.invoice), [1000.0, 5.33, 0.0, 0.0])
        self.book()
        spans = self.rows().filtered(lambda row: row.component == "interest")
        self.assertEqual(
            [(row.date_from, row.date_to, row.amount) for row in spans.sorted("date_from")],
            [
                (self.invoice.invoice_date_due, first, 10.0),
                (first, TODAY, 5.33),
            ],
        )

    def test_the_database_itself_refuses_the_same_days(self):
        self.book()
        for row in self.rows():
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(IntegrityError, "_once"),
                self.env.cr.savepoint(),
            ):
                row.sudo().copy()

    def test_a_cancelled_deleted_or_reversed_document_frees_its_days(self):
        for undo in ("cancel", "delete", "reverse"):
            with self.subTest(undo):
                document = self.book()
                self.assertEqual(self.sheet(self.invoice)[1:3], [0.0, 0.0])
                if undo == "cancel":
                    document.button_cancel()
                elif undo == "delete":
                    document.unlink()
                else:
                    document.action_post()
                    reversal = self.env["account.move.reversal"].with_context(
                        active_model="account.move", active_ids=document.ids
                    )
                    reversal.create({"journal_id": document.journal_id.id}).modify_moves()
                    self.env["account.move"].search(
                        [("dunning_charge_origin_id", "=", self.invoice.id)]
                    ).filtered(lambda move: move.state == "draft").unlink()
                self.assertEqual(self.sheet(self.invoice)[1:3], [15.33, 20.0])
        self.assertFalse(self.rows().filtered("live"))
        self.assertEqual(len(self.rows()), 6)

    def test_back_to_draft_it_still_counts(self):
        document = self.book()
        document.action_post()
        document.button_draft()
        self.assertEqual(self.sheet(self.invoice)[1:3], [0.0, 0.0])

    def test_a_credit_note_after_the_charge_is_told(self):
        self.book(["interest"])
        self.credit(self.invoice, 900.0)
        charges = self.charges_of(self.invoice)
        self.assertEqual(float(charges.overcharged), 13.8)
        self.assertIn("credit note", self.invoice.dunning_charges)

    def test_interest_bears_no_interest(self):
        document = self.book()
        document.action_post()
        self.clock.move_to("2027-03-01 15:00:00")
        self.assertEqual(self.sheet(document), [35.33, 0.0, 0.0, 0.0])
        self.assertFalse(document.dunning_charge_open)

    def test_only_what_is_ticked_is_charged(self):
        document = self.book(["fine"])
        self.assertEqual(document.amount_total, 20.0)
        self.assertEqual(self.sheet(self.invoice)[1:3], [15.33, 0.0])

    def test_without_a_product_it_says_what_to_do(self):
        self.brazilian.charge_fine_product_id = False
        with self.assertRaisesRegex(UserError, "Fine.*product"):
            self.book()
        self.assertFalse(self.rows())

    def test_without_a_known_rate_nothing_is_booked(self):
        self.charging(self.chile, charge_interest="ceiling")
        debtor = self.create_debtor("Sofía", "+56 9 8765 4321", self.chile)
        invoice = self.create_invoice(debtor, days=-30)
        with self.assertRaisesRegex(UserError, "TMC"):
            self.book(invoice=invoice)

    def test_rows_are_never_changed_or_deleted(self):
        self.book()
        row = self.rows()[:1].sudo()
        with self.assertRaises(UserError):
            row.amount = 1.0
        with self.assertRaises(UserError):
            row.unlink()

    def test_waived_is_not_owed_any_more_and_says_why(self):
        rows = self.env["dunning.charge"]._waive(self.invoice, "Agreement 12")
        self.assertEqual(rows.mapped("kind"), ["waived"] * 2)
        self.assertEqual(sorted(rows.mapped("amount")), [15.33, 20.0])
        self.assertEqual(self.sheet(self.invoice), [1000.0, 0.0, 0.0, 0.0])
        self.assertIn("Agreement 12", self.notes_on(self.invoice))
        self.clock.tick(timedelta(days=3))
        self.assertEqual(self.sheet(self.invoice), [1000.0, 1.0, 0.0, 0.0])

    def test_interest_of_days_to_come_can_be_waived_too(self):
        until = TODAY + timedelta(days=30)
        self.env["dunning.charge"]._waive(self.invoice, "Agreement 12", until)
        self.clock.tick(timedelta(days=33))
        self.assertEqual(self.sheet(self.invoice), [1000.0, 1.0, 0.0, 0.0])

    def test_a_waiver_that_is_taken_back_is_owed_again(self):
        rows = self.env["dunning.charge"]._waive(self.invoice, "Agreement 12")
        rows._take_back("Agreement 12 was broken")
        self.assertEqual(self.sheet(self.invoice), [1000.0, 15.33, 20.0, 0.0])
        self.assertIn("Agreement 12 was broken", self.notes_on(self.invoice))

    def test_another_due_day_opens_nothing_that_was_charged(self):
        self.book()
        self.invoice.button_draft()
        self.invoice.invoice_date_due = TODAY - timedelta(days=44)
        self.invoice.action_post()
        charges = self.charges_of(self.invoice)
        self.assertEqual((charges.interest, charges.fine), (0, 0))
        self.assertEqual(float(charges.overcharged), 0.66)

    def test_the_document_follows_the_debtors_own_payment_terms(self):
        document = self.book(day=TODAY - timedelta(days=10))
        self.assertEqual(document.invoice_date, TODAY)
        self.assertGreaterEqual(document.invoice_date_due, TODAY)

    def test_waiving_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "reason"):
            self.env["dunning.charge"]._waive(self.invoice, " ")

    def test_who_pays_more_is_proposed_to_the_responsible_and_nothing_is_booked(self):
        responsible = new_test_user(
            self.env, "responsible", groups="l10n_latam_dunning.group_dunning_user"
        )
        self.brazilian.user_id = responsible
        self.pay_on(self.invoice, 0, 1035.33)
        activity = self.invoice.activity_ids
        self.assertEqual(activity.user_id, responsible)
        self.assertIn("35.33", activity.note)
        self.assertFalse(self.rows())

    def test_payments_of_many_invoices_take_no_query_for_each(self):
        invoices = [self.create_invoice(self.create_debtor(), days=-9) for _index in range(6)]
        charge = self.env["dunning.charge"]
        counts = []
        for some in (invoices[:1], invoices):
            moves = self.env["account.move"].union(*some)
            self.env.flush_all()
            moves.line_ids.mapped("partner_id.country_id")
            before = self.env.cr.sql_log_count
            charge._propose_after_payment(moves)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_who_pays_the_invoice_alone_or_in_time_is_left_in_peace(self):
        self.pay_on(self.invoice, 0)
        in_time = self.create_invoice(self.debtor, days=10, amount=100.0)
        self.pay_on(in_time, 0, 150.0)
        self.assertFalse((self.invoice + in_time).activity_ids)

    def test_another_company_neither_sees_nor_books_it(self):
        self.book()
        other = self.env["res.company"].create({"name": "Another"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="l10n_latam_dunning.group_dunning_manager,account.group_account_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.env["dunning.charge"].with_user(stranger).search([]))
        wizard = self.env["dunning.charge.book"].with_user(stranger)
        with self.assertRaises(AccessError):
            wizard.create({"move_id": self.invoice.id}).action_book()

    def test_each_company_charges_by_its_own_policy(self):
        other = self.setup_other_company(name="Filial")["company"]
        mine = self.charges_of(self.invoice)
        theirs = self.create_invoice(
            self.debtor.with_company(other), days=-46, amount=1000.0, company_id=other.id
        )
        found = self.env["dunning.charge"].sudo()._for_moves(self.invoice + theirs)
        self.assertEqual(found[self.invoice].added, mine.added)
        self.assertFalse(found[theirs].added)
