"""What `./dev serve` shows: the demo's database, the sandbox with its phone page, and Odoo."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import databases, odoo, paths, postgres, state
from ..console import step
from ..serve import Part
from . import SERVED, ensure_template, fresh_database, run_inside

USERS = ("admin", "accountant", "collector", "privacy")
ELSEWHEN = "2026-11-23T10:00-05:00"


def prepare(
    port: int, phone_port: int, at: datetime | None, *, fresh: bool, on: bool
) -> list[Part]:
    """Have the database, and give the parts to be started: the sandbox first, then Odoo. `on` goes
    on with what was served last, at whatever instant that was."""
    ensure_template()
    wanted = state.read_stamp(databases.DEMO_TEMPLATE)
    kept = state.read_stamp(SERVED) == wanted and at is None
    seed = fresh or not databases.exists(databases.DEMO) or not (kept or on)
    if seed:
        fresh_database()
    data = _settle(port, phone_port, at, seed)
    # a database that lives at another instant is not kept for the next time
    if at is None:
        state.write_stamp(SERVED, wanted)
    else:
        state.drop_stamp(SERVED)
    return [
        _sandbox_part(data["sandbox"], phone_port, at),
        _odoo_part(port, at, list(_lines(data["accounts"], at))),
    ]


def _settle(port: int, phone_port: int, at: datetime | None, seed: bool) -> dict[str, Any]:
    result = paths.RUN / "serve.json"
    result.unlink(missing_ok=True)
    words: list[str | Path] = ["devtools.demo.settle", databases.DEMO]
    words += ["--conf", odoo.write_conf("demo", logfile=paths.log_file("demo"))]
    words += ["--address", f"http://{odoo.LOCALHOST}:{port}", "--sandbox-port", str(phone_port)]
    words += ["--result", result]
    words += ["--at", at.isoformat()] if at else []
    words += ["--seed"] if seed else []
    with step("invoices, templates, webhooks" if seed else "templates, webhooks"):
        run_inside(words, "serve-settle", "The demo's database could not be made ready")
    data: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    result.unlink()
    return data


def _sandbox_part(config: dict[str, Any], port: int, at: datetime | None) -> Part:
    """The sandbox's process; `devtools` and `sandbox` are both importable in it."""
    target = paths.RUN / "sandbox.json"
    target.touch(mode=0o600)
    target.write_text(json.dumps(config), encoding="utf-8")
    address = f"http://{odoo.LOCALHOST}:{port}"
    return Part(
        "Sandbox",
        [*_python(at), "sandbox", "--config", str(target)],
        f"{address}/phone",
        [f"{'Phone page':<14}{address}/phone"],
        {"PYTHONPATH": f"{paths.REPO}:{paths.ADDON / 'tests'}"},
    )


def _odoo_part(port: int, at: datetime | None, lines: Sequence[str]) -> Part:
    """Odoo as people use it: one process, with cron threads."""
    database = databases.DEMO
    conf = odoo.write_conf(
        "serve", http_port=port, db_name=database, dbfilter=f"^{database}$", max_cron_threads=2
    )
    address = f"http://{odoo.LOCALHOST}:{port}"
    words = [*_python(at), "odoo", "server", "-c", str(conf)]
    return Part(
        "Odoo",
        words,
        f"{address}/web/login",
        [f"{'Odoo':<14}{address}", *lines],
        then=_wake_cron,
    )


def _wake_cron() -> None:
    """Tell Odoo's cron threads that there is work; they would find it only after a minute."""
    postgres.sql(f"SELECT pg_notify('cron_trigger', '{databases.DEMO}')")


def _python(at: datetime | None) -> list[str]:
    """How a module is run: plainly, or with its clock at an instant."""
    moved = ["devtools.demo.clocked", at.isoformat()] if at else []
    return [str(paths.PYTHON), "-m", *moved]


def _lines(accounts: Sequence[dict[str, str]], at: datetime | None) -> Iterator[str]:
    yield f"{'Users':<14}{', '.join(USERS)} (the password is the name; this database only)"
    for account in accounts:
        yield ""
        for name, value in account.items():
            yield f"{name.capitalize():<14}{value}"
    yield ""
    if at:
        yield f"The clock was set to {at:%a %d %b %Y %H:%M} ({at:%Z}) and goes on from there."
    else:
        yield "Reminders are being planned and sent. Outside lawful hours they wait; to see"
        yield f"another instant: ./dev serve --at {ELSEWHEN}"
