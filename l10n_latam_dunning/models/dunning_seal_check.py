import logging
from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..core.evidence.proof import FIRST_PREVIOUS, digest_of, hash_of
from ..core.evidence.seal import differences, plain, tree_of
from .dunning_seal import RECORDS

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was sealed: in which record, and what."""

    model: str
    res_id: int
    text: str

    def __str__(self):
        return f"{self.model}/{self.res_id}: {self.text}"


class DunningSeal(models.Model):
    """Compares what the records say today with what was sealed of them."""

    _inherit = "dunning.seal"

    @api.model
    def _check(self):
        """All that is not as it was sealed, over all chains: a list of :class:`Problem`."""
        self.env.flush_all()
        problems = []
        chains = [chain for (chain,) in self._read_group([], ["chain"])]
        complete = {chain: self._check_chain(chain, problems) for chain in chains}
        self._check_lost_seals(problems)
        erased = self.env["dunning.erasure"]._recorded()
        for Model in self.env["dunning.evidence"]._evidence_models():
            self._check_model(Model, complete, erased, problems)
        for Model in self.env["dunning.trace"]._traced_models():
            self._check_traced(Model, problems)
        return problems

    @api.model
    def _cron_check(self):
        """Look through everything once a week, and tell the privacy officers what was changed."""
        problems = self._check()
        if not problems:
            return
        _logger.error("Evidence was changed: %s", "; ".join(map(str, problems[:20])))
        officers = self.env.ref("l10n_latam_dunning.group_dunning_privacy").all_user_ids
        for user in officers.filtered(lambda user: user.active and not user.share):
            office = self.with_context(lang=user.lang)
            user.partner_id.message_notify(
                partner_ids=user.partner_id.ids,
                subject=office.env._("Evidence was changed"),
                body=office.env._(
                    "%(count)s sealed record(s) are not as they were sealed. The first: "
                    "%(first)s. Open Evidence › Seals and choose Check.",
                    count=len({(one.model, one.res_id) for one in problems}),
                    first=problems[0],
                ),
            )

    # === CHAIN ===

    @api.model
    def _check_chain(self, chain, problems):
        """Each seal holds its entries and follows the one before; returns [(number, complete
        until)] of those that closed a span."""
        before, complete = None, []
        for seal in self.search([("chain", "=", chain)], order="number"):
            line = seal._line()
            digests = self._digests(seal, problems)
            fits = seal.hash == hash_of(line) and seal.count == len(digests)
            if not fits or not digests or tree_of(digests)[0] != seal.root:
                problems.append(Problem(self._name, seal.id, self.env._("the seal was changed")))
            elif (seal.number, seal.previous) != (
                (before.number + 1, before.hash) if before else (1, FIRST_PREVIOUS)
            ):
                text = self.env._("the seal does not follow the one before it")
                problems.append(Problem(self._name, seal.id, text))
            if seal.complete_to:
                complete.append((seal.id, plain(seal.complete_to)))
            before = seal
        return complete

    @api.model
    def _check_lost_seals(self, problems):
        """Facts whose seal is gone: somebody cut the chain off, and not all of it."""
        for (seal,) in self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT seal_id FROM dunning_seal_entry e
                 WHERE NOT EXISTS (SELECT FROM dunning_seal s WHERE s.id = e.seal_id)
                """
            )
        ):
            problems.append(Problem(self._name, seal, self.env._("the seal was deleted")))

    @api.model
    def _digests(self, seal, problems):
        """The digests of a seal's entries, each of which must fit its own leaves."""
        digests = []
        entries = self.env["dunning.seal.entry"].sudo().search([("seal_id", "=", seal.id)])
        for entry in entries:
            if digest_of(entry._line()) != entry.digest or entry.chain != seal.chain:
                text = self.env._("what was sealed of “%s” was changed", entry.part)
                problems.append(Problem(entry.model, entry.res_id, text))
            digests.append(entry.digest)
        entries.invalidate_recordset()
        return digests

    # === RECORDS ===

    @api.model
    def _check_model(self, Model, complete, erased, problems):
        Entry = self.env["dunning.seal.entry"].sudo()
        sealed = [
            res_id
            for (res_id,) in self.env.execute_query(
                SQL("SELECT DISTINCT res_id FROM dunning_seal_entry WHERE model = %s", Model._name)
            )
        ]
        living = Model.search(Domain.TRUE, order="id").ids
        for part in split_every(RECORDS, sorted({*sealed, *living})):
            records = Model.browse(part).exists()
            facts = self._facts_of(records, problems)
            entries = Entry.search([("model", "=", Model._name), ("res_id", "in", part)])
            known = {entry._fact_name(): entry for entry in entries}
            partners = {fact.partner for fact in facts.values()} - {0}
            merged = self.env["dunning.access.log"]._merged_into(partners)
            for entry in known.values():
                text = self._compare(entry, facts, merged, records, erased)
                if text:
                    problems.append(Problem(entry.model, entry.res_id, text))
                spans = complete.get(entry.chain, ())
                if self._is_closed(entry.at, spans, entry.seal_id.id):
                    text = self.env._(
                        "“%(part)s” claims to be of %(at)s, but was sealed only after everything "
                        "of that time had been",
                        part=entry.part,
                        at=entry.at,
                    )
                    problems.append(Problem(entry.model, entry.res_id, text))
            for name, fact in facts.items():
                _model, res_id, part_name = name.split("/", 2)
                chain = Model.browse(int(res_id))._evidence_chain()
                if name not in known and self._is_closed(fact.at, complete.get(chain, ())):
                    text = self.env._(
                        "“%(part)s” was put in afterwards: everything of %(at)s is sealed",
                        part=part_name,
                        at=fact.at,
                    )
                    problems.append(Problem(Model._name, int(res_id), text))
            records.invalidate_recordset()
            entries.invalidate_recordset()

    @api.model
    def _facts_of(self, records, problems):
        """The facts of records, one of which may have been made unreadable."""
        facts, unreadable = records._readable_facts()
        for record in unreadable:
            text = self.env._("its content was made unreadable")
            problems.append(Problem(record._name, record.id, text))
        return facts

    @api.model
    def _compare(self, entry, facts, merged, living, erased):
        """What is wrong with a sealed fact, in words, or nothing."""
        record = living.filtered(lambda one: one.id == entry.res_id)
        if not record:
            return self.env._("the record was deleted")
        fact = facts.get(entry._fact_name())
        if fact is None:
            if record._evidence_replaced(entry.part):
                return ""
            return self.env._("“%s” is missing", entry.part)
        text = self.env["dunning.erasure"]._unexplained(entry, fact, erased)
        if text:
            return text
        wrong = differences(entry._line(), fact.fields)
        if entry.partner != fact.partner and entry.partner not in merged.get(fact.partner, ()):
            wrong.append("partner_id")
        if wrong:
            return self.env._(
                "“%(part)s” is not what was sealed: %(fields)s",
                part=entry.part,
                fields=", ".join(wrong),
            )
        return ""

    @api.model
    def _is_closed(self, at, complete, before=None):
        """Whether a seal, or one before another, says that all of this time is sealed."""
        spans = [until for seal, until in complete if before is None or seal < before]
        return at < max(spans, default="")

    # === TRACES ===

    @api.model
    def _check_traced(self, Model, problems):
        """A hold or agreement says what its traces say."""
        ids = Model.search(Domain.TRUE, order="id").ids
        found = {
            res_id
            for (res_id,) in self.env.execute_query(
                SQL("SELECT DISTINCT res_id FROM dunning_trace WHERE model = %s", Model._name)
            )
        }
        for part in split_every(RECORDS, sorted({*ids, *found})):
            told = self.env["dunning.trace"]._last_told(Model._name, list(part))
            living = Model.browse(part).exists()
            for record in living:
                self._compare_traced(record, told.get(record.id), problems)
            for res_id in set(part) - set(living.ids):
                if told.get(res_id) is not None:
                    text = self.env._("the record was deleted behind the program's back")
                    problems.append(Problem(Model._name, res_id, text))

    @api.model
    def _compare_traced(self, record, told, problems):
        if not told:
            text = self.env._("nobody made this record through the program")
            problems.append(Problem(record._name, record.id, text))
            return
        now = record._traced()
        wrong = sorted(name for name, value in told.items() if name in now and now[name] != value)
        if "partner_id" in wrong and self._same_person(now["partner_id"], told["partner_id"]):
            wrong.remove("partner_id")
        if wrong:
            text = self.env._("changed behind the program's back: %s", ", ".join(wrong))
            problems.append(Problem(record._name, record.id, text))

    @api.model
    def _same_person(self, partner, before):
        return before in self.env["dunning.access.log"]._merged_into({partner})[partner]
