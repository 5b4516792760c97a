from odoo.tests import HttpCase, new_test_user, tagged

from .common import NUMBER_ID, DunningCommon


@tagged("post_install", "-at_install")
class TestWhatsappTours(DunningCommon, HttpCase):
    """The WhatsApp account as an administrator and a manager drive it, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = "l10n_latam_dunning.group_dunning_manager"
        cls.admin = new_test_user(
            cls.env, "tour_admin", groups=f"{manager},base.group_system", name="tour_admin"
        )
        cls.manager = new_test_user(cls.env, "tour_keeper", groups=manager)
        cls.path = f"/odoo/dunning-whatsapp-accounts/{cls.account.id}"

    def test_an_administrator_tests_confirms_and_goes_live(self):
        self.sandbox.accounts[NUMBER_ID].subscribed = False
        self.account.write({"mode": "off", "policy_confirmed": False})
        self.start_tour(self.path, "dunning_account_goes_live", login="tour_admin")
        self.assertEqual(self.account.mode, "live")
        self.assertEqual(self.account.policy_confirmed_by_id, self.admin)
        self.assertTrue(self.sandbox.accounts[NUMBER_ID].subscribed)

    def test_a_manager_pauses_and_resumes_without_secrets(self):
        self.start_tour(self.path, "dunning_account_is_paused", login="tour_keeper")
        trouble = self.account.trouble_ids
        self.assertEqual((trouble.user_id, trouble.ended_by_id), (self.manager, self.manager))
