import logging
import re
from datetime import timedelta

from odoo import api, models
from odoo.fields import Command, Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..core import phones
from ..core.optout import is_total_stop
from ..core.whatsapp.errors import redact
from .dunning_answer import Answer, FreeText
from .dunning_consent import CHANNELS

_logger = logging.getLogger(__name__)

HOLD_AFTER_REQUEST = timedelta(days=2)


class DunningEvent(models.Model):
    """What a reply does at once. Each action is a method ``_reply_<name>(message, points)``,
    found by the name in the button's payload ``DUN:<name>``; to add one, add the method. A tap
    that comes twice harms nothing."""

    _inherit = "dunning.event"

    def _act(self, reply):
        """Do what a reply asks for, if it asks for anything that is known here."""
        name = reply.action
        action = getattr(self, f"_reply_{name}", None) if re.fullmatch("[a-z_]+", name) else None
        if action:
            action(reply.message, reply.points)

    def _apply_stop(self):
        """Only the stop of replies that could not be worked on: it counts whatever else fails."""
        for reply in self._read_replies():
            if reply.action == "stop" and not reply.data.get("group_id"):
                reply.event._reply_stop(reply.message, reply.points)

    # === ACTIONS ===

    def _reply_paid(self, message, points):
        """No payment, only a report of one: reminders rest until somebody has looked."""
        self._pause(message, "payment_reported", None)

    def _reply_agree(self, message, points):
        """The debtor wants to agree on a date: reminders rest while a person writes to him. Hook
        for whoever can agree with him at once."""
        self._pause(message, "by_hand", HOLD_AFTER_REQUEST)

    def _reply_dispute(self, message, points):
        """Reminders rest until the dispute is settled."""
        self._pause(message, "dispute", None)

    def _reply_not_me(self, message, points):
        """Whoever answers there is somebody else: the number is written to no more, for no debtor
        and no company, and nobody there is asked anything again."""
        wrong = message.contact_point_id or points
        user = message.policy_id.user_id or self.account_id.user_id
        wrong._disown(self._in_words(), message._addressee(), user)

    def _reply_stop(self, message, points):
        """Stop at once, for everyone behind this number, on every waiting message."""
        partners = points.partner_ids | message._addressee()
        if not partners:
            self._keep_unknown_stop()
            return
        withdrawn = self.env["dunning.consent"]
        for point in points:
            withdrawn |= self.env["dunning.consent"]._withdraw(
                self._not_stopped(point.partner_ids or partners, point),
                channel="whatsapp",
                source="whatsapp",
                wording=self.text or self._in_words(),
                proof=self._proof(),
                point=point,
            )
        elsewhere = self._stop_elsewhere(partners)
        withdrawn |= elsewhere
        if not withdrawn:
            return
        told = self.env._(
            "Consent for WhatsApp withdrawn by reply. Nothing more is sent on this channel."
        )
        if elsewhere:
            told = self.env._(
                "Consent withdrawn by reply, for every channel. Nothing more is sent."
            )
        self._note(withdrawn.partner_id, told)
        self._note(message.line_ids.move_id, told)
        self._try_to_confirm(message, withdrawn)

    def _stop_elsewhere(self, partners):
        """Where the person wants nothing more by any means, the other channels end too."""
        Consent = self.env["dunning.consent"]
        withdrawn = Consent
        if not is_total_stop(self.text or ""):
            return withdrawn
        states = Consent._states(partners)
        for channel, _label in CHANNELS:
            heard = partners.filtered(
                lambda partner, channel=channel: (
                    not (fact := states.get((partner, channel))) or fact.event != "withdrawn"
                )
            )
            if channel != "whatsapp" and heard:
                withdrawn |= Consent._withdraw(
                    heard,
                    channel=channel,
                    source="whatsapp",
                    wording=self.text,
                    proof=self._proof(),
                )
        return withdrawn

    def _try_to_confirm(self, message, withdrawn):
        """Confirm a stop, which holds whatever becomes of its confirmation."""
        try:
            with self.env.cr.savepoint():
                self._confirm_stop(message, withdrawn)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            _logger.error("The stop of event %s is not confirmed: %s", self.id, redact(str(error)))

    @api.model
    def _not_stopped(self, partners, point):
        """Those of the partners whose last word on this number is not a stop already."""
        facts = (
            self.env["dunning.consent"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", partners.ids),
                    ("channel", "=", "whatsapp"),
                    ("contact_point_id", "in", (False, point.id)),
                    ("correction_ids", "=", False),
                ],
                order="effective_at, id",
            )
        )
        last = {fact.partner_id: fact for fact in facts}
        return partners.filtered(
            lambda partner: (
                not (fact := last.get(partner))
                or (fact.event, fact.contact_point_id) != ("withdrawn", point)
            )
        )

    def _confirm_stop(self, message, withdrawn):
        """Say once, where the gate allows it, that nothing more will come."""
        partner = message.partner_id or withdrawn.partner_id[:1]
        point = message.contact_point_id or withdrawn.contact_point_id[:1]
        answer = Answer(
            company=self.company_id,
            partner=partner,
            currency=self.company_id.currency_id,
            policy=self.env["dunning.policy"],
            lines=self.env["account.move.line"],
            purpose="reply",
            point=point,
            text=FreeText(withdrawn._stopped_in_words(partner, self.company_id)),
            sender=self.account_id,
            confirms=withdrawn,
        )
        self.env["dunning.message"]._answer(
            answer,
            answers_id=self.id,
            confirms_stop=True,
            about_move_id=message.line_ids.move_id[:1].id,
        )

    # === HELPERS ===

    def _pause(self, message, reason, span):
        """Let reminders of the message's invoices rest from now on, once for a reason."""
        if not message:
            return
        Hold = self.env["dunning.hold"].sudo()
        moves = message.line_ids.move_id or message.about_move_id
        mine = Domain("partner_id", "=", message.partner_id.commercial_partner_id.id)
        mine &= Domain("company_id", "=", message.company_id.id) & Domain("reason", "=", reason)
        if Hold.search(Hold._in_force_domain(self.received_at) & mine, limit=1):
            return
        if reason == "payment_reported":
            Hold._report_payment(
                message.company_id, message.partner_id, self.received_at, moves, self.text
            )
            return
        Hold.create(
            {
                "company_id": message.company_id.id,
                "partner_id": message.partner_id.commercial_partner_id.id,
                "scope": "invoices" if moves else "debtor",
                "move_ids": [Command.set(moves.ids)],
                "reason": reason,
                "date_from": self.received_at,
                "date_to": self.received_at + span if span else False,
                "note": self.text,
            }
        )

    @api.model
    def _keep_unknown_stop(self):
        """Somebody we cannot name wants no messages: his number is closed for all of Odoo, and a
        person has to find out who he is."""
        number = self._sender_number()
        if number:
            self.env["phone.blacklist"].sudo()._add(
                [number], self.env._("Asked for no more messages on WhatsApp")
            )
        officers = self.env.ref("l10n_latam_dunning.group_dunning_privacy").sudo().user_ids
        officers = officers.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        for user in officers | self.account_id.user_id:
            self._call_person(
                self,
                user,
                self.env._("Somebody unknown wants no more messages"),
                self._in_words(),
            )

    def _sender_number(self):
        """The sender's telephone number in its normal form, or nothing."""
        sender = self.data.get("sender")
        try:
            return phones.normalise(f"+{sender}", "").e164 if sender else ""
        except phones.InvalidPhone:
            return ""
