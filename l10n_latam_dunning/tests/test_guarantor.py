from datetime import timedelta

from odoo.exceptions import UserError

from .common import WEDNESDAY, DunningCommon


class TestGuarantor(DunningCommon):
    """What is written by hand to a debtor's guarantor or representative."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor = cls.create_debtor()
        cls.guarantor = cls.create_debtor(name="Juan Mamani", phone="+51 987 111 222")
        cls.invoice = cls.create_invoice(cls.debtor, days=-8)
        cls.link = cls.name_person(cls.guarantor, "guarantor")

    @classmethod
    def name_person(cls, person, role):
        wizard = cls.env["dunning.contact.role"].create(
            {
                "partner_id": cls.debtor.id,
                "person_id": person.id,
                "role": role,
                "reason": "Contract, clause 4",
            }
        )
        wizard.action_save()
        return cls.env["dunning.contact.link"].search([("person_id", "=", person.id)])

    def wizard(self, link=None):
        return self.env["dunning.send"].create(
            {"move_id": self.invoice.id, "to_id": (link or self.link).id}
        )

    def send(self, link=None):
        self.wizard(link).action_send()
        message = self.env["dunning.message"].search([("recipient_id", "!=", False)], limit=1)
        self.deliver()
        return message

    def test_a_guarantor_is_named_with_his_own_number(self):
        self.assertRecordValues(
            self.link,
            [{"partner_id": self.debtor.id, "role": "guarantor", "source": "person"}],
        )
        self.assertEqual(self.link.contact_point_id.value, "+51987111222")

    def test_a_guarantor_gets_a_text_of_his_own(self):
        message = self.send()
        self.assertEqual(message.state, "sent")
        self.assertEqual(message.contact_point_id.value, "+51987111222")
        self.assertTrue(message.body.startswith("Hola Juan Mamani"))
        self.assertIn("garantizó las obligaciones de Rosa Quispe", message.body)
        self.assertRecordValues(
            message,
            [
                {
                    "partner_id": self.debtor.id,
                    "recipient": "guarantor",
                    "recipient_id": self.guarantor.id,
                    "level_id": False,
                }
            ],
        )
        passed = [check["code"] for check in message.verdict["checks"]]
        self.assertIn("third_party", passed)

    def test_the_debtor_s_own_ladder_goes_on(self):
        self.send()
        reminder = self.propose()
        self.assertEqual((reminder.recipient, reminder.state), ("debtor", "queued"))

    def test_a_guarantor_has_limits_of_his_own(self):
        self.propose()
        self.deliver()
        self.assertEqual(len(self.sandbox.accepted), 1)
        self.assertEqual(self.wizard().outcome, "send")
        self.send()
        self.assertEqual(self.wizard().outcome, "wait")

    def test_a_guarantor_must_have_agreed_himself(self):
        other = self.create_debtor(name="Ana", phone="+51 987 111 333", consent=False)
        wizard = self.wizard(self.name_person(other, "guarantor"))
        self.assertEqual(wizard.outcome, "refuse")
        with self.assertRaisesRegex(UserError, "has not agreed"):
            wizard.action_send()

    def test_a_debtor_on_hold_is_not_asked_for_through_his_guarantor(self):
        self.env["dunning.hold"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.debtor.id,
                "scope": "debtor",
                "reason": "dispute",
                "date_from": WEDNESDAY - timedelta(days=1),
            }
        )
        self.assertEqual(self.wizard().outcome, "refuse")

    def test_a_guarantor_s_number_marked_as_a_third_party_s_is_refused(self):
        self.env["dunning.channel"]._reach_numbers(self.guarantor)
        own = self.env["dunning.contact.link"].search([("partner_id", "=", self.guarantor.id)])
        own._set_role("third_party", "It is his office")
        self.assertEqual(self.wizard().outcome, "refuse")

    def test_what_waits_for_a_guarantor_is_cancelled_when_the_invoice_is_paid(self):
        self.wizard().action_send()
        message = self.env["dunning.message"].search([("recipient_id", "!=", False)])
        self.pay(self.invoice)
        self.deliver()
        self.assertEqual(message.state, "cancelled")
        self.assertFalse(self.sandbox.accepted)

    def test_an_unverified_guarantor_is_not_told_of_the_debt(self):
        self.policies.first_touch = "neutral"
        wizard = self.wizard()
        self.assertEqual(wizard.outcome, "refuse")
        self.assertFalse(wizard.may_ask)
        self.env["dunning.contact.point"]._confirm_numbers(self.guarantor, "person")
        self.assertEqual(self.wizard().outcome, "send")

    def test_a_representative_reads_the_debtor_s_text(self):
        other = self.create_debtor(name="Su abogada", phone="+51 987 111 444")
        message = self.send(self.name_person(other, "representative"))
        self.assertEqual((message.state, message.recipient), ("sent", "representative"))
        self.assertIn("Rosa Quispe", message.body)

    def test_where_the_pack_leaves_guarantors_out_none_is_written_to(self):
        law = self.env["dunning.jurisdiction"].search([("country_id", "=", self.peru.id)], limit=1)
        self.env.ref("l10n_latam_dunning.jurisdiction_mx_recipient").sudo().copy(
            {
                "jurisdiction_id": law.id,
                "legal": "debtor representative",
                "prudent": "debtor representative",
            }
        )
        wizard = self.wizard()
        self.assertEqual(wizard.outcome, "refuse")
        self.assertIn("not a guarantor", wizard.reasons)

    def test_nobody_else_than_the_debtor_s_own_people_can_be_chosen(self):
        stranger = self.create_debtor(name="Stranger", phone="+51 987 111 555")
        point = self.env["dunning.channel"]._reach_numbers(stranger)[stranger][0]
        link = self.env["dunning.contact.link"].search([("contact_point_id", "=", point.id)])
        self.assertEqual(self.wizard(link).masked, "+51 ••• ••• 321")
