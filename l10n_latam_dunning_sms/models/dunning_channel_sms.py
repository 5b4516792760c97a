from functools import partial
from uuid import uuid4

import requests
from odoo import api, models
from odoo.addons.l10n_latam_dunning.core.delivery import Delivery
from odoo.addons.l10n_latam_dunning.core.law.gate import Impediment
from odoo.addons.l10n_latam_dunning.core.whatsapp.errors import Action
from odoo.addons.l10n_latam_dunning.models.dunning_request_text import RequestText
from odoo.exceptions import UserError

PARTS = ("body",)
ACCEPTED = ("process", "pending", "sent")
# What a provider's answer asks for. One that is not here says neither yes nor no: the SMS may be
# on its way, and is uncertain until a report or a person settles it.
ANSWERS = {
    "insufficient_credit": Action.ACCOUNT,
    "unregistered": Action.ACCOUNT,
    "registration_needed": Action.ACCOUNT,
    "twilio_acc_unverified": Action.ACCOUNT,
    "twilio_authentication": Action.ACCOUNT,
    "twilio_callback": Action.ACCOUNT,
    "twilio_from_missing": Action.ACCOUNT,
    "twilio_from_to": Action.ACCOUNT,
    "country_not_supported": Action.OTHER,
    "wrong_number_format": Action.NUMBER,
    "sms_number_missing": Action.NUMBER,
    "incompatible_content": Action.FAIL,
    "sms_blacklist": Action.CONSENT,
    "sms_optout": Action.CONSENT,
}


class DunningChannelSms(models.AbstractModel):
    """SMS: Odoo's templates, over the provider that the company has set up in Odoo."""

    _name = "dunning.channel.sms"
    _inherit = "dunning.channel"
    _description = "SMS"

    _has_receipts = True
    _asks_consent_by = ("sms",)

    # === WHO ===

    @api.model
    def _reach(self, partners):
        return self._reach_numbers(partners)

    @api.model
    def _problems(self, candidate, at):
        point = candidate.point
        problems = self._point_problems(point)
        if not problems and point and point.line_type == "fixed":
            problems.append(self._invalid(self.env._("a landline")))
        if self._is_neutralized():
            why = self.env._("this database is a neutralized copy")
            problems.append(Impediment("account", {"why": why}))
        elif not candidate.text:
            problems.append(Impediment("template", {"why": self._text_words(candidate)}))
        return problems

    @api.model
    def _text_words(self, candidate):
        if not candidate.level_channel.sms_template_id:
            return self.env._("the level has no template for SMS")
        return candidate.text.problem

    # === WHAT ===

    @api.model
    def _find_text(self, candidate):
        template = candidate.level_channel.sms_template_id.sudo()
        if not template:
            return None
        draft = self.env["dunning.text"]._draft(template, PARTS, candidate)
        return self._usable(draft, candidate.company)

    @api.model
    def _wording(self, candidate):
        return candidate.text.wording

    @api.model
    def _content_vals(self, candidate):
        values = self._values(candidate)
        return {"values": values, "body": candidate.text.fill("body", values)}

    @api.model
    def _requests(self, facts, company):
        """What is on record, and where to answer: an SMS is too short for more."""
        links = {
            fact: fact.partner_id._dunning_consent_link(company) for fact in facts if fact.wording
        }
        return {
            fact: RequestText({"body": f"{fact.wording} {link}"}, fact.wording)
            for fact, link in links.items()
            if link
        }

    # === WIRE ===

    @api.model
    def _prepare_wire(self, message):
        """The tracker is there before the SMS leaves, so that no report comes too early."""
        self.env["sms.tracker"].sudo().create(
            {"sms_uuid": uuid4().hex, "dunning_message_id": message.id}
        )

    @api.model
    def _call(self, message, courier):
        return partial(self._post, message)

    @api.model
    def _post(self, message):
        """Hand a message to the provider. The SMS is kept only when it was taken: one that was
        not must not be sent by hand, past the gate."""
        try:
            with self.env.cr.savepoint():
                return self._send_sms(message)
        except _NotSent as failure:
            return failure.delivery
        except UserError as error:
            return _judge(error)

    @api.model
    def _send_sms(self, message):
        tracker = self._tracker_of(message)
        sms = (
            self.env["sms.sms"]
            .sudo()
            .with_company(message.company_id)
            .create(
                {
                    "uuid": tracker.sms_uuid,
                    "number": message.contact_point_id.sudo().value,
                    "body": message.body,
                    "partner_id": message.partner_id.id,
                }
            )
        )
        sms.send(raise_exception=True)
        if sms.state in ACCEPTED:
            return Delivery("accepted", reference=tracker.sms_uuid)
        action = ANSWERS.get(tracker.dunning_answer) or ANSWERS.get(sms.failure_type)
        words = tracker.dunning_words or tracker.dunning_answer or ""
        raise _NotSent(Delivery("refused" if action else "unknown", details=words, action=action))

    @api.model
    def _tracker_of(self, message):
        """The tracker of a message's present attempt."""
        Tracker = self.env["sms.tracker"].sudo()
        return Tracker.search([("dunning_message_id", "=", message.id)], order="id desc", limit=1)

    @api.model
    def _learn_refusal(self, message, delivery):
        point = message.contact_point_id
        if delivery.action is Action.NUMBER:
            point._came_back()
        elif delivery.action is Action.CONSENT:
            point._stop("sms", source="sms", wording=delivery.details, proof=message.reference)
        elif delivery.action is Action.ACCOUNT:
            self._tell_held(message, delivery.details)

    @api.model
    def _failure_words(self, message):
        words = self.env._("The SMS could not be delivered: %s", message.error_details or "")
        return [words.rstrip(": ")]


def _judge(error):
    """What is known when the provider gave no answer at all. Odoo hides the cause behind words of
    its own: only where no connection came about did nothing leave."""
    cause = error.__context__
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return Delivery("refused", details=str(error), action=Action.ACCOUNT)
    return Delivery("unknown", details=str(error))


class _NotSent(Exception):
    """An SMS stayed here; ends the savepoint in which it was made."""

    def __init__(self, delivery):
        super().__init__(delivery.details)
        self.delivery = delivery
