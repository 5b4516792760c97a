from odoo import api, fields, models
from odoo.exceptions import UserError

HOW = [
    ("call", "Telephone call"),
    ("counter", "In person"),
    ("letter", "Letter"),
    ("email", "E-mail"),
    ("whatsapp", "WhatsApp"),
    ("page", "Web page"),
]


class DunningAgreementAcceptance(models.Model):
    """How a debtor agreed: an append-only fact. The words that he saw or heard, who, when, and
    the message or page that proves it."""

    _name = "dunning.agreement.acceptance"
    _description = "Acceptance of a payment agreement"
    _order = "accepted_at desc, id desc"
    _rec_name = "how"

    agreement_id = fields.Many2one(
        "dunning.agreement", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    how = fields.Selection(HOW, required=True)
    person = fields.Char("Who agreed", required=True)
    accepted_at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    wording = fields.Text("What he saw or heard", required=True)
    lang = fields.Char("Language")
    reference = fields.Char("Proof", help="Message id, signed page, or where the paper is kept.")
    note = fields.Char()
    user_id = fields.Many2one("res.users", "Recorded by", default=lambda self: self.env.user)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("An acceptance is evidence and is never changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An acceptance is evidence and is not deleted."))
