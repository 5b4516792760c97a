import secrets

from odoo import fields, models
from odoo.exceptions import UserError


class DunningAgreementOption(models.Model):
    """What a debtor was offered, word for word. Accepted by its token, once."""

    _name = "dunning.agreement.option"
    _description = "Way to pay that was offered"
    _order = "agreement_id, id"

    agreement_id = fields.Many2one(
        "dunning.agreement", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    offer_id = fields.Many2one("dunning.agreement.offer", ondelete="set null")
    token = fields.Char(
        required=True,
        default=lambda self: secrets.token_urlsafe(12),
        copy=False,
        groups="base.group_system",
    )
    title = fields.Char(required=True)
    text = fields.Text(required=True)
    terms = fields.Json(help="Kind, what is waived, and each payment.")
    chosen = fields.Boolean(readonly=True)

    _token_unique = models.UniqueIndex("(token)")

    def write(self, vals):
        if set(vals) - {"chosen"}:
            raise UserError(self.env._("What was offered is evidence and is never changed."))
        return super().write(vals)
