"""Whether a text may go to a debtor: what it must not say, and what it must.

Pure reading of words against the tables in :mod:`wording_phrases` and :mod:`wording_content`; which
of them bind, and by which article, comes from the law packs (rules of kind `forbidden` and
`content`).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from .law_book import Jurisdiction
from .provisions import Citation, Terms, binds
from .verdict import Layer
from .wording_content import CONTENTS, PARTS
from .wording_phrases import BETTER, BRIDGES, CONDITIONS, FORBIDDEN, HARMLESS, LISTS, NEGATIONS
from .wording_sentences import WORDING_SENTENCES

__all__ = [
    "HOUSE_RULES",
    "Finding",
    "WordingRules",
    "check_wording",
    "citation_of",
    "wording_rules",
]

Lang = Literal["es", "pt", "en"]
Severity = Literal["blocking", "warning"]
LANGS: tuple[Lang, ...] = ("es", "pt", "en")

# What no law of the region allows anybody to write, even where a pack has no article for it.
EVERYWHERE: Final = frozenset({"threat", "shame", "insult", "third_party", "impersonation"})
_COMMON_LAW = Citation("law", "Criminal and data protection law, and the channel's own terms")
_HOUSE = Citation("company", "Prudent rule of the addon: forbidden statements")
# Only where a pack names it does it stop a message; elsewhere it is bad manners.
_ONLY_WHERE_NAMED: Final = frozenset({"why_not_paid"})
# Purposes whose texts need none of the contents that a reminder must have.
_BARE: Final = frozenset({"reply", "identity", "consent"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a text. `phrase` is `text[start:end]`, empty where something
    is missing; `better` is a wording in the language of the text."""

    code: str
    phrase: str
    start: int
    end: int
    severity: Severity
    better: str
    legal_reference: str = ""
    layer: Layer = "company"
    source_url: str = ""

    @property
    def figures(self) -> dict[str, str]:
        """What the sentence about this finding is filled with."""
        figures = {"variant": self.code, "rule": self.code, "better": self.better}
        if self.phrase:
            figures["phrase"] = self.phrase
        return figures

    def __str__(self) -> str:
        key = f"wording.{self.code}"
        return WORDING_SENTENCES.get(key, WORDING_SENTENCES["wording.missing_unknown"]) % {
            "phrase": self.phrase,
            **self.figures,
        }


@dataclass(frozen=True, eq=False)
class WordingRules:
    """The rules on wording that bind a channel and a kind of debtor at a place."""

    forbidden: Mapping[str, Citation] = field(default_factory=dict)
    contents: tuple[tuple[str, Citation], ...] = ()
    layers: tuple[Layer, ...] = ("law", "company")


HOUSE_RULES = WordingRules()


def wording_rules(
    law: Jurisdiction | None,
    channel: str = "whatsapp",
    debtor_kind: str = "consumer",
    layers: tuple[Layer, ...] = ("law", "company"),
) -> WordingRules:
    """The rules of a version of the law; without one, those that hold everywhere.

    What is no law for this kind of debtor is kept as the company's own rule.
    """
    if law is None:
        return WordingRules(layers=layers)
    bound = not law.debtors or debtor_kind in law.debtors
    return WordingRules(
        dict(reversed(list(_citations(law.forbidden, channel, bound)))),
        tuple(_citations(law.contents, channel, bound)),
        layers,
    )


def _citations(rules: Iterable[Terms], channel: str, bound: bool) -> Iterator[tuple[str, Citation]]:
    """Each term once, with its first citation; those of the law come first."""
    seen: set[str] = set()
    for layer in ("law", "company"):
        for rule in rules:
            if rule.citation.layer == layer and binds(rule.channels, channel):
                cited = rule.citation if bound else rule.citation.of_company()
                for term in sorted(rule.terms - seen):
                    yield term, cited
                seen |= rule.terms


def check_wording(
    text: str,
    *,
    lang: str | None = None,
    rules: WordingRules | Jurisdiction | None = None,
    purpose: str = "reminder",
    placeholders: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """All that is wrong with a text, in its order, what is missing last.

    `lang` is the language of the text (`es`, `pt_BR` …); without it all three are looked for.
    `placeholders` name what the message carries beside the text: variables, or contents such as
    `opt_out` for a button. An answer to what the debtor asked needs none of the contents, nor
    does the question whether a number is his, which must not tell of a debt.
    """
    if not isinstance(rules, WordingRules):
        rules = wording_rules(rules) if rules else HOUSE_RULES
    code = (lang or "").lower()[:2]
    return _check(text, code if code in LANGS else None, rules, purpose in _BARE, placeholders)


@functools.lru_cache(maxsize=4096)
def _check(
    text: str,
    lang: str | None,
    rules: WordingRules,
    bare: bool,
    placeholders: frozenset[str],
) -> tuple[Finding, ...]:
    plain = _Plain(text)
    findings = list(_forbidden(plain, lang, rules))
    if not bare:
        findings += _missing(plain, lang or plain.guess_lang(), rules, placeholders)
    return tuple(findings)


# === PLAIN TEXT ===

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_WORD = re.compile(r"[a-z0-9<>]+")
# Emphasis and quotes are no part of a word and no bound of a sentence.
_DROPPED: Final = frozenset("*_~`'’‘´\"“”«»")
# A point after one of these ends no sentence.
_ABBREVIATIONS: Final = frozenset(
    "art av cia dr dra exma exmo ing jr lic ltda mr mrs no nro sr sra srta sta ud uds vs".split()
)
_MARKERS: Final[Mapping[str, frozenset[str]]] = {
    "es": frozenset("el los las su usted le y del por hola pago factura con si al una".split()),
    "pt": frozenset("o os as sua seu voce nao e do da ola fatura com em uma pagamento".split()),
    "en": frozenset("the your you is and of to for hello invoice with on payment".split()),
}


@functools.lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    """A character as a part of a word ("" for none), a space, or the mark that it is."""
    if char in _DROPPED:
        return ""
    if char.isspace():
        return " "
    decomposed = unicodedata.normalize("NFKD", char).casefold()
    bare = "".join(c for c in decomposed if c.isascii() and c.isalnum())
    if bare:
        return bare
    if unicodedata.category(char)[0] in "MC":
        return ""
    if char in "-/":
        return char
    return char if char in "?%!.:;,¿$" else "."


class _Plain:
    """A text reduced to lower-case words without accents, one space after each word and mark,
    and the place of each word in the original."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.placeholders = frozenset(_PLACEHOLDER.findall(text))
        self.words: list[str] = []
        self.spans: list[tuple[int, int]] = []
        position = 0
        for match in _PLACEHOLDER.finditer(text):
            self._read(position, match.start())
            self._word(f"<{match[1].replace('_', '').lower()}>", *match.span())
            position = match.end()
        self._read(position, len(text))
        self.plain = " " + "".join(f"{word} " for word in self.words)
        self.offsets: list[int] = []
        offset = 1
        for word in self.words:
            self.offsets.append(offset)
            offset += len(word) + 1

    def _word(self, word: str, start: int, end: int) -> None:
        self.words.append(word)
        self.spans.append((start, end))

    def _read(self, position: int, stop: int) -> None:
        text = self.text
        letters: list[str] = []
        start = end = position
        for index in range(position, stop):
            folded = _fold(text[index])
            if folded == "-":
                # Within a word a hyphen is nothing: pre-judicial, processá-lo.
                inside = letters and index + 1 < stop and _fold(text[index + 1]).isalpha()
                folded = "" if inside and letters[-1].isalpha() else "."
            elif folded == "/":
                folded = " "
            if not folded:
                continue
            if folded.isalnum():
                if not letters:
                    start = index
                letters.append(folded)
                end = index + 1
                continue
            if letters:
                self._word("".join(letters), start, end)
                letters = []
            if folded != " " and not (folded == "." and self._is_abbreviated(index)):
                self._word(folded, index, index + 1)
        if letters:
            self._word("".join(letters), start, end)

    def _is_abbreviated(self, index: int) -> bool:
        """Whether the point at an index of the text belongs to the word before it."""
        return bool(self.words) and (
            self.spans[-1][1] == index and self.words[-1] in _ABBREVIATIONS
        )

    def word_at(self, offset: int) -> int:
        """The index of the word that begins at or before an offset of the plain text."""
        return bisect_right(self.offsets, offset) - 1

    def guess_lang(self) -> Lang:
        """The language whose small words are the most frequent."""
        words = set(self.words)
        return max(LANGS, key=lambda lang: len(words & _MARKERS[lang]))


# === PHRASES ===

_TOKEN_ANY = r"(?:[a-z0-9<>]+ ){0,4}?"
_SMALL: Final = frozenset(
    """
    a al as com con da de del do el en em es este esta esa he is it la las le les lo los na no nao
    nos o os para por que se seu si su sua sus te the to tu tus um un una uma you your we our of in
    on for will be
    """.split()
)


def _alternatives(token: str) -> list[str]:
    words: list[str] = []
    for word in token.split("|"):
        words += LISTS[word[1:-1]].split() if word.startswith("{") else [word]
    return [word.replace("_", " ") for word in words]


def _piece(words: Iterable[str]) -> str:
    escaped = (
        re.escape(word).replace(r"\ ", " ").replace(r"\#", "[0-9]+").replace("\\~", "[a-z]*")
        for word in sorted(words, key=len, reverse=True)
    )
    return rf"(?:{'|'.join(escaped)}) "


class _Phrase:
    """One line of a table, compiled when a text first holds one of its rarest words."""

    def __init__(self, code: str, lang: str, line: str) -> None:
        self.code = code
        self.lang = lang
        self._tokens = line.split()
        needed = [_alternatives(t) for t in self._tokens if t[0] not in "[*"]
        # The words of the token that is least like a small word: one of them must be there.
        self.anchors: list[str] = max(needed, key=_rarity)

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches in a plain text, with the space after the last word."""
        parts = []
        for token in self._tokens:
            if token == "*":
                parts.append(_TOKEN_ANY)
            elif token.startswith("["):
                parts.append(rf"(?:{_piece(_alternatives(token[1:-1]))})?")
            else:
                parts.append(_piece(_alternatives(token)))
        return re.compile("(?<= )" + "".join(parts))


def _rarity(words: Iterable[str]) -> tuple[bool, int]:
    heads = [word.split()[0] for word in words]
    return (
        not any(head in _SMALL or not head[0].isalpha() for head in heads),
        min(len(head) for head in heads),
    )


class _Book:
    """Phrases, found by the words that a text holds."""

    def __init__(self, tables: Iterable[tuple[str, str, str]]) -> None:
        self._exact: dict[str, list[_Phrase]] = {}
        self._stems: dict[str, list[_Phrase]] = {}
        for code, lang, table in tables:
            lines = re.sub(r"\|\s+", "|", table).splitlines()
            for line in filter(None, map(str.strip, lines)):
                phrase = _Phrase(code, lang, line)
                for anchor in phrase.anchors:
                    head = anchor.split()[0]
                    place = self._stems if head.endswith("~") else self._exact
                    place.setdefault(head.removesuffix("~"), []).append(phrase)
        self._lengths = sorted({len(stem) for stem in self._stems})

    def candidates(self, plain: _Plain) -> set[_Phrase]:
        """The phrases that the text may hold."""
        found: set[_Phrase] = set()
        for word in set(plain.words):
            key = "#" if word.isdigit() else word
            found.update(self._exact.get(key, ()))
            for length in self._lengths:
                if length > len(word):
                    break
                found.update(self._stems.get(word[:length], ()))
        return found


@functools.cache
def _forbidden_book() -> _Book:
    tables = [
        (code, lang, lines) for code, langs in FORBIDDEN.items() for lang, lines in langs.items()
    ]
    return _Book([*tables, *(("", lang, lines) for lang, lines in HARMLESS.items())])


@functools.cache
def _content_book() -> _Book:
    return _Book([(name, "", part.phrases) for name, part in PARTS.items()])


# === WHAT MUST NOT BE SAID ===

_NEGATIONS: Final = frozenset(NEGATIONS.split())
_BRIDGES: Final = frozenset(BRIDGES.split())
_CONDITIONS: Final = frozenset(CONDITIONS.split())
_MAX_BRIDGE = 7
_MAX_CONDITION = 30


class _Match(NamedTuple):
    first: int
    last: int
    code: str
    lang: str


def _forbidden(plain: _Plain, lang: str | None, rules: WordingRules) -> Iterator[Finding]:
    matches: list[_Match] = []
    harmless: list[_Match] = []
    for phrase in _forbidden_book().candidates(plain):
        if lang and phrase.lang != lang:
            continue
        for match in phrase.pattern.finditer(plain.plain):
            first, last = plain.word_at(match.start()), plain.word_at(match.end() - 1)
            found = _Match(first, last, phrase.code, phrase.lang)
            if not phrase.code:
                harmless.append(found)
            else:
                matches.append(found)
    for kept in _without_doubles(matches, harmless, len(plain.words)):
        if not _is_denied(plain.words, kept.first, kept.last):
            finding = _forbidden_finding(plain, kept, rules)
            if finding:
                yield finding


def _is_denied(words: list[str], first: int, last: int) -> bool:
    """Whether the phrase is said not to be: "no es una acción judicial", "sin embargo"."""
    for word in reversed(words[max(0, first - _MAX_BRIDGE) : first]):
        if word in _NEGATIONS:
            return not _has_condition(words, last + 1)
        if word not in _BRIDGES:
            return False
    return False


def _has_condition(words: list[str], position: int) -> bool:
    for word in words[position : position + _MAX_CONDITION]:
        if word in (".", "!", "?", ";"):
            return False
        if word in _CONDITIONS:
            return True
    return False


def _without_doubles(matches: list[_Match], harmless: list[_Match], words: int) -> list[_Match]:
    """The longest phrase at each place, in the order of the text."""
    taken = bytearray(words)
    kept: list[_Match] = []

    def take(match: _Match) -> None:
        for index in range(match.first, match.last + 1):
            taken[index] = True

    for match in harmless:
        take(match)
    for match in sorted(set(matches), key=lambda m: (m.first - m.last, m.first, m.code, m.lang)):
        if not any(taken[match.first : match.last + 1]):
            take(match)
            kept.append(match)
    return sorted(kept)


def citation_of(code: str, rules: WordingRules) -> Citation:
    """Where it is written that something is forbidden."""
    citation = rules.forbidden.get(code)
    if code in EVERYWHERE and (citation is None or citation.layer == "company"):
        return _COMMON_LAW
    return citation or _HOUSE


def _forbidden_finding(plain: _Plain, match: _Match, rules: WordingRules) -> Finding | None:
    code = match.code
    citation = citation_of(code, rules)
    if citation.layer not in rules.layers:
        return None
    start, end = plain.spans[match.first][0], plain.spans[match.last][1]
    named = code in rules.forbidden
    return Finding(
        code,
        plain.text[start:end],
        start,
        end,
        "warning" if code in _ONLY_WHERE_NAMED and not named else "blocking",
        BETTER[code][match.lang],
        citation.legal_reference,
        citation.layer,
        citation.source_url,
    )


# === WHAT MUST BE SAID ===


def _missing(
    plain: _Plain, lang: str, rules: WordingRules, placeholders: frozenset[str]
) -> Iterator[Finding]:
    wanted = [(term, cite) for term, cite in rules.contents if cite.layer in rules.layers]
    if not wanted:
        return
    phrases: dict[str, list[_Phrase]] = {}
    for phrase in _content_book().candidates(plain):
        phrases.setdefault(phrase.code, []).append(phrase)
    filled = plain.placeholders | placeholders
    said: dict[str, bool] = {}
    end = len(plain.text)
    for term, citation in wanted:
        parts = CONTENTS.get(term, ())
        for name in parts:
            if name not in said:
                said[name] = _says(plain, name, filled, phrases.get(name, ()))
        lacking = [name for name in parts if not said[name]]
        if term in placeholders or (parts and not lacking):
            continue
        yield Finding(
            f"missing_{term}",
            "",
            end,
            end,
            "blocking" if citation.layer == "law" else "warning",
            " ".join(PARTS[name].better[lang] for name in lacking),
            citation.legal_reference,
            citation.layer,
            citation.source_url,
        )


def _says(plain: _Plain, name: str, filled: frozenset[str], phrases: Iterable[_Phrase]) -> bool:
    part = PARTS[name]
    if part.variables & filled:
        return True
    if any(phrase.pattern.search(plain.plain) for phrase in phrases):
        return True
    return bool(part.pattern and part.pattern.search(plain.text))
