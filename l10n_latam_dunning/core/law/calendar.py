"""Days off, local days, and when a set of hours is open: as intervals of absolute time.

Instants are integers here, microseconds since 1970 in UTC ("stamps"), so that all that is asked
again and again is a comparison of two numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays

from .law_book import Jurisdiction
from .notation import OpeningHours, Span

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
EPOCH_ORDINAL = EPOCH.toordinal()
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# How far ahead an opening is looked for. Any year has one in any hours that ever open.
HORIZON_DAYS = 400
# Offsets from UTC are remembered for so long, where they stay the same.
_STEADY = 8 * DAY

Intervals = tuple[Span, ...]


class CalendarMissing(Exception):
    """No public calendar for this country and year: nobody can say that a day is no holiday."""

    def __init__(self, country: str, year: int) -> None:
        super().__init__(f"no holiday calendar of {country} for {year}")
        self.country = country
        self.year = year


class ZoneUnknown(Exception):
    """A time zone that the time zone database does not have, or none at all."""


# === INSTANTS AND LOCAL DAYS ===


def to_stamp(instant: datetime) -> int:
    """Microseconds since 1970. Refuses a datetime without a zone (TypeError)."""
    return (instant - EPOCH) // MICROSECOND


def from_stamp(stamp: int) -> datetime:
    """The instant in UTC."""
    return EPOCH + stamp * MICROSECOND


@functools.cache
def zone_info(name: str) -> ZoneInfo:
    """The zone of that name, or :class:`ZoneUnknown`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ZoneUnknown(name) from error


def local_text(stamp: int, zone: str) -> str:
    """Local date and time to the minute, e.g. `2026-11-19 10:04`."""
    day, rest = divmod(stamp + _utc_offset(stamp, zone), DAY)
    return f"{_day_text(day)} {_CLOCK[rest // MINUTE]}"


def local_day_text(stamp: int, zone: str) -> str:
    """The local calendar day, e.g. `2026-11-19`."""
    return _day_text((stamp + _utc_offset(stamp, zone)) // DAY)


def local_ordinal(stamp: int, zone: str) -> int:
    """The local calendar day (proleptic ordinal) that an instant falls on."""
    return EPOCH_ORDINAL + (stamp + _utc_offset(stamp, zone)) // DAY


def local_minute(stamp: int, zone: str) -> tuple[int, int]:
    """Weekday (Monday is 0) and minute of the local day."""
    day, rest = divmod(stamp + _utc_offset(stamp, zone), DAY)
    return (day + EPOCH_ORDINAL - 1) % 7, rest // MINUTE


_CLOCK = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]


@functools.cache
def _day_text(day: int) -> str:
    return date.fromordinal(EPOCH_ORDINAL + day).isoformat()


def _utc_offset(stamp: int, zone: str) -> int:
    """Microseconds to add to UTC."""
    offset = _steady_offset(zone, stamp // _STEADY)
    return _offset_at(stamp, zone) if offset is None else offset


@functools.cache
def _steady_offset(zone: str, index: int) -> int | None:
    """The offset of some days, or None where it changes within them."""
    begin = index * _STEADY
    offsets = {_offset_at(begin + day * DAY, zone) for day in range(_STEADY // DAY + 1)}
    return offsets.pop() if len(offsets) == 1 else None


def _offset_at(stamp: int, zone: str) -> int:
    offset = from_stamp(stamp).astimezone(zone_info(zone)).utcoffset()
    return offset // MICROSECOND if offset else 0


def _stamps(zone: str, ordinal: int, minutes: int) -> tuple[int, int]:
    """Both readings of a local time: they differ only in the hours that a change of clocks
    repeats or leaves out."""
    days, minutes = divmod(minutes, 24 * 60)
    local = datetime.fromordinal(ordinal + days) + timedelta(minutes=minutes)
    first = local.replace(tzinfo=zone_info(zone))
    return to_stamp(first), to_stamp(first.replace(fold=1))


@functools.cache
def day_start(zone: str, ordinal: int) -> int:
    """The first instant of a local calendar day."""
    early, late = _stamps(zone, ordinal, 0)
    # A midnight that the clocks leave out is the instant of the change; of one that they
    # repeat, the day has begun with the first.
    return early if early <= late else max(early, late)


def local_span(zone: str, ordinal: int, span: Span, margin_minutes: int = 0) -> Span:
    """The absolute interval, end exclusive, of hours on a local day.

    Where a change of clocks makes a bound ambiguous, the shorter interval is taken. With a margin,
    the instant `margin_minutes` before the end is the last one inside.
    """
    start = max(_stamps(zone, ordinal, span[0]))
    end = min(_stamps(zone, ordinal, span[1]))
    if margin_minutes:
        end -= margin_minutes * MINUTE - 1
    return start, end


# === HOLIDAYS ===


@functools.lru_cache(maxsize=2048)
def holiday_names(
    country: str, subdivision: str, year: int, categories: tuple[str, ...]
) -> Mapping[date, str]:
    """The public holidays of a year with their names in the country's language.

    A subdivision that the calendar does not know has the national days. Raises
    :class:`CalendarMissing` for a country, category or year that is not covered.
    """
    # The package has a calendar under each country's code, beside names of other kinds.
    calendar = getattr(holidays, country, None) if len(country) == 2 else None
    if calendar is None:
        raise CalendarMissing(country, year)
    try:
        days = calendar(
            subdiv=subdivision if subdivision in calendar.subdivisions else None,
            years=year,
            categories=categories,
            expand=False,
            # Without it the names would be in the language of the process.
            language=calendar.default_language,
        )
    except ValueError as error:
        raise CalendarMissing(country, year) from error
    if not days:
        raise CalendarMissing(country, year)
    return {day: name for day, name in days.items() if day.year == year}


@dataclass(frozen=True)
class HolidayCalendar:
    """The days off of a place: the public calendar and the days added by hand."""

    country: str
    subdivision: str = ""
    categories: tuple[str, ...] = ("public",)
    extra: tuple[tuple[date, str], ...] = ()

    @functools.cached_property
    def _extra(self) -> dict[date, str]:
        return dict(self.extra)

    def name(self, day: date) -> str:
        """The holiday's name, or nothing. Raises :class:`CalendarMissing`."""
        public = holiday_names(self.country, self.subdivision, day.year, self.categories)
        return public.get(day) or self._extra.get(day, "")


def calendar_of(law: Jurisdiction, state: str, *, by_law: bool) -> HolidayCalendar:
    """The calendar of a place. The law's own holidays are the public ones; prudence also keeps
    the other categories that the pack names, such as Brazil's optional days."""
    categories = law.holiday_categories
    if by_law and "public" in categories:
        categories = ("public",)
    extra = tuple(
        (extra.day, extra.name or extra.day.isoformat())
        for extra in law.extra_holidays
        if extra.state in ("", state)
    )
    return HolidayCalendar(law.holiday_country, law.holiday_subdivision or state, categories, extra)


def is_day_off(law: Jurisdiction | None, state: str, day: date) -> bool:
    """Whether banks are closed on a day: weekends, and the holidays of the place where its
    calendar is known."""
    if day.weekday() >= 5:
        return True
    try:
        return bool(law and calendar_of(law, state, by_law=False).name(day))
    except CalendarMissing:
        return False


# === TIMETABLES ===


def normalised(spans: Iterable[Span]) -> Intervals:
    """Sorted, without empty spans, touching ones joined."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def intersection(left: Intervals, right: Intervals) -> Intervals:
    """What lies in both; both sorted and disjoint."""
    return tuple((max(a, c), min(b, d)) for a, b in left for c, d in right if max(a, c) < min(b, d))


def contains(intervals: Intervals, stamp: int) -> bool:
    """Whether an instant lies in one of the intervals."""
    for start, end in intervals:  # noqa: SIM110 (asked some ten times a decision)
        if start <= stamp < end:
            return True
    return False


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One UTC day of a timetable: what the weekdays allow, what the holidays leave, and both;
    in all zones together, and the first two for each zone."""

    ordinary: Intervals
    no_holiday: Intervals
    open: Intervals
    zones: tuple[tuple[str, Intervals, Intervals], ...]


class Timetable:
    """When given hours are open in every candidate zone at once, worked out a UTC day at a time
    and remembered."""

    def __init__(
        self,
        hours: OpeningHours,
        margin_minutes: int,
        zones: tuple[str, ...],
        calendar: HolidayCalendar,
    ) -> None:
        self.hours = hours
        self.margin_minutes = margin_minutes
        self.zones = zones
        self.calendar = calendar
        self._days: dict[int, OpenDay] = {}
        self._next: dict[int, int | None] = {}

    def day(self, index: int) -> OpenDay:
        """The UTC day so many days after 1970-01-01. Raises :class:`CalendarMissing`."""
        day = self._days.get(index)
        if day is None:
            day = self._days[index] = self._work_out(index)
        return day

    def next_open(self, stamp: int) -> int | None:
        """The first open instant from this one on; None when none comes within the horizon."""
        index = stamp // DAY
        for start, end in self.day(index).open:
            if stamp < end:
                return max(start, stamp)
        if index not in self._next:
            self._next[index] = next(
                (
                    self.day(later).open[0][0]
                    for later in range(index + 1, index + HORIZON_DAYS)
                    if self.day(later).open
                ),
                None,
            )
        return self._next[index]

    def _work_out(self, index: int) -> OpenDay:
        whole: Intervals = ((index * DAY, (index + 1) * DAY),)
        ordinary = no_holiday = whole
        zones = []
        for zone in self.zones:
            spans: list[Span] = []
            free: list[Span] = []
            for ordinal in range(EPOCH_ORDINAL + index - 1, EPOCH_ORDINAL + index + 2):
                hours, rest = self._local_day(zone, ordinal)
                spans += hours
                free += rest
            zones.append((zone, normalised(spans), normalised(free)))
            ordinary = intersection(ordinary, zones[-1][1])
            no_holiday = intersection(no_holiday, zones[-1][2])
        both = intersection(ordinary, no_holiday)
        return OpenDay(ordinary, no_holiday, both, tuple(zones))

    def _local_day(self, zone: str, ordinal: int) -> tuple[list[Span], list[Span]]:
        """Ordinary hours, and hours not closed by a holiday, of one local day in one zone."""
        day = date.fromordinal(ordinal)
        whole = [(day_start(zone, ordinal), day_start(zone, ordinal + 1))]
        week = self._spans(zone, ordinal, self.hours.week[day.weekday()])
        if self.hours.holidays is None or not self.calendar.name(day):
            return week, whole
        # Hours that are kept for holidays stand in the place of the weekday's.
        ordinary = whole if self.hours.holidays else week
        return ordinary, self._spans(zone, ordinal, self.hours.holidays)

    def _spans(self, zone: str, ordinal: int, spans: Iterable[Span]) -> list[Span]:
        return [local_span(zone, ordinal, span, self.margin_minutes) for span in spans]


@functools.lru_cache(maxsize=4096)
def timetable(
    hours: OpeningHours,
    margin_minutes: int,
    zones: tuple[str, ...],
    calendar: HolidayCalendar,
) -> Timetable:
    """The shared timetable of these hours at this place."""
    return Timetable(hours, margin_minutes, zones, calendar)
