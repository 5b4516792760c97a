import re
from collections import defaultdict

from lxml import html
from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..core.evidence.erased import TECHNICAL, WORD, covered, is_mark
from ..core.evidence.seal import open_salts
from .dunning_seal import RECORDS


class DunningErasure(models.AbstractModel):
    """Takes personal content out of evidence and leaves the proof: the record, its place in the
    chain and the commitments to what it said stay, the content and the salts that would let it be
    guessed go. The access log says who did it, when, why, and what the law says of it."""

    _name = "dunning.erasure"
    _description = "Erasure of personal content"

    @api.model
    def _erase(self, found, *, reason, law, points=None):
        """Erase {model name: records}, and these numbers and addresses. Returns {model name: ids}
        of what was. What no seal holds yet is left: without a seal nothing would prove later that
        there was something."""
        stamp = fields.Datetime.now()
        done = defaultdict(lambda: defaultdict(set))
        for name, records in found.items():
            Model = self.env[name].sudo().with_context(active_test=False)
            for part in split_every(RECORDS, records.ids):
                batch = self._sealed(Model.browse(part))
                if not batch:
                    continue
                names = Model._evidence_personal - {"number"}
                self._close(batch, names, stamp, reason)
                self._note(done, batch, names)
                batch._empty(stamp)
        if points:
            self._erase_points(points.sudo(), done, stamp, reason)
        self._log(done, reason, law)
        erased = defaultdict(set)
        for parts in done.values():
            for (name, _names), ids in parts.items():
                erased[name] |= ids
        return erased

    # === WHAT MAY GO ===

    @api.model
    def _sealed(self, records):
        """Those of these records of which all that they say is sealed."""
        facts, unreadable = records._readable_facts(settled=False)
        known = self.env["dunning.seal.entry"].sudo()._names(records)
        open_ids = {int(name.split("/")[1]) for name in set(facts) - known}
        return (records - unreadable).filtered(lambda record: record.id not in open_ids)

    @api.model
    def _erase_points(self, points, done, stamp, reason):
        """Numbers and addresses, where all that was said of them is sealed."""
        used, ready = [], points
        for name in ("dunning.message", "dunning.consent"):
            Model = self.env[name].sudo().with_context(active_test=False)
            records = Model.search([("contact_point_id", "in", points.ids)])
            parts = split_every(RECORDS, records.ids, Model.browse)
            sealed = Model.union(*(self._sealed(part) for part in parts))
            ready -= (records - sealed).contact_point_id
            used.append(sealed)
        for records in used:
            mine = records.filtered(lambda record: record.contact_point_id in ready)
            if mine:
                self._close(mine, {"number"}, stamp, reason)
                self._note(done, mine, {"number"})
        for point in ready:
            owner = point.partner_ids[:1].id or 0
            done[owner]["dunning.contact.point", ("value",)].add(point.id)
        ready._empty(stamp)

    # === THE CHAIN ===

    @api.model
    def _close(self, records, names, stamp, reason):
        """Take the salts of these fields out of the seals' entries: what was sealed can be guessed
        no more, and the chain still holds."""
        Entry = self.env["dunning.seal.entry"].sudo()
        json = Entry._fields["salts"]
        rows = []
        for entry in Entry.search(
            [("model", "=", records._name), ("res_id", "in", records.ids)], order="id"
        ):
            line = entry._line()
            closing = records._among(entry.leaves, names)
            if line["salts"] is not None:
                closing &= set(line["salts"])
            if closing:
                salts = open_salts(line, closing)["salts"]
                rows.append(SQL("(%s, %s::jsonb)", entry.id, json.convert_to_column(salts, entry)))
        if rows:
            Entry.flush_model()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE dunning_seal_entry e
                       SET salt = NULL, salts = v.salts, erased_at = %s, erased_why = %s
                      FROM (VALUES %s) AS v(id, salts) WHERE e.id = v.id
                    """,
                    stamp,
                    reason,
                    SQL(", ").join(rows),
                )
            )
            Entry.invalidate_model(["salt", "salts", "erased_at", "erased_why"])

    # === THE LOG ===

    @api.model
    def _note(self, done, records, names):
        for record in records:
            kept = done[record._evidence_partner()]
            kept[record._name, tuple(sorted(names))].add(record.id)

    @api.model
    def _log(self, done, reason, law):
        """One entry for each person whose content went, with what it was."""
        self.env["dunning.access.log"].sudo().create(
            [
                {
                    "company_id": self.env.company.id,
                    "partner_id": partner or False,
                    "user_id": self.env.uid,
                    "kind": "erase",
                    "reason": reason,
                    "details": {
                        "law": law,
                        "erased": [
                            {"model": name, "names": list(names), "ids": sorted(ids)}
                            for (name, names), ids in sorted(parts.items())
                        ],
                    },
                }
                for partner, parts in sorted(done.items())
            ]
        )

    @api.model
    def _recorded(self):
        """{record: names} of all that recorded erasures took away."""
        entries = self.env["dunning.access.log"].sudo().search([("kind", "=", "erase")])
        return covered(entry.details or {} for entry in entries)

    @api.model
    def _unexplained(self, entry, fact, recorded):
        """What is wrong with the gaps of a sealed fact, in words, or nothing: content that went
        without an erasure, or that came back after one."""
        if entry.salt:
            return ""
        gone = set(entry.leaves) - set(entry.salts or {})
        named = recorded.get(f"{entry.model}/{entry.res_id}", set())
        Model = self.env[entry.model]
        stray = gone - Model._among(gone, named) - TECHNICAL
        if stray:
            return self.env._(
                "“%(part)s” lost its content, and no recorded erasure says so: %(fields)s",
                part=entry.part,
                fields=", ".join(sorted(stray)),
            )
        filled = sorted(name for name in gone if fact and not is_mark(fact.fields.get(name)))
        if filled:
            return self.env._(
                "“%(part)s” was filled in again after it was erased: %(fields)s",
                part=entry.part,
                fields=", ".join(filled),
            )
        return ""

    # === CHATTER ===

    @api.model
    def _erase_notes(self, notes):
        """Take the text out of notes on the chatter, and leave that there was one."""
        for note in notes:
            note.body = f"<p>{WORD}</p>"

    @api.model
    def _notes_with(self, records, texts):
        """The notes on these records' chatter in which one of the texts stands."""
        notes = (
            self.env["mail.message"]
            .sudo()
            .search([("model", "=", records._name), ("res_id", "in", records.ids)])
        )
        wanted = _wanted(texts)
        return notes.filtered(lambda note: _holds(note.body, wanted))

    @api.model
    def _erase_told(self, records, texts):
        """Take the texts off these records: out of their chatter, and out of what is to be done."""
        self._erase_notes(self._notes_with(records, texts))
        self._erase_activities(records, texts)

    @api.model
    def _erase_activities(self, records, texts):
        """Take the texts out of what somebody is, or was, to do about these records."""
        activities = (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search([("res_model", "=", records._name), ("res_id", "in", records.ids)])
        )
        wanted = _wanted(texts)
        found = activities.filtered(lambda activity: _holds(activity.note, wanted))
        found.note = f"<p>{WORD}</p>"


def _wanted(texts):
    """The letters of the texts that are looked for, worked out once for many notes."""
    return {letters for text in texts if (letters := _letters(text))}


def _holds(body, wanted):
    """Whether the letters of one of the texts stand in the body of a note."""
    letters = _letters(_plain(body))
    return any(text in letters for text in wanted)


def _plain(body):
    return html.fromstring(body).text_content() if body else ""


def _letters(text):
    """A text by its letters alone: markup, spaces and breaks do not count."""
    return re.sub(r"\s+", "", text or "")
