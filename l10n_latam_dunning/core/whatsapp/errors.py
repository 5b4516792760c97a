"""What an error code of the Cloud API asks of us: a table of codes, never of texts."""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


class Action(Enum):
    """What to do with a message, or with all of them, after an error."""

    RETRY = "retry"  # the same message later, with backoff
    RETRY_UNSURE = "retry_unsure"  # it may have left: reconcile first, never resend blindly
    PAIR = "pair"  # delay this recipient only
    SLOW = "slow"  # the whole account pauses some seconds or minutes
    FAIL = "fail"  # this message is wrong for good
    TEMPLATE = "template"  # stop this template and language until it changes
    NUMBER = "number"  # the recipient cannot get it: other channel, count the number
    OTHER = "other"  # not now on this channel: use another one
    CONSENT = "consent"  # the recipient wants no more: withdraw, never retry
    ACCOUNT = "account"  # stop the whole account, call the administrator
    COUNTRY = "country"  # stop this account for the recipient's country


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the code table. `late` is the action when the code comes in a failed status."""

    action: Action
    meaning: str
    late: Action | None = None
    tries: int | None = None


_BACK_LATER = _("WhatsApp is temporarily unavailable.")
_REGISTRATION = _("The WhatsApp number is not correctly registered.")
_NOT_FOR_US = _("This kind of message needs another interface of WhatsApp.")

CODES: Final[Mapping[int, Rule]] = {
    0: Rule(Action.ACCOUNT, _("WhatsApp did not accept the access token.")),
    1: Rule(Action.RETRY_UNSURE, _("WhatsApp reported an unknown error."), tries=1),
    2: Rule(Action.RETRY_UNSURE, _BACK_LATER),
    3: Rule(Action.ACCOUNT, _("The app lacks a capability or permission.")),
    4: Rule(Action.SLOW, _("The app has reached its limit of calls.")),
    10: Rule(Action.ACCOUNT, _("The app's permission is missing or was removed.")),
    33: Rule(Action.ACCOUNT, _("The WhatsApp number no longer exists or cannot be reached.")),
    100: Rule(Action.FAIL, _("WhatsApp did not accept a value of the message.")),
    190: Rule(Action.ACCOUNT, _("The access token is invalid or has expired.")),
    368: Rule(Action.ACCOUNT, _("The account is blocked for violating WhatsApp's policies.")),
    80007: Rule(Action.SLOW, _("The WhatsApp account has reached its limit of calls.")),
    130403: Rule(Action.OTHER, _("We have blocked this WhatsApp user.")),
    130429: Rule(Action.SLOW, _("Too many messages at once.")),
    130472: Rule(Action.OTHER, _("WhatsApp keeps marketing messages from this user.")),
    130497: Rule(Action.COUNTRY, _("The account may not write to this country.")),
    131000: Rule(
        Action.RETRY_UNSURE,
        _("Something went wrong at WhatsApp."),
        late=Action.RETRY,
        tries=2,
    ),
    131005: Rule(Action.ACCOUNT, _("Access to the WhatsApp account was denied.")),
    131008: Rule(Action.FAIL, _("A required value of the message is missing.")),
    131009: Rule(Action.FAIL, _("A value of the message is invalid.")),
    131016: Rule(Action.RETRY_UNSURE, _BACK_LATER, late=Action.RETRY),
    131021: Rule(Action.FAIL, _("The recipient is the company's own number.")),
    131026: Rule(Action.NUMBER, _("The number cannot receive WhatsApp messages from us.")),
    131030: Rule(Action.FAIL, _("The account is in test mode and may not write to this number.")),
    131031: Rule(Action.ACCOUNT, _("The WhatsApp account is locked or disabled.")),
    131037: Rule(Action.ACCOUNT, _("The number's display name is not approved.")),
    131042: Rule(Action.ACCOUNT, _("The WhatsApp account has a problem with its payment method.")),
    131045: Rule(Action.ACCOUNT, _REGISTRATION),
    131047: Rule(
        Action.FAIL,
        _("More than 24 hours have passed since the recipient wrote: a template is needed."),
    ),
    131048: Rule(Action.ACCOUNT, _("Too many recipients blocked or reported this number.")),
    131049: Rule(Action.OTHER, _("WhatsApp limits marketing messages to this user."), tries=1),
    131050: Rule(Action.CONSENT, _("The user has stopped marketing messages from us.")),
    131051: Rule(Action.FAIL, _("This kind of message is not supported.")),
    131052: Rule(Action.RETRY, _("WhatsApp could not fetch the document."), tries=1),
    131053: Rule(Action.RETRY, _("WhatsApp could not process the document."), tries=1),
    131055: Rule(Action.FAIL, _NOT_FOR_US),
    131056: Rule(Action.PAIR, _("Too many messages to this recipient in a short time.")),
    131057: Rule(Action.RETRY, _("The WhatsApp number is in maintenance.")),
    131059: Rule(Action.RETRY, _("WhatsApp no longer knows this page of the list."), tries=1),
    131062: Rule(Action.OTHER, _("This message needs the recipient's telephone number.")),
    131063: Rule(Action.FAIL, _NOT_FOR_US),
    131064: Rule(Action.ACCOUNT, _("Sending is limited because templates were misclassified.")),
    132000: Rule(Action.TEMPLATE, _("The number of values differs from the template.")),
    132001: Rule(
        Action.TEMPLATE,
        _("The template does not exist in this language or is not approved."),
        tries=1,
    ),
    132005: Rule(Action.FAIL, _("The text is too long once the values are filled in.")),
    132007: Rule(Action.TEMPLATE, _("The template's content violates a policy of WhatsApp.")),
    132008: Rule(Action.TEMPLATE, _("The values do not have the template's format.")),
    132012: Rule(Action.TEMPLATE, _("The values do not have the template's format.")),
    132015: Rule(Action.TEMPLATE, _("The template is paused because of its quality.")),
    132016: Rule(Action.TEMPLATE, _("The template is disabled for good.")),
    132018: Rule(Action.FAIL, _("A value has line breaks, tabs or too many spaces.")),
    132068: Rule(Action.FAIL, _("The form in this message is blocked.")),
    132069: Rule(Action.SLOW, _("The form in this message is used too often.")),
    133000: Rule(Action.ACCOUNT, _REGISTRATION),
    133004: Rule(Action.RETRY, _BACK_LATER),
    133005: Rule(Action.ACCOUNT, _REGISTRATION),
    133006: Rule(Action.ACCOUNT, _REGISTRATION),
    133008: Rule(Action.ACCOUNT, _REGISTRATION),
    133009: Rule(Action.ACCOUNT, _REGISTRATION),
    133010: Rule(Action.ACCOUNT, _REGISTRATION),
    133015: Rule(Action.ACCOUNT, _REGISTRATION),
    133016: Rule(Action.ACCOUNT, _REGISTRATION),
    134011: Rule(Action.FAIL, _("The account has not accepted the terms of WhatsApp payments.")),
    134100: Rule(Action.FAIL, _NOT_FOR_US),
    134101: Rule(Action.RETRY, _("The template is still being prepared."), tries=1),
    134102: Rule(Action.FAIL, _NOT_FOR_US),
    135000: Rule(Action.FAIL, _("WhatsApp did not accept the values of the message.")),
    137000: Rule(Action.FAIL, _("The recipient's identity has changed: a person must check it.")),
    2494100: Rule(Action.RETRY, _("The WhatsApp number is in maintenance.")),
}

_PERMISSION: Final = Rule(Action.ACCOUNT, _("The app lacks a permission."))
_HEALTH: Final = Rule(Action.FAIL, _("WhatsApp reports a problem with the account's health."))
_RANGES: Final[tuple[tuple[range, Rule], ...]] = (
    (range(200, 300), _PERMISSION),
    (range(141000, 142000), _HEALTH),
)
_STATUSES: Final[Mapping[int, Rule]] = {
    401: CODES[190],
    407: Rule(Action.ACCOUNT, _("A proxy on the way to WhatsApp refused the connection.")),
    408: CODES[1],
    429: CODES[130429],
}
_REDIRECT: Final = Rule(Action.ACCOUNT, _("The API address answered with a redirect."))
_UNKNOWN: Final = Rule(Action.FAIL, _("WhatsApp reported an error that is not known yet."))


def rule_of(code: int | None, http_status: int | None) -> Rule:
    """Return the rule of a code; without a known code, the one of the HTTP status.

    `http_status` is None for a code that came later, in a failed status.
    """
    if code is not None:
        if code in CODES:
            return CODES[code]
        for codes, rule in _RANGES:
            if code in codes:
                return rule
    if http_status is not None:
        if http_status in _STATUSES:
            return _STATUSES[http_status]
        if http_status < 300 or http_status >= 500:
            return CODES[2]
        if http_status < 400:
            return _REDIRECT
    return _UNKNOWN


def classify(code: int | None, http_status: int | None, subcode: int | None = None) -> Action:
    """Return what to do. A code in a failed status (`http_status` None) is never unsure."""
    if (code, subcode) == (100, 33):
        # How the Graph API says today that the number does not exist or is not ours.
        code = 33
    rule = rule_of(code, http_status)
    if http_status is not None:
        return rule.action
    if rule.late is not None:
        return rule.late
    return Action.RETRY if rule.action is Action.RETRY_UNSURE else rule.action


_RETRY_SECONDS: Final = (60.0, 300.0, 900.0, 3600.0, 21600.0)
_RECONCILE_SECONDS: Final = 2700.0
_PAIR_MINIMUM: Final = 6.0
_SLOW_SECONDS: Final = (30.0, 120.0, 600.0, 3600.0)
_HELD_SECONDS: Final = 3600.0
MAX_TRIES: Final = len(_RETRY_SECONDS)


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
    elif action in (Action.ACCOUNT, Action.COUNTRY, Action.TEMPLATE):
        base = _HELD_SECONDS
    else:
        raise ValueError(f"nothing is tried again after {action.value!r}")
    return base * (1.0 + 0.2 * rng.random())


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
    def meaning(self) -> str:
        """The sentence to show to an administrator, in English."""
        return rule_of(self.code, self.http_status).meaning

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
