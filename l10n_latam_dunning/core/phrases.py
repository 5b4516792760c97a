"""A small notation for what people write, and the patterns that it stands for.

Phrases are lower case without accents, one a line. `{name}` is any word of that list, `[a|b]` may
be missing, `a|b` is either, `*` is up to five words, `_` joins words to one, `!{name}` means that
no such word follows, and `$` is the end of a clause.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

_MAX_LENGTH: Final = 600


def words(text: str) -> list[str]:
    """The words of a list, those that were joined to one with their blanks."""
    return [word.replace("_", " ") for word in text.split()]


def any_of(phrases: str, lists: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern that finds any of these phrases in a :func:`plain` text."""
    return _any_of(_patterns(phrases, lists))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("(?<= )(?:" + "|".join(phrases) + ")")


def _patterns(phrases: str, lists: Mapping[str, str]) -> Iterator[str]:
    for line in phrases.strip().splitlines():
        yield "".join(_piece(token, lists) for token in line.split())


def _piece(token: str, lists: Mapping[str, str]) -> str:
    """Turn one token of a phrase into a piece of a pattern that ends with a space."""
    if token == "*":
        return r"(?:\S+ ){0,5}?"
    if token == "$":
        return r"(?:\. |$)"
    if token.startswith("!"):
        articles = "|".join(words(lists["article"]))
        return rf"(?!(?:(?:{articles}) )?(?:{_alternatives(token[1:], lists)}) )"
    if token.startswith("["):
        return rf"(?:(?:{_alternatives(token[1:-1], lists)}) )?"
    return rf"(?:{_alternatives(token, lists)}) "


def _alternatives(token: str, lists: Mapping[str, str]) -> str:
    found = []
    for part in token.split("|"):
        found += words(lists[part[1:-1]]) if part.startswith("{") else [part.replace("_", " ")]
    return "|".join(sorted(found, key=len, reverse=True))


def plain(text: str) -> str:
    """Reduce to lower-case words without accents, each followed by a space, `.` between clauses."""
    text = text[:_MAX_LENGTH].replace("\N{OCTAGONAL SIGN}", " stop ")
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    bare = re.sub(r"['’`´]", "", bare)
    bare = re.sub(r"[.,;:!?¡¿\n]+", " . ", bare)
    tokens = " ".join(re.sub(r"[^a-z0-9.]+", " ", bare).split())
    letters = tokens.replace(" .", "").strip(". ")
    if re.fullmatch(r"(?:[a-z] ){2,}[a-z]", letters):
        tokens = letters.replace(" ", "")
    return " " + re.sub(r"([a-z])\1{2,}", r"\1", tokens) + " "
