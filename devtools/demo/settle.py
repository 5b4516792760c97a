"""Makes a database ready for `./dev serve`: seeds it when it is fresh, has the templates approved,
and writes down what the sandbox's own process must know.

`python -m devtools.demo.settle DATABASE --conf FILE …`, started by `./dev serve`.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import inside, paths
from ..console import Problem
from . import ledger
from .clock import UTC, naive, parse_at, running
from .stage import DELIVER, EVENTS, PLAN, connect, prepare_account

SECONDS_BETWEEN_TICKS = 1.5  # so that one sees a message go from sent to delivered to read
PHONE_PAGE = "devtools.phone:install"


def settle(
    env: Any, sandbox: Any, address: str, *, seed_at: datetime | None, clock: Any
) -> dict[str, Any]:
    """Seed when asked, connect Odoo with the sandbox's address; the data for both processes."""
    if seed_at:
        ledger.seed(env, seed_at, clock)
        for name in (PLAN, DELIVER, EVENTS):
            env.ref(f"l10n_latam_dunning.{name}").nextcall = naive(seed_at)
    env["ir.config_parameter"].set_param("web.base.url.freeze", "True")
    connect(env, sandbox, address)
    accounts = env["dunning.whatsapp.account"].search([])
    return {
        "sandbox": {
            "port": sandbox.port,
            "status_delay": SECONDS_BETWEEN_TICKS,
            "accounts": [prepare_account(account) for account in accounts],
            "templates": [
                {"waba_id": template.account_id.waba_id, "definition": template._definition()}
                for template in accounts.template_ids
            ],
            "plugins": [PHONE_PAGE],
        },
        "accounts": [
            {
                "company": account.company_id.name,
                "webhook": account.webhook_url,
                "verify token": account.verify_token,
                "app secret": account.app_secret,
            }
            for account in accounts
        ],
    }


def main() -> int:
    """Settle a database as the arguments say; ends in a sentence, never in a traceback."""
    parser = argparse.ArgumentParser(prog="devtools.demo.settle")
    parser.add_argument("database")
    parser.add_argument("--conf", type=Path, required=True)
    parser.add_argument("--address", required=True, help="Odoo's own address")
    parser.add_argument("--sandbox-port", type=int, required=True)
    parser.add_argument("--at", type=parse_at)
    parser.add_argument("--seed", action="store_true")
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args()
    sys.path.append(str(paths.ADDON / "tests"))
    from sandbox import Sandbox

    try:
        registry = inside.boot(options.conf, options.database)
        at = (options.at or datetime.now(UTC)).replace(microsecond=0)
        with (
            running(at) as clock,
            Sandbox(port=options.sandbox_port) as sandbox,
            inside.environment(registry) as env,
        ):
            seed_at = at if options.seed else None
            data = settle(env, sandbox, options.address, seed_at=seed_at, clock=clock)
        options.result.touch(mode=0o600)
        options.result.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    except Problem as problem:
        sys.stderr.write(f"{problem.sentence}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
