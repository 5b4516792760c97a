from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..core.debt import instalments
from ..core.debt.instalments import Part
from ..tools import to_amount, to_units

LIVE = "active"


class DunningAgreement(models.Model):
    """A promise or an instalment plan on open invoices. While it holds, their reminders rest;
    whether it is kept is read from Odoo's payments, never typed in."""

    _name = "dunning.agreement"
    _description = "Payment agreement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one("res.partner", "Debtor", required=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True)
    move_ids = fields.Many2many(
        "account.move",
        "dunning_agreement_move_rel",
        string="Invoices",
        required=True,
        check_company=True,
        domain="[('move_type', 'in', ('out_invoice', 'out_receipt')), ('state', '=', 'posted'), "
        "('commercial_partner_id', '=', partner_id), ('currency_id', '=', currency_id), "
        "('payment_state', 'in', ('not_paid', 'partial'))]",
    )
    kind = fields.Selection(
        [("promise", "Promise of one payment"), ("plan", "Instalment plan")],
        required=True,
        default="promise",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Running"),
            ("kept", "Kept"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        copy=False,
        index=True,
    )
    first_date = fields.Date("First payment on", required=True)
    count = fields.Integer("Payments", required=True, default=1)
    every = fields.Integer(required=True, default=1)
    unit = fields.Selection([("day", "Days"), ("month", "Months")], required=True, default="month")
    grace_days = fields.Integer(
        default=2, help="Days after a promised day before the agreement counts as broken."
    )
    accepted_how = fields.Char(
        "Accepted", help="How the debtor agreed: call, reply, letter, with whom and when."
    )
    instalment_ids = fields.One2many(
        "dunning.agreement.instalment", "agreement_id", "Payments agreed", copy=False
    )
    amount_open = fields.Monetary("Open on the invoices", compute="_compute_amounts")
    amount_agreed = fields.Monetary("Agreed", compute="_compute_amounts")
    amount_at_start = fields.Monetary(readonly=True, copy=False)
    amount_paid = fields.Monetary("Paid since", compute="_compute_amounts")

    _count_positive = models.Constraint(
        "CHECK (count >= 1 AND every >= 1 AND grace_days >= 0)",
        "Payments and their distance must be at least one, and days of grace cannot be negative.",
    )

    # === COMPUTE ===

    @api.depends("partner_id.name", "kind")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for agreement in self:
            agreement.name = f"{agreement.partner_id.name} – {labels[agreement.kind]}"

    @api.depends("move_ids.amount_residual", "instalment_ids.amount", "amount_at_start", "state")
    def _compute_amounts(self):
        for agreement in self:
            agreement.amount_open = sum(agreement.move_ids.mapped("amount_residual"))
            agreement.amount_agreed = sum(agreement.instalment_ids.mapped("amount"))
            agreement.amount_paid = (
                agreement.amount_at_start - agreement.amount_open
                if agreement.state != "draft"
                else 0.0
            )

    # === CONSTRAINTS ===

    @api.constrains("move_ids", "partner_id", "currency_id", "state")
    def _check_moves(self):
        live = self.filtered(lambda agreement: agreement.state == LIVE)
        for agreement in self:
            if agreement.move_ids.commercial_partner_id - agreement.partner_id:
                raise ValidationError(
                    self.env._("An agreement is with one debtor: remove the others' invoices.")
                )
            if agreement.move_ids.currency_id - agreement.currency_id:
                raise ValidationError(self.env._("An agreement has one currency."))
        if live:
            twice = self.sudo().search(
                [("state", "=", LIVE), ("move_ids", "in", live.move_ids.ids)]
            )
            for move in live.move_ids:
                if len(twice.filtered(lambda agreement, move=move: move in agreement.move_ids)) > 1:
                    raise ValidationError(
                        self.env._(
                            "%s is already in a running agreement. Cancel that one first.",
                            move.name,
                        )
                    )

    @api.constrains("kind", "count")
    def _check_kind(self):
        if any(agreement.kind == "promise" and agreement.count != 1 for agreement in self):
            raise ValidationError(
                self.env._("A promise is one payment; for several choose an instalment plan.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(agreement.state != "draft" for agreement in self):
            raise UserError(
                self.env._("An agreement that was in force is evidence: cancel it instead.")
            )

    # === ONCHANGE ===

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "promise":
            self.count = 1

    @api.onchange("kind", "count", "every", "unit", "first_date", "move_ids")
    def _onchange_terms(self):
        if self.state == "draft" and self.first_date and self.count >= 1 and self.move_ids:
            self.instalment_ids = [
                fields.Command.clear(),
                *(fields.Command.create(vals) for vals in self._prepare_instalment_vals()),
            ]

    # === ACTIONS ===

    def action_activate(self):
        """Put the agreement in force: reminders of its invoices rest from now on."""
        for agreement in self:
            agreement.check_access("write")
            agreement.move_ids.lock_for_update()
            if agreement.state != "draft":
                raise UserError(self.env._("Only a draft can be put in force."))
            if not agreement.instalment_ids:
                agreement.instalment_ids = [
                    fields.Command.create(vals) for vals in agreement._prepare_instalment_vals()
                ]
            agreement._check_total()
            agreement.write({"state": LIVE, "amount_at_start": agreement.amount_open})
            self.env["dunning.message"].sudo()._cancel_for_agreement(agreement)
            agreement._log(
                self.env._(
                    "Payment agreement in force: %(terms)s. Reminders rest while it holds.",
                    terms=agreement._terms(),
                )
            )

    def action_cancel(self):
        for agreement in self:
            agreement.check_access("write")
            if agreement.state not in ("draft", LIVE):
                raise UserError(self.env._("This agreement has already ended."))
            was_live = agreement.state == LIVE
            agreement.state = "cancelled"
            if was_live:
                agreement._log(
                    self.env._("Payment agreement cancelled; reminders may start again.")
                )

    # === BUSINESS ===

    def _units(self, amount):
        """An amount as integer in the smallest unit of the currency."""
        return to_units(self.currency_id, amount)

    def _prepare_instalment_vals(self):
        parts = instalments.schedule(
            self._units(self.amount_open), self.count, self.first_date, self.every, self.unit
        )
        return [
            {
                "date_due": part.due,
                "amount": to_amount(self.currency_id, part.units),
            }
            for part in parts
        ]

    def _check_total(self):
        if not self.amount_open:
            raise UserError(self.env._("Nothing is open on these invoices."))
        if self.currency_id.compare_amounts(self.amount_agreed, self.amount_open):
            raise UserError(
                self.env._(
                    "The payments agreed are %(agreed)s, the invoices are open for %(open)s: "
                    "make them equal.",
                    agreed=self.currency_id.format(self.amount_agreed),
                    open=self.currency_id.format(self.amount_open),
                )
            )

    def _parts(self):
        return [Part(part.date_due, self._units(part.amount)) for part in self.instalment_ids]

    def _terms(self):
        """The payments agreed in words."""
        return "; ".join(
            f"{format_date(self.env, part.date_due)}: {self.currency_id.format(part.amount)}"
            for part in self.instalment_ids
        )

    def _standing(self):
        """Running, kept or broken, as the payments and the debtor's calendar day say now."""
        self.ensure_one()
        return instalments.state(
            self._parts(), self._units(self.amount_paid), self._today(), self.grace_days
        )

    def _refresh(self):
        """Write down which running agreements were kept or broken."""
        for running in self.filtered(lambda agreement: agreement.state == LIVE):
            agreement = running.with_context(lang=running.company_id.partner_id.lang)
            standing = agreement._standing()
            if standing == "kept":
                agreement.state = "kept"
                agreement._log(agreement.env._("Payment agreement kept: everything is paid."))
            elif standing == "broken":
                agreement.state = "broken"
                agreement._log(agreement._broken_words())

    def _broken_words(self):
        return self.env._(
            "Payment agreement broken: %(paid)s paid of %(terms)s. Reminders start again.",
            paid=self.currency_id.format(self.amount_paid),
            terms=self._terms(),
        )

    def _log(self, text):
        """One note on each invoice of this agreement and on the agreement itself."""
        self.ensure_one()
        body = Markup("<p>%s</p>") % text
        self.move_ids._message_log_batch({move.id: body for move in self.move_ids})
        self._message_log(body=body)

    # === CRON ===

    @api.model
    def _cron_follow(self):
        """Find the agreements that were kept or broken since yesterday."""
        running = self.search([("state", "=", LIVE)])
        self.env["ir.cron"]._commit_progress(remaining=len(running))
        for agreement in running:
            agreement._refresh()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _today(self):
        """The day at the debtor; a part is not late before his own midnight."""
        return self.env["dunning.gate"]._local_day(self.partner_id, fields.Datetime.now())


class DunningAgreementInstalment(models.Model):
    _name = "dunning.agreement.instalment"
    _description = "Payment agreed"
    _order = "agreement_id, date_due, id"

    agreement_id = fields.Many2one(
        "dunning.agreement", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    date_due = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    settled = fields.Boolean("Paid", compute="_compute_settled")

    _amount_positive = models.Constraint("CHECK (amount > 0)", "A payment must be above zero.")

    @api.depends("agreement_id.amount_paid", "date_due", "amount")
    def _compute_settled(self):
        for agreement in self.agreement_id:
            parts = agreement.instalment_ids.sorted("date_due")
            paid = agreement._units(agreement.amount_paid)
            done = instalments.settled(agreement._parts(), paid)
            for part, settled in zip(parts, done, strict=True):
                part.settled = settled
        for part in self - self.agreement_id.instalment_ids:
            part.settled = False
