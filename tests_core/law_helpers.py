"""What the tests of the law share: asking the gate, and an oracle that steps through minutes.

The oracle says for one instant whether time allows a message. It shares no arithmetic with the
gate: it takes the packs' parsed values and looks at the wall clock of each zone.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays

from core.law.gate import ConsentFact, Contact, Facts, Proposal, decide
from core.law.jurisdiction import CALLS, LawBook
from core.law.pack_reader import shipped_law
from core.law.verdict import Verdict

LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)
LAW_ONLY = ("law",)
BOTH = ("law", "company")


def instant(text: str) -> datetime:
    """An aware datetime from ISO text; a `Z` is allowed on every Python."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def agreed(*channels: str) -> tuple[ConsentFact, ...]:
    """Express consents given long ago."""
    return tuple(ConsentFact(channel, "granted", LONG_AGO) for channel in channels)


def facts(country: str, state: str = "", **values) -> Facts:
    """Facts about a debtor who agreed to every channel and was never contacted."""
    values.setdefault("consents", agreed(""))
    return Facts(values.pop("law", None) or shipped_law(), country, state, **values)


def ask(
    country: str,
    state: str,
    at: str | datetime,
    *,
    channel: str = "whatsapp",
    purpose: str = "reminder",
    kind: str = "consumer",
    recipient: str = "debtor",
    layers: tuple[str, ...] = BOTH,
    **values,
) -> Verdict:
    """The gate's answer about such a debtor."""
    at = instant(at) if isinstance(at, str) else at
    proposal = Proposal(channel, purpose, kind, recipient=recipient)
    return decide(proposal, facts(country, state, **values), at, layers=layers)


def codes(verdict: Verdict) -> list[str]:
    """The codes of what stands in the way, in order."""
    return [check.code for check in verdict.reasons]


def contact(at: str, channel: str = "whatsapp", purpose="reminder", outcome="sent") -> Contact:
    """A past contact."""
    return Contact(instant(at), channel, purpose, outcome)


# === ORACLE ===


class Oracle:
    """Whether time allows a message of one kind to one debtor, an instant at a time."""

    def __init__(
        self,
        law: LawBook,
        country: str,
        state: str,
        channel: str,
        history: Iterable[Contact] = (),
        layers: tuple[str, ...] = BOTH,
    ) -> None:
        self.law, self.country, self.state, self.channel = law, country, state, channel
        self.zones = [ZoneInfo(name) for name in law.zones(country, state)]
        self.layers = layers
        self.history = [past for past in history if past.purpose != "reply"]
        self._calendars: dict = {}
        self._versions: dict = {}

    def allows(self, at: datetime) -> bool:
        """Hours, holidays and limits, all of them."""
        today = at.astimezone(self.zones[0]).date()
        if today not in self._versions:
            self._versions[today] = self.law.in_force(self.country, self.state, today)
        version = self._versions[today]
        if version is None:
            return False
        return all(
            self._in_window(version, window, at.astimezone(zone))
            for window in version.windows
            if window.citation.layer in self.layers
            for zone in self.zones
        ) and all(
            self._in_limit(cap, limit, at)
            for cap in version.caps
            if cap.citation.layer in self.layers and self._binds(cap.channels, self.channel)
            for limit in cap.caps.limits
        )

    def _binds(self, channels: frozenset, channel: str) -> bool:
        if "all" in channels:
            return True
        return channel in channels if channels else channel not in CALLS

    def _in_window(self, version, window, local: datetime) -> bool:
        spans = window.hours.week[local.weekday()]
        if window.hours.holidays is not None and self._is_holiday(
            version, local.date(), window.citation.layer
        ):
            spans = window.hours.holidays
        seconds = (local.hour * 60 + local.minute) * 60 + local.second + local.microsecond / 1e6
        margin = window.margin_minutes * 60
        return any(
            start * 60 <= seconds <= end * 60 - margin and seconds < end * 60
            for start, end in spans
        )

    def _is_holiday(self, version, day: date, layer: str) -> bool:
        categories = ("public",) if layer == "law" else version.holiday_categories
        key = (version.holiday_country, day.year, categories)
        if key not in self._calendars:
            known = getattr(holidays, version.holiday_country).subdivisions
            self._calendars[key] = set(
                holidays.country_holidays(
                    version.holiday_country,
                    subdiv=self.state if self.state in known else None,
                    years=day.year,
                    categories=categories,
                )
            )
        return day in self._calendars[key]

    def _in_limit(self, cap, limit, at: datetime) -> bool:
        counted = [
            past
            for past in self.history
            if self._binds(cap.channels, past.channel)
            and not (limit.per_channel and past.channel != self.channel)
            and not (limit.reached_only and past.outcome == "failed")
        ]
        week = [past for past in counted if past.at > at - timedelta(days=7)]
        if limit.unit == "week":
            return len(week) < limit.number
        if limit.unit == "month":
            return sum(past.at > at - timedelta(days=31) for past in counted) < limit.number
        if limit.unit == "hours":
            return all(at - past.at >= timedelta(hours=limit.number) for past in counted)
        if limit.unit == "channels":
            return len({past.channel for past in week} | {self.channel}) <= limit.number
        days = [
            [
                (at.astimezone(zone).date() - past.at.astimezone(zone).date()).days
                for past in counted
            ]
            for zone in self.zones
        ]
        if limit.unit == "day":
            return all(ages.count(0) < limit.number for ages in days)
        return all(age >= limit.number for ages in days for age in ages)
