"""The limits of every jurisdiction at their edges, to the second, from figures written by hand.

A second before the edge the limit stands against a message and names the edge; at the edge it does
not. Hours and holidays are none of this table's business.
"""

from datetime import timedelta

import pytest
from law_helpers import ask, contact, instant

from core.law.pack_reader import shipped_law

WEEK, DAYS = ("company_quota", "week"), ("company_quota", "days")

# Most countries have no figure in law: by prudence two in any seven days, two calendar days apart.
PRUDENT = {
    ("PE", ""): "-05:00",
    ("BR", "SP"): "-03:00",
    ("BR", "AC"): "-05:00",
    ("MX", "CMX"): "-06:00",
    ("MX", "BCN"): "-08:00",
    ("AR", "B"): "-03:00",
    ("AR", "C"): "-03:00",
    ("UY", ""): "-03:00",
    ("BO", ""): "-04:00",
    ("CR", ""): "-06:00",
    ("PA", ""): "-05:00",
    ("GT", ""): "-06:00",
    ("SV", ""): "-06:00",
    ("HN", ""): "-06:00",
    ("NI", ""): "-06:00",
    ("DO", ""): "-04:00",
    ("VE", ""): "-04:00",
    ("PR", ""): "-04:00",
}

# country | state | channel | code | variant | past contacts | edge
TABLE = """
CO | | whatsapp | quota_day | | 2026-11-23T07:00:00-05:00 | 2026-11-24T00:00:00-05:00
CO | | whatsapp | quota_day | | 2026-11-23T23:59:59-05:00 call | 2026-11-24T00:00:00-05:00
CO | | email | one_channel_week | | 2026-11-16T10:00:00-05:00 sms | 2026-11-23T10:00:00-05:00
CO | | whatsapp | company_quota | week | 2026-11-16T10:00:01-05:00 | 2026-11-23T10:00:01-05:00
CL | RM | whatsapp | quota_week | | 2026-11-16T10:00:00-03:00 sms, 2026-11-19T10:00:00-03:00 email | 2026-11-23T10:00:00-03:00
CL | RM | sms | min_gap | | 2026-11-23T10:00:00-03:00 | 2026-11-25T10:00:00-03:00
CL | RM | sms | min_gap | days | 2026-11-23T23:59:59-03:00 | 2026-11-25T00:00:00-03:00
CL | RM | whatsapp | company_quota | days | 2026-11-23T10:00:00-03:00 | 2026-11-26T00:00:00-03:00
CL | RM | call | quota_week | | 2026-11-16T10:00:00-03:00 visit | 2026-11-23T10:00:00-03:00
CL | RM | whatsapp | company_quota | days | 2026-09-04T10:00:00-04:00 | 2026-09-07T00:00:00-03:00
CL | MA | whatsapp | company_quota | days | 2026-09-04T10:00:00-03:00 | 2026-09-07T00:00:00-03:00
CL | RM | sms | min_gap | | 2027-04-03T10:00:00-03:00 | 2027-04-05T09:00:00-04:00
CL | RM | whatsapp | quota_week | | 2026-11-28T10:00:00-03:00, 2026-12-01T10:00:00-03:00 | 2026-12-05T10:00:00-03:00
MX | BCN | whatsapp | company_quota | days | 2026-10-31T23:59:59-07:00 | 2026-11-02T00:00:00-08:00
EC | P | whatsapp | quota_day | | 2026-11-23T10:00:00-05:00 | 2026-11-24T00:00:00-05:00
EC | P | whatsapp | company_quota | | 2026-11-23T10:00:00-05:00 email | 2026-11-24T00:00:00-05:00
EC | W | whatsapp | quota_day | | 2026-11-23T23:30:00-06:00 | 2026-11-24T00:00:00-06:00
EC | P | whatsapp | company_quota | week | 2026-11-16T10:00:00-05:00, 2026-11-17T10:00:00-05:00, 2026-11-18T10:00:00-05:00 sms, 2026-11-19T10:00:00-05:00, 2026-11-20T10:00:00-05:00 | 2026-11-23T10:00:00-05:00
PY | | whatsapp | quota_week | | 2026-11-16T10:00:00-03:00, 2026-11-18T10:00:00-03:00 call, 2026-11-20T10:00:00-03:00 | 2026-11-23T10:00:00-03:00
PY | | whatsapp | company_quota | | 2026-11-23T10:00:00-03:00 | 2026-11-24T00:00:00-03:00
PY | | whatsapp | quota_week | | 2027-11-22T10:00:00-03:00, 2027-11-24T10:00:00-03:00, 2027-11-26T10:00:00-03:00 | 2027-11-29T10:00:00-03:00
GT | | whatsapp | quota_day | | 2026-11-23T00:00:00-06:00 call, 2026-11-23T12:00:00-06:00 sms | 2026-11-24T00:00:00-06:00
DO | | whatsapp | quota_day | | 2026-11-23T07:00:00-04:00, 2026-11-23T08:00:00-04:00, 2026-11-23T09:00:00-04:00, 2026-11-23T10:00:00-04:00, 2026-11-23T11:00:00-04:00 call | 2026-11-24T00:00:00-04:00
HN | | call | quota_day | | 2026-11-23T10:00:00-06:00 visit | 2026-11-24T00:00:00-06:00
PR | | call | quota_week | | 2026-11-16T10:00:00-04:00 call, 2026-11-17T10:00:00-04:00 call, 2026-11-18T10:00:00-04:00 call, 2026-11-19T10:00:00-04:00 call, 2026-11-20T10:00:00-04:00 call, 2026-11-21T10:00:00-04:00 visit, 2026-11-22T10:00:00-04:00 call | 2026-11-23T10:00:00-04:00
PE | | whatsapp | company_quota | week | 2028-02-25T10:00:00-05:00, 2028-02-27T10:00:00-05:00 | 2028-03-03T10:00:00-05:00
PE | | whatsapp | company_quota | days | 2026-12-31T10:00:00-05:00 | 2027-01-02T00:00:00-05:00
"""  # noqa: E501


def against(verdict, code, variant):
    """The checks of a limit that stand against a message."""
    return [
        check
        for check in verdict.reasons
        if check.code == code and check.figures.get("variant", "") == variant
    ]


def assert_edge(country, state, channel, code, variant, history, edge):
    before = ask(country, state, edge - timedelta(seconds=1), channel=channel, history=history)
    (check,) = against(before, code, variant)
    assert (check.outcome, check.until) == ("wait", edge)
    assert before.not_before >= edge
    at = ask(country, state, edge, channel=channel, history=history)
    assert not against(at, code, variant)


@pytest.mark.parametrize("place", PRUDENT, ids="-".join)
@pytest.mark.parametrize(
    ("limit", "past", "edge"),
    [
        (WEEK, ("2026-11-16T10:00:00", "2026-11-18T12:00:00"), "2026-11-23T10:00:00"),
        (WEEK, ("2026-12-28T09:59:59", "2026-12-30T12:00:00"), "2027-01-04T09:59:59"),
        (DAYS, ("2026-11-18T23:59:59",), "2026-11-20T00:00:00"),
        (DAYS, ("2028-02-28T00:00:00",), "2028-03-01T00:00:00"),
    ],
    ids=["week", "week over the new year", "two days", "two days over the leap day"],
)
def test_prudent_limits_end_on_the_second(place, limit, past, edge):
    offset = PRUDENT[place]
    history = [contact(f"{at}{offset}", "sms") for at in past]
    assert_edge(*place, "whatsapp", *limit, history, instant(edge + offset))


@pytest.mark.parametrize("row", TABLE.strip().splitlines(), ids=lambda row: row[:40])
def test_limits_of_their_own_end_on_the_second(row):
    country, state, channel, code, variant, past, edge = (part.strip() for part in row.split("|"))
    history = [contact(*words.split()) for words in past.split(",")]
    assert_edge(country, state, channel, code, variant, history, instant(edge))


def test_a_failed_call_counts_not_in_honduras_and_counts_elsewhere():
    failed = [contact("2026-11-23T10:00-06:00", "call", outcome="failed")]
    at = "2026-11-23T11:00-06:00"
    assert not against(ask("HN", "", at, channel="call", history=failed), "quota_day", "")
    assert against(ask("CO", "", at, channel="call", history=failed), "quota_day", "")


def test_every_country_is_in_one_of_the_tables():
    own = {row.split("|")[0].strip() for row in TABLE.strip().splitlines()}
    assert own | {country for country, _state in PRUDENT} == {
        law.country for law in shipped_law().jurisdictions
    }
