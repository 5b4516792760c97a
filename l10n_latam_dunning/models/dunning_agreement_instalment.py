from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.debt import instalments
from ..tools import to_amount

STATES = [
    ("open", "To be paid"),
    ("kept", "Paid"),
    ("lifted", "No longer owed"),
    ("missed", "Missed"),
]


class DunningAgreementInstalment(models.Model):
    """One payment of an agreement."""

    _name = "dunning.agreement.instalment"
    _description = "Payment agreed"
    _order = "date_due, agreement_id, id"

    agreement_id = fields.Many2one(
        "dunning.agreement", "Payment agreement", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    partner_id = fields.Many2one(related="agreement_id.partner_id", store=True)
    user_id = fields.Many2one(related="agreement_id.user_id", store=True)
    agreement_state = fields.Selection(string="Agreement", related="agreement_id.state", store=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id", store=True)
    date_due = fields.Date("Day", required=True)
    amount = fields.Monetary(required=True)
    amount_left = fields.Monetary("Still open", compute="_compute_left")
    settled = fields.Boolean("Covered", compute="_compute_left")
    state = fields.Selection(STATES, required=True, default="open", readonly=True)
    reminder_ids = fields.One2many("dunning.message", "instalment_id", "Reminders", readonly=True)

    _amount_positive = models.Constraint("CHECK (amount > 0)", "A payment must be above zero.")

    @api.depends("partner_id.name", "date_due")
    def _compute_display_name(self):
        for part in self:
            amount = part.currency_id.format(part.amount) if part.currency_id else part.amount
            part.display_name = f"{part.partner_id.name or ''} · {amount}"

    @api.depends(
        "agreement_id.amount_paid", "agreement_id.amount_credited", "date_due", "amount", "state"
    )
    def _compute_left(self):
        self.update({"amount_left": 0.0, "settled": False})
        for agreement in self.agreement_id:
            covered = agreement._units(agreement.amount_paid + agreement.amount_credited)
            left = instalments.still_open(agreement._parts(), covered)
            for part, units in zip(agreement._in_order(), left, strict=True):
                part.amount_left = to_amount(agreement.currency_id, units)
                part.settled = not units

    def _in_words(self):
        return f"{format_date(self.env, self.date_due)}: {self.currency_id.format(self.amount)}"

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        if "state" in vals:
            raise UserError(self.env._("Whether a payment was made is read from the ledger."))
        self._check_open()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{k: v for k, v in vals.items() if k != "state"} for vals in vals_list]
        parts = super().create(vals_list)
        if not self.env.su:
            parts._check_open()
        return parts

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        if not self.env.su:
            self._check_open()

    def _check_open(self):
        """Refuse to change the payments of an agreement that was proposed or accepted."""
        if any(part.agreement_id.state not in ("draft", "approval") for part in self):
            raise UserError(
                self.env._("What was proposed or accepted is not changed: cancel it instead.")
            )
