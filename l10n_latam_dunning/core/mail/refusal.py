"""What the answer of a mail server says: whether a message left, and what to do when it did not."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Mapping
from typing import Final

from ..delivery import Delivery
from ..whatsapp.errors import Action

_ENHANCED: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")

# What a refusal for good means, by the step at which it came and the class of RFC 3463 that the
# server gave with it: 1 is the address, 2 its mailbox, 7 a policy, such as no relaying.
_RECIPIENT: Final[Mapping[str, Action]] = {
    "": Action.NUMBER,
    "2": Action.FAIL,
    "7": Action.ACCOUNT,
}
_SENDER: Final[Mapping[str, Action]] = {"": Action.ACCOUNT}
_CONTENT: Final[Mapping[str, Action]] = {"": Action.FAIL, "1": Action.NUMBER}


def enhanced_status(text: str) -> str:
    """The enhanced status code in a server's words, such as 5.1.1, or nothing."""
    found = _ENHANCED.search(text)
    return found[1] if found else ""


def judge(error: BaseException | None) -> Delivery:
    """What is known after sending ended with an error: refused where a server said so, unknown
    in every other case."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, words = next(iter(error.recipients.values()))
        return _refused(code, words, _RECIPIENT)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _refused(error.smtp_code, error.smtp_error, _SENDER)
    if isinstance(error, smtplib.SMTPDataError):
        return _refused(error.smtp_code, error.smtp_error, _CONTENT)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Delivery("refused", details=one_line(str(error)), action=Action.NUMBER)
    return Delivery("unknown", details=type(error).__name__)


def unreachable(error: BaseException) -> Delivery:
    """No connection came about, so nothing left: a matter of set-up, to be held."""
    words = one_line(str(error)) or type(error).__name__
    return Delivery("refused", details=words, action=Action.ACCOUNT)


def one_line(words: bytes | str) -> str:
    """A server's answer as one short line."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:300]


def _refused(code: int, words: bytes | str, actions: Mapping[str, Action]) -> Delivery:
    details = one_line(words)
    _class, _dot, rest = enhanced_status(details).partition(".")
    action = actions.get(rest.partition(".")[0], actions[""])
    if 400 <= code < 500:
        action = Action.RETRY
    return Delivery("refused", code=code, details=details, action=action)
