import logging
from collections import defaultdict
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.whatsapp.client import ApiFailure
from ..core.whatsapp.sample_pdf import sample_pdf
from ..core.whatsapp.template_rules import outline
from ..core.whatsapp.template_words import (
    SUBCODES,
    UTILITY,
    rejection_of,
    status_of,
)
from ..tools import naive_utc

_logger = logging.getLogger(__name__)

# What Meta lets one change of an approved template, in a day and in 30 days.
EDITS = ((timedelta(hours=24), 1), (timedelta(days=30), 10))
# The answer to a submission is older than anything that Meta says of it, whatever the clocks say.
CLOCKS_DIFFER = timedelta(minutes=5)
# A template that was submitted just now may be missing in Meta's list.
NOT_LISTED_YET = timedelta(hours=1)
# Between the code of a reason and what Meta says beside it.
SEPARATOR = " · "
# Codes of a refused message that name the template's state.
STATUS_OF_ERROR = {132015: "PAUSED", 132016: "DISABLED"}
INSTANTS = {
    "status": "status_at",
    "category": "category_at",
    "correct_category": "correct_category_at",
    "quality": "quality_at",
}


class DunningWhatsappTemplate(models.Model):
    """A template's life at Meta: submitted, edited, read, told of by webhook, deleted."""

    _inherit = "dunning.whatsapp.template"

    change_ids = fields.One2many(
        "dunning.whatsapp.template.change", "template_id", "History", readonly=True
    )
    state_note = fields.Char(compute="_compute_state_note")
    can_submit = fields.Boolean(compute="_compute_state_note")

    @api.depends("status", "reject_reason", "category", "correct_category", "differs", "sendable")
    @api.depends_context("lang")
    def _compute_state_note(self):
        """What Meta's state means for a person, and what he can do."""
        for template in self:
            status = status_of(template.status)
            code, _mark, details = (template.reject_reason or "").partition(SEPARATOR)
            words = [self.env._(status.meaning), *filter(None, [rejection_of(code), details])]
            template.state_note = " ".join(self.env._(word) for word in words)
            is_new = not template.meta_id
            template.can_submit = bool(template.account_id) and (
                is_new or (status.editable and template.differs)
            )

    # === ACTIONS ===

    def action_submit(self):
        """Send to Meta's review: a new template, or the change of one that it has."""
        self.check_access("write")
        if not all(template.account_id for template in self):
            raise UserError(
                self.env._("This is a shipped text. Adopt a policy to copy it to an account.")
            )
        self.filtered(lambda template: not template.meta_id)._submit()
        for template in self.filtered("meta_id"):
            if template.differs:
                template._resubmit()

    def action_read_state(self):
        """Ask Meta for the state of these templates."""
        self.check_access("write")
        for account in self.account_id:
            with account._client() as client:
                try:
                    remote = client.list_templates()
                except ApiFailure as failure:
                    raise UserError(self._failure_words(failure)) from failure
            self.filtered(lambda t, account=account: t.account_id == account)._store_remote(remote)

    def action_take_over(self):
        """Write here what Meta has, where the two texts differ."""
        self.ensure_one()
        self.check_access("write")
        try:
            self.write(self._prepare_taken_over_vals(self.remote or {}))
        except ValidationError as error:
            raise UserError(
                self.env._("WhatsApp's text cannot be used here: %s", error.args[0])
            ) from error
        self._note_by_user("text", self.env._("WhatsApp's text was taken over"))

    def action_accept_marketing(self):
        """Show a manager what it costs as marketing, and let him accept that."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.whatsapp.accept",
            "name": self.env._("Send it as marketing"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_template_id": self.id},
        }

    def action_delete_remote(self):
        """Delete this language of the template at Meta and archive it here."""
        self.ensure_one()
        self.check_access("unlink")
        if self.status == "DISABLED":
            raise UserError(self.env._(SUBCODES[2388025]))
        if self.meta_id:
            with self.account_id._client() as client:
                try:
                    client.delete_template(self.name, self.meta_id)
                except ApiFailure as failure:
                    raise UserError(self._failure_words(failure)) from failure
        note = self.env._("Meta id %s", self.meta_id) if self.meta_id else ""
        self.write({"active": False, "meta_id": False, "remote": False})
        self.flush_recordset(["active"])
        self._learn("status", "DELETED", fields.Datetime.now(), "user", note)

    # === SUBMITTING ===

    def _submit(self):
        """Create these templates at Meta; each keeps the answer, one failure stops no other."""
        for account in self.account_id:
            mine = self.filtered(lambda t, account=account: t.account_id == account)
            with account._client() as client:
                for template in mine:
                    template._create_remote(client)

    def _create_remote(self, client):
        now = fields.Datetime.now()
        try:
            definition = self._definition(self._sample_handle(client))
            answer = client.create_template(definition)
        except ApiFailure as failure:
            self.reject_reason = self._failure_words(failure)
            self._learn("status", "ERROR", now, "submit", self.reject_reason)
            return
        self.write(
            {
                "meta_id": str(answer.get("id") or "") or False,
                "remote": outline(definition["components"]),
                "reject_reason": False,
            }
        )
        self._note_by_user("text", self.env._("Submitted"), "submit")
        at = now - CLOCKS_DIFFER
        self._learn("status", answer.get("status") or "PENDING", at, "submit")
        self._learn("category", answer.get("category") or "UNKNOWN", at, "submit")

    def _resubmit(self):
        """Replace the text of a template that Meta has; it goes back to review."""
        self.ensure_one()
        self._check_edits()
        with self.account_id._client() as client:
            now = fields.Datetime.now()
            try:
                definition = self._definition(self._sample_handle(client))
                changes = {
                    "components": definition["components"],
                    "message_send_ttl_seconds": definition["message_send_ttl_seconds"],
                }
                if self.status == "REJECTED":
                    changes["category"] = UTILITY
                client.edit_template(self.meta_id, changes)
            except ApiFailure as failure:
                raise UserError(self._failure_words(failure)) from failure
        was_approved = self.status == "APPROVED"
        self.write({"remote": outline(definition["components"]), "reject_reason": False})
        note = self.env._("Change submitted")
        self._note_by_user("text", note, "submit", value="EDITED" if was_approved else "CORRECTED")
        self._learn("status", "PENDING", now - CLOCKS_DIFFER, "submit")

    def _check_edits(self):
        """Refuse what Meta would refuse, with its limits in words."""
        status = status_of(self.status)
        if not status.editable:
            raise UserError(
                self.env._(
                    "A template that is %(status)s cannot be changed at WhatsApp. %(meaning)s",
                    status=self.status,
                    meaning=self.env._(status.meaning),
                )
            )
        if self.status != "APPROVED":
            return
        now = fields.Datetime.now()
        edits = self.change_ids.filtered(lambda line: line.value == "EDITED").mapped("at")
        for period, limit in EDITS:
            recent = [at for at in edits if at > now - period]
            if len(recent) >= limit:
                raise UserError(
                    self.env._(
                        "WhatsApp lets an approved template be changed once in 24 hours and 10"
                        " times in 30 days. The next change is possible from %s UTC; until then"
                        " it is not sent unless WhatsApp's text is taken over.",
                        fields.Datetime.to_string(min(recent) + period),
                    )
                )

    def _sample_handle(self, client):
        """The handle of the sample PDF, uploaded where a document header needs one."""
        if self.header_kind != "document":
            return ""
        apps = [
            (app.get("whatsapp_business_api_data") or {}).get("id")
            for app in client.subscribed_apps()
        ]
        app_ids = [str(app) for app in apps if app]
        if len(app_ids) != 1:
            raise UserError(
                self.env._(
                    "A template with a PDF needs a sample, which belongs to the app, and"
                    " %(count)s apps are subscribed to this WhatsApp account. Leave one.",
                    count=len(app_ids),
                )
            )
        return client.upload_sample(app_ids[0], "sample.pdf", sample_pdf(), "application/pdf")

    @api.model
    def _failure_words(self, failure):
        """What Meta answered, in words where its subcode is known, and what it said itself."""
        error = failure.error
        known = SUBCODES.get(error.subcode or 0)
        words = self.env._(known or error.meaning)
        if known or not error.details:
            return words
        return self.env._(
            "%(words)s WhatsApp says: %(details)s", words=words, details=error.details
        )

    # === LEARNING ===

    def _learn(self, kind, value, at, source, note=""):
        """Take note of one thing that Meta says of this template at an instant, and believe it
        unless something newer is known. Order and repetition of the calls change nothing.

        Of two values of one instant the one that keeps messages back wins.
        """
        self.ensure_one()
        instant = INSTANTS[kind]
        known, known_at = self[kind] or "", self[instant]
        value = (value or "").upper()
        rank = (at, self._keeps_back(kind, value), value)
        is_newer = rank > (known_at or datetime.min, self._keeps_back(kind, known), known)
        if source == "webhook" or value != known:
            self.env["dunning.whatsapp.template.change"].sudo()._note(
                self, kind, value, at, source, note
            )
        # what is submitted now is so whatever was read a minute ago
        if not is_newer and source != "submit":
            return
        was_marketing = self._is_marketing()
        vals = {kind: value or False, instant: at}
        if kind == "status" and source == "webhook":
            vals["reject_reason"] = note or False
        self.sudo().write(vals)
        if was_marketing and not self._is_marketing():
            self.sudo().write({"marketing_accepted_at": False, "marketing_accepted_by": False})
        self._tell_responsible()

    @api.model
    def _keeps_back(self, kind, value):
        if kind == "status":
            return not status_of(value).sendable
        return kind != "quality" and value not in ("", UTILITY)

    def _note_by_user(self, kind, note, source="user", value=""):
        self.env["dunning.whatsapp.template.change"].sudo()._note(
            self, kind, value, fields.Datetime.now(), source, note, self.env.user
        )

    def _tell_responsible(self):
        """One activity while the template cannot be used, none when it can again."""
        self.ensure_one()
        user = self.account_id.user_id
        template = self.sudo()
        summary = self._alert_words()
        open_ones = template.activity_ids.filtered("automated")
        if not summary:
            open_ones.unlink()
        elif user and summary not in open_ones.mapped("summary"):
            open_ones.unlink()
            template.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, summary=summary
            )

    def _alert_words(self):
        """What a person should look at, or nothing."""
        status = status_of(self.status)
        if self.meta_id and status.alert:
            return self.env._(
                "WhatsApp template %(name)s is %(status)s",
                name=self.display_name,
                status=self.status,
            )
        if self.meta_id and self._is_marketing() and not self.marketing_accepted_at:
            return self.env._(
                "WhatsApp counts the template %(name)s as marketing", name=self.display_name
            )
        return ""

    def _accept_marketing(self, prices):
        """A person has accepted the price of marketing; kept with what he was shown."""
        self.ensure_one()
        self.sudo().write(
            {
                "marketing_accepted_by": self.env.uid,
                "marketing_accepted_at": fields.Datetime.now(),
            }
        )
        self._note_by_user("price", prices, value="MARKETING")
        self._tell_responsible()
        self.env.ref("l10n_latam_dunning.ir_cron_deliver").sudo()._trigger()

    def _store_refusal(self, rule, code):
        """A message with this template was refused because of the template."""
        self.ensure_one()
        status = STATUS_OF_ERROR.get(code, "REFUSED")
        meaning = self.env._(rule.meaning)
        self._learn("status", status, fields.Datetime.now(), "send", f"{meaning} ({code})")

    # === READING ===

    def _store_remote(self, remote):
        """Take over state, category, quality and text from Meta's list of templates."""
        now = fields.Datetime.now()
        listed = {
            (data.get("name"), _underscored(data.get("language"))): data
            for data in remote
            if isinstance(data, dict)
        }
        for template in self:
            data = listed.get((template.name, template.language))
            if data:
                template._store_one(data, now)
            elif template.meta_id and not template._was_submitted_after(now - NOT_LISTED_YET):
                template._learn("status", "DELETED", now, "sync")

    def _store_one(self, data, now):
        reason = data.get("rejected_reason")
        vals = {"meta_id": str(data.get("id") or "") or self.meta_id}
        if isinstance(data.get("components"), list):
            vals["remote"] = outline(data["components"])
        if rejection_of(reason) or self.status != "ERROR":
            vals["reject_reason"] = reason if rejection_of(reason) else False
        self.write(vals)
        quality = data.get("quality_score")
        score = quality.get("score") if isinstance(quality, dict) else ""
        self._learn("status", data.get("status") or "UNKNOWN", now, "sync")
        self._learn("category", data.get("category") or "UNKNOWN", now, "sync")
        self._learn("correct_category", self._announced(data), now, "sync")
        if score:
            self._learn("quality", score, now, "sync")

    @api.model
    def _announced(self, data):
        """The category that Meta holds for the right one, where it is another."""
        correct = str(data.get("correct_category") or "").upper()
        return "" if correct == str(data.get("category") or "").upper() else correct

    def _was_submitted_after(self, instant):
        submitted = self.change_ids.filtered(
            lambda line: line.kind == "text" and line.source == "submit"
        )
        return max(submitted.mapped("at"), default=datetime.min) > instant

    def _prepare_taken_over_vals(self, remote):
        """Our fields from an outline of Meta's; buttons keep their meaning by their label."""
        header_format, header_text = remote.get("header") or ["", ""]
        known = {button.text: button for button in self.button_ids}
        labels = [label for _kind, label, _url in remote.get("buttons") or []]
        strange = [label for label in labels if label not in known]
        if strange or header_format not in ("", "TEXT", "DOCUMENT"):
            raise UserError(
                self.env._(
                    "WhatsApp's template has parts that are not known here: %(parts)s. Add them"
                    " here with their meaning, or submit the text from here.",
                    parts=", ".join(strange) or header_format,
                )
            )
        commands = [
            fields.Command.update(known[label].id, {"sequence": position})
            for position, label in enumerate(labels)
        ]
        commands += [
            fields.Command.delete(button.id)
            for label, button in known.items()
            if label not in labels
        ]
        return {
            "header_kind": {"TEXT": "text", "DOCUMENT": "document"}.get(header_format, "none"),
            "header_text": header_text or False,
            "body": remote.get("body") or self.body,
            "footer": remote.get("footer") or False,
            "button_ids": commands,
        }

    # === TOLD BY META ===

    @api.model
    def _apply_event(self, kind, data, account=None, at=None):
        """Apply what a webhook says of a template; returns the template, empty when it is none of
        ours. ``data`` is the change's value, ``at`` Meta's instant (aware, naive UTC or Unix
        seconds). In any order and however often, the end is the same."""
        data = data if isinstance(data, dict) else {}
        template = self.sudo()._of_event(data, account)
        if not template:
            return template
        at = _instant(at or data.get("timestamp"))
        if "new_quality_score" in data or kind == "message_template_quality_update":
            if data.get("new_quality_score"):
                template._learn("quality", str(data["new_quality_score"]), at, "webhook")
        elif "correct_category" in data or "new_category" in data:
            template._apply_category(data, at)
        elif data.get("event"):
            template._learn("status", str(data["event"]), at, "webhook", _event_note(data))
        return template

    def _apply_category(self, data, at):
        """First an announcement (`correct_category`), a day later the fact (`new_category`)."""
        current = data.get("new_category") or data.get("category")
        if current:
            self._learn("category", str(current), at, "webhook")
        self._learn("correct_category", str(data.get("correct_category") or ""), at, "webhook")

    @api.model
    def _of_event(self, data, account):
        """The template of an event: by Meta's id, else by name and language."""
        domain = [("account_id", "=", account.id)] if account else [("account_id", "!=", False)]
        search = self.with_context(active_test=False).search
        meta_id = str(data.get("message_template_id") or "")
        found = search([*domain, ("meta_id", "=", meta_id)], limit=1) if meta_id else self.browse()
        if not found and data.get("message_template_name"):
            found = search(
                [
                    *domain,
                    ("name", "=", data["message_template_name"]),
                    ("language", "=", _underscored(data.get("message_template_language"))),
                    ("meta_id", "=", False),
                ],
                limit=2,
            )
            if len(found) == 1 and meta_id:
                found.meta_id = meta_id
        return found if len(found) == 1 else self.browse()

    # === CRON ===

    @api.model
    def _cron_read_states(self):
        """Read the states of all templates of accounts that speak. Commits after each account."""
        templates = self.search([("meta_id", "!=", False), ("account_id.mode", "!=", "off")])
        of_account = defaultdict(self.browse)
        for template in templates:
            of_account[template.account_id] += template
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(of_account))
        for account, mine in of_account.items():
            if account._secret("token") and not account._host_is_forbidden():
                mine._read_quietly(account)
            if not commit(1):
                break

    def _read_quietly(self, account):
        with account._client() as client:
            try:
                remote = client.list_templates()
            except ApiFailure as failure:
                _logger.warning("Templates of account %s: %s", account.id, failure.error.code)
                return
        self._store_remote(remote)


def _underscored(language):
    return str(language or "").replace("-", "_")


def _event_note(data):
    """Why, in Meta's own words."""
    info = data.get("rejection_info") or data.get("other_info") or {}
    reason = str(data.get("reason") or "")
    has_reason = bool(rejection_of(reason))
    parts = [
        *([reason] if has_reason else []),
        *(str(info.get(key) or "") for key in ("reason", "recommendation", "description")),
    ]
    return SEPARATOR.join(filter(None, parts))[:500]


def _instant(value):
    """Meta's instant as a naive UTC one; now where it says none."""
    if isinstance(value, datetime):
        return naive_utc(value) if value.tzinfo else value
    try:
        return naive_utc(datetime.fromtimestamp(int(value), timezone.utc))
    except (TypeError, ValueError, OverflowError, OSError):
        return fields.Datetime.now()
