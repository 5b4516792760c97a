"""What an error of the Cloud API asks of us: decided by codes, never by texts."""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .error_codes import (
    CODES,
    NO_ANSWER,
    RANGES,
    REDIRECT,
    SERVER_FAULT,
    STATUSES,
    UNKNOWN,
    Action,
    Mark,
    Renew,
    Rule,
)

__all__ = [
    "CODES",
    "MAX_TRIES",
    "Action",
    "ApiError",
    "ApiFailure",
    "Fail",
    "Hold",
    "Mark",
    "Renew",
    "Retry",
    "Rule",
    "Unsure",
    "action_now",
    "backoff",
    "blames_template",
    "classify",
    "decide_retry",
    "redact",
    "rule_of",
]


def rule_of(code: int | None, http_status: int | None, subcode: int | None = None) -> Rule:
    """Return the rule of a code; without a known code, the one of the HTTP status.

    `http_status` is None for a code that came later, in a failed status.
    """
    if (code, subcode) == (100, 33):
        # How the Graph API says today that the number does not exist or is not ours.
        code = 33
    if code is not None:
        if code in CODES:
            return CODES[code]
        for codes, rule in RANGES:
            if code in codes:
                return rule
    if http_status is not None:
        if http_status in STATUSES:
            return STATUSES[http_status]
        if http_status < 300 or http_status >= 500:
            return SERVER_FAULT
        if http_status < 400:
            return REDIRECT
    return UNKNOWN


def classify(code: int | None, http_status: int | None, subcode: int | None = None) -> Action:
    """Return what to do. A code in a failed status (`http_status` None) is never unsure."""
    rule = rule_of(code, http_status, subcode)
    return _first_action(rule, late=http_status is None)


def _first_action(rule: Rule, *, late: bool) -> Action:
    if not late:
        return rule.action
    if rule.late is not None:
        return rule.late
    return Action.RETRY if rule.action is Action.RETRY_UNSURE else rule.action


# === DECIDING === #


@dataclass(frozen=True, slots=True)
class Retry:
    """The same message again after `seconds`; this try counts."""

    seconds: float
    renew: Renew | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """The message keeps its place and is looked at again after `seconds`: what stopped it is not
    its own fault, and so this is none of its tries."""

    seconds: float
    renew: Renew | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody knows whether it left. After `seconds` without a receipt a person is asked; `again`
    tells whether another try makes sense at all."""

    seconds: float
    again: bool


@dataclass(frozen=True, slots=True)
class Fail:
    """It is over on this channel. With `other` another channel takes over; if there is none, this
    one may be tried once more after `again_in` seconds, unless that is None."""

    other: bool
    again_in: float | None = None
    renew: Renew | None = None


Decision = Retry | Hold | Unsure | Fail

_RETRY_SECONDS: Final = (60.0, 300.0, 900.0, 3600.0, 21600.0)
_RECONCILE_SECONDS: Final = 2700.0
_PAIR_MINIMUM: Final = 6.0
_SLOW_SECONDS: Final = (30.0, 120.0, 600.0, 3600.0)
_HELD_SECONDS: Final = 3600.0
MAX_TRIES: Final = len(_RETRY_SECONDS)
_HELD: Final = frozenset({Action.ACCOUNT, Action.COUNTRY, Action.TEMPLATE})
_ELSEWHERE: Final = frozenset({Action.NUMBER, Action.OTHER, Action.CONSENT})


def action_now(rule: Rule, attempts: int, *, late: bool = False) -> Action:
    """Return the action after a message's try number `attempts` (1 is the first): the rule's own,
    or its `then` when the tries are used up."""
    action = _first_action(rule, late=late)
    if action is Action.RETRY and attempts > _tries(rule):
        return rule.then
    return action


def decide_retry(
    rule: Rule,
    attempts: int,
    retry_after: float | None,
    rng: random.Random,
    *,
    late: bool = False,
) -> Decision:
    """Decide what becomes of a message after its try number `attempts` met this rule.

    `retry_after` is what the answer asked for, in seconds: nothing is tried before it is over.
    `late` tells that the code came in a failed status, not in the answer.
    """
    action = action_now(rule, attempts, late=late)
    if action in _ELSEWHERE or action is Action.FAIL:
        again = action is Action.OTHER and rule.wait is not None and attempts <= _tries(rule)
        return Fail(action in _ELSEWHERE, rule.wait if again else None, rule.renew)
    if action is Action.RETRY_UNSURE:
        return Unsure(backoff(attempts, action, rng), attempts <= _tries(rule))
    seconds = _seconds(rule, attempts, action, retry_after, rng)
    if action in (Action.RETRY, Action.PAIR):
        return Retry(seconds, rule.renew)
    return Hold(seconds, rule.renew)


def _tries(rule: Rule) -> int:
    return MAX_TRIES if rule.tries is None else rule.tries


def _seconds(
    rule: Rule, attempts: int, action: Action, retry_after: float | None, rng: random.Random
) -> float:
    """How long to wait: as the answer asked, else as the rule says, else by the action's ladder.
    What a person mends is not looked at more often than every hour, whatever the answer asked."""
    first = attempts <= 1 or action not in (Action.RETRY, Action.PAIR)
    if action in _HELD:
        return _jittered(max(_HELD_SECONDS, rule.wait or 0.0, retry_after or 0.0), rng)
    if retry_after:
        return _jittered(retry_after, rng)
    if rule.wait is not None and first:
        return _jittered(rule.wait, rng)
    return backoff(attempts, action, rng)


def backoff(attempt: int, action: Action, rng: random.Random) -> float:
    """Return the seconds to wait after try number `attempt` (1 is the first), jittered upwards.

    What is held until a person acts (account, country, template) is looked at again every hour.
    Refuses with ValueError an action after which this message is never tried again.
    """
    turn = max(attempt, 1) - 1
    if action is Action.RETRY:
        base = _RETRY_SECONDS[min(turn, len(_RETRY_SECONDS) - 1)]
    elif action is Action.RETRY_UNSURE:
        base = _RECONCILE_SECONDS
    elif action is Action.PAIR:
        base = max(_PAIR_MINIMUM, 4.0 ** min(turn, 6))
    elif action is Action.SLOW:
        base = _SLOW_SECONDS[min(turn, len(_SLOW_SECONDS) - 1)]
    elif action in _HELD:
        base = _HELD_SECONDS
    else:
        raise ValueError(f"nothing is tried again after {action.value!r}")
    return _jittered(base, rng)


def _jittered(seconds: float, rng: random.Random) -> float:
    return seconds * (1.0 + 0.2 * rng.random())


def blames_template(codes: Sequence[int]) -> bool:
    """Tell whether a template is at fault, from the error codes of its last messages, newest
    first (0: no error): several in a row of a code that has strikes."""
    if not codes:
        return False
    strikes = rule_of(codes[0], None).strikes
    return strikes is not None and list(codes[:strikes]) == [codes[0]] * strikes


# === ERRORS === #


@dataclass(frozen=True, slots=True)
class ApiError:
    """One error of the API, or of the way to it (code None). Holds no token and no whole number."""

    code: int | None
    details: str
    http_status: int | None
    fbtrace_id: str
    action: Action
    subcode: int | None = None

    @property
    def rule(self) -> Rule:
        """The line of the code table that this error falls under."""
        if self.code is None and self.http_status is None:
            return NO_ANSWER
        return rule_of(self.code, self.http_status, self.subcode)

    @property
    def meaning(self) -> str:
        """The sentence to show to an administrator, in English."""
        return self.rule.meaning

    def __str__(self) -> str:
        where = f"HTTP {self.http_status}" if self.http_status is not None else "no answer"
        code = f"code {self.code}, " if self.code is not None else ""
        trace = f" [{self.fbtrace_id}]" if self.fbtrace_id else ""
        return f"WhatsApp API: {code}{where}: {self.details or self.meaning}{trace}"


class ApiFailure(Exception):
    """A call other than a send did not succeed; `error` says why and what to do."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(str(error))
        self.error = error


_LONG_NUMBER = re.compile(r"(?<!\d)\+?\d(?:[ .()-]{0,2}\d){7,14}(?!\d)")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Remove secrets and shorten telephone numbers in a text that may reach a log."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "•••")
    return _LONG_NUMBER.sub(lambda found: "•••" + re.sub(r"\D", "", found.group())[-3:], text)
