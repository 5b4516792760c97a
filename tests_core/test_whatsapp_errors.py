"""Every error code of the Cloud API leads to one action."""

import random

import pytest

from core.whatsapp.errors import (
    CODES,
    MAX_TRIES,
    Action,
    ApiError,
    ApiFailure,
    backoff,
    classify,
    redact,
    rule_of,
)

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
    (132001, 404, "TEMPLATE", "TEMPLATE"),
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


def test_every_code_says_something_to_a_person() -> None:
    for code, rule in CODES.items():
        assert rule.meaning.endswith("."), code


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
