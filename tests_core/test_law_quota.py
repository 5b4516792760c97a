"""How often: the limits to the second, what counts, and when there is room again."""

from datetime import timedelta

import pytest
from law_helpers import LAW_ONLY, ask, codes, contact, instant

from core.law.jurisdiction import Caps, company_cap

MONDAY = "2026-11-23T10:00:00-05:00"


def colombia(at, *history, **values):
    return ask("CO", "", at, history=history, **values)


def chile(at, *history, **values):
    return ask("CL", "RM", at, history=history, **values)


def peru(at, *history, **values):
    return ask("PE", "", at, history=history, **values)


def reasons(verdict):
    return [(check.code, check.layer) for check in verdict.reasons]


# === COLOMBIA: one a day, one channel a week, one a week by prudence ===


def test_one_contact_a_day_in_colombia_even_when_it_failed():
    verdict = colombia(MONDAY, contact("2026-11-23T08:00-05:00", outcome="failed"), layers=LAW_ONLY)
    assert codes(verdict) == ["quota_day"]
    assert verdict.not_before == instant("2026-11-24T07:00-05:00")
    assert verdict.reasons[0].figures["instants"] == "2026-11-23 08:00"
    assert verdict.reasons[0].until == instant("2026-11-24T00:00-05:00")


def test_the_day_is_the_debtors_day_not_the_day_of_utc():
    late = contact("2026-11-24T01:00Z")  # Monday 20:00 in Bogota
    assert "quota_day" in codes(colombia("2026-11-23T18:30-05:00", late))
    assert "quota_day" not in codes(colombia("2026-11-24T08:00-05:00", late))


def test_another_channel_within_a_week_is_against_the_law_in_colombia():
    past = contact("2026-11-18T10:00:00-05:00", "sms")
    verdict = colombia(MONDAY, past)
    assert reasons(verdict) == [("one_channel_week", "law"), ("company_quota", "company")]
    assert verdict.reasons[0].figures["instants"] == "sms 2026-11-18 10:00"
    assert verdict.not_before == instant("2026-11-25T10:00:00-05:00")


def test_the_same_channel_within_a_week_is_against_prudence_only():
    past = contact("2026-11-18T10:00:00-05:00")
    assert reasons(colombia(MONDAY, past)) == [("company_quota", "company")]
    assert colombia(MONDAY, past, layers=LAW_ONLY).outcome == "send"


def test_a_call_counts_as_a_channel_in_colombia():
    past = contact("2026-11-19T10:00-05:00", "call")
    assert "one_channel_week" in codes(colombia(MONDAY, past))


def test_the_week_rolls_to_the_second():
    past = contact("2026-11-16T10:00:00-05:00")
    before = instant(MONDAY) - timedelta(seconds=1)
    assert colombia(before, past).not_before == instant(MONDAY)
    assert colombia(MONDAY, past).outcome == "send"


def test_two_channels_already_used_wait_until_only_one_is_left_in_the_week():
    history = [
        contact("2026-11-18T09:00-05:00", "sms"),
        contact("2026-11-19T09:00-05:00", "email"),
    ]
    verdict = colombia(MONDAY, *history, layers=LAW_ONLY, channel="email")
    assert codes(verdict) == ["one_channel_week"]
    assert verdict.not_before == instant("2026-11-25T09:00-05:00")


def test_another_channel_waits_for_the_newest_of_the_others():
    history = [
        contact("2026-11-18T09:00-05:00", "sms"),
        contact("2026-11-20T09:00-05:00", "sms"),
    ]
    verdict = colombia(MONDAY, *history, layers=LAW_ONLY, channel="email")
    assert codes(verdict) == ["one_channel_week"]
    assert verdict.not_before == instant("2026-11-27T09:00-05:00")


# === CHILE: two a week, two days between, calls apart ===


def test_two_messages_a_week_in_chile_over_all_message_channels():
    history = [
        contact("2026-11-19T10:04-03:00", "email"),
        contact("2026-11-21T09:12-03:00", "sms"),
    ]
    verdict = chile("2026-11-25T10:00-03:00", *history)
    assert reasons(verdict) == [("quota_week", "law")]
    figures = verdict.reasons[0].figures
    assert (figures["used"], figures["limit"]) == ("2", "2")
    assert figures["instants"] == "2026-11-19 10:04, 2026-11-21 09:12"
    assert verdict.not_before == instant("2026-11-26T10:04-03:00")


def test_a_call_does_not_count_as_a_message_in_chile():
    history = [contact("2026-11-24T10:00-03:00", "call")]
    assert chile("2026-11-25T10:00-03:00", *history).outcome == "send"
    call = chile("2026-11-25T10:00-03:00", *history, channel="call")
    assert codes(call) == ["quota_week"]
    assert chile("2026-12-01T10:00-03:00", *history, channel="call").outcome == "send"


def test_a_message_does_not_count_as_a_call_in_chile():
    history = [contact("2026-11-24T10:00-03:00", "sms")]
    assert chile("2026-11-25T10:00-03:00", *history, channel="visit").outcome == "send"


def test_chile_leaves_forty_eight_hours_by_law_to_the_second():
    past = contact("2026-11-23T10:00:00-03:00")
    at = instant("2026-11-25T10:00:00-03:00")
    early = chile(at - timedelta(seconds=1), past, layers=LAW_ONLY)
    assert codes(early) == ["min_gap"]
    assert early.not_before == at
    assert chile(at, past, layers=LAW_ONLY).outcome == "send"


def test_chile_leaves_three_calendar_days_by_prudence():
    past = contact("2026-11-23T19:00-03:00")
    verdict = chile("2026-11-25T19:30-03:00", past)
    assert reasons(verdict) == [("company_quota", "company")]
    assert verdict.reasons[0].figures["variant"] == "days"
    assert verdict.not_before == instant("2026-11-26T08:00-03:00")


def test_two_calendar_days_bind_where_a_day_of_25_hours_makes_48_hours_too_short():
    # 3 April 2027 has 25 hours in Santiago: 48 hours after its first minute it is still 4 April.
    past = contact("2027-04-03T00:10-03:00")
    verdict = chile("2027-04-04T23:30-04:00", past, layers=LAW_ONLY)
    gaps = [c for c in verdict.reasons if c.code == "min_gap"]
    assert [c.figures.get("variant") for c in gaps] == ["days"]


# === PERU: prudent limits ===


def test_prudent_limits_are_the_companys_and_say_their_figures():
    verdict = peru(MONDAY, contact("2026-11-22T10:00-05:00"), contact("2026-11-19T10:04-05:00"))
    assert reasons(verdict) == [("company_quota", "company")] * 2
    assert [c.figures["variant"] for c in verdict.reasons] == ["week", "days"]
    assert verdict.not_before == instant("2026-11-26T10:04-05:00")


def test_limits_of_prudence_do_not_bind_the_law_alone():
    assert peru(MONDAY, contact("2026-11-23T09:00-05:00"), layers=LAW_ONLY).outcome == "send"


def test_an_answer_to_the_debtor_never_counts():
    history = [contact("2026-11-23T09:00-05:00", purpose="reply")] * 5
    assert peru(MONDAY, *history).outcome == "send"


def test_an_answer_to_the_debtor_counts_no_more_where_calls_count_apart():
    history = [contact("2026-11-23T09:00-03:00", purpose="reply")] * 5
    assert chile("2026-11-23T10:00-03:00", *history).outcome == "send"


@pytest.mark.parametrize("purpose", ["courtesy", "reminder", "agreement"])
@pytest.mark.parametrize("outcome", ["delivered", "sent", "failed", "uncertain"])
def test_every_attempt_to_collect_counts(purpose, outcome):
    past = contact("2026-11-22T09:00-05:00", purpose=purpose, outcome=outcome)
    assert peru(MONDAY, past).outcome == "wait"


def test_a_calendar_day_gap_is_taken_in_the_strictest_zone():
    # Monday 23:30 in Rio Branco is already Tuesday in Sao Paulo.
    past = contact("2026-11-24T04:30Z")
    verdict = ask("BR", "", "2026-11-25T15:00Z", history=[past])
    assert codes(verdict) == ["company_quota"]
    assert verdict.not_before == instant("2026-11-26T14:00Z")
    assert ask("BR", "AC", "2026-11-25T15:00Z", history=[past]).outcome == "send"


def test_a_contact_dated_later_counts_as_well():
    later = contact("2026-11-23T11:00-05:00")
    verdict = peru(MONDAY, later)
    assert codes(verdict) == ["company_quota"]
    assert verdict.not_before == instant("2026-11-25T08:00-05:00")


def test_a_contact_far_ahead_does_not_bind_yet():
    cap = company_cap(Caps.parse("1/week"))
    far = contact("2026-11-30T10:00:00-05:00")
    assert peru(MONDAY, far, company_caps=(cap,)).outcome == "send"
    near = contact("2026-11-30T09:59:59-05:00")
    assert peru(MONDAY, near, company_caps=(cap,)).outcome == "wait"


def test_a_wait_that_ends_near_a_contact_dated_later_goes_on():
    cap = company_cap(Caps.parse("gap 48h"))
    later = contact("2026-11-25T07:00:00-05:00")
    verdict = peru("2026-11-22T10:00-05:00", later, company_caps=(cap,))
    assert verdict.not_before == instant("2026-11-27T08:00:00-05:00")


# === COMPANY ===


def test_a_companys_own_limit_narrows():
    cap = company_cap(Caps.parse("1/week"))
    past = contact("2026-11-18T10:00-05:00")
    assert peru(MONDAY, past).outcome == "send"
    verdict = peru(MONDAY, past, company_caps=(cap,))
    assert reasons(verdict) == [("company_quota", "company")]
    assert verdict.not_before == instant("2026-11-25T10:00-05:00")


def test_a_companys_looser_limit_changes_nothing():
    history = [contact("2026-11-22T09:00-05:00")]
    loose = company_cap(Caps.parse("9/day 9/week gap 1h"))
    plain, with_loose = peru(MONDAY, *history), peru(MONDAY, *history, company_caps=(loose,))
    assert with_loose.not_before == plain.not_before
    assert codes(with_loose) == [*codes(plain)]


def test_the_law_cannot_be_widened_by_a_company_limit():
    cap = company_cap(Caps.parse("9/day 9/week"), frozenset({"all"}))
    past = contact("2026-11-23T09:00-05:00")
    assert "quota_day" in codes(colombia(MONDAY, past, company_caps=(cap,)))


def test_a_limit_per_channel_and_one_that_leaves_out_failures():
    per_channel = company_cap(Caps.parse("1/week/channel"))
    old = contact("2026-11-18T10:00-05:00", "sms")
    assert peru(MONDAY, old, company_caps=(per_channel,)).outcome == "send"
    assert peru(MONDAY, old, company_caps=(per_channel,), channel="sms").outcome == "wait"
    reached = company_cap(Caps.parse("1/week/reached"))
    failed = contact("2026-11-18T10:00-05:00", outcome="failed")
    assert peru(MONDAY, failed, company_caps=(reached,)).outcome == "send"
    arrived = contact("2026-11-18T10:00-05:00", outcome="uncertain")
    assert peru(MONDAY, arrived, company_caps=(reached,)).outcome == "wait"


def test_a_month_is_any_thirty_one_days():
    cap = company_cap(Caps.parse("1/month"))
    past = contact("2026-10-23T10:00:00-05:00")
    verdict = peru("2026-11-23T09:59:59-05:00", past, company_caps=(cap,))
    assert verdict.not_before == instant(MONDAY)
    assert peru(MONDAY, past, company_caps=(cap,)).outcome == "send"
