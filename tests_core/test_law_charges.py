"""How the packs write interest, fine and fees, and what their figures mean over time."""

from datetime import date
from decimal import Decimal as D

import pytest

from core.debt.rate import Rate
from core.law.charge_limits import Figure, Figures, charges_in_force, limits
from core.law.charge_notation import (
    CHARGE_KINDS,
    ChargeNotationError,
    ChargeRule,
    Measure,
    codes_of,
)
from core.law.jurisdiction import LawBook, LawError, jurisdiction_from_rows
from core.law.pack_reader import shipped_law

NONE = Rate(D(0), "day")
MONTHLY = Rate(D(1), "month")
CHILE = (
    "fee 9% up to UF 10; 6% up to UF 50; 3% above; after 20 days;"
    " less UF 0.2 without contact in 15 days"
)
READ = [
    ("interest_cap", "interest 1%/month", {"rate": MONTHLY}),
    ("interest_cap", "interest 1%/month simple", {"rate": MONTHLY}),
    ("interest_cap", "interest none", {"rate": NONE}),
    ("interest_cap", "interest TMC", {"code": "TMC"}),
    (
        "interest_cap",
        "interest 1%/month; for consumer micro; from 2024-08-30; until 2027-01-31",
        {
            "rate": MONTHLY,
            "debtors": frozenset({"consumer", "micro"}),
            "date_from": date(2024, 8, 30),
            "date_to": date(2027, 1, 31),
        },
    ),
    ("fine_cap", "fine 2%", {"percent": D(2)}),
    ("fine_cap", "fine none", {"percent": D(0)}),
    (
        "fine_cap",
        "fine 2.5 %; for consumer",
        {"percent": D("2.5"), "debtors": frozenset({"consumer"})},
    ),
    ("fee_scale", "fee 1%", {"brackets": ((None, D(1)),)}),
    ("fee_scale", "fee none", {"brackets": ((None, D(0)),)}),
    (
        "fee_scale",
        CHILE,
        {
            "brackets": (
                (Measure("UF", D(10)), D(9)),
                (Measure("UF", D(50)), D(6)),
                (None, D(3)),
            ),
            "after_days": 20,
            "less": Measure("UF", D("0.2")),
            "within": 15,
        },
    ),
]


@pytest.mark.parametrize(("kind", "text", "values"), READ)
def test_the_notation_is_read(kind, text, values):
    assert ChargeRule.parse(kind, text) == ChargeRule(kind, **values)


REFUSED = [
    ("interest_cap", ""),
    ("interest_cap", "interest"),
    ("interest_cap", "fine 2%"),
    ("interest_cap", "interest 1%"),
    ("interest_cap", "interest 1%/month; 2%/month"),
    ("interest_cap", "interest tmc"),
    ("interest_cap", "interest 1%/month; from tomorrow"),
    ("fine_cap", "fine 2"),
    ("fine_cap", "fine TMC"),
    ("fine_cap", "fine 2%; 3%"),
    ("fee_scale", "fee 9% up to UF 10"),
    ("fee_scale", "fee 9% up to 10; 3% above"),
    ("fee_scale", "fee 9% above; 3% above"),
    ("fee_scale", "fee 9% up to UF 10; 6% up to UF 5; 3% above"),
    ("fee_scale", "fee 9% up to UF 10; 6% up to USD 50; 3% above"),
    ("fee_scale", "fee 9%; after some days"),
    ("hours", "fee 9%"),
]


@pytest.mark.parametrize(("kind", "text"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_text(kind, text):
    with pytest.raises(ChargeNotationError):
        ChargeRule.parse(kind, text)


def test_a_rule_names_the_figures_that_it_needs():
    rules = [ChargeRule.parse("fee_scale", CHILE), ChargeRule.parse("interest_cap", "interest TMC")]
    assert codes_of(rules) == {"UF", "TMC"}


def test_a_pack_with_a_wrong_rule_is_refused_by_name():
    row = {
        "kind": "fine_cap",
        "legal": "fine much",
        "legal_reference": "Ley 1",
        "confidence": "memory",
    }
    with pytest.raises(LawError, match="Nowhere, fine_cap"):
        jurisdiction_from_rows(
            {"country": "XX", "name": "Nowhere", "date_from": "2020-01-01"}, [row]
        )


# === SHIPPED LAW ===

CHARGED = ("AR", "BO", "BR", "CL", "CO", "MX", "PE", "PY", "UY")


@pytest.mark.parametrize("country", CHARGED)
def test_a_newer_version_of_a_law_says_what_the_older_one_said(country):
    kinds = [
        {charge.rule.kind for charge in version.charges}
        for version in shipped_law().versions(country)
    ]
    assert kinds[0]
    assert all(later == kinds[0] for later in kinds)


def test_countries_without_a_rule_are_left_without():
    book = shipped_law()
    silent = {law.country for law in book.jurisdictions if not law.state} - set(CHARGED)
    for country in silent:
        assert not any(version.charges for version in book.versions(country))
    assert silent


def in_force(country, kind):
    spans = charges_in_force(shipped_law(), country, "", kind, date(2026, 11, 1), date(2026, 11, 2))
    return [(c.rule.kind, c.rule.percent) for span in spans for c in span.value]


def test_a_rule_is_about_the_kinds_of_debtor_that_it_names():
    fines = [percent for kind, percent in in_force("BR", "consumer") if kind == "fine_cap"]
    assert fines == [D(2)]
    fines = [percent for kind, percent in in_force("BR", "business") if kind == "fine_cap"]
    assert fines == [D(10), D(2)], "the law's, and the prudent default within it"


# === OVER TIME ===


def book(*versions):
    """A law in versions of (first day, last day, rules)."""
    return LawBook(
        jurisdiction_from_rows(
            {"country": "XX", "date_from": first, "date_to": last},
            [{"kind": f"{text.split()[0]}_cap", "legal": text} for text in rules],
        )
        for first, last, rules in versions
    )


def spans_of(law, *figures, start="2026-01-01", end="2026-03-01", **values):
    found = limits(
        law,
        Figures.of(figures),
        country="XX",
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        **values,
    )
    rates = [(str(s.start), str(s.end), str(s.value)) for s in found.interest]
    holes = [(str(h.start), str(h.end), h.code) for h in found.holes["interest"]]
    return rates, holes


def test_each_version_of_the_law_holds_for_its_days():
    law = book(
        ("2020-01-01", "2026-01-31", ["interest 1%/month"]),
        ("2026-02-01", None, ["interest 2%/month"]),
    )
    assert spans_of(law) == (
        [("2026-01-01", "2026-02-01", "1%/month"), ("2026-02-01", "2026-03-01", "2%/month")],
        [],
    )


def test_before_the_first_version_nothing_is_known():
    law = book(("2026-02-01", None, ["interest 1%/month"]))
    assert spans_of(law) == (
        [("2026-02-01", "2026-03-01", "1%/month")],
        [("2026-01-01", "2026-02-01", "no_interest")],
    )


def test_a_rule_holds_for_the_days_that_it_names():
    law = book(
        (
            "2020-01-01",
            None,
            ["interest 1%/month; until 2026-01-10", "interest 2%/month; from 2026-01-11"],
        )
    )
    assert spans_of(law)[0] == [
        ("2026-01-01", "2026-01-11", "1%/month"),
        ("2026-01-11", "2026-03-01", "2%/month"),
    ]
    assert not spans_of(law)[1]


def test_a_figure_holds_until_the_next_one_or_until_it_is_too_old():
    law = book(("2020-01-01", None, ["interest TMC"]))
    table = [
        Figure("TMC", date(2026, 1, 20), D(20), 10, "year"),
        Figure("TMC", date(2026, 1, 10), D(10), 31, "year"),
    ]
    rates, holes = spans_of(law, *table)
    assert rates == [
        ("2026-01-10", "2026-01-20", "10%/year"),
        ("2026-01-20", "2026-01-30", "20%/year"),
    ]
    assert holes == [
        ("2026-01-01", "2026-01-10", "rate_missing"),
        ("2026-01-30", "2026-03-01", "rate_stale"),
    ]


def test_a_figure_that_is_no_rate_is_no_interest():
    law = book(("2020-01-01", None, ["interest UF"]))
    rates, holes = spans_of(law, Figure("UF", date(2026, 1, 1), D(40000), 400, ""))
    assert not rates
    assert holes[0][2] == "rate_unit"


def test_the_kinds_are_those_of_the_notation():
    assert CHARGE_KINDS == ("interest_cap", "fine_cap", "fee_scale")
