from datetime import timedelta

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError, ValidationError

from .common import WEDNESDAY
from .test_agreement import AgreementCommon

PROOF = {"how": "whatsapp", "person": "Rosa Quispe", "reference": "wamid.77"}


class TestOffer(AgreementCommon):
    def propose_offers(self, invoices=None):
        agreement = self.env["dunning.agreement"]._draft_for(invoices or self.invoice)
        agreement._propose(agreement._choices())
        return agreement

    def tokens(self, agreement):
        return agreement.sudo().option_ids.mapped("token")

    def test_an_adopted_policy_brings_three_ways_to_pay(self):
        agreement = self.env["dunning.agreement"]._draft_for(self.invoice)
        choices = agreement._choices()
        self.assertEqual(
            [(choice["title"], len(choice["terms"]["parts"])) for choice in choices],
            [("Pay in 3 days", 1), ("Pay in 7 days", 1), ("Pay in 3 parts", 3)],
        )
        for choice in choices:
            total = sum(units for _day, units in choice["terms"]["parts"])
            self.assertEqual(total, 10000)
            self.assertIn(self.invoice.name, choice["text"])
        # three days on is a Saturday
        self.assertEqual(choices[0]["terms"]["parts"][0][0], "2026-11-30")

    def test_a_peruvian_reads_the_ways_to_pay_in_spanish_though_only_its_sister_is_translated(self):
        self.env["res.lang"]._activate_lang("es_PE")
        for offer in self.policy.offer_ids:
            offer.update_field_translations("name", {"es_419": "Pagar luego"})
        self.debtor.lang = "es_PE"
        choices = self.env["dunning.agreement"]._draft_for(self.invoice)._choices()
        self.assertEqual({choice["title"] for choice in choices}, {"Pagar luego"})
        for offer in self.policy.offer_ids:
            offer.update_field_translations("name", {"es_PE": "Pagar después"})
        choices = self.env["dunning.agreement"]._draft_for(self.invoice)._choices()
        self.assertEqual({choice["title"] for choice in choices}, {"Pagar después"})

    def test_what_a_debtor_agreed_by_himself_is_followed_by_whom_the_policy_names(self):
        keeper = self.env["res.users"].create({"name": "Ana", "login": "ana.keeper"})
        self.policy.user_id = keeper
        robot = self.env["dunning.agreement"].with_user(SUPERUSER_ID)
        self.assertEqual(robot._offer_for(self.invoice).user_id, keeper)

    def test_a_discount_that_the_policy_approved_needs_nobody_else(self):
        self.policy.offer_ids[0].waived_percent = 15.0
        self.policy.write({"waive_user_max": 0.0, "waive_manager_max": 0.0})
        agreement = self.propose_offers()
        accepted = self.env["dunning.agreement"]._accept_offer(self.tokens(agreement)[0], PROOF)
        self.assertEqual((accepted.amount_agreed, accepted.amount_waived), (85.0, 15.0))
        self.assertEqual(accepted.state, "active")

    def test_a_way_that_does_not_fit_the_amount_is_left_out(self):
        cent = self.create_invoice(self.debtor, days=-8, amount=0.02)
        agreement = self.env["dunning.agreement"]._draft_for(cent)
        titles = [choice["title"] for choice in agreement._choices()]
        self.assertEqual(titles, ["Pay in 3 days", "Pay in 7 days"])

    def test_the_message_fits_whatsapp_however_many_invoices_and_payments_there_are(self):
        invoices = self.invoice
        for _number in range(12):
            invoices |= self.create_invoice(self.debtor, days=-8)
        self.policy.offer_ids[2].write({"count": 36, "name": "Pay in thirty-six p."})
        self.debtor.name = "Distribuidora Comercial del Pacífico " * 6
        message = self.propose_offers(invoices)._interactive()
        self.assertLessEqual(len(message["body"]), 1024)
        self.assertEqual(len(message["buttons"]), 3)
        for button in message["buttons"]:
            self.assertLessEqual(len(button["title"]), 20)
            self.assertRegex(button["id"], r"^DUN:offer:[\w-]{16}$")
        self.assertIn("36 payments", message["body"])

    def test_while_the_debtor_decides_reminders_rest_and_then_go_on(self):
        agreement = self.propose_offers()
        message = self.propose()
        self.assertEqual((message.state, message.reason), ("waiting", "hold_agreement_pending"))
        self.assertGreaterEqual(message.not_before, agreement.valid_until)
        self.clock.move_to(WEDNESDAY + timedelta(days=5))
        self.follow()
        self.assertEqual(agreement.state, "cancelled")
        self.assertIn("not taken in time", self.notes_on(self.invoice))
        self.deliver()
        self.assertEqual(message.state, "sent")

    def test_a_tap_puts_its_terms_in_force_with_message_text_and_instant(self):
        agreement = self.propose_offers()
        token = self.tokens(agreement)[2]
        instant = WEDNESDAY + timedelta(minutes=7)
        self.clock.move_to(WEDNESDAY + timedelta(minutes=9))
        accepted = self.env["dunning.agreement"]._accept_offer(
            token, {**PROOF, "accepted_at": instant, "lang": "es"}
        )
        self.assertEqual(accepted, agreement)
        self.assertEqual(
            (agreement.state, agreement.kind, len(agreement.instalment_ids)),
            ("active", "plan", 3),
        )
        acceptance = agreement.acceptance_ids
        self.assertEqual(
            (acceptance.how, acceptance.reference, acceptance.accepted_at, acceptance.lang),
            ("whatsapp", "wamid.77", instant, "es"),
        )
        self.assertIn(agreement.offer_text, acceptance.wording)
        self.assertIn("Pay in 3 parts", acceptance.wording)
        self.assertEqual(agreement.option_ids.filtered("chosen").title, "Pay in 3 parts")
        self.assertFalse(
            self.env["dunning.hold"].search(
                [("reason", "=", "agreement_pending"), ("in_force", "=", True)]
            )
        )

    def test_an_offer_is_accepted_exactly_once_and_only_in_time(self):
        agreement = self.propose_offers()
        first, second, _third = self.tokens(agreement)
        accept = self.env["dunning.agreement"]._accept_offer
        self.assertTrue(accept(first, PROOF))
        self.assertFalse(accept(first, PROOF))
        self.assertFalse(accept(second, PROOF))
        self.assertFalse(accept("no-such-token", PROOF))
        self.assertEqual(len(agreement.acceptance_ids), 1)
        other = self.create_invoice(self.debtor, days=-8)
        late = self.propose_offers(other)
        self.clock.move_to(WEDNESDAY + timedelta(days=4))
        self.assertFalse(accept(self.tokens(late)[0], PROOF))
        self.assertEqual(late.state, "proposed")

    def test_what_was_offered_is_never_changed(self):
        agreement = self.propose_offers()
        for act in (
            lambda: agreement.write({"first_date": WEDNESDAY.date()}),
            lambda: agreement.option_ids.sudo().write({"text": "x"}),
            agreement.unlink,
        ):
            with self.assertRaises(UserError):
                act()

    def test_the_draft_itself_may_be_the_offer(self):
        agreement = self.draft(kind="plan", count=2)
        wizard = self.env["dunning.agreement.propose"].create(
            {"agreement_id": agreement.id, "source": "draft"}
        )
        self.assertIn("50", wizard.preview)
        wizard.action_propose()
        self.assertEqual(agreement.option_ids.title, "I agree")
        accepted = self.env["dunning.agreement"]._accept_offer(self.tokens(agreement)[0], PROOF)
        self.assertEqual(accepted.instalment_ids.mapped("amount"), [50.0, 50.0])

    def test_a_debtor_who_calls_takes_one_of_the_offers(self):
        agreement = self.propose_offers()
        with self.assertRaises(UserError):
            agreement._accept({"how": "call", "person": "Rosa"})
        wizard = self.env["dunning.agreement.accept"].create(
            {
                "agreement_id": agreement.id,
                "option_id": agreement.option_ids[1].id,
                "person": "Rosa",
                "how": "call",
            }
        )
        self.assertIn(self.invoice.name, wizard.wording)
        wizard.action_accept()
        self.assertEqual((agreement.state, agreement.kind), ("active", "promise"))

    def test_a_payment_that_came_while_the_debtor_decided_counts_at_the_end(self):
        agreement = self.propose_offers()
        self.pay(self.invoice, 40.0)
        self.env["dunning.agreement"]._accept_offer(self.tokens(agreement)[0], PROOF)
        self.pay(self.invoice, 60.0)
        self.assertEqual(agreement.state, "kept")

    def test_a_button_holds_twenty_letters(self):
        with self.assertRaises(ValidationError):
            self.policy.offer_ids[0].name = "Pay within three days"

    def test_an_offer_that_is_taken_back_lets_reminders_go_on(self):
        agreement = self.propose_offers()
        agreement.action_cancel()
        self.assertEqual(self.propose().state, "queued")
        self.assertFalse(
            self.env["dunning.agreement"]._accept_offer(self.tokens(agreement)[0], PROOF)
        )
