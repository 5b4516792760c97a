"""What a page link says, in as few letters as an SMS can spare. The signature is not made here."""

from __future__ import annotations

import base64
import binascii
from typing import Final, NamedTuple

SIGNATURE_BYTES: Final = 12
# Four numbers of at most nine digits and a signature stay far below this.
LONGEST: Final = 64
LARGEST: Final = 2**31 - 1


class Ticket(NamedTuple):
    """Whose page it is, of which company, over which contact point (0: none), and the last day
    (proleptic ordinal, UTC) on which it opens."""

    partner: int
    company: int
    point: int
    last_day: int

    def __bytes__(self) -> bytes:
        return b"".join(_varint(number) for number in self)


def write(ticket: Ticket, signature: bytes) -> str:
    """The link's end: the ticket and its signature."""
    return base64.urlsafe_b64encode(bytes(ticket) + signature).decode().rstrip("=")


def read(text: str) -> tuple[Ticket, bytes] | None:
    """The ticket and the signature of a link's end; nothing for what cannot be one. There is one
    way to write a ticket, so that a link cannot be varied."""
    if not text.isascii() or len(text) > LONGEST:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    numbers = _numbers(body)
    if numbers is None or len(numbers) != len(Ticket._fields):
        return None
    ticket = Ticket(*numbers)
    return (ticket, signature) if write(ticket, signature) == text else None


def _varint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first."""
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def _numbers(body: bytes) -> list[int] | None:
    numbers: list[int] = []
    value = shift = 0
    for byte in body:
        value |= (byte & 0x7F) << shift
        if value > LARGEST:
            return None
        shift += 7
        if not byte & 0x80:
            numbers.append(value)
            value = shift = 0
    return None if shift else numbers
