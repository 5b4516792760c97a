"""Workers killed at every step of a delivery, with real processes, cursors and HTTP.

`python -m devtools.chaos` in the venv; `./dev test` runs it. After each death the database must
say nothing untrue, and in the end every message has left once and none is lost.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from devtools import databases, inside, odoo, paths
from devtools.bench import deliver
from devtools.console import Problem, show_problem, step

DATABASE = f"{databases.TEST}_chaos"
MESSAGES = 400  # each death takes a batch or two with it
DEATH = 9
LATER = timedelta(minutes=20)  # a claim older than the outbox's patience
# Every worker process lives a little later than the one before it.
ENVIRONMENT_SHIFT = "DUNNING_CHAOS_MINUTES"


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill workers one after the other; exit code 0 when the queue came through."""
    parser = argparse.ArgumentParser(prog="devtools.chaos", description=__doc__)
    parser.add_argument("--worker", metavar="POINT", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker is not None:
        return work(options.worker)
    databases.copy(databases.ADDON, DATABASE)
    try:
        run()
    except Problem as problem:
        show_problem(problem)
        return 1
    finally:
        databases.drop(DATABASE)
    return 0


def run() -> None:
    """Prepare a queue, let a worker die at each point, and let the last ones finish it."""
    sys.path.insert(0, str(paths.ADDON / "tests"))
    from sandbox import Sandbox

    sandbox = Sandbox(
        phone_number_id=deliver.NUMBER_ID,
        waba_id=deliver.WABA_ID,
        token=deliver.TOKEN,
        app_secret=deliver.APP_SECRET,
        latency=0.02,
        auto_statuses=(),
    )
    with sandbox:
        deliver.prepare(MESSAGES, sandbox, DATABASE)
        minutes = 0
        for point in DEATHS:
            with step(f"a worker that dies {point.replace('_', ' ')}"):
                minutes += 30
                if finish(spawn(point, minutes)) != DEATH:
                    raise Problem(f"No worker died {point}: the point was not reached.")
                refuse_untruths(sandbox)
        with step("two workers finish the queue together"):
            minutes += 30
            codes = [finish(worker) for worker in [spawn("", minutes), spawn("", minutes)]]
            if any(codes):
                raise Problem("A worker did not come to its end.")
        with step("receipts and a person settle what nobody knew"):
            settle(sandbox, minutes + 30)
        accepted = [row["to"] for row in sandbox.accepted]
        twice = len(accepted) - len(set(accepted))
        if twice or len(set(accepted)) != MESSAGES:
            lost = MESSAGES - len(set(accepted))
            raise Problem(f"Of {MESSAGES} messages {twice} left twice and {lost} were lost.")


def spawn(point: str, minutes: int) -> subprocess.Popen[bytes]:
    """A worker process that dies at a point, or lives to its end when there is none."""
    return subprocess.Popen(
        [sys.executable, "-m", "devtools.chaos", "--worker", point],
        cwd=paths.REPO,
        env={**os.environ, ENVIRONMENT_SHIFT: str(minutes)},
    )


def finish(worker: subprocess.Popen[bytes]) -> int:
    """The exit code of a worker."""
    try:
        return worker.wait(120)
    except subprocess.TimeoutExpired as error:
        worker.kill()
        raise Problem("A worker hangs.") from error


def refuse_untruths(sandbox: Any) -> None:
    """A Problem when a message that WhatsApp accepted could be sent again by itself."""
    accepted = {row["opaque"] for row in sandbox.accepted}
    with inside.environment(deliver.boot(DATABASE)) as env:
        waiting = env["dunning.message"].search(
            [
                ("state", "not in", ("sending", "sent", "uncertain")),
                ("reference", "in", [*accepted]),
            ]
        )
    if waiting:
        raise Problem(f"{len(waiting)} accepted messages would be sent again.")


def settle(sandbox: Any, minutes: int) -> None:
    """Give Odoo the receipts of what was accepted; a person has the rest sent again."""
    with inside.environment(deliver.boot(DATABASE)) as env:
        for row in sandbox.accepted:
            message = env["dunning.message"].search([("reference", "=", row["opaque"])])
            message._apply_receipt("delivered", deliver.plan.AT)
        env["dunning.message"].search([("state", "=", "uncertain")]).action_send_again()
    if finish(spawn("", minutes)):
        raise Problem("The last worker did not come to its end.")


# === WORKERS === #


def work(point: str) -> int:
    """Drain the queue, and die at the point."""
    registry = inside.boot(odoo.write_conf("bench", log_level="warn"), DATABASE)
    with inside.environment(registry) as env:
        deliver.stop_clock(timedelta(minutes=int(os.environ[ENVIRONMENT_SHIFT])))
        if point:
            DEATHS[point](env)
        env["dunning.outbox"]._cron_deliver()
    return 0


def die(*_args: Any, **_options: Any) -> Any:
    """End this process at once, as a kill does: nothing is rolled back, closed or said."""
    os._exit(DEATH)


def _in_the_outbox(name: str, *, after: bool) -> Callable[[Any], None]:
    """Die before or after a step of the outbox, the first time that it has something to do."""

    def arm(env: Any) -> None:
        cls = type(env["dunning.outbox"])
        step_itself = getattr(cls, name)

        def dying(self: Any, given: Any, *more: Any, **options: Any) -> Any:
            if not given:
                return step_itself(self, given, *more, **options)
            if after:
                step_itself(self, given, *more, **options)
                self.env.flush_all()
            return die()

        setattr(cls, name, dying)

    return arm


def _on_the_wire(*, after: bool) -> Callable[[Any], None]:
    """Die in the thread that speaks to WhatsApp, before or after the message was accepted."""

    def arm(env: Any) -> None:
        from odoo.addons.l10n_latam_dunning.core.whatsapp.client import Client

        send = Client.send_message

        def dying(self: Any, payload: Any) -> Any:
            if after:
                send(self, payload)
            return die()

        Client.send_message = dying

    return arm


DEATHS: dict[str, Callable[[Any], None]] = {
    "before_the_claim_is_committed": _in_the_outbox("_claim", after=True),
    "after_the_claim_is_committed": _in_the_outbox("_send", after=False),
    "before_the_wire": _on_the_wire(after=False),
    "after_it_was_accepted": _on_the_wire(after=True),
    "before_the_result_is_recorded": _in_the_outbox("_record", after=False),
    "before_the_record_is_committed": _in_the_outbox("_record", after=True),
}


if __name__ == "__main__":
    raise SystemExit(main())
