"""Webhooks: proof that Meta sent the bytes, and events of a known shape out of any JSON."""

import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime, timezone
from typing import Any, Final

Json = dict[str, Any]

_PREFIX: Final = "sha256="
_MAX_DEPTH: Final = 40
# Longer than any id of Meta's, short enough for an index.
_MAX_ID: Final = 255


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """A message of ours moved on: sent, delivered, read, failed. Repeated it has the same `key`."""

    key: str
    phone_number_id: str
    wamid: str
    status: str
    at: datetime | None
    opaque: str
    recipient: str = attribute(repr=False)
    recipient_user_id: str = attribute(repr=False)
    error_code: int | None
    error_details: str
    category: str
    billable: bool | None
    raw: Json = attribute(repr=False)
    waba_id: str = ""
    username: str = attribute(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """A file that came with a message; WhatsApp keeps it for seven days under its id."""

    media_id: str
    mime: str
    filename: str = attribute(default="", repr=False)
    is_voice: bool = False


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """Somebody wrote to us or tapped a button. `sender` may be empty: then there is a user id."""

    key: str
    phone_number_id: str
    wamid: str
    sender: str = attribute(repr=False)
    sender_user_id: str = attribute(repr=False)
    at: datetime | None
    kind: str
    text: str = attribute(repr=False)
    payload: str
    context_wamid: str
    profile_name: str = attribute(repr=False)
    raw: Json = attribute(repr=False)
    waba_id: str = ""
    username: str = attribute(default="", repr=False)
    group_id: str = ""
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class PreferenceEvent:
    """Somebody stopped, or takes again, our marketing; it says nothing of reminders."""

    key: str
    phone_number_id: str
    sender: str = attribute(repr=False)
    sender_user_id: str = attribute(repr=False)
    category: str
    value: str
    at: datetime | None
    raw: Json = attribute(repr=False)
    waba_id: str = ""


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """Anything else that Meta tells: templates, account, or a malformed body."""

    key: str
    phone_number_id: str
    field: str
    raw: Json = attribute(repr=False)
    waba_id: str = ""
    at: datetime | None = None


Event = StatusEvent | InboundEvent | PreferenceEvent | OtherEvent


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """Who writes from a number may be another person now, or the person has another number."""

    kind: str
    new_wa_id: str = attribute(repr=False)
    new_user_id: str = attribute(repr=False)
    old_user_id: str = attribute(repr=False)


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What Meta now says of a template; `kind` is status, category, quality or components."""

    kind: str
    template_id: str
    name: str
    language: str
    value: Json


def verify_signature(raw: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Tell whether the raw bytes were signed with one of the app secrets; without one, never."""
    if not header or not header.startswith(_PREFIX):
        return False
    given = header[len(_PREFIX) :].strip()
    if not re.fullmatch(r"[0-9a-fA-F]{64}", given):
        return False
    genuine = False
    for secret in secrets:
        if secret:
            expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
            genuine |= hmac.compare_digest(expected, given.lower())
    return genuine


def parse(raw: bytes) -> tuple[Event, ...]:
    """Return the events of a webhook body, in order. Never raises: odd parts become OtherEvent."""
    try:
        data = _clean(json.loads(raw), 0)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("entry"), list):
        digest = hashlib.sha256(raw).hexdigest()
        return (OtherEvent(f"malformed:{digest}", "", "malformed", _dict(data)),)
    return tuple(event for entry in _dicts(data["entry"]) for event in _entry_events(entry))


def _entry_events(entry: Json) -> Iterator[Event]:
    waba_id = _id(entry.get("id"))
    for change in _dicts(entry.get("changes")):
        value = _dict(change.get("value"))
        number = _id(_dict(value.get("metadata")).get("phone_number_id"))
        found = False
        for event in _change_events(value, number, waba_id):
            found = True
            yield event
        if not found:
            field = _id(change.get("field")) or "unknown"
            moment = entry.get("time")
            key = f"{field}:{_digest(change, moment)}"
            yield OtherEvent(key, number, field, change, waba_id, _moment(moment))


def _change_events(value: Json, number: str, waba_id: str) -> Iterator[Event]:
    contacts = _dicts(value.get("contacts"))
    for status in _dicts(value.get("statuses")):
        yield _status_event(status, contacts, number, waba_id)
    for message in _dicts(value.get("messages")):
        yield _inbound_event(message, contacts, number, waba_id)
    for preference in _dicts(value.get("user_preferences")):
        yield _preference_event(preference, number, waba_id)


def _status_event(status: Json, contacts: list[Json], number: str, waba_id: str) -> StatusEvent:
    wamid, name = _id(status.get("id")), _id(status.get("status"))
    recipient = _id(status.get("recipient_id"))
    user_id = _id(status.get("recipient_user_id"))
    contact = _contact_of(recipient, user_id, contacts)
    error = next(iter(_dicts(status.get("errors"))), {})
    code = _int(error.get("code"))
    pricing = _dict(status.get("pricing"))
    billable = pricing.get("billable")
    key = f"status:{wamid}:{name}" if wamid and name else f"status:{_digest(status)}"
    return StatusEvent(
        key=key if code is None else f"{key}:{code}",
        phone_number_id=number,
        wamid=wamid,
        status=name,
        at=_moment(status.get("timestamp")),
        opaque=_id(status.get("biz_opaque_callback_data")),
        recipient=recipient,
        recipient_user_id=user_id or _id(contact.get("user_id")),
        error_code=code,
        error_details=_error_details(error),
        category=_text(pricing.get("category")),
        billable=billable if isinstance(billable, bool) else None,
        raw=status,
        waba_id=waba_id,
        username=_text(_dict(contact.get("profile")).get("username")),
    )


def _inbound_event(message: Json, contacts: list[Json], number: str, waba_id: str) -> InboundEvent:
    wamid, kind = _id(message.get("id")), _id(message.get("type")) or "unknown"
    sender, user_id = _id(message.get("from")), _id(message.get("from_user_id"))
    contact = _contact_of(sender, user_id, contacts)
    text, payload = _content(kind, message)
    return InboundEvent(
        key=f"message:{wamid}" if wamid else f"message:{_digest(message)}",
        phone_number_id=number,
        wamid=wamid,
        sender=sender or _id(contact.get("wa_id")),
        sender_user_id=user_id or _id(contact.get("user_id")),
        at=_moment(message.get("timestamp")),
        kind=kind,
        text=text,
        payload=payload,
        context_wamid=_id(_dict(message.get("context")).get("id")),
        profile_name=_text(_dict(contact.get("profile")).get("name")),
        raw=message,
        waba_id=waba_id,
        username=_text(_dict(contact.get("profile")).get("username")),
        group_id=_id(message.get("group_id")),
        media=_media(kind, message),
    )


def _contact_of(sender: str, user_id: str, contacts: list[Json]) -> Json:
    """Return the sender's contact entry; a single entry belongs to a sender not named at all."""
    for contact in contacts:
        if sender and _id(contact.get("wa_id")) == sender:
            return contact
        if user_id and _id(contact.get("user_id")) == user_id:
            return contact
    if len(contacts) == 1 and not sender and not user_id:
        return contacts[0]
    return {}


def _content(kind: str, message: Json) -> tuple[str, str]:
    """Return what a person would read in the message, and the id of the button tapped."""
    content = _dict(message.get(kind))
    if kind == "text":
        return _text(content.get("body")), ""
    if kind == "button":
        return _text(content.get("text")), _text(content.get("payload"))
    if kind == "interactive":
        reply = _dict(content.get(_text(content.get("type"))))
        label = _text(reply.get("title")) or _text(reply.get("body"))
        return label, _text(reply.get("id"))
    if kind == "contacts":
        names = (_dict(row.get("name")).get("formatted_name") for row in _dicts(message.get(kind)))
        return ", ".join(filter(None, map(_text, names))), ""
    if kind == "location":
        return _place(content), ""
    for name in ("caption", "emoji", "body", "name", "filename"):
        if _text(content.get(name)):
            return _text(content.get(name)), ""
    return "", ""


def _place(location: Json) -> str:
    parts = [_text(location.get("name")), _text(location.get("address"))]
    point = [location.get("latitude"), location.get("longitude")]
    if all(isinstance(value, (int, float)) for value in point):
        parts.append(f"({point[0]}, {point[1]})")
    return " ".join(filter(None, parts))


_MEDIA_KINDS: Final = frozenset({"image", "audio", "video", "document", "sticker"})


def _media(kind: str, message: Json) -> Media | None:
    content = _dict(message.get(kind))
    media_id = _text(content.get("id"))
    if kind not in _MEDIA_KINDS or not re.fullmatch(r"[0-9]{1,32}", media_id):
        return None
    return Media(
        media_id,
        _text(content.get("mime_type")),
        _text(content.get("filename")),
        content.get("voice") is True,
    )


def _preference_event(preference: Json, number: str, waba_id: str) -> PreferenceEvent:
    wa_id, user_id = _id(preference.get("wa_id")), _id(preference.get("user_id"))
    at, value = _moment(preference.get("timestamp")), _id(preference.get("value"))
    user = user_id or wa_id
    known = user and at and value
    key = f"{user}:{value}:{int(at.timestamp())}" if known and at else _digest(preference)
    return PreferenceEvent(
        key=f"user_preferences:{key}",
        phone_number_id=number,
        sender=wa_id,
        sender_user_id=user_id,
        category=_text(preference.get("category")),
        value=value,
        at=at,
        raw=preference,
        waba_id=waba_id,
    )


# === MEANING === #

_CHANGES_OF_IDENTITY: Final = frozenset(
    {"user_changed_number", "user_changed_user_id", "customer_identity_changed"}
)
_TEMPLATE_FIELDS: Final = {
    "message_template_status_update": "status",
    "message_template_quality_update": "quality",
    "message_template_components_update": "components",
    "template_category_update": "category",
    "template_correct_category_detection": "category",
}


def identity_change(message: Json) -> IdentityChange | None:
    """Read a system message that tells of a new number or a new person; None for any other."""
    system = _dict(message.get("system"))
    kind = _text(system.get("type"))
    if kind not in _CHANGES_OF_IDENTITY:
        return None
    return IdentityChange(
        kind,
        _id(system.get("wa_id")),
        _id(system.get("user_id")),
        _id(system.get("previous_user_id")) or _id(message.get("from_user_id")),
    )


def template_change(field: str, change: Json) -> TemplateChange | None:
    """Read a change that concerns a template; None for any other."""
    value = _dict(change.get("value"))
    kind = _TEMPLATE_FIELDS.get(field, "")
    if kind and "new_quality_score" in value:
        # Meta's own page prints another field's name for it.
        kind = "quality"
    if not kind:
        return None
    if "rejection_info" in change:
        value = {"rejection_info": change["rejection_info"], **value}
    return TemplateChange(
        kind,
        _id(value.get("message_template_id")),
        _text(value.get("message_template_name")),
        _text(value.get("message_template_language")).replace("-", "_"),
        value,
    )


def _error_details(error: Json) -> str:
    data = error.get("error_data")
    details = _text(_dict(data).get("details")) or _text(data)
    return details or _text(error.get("message")) or _text(error.get("title"))


def _digest(value: Json, moment: object = None) -> str:
    canonical = json.dumps([value, moment], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _clean(value: object, depth: int) -> object:
    """Drop what no database takes: NUL, lone surrogates, endless nesting, infinite numbers."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (list, dict)) and depth >= _MAX_DEPTH:
        return None
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(_clean(name, depth)): _clean(item, depth + 1) for name, item in value.items()}
    return value


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _id(value: object) -> str:
    """Return an id; what is too long is none."""
    text = _text(value)
    return text if len(text) <= _MAX_ID else ""


def _text(value: object) -> str:
    """Return a text; ids that come as numbers become digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def _int(value: object) -> int | None:
    text = _text(value)
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _moment(value: object) -> datetime | None:
    """Read Unix seconds, given as a string or a number."""
    text = _text(value)
    if not re.fullmatch(r"[0-9]{1,11}", text):
        return None
    try:
        return datetime.fromtimestamp(int(text), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
