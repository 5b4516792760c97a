from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import WEDNESDAY, DunningCommon

TODAY = WEDNESDAY.date()


class PriceCommon(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.env.ref("base.USD")
        cls.price = cls.env["dunning.price"]

    def enter(self, price, country=None, **vals):
        return self.price.create(
            {
                "channel": "whatsapp",
                "category": "UTILITY",
                "price": price,
                "country_id": country.id if country else False,
                "currency_id": self.usd.id,
                "date_from": date(2026, 1, 1),
                **vals,
            }
        )


class TestPrice(PriceCommon):
    """What a message costs: by channel, category, country of the number and day."""

    def found(self, category="UTILITY", country=None, day=TODAY, channel="whatsapp"):
        country = country if country is not None else self.peru
        return self.price._price(channel, category, country, day)

    def test_nothing_is_shipped(self):
        self.assertFalse(self.price.search_count([]))
        self.assertFalse(self.found())

    def test_the_price_in_force_on_the_day_is_found(self):
        first = self.enter(0.02, self.peru)
        second = self.enter(0.03, self.peru, date_from=TODAY)
        self.assertFalse(self.found(day=date(2025, 12, 31)))
        self.assertEqual(self.found(day=date(2026, 1, 1)), first)
        self.assertEqual(self.found(day=TODAY - timedelta(days=1)), first)
        self.assertEqual(self.found(), second)

    def test_the_country_goes_before_all_others_and_the_company_before_all_companies(self):
        others = self.enter(0.0113, date_from=date(2026, 10, 1))
        peru = self.enter(0.02, self.peru)
        mine = self.enter(0.018, self.peru, company_id=self.company.id)
        chile = self.env.ref("base.cl")
        another = self.env["res.company"].create({"name": "Another"})
        self.assertEqual(self.found(), mine)
        self.assertEqual(
            self.price.with_company(another)._price("whatsapp", "UTILITY", self.peru, TODAY), peru
        )
        self.assertEqual(self.found(country=chile), others)
        self.assertEqual(self.found(country=self.env["res.country"]), others)

    def test_a_category_is_read_in_any_case_and_another_is_another_price(self):
        utility = self.enter(0.02, category="utility")
        mail = self.enter(0, category=False, channel="email")
        self.assertEqual(self.found("UTILITY"), utility)
        self.assertFalse(self.found("MARKETING"))
        self.assertFalse(self.found(channel="sms"))
        self.assertEqual(self.found(None, channel="email"), mail)

    def test_a_key_has_one_price(self):
        self.enter(0.02)
        for vals in ({}, {"category": "utility"}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.enter(0.03, **vals)
        self.enter(0.03, company_id=self.company.id)
        self.enter(0.03, date_from=date(2026, 2, 1))

    def test_many_prices_are_found_in_one_query(self):
        for days in range(20):
            self.enter(0.01 * days, self.peru, date_from=TODAY - timedelta(days=days))
        charges = [
            self.price._charge("whatsapp", "utility", None, partner, TODAY - timedelta(days=days))
            for days in range(20)
            for partner in (self.create_debtor(), self.partner_a)
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        self.peru.code  # noqa: B018 (fetched before counting)
        with self.assertQueryCount(2):
            found = self.price._prices(charges)
        self.assertEqual(len(found), 40)

    def test_less_than_a_cent_is_kept(self):
        price = self.enter(0.0008)
        price.invalidate_recordset()
        self.assertEqual(price.price, 0.0008)

    # === MESSAGES ===

    def test_a_message_costs_what_its_receipt_says_it_is_charged_as(self):
        utility, service = self.enter(0.02), self.enter(0.005, category="SERVICE")
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.assertEqual(self.price._cost_of(message), {})
        self.deliver()
        self.assertEqual(self.price._cost_of(message), {message: utility})
        message._apply_receipt("delivered", WEDNESDAY, category="service")
        self.assertEqual(self.price._cost_of(message), {message: service})

    def test_a_failed_message_costs_nothing_and_one_without_price_says_so(self):
        self.enter(0.02)
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.deliver()
        message.sudo().category = "MARKETING"
        self.assertEqual(self.price._cost_of(message), {message: self.price})
        message._apply_receipt("failed", WEDNESDAY, error_code=131026, error_details="x")
        self.assertEqual(self.price._cost_of(message), {})

    def test_the_country_is_that_of_the_number_not_of_the_address(self):
        general, chilean = self.enter(0.02), self.enter(0.04, self.env.ref("base.cl"))
        debtor = self.create_debtor(phone="+56 9 8765 4321")
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.deliver()
        self.assertEqual(self.price._cost_of(message), {message: chilean})
        self.assertNotEqual(general, chilean)

    # === PEOPLE ===

    def test_a_price_list_is_imported_as_a_file(self):
        text = (
            "Channel,Category,Country of the number,Price,Currency,From\n"
            "WhatsApp,UTILITY,Peru,0.02,USD,2026-10-01\n"
            "WhatsApp,UTILITY,,0.0113,USD,2026-10-01\n"
            "SMS,,Chile,45,USD,2026-10-01\n"
        )
        columns = ["channel", "category", "country_id", "price", "currency_id", "date_from"]
        wizard = self.env["base_import.import"].create(
            {"res_model": "dunning.price", "file": text.encode(), "file_type": "text/csv"}
        )
        options = {
            "quoting": '"',
            "separator": ",",
            "has_headers": True,
            "date_format": "%Y-%m-%d",
            "float_decimal_separator": ".",
            "float_thousand_separator": ",",
        }
        preview = wizard.parse_preview(options)
        self.assertEqual(
            [preview["matches"][index] for index in range(6)], [[name] for name in columns]
        )
        done = wizard.execute_import(columns, columns, options)
        self.assertFalse([row for row in done["messages"] if row["type"] == "error"])
        self.assertEqual(len(done["ids"]), 3)
        self.assertEqual(self.found().price, 0.02)
        self.assertEqual(self.found(country=self.env.ref("base.bo")).price, 0.0113)
        self.assertEqual(self.found(None, self.env.ref("base.cl"), channel="sms").price, 45)

    def test_an_accountant_reads_prices_and_a_manager_enters_them(self):
        prefix = "l10n_latam_dunning.group_dunning_"
        user = new_test_user(self.env, "price_user", groups=prefix + "user")
        manager = new_test_user(self.env, "price_manager", groups=prefix + "manager")
        price = self.enter(0.02)
        self.assertEqual(price.with_user(user).price, 0.02)
        with self.assertRaises(AccessError):
            price.with_user(user).price = 1
        price.with_user(manager).price = 1


class TestCost(PriceCommon):
    """Cost in a replay and in a dry run."""

    def replay(self, days=90):
        replay = self.env["dunning.replay"].create({"policy_id": self.policy.id, "days": days})
        replay._run()
        return replay

    def test_without_a_price_the_replay_says_nothing_of_cost(self):
        self.create_invoice(self.create_debtor(), days=-20)
        replay = self.replay()
        self.assertFalse(replay.has_cost)
        self.assertFalse(replay.cost_paper)
        self.assertIn("No price is entered", replay.cost_note)

    def test_cost_on_paper_stands_beside_the_cost_in_fact(self):
        self.enter(0.5, self.peru)
        self.enter(2.0, self.peru, date_from=TODAY - timedelta(days=5))
        self.create_invoice(self.create_debtor(), days=-7)
        self.propose()
        self.deliver()
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        replay = self.replay()
        # on paper a courtesy and one on the due day at the old price; the third is the one in fact
        self.assertEqual(replay.sent_paper, 3)
        self.assertAlmostEqual(replay.cost_paper, self.in_company(0.5 * 2 + 2.0))
        self.assertAlmostEqual(replay.cost_fact, self.in_company(2.0))
        self.assertNotIn("No price", replay.cost_note)

    def in_company(self, amount):
        day = fields.Date.context_today(self.price)
        return self.usd._convert(amount, self.company.currency_id, self.company, day)

    def test_a_missing_price_is_said_with_its_number_of_messages(self):
        self.enter(0.5, self.env.ref("base.cl"))
        self.create_invoice(self.create_debtor(), days=-20)
        self.create_invoice(self.create_debtor("C", "+56 9 8765 4321"), days=-20)
        replay = self.replay()
        self.assertTrue(replay.has_cost)
        self.assertIn("numbers of Peru: 4 message(s) on paper and 0 in fact", replay.cost_note)
        self.assertAlmostEqual(replay.cost_paper, self.in_company(0.5 * 4))

    def test_a_dry_run_tells_the_cost_of_what_would_leave(self):
        self.enter(0.25, self.peru)
        self.create_invoice(self.create_debtor(), days=-8)
        self.create_invoice(self.create_debtor("L", "+51 987 654 322", consent=False), days=-8)
        forecast = self.env["dunning.forecast"].create({"policy_id": self.policy.id})
        forecast._run()
        left = forecast.line_ids.filtered(lambda line: line.outcome in ("sent", "delayed"))
        self.assertEqual(left.partner_id.name, "Rosa Quispe")
        for line in left:
            self.assertAlmostEqual(line.cost, self.in_company(0.25), places=4)
        self.assertFalse(sum((forecast.line_ids - left).mapped("cost")))
