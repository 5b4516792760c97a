"""Interest, fine and fees: worked sheets by country, and what must hold for every debt."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.debt.interest import (
    Charges,
    ChargesUnknown,
    Debt,
    FeeScale,
    Hole,
    Limits,
    Span,
    Terms,
    charge,
    charge_or_say_why,
    interest_lines,
)
from core.debt.rate import PERIODS, Rate
from core.law.charge_limits import Figure, Figures, limits
from core.law.pack_reader import shipped_law

EVER = (date.min, date.max)
CENTS = {"BRL": D("0.01"), "CLP": D(1), "COP": D("0.01"), "MXN": D("0.01"), "PEN": D("0.01")}
CENTS |= {"PYG": D(1), "ARS": D("0.01"), "BOB": D("0.01"), "UYU": D("0.01"), "USD": D("0.01")}


def day(text):
    return date.fromisoformat(text)


def debt(amount, due, currency, *payments, **values):
    """A debt that was open since long before it was due, with (day, amount) of its payments."""
    balance, left = [(date.min, D(amount))], D(amount)
    for paid_on, paid in payments:
        left -= D(paid)
        balance.append((day(paid_on), left))
    return Debt(day(due), tuple(balance), CENTS[currency], **values)


def by_law(country, on, *figures, kind="consumer", start="2024-01-01"):
    """The shipped law's limits, with (code, since, value, period or nothing) of the table."""
    rows = [Figure(code, day(since), D(value), 31, per) for code, since, value, per in figures]
    return limits(
        shipped_law(),
        Figures.of(rows),
        country=country,
        debtor_kind=kind,
        start=day(start),
        end=day(on),
    )


def sheet(charges):
    """Principal, interest, fine, fees and total as text."""
    amounts = (charges.principal, charges.interest, charges.fine, charges.fees, charges.total)
    return " ".join(f"{amount:f}" for amount in amounts)


MONTHLY = Rate(D(1), "month")
TWO_PERCENT = D(2)

# === WORKED SHEETS ===

BRAZIL = [
    # (payments, own terms, kind of debtor, day, principal interest fine fees total)
    ([], Terms(MONTHLY, fine=D(2)), "consumer", "2026-10-10", "1000.00 0.00 0.00 0.00 1000.00"),
    ([], Terms(MONTHLY, fine=D(2)), "consumer", "2026-10-11", "1000.00 0.33 20.00 0.00 1020.33"),
    ([], Terms(MONTHLY, fine=D(2)), "consumer", "2026-11-09", "1000.00 10.00 20.00 0.00 1030.00"),
    ([], Terms(MONTHLY, fine=D(2)), "consumer", "2026-11-25", "1000.00 15.33 20.00 0.00 1035.33"),
    # 22 days on 1,000.00 and 24 days on 600.00: 7.33… + 4.80
    (
        [("2026-11-01", 400)],
        Terms(MONTHLY, fine=D(2)),
        "consumer",
        "2026-11-25",
        "600.00 12.13 20.00 0.00 632.13",
    ),
    # paid in full, late: what was earned until then is still owed
    (
        [("2026-10-20", 1000)],
        Terms(MONTHLY, fine=D(2)),
        "consumer",
        "2026-11-25",
        "0.00 3.33 20.00 0.00 23.33",
    ),
    # paid within the days of grace: nothing is added
    (
        [("2026-10-15", 1000)],
        Terms(MONTHLY, fine=D(2), grace_days=5),
        "consumer",
        "2026-11-25",
        "0.00 0.00 0.00 0.00 0.00",
    ),
    # asked for more than the law allows: 3 % a month and 10 %
    (
        [],
        Terms(Rate(D(3), "month"), fine=D(10)),
        "consumer",
        "2026-11-25",
        "1000.00 15.33 20.00 0.00 1035.33",
    ),
    # a business may agree on a fine of 10 %; the prudent default of the pack stays at 2 %
    (
        [],
        Terms(MONTHLY, fine=D(10)),
        "business",
        "2026-11-25",
        "1000.00 15.33 20.00 0.00 1035.33",
    ),
]


@pytest.mark.parametrize(("payments", "terms", "kind", "on", "expected"), BRAZIL)
def test_brazil_one_percent_a_month_and_two_percent_once(payments, terms, kind, on, expected):
    owed = debt(1000, "2026-10-10", "BRL", *payments)
    charges = charge(owed, terms, by_law("BR", on, kind=kind), day(on))
    assert sheet(charges) == expected


CHILE = [
    # (amount, UF, reached on, day, collection costs). The first two are SERNAC's own example
    (100_000, "27205.11", "2026-10-05", "2026-10-22", "9000"),
    (100_000, "27205.11", None, "2026-10-22", "3559"),
    (100_000, "27205.11", "2026-10-05", "2026-10-21", "0"),
    (100_000, "27205.11", "2026-10-17", "2026-10-22", "3559"),
    # 9 % of 400,000 and 6 % of 600,000
    (1_000_000, "40000", "2026-10-05", "2026-10-22", "72000"),
    # 9 % of 400,000, 6 % of 1,600,000 and 3 % of 1,000,000
    (3_000_000, "40000", "2026-10-05", "2026-12-30", "162000"),
    (400_000, "40000", "2026-10-16", "2026-10-22", "36000"),
    (400_010, "40000", "2026-10-05", "2026-10-22", "36001"),
    # so little that what is taken off for want of a contact leaves nothing
    (50_000, "40000", None, "2026-10-22", "0"),
]


@pytest.mark.parametrize(("amount", "uf", "reached", "on", "fees"), CHILE)
def test_chile_scale_of_collection_costs_after_twenty_days(amount, uf, reached, on, fees):
    owed = debt(amount, "2026-10-01", "CLP", contacted_on=reached and day(reached))
    figures = [("UF", since, uf, "") for since in ("2026-09-25", "2026-10-20", "2026-11-15")]
    charges = charge(owed, Terms(fee_by_law=True), by_law("CL", on, *figures), day(on))
    assert f"{charges.fees:f}" == fees
    assert charges.total == amount + charges.fees


def test_chile_interest_follows_the_ceiling_as_it_changes():
    figures = [("TMC", "2026-09-15", "30", "year"), ("TMC", "2026-10-15", "27", "year")]
    owed = debt(1_000_000, "2026-10-01", "CLP")
    charges = charge(
        owed, Terms(at_ceiling=True), by_law("CL", "2026-10-31", *figures), day("2026-10-31")
    )
    # 14 days at 30 % and 16 days at 27 % a year of 365 days
    assert [(line.days, line.rate) for line in charges.lines] == [
        (14, "30%/year"),
        (16, "27%/year"),
    ]
    assert f"{charges.interest:f}" == "23342"
    assert "Ley 18.010" in charges.lines[0].reference


OTHERS = [
    # (country, currency, amount, own rate, figure of the table, due, day, interest)
    # the Superfinanciera's certified rate of March 2026: (1.2552 ^ (1/365) - 1) × 30 days
    (
        "CO",
        "COP",
        1_000_000,
        None,
        ("USURA", "2026-03-01", "25.52", "year effective"),
        "2026-03-01",
        "2026-03-31",
        "18687.59",
    ),
    (
        "CO",
        "COP",
        1_000_000,
        Rate(D("1.5"), "month"),
        ("USURA", "2026-03-01", "25.52", "year effective"),
        "2026-03-01",
        "2026-03-31",
        "15000.00",
    ),
    (
        "CO",
        "COP",
        1_000_000,
        Rate(D(2), "month"),
        ("USURA", "2026-03-01", "25.52", "year effective"),
        "2026-03-01",
        "2026-03-31",
        "18687.59",
    ),
    (
        "PE",
        "PEN",
        2500,
        Rate(D(1), "month"),
        ("BCRP", "2026-10-01", "14.5", "year effective"),
        "2026-10-01",
        "2026-10-31",
        "25.00",
    ),
    (
        "PE",
        "PEN",
        2500,
        Rate(D(2), "month"),
        ("BCRP", "2026-10-01", "14.5", "year effective"),
        "2026-10-01",
        "2026-10-31",
        "27.83",
    ),
    (
        "MX",
        "MXN",
        10_000,
        Rate(D(2), "month"),
        ("USURA", "2026-09-20", "36", "year"),
        "2026-09-20",
        "2026-10-20",
        "200.00",
    ),
    (
        "MX",
        "MXN",
        10_000,
        Rate(D(4), "month"),
        ("USURA", "2026-09-20", "36", "year"),
        "2026-09-20",
        "2026-10-20",
        "295.89",
    ),
    (
        "AR",
        "ARS",
        100_000,
        None,
        ("TASA", "2026-10-01", "60", "year"),
        "2026-10-01",
        "2026-10-31",
        "4931.51",
    ),
    (
        "PY",
        "PYG",
        3_000_000,
        Rate(D(2), "calendar month"),
        ("USURA", "2026-10-01", "27.03", "year effective"),
        "2026-10-01",
        "2026-10-31",
        "58065",
    ),
    (
        "UY",
        "UYU",
        1000,
        Rate(D("0.05"), "day"),
        ("TOPE", "2026-10-01", "40", "year"),
        "2026-10-01",
        "2026-10-11",
        "5.00",
    ),
    ("BO", "BOB", 1000, Rate(D(5), "month"), None, "2026-10-01", "2026-10-31", "30.00"),
]


@pytest.mark.parametrize(
    ("country", "currency", "amount", "rate", "figure", "due", "on", "interest"), OTHERS
)
def test_interest_of_other_countries(country, currency, amount, rate, figure, due, on, interest):
    figures = [figure] if figure else []
    terms = Terms(rate, at_ceiling=rate is None)
    charges = charge(
        debt(amount, due, currency),
        terms,
        by_law(country, on, *figures, start="2026-01-01"),
        day(on),
    )
    assert f"{charges.interest:f}" == interest


def test_every_step_can_be_put_into_words():
    owed = debt(1000, "2026-10-10", "BRL", ("2026-11-01", 400))
    charges = charge(owed, Terms(MONTHLY, fine=D(5)), by_law("BR", "2026-11-25"), day("2026-11-25"))
    steps = [
        (line.component, str(line.start), str(line.end), line.days, line.base, line.rate)
        for line in charges.lines
    ]
    assert steps == [
        ("interest", "2026-10-10", "2026-11-01", 22, D(1000), "1%/month"),
        ("interest", "2026-11-01", "2026-11-25", 24, D(600), "1%/month"),
        ("fine", "2026-10-10", "2026-10-11", 1, D(1000), "2%"),
    ]
    assert "CDC" in charges.lines[2].reference, "the law held the fine down"
    assert not charges.lines[0].reference, "the creditor's own rate"
    assert Charges.from_dict(charges.to_dict()) == charges


# === WHERE NOTHING IS CHARGED ===


def test_without_terms_nothing_is_added_and_no_limit_is_needed():
    charges = charge(debt(100, "2026-01-01", "PEN"), Terms(), Limits(), day("2026-11-25"))
    assert (charges.total, charges.lines) == (D(100), ())


UNKNOWN = [
    ("CL", Terms(at_ceiling=True), [], "rate_missing"),
    ("CL", Terms(at_ceiling=True), [("TMC", "2026-08-01", "30", "year")], "rate_stale"),
    ("CL", Terms(fee_by_law=True), [], "rate_missing"),
    ("CL", Terms(fee_by_law=True), [("UF", "2026-10-01", "3", "year")], "rate_unit"),
    ("CL", Terms(fine=D(2)), [], "no_fine"),
    ("BR", Terms(fee=D(10)), [], "no_fees"),
    ("BR", Terms(fee_by_law=True), [], "no_fees"),
    ("GT", Terms(MONTHLY), [], "no_interest"),
    ("XX", Terms(MONTHLY), [], "no_interest"),
    ("", Terms(MONTHLY), [], "no_interest"),
]


@pytest.mark.parametrize(("country", "terms", "figures", "code"), UNKNOWN)
def test_without_a_rule_or_its_figure_nothing_can_be_charged(country, terms, figures, code):
    owed, law = debt(100, "2026-10-01", "USD"), by_law(country, "2026-11-25", *figures)
    with pytest.raises(ChargesUnknown) as error:
        charge(owed, terms, law, day("2026-11-25"))
    assert error.value.code == code
    charges = charge_or_say_why(owed, terms, law, day("2026-11-25"))
    assert (charges.total, charges.unknown[0]) == (D(100), code)


def test_a_figure_that_is_too_old_is_no_matter_while_nothing_is_overdue():
    owed = debt(100, "2026-12-01", "CLP")
    terms = Terms(MONTHLY, fine=D(2), fee_by_law=True)
    assert charge(owed, terms, by_law("CL", "2026-11-25"), day("2026-11-25")).total == 100


def test_it_says_from_when_the_old_figure_is():
    law = by_law("CL", "2026-11-25", ("TMC", "2026-08-01", "30", "year"))
    charges = charge_or_say_why(
        debt(100, "2026-10-01", "CLP"), Terms(MONTHLY), law, day("2026-11-25")
    )
    assert charges.unknown == (
        "rate_stale",
        {"code": "TMC", "day": "2026-09-01", "since": "2026-08-01"},
    )


def test_a_fee_asked_for_is_held_to_the_scale():
    law = by_law("CL", "2026-10-25", ("UF", "2026-10-01", "40000", ""))
    owed = debt(100_000, "2026-10-01", "CLP", contacted_on=day("2026-10-02"))
    assert charge(owed, Terms(fee=D(5000)), law, day("2026-10-25")).fees == 5000
    held = charge(owed, Terms(fee=D(15000)), law, day("2026-10-25"))
    assert (held.fees, held.lines[0].rate) == (9000, "9%")


# === CHARGED AND WAIVED BEFORE ===


def test_what_was_charged_is_not_asked_for_again():
    on = day("2026-11-25")
    owed = debt(1000, "2026-10-10", "BRL", charged=D("10.00"), settled=frozenset({"fine"}))
    charges = charge(owed, Terms(MONTHLY, fine=D(2)), by_law("BR", "2026-11-25"), on)
    assert (charges.interest, charges.fine, charges.charged) == (D("5.33"), D(0), D("10.00"))


def test_what_was_charged_and_is_not_owed_any_more_is_said():
    owed = debt(100, "2026-10-10", "BRL", charged=D("10.00"))
    charges = charge(owed, Terms(MONTHLY), by_law("BR", "2026-11-25"), day("2026-11-25"))
    assert (charges.interest, charges.overcharged) == (D(0), D("8.47"))


def test_waived_days_bear_no_interest():
    waived = ((day("2026-10-20"), day("2026-11-20")),)
    owed = debt(1000, "2026-10-10", "BRL", waived=waived)
    charges = charge(owed, Terms(MONTHLY), by_law("BR", "2026-11-25"), day("2026-11-25"))
    assert [line.days for line in charges.lines] == [10, 5]
    assert charges.interest == D("5.00")


# === RATES ===

DAILY = [
    ("1%/month", "2027-02-10", "0.01/30"),
    ("1%/calendar month", "2027-02-10", "0.01/28"),
    ("1%/calendar month", "2028-02-10", "0.01/29"),
    ("0.033%/day", "2027-02-10", "0.00033"),
    ("12%/year", "2027-02-10", "0.12/365"),
    ("12%/year", "2028-02-10", "0.12/366"),
]


@pytest.mark.parametrize(("text", "on", "share"), DAILY)
def test_what_a_day_takes(text, on, share):
    top, _slash, bottom = share.partition("/")
    assert Rate.parse(text).daily(day(on)) == D(top) / D(bottom or 1)
    assert str(Rate.parse(text)) == text


def test_an_effective_rate_compounds_to_what_it_says():
    daily = Rate.parse("25.52%/year effective").daily(day("2026-03-01"))
    assert abs((1 + daily) ** 365 - D("1.2552")) < D("1e-20")


@pytest.mark.parametrize(
    "text", ["", "1%", "1/month", "1%/week", "%/day", "-1%/month", "1,5%/month"]
)
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(ValueError, match="is no rate"):
        Rate.parse(text)


# === PROPERTIES ===

BEGIN = day("2026-01-01")
days = st.integers(0, 800).map(lambda offset: BEGIN + timedelta(days=offset))
percents = st.decimals(0, 100, places=3, allow_nan=False)
rates = st.builds(Rate, percents, st.sampled_from(PERIODS))
currencies = st.sampled_from(["CLP", "PYG", "COP", "BRL", "MXN", "PEN"])


@st.composite
def ceilings(draw):
    """Rules that change on some days, without a gap; sometimes two that both bind."""
    spans = []
    for _rule in range(draw(st.integers(1, 2))):
        turns = [date.min, *sorted(draw(st.sets(days, max_size=3))), date.max]
        spans += [Span(a, b, draw(rates)) for a, b in pairwise(turns)]
    return tuple(spans)


@st.composite
def debts(draw):
    """Debts with payments that may come early, late, or never."""
    quantum = CENTS[draw(currencies)]
    units = draw(st.integers(1, 10**9))
    balance, left = [(date.min, units * quantum)], units
    for paid_on in sorted(draw(st.sets(days, max_size=4))):
        left -= draw(st.integers(0, left))
        balance.append((paid_on, left * quantum))
    return Debt(draw(days), tuple(balance), quantum)


terms = st.builds(
    Terms,
    interest=rates,
    at_ceiling=st.booleans(),
    fine=percents,
    fee=st.integers(0, 1000).map(D),
    grace_days=st.integers(0, 40),
)
SCALE = FeeScale(((D(1000), D(9)), (D(5000), D(6)), (None, D(3))), D(50), 15)


def limits_of(spans):
    return Limits(spans, (Span(*EVER, D(2)),), (Span(*EVER, SCALE),), 20)


def exact(owed, asked, spans, on):
    return sum((line.amount for line in interest_lines(owed, asked, limits_of(spans), on)), D(0))


@given(debts(), terms, ceilings(), days, days)
def test_interest_over_a_span_is_the_sum_over_its_parts(owed, asked, spans, one, other):
    middle, end = sorted((one, other))
    later = replace(owed, waived=((date.min, middle),))
    whole = exact(owed, asked, spans, end)
    parts = exact(owed, asked, spans, middle) + exact(later, asked, spans, end)
    assert abs(whole - parts) <= abs(whole) * D("1e-24")


@given(debts(), terms, ceilings(), days, days)
def test_charged_in_two_steps_is_charged_once(owed, asked, spans, one, other):
    first, second = sorted((one, other))
    law = limits_of(spans)
    before = charge(owed, asked, law, first)
    taken = frozenset(name for name in ("fine", "fees") if before.of(name))
    then = charge(replace(owed, charged=before.interest, settled=taken), asked, law, second)
    once = charge(owed, asked, law, second)
    assert before.interest + then.interest == once.interest
    assert before.fine + then.fine == once.fine
    assert before.fees + then.fees == once.fees


@given(debts(), terms, ceilings(), days)
def test_nothing_exceeds_the_law_nor_what_was_asked_for(owed, asked, spans, on):
    charges = charge(owed, asked, limits_of(spans), on)
    for line in charges.lines:
        if line.component == "interest":
            turn = line.start
            while turn < line.end:
                lowest = min(s.value.daily(turn) for s in spans if s.covers(turn))
                assert line.amount / line.base / line.days <= lowest * (1 + D("1e-20"))
                turn += timedelta(days=max(1, line.days // 3))
    largest = max(open_ for _day, open_ in owed.balance)
    assert charges.fine <= largest * 2 / 100 + owed.quantum / 2
    assert charges.fine <= largest * asked.fine / 100 + owed.quantum / 2
    assert charges.fees <= SCALE.on(largest) + owed.quantum / 2
    assert charges.fees <= asked.fee + owed.quantum / 2


@given(debts(), terms, ceilings(), days)
def test_nothing_is_added_before_the_days_of_grace_have_passed(owed, asked, spans, on):
    if on <= owed.due + timedelta(days=asked.grace_days):
        assert charge(owed, asked, limits_of(spans), on).added == 0


@given(debts(), terms, ceilings(), days, st.integers(1, 100))
def test_another_day_never_makes_it_less(owed, asked, spans, on, more):
    law = limits_of(spans)
    today, later = charge(owed, asked, law, on), charge(owed, asked, law, on + timedelta(days=more))
    assert later.added >= today.added


@settings(max_examples=300)
@given(debts(), terms, ceilings(), days)
def test_every_amount_is_whole_smallest_units(owed, asked, spans, on):
    charges = charge(owed, asked, limits_of(spans), on)
    for amount in (charges.principal, charges.interest, charges.fine, charges.fees):
        assert amount >= 0
        assert amount % owed.quantum == 0
    assert charges.total == charges.principal + charges.added
    assert Charges.from_dict(charges.to_dict()) == charges


def test_holes_are_found_only_where_something_is_owed():
    hole = Hole(day("2026-02-01"), day("2026-03-01"), "rate_missing")
    law = Limits((Span(*EVER, MONTHLY),), holes={"interest": (hole,)})
    paid = debt(100, "2026-01-01", "PEN", ("2026-02-01", 100))
    assert charge(paid, Terms(MONTHLY), law, day("2026-06-01")).interest == D("1.03")
    with pytest.raises(ChargesUnknown):
        charge(debt(100, "2026-01-01", "PEN"), Terms(MONTHLY), law, day("2026-06-01"))
