import random
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.sql_db import db_connect
from psycopg2.errors import DeadlockDetected, SerializationFailure

from ..core.delivery import Delivery, carry
from ..core.whatsapp.error_codes import Action, Rule
from ..core.whatsapp.errors import Fail, decide_retry
from .dunning_message_recall import look

# Others write to the same messages: receipts that come before their answer, and other workers.
TRIES = 10


class DunningOutbox(models.AbstractModel):
    """The outbox's way to the wire and back: hand over what has a permit, write down what came
    of it."""

    _inherit = "dunning.outbox"

    # === WIRE ===

    @contextmanager
    def _lookout(self):
        """The last look of a courier: a cursor of its own, for its clerk alone, that sees at each
        look what has been committed until then."""
        with db_connect(self.env.cr.dbname).cursor() as cr:

            def look_anew(ids):
                try:
                    return look(cr, ids)
                finally:
                    cr.rollback()

            yield look_anew

    @api.model
    def _called_back(self, messages):
        """{message id: what it ends in} of those that were called back."""
        self.env["dunning.message"].flush_model(["attempts"])
        return look(self.env.cr, messages.ids)

    @api.model
    def _send(self, messages, courier):
        """Hand messages to the threads of a courier. Returns [(message id, delivery)] of what is
        known at once."""
        known = []
        for message in messages:
            channel = self.env["dunning.channel"]._of(message.channel)
            try:
                call = channel._call(message, courier)
            except ValueError as error:  # a value that the channel cannot carry: nothing has left
                known.append((message.id, Delivery("refused", details=str(error))))
                continue
            key, rate = channel._pace(message)
            courier.take(message.id, call, courier.delay(key, rate) if rate else 0.0)
        return known

    @api.model
    def _send_here(self, message, courier):
        """Deliver a message of a channel that has no threads. Commits before the wire that it is
        in hand, unless somebody else has taken it meanwhile or called it back."""
        if message.state != "sending" or message.handed_at:
            return []
        stopped = self._called_back(message).get(message.id)
        if stopped:
            return [(message.id, stopped)]
        try:
            message.handed_at = fields.Datetime.now()
            self.env["ir.cron"]._commit_progress()
        except SerializationFailure:  # it is another worker's by now, or what it says is settled
            self.env.cr.rollback()
            return []
        channel = self.env["dunning.channel"]._of(message.channel)
        try:
            return [(message.id, carry(channel._call(message, courier)))]
        except ValueError as error:
            return [(message.id, Delivery("refused", details=str(error)))]

    # === RECORD ===

    @api.model
    def _record_surely(self, landed):
        """Write down and commit what has landed, anew when another transaction was faster.
        Returns whether there is time for more."""

        def work():
            self._record(landed)
            return bool(self.env["ir.cron"]._commit_progress(len(landed)))

        return self._surely(work)

    @api.model
    def _surely(self, work):
        """Do what ends with a commit, from its beginning again when another transaction was
        faster; all that went before is committed."""
        for left in reversed(range(TRIES)):
            try:
                return work()
            except (SerializationFailure, DeadlockDetected):
                self.env.cr.rollback()
                if not left:
                    raise
                time.sleep(random.uniform(0, 0.05))

    @api.model
    def _record(self, landed):
        """Write down what the wire answered: accepted, refused, or unknown."""
        messages = self.env["dunning.message"].browse([key for key, _delivery in landed])
        refused = messages.browse([key for key, one in landed if one.outcome == "refused"])
        stopped = self._called_back(refused) if refused else {}
        accepted = defaultdict(list)
        for message, (_key, delivery) in zip(messages, landed, strict=True):
            channel = self.env["dunning.channel"]._of(message.channel)
            if delivery.outcome == "accepted":
                accepted[message.channel].append((message, delivery))
            elif delivery.outcome == "unknown":
                self._leave_uncertain(message, delivery.details)
            elif delivery.outcome == "recalled":
                self._record_recall(message, delivery)
            else:
                self._record_refusal(message, delivery, stopped.get(message.id))
                channel._learn_refusal(message, delivery)
        for code, pairs in accepted.items():
            self._record_accepted(dict(pairs))
            self.env["dunning.channel"]._of(code)._learn_all(pairs)
        told = ("sent", "uncertain", "failed", "cancelled")
        messages.filtered(lambda message: message.state in told)._log_state()

    @api.model
    def _record_accepted(self, deliveries):
        """Messages of one channel that it has taken: {message: delivery}."""
        self.env["dunning.message"].concat(*deliveries)._update_state(
            ("sending",),
            "sent",
            each={
                message: {
                    "provider_ref": delivery.reference or False,
                    "follow_up_at": message._patience_ends(),
                }
                for message, delivery in deliveries.items()
            },
        )

    @api.model
    def _record_recall(self, message, delivery):
        """A message that was called back before it came to the wire is no contact: it is over, or
        the gate decides anew."""
        vals = {"attempted_at": False, "handed_at": False}
        if delivery.reason:
            vals["reason_codes"] = delivery.reason
            message._update_state(("sending",), "cancelled", delivery.details, **vals)
            return
        message._update_state(("sending",), "queued", delivery.details, **vals)
        message._trigger_delivery()

    @api.model
    def _record_refusal(self, message, delivery, stopped=None):
        """A message that did not leave goes back into the queue, unless it was called back, or has
        failed, as the rule of its error says."""
        rule = delivery.rule or Rule(delivery.action or Action.FAIL, delivery.details, "")
        decision = decide_retry(rule, message.attempts, delivery.retry_after, random)
        vals = {"error_code": delivery.code or 0, "error_details": delivery.details}
        if isinstance(decision, Fail):
            message._update_state(("sending",), "failed", delivery.details, **vals)
            message._follow_up(decision.again_in)
            return
        if stopped:
            self._record_recall(message, stopped)
            return
        retry_at = fields.Datetime.now() + timedelta(seconds=decision.seconds)
        # nothing left: this try is no contact and must not use up the debtor's quota
        message._update_state(
            ("sending",), "queued", delivery.details, retry_at=retry_at, attempted_at=False, **vals
        )
        self.env.ref("l10n_latam_dunning.ir_cron_deliver").sudo()._trigger(retry_at)
