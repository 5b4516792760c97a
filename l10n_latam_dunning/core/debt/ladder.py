"""Which level an instalment has reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Rung:
    """A level: ``days`` counts from the due date, negative before it."""

    key: int
    days: int


def reached(rungs: Iterable[Rung], due: date, today: date) -> Rung | None:
    """The highest rung that an instalment has reached on the debtor's local day, or None.

    A missed rung is not made up for: who is 16 days late hears the rung of 15 days, never that
    of the due date. A rung before the due date ends on it: it is no reminder of late payment.
    """
    elapsed = (today - due).days
    candidates = [
        rung for rung in rungs if rung.days <= elapsed and (rung.days >= 0 or elapsed < 0)
    ]
    return max(candidates, key=lambda rung: rung.days, default=None)
