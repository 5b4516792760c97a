"""The other fourteen jurisdictions: the same edges for each, from figures written here by hand.

No clocks change in any of them. The weeks are those of Monday 13 July and 16 November 2026.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

import pytest
from law_helpers import LAW_ONLY, Oracle, ask, codes, contact
from test_law_countries import TABLES

from core.law.pack_reader import shipped_law

MONDAY, SATURDAY, SUNDAY = "2026-07-13", "2026-07-11", "2026-07-12"
Hours = tuple[str, str]


@dataclass(frozen=True)
class Expected:
    """What the gate must know of a country: hours of the law and of prudence, days off."""

    offset: int
    opens: str
    closes: str
    law: Hours | None
    saturday: Hours | None
    law_saturday: Hours | None
    # A holiday on a weekday, and the first open instant after it.
    holiday: str
    after: str
    # The first open instant of 2027.
    new_year: str
    leap_day_open: bool
    law_keeps_holidays: bool = True
    state: str = ""


EIGHT_TO_SIX = ("08:00", "18:00", None, None, None)
COUNTRIES = {
    "AR": Expected(
        -3,
        "09:00",
        "20:00",
        None,
        None,
        None,
        "2026-11-23",
        "2026-11-24T09:00",
        "2027-01-04T09:00",
        False,
    ),
    "EC": Expected(
        -5,
        "07:00",
        "20:00",
        ("07:00", "20:00"),
        None,
        None,
        "2026-11-02",
        "2026-11-04T07:00",
        "2027-01-04T07:00",
        False,
        state="P",
    ),
    "UY": Expected(-3, *EIGHT_TO_SIX, "2026-10-12", "2026-10-13T08:00", "2027-01-04T08:00", False),
    "PY": Expected(
        -3,
        "08:00",
        "18:00",
        ("08:00", "18:00"),
        ("08:00", "12:00"),
        ("08:00", "12:00"),
        "2026-09-29",
        "2026-09-30T08:00",
        "2027-01-02T08:00",
        True,
        law_keeps_holidays=False,
    ),
    "BO": Expected(-4, *EIGHT_TO_SIX, "2026-06-22", "2026-06-23T08:00", "2027-01-04T08:00", False),
    "CR": Expected(-6, *EIGHT_TO_SIX, "2026-12-01", "2026-12-02T08:00", "2027-01-04T08:00", True),
    "PA": Expected(-5, *EIGHT_TO_SIX, "2026-11-03", "2026-11-06T08:00", "2027-01-04T08:00", False),
    "GT": Expected(
        -6,
        "08:00",
        "18:00",
        ("00:00", "24:00"),
        None,
        ("00:00", "24:00"),
        "2026-06-29",
        "2026-06-30T08:00",
        "2027-01-04T08:00",
        True,
    ),
    "SV": Expected(
        -6,
        "08:00",
        "17:00",
        ("08:00", "18:00"),
        None,
        None,
        "2026-09-15",
        "2026-09-16T08:00",
        "2027-01-04T08:00",
        True,
    ),
    "HN": Expected(
        -6,
        "08:00",
        "19:00",
        ("08:00", "19:00"),
        None,
        ("08:00", "19:00"),
        "2026-10-07",
        "2026-10-12T08:00",
        "2027-01-04T08:00",
        True,
        law_keeps_holidays=False,
    ),
    "NI": Expected(
        -6,
        "07:00",
        "18:00",
        ("07:00", "18:00"),
        ("07:00", "12:00"),
        ("07:00", "12:00"),
        "2026-09-14",
        "2026-09-16T07:00",
        "2027-01-02T07:00",
        True,
    ),
    "DO": Expected(
        -4,
        "07:00",
        "20:00",
        ("07:00", "20:00"),
        ("09:00", "13:00"),
        ("09:00", "13:00"),
        "2026-11-09",
        "2026-11-10T07:00",
        "2027-01-02T09:00",
        True,
    ),
    "VE": Expected(-4, *EIGHT_TO_SIX, "2026-07-24", "2026-07-27T08:00", "2027-01-04T08:00", False),
    "PR": Expected(
        -4,
        "08:00",
        "18:00",
        ("08:00", "21:00"),
        None,
        ("08:00", "21:00"),
        "2026-11-26",
        "2026-11-27T08:00",
        "2027-01-04T08:00",
        True,
        law_keeps_holidays=False,
    ),
}
each_country = pytest.mark.parametrize(
    ("country", "expected"), COUNTRIES.items(), ids=COUNTRIES.keys()
)


def at(expected: Expected, day: str, hour: str = "", **shift) -> datetime:
    """A local instant, moved by minutes or seconds."""
    local = datetime.fromisoformat(f"{day}T{hour}" if hour else day)
    zone = timezone(timedelta(hours=expected.offset))
    return local.replace(tzinfo=zone) + timedelta(**shift)


def answer(country, expected, instant, **values):
    verdict = ask(country, expected.state, instant, **values)
    return verdict.not_before or verdict.outcome, codes(verdict)


def closed_codes(inside_law: bool) -> list[str]:
    return ["company_window"] if inside_law else ["outside_window", "company_window"]


def within(hours: Hours | None, moment: datetime) -> bool:
    """Whether the law's hours hold a moment; no hours in law hold every moment."""
    if hours is None:
        return True
    end = hours[1].replace("24:00", "23:59:59.999999")
    return time.fromisoformat(hours[0]) <= moment.time() < time.fromisoformat(end)


@each_country
def test_opens_on_the_minute(country, expected):
    opens = at(expected, MONDAY, expected.opens)
    assert answer(country, expected, opens) == ("send", [])


@each_country
def test_a_minute_early_waits_for_the_opening(country, expected):
    opens = at(expected, MONDAY, expected.opens)
    early = opens - timedelta(minutes=1)
    instant, reasons = answer(country, expected, early)
    assert instant == opens
    if within(expected.law, early):
        assert reasons == ["company_window"]
    else:
        assert reasons[0] == "outside_window"


@each_country
def test_the_last_instant_is_a_quarter_of_an_hour_before_the_end(country, expected):
    last = at(expected, MONDAY, expected.closes, minutes=-15)
    assert answer(country, expected, last) == ("send", [])


@each_country
def test_a_second_into_the_margin_waits_for_the_next_day(country, expected):
    late = at(expected, MONDAY, expected.closes, minutes=-15, seconds=1)
    tomorrow = at(expected, "2026-07-14", expected.opens)
    assert answer(country, expected, late) == (tomorrow, ["company_window"])


@each_country
def test_the_law_alone_closes_at_its_own_hour(country, expected):
    if expected.law is None:
        night = at(expected, SUNDAY, "03:00")
        assert answer(country, expected, night, layers=LAW_ONLY) == ("send", [])
        return
    if expected.law[1] == "24:00":
        midnight = at(expected, MONDAY, "23:59")
        assert answer(country, expected, midnight, layers=LAW_ONLY) == ("send", [])
        return
    closes = at(expected, MONDAY, expected.law[1])
    second = closes - timedelta(seconds=1)
    assert answer(country, expected, second, layers=LAW_ONLY) == ("send", [])
    tomorrow = at(expected, "2026-07-14", expected.law[0])
    assert answer(country, expected, closes, layers=LAW_ONLY) == (tomorrow, ["outside_window"])


@each_country
def test_saturday_morning(country, expected):
    morning = at(expected, SATURDAY, "10:00")
    if expected.saturday:
        assert answer(country, expected, morning) == ("send", [])
        return
    monday = at(expected, MONDAY, expected.opens)
    instant, reasons = answer(country, expected, morning)
    assert instant == monday
    if expected.law is None or expected.law_saturday:
        assert reasons == ["company_window"]
    else:
        assert reasons[0] == "outside_window"


@each_country
def test_the_end_of_saturday(country, expected):
    ends = at(expected, SATURDAY, expected.saturday[1] if expected.saturday else "18:00")
    instant, reasons = answer(country, expected, ends)
    assert instant == at(expected, MONDAY, expected.opens)
    if expected.law and not (expected.law_saturday and within(expected.law_saturday, ends)):
        assert reasons[0] == "outside_window"
    else:
        assert reasons == ["company_window"]


@each_country
def test_sunday_is_closed(country, expected):
    instant, reasons = answer(country, expected, at(expected, SUNDAY, "10:00"))
    assert instant == at(expected, MONDAY, expected.opens)
    assert reasons
    assert set(reasons) <= {"outside_window", "company_window"}


@each_country
def test_a_holiday_is_closed(country, expected):
    verdict = ask(country, expected.state, at(expected, expected.holiday, "10:00"))
    assert codes(verdict) == ["holiday"]
    assert verdict.not_before == at(expected, expected.after)
    by_law = expected.law is not None and expected.law_keeps_holidays
    assert verdict.reasons[0].layer == ("law" if by_law else "company")


@each_country
def test_the_eve_of_a_holiday_waits_until_after_it(country, expected):
    eve = at(expected, expected.holiday, expected.closes, minutes=-10) - timedelta(days=1)
    if eve.weekday() == 6:
        eve -= timedelta(days=2 if not expected.saturday else 1)
    instant, reasons = answer(country, expected, eve)
    assert instant == at(expected, expected.after)
    assert reasons[-1] == "company_window" or reasons == ["outside_window"]


@each_country
def test_the_turn_of_the_year(country, expected):
    evening = at(expected, "2026-12-31", "22:00")
    assert answer(country, expected, evening)[0] == at(expected, expected.new_year)


@each_country
def test_the_leap_day_which_is_carnival_in_2028(country, expected):
    outcome = answer(country, expected, at(expected, "2028-02-29", "10:00"))
    assert outcome[1] == ([] if expected.leap_day_open else ["holiday"])


@each_country
def test_a_second_message_the_same_day_waits(country, expected):
    opens = at(expected, MONDAY, expected.opens)
    past = contact(opens.isoformat())
    verdict = ask(country, expected.state, opens + timedelta(hours=2), history=[past])
    assert verdict.outcome == "wait"
    assert {check.code for check in verdict.reasons} <= {"quota_day", "company_quota"}
    assert verdict.not_before.date() > opens.date()


@each_country
def test_a_week_of_whole_hours_agrees_with_the_oracle(country, expected):
    oracle = Oracle(shipped_law(), country, expected.state, "whatsapp")
    for hour in range(7 * 24):
        moment = at(expected, "2026-11-16", "00:00", hours=hour)
        verdict = ask(country, expected.state, moment)
        assert (verdict.outcome == "send") == oracle.allows(moment)
        if verdict.outcome == "wait":
            assert oracle.allows(verdict.not_before)


def test_ecuador_counts_each_channel_apart_by_law_and_all_together_by_prudence():
    past = contact("2026-07-13T08:00-05:00", "email")
    moment = "2026-07-13T10:00-05:00"
    assert ask("EC", "P", moment, history=[past], layers=LAW_ONLY).outcome == "send"
    same = ask("EC", "P", moment, history=[past], layers=LAW_ONLY, channel="email")
    assert codes(same) == ["quota_day"]
    assert codes(ask("EC", "P", moment, history=[past])) == ["company_quota"]


def test_galapagos_is_an_hour_behind_and_an_unknown_province_may_be_galapagos():
    opening = "2026-07-13T07:00-05:00"
    assert ask("EC", "P", opening).outcome == "send"
    for state in ("W", ""):
        assert ask("EC", state, opening).not_before.isoformat() == "2026-07-13T13:00:00+00:00"


def test_the_city_of_buenos_aires_has_a_law_of_its_own():
    city = ask("AR", "C", "2026-07-18T13:00-03:00")
    assert city.jurisdiction == "AR@2015-08-01+C@2019-01-01"
    assert codes(city) == ["outside_window", "company_window"]
    assert codes(ask("AR", "B", "2026-07-18T13:00-03:00")) == ["company_window"]


def test_paraguay_has_another_version_from_the_end_of_2027():
    assert ask("PY", "", "2027-11-26T10:00-03:00").jurisdiction == "PY@2025-01-01"
    assert ask("PY", "", "2027-11-27T10:00-03:00").jurisdiction == "PY@2027-11-27"


def test_a_fourth_attempt_in_a_week_is_against_the_rule_of_paraguay():
    history = [contact(f"2026-07-{day}T09:00-04:00") for day in ("08", "09", "10")]
    verdict = ask("PY", "", "2026-07-13T10:00-03:00", history=history)
    assert [(c.code, c.layer) for c in verdict.reasons] == [("quota_week", "law")]


def test_a_third_contact_a_day_is_harassment_in_guatemala():
    history = [contact("2026-07-13T08:00-06:00", c) for c in ("call", "sms")]
    verdict = ask("GT", "", "2026-07-13T10:00-06:00", history=history, layers=LAW_ONLY)
    assert codes(verdict) == ["quota_day"]


def test_every_country_has_a_table_here_or_with_the_first_five():
    assert not set(TABLES) & set(COUNTRIES)
    assert set(TABLES) | set(COUNTRIES) == {law.country for law in shipped_law().jurisdictions}
