"""Reading JSON of which nothing may be taken for granted: odd values become empty ones."""

import re
from datetime import datetime, timezone
from typing import Any

Json = dict[str, Any]


def as_text(value: object) -> str:
    """Return a text without NUL; numbers become digits."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def as_word(value: object) -> str:
    """Return one of Meta's words in capitals."""
    return as_text(value).strip().upper()[:64]


def as_int(value: object) -> int | None:
    """Return a code, given as a number or as digits."""
    digits = as_text(value)
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else None


def as_dict(value: object) -> Json:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_dicts(value: object) -> list[Json]:
    """Return the objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_moment(value: object) -> datetime | None:
    """Read Unix seconds, given as a string or a number."""
    digits = as_text(value)
    if not re.fullmatch(r"[0-9]{1,11}", digits):
        return None
    try:
        return datetime.fromtimestamp(int(digits), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
