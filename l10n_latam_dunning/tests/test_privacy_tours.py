from odoo.tests import HttpCase, new_test_user, tagged

from .evidence import EvidenceCommon


@tagged("post_install", "-at_install")
class TestPrivacyTours(EvidenceCommon, HttpCase):
    """The privacy officer's screens, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            "tour_privacy",
            groups="l10n_latam_dunning.group_dunning_privacy,base.group_partner_manager",
        )

    def setUp(self):
        super().setUp()
        self.page = f"/odoo/res.partner/{self.rosa.id}"

    def test_an_officer_makes_the_complaint_file_of_a_debtor(self):
        self.start_tour(self.page, "dunning_file_from_partner", login="tour_privacy")
        log = self.env["dunning.access.log"].search([("kind", "=", "file")])
        self.assertEqual(log.reason, "SERNAC R2026W1234567")
        self.assertTrue(self.env["dunning.file"].sudo().search([]).content)

    def test_an_officer_refuses_an_erasure_while_a_debt_is_open(self):
        self.start_tour(self.page, "dunning_request_from_partner", login="tour_privacy")
        request = self.env["dunning.privacy.request"].search([])
        self.assertEqual((request.state, request.kind), ("refused", "erase"))

    def test_an_officer_erases_what_may_be_erased(self):
        self.settle()
        request = self.env["dunning.privacy.request"].create(
            {"partner_id": self.rosa.id, "kind": "erase", "asked": "Borren mis datos."}
        )
        path = f"/odoo/dunning-requests/{request.id}"
        self.start_tour(path, "dunning_request_erased", login="tour_privacy")
        self.assertEqual(request.state, "waiting")
        self.assertFalse(self.rosa.phone)

    def test_an_officer_looks_at_what_is_past_its_term(self):
        self.start_tour(
            "/odoo/dunning-retention", "dunning_retention_dry_run", login="tour_privacy"
        )
        self.assertEqual(self.env["dunning.retention.run"].sudo().search([]).dry, True)
