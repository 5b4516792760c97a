from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ..core.evidence.erased import WORD
from .evidence import EvidenceCommon

LATER = datetime(2037, 1, 14, 15, 0)
PARAMETER = "l10n_latam_dunning.retention"


class TestRetention(EvidenceCommon):
    def setUp(self):
        super().setUp()
        self.runs = self.env["dunning.retention.run"].sudo()
        self.parameters = self.env["ir.config_parameter"].sudo()

    def run_job(self, mode):
        self.parameters.set_param(PARAMETER, mode)
        before = self.runs.search([])
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_retention").method_direct_trigger()
        self.env.invalidate_all()
        return self.runs.search([]) - before

    def figures(self, run):
        return {
            (line.technical or line.model): (line.past, line.kept, line.erased)
            for line in run.line_ids
            if line.technical or line.country_id == self.peru
        }

    def test_a_dry_run_counts_and_changes_nothing(self):
        self.settle()
        self.seal()
        action = self.env["dunning.retention.run"].action_dry_run()
        now = self.figures(self.runs.browse(action["res_id"]))
        self.assertEqual(now["dunning.message"][0], 0)
        self.clock.move_to(LATER)
        action = self.env["dunning.retention.run"].action_dry_run()
        run = self.runs.browse(action["res_id"])
        later = self.figures(run)
        self.assertEqual(later["dunning.message"][0], now["dunning.message"][1])
        for model in ("dunning.message", "dunning.event", "dunning.consent"):
            self.assertGreater(later[model][0], 0, model)
        line = run.line_ids.filtered(lambda line: line.model == "dunning.message")
        self.assertIn("10 years [No rule", line.term)
        self.assertTrue(run.dry and run.ended_at)
        self.assertNotEqual(self.message.body, WORD)

    def test_by_default_the_job_only_counts(self):
        self.settle()
        self.clock.move_to(LATER)
        self.seal()
        run = self.run_job("")
        self.assertTrue(run.dry)
        self.assertGreater(run.past, 0)
        self.assertNotEqual(self.message.body, WORD)

    def test_switched_off_it_does_not_even_count(self):
        self.assertFalse(self.run_job("off"))

    def test_where_it_may_it_erases_what_is_past_its_term_and_says_how_much(self):
        self.settle()
        self.seal()
        self.clock.move_to(LATER)
        run = self.run_job("erase")
        self.assertEqual(self.message.body, WORD)
        self.assertEqual(self.consent.wording, WORD)
        self.assertTrue(self.message.sudo().contact_point_id.value.startswith("erased:"))
        for model, (past, _kept, erased) in self.figures(run).items():
            if "." in model and not model.endswith("_days"):
                self.assertEqual(past, erased, model)
        self.assertFalse(self.problems())
        # once
        self.assertEqual(self.run_job("erase").erased, 0)

    def test_what_no_seal_holds_yet_is_left_for_the_next_run(self):
        self.settle()
        self.clock.move_to(LATER)
        self.run_job("erase")
        self.assertNotEqual(self.message.body, WORD)
        self.seal()
        self.run_job("erase")
        self.assertEqual(self.message.body, WORD)

    def test_nothing_of_an_open_debt_goes(self):
        self.seal()
        self.clock.move_to(LATER)
        self.run_job("erase")
        self.assertNotEqual(self.message.body, WORD)
        self.assertNotEqual(self.consent.wording, WORD)

    def test_a_country_without_a_rule_keeps_everything(self):
        self.settle()
        self.seal()
        self.rosa.country_id = self.env.ref("base.es")
        self.clock.move_to(LATER)
        run = self.run_job("erase")
        self.assertTrue(run.ended_at)
        self.assertNotEqual(self.message.body, WORD)
        line = run.line_ids.filtered(
            lambda line: (line.model, line.country_id.code) == ("dunning.message", "ES")
        )
        self.assertIn("everything is kept", line.what)

    def test_the_raw_text_of_webhooks_goes_after_ninety_days_and_the_chain_holds(self):
        event = self.env["dunning.event"].sudo().search([("kind", "=", "inbound")], limit=1)
        self.assertTrue(event.data["raw"])
        self.seal()
        self.run_job("dry")
        self.assertIn("raw", event.data)
        self.clock.move_to(datetime.now() + timedelta(days=91))
        run = self.run_job("dry")
        self.assertNotIn("raw", event.data)
        self.assertEqual(event.data["text"], "¿Me envían otra vez la factura?")
        self.assertGreater(self.figures(run)["l10n_latam_dunning.raw_days"][2], 0)
        self.assertFalse(self.problems())

    def test_files_of_replies_stay_while_something_is_open(self):
        event = self.env["dunning.event"].sudo().search([("kind", "=", "inbound")], limit=1)
        event.attachment_id = self.env["ir.attachment"].sudo().create({"name": "r", "raw": b"x"})
        self.clock.move_to(datetime.now() + timedelta(days=366))
        self.run_job("dry")
        self.assertTrue(event.attachment_id)
        self.settle()
        self.run_job("dry")
        self.assertFalse(event.attachment_id)

    def test_the_terms_of_raw_text_and_files_can_be_set(self):
        self.parameters.set_param("l10n_latam_dunning.raw_days", "0")
        self.clock.move_to(LATER)
        event = self.env["dunning.event"].sudo().search([("kind", "=", "inbound")], limit=1)
        self.run_job("dry")
        self.assertIn("raw", event.data)

    def test_erasing_takes_no_query_for_each_record(self):
        self.settle()
        self.refuse(20)
        self.seal()
        self.clock.move_to(LATER)
        few = self._queries_of_erasing(5)
        many = self._queries_of_erasing(15)
        self.assertLessEqual(many, few + 3)

    def _queries_of_erasing(self, count):
        messages = (
            self.env["dunning.message"]
            .sudo()
            .search([("state", "=", "refused"), ("erased_at", "=", False)], limit=count)
        )
        self.assertEqual(len(messages), count)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["dunning.erasure"]._erase({"dunning.message": messages}, reason="Test", law="-")
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_only_privacy_officers_look(self):
        clerk = new_test_user(self.env, "clerk", groups="l10n_latam_dunning.group_dunning_manager")
        with self.assertRaises(AccessError):
            self.env["dunning.retention.run"].with_user(clerk).action_dry_run()
