"""Splitting an amount into instalments, and whether what was promised was paid.

Amounts are integers in the currency's smallest unit, so that nothing is lost to rounding.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

State = Literal["running", "kept", "broken"]
Settled = Literal["open", "kept", "lifted"]
Unit = Literal["day", "month"]
ONE_DAY = timedelta(days=1)
# No feast is longer; past it the calendar itself must be wrong.
LONGEST_REST = 31


@dataclass(frozen=True, slots=True)
class Part:
    """One promised payment: the day and the amount in smallest units."""

    due: date
    units: int


def always_open(_day: date) -> bool:
    """No day is a day off."""
    return False


def split(total: int, count: int, down: int = 0) -> list[int]:
    """``count`` parts of ``total``: the first is ``down``, where one is given, the others are
    equal, and the last takes the rest. The sum is exact.

    Raises ValueError where a part would not be above zero.
    """
    if count < 1 or total < count or down < 0 or (down and count < 2):
        raise ValueError("An agreement needs at least one part, each above zero.")
    if not down:
        share = total // count
        return [share] * (count - 1) + [total - share * (count - 1)]
    if total <= down:
        raise ValueError("The first payment leaves nothing for the others.")
    return [down, *split(total - down, count - 1)]


def due_dates(first: date, count: int, every: int, unit: Unit) -> list[date]:
    """``count`` dates from ``first`` on; a month that is too short gives its last day."""
    if unit == "day":
        return [first + timedelta(days=every * index) for index in range(count)]
    return [_add_months(first, every * index) for index in range(count)]


def moved(dates: Iterable[date], is_off: Callable[[date], bool] = always_open) -> list[date]:
    """The dates, each put off until it is no day off and comes after the one before."""
    result: list[date] = []
    for wished in dates:
        day = max(wished, result[-1] + ONE_DAY) if result else wished
        result.append(_open_day(day, is_off))
    return result


def _open_day(day: date, is_off: Callable[[date], bool]) -> date:
    """The first day from this one on that is no day off."""
    last = day + timedelta(days=LONGEST_REST)
    while day < last and is_off(day):
        day += ONE_DAY
    return day


def schedule(
    total: int,
    count: int,
    first: date,
    every: int,
    unit: Unit,
    down: int = 0,
    is_off: Callable[[date], bool] = always_open,
) -> list[Part]:
    """The parts of a plan: days that are no days off, and amounts that sum to ``total``."""
    amounts = split(total, count, down)
    dates = moved(due_dates(first, count, every, unit), is_off)
    return [Part(due, units) for due, units in zip(dates, amounts, strict=True)]


def settled(parts: Sequence[Part], paid: int) -> list[bool]:
    """Which parts a total of payments covers, the earliest first, whatever was paid when."""
    return [open_ <= 0 for open_ in still_open(parts, paid)]


def outcomes(
    parts: Sequence[Part], paid: int, credited: int, lifted: Sequence[bool] = ()
) -> list[Settled]:
    """What became of each part, in order of their days: kept when a payment had a share in it,
    lifted when credits alone cover it. ``lifted`` are those that were lifted before: credits
    stay where they were, whatever is paid later."""
    purse = {"paid": max(paid, 0), "credited": max(credited, 0)}
    result: list[Settled] = []
    for index, part in enumerate(sorted(parts, key=lambda part: part.due)):
        was_lifted = index < len(lifted) and lifted[index]
        need, used = part.units, {"paid": 0, "credited": 0}
        for name in ("credited", "paid") if was_lifted else ("paid", "credited"):
            used[name] = min(need, purse[name])
            need -= used[name]
        for name, units in used.items():
            purse[name] -= units
        result.append("open" if need else "kept" if used["paid"] else "lifted")
    return result


def still_open(parts: Sequence[Part], paid: int) -> list[int]:
    """What is still to be paid of each part, in order of their days, after a total of payments
    that goes to the earliest first."""
    left, result = max(paid, 0), []
    for part in sorted(parts, key=lambda part: part.due):
        used = min(left, part.units)
        left -= used
        result.append(part.units - used)
    return result


def state(parts: Iterable[Part], paid: int, today: date, grace_days: int = 0) -> State:
    """Kept when all is paid; broken when a part whose day and grace have passed is not."""
    ordered = sorted(parts, key=lambda part: part.due)
    if paid >= sum(part.units for part in ordered):
        return "kept"
    limit = today - timedelta(days=grace_days)
    due = sum(part.units for part in ordered if part.due < limit)
    return "broken" if paid < due else "running"


def discount(total: int, percent: float) -> int:
    """The units that a discount takes off, rounded down: never more than was granted."""
    return int(total * round(percent * 100) // 10000)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
