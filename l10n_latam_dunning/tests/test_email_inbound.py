from datetime import timedelta

from odoo.tools import mute_logger

from .common import WEDNESDAY
from .mail_common import ADDRESS, SENDER, EmailCommon

REPORT = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: bounce@andina.example
Subject: Undelivered Mail Returned to Sender
Message-Id: <report-{serial}@mx.example>
Date: Wed, 25 Nov 2026 15:05:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=utf-8

This is the mail system. Your message could not be delivered.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--cut
Content-Type: text/rfc822-headers

Message-Id: {message_id}
From: {sender}
To: {address}
Subject: x

--cut--
"""
ANSWER = """\
From: Rosa Quispe <{address}>
To: {to}
Subject: Re: facturas pendientes
Message-Id: <answer-{serial}@quispe.example>
In-Reply-To: {message_id}
References: {message_id}
Date: Wed, 25 Nov 2026 15:05:00 +0000
Content-Type: text/plain; charset=utf-8

{words}

El mié, 25 nov 2026 a las 10:00, Comercial Andina SAC escribió:
> No recibir más recordatorios por correo
"""


class TestEmailInbound(EmailCommon):
    """What the gateway of incoming e-mail brings back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": "andina.example", "company_ids": [(4, cls.company.id)]}
        )
        cls.company.alias_domain_id = cls.domain
        cls.policy.user_id = cls.env.user

    def setUp(self):
        super().setUp()
        self.debtor = self.create_reader()
        self.invoice = self.create_invoice(self.debtor, days=-8)
        self.message = self.propose()
        self.deliver()
        [self.received] = self.sink.accepted
        self.serial = 0

    def receive(self, text, **values):
        self.serial += 1
        values = {
            "serial": self.serial,
            "address": ADDRESS,
            "sender": SENDER,
            "message_id": self.received.message["Message-Id"],
            "to": self.received.message["Reply-To"],
            **values,
        }
        self.env["mail.thread"].sudo().message_process(None, text.format(**values))

    def bounce(self, status="5.1.1", words="550 5.1.1 User unknown", action="failed", **values):
        self.receive(REPORT, status=status, words=words, action=action, **values)

    # === REPORTS ===

    def test_a_message_that_comes_back_has_failed_with_the_servers_words(self):
        self.bounce()
        self.assertEqual((self.message.state, self.message.error_code), ("failed", 550))
        self.assertIn("User unknown", self.message.error_details)
        self.assertEqual(self.message.reason, "undelivered")
        self.assertIn("could not be delivered", self.notes_on(self.invoice))
        self.assertTrue(self.message.follow_up_at)

    def test_a_report_that_it_takes_longer_changes_nothing(self):
        self.bounce("4.4.7", "451 4.4.7 Delayed", "delayed")
        self.assertEqual(self.message.state, "sent")

    def test_the_same_report_twice_is_counted_once(self):
        self.bounce()
        self.bounce()
        self.assertEqual(self.message.contact_point_id.returned, 1)

    def test_an_address_that_comes_back_again_is_used_no_more(self):
        self.bounce()
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        second = self.propose()
        self.deliver()
        self.received = self.sink.accepted[-1]
        self.bounce()
        self.assertEqual(second.contact_point_id.state, "unreachable")
        self.assertEqual(second.contact_point_id.returned, 2)

    def test_a_full_mailbox_fails_the_message_and_not_the_address(self):
        self.bounce("5.2.2", "552 5.2.2 Mailbox full")
        self.assertEqual(self.message.state, "failed")
        self.assertFalse(self.message.contact_point_id.returned)

    def test_a_report_about_a_message_nobody_wrote_down_settles_it(self):
        self.message.write({"state": "uncertain", "provider_ref": False})
        self.bounce()
        self.assertEqual(self.message.state, "failed")

    def test_reports_about_other_mail_are_left_alone(self):
        self.bounce(message_id="<somebody@else.example>")
        self.bounce(message_id="<dun.00000000-0000-0000-0000-000000000000@andina.example>")
        self.assertEqual(self.message.state, "sent")

    # === ANSWERS ===

    def test_an_answer_lands_on_the_invoice_with_an_activity_for_the_responsible(self):
        self.assertIn("catchall@andina.example", self.received.message["Reply-To"])
        self.receive(ANSWER, words="Pago el viernes.")
        self.assertIn("Pago el viernes.", self.notes_on(self.invoice))
        [activity] = self.invoice.activity_ids
        self.assertEqual(activity.user_id, self.policy.user_id)
        self.assertIn("Rosa Quispe", activity.summary)
        self.assertEqual(self.message.state, "sent")

    def test_an_answer_that_asks_to_stop_stops(self):
        self.receive(ANSWER, words="No me manden más correos, por favor")
        fact = self.env["dunning.consent"].search([("partner_id", "=", self.debtor.id)])
        self.assertEqual((fact.event, fact.channel, fact.source), ("withdrawn", "email", "email"))
        self.assertNotIn("Comercial Andina", fact.wording)
        self.assertIn("answer-1@quispe.example", fact.proof)

    def test_the_quoted_message_does_not_speak_for_the_debtor(self):
        self.receive(ANSWER, words="¿Puedo pagar con tarjeta?")
        self.assertFalse(self.env["dunning.consent"].search([("partner_id", "=", self.debtor.id)]))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_answers_to_other_mail_of_the_invoice_go_their_own_way(self):
        posted = self.invoice.message_post(body="Hello", message_type="comment")
        self.receive(ANSWER, words="Gracias", message_id=posted.message_id)
        self.assertFalse(self.invoice.activity_ids)
