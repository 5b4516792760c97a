"""Instalments: the parts sum to the cent, fall on working days, and are judged fairly."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.debt.instalments import (
    Part,
    discount,
    due_dates,
    moved,
    outcomes,
    schedule,
    settled,
    split,
    state,
    still_open,
)
from core.law.calendar import is_day_off
from core.law.pack_reader import shipped_law

# Units of a whole: how many cents there are, as Odoo rounds each currency.
CURRENCIES = {"CLP": 1, "PYG": 1, "COP": 100, "BRL": 100, "MXN": 100, "PEN": 100}
MONDAY = date(2026, 11, 30)
amounts = st.integers(min_value=1, max_value=10**12)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def law_of(country, on):
    return shipped_law().in_force(country, "", on)


@pytest.mark.parametrize("currency", CURRENCIES)
@given(data=st.data())
def test_the_parts_of_a_plan_sum_to_the_amount_agreed_to_the_cent(currency, data):
    whole = data.draw(st.integers(1, 10**9))
    total = whole * CURRENCIES[currency] + data.draw(st.integers(0, CURRENCIES[currency] - 1))
    count = data.draw(st.integers(1, min(60, total)))
    parts = schedule(total, count, MONDAY, 1, "month")
    assert sum(part.units for part in parts) == total
    assert len(parts) == count
    assert all(part.units > 0 for part in parts)


@given(total=amounts, data=st.data())
def test_with_a_first_payment_too_and_the_others_are_equal_but_for_the_last(total, data):
    total += 1
    down = data.draw(st.integers(1, total - 1))
    count = data.draw(st.integers(2, min(60, total - down + 1)))
    first, *others = split(total, count, down)
    assert (first, first + sum(others)) == (down, total)
    assert len(set(others[:-1])) <= 1
    assert others[-1] >= others[0] > 0


@pytest.mark.parametrize(
    ("total", "count", "down"),
    [(0, 1, 0), (2, 3, 0), (100, 0, 0), (100, 2, 100), (100, 3, 99), (100, 1, 50), (100, 2, -1)],
)
def test_a_part_of_nothing_is_refused(total, count, down):
    with pytest.raises(ValueError):
        split(total, count, down)


@given(first=days, count=st.integers(1, 24), every=st.integers(1, 45), unit=st.booleans())
@pytest.mark.parametrize("country", ["PE", "CO", "CL", "BR", "MX", "PY", "AR"])
def test_no_payment_falls_on_a_day_off_and_each_comes_after_the_one_before(
    country, first, count, every, unit
):
    law = law_of(country, date(2026, 11, 25))
    wished = due_dates(first, count, every, "month" if unit else "day")
    found = moved(wished, lambda day: is_day_off(law, "", day))
    assert not any(is_day_off(law, "", day) for day in found)
    assert all(a < b for a, b in itertools.pairwise(found))
    assert found[0] >= wished[0]
    assert found[0] - wished[0] <= timedelta(days=12)


@pytest.mark.parametrize(
    ("country", "wished", "paid_on"),
    [
        ("PE", date(2026, 12, 8), date(2026, 12, 10)),  # two feasts in a row, from a Tuesday on
        ("PE", date(2026, 12, 5), date(2026, 12, 7)),  # a Saturday
        ("CL", date(2026, 12, 25), date(2026, 12, 28)),  # Christmas on a Friday
        ("PE", date(2026, 12, 10), date(2026, 12, 10)),
        ("XX", date(2026, 12, 25), date(2026, 12, 25)),  # no law known: weekends only
    ],
)
def test_days_off_of_the_debtors_country_put_a_payment_off(country, wished, paid_on):
    law = law_of(country, wished)
    assert moved([wished], lambda day: is_day_off(law, "", day)) == [paid_on]


def test_a_calendar_that_is_never_open_does_not_go_on_for_ever():
    assert moved([MONDAY], lambda _day: True) == [MONDAY + timedelta(days=31)]


def test_a_month_that_is_too_short_gives_its_last_day():
    assert due_dates(date(2027, 1, 31), 3, 1, "month") == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
    ]


PLAN = [Part(MONDAY + timedelta(days=7 * n), 100) for n in range(3)]


@pytest.mark.parametrize(
    ("paid", "left", "done"),
    [
        (-20, [100, 100, 100], [False, False, False]),
        (0, [100, 100, 100], [False, False, False]),
        (99, [1, 100, 100], [False, False, False]),
        (100, [0, 100, 100], [True, False, False]),
        (150, [0, 50, 100], [True, False, False]),
        (300, [0, 0, 0], [True, True, True]),
        (900, [0, 0, 0], [True, True, True]),
    ],
)
def test_payments_go_to_the_earliest_part_first(paid, left, done):
    assert still_open(PLAN, paid) == left
    assert settled(PLAN, paid) == done


@pytest.mark.parametrize(
    ("paid", "credited", "lifted", "expected"),
    [
        (0, 0, [], "open open open"),
        (100, 0, [], "kept open open"),
        (0, 100, [], "lifted open open"),
        (99, 1, [], "kept open open"),
        (100, 100, [], "kept lifted open"),
        (100, 100, [True], "lifted kept open"),
        (50, 150, [], "kept lifted open"),
        (0, 99, [True], "open open open"),
        (300, 0, [True], "kept kept kept"),
        (-5, -5, [], "open open open"),
    ],
)
def test_what_became_of_each_part_is_told_truthfully(paid, credited, lifted, expected):
    assert outcomes(PLAN, paid, credited, lifted) == expected.split()


@given(st.integers(0, 400), st.integers(0, 400), st.lists(st.booleans(), max_size=3))
def test_as_much_is_settled_whether_by_payment_or_by_credit(paid, credited, lifted):
    found = [outcome != "open" for outcome in outcomes(PLAN, paid, credited, lifted)]
    assert found == settled(PLAN, paid + credited)


@pytest.mark.parametrize(
    ("paid", "day", "grace", "expected"),
    [
        (0, 0, 0, "running"),
        (0, 1, 0, "broken"),
        (0, 2, 2, "running"),
        (0, 3, 2, "broken"),
        (100, 3, 2, "running"),
        (100, 10, 2, "broken"),
        (300, 0, 0, "kept"),
        (300, 900, 0, "kept"),
    ],
)
def test_an_agreement_is_broken_when_a_part_is_late_beyond_its_grace(paid, day, grace, expected):
    assert state(PLAN, paid, MONDAY + timedelta(days=day), grace) == expected


@given(
    st.lists(st.tuples(days, amounts), min_size=1, max_size=12),
    amounts,
    amounts,
    days,
    st.integers(0, 10),
)
def test_more_money_never_makes_it_worse(rows, paid, more, today, grace):
    parts = [Part(day, units) for day, units in rows]
    order = ["broken", "running", "kept"]
    before = order.index(state(parts, paid, today, grace))
    assert order.index(state(parts, paid + more, today, grace)) >= before


@given(amounts, st.floats(0, 100))
def test_a_discount_never_takes_off_more_than_its_percentage(total, percent):
    off = discount(total, percent)
    assert 0 <= off <= total
    assert off <= total * (percent + 0.005) / 100 + 1
