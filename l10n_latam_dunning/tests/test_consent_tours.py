from odoo.tests import HttpCase, new_test_user, tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestConsentTours(DunningCommon, HttpCase):
    """The screens of consent as their users drive them, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "tour_clerk",
            groups="l10n_latam_dunning.group_dunning_user,base.group_partner_manager",
        )

    def form(self, partner):
        return f"/odoo/action-base.action_partner_form/{partner.id}"

    def test_the_page_shows_each_channel_and_takes_a_consent_with_its_proof(self):
        debtor = self.create_debtor(consent=False)
        self.start_tour(self.form(debtor), "dunning_collections_page", login="tour_clerk")
        fact = debtor.dunning_consent_ids
        self.assertEqual((fact.channel, fact.event), ("whatsapp", "granted"))
        self.assertEqual(fact.create_uid, self.clerk)

    def test_an_accountant_records_a_withdrawal_of_one_channel(self):
        debtor = self.create_debtor()
        self.grant(debtor, channel="email")
        self.start_tour(self.form(debtor), "dunning_withdrawal_by_accountant", login="tour_clerk")
        self.assertEqual(
            (debtor.dunning_consent_email, debtor.dunning_consent_state), ("withdrawn", "granted")
        )

    def test_consents_of_a_whole_list_are_recorded_at_once(self):
        debtors = self.env["res.partner"]
        for index in range(3):
            debtors += self.create_debtor(
                f"ZZ list {index}", f"+51 987 654 34{index}", consent=False
            )
        self.grant(debtors[0], event="withdrawn")
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Debtors of a list",
                "res_model": "res.partner",
                "view_mode": "list,form",
                "domain": [("id", "in", debtors.ids)],
            }
        )
        self.start_tour(f"/odoo/action-{action.id}", "dunning_consents_of_many", login="tour_clerk")
        self.assertEqual(
            debtors.mapped("dunning_consent_state"), ["withdrawn", "granted", "granted"]
        )
