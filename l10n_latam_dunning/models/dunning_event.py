import dataclasses
import logging
from datetime import datetime, timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL

from ..core.optout import is_stop
from ..core.whatsapp.webhook import InboundEvent, OtherEvent, StatusEvent, parse
from ..tools import naive_utc

_logger = logging.getLogger(__name__)

BATCH = 200
# A receipt may overtake the answer of the send that it belongs to.
PATIENCE = timedelta(minutes=30)
HOLD_AFTER_REPORT = timedelta(days=3)


class DunningEvent(models.Model):
    """What came in from outside, raw and normalised, once. A webhook only stores; the cron
    works, in any order, and repeats harm nothing."""

    _name = "dunning.event"
    _description = "Event from a channel"
    _order = "id desc"
    _rec_name = "key"

    account_id = fields.Many2one(
        "dunning.whatsapp.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    key = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [("status", "Receipt"), ("inbound", "Reply"), ("other", "Other")],
        required=True,
        readonly=True,
    )
    data = fields.Json(readonly=True)
    state = fields.Selection(
        [("new", "New"), ("done", "Done"), ("ignored", "Nothing to do"), ("failed", "Failed")],
        required=True,
        default="new",
    )
    received_at = fields.Datetime(readonly=True, required=True)
    processed_at = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)
    message_id = fields.Many2one("dunning.message", readonly=True, ondelete="set null")

    _key_unique = models.UniqueIndex("(account_id, key)")
    _todo_idx = models.Index("(id) WHERE state = 'new'")

    # === RECEIVING ===

    @api.model
    def _store_webhook(self, account, raw):
        """Store the events of a verified webhook, each once; returns how many were new."""
        now = fields.Datetime.now()
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s::jsonb, 'new', %s, %s, %s, %s, %s)",
                account.id,
                account.company_id.id,
                event.key,
                _kind(event),
                fields.Json().convert_to_column(_plain(event), self),
                now,
                self.env.uid,
                self.env.uid,
                now,
                now,
            )
            for event in parse(raw)
            if event.phone_number_id in ("", account.phone_number_id)
        ]
        if not rows:
            return 0
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_event (account_id, company_id, key, kind, data, state,
                       received_at, create_uid, write_uid, create_date, write_date)
                VALUES %s
                ON CONFLICT (account_id, key) DO NOTHING
                """,
                SQL(", ").join(rows),
            )
        )
        stored = self.env.cr.rowcount
        if stored:
            self.env.ref("l10n_latam_dunning.ir_cron_events").sudo()._trigger()
        return stored

    # === PROCESSING ===

    @api.model
    def _cron_process(self):
        """Work through new events, oldest first, each in a savepoint."""
        commit = self.env["ir.cron"]._commit_progress
        domain = [("state", "=", "new")]
        commit(remaining=self.search_count(domain))
        last = 0
        while batch := self.search([*domain, ("id", ">", last)], order="id", limit=BATCH):
            last = batch[-1].id
            batch = batch.try_lock_for_update()
            logged = self.env["dunning.message"]
            for event in batch:
                logged |= event._process()
            logged._log_state()
            if not commit(len(batch)):
                break

    def _process(self):
        """Apply one event; a failure is kept on it and stops no other. Returns the message
        that moved, if one did."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                return self.with_context(lang=self.company_id.partner_id.lang)._apply()
        except Exception as error:
            _logger.exception("Event %s could not be processed", self.id)
            self._finish("failed", error=f"{type(error).__name__}: {error}")
            return self.env["dunning.message"]

    def action_retry(self):
        self.filtered(lambda event: event.state == "failed").write({"state": "new", "error": False})
        self.env.ref("l10n_latam_dunning.ir_cron_events").sudo()._trigger()

    def _apply(self):
        if self.kind == "status":
            return self._apply_status()
        if self.kind == "inbound":
            self._apply_inbound()
        else:
            self._finish("ignored")
        return self.env["dunning.message"]

    def _finish(self, state, message=None, error=False):
        self.write(
            {
                "state": state,
                "processed_at": fields.Datetime.now(),
                "message_id": message.id if message else False,
                "error": error,
            }
        )

    # === RECEIPTS ===

    def _apply_status(self):
        data = self.data
        Message = self.env["dunning.message"]
        message = self._message_by(data.get("wamid"), data.get("opaque"))
        if not message:
            if fields.Datetime.now() - self.received_at > PATIENCE:
                self._finish("ignored", error=self.env._("No message of ours has this id."))
            return Message
        if not message.provider_ref and data.get("wamid"):
            message.provider_ref = data["wamid"]
        moved = message._apply_receipt(
            data.get("status"),
            self._said_at() or self.received_at,
            error_code=data.get("error_code") or 0,
            error_details=data.get("error_details") or "",
            category=data.get("category") or "",
        )
        self._finish("done", message)
        return moved

    def _said_at(self):
        """The instant that WhatsApp gives to this event, or nothing."""
        text = self.data.get("at")
        return naive_utc(datetime.fromisoformat(text)) if text else False

    def _message_by(self, wamid, opaque=None):
        """The message that WhatsApp's id, or our own reference, belongs to."""
        Message = self.env["dunning.message"].sudo()
        found = Message.search([("provider_ref", "=", wamid)], limit=1) if wamid else Message
        if not found and opaque:
            found = Message.search([("reference", "=", opaque)], limit=1)
        return found

    # === REPLIES ===

    def _apply_inbound(self):
        data = self.data
        points = self.env["dunning.contact.point"]._find_by_wa_id(data.get("sender"))
        message = self._message_by(data.get("context_wamid")) or self._last_message(points)
        points |= message.contact_point_id
        if not points:
            self._finish("ignored", error=self.env._("Nobody we know has this number."))
            return
        self._show_reply(message, points)
        action = (data.get("payload") or "").removeprefix("DUN:")
        if action == "stop" or is_stop(data.get("text") or ""):
            self._withdraw(points, message)
        elif action == "paid":
            self._hold(message, "payment_reported", self.received_at + HOLD_AFTER_REPORT)
        elif action == "dispute":
            self._hold(message, "dispute", False)
        self._finish("done", message)

    def _last_message(self, points):
        return (
            self.env["dunning.message"]
            .sudo()
            .search(
                [
                    ("contact_point_id", "in", points.ids),
                    ("account_id", "=", self.account_id.id),
                    ("attempted_at", "!=", False),
                ],
                order="attempted_at desc",
                limit=1,
            )
        )

    def _show_reply(self, message, points):
        """The reply on the chatter of the invoices it is about, else of the debtor, and an
        activity for the one who is responsible."""
        text = self.data.get("text") or self.env._("(no text: %s)", self.data.get("kind"))
        body = Markup("<p><strong>%s</strong> · %s</p><p><em>%s</em></p>") % (
            self.env._("Reply on WhatsApp"),
            points[:1].masked,
            text,
        )
        moves = message.line_ids.filtered("level_id").move_id or message.line_ids.move_id
        records = moves or points.partner_ids
        records._message_log_batch({record.id: body for record in records})
        user = message.policy_id.user_id or message.user_id
        if user and moves:
            moves[:1].activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.env._("Reply of %s", message.partner_id.name),
                note=Markup("<p>%s</p>") % text,
            )

    def _withdraw(self, points, message):
        """Stop at once, for everyone behind this number, on every waiting message."""
        for point in points:
            self.env["dunning.consent"]._withdraw(
                point.partner_ids,
                channel="whatsapp",
                source="whatsapp",
                wording=self.data.get("text"),
                proof=self.data.get("wamid"),
                point=point,
            )
        body = Markup("<p>%s</p>") % self.env._(
            "Consent for WhatsApp withdrawn by reply. Nothing more is sent on this channel."
        )
        for records in (points.partner_ids, message.line_ids.move_id):
            records._message_log_batch({record.id: body for record in records})

    def _hold(self, message, reason, until):
        """The debtor says that he has paid, or disputes: reminders rest until a person looked."""
        if message:
            self.env["dunning.hold"].sudo().create(
                {
                    "company_id": message.company_id.id,
                    "partner_id": message.partner_id.id,
                    "reason": reason,
                    "date_from": self.received_at,
                    "date_to": until,
                    "note": self.data.get("text"),
                }
            )


def _kind(event):
    kinds = {StatusEvent: "status", InboundEvent: "inbound", OtherEvent: "other"}
    return kinds[type(event)]


def _plain(event):
    """A normalised event as JSON."""
    data = dataclasses.asdict(event)
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in data.items()
    }
