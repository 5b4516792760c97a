from odoo.addons.l10n_latam_dunning.tests.common import DunningCommon
from odoo.addons.sms.tests.common import MockSMS
from odoo.tests import tagged

NUMBER = "+51987654321"


@tagged("post_install", "-at_install")
class TestSmsAsking(DunningCommon, MockSMS):
    """Asking for consent by SMS: a few words, and the link to the page where one answers."""

    def setUp(self):
        super().setUp()
        self.debtor = self.create_debtor(consent=False)

    def ask(self, **vals):
        wizard = self.env["dunning.consent.ask"].create(
            {"partner_ids": self.debtor.ids, "by": "sms", **vals}
        )
        wizard.action_ask()
        with self.mockSMSGateway():
            self.deliver()
            return list(self._sms)

    def test_an_sms_asks_in_a_few_words_and_the_answer_is_given_on_the_page(self):
        [sent] = self.ask()
        self.assertEqual(sent["number"], NUMBER)
        self.assertIn("¿nos autoriza a avisarle de sus facturas por WhatsApp?", sent["body"])
        self.assertRegex(sent["body"], r"/dunning/p/[\w-]+$")
        fact = self.debtor.dunning_consent_ids
        self.assertEqual((fact.event, fact.source, fact.channel), ("asked", "sms", "whatsapp"))
        self.assertEqual(fact.wording_version, "sms es v1")
        self.assertIn(fact.wording, sent["body"])
        message = self.env["dunning.message"].search([("purpose", "=", "consent")])
        self.assertEqual((message.state, message.reference), ("sent", fact.proof))

    def test_whoever_withdrew_from_sms_is_not_asked_by_it(self):
        self.grant(self.debtor, channel="sms", event="withdrawn")
        wizard = self.env["dunning.consent.ask"].create(
            {"partner_ids": self.debtor.ids, "by": "sms"}
        )
        self.assertIn("0 of 1 are asked.", wizard.preview)
