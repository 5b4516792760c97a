from datetime import date

from odoo.exceptions import ValidationError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .charges import ChargesCommon


class TestChargePolicy(ChargesCommon):
    """A policy asks for what the law allows, or is refused with the article."""

    def test_all_is_off_by_default(self):
        policy = self.env["dunning.policy"].create({"name": "New", "company_id": self.company.id})
        self.assertFalse(policy._charges())
        self.assertFalse(any(shipped._charges() for shipped in self.policies - self.brazilian))

    def test_more_than_the_law_allows_is_refused_with_its_article(self):
        for terms, words in (
            ({"charge_rate": 1.5}, r"1\.5%/month.*Brazil.*1%/month.*CTN"),
            ({"charge_rate": 0.05, "charge_rate_per": "day"}, r"0\.05%/day"),
            ({"charge_rate": 13.0, "charge_rate_per": "year"}, r"13%/year"),
            ({"charge_fine": 10.0}, r"10%.*2%"),
        ):
            lawful = {"charge_rate": 1.0, "charge_rate_per": "month", "charge_fine": 2.0}
            with self.subTest(terms), self.assertRaisesRegex(ValidationError, words):
                self.brazilian.write({**lawful, **terms})

    def test_what_the_law_says_nothing_of_is_refused(self):
        for terms in ({"charge_fee": "scale"}, {"charge_fee": "amount", "charge_fee_amount": 5.0}):
            with self.subTest(terms), self.assertRaisesRegex(ValidationError, "collection fees"):
                self.brazilian.write(terms)
        with self.assertRaisesRegex(ValidationError, "Guatemala.*interest"):
            self.env["dunning.policy"].create(
                {
                    "name": "Guatemala",
                    "company_id": self.company.id,
                    "country_id": self.env.ref("base.gt").id,
                    "charge_interest": "ceiling",
                }
            )

    def test_a_rate_above_the_usury_rate_of_today_is_refused(self):
        colombia = self.env.ref("base.co")
        self.create_rate(colombia, "USURA", 25.52, currency_id=colombia.currency_id.id)
        self.charging(colombia, charge_interest="rate", charge_rate=1.8)
        with self.assertRaisesRegex(ValidationError, "884"):
            self.charging(colombia, charge_interest="rate", charge_rate=2.0)

    def test_the_policy_shows_the_law_and_what_is_missing(self):
        policy = self.charging(self.chile, charge_interest="ceiling", charge_fee="scale")
        self.assertIn("fee 9% up to UF 10", policy.charge_note)
        self.assertIn("Ley 19.496 art. 37", policy.charge_note)
        self.assertIn("TMC", policy.charge_warning)
        self.assertIn("UF", policy.charge_warning)
        for code, unit in (("TMC", "year"), ("UF", "amount")):
            self.create_rate(self.chile, code, 30.0, unit, currency_id=self.chile.currency_id.id)
        policy.invalidate_recordset()
        self.assertFalse(policy.charge_warning)


class TestRate(ChargesCommon):
    """The table of figures that change."""

    def test_a_value_holds_until_the_next_one_or_until_it_is_too_old(self):
        self.env["dunning.rate"].search([]).unlink()
        old = self.create_rate(self.chile, "UF", 39000, "amount", "2026-09-09")
        now = self.create_rate(self.chile, "UF", 39500, "amount", "2026-11-09", valid_days=10)
        soon = self.create_rate(self.chile, "UF", 39900, "amount", "2026-12-09")
        self.assertEqual((old + now + soon).mapped("state"), ["followed", "stale", "coming"])
        self.assertEqual(old.last_day, date(2026, 11, 8))
        self.assertEqual(now.last_day, date(2026, 11, 18))
        now.valid_days = 31
        self.assertEqual(now.state, "good")

    def test_one_value_for_a_day(self):
        self.create_rate(self.chile, "UF", 39000, "amount")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "rate_once"),
            self.env.cr.savepoint(),
        ):
            self.create_rate(self.chile, "UF", 39001, "amount")

    def test_a_name_is_written_as_the_law_writes_it(self):
        with self.assertRaisesRegex(ValidationError, "capitals"):
            self.create_rate(self.chile, "uf", 1)

    def test_it_says_which_rule_refers_to_it(self):
        uf = self.create_rate(self.chile, "UF", 39000, "amount")
        self.assertIn("Ley 19.496 art. 37", uf.law_note)
        self.assertIn("No rule", self.create_rate(self.chile, "UFF", 1).law_note)

    def test_a_change_of_a_value_is_kept(self):
        rate = self.create_rate(self.chile, "UF", 39000, "amount")
        rate = rate.with_context(tracking_disable=False, mail_notrack=False)
        self.env.flush_all()
        self.env.cr.precommit.run()
        rate.value = 39001
        self.env.flush_all()
        self.env.cr.precommit.run()
        rate.invalidate_recordset()
        self.assertEqual(rate.message_ids.tracking_value_ids.mapped("new_value_float"), [39001])

    def test_the_worth_of_a_unit_is_turned_into_the_currency_of_the_debt(self):
        place = (self.chile, self.other_currency, self.company)
        self.create_rate(self.chile, "UF", 40.0, "amount")
        figure = self.env["dunning.rate"]._tables({place})[place].rows["UF"][0]
        worth = self.company.currency_id._convert(
            40.0, self.other_currency, self.company, date(2026, 9, 1), round=False
        )
        self.assertAlmostEqual(float(figure.value), worth, 4)
