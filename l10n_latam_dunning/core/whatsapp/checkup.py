"""The report of a connection test: what is right, what needs care, what is wrong, and what next."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from .error_codes import Action
from .errors import ApiError
from .health import AVAILABLE, BLOCKED, LIMITED, Health, NumberFacts
from .pace import UNLIMITED, recipients_a_day


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


class Sign(Enum):
    """How a line of the report is meant."""

    GOOD = "good"
    CARE = "care"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the report: texts in English, to be translated and filled with `figures`.

    `figures` may name texts that are translated themselves: those whose key ends in `_text`.
    """

    sign: Sign
    topic: str
    text: str
    next_step: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)


# The days on which Meta ends versions of its Graph API; None: not announced. The one place.
API_VERSIONS: Final[Mapping[str, date | None]] = {
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
    "v26.0": None,
}
WARN_BEFORE: Final = timedelta(days=90)

TOKEN: Final = _("Access token")
NUMBER: Final = _("Number")
NAME: Final = _("Display name")
QUALITY: Final = _("Quality")
SPEED: Final = _("Messages a second")
LIMIT: Final = _("Recipients a day")
HEALTH: Final = _("Health")
WEBHOOK: Final = _("Webhooks")
SECRET: Final = _("App secret")
VERIFY: Final = _("Verify token")
CALLBACK: Final = _("Webhook address")
TEMPLATES: Final = _("Templates")
VERSION: Final = _("API version")
POLICY: Final = _("Own invoices")
MODE: Final = _("Mode")
DATABASE: Final = _("Database")

_MANAGER: Final = _("Open the number in WhatsApp Manager and do what it asks for.")
_KEEP_QUALITY: Final = _(
    "Write only to people who agreed, in neutral words; see which template is blocked most."
)
_COPY_AGAIN: Final = _("Copy it from the app's settings at Meta.")

# Meta's word: sign, what it means, next step.
_Row = tuple[Sign, str, str]
STATUSES: Final[Mapping[str, _Row]] = {
    "CONNECTED": (Sign.GOOD, _("connected"), ""),
    "PENDING": (Sign.BAD, _("not registered yet"), _("Register the number in WhatsApp Manager.")),
    "UNVERIFIED": (Sign.BAD, _("not verified"), _("Verify the number in WhatsApp Manager.")),
    "OFFLINE": (Sign.BAD, _("offline"), _MANAGER),
    "DISCONNECTED": (Sign.BAD, _("disconnected"), _MANAGER),
    "MIGRATED": (Sign.BAD, _("moved to another account"), _("Enter the number's new ids here.")),
    "DELETED": (Sign.BAD, _("deleted"), _("Set up another number.")),
    "BANNED": (Sign.BAD, _("banned"), _("Appeal in WhatsApp Manager.")),
    "RESTRICTED": (Sign.BAD, _("restricted"), _MANAGER),
    "RATE_LIMITED": (Sign.CARE, _("slowed down"), _KEEP_QUALITY),
    "FLAGGED": (Sign.CARE, _("flagged for its quality"), _KEEP_QUALITY),
}
QUALITIES: Final[Mapping[str, _Row]] = {
    "GREEN": (Sign.GOOD, _("high"), ""),
    "YELLOW": (Sign.CARE, _("medium"), _KEEP_QUALITY),
    "RED": (Sign.BAD, _("low"), _KEEP_QUALITY),
    "UNKNOWN": (Sign.GOOD, _("not rated yet"), ""),
    "NA": (Sign.GOOD, _("not rated yet"), ""),
}
NAMES: Final[Mapping[str, _Row]] = {
    "APPROVED": (Sign.GOOD, _("approved"), ""),
    "AVAILABLE_WITHOUT_REVIEW": (Sign.GOOD, _("usable without a review"), ""),
    "PENDING_REVIEW": (Sign.CARE, _("waits for its review"), _("Wait for WhatsApp's decision.")),
    "DECLINED": (Sign.BAD, _("declined"), _("Ask for another display name in WhatsApp Manager.")),
    "EXPIRED": (Sign.BAD, _("expired"), _("Register the number again in WhatsApp Manager.")),
    "NONE": (Sign.CARE, _("not submitted"), _("Submit a display name in WhatsApp Manager.")),
}
_NEW_WORD: Final = _("“%(word)s”, which is not known here")


# === SET-UP === #


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is known without asking WhatsApp. Secrets are said to be there, never shown."""

    mode: str
    token: bool
    app_secret: bool
    verify_token: bool
    confirmed: bool
    neutralized: bool
    version: str
    callback: str
    last_webhook: str
    today: date


def set_up_findings(facts: SetUp) -> list[Finding]:
    """Judge the set-up of an account."""
    found = [_mode(facts.mode)]
    if facts.neutralized:
        found.append(
            Finding(
                Sign.BAD,
                DATABASE,
                _("This database is a neutralized copy: it does not talk to WhatsApp."),
                _("Test the connection in the original database."),
            )
        )
    if not facts.token:
        found.append(
            Finding(
                Sign.BAD,
                TOKEN,
                _("It is missing, so WhatsApp could not be asked."),
                _("Create a system user's token at Meta and enter it on the account."),
            )
        )
    found += [
        _confirmed(facts.confirmed),
        version_finding(facts.version, facts.today),
        _secret(
            SECRET,
            facts.app_secret,
            _("It is there: webhooks can be proved to come from WhatsApp."),
            _("It is missing: nothing is sent, since no answer could be proved genuine."),
        ),
        _secret(
            VERIFY,
            facts.verify_token,
            _("It is there. Enter the same one at Meta beside the webhook address."),
            _("It is missing: Meta cannot verify the webhook address."),
        ),
        callback_finding(facts.callback, facts.last_webhook),
    ]
    return found


def _mode(mode: str) -> Finding:
    if mode == "live":
        return Finding(Sign.GOOD, MODE, _("Live: debtors are written to."))
    if mode == "test":
        text = _("Test: only the listed numbers are written to.")
        return Finding(Sign.CARE, MODE, text, _("Switch it to Live when the test went well."))
    text = _("Off: nothing is sent.")
    return Finding(Sign.CARE, MODE, text, _("Switch it to Test or Live when all is right."))


def _confirmed(confirmed: bool) -> Finding:
    if confirmed:
        return Finding(
            Sign.GOOD, POLICY, _("It was confirmed that only own invoices are asked for.")
        )
    return Finding(
        Sign.BAD,
        POLICY,
        _("Nobody has confirmed that only own invoices are asked for, in the company's name."),
        _("Tick the confirmation on the account. WhatsApp forbids collecting for others."),
    )


def _secret(topic: str, there: bool, good: str, bad: str) -> Finding:
    if there:
        return Finding(Sign.GOOD, topic, good)
    return Finding(Sign.BAD, topic, bad, _COPY_AGAIN if topic == SECRET else _("Enter one."))


def version_finding(version: str, today: date) -> Finding:
    """Judge an API version by the day on which Meta ends it."""
    newest = max(API_VERSIONS, key=lambda name: float(name[1:]))
    figures = {"version": version, "newest": _steady_version(today)}
    choose = _("Enter version %(newest)s on the account.")
    if version not in API_VERSIONS:
        if version[1:].replace(".", "", 1).isdigit() and float(version[1:]) > float(newest[1:]):
            text = _("%(version)s is newer than this addon knows.")
            step = _("Enter version %(newest)s if anything looks odd.")
            return Finding(Sign.CARE, VERSION, text, step, figures)
        return Finding(Sign.BAD, VERSION, _("%(version)s has ended."), choose, figures)
    end = API_VERSIONS[version]
    if end is None:
        text = _("%(version)s: Meta has announced no end.")
        return Finding(Sign.GOOD, VERSION, text, figures=figures)
    figures["day"] = end.isoformat()
    if end <= today:
        text = _("%(version)s has ended on %(day)s.")
        return Finding(Sign.BAD, VERSION, text, choose, figures)
    text = _("%(version)s works until %(day)s.")
    if end - today <= WARN_BEFORE:
        return Finding(Sign.CARE, VERSION, text, choose, figures)
    return Finding(Sign.GOOD, VERSION, text, figures=figures)


def _steady_version(today: date) -> str:
    """The newest version whose end is known and far: what others have tried out already."""
    lasting = [name for name, end in API_VERSIONS.items() if end and end - today > WARN_BEFORE]
    return max(lasting or API_VERSIONS, key=lambda name: float(name[1:]))


def callback_finding(url: str, last_webhook: str) -> Finding:
    """Judge whether Meta can reach our address; what has arrived proves more than any guess."""
    figures = {"host": urlsplit(url).hostname or "", "when": last_webhook}
    if urlsplit(url).scheme != "https":
        return Finding(
            Sign.BAD,
            CALLBACK,
            _("The address does not begin with https: Meta does not call it."),
            _("Give the server a certificate, and set web.base.url to its https address."),
            figures,
        )
    if not is_public(figures["host"]):
        return Finding(
            Sign.BAD,
            CALLBACK,
            _("%(host)s is an address of your own network: Meta cannot reach it."),
            _("Set web.base.url to the address by which the server is reached from outside."),
            figures,
        )
    if last_webhook:
        text = _("%(host)s is reached: the last webhook came on %(when)s.")
        return Finding(Sign.GOOD, CALLBACK, text, figures=figures)
    return Finding(
        Sign.CARE,
        CALLBACK,
        _("%(host)s looks right, but no webhook has come yet."),
        _("Enter the address and the verify token in the app's settings at Meta, and send a test."),
        figures,
    )


def is_public(host: str) -> bool:
    """Tell whether a host can be an address of the internet. No name is looked up."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        last = host.rstrip(".").rpartition(".")
        inner = ("local", "localhost", "internal", "lan", "test", "invalid", "home", "intranet")
        return bool(last[0]) and last[2] not in inner


# === ANSWERS === #


def failure_finding(topic: str, error: ApiError) -> Finding:
    """Say in plain words why a call failed."""
    rule = error.rule
    figures = {"meaning_text": rule.meaning, "details": error.details}
    step = rule.next_step
    if error.code is None and error.http_status is None:
        text = _("%(meaning_text)s %(details)s")
    else:
        text = _("%(meaning_text)s WhatsApp's words: %(details)s (code %(code)s).")
        figures["code"] = str(error.code if error.code is not None else error.http_status)
    sign = Sign.BAD if error.action in (Action.ACCOUNT, Action.FAIL) else Sign.CARE
    return Finding(sign, topic, text, step, figures)


def unusable_finding(reason: str) -> Finding:
    """Say that WhatsApp could not be asked at all with this set-up."""
    return Finding(
        Sign.BAD,
        TOKEN,
        _("WhatsApp could not be asked: %(reason)s."),
        _("Correct it on the account; copy the token without spaces or line breaks."),
        {"reason": reason},
    )


def number_findings(facts: NumberFacts) -> list[Finding]:
    """Judge what WhatsApp says of the number. That it says anything proves the token."""
    who = {"number": facts.display_phone_number, "name": facts.verified_name}
    return [
        Finding(Sign.GOOD, TOKEN, _("WhatsApp accepts it.")),
        _row(NUMBER, STATUSES, facts.status, _("%(number)s: %(word_text)s."), who),
        _row(NAME, NAMES, facts.name_status, _("“%(name)s”: %(word_text)s."), who),
        _row(QUALITY, QUALITIES, facts.quality, _("Recipients rate it %(word_text)s."), {}),
        _speed(facts.throughput),
        _limit(facts.limit),
    ]


def _row(
    topic: str, table: Mapping[str, _Row], word: str, text: str, figures: Mapping[str, str]
) -> Finding:
    """A line by a table of Meta's words; one that is not in it needs a look."""
    if not word:
        return Finding(Sign.CARE, topic, _("WhatsApp does not say."), _MANAGER)
    sign, meaning, step = table.get(word, (Sign.CARE, _NEW_WORD, _MANAGER))
    return Finding(sign, topic, text, step, {**figures, "word_text": meaning, "word": word})


def _speed(level: str) -> Finding:
    if level == "HIGH":
        return Finding(Sign.GOOD, SPEED, _("High: up to 1,000."))
    if level in ("STANDARD", "NOT_APPLICABLE", ""):
        return Finding(Sign.GOOD, SPEED, _("Standard: up to 80, 20 if the app is used beside it."))
    text = _("“%(word)s”, which is not known here")
    return Finding(Sign.CARE, SPEED, text, _MANAGER, {"word": level})


def _limit(limit: str) -> Finding:
    people = recipients_a_day(limit)
    if people is None:
        return Finding(
            Sign.CARE,
            LIMIT,
            _("WhatsApp does not say; the smallest limit, 250, is kept to."),
            _MANAGER,
        )
    if people >= UNLIMITED:
        return Finding(Sign.GOOD, LIMIT, _("No limit."))
    figures = {"people": f"{people:,}"}
    if people <= 250:
        return Finding(
            Sign.CARE,
            LIMIT,
            _("%(people)s different people in 24 hours, over all numbers of the business."),
            _("Verify the business at Meta to raise it."),
            figures,
        )
    text = _("%(people)s different people in 24 hours, over all numbers of the business.")
    return Finding(Sign.GOOD, LIMIT, text, figures=figures)


ENTITIES: Final[Mapping[str, str]] = {
    "PHONE_NUMBER": _("The number"),
    "WABA": _("The WhatsApp Business Account"),
    "BUSINESS": _("The business portfolio"),
    "APP": _("The app"),
    "MESSAGE_TEMPLATE": _("A template"),
}


def health_findings(health: Health) -> list[Finding]:
    """Judge Meta's own check of the number, its account, its business and the app."""
    if health.can_send == AVAILABLE:
        return [Finding(Sign.GOOD, HEALTH, _("WhatsApp finds nothing that keeps it from sending."))]
    signs = {BLOCKED: Sign.BAD, LIMITED: Sign.CARE}
    sign = signs.get(health.can_send, Sign.CARE)
    texts = {
        BLOCKED: _("WhatsApp says that it cannot send."),
        LIMITED: _("WhatsApp says that it can send within limits."),
    }
    found = [
        Finding(
            sign,
            HEALTH,
            _("%(entity_text)s: %(words)s"),
            problem.solution or _MANAGER,
            {
                "entity_text": ENTITIES.get(problem.entity, _("Another part")),
                "words": problem.description + (f" ({problem.code})" if problem.code else ""),
            },
        )
        for problem in health.problems
    ]
    text = texts.get(health.can_send, _("WhatsApp does not say."))
    return found or [Finding(sign, HEALTH, text, _MANAGER)]


def subscription_finding(apps: Sequence[object]) -> Finding:
    """Judge whether webhooks are sent at all: without it none come, though all looks right."""
    if apps:
        return Finding(Sign.GOOD, WEBHOOK, _("The app is subscribed to the account's webhooks."))
    return Finding(
        Sign.BAD,
        WEBHOOK,
        _("The app is not subscribed: no receipt and no answer would arrive."),
        _("Press “Subscribe to webhooks” below."),
    )


def template_findings(ready: Mapping[str, tuple[int, int]]) -> list[Finding]:
    """Judge the templates, {language: (usable, all)}."""
    if not ready:
        step = _("Adopt a policy: it brings its templates along. Then submit them.")
        return [Finding(Sign.CARE, TEMPLATES, _("There are none."), step)]
    return [
        Finding(
            Sign.GOOD if usable == total else Sign.CARE if usable else Sign.BAD,
            TEMPLATES,
            _("%(language)s: %(usable)s of %(total)s can be used."),
            "" if usable == total else _("Open the templates: each says what it waits for."),
            {"language": language, "usable": str(usable), "total": str(total)},
        )
        for language, (usable, total) in sorted(ready.items())
    ]
