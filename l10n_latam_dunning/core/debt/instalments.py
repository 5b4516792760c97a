"""Splitting an amount into instalments, and whether what was promised was paid.

Amounts are integers in the currency's smallest unit, so that nothing is lost to rounding.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

State = Literal["running", "kept", "broken"]


@dataclass(frozen=True, slots=True)
class Part:
    """One promised payment: the day and the amount in smallest units."""

    due: date
    units: int


def split(total: int, count: int) -> list[int]:
    """``count`` equal parts of ``total``; the last takes the rest, the sum is exact."""
    if count < 1 or total < count:
        raise ValueError("An agreement needs at least one part, each above zero.")
    share = total // count
    return [share] * (count - 1) + [total - share * (count - 1)]


def due_dates(first: date, count: int, every: int, unit: Literal["day", "month"]) -> list[date]:
    """``count`` dates from ``first`` on; a month that is too short gives its last day."""
    if unit == "day":
        return [first + timedelta(days=every * index) for index in range(count)]
    return [_add_months(first, every * index) for index in range(count)]


def schedule(
    total: int, count: int, first: date, every: int, unit: Literal["day", "month"]
) -> list[Part]:
    """The parts of a plan: dates and amounts that sum to ``total``."""
    amounts = split(total, count)
    return [
        Part(due, units)
        for due, units in zip(due_dates(first, count, every, unit), amounts, strict=True)
    ]


def settled(parts: Sequence[Part], paid: int) -> list[bool]:
    """Which parts a total of payments covers, the earliest first, whatever was paid when."""
    covered, result = 0, []
    for part in sorted(parts, key=lambda part: part.due):
        covered += part.units
        result.append(paid >= covered)
    return result


def state(parts: Iterable[Part], paid: int, today: date, grace_days: int = 0) -> State:
    """Kept when all is paid; broken when a part whose day and grace have passed is not."""
    ordered = sorted(parts, key=lambda part: part.due)
    if paid >= sum(part.units for part in ordered):
        return "kept"
    limit = today - timedelta(days=grace_days)
    due = sum(part.units for part in ordered if part.due < limit)
    return "broken" if paid < due else "running"


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
