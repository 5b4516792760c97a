from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from .common import WEDNESDAY, DunningCommon


class TestJurisdiction(DunningCommon):
    def test_every_rule_names_its_article_its_source_and_when_to_look_again(self):
        rules = self.env["dunning.jurisdiction.rule"].search([])
        self.assertTrue(rules)
        for rule in rules:
            with self.subTest(rule=rule.id):
                self.assertTrue(rule.legal_reference and rule.confidence and rule.review_by)
                self.assertTrue(rule.legal or rule.prudent)

    def test_nobody_can_widen_the_law_not_even_a_dunning_manager(self):
        manager = new_test_user(
            self.env,
            "widening",
            groups="l10n_latam_dunning.group_dunning_manager,base.group_system",
        )
        rule = self.env["dunning.jurisdiction.rule"].search([("kind", "=", "hours")], limit=1)
        with self.assertRaises(AccessError):
            rule.with_user(manager).write({"legal": "Mo-Su 00:00-24:00"})
        with self.assertRaises(AccessError):
            rule.jurisdiction_id.with_user(manager).write({"zones": "UTC"})
        with self.assertRaises(AccessError):
            self.env["dunning.jurisdiction"].with_user(manager).create({"name": "x"})

    def test_a_notation_that_cannot_be_read_is_refused_with_a_reason(self):
        rules = self.env["dunning.jurisdiction.rule"].sudo()
        rule = rules.search([("kind", "=", "hours")], limit=1)
        with self.assertRaisesRegex(ValidationError, "Mo-Fr 25:00"):
            rule.legal = "Mo-Fr 25:00-26:00"

    def test_an_upgrade_of_the_law_is_in_force_at_once(self):
        rule = self.env.ref("l10n_latam_dunning.jurisdiction_pe_hours").sudo()
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        rule.prudent = "Mo-Fr 14:00-15:00"
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.assertEqual(message.not_before.hour, 19)

    def test_the_debtors_country_decides_not_the_companys(self):
        self.clock.move_to("2026-11-28 15:00:00")  # a Saturday morning
        peruvian = self.create_debtor()
        colombian = self.create_debtor(
            name="Camila", country=self.env.ref("base.co"), phone="+57 300 1234567"
        )
        self.create_invoice(peruvian, days=-8)
        self.create_invoice(colombian, days=-8)
        self.propose()
        self.assertEqual(self.message_of(colombian).state, "queued")
        self.assertEqual(self.message_of(peruvian).state, "waiting")

    def test_the_zone_comes_from_the_debtors_state(self):
        gate = self.env["dunning.gate"]
        mexico = self.env.ref("base.mx")
        tijuana = self.create_debtor(
            name="T", country=mexico, state_id=self.env.ref("base.state_mx_bc").id
        )
        law = self.env["dunning.jurisdiction"]._law_book()
        self.assertEqual(law.zones(*gate._place(tijuana)), ("America/Tijuana",))
        unknown = self.create_debtor(name="U", country=mexico)
        self.assertGreater(len(law.zones(*gate._place(unknown))), 3)

    def test_the_verdict_names_the_version_of_the_law(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.assertTrue(self.propose().verdict["jurisdiction"].startswith("PE@"))
        self.assertEqual(WEDNESDAY.weekday(), 2)
