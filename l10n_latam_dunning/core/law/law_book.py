"""Dated versions of the law of countries and states, and the book that holds them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .provisions import Cap, Charge, ConsentRule, ExtraHoliday, Terms, Window
from .retention import Retention


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
    recipients: tuple[Terms, ...] = ()
    extra_holidays: tuple[ExtraHoliday, ...] = ()
    charges: tuple[Charge, ...] = ()
    retentions: tuple[Retention, ...] = ()

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
            recipients=self.recipients + state.recipients,
            extra_holidays=self.extra_holidays + state.extra_holidays,
            charges=self.charges + state.charges,
            retentions=self.retentions + state.retentions,
        )


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
