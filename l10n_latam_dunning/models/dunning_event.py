import dataclasses
import json
import logging
import time
import traceback

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_datetime

from ..core.whatsapp.errors import redact
from ..core.whatsapp.webhook import (
    InboundEvent,
    PreferenceEvent,
    StatusEvent,
    identity_change,
    parse,
    template_change,
    verify_signature,
)
from ..groups import FULL
from ..tools import naive_utc
from .dunning_closed import CLOSED

_logger = logging.getLogger(__name__)

BATCH = 500
PRIVACY = "l10n_latam_dunning.group_dunning_privacy"
# How often a batch that met another worker on the same rows is begun anew.
TRIES = 5
# Changes of a number or of the whole account; all other fields are noise.
ACCOUNT_FIELDS = {
    "account_alerts",
    "account_review_update",
    "account_settings_update",
    "account_update",
    "business_capability_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
}


class DunningEvent(models.Model):
    """What came in from outside, raw and normalised, once. A webhook only stores; the cron
    works, in any order, and repeats harm nothing."""

    _name = "dunning.event"
    _inherit = ["mail.thread", "mail.activity.mixin", CLOSED]
    _description = "Event from a channel"
    _order = "id desc"

    account_id = fields.Many2one(
        "dunning.whatsapp.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    key = fields.Char(required=True, readonly=True, groups=FULL)
    kind = fields.Selection(
        [
            ("status", "Receipt"),
            ("inbound", "Reply"),
            ("identity", "Change of number or person"),
            ("preference", "Marketing preference"),
            ("template", "Template"),
            ("account", "Number or account"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
    )
    topic = fields.Char(readonly=True, help="What WhatsApp itself calls it.")
    said_at = fields.Datetime(readonly=True, help="When WhatsApp says that it happened (UTC).")
    text = fields.Text(readonly=True, help="What the person wrote.")
    data = fields.Json(readonly=True, groups=FULL)
    state = fields.Selection(
        [
            ("new", "New"),
            ("done", "Done"),
            ("ignored", "Nothing to do"),
            ("unmatched", "Needs a person"),
            ("failed", "Failed"),
        ],
        required=True,
        default="new",
        readonly=True,
    )
    received_at = fields.Datetime(readonly=True, required=True)
    retry_at = fields.Datetime(readonly=True)
    processed_at = fields.Datetime(readonly=True)
    error = fields.Char("Why", readonly=True)
    message_id = fields.Many2one(
        "dunning.message", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _key_unique = models.UniqueIndex("(account_id, key)")
    _todo_idx = models.Index("(id) WHERE state = 'new'")

    @api.depends("kind", "said_at", "received_at")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            at = event.said_at or event.received_at
            when = format_datetime(self.env, at) if at else ""
            event.display_name = " · ".join(filter(None, [labels.get(event.kind), when]))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What came in is evidence and is never deleted."))

    # === ACTIONS ===

    def action_retry(self):
        """Work again on events that failed; whatever was done before stays done."""
        self._check_handler()
        self.sudo().filtered(lambda event: event.state == "failed").write(
            {"state": "new", "error": False, "retry_at": False}
        )
        self._cron()._trigger()

    def _check_handler(self):
        """Only who may read evidence, or manages the dunning, works on events."""
        self.check_access("read")
        user = self.env.user
        groups = ("l10n_latam_dunning.group_dunning_manager", PRIVACY)
        if not any(user.has_group(group) for group in groups):
            raise AccessError(self.env._("Only dunning managers and privacy officers may do this."))

    # === RECEIVING ===

    @api.model
    def _store_webhook(self, route, raw, signature=""):
        """Store the events of a webhook that was verified for an account, each once; returns how
        many were new. What concerns another number of ours is stored there, where the signature
        is good for it too; what concerns nobody here is left."""
        events = parse(raw)
        routes = [route, *self._other_routes(route, events, raw, signature)]
        now = fields.Datetime.now()
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s::jsonb, 'new', %s, %s, %s, %s, %s)",
                owner.account_id,
                owner.company_id,
                event.key,
                _kind(event),
                _topic(event)[:80],
                naive_utc(event.at) or None,
                _said(event),
                json.dumps(_plain(event)),
                now,
                self.env.uid,
                self.env.uid,
                now,
                now,
            )
            for event in events
            for owner in _owners(event, routes)
        ]
        return self._insert(rows) if rows else 0

    @api.model
    def _insert(self, rows):
        """Write down the events that are new, and wake the cron unless a trigger that no run has
        taken yet waits already: one that is being taken is locked, and passed over here. All in
        one statement, as nothing else is done while WhatsApp waits for its answer."""
        stored, is_awake = self.env.execute_query(
            SQL(
                """
                WITH stored AS (
                    INSERT INTO dunning_event (account_id, company_id, key, kind, topic, said_at,
                           text, data, state, received_at,
                           create_uid, write_uid, create_date, write_date)
                    VALUES %(rows)s
                    ON CONFLICT (account_id, key) DO NOTHING RETURNING 1
                ), waiting AS (
                    SELECT 1 FROM ir_cron_trigger
                     WHERE cron_id = %(cron)s AND call_at <= %(now)s
                     LIMIT 1 FOR KEY SHARE SKIP LOCKED
                )
                SELECT (SELECT count(*) FROM stored), EXISTS (SELECT FROM waiting)
                """,
                rows=SQL(", ").join(rows),
                cron=self._cron().id,
                now=fields.Datetime.now(),
            )
        )[0]
        if stored and not is_awake:
            self._cron()._trigger()
        return stored

    @api.model
    def _cron(self):
        """The scheduled action, found without a query."""
        xml_id = "l10n_latam_dunning.ir_cron_events"
        return self.env["ir.cron"].sudo().browse(self.env["ir.model.data"]._xmlid_to_res_id(xml_id))

    @api.model
    def _other_routes(self, route, events, raw, signature):
        """The other accounts that these events may concern: an app has one address for all its
        numbers. Only those count for which the signature is good as well."""
        numbers = {event.phone_number_id for event in events} - {"", route.phone_number_id}
        wabas = {event.waba_id for event in events if not event.phone_number_id} - {"", "0"}
        if not signature or not (numbers or wabas):
            return []
        others = self.env["dunning.whatsapp.account"].search(
            [
                ("id", "!=", route.account_id),
                "|",
                ("phone_number_id", "in", list(numbers)),
                ("waba_id", "in", list(wabas)),
            ]
        )
        found = [other._route() for other in others]
        return [other for other in found if verify_signature(raw, signature, other.secrets)]

    # === PROCESSING ===

    @api.model
    def _cron_process(self):
        """Work through new events, oldest first. Commits after each batch."""
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=self.search_count(self._due_domain()))
        tries = 0
        while True:
            try:
                batch = self._claim()
                batch._process()
                self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # the delivery wrote the same messages: begin again with what it has written
                self.env.cr.rollback()
                tries += 1
                if tries == TRIES:
                    raise
                time.sleep(0.1 * tries)
                continue
            tries = 0
            if not commit(len(batch)) or not batch:
                break

    @api.model
    def _due_domain(self):
        now = fields.Datetime.now()
        return [("state", "=", "new"), "|", ("retry_at", "=", False), ("retry_at", "<=", now)]

    @api.model
    def _claim(self, limit=BATCH):
        """Lock the oldest events that are due and not another worker's."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM dunning_event
                 WHERE state = 'new' AND COALESCE(retry_at, %(now)s) <= %(now)s
              ORDER BY id LIMIT %(limit)s
                   FOR UPDATE SKIP LOCKED
                """,
                now=fields.Datetime.now(),
                limit=limit,
            )
        )
        return self.browse([row[0] for row in rows])

    def _process(self):
        """Apply events, those of a kind and company together; where that fails, one by one, so
        that a bad one stops no other. A failure is kept on its event."""
        for (company, kind), together in self.grouped(lambda e: (e.company_id, e.kind)).items():
            office = together.with_prefetch(self._prefetch_ids).with_company(company)
            office = office.with_context(lang=company.partner_id.lang)
            if not office._try(kind):
                continue
            for event in office:
                error = event._try(kind)
                if error and kind == "inbound":
                    event._try("stop")
                if error:
                    event._finish("failed", error=error)

    def _try(self, kind):
        """Apply events of a kind in a savepoint; returns why that failed, or nothing."""
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_apply_{kind}")()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - kept on the event, with a button to try again
            if len(self) == 1:
                _logger.error(
                    "Event %s could not be processed\n%s", self.id, redact(traceback.format_exc())
                )
            return redact(f"{type(error).__name__}: {error}")[:500]
        return None

    def _apply_other(self):
        self._finish("ignored", error=self.env._("Nothing here depends on it."))

    def _finish(self, state, message=None, error=False):
        """Close these events alike."""
        self.write(
            {
                "state": state,
                "processed_at": fields.Datetime.now(),
                "message_id": message.id if message else False,
                "error": error,
                "retry_at": False,
            }
        )

    def _happened_at(self):
        """The instant that WhatsApp gives to this event, else when it came."""
        return self.said_at or self.received_at


def _kind(event):
    if isinstance(event, StatusEvent):
        return "status"
    if isinstance(event, InboundEvent):
        return "identity" if identity_change(event.raw) else "inbound"
    if isinstance(event, PreferenceEvent):
        return "preference"
    if template_change(event.field, event.raw):
        return "template"
    return "account" if event.field in ACCOUNT_FIELDS else "other"


def _topic(event):
    """What WhatsApp calls it: a status, a type of message, a field."""
    if isinstance(event, StatusEvent):
        return event.status
    if isinstance(event, InboundEvent):
        return event.kind
    return event.value if isinstance(event, PreferenceEvent) else event.field


def _said(event):
    return (event.text or None) if isinstance(event, InboundEvent) else None


def _plain(event):
    """A normalised event as JSON."""
    data = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    if data.get("media"):
        data["media"] = dataclasses.asdict(data["media"])
    data["at"] = event.at.isoformat() if event.at else None
    return data


def _owners(event, routes):
    """The routes of the accounts that an event concerns; the first is that of the address."""
    if event.phone_number_id:
        return [route for route in routes if route.phone_number_id == event.phone_number_id]
    if event.waba_id in ("", "0"):
        return routes[:1]
    mine = [route for route in routes if route.waba_id == event.waba_id]
    # each has templates of its own, but what is said of the account is said once
    return mine if _kind(event) == "template" else mine[:1]
