import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..groups import FULL
from ..tools import naive_utc
from .dunning_closed import CLOSED

STATES = [
    ("proposed", "Proposed"),
    ("approval", "Waits for approval"),
    ("waiting", "Waits for its hour"),
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("read", "Read"),
    ("failed", "Failed"),
    ("uncertain", "Uncertain"),
    ("refused", "Not sent"),
    ("cancelled", "Cancelled"),
]
PENDING = ("proposed", "approval", "waiting", "queued")
# What led to nothing: the same may be said again.
DEAD = ("refused", "cancelled", "failed")
# What can still be stopped: what waits, and what is on its way to the wire.
STOPPABLE = (*PENDING, "sending")
# What counts as an outbound attempt: everything that was, or may have been, on the wire.
ATTEMPTED = ("sending", "sent", "delivered", "read", "failed", "uncertain")


class DunningMessage(models.Model):
    """One attempt to reach a debtor on one channel, from the proposal to the receipt."""

    _name = "dunning.message"
    _description = "Dunning message"
    _inherit = [CLOSED]
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True

    reference = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: f"dun:{uuid.uuid4()}",
        help="Comes back with every receipt, so that no answer is lost.",
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, index=True, ondelete="restrict"
    )
    contact_point_id = fields.Many2one(
        "dunning.contact.point", "Number or address", index="btree_not_null", ondelete="restrict"
    )
    policy_id = fields.Many2one("dunning.policy", ondelete="restrict")
    level_id = fields.Many2one(
        "dunning.level", ondelete="restrict", check_company=True, index="btree_not_null"
    )
    account_id = fields.Many2one("dunning.whatsapp.account", ondelete="restrict")
    template_id = fields.Many2one("dunning.whatsapp.template", ondelete="set null")
    run_id = fields.Many2one("dunning.run", ondelete="set null", index="btree_not_null")
    user_id = fields.Many2one("res.users", "Sent by hand by", ondelete="restrict")
    override_user_id = fields.Many2one(
        "res.users", "Company's rules set aside by", ondelete="restrict"
    )
    override_reason = fields.Text("Reason to set them aside")
    line_ids = fields.One2many("dunning.message.line", "message_id", "Instalments")
    move_ids = fields.Many2many("account.move", compute="_compute_moves", string="Invoices")
    next_id = fields.Many2one(
        "dunning.message",
        "Followed by",
        ondelete="restrict",
        index="btree_not_null",
        help="The attempt on the next channel, made because this one did not reach the debtor.",
    )
    instalment_id = fields.Many2one(
        "dunning.agreement.instalment", "Agreed payment", ondelete="restrict"
    )
    instalment_offset = fields.Integer("Days from the agreed day", aggregator=False)
    thanks = fields.Boolean("Gives thanks")

    channel = fields.Selection([("whatsapp", "WhatsApp"), ("email", "E-mail")], required=True)
    purpose = fields.Selection(
        [
            ("courtesy", "Courtesy"),
            ("reminder", "Reminder"),
            ("agreement", "Agreed payment"),
            ("identity", "First touch"),
            ("consent", "Request for consent"),
            ("reply", "Answer"),
        ],
        required=True,
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount_total = fields.Monetary("Open in all")
    body = fields.Text("Text", help="Exactly as the debtor reads it.")
    values = fields.Json()

    state = fields.Selection(STATES, required=True, default="proposed", index=True)
    not_before = fields.Datetime("Waits until")
    verdict = fields.Json(help="The gate's last answer, with each rule it checked.")
    reason_codes = fields.Char("Reasons", help="Codes of the rules that stood against it.")
    explanation = fields.Text("Why", compute="_compute_explanation")
    verdict_html = fields.Html("Rules checked", compute="_compute_verdict_html", sanitize=False)
    law = fields.Char("Law applied", compute="_compute_verdict_html")
    history_html = fields.Html("What happened", compute="_compute_history_html", sanitize=False)
    history = fields.Json(help="Every state with its instant (UTC), oldest first.")

    attempts = fields.Integer(aggregator=False)
    retry_at = fields.Datetime()
    claimed_at = fields.Datetime()
    handed_at = fields.Datetime(help="From then on nobody knows whether it left, until an answer.")
    attempted_at = fields.Datetime("Left at")
    delivered_at = fields.Datetime("Delivered at")
    read_at = fields.Datetime("Read at")
    again = fields.Boolean(
        "Tried again",
        help="Where no other channel is left, it is tried once more on the same one.",
    )
    follow_up_at = fields.Datetime(
        "Next channel considered at",
        help="When it is looked at whether this message arrived, or else the next channel is "
        "proposed.",
    )
    # WhatsApp's own form of it has the person's number in it
    provider_ref = fields.Char("Provider's message id", groups=FULL)
    error_code = fields.Integer(aggregator=False)
    error_details = fields.Char("Error")
    category = fields.Char("Charged as")

    _reference_unique = models.UniqueIndex("(reference)")
    _provider_ref_unique = models.UniqueIndex("(provider_ref) WHERE provider_ref IS NOT NULL")
    _queue_idx = models.Index(
        "(not_before, id) WHERE state IN ('queued', 'waiting')",
    )
    _follow_up_idx = models.Index("(follow_up_at) WHERE follow_up_at IS NOT NULL")
    _instalment_once = models.UniqueIndex(
        "(instalment_id, instalment_offset) "
        "WHERE instalment_id IS NOT NULL AND state NOT IN ('refused', 'cancelled')",
        "This agreed payment already has its reminder for this day.",
    )
    _quota_idx = models.Index("(contact_point_id, attempted_at) WHERE attempted_at IS NOT NULL")

    # === COMPUTE ===

    @api.depends("partner_id", "level_id", "instalment_id", "thanks")
    def _compute_display_name(self):
        for message in self:
            about = message.level_id.display_name or message._occasion()
            parts = [message.partner_id.display_name, about]
            message.display_name = " · ".join(filter(None, parts))

    @api.depends("line_ids.move_id")
    def _compute_moves(self):
        for message in self:
            message.move_ids = message.line_ids.move_id

    # === CRUD ===

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Messages are evidence and are not deleted. Cancel what should not leave.")
        )

    # === ACTIONS ===

    def action_approve(self):
        """Release messages that wait for a person; the gate is asked again before the wire."""
        self._check_user()
        approved = self.sudo()._update_state(("approval",), "queued")
        approved._trigger_delivery()

    def action_cancel(self):
        self._check_user()
        self.sudo()._update_state(
            PENDING, "cancelled", self.env._("Cancelled by %s", self.env.user.name)
        )._log_state()

    def action_mark_arrived(self):
        """A person knows that an uncertain message arrived."""
        self._check_user()
        self.sudo()._update_state(
            ("uncertain",), "sent", self.env._("Confirmed by %s", self.env.user.name)
        )._log_state()

    def action_send_again(self):
        """A person knows that an uncertain message never arrived; the gate is asked again."""
        self._check_user()
        released = self.sudo()._update_state(
            ("uncertain",), "queued", self.env._("Sent again by %s", self.env.user.name)
        )
        released.write({"reference": False, "retry_at": False})
        for message in released:
            message.reference = f"dun:{uuid.uuid4()}"
        released._trigger_delivery()

    def action_override(self):
        """Ask a manager for the reason to set the company's own rules aside."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.override",
            "name": self.env._("Set the company's own rules aside"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_message_id": self.id},
        }

    def _override(self, reason):
        """Let a waiting message pass the company's own rules; the law is still asked."""
        self.ensure_one()
        self._check_user()
        if not self.env.user.has_group("l10n_latam_dunning.group_dunning_manager"):
            raise AccessError(self.env._("Only dunning managers can set a rule aside."))
        if not reason.strip():
            raise UserError(self.env._("Write the reason: it is kept as evidence."))
        if self.state != "waiting" or any(check.layer == "law" for check in self._reasons()):
            raise UserError(
                self.env._(
                    "Only a message that waits for the company's own rules alone can be let "
                    "through. The law cannot be set aside."
                )
            )
        message = self.sudo()
        message.write(
            {
                "override_user_id": self.env.user.id,
                "override_reason": reason,
                "not_before": False,
            }
        )
        note = self.env._(
            "Company's own rules set aside by %(user)s: %(reason)s",
            user=self.env.user.name,
            reason=reason,
        )
        message._update_state(("waiting",), "queued", note)
        message._log_state()
        message._trigger_delivery()

    def _check_user(self):
        self.check_access("read")
        if not self.env.user.has_group("l10n_latam_dunning.group_dunning_user"):
            raise AccessError(self.env._("Only dunning users can decide on a message."))

    # === STATES ===

    def _update_state(self, allowed, target, note="", each=None, **vals):
        """Move the messages whose state is one of ``allowed`` to ``target`` and keep a trace;
        the others stay. ``each`` holds values of single ones, by message. Returns those that
        moved."""
        entry = self._prepare_history_entry(target, note)
        moved = self.filtered(lambda message: message.state in allowed)
        moved = moved.with_prefetch(self._prefetch_ids)  # which filtered() forgets
        each = each or {}
        shared = {"state": target, **vals}
        if len(moved) > 1:  # what follows from the state is worked out once for all
            moved.write(shared)
            shared = {}
        for message in moved:
            history = [*(message.history or []), entry]
            message.write({**shared, "history": history, **each.get(message, {})})
        return moved

    @api.model
    def _prepare_history_entry(self, state, note=""):
        entry = {"at": fields.Datetime.to_string(fields.Datetime.now()), "state": state}
        return {**entry, "note": note} if note else entry

    @api.model
    def _decisive_codes(self, verdict):
        """The codes that made the verdict what it is: what refused, or what only delays. A
        refusal stays the same whether the hour is open or not."""
        codes = (check.code for check in verdict.reasons if check.outcome == verdict.outcome)
        return " ".join(dict.fromkeys(codes))

    @api.model
    def _prepare_verdict_vals(self, verdict):
        """The gate's answer as it is kept on a message."""
        return {
            "verdict": verdict.to_dict(),
            "reason_codes": self._decisive_codes(verdict) or False,
            "not_before": naive_utc(verdict.not_before),
        }

    def _trigger_delivery(self):
        """Wake the delivery: now, and at each instant from which a message may leave."""
        cron = self.env.ref("l10n_latam_dunning.ir_cron_deliver").sudo()
        now = fields.Datetime.now()
        instants = {message.not_before or now for message in self}
        if instants:
            cron._trigger(sorted(instants))

    @api.model
    def _cancel_for_withdrawal(self, consents):
        """Stop everything that waits on a channel whose consent was withdrawn."""
        for channel in set(consents.mapped("channel")):
            facts = consents.filtered(lambda consent, channel=channel: consent.channel == channel)
            domain = [
                ("state", "in", STOPPABLE),
                ("channel", "=", channel),
                "|",
                ("partner_id", "in", facts.partner_id.commercial_partner_id.ids),
                ("contact_point_id", "in", facts.contact_point_id.ids),
            ]
            self.search(domain)._stop(self.env._("Consent withdrawn"), "consent_withdrawn")

    @api.model
    def _cancel_for_agreement(self, agreement):
        """Stop what waits only for invoices of an agreement; other messages list the rest."""
        waiting = self.search(
            [("state", "in", STOPPABLE), ("line_ids.move_id", "in", agreement.move_ids.ids)]
        )
        note = self.env._("Payment agreement in force")
        whole = waiting.filtered(
            lambda message: not message.line_ids.filtered("level_id").move_id - agreement.move_ids
        )
        whole._stop(note, "hold_agreement")
        # what also asks for other invoices is written anew without these
        (waiting - whole)._recall(note)

    # === NEXT CHANNEL ===
    def _patience_ends(self):
        """When a message that has just left counts as not delivered, or False where nothing
        would follow it."""
        self.ensure_one()
        if not self.env["dunning.channel"]._of(self.channel)._has_receipts:
            return False
        rows = self.level_id.channel_ids
        mine = rows.filtered(lambda row: row.channel == self.channel)
        if not mine or not rows._after(self.channel):
            return False
        # the delivery runs every few minutes by itself: no instant of its own for each message
        return fields.Datetime.now() + timedelta(hours=mine.patience)

    def _follow_up(self, again_in=None):
        """After a failure: the next channel of the level follows; where there is none, the same
        one once more after ``again_in`` seconds, unless that is None."""
        self.ensure_one()
        self.again = again_in is not None and not self.level_id.channel_ids._after(self.channel)
        seconds = again_in if self.again else 0
        self.follow_up_at = fields.Datetime.now() + timedelta(seconds=seconds)
        self.env.ref("l10n_latam_dunning.ir_cron_deliver").sudo()._trigger(self.follow_up_at)

    def _ask_a_person(self):
        """An activity for whoever is responsible for a message of which nobody knows."""
        for message in self:
            user = message.policy_id.user_id or message.user_id
            if user and message.move_ids:
                office = message.with_context(lang=user.lang)
                message.move_ids[:1].activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=office.env._("Did this reminder arrive?"),
                    note=office.env._(
                        "WhatsApp gave no answer and no receipt. Ask the debtor or look at the "
                        "WhatsApp account, then say on the message: it arrived, or send again."
                    ),
                )
