"""How a law pack writes what may be added to an overdue debt.

`interest 1%/month`, `interest USURA`, `fine 2%; for consumer`,
`fee 9% up to UF 10; 6% up to UF 50; 3% above; after 20 days`. A name in capitals is a figure of
the table of rates, which people keep up to date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from ..debt.rate import Rate
from .notation import LawError

ChargeKind = Literal["interest_cap", "fine_cap", "fee_scale"]
CHARGE_KINDS: tuple[ChargeKind, ...] = get_args(ChargeKind)
_WORDS: dict[str, ChargeKind] = {
    "interest": "interest_cap",
    "fine": "fine_cap",
    "fee": "fee_scale",
}
_EXAMPLES = {
    "interest_cap": "interest 1%/month",
    "fine_cap": "fine 2%",
    "fee_scale": "fee 9% up to UF 10; 3% above; after 20 days",
}
_NUMBER = r"\d+(?:\.\d+)?"
_CODE = re.compile(r"[A-Z][A-Z0-9_-]*")
_BRACKET = re.compile(
    rf"(?P<percent>{_NUMBER})\s?%(?: up to (?P<code>[A-Z][A-Z0-9_-]*) (?P<limit>{_NUMBER})"
    rf"| above)?"
)
_AFTER = re.compile(r"after (?P<days>\d+) days")
_LESS = re.compile(
    rf"less (?P<code>[A-Z][A-Z0-9_-]*) (?P<amount>{_NUMBER}) without contact in (?P<days>\d+) days"
)


def _(text: str) -> str:
    """Mark a sentence for extraction; Odoo translates it when it is shown."""
    return text


NO_CHARGE = _("“%(text)s” is no rule of this kind. Write for example %(example)s.")
NO_PART = _("“%(part)s” in “%(text)s” cannot be read.")
NO_CHARGE_RATE = _("“%(part)s” in “%(text)s” is no rate. Write for example 1%%/month or 12%%/year.")
NO_LAST_BRACKET = _("“%(text)s” has to end its brackets with one above the others: 3%% above.")
BRACKETS_FALL = _("The brackets of “%(text)s” have to rise, in one unit.")


class ChargeNotationError(LawError):
    """A rule on charges that cannot be read."""


@dataclass(frozen=True, slots=True)
class Measure:
    """So many of a unit whose worth is in the table of rates, e.g. `UF 10`."""

    code: str
    number: Decimal


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """What the law allows of one kind of charge: a figure of its own or one of the table.

    `debtors` are the kinds of debtor it is about, empty for all; `date_to` is its last day.
    """

    kind: ChargeKind
    rate: Rate | None = None
    code: str = ""
    percent: Decimal = Decimal(0)
    brackets: tuple[tuple[Measure | None, Decimal], ...] = ()
    after_days: int = 0
    less: Measure | None = None
    within: int = 0
    debtors: frozenset[str] = frozenset()
    date_from: date = date.min
    date_to: date = date.max

    @classmethod
    def parse(cls, kind: str, text: str) -> ChargeRule:
        """Read a rule of a kind. Raises :class:`ChargeNotationError`."""
        parts = [" ".join(part.split()) for part in text.split(";")]
        word, _space, head = parts[0].partition(" ")
        if kind not in CHARGE_KINDS or _WORDS.get(word) != kind or not head:
            example = _EXAMPLES.get(kind, _EXAMPLES["interest_cap"])
            raise ChargeNotationError(NO_CHARGE, text=text, example=example)
        reader = _Reader(text)
        for part in filter(None, (head, *parts[1:])):
            reader.read(_WORDS[word], part)
        return reader.rule(_WORDS[word])

    @property
    def codes(self) -> frozenset[str]:
        """The figures of the table of rates that it needs."""
        measures = [limit for limit, _percent in self.brackets] + [self.less]
        codes = {measure.code for measure in measures if measure}
        return frozenset(codes | {self.code} - {""})


@dataclass
class _Reader:
    """Collects the parts of one rule."""

    text: str
    rate: Rate | None = None
    code: str = ""
    percent: Decimal | None = None
    brackets: list[tuple[Measure | None, Decimal]] = field(default_factory=list)
    after_days: int = 0
    less: Measure | None = None
    within: int = 0
    debtors: frozenset[str] = frozenset()
    date_from: date = date.min
    date_to: date = date.max

    def read(self, kind: ChargeKind, part: str) -> None:
        """Read one part, or refuse it."""
        word, _space, rest = part.partition(" ")
        if word == "for" and rest:
            self.debtors = frozenset(rest.split())
        elif word in ("from", "until") and rest:
            self._read_date(word, rest)
        elif kind == "interest_cap" and not self.rate and not self.code:
            self._read_interest(part.removesuffix(" simple"))
        elif kind == "fine_cap" and self.percent is None:
            self.percent = self._percent(part)
        elif kind == "fee_scale":
            self._read_fee(part)
        else:
            self._refuse(part)

    def rule(self, kind: ChargeKind) -> ChargeRule:
        """The rule that was read."""
        self._check_brackets(kind)
        return ChargeRule(
            kind,
            self.rate,
            self.code,
            self.percent or Decimal(0),
            tuple(self.brackets),
            self.after_days,
            self.less,
            self.within,
            self.debtors,
            self.date_from,
            self.date_to,
        )

    def _read_interest(self, part: str) -> None:
        if part == "none":
            self.rate = Rate(Decimal(0), "day")
        elif _CODE.fullmatch(part):
            self.code = part
        else:
            try:
                self.rate = Rate.parse(part)
            except ValueError as error:
                raise ChargeNotationError(NO_CHARGE_RATE, part=part, text=self.text) from error

    def _read_fee(self, part: str) -> None:
        if part == "none" and not self.brackets:
            self.brackets.append((None, Decimal(0)))
        elif match := _BRACKET.fullmatch(part):
            limit = Measure(match["code"], Decimal(match["limit"])) if match["code"] else None
            self.brackets.append((limit, Decimal(match["percent"])))
        elif match := _AFTER.fullmatch(part):
            self.after_days = int(match["days"])
        elif match := _LESS.fullmatch(part):
            self.less = Measure(match["code"], Decimal(match["amount"]))
            self.within = int(match["days"])
        else:
            self._refuse(part)

    def _read_date(self, word: str, text: str) -> None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self._refuse(f"{word} {text}")
        if word == "from":
            self.date_from = day
        else:
            self.date_to = day

    def _percent(self, part: str) -> Decimal:
        if part == "none":
            return Decimal(0)
        if not re.fullmatch(rf"{_NUMBER}\s?%", part):
            self._refuse(part)
        return Decimal(part.rstrip("% "))

    def _check_brackets(self, kind: ChargeKind) -> None:
        if kind != "fee_scale":
            return
        limits = [limit for limit, _percent in self.brackets]
        if not limits or limits[-1] is not None or None in limits[:-1]:
            raise ChargeNotationError(NO_LAST_BRACKET, text=self.text)
        known = [limit for limit in limits if limit]
        sizes = [limit.number for limit in known]
        if len({limit.code for limit in known}) > 1 or sizes != sorted(set(sizes)):
            raise ChargeNotationError(BRACKETS_FALL, text=self.text)

    def _refuse(self, part: str) -> None:
        raise ChargeNotationError(NO_PART, part=part, text=self.text)


def codes_of(rules: Iterable[ChargeRule]) -> frozenset[str]:
    """All figures of the table of rates that rules need."""
    return frozenset().union(*(rule.codes for rule in rules))
