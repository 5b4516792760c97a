import threading
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import psycopg2
from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import LockError, UserError
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

REFUSED = (UserError, LockError, psycopg2.Error)


@tagged("post_install", "-at_install")
class TestAgreementConcurrency(BaseCase):
    """Two people at the same moment, with transactions of their own."""

    def setUp(self):
        super().setUp()
        # Odoo's own test runner holds this lock; other threads would wait for its end
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        with self.environment() as env:
            journal = env["account.journal"].search([("type", "=", "sale")], limit=1)
            if not journal:
                self.skipTest("The database has no chart of accounts.")
            self.partner = env["res.partner"].create({"name": "Two agreements"}).id
            invoice = env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "company_id": journal.company_id.id,
                    "journal_id": journal.id,
                    "partner_id": self.partner,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [
                        Command.create({"name": "Goods", "price_unit": 90.0, "tax_ids": False})
                    ],
                }
            )
            invoice.action_post()
            self.invoice = invoice.id
            vals = {
                "company_id": invoice.company_id.id,
                "partner_id": self.partner,
                "currency_id": invoice.currency_id.id,
                "move_ids": [Command.set(invoice.ids)],
                "first_date": fields.Date.today(),
            }
            self.agreements = env["dunning.agreement"].create([vals, vals]).ids
        self.addCleanup(self.remove)

    @contextmanager
    def environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def remove(self):
        ids = [tuple(self.agreements)]
        with self.registry.cursor() as cr:
            for table in ("acceptance", "line", "instalment", "option"):
                cr.execute(f"DELETE FROM dunning_agreement_{table} WHERE agreement_id IN %s", ids)
            cr.execute("DELETE FROM dunning_trace WHERE partner_id = %s", [self.partner])
            cr.execute("DELETE FROM dunning_hold WHERE partner_id = %s", [self.partner])
            cr.execute("DELETE FROM dunning_agreement WHERE id IN %s", ids)
            cr.execute("DELETE FROM account_move_line WHERE move_id = %s", [self.invoice])
            cr.execute("DELETE FROM account_move WHERE id = %s", [self.invoice])
            cr.execute("DELETE FROM res_partner WHERE id = %s", [self.partner])

    def at_once(self, *acts):
        """Run each act in a transaction of its own, all begun before any is over; returns what
        each came to: its value, or the class of its refusal."""
        results = {}
        begun = threading.Barrier(len(acts))

        def work(number, act):
            try:
                with self.environment() as env:
                    env.cr.execute("SELECT 1 FROM dunning_agreement LIMIT 1")
                    begun.wait(30)
                    results[number] = act(env)
            except REFUSED as error:
                results[number] = type(error)

        threads = [threading.Thread(target=work, args=row) for row in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return [results[number] for number in range(len(acts))]

    def live(self):
        with self.environment() as env:
            return env["dunning.agreement.line"].search_count(
                [("move_id", "=", self.invoice), ("live", "=", True)]
            )

    @mute_logger("odoo.sql_db")
    def test_of_two_agreements_on_an_invoice_the_database_lets_one_hold(self):
        def accept(agreement):
            def act(env):
                found = env["dunning.agreement"].browse(agreement)
                found._accept({"how": "call", "person": "Rosa"})
                return "held"

            return act

        results = self.at_once(*(accept(agreement) for agreement in self.agreements))
        self.assertEqual(results.count("held"), 1, results)
        self.assertEqual(self.live(), 1)

    @mute_logger("odoo.sql_db")
    def test_the_index_alone_refuses_the_second_row(self):
        def insert(agreement):
            def act(env):
                env["dunning.agreement.line"].create(
                    {"agreement_id": agreement, "move_id": self.invoice}
                )
                env.flush_all()
                return "held"

            return act

        results = self.at_once(*(insert(agreement) for agreement in self.agreements))
        self.assertEqual(sorted(results, key=str).count("held"), 1, results)
        self.assertIn(psycopg2.errors.UniqueViolation, results)

    def end_offer(self, meanwhile):
        """Let the scheduled action end an offer whose time is over; another transaction does
        something to it when the action has read it already."""
        with self.environment() as env:
            agreement = env["dunning.agreement"].browse(self.agreements[0])
            agreement._propose()
            token = agreement.option_ids.token
            agreement.valid_until = fields.Datetime.now() - timedelta(minutes=1)
        read = type(agreement)._close
        acts = [meanwhile]

        def close(records, state, why):
            if acts:
                with self.environment() as other:
                    acts.pop()(other["dunning.agreement"].browse(records.id), token)
            return read(records, state, why)

        with patch.object(type(agreement), "_close", close), self.environment() as env:
            env["dunning.agreement"]._cron_follow()
        self.assertFalse(acts)
        with self.environment() as env:
            return env["dunning.agreement"].browse(agreement.id).state

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_an_offer_that_somebody_writes_to_as_it_ends_ends_all_the_same(self):
        def write(agreement, _token):
            agreement.grace_days = 9

        self.assertEqual(self.end_offer(write), "cancelled")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_an_offer_that_is_taken_as_it_ends_stays_agreed(self):
        def take(agreement, token):
            agreement.valid_until = fields.Datetime.now() + timedelta(days=1)
            proof = {"how": "whatsapp", "person": "Rosa", "reference": "wamid.2"}
            self.assertTrue(agreement._accept_offer(token, proof))

        self.assertEqual(self.end_offer(take), "active")

    @mute_logger("odoo.sql_db")
    def test_of_two_taps_at_the_same_moment_one_is_accepted(self):
        with self.environment() as env:
            agreement = env["dunning.agreement"].browse(self.agreements[0])
            agreement._propose()
            token = agreement.option_ids.token

        def tap(env):
            proof = {"how": "whatsapp", "person": "Rosa", "reference": "wamid.1"}
            return bool(env["dunning.agreement"]._accept_offer(token, proof))

        results = self.at_once(tap, tap)
        self.assertEqual(results.count(True), 1, results)
        with self.environment() as env:
            acceptances = env["dunning.agreement.acceptance"].search_count(
                [("agreement_id", "in", self.agreements)]
            )
        self.assertEqual(acceptances, 1)
