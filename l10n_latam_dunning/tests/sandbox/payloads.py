"""Webhook bodies by the thousand: every shape that Meta sends, whole and damaged."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

PERSON, USER_ID = "51987654321", "PE.12345678901234567890"
OURS = "wamid.HBgLNTE5ODc2NTQzMjEVAgARGBI5"
_NAMED_TEMPLATE = {
    "message_template_id": 1689556908129835,
    "message_template_name": "invoice_due_reminder",
    "message_template_language": "es-PE",
}
_PRICING = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
_FILE = {"id": "1001001001", "mime_type": "image/jpeg", "sha256": "x", "url": "https://a.b/c"}

STATUSES: list[Json] = [
    *({"status": name, "pricing": _PRICING} for name in ("sent", "delivered", "read", "played")),
    {"status": "failed", "errors": [{"code": 131026, "error_data": {"details": "Gone."}}]},
    {"status": "failed", "errors": [{"code": 131047, "title": "Re-engagement message"}]},
    {"status": "deleted", "conversation": {"id": "c", "origin": {"type": "utility"}}},
    {"status": "warning", "recipient_id": None, "biz_opaque_callback_data": "dun:42"},
]
MESSAGES: list[Json] = [
    {"type": "text", "text": {"body": "Ya pagué 🙂"}},
    {"type": "text", "text": {"body": "BAJA"}, "context": {"from": "51900000000", "id": OURS}},
    {"type": "text", "text": {"body": "Hola"}, "referral": {"source_url": "https://a.b"}},
    {"type": "button", "button": {"payload": "DUN:paid", "text": "Ya pagué"}},
    {"type": "interactive", "interactive": {
        "type": "button_reply", "button_reply": {"id": "DUN:agree", "title": "En 3 días"}}},
    {"type": "interactive", "interactive": {
        "type": "list_reply", "list_reply": {"id": "L", "title": "A", "description": "b"}}},
    {"type": "interactive", "interactive": {
        "type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}}},
    {"type": "image", "image": {**_FILE, "caption": "Comprobante"}},
    {"type": "audio", "audio": {**_FILE, "mime_type": "audio/ogg; codecs=opus", "voice": True}},
    {"type": "video", "video": _FILE},
    {"type": "sticker", "sticker": {**_FILE, "mime_type": "image/webp", "animated": False}},
    {"type": "document", "document": {**_FILE, "filename": "pago.pdf"}},
    {"type": "location", "location": {"latitude": -12.05, "longitude": -77.04, "name": "Lima"}},
    {"type": "contacts", "contacts": [
        {"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+51 987", "wa_id": "51987"}]}]},
    {"type": "reaction", "reaction": {"message_id": OURS, "emoji": "👍"}},
    {"type": "reaction", "reaction": {"message_id": OURS}},
    {"type": "order", "order": {"catalog_id": "1", "product_items": []}},
    {"type": "system", "system": {
        "body": "changed", "type": "user_changed_number", "wa_id": "51987654322"}},
    {"type": "system", "system": {
        "type": "user_changed_user_id", "user_id": "PE.2", "previous_user_id": USER_ID}},
    {"type": "system", "system": {"type": "customer_identity_changed", "identity": "h"}},
    {"type": "unsupported", "errors": [{"code": 131051}], "unsupported": {"type": "poll"}},
    {"type": "unknown", "errors": [{"code": 131051}]},
    {"type": "edit", "edit": {"original_message_id": OURS}},
    {"type": "revoke", "revoke": {"original_message_id": OURS}},
    {"type": "request_welcome"},
    {"type": "text", "text": {"body": "En el grupo"}, "group_id": "G1"},
]  # fmt: skip
CHANGES: list[tuple[str, Json]] = [
    ("message_template_status_update", {"event": "REJECTED", "reason": "INVALID_FORMAT",
        "rejection_info": {"reason": "Side by side"}, **_NAMED_TEMPLATE}),
    ("message_template_status_update", {"event": "PAUSED", "reason": None,
        "other_info": {"title": "FIRST_PAUSE"}, **_NAMED_TEMPLATE}),
    ("message_template_quality_update", {"new_quality_score": "YELLOW", **_NAMED_TEMPLATE}),
    ("message_template_status_update", {"new_quality_score": "RED", **_NAMED_TEMPLATE}),
    ("template_category_update", {"new_category": "UTILITY", "correct_category": "MARKETING",
        "category_update_timestamp": 1795086400, **_NAMED_TEMPLATE}),
    ("template_correct_category_detection", {"category": "UTILITY", **_NAMED_TEMPLATE}),
    ("message_template_components_update", _NAMED_TEMPLATE),
    ("phone_number_quality_update", {"display_phone_number": "51900000000",
        "event": "THROUGHPUT_UPGRADE", "max_daily_conversations_per_business": "TIER_10K"}),
    ("phone_number_name_update", {"decision": "APPROVED", "requested_verified_name": "A"}),
    ("business_capability_update", {"max_daily_conversations_per_business": 2000}),
    ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1795600000}]}),
    ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}),
    ("account_alerts", {"entity_type": "PHONE_NUMBER", "entity_id": "300000000000001",
        "alert_info": {"alert_severity": "CRITICAL", "alert_type": "OBA_REJECTED"}}),
    ("account_review_update", {"decision": "APPROVED"}),
    ("smb_message_echoes", {"message_echoes": [{"id": "wamid.E", "to": PERSON}]}),
    ("smb_app_state_sync", {"state_sync": []}),
    ("history", {"history": [{"threads": []}]}),
    ("calls", {"calls": [{"id": "wacid.1", "event": "connect", "from": PERSON}]}),
    ("flows", {"event": "FLOW_STATUS_CHANGE"}),
    ("messages", {"errors": [{"code": 131000}]}),
]  # fmt: skip
_JUNK: list[Any] = [
    *(None, "", " ", "x" * 300, "\x00", "\ud800", "-1", "99999999999999999999", "ñ🙂", "DUN:"),
    *(0, -1, 10**30, 1e300, float("nan"), float("inf"), True, False),
    *([], [None], [[]], ["x"], {}, {"": None}, {"a": {"b": []}}, [{"id": 7}]),
]


def change(field: str, value: Json, waba_id: str, number: str) -> Json:
    """A webhook body with one change."""
    metadata = {"display_phone_number": "51900000000", "phone_number_id": number}
    whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    of_number = field in ("messages", "user_preferences", "smb_message_echoes", "calls")
    entry: Json = {"id": waba_id, "changes": [
        {"field": field, "value": whole if of_number else value}]}  # fmt: skip
    if not of_number:
        entry["time"] = 1795000000
    return {"object": "whatsapp_business_account", "entry": [entry]}


def shapes(waba_id: str, number: str, rng: random.Random) -> Iterator[Json]:
    """Every shape once, with ids of its own; some people show their number, some do not."""
    for row in STATUSES:
        wamid = f"wamid.{rng.randrange(10**12)}"
        base = {
            "id": wamid,
            "timestamp": "1795000010",
            "recipient_id": PERSON,
            "recipient_user_id": USER_ID,
            "biz_opaque_callback_data": f"dun:{wamid}",
        }
        contacts = [{"wa_id": PERSON, "user_id": USER_ID}]
        yield change(
            "messages", {"statuses": [{**base, **row}], "contacts": contacts}, waba_id, number
        )
    for turn, row in enumerate(MESSAGES):
        wamid = f"wamid.IN{rng.randrange(10**12)}"
        base = {"from": PERSON, "from_user_id": USER_ID, "id": wamid, "timestamp": "1795000100"}
        contact = {
            "profile": {"name": "Rosa Q.", "username": "rosaq"},
            "wa_id": PERSON,
            "user_id": USER_ID,
        }
        if turn % 3 == 2:
            del base["from"], contact["wa_id"]
        yield change(
            "messages", {"messages": [{**base, **row}], "contacts": [contact]}, waba_id, number
        )
    preference = {
        "wa_id": PERSON,
        "user_id": USER_ID,
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": 1795000300,
    }
    for value in ("stop", "resume"):
        row = {"user_preferences": [{**preference, "value": value}]}
        yield change("user_preferences", row, waba_id, number)
    for field, row in CHANGES:
        yield change(field, row, waba_id, number)


def damaged(data: Json, rng: random.Random) -> Json:
    """A copy with keys lost, renamed, doubled or of another kind."""
    data = copy.deepcopy(data)
    for _turn in range(rng.randint(1, 4)):
        holders = [holder for holder in _holders(data) if holder]
        if not holders:
            break
        holder = rng.choice(holders)
        key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        deed = rng.randrange(4)
        if deed == 0:
            del holder[key]
        elif deed == 1:
            holder[key] = copy.deepcopy(rng.choice(_JUNK))
        elif deed == 2 and isinstance(holder, dict):
            holder[f"{key}x"] = holder.pop(key)
        else:
            holder[key] = [holder[key], copy.deepcopy(holder[key])]
    return data


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)


def bodies(count: int, *, waba_id: str, number: str, seed: int = 7) -> Iterator[bytes]:
    """`count` bodies: each shape whole, then damaged ones, some with broken bytes or merged."""
    rng = random.Random(seed)
    whole = list(shapes(waba_id, number, rng))
    for turn in range(count):
        if turn < len(whole):
            yield json.dumps(whole[turn]).encode()
            continue
        data = damaged(rng.choice(whole), rng)
        if rng.random() < 0.1:
            other = rng.choice(whole)
            entries = data.get("entry")
            data["entry"] = [*(entries if isinstance(entries, list) else []), *other["entry"]]
        raw = json.dumps(data).encode("ascii", "backslashreplace")
        if rng.random() < 0.05:
            cut = rng.randrange(len(raw))
            raw = raw[:cut] + rng.choice([b"", b"\xff", b"\x00", b'"', b"}"]) + raw[cut + 1 :]
        yield raw
