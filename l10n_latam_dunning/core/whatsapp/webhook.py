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


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """Anything else that Meta tells: templates, account, preferences, or a malformed body."""

    key: str
    phone_number_id: str
    field: str
    raw: Json = attribute(repr=False)
    waba_id: str = ""


Event = StatusEvent | InboundEvent | OtherEvent


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
    waba_id = _text(entry.get("id"))
    for change in _dicts(entry.get("changes")):
        value = _dict(change.get("value"))
        number = _text(_dict(value.get("metadata")).get("phone_number_id"))
        found = False
        for event in _change_events(value, number, waba_id):
            found = True
            yield event
        if not found:
            field = _text(change.get("field")) or "unknown"
            key = f"{field}:{_digest(change, entry.get('time'))}"
            yield OtherEvent(key, number, field, change, waba_id)


def _change_events(value: Json, number: str, waba_id: str) -> Iterator[Event]:
    contacts = _dicts(value.get("contacts"))
    for status in _dicts(value.get("statuses")):
        yield _status_event(status, number, waba_id)
    for message in _dicts(value.get("messages")):
        yield _inbound_event(message, contacts, number, waba_id)
    for preference in _dicts(value.get("user_preferences")):
        yield _preference_event(preference, number, waba_id)


def _status_event(status: Json, number: str, waba_id: str) -> StatusEvent:
    wamid, name = _text(status.get("id")), _text(status.get("status"))
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
        opaque=_text(status.get("biz_opaque_callback_data")),
        recipient=_text(status.get("recipient_id")),
        recipient_user_id=_text(status.get("recipient_user_id")),
        error_code=code,
        error_details=_error_details(error),
        category=_text(pricing.get("category")),
        billable=billable if isinstance(billable, bool) else None,
        raw=status,
        waba_id=waba_id,
    )


def _inbound_event(message: Json, contacts: list[Json], number: str, waba_id: str) -> InboundEvent:
    wamid, kind = _text(message.get("id")), _text(message.get("type")) or "unknown"
    sender, user_id = _text(message.get("from")), _text(message.get("from_user_id"))
    contact = _contact_of(sender, user_id, contacts)
    text, payload = _content(kind, message)
    return InboundEvent(
        key=f"message:{wamid}" if wamid else f"message:{_digest(message)}",
        phone_number_id=number,
        wamid=wamid,
        sender=sender or _text(contact.get("wa_id")),
        sender_user_id=user_id or _text(contact.get("user_id")),
        at=_moment(message.get("timestamp")),
        kind=kind,
        text=text,
        payload=payload,
        context_wamid=_text(_dict(message.get("context")).get("id")),
        profile_name=_text(_dict(contact.get("profile")).get("name")),
        raw=message,
        waba_id=waba_id,
    )


def _contact_of(sender: str, user_id: str, contacts: list[Json]) -> Json:
    """Return the sender's contact entry; a single entry belongs to a sender not named at all."""
    for contact in contacts:
        if sender and _text(contact.get("wa_id")) == sender:
            return contact
        if user_id and _text(contact.get("user_id")) == user_id:
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
    for name in ("caption", "emoji", "body", "name", "filename"):
        if _text(content.get(name)):
            return _text(content.get(name)), ""
    return "", ""


def _preference_event(preference: Json, number: str, waba_id: str) -> OtherEvent:
    user = _text(preference.get("user_id")) or _text(preference.get("wa_id"))
    stamp = _moment(preference.get("timestamp"))
    known = user and stamp and _text(preference.get("value"))
    parts = (user, _text(preference.get("value")), str(stamp and int(stamp.timestamp())))
    key = ":".join(parts) if known else _digest(preference)
    field = "user_preferences"
    return OtherEvent(f"{field}:{key}", number, field, preference, waba_id)


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
