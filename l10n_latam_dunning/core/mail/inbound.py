"""What comes back by e-mail: a report that a message could not be delivered, or an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Final

from .refusal import enhanced_status, one_line

# Our own ids of messages, as `message_id` writes them.
_OURS: Final = re.compile(r"<?dun\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.I)
_CODE: Final = re.compile(r"\b([45]\d\d)\b")
# Permanent trouble that speaks of the address itself: no such mailbox, system or host.
_OF_ADDRESS: Final = ("5.1.", "5.2.1", "5.4.4")
# Where an answer's own words end and what it answers begins.
_QUOTE: Final = re.compile(
    r"""^(?:
        \s*>
      | [-_*\s]{5,}
      | [-_*\s]*(?:mensaje|mensagem|message)\s+(?:original|reenviad|encaminhad)
      | (?:el|em|on)\b.{3,120}\b(?:escribi[oó]|escreveu|wrote)\b
      | \s*\*?(?:de|from)\s*:\*?\s.*@
    )""",
    re.I | re.X,
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report of non-delivery. ``is_hard``: the address itself does not work."""

    code: int
    details: str
    is_final: bool
    is_hard: bool


def message_id(reference: str, host: str) -> str:
    """The Message-Id of the message with our reference ``dun:<uuid>``: a report that comes back
    finds it even when nobody wrote down that it left."""
    return f"<dun.{reference.removeprefix('dun:')}@{host}>"


def references(text: str) -> list[str]:
    """Our references in Message-Ids, in the order of the text."""
    return [f"dun:{found.lower()}" for found in _OURS.findall(text)]


def read_bounce(message: Message) -> Bounce:
    """Read a report of delivery. One without the part for machines is judged by its words."""
    for report in _reports(message):
        status = str(report.get("Status") or "").strip()
        action = str(report.get("Action") or "").strip().lower()
        diagnostic = one_line(str(report.get("Diagnostic-Code") or ""))
        words = diagnostic.partition(";")[2].strip() or diagnostic or status
        return _bounce(status, words, is_final=action in ("", "failed"))
    return _bounce("", one_line(_plain(message)), is_final=True)


def own_words(text: str) -> str:
    """An answer without what it quotes."""
    lines: list[str] = []
    for line in text.splitlines():
        if _QUOTE.match(line):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def _bounce(status: str, words: str, *, is_final: bool) -> Bounce:
    status = status or enhanced_status(words)
    found = _CODE.search(words)
    code = int(found[1]) if found else int(status[:1] or "5") * 100
    is_hard = is_final and status.startswith(_OF_ADDRESS)
    return Bounce(code, words, is_final, is_hard)


def _reports(message: Message) -> Iterator[Message]:
    """The blocks of a delivery report, one for each recipient."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else ():
                if isinstance(block, Message) and block["Final-Recipient"]:
                    yield block


def _plain(message: Message) -> str:
    """The first text of a message."""
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload.decode(part.get_content_charset() or "utf-8", "replace")
    return ""
