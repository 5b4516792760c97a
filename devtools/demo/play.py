"""Plays the demo in this process: Odoo with its HTTP server, the WhatsApp sandbox, and the
scheduled actions as Odoo's cron runs them.

`python -m devtools.demo.play DATABASE --conf FILE`, started by `./dev demo`.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .. import inside, paths
from ..console import Problem, say, seconds, show_problem, step
from . import ledger, replies, report
from .clock import UTC, parse_at, real_seconds, running
from .stage import PLAN, Errors, Stage, connect, make_trouble
from .stage import problem as problem_of

PAST_OPENING = timedelta(seconds=30)


def play(
    registry: Any, began: datetime, may_skip: bool, since: float, errors: Errors
) -> dict[str, Any]:
    """The whole demo from an instant on; prints it and returns what the JSON file holds. When
    everybody waits it may skip to the next opening."""
    sys.path.append(str(paths.ADDON / "tests"))
    from sandbox import Sandbox

    with running(began) as clock:
        with (
            step("ledger: invoices, payments, agreements") as current,
            inside.environment(registry) as env,
        ):
            ledger.seed(env, began, clock)
            count = env["account.move"].search_count([("move_type", "=", "out_invoice")])
            current.note = f"{count} invoices of {len(ledger.debtors(env))} debtors"
        errors.refuse()
        with inside.http_server(0) as base_url, Sandbox() as sandbox:
            stage = Stage(registry, sandbox, clock, errors)
            with step("WhatsApp templates approved") as current, stage.env() as env:
                connect(env, sandbox, base_url)
                current.note = f"{len(sandbox.templates)} on {len(sandbox.accounts)} numbers"
            errors.refuse()
            return _perform(stage, began, may_skip, since)


def _perform(stage: Stage, at: datetime, may_skip: bool, since: float) -> dict[str, Any]:
    data: dict[str, Any] = {"at": at.isoformat()}
    with step("plan reminders"):
        stage.cron(PLAN)
    if may_skip and _everybody_waits(stage):
        at, data["waiting_now"] = _skip_to_opening(stage, at)
        data["at"] = at.isoformat()
    with stage.env() as env:
        make_trouble(env, stage.sandbox)
    with step("deliver, and take in the webhooks") as current:
        stage.deliver()
        current.note = f"{len(stage.sandbox.accepted)} accepted by the sandbox"
    with stage.env() as env:
        companies = report.read(env, at)
        uncertain = report.settled_by_receipt(env)
    answers = replies.answer(stage)
    stage.refuse_loose_ends()
    sandbox = {"accepted": len(stage.sandbox.accepted), "duplicates": stage.sandbox.duplicates}
    data["companies"] = [company.to_json() for company in companies]
    data["sandbox"] = sandbox
    data["seconds"] = round(real_seconds() - since, 1)
    _tell_tables(companies, at)
    _tell_chatter(stage, answers.message_id)
    _tell_summary(companies, [*uncertain, *answers.lines], data)
    return data


def _everybody_waits(stage: Stage) -> bool:
    """Whether the law lets nothing leave now, and something waits for its hour."""
    with stage.env() as env:
        states = env["dunning.message"].search([]).mapped("state")
    return "queued" not in states and "waiting" in states


def _skip_to_opening(stage: Stage, at: datetime) -> tuple[datetime, list[dict[str, Any]]]:
    """Tell that everybody waits, list them, and go to the next instant at which one does not."""
    with stage.env() as env:
        waiting = env["dunning.message"].search([("state", "=", "waiting")])
        rows = [report.row_of_message(message, at) for message in waiting]
        data = [
            {"company": message.company_id.name, **row.to_json()}
            for message, row in zip(waiting, rows, strict=True)
        ]
    opening = min(row.not_before for row in rows if row.not_before)
    say(
        f"\nNow, {at:%a %d %b %Y %H:%M} UTC, the law lets none of the debtors be reached. "
        f"{len(rows)} messages wait:"
    )
    for line in report.waiting_list(rows):
        say(line)
    say(
        "\nThe demo therefore plays the next instant at which someone may be reached: "
        f"{report.when(opening)} ({opening.astimezone(UTC):%Y-%m-%d %H:%M} UTC)."
    )
    stage.clock.move_to(opening + PAST_OPENING)
    stage.cron(PLAN)
    return opening, data


# === TELLING === #


def _tell_tables(companies: Sequence[report.Company], at: datetime) -> None:
    utc = "" if at.utcoffset() == timedelta(0) else f", {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    say(f"\nPlayed at {at:%A %d %B %Y, %H:%M} ({report.place(at)}){utc}.")
    say("Days count from the due date: + is overdue. Times are the debtor's own.")
    for company in companies:
        say(f"\n{company.name} ({company.country})")
        for line in report.table(company.rows):
            say(line)


def _tell_chatter(stage: Stage, message_id: int) -> None:
    """The chatter of one invoice: of him who answered, else of somebody who waits."""
    with stage.env() as env:
        Message = env["dunning.message"]
        unsent = [("state", "in", ("waiting", "refused"))]
        message = (
            Message.browse(message_id)
            if message_id
            else Message.search(unsent, order="state desc, id", limit=1)
        )
        move = message.line_ids.filtered("level_id").move_id[:1]
        if move:
            zone = message._zone()
            say(f"\nThe chatter of {move.name}, {message.partner_id.name} ({zone.key} time):")
            for line in report.chatter(move, zone):
                say(line)


def _tell_summary(
    companies: Sequence[report.Company], lines: Sequence[str], data: dict[str, Any]
) -> None:
    say(f"\nDebtors by outcome: {report.summary(companies)}.")
    for line in lines:
        say(line)
    accepted, twice = data["sandbox"]["accepted"], data["sandbox"]["duplicates"]
    say(f"WhatsApp sandbox: {accepted} messages accepted, {twice} of them twice.")
    say(f"{seconds(data['seconds'])} in all.")


def _refuse_bad_end(stage_data: dict[str, Any]) -> None:
    twice = stage_data["sandbox"]["duplicates"]
    if twice:
        raise problem_of(f"{twice} messages were accepted twice by the sandbox.")


def main() -> int:
    """Play on a database as the arguments say; ends in a sentence, never in a traceback."""
    parser = argparse.ArgumentParser(prog="devtools.demo.play")
    parser.add_argument("database")
    parser.add_argument("--conf", type=Path, required=True)
    parser.add_argument("--at", type=parse_at, help="play this instant, and no other")
    parser.add_argument("--now", type=parse_at, help="what the machine's clock is to show")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--since", type=float, default=time.time())
    options = parser.parse_args()
    try:
        with step("start Odoo"):
            registry = inside.boot(options.conf, options.database)
        errors = Errors()
        logging.getLogger().addHandler(errors)
        began = options.at or options.now or datetime.now(UTC)
        began = began.replace(microsecond=0)
        data = play(registry, began, options.at is None, options.since, errors)
        if options.json:
            text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
            options.json.write_text(text, encoding="utf-8")
        _refuse_bad_end(data)
    except Problem as problem:
        show_problem(problem)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        logging.getLogger(__name__).exception("the demo stopped")
        log = paths.shown(paths.log_file("demo"))
        show_problem(Problem(f"The demo stopped: {type(error).__name__}: {error}", f"read {log}"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
