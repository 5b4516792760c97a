from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date

from .dunning_plan import SALE_TYPES

USER = "l10n_latam_dunning.group_dunning_user"


class AccountMove(models.Model):
    """An invoice with what its delay costs, and the documents on which that was charged."""

    _inherit = "account.move"

    dunning_charge_open = fields.Monetary(
        "Interest and fees",
        compute="_compute_dunning_charges",
        groups=USER,
        help="What could be charged today by the policy and the law, beside the invoice.",
    )
    dunning_charges = fields.Html(
        "What the delay costs", compute="_compute_dunning_charges", sanitize=False, groups=USER
    )
    dunning_charge_origin_id = fields.Many2one(
        "account.move",
        "Interest and fees of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The invoice whose delay is charged on this document. It bears no interest itself.",
    )
    dunning_charge_move_ids = fields.One2many(
        "account.move", "dunning_charge_origin_id", "Charged on"
    )

    @api.depends("amount_residual", "state", "payment_state", "invoice_date_due")
    @api.depends_context("lang")
    def _compute_dunning_charges(self):
        """What each invoice amounts to today, set-based; computed anew whenever it is looked at."""
        charging = self.env["dunning.policy"]._charging_companies()
        late = self.filtered(
            lambda move: move.company_id.id in charging and move._may_bear_charges()
        )
        charges = self.env["dunning.charge"].sudo()._for_moves(late) if late else {}
        for move in self:
            of_move = charges.get(move)
            move.dunning_charge_open = float(of_move.added) if of_move else 0.0
            move.dunning_charges = move._charges_table(of_move) if of_move else False

    def _may_bear_charges(self):
        """Whether this is an invoice whose delay could cost anything."""
        self.ensure_one()
        return (
            isinstance(self.id, int)
            and self.move_type in SALE_TYPES
            and self.state == "posted"
            and not self.dunning_charge_origin_id
        )

    def _charges_table(self, charges):
        """The amounts of an invoice and the steps to them, or why there are none; nothing where
        the policy charges nothing."""
        self.ensure_one()
        Charge = self.env["dunning.charge"].sudo()
        unknown = Charge._why_unknown(charges)
        if unknown:
            nothing = self.env._("No interest, fine or fee is calculated.")
            return Markup("<p class='text-warning'>%s<br/>%s</p>") % (nothing, unknown)
        if not charges.lines:
            return False
        rows = [(self.env._("Principal"), charges.principal)]
        rows += [(label, amount) for _name, label, amount in Charge._amounts(charges)]
        rows.append((self.env._("Total"), charges.total))
        table = Markup("").join(
            Markup("<tr><td>%s</td><td class='text-end'>%s</td></tr>")
            % (label, self.currency_id.format(float(amount)))
            for label, amount in rows
        )
        steps = Markup("").join(
            Markup("<li>%s</li>") % step for step in Charge._steps(charges, self.currency_id)
        )
        day = self.env._("Calculated on %s", format_date(self.env, charges.computed_on))
        return Markup("<table class='table table-sm w-auto'>%s</table><p>%s</p><ul>%s</ul>") % (
            table,
            day,
            steps,
        )

    # === ACTIONS ===

    def action_dunning_charge(self):
        """Open the proposal of a document for interest, fine and fees."""
        self.ensure_one()
        self.env["dunning.charge.book"].check_access("create")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_charge_book_action"
        )
        return {**action, "context": {"default_move_id": self.id}}

    def action_dunning_charge_moves(self):
        """Show the documents on which the delay of this invoice was charged."""
        self.ensure_one()
        self.env["dunning.charge"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charged on"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("dunning_charge_origin_id", "=", self.id)],
            "context": {"create": False},
        }

    # === BUSINESS ===

    def _dunning_charges_on(self, day):
        """{invoice: :class:`Charges`} on a day, for whoever has to show it: the debtor's page, a
        complaint file. Of a day in the past it says what today's ledger knows of that day."""
        return self.env["dunning.charge"].sudo()._for_moves(self, day)

    def unlink(self):
        self.env["dunning.charge"]._free_drafts(self)
        return super().unlink()

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self.env["dunning.charge"].sudo()._propose_after_payment(self)
        return result
