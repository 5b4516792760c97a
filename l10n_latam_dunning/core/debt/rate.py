"""A rate of simple interest, and what it takes for one day."""

from __future__ import annotations

import calendar
import functools
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

Per = Literal["day", "month", "calendar month", "year", "year effective"]
PERIODS: tuple[Per, ...] = get_args(Per)
DAYS_A_MONTH = 30
_RATE = re.compile(
    r"(?P<percent>\d+(?:\.\d+)?)\s?%/(?P<per>day|month|calendar month|year effective|year)"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many per cent of the base for each period, without interest on interest.

    A `month` is 30 days; a `calendar month` and a `year` are shared out over the days that they
    really have. `year effective` is a rate as banks publish it, with interest on interest: a day
    takes what compounded 365 times gives it, so that simple interest never exceeds it.
    """

    percent: Decimal
    per: Per

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read `1%/month`, `0.033%/day`, `12%/year`, `25.52%/year effective`."""
        match = _RATE.fullmatch(" ".join(text.split()))
        if not match:
            raise ValueError(
                f"'{text}' is no rate; write for example 1%/month, 0.03%/day or 12%/year"
            )
        per = PERIODS[PERIODS.index(match["per"])]
        return cls(Decimal(match["percent"]), per)

    def __str__(self) -> str:
        return f"{plain(self.percent)}%/{self.per}"

    @property
    def changes(self) -> Literal["", "month", "year"]:
        """With what calendar period a day's share changes."""
        if self.per == "calendar month":
            return "month"
        return "year" if self.per == "year" else ""

    def daily(self, day: date) -> Decimal:
        """The share of the base that this day takes."""
        if self.per == "year":
            return _share(self.percent, 366 if calendar.isleap(day.year) else 365)
        if self.per == "calendar month":
            return _share(self.percent, calendar.monthrange(day.year, day.month)[1])
        if self.per == "year effective":
            return _share_of_effective(self.percent)
        return _share(self.percent, DAYS_A_MONTH if self.per == "month" else 1)


@functools.lru_cache(4096)
def _share(percent: Decimal, days: int) -> Decimal:
    return percent / (100 * days)


@functools.lru_cache(4096)
def _share_of_effective(percent: Decimal) -> Decimal:
    return (1 + percent / 100) ** (Decimal(1) / 365) - 1


def plain(number: Decimal) -> str:
    """A number without idle zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
