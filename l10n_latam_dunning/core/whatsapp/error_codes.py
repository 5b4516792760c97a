"""Every error code of the Cloud API as a line of data: what it means, what to do, what comes next.

Codes, their HTTP statuses and the actions are those of Meta's list; the waits that Meta does not
state are ours.
"""

from collections.abc import Mapping
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
    SLOW = "slow"  # the whole account slows down for seconds or minutes
    FAIL = "fail"  # this message is wrong for good
    TEMPLATE = "template"  # stop this template and language until it changes
    NUMBER = "number"  # the recipient cannot get it: other channel, count the number
    OTHER = "other"  # not now on this channel: use another one
    CONSENT = "consent"  # the recipient wants no more marketing: withdraw it, never retry
    ACCOUNT = "account"  # stop the whole account, call the administrator
    COUNTRY = "country"  # stop this account for the recipient's country


class Mark(Enum):
    """What an error says of the recipient's number."""

    COUNT = "count"  # one failure; several on different days make it unreachable
    UNREACHABLE = "unreachable"  # WhatsApp does not reach it
    QUARANTINE = "quarantine"  # it is not the debtor's
    DOUBT = "doubt"  # it may be another person's by now


class Renew(Enum):
    """What has to be made anew before the message is tried again."""

    UPLOAD = "upload"  # the document
    SYNC = "sync"  # what is known of the templates
    PHONE = "phone"  # the address: the telephone number in place of a user id
    TEMPLATE = "template"  # the message: as a template
    PLAIN = "plain"  # the message: without payment data


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the code table.

    `late` is the action when the code comes in a failed status. A message is tried again `tries`
    times at most (None: as often as the action allows), first after `wait` seconds (None: the
    action's own ladder), and `then` is the action when the tries are used up. An account stops for
    `wait` seconds at least; with `person` it goes on only when a person says so, and a message is
    shown to one. `strikes` such errors in a row with one template stop the template.
    """

    action: Action
    meaning: str
    next_step: str
    late: Action | None = None
    tries: int | None = None
    wait: float | None = None
    then: Action = Action.FAIL
    renew: Renew | None = None
    mark: Mark | None = None
    person: bool = False
    strikes: int | None = None


_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86400.0

_BACK_LATER = _("WhatsApp is temporarily unavailable.")
_MAINTENANCE = _("The WhatsApp number is in maintenance.")
_REGISTRATION = _("The WhatsApp number is not correctly registered.")
_NOT_FOR_US = _("This kind of message needs another interface of WhatsApp.")
_FORMAT = _("The values do not have the template's format.")
_BAD_VALUE = _("A value of the message is invalid.")

_NOTHING = _("Nothing: it is tried again by itself.")
_SETTLE = _("A receipt settles it; if none comes, decide whether it arrived or is sent again.")
_TOKEN = _("Enter a valid access token on the WhatsApp account, then test the connection.")
_PERMIT = _(
    "In Meta's business settings give the system user both WhatsApp permissions and this account,"
    " then test the connection."
)
_IDS = _(
    "Compare the phone number ID with WhatsApp Manager and give the system user this account, then"
    " test the connection."
)
_MANAGER = _("Open the account in WhatsApp Manager and do what it asks for; sending then goes on.")
_REGISTER = _("Register the number again in WhatsApp Manager; sending then goes on.")
_APPEAL = _(
    "Read the reason in WhatsApp Manager, correct its cause or appeal; then resume sending here."
)
_REWRITE = _("Compare the template with WhatsApp Manager, refresh the templates, correct it.")
_REPORT = _("Tell whoever looks after Odoo: the message was not built as WhatsApp wants it.")
_NUMBER = _("Check the number with the debtor; another channel is used meanwhile.")
_ELSEWHERE = _("Nothing: another channel is used.")


def _account(
    meaning: str, next_step: str, *, person: bool = False, wait: float | None = None
) -> Rule:
    return Rule(Action.ACCOUNT, meaning, next_step, person=person, wait=wait)


def _fail(meaning: str, next_step: str = _REPORT) -> Rule:
    return Rule(Action.FAIL, meaning, next_step)


def _template(meaning: str, next_step: str = _REWRITE, renew: Renew | None = None) -> Rule:
    return Rule(Action.TEMPLATE, meaning, next_step, renew=renew)


CODES: Final[Mapping[int, Rule]] = {
    0: _account(_("WhatsApp did not accept the access token."), _TOKEN),
    1: Rule(
        Action.RETRY_UNSURE,
        _("WhatsApp reported an unknown error."),
        _SETTLE,
        tries=1,
    ),
    2: Rule(Action.RETRY_UNSURE, _BACK_LATER, _SETTLE),
    3: _account(_("The app lacks a capability or permission."), _PERMIT),
    4: Rule(
        Action.SLOW,
        _("The app has reached its limit of calls."),
        _NOTHING,
        wait=5 * _MINUTE,
    ),
    10: _account(_("The app's permission is missing or was removed."), _PERMIT),
    33: _account(_("The WhatsApp number no longer exists or cannot be reached."), _IDS),
    100: Rule(
        Action.FAIL,
        _("WhatsApp did not accept a value of the message."),
        _("Read WhatsApp's words on the message and correct the value or the template."),
        strikes=3,
    ),
    190: _account(_("The access token is invalid or has expired."), _TOKEN),
    368: _account(
        _("The account is blocked for violating WhatsApp's policies."), _APPEAL, person=True
    ),
    80007: Rule(Action.SLOW, _("The WhatsApp account has reached its limit of calls."), _NOTHING),
    130403: Rule(
        Action.OTHER,
        _("We have blocked this WhatsApp user."),
        _("Unblock the user in WhatsApp Manager, or leave it at the other channel."),
        mark=Mark.UNREACHABLE,
    ),
    130429: Rule(Action.SLOW, _("Too many messages at once."), _NOTHING),
    130472: Rule(
        Action.OTHER,
        _("WhatsApp keeps marketing messages from this user."),
        _ELSEWHERE,
        tries=0,
    ),
    130497: Rule(
        Action.COUNTRY,
        _("The account may not write to this country."),
        _("Ask Meta for permission to write to this country; then let it go on here."),
        person=True,
    ),
    131000: Rule(
        Action.RETRY_UNSURE,
        _("Something went wrong at WhatsApp."),
        _SETTLE,
        late=Action.RETRY,
        tries=2,
    ),
    131005: _account(_("Access to the WhatsApp account was denied."), _PERMIT),
    131008: _fail(_("A required value of the message is missing.")),
    131009: _fail(_BAD_VALUE),
    131016: Rule(Action.RETRY_UNSURE, _BACK_LATER, _SETTLE, late=Action.RETRY),
    131021: Rule(
        Action.FAIL,
        _("The recipient is the company's own number."),
        _("Enter the debtor's number in place of the company's own."),
        mark=Mark.QUARANTINE,
    ),
    131026: Rule(
        Action.NUMBER,
        _("The number cannot receive WhatsApp messages from us."),
        _NUMBER,
        mark=Mark.COUNT,
    ),
    131030: _fail(
        _("The account is in test mode and may not write to this number."),
        _("Add the number to the test recipients at Meta, or take the app live there."),
    ),
    131031: _account(_("The WhatsApp account is locked or disabled."), _MANAGER),
    131037: _account(
        _("The number's display name is not approved."),
        _("Have the display name approved in WhatsApp Manager; sending then goes on."),
    ),
    131042: _account(
        _("The WhatsApp account has a problem with its payment method."),
        _("Correct the payment method in Meta's billing settings; sending then goes on."),
    ),
    131045: _account(_REGISTRATION, _REGISTER),
    131047: Rule(
        Action.FAIL,
        _("More than 24 hours have passed since the recipient wrote: a template is needed."),
        _("Choose a template for the answer."),
        renew=Renew.TEMPLATE,
    ),
    131048: _account(
        _("Too many recipients blocked or reported this number."),
        _(
            "Find out who complained and why, write to fewer people and only to those who agreed;"
            " resume sending after a day at the earliest."
        ),
        person=True,
        wait=_DAY,
    ),
    131049: Rule(
        Action.OTHER,
        _("WhatsApp limits marketing messages to this user."),
        _("Check whether WhatsApp made the template marketing; another channel is used."),
        tries=1,
        wait=_DAY,
    ),
    131050: Rule(
        Action.CONSENT,
        _("The user has stopped marketing messages from us."),
        _("Nothing: no marketing is sent to him; reminders need a utility template."),
    ),
    131051: _fail(_("This kind of message is not supported.")),
    131052: Rule(
        Action.RETRY,
        _("WhatsApp could not fetch the document."),
        _("Nothing: the document is uploaded again."),
        tries=1,
        renew=Renew.UPLOAD,
    ),
    131053: Rule(
        Action.RETRY,
        _("WhatsApp could not process the document."),
        _("Check that the document is a PDF of a usual size; it is uploaded once more."),
        tries=1,
        renew=Renew.UPLOAD,
    ),
    131055: _fail(_NOT_FOR_US),
    131056: Rule(Action.PAIR, _("Too many messages to this recipient in a short time."), _NOTHING),
    131057: Rule(Action.RETRY, _MAINTENANCE, _NOTHING, wait=2 * _MINUTE),
    131059: Rule(
        Action.RETRY,
        _("WhatsApp no longer knows this page of the list."),
        _("Nothing: the list is read again from its start."),
        tries=1,
        renew=Renew.SYNC,
    ),
    131062: Rule(
        Action.OTHER,
        _("This message needs the recipient's telephone number."),
        _("Enter the debtor's telephone number."),
        renew=Renew.PHONE,
    ),
    131063: _fail(_NOT_FOR_US),
    131064: _account(
        _("Sending is limited because templates were misclassified."),
        _(
            "Rewrite the templates that WhatsApp calls marketing, have them approved; then resume"
            " sending here."
        ),
        person=True,
    ),
    132000: _template(_("The number of values differs from the template."), renew=Renew.SYNC),
    132001: Rule(
        Action.RETRY,
        _("The template does not exist in this language or is not approved."),
        _("Refresh the templates, and submit this one in the debtor's language."),
        tries=1,
        wait=10 * _MINUTE,
        then=Action.TEMPLATE,
        renew=Renew.SYNC,
    ),
    132005: _fail(
        _("The text is too long once the values are filled in."),
        _("Shorten the template, or let it list fewer invoices."),
    ),
    132007: _template(
        _("The template's content violates a policy of WhatsApp."),
        _("Rewrite the template in neutral words and submit it anew."),
    ),
    132008: _template(_FORMAT, renew=Renew.SYNC),
    132012: _template(_FORMAT, renew=Renew.SYNC),
    132015: _template(
        _("The template is paused because of its quality."),
        _("Nothing: it goes on when WhatsApp ends the pause. Fewer complaints keep it alive."),
    ),
    132016: _template(
        _("The template is disabled for good."),
        _("Write a new template with other words, and choose it for the level."),
    ),
    132018: _fail(_("A value has line breaks, tabs or too many spaces.")),
    132068: _fail(_("The form in this message is blocked.")),
    132069: Rule(Action.SLOW, _("The form in this message is used too often."), _NOTHING),
    133000: _account(_REGISTRATION, _REGISTER),
    133004: Rule(Action.RETRY, _BACK_LATER, _NOTHING),
    133005: _account(_REGISTRATION, _REGISTER),
    133006: _account(_REGISTRATION, _REGISTER),
    133008: _account(_REGISTRATION, _REGISTER),
    133009: _account(_REGISTRATION, _REGISTER),
    133010: _account(_REGISTRATION, _REGISTER),
    133015: _account(_REGISTRATION, _REGISTER),
    133016: _account(
        _REGISTRATION,
        _("Wait three days: the number was registered too often. Then register it once more."),
        wait=3 * _DAY,
    ),
    134011: Rule(
        Action.FAIL,
        _("The account has not accepted the terms of WhatsApp payments."),
        _("Accept the terms in WhatsApp Manager, or use a template without payment data."),
        renew=Renew.PLAIN,
    ),
    134100: _fail(_NOT_FOR_US),
    134101: Rule(
        Action.RETRY,
        _("The template is still being prepared."),
        _NOTHING,
        tries=1,
        wait=10 * _MINUTE,
    ),
    134102: _fail(_NOT_FOR_US),
    135000: _fail(_("WhatsApp did not accept the values of the message.")),
    137000: Rule(
        Action.FAIL,
        _("The recipient's identity has changed: a person must check it."),
        _("Ask the debtor whether the number is still his before anything is sent to it."),
        mark=Mark.DOUBT,
        person=True,
    ),
    2494100: Rule(Action.RETRY, _MAINTENANCE, _NOTHING, wait=2 * _MINUTE),
}

RANGES: Final[tuple[tuple[range, Rule], ...]] = (
    (range(200, 300), _account(_("The app lacks a permission."), _PERMIT)),
    (
        range(141000, 142000),
        _fail(
            _("WhatsApp reports a problem with the account's health."),
            _("Test the connection of the WhatsApp account and do what the report says."),
        ),
    ),
)
STATUSES: Final[Mapping[int, Rule]] = {
    401: CODES[190],
    407: _account(
        _("A proxy on the way to WhatsApp refused the connection."),
        _("Let the server reach the API address through the proxy, then test the connection."),
    ),
    408: CODES[1],
    429: CODES[130429],
}
REDIRECT: Final = _account(
    _("The API address answered with a redirect."),
    _("Correct the API address of the WhatsApp account: https://graph.facebook.com."),
)
SERVER_FAULT: Final = CODES[2]
NO_ANSWER: Final = Rule(
    Action.RETRY,
    _("WhatsApp did not answer."),
    _("Check that the server reaches the API address over the internet; then try again."),
)
UNKNOWN: Final = Rule(
    Action.FAIL,
    _("WhatsApp reported an error that is not known yet."),
    _("Read WhatsApp's words and its page of error codes; tell whoever looks after Odoo."),
    person=True,
)
