"""The notations in which the law is written: hours of the week, and limits on how often."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MINUTES_A_DAY = 24 * 60

Span = tuple[int, int]


def _(text: str) -> str:
    """Mark a sentence for extraction; Odoo translates it when it is shown."""
    return text


class LawError(ValueError):
    """A value that cannot be read: an English sentence that says what was read, where it is
    wrong and how to write it, and the figures to fill it in with once it is translated."""

    def __init__(self, sentence: str, **figures: str) -> None:
        super().__init__(sentence % figures if figures else sentence)
        self.sentence = sentence
        self.figures = figures


NO_HOURS = _("No hours are written. Write for example Mo-Fr 08:00-18:00; PH off.")
NO_HOURS_OF_DAYS = _(
    "“%(part)s” names days but no hours. Write for example %(part)s 08:00-18:00, or %(part)s off."
)
NO_DAY = _(
    "“%(read)s” in “%(part)s” is no day. Days are Mo Tu We Th Fr Sa Su, and PH for public"
    " holidays. Write for example Mo-Fr 08:00-18:00."
)
DAYS_BACKWARDS = _(
    "“%(read)s” in “%(part)s” runs backwards: a week goes from Mo to Su. Write for example"
    " Sa-Su,Mo 09:00-12:00."
)
NO_SPAN = _(
    "“%(read)s” in “%(part)s” is no span of time. Write hours and minutes with two digits each,"
    " for example 08:00-18:00."
)
SPAN_TOO_LATE = _(
    "“%(read)s” in “%(part)s” goes past 24:00. Write for example 08:00-24:00; what comes after"
    " midnight belongs to the next day."
)
SPAN_BACKWARDS = _(
    "“%(read)s” in “%(part)s” does not end after it begins. Hours over midnight are written for"
    " two days, for example Fr 20:00-24:00; Sa 00:00-02:00."
)
NO_LIMITS = _("No limit is written. Write for example 1/day 2/week gap 48h.")
NO_LIMIT = _(
    "“%(read)s” in “%(text)s” is no limit. Write for example 1/day, 2/week, 8/month, gap 48h,"
    " gap 2d or 1channel/week, with a space between two of them."
)
LIMIT_OUT_OF_RANGE = _(
    "The figure of “%(read)s” in “%(text)s” is out of range. Write one from 1 to 1000, for example"
    " 1/day."
)
MOST = 1000


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Hours per weekday, in minutes of the local day, end exclusive.

    `holidays` is None when holidays are days like others, else the hours open on them.
    """

    week: tuple[tuple[Span, ...], ...]
    holidays: tuple[Span, ...] | None = None

    @classmethod
    def parse(cls, text: str) -> OpeningHours:
        """Read a subset of the opening_hours notation, e.g. `Mo-Fr 07:00-19:00; PH off`.

        A later part overrides an earlier one for the same days. Raises :class:`LawError`.
        """
        week: list[tuple[Span, ...]] = [()] * 7
        holidays: tuple[Span, ...] | None = None
        parts = [part.strip() for part in text.split(";")]
        if not any(parts):
            raise LawError(NO_HOURS)
        for part in filter(None, parts):
            days, public_holiday, spans = _read_hours(part)
            for day in days:
                week[day] = spans
            if public_holiday:
                holidays = spans
        return cls(tuple(week), holidays)

    def __str__(self) -> str:
        parts: list[str] = []
        day = 0
        while day < 7:
            last = day
            while last < 6 and self.week[last + 1] == self.week[day]:
                last += 1
            if self.week[day]:
                names = DAYS[day] if last == day else f"{DAYS[day]}-{DAYS[last]}"
                parts.append(f"{names} {_write_spans(self.week[day])}")
            day = last + 1
        if self.holidays is not None:
            parts.append(f"PH {_write_spans(self.holidays) if self.holidays else 'off'}")
        return "; ".join(parts) or "Mo-Su off"

    def joined(self, other: OpeningHours) -> OpeningHours:
        """The hours open here or there; on holidays only what one of them opens then by name."""
        week = tuple(_merged(a + b) for a, b in zip(self.week, other.week, strict=True))
        if self.holidays is None:
            return OpeningHours(week)
        return OpeningHours(week, _merged(self.holidays + (other.holidays or ())))

    def is_within(self, other: OpeningHours) -> bool:
        """Whether no minute is open here that is closed there."""
        week = all(map(_covered, self.week, other.week))
        if other.holidays is None:
            # There a holiday is a weekday like others; here its hours must fit any of them.
            return week and (
                self.holidays is None or all(_covered(self.holidays, day) for day in other.week)
            )
        return week and self.holidays is not None and _covered(self.holidays, other.holidays)


def _covered(inner: tuple[Span, ...], outer: tuple[Span, ...]) -> bool:
    return all(any(a <= start and end <= b for a, b in outer) for start, end in inner)


def _write_spans(spans: tuple[Span, ...]) -> str:
    return ",".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)


def _read_hours(part: str) -> tuple[list[int], bool, tuple[Span, ...]]:
    """Days, whether holidays are among them, and the hours of one part of the notation."""
    words = part.split(None, 1)
    if words[0] == "24/7":
        words = ["Mo-Su", "00:00-24:00"]
    days, public_holiday = _read_days(words[0], part)
    if len(words) == 1:
        raise LawError(NO_HOURS_OF_DAYS, part=part)
    hours = words[1].strip()
    if hours in ("off", "closed"):
        return days, public_holiday, ()
    spans = [_read_span(span.strip(), part) for span in hours.split(",")]
    return days, public_holiday, _merged(spans)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted, touching ones joined."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _read_days(text: str, part: str) -> tuple[list[int], bool]:
    days: list[int] = []
    public_holiday = False
    for item in text.split(","):
        first, _dash, last = item.partition("-")
        if item == "PH":
            public_holiday = True
        elif first in DAYS and (not last or last in DAYS):
            start, end = DAYS.index(first), DAYS.index(last or first)
            if end < start:
                raise LawError(DAYS_BACKWARDS, read=item, part=part)
            days.extend(range(start, end + 1))
        else:
            raise LawError(NO_DAY, read=item, part=part)
    return days, public_holiday


def _read_span(text: str, part: str) -> Span:
    match = re.fullmatch(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])", text)
    if not match:
        raise LawError(NO_SPAN, read=text, part=part)
    hour, minute, hour_end, minute_end = map(int, match.groups())
    start, end = hour * 60 + minute, hour_end * 60 + minute_end
    if max(start, end) > MINUTES_A_DAY:
        raise LawError(SPAN_TOO_LATE, read=text, part=part)
    if start >= end:
        raise LawError(SPAN_BACKWARDS, read=text, part=part)
    return start, end


Unit = Literal["day", "week", "month", "hours", "days", "channels"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One figure of a frequency rule.

    day, week, month: so many contacts in the debtor's calendar day, in any 7 days, in any 31
    days. hours, days: so much between two contacts, days being calendar days. channels: so many
    different channels in any 7 days. `per_channel` counts each channel apart; `reached_only`
    leaves out contacts that failed.
    """

    unit: Unit
    number: int
    per_channel: bool = False
    reached_only: bool = False

    def __str__(self) -> str:
        text = {
            "hours": f"gap {self.number}h",
            "days": f"gap {self.number}d",
            "channels": f"{self.number}channel/week",
        }.get(self.unit, f"{self.number}/{self.unit}")
        return text + "/channel" * self.per_channel + "/reached" * self.reached_only

    def is_within(self, other: Limit) -> bool:
        """Whether keeping this limit means keeping the other, if they count the same contacts."""
        if (self.per_channel, self.reached_only) != (other.per_channel, other.reached_only):
            return False
        if self.unit == "days" and other.unit == "day":
            return True
        if self.unit in ("hours", "days"):
            return self.unit == other.unit and self.number >= other.number
        return self.unit == other.unit and self.number <= other.number


_PERIODS: dict[str, Unit] = {"day": "day", "week": "week", "month": "month"}
_LIMIT = re.compile(
    r"(?:(?P<count>[0-9]+)/(?P<period>day|week|month)"
    r"|gap\s+(?P<gap>[0-9]+)(?P<gap_unit>[hd])"
    r"|(?P<channels>[0-9]+)channel/week)"
    r"(?P<per_channel>/channel)?(?P<reached>/reached)?(?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class Caps:
    """Frequency limits, e.g. `1/day 2/week gap 48h`; each of them binds."""

    limits: tuple[Limit, ...]

    @classmethod
    def parse(cls, text: str) -> Caps:
        """Read the notation: `1/day`, `2/week`, `8/month`, `gap 48h`, `gap 2d`, `1channel/week`.

        A figure may end in `/channel` (each channel apart) and `/reached` (failed contacts do not
        count). Raises :class:`LawError`.
        """
        limits: list[Limit] = []
        rest = " ".join(text.split())
        if not rest:
            raise LawError(NO_LIMITS)
        while rest:
            match = _LIMIT.match(rest)
            if not match:
                words = rest.split()
                read = " ".join(words[: 2 if words[0] == "gap" else 1])
                raise LawError(NO_LIMIT, read=read, text=text)
            limits.append(_read_limit(match, text))
            rest = rest[match.end() :].lstrip()
        return cls(tuple(limits))

    def __str__(self) -> str:
        return " ".join(map(str, self.limits))


def _read_limit(match: re.Match[str], text: str) -> Limit:
    unit: Unit
    if match["count"]:
        figure = match["count"]
        unit = _PERIODS[match["period"]]
    elif match["gap"]:
        figure, unit = match["gap"], "hours" if match["gap_unit"] == "h" else "days"
    else:
        figure, unit = match["channels"], "channels"
    if len(figure) > len(str(MOST)) or not 1 <= int(figure) <= MOST:
        raise LawError(LIMIT_OUT_OF_RANGE, read=match[0], text=text)
    return Limit(unit, int(figure), bool(match["per_channel"]), bool(match["reached"]))
