"""Reads cases, asks the gate as production does, writes verdicts: what `./dev verdict` runs.

A case is a JSON object with `id`, `country`, `at`, `channel` and `purpose`, and where there is
something to say `state`, `debtor`, `consents`, `history`, `holds`, `text` and `rules`.
"""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from core.law.gate import ConsentFact, Contact, Facts, Hold, Proposal, decide
from core.law.pack_reader import shipped_law
from core.law.verdict import Check, Layer, Verdict, explain

REQUIRED = ("id", "country", "at", "channel", "purpose")
KEYS = (*REQUIRED, "state", "debtor", "consents", "history", "holds", "text", "rules")
CHANNELS = ("whatsapp", "sms", "email")
CALLABLE = (*CHANNELS, "call")
PURPOSES = ("courtesy", "reminder", "agreement", "reply")
DEBTORS = ("consumer", "micro", "business")
EVENTS = ("granted", "withdrawn")
OUTCOMES = ("delivered", "sent", "failed", "uncertain")
CONSENT_KEYS = ("channel", "event", "at")
CONTACT_KEYS = ("at", "channel", "purpose", "outcome")
LAYERS: dict[str, tuple[Layer, ...]] = {"shipped": ("law", "company"), "law": ("law",)}
YEARS = range(1900, 2200)


class Malformed(Exception):
    """A case that cannot be read: which one, which key of it, and why."""

    def __init__(self, case: str, key: str, why: str) -> None:
        super().__init__(f'{case}: key "{key}": {why}' if key else f"{case}: {why}")


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys was given twice."""

    twice = ""

    @classmethod
    def of(cls, pairs: list[tuple[str, Any]]) -> _Object:
        found = cls()
        for key, value in pairs:
            if key in found:
                found.twice = key
            found[key] = value
        return found


class _Reader:
    """Takes values out of one case, or says what is wrong with them."""

    def __init__(self, case: Mapping[str, Any], name: str) -> None:
        self.case = case
        self.name = name

    def wrong(self, key: str, why: str) -> Malformed:
        return Malformed(self.name, key, why)

    def text(self, value: Any, key: str) -> str:
        if not isinstance(value, str):
            raise self.wrong(key, f"{_shown(value)} is not a text")
        return value

    def word(self, value: Any, key: str, known: Iterable[str]) -> Any:
        if not isinstance(value, str) or value not in known:
            raise self.wrong(key, f"{_shown(value)} is none of {', '.join(known)}")
        return value

    def instant(self, value: Any, key: str) -> datetime:
        try:
            at = datetime.fromisoformat(self.text(value, key).replace("Z", "+00:00"))
        except ValueError:
            raise self.wrong(key, f"{_shown(value)} is not an ISO date and time") from None
        if at.utcoffset() is None:
            raise self.wrong(key, f"{_shown(value)} has no offset from UTC")
        if at.year not in YEARS:
            raise self.wrong(key, f"the year {at.year} is out of range")
        return at

    def object(self, value: Any, key: str, known: Iterable[str]) -> Mapping[str, Any]:
        """An object whose keys can be meant: none twice, none that is only mistyped and would
        pass for what was left out."""
        if not isinstance(value, dict):
            raise self.wrong(key, f"{_shown(value)} is not an object")
        prefix = f"{key}." if key else ""
        if isinstance(value, _Object) and value.twice:
            raise self.wrong(f"{prefix}{value.twice}", "is given twice")
        for name in value:
            if name not in known and (close := difflib.get_close_matches(name, known, 1, 0.75)):
                why = f"is not known; is it meant to be {close[0]}?"
                raise self.wrong(f"{prefix}{name}", why)
        return value

    def rows(self, key: str, keys: Sequence[str]) -> list[tuple[str, Mapping[str, Any]]]:
        """The objects of a list with their place in the case, each with all of these keys."""
        rows = []
        for index, row in enumerate(self.list(key)):
            place = f"{key}[{index}]"
            self.object(row, place, keys)
            for name in keys:
                if name not in row:
                    raise self.wrong(f"{place}.{name}", "is missing")
            rows.append((place, row))
        return rows

    def list(self, key: str) -> list[Any]:
        value = self.case.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(key, f"{_shown(value)} is not a list")
        return value


def _shown(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "a value within a thousand others"
    return text if len(text) <= 60 else f"{text[:57]}..."


class Case:
    """One question, read whole."""

    def __init__(self, data: Any, index: int) -> None:
        if not isinstance(data, dict):
            raise Malformed(f"case at index {index}", "", f"{_shown(data)} is not an object")
        given = data.get("id")
        named = isinstance(given, (str, int)) and not isinstance(given, bool)
        reader = _Reader(data, f"case {_shown(given)}" if named else f"case at index {index}")
        for key in REQUIRED:
            if key not in data:
                raise reader.wrong(key, "is missing")
        if not named:
            raise reader.wrong("id", f"{_shown(given)} is neither a text nor a number")
        reader.object(data, "", KEYS)
        self.id = given
        self.at = reader.instant(data["at"], "at")
        self.layers = LAYERS[reader.word(data.get("rules", "shipped"), "rules", LAYERS)]
        self.proposal = _proposal(reader)
        self.facts = _facts(reader)

    def answer(self) -> dict[str, Any]:
        """What the gate says."""
        verdict = decide(self.proposal, self.facts, self.at, layers=self.layers)
        return {"id": self.id, **_told(verdict)}


def _proposal(reader: _Reader) -> Proposal:
    case = reader.case
    debtor = case.get("debtor")
    if debtor is None:
        debtor = {}
    reader.object(debtor, "debtor", ("kind",))
    text = case.get("text")
    return Proposal(
        reader.word(case["channel"], "channel", CHANNELS),
        reader.word(case["purpose"], "purpose", PURPOSES),
        reader.word(debtor.get("kind", "consumer"), "debtor.kind", DEBTORS),
        None if text is None else reader.text(text, "text"),
    )


def _facts(reader: _Reader) -> Facts:
    case = reader.case
    country, state = (
        "" if case.get(key) is None else reader.text(case[key], key).strip().upper()
        for key in ("country", "state")
    )
    consents = tuple(
        ConsentFact(
            reader.word(row["channel"], f"{place}.channel", CALLABLE),
            reader.word(row["event"], f"{place}.event", EVENTS),
            reader.instant(row["at"], f"{place}.at"),
        )
        for place, row in reader.rows("consents", CONSENT_KEYS)
    )
    history = tuple(
        Contact(
            reader.instant(row["at"], f"{place}.at"),
            reader.word(row["channel"], f"{place}.channel", CALLABLE),
            reader.word(row["purpose"], f"{place}.purpose", PURPOSES),
            reader.word(row["outcome"], f"{place}.outcome", OUTCOMES),
        )
        for place, row in reader.rows("history", CONTACT_KEYS)
    )
    holds = []
    for index, reason in enumerate(reader.list("holds")):
        if not reader.text(reason, f"holds[{index}]").strip():
            raise reader.wrong(f"holds[{index}]", "is empty")
        holds.append(Hold(reason.strip()))
    return Facts(
        shipped_law(),
        country,
        state.removeprefix(f"{country}-"),
        consents=consents,
        history=history,
        holds=tuple(holds),
    )


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.outcome,
        "not_before": verdict.not_before.isoformat() if verdict.not_before else None,
        "jurisdiction": verdict.jurisdiction,
        "reasons": [_reason(check) for check in verdict.reasons],
    }


def _reason(check: Check) -> dict[str, str]:
    return {
        "code": check.code,
        "layer": check.layer,
        "legal_reference": check.legal_reference,
        "detail": explain(check),
    }


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no value of JSON")


def read(stream: TextIO) -> list[Case]:
    """All cases, or :class:`Malformed` for the first that cannot be read."""
    try:
        data = json.load(stream, object_pairs_hook=_Object.of, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("stdin", "", f"is not JSON: {error}") from None
    if not isinstance(data, list):
        raise Malformed("stdin", "", "is not a JSON list of cases")
    return [Case(case, index) for index, case in enumerate(data)]


def main() -> int:
    """Answer all cases, or none."""
    sys.stdin.reconfigure(encoding="utf-8-sig")  # type: ignore[union-attr]
    # What UTF-8 cannot hold becomes an escape, which JSON reads.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        cases = read(sys.stdin)
    except Malformed as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    json.dump([case.answer() for case in cases], sys.stdout, ensure_ascii=False)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
