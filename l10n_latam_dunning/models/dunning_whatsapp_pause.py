import logging
from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models

from ..core import phones
from ..core.whatsapp import health, pace
from ..core.whatsapp.errors import Action
from ..tools import aware

_logger = logging.getLogger(__name__)

ACTIVITY = "l10n_latam_dunning.mail_activity_whatsapp"
# Errors that come again within this time make the number rest longer each time.
REPEATED = timedelta(days=2)


class DunningWhatsappAccount(models.Model):
    """When a number stops, and when it goes on. A stop is a row of its own: nothing of the account
    is written, so that any number of workers may meet the same trouble at the same time."""

    _inherit = "dunning.whatsapp.account"

    trouble_ids = fields.One2many(
        "dunning.whatsapp.trouble", "account_id", "Pauses and warnings", readonly=True
    )
    open_trouble_ids = fields.One2many(
        "dunning.whatsapp.trouble",
        "account_id",
        domain=[("ended_at", "=", False)],
        readonly=True,
        string="Open pauses and warnings",
    )
    open_trouble_count = fields.Integer(compute="_compute_pause")
    paused = fields.Boolean(compute="_compute_pause", search="_search_paused")
    paused_until = fields.Datetime(compute="_compute_pause")
    pause_reason = fields.Char(
        compute="_compute_pause", help="Why this number does not send at the moment."
    )
    pause_step = fields.Char("What to do", compute="_compute_pause")
    warning = fields.Text(compute="_compute_pause", help="What WhatsApp warned of.")
    blocked_country_ids = fields.Many2many(
        "res.country", compute="_compute_pause", string="Paused for"
    )

    # === COMPUTE ===

    @api.depends("open_trouble_ids.ended_at", "open_trouble_ids.until")
    def _compute_pause(self):
        now = fields.Datetime.now()
        for account in self:
            stop = account._stop_at(now)
            account.paused = bool(stop)
            account.paused_until = stop.until
            account.pause_reason = stop.reason
            account.pause_step = stop.next_step
            rest = account.open_trouble_ids.filtered(lambda trouble: not trouble.ended_at)
            account.open_trouble_count = len(rest)
            warnings = rest.filtered(lambda trouble: not trouble.stops)
            account.warning = "\n".join(warnings.mapped("reason")) or False
            account.blocked_country_ids = rest.filtered("stops").country_id

    @api.model
    def _search_paused(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        in_force = fields.Domain(
            [("stops", "=", True), ("country_id", "=", False), ("ended_at", "=", False)]
        ) & (fields.Domain("until", "=", False) | fields.Domain("until", ">", now))
        domain = fields.Domain("trouble_ids", "any", in_force)
        return domain if True in value else ~domain

    def _stop_at(self, at, number=""):
        """What stops this number at an instant, the longest of several; for a debtor's number also
        what stops it for his country alone."""
        self.ensure_one()
        stops = self.sudo().open_trouble_ids.filtered("stops")
        country = _country_of(number) if number and stops.country_id else ""
        in_force = stops.filtered(lambda trouble: trouble._covers(at, country))
        return in_force.sorted(lambda trouble: (not trouble.until, trouble.until or at))[-1:]

    # === ACTIONS ===

    def action_pause(self):
        """Ask for the reason to stop this number."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.whatsapp.stop",
            "name": self.env._("Pause sending"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def action_resume(self):
        """Let a paused number send again: for whoever has seen to the cause."""
        self.check_access("write")
        stops = self.sudo().open_trouble_ids.filtered(
            lambda trouble: trouble.stops and not trouble.country_id
        )
        stops._end_by_hand()

    def action_open_troubles(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_whatsapp_trouble_action"
        )
        return {**action, "domain": [("account_id", "=", self.id)]}

    # === STOPPING ===

    def _pause(self, reason, until=None, **vals):
        """Stop this number only; whoever is responsible is told by the health check, at once.
        The same stop is not noted twice. Returns its row."""
        self.ensure_one()
        return self._note_trouble(
            {"cause": "error", "topic": reason, "reason": reason, "until": until, **vals}
        )

    def _pause_for(self, rule, code, number=""):
        """Stop for an error of the API, as its rule says: for all, or for the country of the
        debtor's number only."""
        self.ensure_one()
        office = self.with_context(lang=self.company_id.partner_id.lang)
        code = code or 0
        topic, country = f"code:{code}", self.env["res.country"]
        if rule.action is Action.COUNTRY:
            country = country.search([("code", "=", _country_of(number))], limit=1)
            topic = f"{topic}:{country.code or ''}"
        now = fields.Datetime.now()
        rest = health.rest_seconds(rule, self._times_lately(topic, now))
        return office._note_trouble(
            {
                "cause": "error",
                "topic": topic,
                "code": code,
                "reason": f"{office.env._(rule.meaning)} ({code})" if code else rule.meaning,
                "next_step": office.env._(rule.next_step),
                "country_id": country.id,
                "person": rule.person,
                "earliest": now + timedelta(seconds=rest) if rest else False,
            }
        )

    def _pause_by_hand(self, reason, until=None):
        """Stop because a person says so; only a person, or the time he chose, ends it."""
        self.check_access("write")
        for account in self:
            account._note_trouble(
                {
                    "cause": "hand",
                    "topic": "hand",
                    "reason": reason,
                    "until": until,
                    "person": True,
                    "user_id": self.env.user.id,
                    "told": True,
                }
            )

    def _note_trouble(self, vals):
        """Add a row, unless one of its topic is open; wake the health check to tell of it."""
        self.ensure_one()
        same = self.sudo().open_trouble_ids.filtered(
            lambda trouble: trouble.topic == vals["topic"] and not trouble.ended_at
        )
        if same:
            return same[:1]
        trouble = (
            self.env["dunning.whatsapp.trouble"]
            .sudo()
            .create({"account_id": self.id, "date_from": fields.Datetime.now(), **vals})
        )
        if trouble.stops:
            _logger.warning("WhatsApp account %s is paused: %s", self.id, trouble.topic)
            self._call_messages_back(trouble)
        self.env.ref("l10n_latam_dunning.ir_cron_health").sudo()._trigger()
        return trouble

    def _call_messages_back(self, trouble):
        """What is on its way to the wire stays here, back in the queue, until the pause is over."""
        domain = [("state", "=", "sending"), ("account_id", "=", self.id)]
        if trouble.country_id:
            domain.append(("contact_point_id.country_code", "=", trouble.country_id.code))
        self.env["dunning.message"].sudo().search(domain)._recall(trouble.reason)

    def _times_lately(self, topic, at):
        """How often the same stop has ended by itself in the last days."""
        return (
            self.env["dunning.whatsapp.trouble"]
            .sudo()
            .search_count(
                [
                    ("account_id", "=", self.id),
                    ("topic", "=", topic),
                    ("ended_at", ">", at - REPEATED),
                    ("ended_by_id", "=", False),
                ]
            )
        )

    # === GOING ON ===

    @api.model
    def _end_expired(self, at):
        """End what was to last until an instant that has come."""
        expired = self.env["dunning.whatsapp.trouble"].search(
            [("ended_at", "=", False), ("until", "<=", at)]
        )
        for trouble in expired:
            trouble._end(trouble.until, self.env._("Its time was over"))

    def _end_by_health(self, can_send, asked_at):
        """End the stops that WhatsApp's word, asked for at an instant, is enough for."""
        for account in self:
            ending = account.open_trouble_ids.filtered(
                lambda trouble: (
                    trouble.stops
                    and not trouble.ended_at
                    and health.ends_by_health(trouble._stop(), can_send, aware(asked_at))
                )
            )
            ending._end(fields.Datetime.now(), self.env._("WhatsApp's check is good again"))

    def _note_resumed(self, ended, at):
        """Sending goes on: the back-log, if there can be one, is worked off slowly."""
        self.ensure_one()
        self.invalidate_recordset(["open_trouble_ids"])
        whole = ended.filtered(lambda trouble: trouble.stops and not trouble.country_id)
        if whole and not self._stop_at(at):
            since = min(whole.mapped("date_from"))
            if pace.restarts(at - since):
                self.sudo().ramp_from = at
        self.env.ref("l10n_latam_dunning.ir_cron_deliver").sudo()._trigger()
        self.env.ref("l10n_latam_dunning.ir_cron_health").sudo()._trigger()

    # === TELLING ===

    @api.model
    def _tell(self):
        """One activity for each account in trouble, rewritten as troubles come and go, and done
        when the last has ended. Only the health check calls this: it never runs twice at once."""
        Trouble = self.env["dunning.whatsapp.trouble"]
        news = Trouble.search([("told", "=", False), ("ended_at", "=", False)])
        told = self.search([("activity_ids.activity_type_id", "=", self.env.ref(ACTIVITY).id)])
        for account in news.account_id | told:
            account.with_context(lang=account._told_user().lang)._tell_one()
        news.told = True

    def _tell_one(self):
        self.ensure_one()
        open_activity = self.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(ACTIVITY)
        )
        troubles = self.trouble_ids.filtered(
            lambda trouble: not trouble.ended_at and trouble.cause != "hand"
        )
        if not troubles:
            open_activity.action_feedback(feedback=self.env._("It has ended."))
            return
        stopped = troubles.filtered("stops")
        summary = (
            self.env._("This WhatsApp number does not send: %s", stopped[0].reason)
            if stopped
            else self.env._("WhatsApp warns: %s", troubles[0].reason)
        )
        vals = {"summary": summary, "note": self._troubles_html(troubles)}
        if open_activity:
            open_activity[0].write(vals)
        else:
            self.activity_schedule(ACTIVITY, user_id=self._told_user().id, **vals)

    @api.model
    def _troubles_html(self, troubles):
        return Markup("<ul>%s</ul>") % Markup("").join(
            Markup("<li>%s<br/>%s</li>") % (trouble.reason, trouble.next_step or "")
            for trouble in troubles
        )

    def _told_user(self):
        """Who is told: the responsible, else the administrator."""
        return self.user_id.filtered("active") or self.env.ref("base.user_admin")


def _country_of(number):
    """The country of a normalised number, or nothing."""
    try:
        return phones.normalise(number, "").country
    except phones.InvalidPhone:
        return ""
