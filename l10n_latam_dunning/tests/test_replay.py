from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from .common import WEDNESDAY, DunningCommon


class TestReplay(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env, "replay_accountant", groups="l10n_latam_dunning.group_dunning_user"
        )

    def replay(self, days=90, policy=None):
        replay = (
            self.env["dunning.replay"]
            .with_user(self.accountant)
            .create({"policy_id": (policy or self.policy).id, "days": days})
        )
        replay._run()
        return replay

    def figures(self, replay):
        return {
            line.level_id.days: (line.paper, line.fact, line.delivered)
            for line in replay.level_line_ids
        }

    def reasons(self, replay):
        return {line.reason: (line.paper, line.fact) for line in replay.reason_line_ids}

    def on_paper(self, days=90):
        simulation = self.env["dunning.simulation"].sudo()
        end = fields.Datetime.now()
        found = simulation._replay(self.policy.sudo(), end - timedelta(days=days), end)
        return [planned for planned in found if planned.outcome == "sent"]

    # === THE PAST AS IT WAS ===

    def test_an_invoice_of_the_past_climbs_the_ladder_of_today(self):
        self.create_invoice(self.create_debtor(), days=-20)
        self.assertEqual(
            self.figures(self.replay()),
            {-7: (1, 0, 0), 0: (1, 0, 0), 7: (1, 0, 0), 15: (1, 0, 0)},
        )

    def test_a_payment_stops_the_messages_from_its_own_day_on(self):
        invoice = self.create_invoice(self.create_debtor(), days=-20)
        self.pay_on(invoice, WEDNESDAY - timedelta(days=10))
        self.assertEqual(set(self.figures(self.replay())), {-7, 0, 7})

    def pay_on(self, invoice, day, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        vals = {"payment_date": day.date()} | ({"amount": amount} if amount else {})
        return wizard.create(vals)._create_payments()

    def test_amounts_are_what_was_open_on_the_day(self):
        invoice = self.create_invoice(self.create_debtor(), days=-20)
        self.pay_on(invoice, WEDNESDAY - timedelta(days=10), amount=30.0)
        amounts = {planned.rung.days: planned.amount() for planned in self.on_paper()}
        self.assertEqual(amounts, {-7: 10000, 0: 10000, 7: 10000, 15: 7000})

    def test_a_consent_counts_from_the_instant_at_which_it_was_given(self):
        debtor = self.create_debtor(consent=False)
        self.create_invoice(debtor, days=-20)
        self.grant(debtor, effective_at=WEDNESDAY - timedelta(days=12))
        replay = self.replay()
        self.assertEqual(set(self.figures(replay)), {7, 15})
        self.assertEqual(self.reasons(replay), {"no_consent": (3, 0)})

    def test_a_withdrawal_does_not_reach_back(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-20)
        self.grant(debtor, event="withdrawn", effective_at=WEDNESDAY - timedelta(days=12))
        replay = self.replay()
        self.assertEqual(set(self.figures(replay)), {-7, 0, 7})
        self.assertEqual(self.reasons(replay), {"consent_withdrawn": (1, 0)})

    def test_a_hold_counts_on_its_days(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-20)
        self.env["dunning.hold"].create(
            {
                "partner_id": debtor.id,
                "reason": "by_hand",
                "date_from": WEDNESDAY - timedelta(days=14),
                "date_to": WEDNESDAY - timedelta(days=6),
            }
        )
        days = {p.rung.days: (p.at.date() - WEDNESDAY.date()).days for p in self.on_paper()}
        self.assertLessEqual(days[0], -14)
        self.assertGreaterEqual(days[15], -6)
        self.assertNotIn(7, {d for d, at in days.items() if -14 < at < -6})

    def test_a_changed_policy_gives_other_figures(self):
        self.create_invoice(self.create_debtor(), days=-20)
        before = self.replay().sent_paper
        self.levels_of_policy(7).active = False
        self.assertEqual(self.replay().sent_paper, before - 1)

    def levels_of_policy(self, days):
        return self.policy.level_ids.filtered(lambda level: level.days == days)

    # === BESIDE THE FACT ===

    def test_what_really_went_out_stands_beside_it(self):
        self.create_invoice(self.create_debtor(), days=-7)
        self.create_invoice(self.create_debtor("N", "+51 987 654 322", consent=False), days=-7)
        self.propose()
        self.deliver()
        sent = self.env["dunning.message"].sudo().search([("state", "=", "sent")])
        sent._apply_receipt("delivered", WEDNESDAY)
        # the database has a clock of its own, which the test does not set
        self.env.cr.execute("UPDATE dunning_message SET create_date = %s", [WEDNESDAY])
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        replay = self.replay(days=10)
        self.assertEqual(self.figures(replay)[7], (1, 1, 1))
        self.assertEqual((replay.sent_fact, replay.delivered_fact), (1, 1))
        self.assertEqual(self.reasons(replay)["no_consent"], (3, 1))

    def test_a_message_of_that_time_is_not_counted_against_its_own_replay(self):
        self.create_invoice(self.create_debtor(), days=-7)
        self.propose()
        self.deliver()
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        [planned] = self.on_paper(days=1)
        self.assertEqual(planned.rung.days, 7)

    # === WITHOUT TRACE ===

    def test_nothing_is_left_behind(self):
        for index in range(3):
            debtor = self.create_debtor(f"D{index}", f"+51 987 654 45{index}")
            self.create_invoice(debtor, days=-20)
        models = ["dunning.message", "dunning.contact.point", "mail.message", "dunning.consent"]
        counts = {name: self.env[name].sudo().search_count([]) for name in models}
        self.assertTrue(self.replay().sent_paper)
        self.assertEqual(counts, {name: self.env[name].sudo().search_count([]) for name in models})
        self.assertFalse(self.sandbox.accepted)

    def test_a_paused_account_of_today_says_nothing_of_the_past(self):
        self.create_invoice(self.create_debtor(), days=-20)
        self.account.mode = "off"
        self.assertTrue(self.replay().sent_paper)

    def test_a_replay_is_run_again_with_other_days(self):
        self.create_invoice(self.create_debtor(), days=-20)
        replay = self.replay()
        long = replay.sent_paper
        replay.days = 10
        replay.action_run()
        self.assertLess(replay.sent_paper, long)
        with self.assertRaises(ValidationError):
            replay.days = 1000
