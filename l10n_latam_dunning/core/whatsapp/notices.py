"""Webhooks about a number and its account: what they change, in any order and repeated."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final

from .reading import Json, as_dict, as_dicts, as_moment, as_text, as_word


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


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
    event = as_word(value.get("event"))
    if event == "ACCOUNT_RESTRICTION":
        yield from _restrictions(as_dicts(value.get("restriction_info")))
    elif event == "ACCOUNT_VIOLATION":
        yield _violation(value)
    elif event == "DISABLED_UPDATE":
        ban = as_dict(value.get("ban_info"))
        state = as_word(ban.get("waba_ban_state"))
        topic, stops, person, text, step = _BANS.get(
            state, ("ban_other", False, False, _("WhatsApp speaks of a ban: %(state)s."), _LOOK)
        )
        figures = {"date": as_text(ban.get("waba_ban_date")), "state": state}
        yield Change(topic, text, step, figures, stops, person=person)
    elif event in _EVENTS:
        topic, stops, person, text, step = _EVENTS[event]
        yield Change(topic, text, step, stops=stops, person=person)


def _restrictions(rows: Iterable[Json]) -> Iterator[Change]:
    """Each kind of restriction is a topic of its own; only one of them stops reminders."""
    for row in rows:
        kind = as_word(row.get("restriction_type"))
        until = as_moment(row.get("expiration"))
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
    kind = as_word(as_dict(value.get("violation_info")).get("violation_type")) or "UNKNOWN"
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
    info = as_dict(value.get("alert_info"))
    kind = as_word(info.get("alert_type")) or "UNKNOWN"
    topic = f"alert:{kind}"
    grave = as_word(info.get("alert_severity")) in ("CRITICAL", "WARNING")
    if not grave or as_word(info.get("alert_status")) not in ("ACTIVE", ""):
        return Change(topic)
    words = as_text(info.get("alert_description"))[:500] or kind
    return Change(topic, _("WhatsApp warns: %(words)s"), _LOOK, {"words": words})


def _review(value: Mapping[str, Any]) -> tuple[Change, ...]:
    decision = as_word(value.get("decision"))
    if decision == "APPROVED":
        return (Change("review"),)
    if decision == "REJECTED":
        text = _("WhatsApp's review has rejected the account.")
        return (Change("review", text, _RESUME, stops=True),)
    return ()


def _quality(value: Mapping[str, Any]) -> Iterator[Change]:
    yield from _limit_change(value)
    event = as_word(value.get("event"))
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
    decision = as_word(value.get("decision"))
    name = as_text(value.get("requested_verified_name"))
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
        if limit := as_word(value.get(name)):
            return (Change("limit", store={"messaging_limit": limit}),)
    return ()


def concerns(value: Mapping[str, Any], display_phone_number: str, phone_number_id: str) -> bool:
    """Tell whether a webhook of a business account is about this number of it: it is unless it
    names another one."""
    named = re.sub(r"\D", "", as_text(value.get("display_phone_number")))
    mine = re.sub(r"\D", "", display_phone_number)
    if named and mine and named != mine:
        return False
    is_number = as_word(value.get("entity_type")) == "PHONE_NUMBER"
    return not is_number or as_text(value.get("entity_id")) in ("", phone_number_id)
