"""The worked sheets in the README's part for administrators are what the code calculates."""

from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest
from test_debt_interest import day, debt

from core.debt.interest import COMPONENTS, Charges, Terms, charge
from core.debt.rate import Rate
from core.law.charge_limits import Figure, Figures, limits
from core.law.pack_reader import shipped_law

README = Path(__file__).parents[1] / "l10n_latam_dunning" / "README.rst"
HEAD = ("Step", "From", "Until", "Days", "On", "At", "Amount")
LABELS = {"interest": "Interest", "fine": "Fine", "fees": "Collection fees"}
# The 31 days for which a published figure is good.
GOOD_FOR = 31


def sheet(owed, terms, country, on, *figures):
    """The charges of a consumer's debt within the shipped law, and the table that shows them."""
    rows = [
        Figure(code, day(since), D(value), GOOD_FOR, unit) for code, since, value, unit in figures
    ]
    allowed = limits(
        shipped_law(),
        Figures.of(rows),
        country=country,
        debtor_kind="consumer",
        start=day("2026-09-01"),
        end=day(on) + timedelta(days=1),
    )
    return charge(owed, terms, allowed, day(on))


def table(charges: Charges):
    """A simple table of reStructuredText: each step, then what it comes to."""
    rows = [
        (
            LABELS[line.component],
            line.start.isoformat(),
            line.end.isoformat() if line.component == "interest" else "",
            str(line.days) if line.component == "interest" else "",
            f"{line.base:f}",
            line.rate,
            f"{line.amount:.4f}" if line.component == "interest" else f"{line.amount:.2f}",
        )
        for line in charges.lines
    ]
    sums = [("**Principal**", charges.principal)]
    sums += [(f"**{LABELS[name]}**", charges.of(name)) for name in COMPONENTS]
    sums.append(("**Total**", charges.total))
    rows += [(label, "", "", "", "", "", f"{amount:f}") for label, amount in sums]
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(len(HEAD))]
    rule = "  ".join("=" * width for width in widths)
    body = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    head = "  ".join(cell.ljust(width) for cell, width in zip(HEAD, widths, strict=True)).rstrip()
    return "\n".join(f"   {line}" for line in [rule, head, rule, *body, rule])


BRAZIL = sheet(
    debt(1000, "2026-10-10", "BRL", ("2026-11-01", 400)),
    Terms(Rate(D(1), "month"), fine=D(2)),
    "BR",
    "2026-11-25",
)
CHILE = sheet(
    debt(1_000_000, "2026-10-01", "CLP", contacted_on=date(2026, 10, 5)),
    Terms(at_ceiling=True, fee_by_law=True),
    "CL",
    "2026-10-31",
    ("TMC", "2026-09-15", "30", "year"),
    ("TMC", "2026-10-15", "27", "year"),
    ("UF", "2026-09-25", "40000", ""),
    ("UF", "2026-10-20", "40000", ""),
)


@pytest.mark.parametrize("charges", [BRAZIL, CHILE], ids=["Brazil", "Chile"])
def test_the_readme_shows_what_is_calculated(charges):
    expected = table(charges)
    assert expected in README.read_text(encoding="utf-8"), f"Paste this:\n{expected}"


def test_the_sums_are_those_that_a_person_gets():
    assert [f"{BRAZIL.of(name):f}" for name in COMPONENTS] == ["12.13", "20.00", "0.00"]
    assert f"{BRAZIL.total:f}" == "632.13"
    assert [f"{CHILE.of(name):f}" for name in COMPONENTS] == ["23342", "0", "72000"]
    assert f"{CHILE.total:f}" == "1095342"
