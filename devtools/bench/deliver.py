"""Deliver messages by real workers over HTTP to the sandbox: speed, cost, none twice or lost."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from devtools import databases, inside, odoo, paths
from devtools.bench import plan

NEEDS_DATABASE = True
DATABASE = f"{databases.TEST}_deliver"
NUMBER_ID, WABA_ID = "300000000000009", "200000000000009"
TOKEN, APP_SECRET = "a-token-of-the-bench", "a-secret-of-the-bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Queue the messages, let the workers drain the queue, count at the sandbox."""
    parser = argparse.ArgumentParser(prog="./dev bench deliver", description=__doc__)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--latency-ms", type=float, default=150.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worker", metavar="DATABASE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker:
        return work(options.worker)
    databases.copy(databases.TEST, DATABASE)
    try:
        figures = measure(options.messages, options.latency_ms / 1000, options.workers)
    finally:
        databases.drop(DATABASE)
    if options.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:<20} {value}" for name, value in figures.items()))
    return 1 if figures["duplicates"] or figures["lost"] else 0


def measure(messages: int, latency: float, workers: int) -> dict[str, float]:
    """Start sandbox and workers, wait for the end of the queue, and add up what each says."""
    sys.path.insert(0, str(paths.ADDON / "tests"))
    from sandbox import Sandbox

    sandbox = Sandbox(
        phone_number_id=NUMBER_ID,
        waba_id=WABA_ID,
        token=TOKEN,
        app_secret=APP_SECRET,
        latency=latency,
        auto_statuses=(),
    )
    with sandbox:
        prepare(messages, sandbox)
        started = [spawn() for _worker in range(workers)]
        for worker in started:
            _read(worker, "ready")
        began = time.perf_counter()
        for worker in started:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        reports = [_read(worker, "done") for worker in started]
        seconds = time.perf_counter() - began
        for worker in started:
            worker.wait(30)
        accepted = [row["to"] for row in sandbox.accepted]
    times = sorted(value for report in reports for value in report["times"])
    return {
        "messages_per_second": round(len(accepted) / seconds, 1),
        "seconds": round(seconds, 2),
        "p50_ms": round(times[len(times) // 2] * 1000, 1) if times else 0.0,
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1) if times else 0.0,
        "cpu_seconds": round(sum(report["cpu"] for report in reports), 2),
        "queries_per_message": round(
            sum(report["queries"] for report in reports) / max(len(accepted), 1), 2
        ),
        "peak_mb": max(report["peak_mb"] for report in reports),
        "duplicates": len(accepted) - len(set(accepted)),
        "lost": messages - len(set(accepted)),
    }


def prepare(messages: int, sandbox: Any, database: str = DATABASE) -> None:
    """A company whose plan has queued one message for each debtor."""
    registry = boot(database)
    with inside.environment(registry) as env:
        company = plan.seed(env, messages)
        account = env["dunning.whatsapp.account"].search([("company_id", "=", company.id)])
        account.write(
            {
                "phone_number_id": NUMBER_ID,
                "waba_id": WABA_ID,
                "token": TOKEN,
                "app_secret": APP_SECRET,
                "base_url": sandbox.base_url,
                # a number in full operation: no slow start, and room for everybody
                "messaging_limit": "TIER_UNLIMITED",
                "ramp_per_day": 0,
                "throughput": "HIGH",
            }
        )
        account.template_ids.write({"status": "DRAFT"})
        account.action_submit_templates()
        env["dunning.plan"]._propose(company, plan.AT)
        env["ir.cron.trigger"].search([]).unlink()
    with registry.cursor() as cr:
        cr.execute("ANALYZE")
    registry.clear_all_caches()


def boot(database: str) -> Any:
    """The registry of a bench's database, in this process."""
    return inside.boot(odoo.write_conf("bench", log_level="warn"), database)


def spawn() -> subprocess.Popen[str]:
    """A worker: a process of its own, as a second host would be."""
    return subprocess.Popen(
        [sys.executable, "-m", "devtools.bench.deliver", "--worker", DATABASE],
        cwd=paths.REPO,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _read(worker: subprocess.Popen[str], wanted: str) -> dict[str, Any]:
    """The next report of a worker; what else it prints is passed over."""
    for line in worker.stdout or ():
        if line.startswith(f"{wanted} "):
            report: dict[str, Any] = json.loads(line[len(wanted) + 1 :])
            return report
    raise SystemExit(f"A worker ended before it was {wanted}; see its lines above.")


def work(database: str) -> int:
    """Drain the queue at the bench's instant and report what it took."""
    with inside.environment(boot(database)) as env:
        stop_clock()
        times = watch_couriers()
        env["dunning.jurisdiction"]._law_book()
        print("ready {}", flush=True)
        sys.stdin.readline()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu, queries = usage.ru_utime + usage.ru_stime, env.cr.sql_log_count
        env["dunning.outbox"]._cron_deliver()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        report = {
            "times": times,
            "cpu": usage.ru_utime + usage.ru_stime - cpu,
            "queries": env.cr.sql_log_count - queries,
            "peak_mb": usage.ru_maxrss // 1024,
        }
    print(f"done {json.dumps(report)}", flush=True)
    return 0


def stop_clock(later: timedelta = timedelta()) -> None:
    """Let this process live from the bench's instant on, whatever hour the law has here."""
    from odoo import fields

    real_now = fields.Datetime.now
    shift = plan.AT + later - real_now()

    def now(*_args: Any) -> datetime:
        return real_now() + shift

    fields.Datetime.now = staticmethod(now)


def watch_couriers() -> list[float]:
    """Note for each message the time from the claim's hand-over to its recording."""
    from odoo.addons.l10n_latam_dunning.core.delivery import Courier
    from odoo.addons.l10n_latam_dunning.models.dunning_outbox_wire import DunningOutbox

    began: dict[int, float] = {}
    times: list[float] = []
    lock = threading.Lock()
    take, record = Courier.take, DunningOutbox._record

    def timed_take(self: Any, key: int, call: Any, delay: float = 0.0) -> None:
        with lock:
            began[key] = time.perf_counter()
        take(self, key, call, delay)

    def timed_record(self: Any, landed: Any) -> None:
        record(self, landed)
        with lock:
            times.extend(time.perf_counter() - began.pop(key) for key, _delivery in landed)

    Courier.take, DunningOutbox._record = timed_take, timed_record
    return times


if __name__ == "__main__":
    raise SystemExit(main())
