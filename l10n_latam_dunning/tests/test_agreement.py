from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user

from .common import WEDNESDAY, DunningCommon


class Agreeing:
    """How to agree on invoices."""

    def draft(self, invoices=None, **vals):
        invoices = invoices or self.invoice
        return self.env["dunning.agreement"].create(
            {
                "partner_id": invoices.commercial_partner_id[:1].id,
                "currency_id": invoices.currency_id.id,
                "move_ids": invoices.ids,
                "first_date": WEDNESDAY.date() + timedelta(days=5),
                **vals,
            }
        )

    def agree(self, invoices=None, **vals):
        agreement = self.draft(invoices, **vals)
        agreement._accept({"how": "call", "person": "Rosa"})
        return agreement

    def on_day(self, days):
        self.clock.move_to(WEDNESDAY + timedelta(days=days))
        self.env["dunning.agreement"].search([("company_id", "=", self.company.id)])._refresh()

    def follow(self):
        """Run the scheduled action."""
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_agreements").method_direct_trigger()
        self.env.invalidate_all()


class AgreementCommon(Agreeing, DunningCommon):
    """A debtor with one open invoice of 100."""

    def setUp(self):
        super().setUp()
        self.debtor = self.create_debtor(lang="en_US")
        self.invoice = self.create_invoice(self.debtor, days=-8, amount=100.0)


class TestAgreement(AgreementCommon):
    def test_a_plan_splits_the_open_amount_to_the_cent(self):
        agreement = self.agree(kind="plan", count=3)
        self.assertEqual(agreement.instalment_ids.mapped("amount"), [33.33, 33.33, 33.34])
        self.assertEqual(agreement.amount_agreed, agreement.amount_open)

    def test_the_form_shows_the_payments_before_it_is_put_in_force(self):
        action = self.invoice.action_dunning_agree()
        with Form(
            self.env["dunning.agreement"].with_context(**action["context"]),
            "l10n_latam_dunning.dunning_agreement_view_form",
        ) as form:
            form.kind = "plan"
            form.count = 2
        agreement = form.record
        self.assertEqual(agreement.instalment_ids.mapped("amount"), [50.0, 50.0])
        self.assertEqual(agreement.move_ids, self.invoice)

    def test_while_it_holds_its_invoices_are_not_reminded_and_others_are(self):
        message = self.propose()
        self.agree()
        self.assertEqual(message.state, "cancelled")
        refused = self.propose()
        self.assertEqual((refused.state, refused.reason_codes), ("refused", "hold_agreement"))
        other = self.create_invoice(self.debtor, days=-8)
        again = self.propose()
        self.assertEqual(again.move_ids, other)

    def test_every_step_stands_on_the_chatter_of_every_invoice(self):
        other = self.create_invoice(self.debtor, days=-3)
        agreement = self.agree(self.invoice + other)
        agreement.action_cancel()
        for invoice in self.invoice + other:
            notes = self.notes_on(invoice)
            self.assertIn("in force", notes)
            self.assertIn("cancelled", notes)

    def test_a_payment_in_time_keeps_it(self):
        agreement = self.agree()
        self.pay(self.invoice)
        self.on_day(1)
        self.assertEqual(agreement.state, "kept")
        self.assertIn("kept", self.notes_on(self.invoice))

    def test_after_the_days_of_grace_it_is_broken_and_reminders_start_again(self):
        agreement = self.agree(grace_days=2)
        self.on_day(7)
        self.assertEqual(agreement.state, "active")
        self.on_day(8)
        self.assertEqual(agreement.state, "broken")
        self.assertEqual(self.propose().move_ids, self.invoice)

    def test_a_broken_one_rests_nothing_even_before_it_is_written_down(self):
        agreement = self.agree(grace_days=2)
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        message = self.propose()
        self.assertEqual((agreement.state, message.move_ids), ("active", self.invoice))

    def test_each_part_is_settled_by_what_was_paid_since(self):
        agreement = self.agree(kind="plan", count=2, every=7, unit="day")
        self.pay(self.invoice, 50.0)
        self.assertEqual(agreement.amount_paid, 50.0)
        self.assertEqual(agreement.instalment_ids.mapped("settled"), [True, False])
        self.on_day(8)
        self.assertEqual(agreement.state, "active")

    def test_an_invoice_is_in_one_running_agreement_only(self):
        self.agree()
        with self.assertRaises(UserError):
            self.agree()

    def test_payments_that_do_not_sum_to_what_is_open_are_refused_with_both_figures(self):
        row = {"date_due": WEDNESDAY.date(), "amount": 90.0}
        agreement = self.draft(instalment_ids=[fields.Command.create(row)])
        with self.assertRaisesRegex(UserError, "90.*100"):
            agreement._accept({"how": "call", "person": "Rosa"})

    def test_invoices_of_another_debtor_or_currency_are_refused(self):
        stranger = self.create_invoice(self.create_debtor(name="Other"), days=-8)
        with self.assertRaises(ValidationError):
            self.agree(self.invoice + stranger)

    def test_one_that_was_in_force_is_not_deleted(self):
        agreement = self.agree()
        with self.assertRaises(UserError):
            agreement.unlink()

    def test_the_scheduled_action_finds_broken_ones(self):
        agreement = self.agree()
        self.clock.move_to(WEDNESDAY + timedelta(days=20))
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_agreements").method_direct_trigger()
        agreement.invalidate_recordset()
        self.assertEqual(agreement.state, "broken")

    # === TERMS ===

    def test_what_the_terms_make_of_100(self):
        cases = [
            ({}, [100.0]),
            ({"amount": 40.0}, [40.0]),
            ({"amount_waived": 10.0}, [90.0]),
            ({"kind": "plan", "count": 3}, [33.33, 33.33, 33.34]),
            ({"kind": "plan", "count": 3, "down_payment": 50.0}, [50.0, 25.0, 25.0]),
            ({"kind": "plan", "count": 2, "amount_waived": 0.01}, [49.99, 50.0]),
        ]
        self.policy.waive_manager_max = 10.0
        for vals, amounts in cases:
            with self.subTest(**vals):
                agreement = self.agree(**vals)
                self.assertEqual(agreement.instalment_ids.mapped("amount"), amounts)
                agreement.action_cancel()

    def test_terms_that_make_no_sense_are_refused_with_a_sentence(self):
        cases = [
            {"kind": "plan", "count": 2, "down_payment": 100.0},
            {"kind": "plan", "count": 102, "down_payment": 99.0},
            {"amount": 100.01},
            {"amount": 50.0, "amount_waived": 5.0},
            {"amount_waived": 100.0},
        ]
        self.policy.waive_manager_max = 100.0
        for vals in cases:
            with self.subTest(**vals), self.assertRaises(UserError):
                self.agree(**vals)

    def test_days_move_off_holidays_and_weekends_at_the_debtor(self):
        # 8 and 9 December are holidays in Peru, 28 February 2027 is a Sunday
        agreement = self.agree(kind="plan", count=4, first_date=date(2026, 12, 8))
        self.assertEqual(
            [str(day) for day in agreement.instalment_ids.mapped("date_due")],
            ["2026-12-10", "2027-01-08", "2027-02-08", "2027-03-08"],
        )

    def test_only_the_instalments_that_fall_due_until_a_day(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half in 90 days",
                "line_ids": [
                    fields.Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 90)
                ],
            }
        )
        invoice = self.create_invoice(
            self.debtor, days=-10, invoice_date_due=False, invoice_payment_term_id=term.id
        )
        agreement = self.agree(invoice, due_until=WEDNESDAY.date())
        self.assertEqual(agreement.amount_at_start, 50.0)
        self.assertEqual(self.propose().move_ids, self.invoice)
        lines = self.plan._open_lines(self.company).filtered(lambda x: x.move_id == invoice)
        resting = self.plan._resting_moves(invoice)
        codes = [problem.code if (problem := resting.impediment(x)) else "" for x in lines]
        self.assertEqual(codes, ["hold_agreement", ""])
        self.pay(invoice, 50.0)
        self.assertEqual(agreement.state, "kept")

    # === ACCEPTANCE AND APPROVAL ===

    def test_who_accepted_when_and_how_is_kept_and_nobody_changes_it(self):
        agreement = self.draft(kind="plan", count=2)
        action = agreement.action_accept()
        wizard = Form(self.env["dunning.agreement.accept"].with_context(**action["context"]))
        self.assertEqual(wizard.person, "Rosa Quispe")
        wizard.how = "letter"
        wizard.reference = "Folder 7"
        wizard.save().action_accept()
        acceptance = agreement.acceptance_ids
        self.assertEqual(
            (acceptance.how, acceptance.person, acceptance.reference, acceptance.user_id),
            ("letter", "Rosa Quispe", "Folder 7", self.env.user),
        )
        self.assertIn(self.invoice.name, acceptance.wording)
        self.assertIn("50", acceptance.wording)
        note = self.notes_on(self.invoice)
        self.assertIn("Accepted by Rosa Quispe", note)
        self.assertIn("Folder 7", note)
        for act in (lambda: acceptance.sudo().write({"how": "call"}), acceptance.sudo().unlink):
            with self.assertRaises(UserError):
                act()

    def test_terms_and_state_are_not_written_by_hand(self):
        user = new_test_user(self.env, "collector", groups="l10n_latam_dunning.group_dunning_user")
        agreement = self.agree()
        for vals in ({"state": "kept"}, {"approved_by": user.id}, {"ended_at": WEDNESDAY}):
            with self.subTest(**vals), self.assertRaises(AccessError):
                agreement.with_user(user).write(vals)
        for vals in ({"first_date": WEDNESDAY.date()}, {"amount_waived": 50.0}):
            with self.subTest(**vals), self.assertRaises(UserError):
                agreement.with_user(user).write(vals)
        with self.assertRaises(UserError):
            agreement.instalment_ids.with_user(user).write({"amount": 1.0})
        with self.assertRaises(UserError):
            agreement.instalment_ids.with_user(user).unlink()
        made = (
            self.env["dunning.agreement"]
            .with_user(user)
            .create(
                {
                    "partner_id": self.debtor.id,
                    "currency_id": self.invoice.currency_id.id,
                    "move_ids": self.invoice.ids,
                    "first_date": WEDNESDAY.date(),
                    "state": "active",
                    "approved_by": user.id,
                }
            )
        )
        self.assertEqual((made.state, made.approved_by.id), ("draft", False))

    def test_above_ones_limit_a_second_person_approves(self):
        user = new_test_user(self.env, "collector", groups="l10n_latam_dunning.group_dunning_user")
        manager = new_test_user(
            self.env, "second", groups="l10n_latam_dunning.group_dunning_manager"
        )
        self.policy.write({"waive_user_max": 5.0, "waive_manager_max": 20.0})
        for who, waived, needed in [
            (user, 5.0, False),
            (user, 5.01, True),
            (manager, 20.0, False),
            (manager, 20.01, True),
        ]:
            with self.subTest(who=who.login, waived=waived):
                agreement = self.draft(amount_waived=waived, waived_why="Late goods")
                mine = agreement.with_user(who)
                self.assertEqual(mine.needs_approval, needed)
                if needed:
                    with self.assertRaises(UserError):
                        mine._accept({"how": "call", "person": "Rosa"})
        mine.action_request_approval()
        self.assertEqual(agreement.state, "approval")
        with self.assertRaises(AccessError):
            mine.action_approve()
        with self.assertRaises(AccessError):
            agreement.with_user(user).action_approve()
        agreement.action_approve()
        self.assertEqual(
            (agreement.state, agreement.approved_by, agreement.approved_at),
            ("draft", self.env.user, WEDNESDAY),
        )
        mine._accept({"how": "call", "person": "Rosa"})
        self.assertEqual(agreement.state, "active")

    def test_a_change_of_terms_takes_the_approval_back(self):
        manager = new_test_user(
            self.env, "second", groups="l10n_latam_dunning.group_dunning_manager"
        )
        agreement = self.draft(amount_waived=30.0, waived_why="Late goods")
        agreement.action_request_approval()
        agreement.with_user(manager).action_approve()
        self.assertFalse(agreement.needs_approval)
        agreement.amount_waived = 40.0
        self.assertTrue(agreement.needs_approval)

    # === WHAT IS WAIVED ===

    def test_the_waived_rest_is_neither_reminded_nor_forgotten(self):
        self.policy.waive_manager_max = 20.0
        agreement = self.agree(amount_waived=20.0)
        self.pay(self.invoice, 80.0)
        self.assertEqual((agreement.state, self.invoice.amount_residual), ("kept", 20.0))
        self.assertIn("20", agreement.activity_ids.summary)
        refused = self.propose()
        self.assertEqual(refused.reason, "hold_waived")

    def test_of_a_broken_one_what_was_waived_is_owed_again(self):
        self.policy.waive_manager_max = 20.0
        agreement = self.agree(amount_waived=20.0)
        self.pay(self.invoice, 30.0)
        self.on_day(20)
        self.assertEqual(agreement.state, "broken")
        self.assertIn("owed again", self.notes_on(self.invoice))
        self.assertEqual(self.propose().amount_total, 70.0)

    # === BROKEN ===

    def test_a_broken_one_tells_the_responsible(self):
        user = new_test_user(self.env, "collector", groups="l10n_latam_dunning.group_dunning_user")
        agreement = self.agree(user_id=user.id)
        self.on_day(8)
        self.assertEqual(agreement.activity_ids.user_id, user)
        self.assertEqual(agreement.instalment_ids.state, "missed")

    def test_where_the_ladder_goes_on_after_a_broken_one(self):
        for resume, level, days in [("calendar", False, 15), ("restart", 0, 0)]:
            with self.subTest(resume=resume), self.env.cr.savepoint() as savepoint:
                self.policy.broken_resume = resume
                self.policy.broken_level_id = self.levels[level] if level is not False else False
                self.propose()
                self.deliver()
                self.agree()
                self.on_day(8)
                message = self.propose()
                self.assertEqual(message.level_id.days, days)
                self.assertFalse(self.propose())
                self.clock.move_to(WEDNESDAY)
                savepoint.close(rollback=True)

    def test_a_ladder_that_starts_again_climbs_each_of_its_rungs_once_more(self):
        self.policy.broken_resume = "restart"
        self.policy.broken_level_id = self.levels[0]
        self.propose()
        self.deliver()
        self.agree()
        self.on_day(8)  # broken on 3 December
        heard = []
        for day in range(8, 27):
            self.clock.move_to(WEDNESDAY + timedelta(days=day))
            for message in self.propose():
                if message.state in ("queued", "waiting"):
                    heard.append((day, message.level_id.days))
            self.deliver()
        self.assertEqual([level for _day, level in heard], [0, 7, 15])

    def test_the_why_panel_tells_of_the_agreement(self):
        self.agree()
        (block,) = self.env["dunning.why"].read_panel("account.move", self.invoice.id)
        (reason,) = block["reasons"]
        self.assertEqual(reason["code"], "hold_agreement")
        self.assertIn("2026-11-30", reason["text"])
