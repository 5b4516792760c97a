from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Nobody agreed to a reminder by telephone or e-mail before; such a date is a slip of the pen.
EARLIEST = datetime(1990, 1, 1)
PHONE_CHANNELS = ("whatsapp", "sms", "call")


class DunningConsent(models.Model):
    """What is no fact: it is refused with a sentence that says what to write instead."""

    _inherit = "dunning.consent"

    @api.constrains("effective_at")
    def _check_effective_at(self):
        now = fields.Datetime.now()
        for consent in self:
            if consent.effective_at > now:
                raise ValidationError(
                    self.env._(
                        "%(when)s lies ahead. A fact is recorded once it has been said: write the "
                        "day and hour at which that was.",
                        when=consent._when_said(),
                    )
                )
            if consent.effective_at < EARLIEST:
                raise ValidationError(
                    self.env._(
                        "%(when)s is too long ago to be the day on which this was said. Look at "
                        "the year once more.",
                        when=consent._when_said(),
                    )
                )

    @api.constrains("event", "proof", "attachment_id")
    def _check_proof(self):
        for consent in self:
            proven = (consent.proof or "").strip() or consent.attachment_id
            if consent.event == "granted" and not proven:
                raise ValidationError(
                    self.env._(
                        "A consent without proof is worth nothing when it is denied. Attach the "
                        "document, or write where it is: contract, page and clause, message id."
                    )
                )

    @api.constrains("channel", "contact_point_id")
    def _check_contact_point(self):
        for consent in self.filtered("contact_point_id"):
            wanted = "phone" if consent.channel in PHONE_CHANNELS else "email"
            if consent.contact_point_id.kind != wanted:
                raise ValidationError(
                    self.env._(
                        "%(point)s cannot be reached by %(channel)s. Choose a number for WhatsApp, "
                        "SMS and calls, and an address for e-mail.",
                        point=consent.contact_point_id.masked,
                        channel=consent._label("channel"),
                    )
                )

    @api.constrains("event", "corrects_id", "reason", "partner_id")
    def _check_correction(self):
        for consent in self:
            corrected = consent.corrects_id
            if not corrected:
                if consent.event == "mistaken":
                    raise ValidationError(
                        self.env._(
                            "Nothing is recorded by mistake by itself. Open the fact that is "
                            "wrong and correct that."
                        )
                    )
                continue
            if len((consent.reason or "").strip()) < 3:
                raise ValidationError(
                    self.env._(
                        "Write why this is corrected: both facts stay on record, and whoever reads "
                        "them must understand which one counts."
                    )
                )
            if corrected.partner_id != consent.partner_id:
                raise ValidationError(
                    self.env._(
                        "A correction is about the same debtor. If the fact belongs to somebody "
                        "else, correct it as recorded by mistake and record it there anew."
                    )
                )

    def _when_said(self):
        at = fields.Datetime.context_timestamp(self, self.effective_at)
        return f"{at:%Y-%m-%d %H:%M}"

    def _label(self, name):
        """What a value of a selection is called, in the user's language."""
        self.ensure_one()
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")
