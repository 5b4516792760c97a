import threading
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestChargeConcurrency(BaseCase):
    """Two accountants charge one invoice at the same moment, each with a transaction of his own."""

    def setUp(self):
        super().setUp()
        # Odoo's own test runner holds this lock; other threads would wait for its end
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        with self.environment() as env:
            self.journal_id = (
                env["account.journal"]
                .search([("type", "=", "sale"), ("company_id.active", "=", True)], limit=1)
                .id
            )
        if not self.journal_id:
            self.skipTest("no company with a chart of accounts")
        with self.environment() as env:
            self.create_world(env)
        self.addCleanup(self.remove)

    @contextmanager
    def environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def create_world(self, env):
        journal = env["account.journal"].browse(self.journal_id)
        company = journal.company_id
        env = env(context={**env.context, "allowed_company_ids": company.ids})
        product = env["product.product"].create(
            {"name": "Interest at once", "type": "service", "taxes_id": False}
        )
        policy = env["dunning.policy"].create(
            {
                "name": "At once",
                "company_id": company.id,
                "country_id": env.ref("base.br").id,
                "sequence": -1,
                "charge_interest": "rate",
                "charge_rate": 1.0,
                "charge_fine": 2.0,
                "charge_interest_product_id": product.id,
                "charge_fine_product_id": product.id,
            }
        )
        partner = env["res.partner"].create(
            {"name": "Charged at once", "country_id": env.ref("base.br").id}
        )
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "journal_id": journal.id,
                "invoice_date": date(2026, 1, 1),
                "invoice_date_due": date(2026, 1, 10),
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": 1000.0, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        self.company_id, self.invoice_id = company.id, invoice.id
        self.partner_id, self.policy_id = partner.id, policy.id
        self.product_id = product.product_tmpl_id.id

    def remove(self):
        with self.environment() as env:
            moves = env["account.move"].search([("partner_id", "=", self.partner_id)])
            env.cr.execute("DELETE FROM dunning_charge WHERE partner_id = %s", [self.partner_id])
            env.cr.execute("DELETE FROM account_move_line WHERE move_id IN %s", [tuple(moves.ids)])
            env.cr.execute("DELETE FROM account_move WHERE id IN %s", [tuple(moves.ids)])
            env.cr.execute("DELETE FROM dunning_policy WHERE id = %s", [self.policy_id])
            env.cr.execute("DELETE FROM product_template WHERE id = %s", [self.product_id])
            env.cr.execute("DELETE FROM res_partner WHERE id = %s", [self.partner_id])

    def test_of_two_who_charge_at_once_one_does_and_the_other_is_refused(self):
        ready, outcomes = threading.Barrier(2), []

        def work():
            try:
                with self.environment() as env:
                    company = env["res.company"].browse(self.company_id)
                    charge = env["dunning.charge"].with_company(company)
                    invoice = charge.env["account.move"].browse(self.invoice_id)
                    invoice.dunning_charge_open  # noqa: B018 both have read the same before
                    ready.wait(30)
                    charge._book(invoice, ["interest", "fine"], date(2026, 11, 20))
                outcomes.append("booked")
            except Exception as error:  # noqa: BLE001 whatever stops it, it has to stop it
                outcomes.append(type(error).__name__)

        with mute_logger("odoo.sql_db"):
            threads = [threading.Thread(target=work) for _worker in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(outcomes.count("booked"), 1, outcomes)
        with self.environment() as env:
            rows = env["dunning.charge"].search([("move_id", "=", self.invoice_id)])
            self.assertEqual(sorted(rows.mapped("component")), ["fine", "interest"])
            documents = env["account.move"].search(
                [("dunning_charge_origin_id", "=", self.invoice_id)]
            )
            self.assertEqual(len(documents), 1)

    def test_the_constraint_alone_stops_who_did_not_wait_for_the_lock(self):
        vals = {
            "company_id": self.company_id,
            "partner_id": self.partner_id,
            "move_id": self.invoice_id,
            "date_due": date(2026, 1, 10),
            "date": date(2026, 11, 20),
            "kind": "waived",
            "reason": "Test",
            "amount": 1.0,
        }
        ready, outcomes = threading.Barrier(2), []

        def work(component, start, end):
            try:
                with self.environment() as env:
                    currency = env["res.company"].browse(self.company_id).currency_id
                    span = {"component": component, "date_from": start, "date_to": end}
                    ready.wait(30)
                    env["dunning.charge"].create({**vals, **span, "currency_id": currency.id})
                    env.flush_all()
                outcomes.append("written")
            except Exception as error:  # noqa: BLE001 whatever stops it, it has to stop it
                outcomes.append(type(error).__name__)

        for component, spans in (
            (
                "interest",
                [(date(2026, 2, 1), date(2026, 3, 1)), (date(2026, 2, 20), date(2026, 4, 1))],
            ),
            ("fees", [(date(2026, 2, 1), False), (date(2026, 3, 1), False)]),
        ):
            with self.subTest(component), mute_logger("odoo.sql_db"):
                outcomes.clear()
                threads = [threading.Thread(target=work, args=(component, *s)) for s in spans]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(60)
                self.assertEqual(sorted(outcomes)[-1], "written")
                self.assertEqual(outcomes.count("written"), 1, outcomes)
