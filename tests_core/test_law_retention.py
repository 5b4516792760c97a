"""How long evidence is kept: terms by the calendar, the longest of the rules, each pack's own."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.law.notation import LawError
from core.law.pack_reader import read_packs, shipped_law
from core.law.retention import Term, longest

NATIONAL = [pack for pack in read_packs() if "state_id" not in pack.header]
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("text", "months"), [("2 years", 24), ("1 year", 12), ("18 months", 18), ("1 month", 1)]
)
def test_a_term_is_read(text, months):
    assert Term.parse(text) == Term(months)


@pytest.mark.parametrize("text", ["", "2", "years", "0 years", "-1 years", "2 weeks", "2,5 years"])
def test_what_is_no_term_is_refused_with_an_example(text):
    with pytest.raises(LawError, match="Write for example 5 years"):
        Term.parse(text)


@pytest.mark.parametrize(
    ("day", "text", "end"),
    [
        (date(2024, 11, 25), "2 years", date(2026, 11, 25)),
        (date(2024, 2, 29), "1 year", date(2025, 3, 1)),
        (date(2026, 1, 31), "1 month", date(2026, 3, 1)),
        (date(2026, 12, 31), "2 months", date(2027, 3, 1)),
    ],
)
def test_a_term_runs_out_by_the_calendar_and_never_early(day, text, end):
    assert Term.parse(text).after(day) == end


@given(day=DAYS, months=st.integers(1, 240))
def test_before_is_the_newest_day_whose_term_has_run_out(day, months):
    term = Term(months)
    newest = term.before(day)
    assert term.after(newest) <= day
    assert term.after(newest + timedelta(days=1)) > day


@pytest.mark.parametrize("pack", NATIONAL, ids=lambda pack: pack.header["id"])
def test_every_country_says_how_long_evidence_is_kept(pack):
    (rule,) = [rule for rule in pack.rules if rule["kind"] == "retention"]
    legal, prudent = rule.get("legal"), rule["prudent"]
    assert Term.parse(prudent) >= Term.parse(legal or prudent)
    if rule["confidence"] != "confirmed":
        assert Term.parse(prudent) >= Term.parse("10 years"), "in doubt it is kept longer"


def test_chile_keeps_two_years_by_law_and_five_by_prudence():
    rules = shipped_law().in_force("CL", "", date(2026, 12, 1)).retentions
    assert [(rule.citation.layer, rule.term) for rule in rules] == [
        ("law", Term(24)),
        ("company", Term(60)),
    ]
    assert longest(rules).term == Term(60)
    assert longest(()) is None
