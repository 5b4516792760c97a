"""The rules that bind one channel to one kind of debtor at one place, made ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from .calendar import (
    DAY,
    HORIZON_DAYS,
    HolidayCalendar,
    Intervals,
    Timetable,
    ZoneUnknown,
    calendar_of,
    contains,
    day_start,
    from_stamp,
    intersection,
    local_minute,
    local_ordinal,
    local_text,
    timetable,
    zone_info,
)
from .law_book import Jurisdiction, LawBook
from .notation import Limit, OpeningHours
from .provisions import CONSENT_KINDS, Cap, Citation, ConsentRule, Terms, Window, binds
from .quota import QUOTAS, Counter, Quota
from .verdict import Check, CheckOutcome, Layer
from .wording import WordingRules, wording_rules

_FAR = 1 << 62
_NO_LAW = ConsentRule(frozenset(), "none", Citation("law"))
_NO_RULE = ConsentRule(
    frozenset(),
    "opt_in",
    Citation("company", "No rule of the pack names this channel; an agreement is asked for"),
)


class Situation(NamedTuple):
    """All that decides which rules bind, but for the day."""

    country: str
    state: str
    zones: tuple[str, ...]
    channel: str
    debtor_kind: str
    layers: tuple[Layer, ...]
    company_windows: tuple[Window, ...]
    company_caps: tuple[Cap, ...]
    asked_hours: OpeningHours | None = None


class Hours:
    """A window at a place, with the checks that it gives."""

    def __init__(
        self, window: Window, zones: tuple[str, ...], calendar: HolidayCalendar, echo: bool
    ) -> None:
        self.window = window
        self.citation = citation = window.citation
        self._cited = citation.layer, citation.legal_reference, citation.source_url
        self.zones = zones
        self.timetable: Timetable = timetable(window.hours, window.margin_minutes, zones, calendar)
        # A company window that only repeats the law's hours says nothing where the law speaks.
        self.echo = echo
        self.keeps_holidays = window.hours.holidays is not None
        self.code = "outside_window" if self.citation.layer == "law" else "company_window"
        self._hours = str(window.hours)
        self.passed = self._check(self.code, "pass", {"hours": self._hours})
        self._openings: dict[tuple[int, str], tuple[datetime, str]] = {}

    def closed(self, stamp: int) -> Check:
        """The check for an instant at which weekday or time are wrong in some zone."""
        zone = self._closed_zone(stamp, 1)
        figures = {"hours": self._hours, "zone": zone, "local": local_text(stamp, zone)}
        if self.window.margin_minutes and self._in_margin(stamp, zone):
            figures["margin"] = str(self.window.margin_minutes)
            figures["variant"] = "margin"
        return self._wait(self.code, stamp, zone, figures)

    def holiday(self, stamp: int) -> Check:
        """The check for an instant that a holiday closes in some zone."""
        zone = self._closed_zone(stamp, 2)
        day = date.fromordinal(local_ordinal(stamp, zone))
        name = self.timetable.calendar.name(day)
        return self._wait(
            "holiday", stamp, zone, {"zone": zone, "date": day.isoformat(), "name": name}
        )

    def _closed_zone(self, stamp: int, part: Literal[1, 2]) -> str:
        """The first zone that is closed by its hours (1) or by a holiday (2)."""
        if len(self.zones) == 1:
            return self.zones[0]
        for zone in self.timetable.day(stamp // DAY).zones:
            if not contains(zone[part], stamp):
                return zone[0]
        return self.zones[0]

    def _in_margin(self, stamp: int, zone: str) -> bool:
        weekday, minute = local_minute(stamp, zone)
        return contains(self.window.hours.week[weekday], minute)

    def _wait(self, code: str, stamp: int, zone: str, figures: dict[str, str]) -> Check:
        opens = self.timetable.next_open(stamp)
        if opens is None:
            return self._check(code, "wait", {**figures, "opens": "-"})
        opening = self._openings.get((opens, zone))
        if opening is None:
            opening = self._openings[opens, zone] = from_stamp(opens), local_text(opens, zone)
        until, figures["opens"] = opening
        return self._check(code, "wait", figures, until)

    def _check(
        self,
        code: str,
        outcome: CheckOutcome,
        figures: dict[str, str],
        until: datetime | None = None,
    ) -> Check:
        return Check(code, outcome, *self._cited, figures, until)

    def passed_holiday(self) -> Check:
        """The check for a day that is no holiday."""
        return self._check("holiday", "pass", {})


class Rules:
    """The rules of one version of the law in a situation."""

    def __init__(self, law: Jurisdiction, situation: Situation) -> None:
        self.law = law
        self.version = law.version
        channel, zones, layers = situation.channel, situation.zones, situation.layers
        bound = not law.debtors or situation.debtor_kind in law.debtors
        windows = [w for w in law.windows if binds(w.channels, channel)]
        windows = _with_asked_hours(windows, law, situation)
        caps = [c for c in law.caps if binds(c.channels, channel)]
        if not bound:
            # What is no law for this kind of debtor is kept as the company's own rule.
            windows = [replace(w, citation=w.citation.of_company()) for w in windows]
            caps = [replace(c, citation=c.citation.of_company()) for c in caps]
        windows += [w for w in situation.company_windows if binds(w.channels, channel)]
        caps += [c for c in situation.company_caps if binds(c.channels, channel)]
        self.hours = _hours(law, situation, [w for w in windows if w.citation.layer in layers])
        self.counters = _counters([c for c in caps if c.citation.layer in layers], channel, zones)
        self.consent = _consent(
            [c for c in law.consents if binds(c.channels, channel) and c.citation.layer in layers],
            company="company" in layers,
        )
        self.recipients = _recipients(law, channel, bound, layers)
        self.wording: WordingRules = wording_rules(law, channel, situation.debtor_kind, layers)
        self.passed_hours = tuple(hours.passed for hours in self.hours)
        keeper = next((hours for hours in self.hours if hours.keeps_holidays), None)
        if keeper:
            self.passed_hours += (keeper.passed_holiday(),)
        self.complete = bool(self.hours) or "company" not in layers
        self._days: dict[int, Intervals] = {}

    def open_day(self, index: int) -> Intervals:
        """When all hours are open at once, on a UTC day."""
        day = self._days.get(index)
        if day is None:
            day = ((index * DAY, (index + 1) * DAY),)
            for hours in self.hours:
                day = intersection(day, hours.timetable.day(index).open)
            self._days[index] = day
        return day

    def check_hours(self, stamp: int) -> tuple[Check, ...]:
        """A check for each window and one for the holidays."""
        index = stamp // DAY
        if contains(self.open_day(index), stamp):
            return self.passed_hours
        checks: list[Check] = []
        holiday: Check | None = None
        all_open = True
        for hours in self.hours:
            day = hours.timetable.day(index)
            if contains(day.ordinary, stamp):
                checks.append(hours.passed)
            elif all_open or not hours.echo:
                all_open = False
                checks.append(hours.closed(stamp))
            if holiday is None and not contains(day.no_holiday, stamp):
                holiday = hours.holiday(stamp)
        if holiday:
            checks.append(holiday)
        elif len(self.passed_hours) > len(self.hours):
            checks.append(self.passed_hours[-1])
        return tuple(checks)


def _recipients(
    law: Jurisdiction, channel: str, bound: bool, layers: tuple[Layer, ...]
) -> list[Terms]:
    """Who may be written to; those rules that are law come first."""
    rules = [rule for rule in law.recipients if binds(rule.channels, channel)]
    if not bound:
        rules = [replace(rule, citation=rule.citation.of_company()) for rule in rules]
    rules = [rule for rule in rules if rule.citation.layer in layers]
    return sorted(rules, key=lambda rule: rule.citation.layer != "law")


def _with_asked_hours(
    windows: list[Window], law: Jurisdiction, situation: Situation
) -> list[Window]:
    """The law's hours and those that the debtor asked for, where its law lets him ask."""
    rule = next((r for r in law.other_hours if binds(r.channels, situation.channel)), None)
    if rule is None or situation.asked_hours is None:
        return windows
    reference = rule.citation.legal_reference
    return [
        replace(
            window,
            hours=window.hours.joined(situation.asked_hours),
            citation=replace(
                window.citation,
                legal_reference=f"{window.citation.legal_reference}; {reference}",
            ),
        )
        for window in windows
    ]


def _hours(law: Jurisdiction, situation: Situation, windows: list[Window]) -> tuple[Hours, ...]:
    by_law = [w for w in windows if w.citation.layer == "law"]
    own: list[Window] = []
    for window in (w for w in windows if w.citation.layer == "company"):
        if not any(_implies(other, window) for other in own):
            own = [other for other in own if not _implies(window, other)] + [window]
    legal_hours = {w.hours for w in by_law}
    return tuple(
        Hours(
            window,
            situation.zones,
            calendar_of(law, situation.state, by_law=window.citation.layer == "law"),
            echo=window.citation.layer == "company" and window.hours in legal_hours,
        )
        for window in by_law + own
    )


def _implies(narrow: Window, wide: Window) -> bool:
    """Whether the one window never opens when the other is closed."""
    return narrow.margin_minutes >= wide.margin_minutes and narrow.hours.is_within(wide.hours)


def _counters(caps: list[Cap], channel: str, zones: tuple[str, ...]) -> tuple[Counter, ...]:
    """Quotas grouped by what they count, without those that a stricter one makes idle."""
    limits: list[tuple[frozenset[str], Limit, Citation]] = []
    for cap in sorted(caps, key=lambda cap: cap.citation.layer == "company"):
        for limit in cap.caps.limits:
            channels = frozenset({channel}) if limit.per_channel else cap.channels
            if cap.citation.layer == "company":
                if any(channels == c and other.is_within(limit) for c, other, _cite in limits):
                    continue
                limits = [
                    (c, other, cite)
                    for c, other, cite in limits
                    if cite.layer == "law" or c != channels or not limit.is_within(other)
                ]
            limits.append((channels, limit, cap.citation))
    groups: dict[tuple[frozenset[str], bool], list[Quota]] = {}
    for channels, limit, citation in limits:
        quota = QUOTAS[limit.unit](limit, citation, channel, zones)
        groups.setdefault((channels, limit.reached_only), []).append(quota)
    return tuple(
        Counter(channels, reached_only, tuple(quotas))
        for (channels, reached_only), quotas in groups.items()
    )


def _consent(rules: list[ConsentRule], *, company: bool) -> ConsentRule:
    """The strictest agreement asked for; of equals, that of the law."""
    if not rules:
        return _NO_RULE if company else _NO_LAW
    return max(
        rules, key=lambda rule: (CONSENT_KINDS.index(rule.kind), rule.citation.layer == "law")
    )


class Timeline:
    """The versions of the law in a situation, one after the other in time.

    A version begins at midnight of the first candidate zone. Where no version is in force there
    are no rules.
    """

    def __init__(self, law: LawBook, situation: Situation) -> None:
        for zone in situation.zones:
            zone_info(zone)
        if not situation.zones:
            raise ZoneUnknown("-")
        self.segments: list[tuple[int, int, Rules | None]] = []
        firsts = sorted(_turning_days(law, situation))
        starts = [day_start(situation.zones[0], day.toordinal()) for day in firsts]
        for day, start, end in zip(firsts, starts, [*starts[1:], _FAR], strict=True):
            version = law.in_force(situation.country, situation.state, day)
            rules = Rules(version, situation) if version else None
            self.segments.append((start, end, rules if rules and rules.complete else None))
        self._days: dict[int, Intervals] = {}
        self._next: dict[int, int | None] = {}

    def rules(self, stamp: int) -> Rules | None:
        """The rules in force at an instant."""
        for start, end, rules in self.segments:
            if start <= stamp < end:
                return rules
        return None

    def day(self, index: int) -> Intervals:
        """When it is open on a UTC day, by the version in force at each instant of it."""
        day = self._days.get(index)
        if day is None:
            begin, end = index * DAY, (index + 1) * DAY
            day = ()
            for start, until, rules in self.segments:
                piece = (max(start, begin), min(until, end))
                if rules and piece[0] < piece[1]:
                    day += intersection((piece,), rules.open_day(index))
            self._days[index] = day
        return day

    def next_open(self, stamp: int) -> int | None:
        """The first instant from this one on at which all hours are open, within the horizon."""
        index = stamp // DAY
        for start, end in self.day(index):
            if stamp < end:
                return max(start, stamp)
        if index not in self._next:
            later = range(index + 1, index + HORIZON_DAYS)
            self._next[index] = next(
                (self.day(other)[0][0] for other in later if self.day(other)), None
            )
        return self._next[index]


def _turning_days(law: LawBook, situation: Situation) -> set[date]:
    """The days on which the law of the place may change."""
    days = set()
    packs: Iterable[Jurisdiction] = law.versions(situation.country)
    if situation.state:
        packs = (*packs, *law.versions(situation.country, situation.state))
    for pack in packs:
        days.add(pack.date_from)
        if pack.date_to:
            days.add(pack.date_to + timedelta(days=1))
    return days


def timeline(law: LawBook, situation: Situation) -> Timeline:
    """The timeline of a situation, remembered in the book. Raises :class:`ZoneUnknown`."""
    found: Timeline | None = law.cache.get(situation)
    if found is None:
        found = law.cache[situation] = Timeline(law, situation)
    return found
