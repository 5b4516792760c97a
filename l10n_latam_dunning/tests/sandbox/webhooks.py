"""Webhooks as Meta sends them: signed over the exact bytes, batched, repeated, retried."""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import hmac
import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from .accounts import Account, is_loopback

Json = dict[str, Any]

# Kept out of the module's names, where a frozen clock would be put in its place.
_REAL = {"monotonic": time.monotonic}
RETRY_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def real_now() -> float:
    """Return a moment for measuring, which a frozen clock does not stop."""
    return _REAL["monotonic"]()


@dataclass
class Change:
    """One update that waits to be told."""

    account: Account
    field_name: str
    value: Json


@dataclass
class Delivery:
    """One POST: its exact bytes and headers. `status` is the answer (0: none)."""

    account: Account = field(repr=False)
    raw: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    changes: int = 1
    tries: int = 0
    status: int = 0
    due: float = 0.0


def sign(raw: bytes, app_secret: str) -> str:
    """Return the value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()


def encode(body: Json) -> bytes:
    """Write JSON as Meta does: ASCII only, slashes escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


class Courier:
    """Brings changes to the accounts' webhook addresses from threads of its own."""

    def __init__(self, on_taken: Callable[[Change], None] = lambda _change: None) -> None:
        self.batch_size = 1
        self.shuffle = False
        self.repeat = 1
        self.workers = 1
        self.timeout = 30.0
        self.delivered: list[Delivery] = []
        self.given_up: list[Delivery] = []
        self.held: list[Delivery] = []
        self.attempts = 0
        self._random = random.Random(7)
        self._on_taken = on_taken
        self._serial = itertools.count()
        self._changes: list[tuple[float, int, Change]] = []
        self._retries: list[Delivery] = []
        self._busy = 0
        self._paused = False
        self._stopping = False
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads."""
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._run, name=f"sandbox-webhook-{number}", daemon=True)
            for number in range(self.workers)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads; what was not delivered stays so."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(self.timeout)
        self._threads = []

    def pause(self, paused: bool = True) -> None:
        """Keep changes back, or let them go again."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def add(self, account: Account, field_name: str, value: Json, delay: float = 0.0) -> None:
        """Queue a change; an account that is not subscribed never hears of it."""
        if not account.subscribed:
            return
        with self._changed:
            change = Change(account, field_name, value)
            heapq.heappush(self._changes, (real_now() + delay, next(self._serial), change))
            self._changed.notify_all()

    @property
    def pending(self) -> int:
        """How many changes and retries still wait."""
        with self._changed:
            return len(self._changes) + len(self._retries) + self._busy

    def flush(self, timeout: float) -> bool:
        """Wait until all was answered with 200; False when time ran out or one was given up."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: not (self._changes or self._retries or self._busy), timeout
            )
            return done and not self.given_up

    def take(self) -> list[Delivery]:
        """Return the deliveries of accounts without a webhook address and forget them."""
        with self._changed:
            taken, self.held = self.held, []
            return taken

    def _run(self) -> None:
        while True:
            with self._changed:
                delivery = self._next()
                while delivery is None:
                    if self._stopping:
                        return
                    self._changed.wait(self._until_due())
                    delivery = self._next()
                self._busy += 1
            status = 0
            try:
                for _time in range(self.repeat if delivery.tries == 0 else 1):
                    status = self._post(delivery)
            finally:
                with self._changed:
                    self._busy -= 1
                    self._settle(delivery, status)
                    self._changed.notify_all()

    def _next(self) -> Delivery | None:
        """Return the next delivery that is due; called with the lock held."""
        if self._stopping:
            return None
        now = real_now()
        for delivery in self._retries:
            if delivery.due <= now:
                self._retries.remove(delivery)
                return delivery
        if self._paused:
            return None
        if self.shuffle:
            self._mix(now)
        batch: list[Change] = []
        while self._changes and self._changes[0][0] <= now and len(batch) < self.batch_size:
            if batch and self._changes[0][2].account is not batch[0].account:
                break
            batch.append(heapq.heappop(self._changes)[2])
        for change in batch:
            self._on_taken(change)
        return _delivery(batch) if batch else None

    def _mix(self, now: float) -> None:
        """Put the next changes that are due in another order."""
        taken: list[tuple[float, int, Change]] = []
        while self._changes and self._changes[0][0] <= now and len(taken) < 100:
            taken.append(heapq.heappop(self._changes))
        changes = [change for _due, _serial, change in taken]
        self._random.shuffle(changes)
        for (due, serial, _change), change in zip(taken, changes, strict=True):
            heapq.heappush(self._changes, (due, serial, change))

    def _until_due(self) -> float | None:
        moments = [delivery.due for delivery in self._retries]
        if not self._paused:
            moments += [due for due, _serial, _change in self._changes[:1]]
        return max(min(moments) - real_now(), 0.001) if moments else None

    def _settle(self, delivery: Delivery, status: int) -> None:
        delivery.status = status
        delivery.tries += 1
        if not delivery.account.webhook_url:
            self.held.append(delivery)
        elif status == 200:
            self.delivered.append(delivery)
        elif delivery.tries > len(RETRY_SECONDS):
            self.given_up.append(delivery)
        else:
            delivery.due = real_now() + RETRY_SECONDS[delivery.tries - 1]
            self._retries.append(delivery)

    def _post(self, delivery: Delivery) -> int:
        """POST once; return the HTTP status, 0 for no answer."""
        if not delivery.account.webhook_url:
            return 0
        self.attempts += 1
        try:
            return request(
                "POST",
                delivery.account.webhook_url,
                delivery.raw,
                {**delivery.headers, **delivery.account.webhook_headers},
                self.timeout,
            )[0]
        except (OSError, http.client.HTTPException):
            return 0


def request(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: float
) -> tuple[int, bytes]:
    """Make one plain HTTP request to this machine."""
    if not is_loopback(url):
        raise ValueError("the sandbox speaks to this machine only")
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    with contextlib.closing(connection):
        target = parts.path or "/"
        connection.request(
            method, f"{target}?{parts.query}" if parts.query else target, body, dict(headers)
        )
        answer = connection.getresponse()
        return answer.status, answer.read(1 << 20)


def handshake(url: str, verify_token: str, timeout: float = 10.0) -> bool:
    """Verify a webhook address as Meta does when it is subscribed."""
    challenge = str(random.SystemRandom().randrange(10**9, 10**10))
    query = urlencode(
        {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    )
    try:
        status, body = request("GET", f"{url}?{query}", None, {}, timeout)
    except (OSError, http.client.HTTPException):
        return False
    return status == 200 and body == challenge.encode()


def _delivery(batch: list[Change]) -> Delivery:
    account = batch[0].account
    changes = []
    for (name, kind), group in itertools.groupby(batch, _merge_key):
        values = [change.value for change in group]
        if kind:
            merged = {**values[0], kind: [row for value in values for row in value[kind]]}
            contacts = [row for value in values for row in value.get("contacts", [])]
            if contacts:
                merged["contacts"] = [
                    row for at, row in enumerate(contacts) if row not in contacts[:at]
                ]
            values = [merged]
        changes += [{"field": name, "value": value} for value in values]
    entry: Json = {"id": account.waba_id, "changes": changes}
    if any(change.field_name != "messages" for change in batch):
        entry["time"] = int(time.time())
    raw = encode({"object": "whatsapp_business_account", "entry": [entry]})
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature-256": sign(raw, account.app_secret),
    }
    return Delivery(account, raw, headers, changes=len(batch))


def _merge_key(change: Change) -> tuple[str, str]:
    """Statuses that succeed share one value, failed ones (without contacts) another."""
    for kind in ("statuses", "messages"):
        if kind in change.value:
            return change.field_name, kind
    return change.field_name, ""
