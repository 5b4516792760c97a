import base64

from markupsafe import Markup
from odoo import api, models
from odoo.tools import consteq
from odoo.tools.misc import hmac

SCOPE = "l10n_latam_dunning.stop"
SIGNATURE_BYTES = 12


class DunningContactPoint(models.Model):
    """How a person ends a channel: the signed link that each message carries, and the deed."""

    _inherit = "dunning.contact.point"

    # === LINK ===

    def _stop_link(self, channel, company):
        """The address at which this person ends a channel. It is short enough for an SMS, says
        nothing of the person, and cannot be guessed from another one."""
        self.ensure_one()
        return f"{company.get_base_url()}/dunning/stop/{channel}/{self._stop_token(channel)}"

    def _stop_token(self, channel):
        digest = bytes.fromhex(hmac(self.env(su=True), SCOPE, f"{channel}:{self.id}"))
        signature = base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()
        return f"{self.id:x}.{signature}"

    @api.model
    def _by_stop_token(self, channel, token):
        """The contact point of a link, or an empty value when the link is not ours."""
        number, _dot, _signature = token.partition(".")
        if channel not in self.env["dunning.channel"]._offered():
            return self.browse()
        if not number or len(number) > 8 or set(number) - set("0123456789abcdef"):
            return self.browse()
        point = self.sudo().browse(int(number, 16))
        if not consteq(point._stop_token(channel), token):
            return self.browse()
        return point.exists()

    # === DEED ===

    def _is_stopped(self, channel):
        """Whether nobody behind this point takes messages on a channel any more."""
        self.ensure_one()
        partners = self.partner_ids
        newest = {}
        for consent in (
            self.env["dunning.consent"]
            .sudo()
            .search(
                [
                    ("channel", "=", channel),
                    ("event", "in", ("granted", "withdrawn")),
                    ("kind", "!=", "other_hours"),
                    ("correction_ids", "=", False),
                    "|",
                    ("partner_id", "in", partners.ids),
                    ("contact_point_id", "=", self.id),
                ],
                order="effective_at, id",
            )
        ):
            newest[consent.partner_id] = consent.event
        return bool(newest) and all(newest.get(p) == "withdrawn" for p in partners)

    def _stop(self, channel, *, source, wording, proof):
        """Record that everybody behind this point withdraws a channel, once, and say so on the
        chatter; what waits is cancelled by that."""
        self.ensure_one()
        last = self._last_message(channel)
        partners = self.partner_ids or last.partner_id
        if not partners or self._is_stopped(channel):
            return
        self.env["dunning.consent"]._withdraw(
            partners, channel=channel, source=source, wording=wording, proof=proof, point=self
        )
        office = self.with_context(lang=last.company_id.partner_id.lang)
        labels = dict(
            office.env["dunning.consent"]._fields["channel"]._description_selection(office.env)
        )
        body = Markup("<p>%s</p>") % office.env._(
            "Consent for %(channel)s withdrawn (%(masked)s). Nothing more is sent on this channel.",
            channel=labels.get(channel, channel),
            masked=self.masked,
        )
        for records in (partners, last.line_ids.move_id):
            records._message_log_batch({record.id: body for record in records})

    def _stop_page(self, channel):
        """What the page behind the link says to this person, in his language: who writes to him,
        where, how. The address is shortened: the link may have been passed on."""
        self.ensure_one()
        last = self._last_message(channel)
        partner = (last.partner_id or self.partner_ids)[:1]
        lang = self._page_lang(partner, last.company_id)
        office = self.with_context(lang=lang)
        labels = dict(
            office.env["dunning.consent"]._fields["channel"]._description_selection(office.env)
        )
        return {
            "lang": lang,
            "company": last.company_id.name or "",
            "masked": self.masked,
            "channel": labels.get(channel, channel),
            "question": office.env._(
                "Receive no more reminders? %(masked)s, %(channel)s",
                masked=self.masked,
                channel=labels.get(channel, channel),
            ),
        }

    @api.model
    def _page_lang(self, partner, company):
        """An installed language that a person reads."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = [partner.lang, company.partner_id.lang]
        return next((code for code in wanted if code in installed), installed[0])

    def _last_message(self, channel):
        """The last message to this point on a channel."""
        return (
            self.env["dunning.message"]
            .sudo()
            .search(
                [("contact_point_id", "=", self.id), ("channel", "=", channel)],
                order="id desc",
                limit=1,
            )
        )
