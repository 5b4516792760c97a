"""The ladder on paper: what the plan and the outbox would do over a span of time.

Who owes what, the gate and the clock are arguments. Nothing is written anywhere; the same steps
are taken as in earnest: propose what has become due, let it wait, ask again before it leaves.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from ..law.verdict import Verdict
from .ladder import Rung, reached

Outcome = Literal["sent", "waiting", "approval", "refused", "cancelled", "superseded"]


@dataclass(frozen=True, slots=True)
class Debt:
    """An open item over time. `balance` says how much is open from each day on, oldest first:
    in the smallest unit of its currency, and of the company's.

    One that is no `claim` is never asked for; a negative one is a credit of the debtor.
    `rests` says from which day, and before which, a claim is not asked for, and why. `restarts`
    says from which day on the ladder is climbed anew, and by which due day.
    """

    key: int
    move: int
    due: date
    claim: bool
    balance: tuple[tuple[date, int, int], ...]
    rests: tuple[tuple[date, date, str], ...] = ()
    restarts: tuple[tuple[date, date], ...] = ()

    def resting_on(self, day: date) -> str:
        """Why the claim is not asked for on a day, or nothing."""
        return next((code for start, end, code in self.rests if start <= day < end), "")

    def ladder_due(self, day: date) -> date:
        """The due day by which the ladder is climbed on a day."""
        due = self.due
        for since, counted in self.restarts:
            if since > day:
                break
            due = counted
        return due

    def open_on(self, day: date) -> tuple[int, int]:
        """What is open at the end of a day, in both currencies."""
        units = (0, 0)
        for since, own, company in self.balance:
            if since > day:
                break
            units = (own, company)
        return units


@dataclass(frozen=True, slots=True)
class Problem:
    """A fact that speaks against a message, with an amount where it is about one."""

    code: str
    units: int = 0


@dataclass(slots=True)
class Debtor:
    """Somebody's debts in one currency under one ladder, and how far up it he has heard.

    `used` are the (move, due day of the ladder, rung) that had their message. `manual` are rungs
    that a person has to approve.
    """

    key: Hashable
    debts: tuple[Debt, ...]
    rungs: tuple[Rung, ...]
    local_day: Callable[[datetime], date]
    manual: frozenset[int] = frozenset()
    minimum: int = 0
    used: set[tuple[int, date, int]] = field(default_factory=set)
    pending: list[Planned] = field(default_factory=list)
    planned_on: date | None = None
    refusal: tuple[object, ...] = ()


@dataclass(slots=True, eq=False)
class Planned:
    """A message on paper. `charge` is what its price depends on, in the desk's own terms; `added`
    is what it asks for beside what is open, such as interest."""

    debtor: Debtor
    rung: Rung
    debts: tuple[Debt, ...]
    triggers: Mapping[int, Rung]
    planned_at: datetime
    at: datetime
    verdict: Verdict
    first_verdict: Verdict
    outcome: Outcome
    charge: object = None
    added: int = 0

    @property
    def delayed(self) -> bool:
        """Whether it leaves, if at all, on a later day at the debtor than it became due."""
        day = self.debtor.local_day
        return day(self.at) > day(self.planned_at)

    def amount(self) -> int:
        """What it asks for, as it stands when it leaves."""
        day = self.debtor.local_day(self.at)
        return sum(debt.open_on(day)[0] for debt in self.debts) + self.added


class Desk(Protocol):
    """The gate, as the simulation asks it, and the memory of what has left."""

    def ask(
        self,
        debtor: Debtor,
        rung: Rung,
        debts: Sequence[Debt],
        problems: Sequence[Problem],
        at: datetime,
    ) -> Verdict:
        """The verdict on a message to a debtor at an instant."""
        ...

    def sent(self, planned: Planned) -> None:
        """Remember that a message has left: it counts in the debtor's quotas from now on. Its
        charge may be noted."""
        ...


class Simulation:
    """One run on paper over debtors who share a desk."""

    def __init__(self, debtors: Sequence[Debtor], desk: Desk) -> None:
        self.debtors = debtors
        self.desk = desk
        self.finished: list[Planned] = []
        self._serial = itertools.count()
        self._queue: list[tuple[datetime, int, Planned]] = []
        days = [rung.days for debtor in debtors for rung in debtor.rungs]
        # as far ahead as the plan looks for what falls due, and a day for other time zones
        self._ahead = timedelta(days=max(0, -min(days, default=0)) + 1)

    def run(self, instants: Iterable[datetime], until: datetime) -> list[Planned]:
        """Plan at each of the instants and deliver in between, up to the end. Returns every
        message on paper with how it ended; what still waits then is among them."""
        for debtor in self.debtors:
            for planned in debtor.pending:
                if planned.outcome == "waiting":
                    self._push(planned)
        for at in instants:
            self._deliver(at)
            self._plan(at)
        self._deliver(until)
        waiting = [planned for debtor in self.debtors for planned in debtor.pending]
        return sorted([*self.finished, *waiting], key=lambda planned: planned.at)

    # === PLAN ===

    def _plan(self, at: datetime) -> None:
        for debtor in self.debtors:
            today = debtor.local_day(at)
            if debtor.planned_on != today:
                debtor.planned_on = today
                self._plan_debtor(debtor, today, at)
        self._deliver(at)

    def _plan_debtor(self, debtor: Debtor, today: date, at: datetime) -> None:
        debts, problems, triggers = self._due(debtor, today, at)
        if not triggers:
            return
        rung = max(triggers.values(), key=lambda rung: rung.days)
        if any(planned.rung.days >= rung.days for planned in debtor.pending):
            return
        for planned in list(debtor.pending):
            self._finish(planned, "superseded", at)
        problems += _minimum(debtor, debts, today)
        verdict = self.desk.ask(debtor, rung, debts, problems, at)
        planned = Planned(
            debtor, rung, debts, triggers, at, verdict.not_before or at, verdict, verdict, "waiting"
        )
        if verdict.outcome == "refuse":
            self._refuse(planned)
            return
        debtor.used |= _rungs(planned)
        debtor.pending.append(planned)
        if rung.key in debtor.manual:
            planned.outcome = "approval"
        else:
            self._push(planned)

    def _due(
        self, debtor: Debtor, today: date, at: datetime
    ) -> tuple[tuple[Debt, ...], list[Problem], dict[int, Rung]]:
        """What a message would list, what stands against it, and the rungs that are due."""
        horizon = at.date() + self._ahead
        near = [d for d in debtor.debts if d.due <= horizon or d.open_on(today)[0] < 0]
        claims = [d for d in near if d.claim and d.open_on(today)[0] > 0]
        payable, problems = _payable(near, claims, today)
        listed = payable or claims
        triggers = {}
        for debt in listed:
            due = debt.ladder_due(today)
            rung = reached(debtor.rungs, due, today)
            if rung and (debt.move, due, rung.key) not in debtor.used:
                triggers[debt.key] = rung
        return tuple(listed), [] if payable else problems, triggers

    def _refuse(self, planned: Planned) -> None:
        """Note a refusal, unless the same one is noted already."""
        debtor = planned.debtor
        checks = planned.verdict.reasons
        codes = frozenset(check.code for check in checks if check.outcome == "refuse")
        moves = frozenset(debt.move for debt in planned.debts if debt.key in planned.triggers)
        refusal = (planned.rung.key, codes, moves)
        if refusal != debtor.refusal:
            debtor.refusal = refusal
            planned.outcome = "refused"
            self.finished.append(planned)

    # === DELIVERY ===

    def _push(self, planned: Planned) -> None:
        heapq.heappush(self._queue, (planned.at, next(self._serial), planned))

    def _deliver(self, until: datetime) -> None:
        """Take out what is due, one after the other: each sees the contact before it."""
        while self._queue and self._queue[0][0] <= until:
            _at, _serial, planned = heapq.heappop(self._queue)
            if planned.outcome == "waiting":
                self._ask_again(planned)

    def _ask_again(self, planned: Planned) -> None:
        """The second question, with the facts of the moment."""
        debtor, at = planned.debtor, planned.at
        today = debtor.local_day(at)
        near = [d for d in debtor.debts if d in planned.debts or d.open_on(today)[0] < 0]
        claims = [d for d in near if d.claim and d.open_on(today)[0] > 0]
        still, problems = _payable(near, claims, today)
        due = [debt for debt in still if debt.key in planned.triggers]
        if not due:
            problems = problems or [Problem("paid")]
        elif all(
            reached(debtor.rungs, debt.ladder_due(today), today) != planned.triggers[debt.key]
            for debt in due
        ):
            problems = [*problems, Problem("level_passed")]
        problems += _minimum(debtor, still, today)
        planned.verdict = self.desk.ask(debtor, planned.rung, still, problems, at)
        if planned.verdict.outcome == "send":
            planned.debts = tuple(still)
            self._finish(planned, "sent", at)
            self.desk.sent(planned)
        elif planned.verdict.not_before:
            planned.at = planned.verdict.not_before
            self._push(planned)
        else:
            debtor.used -= _rungs(planned)
            debtor.planned_on = None
            self._finish(planned, "cancelled", at)

    def _finish(self, planned: Planned, outcome: Outcome, at: datetime) -> None:
        planned.outcome = outcome
        planned.at = at
        planned.debtor.pending.remove(planned)
        if outcome == "superseded":
            planned.debtor.used -= _rungs(planned)
        self.finished.append(planned)


def _payable(
    near: Sequence[Debt], claims: Sequence[Debt], today: date
) -> tuple[list[Debt], list[Problem]]:
    """The claims that may be asked for, and why the others are not. A debtor whose open credit
    covers what he owes is asked for nothing."""
    resting = {debt.key: debt.resting_on(today) for debt in claims}
    payable = [debt for debt in claims if not resting[debt.key]]
    owed = sum(debt.open_on(today)[0] for debt in payable)
    credit = -sum(debt.open_on(today)[0] for debt in near if debt not in claims)
    if payable and credit and credit >= owed:
        return [], [Problem("credit_covers", credit)]
    codes = dict.fromkeys(filter(None, resting.values()))
    return payable, [Problem(code) for code in codes]


def _minimum(debtor: Debtor, debts: Sequence[Debt], today: date) -> list[Problem]:
    owed = sum(debt.open_on(today)[1] for debt in debts)
    if debtor.minimum and debts and owed < debtor.minimum:
        return [Problem("below_minimum", debtor.minimum)]
    return []


def _rungs(planned: Planned) -> set[tuple[int, date, int]]:
    """The rungs that a message takes up."""
    day = planned.debtor.local_day(planned.planned_at)
    return {
        (debt.move, debt.ladder_due(day), planned.triggers[debt.key].key)
        for debt in planned.debts
        if debt.key in planned.triggers
    }
