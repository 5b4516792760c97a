from collections import defaultdict
from dataclasses import replace
from functools import partial

from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import Domain

from ..core.delivery import Delivery
from ..core.law.gate import Impediment
from ..core.whatsapp.client import ApiFailure, Client
from ..core.whatsapp.errors import Action
from ..core.whatsapp.media import KINDS, plain_type
from ..core.whatsapp.payload import choice_message, file_message, text_message
from .dunning_answer import Answer, FreeText
from .dunning_channel_whatsapp import _send

# WhatsApp's code for: too long since the person last wrote.
WINDOW_CLOSED = 131047


class DunningMessage(models.Model):
    """An answer: free text or a file within the 24 hours after a debtor wrote. It goes through
    the one gate and the one outbox, and reminds of nothing."""

    _inherit = "dunning.message"

    about_move_id = fields.Many2one(
        "account.move", "About", index="btree_not_null", ondelete="restrict"
    )
    answers_id = fields.Many2one(
        "dunning.event", "Answer to", index="btree_not_null", ondelete="restrict"
    )
    confirms_stop = fields.Boolean("Confirms that nothing more is sent")
    document_id = fields.Many2one("ir.attachment", "File", ondelete="restrict")
    buttons = fields.Json(help="Buttons to answer with, each {id, title}.")

    @api.model
    def _answer(self, answer, **vals):
        """Ask the gate about an answer and queue it, if it may leave now. Returns the verdict and
        the message, which is empty where the gate stands against it."""
        verdict = self.env["dunning.gate"]._decide([answer], fields.Datetime.now())[0]
        if verdict.outcome != "send":
            return verdict, self.browse()
        message = self.sudo().create(
            {
                **self._prepare_verdict_vals(verdict),
                "state": "queued",
                "history": [
                    self._prepare_history_entry("proposed"),
                    self._prepare_history_entry("queued"),
                ],
                "company_id": answer.company.id,
                "partner_id": answer.partner.id,
                "contact_point_id": answer.point.id,
                "account_id": answer.account.id,
                "channel": answer.channel,
                "purpose": answer.purpose,
                "currency_id": answer.currency.id,
                "body": answer.text.body,
                **vals,
            }
        )
        message._trigger_delivery()
        return verdict, message

    def _answer_candidate(self):
        """This answer, asked about again."""
        return Answer(
            company=self.company_id,
            partner=self.partner_id,
            currency=self.currency_id,
            policy=self.policy_id,
            lines=self.env["account.move.line"],
            purpose=self.purpose,
            channel=self.channel,
            point=self.contact_point_id,
            text=FreeText(self.body or ""),
            sender=self.account_id,
            confirms=self._confirmed() if self.confirms_stop else None,
        )

    def _confirmed(self):
        """The withdrawals that this answer confirms: those of the reply, or those that a person
        recorded together."""
        consent = self.consent_id
        together = Domain("create_date", "=", consent.create_date)
        together &= Domain("create_uid", "=", consent.create_uid.id)
        by_reply = Domain("source", "=", "whatsapp") & Domain(
            "proof", "=", self.answers_id._proof()
        )
        return (
            self.env["dunning.consent"]
            .sudo()
            .search(Domain("event", "=", "withdrawn") & (together if consent else by_reply))
        )

    def _answer_call(self, client):
        """A call that sends this answer; it holds plain data only."""
        common = {
            "to": self.contact_point_id.sudo().value,
            "opaque": self.reference,
            "context": self.answers_id._wamid(),
        }
        file = self.document_id.sudo()
        if self.buttons:
            return partial(
                _send, client, choice_message(body=self.body, buttons=self.buttons, **common)
            )
        if not file:
            return partial(_send, client, text_message(text=self.body, **common))
        mime = plain_type(file.mimetype)
        upload = partial(client.upload_media, file.name, file.raw, mime)
        build = partial(
            file_message, kind=KINDS[mime].message, filename=file.name, caption=self.body, **common
        )
        return partial(_send_file, client, upload, build)

    def _keep_document(self, name, content, mime):
        """Keep the file that goes with this answer, as it was, whatever becomes of the original."""
        self.document_id = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": name,
                    "raw": content,
                    "mimetype": mime,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )

    # === CHATTER ===

    def _note_rows(self):
        yield from super()._note_rows()
        if self.document_id:
            yield f"📎 {self.document_id.sudo().name}"

    def _log_state(self):
        answers = self.filtered(lambda message: message.purpose == "reply")
        answers._log_answer()
        return super(DunningMessage, self - answers)._log_state()

    def _log_answer(self):
        """A note on the invoice, or on the debtor, in the name of who answered; and an activity
        for him when it did not arrive."""
        for message in self:
            office = message.with_context(lang=message.company_id.partner_id.lang)
            records = office._answer_records()
            record = records[:1]
            note = office._state_note()
            records.sudo()._message_log_batch(
                dict.fromkeys(records.ids, note), author_id=office.user_id.partner_id.id or None
            )
            if office.state == "failed" and office.error_code == WINDOW_CLOSED:
                office._close_window()
            if office.state in ("failed", "cancelled") and office.user_id:
                office.env["dunning.event"]._call_person(
                    record,
                    office.user_id,
                    office.env._("Your answer to %s did not leave", office.partner_id.name),
                    Markup("<br/>").join(office._note_rows()),
                )

    def _answer_records(self):
        """Where an answer is shown."""
        self.ensure_one()
        return self.about_move_id or self.partner_id

    def _close_window(self):
        """WhatsApp knows better than our clock until when it takes free answers."""
        self.env["dunning.whatsapp.identity"].sudo().search(
            [
                ("account_id", "=", self.account_id.id),
                ("contact_point_id", "=", self.contact_point_id.id),
                ("window_until", ">", fields.Datetime.now()),
            ]
        ).window_until = fields.Datetime.now()


class DunningGate(models.AbstractModel):
    _inherit = "dunning.gate"

    @api.model
    def _verdict(self, candidate, known, at, leave_out=frozenset()):
        if isinstance(candidate, Answer) and candidate.confirms:
            known = replace(known, consents=self._without_withdrawal(known, candidate.confirms))
        return super()._verdict(candidate, known, at, leave_out)

    @api.model
    def _without_withdrawal(self, known, consents):
        """The consents that were known before these were withdrawn."""
        left_out = {f"dunning.consent,{consent.id}" for consent in consents}
        kept = defaultdict(list)
        for owner, facts in known.consents.items():
            kept[owner] = [fact for fact in facts if fact.reference not in left_out]
        return kept


class DunningPlan(models.AbstractModel):
    _inherit = "dunning.plan"

    @api.model
    def _refresh_candidate(self, message, lines, resting, at):
        if message.purpose == "reply":
            return message._answer_candidate()
        return super()._refresh_candidate(message, lines, resting, at)

    @api.model
    def _complete(self, candidates):
        # whom an answer goes to, and what it says, is known already
        candidates = list(candidates)
        super()._complete([c for c in candidates if not isinstance(c, Answer)])
        return candidates


class DunningChannelWhatsapp(models.AbstractModel):
    """WhatsApp takes free text and files from us for 24 hours after a person wrote."""

    _inherit = "dunning.channel.whatsapp"

    @api.model
    def _problems(self, candidate, at):
        problems = super()._problems(candidate, at)
        if isinstance(candidate, Answer):
            problems += self._window_problems(candidate, at)
        return problems

    @api.model
    def _window_problems(self, answer, at):
        until = self._window_until(answer.account, answer.point)
        if not until:
            return [Impediment("window_closed", {"variant": "never"})]
        if until <= at:
            return [Impediment("window_closed", {"until": f"{until:%Y-%m-%d %H:%M} UTC"})]
        return []

    @api.model
    def _window_until(self, account, point):
        """Until when a number of ours may answer a person freely, or nothing."""
        identities = (
            self.env["dunning.whatsapp.identity"]
            .sudo()
            .search([("account_id", "=", account.id), ("contact_point_id", "=", point.id)])
        )
        return max(filter(None, identities.mapped("window_until")), default=False)

    @api.model
    def _content_vals(self, candidate):
        if isinstance(candidate, Answer):
            return {"body": candidate.text.body}
        return super()._content_vals(candidate)

    @api.model
    def _call(self, message, courier):
        if message.purpose != "reply":
            return super()._call(message, courier)
        account = message.account_id
        return message._answer_call(courier.keep(account, lambda: Client(account._credentials())))

    @api.model
    def _learn_all(self, accepted):
        self.env["dunning.whatsapp.identity"]._learn(
            [
                {
                    "account": message.account_id,
                    "point": message.contact_point_id,
                    "wa_id": delivery.alias,
                    "bsuid": delivery.user,
                    "at": message.attempted_at,
                }
                for message, delivery in accepted
            ]
        )
        return super()._learn_all(accepted)


def _send_file(client, upload, build):
    """Upload a file and send it; runs in a thread and touches nothing of Odoo. What fails before
    the message itself is refused, not unknown: nothing has left."""
    try:
        media_id = upload()
    except ApiFailure as failure:
        error = failure.error
        if error.action is Action.RETRY_UNSURE:
            # it reaches no debtor, so it may be made again, whatever became of it
            return Delivery("refused", code=error.code, details=error.details, action=Action.RETRY)
        return Delivery("refused", code=error.code, details=error.details, rule=error.rule)
    return _send(client, build(media_id=media_id))
