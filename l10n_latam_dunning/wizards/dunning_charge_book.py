from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.debt.interest import COMPONENTS


class DunningChargeBook(models.TransientModel):
    """What an invoice's delay costs, shown step by step before anything is booked. It becomes a
    draft that a person posts, or is waived with a reason."""

    _name = "dunning.charge.book"
    _description = "Charge interest and fees"

    move_id = fields.Many2one("account.move", "Invoice", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="move_id.company_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    partner_id = fields.Many2one(related="move_id.commercial_partner_id")
    day = fields.Date("Calculated on", required=True, default=fields.Date.context_today)
    principal = fields.Monetary("Principal open", compute="_compute_amounts")
    interest = fields.Monetary(compute="_compute_amounts")
    fine = fields.Monetary(compute="_compute_amounts")
    fees = fields.Monetary("Collection fees", compute="_compute_amounts")
    total = fields.Monetary("To be charged", compute="_compute_amounts")
    take_interest = fields.Boolean("Charge interest", default=True)
    take_fine = fields.Boolean("Charge fine", default=True)
    take_fees = fields.Boolean("Charge fees", default=True)
    credit = fields.Monetary("Debtor's open credit", compute="_compute_amounts")
    steps = fields.Html("Calculation", compute="_compute_amounts", sanitize=False)
    problem = fields.Text(compute="_compute_amounts")
    is_debit_note = fields.Boolean(compute="_compute_is_debit_note")
    reason = fields.Char("Reason to waive it")

    @api.depends("move_id", "day", "take_interest", "take_fine", "take_fees")
    def _compute_amounts(self):
        Charge = self.env["dunning.charge"].sudo()
        for wizard in self:
            move = wizard.move_id.sudo()
            charges = Charge._for_moves(move, wizard.day or fields.Date.context_today(self))[move]
            wizard.principal = float(charges.principal)
            for component in COMPONENTS:
                wizard[component] = float(charges.of(component))
            wizard.total = sum(wizard[component] for component in wizard._components())
            credit = Charge._open_credits(move)
            wizard.credit = sum(credit.values())
            wizard.problem = wizard._problem(charges)
            wizard.steps = Markup("<ul>%s</ul>") % Markup("").join(
                Markup("<li>%s</li>") % step for step in Charge._steps(charges, move.currency_id)
            )

    def _compute_is_debit_note(self):
        for wizard in self:
            wizard.is_debit_note = "debit_origin_id" in self.env["account.move"]._fields

    def _components(self):
        """The components that the user has left ticked."""
        self.ensure_one()
        return [component for component in COMPONENTS if self[f"take_{component}"]]

    def _problem(self, charges):
        """Why there is nothing to charge, in words."""
        self.ensure_one()
        Charge = self.env["dunning.charge"].sudo()
        if charges.unknown:
            return Charge._why_unknown(charges)
        if not Charge._policy_of_move(self.move_id.sudo())._charges():
            return self.env._(
                "The policy for this debtor charges no interest, fine or fee. A manager switches "
                "that on in the policy."
            )
        if not charges.added:
            return self.env._("Nothing is left to be charged until this day.")
        return False

    # === ACTIONS ===

    def action_book(self):
        """Make a draft of what is ticked and open it; nothing is posted."""
        self.ensure_one()
        self._check()
        document = self.env["dunning.charge"]._book(self.move_id, self._components(), self.day)
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": document.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def action_waive(self):
        """Give up what was calculated, for good and with a reason."""
        self.ensure_one()
        self._check()
        if not self.env.user.has_group("l10n_latam_dunning.group_dunning_manager"):
            raise AccessError(self.env._("Only dunning managers waive interest and fees."))
        self.env["dunning.charge"]._waive(self.move_id, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _check(self):
        self.env["dunning.message"]._check_user()
        self.move_id.check_access("write")
        if self.day > fields.Date.context_today(self):
            raise UserError(self.env._("Nothing can be charged for days to come."))
