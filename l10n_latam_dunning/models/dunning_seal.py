import secrets
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..core.evidence.proof import FIRST_PREVIOUS
from ..core.evidence.seal import entry_of, plain, seal_of

# Facts in one seal, and records whose facts are looked at together.
BATCH = 1000
RECORDS = 500
# A transaction that began before a seal may end after it; what it wrote is sealed later. Nothing
# takes longer than this, so what is older and not sealed was put in behind the program's back.
LAG = timedelta(days=2)
LOCK = "l10n_latam_dunning.seal"
SHARED = 0
NOBODY = "."


class DunningSeal(models.Model):
    """One batch of facts, closed: the root of the tree over their digests, and the hash of the
    seal before. Each company has a chain of its own; what companies share (consents) has one too.
    Made afterwards by a scheduled action that locks no record, so that nothing waits for it."""

    _name = "dunning.seal"
    _description = "Seal over evidence"
    _order = "id desc"
    _rec_name = "number"

    chain = fields.Integer(required=True, readonly=True, help="The company, or 0: all companies.")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict", index=True)
    number = fields.Integer(required=True, readonly=True, aggregator=False)
    previous = fields.Char("Hash before", required=True, readonly=True)
    root = fields.Char(required=True, readonly=True)
    count = fields.Integer("Facts", required=True, readonly=True)
    sealed_at = fields.Datetime(required=True, readonly=True)
    complete_to = fields.Datetime(
        "Complete until",
        readonly=True,
        help="Every fact before this instant is in this seal or an earlier one.",
    )
    hash = fields.Char(required=True, readonly=True)

    _number_unique = models.UniqueIndex("(chain, number)")

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("A seal is never changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A seal is never deleted."))

    @api.depends("chain", "number")
    def _compute_display_name(self):
        for seal in self:
            seal.display_name = f"{seal.chain}:{seal.number}"

    def _line(self):
        """The seal as the format writes it."""
        self.ensure_one()
        return {
            "chain": str(self.chain),
            "complete_to": plain(self.complete_to) if self.complete_to else None,
            "count": self.count,
            "hash": self.hash,
            "number": self.number,
            "previous": self.previous,
            "root": self.root,
            "sealed_at": plain(self.sealed_at),
        }

    # === SEALING ===

    @api.model
    def _cron_seal(self):
        """Seal what was settled since the last time, a commit a seal."""
        commit = self.env["ir.cron"]._commit_progress
        self.env["dunning.trace"]._trace_found()
        chains = [SHARED, *self.env["res.company"].search(Domain.TRUE).ids]
        commit(remaining=len(chains))
        for chain in chains:
            for _seal in self._seal(chain):
                if not commit(0):
                    return
            commit(1)

    @api.model
    def _seal_now(self, company):
        """Seal, within this transaction, what concerns a company: for a file that is made now."""
        for chain in (SHARED, company.id):
            for _seal in self.sudo()._seal(chain):
                pass

    @api.model
    def _seal(self, chain):
        """Make seals over all settled facts of a chain that have none, and yield each, to be
        committed. Does nothing while somebody else seals this chain."""
        started = self._now()
        if not self._try_lock(chain):
            return
        batches = split_every(BATCH, self._unsealed(chain), tuple)
        batch = next(batches, ())
        while batch:
            following = next(batches, ())
            try:
                with self.env.cr.savepoint():
                    seal = self._write_seal(chain, batch, None if following else started - LAG)
            except psycopg2.errors.UniqueViolation:
                return  # somebody sealed in between: the next run goes on from there
            yield seal
            if not self._try_lock(chain):
                return
            batch = following

    @api.model
    def _now(self):
        """The instant by the clock that also dates the records: the database's."""
        return self.env.cr.now().replace(microsecond=0)

    @api.model
    def _try_lock(self, chain):
        """Whether this transaction is the one that may add to a chain."""
        query = SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", LOCK, chain)
        return self.env.execute_query(query)[0][0]

    @api.model
    def _unsealed(self, chain):
        """The settled facts of a chain that no seal holds, a batch of records at a time."""
        last = self.search(
            [("chain", "=", chain), ("complete_to", "!=", False)], order="number desc", limit=1
        )
        since = last.complete_to or None
        for Model in self.env["dunning.evidence"]._evidence_models():
            ids = Model.search(Model._evidence_domain(chain, since), order="id").ids
            for part in split_every(RECORDS, ids):
                records = Model.browse(part)
                facts = records._readable_facts()[0]
                known = self.env["dunning.seal.entry"]._names(records)
                yield from (fact for name, fact in facts.items() if name not in known)
                records.invalidate_recordset()

    @api.model
    def _write_seal(self, chain, facts, complete_to):
        """One seal over these facts."""
        last = self.search([("chain", "=", chain)], order="number desc", limit=1)
        Entry = self.env["dunning.seal.entry"]
        counts = Entry._counts(chain, {fact.partner for fact in facts})
        entries = []
        for fact in facts:
            counts[fact.partner] = nth = counts.get(fact.partner, 0) + 1
            entries.append(entry_of(fact, str(chain), nth, secrets.token_hex(16)))
        line = seal_of(
            str(chain),
            last.number + 1,
            last.hash or FIRST_PREVIOUS,
            [entry["digest"] for entry in entries],
            sealed_at := self._now(),
            complete_to,
        )
        seal = self.create(
            {
                **{key: line[key] for key in ("number", "previous", "root", "count", "hash")},
                "chain": chain,
                "company_id": chain or False,
                "sealed_at": sealed_at,
                "complete_to": complete_to,
            }
        )
        Entry._insert(seal, entries)
        return seal


class DunningSealEntry(models.Model):
    """What a seal keeps of one fact: its place, and commitments to its fields. The content stays
    in the record itself; salts make the commitments worthless to anybody who guesses. Erasing a
    field takes its salt away and leaves the commitment, so that the chain still holds."""

    _name = "dunning.seal.entry"
    _description = "Sealed fact"
    _order = "seal_id, position"
    _rec_name = "part"
    _log_access = False

    seal_id = fields.Many2one("dunning.seal", required=True, readonly=True, ondelete="restrict")
    position = fields.Integer(required=True, readonly=True)
    chain = fields.Integer(required=True, readonly=True)
    # plain numbers, no foreign keys: a merge of contacts must not rewrite what was sealed, and
    # sealing must lock no record
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Integer("Record", required=True, readonly=True, aggregator=False)
    part = fields.Char(required=True, readonly=True)
    partner = fields.Integer(required=True, readonly=True, aggregator=False)
    nth = fields.Integer("Number", required=True, readonly=True, aggregator=False)
    at = fields.Char("Known since", required=True, readonly=True)
    leaves = fields.Json(required=True, readonly=True)
    salt = fields.Char(readonly=True, groups=NOBODY)
    salts = fields.Json(readonly=True, groups=NOBODY)
    digest = fields.Char(required=True, readonly=True)
    erased_at = fields.Datetime(readonly=True)
    erased_why = fields.Char(readonly=True)

    _fact_unique = models.UniqueIndex("(model, res_id, part)")
    _nth_unique = models.UniqueIndex("(chain, partner, nth) WHERE partner <> 0")
    _place_unique = models.UniqueIndex("(seal_id, position)")

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("A seal is never changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A seal is never deleted."))

    @api.model
    def _names(self, records):
        """The facts of records that are sealed, by name."""
        if not records:
            return set()
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id, part FROM dunning_seal_entry WHERE model = %s AND res_id IN %s",
                records._name,
                tuple(records.ids),
            )
        )
        return {f"{records._name}/{res_id}/{part}" for res_id, part in rows}

    @api.model
    def _counts(self, chain, partners):
        """{partner: how many facts a chain holds of it}."""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT partner, max(nth) FROM dunning_seal_entry
                     WHERE chain = %s AND partner IN %s GROUP BY partner
                    """,
                    chain,
                    tuple(partners),
                )
            )
        )

    @api.model
    def _insert(self, seal, entries):
        """Write the entries of a seal, in one statement."""
        json = self._fields["leaves"]
        rows = []
        for position, entry in enumerate(entries):
            model, res_id, part = entry["fact"].split("/", 2)
            rows.append(
                SQL(
                    "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    *(seal.id, position, seal.chain, model, int(res_id), part),
                    *(entry["partner"], entry["nth"], entry["at"]),
                    json.convert_to_column(entry["leaves"], self),
                    *(entry["salt"], entry["digest"]),
                )
            )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_seal_entry (seal_id, position, chain, model, res_id, part,
                       partner, nth, at, leaves, salt, digest)
                VALUES %s
                """,
                SQL(", ").join(rows),
            )
        )

    def _line(self):
        """The entry as the format writes it, without its content."""
        self.ensure_one()
        return {
            "at": self.at,
            "chain": str(self.chain),
            "fact": self._fact_name(),
            "leaves": self.leaves,
            "nth": self.nth,
            "partner": self.partner,
            "salt": self.salt or None,
            "salts": None if self.salt else self.salts or {},
        }

    def _fact_name(self):
        return f"{self.model}/{self.res_id}/{self.part}"
