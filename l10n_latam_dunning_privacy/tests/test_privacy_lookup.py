from odoo.addons.l10n_latam_dunning.tests.evidence import EvidenceCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestPrivacyLookup(EvidenceCommon):
    def setUp(self):
        super().setUp()
        self.live()
        self.lookup = self.env["privacy.lookup.wizard"].create(
            {"name": "Rosa Quispe", "email": "rosa.quispe@example.com"}
        )
        self.lookup.action_lookup()

    def line(self, record):
        line = self.lookup.line_ids.filtered(
            lambda line: (line.res_model, line.res_id) == (record._name, record.id)
        )
        self.assertTrue(line, f"the lookup finds {record}")
        return line

    def test_the_lookup_finds_the_evidence(self):
        for record in (self.rosa, self.message, self.consent, self.hold):
            self.line(record)

    def test_while_a_debt_is_open_deleting_says_why_not(self):
        with self.assertRaisesRegex(UserError, "still open"):
            self.line(self.message).action_unlink()

    def test_deleting_empties_once_and_deletes_nothing(self):
        self.settle()
        lines = self.line(self.message) + self.line(self.consent)
        lines.action_unlink_all()
        self.assertTrue(self.message.exists() and self.consent.exists())
        request = self.env["dunning.privacy.request"].search([("partner_id", "=", self.rosa.id)])
        self.assertEqual((len(request), request.state), (1, "waiting"))
        self.assertIn(f"#{request.id}", lines[0].execution_details)
        self.assertFalse(self.rosa.phone)
        self.assertFalse(self.problems())

    def test_an_administrator_who_is_no_privacy_officer_is_refused(self):
        self.settle()
        admin = new_test_user(self.env, "boss", groups="base.group_system")
        line = (
            self.env["privacy.lookup.wizard.line"]
            .with_user(admin)
            .create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("dunning.message"),
                    "res_id": self.message.id,
                }
            )
        )
        with self.assertRaises(AccessError):
            line.action_unlink()

    def test_evidence_is_deleted_by_no_other_way(self):
        event = self.env["dunning.event"].sudo().search([], limit=1)
        for record in (event, self.message.sudo(), self.consent.sudo()):
            with self.subTest(record), self.assertRaises(UserError):
                record.unlink()
