from odoo.tests import HttpCase, new_test_user, tagged

from .common import WEDNESDAY, DunningCommon


@tagged("post_install", "-at_install")
class TestTemplateTours(DunningCommon, HttpCase):
    """The template's screens as their user drives them, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "tour_templates",
            groups="l10n_latam_dunning.group_dunning_manager,account.group_account_manager",
        )
        cls.template = cls.account.template_ids.filtered(
            lambda t: (t.name, t.language) == ("dunning_overdue", "es")
        )

    def test_a_template_is_written_submitted_approved_and_changed(self):
        self.sandbox.auto_approve = False
        self.addCleanup(setattr, self.sandbox, "auto_approve", True)
        # a company that reminds in Peru is told of Peru's law
        (self.policies - self.policy).active = False
        path = "/odoo/dunning-whatsapp-templates"
        self.start_tour(path, "dunning_template_create", login="tour_templates")
        template = self.env["dunning.whatsapp.template"].search([("name", "=", "dunning_tour")])
        self.assertEqual((template.status, template.button_ids.action), ("PENDING", "paid"))
        self.sandbox.set_template("dunning_tour", status="APPROVED")
        self.start_tour(
            f"{path}/{template.id}", "dunning_template_approved", login="tour_templates"
        )
        body = self.sandbox.store.by_id(template.meta_id).component("BODY")["text"]
        self.assertTrue(body.startswith("Buenos días"))

    def test_a_manager_accepts_the_price_of_marketing(self):
        self.template._learn("category", "MARKETING", WEDNESDAY, "webhook")
        self.start_tour(
            f"/odoo/dunning-whatsapp-templates/{self.template.id}",
            "dunning_template_marketing",
            login="tour_templates",
        )
        self.assertEqual(self.template.marketing_accepted_by, self.manager)

    def test_the_ladder_shows_what_cannot_be_sent(self):
        self.template._learn("status", "PAUSED", WEDNESDAY, "webhook")
        path = f"/odoo/dunning-policies/{self.policy.id}"
        self.start_tour(path, "dunning_template_ladder", login="tour_templates")
