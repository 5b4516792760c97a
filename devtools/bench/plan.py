"""Plan reminders: select, gate, text, outbox rows and chatter over a large ledger, rolled back."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from devtools import inside, odoo

NEEDS_DATABASE = True
AT = datetime(2026, 11, 25, 15, 0)  # noqa: DTZ001 - Odoo's instants are naive and in UTC
DAYS = (-20, -16, -8, -3)  # four invoices a debtor
OWN_OF_MOVE = {"id", "name", "partner_id", "commercial_partner_id", "partner_shipping_id"}
OWN_OF_LINE = {"id", "move_id", "partner_id", "move_name"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Seed, plan once, and print what it took."""
    parser = argparse.ArgumentParser(prog="./dev bench plan", description=__doc__)
    parser.add_argument("--debtors", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    conf = odoo.write_conf("bench", log_level="warn")
    registry = inside.boot(conf, "dunning_test")
    with registry.cursor() as cr:
        from odoo import SUPERUSER_ID, api

        env = api.Environment(cr, SUPERUSER_ID, {})
        company = seed(env, options.debtors)
        figures = measure(env, company)
        cr.rollback()
    if options.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:<10} {value}" for name, value in figures.items()))
    return 0


def measure(env: Any, company: Any) -> dict[str, float]:
    """Plan the company, everything written out to the database."""
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    messages = env["dunning.plan"]._propose(company, AT)
    env.flush_all()
    seconds = time.perf_counter() - start
    return {
        "invoices": env["dunning.message.line"].search_count([("message_id", "in", messages.ids)]),
        "messages": len(messages),
        "queued": len(messages.filtered(lambda message: message.state == "queued")),
        "seconds": round(seconds, 2),
        "queries": env.cr.sql_log_count - queries,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def seed(env: Any, count: int) -> Any:
    """A company with `count` consented debtors and four open invoices each.

    One debtor's invoices are posted by Odoo; the others' are copies of their rows.
    """
    company = env.company
    company.chart_template or env["account.chart.template"].try_loading("generic_coa", company)
    partners = env["res.partner"].create(
        [
            {
                "name": f"Debtor {number}",
                "phone": f"+51 9{number:08d}",
                "country_id": env.ref("base.pe").id,
                "lang": "es_419",
            }
            for number in range(count)
        ]
    )
    consent = {"proof": "bench", "effective_at": AT - timedelta(days=90)}
    env["dunning.consent"].create([{"partner_id": p.id, **consent} for p in partners])
    for shape in [post(env, partners[0], AT.date() + timedelta(days=days)) for days in DAYS]:
        multiply(env, shape, partners[1:])
    account = env["dunning.whatsapp.account"].create(
        {
            "name": "Bench",
            "company_id": company.id,
            "mode": "live",
            "policy_confirmed": True,
            "phone_number_id": "1",
            "waba_id": "2",
            "token": "none",
            "app_secret": "none",
            "base_url": "http://127.0.0.1:9",
        }
    )
    adopted = env["dunning.policy"].search([("company_id", "=", False)])._adopt(company, account)
    # what is measured are reminders
    adopted.first_touch = "off"
    account.template_ids.write({"status": "APPROVED"})
    env.flush_all()
    env.cr.execute("ANALYZE account_move, account_move_line, res_partner, dunning_consent")
    return company


def post(env: Any, partner: Any, due: date) -> Any:
    """One posted invoice, made by Odoo."""
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": due - timedelta(days=30),
            "invoice_date_due": due,
            "invoice_line_ids": [
                (0, 0, {"name": "Goods", "price_unit": 100.0, "tax_ids": False}),
            ],
        }
    )
    move.action_post()
    env.flush_all()
    return move


def multiply(env: Any, shape: Any, partners: Any) -> None:
    """Copy an invoice's rows for other debtors, with a number of their own."""
    cr = env.cr
    moves = ", ".join(f"m.{name}" for name in _columns(cr, "account_move", OWN_OF_MOVE))
    lines = ", ".join(f"l.{name}" for name in _columns(cr, "account_move_line", OWN_OF_LINE))
    cr.execute("CREATE TEMP TABLE IF NOT EXISTS copied (id int, partner int, name text)")
    cr.execute("TRUNCATE copied")
    cr.execute(
        f"""
        WITH made AS (
            INSERT INTO account_move ({moves.replace("m.", "")}, name, partner_id,
                                      commercial_partner_id, partner_shipping_id)
            SELECT {moves}, 'BENCH/' || m.id || '/' || p.id, p.id, p.id, p.id
              FROM account_move m, res_partner p WHERE m.id = %s AND p.id = ANY(%s)
            RETURNING id, partner_id, name
        ) INSERT INTO copied SELECT * FROM made
        """,
        [shape.id, partners.ids],
    )
    cr.execute(
        f"""
        INSERT INTO account_move_line ({lines.replace("l.", "")}, move_id, partner_id, move_name)
        SELECT {lines}, c.id, c.partner, c.name FROM account_move_line l, copied c
         WHERE l.move_id = %s
        """,
        [shape.id],
    )
    env.invalidate_all()


def _columns(cr: Any, table: str, without: set[str]) -> list[str]:
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    skip = {*without, "access_token", "sequence_number"}
    return [name for (name,) in cr.fetchall() if name not in skip]


if __name__ == "__main__":
    raise SystemExit(main())
