from datetime import timedelta

from .charges import ChargesCommon


class TestChargeMessage(ChargesCommon):
    """What a reminder demands."""

    def setUp(self):
        super().setUp()
        self.debtor = self.create_brazilian()
        self.invoice = self.create_invoice(self.debtor, days=-8, amount=1000.0)
        self.templates = self.account.template_ids.filtered(
            lambda template: template.language == "pt_BR"
        )

    def keep_silent(self):
        """Let the texts say nothing of what the amount is made of."""
        for template in self.templates:
            body = template.body.replace("{{amount_detail}}", "sem juros, multa ou outras taxas")
            template.copy(
                {"account_id": self.account.id, "name": f"{template.name}_plain", "body": body}
            )
        for row in self.brazilian.level_ids.channel_ids.filtered("template_name"):
            row.template_name += "_plain"
        self.account.action_submit_templates()

    def test_a_text_that_does_not_break_it_down_asks_for_the_principal_alone(self):
        self.keep_silent()
        message = self.propose()
        self.assertIn("1.000,00", message.body)
        self.assertFalse(message.charges)

    def test_a_text_that_does_asks_for_all_and_the_message_keeps_every_step(self):
        message = self.propose()
        self.assertEqual(message.state, "queued", message.explanation)
        # 8 days of 1 % a month on 1,000.00, and 2 %
        self.assertIn("1.022,67", message.body)
        for words in ("principal", "juros", "multa", "2,67", "20,00", "25/11/2026"):
            self.assertIn(words, message.body)
        self.assertEqual(message.charges["total"], "1022.67")
        self.assertEqual(message.charges["lines"][0]["days"], 8)
        self.assertEqual(message.amount_total, 1022.67)
        self.assertIn("8 days", message.charges_note)

    def test_it_is_calculated_anew_right_before_it_leaves(self):
        message = self.propose()
        self.clock.tick(timedelta(days=1))
        self.deliver()
        self.assertEqual(message.state, "sent", message.history)
        self.assertEqual(message.charges["total"], "1023.00")
        self.assertIn("1.023,00", message.body)

    def test_where_nothing_is_charged_it_says_so(self):
        self.brazilian.write({"charge_interest": "none", "charge_fine": 0})
        message = self.propose()
        self.assertIn("1.000,00", message.body)
        self.assertIn("sem juros", message.body)
        self.assertFalse(message.charges)

    def test_where_it_cannot_be_calculated_nothing_is_sent(self):
        rule = self.env.ref("l10n_latam_dunning.jurisdiction_br_interest").sudo()
        rule.legal = "interest SELIC"
        message = self.propose()
        self.assertEqual((message.state, message.reason), ("refused", "charges_unknown"))
        self.assertIn("SELIC", message.outcome_note)
        self.assertIn("table of rates", message.remedy)
