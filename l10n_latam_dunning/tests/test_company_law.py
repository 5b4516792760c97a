import base64
from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .common import WEDNESDAY, DunningCommon


class TestCompanyLaw(DunningCommon):
    """What a company may add to the law: it narrows, with reason and author."""

    def propose_one(self, **debtor):
        partner = self.create_debtor(**debtor)
        self.create_invoice(partner, days=-8)
        self.propose()
        return self.message_of(partner)

    def test_an_extra_day_closes_the_country_or_the_state_only(self):
        self.env["dunning.holiday"].create(
            {"name": "Election", "date": WEDNESDAY.date(), "country_id": self.peru.id}
        )
        message = self.propose_one()
        self.assertEqual(message.state, "waiting")
        self.assertEqual(message.not_before.date(), WEDNESDAY.date() + timedelta(days=1))
        self.assertIn("Election", message.explanation)

    def test_an_extra_day_of_a_state_leaves_the_others_open(self):
        brazil = self.env.ref("base.br")
        paulo, rio = self.env.ref("base.state_br_sp"), self.env.ref("base.state_br_rj")
        self.env["dunning.holiday"].create(
            {
                "name": "Feast",
                "date": WEDNESDAY.date(),
                "country_id": brazil.id,
                "state_id": paulo.id,
            }
        )
        vals = {"country": brazil, "lang": "pt_BR"}
        there = self.propose_one(phone="+55 11 98765-4321", state_id=paulo.id, **vals)
        elsewhere = self.propose_one(phone="+55 21 98765-4321", state_id=rio.id, **vals)
        self.assertEqual((there.state, elsewhere.state), ("waiting", "queued"))

    def test_a_local_rule_narrows_from_its_day_on_and_shows_its_reason(self):
        rule = self.env["dunning.local.rule"].create(
            {
                "country_id": self.peru.id,
                "kind": "hours",
                "value": "Mo-Fr 15:00-17:00",
                "date_from": WEDNESDAY.date(),
                "reason": "Advice of 20 November",
            }
        )
        message = self.propose_one()
        self.assertEqual(message.state, "waiting")
        self.assertIn("Advice of 20 November", message.explanation)
        rule.date_from = WEDNESDAY.date() + timedelta(days=1)
        self.assertEqual(self.propose_one(phone="+51 987 654 322").state, "queued")

    def test_a_local_rule_cannot_widen_the_law(self):
        self.env["dunning.local.rule"].create(
            {
                "country_id": self.peru.id,
                "kind": "hours",
                "value": "Mo-Su 00:00-24:00",
                "date_from": date(2026, 1, 1),
                "reason": "I want to",
            }
        )
        self.clock.move_to("2026-11-22 15:00:00")
        self.assertEqual(self.propose_one().state, "waiting")

    def test_a_local_rule_that_cannot_be_read_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "“sometimes” in “sometimes” is no limit"):
            self.env["dunning.local.rule"].create(
                {
                    "country_id": self.peru.id,
                    "kind": "cap",
                    "value": "sometimes",
                    "reason": "x",
                }
            )

    def load(self, register, text):
        wizard = self.env["dunning.suppression.upload"].create(
            {"list_id": register.id, "file": base64.b64encode(text.encode())}
        )
        return wizard.action_load()

    def test_a_loaded_register_refuses_its_numbers_and_keeps_none_in_the_clear(self):
        brazil, paulo = self.env.ref("base.br"), self.env.ref("base.state_br_sp")
        law = self.env.ref("l10n_latam_dunning.jurisdiction_br_sp")
        self.assertIn("nao_me_ligue", law.missing_registers)
        register = self.env["dunning.suppression.list"].create(
            {"name": "Não Me Ligue", "register": "nao_me_ligue", "country_id": brazil.id}
        )
        self.load(register, "11987654321\n(11) 96123-0000;x\n\n")
        self.assertEqual(register.count, 2)
        law.invalidate_recordset()
        self.assertFalse(law.missing_registers)
        self.env.cr.execute("SELECT digest FROM dunning_suppression_entry")
        self.assertFalse([digest for (digest,) in self.env.cr.fetchall() if "98765" in digest])
        message = self.propose_one(
            phone="+55 11 98765-4321", country=brazil, state_id=paulo.id, lang="pt_BR"
        )
        self.assertEqual((message.state, message.reason_codes), ("refused", "suppressed"))
        self.assertIn("13.226", message.explanation)

    def test_a_register_with_a_wrong_line_is_not_loaded_at_all(self):
        register = self.env["dunning.suppression.list"].create(
            {"name": "R", "register": "r", "country_id": self.env.ref("base.br").id}
        )
        with self.assertRaisesRegex(UserError, "line"):
            self.load(register, "11987654321\nnot a number\n")
        self.assertFalse(register.count)

    def test_days_of_grace_let_a_new_entry_wait(self):
        register = self.env["dunning.suppression.list"].create(
            {"name": "R", "register": "r", "country_id": self.peru.id, "grace_days": 30}
        )
        self.load(register, "987654321")
        numbers = ["+51987654321"]
        found = register._registers_of
        self.assertFalse(found(numbers, WEDNESDAY.date() + timedelta(days=29)))
        self.assertTrue(found(numbers, WEDNESDAY.date() + timedelta(days=30)))

    def test_a_manager_sets_the_companys_own_hours_aside_with_a_reason(self):
        self.policy.hours = "Mo-Fr 15:00-17:00"
        message = self.propose_one()
        self.assertEqual(message.state, "waiting")
        wizard = self.env["dunning.override"].create(
            {"message_id": message.id, "reason": "He asked for it by telephone"}
        )
        wizard.action_override()
        self.deliver()
        self.assertEqual(message.state, "sent")
        self.assertEqual(message.override_user_id, self.env.user)
        self.assertIn("He asked for it", self.notes_on(message.move_ids))

    def test_the_law_cannot_be_set_aside(self):
        self.clock.move_to("2026-11-22 15:00:00")
        message = self.propose_one()
        with self.assertRaisesRegex(UserError, "law cannot be set aside"):
            message.with_env(self.env)._override("please")

    def test_an_accountant_cannot_set_a_rule_aside(self):
        self.policy.hours = "Mo-Fr 15:00-17:00"
        message = self.propose_one()
        user = new_test_user(self.env, "no_manager", groups="l10n_latam_dunning.group_dunning_user")
        with self.assertRaises(AccessError):
            message.with_user(user)._override("please")

    def test_a_law_past_its_review_raises_an_activity_once(self):
        self.clock.move_to("2028-01-03 12:00:00")
        laws = self.env["dunning.jurisdiction"].sudo()
        laws._cron_review()
        law = self.env.ref("l10n_latam_dunning.jurisdiction_pe").sudo()
        count = len(law.activity_ids)
        self.assertTrue(count)
        laws._cron_review()
        self.assertEqual(len(law.activity_ids), count)
