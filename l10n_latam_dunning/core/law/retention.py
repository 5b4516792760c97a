"""How long evidence of contacts is kept: a term of the law, or prudence where none was found."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from .notation import LawError
from .provisions import Citation

UNITS: Final = {"month": 1, "months": 1, "year": 12, "years": 12}


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


NO_TERM = _("“%(read)s” is no term. Write for example 5 years, or 18 months.")


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A number of whole months, as the calendar counts them."""

    months: int

    @classmethod
    def parse(cls, text: str) -> Term:
        """Read "5 years" or "18 months"; raises :class:`LawError` for anything else."""
        found = re.fullmatch(r"([1-9]\d{0,2}) (months?|years?)", text.strip())
        if not found:
            raise LawError(NO_TERM, read=text)
        return cls(int(found[1]) * UNITS[found[2]])

    def after(self, day: date) -> date:
        """The day on which a term that began on `day` has run out; never earlier."""
        return _moved(day, self.months)

    def before(self, day: date) -> date:
        """What began on this day, or earlier, has run out on `day`."""
        begun = _moved(day, -self.months)
        return begun if self.after(begun) <= day else date.fromordinal(begun.toordinal() - 1)


def _moved(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    year, month = divmod(year * 12 + month + 1, 12)
    return date(year, month + 1, 1)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what was written to a debtor, and by him, is kept, and where that is written."""

    term: Term
    citation: Citation


def longest(rules: tuple[Retention, ...]) -> Retention | None:
    """The rule that keeps longest: all of them bind."""
    return max(rules, key=lambda rule: rule.term, default=None)
