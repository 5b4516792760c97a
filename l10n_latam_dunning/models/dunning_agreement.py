from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

LIVE = "active"
OPEN = ("draft", "approval", "proposed")
STATES = [
    ("draft", "Draft"),
    ("approval", "Waits for approval"),
    ("proposed", "Proposed"),
    ("active", "Accepted"),
    ("kept", "Kept"),
    ("broken", "Broken"),
    ("cancelled", "Cancelled"),
]
# What is agreed. It is written while nobody has agreed yet, and never after.
TERMS = (
    "company_id",
    "partner_id",
    "currency_id",
    "move_ids",
    "due_until",
    "kind",
    "first_date",
    "count",
    "every",
    "unit",
    "down_payment",
    "amount",
    "amount_waived",
    "waived_why",
    "waive_interest",
    "waive_fine",
    "waive_fees",
    "instalment_ids",
)
# What the addon writes down by itself.
RECORDED = (
    "state",
    "requested_by",
    "approved_by",
    "approved_at",
    "acceptance_ids",
    "line_ids",
    "option_ids",
    "offer_text",
    "valid_until",
    "amount_at_start",
    "charges",
    "accepted_at",
    "ended_at",
    "ended_why",
    "restarts",
    "restart_days",
    "to_confirm",
)


class DunningAgreement(models.Model):
    """A promise or an instalment plan on open invoices. While it holds, their reminders rest;
    whether it is kept is read from Odoo's payments, never typed in."""

    _name = "dunning.agreement"
    _description = "Payment agreement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["partner_id.name", "move_ids.name"]
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one("res.partner", "Debtor", required=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, tracking=True
    )
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
    due_until = fields.Date(
        "Only what falls due until", help="Empty: the invoices with all their instalments."
    )
    kind = fields.Selection(
        [("promise", "Promise of one payment"), ("plan", "Instalment plan")],
        required=True,
        default="promise",
    )
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, index=True, group_expand=True
    )

    first_date = fields.Date("First payment on", required=True)
    count = fields.Integer("Payments", required=True, default=1)
    every = fields.Integer(required=True, default=1)
    unit = fields.Selection([("day", "Days"), ("month", "Months")], required=True, default="month")
    down_payment = fields.Monetary("Down payment", help="Empty: as much as the others.")
    amount = fields.Monetary("Amount promised", help="Empty: all that is open.")
    amount_waived = fields.Monetary(
        "Waived", help="Let off when the rest is paid as agreed. It is void when it is not."
    )
    waived_why = fields.Char("Why it is waived")
    grace_days = fields.Integer(
        default=2, help="Days after a promised day before the agreement counts as broken."
    )
    instalment_ids = fields.One2many(
        "dunning.agreement.instalment", "agreement_id", "Payments agreed", copy=False
    )
    line_ids = fields.One2many(
        "dunning.agreement.line", "agreement_id", "Invoices at the start", copy=False, readonly=True
    )
    option_ids = fields.One2many(
        "dunning.agreement.option", "agreement_id", "Offered", copy=False, readonly=True
    )
    acceptance_ids = fields.One2many(
        "dunning.agreement.acceptance", "agreement_id", copy=False, readonly=True
    )

    requested_by = fields.Many2one("res.users", "Approval asked by", readonly=True, copy=False)
    approved_by = fields.Many2one("res.users", readonly=True, copy=False)
    approved_at = fields.Datetime(readonly=True, copy=False)
    offer_text = fields.Text("Text offered", readonly=True, copy=False)
    valid_until = fields.Datetime("Offer holds until", readonly=True, copy=False)
    accepted_at = fields.Datetime(readonly=True, copy=False)
    ended_at = fields.Datetime(readonly=True, copy=False)
    ended_why = fields.Char("How it ended", readonly=True, copy=False)
    restarts = fields.Boolean(readonly=True, copy=False)
    restart_days = fields.Integer(readonly=True, copy=False)

    amount_open = fields.Monetary("Open on the invoices", compute="_compute_ledger")
    amount_agreed = fields.Monetary("Agreed", compute="_compute_agreed", store=True)
    amount_at_start = fields.Monetary("Open at the start", readonly=True, copy=False)
    amount_paid = fields.Monetary("Paid since", compute="_compute_ledger")
    amount_credited = fields.Monetary(
        "Credited or cancelled since",
        compute="_compute_ledger",
        help="What is no longer owed: credit notes, and invoices that were cancelled.",
    )
    next_date = fields.Date("Next payment on", compute="_compute_next_date", store=True)
    waived_percent = fields.Float("Waived (%)", compute="_compute_waived_percent")
    needs_approval = fields.Boolean(compute="_compute_waived_percent")

    _count_positive = models.Constraint(
        "CHECK (count >= 1 AND every >= 1 AND grace_days >= 0)",
        "Payments and their distance must be at least one, and days of grace cannot be negative.",
    )
    _amounts_not_negative = models.Constraint(
        "CHECK (COALESCE(amount_waived, 0) >= 0 AND COALESCE(down_payment, 0) >= 0 "
        "AND COALESCE(amount, 0) >= 0)",
        "Amounts of an agreement cannot be negative.",
    )
    _running_idx = models.Index("(company_id) WHERE state = 'active'")

    # === COMPUTE ===

    @api.depends("partner_id.name", "kind")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for agreement in self:
            agreement.name = f"{agreement.partner_id.name} – {labels[agreement.kind]}"

    @api.depends("name")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = agreement.name

    @api.depends(
        "move_ids.amount_residual", "move_ids.state", "due_until", "line_ids", "currency_id"
    )
    def _compute_ledger(self):
        ledgers = self._ledgers()
        for agreement in self:
            ledger = ledgers[agreement]
            agreement.amount_open = ledger.open
            agreement.amount_paid = ledger.paid
            agreement.amount_credited = ledger.credited + ledger.gone

    @api.depends("instalment_ids.amount")
    def _compute_agreed(self):
        for agreement in self:
            agreement.amount_agreed = sum(agreement.instalment_ids.mapped("amount"))

    @api.depends("state", "instalment_ids.date_due", "instalment_ids.state")
    def _compute_next_date(self):
        for agreement in self:
            left = agreement.instalment_ids.filtered(lambda part: part.state == "open")
            ended = agreement.state not in (*OPEN, LIVE)
            agreement.next_date = not ended and min(left.mapped("date_due"), default=False)

    @api.depends(
        "amount_waived", "amount_open", "amount_at_start", "amount_let_off", "state", "approved_by"
    )
    @api.depends_context("uid")
    def _compute_waived_percent(self):
        for agreement in self:
            whole = agreement.amount_at_start or agreement.amount_open
            whole += agreement.amount_interest + agreement.amount_fine + agreement.amount_fees
            percent = 100 * agreement._waived_in_all() / whole if whole else 0.0
            agreement.waived_percent = percent
            limit = agreement._policy()._waive_max(self.env.user) if percent else 0.0
            undecided = agreement.state in ("draft", "approval") and not agreement.approved_by
            agreement.needs_approval = undecided and percent > limit + 1e-6

    def _waived_in_all(self):
        """What is given up of the invoices, and of interest and fees."""
        return self.amount_waived + self.amount_let_off

    # === CONSTRAINTS ===

    @api.constrains("move_ids", "partner_id", "currency_id", "state")
    def _check_moves(self):
        for agreement in self:
            if agreement.move_ids.commercial_partner_id - agreement.partner_id:
                raise ValidationError(
                    self.env._("An agreement is with one debtor: remove the others' invoices.")
                )
            if agreement.move_ids.currency_id - agreement.currency_id:
                raise ValidationError(self.env._("An agreement has one currency."))

    @api.constrains("kind", "count")
    def _check_kind(self):
        if any(agreement.kind == "promise" and agreement.count != 1 for agreement in self):
            raise ValidationError(
                self.env._("A promise is one payment; for several choose an instalment plan.")
            )

    # === CRUD ===

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {name: value for name, value in vals.items() if name not in RECORDED}
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        """Terms are written while nobody has agreed; a change takes an approval back. What
        happened to an agreement is written by the addon alone."""
        if set(vals) & set(RECORDED) and not self.env.su:
            raise AccessError(self.env._("The state of an agreement follows from what happens."))
        if set(vals) & set(TERMS):
            if any(agreement.state not in ("draft", "approval") for agreement in self) and (
                "state" not in vals
            ):
                raise UserError(
                    self.env._("What was proposed or accepted is not changed: cancel it instead.")
                )
            changed = self.sudo().filtered(
                lambda agreement: agreement.approved_by and agreement.state == "draft"
            )
            super(DunningAgreement, changed).write({"approved_by": False, "approved_at": False})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(agreement.state != "draft" or agreement.option_ids for agreement in self):
            raise UserError(
                self.env._("An agreement that was in force is evidence: cancel it instead.")
            )

    # === ONCHANGE ===

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "promise":
            self.count = 1
            self.down_payment = 0.0
        else:
            self.amount = 0.0
            self.count = max(self.count, 2)

    @api.onchange("partner_id")
    def _onchange_partner(self):
        if self.move_ids.commercial_partner_id - self.partner_id.commercial_partner_id:
            self.move_ids = False

    @api.onchange(
        "kind",
        "count",
        "every",
        "unit",
        "first_date",
        "move_ids",
        "due_until",
        "down_payment",
        "amount",
        "amount_waived",
    )
    def _onchange_terms(self):
        if self.state not in ("draft", "approval") or not self.first_date or not self.move_ids:
            return None
        try:
            rows = self._prepare_instalment_vals()
        except UserError as error:
            self.instalment_ids = [fields.Command.clear()]
            return {"warning": {"title": self.env._("Terms"), "message": str(error)}}
        self.instalment_ids = [
            fields.Command.clear(),
            *(fields.Command.create(vals) for vals in rows),
        ]
        return None

    # === ACTIONS ===

    def action_request_approval(self):
        """Ask a second person to approve what is waived above one's own limit."""
        for agreement in self:
            agreement.check_access("write")
            if agreement.state != "draft" or not agreement.needs_approval:
                raise UserError(self.env._("This agreement needs no approval."))
            if not agreement.waived_why:
                raise UserError(self.env._("Write why it is waived: the second person reads it."))
            agreement.sudo().write({"state": "approval", "requested_by": self.env.uid})
            agreement._ask_managers()

    def action_approve(self):
        """Approve what another person wants to waive; recorded."""
        for agreement in self:
            agreement.check_access("write")
            if not self.env.user.has_group("l10n_latam_dunning.group_dunning_manager"):
                raise AccessError(self.env._("Only dunning managers approve what is waived."))
            if agreement.state != "approval":
                raise UserError(self.env._("This agreement does not wait for an approval."))
            if agreement.requested_by == self.env.user:
                raise AccessError(
                    self.env._("A second person approves; you asked for this one yourself.")
                )
            agreement.sudo().write(
                {
                    "state": "draft",
                    "approved_by": self.env.uid,
                    "approved_at": fields.Datetime.now(),
                }
            )
            agreement.activity_feedback(["mail.mail_activity_data_todo"])
            agreement._message_log(
                body=self.env._(
                    "Approved: %(amount)s (%(percent).1f %%) may be waived.",
                    amount=agreement.currency_id.format(agreement._waived_in_all()),
                    percent=agreement.waived_percent,
                )
            )

    def action_accept(self):
        """Ask how the debtor agreed, then put the agreement in force."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_agreement_accept_action"
        )
        return {**action, "context": {"default_agreement_id": self.id}}

    def action_propose(self):
        """Choose what is offered to the debtor, and see the text."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_agreement_propose_action"
        )
        return {**action, "context": {"default_agreement_id": self.id}}

    def action_cancel(self):
        for agreement in self:
            agreement.check_access("write")
            if agreement.state not in (*OPEN, LIVE):
                raise UserError(self.env._("This agreement has already ended."))
            agreement.sudo()._cancel(self.env._("cancelled by %s", self.env.user.name))

    # === BUSINESS ===

    def _policy(self):
        """The company's policy for the debtor, or none."""
        self.ensure_one()
        policies = self.env["dunning.policy"].sudo()._by_country(self.company_id)
        return self.env["dunning.plan"]._policy_of(policies, self.partner_id)

    def _ask_managers(self):
        group = self.env.ref("l10n_latam_dunning.group_dunning_manager")
        managers = group.sudo().all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and user != self.env.user
                and self.company_id in user.company_ids
            )
        )
        for user in managers:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.env._(
                    "Approve: %(amount)s waived for %(debtor)s",
                    amount=self.currency_id.format(self._waived_in_all()),
                    debtor=self.partner_id.name,
                ),
                note=self.waived_why,
            )

    def _check_ready(self):
        """Whether the agreement may be proposed or accepted: approval and amounts."""
        self.ensure_one()
        if self.state not in ("draft", "proposed"):
            raise UserError(self.env._("Only a draft or a proposal can be put in force."))
        if self.needs_approval:
            raise UserError(
                self.env._("So much is waived only after a second person has approved it.")
            )
        if not self.option_ids:
            self._fill_instalments()
            self._check_total()

    def _today(self):
        """The day at the debtor; a part is not late before his own midnight."""
        return self.env["dunning.gate"]._local_day(self.partner_id, fields.Datetime.now())
