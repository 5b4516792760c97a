"""Every error code of the Cloud API leads to one action."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.errors import (
    CODES,
    MAX_TRIES,
    Action,
    ApiError,
    ApiFailure,
    Fail,
    Hold,
    Mark,
    Renew,
    Retry,
    Unsure,
    action_now,
    backoff,
    blames_template,
    classify,
    decide_retry,
    redact,
    rule_of,
)

# Every code of Meta's list, as the facts file has it: those of a range by its first and last.
FACTS = """
0 1 2 3 4 10 33 100 190 200 299 368 80007 130403 130429 130472 130497 131000 131005 131008 131009
131016 131021 131026 131030 131031 131037 131042 131045 131047 131048 131049 131050 131051 131052
131053 131055 134100 131063 131056 131057 131059 131062 131064 132000 132001 132005 132007 132008
132012 132015 132016 132018 132068 132069 133000 133004 133005 133006 133008 133009 133015 133010
133016 134011 134101 134102 135000 137000 2494100 141000 141002 141999
"""
FACT_CODES = [int(code) for code in FACTS.split()]
UNKNOWN_CODE = 987654

# code, HTTP status, action in an HTTP answer, action in a failed status
CODE_TABLE = [
    (0, 401, "ACCOUNT", "ACCOUNT"),
    (1, 400, "RETRY_UNSURE", "RETRY"),
    (2, 503, "RETRY_UNSURE", "RETRY"),
    (3, 500, "ACCOUNT", "ACCOUNT"),
    (4, 400, "SLOW", "SLOW"),
    (10, 403, "ACCOUNT", "ACCOUNT"),
    (33, 400, "ACCOUNT", "ACCOUNT"),
    (100, 400, "FAIL", "FAIL"),
    (190, 401, "ACCOUNT", "ACCOUNT"),
    (200, 403, "ACCOUNT", "ACCOUNT"),
    (299, 403, "ACCOUNT", "ACCOUNT"),
    (368, 403, "ACCOUNT", "ACCOUNT"),
    (80007, 400, "SLOW", "SLOW"),
    (130403, 400, "OTHER", "OTHER"),
    (130429, 400, "SLOW", "SLOW"),
    (130429, 429, "SLOW", "SLOW"),
    (130472, 400, "OTHER", "OTHER"),
    (130497, 403, "COUNTRY", "COUNTRY"),
    (131000, 500, "RETRY_UNSURE", "RETRY"),
    (131005, 403, "ACCOUNT", "ACCOUNT"),
    (131008, 400, "FAIL", "FAIL"),
    (131009, 400, "FAIL", "FAIL"),
    (131016, 500, "RETRY_UNSURE", "RETRY"),
    (131021, 400, "FAIL", "FAIL"),
    (131026, 400, "NUMBER", "NUMBER"),
    (131030, 400, "FAIL", "FAIL"),
    (131031, 403, "ACCOUNT", "ACCOUNT"),
    (131037, 400, "ACCOUNT", "ACCOUNT"),
    (131042, 400, "ACCOUNT", "ACCOUNT"),
    (131045, 500, "ACCOUNT", "ACCOUNT"),
    (131047, 400, "FAIL", "FAIL"),
    (131048, 400, "ACCOUNT", "ACCOUNT"),
    (131049, 400, "OTHER", "OTHER"),
    (131050, 400, "CONSENT", "CONSENT"),
    (131051, 400, "FAIL", "FAIL"),
    (131052, 400, "RETRY", "RETRY"),
    (131053, 400, "RETRY", "RETRY"),
    (131055, 400, "FAIL", "FAIL"),
    (131056, 400, "PAIR", "PAIR"),
    (131057, 500, "RETRY", "RETRY"),
    (131059, 400, "RETRY", "RETRY"),
    (131062, 400, "OTHER", "OTHER"),
    (131063, 400, "FAIL", "FAIL"),
    (131064, 400, "ACCOUNT", "ACCOUNT"),
    (132000, 400, "TEMPLATE", "TEMPLATE"),
    (132001, 404, "RETRY", "RETRY"),
    (132005, 400, "FAIL", "FAIL"),
    (132007, 400, "TEMPLATE", "TEMPLATE"),
    (132008, 400, "TEMPLATE", "TEMPLATE"),
    (132012, 400, "TEMPLATE", "TEMPLATE"),
    (132015, 400, "TEMPLATE", "TEMPLATE"),
    (132016, 400, "TEMPLATE", "TEMPLATE"),
    (132018, 400, "FAIL", "FAIL"),
    (132068, 400, "FAIL", "FAIL"),
    (132069, 400, "SLOW", "SLOW"),
    (133000, 500, "ACCOUNT", "ACCOUNT"),
    (133004, 503, "RETRY", "RETRY"),
    (133005, 400, "ACCOUNT", "ACCOUNT"),
    (133006, 400, "ACCOUNT", "ACCOUNT"),
    (133008, 400, "ACCOUNT", "ACCOUNT"),
    (133009, 400, "ACCOUNT", "ACCOUNT"),
    (133010, 400, "ACCOUNT", "ACCOUNT"),
    (133015, 400, "ACCOUNT", "ACCOUNT"),
    (133016, 400, "ACCOUNT", "ACCOUNT"),
    (134011, 400, "FAIL", "FAIL"),
    (134100, 400, "FAIL", "FAIL"),
    (134101, 400, "RETRY", "RETRY"),
    (134102, 500, "FAIL", "FAIL"),
    (135000, 400, "FAIL", "FAIL"),
    (137000, 400, "FAIL", "FAIL"),
    (2494100, 400, "RETRY", "RETRY"),
    (141002, 400, "FAIL", "FAIL"),
    (999999, 500, "RETRY_UNSURE", "FAIL"),
    (999999, 503, "RETRY_UNSURE", "FAIL"),
    (999999, 429, "SLOW", "FAIL"),
    (999999, 400, "FAIL", "FAIL"),
    (None, 502, "RETRY_UNSURE", "FAIL"),
    (None, 200, "RETRY_UNSURE", "FAIL"),
    (None, 302, "ACCOUNT", "FAIL"),
    (None, 401, "ACCOUNT", "FAIL"),
    (None, 404, "FAIL", "FAIL"),
]


@pytest.mark.parametrize(("code", "status", "at_once", "late"), CODE_TABLE)
def test_code_leads_to_its_action(code: int | None, status: int, at_once: str, late: str) -> None:
    assert classify(code, status) is Action[at_once]
    assert classify(code, None) is Action[late]


def test_every_code_of_the_table_is_proved_above() -> None:
    assert set(CODES) <= {code for code, *_rest in CODE_TABLE}


@pytest.mark.parametrize("code", FACT_CODES)
def test_every_code_of_the_facts_has_a_rule_of_its_own(code: int) -> None:
    assert rule_of(code, None) is not rule_of(UNKNOWN_CODE, None)


def test_no_rule_is_without_a_code_of_the_facts() -> None:
    assert set(CODES) <= set(FACT_CODES)


@pytest.mark.parametrize("code", [*FACT_CODES, UNKNOWN_CODE, None])
def test_every_code_says_what_happened_and_what_comes_next(code: int | None) -> None:
    for status in (None, 302, 400, 401, 407, 429, 500):
        rule = rule_of(code, status)
        for sentence in (rule.meaning, rule.next_step):
            assert sentence.endswith(".") and sentence[0].isupper(), (code, status)
            assert "%" not in sentence, "a sentence is translated as it is"


def test_an_unknown_code_is_shown_to_a_person_and_never_sent_again_by_itself() -> None:
    rule = rule_of(UNKNOWN_CODE, None)
    assert rule.person
    assert decide_retry(rule, 1, None, random.Random(1), late=True) == Fail(other=False)


def test_no_answer_at_all_is_said_so() -> None:
    error = ApiError(None, "", None, "", Action.RETRY)
    assert error.meaning == "WhatsApp did not answer."


def test_a_code_in_a_failed_status_is_never_unsure() -> None:
    for code in [*CODES, None, 999999]:
        assert classify(code, None) is not Action.RETRY_UNSURE


def test_missing_object_is_an_account_problem_only_with_its_subcode() -> None:
    assert classify(100, 400, 33) is Action.ACCOUNT
    assert classify(100, 400, 2388299) is Action.FAIL


def test_codes_that_are_tried_only_once_say_so() -> None:
    assert rule_of(1, 400).tries == 1
    assert rule_of(131000, 500).tries == 2
    assert rule_of(132001, 404).tries == 1
    assert rule_of(130429, 429).tries is None


# code: what else the rule says, as data
DATA = [
    (131026, {"mark": Mark.COUNT}),
    (130403, {"mark": Mark.UNREACHABLE}),
    (131021, {"mark": Mark.QUARANTINE}),
    (137000, {"mark": Mark.DOUBT, "person": True}),
    (368, {"person": True}),
    (131048, {"person": True, "wait": 86400.0}),
    (131064, {"person": True}),
    (130497, {"person": True}),
    (190, {"person": False}),
    (131031, {"person": False}),
    (131042, {"person": False}),
    (133016, {"wait": 3 * 86400.0}),
    (100, {"strikes": 3}),
    (131047, {"renew": Renew.TEMPLATE}),
    (131052, {"renew": Renew.UPLOAD, "tries": 1}),
    (131053, {"renew": Renew.UPLOAD, "tries": 1}),
    (131062, {"renew": Renew.PHONE}),
    (132000, {"renew": Renew.SYNC}),
    (132001, {"renew": Renew.SYNC, "tries": 1, "wait": 600.0, "then": Action.TEMPLATE}),
    (134011, {"renew": Renew.PLAIN}),
]


@pytest.mark.parametrize(("code", "facts"), DATA)
def test_rule_says_what_else_follows(code: int, facts: dict[str, object]) -> None:
    rule = rule_of(code, None)
    assert {name: getattr(rule, name) for name in facts} == facts


# code, in a failed status, attempts, decision without its jitter
DECISIONS = [
    (131000, True, 1, Retry(60)),
    (131000, True, 2, Retry(300)),
    (131000, True, 3, Fail(other=False)),
    (131000, False, 1, Unsure(2700, again=True)),
    (131000, False, 3, Unsure(2700, again=False)),
    (1, False, 1, Unsure(2700, again=True)),
    (1, False, 2, Unsure(2700, again=False)),
    (1, True, 1, Retry(60)),
    (1, True, 2, Fail(other=False)),
    (131057, False, 1, Retry(120)),
    (131057, False, 2, Retry(300)),
    (131057, False, 5, Retry(21600)),
    (131057, False, 6, Fail(other=False)),
    (132001, False, 1, Retry(600, Renew.SYNC)),
    (132001, False, 2, Hold(3600, Renew.SYNC)),
    (131053, True, 1, Retry(60, Renew.UPLOAD)),
    (131053, True, 2, Fail(other=False, renew=Renew.UPLOAD)),
    (131056, False, 1, Retry(6)),
    (131056, False, 4, Retry(64)),
    (131056, False, 99, Retry(4096)),
    (130429, False, 1, Hold(30)),
    (130429, False, 3, Hold(600)),
    (4, False, 1, Hold(300)),
    (190, False, 1, Hold(3600)),
    (190, False, 99, Hold(3600)),
    (131048, False, 1, Hold(86400)),
    (130497, False, 1, Hold(3600)),
    (132015, True, 1, Hold(3600)),
    (131026, True, 1, Fail(other=True)),
    (131050, True, 1, Fail(other=True)),
    (130472, True, 1, Fail(other=True)),
    (131049, True, 1, Fail(other=True, again_in=86400)),
    (131049, True, 2, Fail(other=True)),
    (131047, True, 1, Fail(other=False, renew=Renew.TEMPLATE)),
    (100, False, 1, Fail(other=False)),
    (141002, False, 1, Fail(other=False)),
]


class StillRandom(random.Random):
    """Never adds a jitter."""

    def random(self) -> float:
        return 0.0


class TestDecision:
    @pytest.mark.parametrize(("code", "late", "attempts", "decision"), DECISIONS)
    def test_code_decides_on_the_next_try(
        self, code: int, late: bool, attempts: int, decision: object
    ) -> None:
        rule = rule_of(code, None if late else 400)
        assert decide_retry(rule, attempts, None, StillRandom(), late=late) == decision

    def test_what_the_answer_asks_for_is_waited_for(self) -> None:
        still = StillRandom()
        assert decide_retry(rule_of(130429, 429), 1, 7.0, still) == Hold(7.0)
        assert decide_retry(rule_of(133004, 503), 1, 90.0, still) == Retry(90.0)
        # a token does not mend itself in seven seconds
        assert decide_retry(rule_of(190, 401), 1, 7.0, still) == Hold(3600.0)

    @given(
        code=st.sampled_from([*FACT_CODES, UNKNOWN_CODE]),
        status=st.sampled_from([None, 400, 429, 500]),
        attempts=st.integers(1, 50),
        retry_after=st.none() | st.floats(0.1, 86400.0),
        seed=st.integers(0, 9),
    )
    def test_tries_are_obeyed_waits_are_positive_and_a_late_code_is_never_unsure(
        self,
        code: int,
        status: int | None,
        attempts: int,
        retry_after: float | None,
        seed: int,
    ) -> None:
        rule = rule_of(code, status)
        late = status is None
        decision = decide_retry(rule, attempts, retry_after, random.Random(seed), late=late)
        assert not (late and isinstance(decision, Unsure))
        if isinstance(decision, (Retry, Hold, Unsure)):
            assert decision.seconds > 0
        if isinstance(decision, (Retry, Hold)) and retry_after:
            assert decision.seconds >= retry_after
        if isinstance(decision, Retry) and action_now(rule, attempts, late=late) is Action.RETRY:
            assert attempts <= (MAX_TRIES if rule.tries is None else rule.tries)

    def test_a_template_is_blamed_after_three_such_errors_in_a_row(self) -> None:
        assert blames_template([100, 100, 100, 0])
        assert not blames_template([100, 100])
        assert not blames_template([100, 0, 100, 100])
        assert not blames_template([131026, 131026, 131026])
        assert not blames_template([])


class TestBackoff:
    def test_retry_follows_its_steps_with_upward_jitter(self) -> None:
        rng = random.Random(1)
        for attempt, base in [(1, 60), (2, 300), (3, 900), (4, 3600), (5, 21600), (9, 21600)]:
            for _turn in range(20):
                assert base <= backoff(attempt, Action.RETRY, rng) <= base * 1.2
        assert MAX_TRIES == 5

    def test_pair_waits_powers_of_four_but_six_seconds_at_least(self) -> None:
        rng = random.Random(1)
        for attempt, base in [(0, 6), (1, 6), (2, 6), (3, 16), (4, 64), (5, 256), (99, 4096)]:
            assert base <= backoff(attempt, Action.PAIR, rng) <= base * 1.2

    def test_waits_never_shrink_from_step_to_step(self) -> None:
        still = random.Random(3)
        still.random = lambda: 0.0  # type: ignore[method-assign]
        for action in (Action.RETRY, Action.PAIR, Action.SLOW, Action.RETRY_UNSURE):
            waits = [backoff(attempt, action, still) for attempt in range(1, 10)]
            assert waits == sorted(waits)

    def test_unsure_message_rests_long_enough_to_be_reconciled(self) -> None:
        assert 1800 <= backoff(1, Action.RETRY_UNSURE, random.Random(1)) <= 3600

    @pytest.mark.parametrize("action", [Action.ACCOUNT, Action.COUNTRY, Action.TEMPLATE])
    def test_what_a_person_must_mend_is_looked_at_again_after_an_hour(self, action: Action) -> None:
        assert 3600 <= backoff(1, action, random.Random(1)) <= 4320

    @pytest.mark.parametrize("action", [Action.FAIL, Action.NUMBER, Action.OTHER, Action.CONSENT])
    def test_what_is_over_has_no_next_try(self, action: Action) -> None:
        with pytest.raises(ValueError):
            backoff(1, action, random.Random(1))


class TestText:
    def test_error_says_code_status_and_trace(self) -> None:
        error = ApiError(131047, "Too late.", 400, "AbC", Action.FAIL)
        assert str(error) == "WhatsApp API: code 131047, HTTP 400: Too late. [AbC]"
        assert str(ApiFailure(error)) == str(error)
        assert "24 hours" in error.meaning

    def test_error_without_details_falls_back_on_its_meaning(self) -> None:
        assert "no answer" in str(ApiError(None, "x", None, "", Action.RETRY))
        assert "access token" in str(ApiError(190, "", 401, "", Action.ACCOUNT))

    @pytest.mark.parametrize(
        ("text", "safe"),
        [
            ("to +51987654321 now", "to •••321 now"),
            ("51 987-654-321", "•••321"),
            ("(11) 98765-4321", "(•••321"),
            ("code 131047 on 2026-11-21", "code 131047 on •••121"),
            ("limit 4096 of 1024", "limit 4096 of 1024"),
            ("token EAAG-x.", "token •••."),
        ],
    )
    def test_numbers_and_secrets_are_shortened(self, text: str, safe: str) -> None:
        assert redact(text, ("EAAG-x", "")) == safe
