"""What WhatsApp says of a number, and what follows: tables, and any order and repetition."""

import itertools
import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.error_codes import CODES
from core.whatsapp.health import (
    FIELDS,
    Change,
    Health,
    NumberFacts,
    Problem,
    Stop,
    concerns,
    ends_by_health,
    ends_by_itself,
    judge,
    read_health,
    read_number,
    rest_seconds,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
UNTIL = datetime.fromtimestamp(1795600000, timezone.utc)

NUMBER = {
    "id": "300000000000001",
    "display_phone_number": "+51 900 000 000",
    "verified_name": "Comercial Andina",
    "quality_rating": "GREEN",
    "status": "CONNECTED",
    "throughput": {"level": "STANDARD"},
    "name_status": "APPROVED",
    "whatsapp_business_manager_messaging_limit": "TIER_2K",
}
FACTS = NumberFacts(
    "+51 900 000 000", "Comercial Andina", "GREEN", "CONNECTED", "APPROVED", "STANDARD", "TIER_2K"
)


class TestNumber:
    def test_answer_is_read(self) -> None:
        assert read_number(NUMBER) == FACTS

    @pytest.mark.parametrize("key", [key for key in NUMBER if key != "id"])
    def test_what_is_missing_is_empty_and_the_rest_is_kept(self, key: str) -> None:
        data = {name: value for name, value in NUMBER.items() if name != key}
        assert list(read_number(data).__slots__)
        assert sum(bool(getattr(read_number(data), name)) for name in FACTS.__slots__) == 6

    @pytest.mark.parametrize(
        ("key", "value", "name", "read"),
        [
            ("whatsapp_business_manager_messaging_limit", 2000, "limit", "2000"),
            ("whatsapp_business_manager_messaging_limit", None, "limit", ""),
            ("whatsapp_business_manager_messaging_limit", {"x": 1}, "limit", ""),
            ("throughput", "HIGH", "throughput", "HIGH"),
            ("throughput", [], "throughput", ""),
            ("quality_rating", "green", "quality", "GREEN"),
            ("status", ["?"], "status", ""),
            ("verified_name", "A\x00B", "verified_name", "AB"),
        ],
    )
    def test_odd_values_do_no_harm(self, key: str, value: object, name: str, read: str) -> None:
        assert getattr(read_number({**NUMBER, key: value}), name) == read


BLOCKED_NUMBER = {
    "entity_type": "PHONE_NUMBER",
    "id": "300000000000001",
    "can_send_message": "BLOCKED",
    "errors": [{"error_code": 141000, "error_description": "No name.", "possible_solution": "Go."}],
}


class TestHealth:
    @pytest.mark.parametrize(
        ("data", "health"),
        [
            ({}, Health()),
            ({"can_send_message": "AVAILABLE"}, Health("AVAILABLE")),
            ({"can_send_message": "available", "entities": "?"}, Health("AVAILABLE")),
            (
                {"can_send_message": "BLOCKED", "entities": [BLOCKED_NUMBER]},
                Health("BLOCKED", (Problem("PHONE_NUMBER", 141000, "No name.", "Go."),)),
            ),
            # the whole is as bad as its worst part, whatever it says itself
            (
                {"can_send_message": "AVAILABLE", "entities": [BLOCKED_NUMBER]},
                Health("BLOCKED", (Problem("PHONE_NUMBER", 141000, "No name.", "Go."),)),
            ),
            (
                {
                    "can_send_message": "LIMITED",
                    "entities": [
                        {
                            "entity_type": "WABA",
                            "can_send_message": "LIMITED",
                            "additional_info": ["Your display name waits.", None, 7],
                        }
                    ],
                },
                Health(
                    "LIMITED",
                    (
                        Problem("WABA", None, "Your display name waits.", ""),
                        Problem("WABA", None, "7", ""),
                    ),
                ),
            ),
            ({"can_send_message": "SOMETHING"}, Health()),
            (
                {"entities": [{"errors": [{}], "can_send_message": 5}]},
                Health("", (Problem("", None, "", ""),)),
            ),
        ],
    )
    def test_health_is_read(self, data: dict[str, Any], health: Health) -> None:
        assert read_health(data) == health


# field, value, (topic, stops, person, until, store) of each change
RESTRICTION = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1795600000}
OTHER_RESTRICTION = {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": "x"}
ALERT = {
    "alert_severity": "CRITICAL",
    "alert_status": "ACTIVE",
    "alert_type": "OBA_REJECTED",
    "alert_description": "Look here.",
}
Row = tuple[str, dict[str, Any], list[tuple[str, bool, bool, datetime | None, dict[str, str]]]]
WEBHOOKS: list[Row] = [
    (
        "account_update",
        {"event": "ACCOUNT_RESTRICTION", "restriction_info": [RESTRICTION, OTHER_RESTRICTION]},
        [
            ("restriction", True, False, UNTIL, {}),
            ("restriction:RESTRICTED_ADD_PHONE_NUMBER_ACTION", False, False, None, {}),
        ],
    ),
    (
        "account_update",
        {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{**RESTRICTION, "expiration": None}]},
        [("restriction", True, False, None, {})],
    ),
    ("account_update", {"event": "ACCOUNT_RESTRICTION"}, []),
    (
        "account_update",
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
        [("ban", True, True, None, {})],
    ),
    (
        "account_update",
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
        [("ban_announced", False, False, None, {})],
    ),
    (
        "account_update",
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
        [("ban_lifted", False, False, None, {})],
    ),
    ("account_update", {"event": "DISABLED_UPDATE"}, [("ban_other", False, False, None, {})]),
    (
        "account_update",
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "MISLEADING"}},
        [("violation:MISLEADING", True, True, None, {})],
    ),
    (
        "account_update",
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ALCOHOL"}},
        [("violation:ALCOHOL", False, False, None, {})],
    ),
    ("account_update", {"event": "ACCOUNT_DELETED"}, [("deleted", True, True, None, {})]),
    ("account_update", {"event": "PARTNER_REMOVED"}, [("partner", True, False, None, {})]),
    ("account_update", {"event": "PARTNER_ADDED"}, [("partner", False, False, None, {})]),
    ("account_update", {"event": "ACCOUNT_OFFBOARDED"}, [("link", True, False, None, {})]),
    ("account_update", {"event": "ACCOUNT_RECONNECTED"}, [("link", False, False, None, {})]),
    ("account_update", {"event": "VERIFIED_ACCOUNT"}, [("verified", False, False, None, {})]),
    ("account_update", {"event": "VOLUME_BASED_PRICING_TIER_UPDATE"}, []),
    ("account_update", {}, []),
    ("account_review_update", {"decision": "REJECTED"}, [("review", True, False, None, {})]),
    ("account_review_update", {"decision": "APPROVED"}, [("review", False, False, None, {})]),
    ("account_review_update", {"decision": "PENDING"}, []),
    ("account_alerts", {"alert_info": ALERT}, [("alert:OBA_REJECTED", False, False, None, {})]),
    (
        "account_alerts",
        {"alert_info": {**ALERT, "alert_severity": "INFORMATIONAL"}},
        [("alert:OBA_REJECTED", False, False, None, {})],
    ),
    (
        "phone_number_quality_update",
        {"event": "THROUGHPUT_UPGRADE", "max_daily_conversations_per_business": "TIER_10K"},
        [
            ("limit", False, False, None, {"messaging_limit": "TIER_10K"}),
            ("throughput", False, False, None, {"throughput": "HIGH"}),
        ],
    ),
    (
        "phone_number_quality_update",
        {"event": "FLAGGED", "current_limit": "TIER_1K"},
        [
            ("limit", False, False, None, {"messaging_limit": "TIER_1K"}),
            ("flag", False, False, None, {}),
        ],
    ),
    ("phone_number_quality_update", {"event": "UNFLAGGED"}, [("flag", False, False, None, {})]),
    ("phone_number_quality_update", {"event": "ONBOARDING"}, []),
    (
        "business_capability_update",
        {"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25},
        [("limit", False, False, None, {"messaging_limit": "2000"})],
    ),
    (
        "business_capability_update",
        {"max_daily_conversations_per_business": -1},
        [("limit", False, False, None, {"messaging_limit": "-1"})],
    ),
    (
        "phone_number_name_update",
        {"decision": "APPROVED", "requested_verified_name": "Andina"},
        [("name", False, False, None, {"name_status": "APPROVED", "verified_name": "Andina"})],
    ),
    (
        "phone_number_name_update",
        {"decision": "REJECTED", "requested_verified_name": "Andina"},
        [("name", False, False, None, {"name_status": "DECLINED"})],
    ),
    ("phone_number_name_update", {"decision": "DEFERRED"}, []),
    ("message_template_status_update", {"event": "APPROVED"}, []),
]


class TestWebhooks:
    @pytest.mark.parametrize(("field", "value", "changes"), WEBHOOKS)
    def test_webhook_changes_its_topics(
        self, field: str, value: dict[str, Any], changes: list[Any]
    ) -> None:
        found = judge(field, value)
        assert [(c.topic, c.stops, c.person, c.until, dict(c.store)) for c in found] == changes

    @pytest.mark.parametrize(("field", "value", "_changes"), WEBHOOKS)
    def test_what_stops_or_warns_says_why_and_what_next(
        self, field: str, value: dict[str, Any], _changes: list[Any]
    ) -> None:
        for change in judge(field, value):
            if change.stops:
                assert change.text
            if change.text:
                assert change.text % change.figures
                assert change.next_step.endswith(".")

    def test_a_silent_alert_is_in_order(self) -> None:
        assert not judge("account_alerts", {"alert_info": {**ALERT, "alert_status": "NONE"}})[
            0
        ].text

    @given(
        field=st.sampled_from(sorted(FIELDS)),
        row=st.sampled_from(WEBHOOKS),
        junk=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=8), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        seed=st.integers(0, 9),
    )
    def test_mutated_webhooks_never_raise(
        self, field: str, row: Row, junk: object, seed: int
    ) -> None:
        value = dict(row[1])
        for key in random.Random(seed).sample(sorted(value), min(len(value), 1)):
            value[key] = junk
        for change in judge(field, value):
            assert change.rank(NOON)
            assert not change.text or change.text % change.figures

    @pytest.mark.parametrize(
        ("value", "mine"),
        [
            ({}, True),
            ({"display_phone_number": "51900000000"}, True),
            ({"display_phone_number": "+51 900-000-000"}, True),
            ({"display_phone_number": "51911111111"}, False),
            ({"entity_type": "PHONE_NUMBER", "entity_id": "300000000000001"}, True),
            ({"entity_type": "PHONE_NUMBER", "entity_id": 300000000000001}, True),
            ({"entity_type": "PHONE_NUMBER", "entity_id": "300000000000002"}, False),
            ({"entity_type": "WABA", "entity_id": "200000000000001"}, True),
        ],
    )
    def test_a_webhook_of_the_account_is_about_each_number_that_it_does_not_exclude(
        self, value: dict[str, Any], mine: bool
    ) -> None:
        assert concerns(value, "+51 900 000 000", "300000000000001") is mine

    def test_of_one_instant_the_worse_word_holds_in_whatever_order(self) -> None:
        fine, warns = Change("link"), Change("link", "x")
        stops = Change("link", "x", stops=True)
        later = NOON + timedelta(seconds=1)
        for order in itertools.permutations([fine, warns, stops]):
            assert max(order, key=lambda change: change.rank(NOON)) is stops
        assert fine.rank(later) > stops.rank(NOON)


STOP = Stop(since=NOON)


class TestEnd:
    @pytest.mark.parametrize(
        ("stop", "can_send", "asked", "ends"),
        [
            (STOP, "AVAILABLE", HOUR, True),
            (STOP, "LIMITED", HOUR, False),
            (STOP, "BLOCKED", HOUR, False),
            (STOP, "", HOUR, False),
            # an answer to a question asked before the stop says nothing of it
            (STOP, "AVAILABLE", -HOUR, False),
            (replace(STOP, by_hand=True), "AVAILABLE", HOUR, False),
            (replace(STOP, person=True), "AVAILABLE", HOUR, False),
            (replace(STOP, until=NOON + 2 * HOUR), "AVAILABLE", HOUR, False),
            (replace(STOP, earliest=NOON + 2 * HOUR), "AVAILABLE", HOUR, False),
            (replace(STOP, earliest=NOON + 2 * HOUR), "AVAILABLE", 3 * HOUR, True),
        ],
    )
    def test_whatsapps_word_ends_only_what_nobody_decided(
        self, stop: Stop, can_send: str, asked: timedelta, ends: bool
    ) -> None:
        assert ends_by_health(stop, can_send, NOON + asked) is ends

    def test_a_timed_stop_ends_at_its_end(self) -> None:
        timed = replace(STOP, until=NOON + HOUR)
        assert not ends_by_itself(timed, NOON)
        assert ends_by_itself(timed, NOON + HOUR)
        assert not ends_by_itself(STOP, NOON + 1000 * HOUR)

    def test_an_error_that_comes_again_rests_longer_each_time(self) -> None:
        assert [rest_seconds(CODES[131042], times) for times in (0, 1, 2, 3, 20)] == [
            0.0,
            3600.0,
            7200.0,
            14400.0,
            86400.0,
        ]
        assert rest_seconds(CODES[131048], 0) == 86400.0
