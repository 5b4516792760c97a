"""What WhatsApp answers about a number, and when a stop of it ends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .error_codes import Rule
from .errors import ApiError
from .reading import Json, as_dicts, as_int, as_text, as_word

AVAILABLE, LIMITED, BLOCKED = "AVAILABLE", "LIMITED", "BLOCKED"


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
        display_phone_number=as_text(data.get("display_phone_number")),
        verified_name=as_text(data.get("verified_name")),
        quality=as_word(data.get("quality_rating")),
        status=as_word(data.get("status")),
        name_status=as_word(data.get("name_status")),
        throughput=as_word(level),
        limit=as_word(data.get("whatsapp_business_manager_messaging_limit")),
    )


def read_health(data: Mapping[str, Any]) -> Health:
    """Read a `health_status`. The whole is as bad as its worst part."""
    parts = as_dicts(data.get("entities"))
    words = [as_word(part.get("can_send_message")) for part in [data, *parts]]
    worst = next((word for word in (BLOCKED, LIMITED, AVAILABLE) if word in words), "")
    return Health(worst, tuple(problem for part in parts for problem in _problems(part)))


def _problems(part: Json) -> Iterator[Problem]:
    entity = as_word(part.get("entity_type"))
    for error in as_dicts(part.get("errors")):
        yield Problem(
            entity,
            as_int(error.get("error_code")),
            as_text(error.get("error_description"))[:500],
            as_text(error.get("possible_solution"))[:500],
        )
    notes = part.get("additional_info")
    for note in notes if isinstance(notes, list) else ():
        if as_text(note):
            yield Problem(entity, None, as_text(note)[:500], "")


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
