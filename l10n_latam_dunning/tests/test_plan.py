from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .common import WEDNESDAY, DunningCommon


class TestPlan(DunningCommon):
    def test_an_overdue_invoice_of_a_consented_debtor_is_queued_at_its_level(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual(message.state, "queued")
        self.assertEqual(message.level_id, self.levels[7])
        self.assertEqual(message.move_ids, invoice)
        self.assertIn(invoice.name, message.body)
        self.assertIn("Rosa Quispe", message.body)

    def test_each_rung_is_reached_on_its_day(self):
        cases = [(8, None), (7, -7), (1, -7), (0, 0), (-6, 0), (-7, 7), (-15, 15), (-40, 30)]
        for days, level in cases:
            with self.subTest(days=days):
                debtor = self.create_debtor(
                    name=f"Debtor {days}", phone=f"+51 987 654 {500 + days}"
                )
                self.create_invoice(debtor, days=days)
                self.propose()
                message = self.message_of(debtor)
                self.assertEqual(message.level_id.days if message else None, level)

    def test_a_debtor_gets_one_message_at_the_highest_level_that_lists_every_open_invoice(self):
        debtor = self.create_debtor()
        old = self.create_invoice(debtor, days=-16)
        new = self.create_invoice(debtor, days=0)
        message = self.propose()
        self.assertEqual(len(message), 1)
        self.assertEqual(message.level_id, self.levels[15])
        self.assertEqual(message.move_ids, old + new)
        rungs = {line.move_id: line.level_id for line in message.line_ids}
        self.assertEqual(rungs, {old: self.levels[15], new: self.levels[0]})

    def test_planning_twice_proposes_nothing_new(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.assertTrue(self.propose())
        self.assertFalse(self.propose())

    def test_a_rung_that_had_its_message_is_not_climbed_again(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.propose()
        self.deliver()
        self.clock.move_to(WEDNESDAY + timedelta(days=5))
        self.assertFalse(self.propose())

    def test_a_higher_level_supersedes_a_message_that_still_waits(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-6)
        low = self.propose()
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        high = self.propose()
        self.assertEqual(low.state, "cancelled")
        self.assertEqual(high.level_id, self.levels[7])

    def test_instalments_are_reminded_by_their_own_due_day(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 30}),
                    Command.create({"value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8, invoice_payment_term_id=term.id)
        message = self.propose()
        first = invoice.line_ids.filtered("date_maturity").sorted("date_maturity")[0]
        self.assertEqual(message.line_ids.filtered("level_id").date_due, first.date_maturity)
        self.assertEqual(message.amount_total, 50.0)

    def test_amounts_show_what_is_still_owed_after_a_part_payment(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        self.pay(invoice, 30.0)
        self.assertEqual(self.propose().amount_total, 70.0)

    def test_paid_and_in_payment_invoices_are_not_planned(self):
        debtor = self.create_debtor()
        self.pay(self.create_invoice(debtor, days=-8))
        self.assertFalse(self.propose())

    def test_a_payment_whose_entry_is_still_missing_stops_the_reminder(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        # as after a payment that has no journal entry yet
        invoice.payment_state = "in_payment"
        self.assertGreater(invoice.amount_residual, 0)
        self.assertEqual(self.propose().reason_codes, "in_payment")

    def test_amounts_are_written_as_in_the_debtors_country(self):
        self.env["res.lang"]._activate_lang("es_MX")
        debtor = self.create_debtor(country=self.env.ref("base.mx"), phone="+52 55 1234 5678")
        self.create_invoice(debtor, days=-8, amount=1234.56)
        self.assertIn("1,234.56", self.propose().body)

    def test_facts_of_the_invoice_refuse_with_their_reason(self):
        def block(invoice):
            invoice.payment_state = "blocked"

        def exclude(invoice):
            invoice.no_followup = True

        def credit(invoice):
            refund = self.create_invoice(invoice.partner_id, days=-8, move_type="out_refund")
            self.assertEqual(refund.amount_residual, 100.0)

        for number, (spoil, code) in enumerate(
            [(block, "blocked"), (exclude, "excluded"), (credit, "credit_covers")]
        ):
            with self.subTest(code=code):
                debtor = self.create_debtor(name=code, phone=f"+51 987 654 70{number}")
                invoice = self.create_invoice(debtor, days=-8)
                spoil(invoice)
                self.propose()
                message = self.message_of(debtor)
                self.assertEqual((message.state, message.reason_codes), ("refused", code))
                self.assertTrue(message.explanation)

    def test_a_blocked_invoice_leaves_the_others_in_the_message(self):
        debtor = self.create_debtor()
        blocked = self.create_invoice(debtor, days=-8)
        blocked.payment_state = "blocked"
        other = self.create_invoice(debtor, days=-9)
        self.assertEqual(self.propose().move_ids, other)

    def test_facts_of_the_debtor_refuse_with_their_reason(self):
        cases = [
            ("never asked", {"consent": False}, "no_consent"),
            ("no number", {"phone": False}, "contact_invalid"),
            ("not a number", {"phone": "12"}, "contact_invalid"),
            ("a landline", {"phone": "+51 1 2345678"}, "contact_invalid"),
            ("no country", {"country_id": False}, "jurisdiction_missing"),
        ]
        for name, vals, code in cases:
            with self.subTest(name):
                debtor = self.create_debtor(name=name, **vals)
                self.create_invoice(debtor, days=-8)
                self.propose()
                message = self.message_of(debtor)
                self.assertEqual(message.state, "refused")
                self.assertIn(code, message.reason_codes)

    def test_a_withdrawn_consent_refuses(self):
        debtor = self.create_debtor()
        self.grant(debtor, event="withdrawn", effective_at=WEDNESDAY - timedelta(days=2))
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().reason_codes, "consent_withdrawn")

    def test_a_hold_refuses_or_waits_for_its_end(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        hold = self.env["dunning.hold"].create(
            {"partner_id": debtor.id, "reason": "dispute", "date_from": WEDNESDAY}
        )
        self.assertEqual(self.propose().reason_codes, "hold_dispute")
        hold._end("It was settled by half")
        again = hold.copy({"date_to": WEDNESDAY + timedelta(days=2), "date_from": WEDNESDAY})
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.assertGreaterEqual(message.not_before, again.date_to)

    def test_a_refusal_is_written_once_and_again_only_when_its_reason_changes(self):
        debtor = self.create_debtor(consent=False)
        invoice = self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().reason_codes, "no_consent")
        self.assertFalse(self.propose())
        self.assertIn("not agreed", self.notes_on(invoice))
        self.grant(debtor)
        self.assertEqual(self.propose().state, "queued")

    def test_a_refusal_is_the_same_by_day_and_by_night(self):
        debtor = self.create_debtor(consent=False)
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().reason_codes, "no_consent")
        self.clock.move_to(WEDNESDAY + timedelta(hours=12))
        self.assertFalse(self.propose())

    def test_on_a_sunday_a_message_waits_for_monday_morning_at_the_debtor(self):
        self.clock.move_to("2026-11-22 15:00:00")
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.assertEqual(message.not_before, fields.Datetime.to_datetime("2026-11-23 13:00:00"))
        self.assertIn("2026-11-23 08:00 America/Lima", self.notes_on(invoice))

    def test_a_level_for_approval_waits_for_a_person(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-31)
        message = self.propose()
        self.assertEqual(message.state, "approval")
        message.action_approve()
        self.assertEqual(message.state, "queued")

    def test_without_an_approved_template_nothing_is_queued(self):
        self.account.template_ids.filtered(lambda t: t.name == "dunning_overdue").status = "PAUSED"
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().reason_codes, "template")

    def test_a_template_that_meta_calls_marketing_is_not_sent(self):
        templates = self.account.template_ids.filtered(lambda t: t.name == "dunning_overdue")
        templates.category = "MARKETING"
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().reason_codes, "template")

    def test_an_account_that_is_off_refuses_and_says_so(self):
        self.account.mode = "off"
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual(message.reason_codes, "account")

    def test_a_text_that_the_country_asks_for_goes_before_a_general_one_of_the_language(self):
        for country, phone, lang, language in [
            ("cl", "+56 9 8765 4321", "pt_BR", "es_CL"),
            ("mx", "+52 55 1234 5678", "pt_BR", "es_MX"),
            ("pe", "+51 987 654 321", "pt_BR", "pt_BR"),
            ("br", "+55 11 98765-4321", "es_419", "pt_BR"),
            ("br", "+55 11 98765-4321", "en_US", "pt_BR"),
            ("pe", "+51 987 654 321", "en_US", "es"),
        ]:
            with self.subTest(country=country, lang=lang):
                place = self.env.ref(f"base.{country}")
                debtor = self.create_debtor(f"D {country} {lang}", phone, place, lang=lang)
                self.create_invoice(debtor, days=-8)
                self.propose()
                message = self.message_of(debtor)
                self.assertEqual(message.template_id.language, language)
                self.assertNotIn("wording", message.reason_codes or "")

    def test_without_a_text_in_his_language_the_debtor_reads_his_countrys(self):
        self.account.template_ids.filtered(lambda t: t.language == "pt_BR").active = False
        debtor = self.create_debtor(lang="pt_BR")
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().template_id.language, "es")

    def test_the_text_is_in_the_debtors_language(self):
        brazil = self.env.ref("base.br")
        spanish = self.create_debtor(name="Rosa")
        portuguese = self.create_debtor(
            name="Joana", country=brazil, phone="+55 11 98765-4321", lang="pt_BR"
        )
        self.create_invoice(spanish, days=-8)
        self.create_invoice(portuguese, days=-8)
        self.propose()
        self.assertTrue(self.message_of(spanish).body.startswith("Hola Rosa"))
        self.assertTrue(self.message_of(portuguese).body.startswith("Olá Joana"))

    def test_chile_has_its_own_wording_with_the_notice_of_its_law(self):
        debtor = self.create_debtor(country=self.env.ref("base.cl"), phone="+56 9 8765 4321")
        self.create_invoice(debtor, days=-8)
        self.assertIn("no es un procedimiento de ejecución de bienes", self.propose().body)

    def test_a_text_that_threatens_is_not_sent_whatever_meta_approved(self):
        template = self.account.template_ids.filtered(
            lambda t: t.name == "dunning_overdue" and t.language == "es"
        )
        template.body = template.body.replace(
            "Si ya realizó", "Si no paga, lo demandaremos y embargaremos sus bienes. Si ya realizó"
        )
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.assertEqual(message.state, "refused")
        self.assertIn("wording", message.reason_codes)
        self.assertIn("embargaremos", message.explanation)

    def test_a_text_without_what_the_law_of_chile_demands_is_not_sent(self):
        template = self.account.template_ids.filtered(
            lambda t: t.name == "dunning_overdue" and t.language == "es_CL"
        )
        template.body = template.body.replace(
            "Este aviso no es un procedimiento de ejecución de bienes.", "Gracias por su atención."
        )
        debtor = self.create_debtor(country=self.env.ref("base.cl"), phone="+56 9 8765 4321")
        self.create_invoice(debtor, days=-8)
        self.assertIn("wording", self.propose().reason_codes)

    def test_two_currencies_are_two_messages(self):
        self.env.ref("base.PEN").active = True
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.create_invoice(debtor, days=-8, currency_id=self.env.ref("base.PEN").id)
        messages = self.propose()
        self.assertEqual(len(messages), 2)
        self.assertEqual(len(messages.currency_id), 2)

    def test_below_the_minimum_nothing_is_sent(self):
        self.policy.minimum_amount = 150
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().reason_codes, "below_minimum")

    def test_planning_costs_the_same_queries_for_many_debtors_as_for_few(self):
        def world(first, count):
            for index in range(first, first + count):
                debtor = self.create_debtor(name=f"D{index}", phone=f"+51 987 65{index:04d}")
                self.create_invoice(debtor, days=-8)

        def queries():
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            candidates = self.plan._candidates(self.company, WEDNESDAY)
            verdicts = self.env["dunning.gate"]._decide(candidates, WEDNESDAY)
            return self.env.cr.sql_log_count - start, len(verdicts)

        world(0, 4)
        self.propose()
        self.env["dunning.message"].sudo().search([])._update_state(("queued",), "cancelled")
        few, count = queries()
        self.assertEqual(count, 4)
        world(4, 20)
        # the new numbers are stored once; counting starts after that
        self.plan._candidates(self.company, WEDNESDAY)
        many, count = queries()
        self.assertEqual(count, 24)
        self.assertLessEqual(many, few + 2)
