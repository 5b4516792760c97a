import logging
import random
from contextlib import closing
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import retrying

from ..core.whatsapp import checkup, health, notices
from ..core.whatsapp.errors import Action, ApiFailure
from ..tools import aware, naive_utc

_logger = logging.getLogger(__name__)

# Each number is asked about once an hour; the minutes differ, so that not all are at once.
EVERY = timedelta(minutes=60)
SPREAD_SECONDS = 300
# What WhatsApp says of a number, and the field that keeps it.
KEPT = {
    "display_phone_number": "display_phone_number",
    "verified_name": "verified_name",
    "quality": "quality",
    "status": "number_status",
    "name_status": "name_status",
    "throughput": "throughput",
    "limit": "messaging_limit",
}
# Topics of webhooks that an answer of WhatsApp settles as well.
ASKED_TOPICS = ("limit", "throughput", "name")


class DunningWhatsappAccount(models.Model):
    """What WhatsApp says of a number, kept fresh by a light scheduled action and by webhooks."""

    _inherit = "dunning.whatsapp.account"

    display_phone_number = fields.Char("Number", readonly=True, copy=False)
    verified_name = fields.Char("Display name", readonly=True, copy=False)
    name_status = fields.Char("Name status", readonly=True, copy=False)
    quality = fields.Char("Quality (WhatsApp's word)", readonly=True, copy=False)
    quality_label = fields.Char("Quality", compute="_compute_health_labels")
    number_status = fields.Char("Status (WhatsApp's word)", readonly=True, copy=False)
    status_label = fields.Char("Status", compute="_compute_health_labels")
    name_label = fields.Char("Name review", compute="_compute_health_labels")
    throughput = fields.Char(readonly=True, copy=False)
    can_send = fields.Char("WhatsApp's check", readonly=True, copy=False)
    health_label = fields.Char("Health", compute="_compute_health_labels")
    health_problems = fields.Json(readonly=True, copy=False)
    health_note = fields.Text("What WhatsApp found", compute="_compute_health_labels")
    health_at = fields.Datetime("Last checked", readonly=True, copy=False)
    health_due_at = fields.Datetime("Next check", readonly=True, copy=False)
    health_error = fields.Char(
        "Last check failed", readonly=True, copy=False, help="Why WhatsApp could not be asked."
    )
    heard = fields.Json(
        readonly=True, copy=False, help="The newest word of WhatsApp on each topic."
    )

    # === COMPUTE ===

    @api.depends("quality", "number_status", "name_status", "can_send", "health_problems")
    @api.depends_context("lang")
    def _compute_health_labels(self):
        checks = {
            health.AVAILABLE: self.env._("Can send"),
            health.LIMITED: self.env._("Can send within limits"),
            health.BLOCKED: self.env._("Cannot send"),
        }
        for account in self:
            account.quality_label = account._word(checkup.QUALITIES, account.quality)
            account.status_label = account._word(checkup.STATUSES, account.number_status)
            account.name_label = account._word(checkup.NAMES, account.name_status)
            account.health_label = checks.get(account.can_send, account.can_send)
            account.health_note = "\n".join(account._problem_lines()) or False

    @api.model
    def _word(self, table, word):
        """A word of WhatsApp as people say it; one that is not known stays as it is."""
        return self.env._(table[word][1]).capitalize() if word in table else word

    def _problem_lines(self):
        """What WhatsApp found and what it advises, in its own words."""
        for entity, code, description, solution in self.health_problems or ():
            part = self.env._(checkup.ENTITIES[entity]) if entity in checkup.ENTITIES else entity
            yield f"{part}: {description}{f' ({code})' if code else ''} {solution}".strip()

    # === ASKING ===

    @api.model
    def _cron_health(self):
        """Ask WhatsApp about each number whose turn it is, two calls each, and tell who must know.
        Commits before and after each answer is kept: no row is held during a call."""
        commit = self.env["ir.cron"]._commit_progress
        now = fields.Datetime.now()
        self._end_expired(now)
        due = self.search(self._due_domain(now), order="health_due_at NULLS FIRST, id")
        commit(remaining=len(due))
        for account in due:
            asked_at = fields.Datetime.now()
            answer = account._ask()
            commit()
            retrying(partial(account._keep_answer, answer, asked_at), self.env)
            if not commit(1):
                break
        self._tell()
        commit()

    @api.model
    def _due_domain(self, at):
        return Domain("mode", "!=", "off") & (
            Domain("health_due_at", "=", False) | Domain("health_due_at", "<=", at)
        )

    def _ask(self):
        """A :class:`health.Answer` of WhatsApp; never raises for what it or the set-up says."""
        self.ensure_one()
        try:
            with closing(self._client()) as client:
                number = health.read_number(client.phone_number_info())
                return health.Answer(number, health.read_health(client.health_status()))
        except ApiFailure as failure:
            return health.Answer(error=failure.error)
        except (UserError, ValueError) as error:
            return health.Answer(note=str(error))

    def _keep_answer(self, answer, asked_at):
        """Keep one number's answer; a fault of ours in it stops no other number."""
        try:
            with self.env.cr.savepoint():
                self._store_answer(answer, asked_at)
        except Exception:
            _logger.exception("The health of WhatsApp account %s could not be kept", self.id)

    def _store_answer(self, answer, asked_at):
        """Keep what WhatsApp said at an instant, stop or go on accordingly."""
        self.ensure_one()
        office = self.with_context(lang=self.company_id.partner_id.lang)
        minutes = timedelta(seconds=random.uniform(-SPREAD_SECONDS, SPREAD_SECONDS))
        vals = {"health_due_at": asked_at + EVERY + minutes, "health_error": answer.note or False}
        if answer.error:
            vals["health_error"] = office.env._(answer.error.meaning)
            self.sudo().write(vals)
            if answer.error.action is Action.ACCOUNT and self.mode != "off":
                self._pause_for(answer.error.rule, answer.error.code)
            return
        if answer.number is None:
            self.sudo().write(vals)
            return
        vals |= {
            field: value for name, field in KEPT.items() if (value := getattr(answer.number, name))
        }
        self.sudo().write(vals | {"health_at": asked_at})
        self._hear_all(dict.fromkeys(ASKED_TOPICS), asked_at)
        if answer.check is not None:
            office._store_check(answer.check, asked_at)

    def _store_check(self, found, asked_at):
        """Keep the check's outcome. It stops a number by itself, and ends what it may end."""
        problems = [[p.entity, p.code, p.description, p.solution] for p in found.problems]
        self.sudo().write({"can_send": found.can_send, "health_problems": problems})
        if found.can_send == health.BLOCKED:
            first = found.problems[0] if found.problems else None
            self._note_trouble(
                {
                    "cause": "health",
                    "topic": "health",
                    "code": (first and first.code) or 0,
                    "reason": self.env._(
                        "WhatsApp's check says that this number cannot send. %s",
                        (first and first.description) or "",
                    ).strip(),
                    "next_step": (first and first.solution)
                    or self.env._("Open the number in WhatsApp Manager and do what it asks for."),
                }
            )
            return
        troubles = self.sudo().open_trouble_ids.filtered(lambda t: t.cause == "health")
        if found.can_send:
            troubles._end(fields.Datetime.now(), self.env._("WhatsApp's check is good again"))
        self._end_by_health(found.can_send, asked_at)

    # === HEARING ===

    def _apply_event(self, field, value, at):
        """Apply a webhook about the account (``field`` and ``value`` of the change, said at a
        naive UTC instant) to every number of the account that it concerns. In any order and
        repeated it leads to the same state. Returns whether it was one of these webhooks."""
        self.ensure_one()
        if field not in notices.FIELDS:
            return False
        changes = notices.judge(field, value)
        for account in self._siblings().filtered(
            lambda account: notices.concerns(
                value, account.display_phone_number or "", account.phone_number_id
            )
        ):
            office = account.with_context(lang=account.company_id.partner_id.lang)
            for change in changes:
                office._apply_change(change, at)
            if changes:
                account.health_due_at = fields.Datetime.now()
        if changes:
            self.env.ref("l10n_latam_dunning.ir_cron_health").sudo()._trigger()
        return True

    def _siblings(self):
        """The numbers of the same WhatsApp Business Account: its webhooks name the account only."""
        return self.sudo().search([("waba_id", "=", self.waba_id)]) | self.sudo()

    def _apply_change(self, change, at):
        """Apply what is newer than the last word on its topic."""
        if not self._hear(change.topic, change.rank(aware(at))):
            return
        if change.store:
            self.write(dict(change.store))
        self.open_trouble_ids.filtered(
            lambda trouble: trouble.topic == change.topic and not trouble.ended_at
        )._end(fields.Datetime.now(), self.env._("WhatsApp has sent newer word"))
        if change.text:
            self._note_trouble(
                {
                    "cause": "webhook",
                    "topic": change.topic,
                    "stops": change.stops,
                    "reason": self.env._(change.text, **change.figures),
                    "next_step": self.env._(change.next_step),
                    "person": change.person,
                    "until": naive_utc(change.until),
                    "date_from": min(at, fields.Datetime.now()),
                }
            )

    def _hear(self, topic, rank):
        """Remember the newest word on a topic; False for one that is not newer."""
        heard = self.heard or {}
        if topic in heard and heard[topic] >= rank:
            return False
        self.sudo().heard = {**heard, topic: rank}
        return True

    def _hear_all(self, topics, at):
        """What was asked at an instant is newer than any webhook before it."""
        for topic in topics:
            self._hear(topic, notices.Change(topic).rank(aware(at)))
