from contextlib import closing

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ..core.law.verdict import SENTENCES
from ..models.dunning_reason import REASONS, REMEDIES
from .common import WEDNESDAY, DunningCommon

# What the addon adds to an invoice form that opens; the panel's own, when its page is opened.
EXTRA_QUERIES = 6
PANEL_QUERIES = 45


class TestWhy(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env, "why_accountant", groups="l10n_latam_dunning.group_dunning_user"
        )

    def panel(self, record, user=None):
        why = self.env["dunning.why"].with_user(user or self.accountant)
        return why.read_panel(record._name, record.id)

    def test_every_reason_of_the_gate_has_a_name_and_a_way_out(self):
        codes = {key.partition(".")[0] for key in SENTENCES} - {"unknown"}
        self.assertLessEqual(codes, set(dict(REASONS)))
        self.assertLessEqual(codes, set(REMEDIES))

    # === INVOICE ===

    def test_what_could_leave_now_says_so_and_lists_the_rules_in_its_favour(self):
        [block] = self.panel(self.create_invoice(self.create_debtor(), days=-8))
        self.assertEqual(block["outcome"], "send")
        self.assertFalse(block["reasons"])
        self.assertIn("outside_window", [rule["code"] for rule in block["passed"]])
        self.assertTrue(block["law"].startswith("PE@"))
        self.assertIn("is reached on", block["next"])

    def test_a_rule_comes_with_article_source_layer_and_what_would_have_to_change(self):
        [block] = self.panel(self.create_invoice(self.create_debtor(consent=False), days=-8))
        self.assertEqual(block["outcome"], "refuse")
        [rule] = block["reasons"]
        self.assertEqual((rule["code"], rule["layer"]), ("no_consent", "law"))
        self.assertIn("WhatsApp", rule["text"])
        self.assertTrue(rule["reference"])
        self.assertTrue(rule["url"].startswith("https://"))
        self.assertIn("record the consent", rule["remedy"])

    def test_at_night_it_says_the_hour_at_the_debtor(self):
        self.clock.move_to("2026-11-26 03:00:00")
        [block] = self.panel(self.create_invoice(self.create_debtor(), days=-8))
        self.assertEqual(block["outcome"], "wait")
        self.assertIn("2026-11-26 08:00 America/Lima", block["until"])

    def test_a_message_that_waits_is_shown_in_place_of_a_preview(self):
        self.clock.move_to("2026-11-26 03:00:00")
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        self.propose()
        [block] = self.panel(invoice)
        self.assertEqual(block["headline"], "Waits for its hour")
        self.assertIn("America/Lima", block["until"])

    def test_the_panel_speaks_the_users_language(self):
        self.accountant.lang = "es_419"
        invoice = self.create_invoice(self.create_debtor(consent=False), days=-8)
        why = self.env["dunning.why"].with_user(self.accountant).with_context(lang="es_419")
        [block] = why.read_panel("account.move", invoice.id)
        self.assertNotIn("has not agreed", block["reasons"][0]["text"])

    def test_reading_the_panel_leaves_nothing_behind(self):
        invoice = self.create_invoice(self.create_debtor(phone="+51 987 654 999"), days=-8)
        self.panel(invoice)
        self.assertFalse(self.env["dunning.contact.point"].search([("value", "=", "+51987654999")]))
        self.assertFalse(invoice.dunning_line_ids)

    def test_text_from_outside_is_text_and_a_source_is_a_web_address(self):
        rule = self.env.ref("l10n_latam_dunning.jurisdiction_pe_consent_whatsapp").sudo()
        rule.source_url = "javascript:alert(1)"
        debtor = self.create_debtor(name="<img src=x onerror=alert(1)>", consent=False)
        [block] = self.panel(self.create_invoice(debtor, days=-8))
        self.assertEqual(block["reasons"][0]["url"], "")

    def test_the_invoice_form_costs_few_queries_more(self):
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        self.propose()
        self.deliver()
        invoice = invoice.with_user(self.accountant)
        view = self.env.ref("account.view_move_form").with_user(self.accountant)
        names = self.fields_of_form(view)
        ours = {name for name in names if name.startswith("dunning_")}
        self.assertTrue(ours)
        self.count(invoice, names)  # warms the caches of access rights and translations
        extra = self.count(invoice, names) - self.count(invoice, names - ours)
        self.assertLessEqual(extra, EXTRA_QUERIES)

    def fields_of_form(self, view):
        views = self.env["account.move"].with_user(self.accountant).get_views([(view.id, "form")])
        return set(views["models"]["account.move"]["fields"])

    def count(self, invoice, names):
        """Queries of reading an invoice for its form, with nothing in memory."""
        with closing(self.env.cr.savepoint()):
            invoice.env.invalidate_all()
            start = self.env.cr.sql_log_count
            invoice.web_read({name: {} for name in names})
            return self.env.cr.sql_log_count - start

    def test_the_panel_itself_is_read_with_few_queries(self):
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        self.panel(invoice)
        self.env.invalidate_all()
        with self.assertQueryCount(PANEL_QUERIES):
            self.panel(invoice)

    # === DEBTOR AND MESSAGE ===

    def test_a_debtors_invoices_that_meet_the_same_rules_share_a_block(self):
        debtor = self.create_debtor(consent=False)
        first, second = (self.create_invoice(debtor, days=-8) for _index in range(2))
        [block] = self.panel(debtor)
        self.assertIn(first.name, block["title"])
        self.assertIn(second.name, block["title"])
        self.assertEqual(block["reasons"][0]["code"], "no_consent")

    def test_a_debtor_without_open_invoices_is_told_so(self):
        [block] = self.panel(self.create_debtor())
        self.assertIn("no open invoice", block["headline"])

    def test_a_message_shows_its_own_verdict_not_todays(self):
        debtor = self.create_debtor(consent=False)
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.grant(debtor)
        [block] = self.panel(message)
        self.assertEqual(block["reasons"][0]["code"], "no_consent")

    # === WHO ===

    def test_who_has_no_dunning_role_or_no_right_to_the_record_sees_nothing(self):
        clerk = new_test_user(self.env, "why_clerk", groups="account.group_account_invoice")
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        with self.assertRaises(AccessError):
            self.panel(invoice, clerk)
        with self.assertRaises(AccessError):
            self.env["dunning.why"].with_user(self.accountant).read_panel("res.users", 1)

    def test_a_message_of_another_company_stays_unseen(self):
        message = self.create_message_of_another_company()
        with self.assertRaises(AccessError):
            self.panel(message)


class TestNotSent(DunningCommon):
    def test_the_reason_of_a_refusal_is_what_refused_not_what_only_delayed(self):
        self.clock.move_to("2026-11-26 03:00:00")
        self.create_invoice(self.create_debtor(consent=False), days=-8)
        message = self.propose()
        checked = {check["code"]: check["outcome"] for check in message.verdict["checks"]}
        self.assertEqual(checked["outside_window"], "wait")
        self.assertEqual(message.reason_codes, "no_consent")
        self.assertEqual(message.reason, "no_consent")
        self.assertIn("not agreed", message.outcome_note)
        self.assertIn("record the consent", message.remedy)

    def test_a_message_that_waits_has_the_reason_of_its_wait(self):
        self.clock.move_to("2026-11-22 15:00:00")
        self.create_invoice(self.create_debtor(), days=-8)
        self.assertEqual(self.propose().reason, "outside_window")

    def test_a_message_that_waited_and_was_stopped_by_a_person_says_so(self):
        self.clock.move_to(WEDNESDAY.replace(hour=3))
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        message.action_cancel()
        self.assertEqual(message.reason, "stopped")
        self.assertIn(self.env.user.name, message.explanation)

    def test_a_message_stopped_by_a_person_says_by_whom(self):
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        message.action_cancel()
        self.assertEqual(message.reason, "stopped")
        self.assertIn(self.env.user.name, message.outcome_note)

    def test_what_only_delayed_a_message_is_no_reason_of_its_end(self):
        self.clock.move_to(WEDNESDAY.replace(hour=3))
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.grant(debtor, event="withdrawn", effective_at=WEDNESDAY.replace(hour=3))
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(message.explanation, message.history[-1]["note"])
        self.assertEqual(message.reason, "consent_withdrawn")
        blocks = self.env["dunning.why"].read_panel("dunning.message", message.id)
        self.assertEqual(blocks[0]["reasons"], [])
        self.assertEqual(blocks[0]["notes"], [message.explanation])
        self.assertFalse(blocks[0]["until"])

    def test_a_cancellation_by_the_gate_keeps_its_reason(self):
        debtor = self.create_debtor()
        invoice = self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.pay(invoice)
        self.deliver()
        self.assertEqual((message.state, message.reason), ("cancelled", "paid"))

    def test_what_the_channel_could_not_deliver_shows_its_answer(self):
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.deliver()
        message._apply_receipt(
            "failed", WEDNESDAY, error_code=131026, error_details="Undeliverable"
        )
        self.assertEqual(message.reason, "undelivered")
        self.assertIn("Undeliverable", message.outcome_note)

    def test_reasons_are_counted_in_one_grouped_query(self):
        for index in range(3):
            debtor = self.create_debtor(phone=f"+51 987 654 80{index}", consent=index == 0)
            self.create_invoice(debtor, days=-8)
        self.propose()
        groups = self.env["dunning.message"]._read_group(
            [("state", "=", "refused")], ["reason"], ["__count"]
        )
        self.assertEqual(groups, [("no_consent", 2)])
