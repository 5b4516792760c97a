from odoo import api, models
from odoo.exceptions import MissingError

from ..core.evidence.erased import among
from ..core.evidence.seal import Fact, plain

# What a forged value may make of reading a record.
UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError, MissingError)


class DunningEvidence(models.AbstractModel):
    """The interface of records that are evidence: what they say is told as facts, each of which
    never changes once it is settled, and so can be sealed. Found by inheritance: to seal more,
    let a model inherit this."""

    _name = "dunning.evidence"
    _description = "Evidence"

    # Stored fields that the facts tell, and those that they do not, with the reason: a test wants
    # every stored field to be in one of them.
    _evidence_fields = ()
    _evidence_aside = {}
    # Names in facts: of numbers and addresses; of what a person's own export leaves out; of what
    # is erased when it need no longer be kept. `data.*` are all that begin with `data.`.
    _evidence_masked = frozenset()
    _evidence_internal = frozenset()
    _evidence_personal = frozenset()

    # === INTERFACE ===

    @api.model
    def _evidence_domain(self, chain, since):
        """What may have facts that are not sealed yet: records of a chain (a company's id, or 0
        for what companies share) that changed since an instant, if one is given."""
        raise NotImplementedError

    def _evidence_facts(self, settled=True):
        """{record id: {part: (when the program learned of it, {name: value})}} as the records
        say it now, set-based: what is settled, or with ``settled=False`` also what is not."""
        raise NotImplementedError

    def _evidence_chain(self):
        """The chain that holds this record's facts: its company's, or 0 where companies share."""
        self.ensure_one()
        return self.company_id.id

    def _evidence_partner(self):
        """The id of the partner whom this record is about, or 0."""
        self.ensure_one()
        return self.partner_id.id or 0

    def _evidence_replaced(self, part):
        """Whether a sealed part is rightly told no more, because another took its place."""
        return False

    # === BUSINESS ===

    @api.model
    def _among(self, names, kinds):
        """Those of the names in a fact that are of these kinds."""
        return among(names, kinds)

    @api.model
    def _evidence_models(self):
        """All models that are evidence, with every record in sight."""
        return [
            self.env[name].sudo().with_context(active_test=False)
            for name, model in sorted(self.env.registry.items())
            if not model._abstract and not model._transient and issubclass(model, type(self))
        ]

    def _facts(self, settled=True):
        """{fact name: Fact} of these records as they are now."""
        told = self._evidence_facts(settled)
        return {
            name: Fact(name, record._evidence_partner(), plain(at), plain(values))
            for record in self
            for part, (at, values) in told.get(record.id, {}).items()
            for name in [f"{self._name}/{record.id}/{part}"]
        }

    def _readable_facts(self, settled=True):
        """``_facts``, and the records that somebody made unreadable."""
        try:
            return self._facts(settled), self.browse()
        except UNREADABLE:
            if len(self) == 1:
                return {}, self
        facts, unreadable = {}, self.browse()
        for record in self:
            told, broken = record._readable_facts(settled)
            facts.update(told)
            unreadable |= broken
        return facts, unreadable

    def _told(self, *names):
        """The values of fields as facts tell them."""
        self.ensure_one()
        return {name: self._value_of(self, name) for name in names}

    @api.model
    def _value_of(self, record, name):
        """The value of a field as facts tell it: relations by id, nothing as nothing."""
        field, value = record._fields[name], record[name]
        if field.type == "many2one":
            return value.id or None
        if field.relational:
            return sorted(value.ids)
        if field.type in ("boolean", "integer", "many2one_reference", "float", "monetary"):
            return value
        return value or None
