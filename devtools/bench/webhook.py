"""Webhooks: signed posts to a real HTTP server, then the scheduled action that works on them."""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import itertools
import json
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from devtools import inside, odoo
from devtools.bench import plan

NEEDS_DATABASE = True
COPY = "dunning_bench_webhook"
SECRET = "bench"
STATUSES = ("sent", "delivered", "read")
# One event in so many is a reply; the others are the three receipts of each message.
REPLY_EVERY = 25
NUMBER_ID, WABA_ID = "1", "2"


def main(arguments: Sequence[str] | None = None) -> int:
    """Post, process, and print what it took."""
    parser = argparse.ArgumentParser(prog="./dev bench webhook", description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=4, help="posts at the same time")
    parser.add_argument("--per-post", type=int, default=1, help="events in one post")
    parser.add_argument("--database", default=os.environ.get("DUNNING_BENCH_DB", "dunning_test"))
    parser.add_argument(
        "--conf", type=Path, help="Odoo's configuration; the tool's own if left out"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    conf = options.conf or odoo.write_conf("bench", log_level="warn")
    with copied(options.database):
        figures = measure(conf, options)
    if options.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:<22} {value}" for name, value in figures.items()))
    return 0


@contextmanager
def copied(database: str) -> Iterator[None]:
    """A copy of a database that lives as long as the bench: what is posted is committed."""
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{COPY}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{COPY}" TEMPLATE "{database}" STRATEGY FILE_COPY')
        try:
            yield
        finally:
            cursor.execute(f'DROP DATABASE IF EXISTS "{COPY}" WITH (FORCE)')
            connection.close()


def measure(conf: Path, options: argparse.Namespace) -> dict[str, float]:
    """Seed, post from another process, then process, all on the copy."""
    registry = inside.boot(conf, COPY, "--log-level=warn")
    with inside.environment(registry) as env:
        key, messages = seed(env, options.events)
    bodies = list(posts(messages, options.events, options.per_post))
    with inside.http_server(0) as address:
        seconds, waits = post_elsewhere(address, key, bodies, options.connections)
    with inside.environment(registry) as env:
        stored = env["dunning.event"].search_count([])
        env.cr.commit()
        start = time.perf_counter()
        env["dunning.event"]._cron_process()
        env.cr.commit()
        took = time.perf_counter() - start
        done = env["dunning.event"].search_count([("state", "=", "done")])
    return {
        "events": stored,
        "accepted_per_second": round(stored / seconds, 1),
        "p50_ms": round(1000 * waits[len(waits) // 2], 1),
        "p99_ms": round(1000 * waits[int(len(waits) * 0.99)], 1),
        "processed_per_second": round(done / took, 1),
    }


def seed(env: Any, events: int) -> tuple[str, list[tuple[str, str, str]]]:
    """Messages that have left, each to a debtor of its own; returns the webhook's key and
    (WhatsApp id, reference, number) of each."""
    debtors = events // len(STATUSES) + 1
    company = plan.seed(env, debtors)
    account = env["dunning.whatsapp.account"].search([("phone_number_id", "=", NUMBER_ID)])
    account.app_secret = SECRET
    messages = env["dunning.plan"]._propose(company, plan.AT)
    messages = messages.filtered(lambda message: message.state == "queued")
    now = env.cr.now()
    for message in messages:
        message.write({"state": "sent", "provider_ref": f"wamid.{message.id}", "attempted_at": now})
    env.flush_all()
    env.cr.execute("ANALYZE")
    rows = [(m.provider_ref, m.reference, m.contact_point_id.value[1:]) for m in messages]
    return account.webhook_key, rows


def posts(messages: list[tuple[str, str, str]], events: int, per_post: int) -> Iterator[bytes]:
    """Signed-to-be bodies in the order in which WhatsApp would tell: message by message."""
    changes = itertools.islice(tell(messages), events)
    while chunk := list(itertools.islice(changes, per_post)):
        entry = {"id": WABA_ID, "changes": chunk}
        yield json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def tell(messages: list[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    """Changes about each message, and now and then a reply to one."""
    serial = itertools.count(1)
    metadata = {"display_phone_number": "51900000000", "phone_number_id": NUMBER_ID}
    stamp = str(int(time.time()))
    for wamid, reference, number in messages:
        user_id = f"PE.{number}"
        for name in STATUSES:
            row = {
                "id": wamid,
                "status": name,
                "timestamp": stamp,
                "recipient_id": number,
                "recipient_user_id": user_id,
                "biz_opaque_callback_data": reference,
                "pricing": {"billable": True, "type": "regular", "category": "utility"},
            }
            value = {"statuses": [row], "contacts": [{"wa_id": number, "user_id": user_id}]}
            yield {"field": "messages", "value": {"metadata": metadata, **value}}
            if next(serial) % REPLY_EVERY == 0:
                next(serial)
                message = {
                    "from": number,
                    "from_user_id": user_id,
                    "id": f"{wamid}.{name}",
                    "timestamp": stamp,
                    "type": "text",
                    "text": {"body": "¿Me envían otra vez la factura?"},
                }
                value = {"messages": [message], "contacts": [{"wa_id": number}]}
                yield {"field": "messages", "value": {"metadata": metadata, **value}}


def post_elsewhere(
    address: str, key: str, bodies: list[bytes], connections: int
) -> tuple[float, list[float]]:
    """Post from a process of its own, as Meta is one; returns seconds, and each wait, sorted."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    port = int(address.rsplit(":", 1)[1])
    process = context.Process(target=post_all, args=(port, key, bodies, connections, results))
    process.start()
    seconds, waits = results.get()
    process.join()
    return seconds, sorted(waits)


def post_all(port: int, key: str, bodies: list[bytes], connections: int, results: Any) -> None:
    """Post all bodies over several connections at once; each must be answered with 200."""
    signed = iter([(body, sign(body)) for body in bodies])
    lock = threading.Lock()
    waits: list[float] = []

    def work() -> None:
        connection = http.client.HTTPConnection(inside.LOCALHOST, port)
        while True:
            with lock:
                body, signature = next(signed, (b"", ""))
            if not body:
                return
            start = time.perf_counter()
            headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
            connection.request("POST", f"/dunning/whatsapp/{key}", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"A webhook was answered with {answer.status}.")
            waits.append(time.perf_counter() - start)

    threads = [threading.Thread(target=work) for _connection in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((time.perf_counter() - start, waits))


def sign(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
