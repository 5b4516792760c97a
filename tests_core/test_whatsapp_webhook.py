"""Webhooks: only Meta's bytes count, and no shape of JSON makes the parser raise."""

import copy
import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.webhook import (
    IdentityChange,
    InboundEvent,
    Media,
    OtherEvent,
    PreferenceEvent,
    StatusEvent,
    identity_change,
    parse,
    template_change,
    verify_signature,
)
from sandbox.payloads import bodies

SECRET = "test-app-secret"
VECTORS = [
    (
        b'{"object":"whatsapp_business_account","entry":[]}',
        "c84a394cc475525991e78ff16e430b02e47f953877d2af0ade26956ce6f384dc",
    ),
    (
        b'{"t":"\\u00e1rbol"}',
        "87297516af069a23a626ca7c92af155379e61276d3443f37279717a500c855aa",
    ),
    (
        '{"t":"árbol"}'.encode(),
        "fc54688a92efd56bf61c2f4ffa3281904bf5d24627d5bdf19a87b804475f9060",
    ),
]
WAMID = "wamid.HBgLNTE5ODc2NTQzMjEVAgARGBI5"
METADATA = {"display_phone_number": "51900000000", "phone_number_id": "300000000000001"}
PERSON = {
    "profile": {"name": "Rosa Q."},
    "wa_id": "51987654321",
    "user_id": "PE.12345678901234567890",
}
DELIVERED = {
    "id": WAMID,
    "status": "delivered",
    "timestamp": "1795000010",
    "recipient_id": "51987654321",
    "recipient_user_id": "PE.12345678901234567890",
    "biz_opaque_callback_data": "dun:42:7f3c",
    "pricing": {
        "billable": True,
        "pricing_model": "PMP",
        "type": "regular",
        "category": "utility",
    },
}
FAILED = {
    "id": WAMID,
    "status": "failed",
    "timestamp": "1795000012",
    "recipient_id": "51987654321",
    "errors": [
        {
            "code": 131026,
            "title": "Message undeliverable",
            "message": "Message undeliverable",
            "error_data": {"details": "Message Undeliverable."},
        }
    ],
}
BUTTON = {
    "from": "51987654321",
    "from_user_id": "PE.12345678901234567890",
    "id": "wamid.IN1",
    "timestamp": "1795000100",
    "type": "button",
    "context": {"from": "51900000000", "id": WAMID},
    "button": {"payload": "DUN_PAID:42", "text": "Ya pagué"},
}


def body(field: str = "messages", **value: Any) -> bytes:
    value = {"messaging_product": "whatsapp", "metadata": METADATA, **value}
    return envelope({"field": field, "value": value})


def envelope(*changes: Any) -> bytes:
    entry = {"id": "200000000000001", "changes": list(changes)}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def inbound(message: dict[str, Any], *contacts: dict[str, Any]) -> InboundEvent:
    (event,) = parse(body(messages=[message], contacts=list(contacts)))
    assert isinstance(event, InboundEvent)
    return event


class TestSignature:
    @pytest.mark.parametrize(("raw", "digest"), VECTORS)
    def test_signature_of_known_bytes_is_genuine(self, raw: bytes, digest: str) -> None:
        assert verify_signature(raw, f"sha256={digest}", [SECRET])
        assert verify_signature(raw, f"sha256={digest.upper()}", [SECRET])

    @pytest.mark.parametrize(("raw", "digest"), VECTORS)
    def test_other_bytes_of_the_same_json_are_not(self, raw: bytes, digest: str) -> None:
        assert not verify_signature(raw + b" ", f"sha256={digest}", [SECRET])

    def test_either_of_two_secrets_is_enough(self) -> None:
        raw, digest = VECTORS[0]
        assert verify_signature(raw, f"sha256={digest}", ["new", SECRET])
        assert verify_signature(raw, f"sha256={digest}", [SECRET, "new"])

    @pytest.mark.parametrize("secrets", [[], [""], ["other"]])
    def test_nothing_is_genuine_without_the_secret(self, secrets: list[str]) -> None:
        raw, digest = VECTORS[0]
        assert not verify_signature(raw, f"sha256={digest}", secrets)

    def test_signature_made_with_an_empty_secret_is_refused(self) -> None:
        empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        assert not verify_signature(b"", f"sha256={empty}", [""])

    @pytest.mark.parametrize(
        "header",
        [
            *(None, "", "sha256=", "sha1=abc", VECTORS[0][1], f"SHA256={VECTORS[0][1]}"),
            *(f"sha256={VECTORS[0][1][:-1]}", f"sha256={VECTORS[0][1]}0", "sha256=ñ" + "0" * 63),
            *(f"sha256=é{VECTORS[0][1]}", "sha256=" + "٣" * 64),
        ],
    )
    def test_odd_header_is_refused(self, header: str | None) -> None:
        assert not verify_signature(VECTORS[0][0], header, [SECRET])


class TestStatuses:
    def test_delivered_status_holds_all_that_is_told(self) -> None:
        (event,) = parse(body(statuses=[DELIVERED], contacts=[PERSON]))
        assert event == StatusEvent(
            key=f"status:{WAMID}:delivered",
            phone_number_id="300000000000001",
            wamid=WAMID,
            status="delivered",
            at=datetime(2026, 11, 18, 11, 6, 50, tzinfo=timezone.utc),
            opaque="dun:42:7f3c",
            recipient="51987654321",
            recipient_user_id="PE.12345678901234567890",
            error_code=None,
            error_details="",
            category="utility",
            billable=True,
            raw=DELIVERED,
            waba_id="200000000000001",
        )

    def test_events_show_no_number_when_printed(self) -> None:
        events = parse(body(statuses=[DELIVERED, FAILED], messages=[BUTTON], contacts=[PERSON]))
        assert len(events) == 3
        assert "51987654321" not in repr(events) and "Rosa" not in repr(events)

    def test_failed_status_holds_its_code_also_in_the_key(self) -> None:
        (event,) = parse(body(statuses=[FAILED]))
        assert (event.error_code, event.error_details) == (131026, "Message Undeliverable.")
        assert event.key == f"status:{WAMID}:failed:131026"
        assert (event.billable, event.category) == (None, "")

    def test_status_without_a_recipient_is_still_a_status(self) -> None:
        bare = {"id": WAMID, "status": "read", "timestamp": 1795000010}
        (event,) = parse(body(statuses=[bare]))
        assert (event.recipient, event.opaque, event.status) == ("", "", "read")
        assert event.at == datetime(2026, 11, 18, 11, 6, 50, tzinfo=timezone.utc)

    def test_batch_comes_out_in_order(self) -> None:
        statuses = [{**DELIVERED, "id": f"wamid.{number}"} for number in range(1000)]
        changes = [
            {"field": "messages", "value": {"metadata": METADATA, "statuses": statuses[:400]}},
            {"field": "messages", "value": {"metadata": METADATA, "statuses": statuses[400:]}},
        ]
        events = parse(envelope(*changes))
        assert [event.wamid for event in events] == [row["id"] for row in statuses]
        assert len({event.key for event in events}) == 1000

    def test_repeated_event_has_the_same_key(self) -> None:
        again = {**DELIVERED, "timestamp": "1795000099"}
        first, second = parse(body(statuses=[DELIVERED, again]))
        assert first.key == second.key

    def test_status_without_ids_has_a_key_of_its_own(self) -> None:
        first, second = parse(body(statuses=[{"status": "sent"}, {"status": "read"}]))
        assert first.key != second.key

    @pytest.mark.parametrize("stamp", ["", "soon", "-5", "99999999999", None, [], 1e300, True, {}])
    def test_senseless_time_is_no_time(self, stamp: Any) -> None:
        (event,) = parse(body(statuses=[{**DELIVERED, "timestamp": stamp}]))
        assert event.at is None or event.at.tzinfo is not None


class TestInbound:
    def test_tapped_button_gives_label_payload_and_context(self) -> None:
        event = inbound(BUTTON, PERSON)
        assert (event.kind, event.text, event.payload) == ("button", "Ya pagué", "DUN_PAID:42")
        assert (event.sender, event.sender_user_id) == ("51987654321", PERSON["user_id"])
        assert (event.context_wamid, event.profile_name) == (WAMID, "Rosa Q.")
        assert event.key == "message:wamid.IN1"

    def test_text_without_context(self) -> None:
        event = inbound({**BUTTON, "type": "text", "text": {"body": "BAJA"}, "context": None})
        assert (event.kind, event.text, event.payload) == ("text", "BAJA", "")
        assert event.context_wamid == ""

    @pytest.mark.parametrize(
        ("content", "text", "payload"),
        [
            ({"type": "button_reply", "button_reply": {"id": "P:3", "title": "En 3 días"}},)
            + ("En 3 días", "P:3"),
            ({"type": "list_reply", "list_reply": {"id": "L:1", "title": "Plan A"}},)
            + ("Plan A", "L:1"),
            ({"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{}"}},)
            + ("Sent", ""),
            ({"type": "button_reply"}, "", ""),
            ("odd", "", ""),
        ],
    )
    def test_interactive_reply_gives_label_and_id(
        self, content: Any, text: str, payload: str
    ) -> None:
        event = inbound({**BUTTON, "type": "interactive", "interactive": content})
        assert (event.text, event.payload) == (text, payload)

    def test_user_without_a_phone_is_known_by_user_id(self) -> None:
        person = {"profile": {"name": "Rosa Q.", "username": "rosaq"}, "user_id": "PE.1"}
        message = {"from_user_id": "PE.1", "id": "wamid.IN2", "timestamp": "1795000200"}
        event = inbound({**message, "type": "text", "text": {"body": "BAJA"}}, person)
        assert (event.sender, event.sender_user_id, event.text) == ("", "PE.1", "BAJA")
        assert event.profile_name == "Rosa Q."

    def test_contact_of_another_person_is_not_taken(self) -> None:
        event = inbound(BUTTON, {"wa_id": "51900000001", "profile": {"name": "Otro"}})
        assert (event.profile_name, event.sender) == ("", "51987654321")

    @pytest.mark.parametrize(
        ("kind", "content", "text"),
        [
            ("image", {"id": "1", "caption": "Comprobante"}, "Comprobante"),
            ("document", {"id": "1", "filename": "pago.pdf"}, "pago.pdf"),
            ("audio", {"id": "1", "voice": True}, ""),
            ("reaction", {"message_id": WAMID, "emoji": "👍"}, "👍"),
            ("location", {"latitude": 1.5, "longitude": 2.5, "name": "Lima"}, "Lima (1.5, 2.5)"),
            ("location", {"latitude": "x", "address": "Av. 1"}, "Av. 1"),
            ("contacts", [{"name": {"formatted_name": "A"}}, {"name": 7}, 5], "A"),
            (
                "system",
                {"body": "Rosa changed number", "wa_id": "51900000001"},
            )
            + ("Rosa changed number",),
            ("unsupported", {"type": "poll"}, ""),
            ("hologram", {"x": 1}, ""),
        ],
    )
    def test_every_kind_of_message_is_taken(self, kind: str, content: Any, text: str) -> None:
        event = inbound({**BUTTON, "type": kind, kind: content})
        assert (event.kind, event.text, event.payload) == (kind, text, "")

    def test_message_without_a_type_is_unknown(self) -> None:
        assert inbound({"id": "wamid.X"}).kind == "unknown"

    @pytest.mark.parametrize(
        ("kind", "content", "media"),
        [
            ("image", {"id": "7", "mime_type": "image/png"}, Media("7", "image/png")),
            ("audio", {"id": "7", "voice": True}, Media("7", "", is_voice=True)),
            ("document", {"id": 7, "filename": "a.pdf"}, Media("7", "", "a.pdf")),
            ("image", {"id": "../7"}, None),
            ("image", {}, None),
            ("text", {"id": "7", "body": "x"}, None),
        ],
    )
    def test_a_file_is_named_by_its_id(self, kind: str, content: Any, media: Media | None) -> None:
        assert inbound({**BUTTON, "type": kind, kind: content}).media == media

    def test_a_message_in_a_group_says_so(self) -> None:
        assert inbound({**BUTTON, "group_id": "G1"}).group_id == "G1"

    def test_username_is_kept(self) -> None:
        person = {"profile": {"name": "R", "username": "rosaq"}, "user_id": PERSON["user_id"]}
        event = inbound({**BUTTON, "from": None}, person)
        assert (event.sender, event.username) == ("", "rosaq")


class TestIdentity:
    @pytest.mark.parametrize(
        ("system", "change"),
        [
            (
                {"type": "user_changed_number", "wa_id": "51987654322", "body": "…"},
                IdentityChange("user_changed_number", "51987654322", "", "PE.1"),
            ),
            (
                {"type": "user_changed_user_id", "user_id": "PE.2", "previous_user_id": "PE.0"},
                IdentityChange("user_changed_user_id", "", "PE.2", "PE.0"),
            ),
            (
                {"type": "customer_identity_changed"},
                IdentityChange("customer_identity_changed", "", "", "PE.1"),
            ),
            ({"type": "something_else"}, None),
            ("odd", None),
        ],
    )
    def test_system_messages_tell_of_another_number_or_person(
        self, system: Any, change: IdentityChange | None
    ) -> None:
        assert identity_change({"from_user_id": "PE.1", "system": system}) == change


class TestTemplates:
    NAMED = {
        "message_template_id": 1689556908129835,
        "message_template_name": "due",
        "message_template_language": "es-PE",
    }

    @pytest.mark.parametrize(
        ("field", "value", "kind"),
        [
            ("message_template_status_update", {"event": "PAUSED"}, "status"),
            ("message_template_status_update", {"new_quality_score": "RED"}, "quality"),
            ("message_template_quality_update", {"new_quality_score": "RED"}, "quality"),
            ("template_category_update", {"new_category": "MARKETING"}, "category"),
            ("template_correct_category_detection", {"category": "UTILITY"}, "category"),
            ("message_template_components_update", {}, "components"),
        ],
    )
    def test_a_change_is_known_by_its_content(
        self, field: str, value: dict[str, Any], kind: str
    ) -> None:
        found = template_change(field, {"field": field, "value": {**self.NAMED, **value}})
        assert found is not None
        assert (found.kind, found.template_id) == (kind, "1689556908129835")
        assert (found.name, found.language) == ("due", "es_PE")

    def test_why_it_was_rejected_may_stand_beside_the_value(self) -> None:
        change = {"value": self.NAMED, "rejection_info": {"reason": "Side by side"}}
        found = template_change("message_template_status_update", change)
        assert found and found.value["rejection_info"] == {"reason": "Side by side"}

    def test_other_fields_are_no_template(self) -> None:
        assert template_change("account_update", {"value": {"event": "X"}}) is None


class TestOther:
    def test_template_event_is_kept_whole(self) -> None:
        value = {"event": "PAUSED", "message_template_id": 1689556908129835, "reason": None}
        change = {"field": "message_template_status_update", "value": value}
        (event,) = parse(envelope(change))
        assert isinstance(event, OtherEvent)
        assert (event.field, event.raw) == ("message_template_status_update", change)
        assert (event.phone_number_id, event.waba_id) == ("", "200000000000001")

    def test_same_change_at_another_time_is_another_event(self) -> None:
        bodies = [
            {"entry": [{"id": "2", "time": moment, "changes": [{"field": "account_update"}]}]}
            for moment in (1, 1, 2)
        ]
        keys = [parse(json.dumps(data).encode())[0].key for data in bodies]
        assert keys[0] == keys[1] != keys[2]

    def test_each_user_preference_is_an_event(self) -> None:
        stop = {"wa_id": "519", "user_id": "PE.1", "value": "stop", "timestamp": 1795000300}
        resume = {**stop, "value": "resume"}
        events = parse(body("user_preferences", user_preferences=[stop, resume]))
        assert [event.key for event in events] == [
            "user_preferences:PE.1:stop:1795000300",
            "user_preferences:PE.1:resume:1795000300",
        ]
        assert (events[0].raw, events[0].phone_number_id) == (stop, "300000000000001")
        assert isinstance(events[0], PreferenceEvent)
        assert (events[0].value, events[0].sender, events[0].sender_user_id) == (
            "stop",
            "519",
            "PE.1",
        )

    def test_errors_of_a_number_are_not_lost(self) -> None:
        (event,) = parse(body(errors=[{"code": 131000}]))
        assert isinstance(event, OtherEvent)
        assert event.raw["value"]["errors"] == [{"code": 131000}]

    @pytest.mark.parametrize(
        "raw",
        [
            *(b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", b'{"entry": 5}', b"[" * 100000),
            *(b"9" * 5000, b'{"entry": {}}'),
        ],
    )
    def test_malformed_body_is_one_event(self, raw: bytes) -> None:
        (event,) = parse(raw)
        assert isinstance(event, OtherEvent)
        assert event.field == "malformed"

    def test_empty_body_of_meta_has_no_events(self) -> None:
        assert parse(VECTORS[0][0]) == ()

    def test_what_a_database_refuses_is_taken_out(self) -> None:
        message = {**BUTTON, "type": "text", "text": {"body": "BA\x00JA \ud800"}, "x": [1e999]}
        event = inbound(message)
        assert event.text == "BAJA ?"
        text = json.dumps(event.raw, allow_nan=False, ensure_ascii=False)
        assert "\x00" not in text and text.encode()

    def test_endless_nesting_is_cut(self) -> None:
        deep: Any = "x"
        for _level in range(300):
            deep = {"deeper": deep}
        event = inbound({**BUTTON, "x": deep})
        assert event.text == "Ya pagué"
        assert len(json.dumps(event.raw)) < 2000


GOOD = json.loads(body(statuses=[DELIVERED, FAILED], messages=[BUTTON], contacts=[PERSON]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a JSON value."""
    found = [path] if path else []
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


PLACES = places(GOOD)


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.none() | JSON), min_size=1, max_size=4))
def test_mutated_webhooks_never_raise(mutations: list[tuple[tuple[Any, ...], Any]]) -> None:
    data = copy.deepcopy(GOOD)
    for path, replacement in mutations:
        target: Any = data
        try:
            for key in path[:-1]:
                target = target[key]
            if replacement is None:
                del target[path[-1]]
            else:
                target[path[-1]] = replacement
        except (KeyError, IndexError, TypeError):
            continue
    for event in parse(json.dumps(data).encode()):
        assert isinstance(event.key, str) and event.key
        assert all(isinstance(name, str) for name in (event.phone_number_id, event.waba_id))
        if isinstance(event, StatusEvent):
            texts = (event.wamid, event.status, event.opaque, event.recipient, event.category)
            assert all(isinstance(text, str) for text in texts)
            assert event.error_code is None or isinstance(event.error_code, int)
        elif isinstance(event, InboundEvent):
            texts = (event.wamid, event.sender, event.kind, event.text, event.payload)
            assert all(isinstance(text, str) for text in (*texts, event.profile_name))
        json.dumps(event.raw, allow_nan=False)


def test_five_thousand_bodies_of_every_shape_never_raise() -> None:
    whole, damaged = 0, 0
    for raw in bodies(5000, waba_id="200000000000001", number="300000000000001"):
        for event in parse(raw):
            assert event.key and isinstance(event.key, str)
            json.dumps(event.raw, allow_nan=False, ensure_ascii=False).encode()
            if isinstance(event, OtherEvent):
                template_change(event.field, event.raw)
                damaged += event.field == "malformed"
            elif isinstance(event, InboundEvent):
                identity_change(event.raw)
                whole += event.phone_number_id == "300000000000001"
    assert whole > 900
    assert damaged > 50


@given(JSON)
def test_any_json_never_raises(data: Any) -> None:
    assert isinstance(parse(json.dumps(data).encode()), tuple)
    assert isinstance(parse(json.dumps({"entry": data}).encode()), tuple)
    assert isinstance(parse(json.dumps({"entry": [{"changes": data}]}).encode()), tuple)


@given(st.binary(max_size=200))
def test_any_bytes_never_raise(raw: bytes) -> None:
    assert isinstance(parse(raw), tuple)


@pytest.mark.parametrize("length", [255, 256, 100_000])
def test_an_id_of_any_length_gives_a_key_that_an_index_takes(length: int) -> None:
    long = "🙂" * length
    statuses = [{"id": long, "status": "sent"}, {"id": "wamid.A", "status": long}]
    messages = [{"id": long, "type": long, "from": long, "from_user_id": long}]
    preferences = [{"user_id": long, "value": long, "timestamp": 1795000300}]
    raw = body(statuses=statuses, messages=messages, user_preferences=preferences)
    for event in (*parse(raw), *parse(envelope({"field": long, "value": {}}))):
        assert len(event.key.encode()) < 2600
