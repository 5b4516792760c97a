"""The parts of a day that a debtor may prefer, as far as the law leaves them open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..law.calendar import intersection
from ..law.jurisdiction import MINUTES_A_DAY, OpeningHours

NOON: Final = 12 * 60
EVENING: Final = 18 * 60
PARTS: Final[Mapping[str, tuple[int, int]]] = {
    "morning": (0, NOON),
    "afternoon": (NOON, EVENING),
    "evening": (EVENING, MINUTES_A_DAY),
}
# A part of the day that is open for less is not worth a choice: nothing might ever leave in it.
SHORTEST: Final = 60

Week = tuple[tuple[tuple[int, int], ...], ...]


def choices(hours: Iterable[OpeningHours]) -> dict[str, OpeningHours]:
    """{part of the day: the hours of it that all of these leave open}; a part that they leave
    hardly open is no choice."""
    week: Week = (((0, MINUTES_A_DAY),),) * 7
    for one in hours:
        week = tuple(intersection(*pair) for pair in zip(week, one.week, strict=True))
    parts = {
        name: OpeningHours(tuple(intersection(day, (span,)) for day in week))
        for name, span in PARTS.items()
    }
    return {name: part for name, part in parts.items() if _longest(part) >= SHORTEST}


def _longest(hours: OpeningHours) -> int:
    return max((end - start for day in hours.week for start, end in day), default=0)
