"""The format of evidence, version 1: how a fact is written, sealed and chained.

All text is UTF-8, all hashes are SHA-256 in lower-case hexadecimal, all instants are UTC.
*Canonical JSON*: keys sorted by code point, no white space, no floating-point number (a decimal
number is a string), no escape that JSON does not ask for.

- `facts.jsonl`, one fact a line as canonical JSON, in the order of `chain`, `partner`, `nth`.
  `fact` names it (model/record/part), `fields` is its content; where a field is a document,
  `files` says where it lies. Each field has a leaf in `leaves`:
  sha256(field salt as bytes + canonical JSON of [name, value]). The field salt is
  sha256(salt as bytes + name) where there is a `salt`, else it stands in `salts`. A field without
  a value was `withheld` or `erased`, and its salt with it; the leaf stays. What was erased is
  named by a fact of the access log of kind `erase`: its `details` list model, ids and fields,
  and the law that allowed it; a raw payload may go without. A fact that is
  `superseded` (the state of a message before its next step) has leaves only.
  The digest of a fact is the hash of the canonical JSON of its `at`, `chain`, `fact`, `leaves`,
  `nth` (its number among this partner's facts in this chain) and `partner`.
- `seals.jsonl`, one seal a line. Its `root` is that of the Merkle tree (RFC 9162: a leaf is hashed
  behind a zero byte, two nodes behind a one byte) over the digests of its facts; `index` and
  `path` of a fact, which names its `seal`, lead there. Its `hash` is that of the canonical JSON of
  its other keys, among them `previous`, the hash of the seal before it: that is the chain.
  `complete_to` says that every fact before this instant is in this seal or an earlier one.
- `manifest.json`: what the file is about, how many facts each partner has in each chain, the last
  seals, and the hash of every other file. The ZIP's comment is the hash of the ZIP before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

FORMAT = "l10n_latam_dunning.evidence/1"
FACTS, SEALS, MANIFEST = "facts.jsonl", "seals.jsonl", "manifest.json"
ENTRY_KEYS = ("at", "chain", "fact", "leaves", "nth", "partner")
SEAL_KEYS = ("chain", "complete_to", "count", "number", "previous", "root", "sealed_at")
FIRST_PREVIOUS = "0" * 64
COMMENT = b"sha256:"

Line = dict[str, Any]


def canonical(value: Any) -> bytes:
    """The one way in which text, integers, truths, lists and keys are written."""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode("utf-8")


def sha256(data: bytes) -> str:
    """A hash as it is written down."""
    return hashlib.sha256(data).hexdigest()


def unhex(text: str) -> bytes:
    """The bytes of a hash; refuses what is not written as hashes are."""
    data = bytes.fromhex(text)
    if data.hex() != text:
        raise ValueError("this is not how a hash is written")
    return data


def field_salt(salt: str, name: str) -> str:
    """The salt of one field, from that of its fact."""
    return sha256(unhex(salt) + name.encode("utf-8"))


def leaf_of(salt: str, name: str, value: Any) -> str:
    """The commitment to one field; `salt` is the field's own."""
    return sha256(unhex(salt) + canonical([name, value]))


def digest_of(entry: Mapping[str, Any]) -> str:
    """The digest of a fact, from its leaves and its place."""
    return sha256(canonical({key: entry[key] for key in ENTRY_KEYS}))


def hash_of(seal: Mapping[str, Any]) -> str:
    """The hash of a seal, which the next one names."""
    return sha256(canonical({key: seal[key] for key in SEAL_KEYS}))


def tree_leaf(digest: str) -> bytes:
    """A digest as the lowest node of a tree."""
    return hashlib.sha256(b"\x00" + unhex(digest)).digest()


def tree_node(left: bytes, right: bytes) -> bytes:
    """Two nodes as one."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(digest: str, index: int, count: int, path: Sequence[str]) -> str:
    """The root that a path leads to; empty when the path does not fit the tree."""
    here, last, node = index, count - 1, tree_leaf(digest)
    if not 0 <= here <= last:
        return ""
    for step in path:
        if last == 0:
            return ""
        other = unhex(step)
        if here & 1 or here == last:
            node = tree_node(other, node)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            node = tree_node(node, other)
        here, last = here >> 1, last >> 1
    return "" if last else node.hex()


def record_of(fact: str) -> str:
    """The record that a fact is part of: `dunning.message/12`."""
    return "/".join(fact.split("/")[:2])
