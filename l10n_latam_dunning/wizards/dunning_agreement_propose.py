from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningAgreementPropose(models.TransientModel):
    """What is offered to the debtor: the draft's own terms, or ways to pay that the policy has
    approved beforehand. The text is shown before it is kept."""

    _name = "dunning.agreement.propose"
    _description = "Propose an agreement"

    agreement_id = fields.Many2one("dunning.agreement", required=True, ondelete="cascade")
    source = fields.Selection(
        [("policy", "The ways to pay of the policy"), ("draft", "The terms of this draft")],
        required=True,
        default="policy",
    )
    preview = fields.Html("What is offered", compute="_compute_preview", sanitize=False)

    @api.depends("agreement_id", "source")
    def _compute_preview(self):
        for wizard in self:
            rows = [
                Markup("<li><strong>%s</strong>: %s</li>") % (choice["title"], choice["text"])
                for choice in wizard._chosen()
            ]
            nothing = self.env._("The policy has no ways to pay that fit.")
            wizard.preview = Markup("<ul>%s</ul>") % Markup("").join(rows) if rows else nothing

    def _chosen(self):
        agreement = self.agreement_id
        if not agreement:
            return []
        return agreement._choices() if self.source == "policy" else agreement._own_choice()

    def action_propose(self):
        """Keep the offer word for word; reminders rest while the debtor decides."""
        self.ensure_one()
        self.agreement_id.check_access("write")
        chosen = self._chosen()
        if not chosen:
            raise UserError(self.env._("There is nothing to offer: give the policy ways to pay."))
        self.agreement_id._propose(chosen)
        return {"type": "ir.actions.act_window_close"}
