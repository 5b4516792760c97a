"""The demo's clock: a process and its database cursors live at a chosen instant and go on from
there. Nothing of it is in the shipped code; PostgreSQL's own now() stays what it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

UTC = timezone.utc
# Their clocks measure the real passing of time, also while the played one jumps; and a thread's
# must not differ from that of who gave it its work.
CORE = "odoo.addons.l10n_latam_dunning.core"
REAL_TIME = ["devtools.console", f"{CORE}.delivery", f"{CORE}.whatsapp.client"]


def parse_at(text: str) -> datetime:
    """An ISO instant with its offset, such as 2026-11-23T10:00-05:00; ValueError for others."""
    plain = f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text
    instant = datetime.fromisoformat(plain)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return instant


def naive(instant: datetime) -> datetime:
    """An aware instant as Odoo's naive UTC."""
    return instant.astimezone(UTC).replace(tzinfo=None)


class Clock:
    """Sets the instant of this process; it ticks on from there in real seconds."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory

    def move_to(self, at: datetime) -> None:
        """Go to an instant. A transaction that has begun keeps its own until it is committed."""
        self._factory.move_to(naive(at))


@contextmanager
def running(at: datetime) -> Iterator[Clock]:
    """Let this process live from instant `at` on while the body runs."""
    from freezegun import freeze_time
    from odoo.sql_db import Cursor

    real_now = Cursor.now

    def now(cursor: Any) -> datetime:
        if cursor._now is None:  # one instant a transaction, as PostgreSQL has it
            cursor._now = naive(datetime.now(UTC))
        return cursor._now

    with freeze_time(naive(at), tick=True, ignore=REAL_TIME) as factory:
        Cursor.now = now
        try:
            yield Clock(factory)
        finally:
            Cursor.now = real_now


def real_seconds() -> float:
    """Seconds since the epoch by the machine's clock, whatever instant is played."""
    from freezegun.api import real_time

    return float(real_time())
