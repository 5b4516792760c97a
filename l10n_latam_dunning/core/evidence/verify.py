"""Checks an evidence file.

    python3 verify.py FILE.zip [--head CHAIN:NUMBER:HASH] [--against OLDER.zip] [--lang en|es|pt]

Exit code 0: nothing was changed. 1: something was, and it is named. 2: this is no evidence file.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .erased import TECHNICAL, among, covered
from .proof import (
    FACTS,
    FORMAT,
    MANIFEST,
    SEALS,
    Line,
    canonical,
    digest_of,
    field_salt,
    hash_of,
    leaf_of,
    record_of,
    root_of,
    sha256,
)
from .source import NoEvidence, Source
from .words import WORDS, words_of

Head = tuple[str, int, str]
# What a forged line may make of any step of its check.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError)
PLACE = ("fact", "chain", "partner", "nth", "seal")
LOG = "dunning.access.log/"
NAME = re.compile(rb'"fact":"([^"]+)"')


class Check:
    """One run over a file. `findings`: what was changed and how; `notes`: what else to know."""

    def __init__(self, source: Source, lang: str = "") -> None:
        if not {FACTS, SEALS} & source.names:
            raise NoEvidence("why_content")
        self.source = source
        self.manifest = source.json(MANIFEST)
        self.words = words_of(lang or str(self.manifest.get("lang", "")))
        self.findings: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.seals: dict[tuple[str, int], Line] = {}
        self.facts: list[Line] = []
        self._emptied: dict[str, str] = {}
        self._erased: list[tuple[str, str, set[str]]] = []
        self._erasures: list[Line] = []
        self._explained: set[str] = set()
        self._counts: Counter[str] = Counter()

    def run(self, heads: Iterable[Head] = ()) -> bool:
        """Check everything; True when nothing was changed."""
        self.read_seals()
        self._check_heads(heads)
        for number, (fact, raw) in enumerate(self.source.lines(FACTS), 1):
            self._check_line(number, fact, raw)
        self._check_erasures()
        self._check_order()
        self._check_numbers()
        self._check_files()
        self._write_notes()
        return not self.findings

    def _find(self, what: str, key: str, in_file: str = "", /, **values: Any) -> None:
        """Write a finding down, once. It explains why `in_file` has other bytes."""
        self._explained.add(in_file)
        finding = (what, self.words[key].format(**values))
        if finding not in self.findings:
            self.findings.append(finding)

    # === SEALS ===

    def read_seals(self) -> None:
        """Read the chains; each seal names the one before it."""
        before: Line = {}
        for number, (seal, raw) in enumerate(self.source.lines(SEALS), 1):
            try:
                self._check_seal(seal, raw, before)
            except MALFORMED:
                self._find(f"{SEALS}, {number}", "unreadable", SEALS)
                self._counts["lost_seals"] += 1
                before = {}
            else:
                before = seal

    def _check_seal(self, seal: Line, raw: bytes, before: Line) -> None:
        chain, number = str(seal["chain"]), int(seal["number"])
        what = self.words["chain_name"].format(chain=chain)
        if seal["hash"] != hash_of(seal):
            self._find(what, "seal", SEALS, number=number)
        elif raw != canonical(seal):
            self._find(what, "seal_rewritten", SEALS, number=number)
        elif before.get("chain") == chain and (number, seal["previous"]) != (
            before["number"] + 1,
            before["hash"],
        ):
            self._find(what, "chain", SEALS, number=number)
        self.seals[chain, number] = seal

    def last_seals(self) -> list[Head]:
        """The newest seal of each chain."""
        last = dict(sorted(self.seals))
        return [(chain, n, str(self.seals[chain, n]["hash"])) for chain, n in last.items()]

    def _check_heads(self, heads: Iterable[Head]) -> None:
        """The seals that are known from elsewhere, and those that the manifest names."""
        own = self._section("heads").items()
        known = [(chain, int(text.split(":")[0]), text.split(":")[1]) for chain, text in own]
        for chain, number, digest in (*known, *heads):
            what = self.words["chain_name"].format(chain=chain)
            seal = self.seals.get((chain, number))
            if seal is None and not self._counts["lost_seals"]:
                self._find(what, "head_missing", SEALS, number=number)
            elif seal is not None and seal["hash"] != digest:
                self._find(what, "head", SEALS, number=number)

    # === FACTS ===

    def _check_line(self, number: int, fact: Line, raw: bytes) -> None:
        found = NAME.search(raw)
        name = found[1].decode("utf-8", "replace") if found else ""
        what = f"{record_of(name)} ({FACTS}, {number})" if name else f"{FACTS}, {number}"
        if not fact:
            self._find(what, "unreadable", FACTS)
            return
        try:
            self._check_fact(what, fact)
            self.facts.append({key: fact[key] for key in PLACE} | {"what": what})
        except MALFORMED:
            self._find(what, "unreadable", FACTS)
            return
        if raw != canonical(fact) and not any(seen == what for seen, _text in self.findings):
            self._find(what, "rewritten", FACTS)

    def _check_fact(self, what: str, fact: Line) -> None:
        if fact["seal"] is None:
            self._counts["unsealed"] += 1
            self._check_documents(what, fact)
            return
        seal = self.seals.get((fact["chain"], fact["seal"]))
        if seal is None:
            if not self._counts["lost_seals"]:
                self._find(what, "no_seal", FACTS, number=fact["seal"])
        elif not self._in_seal(fact, seal):
            changed = list(self._changed_fields(fact))
            for name in changed:
                self._find(what, "field", FACTS, name=name)
            if not changed:
                self._find(what, "not_in_seal", FACTS, number=fact["seal"])
            return
        self._check_fields(what, fact)
        self._check_documents(what, fact)
        self._check_time(what, fact)

    def _in_seal(self, fact: Line, seal: Line) -> bool:
        root = root_of(digest_of(fact), fact["index"], seal["count"], fact["path"])
        return bool(root == seal["root"])

    def _changed_fields(self, fact: Line) -> Iterable[str]:
        """The fields whose value and leaf do not fit each other."""
        for name, value in sorted(fact["fields"].items()):
            try:
                salt = fact.get("salts", {}).get(name) or field_salt(fact["salt"], name)
                fits = leaf_of(salt, name, value) == fact["leaves"][name]
            except MALFORMED:
                fits = False
            if not fits:
                yield name

    def _check_fields(self, what: str, fact: Line) -> None:
        for name in self._changed_fields(fact):
            key = "field" if name in fact["leaves"] else "field_added"
            self._find(what, key, FACTS, name=name)
        missing = sorted(set(fact["leaves"]) - set(fact["fields"]))
        if fact.get("superseded"):
            self._counts["superseded"] += 1
            self._emptied[what] = fact["fact"]
            return
        closed = {*fact.get("withheld", ()), *fact.get("erased", ())}
        for name in missing:
            if name in closed:
                self._counts["closed"] += 1
            else:
                self._find(what, "field_missing", FACTS, name=name)
        gone = set(missing) & set(fact.get("erased", ()))
        if gone:
            self._erased.append((what, record_of(fact["fact"]), gone))
        if fact["fields"].get("kind") == "erase" and fact["fact"].startswith(LOG):
            self._erasures.append(fact)

    def _check_erasures(self) -> None:
        """Content is gone by an erasure that the access log tells of, and not otherwise."""
        told = covered(fact["fields"].get("details") or {} for fact in self._erasures)
        for what, record, gone in self._erased:
            for name in sorted(gone - among(gone, told.get(record, ())) - TECHNICAL):
                self._find(what, "erased_alone", FACTS, name=name)

    def _check_documents(self, what: str, fact: Line) -> None:
        for name, member in fact.get("files", {}).items():
            data = self.source.read(member)
            if data is None or sha256(data) != fact["fields"][name]["sha256"]:
                self._find(what, "document", member, name=member)

    def _check_time(self, what: str, fact: Line) -> None:
        """What claims an instant before which everything had been sealed came in later."""
        earlier = (
            str(seal["complete_to"])
            for (chain, number), seal in self.seals.items()
            if chain == fact["chain"] and number < fact["seal"] and seal["complete_to"]
        )
        until = max(earlier, default="")
        if fact["at"] < until:
            self._find(what, "late", at=fact["at"], until=until)

    def _check_order(self) -> None:
        """Each fact is there once, in its place, and a state is superseded by a next step only."""
        before: tuple[str, ...] = ()
        seen = Counter(fact["fact"] for fact in self.facts)
        for fact in self.facts:
            if seen[fact["fact"]] > 1:
                self._find(fact["what"], "twice", FACTS)
            if fact["seal"] is None:
                continue
            place = (str(fact["chain"]), str(fact["partner"]).zfill(12), str(fact["nth"]).zfill(12))
            if place < before:
                self._find(fact["what"], "moved", FACTS)
            before = max(before, place)
        for what, name in self._emptied.items():
            if not _next_step(name) & set(seen):
                self._find(what, "emptied", FACTS)

    def _check_numbers(self) -> None:
        """Each partner's facts are numbered without a gap, so that none can be left out."""
        there = {(fact["chain"], str(fact["partner"]), fact["nth"]) for fact in self.facts}
        for chain, partners in self._section("counts").items():
            for partner, last in partners.items():
                what = self.words["partner"].format(partner=partner, chain=chain)
                for nth in range(1, last + 1):
                    if (chain, partner, nth) not in there:
                        self._find(what, "gap", FACTS, nth=nth)

    # === FILES ===

    def _section(self, key: str) -> Line:
        value = self.manifest.get(key)
        return value if isinstance(value, dict) else {}

    def _check_files(self) -> None:
        if self.manifest.get("format") != FORMAT:
            self._find(MANIFEST, "unreadable")
        for name, known in self._section("files").items():
            data = self.source.read(name)
            if name not in self.source.names:
                self._find(name, "lost")
            elif (data is None or sha256(data) != known) and name not in self._explained:
                self._find(name, "bytes")
        for name in sorted(self.source.names - set(self._section("files")) - {MANIFEST}):
            if self.manifest:
                self._find(name, "file_added")
        if not self.source.whole and not self.findings:
            self._find(self.source.path.name, "container")

    def _write_notes(self) -> None:
        if not self.findings:
            days = sorted(str(seal["sealed_at"]) for seal in self.seals.values()) or ["–"]
            self._note(
                "ok",
                facts=len(self.facts),
                records=len({record_of(fact["fact"]) for fact in self.facts}),
                seals=len(self.seals),
                first=days[0],
                last=days[-1],
            )
        for fact in self._erasures:
            fields = fact["fields"]
            details = fields.get("details") or {}
            self._note(
                "erased",
                records=len(covered([details])),
                at=fact["at"],
                user=fields.get("user_id"),
                reason=fields.get("reason") or "–",
                law=details.get("law") or "–",
            )
        for key in ("unsealed", "closed", "superseded"):
            if self._counts[key]:
                self._note(key, count=self._counts[key])
        for chain, number, digest in self.last_seals():
            self._note("show_head", chain=chain, number=number, hash=digest)

    def _note(self, key: str, /, **values: Any) -> None:
        self.notes.append(self.words[key].format(**values))


def _next_step(name: str) -> set[str]:
    """The fact that follows a state of a message."""
    found = re.fullmatch(r"(.*)/state/(\d+)", name)
    return {f"{found[1]}/history/{int(found[2]) + 1}"} if found else set()


def _heads(options: argparse.Namespace) -> list[Head]:
    """The seals that are known from elsewhere."""
    heads: list[Head] = []
    for text in options.head:
        found = re.fullmatch(r"([^:]+):(\d+):([0-9a-fA-F]{64})", text)
        if not found:
            raise NoEvidence("why_head")
        heads.append((found[1], int(found[2]), found[3].lower()))
    for older in options.against:
        check = Check(Source(Path(older)))
        check.read_seals()
        heads += check.last_seals()
    return heads


def main(arguments: Sequence[str], lang: str = "") -> int:
    """Check one file and say what was found."""
    parser = argparse.ArgumentParser(prog="verify", description="Checks an evidence file.")
    parser.add_argument("file")
    parser.add_argument("--head", action="append", default=[], metavar="CHAIN:NUMBER:HASH")
    parser.add_argument("--against", action="append", default=[], metavar="OLDER.zip")
    parser.add_argument("--lang", choices=sorted(WORDS), default=lang)
    options = parser.parse_args(arguments)
    try:
        check = Check(Source(Path(options.file)), options.lang)
        intact = check.run(_heads(options))
    except NoEvidence as error:
        words = words_of(options.lang)
        why = words[str(error)]
        sys.stderr.write(words["no_evidence"].format(file=options.file, why=why) + "\n")
        return 2
    lines = [] if intact else [check.words["bad"].format(count=len(check.findings))]
    lines += [f"  {what}: {sentence}" for what, sentence in check.findings]
    sys.stdout.write("\n".join([*lines, *check.notes]) + "\n")
    return 0 if intact else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
