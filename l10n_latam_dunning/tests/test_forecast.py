from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .charges import ChargesCommon
from .common import WEDNESDAY, DunningCommon


class TestForecastCommon(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "forecast_accountant",
            groups="l10n_latam_dunning.group_dunning_user",
        )

    def forecast(self, policy=None, days=30, user=None):
        forecast = (
            self.env["dunning.forecast"]
            .with_user(user or self.accountant)
            .create({"policy_id": (policy or self.policy).id, "days": days})
        )
        forecast._run()
        return forecast.line_ids

    def rows(self, lines):
        return [(line.day, line.level_id.days, line.outcome) for line in lines]

    def day(self, number):
        return WEDNESDAY.date() + timedelta(days=number)


class TestForecast(TestForecastCommon):
    # === AGREEMENT WITH THE PLAN ===

    def world(self):
        """Debtors in every situation that a first day can bring."""

        def debtor(index, **vals):
            return self.create_debtor(f"D{index}", f"+51 987 654 4{index:02d}", **vals)

        for index, days in enumerate([-40, -31, -16, -8, -1, 0, 6, 8, 40]):
            self.create_invoice(debtor(index), days=days)
        self.create_invoice(debtor(20, consent=False), days=-8)
        self.create_invoice(self.create_debtor("Landline", "+51 1 2345678"), days=-8)
        paying = debtor(21)
        self.create_invoice(paying, days=-8)
        self.create_invoice(paying, days=-8, move_type="out_refund")
        mixed = debtor(22)
        self.create_invoice(mixed, days=-16)
        self.create_invoice(mixed, days=0)
        self.create_invoice(mixed, days=-8).payment_state = "blocked"
        held = debtor(23)
        self.create_invoice(held, days=-8)
        self.env["dunning.hold"].create(
            {"partner_id": held.id, "reason": "dispute", "date_from": WEDNESDAY}
        )
        shared = debtor(24)
        twin = self.create_debtor("Twin", shared.phone)
        self.create_invoice(shared, days=-8)
        self.create_invoice(twin, days=-8)

    def on_paper(self, days=1):
        lines = self.forecast(days=days).filtered(lambda line: line.day == self.day(0))
        names = {"sent": "sent", "approval": "approval", "refused": "refused"}
        return {
            (line.partner_id, line.level_id, line.reason, line.move_ids): names[line.outcome]
            for line in lines
        }

    def in_earnest(self):
        self.propose()
        while self.deliver():
            pass
        messages = self.env["dunning.message"].sudo().search([("state", "!=", "waiting")])
        return {
            (m.partner_id, m.level_id, m.state != "sent" and m.reason, m.move_ids): m.state
            for m in messages
        }

    def test_its_first_day_is_what_plan_and_outbox_do(self):
        self.world()
        paper = self.on_paper()
        self.assertGreater(len(paper), 8)
        self.assertEqual(paper, self.in_earnest())

    def test_what_the_law_delays_leaves_at_the_instant_that_the_plan_says(self):
        self.clock.move_to("2026-11-22 15:00:00")  # a Sunday
        self.create_invoice(self.create_debtor(), days=-8)
        line = self.forecast(days=3)[0]
        message = self.propose()
        self.assertEqual((line.outcome, line.leaves_at), ("delayed", message.not_before))
        self.assertEqual(line.local_time, "08:00 (America/Lima)")
        self.assertEqual(line.reason, "outside_window")

    # === THE COMING DAYS ===

    def test_an_invoice_climbs_the_ladder_day_by_day(self):
        self.create_invoice(self.create_debtor(), days=3)
        lines = self.forecast()
        reached = [(line.level_id.days, line.day) for line in lines]
        self.assertEqual(
            reached,
            [
                (-7, self.day(0)),
                (0, self.day(5)),  # the due day is a Saturday
                (7, self.day(12)),
                (15, self.day(19)),
            ],
        )

    def test_a_contact_on_paper_counts_in_the_limits_of_the_next(self):
        self.policy.caps = "gap 10d"
        self.create_invoice(self.create_debtor(), days=3)
        lines = self.forecast()
        first, second = lines[:2]
        self.assertEqual(first.outcome, "sent")
        self.assertGreaterEqual(second.day - first.day, timedelta(days=10))

    def test_a_level_that_passes_while_it_waits_is_replaced(self):
        self.policy.hours = "Su 03:00-04:00"
        self.create_invoice(self.create_debtor(), days=3)
        outcomes = set(self.forecast(days=20).mapped("outcome"))
        self.assertNotIn("sent", outcomes)
        self.assertTrue(outcomes & {"refused", "waiting", "superseded"})

    def test_what_waits_in_the_outbox_is_on_paper_too(self):
        self.clock.move_to("2026-11-22 15:00:00")
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        first, second = self.forecast(days=3)
        self.assertEqual((first.level_id, first.leaves_at), (message.level_id, message.not_before))
        self.assertEqual(second.level_id.days, 7)

    def test_a_hold_with_an_end_delays_and_a_refusal_is_shown_once(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.env["dunning.hold"].create(
            {
                "partner_id": debtor.id,
                "reason": "dispute",
                "date_from": WEDNESDAY,
                "date_to": WEDNESDAY + timedelta(days=2),
            }
        )
        self.create_invoice(self.create_debtor("N", "+51 987 654 322", consent=False), days=-8)
        lines = self.forecast(days=5)
        self.assertEqual(
            self.rows(lines),
            [(self.day(0), 7, "refused"), (self.day(2), 7, "delayed")],
        )

    def test_only_the_policys_own_debtors_are_on_paper(self):
        colombian = self.create_debtor("Camila", "+57 300 1234567", country=self.env.ref("base.co"))
        self.create_invoice(colombian, days=-8)
        self.assertFalse(self.forecast())

    # === NOTHING IS WRITTEN ===

    def test_nothing_is_left_behind(self):
        self.world()
        models = ["dunning.message", "dunning.contact.point", "mail.message", "dunning.run"]
        counts = {name: self.env[name].sudo().search_count([]) for name in models}
        self.forecast()
        self.assertEqual(counts, {name: self.env[name].sudo().search_count([]) for name in models})
        self.assertFalse(self.sandbox.accepted)

    def test_a_dry_run_is_seen_by_whoever_asked_for_it(self):
        self.create_invoice(self.create_debtor(), days=-8)
        lines = self.forecast()
        other = new_test_user(
            self.env, "forecast_other", groups="l10n_latam_dunning.group_dunning_user"
        )
        with self.assertRaises(AccessError):
            lines.with_user(other).check_access("read")

    def test_the_policys_button_opens_the_result(self):
        self.create_invoice(self.create_debtor(), days=-8)
        action = self.policy.with_user(self.accountant).action_forecast()
        lines = self.env[action["res_model"]].with_user(self.accountant).search(action["domain"])
        self.assertEqual(lines.mapped("outcome")[0], "sent")

    # === SPEED ===

    def test_many_debtors_cost_the_same_queries_as_few(self):
        def world(first, count):
            for index in range(first, first + count):
                debtor = self.create_debtor(f"D{index}", f"+51 987 65{index:04d}")
                self.create_invoice(debtor, days=index % 20 - 10)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            lines = self.forecast()
            return self.env.cr.sql_log_count - start, len(lines.partner_id)

        world(0, 4)
        self.forecast()
        few, count = queries()
        self.assertEqual(count, 4)
        world(4, 26)
        many, count = queries()
        self.assertEqual(count, 30)
        self.assertLessEqual(many, few + 4)


class TestForecastOfAgreements(TestForecastCommon):
    def test_a_ladder_that_began_anew_is_climbed_from_its_level(self):
        self.policy.write({"broken_resume": "restart", "broken_level_id": self.levels[7].id})
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-40)
        agreement = self.env["dunning.agreement"].create(
            {
                "partner_id": debtor.id,
                "currency_id": invoice.currency_id.id,
                "move_ids": invoice.ids,
                "first_date": self.day(1),
            }
        )
        agreement._accept({"how": "call", "person": "Rosa"})
        self.clock.move_to(WEDNESDAY + timedelta(days=12))
        agreement._refresh()
        self.assertEqual(agreement.state, "broken")
        lines = self.forecast(days=30)
        levels = [line.level_id.days for line in lines if line.outcome == "sent"]
        self.assertEqual(levels[:2], [7, 15])
        self.assertEqual(lines[0].level_id, self.propose().level_id)


class TestForecastOfCharges(TestForecastCommon, ChargesCommon):
    def test_what_the_text_asks_for_beside_the_principal_is_on_paper(self):
        self.create_invoice(self.create_brazilian(), days=-8, amount=1000.0)
        lines = self.forecast(self.brazilian, days=20)
        message = self.propose()
        self.assertEqual(lines[0].amount, message.amount_total)
        self.assertEqual(message.amount_total, 1022.67)
        later = lines.filtered(lambda line: line.day > self.day(0))
        days = (later[0].day - self.day(-8)).days
        self.assertAlmostEqual(later[0].amount, round(1020 + days / 3, 2))

    def test_what_cannot_be_calculated_is_refused_on_paper_too(self):
        rule = self.env.ref("l10n_latam_dunning.jurisdiction_br_interest").sudo()
        rule.legal = "interest SELIC"
        self.create_invoice(self.create_brazilian(), days=-8, amount=1000.0)
        lines = self.forecast(self.brazilian, days=1)
        self.assertEqual((lines[0].outcome, lines[0].reason), ("refused", "charges_unknown"))

    def test_a_replay_asks_for_what_was_owed_on_the_day(self):
        self.create_invoice(self.create_brazilian(), days=-20, amount=1000.0)
        end = WEDNESDAY
        found = (
            self.env["dunning.simulation"]
            .sudo()
            ._replay(self.brazilian.sudo(), end - timedelta(days=30), end)
        )
        for planned in found:
            if planned.outcome == "sent":
                late = (planned.at.date() - self.day(-20)).days
                added = round(20 + late / 3, 2) if late > 0 else 0
                self.assertEqual(planned.added, round(100 * added))
