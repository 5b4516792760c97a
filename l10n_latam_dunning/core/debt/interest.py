"""Interest, fine and fees on one overdue instalment, to the cent and with every step shown.

Amounts are Decimals in the currency of the debt. Spans of days include their first day and
exclude their last. Only the sum of each component is rounded, half up, as people do by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, Generic, Literal, TypeVar

from .rate import Rate, plain

Component = Literal["interest", "fine", "fees"]
COMPONENTS: tuple[Component, ...] = ("interest", "fine", "fees")
NOTHING = Decimal(0)
Value = TypeVar("Value")


# === WHAT IS GIVEN ===


@dataclass(frozen=True, slots=True)
class Debt:
    """An instalment and what is known of it.

    `balance` is what was open from each day on, oldest first; what is paid on a day no longer
    bears interest on that day. `charged` was booked before, `waived` are spans for which interest
    was waived, `settled` are fine and fees that were charged or waived. `contacted_on` is the
    first day on which the debtor was reached about it.
    """

    due: date
    balance: tuple[tuple[date, Decimal], ...]
    quantum: Decimal
    charged: Decimal = NOTHING
    waived: tuple[tuple[date, date], ...] = ()
    settled: frozenset[Component] = frozenset()
    contacted_on: date | None = None

    def open_on(self, day: date) -> Decimal:
        """What is open on a day after that day's payments; a credit is nothing."""
        amount = NOTHING
        for since, open_ in self.balance:
            if since > day:
                break
            amount = open_
        return max(amount, NOTHING)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the creditor asks for. Without any of them nothing is charged.

    `interest` is his rate; `at_ceiling` asks for as much as the law allows. `fine` is a percentage,
    taken once. `fee` is an amount; `fee_by_law` takes the law's own scale. Days of grace are not
    charged, not even afterwards.
    """

    interest: Rate | None = None
    at_ceiling: bool = False
    fine: Decimal = NOTHING
    fee: Decimal = NOTHING
    fee_by_law: bool = False
    grace_days: int = 0

    @property
    def wanted(self) -> frozenset[Component]:
        """The components that are asked for."""
        asked: dict[Component, bool] = {
            "interest": self.at_ceiling or bool(self.interest and self.interest.percent),
            "fine": bool(self.fine),
            "fees": self.fee_by_law or bool(self.fee),
        }
        return frozenset(component for component, wanted in asked.items() if wanted)


@dataclass(frozen=True, slots=True)
class Span(Generic[Value]):
    """What a rule allows at most from one day until before another."""

    start: date
    end: date
    value: Value
    reference: str = ""

    def covers(self, day: date) -> bool:
        """Whether it is about this day."""
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class FeeScale:
    """A fee by the size of the debt: each bracket's percentage is taken of the part within it.

    A bracket is (up to which amount, percentage); the last has no amount. It is less by
    `reduction` unless the debtor was reached `within` days of the due date.
    """

    brackets: tuple[tuple[Decimal | None, Decimal], ...]
    reduction: Decimal = NOTHING
    within: int = 0

    def on(self, base: Decimal) -> Decimal:
        """The fee on a debt of this size, not yet reduced."""
        fee, below = NOTHING, NOTHING
        for limit, percent in self.brackets:
            top = base if limit is None else min(base, limit)
            fee += max(top - below, NOTHING) * percent / 100
            below = limit if limit is not None else base
        return fee


@dataclass(frozen=True, slots=True)
class Hole:
    """Days on which it is not known what a rule allows, and why."""

    start: date
    end: date
    code: str
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the law allows over time. Where several rules speak of a day all of them bind; fees may
    be charged once `fees_after` days have passed."""

    interest: tuple[Span[Rate], ...] = ()
    fine: tuple[Span[Decimal], ...] = ()
    fees: tuple[Span[FeeScale], ...] = ()
    fees_after: int = 0
    holes: Mapping[Component, tuple[Hole, ...]] = field(default_factory=dict)


class ChargesUnknown(Exception):
    """It cannot be said what may be charged; nothing is."""

    def __init__(self, code: str, figures: Mapping[str, str]) -> None:
        super().__init__(code)
        self.code = code
        self.figures = dict(figures)


# === WHAT COMES OUT ===


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the calculation, with all that is needed to put it into words.

    `rate` is what was applied; `reference` names the rule of law where that held it down.
    `amount` is not rounded.
    """

    component: Component
    start: date
    end: date
    base: Decimal
    rate: str
    amount: Decimal
    reference: str = ""

    @property
    def days(self) -> int:
        """How many days it is about."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Charges:
    """What a debt amounts to on a day: what is open of it, and what is added.

    `charged` is what of the calculated interest was booked before and is no longer asked for;
    `overcharged` what was booked and, as is known by now, not owed. `unknown` says why nothing
    could be calculated: a code and its figures.
    """

    principal: Decimal
    computed_on: date
    interest: Decimal = NOTHING
    fine: Decimal = NOTHING
    fees: Decimal = NOTHING
    charged: Decimal = NOTHING
    overcharged: Decimal = NOTHING
    lines: tuple[Line, ...] = ()
    unknown: tuple[str, Mapping[str, str]] | None = None

    @property
    def added(self) -> Decimal:
        """Interest, fine and fees together."""
        return self.interest + self.fine + self.fees

    @property
    def total(self) -> Decimal:
        """All that is asked for."""
        return self.principal + self.added

    def of(self, component: Component) -> Decimal:
        """The amount of one component."""
        return {"interest": self.interest, "fine": self.fine, "fees": self.fees}[component]

    def __add__(self, other: Charges) -> Charges:
        return Charges(
            principal=self.principal + other.principal,
            computed_on=max(self.computed_on, other.computed_on),
            interest=self.interest + other.interest,
            fine=self.fine + other.fine,
            fees=self.fees + other.fees,
            charged=self.charged + other.charged,
            overcharged=self.overcharged + other.overcharged,
            lines=self.lines + other.lines,
            unknown=self.unknown or other.unknown,
        )

    def to_dict(self) -> dict[str, Any]:
        """As it is kept: amounts and days as text."""
        names = ("principal", "interest", "fine", "fees", "charged", "overcharged", "total")
        amounts = {name: f"{getattr(self, name):f}" for name in names}
        return {
            **amounts,
            "computed_on": self.computed_on.isoformat(),
            "lines": [_line_to_dict(line) for line in self.lines],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Charges:
        """What :meth:`to_dict` has kept."""
        return cls(
            principal=Decimal(data["principal"]),
            computed_on=date.fromisoformat(data["computed_on"]),
            interest=Decimal(data["interest"]),
            fine=Decimal(data["fine"]),
            fees=Decimal(data["fees"]),
            charged=Decimal(data["charged"]),
            overcharged=Decimal(data["overcharged"]),
            lines=tuple(_line_from_dict(line) for line in data["lines"]),
        )


def _line_to_dict(line: Line) -> dict[str, Any]:
    return {
        "component": line.component,
        "from": line.start.isoformat(),
        "to": line.end.isoformat(),
        "days": line.days,
        "base": f"{line.base:f}",
        "rate": line.rate,
        "amount": f"{line.amount:f}",
        "reference": line.reference,
    }


def _line_from_dict(data: Mapping[str, Any]) -> Line:
    return Line(
        data["component"],
        date.fromisoformat(data["from"]),
        date.fromisoformat(data["to"]),
        Decimal(data["base"]),
        data["rate"],
        Decimal(data["amount"]),
        data["reference"],
    )


# === CALCULATION ===


def charge(debt: Debt, terms: Terms, limits: Limits, on: date) -> Charges:
    """What may be asked for on a day: the creditor's terms within the law's limits.

    Raises :class:`ChargesUnknown` where a limit that is needed is not known.
    """
    interest = tuple(interest_lines(debt, terms, limits, on))
    once = (*_fine_lines(debt, terms, limits, on), *_fee_lines(debt, terms, limits, on))
    accrued = _rounded(interest, debt.quantum)
    return Charges(
        principal=_round(debt.open_on(on), debt.quantum),
        computed_on=on,
        interest=max(accrued - debt.charged, NOTHING),
        fine=_rounded((line for line in once if line.component == "fine"), debt.quantum),
        fees=_rounded((line for line in once if line.component == "fees"), debt.quantum),
        charged=debt.charged,
        overcharged=max(debt.charged - accrued, NOTHING),
        lines=(*interest, *once),
    )


def charge_or_say_why(debt: Debt, terms: Terms, limits: Limits, on: date) -> Charges:
    """The same; where it cannot be said, what is open alone, and why."""
    try:
        return charge(debt, terms, limits, on)
    except ChargesUnknown as error:
        principal = _round(debt.open_on(on), debt.quantum)
        return Charges(principal, on, unknown=(error.code, error.figures))


def interest_lines(debt: Debt, terms: Terms, limits: Limits, on: date) -> Iterator[Line]:
    """The pieces of interest up to a day, each with one base and one rate, oldest first."""
    if "interest" not in terms.wanted:
        return
    last: tuple[date, date, Decimal, Decimal, Rate, str] | None = None
    for start, end in _pieces(debt, terms, limits, on):
        base = debt.open_on(start)
        if not base or any(a <= start < b for a, b in debt.waived):
            continue
        rate, reference = _rate_on(start, end, terms, limits)
        piece = (start, end, base, rate.daily(start), rate, reference)
        if last and last[1] == start and last[2:] == piece[2:]:
            last = (last[0], end, *piece[2:])
            continue
        if last:
            yield _interest_line(*last)
        last = piece
    if last:
        yield _interest_line(*last)


def _interest_line(
    start: date, end: date, base: Decimal, daily: Decimal, rate: Rate, reference: str
) -> Line:
    amount = base * daily * (end - start).days
    return Line("interest", start, end, base, str(rate), amount, reference)


def _pieces(debt: Debt, terms: Terms, limits: Limits, on: date) -> Iterator[tuple[date, date]]:
    """Spans in which neither base nor rate can change."""
    begin = debt.due + timedelta(days=terms.grace_days)
    if on <= begin:
        return
    turns = {begin, on}
    turns.update(day for day, _open in debt.balance)
    for span in limits.interest:
        turns.update((span.start, span.end))
    for hole in limits.holes.get("interest", ()):
        turns.update((hole.start, hole.end))
    for start, end in debt.waived:
        turns.update((start, end))
    rates = [span.value for span in limits.interest] + [terms.interest or Rate(NOTHING, "day")]
    turns.update(_calendar_turns(rates, begin, on))
    days = sorted(day for day in turns if begin <= day <= on)
    yield from pairwise(days)


def _calendar_turns(rates: Sequence[Rate], begin: date, on: date) -> Iterator[date]:
    """First days of months or years on which a day's share may change."""
    changes = {rate.changes for rate in rates}
    if changes == {""}:
        return
    months = range(1, 13) if "month" in changes else (1,)
    for year in range(begin.year, on.year + 1):
        for month in months:
            yield date(year, month, 1)


def _rate_on(start: date, end: date, terms: Terms, limits: Limits) -> tuple[Rate, str]:
    """The lowest rate of a piece: the creditor's own, unless the law's is lower."""
    spans = _in_force("interest", limits.interest, start, end, limits)
    lowest = min(spans, key=lambda span: span.value.daily(start))
    own = terms.interest
    if not terms.at_ceiling and own and own.daily(start) <= lowest.value.daily(start):
        return own, ""
    return lowest.value, lowest.reference


def _fine_lines(debt: Debt, terms: Terms, limits: Limits, on: date) -> Iterator[Line]:
    """The fine: once, on what was open when the days of grace had passed."""
    if "fine" not in terms.wanted or "fine" in debt.settled:
        return
    day = debt.due + timedelta(days=terms.grace_days)
    base = debt.open_on(day)
    if on <= day or not base:
        return
    spans = _in_force("fine", limits.fine, day, day + timedelta(days=1), limits)
    lowest = min(spans, key=lambda span: span.value)
    percent = min(terms.fine, lowest.value)
    reference = lowest.reference if lowest.value < terms.fine else ""
    rate = f"{plain(percent)}%"
    yield Line("fine", day, day + timedelta(days=1), base, rate, base * percent / 100, reference)


def _fee_lines(debt: Debt, terms: Terms, limits: Limits, on: date) -> Iterator[Line]:
    """The fee: once, on what was open when the law lets it be charged."""
    if "fees" not in terms.wanted or "fees" in debt.settled:
        return
    day = debt.due + timedelta(days=max(terms.grace_days, limits.fees_after))
    base = debt.open_on(day)
    if on <= day or not base:
        return
    spans = _in_force("fees", limits.fees, day, day + timedelta(days=1), limits)
    lowest = min(spans, key=lambda span: _fee_by_scale(span.value, base, debt))
    allowed = _fee_by_scale(lowest.value, base, debt)
    own = allowed if terms.fee_by_law else terms.fee
    held = terms.fee_by_law or allowed < own
    rate = _scale_words(lowest.value, base) if held else ""
    reference = lowest.reference if held else ""
    amount = min(own, allowed)
    yield Line("fees", day, day + timedelta(days=1), base, rate, amount, reference)


def _fee_by_scale(scale: FeeScale, base: Decimal, debt: Debt) -> Decimal:
    """What a scale allows for this debt: less where the debtor was not reached in time."""
    reached = debt.contacted_on
    in_time = reached is not None and reached <= debt.due + timedelta(days=scale.within)
    return max(scale.on(base) - (NOTHING if in_time else scale.reduction), NOTHING)


def _scale_words(scale: FeeScale, base: Decimal) -> str:
    """The brackets that a debt reaches: `9% + 6%`."""
    reached, below = [], NOTHING
    for limit, percent in scale.brackets:
        if base > below:
            reached.append(f"{plain(percent)}%")
        below = limit if limit is not None else base
    return " + ".join(reached)


def _in_force(
    component: Component,
    spans: Sequence[Span[Value]],
    start: date,
    end: date,
    limits: Limits,
) -> list[Span[Value]]:
    """The rules of a component on a span of days that no turn divides."""
    for hole in limits.holes.get(component, ()):
        if hole.start < end and start < hole.end:
            raise ChargesUnknown(hole.code, hole.figures)
    found = [span for span in spans if span.covers(start)]
    if not found:
        raise ChargesUnknown(f"no_{component}", {"day": start.isoformat()})
    return found


def _rounded(lines: Iterable[Line], quantum: Decimal) -> Decimal:
    return _round(sum((line.amount for line in lines), NOTHING), quantum)


def _round(amount: Decimal, quantum: Decimal) -> Decimal:
    """To whole smallest units, a half upwards."""
    return (amount / quantum).quantize(Decimal(1), ROUND_HALF_UP) * quantum
