"""Receipts that anybody may upload: what a file is by its content, and what is not taken."""

from __future__ import annotations

import re
import struct
from typing import Final, NamedTuple

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 5 * MEGABYTE
# A picture that would fill the memory of whoever opens it.
MOST_PIXELS: Final = 50_000_000
LONGEST_NAME: Final = 80

_ZIP_END: Final = b"PK\x05\x06"
_ARCHIVES: Final = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")
# What lets a document act by itself, or carry another file.
_ACTIVE_PDF: Final = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|OpenAction|AA|RichMedia|XFA)\b"
)
_MARKUP: Final = re.compile(rb"<\s*(?:!doctype|html|script|svg|\?php|\?xml|iframe)", re.IGNORECASE)
_NAME: Final = re.compile(r"[^\w .()-]+")
_JPEG_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


REASONS: Final[dict[str, str]] = {
    "empty": _("The file is empty. Choose it again."),
    "large": _("The file is larger than 5 MB. Send a smaller one, such as a screenshot."),
    "kind": _("Only PDF, JPG, PNG and WEBP files are taken. A photo of the receipt is enough."),
    "broken": _("The file cannot be read. Save it anew, or send a photo of the receipt."),
    "hidden": _("The file holds more than a receipt. Send a photo or a screenshot instead."),
}


class BadReceipt(ValueError):
    """A file that is not taken; `reason` is a key of :data:`REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Receipt(NamedTuple):
    """A file that is taken: its type by its content, and a name that harms nobody."""

    mime: str
    name: str


def inspect(content: bytes, filename: str = "") -> Receipt:
    """What a file is by its content alone. Raises :class:`BadReceipt`."""
    if not content:
        raise BadReceipt("empty")
    if len(content) > LARGEST:
        raise BadReceipt("large")
    for mime, ending, starts, check in _KINDS:
        if content.startswith(starts):
            try:
                check(content)
            except (struct.error, IndexError) as error:
                raise BadReceipt("broken") from error
            if _ZIP_END in content[-65_600:] or _MARKUP.search(content[:2048]):
                raise BadReceipt("hidden")
            return Receipt(mime, _safe_name(filename, ending))
    raise BadReceipt("kind")


def _safe_name(filename: str, ending: str) -> str:
    """A name without a path, markup or a second ending."""
    last = re.split(r"[\\/]", filename)[-1]
    stem = last.rpartition(".")[0] or last
    stem = _NAME.sub("_", stem).replace(".", "_").strip(" _-")[:LONGEST_NAME].strip()
    return f"{stem or 'receipt'}{ending}"


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise BadReceipt("broken")
    if _ACTIVE_PDF.search(content) or any(mark in content[:64] for mark in _ARCHIVES):
        raise BadReceipt("hidden")


def _check_png(content: bytes) -> None:
    """Walk the chunks: nothing comes after the last one."""
    position, size = 8, 0
    while position < len(content):
        length, name = struct.unpack(">I4s", content[position : position + 8])
        if name == b"IHDR":
            size = _pixels(*struct.unpack(">II", content[position + 8 : position + 16]))
        position += 12 + length
        if name == b"IEND":
            break
    else:
        raise BadReceipt("broken")
    if position != len(content):
        raise BadReceipt("hidden" if position < len(content) else "broken")
    if not size:
        raise BadReceipt("broken")


def _check_jpeg(content: bytes) -> None:
    """Walk the segments up to the one with the size. What telephones append is left alone."""
    position = 2
    while True:
        mark, code, length = struct.unpack(">BBH", content[position : position + 4])
        if mark != 0xFF:
            raise BadReceipt("broken")
        if code in _JPEG_SIZES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            _pixels(width, height)
            break
        if code == 0xDA:
            raise BadReceipt("broken")
        position += 2 + length
    if b"\xff\xd9" not in content[position:]:
        raise BadReceipt("broken")


def _check_webp(content: bytes) -> None:
    (length,) = struct.unpack("<I", content[4:8])
    if content[8:12] != b"WEBP":
        raise BadReceipt("kind")
    if not 0 <= length + 8 + length % 2 - len(content) <= 1:
        raise BadReceipt("hidden" if length + 8 < len(content) else "broken")
    form, body = content[12:16], content[20:]
    if form == b"VP8X":
        width = 1 + int.from_bytes(body[4:7], "little")
        height = 1 + int.from_bytes(body[7:10], "little")
    elif form == b"VP8L":
        (bits,) = struct.unpack("<I", body[1:5])
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif form == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", body[6:10]))
    else:
        raise BadReceipt("broken")
    _pixels(width, height)


def _pixels(width: int, height: int) -> int:
    if not width or not height:
        raise BadReceipt("broken")
    if width * height > MOST_PIXELS:
        raise BadReceipt("hidden")
    return width * height


_KINDS: Final = (
    ("application/pdf", ".pdf", b"%PDF-", _check_pdf),
    ("image/png", ".png", b"\x89PNG\r\n\x1a\n", _check_png),
    ("image/jpeg", ".jpg", b"\xff\xd8\xff", _check_jpeg),
    ("image/webp", ".webp", b"RIFF", _check_webp),
)
