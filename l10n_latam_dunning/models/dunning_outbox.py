import logging
from collections import deque
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import OperationalError

from ..core.delivery import Courier

_logger = logging.getLogger(__name__)

BATCH = 60
# Of the channels without threads, which deliver one after the other.
HANDFUL = 10
THREADS = 24
# A worker is killed by Odoo after some minutes at most; what is older was left behind.
STALE = timedelta(minutes=15)
HOLD = timedelta(minutes=15)
# How long a receipt may still tell what became of a message of which nobody knows.
RECEIPT_PATIENCE = timedelta(minutes=45)
# PostgreSQL's advisory lock that each worker shares, so that they can count themselves.
WORKERS = (0x64756E, 1)
# Reasons that hold a message back for the moment; the debtor's own situation is another thing.
PASSING = {"account", "template"}


class DunningOutbox(models.AbstractModel):
    """Carries queued messages to the wire: claim, commit, send, record, commit. Any number of
    workers may drain it together; a message is claimed by one, once."""

    _name = "dunning.outbox"
    _description = "Dunning outbox"

    @api.model
    def _cron_deliver(self):
        """Drain what is due. Commits after each claim, before the wire, and after each handful
        of results; while messages fly, the next ones are claimed. Those of channels without
        threads leave between the others, one at a time."""
        self._settle_stale()
        self.env["dunning.plan"]._propose_next()
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=self._count_due(fields.Datetime.now()))
        with self._lookout() as look, Courier(THREADS, look) as courier, self._counted():
            more, here = True, deque()
            while more or here or courier.flying:
                seen, landed = 0, []
                if more and courier.flying <= BATCH:
                    claimed, more = self._claim_surely(courier, handful=0 if here else HANDFUL)
                    seen = len(claimed["seen"])
                    landed = self._send(claimed["permits"].filtered("handed_at"), courier)
                    here.extend(claimed["permits"].filtered(lambda m: not m.handed_at))
                else:
                    landed = courier.landed(
                        timeout=0 if here else None,
                        least=1 if here else courier.flying - (BATCH if more else 0),
                    )
                if here:
                    landed += self._send_here(here.popleft(), courier)
                elif not landed and not seen:
                    landed = courier.landed()
                    more = more and bool(landed)
                if landed:
                    more = self._record_surely(landed) and more

    @api.model
    def _claim_surely(self, courier, handful):
        """Claim and commit, anew when another worker has just taken what this one saw. Returns
        what was claimed, and whether there is time for more."""
        commit = self.env["ir.cron"]._commit_progress

        def work():
            commit()  # what was read since the last commit shows the queue as it was then
            claimed = self._claim(fields.Datetime.now(), handful=handful)
            courier.sharers = self._count_workers()
            return claimed, bool(commit(len(claimed["passed"])))

        return self._surely(work)

    @contextmanager
    def _counted(self):
        """Be one of the workers that drain the outbox, until the end or this process's death."""
        self.env.cr.execute(SQL("SELECT pg_advisory_lock_shared(%s, %s)", *WORKERS))
        try:
            yield
        except BaseException:
            self.env.cr.rollback()
            raise
        finally:
            self.env.cr.execute(SQL("SELECT pg_advisory_unlock_shared(%s, %s)", *WORKERS))

    @api.model
    def _count_workers(self):
        """How many workers drain the outbox now, on whatever host."""
        query = SQL(
            """
            SELECT count(*) FROM pg_locks
             WHERE locktype = 'advisory' AND (classid, objid) = (%s, %s)
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            *WORKERS,
        )
        return max(self.env.execute_query(query)[0][0], 1)

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
    def _claim(self, at, limit=BATCH, handful=HANDFUL):
        """Lock due messages and the numbers of their people, ask the gate again with fresh
        facts, and move each where it belongs. What has a permit is in `sending` when this
        returns; the caller commits before the wire. One message a person: the next one must see
        this contact. Of the channels without threads no more than a handful: each is put in
        hand, sent and written down before the next.

        Returns ``seen`` (all locked), ``passed`` (decided, but not to be sent) and ``permits``.
        """
        self.env["dunning.message"].flush_model()
        self.env["dunning.contact.point"].flush_model()
        channels = self.env["dunning.channel"]._offered()
        threaded = [code for code, channel in channels.items() if channel._is_threaded]
        rows = self._lock_due(at, SQL("m.channel = ANY(%s)", threaded), limit)
        rows += self._lock_due(at, SQL("NOT m.channel = ANY(%s)", threaded), handful)
        partners = self.env["res.partner"].browse({partner for _id, partner, _point in rows})
        persons = self.env["dunning.contact.point"]._bonds(partners)
        mine = {
            message: {*persons.get(partner, ()), *([point] if point else [])}
            for message, partner, point in rows
        }
        locked = self._lock_points(set().union(*mine.values()))
        chosen, taken = [], set()
        for message, points in mine.items():
            if points & taken or points - locked:
                continue
            taken |= points
            chosen.append(message)
        messages = self.env["dunning.message"].browse(chosen)
        messages.invalidate_recordset()
        permits = self._decide_apart(messages, at)
        return {"seen": messages, "passed": messages - permits, "permits": permits}

    @api.model
    def _lock_due(self, at, where, limit):
        """[(message id, partner id, contact point id)] of due messages that no other worker has
        taken. One that was taken and committed while this looked is a serialization failure."""
        return self._lock(
            SQL(
                """
                SELECT m.id, m.partner_id, m.contact_point_id
                  FROM dunning_message m
                 WHERE %s AND %s
              ORDER BY m.not_before NULLS FIRST, m.id
                 LIMIT %s
                   FOR UPDATE OF m SKIP LOCKED
                """,
                self._due_where(at),
                where,
                limit,
            )
        )

    @api.model
    def _lock_points(self, ids):
        if not ids:
            return set()
        rows = self._lock(
            SQL(
                "SELECT id FROM dunning_contact_point WHERE id IN %s FOR NO KEY UPDATE SKIP LOCKED",
                tuple(ids),
            )
        )
        return {row[0] for row in rows}

    @api.model
    def _lock(self, query):
        """The rows of a query that locks; that another worker was faster is no error to log."""
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchall()

    @api.model
    def _decide_apart(self, messages, at):
        """The second answer for a batch; when one message of it cannot even be decided, each is
        decided alone, so that the broken one fails with its reason and blocks no other."""
        try:
            with self.env.cr.savepoint():
                return self._decide_again(messages, at)
        except OperationalError:
            raise
        except Exception:
            if len(messages) == 1:
                _logger.exception("Message %s could not be decided", messages.id)
                messages.invalidate_recordset()
                messages._update_state(
                    ("queued", "waiting"),
                    "failed",
                    self.env._("It could not be prepared; the server's log says why."),
                )._log_state()
                return messages.browse()
        return messages.browse().concat(*(self._decide_apart(message, at) for message in messages))

    @api.model
    def _decide_again(self, messages, at):
        """The gate's second answer for locked messages; returns those that may leave."""
        candidates = self._fresh_candidates(messages, at)
        verdicts = self.env["dunning.gate"]._decide(candidates, at, ignore=messages)
        senders, rooms = self._rooms(messages, at)
        waits = self._pair_waits(messages, at)
        permits = {}
        for message, candidate, verdict in zip(messages, candidates, verdicts, strict=True):
            before = message.reason_codes
            answer = message._prepare_verdict_vals(verdict)
            sender = senders.get(message)
            if (
                verdict.outcome == "send"
                and message not in waits
                and not (sender and rooms[sender] < 1)
            ):
                if sender:
                    rooms[sender] -= 1
                permits[message] = answer | self._prepare_permit_vals(message, candidate, at)
                continue
            message.write(answer)
            if verdict.outcome == "send" and message in waits:
                message.retry_at = at + timedelta(seconds=waits[message])
                self.env.ref("l10n_latam_dunning.ir_cron_deliver")._trigger(message.retry_at)
            elif verdict.outcome == "send":
                self._hold_for_room(message, before, at)
            elif verdict.outcome == "wait":
                message._update_state(("queued", "waiting"), "waiting")
                message._trigger_delivery()
            elif {check.code for check in verdict.reasons} <= PASSING:
                message.retry_at = at + HOLD
                if message.reason_codes != before:
                    message._update_state(("queued", "waiting"), "queued", message.explanation)
            else:
                message._update_state(("queued", "waiting"), "cancelled")._log_state()
        permitted = (
            messages.browse()
            .concat(*permits)
            ._update_state(
                ("queued", "waiting"),
                "sending",
                each=permits,
                claimed_at=at,
                attempted_at=at,
                retry_at=False,
            )
        )
        for channel, mine in self._by_channel(permitted):
            for message in mine:
                channel._prepare_wire(message)
        return permitted

    @api.model
    def _rooms(self, messages, at):
        """({message: sender}, {sender: room}) of all channels: the limits of a sender, and the
        slow start of one that was silent for long."""
        senders, rooms = {}, {}
        for channel, mine in self._by_channel(messages):
            found = channel._rooms(mine, at)
            senders |= found[0]
            rooms |= found[1]
        return senders, rooms

    @api.model
    def _pair_waits(self, messages, at):
        """{message: seconds} of all channels: whose recipient was written to too often just now."""
        waits = {}
        for channel, mine in self._by_channel(messages):
            waits |= channel._pair_waits(mine, at)
        return waits

    @api.model
    def _by_channel(self, messages):
        """(channel, its messages) of each channel."""
        for code in set(messages.mapped("channel")):
            mine = messages.filtered(lambda message, code=code: message.channel == code)
            yield self.env["dunning.channel"]._of(code), mine

    @api.model
    def _hold_for_room(self, message, before, at):
        """Keep a message back for the moment; said once on the invoice."""
        message.write({"retry_at": at + HOLD, "reason_codes": "account_limit"})
        if before != "account_limit":
            message._update_state(
                ("queued", "waiting"),
                "queued",
                self.env._("The sender has reached the messages that it may start in 24 hours."),
            )

    @api.model
    def _fresh_candidates(self, messages, at):
        plan = self.env["dunning.plan"]
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
            candidates.append(plan._refresh_candidate(message, mine, resting, at))
        return plan._complete(candidates)

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
    def _prepare_permit_vals(self, message, candidate, at):
        """What a message takes to the wire, written anew with today's amounts."""
        channel = self.env["dunning.channel"]._of(candidate.channel)
        amounts = {
            (line.move_id.id, line.date_maturity): line.amount_residual_currency
            for line in candidate.lines
        }
        for line in message.line_ids:
            amount = amounts.get((line.move_id.id, line.date_due), 0.0)
            if amount != line.amount:  # seldom, and a write costs more than the question
                line.amount = amount
        return {
            **channel._content_vals(candidate),
            "contact_point_id": candidate.point.id,
            "amount_total": candidate.amount,
            "charges": candidate.charges.to_dict() if candidate.charges else False,
            "attempts": message.attempts + 1,
            "handed_at": at if channel._is_threaded else False,
        }

    @api.model
    def _settle_stale(self):
        """A message left in `sending` by a worker that died may be out: nobody knows. One that
        it had not put in hand yet is still here."""
        stale = self.env["dunning.message"].search(
            [("state", "=", "sending"), ("claimed_at", "<", fields.Datetime.now() - STALE)]
        )
        locked = stale.try_lock_for_update()
        handed = locked.filtered("handed_at")
        self._leave_uncertain(handed, self.env._("The worker stopped while sending"))._log_state()
        (locked - handed)._update_state(
            ("sending",),
            "queued",
            self.env._("The worker stopped before it was sent"),
            attempted_at=False,
        )

    @api.model
    def _leave_uncertain(self, messages, why):
        """Nobody knows whether these left; a receipt may still tell, later on a person must."""
        asked = fields.Datetime.now() + RECEIPT_PATIENCE
        self.env.ref("l10n_latam_dunning.ir_cron_deliver").sudo()._trigger(asked)
        return messages._update_state(("sending",), "uncertain", why, follow_up_at=asked)
