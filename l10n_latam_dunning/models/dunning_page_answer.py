from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.evidence.proof import sha256
from .dunning_consent import CHANNELS
from .dunning_evidence_facts import ERASURE

KINDS = [
    ("identity", "Said who he is"),
    ("paid", "Reported a payment"),
    ("dispute", "Disputes invoices"),
    ("ask", "Asked for ways to pay"),
    ("accept", "Accepted a way to pay"),
    ("wish", "Asked for another way to pay"),
    ("grant", "Agreed to a channel"),
    ("withdraw", "Withdrew a channel"),
    ("preference", "Said how to be reached"),
    ("language", "Chose a language"),
    ("not_me", "Is not the debtor"),
]


class DunningPageAnswer(models.Model):
    """What a debtor answered on his own page: what stood there, what he chose and wrote, when,
    from where. An append-only fact; what follows from it is written where it belongs."""

    _name = "dunning.page.answer"
    _description = "Answer on the debtor's page"
    _inherit = ["dunning.evidence"]
    _order = "id desc"
    _rec_name = "kind"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    contact_point_id = fields.Many2one(
        "dunning.contact.point",
        "Link sent to",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        "res.users", "Portal user", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    kind = fields.Selection(KINDS, "Answer", required=True, readonly=True)
    wording = fields.Text("What stood there", readonly=True)
    said = fields.Text("What he wrote or chose", readonly=True)
    lang = fields.Char("Language", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    hours = fields.Char("Preferred hours", readonly=True)
    move_ids = fields.Many2many(
        "account.move", "dunning_page_answer_move_rel", string="Invoices", readonly=True
    )
    attachment_id = fields.Many2one("ir.attachment", "Receipt", readonly=True, ondelete="restrict")
    address = fields.Char("IP address", readonly=True)
    agent = fields.Char("Browser", readonly=True)
    once = fields.Char(
        readonly=True, copy=False, help="The mark of the form: the same form answers only once."
    )
    create_date = fields.Datetime("When", readonly=True)

    _once_unique = models.UniqueIndex("(once) WHERE once IS NOT NULL")
    _wish_idx = models.Index("(partner_id, company_id, id) WHERE kind = 'preference'")

    _evidence_fields = (
        "company_id",
        "contact_point_id",
        "user_id",
        "kind",
        "wording",
        "said",
        "lang",
        "channel",
        "hours",
        "move_ids",
        "address",
        "agent",
        "create_date",
    )
    _evidence_aside = {
        "partner_id": "a fact's place holds it",
        "attachment_id": "told by its name and hash",
        "once": "the mark of a form says nothing of the person",
        "erased_at": ERASURE,
    }
    _evidence_personal = frozenset({"said", "address", "agent", "document"})

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("An answer of the debtor is evidence and is never changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An answer of the debtor is evidence and is never deleted."))

    # === EVIDENCE ===

    @api.model
    def _evidence_domain(self, chain, since):
        domain = [("company_id", "=", chain)]
        return [*domain, ("create_date", ">=", since)] if since else domain

    def _evidence_facts(self, settled=True):
        return {
            answer.id: {
                "answer": (
                    answer.create_date,
                    {**answer._told(*self._evidence_fields), "document": answer._document()},
                )
            }
            for answer in self
        }

    def _document(self):
        """The receipt as facts tell it: by its name and hash."""
        receipt = self.attachment_id
        return {"name": receipt.name, "sha256": sha256(receipt.raw or b"")} if receipt else None

    # === BUSINESS ===

    @api.model
    def _answered(self, once):
        """Whether a form with this mark was answered already."""
        return bool(self.sudo().search_count([("once", "=", once)], limit=1))

    def _proof(self):
        """Where an answer came from, in one line, as consents and acceptances keep it."""
        self.ensure_one()
        return " · ".join(filter(None, [f"page/{self.id}", self.address, self.agent]))
