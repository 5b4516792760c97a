"""The verdict as evidence: complete, plain, readable years later."""

import json
import re

import pytest
from law_helpers import ask, contact, instant

from core.law.gate import Hold, Impediment
from core.law.verdict import PASSED, SENTENCES, Check, Verdict, explain, sentence

SUNDAY = "2026-11-22T10:00-05:00"


def verdicts():
    """Verdicts that between them hold every kind of check the gate itself makes."""
    history = [contact("2026-11-21T10:00-03:00", channel) for channel in ("whatsapp", "sms")]
    history += [contact("2026-11-18T10:00-03:00")]
    places = [("PE", ""), ("CO", ""), ("CL", "RM"), ("BR", "SP"), ("BR", ""), ("MX", "CMX")]
    for country, state in places:
        for at in (SUNDAY, "2026-11-16T10:00-05:00", "2026-11-23T18:50-05:00", "2026-11-24T15:00Z"):
            yield ask(country, state, at, history=history)
            yield ask(country, state, at)
            yield ask(country, state, at, consents=(), suppressed=("x",), holds=(Hold("dispute"),))
    yield ask("XX", "", SUNDAY)
    yield ask("PE", "", "2101-01-04T10:00-05:00")
    end = instant("2026-11-25T10:00-05:00")
    yield ask("PE", "", SUNDAY, holds=(Hold("whim", end),), impediments=(Impediment("odd"),))


def test_a_verdict_survives_json_unchanged():
    for verdict in verdicts():
        stored = json.loads(json.dumps(verdict.to_dict()))
        again = Verdict.from_dict(stored)
        assert again == verdict
        assert again.to_dict() == verdict.to_dict()


def test_a_verdict_is_compact():
    assert max(len(json.dumps(v.to_dict())) for v in verdicts()) < 6000


def test_every_check_can_be_said_in_words():
    said = set()
    for verdict in verdicts():
        for check in verdict.checks:
            words = explain(check)
            assert words
            assert "%" not in words
            said.add((check.code, check.outcome == "pass"))
    assert {
        "outside_window",
        "holiday",
        "quota_day",
        "quota_week",
        "min_gap",
        "one_channel_week",
        "company_window",
        "company_quota",
        "no_consent",
        "suppressed",
        "hold_dispute",
        "jurisdiction_missing",
        "calendar_missing",
    } <= {code for code, _passed in said}


def test_a_wait_says_until_when_each_rule_stands_against_it():
    for verdict in verdicts():
        for check in verdict.reasons:
            if check.outcome == "wait":
                assert check.until is not None
                assert check.until > verdict.at
        if verdict.outcome == "wait":
            assert verdict.not_before >= max(check.until for check in verdict.reasons)


def test_figures_are_plain_text():
    for verdict in verdicts():
        for check in verdict.checks:
            assert all(isinstance(value, str) for value in check.figures.values())


@pytest.mark.parametrize("table", [SENTENCES, PASSED])
def test_sentences_are_whole(table):
    for key, text in table.items():
        assert text[0].isupper() or text.startswith("%("), key
        assert text.endswith((".", "“%(better)s”")), key
        assert re.sub(r"%\(\w+\)s", "", text).count("%") == 0, key


@pytest.mark.parametrize(
    "code",
    [
        "outside_window",
        "holiday",
        "quota_day",
        "quota_week",
        "quota_month",
        "min_gap",
        "one_channel_week",
        "no_consent",
        "consent_withdrawn",
        "suppressed",
        "contact_invalid",
        "contact_unverified",
        "contact_quarantined",
        "paid",
        "in_payment",
        "blocked",
        "excluded",
        "wording",
        "template",
        "account",
        "calendar_missing",
        "jurisdiction_missing",
        "zone_ambiguous",
        "company_window",
        "company_quota",
        "bank_stale",
    ],
)
def test_every_stable_code_has_a_sentence(code):
    assert code in SENTENCES


def test_a_reason_given_in_words_becomes_part_of_the_sentence():
    check = Check("template", "refuse", "company", figures={"why": "it is paused"})
    assert explain(check) == "The template cannot be used: it is paused."
    assert explain(Check("template", "refuse", "company")) == SENTENCES["template"]


def test_an_unknown_code_still_says_something():
    text, figures = sentence(Check("odd", "refuse", "company"))
    assert text % figures == "Another rule stands against it (odd)."
    assert (
        explain(Check("hold_whim", "refuse", "company")) == "Reminders to this debtor are on hold."
    )


def test_the_sentence_of_a_quota_carries_its_figures():
    history = [contact("2026-11-19T10:04-03:00"), contact("2026-11-21T09:12-03:00")]
    verdict = ask("CL", "RM", "2026-11-25T10:00-03:00", history=history)
    assert "2 of 2 (2026-11-19 10:04, 2026-11-21 09:12)" in explain(verdict.reasons[0])
