from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import WEDNESDAY, DunningCommon

# written, country, read as, code of the repair
REPAIRS = [
    ("+52 1 55 1234 5678", "mx", "+525512345678", "mx_old_prefix"),
    ("044 55 1234 5678", "mx", "+525512345678", "mx_old_prefix"),
    ("55 1234 5678", "mx", "+525512345678", False),
    ("(11) 6123-4567", "br", "+5511961234567", "br_ninth_digit"),
    ("+55 11 96123-4567", "br", "+5511961234567", False),
    ("09 6100 0303", "cl", "+56961000303", "cl_old_prefix"),
    ("011 15 5123-4518", "ar", "+5491151234518", "ar_mobile_prefix"),
    ("+54 9 11 5123-4518", "ar", "+5491151234518", False),
]


class TestContactRole(DunningCommon):
    def point_of(self, partner):
        return self.env["dunning.channel"]._reach_numbers(partner)[partner][0]

    def link_of(self, partner):
        self.point_of(partner)
        return self.env["dunning.contact.link"].search([("partner_id", "=", partner.id)])

    def mark(self, partner, role, reason="His wife told us"):
        self.link_of(partner)._set_role(role, reason)

    # === REPAIRS ===

    def test_what_was_repaired_to_read_a_number_is_kept_and_told(self):
        for written, country, value, repair in REPAIRS:
            with self.subTest(written=written, country=country):
                debtor = self.create_debtor(
                    phone=written, country=self.env.ref(f"base.{country}"), consent=False
                )
                link = self.link_of(debtor)
                self.assertEqual(link.contact_point_id.value, value)
                self.assertEqual(link.repair, repair)
                self.assertEqual(bool(link.repair_words), bool(repair))
                self.assertEqual(bool(debtor.dunning_phone_note), bool(repair))

    def test_the_repair_names_no_whole_number(self):
        debtor = self.create_debtor(
            phone="+52 1 55 1234 5678", country=self.env.ref("base.mx"), consent=False
        )
        words = debtor.dunning_phone_note + self.link_of(debtor).repair_words
        self.assertIn("August 2019", words)
        self.assertNotIn("12345678", words.replace(" ", ""))

    def test_a_number_that_cannot_be_read_says_why_on_the_partner(self):
        debtor = self.create_debtor(phone="98 700", consent=False)
        self.assertIn("No such number", debtor.dunning_phone_note)

    # === ROLES ===

    def test_a_third_party_s_number_is_refused_as_law_with_the_reason(self):
        debtor = self.create_debtor()
        self.mark(debtor, "third_party")
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual(message.state, "refused")
        self.assertIn("third_party", message.reason_codes)
        (check,) = [c for c in message._reasons() if c.code == "third_party"]
        self.assertEqual(check.layer, "law")
        self.assertIn("employer", message.explanation)

    def test_marking_a_third_party_cancels_what_waits_and_nothing_leaves(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual(message.state, "queued")
        self.mark(debtor, "third_party")
        self.assertEqual((message.state, message.reason_codes), ("cancelled", "third_party"))
        self.deliver()
        self.assertFalse(self.sandbox.accepted)

    def test_a_role_set_between_claim_and_proposal_is_seen_before_the_wire(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.link_of(debtor).sudo().role = "third_party"
        self.deliver()
        self.assertEqual(message.state, "cancelled")
        self.assertFalse(self.sandbox.accepted)

    def test_a_representative_is_written_to(self):
        debtor = self.create_debtor()
        self.mark(debtor, "representative")
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual(message.state, "queued")
        self.assertIn("third_party", [check["code"] for check in message.verdict["checks"]])

    def test_the_debtor_s_text_is_not_sent_to_a_guarantor_s_number(self):
        debtor = self.create_debtor()
        self.mark(debtor, "guarantor")
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual((message.state, message.reason), ("refused", "contact_unverified"))
        self.assertIn("speaks to the debtor", message.explanation)

    def test_a_role_needs_a_reason_and_is_kept_with_who_and_when(self):
        debtor = self.create_debtor()
        with self.assertRaises(UserError):
            self.mark(debtor, "third_party", reason="  ")
        self.mark(debtor, "third_party", reason="Answered by the reception of his firm")
        link = self.link_of(debtor)
        self.assertRecordValues(
            link,
            [
                {
                    "role": "third_party",
                    "role_reason": "Answered by the reception of his firm",
                    "role_user_id": self.env.user.id,
                    "role_at": WEDNESDAY,
                }
            ],
        )
        self.assertIn("reception of his firm", self.notes_on(debtor))
        entry = self.env["dunning.access.log"].sudo().search([("partner_id", "=", debtor.id)])
        self.assertEqual(entry.kind, "rectify")
        self.assertEqual(entry.details["role"], "third_party")

    def test_who_has_no_dunning_role_says_nothing_of_numbers(self):
        link = self.link_of(self.create_debtor())
        clerk = new_test_user(self.env, "clerk", groups="account.group_account_invoice")
        with self.assertRaises(AccessError):
            link.with_user(clerk)._set_role("third_party", "I know it")
        with self.assertRaises(AccessError):
            link.with_user(clerk).action_confirm()

    def test_a_role_cannot_be_written_past_its_reason(self):
        link = self.link_of(self.create_debtor())
        user = new_test_user(
            self.env, "collector", groups="l10n_latam_dunning.group_dunning_manager"
        )
        with self.assertRaises(AccessError):
            link.with_user(user).role = "debtor"

    def test_a_number_is_entered_with_its_role_by_hand(self):
        debtor = self.create_debtor()
        wizard = self.env["dunning.contact.role"].create(
            {
                "partner_id": debtor.id,
                "number": "912 345 678",
                "role": "third_party",
                "reason": "His employer's number, on the form",
            }
        )
        wizard.action_save()
        link = self.env["dunning.contact.link"].search(
            [("contact_point_id.value", "=", "+51912345678")]
        )
        self.assertRecordValues(
            link, [{"partner_id": debtor.id, "source": "person", "role": "third_party"}]
        )
        debtor.phone = "912 345 678"
        self.create_invoice(debtor, days=-8)
        self.assertIn("third_party", self.propose().reason_codes)

    def test_a_number_that_cannot_be_read_is_refused_in_words(self):
        wizard = self.env["dunning.contact.role"].create(
            {"partner_id": self.create_debtor().id, "number": "12", "reason": "Form"}
        )
        with self.assertRaisesRegex(UserError, "number"):
            wizard.action_save()

    # === QUOTAS ===

    def test_quotas_count_over_partners_and_companies_whatever_the_role(self):
        first = self.create_debtor()
        second = self.create_debtor(name="Rosa Q.")
        self.mark(second, "representative")
        self.create_invoice(first, days=-8)
        self.propose()
        self.deliver()
        self.assertEqual(len(self.sandbox.accepted), 1)
        self.create_invoice(second, days=-8)
        message = self.propose()
        self.assertEqual(message.partner_id, second)
        self.assertEqual(message.state, "waiting")
        self.assertTrue(message.not_before > WEDNESDAY)

    def test_what_went_to_his_guarantor_does_not_use_up_the_debtor_s_contacts(self):
        debtor = self.create_debtor()
        guarantor = self.create_debtor(name="Juan Garante", phone="+51 987 111 222")
        point = self.point_of(guarantor)
        point._link([(point, debtor)])
        link = self.env["dunning.contact.link"].search(
            [("contact_point_id", "=", point.id), ("partner_id", "=", debtor.id)]
        )
        self.create_invoice(guarantor, days=-8)
        self.propose()
        self.deliver()
        self.create_invoice(debtor, days=-8)
        link._set_role("guarantor", "Contract, clause 4")
        self.assertEqual(self.propose().state, "queued")

    def test_the_contacts_of_a_representative_count_for_the_debtor(self):
        debtor = self.create_debtor()
        other = self.create_debtor(name="Su hijo", phone="+51 987 111 222")
        point = self.point_of(other)
        point._link([(point, debtor)])
        self.env["dunning.contact.link"].search(
            [("contact_point_id", "=", point.id), ("partner_id", "=", debtor.id)]
        )._set_role("representative", "Power of attorney")
        self.create_invoice(other, days=-8)
        self.propose()
        self.deliver()
        self.create_invoice(debtor, days=-8)
        self.assertEqual(self.propose().state, "waiting")

    # === SHARED, MERGED ===

    def test_a_shared_number_is_found_and_told_on_its_partners(self):
        first, second = self.create_debtor(), self.create_debtor(name="Rosa Q.")
        other = self.create_debtor(name="Ana", phone="+51 987 111 222")
        points = self.env["dunning.contact.point"].union(
            *(self.point_of(partner) for partner in (first, second, other))
        )
        shared = points.search([("shared", "=", True), ("id", "in", points.ids)])
        self.assertEqual(shared, self.point_of(first))
        self.assertTrue(shared.shared)
        self.assertEqual(
            points.search([("shared", "=", False), ("id", "in", points.ids)]), points - shared
        )
        self.assertIn("Rosa Q.", first.dunning_shared_note)
        self.assertFalse(other.dunning_shared_note)

    def test_partners_that_are_merged_keep_their_links_with_the_more_careful_role(self):
        first = self.create_debtor()
        second = self.create_debtor(name="Rosa Q.", phone="+51987654321", consent=False)
        self.link_of(first)
        self.mark(second, "third_party")
        lone = self.point_of(self.create_debtor(name="Ana", phone="+51 987 111 222"))
        lone._link([(lone, second)])
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge([first.id, second.id], first)
        links = self.env["dunning.contact.link"].search([("partner_id", "=", first.id)])
        self.assertEqual(links.contact_point_id, self.point_of(first) | lone)
        roles = {link.contact_point_id: link.role for link in links}
        self.assertEqual(roles[self.point_of(first)], "third_party")

    def test_a_partner_is_taken_off_a_number_and_put_back(self):
        first, second = self.create_debtor(), self.create_debtor(name="Rosa Q.")
        point = self.point_of(first)
        self.mark(second, "representative")
        point.sudo().partner_ids -= first
        self.env.invalidate_all()
        self.assertEqual(point.partner_ids, second)
        point.sudo().partner_ids += first
        self.env.invalidate_all()
        roles = {link.partner_id: link.role for link in point.link_ids}
        self.assertEqual(roles, {first: "debtor", second: "representative"})
        point.sudo().write({"partner_ids": [Command.clear()]})
        self.env.invalidate_all()
        self.assertFalse(point.link_ids)

    def test_an_answer_on_the_debtor_s_page_verifies_the_number_it_was_sent_to(self):
        debtor = self.create_debtor()
        point = self.point_of(debtor)
        vals = {"company_id": self.company.id, "partner_id": debtor.id}
        answers = self.env["dunning.page.answer"].sudo()
        answers.create({**vals, "kind": "language", "contact_point_id": point.id})
        self.assertEqual(point.state, "new")
        answers.create({**vals, "kind": "identity", "contact_point_id": point.id})
        self.assertEqual((point.state, self.link_of(debtor).confirmed_by), ("verified", "page"))

    # === COST ===

    def test_links_of_many_partners_are_read_in_one_query(self):
        debtors = self.env["res.partner"].concat(
            *(
                self.create_debtor(name=f"Debtor {n}", phone=f"+51 987 000 {n:03}", consent=False)
                for n in range(20)
            )
        )
        self.env["dunning.channel"]._reach_numbers(debtors)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            bonds = self.env["dunning.contact.point"]._bonds(debtors)
        self.assertEqual(len(bonds), 20)

    def test_a_point_of_several_forms_shows_its_whatsapp_names_masked(self):
        debtor = self.create_debtor(
            phone="+52 1 55 1234 5678", country=self.env.ref("base.mx"), consent=False
        )
        point = self.point_of(debtor)
        point.wa_id = "5215512345678"
        self.assertIn("13", point.aliases)
        self.assertNotIn("12345678", point.aliases)
