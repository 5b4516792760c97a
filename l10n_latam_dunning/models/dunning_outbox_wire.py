import random
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..core.delivery import Delivery, after, carry
from ..core.whatsapp.error_codes import Action, Rule
from ..core.whatsapp.errors import Fail, decide_retry


class DunningOutbox(models.AbstractModel):
    """The outbox's way to the wire and back: hand over what has a permit, write down what came
    of it."""

    _inherit = "dunning.outbox"

    # === WIRE ===

    @api.model
    def _send(self, messages, courier):
        """Hand messages to the threads of a courier; those of a channel that has none are
        delivered here, last. Returns [(message id, delivery)] of what is known at once."""
        here, known = [], []
        for message in messages:
            channel = self.env["dunning.channel"]._of(message.channel)
            try:
                call = channel._call(message, courier)
            except ValueError as error:  # a value that the channel cannot carry: nothing has left
                known.append((message.id, Delivery("refused", details=str(error))))
                continue
            if channel._is_threaded:
                key, rate = channel._pace(message)
                courier.take(message.id, after(courier.delay(key, rate), call) if rate else call)
            else:
                here.append((message.id, call))
        return known + [(key, carry(call)) for key, call in here]

    # === RECORD ===

    @api.model
    def _record(self, landed):
        """Write down what the wire answered: accepted, refused, or unknown."""
        messages = self.env["dunning.message"].browse([key for key, _delivery in landed])
        accepted = defaultdict(list)
        for message, (_key, delivery) in zip(messages, landed, strict=True):
            channel = self.env["dunning.channel"]._of(message.channel)
            if delivery.outcome == "accepted":
                message._update_state(
                    ("sending",),
                    "sent",
                    provider_ref=delivery.reference or False,
                    follow_up_at=message._patience_ends(),
                )
                accepted[message.channel].append((message, delivery))
            elif delivery.outcome == "unknown":
                self._leave_uncertain(message, delivery.details)
            else:
                self._record_refusal(message, delivery)
                channel._learn_refusal(message, delivery)
        for code, pairs in accepted.items():
            self.env["dunning.channel"]._of(code)._learn_all(pairs)
        messages.filtered(lambda m: m.state in ("sent", "uncertain", "failed"))._log_state()

    @api.model
    def _record_refusal(self, message, delivery):
        """A message that did not leave goes back into the queue, or has failed, as the rule of its
        error says."""
        rule = delivery.rule or Rule(delivery.action or Action.FAIL, delivery.details, "")
        decision = decide_retry(rule, message.attempts, delivery.retry_after, random)
        vals = {"error_code": delivery.code or 0, "error_details": delivery.details}
        if isinstance(decision, Fail):
            message._update_state(("sending",), "failed", delivery.details, **vals)
            message._follow_up(decision.again_in)
            return
        retry_at = fields.Datetime.now() + timedelta(seconds=decision.seconds)
        # nothing left: this try is no contact and must not use up the debtor's quota
        message._update_state(
            ("sending",), "queued", delivery.details, retry_at=retry_at, attempted_at=False, **vals
        )
        self.env.ref("l10n_latam_dunning.ir_cron_deliver").sudo()._trigger(retry_at)
