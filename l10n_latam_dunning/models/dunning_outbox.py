import logging
import random
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.whatsapp.client import Client
from ..core.whatsapp.errors import MAX_TRIES, Action, backoff
from ..core.whatsapp.payload import template_message

_logger = logging.getLogger(__name__)

BATCH = 40
THREADS = 8
# A worker is killed by Odoo after some minutes at most; what is older was left behind.
STALE = timedelta(minutes=15)
HOLD = timedelta(minutes=15)
# Reasons that hold a message back for the moment; the debtor's own situation is another thing.
PASSING = {"account", "template"}


class DunningOutbox(models.AbstractModel):
    """Carries queued messages to the wire: claim, commit, send, record, commit. Any number of
    workers may drain it together; a message is claimed by one, once."""

    _name = "dunning.outbox"
    _description = "Dunning outbox"

    @api.model
    def _cron_deliver(self):
        """Drain what is due. Commits after each claim and each result."""
        self._settle_stale()
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=self._count_due(fields.Datetime.now()))
        while True:
            claimed = self._claim(fields.Datetime.now())
            if not commit(len(claimed["passed"])):
                break
            if not claimed["seen"]:
                break
            left = None
            for message, result in self._send(claimed["permits"]):
                self._record(message, result)
                left = commit(1)
            if left == 0:
                break

    # === CLAIM ===

    @api.model
    def _due_where(self, at):
        return SQL(
            """m.state IN ('queued', 'waiting')
               AND COALESCE(m.not_before, %(at)s) <= %(at)s
               AND COALESCE(m.retry_at, %(at)s) <= %(at)s""",
            at=at,
        )

    @api.model
    def _count_due(self, at):
        self.env["dunning.message"].flush_model()
        query = SQL("SELECT count(*) FROM dunning_message m WHERE %s", self._due_where(at))
        return self.env.execute_query(query)[0][0]

    @api.model
    def _claim(self, at, limit=BATCH):
        """Lock due messages and their numbers, ask the gate again with fresh facts, and move
        each where it belongs. What has a permit is in `sending` when this returns; the caller
        commits before the wire. One message a number: the next one must see this contact.

        Returns ``seen`` (all locked), ``passed`` (decided, but not to be sent) and ``permits``.
        """
        self.env["dunning.message"].flush_model()
        self.env["dunning.contact.point"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.id, m.contact_point_id
                  FROM dunning_message m
             LEFT JOIN dunning_contact_point p ON p.id = m.contact_point_id
                 WHERE %s
              ORDER BY m.not_before NULLS FIRST, m.id
                 LIMIT %s
                   FOR UPDATE OF m SKIP LOCKED
                """,
                self._due_where(at),
                limit,
            )
        )
        points = self._lock_points({point for _id, point in rows if point})
        chosen, taken = [], set()
        for message, point in rows:
            if point and (point in taken or point not in points):
                continue
            taken.add(point)
            chosen.append(message)
        messages = self.env["dunning.message"].browse(chosen)
        messages.invalidate_recordset()
        permits = self._decide_again(messages, at)
        return {"seen": messages, "passed": messages - permits, "permits": permits}

    @api.model
    def _lock_points(self, ids):
        if not ids:
            return set()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM dunning_contact_point WHERE id IN %s FOR NO KEY UPDATE SKIP LOCKED",
                tuple(ids),
            )
        )
        return {row[0] for row in rows}

    @api.model
    def _decide_again(self, messages, at):
        """The gate's second answer for locked messages; returns those that may leave."""
        candidates = self._fresh_candidates(messages, at)
        verdicts = self.env["dunning.gate"]._decide(candidates, at, ignore=messages)
        permits = messages.browse()
        for message, candidate, verdict in zip(messages, candidates, verdicts, strict=True):
            before = message.reason_codes
            message.write(message._prepare_verdict_vals(verdict))
            if verdict.outcome == "send":
                self._permit(message, candidate, at)
                permits += message
            elif verdict.outcome == "wait":
                message._update_state(("queued", "waiting"), "waiting")
                message._trigger_delivery()
            elif {check.code for check in verdict.reasons} <= PASSING:
                message.retry_at = at + HOLD
                if message.reason_codes != before:
                    message._update_state(("queued", "waiting"), "queued", message.explanation)
            else:
                message._update_state(("queued", "waiting"), "cancelled")._log_state()
        return permits

    @api.model
    def _fresh_candidates(self, messages, at):
        plan = self.env["dunning.plan"]
        reach = self.env["dunning.gate"]._reach(messages.partner_id)
        lines = self.env["account.move.line"]
        for company in messages.company_id:
            mine = messages.filtered(lambda m, company=company: m.company_id == company)
            lines |= plan._open_lines(company, Domain("partner_id", "in", mine.partner_id.ids))
        owed = {
            (lines_of[:1].company_id, *key): lines_of
            for company in messages.company_id
            for key, lines_of in plan._group(
                lines.filtered(lambda line, company=company: line.company_id == company)
            ).items()
        }
        resting = plan._resting_moves(lines.move_id)
        candidates = []
        for message in messages:
            key = (message.company_id, message.partner_id, message.currency_id)
            mine = self._listed(message, owed.get(key, lines.browse()))
            candidates.append(plan._refresh_candidate(message, mine, resting, reach, at))
        return candidates

    @api.model
    def _listed(self, message, lines):
        """The open lines that a message speaks of, and the debtor's open credits."""
        keys = {(line.move_id.id, line.date_due) for line in message.line_ids}
        return lines.filtered(
            lambda line: (
                (line.move_id.id, line.date_maturity) in keys or line.amount_residual_currency < 0
            )
        )

    @api.model
    def _permit(self, message, candidate, at):
        """Write the message anew with today's amounts and take it for the wire."""
        values = self.env["dunning.text"]._values(candidate)
        amounts = {
            (line.move_id.id, line.date_maturity): line.amount_residual_currency
            for line in candidate.lines
        }
        for line in message.line_ids:
            line.amount = amounts.get((line.move_id.id, line.date_due), 0.0)
        message._update_state(
            ("queued", "waiting"),
            "sending",
            template_id=candidate.template.id,
            contact_point_id=candidate.point.id,
            values=values,
            body=candidate.template._render(values),
            amount_total=candidate.amount,
            attempts=message.attempts + 1,
            claimed_at=at,
            attempted_at=at,
            retry_at=False,
        )

    @api.model
    def _settle_stale(self):
        """A message left in `sending` by a worker that died may be out: nobody knows."""
        stale = self.env["dunning.message"].search(
            [("state", "=", "sending"), ("claimed_at", "<", fields.Datetime.now() - STALE)]
        )
        locked = stale.try_lock_for_update()
        locked._update_state(
            ("sending",), "uncertain", self.env._("The worker stopped while sending")
        )._log_state()

    # === WIRE ===

    @api.model
    def _send(self, messages):
        """Yield (message, result) as answers come in. The threads hold plain data only."""
        jobs = [(message, self._payload(message)) for message in messages]
        clients = {account: Client(account._credentials()) for account in messages.account_id}
        try:
            with ThreadPoolExecutor(max_workers=THREADS) as pool:
                futures = {
                    pool.submit(clients[message.account_id].send_message, payload): message
                    for message, payload in jobs
                }
                for future in as_completed(futures):
                    yield futures[future], future.result()
        finally:
            for client in clients.values():
                client.close()

    @api.model
    def _payload(self, message):
        template = message.template_id
        return template_message(
            to=message.contact_point_id.value,
            name=template.name,
            language=template.language,
            body={name: message.values[name] for name in template._variables()},
            opaque=message.reference,
            quick_replies=[f"DUN:{button.action}" for button in template.button_ids],
        )

    # === RECORD ===

    @api.model
    def _record(self, message, result):
        """Write down what the wire answered: accepted, refused, or unknown."""
        if result.outcome == "accepted":
            message._update_state(("sending",), "sent", provider_ref=result.wamid)
            if result.wa_id and message.contact_point_id.wa_id != result.wa_id:
                message.contact_point_id.wa_id = result.wa_id
        elif result.outcome == "unknown":
            message._update_state(
                ("sending",), "uncertain", result.error.details if result.error else ""
            )
        else:
            self._record_refusal(message, result)
        if message.state in ("sent", "uncertain", "failed"):
            message._log_state()

    @api.model
    def _record_refusal(self, message, result):
        error = result.error
        vals = {"error_code": error.code or 0, "error_details": error.details}
        if error.action in (Action.ACCOUNT, Action.COUNTRY):
            number = message.contact_point_id.value
            message.account_id._pause_for(error.rule, error.code, number)
        elif error.action is Action.TEMPLATE:
            message.template_id.status = "REFUSED"
        again = error.action in (
            Action.RETRY,
            Action.SLOW,
            Action.PAIR,
            Action.ACCOUNT,
            Action.COUNTRY,
            Action.TEMPLATE,
        )
        if again and message.attempts < MAX_TRIES:
            seconds = result.retry_after or backoff(message.attempts, error.action, random)
            retry_at = fields.Datetime.now() + timedelta(seconds=seconds)
            # nothing left: this try is no contact and must not use up the debtor's quota
            message._update_state(
                ("sending",), "queued", error.details, retry_at=retry_at, attempted_at=False, **vals
            )
            self.env.ref("l10n_latam_dunning.ir_cron_deliver").sudo()._trigger(retry_at)
        else:
            message._update_state(("sending",), "failed", error.details, **vals)
