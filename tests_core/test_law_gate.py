"""Consent, holds, impediments, versions, places: who may be written to, and what fails closed."""

from datetime import date, timedelta

import pytest
from law_helpers import LAW_ONLY, agreed, ask, codes, contact, instant

from core.law.gate import AskedHours, ConsentFact, Hold, Impediment
from core.law.jurisdiction import LawBook, OpeningHours, company_window, jurisdiction_from_rows
from core.law.pack_reader import shipped_law
from core.law.verdict import explain

MONDAY = "2026-11-23T10:00-05:00"
SUNDAY = "2026-11-22T10:00-05:00"
HOURS = {"kind": "hours", "channels": "all", "legal_reference": "art. 1", "confidence": "memory"}


def fact(channel="whatsapp", event="granted", at="2026-10-01T10:00Z", kind="express", ref=""):
    return ConsentFact(channel, event, instant(at), kind, ref)


def peru(at=MONDAY, **values):
    return ask("PE", "", at, **values)


# === CONSENT ===


@pytest.mark.parametrize("country", sorted({law.country for law in shipped_law().jurisdictions}))
@pytest.mark.parametrize("layers", [("law",), ("law", "company")])
def test_whatsapp_needs_an_agreement_everywhere(country, layers):
    verdict = ask(country, "", MONDAY, consents=(), layers=layers)
    assert verdict.outcome == "refuse"
    assert "no_consent" in codes(verdict)


def test_email_needs_none_where_the_contract_is_the_basis():
    assert peru(consents=(), channel="email").outcome == "send"


@pytest.mark.parametrize("channel", ["whatsapp", "sms", "email", "call"])
def test_colombia_wants_an_express_authorisation_of_each_channel(channel):
    general = fact(channel, kind="opt_in")
    verdict = ask("CO", "", MONDAY, consents=(general,), channel=channel)
    assert codes(verdict) == ["no_consent"]
    assert verdict.reasons[0].figures["variant"] == "express"
    assert verdict.reasons[0].legal_reference.startswith("Ley 2300 de 2023 art. 2")
    express = fact(channel)
    assert ask("CO", "", MONDAY, consents=(general, express), channel=channel).outcome == "send"


def test_an_agreement_for_another_channel_is_none():
    assert codes(peru(consents=(fact("sms"),))) == ["no_consent"]


def test_a_withdrawal_counts_on_channels_that_need_no_agreement():
    verdict = peru(consents=(fact("email", "withdrawn"),), channel="email")
    assert codes(verdict) == ["consent_withdrawn"]
    assert verdict.reasons[0].layer == "law"


def test_the_newest_fact_decides():
    granted = fact(at="2026-10-01T10:00Z")
    withdrawn = fact(event="withdrawn", at="2026-10-02T10:00Z")
    again = fact(at="2026-10-03T10:00Z", ref="form 7")
    assert codes(peru(consents=(granted, withdrawn))) == ["consent_withdrawn"]
    assert codes(peru(consents=(withdrawn, granted))) == ["consent_withdrawn"]
    verdict = peru(consents=(again, withdrawn, granted))
    assert verdict.outcome == "send"
    proof = next(check for check in verdict.checks if check.code == "no_consent")
    assert proof.figures["proof"] == "form 7"


def test_at_the_same_instant_the_withdrawal_wins():
    consents = (fact(event="withdrawn"), fact())
    assert codes(peru(consents=consents)) == ["consent_withdrawn"]


def test_a_withdrawal_from_every_channel_reaches_each():
    consents = (fact(), fact("", "withdrawn", "2026-10-05T10:00Z"))
    assert codes(peru(consents=consents)) == ["consent_withdrawn"]


def test_a_grant_of_tomorrow_is_not_there_yet():
    assert codes(peru(consents=(fact(at="2026-11-24T10:00Z"),))) == ["no_consent"]


def test_a_known_withdrawal_counts_even_if_its_clock_is_ahead():
    consents = (fact(), fact(event="withdrawn", at="2026-11-23T15:00:02Z"))
    assert codes(peru(consents=consents)) == ["consent_withdrawn"]


def test_a_channel_that_no_pack_names_needs_an_agreement():
    assert codes(peru(consents=(), channel="pigeon")) == ["no_consent"]


# === REPLIES ===


def test_a_reply_is_bound_by_no_hours_and_no_limits():
    history = (contact("2026-11-22T09:00-05:00"),)
    assert peru(SUNDAY, purpose="reply", history=history).outcome == "send"


def test_a_reply_is_bound_by_consent():
    assert codes(peru(SUNDAY, purpose="reply", consents=())) == ["no_consent"]
    withdrawn = (fact(event="withdrawn"),)
    assert codes(peru(SUNDAY, purpose="reply", consents=withdrawn)) == ["consent_withdrawn"]


def test_a_reply_is_bound_by_holds_of_privacy_only():
    assert peru(purpose="reply", holds=(Hold("dispute"),)).outcome == "send"
    assert codes(peru(purpose="reply", holds=(Hold("privacy"),))) == ["hold_privacy"]


def test_a_reply_waits_for_an_impediment_to_end():
    end = instant("2026-11-22T11:00-05:00")
    verdict = peru(SUNDAY, purpose="reply", impediments=(Impediment("account", until=end),))
    assert (verdict.outcome, verdict.not_before) == ("wait", end)


# === HOLDS AND IMPEDIMENTS ===


def test_a_hold_without_an_end_refuses():
    verdict = peru(holds=(Hold("dispute", detail="wrong amount"),))
    assert (verdict.outcome, codes(verdict)) == ("refuse", ["hold_dispute"])
    assert verdict.reasons[0].figures["detail"] == "wrong amount"


def test_a_hold_with_an_end_waits_for_the_first_open_instant_after_it():
    verdict = peru(holds=(Hold("payment_reported", instant("2026-11-28T12:00-05:00")),))
    assert codes(verdict) == ["hold_payment_reported"]
    assert verdict.not_before == instant("2026-11-30T08:00-05:00")


def test_a_hold_that_has_ended_is_none():
    assert peru(holds=(Hold("dispute", instant(MONDAY)),)).outcome == "send"


def test_a_refusal_beats_a_wait_and_hides_nothing():
    verdict = peru(
        SUNDAY,
        consents=(),
        holds=(Hold("dispute"),),
        impediments=(Impediment("paid"),),
        history=(contact("2026-11-21T09:00-05:00"),),
    )
    assert (verdict.outcome, verdict.not_before) == ("refuse", None)
    assert codes(verdict) == [
        "outside_window",
        "company_window",
        "company_quota",
        "no_consent",
        "hold_dispute",
        "paid",
    ]


@pytest.mark.parametrize("reason", ["lawsuit", "insolvency"])
def test_chile_stops_by_law_when_there_is_a_lawsuit_or_insolvency(reason):
    check = ask("CL", "RM", MONDAY, holds=(Hold(reason),)).reasons[0]
    assert (check.layer, check.legal_reference) == ("law", "Ley 19.496 art. 37")
    elsewhere = peru(holds=(Hold(reason),)).reasons[0]
    assert (elsewhere.outcome, elsewhere.layer) == ("refuse", "company")


def test_holds_bind_under_the_legal_ceiling_too():
    assert codes(peru(holds=(Hold("dispute"),), layers=LAW_ONLY)) == ["hold_dispute"]


def test_a_do_not_contact_register_refuses_and_cites_its_law():
    check = ask("BR", "SP", "2026-11-23T10:00-03:00", suppressed=("nao_me_ligue",)).reasons[0]
    assert (check.code, check.outcome, check.layer) == ("suppressed", "refuse", "law")
    assert "13.226/2008" in check.legal_reference
    assert codes(peru(suppressed=("blacklist",))) == ["suppressed"]


def test_an_impediment_keeps_its_layer_and_reference():
    check = peru(impediments=(Impediment("wording", layer="law", legal_reference="art. 61"),))
    assert check.reasons[0][:4] == ("wording", "refuse", "law", "art. 61")


# === VERSIONS ===


def test_the_version_in_force_at_the_instant_of_sending_is_named():
    assert ask("CL", "RM", "2026-11-30T12:00-03:00").jurisdiction == "CL@2021-04-20"
    assert ask("CL", "RM", "2026-12-01T12:00-03:00").jurisdiction == "CL@2026-12-01"


def test_the_version_changes_at_midnight_of_the_debtor():
    assert ask("CL", "RM", "2026-12-01T02:59:59Z").jurisdiction == "CL@2021-04-20"
    assert ask("CL", "RM", "2026-12-01T03:00Z").jurisdiction == "CL@2026-12-01"


def test_a_state_pack_adds_to_the_countrys():
    verdict = ask("BR", "SP", "2026-11-23T10:00-03:00")
    assert verdict.jurisdiction == "BR@1991-03-11+SP@2023-11-01"
    assert ask("BR", "SP", "2023-10-31T10:00-03:00").jurisdiction == "BR@1991-03-11"
    assert ask("BR", "MG", "2026-11-23T10:00-03:00").jurisdiction == "BR@1991-03-11"


def version(date_from, hours, date_to=None, cap="9/day", **header):
    header = {"country": "PE", "date_from": date_from, "date_to": date_to} | header
    header.setdefault("zones", "America/Lima")
    rules = [
        HOURS | {"legal": hours},
        {"kind": "cap", "legal": cap},
        {"kind": "consent", "channels": "all", "legal": "none"},
    ]
    return jurisdiction_from_rows(header, rules)


def test_the_wait_runs_into_the_law_of_the_day_it_ends_on():
    law = LawBook(
        [
            version("2020-01-01", "Mo-Su 08:00-20:00", "2026-11-23"),
            version("2026-11-24", "Mo-Su 11:00-13:00"),
        ]
    )
    verdict = peru("2026-11-23T21:00-05:00", law=law)
    assert verdict.jurisdiction == "PE@2020-01-01"
    assert verdict.not_before == instant("2026-11-24T11:00-05:00")


def test_the_limits_of_the_day_the_wait_ends_on_bind_as_well():
    law = LawBook(
        [
            version("2020-01-01", "Mo-Su 08:00-20:00", "2026-11-23"),
            version("2026-11-24", "Mo-Su 08:00-20:00", cap="1/week"),
        ]
    )
    past = contact("2026-11-19T09:00-05:00")
    verdict = peru("2026-11-23T21:00-05:00", law=law, history=(past,))
    assert codes(verdict) == ["outside_window"]
    assert verdict.not_before == instant("2026-11-26T09:00-05:00")


def test_a_gap_between_two_versions_is_no_law():
    law = LawBook(
        [
            version("2020-01-01", "Mo-Su 08:00-20:00", "2026-11-22"),
            version("2026-11-25", "Mo-Su 08:00-20:00"),
        ]
    )
    assert codes(peru(law=law)) == ["jurisdiction_missing"]
    before = peru("2026-11-22T21:00-05:00", law=law)
    assert before.not_before == instant("2026-11-25T08:00-05:00")


def test_of_two_overlapping_versions_the_later_one_binds():
    law = LawBook(
        [version("2020-01-01", "Mo-Su 08:00-20:00"), version("2026-01-01", "Mo-Su 09:00-10:00")]
    )
    assert law.in_force("PE", "", date(2026, 11, 23)).version == "PE@2026-01-01"
    assert law.in_force("PE", "", date(2025, 11, 23)).version == "PE@2020-01-01"


# === WHO IS BOUND ===


def test_a_rule_that_does_not_bind_businesses_is_kept_as_the_companys_own():
    verdict = peru("2026-11-28T10:00-05:00", kind="business")
    assert verdict.not_before == instant("2026-11-30T08:00-05:00")
    assert {check.layer for check in verdict.reasons} == {"company"}
    assert peru("2026-11-28T10:00-05:00", kind="business", layers=LAW_ONLY).outcome == "send"
    assert peru("2026-11-28T10:00-05:00", kind="micro", layers=LAW_ONLY).outcome == "wait"


# === COMPANY HOURS ===


def test_a_companys_own_hours_narrow_and_never_widen():
    narrow = company_window(OpeningHours.parse("Tu,Th 10:00-12:00"))
    assert peru(company_windows=(narrow,)).not_before == instant("2026-11-24T10:00-05:00")
    wide = company_window(OpeningHours.parse("Mo-Su 00:00-24:00"))
    assert peru(SUNDAY, company_windows=(wide,)).outcome == "wait"


def test_a_companys_hours_without_margin_leave_the_margin_of_prudence():
    same = company_window(OpeningHours.parse("Mo-Fr 09:00-19:00; PH off"))
    assert peru("2026-11-23T18:45-05:00", company_windows=(same,)).outcome == "send"
    assert peru("2026-11-23T18:50-05:00", company_windows=(same,)).outcome == "wait"


def test_hours_that_never_meet_the_law_are_a_refusal_not_an_endless_wait():
    never = company_window(OpeningHours.parse("Sa-Su 10:00-12:00"))
    verdict = peru(company_windows=(never,))
    assert (verdict.outcome, verdict.not_before) == ("refuse", None)
    assert codes(verdict) == ["company_window"]


# === FAILS CLOSED ===


@pytest.mark.parametrize("country", ["", "XX", "US", "pe"])
def test_no_pack_no_message(country):
    verdict = ask(country, "", MONDAY)
    assert (verdict.outcome, codes(verdict)) == ("refuse", ["jurisdiction_missing"])
    assert verdict.jurisdiction == ""


def test_before_the_first_version_there_is_no_law():
    assert codes(ask("CO", "", "2023-10-09T10:00-05:00")) == ["jurisdiction_missing"]


def test_what_speaks_against_it_is_said_even_without_a_pack():
    verdict = ask("XX", "", MONDAY, consents=(fact(event="withdrawn"),), holds=(Hold("dispute"),))
    assert codes(verdict) == ["jurisdiction_missing", "consent_withdrawn", "hold_dispute"]


def test_a_year_without_calendar_refuses():
    verdict = peru("2101-01-04T10:00-05:00")
    assert (verdict.outcome, codes(verdict)) == ("refuse", ["calendar_missing"])
    assert verdict.reasons[0].figures == {"country": "PE", "year": "2101"}


def test_a_wait_that_runs_out_of_the_calendar_refuses():
    verdict = peru("2100-12-31T18:50-05:00")
    assert verdict.outcome == "refuse"
    assert "calendar_missing" in codes(verdict)


@pytest.mark.parametrize("zones", ["America/Atlantis", "", "America/Lima Mars/Olympus"])
def test_an_unknown_zone_refuses(zones):
    law = LawBook([version("2020-01-01", "Mo-Su 08:00-20:00; PH off", zones=zones)])
    verdict = peru(law=law)
    assert (verdict.outcome, codes(verdict)) == ("refuse", ["zone_ambiguous"])


@pytest.mark.parametrize("holiday_country", ["XX", "ZZZ"])
def test_an_unknown_calendar_refuses(holiday_country):
    law = LawBook(
        [version("2020-01-01", "Mo-Su 08:00-20:00; PH off", holiday_country=holiday_country)]
    )
    assert codes(peru(law=law)) == ["calendar_missing"]


def test_a_pack_without_hours_refuses():
    header = {"country": "PE", "date_from": "2020-01-01", "zones": "America/Lima"}
    assert codes(peru(law=LawBook([jurisdiction_from_rows(header, [])]))) == [
        "jurisdiction_missing"
    ]


def test_an_instant_without_a_zone_is_no_instant():
    with pytest.raises(TypeError):
        peru(instant("2026-11-23T10:00"))
    with pytest.raises(TypeError):
        contact("2026-11-23T10:00")


# === PLACES ===


def test_the_debtors_own_zone_replaces_those_of_his_state():
    verdict = ask("CL", "VS", "2026-11-23T08:00-03:00", zones=("America/Santiago",))
    assert (verdict.outcome, verdict.zones) == ("send", ("America/Santiago",))
    island = ask("CL", "VS", "2026-11-23T08:00-03:00", zones=("Pacific/Easter",))
    assert island.not_before == instant("2026-11-23T08:00-05:00")


def test_an_unknown_state_means_every_zone_of_the_country():
    assert ask("BR", "XX", MONDAY).zones == ask("BR", "", MONDAY).zones
    assert len(ask("BR", "", MONDAY).zones) > 10


def test_a_day_off_added_by_hand_closes_in_its_state_only():
    header = {"country": "BR", "date_from": "2020-01-01", "zones": "America/Sao_Paulo"}
    days = [{"date": date(2027, 1, 25), "name": "Aniversario", "state": "SP"}]
    rows = [HOURS | {"legal": "Mo-Fr 08:00-18:00; PH off"}]
    law = LawBook([jurisdiction_from_rows(header, rows, (), days)])
    at = instant("2027-01-25T10:00-03:00")
    verdict = ask("BR", "SP", at, law=law)
    assert codes(verdict) == ["holiday"]
    assert verdict.reasons[0].figures["name"] == "Aniversario"
    assert ask("BR", "RJ", at, law=law).outcome == "send"


def test_hours_kept_for_holidays_stand_in_place_of_the_weekdays():
    law = LawBook([version("2020-01-01", "Mo-Fr 08:00-18:00; PH 10:00-12:00", margin_minutes=0)])
    holiday = "2026-12-08T{}-05:00"
    assert peru(holiday.format("10:00"), law=law).outcome == "send"
    early = peru(holiday.format("09:00"), law=law)
    assert (codes(early)[0], early.not_before) == ("holiday", instant(holiday.format("10:00")))
    late = peru(holiday.format("12:00"), law=law)
    assert late.not_before == instant("2026-12-09T10:00-05:00")


def test_deciding_twice_gives_the_same_answer_and_changes_nothing():
    first = peru(SUNDAY, history=(contact("2026-11-21T09:00-05:00"),))
    second = peru(SUNDAY, history=(contact("2026-11-21T09:00-05:00"),))
    assert first == second


def test_the_answer_holds_when_asked_again_at_the_instant_it_named():
    history = (contact("2026-11-21T09:00-05:00"), contact("2026-11-19T09:00-05:00"))
    verdict = peru(SUNDAY, history=history)
    assert peru(verdict.not_before, history=history).outcome == "send"
    before = verdict.not_before - timedelta(microseconds=1)
    assert peru(before, history=history).outcome == "wait"


def test_agreed_helper_is_about_every_channel():
    assert all(not fact.channel for fact in agreed(""))


def test_a_debtor_without_a_country_gets_a_sentence_of_its_own():
    verdict = ask("", "", MONDAY)
    assert codes(verdict) == ["jurisdiction_missing"]
    assert explain(verdict.reasons[0]).startswith("The debtor has no country")
    assert "'XX'" in explain(ask("XX", "", MONDAY).reasons[0])


# === TO WHOM ===

COUNTRIES = sorted({law.country for law in shipped_law().jurisdictions})


@pytest.mark.parametrize("country", [*COUNTRIES, "XX"])
@pytest.mark.parametrize("layers", [("law",), ("law", "company")])
@pytest.mark.parametrize("kind", ["consumer", "business"])
@pytest.mark.parametrize("purpose", ["reminder", "reply"])
def test_nobody_else_is_written_to_anywhere(country, layers, kind, purpose):
    verdict = ask(
        country, "", MONDAY, recipient="third_party", layers=layers, kind=kind, purpose=purpose
    )
    (check,) = [check for check in verdict.reasons if check.code == "third_party"]
    assert (verdict.outcome, check.outcome, check.layer) == ("refuse", "refuse", "law")
    assert check.legal_reference


@pytest.mark.parametrize(
    ("country", "reference"),
    [
        ("CO", "Ley 2300 de 2023 art. 4"),
        ("EC", "Ley Orgánica de Defensa del Consumidor art. 49 (reform of February 2022)"),
        ("PE", "Ley 29571"),
        ("BO", "Criminal and data protection law"),
    ],
)
def test_the_refusal_cites_the_rule_of_the_country(country, reference):
    verdict = ask(country, "", MONDAY, recipient="third_party")
    check = next(check for check in verdict.reasons if check.code == "third_party")
    assert check.legal_reference.startswith(reference)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("recipient", ["debtor", "representative"])
def test_the_debtor_and_who_acts_for_him_may_be_written_to_everywhere(country, recipient):
    assert "third_party" not in codes(ask(country, "", MONDAY, recipient=recipient))


@pytest.mark.parametrize("country", [country for country in COUNTRIES if country != "PY"])
def test_a_guarantor_may_be_written_to(country):
    verdict = ask(country, "", MONDAY, recipient="guarantor")
    assert "third_party" not in codes(verdict)
    (check,) = [check for check in verdict.checks if check.code == "third_party"]
    assert explain(check) == "The recipient answers for the debt as a guarantor."


@pytest.mark.parametrize("at", ["2026-11-23T10:00-03:00", "2027-12-06T10:00-03:00"])
def test_in_paraguay_a_guarantor_is_not_written_to_by_prudence(at):
    verdict = ask("PY", "", at, recipient="guarantor")
    assert [(c.code, c.outcome, c.layer) for c in verdict.reasons] == [
        ("third_party", "refuse", "company")
    ]
    assert "not a guarantor" in explain(verdict.reasons[0])
    assert ask("PY", "", at, recipient="guarantor", layers=LAW_ONLY).outcome == "send"


# === OTHER HOURS ON REQUEST ===

EVENING = "2026-11-23T20:00-05:00"


def asked(hours="Mo-Fr 19:00-21:00", at="2026-06-01T10:00Z", **values):
    values.setdefault("contract_at", instant("2026-05-01T10:00Z"))
    values.setdefault("reference", "letter of 1 June")
    return AskedHours(OpeningHours.parse(hours), instant(at), **values)


def colombia(at=EVENING, *requests, **values):
    return ask("CO", "", at, asked_hours=requests, **values)


def test_a_colombian_may_ask_for_other_hours_by_a_later_instrument():
    assert colombia().outcome == "wait"
    verdict = colombia(EVENING, asked())
    assert verdict.outcome == "send"
    (window,) = [check for check in verdict.checks if check.code == "outside_window"]
    assert window.legal_reference == "Ley 2300 de 2023 art. 3; Ley 2300 de 2023 art. 3 par."
    assert window.figures["hours"] == "Mo-Fr 07:00-21:00; Sa 08:00-15:00; PH off"


@pytest.mark.parametrize(
    "request_",
    [
        asked(at="2026-05-01T10:00Z"),
        asked(at="2026-11-24T10:00Z"),
        asked(reference=""),
        asked(channel="sms"),
        asked(withdrawn_at=instant("2026-11-23T19:59-05:00")),
        asked("Mo-Fr 21:00-22:00"),
    ],
    ids=["not later", "not yet", "no proof", "other channel", "withdrawn", "other hour"],
)
def test_a_request_for_other_hours_that_does_not_hold_opens_nothing(request_):
    assert colombia(EVENING, request_).outcome == "wait"


def test_who_withdraws_his_consent_takes_back_the_hours_he_asked_for():
    consents = [
        fact(at="2026-05-01T10:00Z"),
        fact(event="withdrawn", at="2026-07-01T10:00Z"),
        fact(at="2026-08-01T10:00Z"),
    ]
    assert colombia(EVENING, asked(), consents=consents).outcome == "wait"
    again = asked(at="2026-08-02T10:00Z")
    assert colombia(EVENING, asked(), again, consents=consents).outcome == "send"
    other = [fact("sms", "withdrawn", at="2026-07-01T10:00Z"), fact(at="2026-05-01T10:00Z")]
    assert colombia(EVENING, asked(), consents=other).outcome == "send"


@pytest.mark.parametrize("country", [c for c in COUNTRIES if c != "CO"])
@pytest.mark.parametrize("at", ["2026-11-22T02:00Z", "2026-11-24T04:30Z", "2026-12-25T15:00Z"])
def test_no_other_country_is_widened_by_a_request(country, at):
    whole = asked("Mo-Su,PH 00:00-24:00")
    assert ask(country, "", at, asked_hours=(whole,)) == ask(country, "", at)


def test_asked_hours_leave_holidays_limits_and_consent_as_they_are():
    whole = asked("Mo-Su 00:00-24:00")
    holiday = "2026-11-16T10:00-05:00"
    assert codes(colombia(holiday, whole)) == ["holiday"]
    assert colombia(holiday, asked("Mo-Su,PH 08:00-20:00")).outcome == "send"
    history = [contact("2026-11-23T10:00-05:00")]
    assert "quota_day" in codes(colombia(EVENING, whole, history=history))
    assert codes(colombia(EVENING, whole, consents=())) == ["no_consent"]


def test_asked_hours_open_nothing_against_the_companys_own_or_where_no_law_lets_one_ask():
    own = (company_window(OpeningHours.parse("Mo-Fr 08:00-17:00")),)
    assert codes(colombia(EVENING, asked(), company_windows=own)) == ["company_window"]
    assert ask("PE", "", EVENING, asked_hours=(asked(),)).outcome == "wait"


def test_several_requests_count_together():
    requests = (asked("Mo 19:00-20:00"), asked("Mo 20:00-21:00"), asked("Tu 19:00-21:00"))
    assert colombia(EVENING, *requests).outcome == "send"
