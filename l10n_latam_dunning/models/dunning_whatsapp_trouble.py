from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.whatsapp import health
from ..tools import aware

ENDING = {"ended_at", "ended_by_id", "end_note", "told"}


class DunningWhatsappTrouble(models.Model):
    """Why a WhatsApp number stopped sending, or what WhatsApp warned of: from when, until when,
    who or what ended it. Rows are only added; once ended they stay as they are."""

    _name = "dunning.whatsapp.trouble"
    _description = "Pause or warning of a WhatsApp number"
    _order = "id desc"
    _rec_name = "reason"

    account_id = fields.Many2one(
        "dunning.whatsapp.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    stops = fields.Boolean("Stops sending", readonly=True, default=True)
    cause = fields.Selection(
        [
            ("hand", "A person"),
            ("error", "An error of WhatsApp"),
            ("health", "WhatsApp's health check"),
            ("webhook", "A notice of WhatsApp"),
        ],
        required=True,
        readonly=True,
    )
    topic = fields.Char(required=True, readonly=True, help="Of a topic only one row is open.")
    code = fields.Integer("Error code", readonly=True, aggregator=False)
    reason = fields.Char(required=True, readonly=True)
    next_step = fields.Char(readonly=True)
    country_id = fields.Many2one(
        "res.country", "Only for", readonly=True, help="Empty: for debtors of every country."
    )
    user_id = fields.Many2one("res.users", "Paused by", readonly=True, ondelete="restrict")
    date_from = fields.Datetime("From", required=True, readonly=True)
    until = fields.Datetime(readonly=True, help="Ends by itself at this instant.")
    earliest = fields.Datetime("Not before", readonly=True, help="Nobody ends it before.")
    person = fields.Boolean(
        "Needs a person", readonly=True, help="It does not end when WhatsApp's check is good again."
    )
    ended_at = fields.Datetime("Ended", readonly=True)
    ended_by_id = fields.Many2one("res.users", "Ended by", readonly=True, ondelete="restrict")
    end_note = fields.Char("How it ended", readonly=True)
    told = fields.Boolean(readonly=True, help="The administrators have been told.")

    _open_idx = models.Index("(account_id) WHERE ended_at IS NULL")

    # === CRUD ===

    def write(self, vals):
        if set(vals) - ENDING or ("ended_at" in vals and self.filtered("ended_at")):
            raise UserError(self.env._("What was noted of a pause is not changed afterwards."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Pauses and warnings are kept."))

    # === ACTIONS ===

    def action_end(self):
        """Somebody has seen to it: a pause is lifted, a warning is put away."""
        self.account_id.check_access("write")
        self.sudo()._end_by_hand()

    # === BUSINESS ===

    def _end_by_hand(self):
        """End these for the user; refuses what must rest longer."""
        now = fields.Datetime.now()
        resting = self.filtered(lambda trouble: trouble.earliest and trouble.earliest > now)
        if resting:
            raise UserError(
                self.env._(
                    "%(reason)s This number rests until %(when)s; it cannot be resumed before.",
                    reason=resting[0].reason,
                    when=fields.Datetime.context_timestamp(self, resting[0].earliest).strftime(
                        "%Y-%m-%d %H:%M"
                    ),
                )
            )
        self._end(now, self.env._("Ended by %s", self.env.user.name), user=self.env.user)

    def _end(self, at, note, user=None):
        """End these; a number that sends again after a long stop works its back-log off slowly."""
        ending = self.sudo().filtered(lambda trouble: not trouble.ended_at)
        stopped = ending.filtered("stops").account_id
        ending.write({"ended_at": at, "end_note": note, "ended_by_id": user.id if user else False})
        for account in stopped:
            account._note_resumed(ending.filtered(lambda t, a=account: t.account_id == a), at)

    def _stop(self):
        """This row for the pure rules."""
        self.ensure_one()
        return health.Stop(
            since=aware(self.date_from),
            by_hand=self.cause == "hand",
            person=self.person,
            until=aware(self.until) if self.until else None,
            earliest=aware(self.earliest) if self.earliest else None,
        )

    def _covers(self, at, country_code=""):
        """Whether this stop is in force at an instant for a debtor's country."""
        self.ensure_one()
        if not self.stops or self.ended_at or (self.until and self.until <= at):
            return False
        return not self.country_id or self.country_id.code == country_code
