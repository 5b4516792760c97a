"""Reads the law packs of `data/law/` without Odoo."""

from __future__ import annotations

import functools
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .law_book import LawBook
from .law_rows import jurisdiction_from_rows
from .notation import LawError

PACKS = Path(__file__).parents[2] / "data" / "law"

Row = dict[str, str]


@dataclass
class Pack:
    """A jurisdiction's rows as the file has them, keyed as Odoo's fields, plus `id`."""

    header: Row
    rules: list[Row] = field(default_factory=list)
    zones: list[Row] = field(default_factory=list)


def read_packs(folder: Path = PACKS) -> list[Pack]:
    """All packs of a folder. Raises :class:`LawError` where a file is no law pack."""
    packs: dict[str, Pack] = {}
    for path in sorted(folder.glob("*.xml")):
        try:
            _read_file(path, packs)
        except (ET.ParseError, KeyError) as error:
            raise LawError(f"{path.name} is no law pack: {error}") from error
    states = {zone["state_id"]: zone["iso"] for pack in packs.values() for zone in pack.zones}
    for pack in packs.values():
        pack.header["country"] = pack.header["country_id"].removeprefix("base.").upper()
        state = pack.header.get("state_id", "")
        pack.header["state"] = states.get(state, "")
        if state and not pack.header["state"]:
            raise LawError(f"{pack.header['id']}: its state has no zone row")
    return list(packs.values())


def _read_file(path: Path, packs: dict[str, Pack]) -> None:
    for record in ET.parse(path).getroot().iter("record"):
        row = {"id": record.attrib["id"]}
        for item in record.iter("field"):
            value = item.get("ref") or item.get("eval") or "".join(item.itertext())
            row[item.attrib["name"]] = " ".join(value.split())
        model = record.attrib["model"]
        if model == "dunning.jurisdiction":
            packs[row["id"]] = Pack(row)
        elif model == "dunning.jurisdiction.rule":
            packs[row["jurisdiction_id"]].rules.append(row)
        elif model == "dunning.jurisdiction.zone":
            packs[row["jurisdiction_id"]].zones.append(row)
        else:
            raise LawError(f"{path.name}: {model} does not belong into a law pack")


def law_book(packs: Iterable[Pack]) -> LawBook:
    """The book of these packs."""
    return LawBook(jurisdiction_from_rows(p.header, p.rules, p.zones) for p in packs)


@functools.cache
def shipped_law() -> LawBook:
    """The law that comes with the addon."""
    return law_book(read_packs())
