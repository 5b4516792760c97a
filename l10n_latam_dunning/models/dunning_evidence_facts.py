"""What each model tells as facts."""

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.evidence.proof import sha256
from ..core.evidence.seal import plain
from ..groups import FULL
from .dunning_message import PENDING

UNSETTLED = (*PENDING, "sending")
ERASURE = "the access log tells it"


class DunningConsent(models.Model):
    _name = "dunning.consent"
    _inherit = ["dunning.consent", "dunning.evidence"]

    _evidence_fields = (
        "contact_point_id",
        "channel",
        "purpose",
        "event",
        "kind",
        "source",
        "wording",
        "wording_version",
        "hours",
        "lang",
        "proof",
        "effective_at",
        "corrects_id",
        "reason",
        "create_uid",
        "create_date",
    )
    _evidence_aside = {
        "partner_id": "a fact's place holds it",
        "attachment_id": "told by its name and hash",
        "erased_at": ERASURE,
    }
    _evidence_masked = frozenset({"number"})
    _evidence_personal = frozenset({"number", "wording", "proof", "document", "reason"})

    @api.model
    def _evidence_domain(self, chain, since):
        if chain:
            return Domain.FALSE
        return Domain("create_date", ">=", since) if since else Domain.TRUE

    def _evidence_chain(self):
        return 0

    def _evidence_facts(self, settled=True):
        return {
            consent.id: {
                "given": (
                    consent.create_date,
                    {
                        **consent._told(*self._evidence_fields),
                        "number": consent.contact_point_id.value or None,
                        "document": _document(consent.attachment_id),
                    },
                )
            }
            for consent in self
        }


class DunningMessage(models.Model):
    """A message tells each attempt, each step of its history, and its situation after the last."""

    _name = "dunning.message"
    _inherit = ["dunning.message", "dunning.evidence"]

    earlier = fields.Json(
        "Earlier attempts",
        groups=FULL,
        help="What was said before a person had the message sent again, with the provider's ids.",
    )

    _attempt_fields = (
        "reference",
        "company_id",
        "contact_point_id",
        "policy_id",
        "level_id",
        "account_id",
        "user_id",
        "override_user_id",
        "override_reason",
        "channel",
        "purpose",
        "currency_id",
        "amount_total",
        "subject",
        "body",
        "body_html",
        "buttons",
        "charges",
        "about_move_id",
        "answers_id",
        "recipient",
        "recipient_id",
        "values",
        "verdict",
        "reason_codes",
        "attempts",
        "attempted_at",
    )
    _state_fields = (
        "state",
        "delivered_at",
        "read_at",
        "error_code",
        "error_details",
        "category",
    )
    _evidence_fields = (*_attempt_fields, *_state_fields, "provider_ref", "next_id", "history")
    _evidence_aside = {
        "partner_id": "a fact's place holds it",
        "template_id": "a template may be deleted; the text itself is told",
        "run_id": "a run may be deleted",
        "reason": "the first of its codes",
        "not_before": "what is settled waits no more",
        "retry_at": "what is settled is not tried again",
        "claimed_at": "the same as the instant of the attempt",
        "handed_at": "a mark for the case that a worker dies; the history tells the steps",
        "follow_up_at": "when the program looks again",
        "earlier": "told as attempts of their own",
        "again": "working data of the delivery",
        "silence_told": "working data of the plan",
        "confirms_stop": "working data of the answer to a stop",
        "thanks": "working data of the answer",
        "country_id": "what a price is looked up by",
        "billable": "an account of cost, no evidence of contact",
        "cost": "an account of cost, no evidence of contact",
        "cost_currency_id": "an account of cost, no evidence of contact",
        "pricing": "an account of cost, no evidence of contact",
        "pricing_type": "an account of cost, no evidence of contact",
        "failed_at": "the history tells it",
        "document_id": "a document may be deleted; the text is told",
        "instalment_id": "the agreement's own traces tell it",
        "instalment_offset": "the agreement's own traces tell it",
        "erased_at": ERASURE,
        "agreement_id": "the agreement's own traces tell it",
        "consent_id": "a fact of asking names the message as its proof",
        "hold_id": "the hold is a record that nobody edits; the text itself is told",
        "own_words": "the text itself is told",
    }
    _evidence_masked = frozenset({"number"})
    _evidence_internal = frozenset({"note", "override_reason", "error_details"})
    _evidence_personal = frozenset(
        {
            "number",
            "subject",
            "body",
            "body_html",
            "values",
            "buttons",
            "override_reason",
            "note",
            "provider_ref",
        }
    )

    @api.model
    def _evidence_domain(self, chain, since):
        domain = [("company_id", "=", chain), ("state", "not in", UNSETTLED)]
        return [*domain, ("write_date", ">=", since)] if since else domain

    def _evidence_facts(self, settled=True):
        return {message.id: dict(message._parts(settled)) for message in self}

    def _parts(self, settled):
        """The parts of a message, or those that are settled."""
        self.ensure_one()
        earlier, steps = self.earlier or [], self.history or []
        for number, attempt in enumerate(earlier):
            yield f"attempt/{number}", (attempt["at"], attempt["told"])
        for number, (step, at) in enumerate(zip(steps, _settling(steps), strict=True)):
            if at or not settled:
                told = {"note": None, **step, "at": _instant(step["at"])}
                yield f"history/{number}", (at or told["at"], told)
        if settled and self.state in UNSETTLED:
            return
        yield f"attempt/{len(earlier)}", (self._last_step_at(), self._attempt())
        told = self._told(*self._state_fields)
        yield f"state/{max(len(steps) - 1, 0)}", (self._last_step_at(), told)
        if self.provider_ref:
            yield f"provider/{len(earlier)}", (self.write_date, self._told("provider_ref"))
        if self.next_id:
            yield "next", (self.next_id.create_date, self._told("next_id"))

    def _evidence_replaced(self, part):
        """The situation after a step gives way to that after the next."""
        kind, _slash, step = part.partition("/")
        steps = self.history if isinstance(self.history, list) else ()
        return kind == "state" and int(step) < len(steps) - 1

    def _attempt(self):
        """What was, or would have been, said: to whom, when, as what, and what allowed it."""
        return {
            **self._told(*self._attempt_fields),
            "number": self.contact_point_id.value or None,
            "lines": [
                {
                    "move_id": line.move_id.id,
                    "level_id": line.level_id.id or None,
                    "date_due": line.date_due,
                    "amount": line.amount,
                }
                for line in self.line_ids.sorted("id")
            ],
        }

    def _last_step_at(self):
        steps = self.history or []
        return _instant(steps[-1]["at"]) if steps else self.create_date

    def action_send_again(self):
        """Keep what was said first: it may have arrived after all."""
        uncertain = self.filtered(lambda message: message.state == "uncertain")
        kept = {message: message.sudo()._attempt() for message in uncertain}
        instants = {message: message.sudo()._last_step_at() for message in uncertain}
        result = super().action_send_again()
        for message, told in kept.items():
            attempt = {"at": plain(instants[message]), "told": plain(told)}
            message.sudo().earlier = [*(message.sudo().earlier or []), attempt]
        return result


class DunningEvent(models.Model):
    _name = "dunning.event"
    _inherit = ["dunning.event", "dunning.evidence"]

    _received_fields = ("account_id", "key", "kind", "received_at")
    _result_fields = ("state", "message_id", "error", "processed_at")
    _evidence_fields = (*_received_fields, "data", *_result_fields)
    _evidence_aside = {
        "company_id": "the company of its account",
        "partner_id": "a fact's place holds it",
        "contact_point_id": "found by the sender",
        "topic": "read from the data",
        "text": "read from the data",
        "said_at": "read from the data",
        "retry_at": "working data",
        "attachment_id": "fetched later",
        "media_at": "fetched later",
        "media_error": "fetched later",
        "media_state": "fetched later",
        "media_tries": "fetched later",
        "raw_gone": "the raw text has a term of its own",
        "erased_at": ERASURE,
    }
    _evidence_masked = frozenset(
        f"data.{name}"
        for name in ("raw", "sender", "sender_user_id", "recipient", "recipient_user_id")
    )
    _evidence_personal = frozenset({"key", "data.*"})

    @api.model
    def _evidence_domain(self, chain, since):
        domain = [("company_id", "=", chain), ("state", "in", ("done", "ignored"))]
        return [*domain, ("write_date", ">=", since)] if since else domain

    def _evidence_facts(self, settled=True):
        return {
            event.id: {
                "received": (event.write_date, event._received()),
                "result": (event.write_date, event._told(*self._result_fields)),
            }
            for event in self
            if event.state in ("done", "ignored") or not settled
        }

    def _received(self):
        data = {f"data.{name}": value for name, value in (self.data or {}).items()}
        return {**self._told(*self._received_fields), **data}

    def _evidence_partner(self):
        return self.message_id.partner_id.id or self.partner_id.id or 0


class DunningAccessLog(models.Model):
    _name = "dunning.access.log"
    _inherit = ["dunning.access.log", "dunning.evidence"]

    _evidence_fields = ("company_id", "user_id", "kind", "reason", "details", "create_date")
    _evidence_aside = {"partner_id": "a fact's place holds it", "erased_at": ERASURE}

    @api.model
    def _evidence_domain(self, chain, since):
        # an erasure may concern what companies share, and must be known wherever that is shown
        domain = [("company_id", "=", chain), ("kind", "!=", "erase")]
        domain = domain if chain else [("kind", "=", "erase")]
        return [*domain, ("create_date", ">=", since)] if since else domain

    def _evidence_chain(self):
        return 0 if self.kind == "erase" else self.company_id.id

    def _evidence_facts(self, settled=True):
        return {
            entry.id: {"entry": (entry.create_date, entry._told(*self._evidence_fields))}
            for entry in self
        }


def _document(attachment):
    """A document as facts tell it: by its name and hash."""
    if not attachment:
        return None
    return {"name": attachment.name, "sha256": sha256(attachment.raw or b"")}


def _instant(text):
    return fields.Datetime.to_datetime(text)


def _settling(steps):
    """For each step of a history, the instant at which it was settled: its own, or that of the
    next step that is; nothing for the last ones while they are open."""
    instants, at = [], None
    for step in reversed(steps):
        at = _instant(step["at"]) if step["state"] not in UNSETTLED else at
        instants.append(at)
    return instants[::-1]
