"""What a webhook about the account changes: a table, and any order and mutation."""

import itertools
import random
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.notices import FIELDS, Change, concerns, judge

NOON = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
UNTIL = datetime.fromtimestamp(1795600000, timezone.utc)

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
