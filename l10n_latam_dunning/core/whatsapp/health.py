"""What WhatsApp says of a number and its account, read defensively, and what follows from it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final

from .error_codes import Rule
from .errors import ApiError

Json = dict[str, Any]

AVAILABLE, LIMITED, BLOCKED = "AVAILABLE", "LIMITED", "BLOCKED"


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


# === WHAT IT SAYS === #


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """A number as WhatsApp knows it. What it does not tell is empty; new words of it are kept."""

    display_phone_number: str = field(default="", repr=False)
    verified_name: str = ""
    quality: str = ""
    status: str = ""
    name_status: str = ""
    throughput: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a part of the account (`entity`) from sending, and Meta's advice."""

    entity: str
    code: int | None
    description: str
    solution: str


@dataclass(frozen=True, slots=True)
class Health:
    """Whether messages can be sent, as Meta sees it: AVAILABLE, LIMITED, BLOCKED or empty."""

    can_send: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What WhatsApp answered about a number, or why there is no answer: an error of its own, or a
    `note` of why it could not be asked."""

    number: NumberFacts | None = None
    check: Health | None = None
    error: ApiError | None = None
    note: str = ""


def read_number(data: Mapping[str, Any]) -> NumberFacts:
    """Read the answer about a phone number."""
    throughput = data.get("throughput")
    level = throughput.get("level") if isinstance(throughput, dict) else throughput
    return NumberFacts(
        display_phone_number=_text(data.get("display_phone_number")),
        verified_name=_text(data.get("verified_name")),
        quality=_word(data.get("quality_rating")),
        status=_word(data.get("status")),
        name_status=_word(data.get("name_status")),
        throughput=_word(level),
        limit=_limit(data.get("whatsapp_business_manager_messaging_limit")),
    )


def read_health(data: Mapping[str, Any]) -> Health:
    """Read a `health_status`. The whole is as bad as its worst part."""
    parts = _dicts(data.get("entities"))
    words = [_word(part.get("can_send_message")) for part in [data, *parts]]
    worst = next((word for word in (BLOCKED, LIMITED, AVAILABLE) if word in words), "")
    return Health(worst, tuple(problem for part in parts for problem in _problems(part)))


def _problems(part: Json) -> Iterator[Problem]:
    entity = _word(part.get("entity_type"))
    for error in _dicts(part.get("errors")):
        yield Problem(
            entity,
            _int(error.get("error_code")),
            _text(error.get("error_description"))[:500],
            _text(error.get("possible_solution"))[:500],
        )
    notes = part.get("additional_info")
    for note in notes if isinstance(notes, list) else ():
        if _text(note):
            yield Problem(entity, None, _text(note)[:500], "")


# === WHAT A WEBHOOK CHANGES === #


@dataclass(frozen=True, slots=True)
class Change:
    """What a webhook says of one topic. Of a topic the newest word holds.

    `stops`: the number must not send, until `until` or until WhatsApp says otherwise; with
    `person` until a person says so. Without `stops` a `text` is a warning; without a text the
    topic is in order. `store` are facts to keep.
    """

    topic: str
    text: str = ""
    next_step: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    stops: bool = False
    until: datetime | None = None
    person: bool = False
    store: Mapping[str, str] = field(default_factory=dict)

    def rank(self, at: datetime) -> list[str]:
        """Return what orders words of one topic: by instant, and of one instant the worse one, so
        that the outcome is the same in whatever order they come."""
        gravity = "2" if self.stops else "1" if self.text else "0"
        rest = json.dumps([self.text, dict(self.figures), str(self.until), dict(self.store)])
        return [at.astimezone(timezone.utc).isoformat(), gravity, rest]


_RESUME = _("Read the reason in WhatsApp Manager, correct its cause or appeal; then resume.")
_LOOK = _("Open the account in WhatsApp Manager and read what it says.")
_BY_ITSELF = _("Nothing: sending goes on by itself.")

# What touches reminders of payment: such a violation may be about them.
DUNNING_VIOLATIONS: Final = frozenset({"MISLEADING", "SCAM", "SPAM"})
STOPPING_RESTRICTION: Final = "RESTRICTED_BIZ_INITIATED_MESSAGING"

# Event of account_update: topic, whether it stops, whether a person is needed, text, next step.
# Without a text the topic is in order again.
_EVENTS: Final[Mapping[str, tuple[str, bool, bool, str, str]]] = {
    "ACCOUNT_DELETED": (
        "deleted",
        True,
        True,
        _("The WhatsApp Business Account was deleted."),
        _("Set up another account, or switch this one off."),
    ),
    "PARTNER_REMOVED": (
        "partner",
        True,
        False,
        _("The app has lost its access to the WhatsApp Business Account."),
        _("Share the account with the app again in Meta's business settings."),
    ),
    "PARTNER_ADDED": ("partner", False, False, "", ""),
    "ACCOUNT_OFFBOARDED": (
        "link",
        True,
        False,
        _("The number was disconnected from the app, for example because the telephone changed."),
        _("Connect the number again from the WhatsApp Business app."),
    ),
    "ACCOUNT_RECONNECTED": ("link", False, False, "", ""),
    "VERIFIED_ACCOUNT": ("verified", False, False, "", ""),
}
_BANS: Final[Mapping[str, tuple[str, bool, bool, str, str]]] = {
    "DISABLE": ("ban", True, True, _("WhatsApp has disabled the account."), _RESUME),
    "SCHEDULE_FOR_DISABLE": (
        "ban_announced",
        False,
        False,
        _("WhatsApp will disable the account on %(date)s."),
        _("Read the reason in WhatsApp Manager and appeal before that day."),
    ),
    "REINSTATE": (
        "ban_lifted",
        False,
        False,
        _("WhatsApp has reinstated the account."),
        _("See to the cause of the ban; then resume sending."),
    ),
}


def judge(field_name: str, value: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what a webhook about the account changes; nothing for what needs no reaction."""
    if field_name == "account_update":
        return tuple(_account_update(value))
    if field_name == "account_alerts":
        return (_alert(value),)
    if field_name == "account_review_update":
        return _review(value)
    if field_name == "phone_number_quality_update":
        return tuple(_quality(value))
    if field_name == "phone_number_name_update":
        return _name(value)
    if field_name == "business_capability_update":
        return _limit_change(value)
    return ()


FIELDS: Final = frozenset(
    {
        "account_update",
        "account_alerts",
        "account_review_update",
        "phone_number_quality_update",
        "phone_number_name_update",
        "business_capability_update",
    }
)


def _account_update(value: Mapping[str, Any]) -> Iterator[Change]:
    event = _word(value.get("event"))
    if event == "ACCOUNT_RESTRICTION":
        yield from _restrictions(_dicts(value.get("restriction_info")))
    elif event == "ACCOUNT_VIOLATION":
        yield _violation(value)
    elif event == "DISABLED_UPDATE":
        ban = _dict(value.get("ban_info"))
        state = _word(ban.get("waba_ban_state"))
        topic, stops, person, text, step = _BANS.get(
            state, ("ban_other", False, False, _("WhatsApp speaks of a ban: %(state)s."), _LOOK)
        )
        figures = {"date": _text(ban.get("waba_ban_date")), "state": state}
        yield Change(topic, text, step, figures, stops, person=person)
    elif event in _EVENTS:
        topic, stops, person, text, step = _EVENTS[event]
        yield Change(topic, text, step, stops=stops, person=person)


def _restrictions(rows: Iterable[Json]) -> Iterator[Change]:
    """Each kind of restriction is a topic of its own; only one of them stops reminders."""
    for row in rows:
        kind = _word(row.get("restriction_type"))
        until = _moment(row.get("expiration"))
        if kind == STOPPING_RESTRICTION:
            yield Change(
                "restriction",
                _("WhatsApp does not let this account write first for violating its policies."),
                _BY_ITSELF if until else _RESUME,
                stops=True,
                until=until,
            )
        elif kind:
            yield Change(
                f"restriction:{kind}",
                _("WhatsApp restricts the account: %(kind)s."),
                _LOOK,
                {"kind": kind},
                until=until,
            )


def _violation(value: Mapping[str, Any]) -> Change:
    kind = _word(_dict(value.get("violation_info")).get("violation_type")) or "UNKNOWN"
    stops = kind in DUNNING_VIOLATIONS
    return Change(
        f"violation:{kind}",
        _("WhatsApp reports a violation of its policies: %(kind)s."),
        _RESUME if stops else _LOOK,
        {"kind": kind},
        stops=stops,
        person=stops,
    )


def _alert(value: Mapping[str, Any]) -> Change:
    info = _dict(value.get("alert_info"))
    kind = _word(info.get("alert_type")) or "UNKNOWN"
    topic = f"alert:{kind}"
    grave = _word(info.get("alert_severity")) in ("CRITICAL", "WARNING")
    if not grave or _word(info.get("alert_status")) not in ("ACTIVE", ""):
        return Change(topic)
    words = _text(info.get("alert_description"))[:500] or kind
    return Change(topic, _("WhatsApp warns: %(words)s"), _LOOK, {"words": words})


def _review(value: Mapping[str, Any]) -> tuple[Change, ...]:
    decision = _word(value.get("decision"))
    if decision == "APPROVED":
        return (Change("review"),)
    if decision == "REJECTED":
        text = _("WhatsApp's review has rejected the account.")
        return (Change("review", text, _RESUME, stops=True),)
    return ()


def _quality(value: Mapping[str, Any]) -> Iterator[Change]:
    yield from _limit_change(value)
    event = _word(value.get("event"))
    if event == "FLAGGED":
        yield Change(
            "flag",
            _("Recipients complain: WhatsApp has flagged this number's quality."),
            _("Write to fewer people and only to those who agreed; see which template they block."),
        )
    elif event == "UNFLAGGED":
        yield Change("flag")
    elif event == "THROUGHPUT_UPGRADE":
        yield Change("throughput", store={"throughput": "HIGH"})


def _name(value: Mapping[str, Any]) -> tuple[Change, ...]:
    decision = _word(value.get("decision"))
    name = _text(value.get("requested_verified_name"))
    if decision == "APPROVED":
        kept = {"name_status": "APPROVED", **({"verified_name": name} if name else {})}
        return (Change("name", store=kept),)
    if decision == "REJECTED":
        return (
            Change(
                "name",
                _("WhatsApp has rejected the display name “%(name)s”."),
                _("Ask for another display name in WhatsApp Manager."),
                {"name": name},
                store={"name_status": "DECLINED"},
            ),
        )
    return ()


def _limit_change(value: Mapping[str, Any]) -> tuple[Change, ...]:
    for name in (
        "max_daily_conversations_per_business",
        "max_daily_conversation_per_phone",
        "current_limit",
    ):
        if limit := _limit(value.get(name)):
            return (Change("limit", store={"messaging_limit": limit}),)
    return ()


def concerns(value: Mapping[str, Any], display_phone_number: str, phone_number_id: str) -> bool:
    """Tell whether a webhook of a business account is about this number of it: it is unless it
    names another one."""
    named = re.sub(r"\D", "", _text(value.get("display_phone_number")))
    mine = re.sub(r"\D", "", display_phone_number)
    if named and mine and named != mine:
        return False
    is_number = _word(value.get("entity_type")) == "PHONE_NUMBER"
    return not is_number or _text(value.get("entity_id")) in ("", phone_number_id)


# === WHEN A STOP ENDS === #


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a number does not send. `by_hand`: a person stopped it; `person`: only a person ends
    it; `until`: it ends by itself; `earliest`: not before, whoever ends it."""

    since: datetime
    by_hand: bool = False
    person: bool = False
    until: datetime | None = None
    earliest: datetime | None = None


def ends_by_itself(stop: Stop, at: datetime) -> bool:
    """Tell whether a stop's own time is over."""
    return stop.until is not None and stop.until <= at


def ends_by_health(stop: Stop, can_send: str, asked_at: datetime) -> bool:
    """Tell whether WhatsApp's word, asked for at an instant, ends a stop. It must be a clear one,
    later than the stop, and nobody's decision may stand against it."""
    if stop.by_hand or stop.person or stop.until is not None:
        return False
    early = stop.earliest is not None and asked_at < stop.earliest
    return can_send == AVAILABLE and stop.since <= asked_at and not early


def rest_seconds(rule: Rule, repeated: int) -> float:
    """Return how long a number rests after an error at least. WhatsApp's health check may call it
    well although the error comes again: each time in two days it rests twice as long."""
    again = min(1800.0 * 2.0**repeated, 86400.0) if repeated else 0.0
    return max(rule.wait or 0.0, again)


# === HELPERS === #


def _limit(value: object) -> str:
    """Return a messaging limit as text: TIER_2K, or the digits of a number."""
    return _word(value) if not isinstance(value, dict) else ""


def _word(value: object) -> str:
    return _text(value).strip().upper()[:64]


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def _int(value: object) -> int | None:
    text = _text(value)
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _moment(value: object) -> datetime | None:
    text = _text(value)
    if not re.fullmatch(r"[0-9]{1,11}", text):
        return None
    try:
        return datetime.fromtimestamp(int(text), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
