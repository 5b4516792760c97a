"""Files over WhatsApp: which kinds are taken and sent, how large, and from where they may come."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

MEGABYTE: Final = 1024 * 1024
DEFAULT_LIMIT: Final = 16 * MEGABYTE
# Where Meta keeps what people send; our token goes nowhere else.
HOSTS: Final = ("fbsbx.com", "facebook.com", "fbcdn.net", "whatsapp.net")
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Kind(NamedTuple):
    """A type of file: how a message names it, its ending, its first bytes, and Meta's limit."""

    message: str
    ending: str
    starts: tuple[bytes, ...]
    limit: int


_OFFICE: Final = (b"\xd0\xcf\x11\xe0",)
_ZIP: Final = (b"PK\x03\x04",)
_WORD: Final = "application/vnd.openxmlformats-officedocument."
_DOCUMENT: Final = 100 * MEGABYTE
_SOUND: Final = 16 * MEGABYTE
_PICTURE: Final = 5 * MEGABYTE

KINDS: Final[Mapping[str, Kind]] = {
    "application/pdf": Kind("document", ".pdf", (b"%PDF-",), _DOCUMENT),
    "text/plain": Kind("document", ".txt", (), _DOCUMENT),
    "application/msword": Kind("document", ".doc", _OFFICE, _DOCUMENT),
    "application/vnd.ms-excel": Kind("document", ".xls", _OFFICE, _DOCUMENT),
    "application/vnd.ms-powerpoint": Kind("document", ".ppt", _OFFICE, _DOCUMENT),
    f"{_WORD}wordprocessingml.document": Kind("document", ".docx", _ZIP, _DOCUMENT),
    f"{_WORD}spreadsheetml.sheet": Kind("document", ".xlsx", _ZIP, _DOCUMENT),
    f"{_WORD}presentationml.presentation": Kind("document", ".pptx", _ZIP, _DOCUMENT),
    "image/jpeg": Kind("image", ".jpg", (b"\xff\xd8\xff",), _PICTURE),
    "image/png": Kind("image", ".png", (b"\x89PNG\r\n\x1a\n",), _PICTURE),
    "image/webp": Kind("sticker", ".webp", (b"RIFF",), 500 * 1024),
    "audio/aac": Kind("audio", ".aac", (), _SOUND),
    "audio/amr": Kind("audio", ".amr", (b"#!AMR",), _SOUND),
    "audio/mpeg": Kind("audio", ".mp3", (b"ID3", b"\xff"), _SOUND),
    "audio/mp4": Kind("audio", ".m4a", (), _SOUND),
    "audio/ogg": Kind("audio", ".ogg", (b"OggS",), _SOUND),
    "video/mp4": Kind("video", ".mp4", (), _SOUND),
    "video/3gpp": Kind("video", ".3gp", (), _SOUND),
}
_MARKUP: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|svg|\?xml|script)", re.IGNORECASE
)


_ENDINGS: Final[Mapping[str, str]] = {
    **{kind.ending: mime for mime, kind in KINDS.items()},
    ".jpeg": "image/jpeg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
}
# What a person in the company may send beside a text.
SENDABLE: Final = frozenset({"document", "image", "audio"})


def type_of(filename: str) -> str:
    """The type that a file name gives a file, empty for one that is not sent."""
    stem, dot, ending = filename.rpartition(".")
    mime = _ENDINGS.get(f".{ending.lower()}", "") if stem and dot else ""
    return mime if mime and KINDS[mime].message in SENDABLE else ""


def plain_type(mime: str) -> str:
    """`audio/ogg; codecs=opus` as `audio/ogg`."""
    return mime.partition(";")[0].strip().lower()


def is_what_it_says(mime: str, content: bytes) -> bool:
    """Whether a file may be of the type that it is given out as."""
    kind = KINDS.get(plain_type(mime))
    if kind is None or not content:
        return False
    if kind.starts:
        return content.startswith(kind.starts)
    return not _MARKUP.match(content[:200])


def safe_name(filename: str, mime: str, stem: str) -> str:
    """A file name without a path, with the ending of its type; `stem` where none was given."""
    name = re.sub(r'[\x00-\x1f\x7f"\\/:*?<>|]', "_", filename).strip(" .")[-120:] or stem
    ending = KINDS[plain_type(mime)].ending
    return name if name.lower().endswith(ending) else f"{name}{ending}"


def may_be_asked(url: str, base_url: str) -> bool:
    """Whether the token may go to this address: Meta's over TLS, or this machine's for a
    sandbox that runs on it as well."""
    try:
        there, ours = urlsplit(url), urlsplit(base_url)
        host, port = (there.hostname or "").lower(), there.port
    except ValueError:
        return False
    if there.username or there.password:
        return False
    if (ours.hostname or "") in LOOPBACK:
        return host in LOOPBACK and there.scheme in ("http", "https")
    meta = any(host == name or host.endswith(f".{name}") for name in HOSTS)
    return meta and there.scheme == "https" and port in (None, 443)
