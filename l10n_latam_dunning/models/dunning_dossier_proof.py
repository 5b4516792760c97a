from odoo import api, models
from odoo.tools import SQL

from ..core.evidence.proof import FORMAT, record_of
from ..core.evidence.seal import open_salts, plain, tree_of


class DunningDossier(models.AbstractModel):
    """The part of a file that proves it: the facts of these persons, and the chains they are in."""

    _inherit = "dunning.dossier"

    @api.model
    def _prove(self, scope, found):
        """(fact lines, seal lines, manifest, {file name: bytes} of documents)."""
        entries = self._entries(scope, found)
        seals = self._seals(scope, entries)
        paths = self._paths(entries)
        facts = self._all_facts(found, entries)
        documents = {}
        living = {record_of(name) for name in facts}
        sealed = [
            self._fact_line(
                scope,
                entry,
                facts.get(entry._fact_name()),
                paths[entry.id],
                living,
                documents,
            )
            for entry in entries
        ]
        known = {line["fact"] for line in sealed}
        fresh = [
            self._open_line(scope, fact, documents)
            for name, fact in sorted(facts.items())
            if name not in known
        ]
        manifest = {
            "format": FORMAT,
            "kind": scope.kind,
            "lang": self.env.lang,
            "masked": scope.masked,
            "made_at": plain(scope.at),
            "company": {"id": scope.company.id, "name": scope.company.name},
            "partner": {"id": scope.partner.id, "name": scope.partner.name},
            "counts": self._counts_of(scope, entries),
            "heads": self._heads(seals),
        }
        return [*sealed, *fresh], [seal._line() for seal in seals], manifest, documents

    # === WHAT WAS SEALED ===

    @api.model
    def _entries(self, scope, found):
        """All sealed facts of these persons, and of replies that no message claims."""
        Entry = self.env["dunning.seal.entry"]
        persons = [*scope.persons.ids, *scope.merged]
        chains = [0, scope.company.id]
        own = Entry.search([("partner", "in", persons), ("chain", "in", chains)])
        events = found["dunning.event"]
        loose = Entry.search(
            [("partner", "=", 0), ("model", "=", events._name), ("res_id", "in", events.ids)]
        )
        return (own | loose).sorted(lambda entry: (str(entry.chain), entry.partner, entry.nth))

    @api.model
    def _seals(self, scope, entries):
        """Each chain from the first seal that is needed (and one before, for its time) to its
        last."""
        used = entries.seal_id
        seals = used.browse()
        for chain in (0, scope.company.id):
            numbers = used.filtered(lambda seal, chain=chain: seal.chain == chain).mapped("number")
            if numbers:
                first = [("chain", "=", chain), ("number", ">=", min(numbers) - 1)]
                seals |= seals.search(first, order="number")
        return seals

    @api.model
    def _paths(self, entries):
        """{entry id: (number of its seal, its place, the path to the seal's root)}."""
        if not entries:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT seal_id, array_agg(digest ORDER BY position) FROM dunning_seal_entry
                 WHERE seal_id IN %s GROUP BY seal_id
                """,
                tuple(entries.seal_id.ids),
            )
        )
        paths = {seal: tree_of(digests)[1] for seal, digests in rows}
        found = {}
        for entry in entries:
            mine = paths[entry.seal_id.id]
            path = mine[entry.position] if entry.position < len(mine) else []
            found[entry.id] = (entry.seal_id.number, entry.position, path)
        return found

    @api.model
    def _heads(self, seals):
        """{chain: number and hash of its last seal}."""
        return {str(seal.chain): f"{seal.number}:{seal.hash}" for seal in seals.sorted("number")}

    @api.model
    def _counts_of(self, scope, entries):
        """{chain: {partner: how many facts there must be}}."""
        counts = {}
        for entry in entries.filtered("partner"):
            mine = counts.setdefault(str(entry.chain), {})
            mine[str(entry.partner)] = max(entry.nth, mine.get(str(entry.partner), 0))
        return counts

    # === WHAT THE RECORDS SAY ===

    @api.model
    def _all_facts(self, found, entries):
        """{fact name: Fact} of everything gathered, and of all that was sealed of these persons."""
        facts = {}
        for Model in self.env["dunning.evidence"]._evidence_models():
            sealed = entries.filtered(lambda entry, name=Model._name: entry.model == name)
            ids = {*found[Model._name].ids, *sealed.mapped("res_id")}
            records = Model.browse(sorted(ids)).exists()
            facts.update(records._readable_facts(settled=False)[0])
        return facts

    @api.model
    def _closed_names(self, scope, model, names):
        """The fields of a fact that this file withholds."""
        Model, closed = self.env[model], set()
        if scope.masked:
            closed |= Model._among(names, Model._evidence_masked)
        if not scope.internal:
            closed |= Model._among(names, Model._evidence_internal)
        return closed

    # === LINES ===

    @api.model
    def _fact_line(self, scope, entry, fact, place, living, documents):
        """A sealed fact as the format writes it."""
        line = entry._line()
        number, index, path = place
        salts = line["salts"]
        erased = set(line["leaves"]) - set(salts) if salts is not None else set()
        withheld = self._closed_names(scope, entry.model, line["leaves"]) - erased
        closed = erased | withheld
        told = fact.fields if fact else {}
        shown = [name for name in line["leaves"] if name in told and name not in closed]
        line.update(
            seal=number,
            index=index,
            path=path,
            fields={name: told[name] for name in shown},
            **{"salt": None, "salts": None, **open_salts(line, closed)},
        )
        if withheld:
            line["withheld"] = sorted(withheld)
        if erased:
            line["erased"] = sorted(erased)
            line["erased_why"] = f"{plain(entry.erased_at)} {entry.erased_why}"
        if fact is None and self._is_superseded(entry, living):
            line.update(superseded=True, salts={}, salt=None)
        self._add_document(entry.model, entry.res_id, line, documents)
        return {key: value for key, value in line.items() if value is not None}

    @api.model
    def _is_superseded(self, entry, living):
        record = self.env[entry.model].browse(entry.res_id)
        return f"{entry.model}/{entry.res_id}" in living and record._evidence_replaced(entry.part)

    @api.model
    def _open_line(self, scope, fact, documents):
        """A fact that no seal holds yet."""
        model, res_id, _part = fact.name.split("/", 2)
        closed = self._closed_names(scope, model, fact.fields)
        line = {
            "fact": fact.name,
            "at": fact.at,
            "chain": str(self.env[model].browse(int(res_id))._evidence_chain()),
            "partner": fact.partner,
            "nth": None,
            "seal": None,
            "leaves": {},
            "fields": {name: value for name, value in fact.fields.items() if name not in closed},
        }
        self._add_document(model, int(res_id), line, documents)
        return line

    @api.model
    def _add_document(self, model, res_id, line, documents):
        """Take the document that a fact names along."""
        document = line["fields"].get("document")
        if document:
            attachment = self.env[model].browse(res_id).attachment_id
            name = f"attachments/{model}-{res_id}-{_safe(document['name'])}"
            documents[name] = attachment.raw or b""
            line["files"] = {"document": name}


def _safe(name):
    """A file's name without what a file system or a reader could stumble over."""
    return "".join(char if char.isalnum() or char in ".-_" else "_" for char in name)[-80:]
