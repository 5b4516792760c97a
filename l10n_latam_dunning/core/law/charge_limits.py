"""What the law of a place allows to be added to an overdue debt, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from ..debt.interest import COMPONENTS, Component, FeeScale, Hole, Limits, Span
from ..debt.rate import PERIODS, Per, Rate
from .charge_notation import ChargeKind, ChargeRule, Measure
from .jurisdiction import Charge, LawBook

COMPONENT_OF: Mapping[ChargeKind, Component] = {
    "interest_cap": "interest",
    "fine_cap": "fine",
    "fee_scale": "fees",
}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the table of rates: its value from a day on, good for so many days.

    `per` is a period for a rate of interest, empty for the worth of a unit in the currency of
    the debt.
    """

    code: str
    date_from: date
    value: Decimal
    valid_days: int
    per: str = ""


@dataclass(frozen=True)
class Figures:
    """The table of rates of a country for one currency."""

    rows: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> Figures:
        """The table of these figures."""
        rows: dict[str, list[Figure]] = {}
        for figure in sorted(figures, key=lambda figure: figure.date_from):
            rows.setdefault(figure.code, []).append(figure)
        return cls({code: tuple(same) for code, same in rows.items()})

    def spans(self, code: str, start: date, end: date) -> Iterator[Span[Figure | None]]:
        """The figures of a code over a span of days, without gaps; None where none is good."""
        at = start
        rows = self.rows.get(code, ())
        for index, figure in enumerate(rows):
            following = rows[index + 1].date_from if index + 1 < len(rows) else date.max
            last = min(following, _later(figure.date_from, figure.valid_days), end)
            first = max(figure.date_from, at)
            if first >= last:
                continue
            if first > at:
                yield Span(at, first, None)
            yield Span(first, last, figure)
            at = last
        if at < end:
            yield Span(at, end, None)

    def newest(self, code: str, day: date) -> Figure | None:
        """The last figure that had begun by a day, good or stale."""
        begun = [figure for figure in self.rows.get(code, ()) if figure.date_from <= day]
        return begun[-1] if begun else None


@dataclass
class _Found:
    """Limits under collection."""

    interest: list[Span[Rate]] = field(default_factory=list)
    fine: list[Span[Decimal]] = field(default_factory=list)
    fees: list[Span[FeeScale]] = field(default_factory=list)
    fees_after: int = 0
    holes: dict[Component, list[Hole]] = field(
        default_factory=lambda: {component: [] for component in COMPONENTS}
    )


def charges_in_force(
    law: LawBook, country: str, state: str, debtor_kind: str, start: date, end: date
) -> Iterator[Span[tuple[Charge, ...]]]:
    """The rules on charges that bind a kind of debtor at a place, by the version of the law in
    force on each day from one until before another."""
    turns = {start, end}
    for version in (*law.versions(country), *(law.versions(country, state) if state else ())):
        turns.add(version.date_from)
        if version.date_to:
            turns.add(version.date_to + ONE_DAY)
        for charge in version.charges:
            turns.update((charge.rule.date_from, _later(charge.rule.date_to, 1)))
    days = sorted(day for day in turns if start <= day <= end)
    for first, last in pairwise(days):
        found = law.in_force(country, state, first)
        charges = found.charges if found else ()
        yield Span(
            first,
            last,
            tuple(charge for charge in charges if _binds(charge.rule, debtor_kind, first)),
        )


def limits(
    law: LawBook,
    figures: Figures,
    *,
    country: str,
    state: str = "",
    debtor_kind: str = "consumer",
    start: date,
    end: date,
) -> Limits:
    """The law's limits at a place for a kind of debtor, from one day until before another.

    Where the law has no rule, or its figure is missing or too old, there is a hole: nothing can
    be charged for those days.
    """
    found = _Found()
    for span in charges_in_force(law, country, state, debtor_kind, start, end):
        kinds = {charge.rule.kind for charge in span.value}
        for kind, component in COMPONENT_OF.items():
            if kind not in kinds:
                words = {"day": span.start.isoformat()}
                found.holes[component].append(Hole(span.start, span.end, f"no_{component}", words))
        for charge in span.value:
            _ADDERS[charge.rule.kind](found, charge, figures, span.start, span.end)
    return Limits(
        tuple(found.interest),
        tuple(found.fine),
        tuple(found.fees),
        found.fees_after,
        {component: tuple(holes) for component, holes in found.holes.items()},
    )


def _binds(rule: ChargeRule, debtor_kind: str, day: date) -> bool:
    about = not rule.debtors or debtor_kind in rule.debtors
    return about and rule.date_from <= day <= rule.date_to


def _add_interest(found: _Found, charge: Charge, figures: Figures, start: date, end: date) -> None:
    rule, reference = charge.rule, charge.citation.legal_reference
    if rule.rate:
        found.interest.append(Span(start, end, rule.rate, reference))
        return
    for span in figures.spans(rule.code, start, end):
        rate = _rate(span.value)
        if rate is None:
            found.holes["interest"].append(_hole(rule.code, figures, span))
        else:
            found.interest.append(Span(span.start, span.end, rate, reference))


def _add_fine(found: _Found, charge: Charge, figures: Figures, start: date, end: date) -> None:
    reference = charge.citation.legal_reference
    found.fine.append(Span(start, end, charge.rule.percent, reference))


def _add_fee(found: _Found, charge: Charge, figures: Figures, start: date, end: date) -> None:
    rule, reference = charge.rule, charge.citation.legal_reference
    found.fees_after = max(found.fees_after, rule.after_days)
    if not rule.codes:
        found.fees.append(Span(start, end, _scale(rule, {}), reference))
        return
    spans: list[Span[Mapping[str, Decimal]]] = [Span(start, end, {})]
    for code in sorted(rule.codes):
        spans = list(_divided(spans, code, figures, found))
    for span in spans:
        found.fees.append(Span(span.start, span.end, _scale(rule, span.value), reference))


def _divided(
    spans: Iterable[Span[Mapping[str, Decimal]]], code: str, figures: Figures, found: _Found
) -> Iterator[Span[Mapping[str, Decimal]]]:
    """Spans in which one more unit has one worth; where it has none there is a hole."""
    for span in spans:
        for piece in figures.spans(code, span.start, span.end):
            if piece.value is None or piece.value.per:
                found.holes["fees"].append(_hole(code, figures, piece))
            else:
                worth = {**span.value, code: piece.value.value}
                yield Span(piece.start, piece.end, worth)


_ADDERS: Mapping[ChargeKind, Callable[[_Found, Charge, Figures, date, date], None]] = {
    "interest_cap": _add_interest,
    "fine_cap": _add_fine,
    "fee_scale": _add_fee,
}


def _rate(figure: Figure | None) -> Rate | None:
    if figure is None or figure.per not in PERIODS:
        return None
    per: Per = PERIODS[PERIODS.index(figure.per)]
    return Rate(figure.value, per)


def _scale(rule: ChargeRule, worth: Mapping[str, Decimal]) -> FeeScale:
    def amount(measure: Measure | None) -> Decimal | None:
        return measure.number * worth[measure.code] if measure else None

    return FeeScale(
        tuple((amount(limit), percent) for limit, percent in rule.brackets),
        amount(rule.less) or Decimal(0),
        rule.within,
    )


def _hole(code: str, figures: Figures, span: Span[Figure | None]) -> Hole:
    """Why a figure of the table is of no use on some days: it is missing, of another unit than
    the rule speaks of, or too old."""
    newest = figures.newest(code, span.start)
    words = {"code": code, "day": span.start.isoformat()}
    if span.value:
        return Hole(span.start, span.end, "rate_unit", words)
    if newest is None:
        return Hole(span.start, span.end, "rate_missing", words)
    words["since"] = newest.date_from.isoformat()
    return Hole(span.start, span.end, "rate_stale", words)


def _later(day: date, days: int) -> date:
    """A day so many days later, as far as the calendar goes."""
    if days >= (date.max - day).days:
        return date.max
    return day + timedelta(days=days)
