from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.debt.interest import COMPONENTS, Charges
from ..tools import to_decimal
from .dunning_plan import is_debt

WAIVED_BY = {name: f"waive_{name}" for name in COMPONENTS}


class DunningAgreement(models.Model):
    """What an agreement gives up of interest, fine and fees. It is no part of the payments that
    are agreed: those are of the invoices. What is not given up is charged on documents of its
    own, or not at all."""

    _inherit = "dunning.agreement"

    waive_interest = fields.Boolean(
        "Waive interest", help="Of the days until now and of those of the agreement."
    )
    waive_fine = fields.Boolean("Waive the fine")
    waive_fees = fields.Boolean("Waive the fees")
    charges = fields.Json(
        "Interest and fees when agreed", readonly=True, copy=False, help="With every step."
    )
    amount_interest = fields.Monetary("Interest", compute="_compute_charges")
    amount_fine = fields.Monetary("Fine", compute="_compute_charges")
    amount_fees = fields.Monetary("Fees", compute="_compute_charges")
    amount_let_off = fields.Monetary("Interest and fees waived", compute="_compute_charges")
    amount_whole = fields.Monetary(
        "Open with interest and fees",
        compute="_compute_charges",
        help="Less what is waived. Only the invoices are part of the payments agreed.",
    )
    charges_note = fields.Text("How it is made up", compute="_compute_charges")

    # === COMPUTE ===

    @api.depends(
        "charges", "move_ids.amount_residual", "due_until", "amount_waived", *WAIVED_BY.values()
    )
    @api.depends_context("lang")
    def _compute_charges(self):
        names = [f"amount_{name}" for name in (*COMPONENTS, "let_off", "whole")]
        self.update({**dict.fromkeys(names, 0.0), "charges_note": False})
        priced = self.filtered("currency_id")
        for agreement, charges in priced._charges_of().items():
            for name in COMPONENTS:
                agreement[f"amount_{name}"] = float(charges.of(name))
            let_off = agreement._let_off(charges)
            agreement.amount_let_off = float(let_off)
            waived = to_decimal(agreement.currency_id, agreement.amount_waived)
            agreement.amount_whole = float(charges.total - let_off - waived)
            agreement.charges_note = agreement._charges_note(charges)

    def _charges_of(self):
        """{agreement: :class:`Charges`}: as they were when it was accepted, else as they are
        today; the same few queries for any number of agreements."""
        Charge = self.env["dunning.charge"].sudo()
        lines = {
            agreement: agreement._agreed_lines()._origin
            for agreement in self
            if not agreement.charges
        }
        of_lines = Charge._for_lines(self.env["account.move.line"].sudo().union(*lines.values()))
        found = {}
        for agreement in self:
            if agreement.charges:
                found[agreement] = Charges.from_dict(agreement.charges)
                continue
            mine = [of_lines[line] for line in lines[agreement]]
            day = mine[0].computed_on if mine else fields.Date.context_today(self)
            found[agreement] = Charge._sum(mine, day)
        return found

    def _agreed_lines(self):
        """What is open of the agreement's invoices."""
        until = self.due_until
        return self.move_ids.line_ids.filtered(
            lambda line: is_debt(line) and not (until and line.date_maturity > until)
        ).sorted("date_maturity")

    def _let_off(self, charges, components=None):
        """What of these charges is given up: of the components that are ticked, or of those."""
        names = self._components_waived() if components is None else components
        return sum((charges.of(name) for name in names), Decimal(0))

    def _components_waived(self):
        self.ensure_one()
        return [name for name in COMPONENTS if self[WAIVED_BY[name]]]

    def _charges_note(self, charges):
        if charges.unknown:
            return self.env["dunning.charge"]._why_unknown(charges)
        if not charges.added:
            return False
        lang = self.env.lang or "en_US"
        detail = self.env["dunning.charge"]._detail(
            charges, self.currency_id, lang, lang, self._let_off(charges)
        )
        return "\n".join([detail, *self.env["dunning.charge"]._steps(charges, self.currency_id)])

    # === WORDS ===

    def _charges_in_words(self, components=None):
        """What the debt amounts to with interest and fees, what of them is given up and what is
        not, as the debtor reads it; empty where nothing is added."""
        charges = self._charges_of()[self]
        if not charges.added:
            return ""
        let_off = self._let_off(charges, components)
        lang = self.env.lang
        detail = self.env["dunning.charge"]._detail(charges, self.currency_id, lang, lang, let_off)
        sentences = [self.env._("With interest and fees: %s.", detail)]
        if let_off:
            sentences.append(
                self.env._("What is waived of them is owed again when a payment is missed.")
            )
        left = charges.added - let_off
        if left:
            amount = self.currency_id.format(float(left)).replace("\xa0", " ")
            sentences.append(
                self.env._("The other %s of interest and fees are no part of this.", amount)
            )
        return " ".join(sentences)

    # === IN FORCE ===

    def _check_charges(self):
        """Refuse to give up what cannot be calculated."""
        charges = self._charges_of()[self]
        if charges.unknown and self._components_waived():
            why = self.env["dunning.charge"]._why_unknown(charges)
            raise UserError(self.env._("What is waived cannot be calculated: %s", why))

    def _waive_charges(self):
        """Write down in the ledger of charges what the agreement gives up, until its last day."""
        components = self._components_waived()
        if not components:
            return
        name = self.env._("Payment agreement %s", self.id)
        self.env["dunning.charge"]._waive(
            self._agreed_lines().move_id,
            f"{name}: {self.waived_why}" if self.waived_why else name,
            until=max(self.instalment_ids.mapped("date_due")),
            components=components,
            agreement=self,
        )

    def _owe_charges_again(self):
        """What was given up for an agreement that was not kept is owed again."""
        rows = self.env["dunning.charge"].search([("agreement_id", "in", self.ids)])
        if rows:
            rows._take_back(self.env._("The agreement was not kept."))
