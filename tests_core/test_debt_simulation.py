"""The ladder on paper, with a gate of the test's own."""

from datetime import date, datetime, timedelta, timezone

import pytest

from core.debt.ladder import Rung
from core.debt.simulation import Debt, Debtor, Planned, Simulation
from core.law.verdict import Check, Verdict

START = datetime(2026, 11, 25, 15, tzinfo=timezone.utc)
TODAY = START.date()
LADDER = (Rung(1, -7), Rung(2, 0), Rung(3, 7), Rung(4, 15))


class Gate:
    """Opens and closes as the test says, and remembers what it was asked."""

    def __init__(self, gap=timedelta(0), refuse=(), closed_until=None):
        self.gap = gap
        self.refuse = refuse
        self.closed_until = closed_until
        self.sent_at = []
        self.asked = []

    def ask(self, debtor, rung, debts, problems, at):
        codes = [problem.code for problem in problems]
        self.asked.append((rung.days, at, tuple(codes)))
        checks = [Check(code, "refuse", "company") for code in [*codes, *self.refuse]]
        opens = max([at, *(sent + self.gap for sent in self.sent_at)])
        if self.closed_until:
            opens = max(opens, self.closed_until)
        if checks:
            return Verdict("refuse", at, None, "XX", ("UTC",), tuple(checks))
        if opens > at:
            wait = (Check("min_gap", "wait", "law"),)
            return Verdict("wait", at, opens, "XX", ("UTC",), wait)
        return Verdict("send", at, None, "XX", ("UTC",), ())

    def sent(self, planned):
        self.sent_at.append(planned.at)


def debt(days, key=1, units=10000, **values):
    """A claim, or a credit, that falls due so many days from the start."""
    due = TODAY + timedelta(days=days)
    values.setdefault("balance", ((date.min, units, units),))
    return Debt(key=key, move=key, due=due, claim=units > 0, **values)


def debtor(*debts, **values):
    return Debtor("debtor", debts, LADDER, lambda at: at.date(), **values)


def run(who, gate, days=30):
    instants = [START + timedelta(hours=4 * step) for step in range(6 * days + 1)]
    return Simulation([who], gate).run(instants, instants[-1])


def told(found: list[Planned]):
    return [(p.rung.days, (p.at.date() - TODAY).days, p.outcome) for p in found]


def test_each_rung_is_heard_once_on_its_day():
    found = run(debtor(debt(3)), Gate())
    assert told(found) == [(-7, 0, "sent"), (0, 3, "sent"), (7, 10, "sent"), (15, 18, "sent")]


def test_a_used_rung_is_not_heard_again():
    due = TODAY - timedelta(days=8)
    found = run(debtor(debt(-8), used={(1, due, 3)}), Gate())
    assert told(found) == [(15, 7, "sent")]


def test_a_ladder_that_begins_anew_is_climbed_once_more_from_its_level():
    due = TODAY - timedelta(days=40)
    # from the third day on it counts as seven days late
    again = (TODAY + timedelta(days=3), TODAY - timedelta(days=4))
    rest = ((date.min, TODAY + timedelta(days=3), "hold_agreement"),)
    heard = {(1, due, rung.key) for rung in LADDER}
    found = run(debtor(debt(-40, restarts=(again,), rests=rest), used=heard), Gate())
    assert told(found) == [(7, 3, "sent"), (15, 11, "sent")]


def test_what_is_added_is_asked_for_too():
    (planned,) = run(debtor(debt(-20)), Gate(), days=1)
    planned.added = 35
    assert planned.amount() == 10035


def test_a_contact_on_paper_delays_the_next_one():
    found = run(debtor(debt(-6)), Gate(gap=timedelta(days=5)), days=8)
    assert told(found) == [(0, 0, "sent"), (7, 5, "sent")]
    assert [planned.delayed for planned in found] == [False, True]


def test_a_higher_rung_replaces_one_that_still_waits():
    gate = Gate(closed_until=START + timedelta(days=3))
    found = run(debtor(debt(-6)), gate, days=5)
    assert told(found) == [(0, 1, "superseded"), (7, 3, "sent")]


def test_a_courtesy_that_comes_too_late_is_stopped():
    gate = Gate(closed_until=START + timedelta(days=2, hours=1))
    who = debtor(debt(2))
    who.rungs = (Rung(1, -7), Rung(3, 7))
    found = run(who, gate, days=4)
    assert told(found) == [(-7, 2, "cancelled")]
    assert found[0].verdict.reasons[0].code == "level_passed"


def test_a_refusal_is_noted_once_for_a_rung():
    found = run(debtor(debt(-8)), Gate(refuse=("no_consent",)), days=10)
    assert told(found) == [(7, 0, "refused"), (15, 7, "refused")]


def test_what_a_person_has_to_approve_stays_and_holds_back_what_is_lower():
    found = run(debtor(debt(-15), debt(-6, key=2), manual=frozenset({4})), Gate(), days=5)
    assert told(found) == [(15, 0, "approval")]


def test_what_still_waits_at_the_end_is_told():
    gate = Gate(closed_until=START + timedelta(days=60))
    assert told(run(debtor(debt(-16)), gate, days=5)) == [(15, 60, "waiting")]


def test_a_payment_on_its_day_ends_the_ladder():
    paid_on = TODAY + timedelta(days=5)
    balance = ((date.min, 10000, 10000), (paid_on, 0, 0))
    found = run(debtor(debt(3, balance=balance)), Gate())
    assert told(found) == [(-7, 0, "sent"), (0, 3, "sent")]


def test_a_message_that_waits_while_the_debt_is_paid_is_stopped():
    paid_on = TODAY + timedelta(days=1)
    balance = ((date.min, 10000, 10000), (paid_on, 0, 0))
    gate = Gate(closed_until=START + timedelta(days=2))
    found = run(debtor(debt(-8, balance=balance)), gate, days=4)
    assert told(found) == [(7, 2, "cancelled")]
    assert gate.asked[-1][2] == ("paid",)


def test_an_amount_is_what_is_open_when_it_leaves():
    balance = ((date.min, 10000, 10000), (TODAY + timedelta(days=5), 4000, 4000))
    found = run(debtor(debt(3, balance=balance)), Gate(), days=12)
    assert [planned.amount() for planned in found] == [10000, 10000, 4000]


@pytest.mark.parametrize(
    ("debts", "code"),
    [
        ((debt(-8), debt(-8, key=2, units=-10000)), "credit_covers"),
        ((debt(-8, rests=((date.min, date.max, "blocked"),)),), "blocked"),
    ],
)
def test_what_speaks_against_asking_is_told_to_the_gate(debts, code):
    gate = Gate()
    found = run(debtor(*debts), gate, days=1)
    assert (found[0].outcome, gate.asked[0][2]) == ("refused", (code,))


def test_a_small_credit_hides_nothing():
    found = run(debtor(debt(-8), debt(-8, key=2, units=-9999)), Gate(), days=1)
    assert told(found) == [(7, 0, "sent")]


def test_a_rest_counts_on_its_own_days_only():
    rests = ((TODAY, TODAY + timedelta(days=2), "hold_agreement"),)
    found = run(debtor(debt(-8, rests=rests)), Gate(), days=4)
    assert told(found) == [(7, 0, "refused"), (7, 2, "sent")]


def test_below_the_minimum_the_gate_hears_of_it():
    gate = Gate()
    run(debtor(debt(-8, units=100), minimum=5000), gate, days=1)
    assert gate.asked[0][2] == ("below_minimum",)
