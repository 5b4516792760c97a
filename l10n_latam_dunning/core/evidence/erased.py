"""What stands where personal content was erased, and how it is told from content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

# A fixed word, an object for JSON, or a keyed hash behind a sign where the place must stay unique
# or must be known again.
WORD: Final = "[erased]"
SIGN: Final = "erased:"
ERASED: Final = {"erased": True}
# What need not be kept as long as the rest: it repeats what is sealed beside it.
TECHNICAL: Final = frozenset({"data.raw"})


def is_mark(value: Any) -> bool:
    """Whether a value is what an erasure leaves behind, or nothing at all."""
    if isinstance(value, str):
        return value in ("", WORD) or value.startswith(SIGN)
    return not value or value == ERASED


def among(names: Iterable[str], kinds: Iterable[str]) -> set[str]:
    """Those of the names in a fact that are of these kinds; `data.*` are all that begin with
    `data.`."""
    known = set(kinds)
    return {name for name in names if name in known or f"{name.partition('.')[0]}.*" in known}


def covered(erasures: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """{record: names} that recorded erasures name, from their details."""
    found: dict[str, set[str]] = {}
    for details in erasures:
        for part in details.get("erased") or ():
            for res_id in part["ids"]:
                found.setdefault(f"{part['model']}/{res_id}", set()).update(part["names"])
    return found
