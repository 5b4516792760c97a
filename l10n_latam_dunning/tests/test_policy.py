from odoo.exceptions import ValidationError
from odoo.tests import Form

from .common import DunningCommon


class TestPolicy(DunningCommon):
    def test_a_companys_own_hours_narrow_the_law(self):
        self.policy.hours = "Mo-Fr 15:00-17:00"
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.assertEqual((message.state, message.reason_codes), ("waiting", "company_window"))
        self.assertEqual(message.not_before.hour, 20)

    def test_a_companys_own_hours_cannot_widen_the_law(self):
        self.policy.hours = "Mo-Su 00:00-24:00"
        self.clock.move_to("2026-11-22 15:00:00")
        self.create_invoice(self.create_debtor(), days=-8)
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.assertIn("outside_window", message.reason_codes)

    def test_hours_that_cannot_be_read_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "“twice” in “twice” is no limit"):
            self.policy.caps = "twice"
        with self.assertRaisesRegex(ValidationError, "“from” in “from nine to five” is no day"):
            self.policy.hours = "from nine to five"

    def test_debtors_of_other_countries_follow_the_policy_without_a_country(self):
        debtor = self.create_debtor(country=self.env.ref("base.uy"), phone="+598 94 231 234")
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertFalse(message.policy_id.country_id)

    def test_without_a_policy_nothing_is_planned(self):
        self.policies.active = False
        invoice = self.create_invoice(self.create_debtor(), days=-8)
        self.assertFalse(self.propose())
        wizard = self.env["dunning.send"].create({"move_id": invoice.id})
        self.assertEqual(wizard.outcome, "refuse")
        self.assertIn("No dunning policy", wizard.reasons)

    def test_adopting_copies_ladders_and_texts_and_leaves_the_shipped_ones(self):
        shipped = self.env.ref("l10n_latam_dunning.policy_pe")
        before = shipped.level_ids.mapped("days")
        wizard = Form(self.env["dunning.adopt"])
        wizard.account_id = self.account
        action = wizard.save().action_adopt()
        mine = self.env["dunning.policy"].search(action["domain"])
        self.assertTrue(mine)
        self.assertEqual(mine.company_id, self.company)
        self.assertEqual(shipped.level_ids.mapped("days"), before)
        self.assertFalse(shipped.company_id)

    def test_each_adopted_reminder_leads_to_the_debtors_own_page_if_that_is_wanted(self):
        other = self.account.copy({"phone_number_id": "109876543210123", "waba_id": "2198765"})
        wizard = Form(self.env["dunning.adopt"])
        wizard.account_id = other
        self.assertFalse(wizard.page_button, "nobody can open a page on this machine")
        wizard.page_button = True
        wizard.save().action_adopt()
        links = other.template_ids.button_ids.filtered(lambda button: button.kind == "link")
        reminders = set(self.policies.level_ids.channel_ids.mapped("template_name")) - {False}
        self.assertEqual(set(links.template_id.mapped("name")), reminders)
        self.assertEqual(set(links.mapped("link")), {"page"})
        labels = {link.template_id.language[:2]: link.text for link in links}
        self.assertEqual(labels, {"es": "Ver mis facturas", "pt": "Ver minhas faturas"})
        for template in links.template_id:
            self.assertEqual(template.button_ids[0].kind, "link")
            severities = {finding["severity"] for finding in template.findings or []}
            self.assertLessEqual(severities, {"warning"})

    def test_shipped_templates_are_submitted_and_approved(self):
        self.assertEqual(set(self.account.template_ids.mapped("status")), {"APPROVED"})
        self.assertEqual(len(self.sandbox.templates), len(self.account.template_ids))

    def test_a_template_that_meta_would_refuse_is_refused_here(self):
        template = self.account.template_ids[0]
        for body, why in [
            ("{{customer_name}} starts here", "start"),
            ("Dear {{amount_total}}{{due_date}} together is not allowed", ""),
            ("Hello {{nobody}}, this is unknown to us", "nobody"),
        ]:
            with self.subTest(body), self.assertRaisesRegex(ValidationError, why):
                template.body = body

    def test_the_token_travels_encrypted_only(self):
        with self.assertRaisesRegex(ValidationError, "https"):
            self.account.base_url = "http://graph.example.com"
