"""What WhatsApp answers about a number, and when a stop of it ends: tables."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from core.whatsapp.error_codes import CODES
from core.whatsapp.health import (
    Health,
    NumberFacts,
    Problem,
    Stop,
    ends_by_health,
    read_health,
    read_number,
    rest_seconds,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)

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

    def test_an_error_that_comes_again_rests_longer_each_time(self) -> None:
        assert [rest_seconds(CODES[131042], times) for times in (0, 1, 2, 3, 20)] == [
            0.0,
            3600.0,
            7200.0,
            14400.0,
            86400.0,
        ]
        assert rest_seconds(CODES[131048], 0) == 86400.0
