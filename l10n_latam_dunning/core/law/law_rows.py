"""Builds jurisdictions from rows, as Odoo's records or the files of the packs give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from .charge_notation import CHARGE_KINDS, ChargeRule
from .law_book import Jurisdiction
from .notation import Caps, LawError, OpeningHours
from .provisions import (
    CONSENT_KINDS,
    PRUDENT_DEFAULT,
    RECIPIENTS,
    Cap,
    Charge,
    Citation,
    ConsentRule,
    ExtraHoliday,
    Terms,
    Window,
)
from .retention import Retention, Term
from .verdict import Layer

TERM_KINDS = ("content", "forbidden", "stop", "registry", "other_hours")


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
        recipients=tuple(built.recipients),
        extra_holidays=tuple(_extra_holiday(name, row) for row in holidays),
        charges=tuple(built.charges),
        retentions=tuple(built.retentions),
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
        self.recipients: list[Terms] = []
        self.charges: list[Charge] = []
        self.retentions: list[Retention] = []

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
        elif kind in CHARGE_KINDS:
            rule = ChargeRule.parse(kind, value)
            if all(rule != charge.rule for charge in self.charges):
                self.charges.append(Charge(rule, citation))
        elif kind == "retention":
            self.retentions.append(Retention(Term.parse(value), citation))
        elif kind == "recipient":
            recipients = frozenset(value.split())
            if not recipients <= RECIPIENTS:
                raise LawError(f"'{value}' names others than {', '.join(sorted(RECIPIENTS))}")
            self.recipients.append(Terms(recipients, channels, citation))
        elif kind in self.terms:
            terms = frozenset(value.split())
            rules = [rule for rule in self.terms[kind] if rule.channels == channels]
            known = set[str]().union(*(rule.terms for rule in rules))
            if terms - known:
                self.terms[kind].append(Terms(terms - known, channels, citation))
        else:
            raise LawError(f"'{kind}' is no kind of rule")
