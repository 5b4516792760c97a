"""How often: counts the contacts already made against the limits, and says when there is room."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from operator import attrgetter
from typing import Literal

from .calendar import DAY, HOUR, day_start, from_stamp, local_ordinal, local_text, to_stamp
from .notation import Limit
from .provisions import CALLS, Citation
from .verdict import Check

# `identity` asks whether a number is the person's, and `consent` whether he may be written to:
# both without a word of the debt.
Purpose = Literal["courtesy", "reminder", "agreement", "identity", "consent", "reply"]
ContactOutcome = Literal["delivered", "sent", "failed", "uncertain"]

_BY_STAMP = attrgetter("stamp")
_WEEK = 7 * DAY
# Any 31 days, so that no reading of "a month" is exceeded.
_MONTH = 31 * DAY


@dataclass(frozen=True, slots=True)
class Contact:
    """An attempt to reach the debtor. Refuses an instant without a zone (TypeError)."""

    at: datetime
    channel: str
    purpose: Purpose = "reminder"
    outcome: ContactOutcome = "sent"
    stamp: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stamp", to_stamp(self.at))


_LAW_CODES = {
    "day": ("quota_day", ""),
    "week": ("quota_week", ""),
    "month": ("quota_month", ""),
    "hours": ("min_gap", ""),
    "days": ("min_gap", "days"),
    "channels": ("one_channel_week", ""),
}


class Quota(ABC):
    """One limit as it binds one channel at one place.

    `check` gives the passing or failing check and the first instant, from `now` on, at which
    this limit alone has room. A contact that is dated later than `now` counts as well, as far as
    the limit reaches: two contacts are as close together whichever comes first.
    """

    # A contact as old as this counts no more.
    reach = _WEEK

    def __init__(
        self, limit: Limit, citation: Citation, channel: str, zones: tuple[str, ...]
    ) -> None:
        self.limit = limit
        self.citation = citation
        self.channel = channel
        self.zones = zones
        self.code, variant = (
            _LAW_CODES[limit.unit]
            if citation.layer == "law"
            else ("company_quota", "" if limit.unit == "day" else limit.unit)
        )
        self._cited = citation.layer, citation.legal_reference, citation.source_url
        self._figures = {"limit": str(limit.number)} | ({"variant": variant} if variant else {})
        self.passes = [self._pass(used) for used in range(limit.number)]

    def _pass(self, used: int) -> Check:
        return Check(self.code, "pass", *self._cited, {**self._figures, "used": str(used)})

    def check(self, contacts: Sequence[Contact], stamps: list[int], now: int) -> tuple[Check, int]:
        """The check at an instant, given the contacts that count, oldest first, with stamps."""
        first, last, release = self.measure(contacts, stamps, now)
        if release <= now:
            return self.passes[min(last - first, len(self.passes) - 1)], now
        return self._fail(contacts[first:last], release), release

    @abstractmethod
    def measure(
        self, contacts: Sequence[Contact], stamps: list[int], now: int
    ) -> tuple[int, int, int]:
        """Which contacts count (a slice) and the first instant with room."""

    def _fail(self, counted: Sequence[Contact], release: int) -> Check:
        figures = {
            **self._figures,
            "used": str(len(counted)),
            "instants": ", ".join([self._say(contact) for contact in counted]),
            "zone": self.zones[0],
        }
        return Check(self.code, "wait", *self._cited, figures, from_stamp(release))

    def _say(self, contact: Contact) -> str:
        return local_text(contact.stamp, self.zones[0])


class RollingQuota(Quota):
    """So many contacts in any span of fixed length; a gap of hours is one contact in that span."""

    def __init__(
        self, limit: Limit, citation: Citation, channel: str, zones: tuple[str, ...]
    ) -> None:
        super().__init__(limit, citation, channel, zones)
        if limit.unit == "hours":
            self.allowed, self.span = 1, limit.number * HOUR
            self.passes = self.passes[:1]
        else:
            self.allowed, self.span = limit.number, _WEEK if limit.unit == "week" else _MONTH
        self.reach = self.span

    def measure(
        self, contacts: Sequence[Contact], stamps: list[int], now: int
    ) -> tuple[int, int, int]:
        first = bisect_right(stamps, now - self.span)
        last = bisect_left(stamps, now + self.span)
        if last - first < self.allowed:
            return first, last, now
        return first, last, stamps[last - self.allowed] + self.span


class CalendarQuota(Quota):
    """So many contacts in a local calendar day, or so many calendar days between two, by the
    strictest of the zones."""

    def __init__(
        self, limit: Limit, citation: Citation, channel: str, zones: tuple[str, ...]
    ) -> None:
        super().__init__(limit, citation, channel, zones)
        self.gap = limit.number if limit.unit == "days" else 1
        self.allowed = 1 if limit.unit == "days" else limit.number
        self.passes = self.passes[: self.allowed]
        # So many days, and two for those that are begun or have 25 hours.
        self.reach = (self.gap + 2) * DAY
        self._days: dict[int, list[tuple[int, list[tuple[int, int]]]]] = {}

    def measure(
        self, contacts: Sequence[Contact], stamps: list[int], now: int
    ) -> tuple[int, int, int]:
        first = last = 0
        full = False
        for start, end in self._reach(now):
            low, high = bisect_left(stamps, start), bisect_left(stamps, end)
            if high - low > last - first:
                first, last = low, high
                full = last - first >= self.allowed
        if not full:
            return first, last, now
        latest = stamps[last - self.allowed]
        return first, last, max(self._days_after(zone, latest) for zone in self.zones)

    def _days_after(self, zone: str, stamp: int) -> int:
        return day_start(zone, local_ordinal(stamp, zone) + self.gap)

    def _reach(self, now: int) -> list[tuple[int, int]]:
        """For each zone, from when to when a contact counts at this instant."""
        index = now // DAY
        if index not in self._days:
            self._days[index] = self._work_out(index)
        for until, spans in self._days[index]:
            if now < until:
                return spans
        raise AssertionError("a day ends where the next begins")

    def _work_out(self, index: int) -> list[tuple[int, list[tuple[int, int]]]]:
        """The UTC day cut at each local midnight, with the reach in each piece."""
        begin, end = index * DAY, (index + 1) * DAY
        cuts = {day_start(zone, local_ordinal(end - 1, zone)) for zone in self.zones}
        pieces = []
        edges = [begin, *sorted(cut for cut in cuts if begin < cut < end), end]
        for start, until in pairwise(edges):
            spans = set()
            for zone in self.zones:
                today = local_ordinal(start, zone)
                first = day_start(zone, today - self.gap + 1)
                spans.add((first, day_start(zone, today + self.gap)))
            pieces.append((until, sorted(spans)))
        return pieces


class ChannelQuota(Quota):
    """So many different channels within a week."""

    def measure(
        self, contacts: Sequence[Contact], stamps: list[int], now: int
    ) -> tuple[int, int, int]:
        first = bisect_right(stamps, now - _WEEK)
        last = bisect_left(stamps, now + _WEEK)
        release = now
        used = {self.channel}
        # From the newest back: the contact that makes one channel too many has to grow old.
        for position in range(last - 1, first - 1, -1):
            used.add(contacts[position].channel)
            if len(used) > self.limit.number:
                release = stamps[position] + _WEEK
                break
        return first, last, release

    def check(self, contacts: Sequence[Contact], stamps: list[int], now: int) -> tuple[Check, int]:
        first, last, release = self.measure(contacts, stamps, now)
        if release <= now:
            return self.passes[-1], now
        others = [contact for contact in contacts[first:last] if contact.channel != self.channel]
        return self._fail(others, release), release

    def _say(self, contact: Contact) -> str:
        return f"{contact.channel} {local_text(contact.stamp, self.zones[0])}"


QUOTAS: dict[str, type[Quota]] = {
    "day": CalendarQuota,
    "days": CalendarQuota,
    "week": RollingQuota,
    "month": RollingQuota,
    "hours": RollingQuota,
    "channels": ChannelQuota,
}


@dataclass(frozen=True)
class Counter:
    """Quotas that count the same contacts."""

    channels: frozenset[str]
    reached_only: bool
    quotas: tuple[Quota, ...]

    @functools.cached_property
    def reach(self) -> int:
        """How old a contact may be to count in one of the quotas."""
        return max(quota.reach for quota in self.quotas)

    @functools.cached_property
    def unused(self) -> tuple[Check, ...]:
        """The checks of somebody who was not contacted as far back as the quotas reach."""
        return tuple(quota.passes[0] for quota in self.quotas)

    def check(self, history: Iterable[Contact], now: int) -> tuple[Iterable[Check], int, bool]:
        """The checks at an instant, the first instant from then on at which all quotas have
        room, and whether a contact that counts is dated later than now."""
        contacts = self._contacts(history, now)
        if not contacts:
            return self.unused, now, False
        stamps = [contact.stamp for contact in contacts]
        checks = []
        room = now
        for quota in self.quotas:
            check, release = quota.check(contacts, stamps, now)
            checks.append(check)
            if release > room:
                room = release
        return checks, room, stamps[-1] > now

    def _contacts(self, history: Iterable[Contact], now: int) -> list[Contact]:
        """The contacts that may count at an instant, oldest first. What the debtor asked for
        never does."""
        since = now - self.reach
        counted = [c for c in history if c.stamp > since and c.purpose != "reply"]
        if not self.channels:
            counted = [c for c in counted if c.channel not in CALLS]
        elif "all" not in self.channels:
            counted = [c for c in counted if c.channel in self.channels]
        if self.reached_only:
            counted = [c for c in counted if c.outcome != "failed"]
        counted.sort(key=_BY_STAMP)
        return counted
