"""A small world of facts, sealed and packed, for the tests of the evidence."""

from datetime import datetime, timedelta

from core.evidence import seal
from core.evidence.pack import pack
from core.evidence.proof import FACTS, FIRST_PREVIOUS, FORMAT, SEALS, canonical, sha256

BEGIN = datetime(2026, 11, 25, 15, 0)  # noqa: DTZ001 - as Odoo keeps instants
DOCUMENT = b"%PDF the contract"


def salt_of(number):
    return sha256(f"salt {number}".encode())[:32]


def message(number, partner=12, steps=("sent", "delivered")):
    """The facts of one message: what was said, and each step."""
    at = seal.plain(BEGIN + timedelta(minutes=number))
    name = f"dunning.message/{number}"
    said = {"body": f"Hola, debe {number} soles ✓", "number": "+51987654321", "amount": "118.5"}
    yield seal.Fact(f"{name}/attempt/1", partner, at, said)
    for step, state in enumerate(steps):
        fields = {"at": at, "state": state, "note": None}
        yield seal.Fact(f"{name}/history/{step}", partner, at, fields)
    yield seal.Fact(f"{name}/state/{len(steps) - 1}", partner, at, {"state": steps[-1]})


def consent(number, partner=12):
    document = {"name": "contract.pdf", "sha256": sha256(DOCUMENT)}
    fields = {"event": "granted", "wording": "Acepto", "document": document}
    return seal.Fact(f"dunning.consent/{number}", partner, seal.plain(BEGIN), fields)


def erasure(number, records, names, partner=12):
    """The access log's own fact that personal content of records was erased."""
    parts = [{"model": "dunning.message", "names": sorted(names), "ids": sorted(records)}]
    fields = {
        "kind": "erase",
        "user_id": 2,
        "reason": "Request 7",
        "details": {"law": "Ley 19.496 art. 37", "erased": parts},
    }
    return seal.Fact(
        f"dunning.access.log/{number}/entry", partner, seal.plain(BEGIN + timedelta(days=9)), fields
    )


class World:
    """Chains of seals, as the program keeps them."""

    def __init__(self):
        self.entries, self.seals, self.content = [], [], {}

    def seal(self, facts, chain="1", at=BEGIN + timedelta(hours=1), complete=True):
        """Close a seal over facts."""
        facts = list(facts)
        before = [s for s in self.seals if s["chain"] == chain]
        batch = []
        for fact in facts:
            nth = 1 + sum(
                e["partner"] == fact.partner and e["chain"] == chain for e in self.entries + batch
            )
            batch.append(seal.entry_of(fact, chain, nth, salt_of(len(self.entries + batch))))
            self.content[fact.name] = dict(fact.fields)
        number = len(before) + 1
        digests = [entry["digest"] for entry in batch]
        self.seals.append(
            seal.seal_of(
                chain,
                number,
                before[-1]["hash"] if before else FIRST_PREVIOUS,
                digests,
                at,
                at - timedelta(days=2) if complete else None,
            )
        )
        paths = seal.tree_of(digests)[1]
        for index, (entry, path) in enumerate(zip(batch, paths, strict=True)):
            self.entries.append({**entry, "seal": number, "index": index, "path": path})

    def lines(self):
        """The facts as lines, in the order of the format."""
        order = sorted(self.entries, key=lambda e: (e["chain"], e["partner"], e["nth"]))
        for entry in order:
            line = {key: value for key, value in entry.items() if key != "digest"}
            line["fields"] = self.content[entry["fact"]]
            if "document" in line["fields"]:
                line["files"] = {"document": "attachments/contract.pdf"}
            yield line

    def manifest(self, lang="en"):
        counts, heads = {}, {}
        for entry in self.entries:
            counts.setdefault(entry["chain"], {})[str(entry["partner"])] = entry["nth"]
        for one in self.seals:
            heads[one["chain"]] = f"{one['number']}:{one['hash']}"
        return {"format": FORMAT, "lang": lang, "counts": counts, "heads": heads}

    def members(self, lines=None, seals=None):
        lines = list(self.lines()) if lines is None else lines
        return {
            FACTS: b"".join(canonical(line) + b"\n" for line in lines),
            SEALS: b"".join(canonical(one) + b"\n" for one in seals or self.seals),
            "attachments/contract.pdf": DOCUMENT,
            "messages.csv": b"Fecha;Texto\n",
        }

    def file(self, folder, name="file.zip", **parts):
        path = folder / name
        path.write_bytes(pack(self.members(**parts), self.manifest()))
        return path


def busy_world():
    """Three messages and a consent of one partner, a message of another, over three seals."""
    world = World()
    world.seal([consent(1)], chain="0")
    world.seal([*message(1), *message(2)])
    world.seal(message(3), at=BEGIN + timedelta(hours=2))
    world.seal(message(4, partner=34), at=BEGIN + timedelta(hours=3))
    return world
