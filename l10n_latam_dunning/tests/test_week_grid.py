from odoo.tests import new_test_user

from .common import DunningCommon


class TestWeekGrid(DunningCommon):
    def law(self, name):
        return self.env.ref(f"l10n_latam_dunning.jurisdiction_{name}")

    def rule(self, name):
        return self.env.ref(f"l10n_latam_dunning.jurisdiction_{name}").sudo()

    def test_the_grid_has_the_hours_of_the_law_and_of_prudence_for_each_day(self):
        self.rule("pe_hours").write(
            {"legal": "Mo-Fr 07:00-20:00; PH off", "prudent": "Mo-Fr 08:00-19:00; PH off"}
        )
        week = self.law("pe").week
        self.assertEqual(len(week["days"]), 7)
        monday, sunday = week["days"][0], week["days"][6]
        self.assertEqual(monday["law"], [[7 * 60, 20 * 60]])
        self.assertEqual(monday["prudent"], [[8 * 60, 19 * 60]])
        self.assertEqual((sunday["law"], sunday["prudent"]), ([], []))

    def test_the_prudent_hours_never_lie_outside_the_law(self):
        for law in self.env["dunning.jurisdiction"].search([]):
            for day in law.week["days"]:
                if day["law"] is None:
                    continue
                for start, end in day["prudent"]:
                    with self.subTest(law=law.version, day=day["name"]):
                        self.assertTrue(any(a <= start and end <= b for a, b in day["law"]))

    def test_a_law_without_hours_is_not_drawn_as_an_open_week(self):
        self.rule("pe_hours").write({"legal": False, "prudent": "Mo-Fr 08:00-18:00"})
        week = self.law("pe").week
        self.assertIsNone(week["days"][0]["law"])
        self.assertEqual(week["law"], "")
        self.assertEqual(week["days"][0]["prudent"], [[480, 1080]])

    def test_a_states_grid_has_its_own_hours_and_its_countrys_together(self):
        state = self.env["dunning.jurisdiction"].search(
            [("country_id.code", "=", "BR"), ("state_id", "!=", False)], limit=1
        )
        country = self.env["dunning.jurisdiction"].search(
            [("country_id.code", "=", "BR"), ("state_id", "=", False), ("in_force", "=", True)]
        )
        for own, general in zip(state.week["days"], country.week["days"], strict=True):
            for start, end in own["prudent"]:
                self.assertTrue(any(a <= start and end <= b for a, b in general["prudent"]))

    def test_the_text_alternative_names_days_in_the_users_language(self):
        words = self.env["dunning.jurisdiction"]._hours_in_words
        notation = "Mo-Fr 07:00-19:00; Sa 08:00-12:00,13:00-15:00; PH off"
        self.assertEqual(
            words(notation),
            "Mon–Fri 07:00–19:00; Sat 08:00–12:00, 13:00–15:00; closed on holidays",
        )
        spanish = self.env["dunning.jurisdiction"].with_context(lang="es_419")._hours_in_words
        self.assertTrue(spanish(notation).startswith("lun–vie 07:00–19:00; sáb"))
        self.assertEqual(words("no notation"), "no notation")

    def test_an_explanation_speaks_of_days_not_of_notation(self):
        self.clock.move_to("2026-11-22 15:00:00")
        self.create_invoice(self.create_debtor(), days=-8)
        explanation = self.propose().explanation
        self.assertIn("Mon–Fri", explanation)
        self.assertNotIn("Mo-Fr", explanation)

    def test_limits_and_consent_are_compared_in_words(self):
        colombia = self.law("co")
        self.assertIn("1 a day", colombia.caps_law)
        self.assertIn("1 in 7 days", colombia.caps_prudent)
        self.assertEqual(colombia.consent_text, "Express for this channel")

    def test_only_versions_in_force_are_found_by_the_filter(self):
        Law = self.env["dunning.jurisdiction"]
        found = Law.search([("in_force", "=", True)])
        self.assertEqual(found, Law.search([]).filtered("in_force"))
        self.assertEqual(Law.search([]) - found, Law.search([("in_force", "=", False)]))

    def test_whoever_may_read_the_law_sees_the_grid_of_all_of_it_in_few_queries(self):
        user = new_test_user(self.env, "grid", groups="l10n_latam_dunning.group_dunning_user")
        laws = self.env["dunning.jurisdiction"].with_user(user).search([])
        spec = {"week": {}, "caps_law": {}, "consent_text": {}, "confidence": {}}
        laws.web_read(spec)
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            laws.web_read(spec)
