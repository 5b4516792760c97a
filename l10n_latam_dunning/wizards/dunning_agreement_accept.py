from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dunning_agreement_acceptance import HOW


class DunningAgreementAccept(models.TransientModel):
    """How the debtor agreed, as a person heard or saw it. Nothing is in force without it."""

    _name = "dunning.agreement.accept"
    _description = "Record an acceptance"

    agreement_id = fields.Many2one("dunning.agreement", required=True, ondelete="cascade")
    has_options = fields.Boolean(compute="_compute_wording")
    option_id = fields.Many2one(
        "dunning.agreement.option",
        "Which offer",
        domain="[('agreement_id', '=', agreement_id)]",
    )
    how = fields.Selection(
        [row for row in HOW if row[0] not in ("whatsapp", "page")], required=True, default="call"
    )
    person = fields.Char("Who agreed", required=True)
    accepted_at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    reference = fields.Char("Where the proof is", help="Recording, letter, e-mail.")
    note = fields.Char()
    wording = fields.Text("What was agreed", compute="_compute_wording")

    @api.depends("agreement_id", "option_id")
    def _compute_wording(self):
        for wizard in self:
            agreement = wizard.agreement_id
            wizard.has_options = bool(agreement.option_ids)
            if wizard.option_id:
                wizard.wording = wizard.option_id.text
            elif agreement.instalment_ids:
                wizard.wording = agreement._for_debtor()._agreement_in_words()
            else:
                wizard.wording = False

    @api.onchange("agreement_id")
    def _onchange_agreement(self):
        self.person = self.person or self.agreement_id.partner_id.name
        if len(self.agreement_id.option_ids) == 1:
            self.option_id = self.agreement_id.option_ids

    def action_accept(self):
        self.ensure_one()
        if self.accepted_at > fields.Datetime.now():
            raise UserError(self.env._("Nobody can have agreed in the future."))
        agreement = self.agreement_id
        agreement.check_access("write")
        if self.option_id:
            agreement.sudo()._take(self.option_id.sudo())
        agreement._accept(
            {
                "how": self.how,
                "person": self.person,
                "accepted_at": self.accepted_at,
                "reference": self.reference,
                "note": self.note,
                "wording": self.wording,
            }
        )
        return {"type": "ir.actions.act_window_close"}
