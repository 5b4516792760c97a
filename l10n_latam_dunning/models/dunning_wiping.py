"""How each model is emptied, when its personal content need no longer be kept."""

from collections import defaultdict

from odoo import fields, models

from ..core.evidence.erased import ERASED, SIGN, WORD
from .dunning_trace import ASKED, FREE_TEXT

TEXTS = (*FREE_TEXT, *ASKED)


class DunningEvidence(models.AbstractModel):
    _inherit = "dunning.evidence"

    erased_at = fields.Datetime("Emptied at", readonly=True, copy=False)

    def _empty(self, stamp):
        """Put the fixed word, or a keyed hash, in place of personal content."""
        self._overwrite({"erased_at": stamp})

    def _overwrite(self, vals):
        """Write where the model itself refuses every change: an erasure is the one exception, and
        is recorded in the access log."""
        models.BaseModel.write(self, vals)

    def _hashed(self, text):
        return SIGN + self.env["dunning.suppression.list"]._digest(text)


class DunningConsent(models.Model):
    _inherit = "dunning.consent"

    def _empty(self, stamp):
        documents = self.attachment_id
        texts = dict.fromkeys(("wording", "proof", "reason"), WORD)
        self._overwrite({**texts, "attachment_id": False, "erased_at": stamp})
        used = self.search([("attachment_id", "in", documents.ids)]).attachment_id
        own = (False, self._name)
        (documents - used).filtered(lambda document: document.res_model in own).unlink()


class DunningMessage(models.Model):
    _inherit = "dunning.message"

    def _empty(self, stamp):
        Erasure = self.env["dunning.erasure"]
        texts = [text for message in self for text in (message.body, message.subject)]
        alone = self.filtered(lambda message: not message.line_ids and not message.about_move_id)
        for records in (self.line_ids.move_id | self.about_move_id, alone.partner_id):
            Erasure._erase_told(records, texts)
        self._empty_mails()
        documents = self.document_id.filtered(lambda document: document.res_model == self._name)
        personal = self._evidence_personal
        for message in self:
            message._overwrite(
                {
                    **{name: WORD for name in ("subject", "body", "body_html") if message[name]},
                    "override_reason": message.override_reason and WORD,
                    "own_words": message.own_words and WORD,
                    "document_id": False,
                    "values": False,
                    "buttons": False,
                    "provider_ref": message.provider_ref and self._hashed(message.provider_ref),
                    "history": [_without(step, {"note"}) for step in message.history or []],
                    "earlier": [
                        {**attempt, "told": _without(attempt["told"], personal - {"number"})}
                        for attempt in message.earlier or []
                    ],
                    "erased_at": stamp,
                }
            )
        documents.unlink()

    def _empty_mails(self):
        """The copies that Odoo keeps of e-mails that left."""
        references = self.filtered(lambda message: message.channel == "email").mapped(
            "provider_ref"
        )
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("message_id", "in", [name for name in references if name])])
        )
        self.env["dunning.erasure"]._erase_notes(mails.mail_message_id)
        mails.write({"subject": WORD, "body_html": WORD, "email_to": False})

    def _empty_numbers(self):
        """Numbers in the attempts that were told before; the present one is the point's."""
        for message in self.filtered("earlier"):
            message._overwrite(
                {
                    "earlier": [
                        {**attempt, "told": _without(attempt["told"], {"number"})}
                        for attempt in message.earlier
                    ]
                }
            )


class DunningEvent(models.Model):
    _inherit = "dunning.event"

    def _empty(self, stamp):
        Erasure = self.env["dunning.erasure"]
        for model, notes in self.sudo().note_ids.grouped("model").items():
            records = self.env[model].browse(notes.mapped("res_id"))
            Erasure._erase_activities(records, self.filtered("text").mapped("text"))
        Erasure._erase_notes(self.sudo().note_ids)
        self.attachment_id.unlink()
        for event in self:
            event._overwrite(
                {
                    "key": self._hashed(f"{event.id}:{event.key}"),
                    "text": event.text and WORD,
                    "data": False,
                    "media_state": False,
                    "erased_at": stamp,
                }
            )


class DunningPageAnswer(models.Model):
    _inherit = "dunning.page.answer"

    def _empty(self, stamp):
        Erasure = self.env["dunning.erasure"]
        texts = self.filtered("said").mapped("said")
        for records in (self.move_ids, self.partner_id):
            Erasure._erase_told(records, texts)
        receipts = self.attachment_id
        for answer in self:
            words = {name: WORD for name in ("said", "address", "agent") if answer[name]}
            answer._overwrite({**words, "attachment_id": False, "erased_at": stamp})
        receipts.unlink()


class DunningTrace(models.Model):
    _inherit = "dunning.trace"

    def _empty(self, stamp):
        for trace in self:
            changes = {
                name: ERASED if name in TEXTS and value else value
                for name, value in (trace.changes or {}).items()
            }
            trace._overwrite({"changes": changes, "erased_at": stamp})
        for name in set(self.mapped("model")) & set(self.env):
            ids = self.filtered(lambda trace, name=name: trace.model == name).mapped("res_id")
            records = self.env[name].sudo().browse(set(ids)).exists()
            told = self._told_still(records)
            for record in records:
                texts = [text for text in TEXTS if text in record._fields and record[text]]
                gone = [text for text in texts if text not in told[record.id]]
                models.BaseModel.write(record, dict.fromkeys(gone, WORD))
            if name == "dunning.hold":
                records.filtered(lambda hold, told=told: not told[hold.id])._empty_files()
        agreements = self.filtered(lambda trace: trace.model == "dunning.agreement")
        self.env["dunning.agreement.acceptance"].sudo().search(
            [("agreement_id", "in", agreements.mapped("res_id"))]
        )._empty()

    def _told_still(self, records):
        """{record id: names} that later traces, which are kept, still tell of these records."""
        told = defaultdict(set)
        domain = [("model", "=", records._name), ("res_id", "in", records.ids)]
        for trace in self.search([*domain, ("erased_at", "=", False)]):
            told[trace.res_id].update(trace.changes or {})
        return told


class DunningHold(models.Model):
    _inherit = "dunning.hold"

    def _empty_files(self):
        """What was attached to it by hand; files of replies and of the page go with these."""
        self.attachment_ids.filtered(
            lambda document: document.res_model in (False, self._name)
        ).unlink()


class DunningAgreementAcceptance(models.Model):
    _inherit = "dunning.agreement.acceptance"

    def _empty(self):
        """That and when a debtor agreed stays, as the agreement itself does."""
        words = dict.fromkeys(("person", "wording", "reference", "note"), WORD)
        models.BaseModel.write(self, words)


class DunningContactPoint(models.Model):
    _inherit = "dunning.contact.point"

    def _empty(self, stamp):
        """A keyed hash stays: if the number comes back, whoever withdrew on it is known again."""
        self.env["dunning.whatsapp.identity"].sudo().with_context(active_test=False).search(
            [("contact_point_id", "in", self.ids)]
        ).unlink()
        self.env["dunning.message"].sudo().search(
            [("contact_point_id", "in", self.ids)]
        )._empty_numbers()
        self.link_ids.unlink()
        for point in self:
            point.write(
                {
                    "value": self.env["dunning.evidence"]._hashed(point.value),
                    "wa_id": False,
                    "doubt": False,
                    "state": "not_theirs",
                }
            )


def _without(told, names):
    return {name: WORD if name in names and value else value for name, value in told.items()}
