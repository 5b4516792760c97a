"""How fast and to how many a number may write: messages a second, recipients a day, back-log.

Nothing here has a clock: every function is told the instant.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

# More than any database holds; a number without a limit of its own.
UNLIMITED: Final = 1_000_000_000
# The least that Meta gives a new business, and so what is taken for granted of an unknown one.
SMALLEST_LIMIT: Final = 250
DAY: Final = timedelta(hours=24)

RATES: Final[Mapping[str, float]] = {"STANDARD": 80.0, "HIGH": 1000.0}
COEXISTENCE_RATE: Final = 20.0
# To one recipient: a message every six seconds; 45 at once are allowed and borrowed from later.
PAIR_RATE: Final = 1.0 / 6.0
PAIR_BURST: Final = 45.0
# What was sent to one recipient before that matters no more.
PAIR_MEMORY: Final = timedelta(seconds=PAIR_BURST / PAIR_RATE)
# After a pause no longer than this there is no back-log worth a ramp.
SHORT_PAUSE: Final = timedelta(hours=6)
_MAX_DOUBLINGS: Final = 30


# === MESSAGES A SECOND === #


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens that refill at `rate` a second up to `burst`; a message costs one."""

    rate: float
    burst: float
    tokens: float
    at: datetime

    @classmethod
    def full(cls, rate: float, at: datetime, burst: float | None = None) -> "Bucket":
        """Return a bucket at its brim; without `burst` a tenth of a second's worth, at least 1, so
        that the number's limit holds in every single second."""
        brim = max(1.0, rate / 10.0) if burst is None else burst
        return cls(rate, brim, brim, at)

    def refilled(self, at: datetime) -> "Bucket":
        """Return the bucket as it is at a later instant; a clock that went back adds nothing."""
        seconds = (at - self.at).total_seconds()
        if seconds <= 0:
            return self
        return replace(self, tokens=min(self.burst, self.tokens + seconds * self.rate), at=at)

    def take(self, wanted: int, at: datetime) -> tuple["Bucket", int]:
        """Take up to `wanted` tokens; return what is left and how many were granted."""
        filled = self.refilled(at)
        granted = max(0, min(wanted, math.floor(filled.tokens)))
        return replace(filled, tokens=filled.tokens - granted), granted

    def wait(self, at: datetime) -> float:
        """Return the seconds until one token is there."""
        missing = 1.0 - self.refilled(at).tokens
        return max(0.0, missing / self.rate)


def pair_wait(sent: Iterable[datetime], at: datetime) -> float:
    """Return the seconds until a number may write to a recipient to whom it wrote at these
    instants; 0 when it may now."""
    bucket = Bucket.full(PAIR_RATE, at - PAIR_MEMORY, PAIR_BURST)
    for instant in sorted(sent):
        filled = bucket.refilled(instant)
        bucket = replace(filled, tokens=filled.tokens - 1.0)
    return bucket.wait(at)


def rate_of(throughput: str, *, coexistence: bool = False, own: float = 0.0) -> float:
    """Return the messages a second of a number: as WhatsApp says, or less when the company wants
    less (`own`, 0: no wish). A level that is not known counts as the standard one."""
    rate = COEXISTENCE_RATE if coexistence else RATES.get(throughput, RATES["STANDARD"])
    return min(rate, own) if own > 0 else rate


# === RECIPIENTS A DAY === #


def recipients_a_day(limit: str) -> int | None:
    """Read a messaging limit: TIER_2K, TIER_UNLIMITED, a plain number, -1. None when unknown."""
    text = limit.strip().upper().removeprefix("TIER_")
    if text in ("UNLIMITED", "-1"):
        return UNLIMITED
    found = re.fullmatch(r"(\d{1,9})(K?)", text)
    if not found:
        return None
    return min(int(found[1]) * (1000 if found[2] else 1), UNLIMITED)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a number may do: new recipients in 24 hours, shared by the numbers of its portfolio,
    and messages in 24 hours while a back-log is worked off."""

    recipients: int
    messages: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What it has done: different recipients in the last 24 hours over the portfolio, and its own
    messages in them since the back-log's start."""

    recipients: int
    messages: int


def room(limits: Limits, counts: Counts) -> int:
    """Return how many people who were not written to in the last 24 hours may be now."""
    return max(
        0,
        min(limits.recipients - counts.recipients, limits.messages - counts.messages),
    )


# === BACK-LOG === #


def ramp(a_day: int, start: datetime | None, at: datetime) -> int:
    """Return the messages in 24 hours while a back-log is worked off: `a_day` on the first day
    after `start`, on each following day twice as many. Without a start or a number: no limit."""
    if a_day <= 0 or start is None:
        return UNLIMITED
    days = max(0, (at - start) // DAY)
    return min(a_day << min(days, _MAX_DOUBLINGS), UNLIMITED)


def counted_from(start: datetime | None, at: datetime) -> datetime:
    """Return since when messages count against the ramp: 24 hours, but not before its start."""
    since = at - DAY
    return since if start is None or start < since else start


def restarts(paused: timedelta) -> bool:
    """Tell whether a pause was long enough to leave a back-log."""
    return paused > SHORT_PAUSE
