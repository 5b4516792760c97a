"""Makes seals: facts become entries with salted leaves, entries a tree, the tree a chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from .proof import Line, digest_of, field_salt, hash_of, leaf_of, tree_leaf, tree_node


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened and never changes. `name` is model/record/part; `at` is when the
    program learned of it; `fields` are as :func:`plain` makes them."""

    name: str
    partner: int
    at: str
    fields: Mapping[str, Any]


def plain(value: Any) -> Any:
    """A value as it is sealed: text, integers, truths, nothing, lists and keys. Instants are UTC
    with a Z, decimal numbers are text without needless zeros."""
    if isinstance(value, datetime):
        utc = value if value.tzinfo is None else value.astimezone(timezone.utc)
        return f"{utc.replace(tzinfo=None).isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else value
        text = f"{number:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in ("-0", "") else text
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} cannot be sealed")


def leaves_of(fields: Mapping[str, Any], salt: str) -> dict[str, str]:
    """The commitment to each field of a fact."""
    return {name: leaf_of(field_salt(salt, name), name, value) for name, value in fields.items()}


def entry_of(fact: Fact, chain: str, nth: int, salt: str) -> Line:
    """What is kept of a fact once it is sealed: its place, its leaves and their digest."""
    entry: Line = {
        "at": fact.at,
        "chain": chain,
        "fact": fact.name,
        "leaves": leaves_of(fact.fields, salt),
        "nth": nth,
        "partner": fact.partner,
    }
    return {**entry, "salt": salt, "digest": digest_of(entry)}


def tree_of(digests: Sequence[str]) -> tuple[str, list[list[str]]]:
    """The root over digests, and the path from each to it."""
    level = [tree_leaf(digest) for digest in digests]
    places = list(range(len(level)))
    paths: list[list[str]] = [[] for _digest in digests]
    while len(level) > 1:
        for path, place in zip(paths, places, strict=True):
            if place ^ 1 < len(level):
                path.append(level[place ^ 1].hex())
        places = [place >> 1 for place in places]
        pairs = zip(level[::2], level[1::2], strict=False)
        rest = level[-1:] if len(level) % 2 else []
        level = [tree_node(left, right) for left, right in pairs] + rest
    return level[0].hex(), paths


def seal_of(
    chain: str,
    number: int,
    previous: str,
    digests: Sequence[str],
    sealed_at: datetime,
    complete_to: datetime | None,
) -> Line:
    """The seal over a batch of digests, chained to the one before."""
    seal: Line = {
        "chain": chain,
        "complete_to": plain(complete_to) if complete_to else None,
        "count": len(digests),
        "number": number,
        "previous": previous,
        "root": tree_of(digests)[0],
        "sealed_at": plain(sealed_at),
    }
    return {**seal, "hash": hash_of(seal)}


def open_salts(line: Line, closed: Iterable[str]) -> Line:
    """The salts that may be given away when some fields are closed: without its salt, the leaf of
    a telephone number cannot be guessed."""
    names = set(closed)
    if line.get("salts") is not None:
        return {"salts": {k: salt for k, salt in line["salts"].items() if k not in names}}
    if not names & set(line["leaves"]):
        return {"salt": line["salt"]}
    opened = sorted(set(line["leaves"]) - names)
    return {"salts": {name: field_salt(line["salt"], name) for name in opened}}


def differences(entry: Line, fields: Mapping[str, Any]) -> list[str]:
    """The sealed fields that `fields` does not bear out; those without a salt are not asked."""
    salts = entry.get("salts")
    wrong = []
    for name, leaf in entry["leaves"].items():
        if salts is not None and name not in salts:
            continue
        salt = salts[name] if salts is not None else field_salt(entry["salt"], name)
        if name not in fields or leaf_of(salt, name, fields[name]) != leaf:
            wrong.append(name)
    return sorted(wrong)
