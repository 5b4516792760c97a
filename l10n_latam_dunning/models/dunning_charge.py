from odoo import api, fields, models
from odoo.exceptions import UserError

COMPONENTS = [("interest", "Interest"), ("fine", "Fine"), ("fees", "Collection fees")]


class DunningCharge(models.Model):
    """The ledger of what was charged, or waived, on which days of which instalment. Rows are
    never changed or deleted. Their days are free again when the document is cancelled, reversed
    or deleted as a draft, and when a waiver is taken back."""

    _name = "dunning.charge"
    _description = "Interest, fine or fees charged or waived"
    _order = "id desc"
    _rec_name = "move_id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    date_due = fields.Date("Due", required=True, readonly=True)
    component = fields.Selection(COMPONENTS, required=True, readonly=True)
    kind = fields.Selection(
        [("charged", "Charged"), ("waived", "Waived")], required=True, readonly=True
    )
    date = fields.Date("On", required=True, readonly=True)
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date(
        "Until before", readonly=True, help="Empty for what is charged only once."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Without taxes.")
    charge_move_id = fields.Many2one(
        "account.move",
        "Charged on",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    reason = fields.Char(readonly=True, help="Why it was waived.")
    agreement_id = fields.Many2one(
        "dunning.agreement",
        "Waived in",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    user_id = fields.Many2one(
        "res.users", "By", readonly=True, default=lambda self: self.env.user, ondelete="restrict"
    )
    freed = fields.Boolean(
        readonly=True, help="The draft was deleted, or the waiver was taken back."
    )
    live = fields.Boolean("Counts", compute="_compute_live", store=True)

    # An instalment is its invoice and due day, as for reminders.
    _interest_once = models.Constraint(
        "EXCLUDE USING gist (int4range(move_id, move_id, '[]') WITH &&,"
        " daterange(date_due, date_due, '[]') WITH &&,"
        " daterange(date_from, date_to) WITH &&)"
        " WHERE (live AND component = 'interest')",
        "Interest for some of these days was charged or waived already. Open the page again.",
    )
    _others_once = models.UniqueIndex(
        "(move_id, date_due, component) WHERE live AND component IN ('fine', 'fees')",
        "This fine or fee was charged or waived already. Open the page again.",
    )
    _days_in_order = models.Constraint(
        "CHECK (component != 'interest' OR (date_to IS NOT NULL AND date_from < date_to))",
        "Interest is for one day at least.",
    )

    @api.depends("kind", "freed", "charge_move_id.state", "charge_move_id.payment_state")
    def _compute_live(self):
        for row in self:
            document = row.charge_move_id
            row.live = not row.freed and (
                row.kind == "waived"
                or (
                    bool(document)
                    and document.state != "cancel"
                    and document.payment_state != "reversed"
                )
            )

    # === CRUD ===

    def write(self, vals):
        if set(vals) - {"live", "freed"}:
            raise UserError(
                self.env._("What was charged or waived is evidence and is not changed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was charged or waived is evidence and is not deleted."))

    # === BUSINESS ===

    @api.model
    def _free_drafts(self, documents):
        """Free the days that were charged on drafts which are about to be deleted."""
        self.sudo().search([("charge_move_id", "in", documents.ids)]).write({"freed": True})
