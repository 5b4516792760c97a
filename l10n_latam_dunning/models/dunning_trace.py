from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import SQL

from ..core.evidence.erased import ERASED
from ..core.evidence.seal import plain

FREE_TEXT = ("note", "ended_why", "waived_why")
# What a person asked for by right, and was answered: his own, but no less personal.
ASKED = ("asked", "answer", "value")


class DunningTrace(models.Model):
    """One change of a record that people may change, such as a hold or an agreement: what it was
    changed to, when, by whom. The record must say what its traces say."""

    _name = "dunning.trace"
    _description = "Change of a hold or an agreement"
    _inherit = ["dunning.evidence"]
    _order = "id desc"
    _rec_name = "kind"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True, ondelete="restrict")
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="model", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("made", "Made"),
            ("changed", "Changed"),
            ("deleted", "Deleted"),
            ("found", "Found, made outside the program"),
        ],
        required=True,
        readonly=True,
    )
    changes = fields.Json(readonly=True)

    _record_idx = models.Index("(model, res_id, id)")

    _evidence_fields = (
        "company_id",
        "user_id",
        "model",
        "res_id",
        "kind",
        "changes",
        "create_date",
    )
    _evidence_aside = {
        "partner_id": "a fact's place holds it",
        "erased_at": "the access log tells it",
    }
    _evidence_internal = frozenset(f"set.{name}" for name in FREE_TEXT)
    _evidence_personal = _evidence_internal | {f"set.{name}" for name in ASKED}

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("A trace is evidence and is never changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A trace is evidence and is never deleted."))

    # === EVIDENCE ===

    @api.model
    def _evidence_domain(self, chain, since):
        domain = [("company_id", "=", chain)]
        return [*domain, ("create_date", ">=", since)] if since else domain

    def _evidence_facts(self, settled=True):
        names = [name for name in self._evidence_fields if name != "changes"]
        return {
            trace.id: {
                "change": (
                    trace.create_date,
                    {
                        **trace._told(*names),
                        **{f"set.{name}": value for name, value in (trace.changes or {}).items()},
                    },
                )
            }
            for trace in self
        }

    # === BUSINESS ===

    @api.model
    def _trace(self, kind, changes):
        """Write down {record: {field: value as told}}."""
        owners = {record: record._trace_owner() for record in changes}
        self.sudo().create(
            [
                {
                    "company_id": (owners[record].company_id or self.env.company).id,
                    "partner_id": owners[record].partner_id.id,
                    "user_id": self.env.uid,
                    "model": record._name,
                    "res_id": record.id,
                    "kind": kind,
                    "changes": plain(told),
                }
                for record, told in changes.items()
            ]
        )

    @api.model
    def _traced_models(self):
        """All models whose changes are traced, with every record in sight."""
        traced = type(self.env["dunning.traced"])
        return [
            self.env[name].sudo().with_context(active_test=False)
            for name, model in sorted(self.env.registry.items())
            if not model._abstract and issubclass(model, traced)
        ]

    @api.model
    def _trace_found(self):
        """Begin the trace of records that have none: they were made by an older version, or by
        somebody behind the program's back."""
        for Model in self._traced_models():
            Model.flush_model()
            self.flush_model()
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT r.id FROM %s r
                     WHERE NOT EXISTS (
                           SELECT FROM dunning_trace t WHERE t.model = %s AND t.res_id = r.id)
                     ORDER BY r.id
                    """,
                    SQL.identifier(Model._table),
                    Model._name,
                )
            )
            found = Model.browse([id_ for (id_,) in rows])
            if found:
                self._trace("found", {record: record._traced() for record in found})

    @api.model
    def _last_told(self, model, ids):
        """{record id: {field: value}} as the traces of these records leave them; a record that
        was deleted has nothing, a value that was erased is left out."""
        told = {}
        traces = self.sudo().search_fetch(
            [("model", "=", model), ("res_id", "in", ids)],
            ["res_id", "kind", "changes"],
            order="id",
        )
        for trace in traces:
            if trace.kind == "deleted":
                told[trace.res_id] = None
            else:
                changes = trace.changes if isinstance(trace.changes, dict) else {}
                told.setdefault(trace.res_id, {}).update(changes)
        return {
            key: values and {name: v for name, v in values.items() if v != ERASED}
            for key, values in told.items()
        }


class DunningTraced(models.AbstractModel):
    """Keeps a trace of every change that is made through the program."""

    _name = "dunning.traced"
    _description = "Traced record"

    @api.model
    def _traced_names(self):
        """The fields that people fill: stored, not computed, not of the chatter."""
        return [
            name
            for name, field in self._fields.items()
            if field.store
            and not field.compute
            and not field.related
            and field.type != "one2many"
            and name not in MAGIC_COLUMNS
            and not name.startswith(("message_", "activity_", "website_message_"))
        ]

    def _trace_owner(self):
        """The record that says whose debtor and company this is about."""
        return self

    def _traced(self, names=None):
        """What this record says, as traces tell it."""
        self.ensure_one()
        return {name: _told(self, name) for name in names or self._traced_names()}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env["dunning.trace"]._trace("made", {one: one.sudo()._traced() for one in records})
        return records

    def write(self, vals):
        names = [name for name in self._traced_names() if name in vals]
        before = {one: one.sudo()._traced(names) for one in self} if names else {}
        result = super().write(vals)
        changes = {}
        for one, old in before.items():
            new = one.sudo()._traced(names)
            changed = {name: value for name, value in new.items() if value != old[name]}
            if changed:
                changes[one] = changed
        if changes:
            self.env["dunning.trace"]._trace("changed", changes)
        return result

    def unlink(self):
        if self:
            self.env["dunning.trace"]._trace("deleted", {one: one.sudo()._traced() for one in self})
        return super().unlink()


class DunningHold(models.Model):
    _name = "dunning.hold"
    _inherit = ["dunning.hold", "dunning.traced"]


class DunningAgreement(models.Model):
    _name = "dunning.agreement"
    _inherit = ["dunning.agreement", "dunning.traced"]

    def unlink(self):
        self.instalment_ids.unlink()  # by name, since the database would do it without a trace
        return super().unlink()


class DunningAgreementInstalment(models.Model):
    _name = "dunning.agreement.instalment"
    _inherit = ["dunning.agreement.instalment", "dunning.traced"]

    def _trace_owner(self):
        return self.agreement_id


class DunningPrivacyRequest(models.Model):
    _name = "dunning.privacy.request"
    _inherit = ["dunning.privacy.request", "dunning.traced"]


def _told(record, name):
    """The value of a field as JSON, as the facts of evidence tell it."""
    return plain(record.env["dunning.evidence"]._value_of(record, name))
