"""The law as data: notations, dated jurisdictions, and the book that holds them all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from .verdict import Layer

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MINUTES_A_DAY = 24 * 60
# Channels by voice or in person. A rule that names no channel is about messages: all the others.
CALLS = frozenset({"call", "visit"})
ALL_CHANNELS = frozenset({"all"})
PRUDENT_DEFAULT = "Prudent default of the addon within"

Span = tuple[int, int]
ConsentKind = Literal["none", "opt_in", "express"]
TERM_KINDS = ("content", "forbidden", "stop", "registry", "other_hours")
CONSENT_KINDS: tuple[ConsentKind, ...] = ("none", "opt_in", "express")


class LawError(ValueError):
    """A value of a law pack that cannot be read; the message says which and how to write it."""


# === NOTATIONS ===


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
            raise LawError("no hours given; write for example 'Mo-Fr 08:00-18:00; PH off'")
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
        raise LawError(f"'{part}' names days but no hours; write '{part} 08:00-18:00' or 'off'")
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
                raise LawError(f"'{item}' in '{part}' runs backwards; write 'Sa-Su,Mo' instead")
            days.extend(range(start, end + 1))
        else:
            raise LawError(
                f"'{item}' in '{part}' is no day; write {' '.join(DAYS)}, a range like Mo-Fr, or PH"
            )
    return days, public_holiday


def _read_span(text: str, part: str) -> Span:
    match = re.fullmatch(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", text)
    if not match:
        raise LawError(f"'{text}' in '{part}' is no time span; write for example 08:00-18:00")
    hour, minute, hour_end, minute_end = map(int, match.groups())
    start, end = hour * 60 + minute, hour_end * 60 + minute_end
    if end > MINUTES_A_DAY:
        raise LawError(f"'{text}' in '{part}' ends after 24:00")
    if start >= end:
        raise LawError(
            f"'{text}' in '{part}' does not end after it starts; split hours over midnight"
        )
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
    r"(?:(?P<count>\d+)/(?P<period>day|week|month)"
    r"|gap\s+(?P<gap>\d+)(?P<gap_unit>[hd])"
    r"|(?P<channels>\d+)channel/week)"
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
            raise LawError("no limits given; write for example '1/day 2/week gap 48h'")
        while rest:
            match = _LIMIT.match(rest)
            if not match:
                raise LawError(
                    f"'{rest}' is no limit; write 1/day, 2/week, 8/month, gap 48h, gap 2d or"
                    " 1channel/week"
                )
            limits.append(_read_limit(match))
            rest = rest[match.end() :].lstrip()
        return cls(tuple(limits))

    def __str__(self) -> str:
        return " ".join(map(str, self.limits))


def _read_limit(match: re.Match[str]) -> Limit:
    unit: Unit
    if match["count"]:
        number = int(match["count"])
        unit = _PERIODS[match["period"]]
    elif match["gap"]:
        number, unit = int(match["gap"]), "hours" if match["gap_unit"] == "h" else "days"
    else:
        number, unit = int(match["channels"]), "channels"
    if not number:
        raise LawError(f"'{match[0]}' allows nothing ever; write a figure of at least 1")
    return Limit(unit, number, bool(match["per_channel"]), bool(match["reached"]))


# === RULES ===


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from: the law or the company, the article, the source, how sure."""

    layer: Layer
    legal_reference: str = ""
    source_url: str = ""
    confidence: str = ""

    def of_company(self) -> Citation:
        """The same rule where the law does not bind, kept as the company's own."""
        return replace(self, layer="company")


COMPANY_RULE = Citation("company")


@dataclass(frozen=True, slots=True)
class Window:
    """Hours in which contact by some channels is allowed. The last instant to send is
    `margin_minutes` before an end, because messages arrive late."""

    hours: OpeningHours
    channels: frozenset[str] = ALL_CHANNELS
    citation: Citation = COMPANY_RULE
    margin_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Cap:
    """Limits on how often; the channels that it binds are counted together."""

    caps: Caps
    channels: frozenset[str] = frozenset()
    citation: Citation = COMPANY_RULE


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """The agreement that a channel needs."""

    channels: frozenset[str]
    kind: ConsentKind
    citation: Citation


@dataclass(frozen=True, slots=True)
class Terms:
    """Words of a rule that are looked up by name: content that is required or forbidden, stops,
    registers, and on what condition a debtor may ask for other hours."""

    terms: frozenset[str]
    channels: frozenset[str]
    citation: Citation


@dataclass(frozen=True, slots=True)
class ExtraHoliday:
    """A day off that the public calendar does not know; of one state or of all."""

    day: date
    name: str
    state: str = ""


def company_window(hours: OpeningHours, margin_minutes: int = 0) -> Window:
    """A company's own hours, for all its channels."""
    return Window(hours, ALL_CHANNELS, COMPANY_RULE, margin_minutes)


def company_cap(caps: Caps, channels: frozenset[str] = frozenset()) -> Cap:
    """A company's own limits, by default for all messages together."""
    return Cap(caps, channels, COMPANY_RULE)


def binds(channels: frozenset[str], channel: str) -> bool:
    """Whether a rule about these channels is about this one."""
    if not channels:
        return channel not in CALLS
    return channel in channels or "all" in channels


# === JURISDICTIONS ===


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One dated version of the contact law of a country or of a state.

    `debtors` are the kinds of debtor whom the law binds (empty: all); the others get the same
    rules as the company's own.
    """

    country: str
    state: str
    date_from: date
    date_to: date | None
    version: str
    name: str = ""
    zones: tuple[str, ...] = ()
    state_zones: Mapping[str, tuple[str, ...]] | None = None
    holiday_country: str = ""
    holiday_subdivision: str = ""
    holiday_categories: tuple[str, ...] = ("public",)
    margin_minutes: int = 0
    debtors: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()
    caps: tuple[Cap, ...] = ()
    consents: tuple[ConsentRule, ...] = ()
    contents: tuple[Terms, ...] = ()
    forbidden: tuple[Terms, ...] = ()
    stops: tuple[Terms, ...] = ()
    registries: tuple[Terms, ...] = ()
    other_hours: tuple[Terms, ...] = ()
    extra_holidays: tuple[ExtraHoliday, ...] = ()

    def covers(self, on: date) -> bool:
        """Whether this version is in force on a day."""
        return self.date_from <= on and (self.date_to is None or on <= self.date_to)

    def merged(self, state: Jurisdiction) -> Jurisdiction:
        """The country's rules and those of a state together: all of them bind."""
        return replace(
            self,
            state=state.state,
            date_from=max(self.date_from, state.date_from),
            date_to=min(filter(None, (self.date_to, state.date_to)), default=None),
            version=f"{self.version}+{state.version.removeprefix(f'{self.country}-')}",
            holiday_subdivision=state.holiday_subdivision or self.holiday_subdivision,
            windows=self.windows + state.windows,
            caps=self.caps + state.caps,
            consents=self.consents + state.consents,
            contents=self.contents + state.contents,
            forbidden=self.forbidden + state.forbidden,
            stops=self.stops + state.stops,
            registries=self.registries + state.registries,
            other_hours=self.other_hours + state.other_hours,
            extra_holidays=self.extra_holidays + state.extra_holidays,
        )


def jurisdiction_from_rows(
    header: Mapping[str, Any],
    rules: Iterable[Mapping[str, Any]],
    zones: Iterable[Mapping[str, Any]] = (),
    holidays: Iterable[Mapping[str, Any]] = (),
) -> Jurisdiction:
    """Build a jurisdiction from rows keyed as Odoo's fields, plus `country` and `state` as ISO
    3166-2 codes ("BR", "SP") in header and zones, and `date`, `name`, `state` in holidays.

    Raises :class:`LawError` with the name of the jurisdiction when a value cannot be read.
    """
    country, state = _text(header, "country").upper(), _text(header, "state")
    place = f"{country}-{state}" if state else country
    name = _text(header, "name") or place
    date_from = _date(header, "date_from")
    if not country or date_from is None:
        raise LawError(f"{name}: a jurisdiction needs a country and its first day in force")
    margin = int(header.get("margin_minutes") or 0)
    built = _Rules(name, margin)
    for row in rules:
        built.add(row)
    return Jurisdiction(
        country=country,
        state=state,
        date_from=date_from,
        date_to=_date(header, "date_to"),
        version=f"{place}@{date_from}",
        name=name,
        zones=_words(header, "zones"),
        state_zones={
            _text(row, "iso") or _text(row, "state"): _words(row, "zones") for row in zones
        },
        holiday_country=_text(header, "holiday_country") or country,
        holiday_subdivision=_text(header, "holiday_subdivision"),
        holiday_categories=_words(header, "holiday_categories") or ("public",),
        margin_minutes=margin,
        debtors=frozenset(_words(header, "binds")),
        windows=tuple(built.windows),
        caps=tuple(built.caps),
        consents=tuple(built.consents),
        contents=tuple(built.terms["content"]),
        forbidden=tuple(built.terms["forbidden"]),
        stops=tuple(built.terms["stop"]),
        registries=tuple(built.terms["registry"]),
        other_hours=tuple(built.terms["other_hours"]),
        extra_holidays=tuple(_extra_holiday(name, row) for row in holidays),
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    return str(row.get(key) or "").strip()


def _words(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(_text(row, key).split())


def _date(row: Mapping[str, Any], key: str) -> date | None:
    value = row.get(key)
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if value else None


def _extra_holiday(name: str, row: Mapping[str, Any]) -> ExtraHoliday:
    day = _date(row, "date")
    if day is None:
        raise LawError(f"{name}: an extra holiday needs a date")
    return ExtraHoliday(day, _text(row, "name"), _text(row, "state"))


class _Rules:
    """Collects the rules of a jurisdiction; each row gives up to two, of law and of prudence."""

    def __init__(self, name: str, margin_minutes: int) -> None:
        self.name = name
        self.margin_minutes = margin_minutes
        self.windows: list[Window] = []
        self.caps: list[Cap] = []
        self.consents: list[ConsentRule] = []
        self.terms: dict[str, list[Terms]] = {kind: [] for kind in TERM_KINDS}

    def add(self, row: Mapping[str, Any]) -> None:
        kind = _text(row, "kind")
        legal, prudent = _text(row, "legal"), _text(row, "prudent")
        if not legal and not prudent:
            raise LawError(f"{self.name}: a rule of kind '{kind}' has neither law nor default")
        # Without a default of its own, a rule is applied as the law has it.
        values: tuple[tuple[Layer, str], ...] = (("law", legal), ("company", prudent or legal))
        for layer, value in values:
            if not value:
                continue
            reference = _text(row, "legal_reference")
            if layer == "company" and legal:
                reference = f"{PRUDENT_DEFAULT} {reference}"
            source_url, confidence = _text(row, "source_url"), _text(row, "confidence")
            citation = Citation(layer, reference, source_url, confidence)
            try:
                self._add(kind, value, frozenset(_words(row, "channels")), citation)
            except LawError as error:
                raise LawError(f"{self.name}, {kind}: {error}") from error

    def _add(self, kind: str, value: str, channels: frozenset[str], citation: Citation) -> None:
        if kind == "hours":
            # The margin is the addon's prudence, no rule of law.
            margin = self.margin_minutes if citation.layer == "company" else 0
            self.windows.append(Window(OpeningHours.parse(value), channels, citation, margin))
        elif kind == "cap":
            self.caps.append(Cap(Caps.parse(value), channels, citation))
        elif kind == "consent":
            if value not in CONSENT_KINDS:
                raise LawError(f"'{value}' is no consent; write {', '.join(CONSENT_KINDS)}")
            consent = CONSENT_KINDS[CONSENT_KINDS.index(value)]
            self.consents.append(ConsentRule(channels, consent, citation))
        elif kind in self.terms:
            terms = frozenset(value.split())
            rules = [rule for rule in self.terms[kind] if rule.channels == channels]
            known = set[str]().union(*(rule.terms for rule in rules))
            if terms - known:
                self.terms[kind].append(Terms(terms - known, channels, citation))
        else:
            raise LawError(f"'{kind}' is no kind of rule")


class LawBook:
    """All jurisdictions. Immutable; build a new one when the law changes."""

    def __init__(self, jurisdictions: Iterable[Jurisdiction]) -> None:
        self.jurisdictions: tuple[Jurisdiction, ...] = tuple(
            sorted(jurisdictions, key=lambda law: (law.country, law.state, law.date_from))
        )
        self._places: dict[tuple[str, str], list[Jurisdiction]] = {}
        for law in self.jurisdictions:
            self._places.setdefault((law.country, law.state), []).append(law)
        self._zones: dict[tuple[str, str], tuple[str, ...]] = {}
        # What the gate has worked out from this book, kept as long as the book.
        self.cache: dict[Any, Any] = {}

    def versions(self, country: str, state: str = "") -> tuple[Jurisdiction, ...]:
        """The versions of one country's or one state's own pack, oldest first."""
        return tuple(self._places.get((country, state), ()))

    def in_force(self, country: str, state: str, on: date) -> Jurisdiction | None:
        """The law of a place on a day: the country's, with its state's where that has its own.

        Of two versions that overlap, the one that began later is in force.
        """
        national = self._newest(country, "", on)
        local = self._newest(country, state, on) if state else None
        if national is None or local is None:
            return national
        return national.merged(local)

    def _newest(self, country: str, state: str, on: date) -> Jurisdiction | None:
        in_force = [law for law in self.versions(country, state) if law.covers(on)]
        return in_force[-1] if in_force else None

    def zones(self, country: str, state: str = "") -> tuple[str, ...]:
        """Every zone in which the debtor may be: those of the state, else all of the country."""
        key = (country, state)
        if key not in self._zones:
            zones: tuple[str, ...] = ()
            for law in self.versions(country):
                zones = law.zones or zones
            for law in self.versions(country):
                zones = (law.state_zones or {}).get(state) or zones
            self._zones[key] = zones
        return self._zones[key]
