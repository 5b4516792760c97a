from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.dunning_consent import CHANNELS

SHOWN = 10


class DunningConsentAsk(models.TransientModel):
    """Ask debtors for their consent, by a message or by letter, by a person's click only. Whoever
    withdrew, agrees already, or was asked not long ago is left out, and it says who."""

    _name = "dunning.consent.ask"
    _description = "Ask for consent"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_ids = fields.Many2many("res.partner", string="Debtors", required=True)
    by = fields.Selection(
        [("email", "By e-mail"), ("letter", "By a letter to print, with a QR code")],
        "How",
        required=True,
        default="email",
    )
    whatsapp = fields.Boolean("WhatsApp", default=True)
    sms = fields.Boolean("SMS")
    email = fields.Boolean("E-mail")
    call = fields.Boolean()
    wording = fields.Text("What they read", compute="_compute_preview")
    preview = fields.Text("Who is asked", compute="_compute_preview")

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        chosen = self.env.context.get("active_model") == "res.partner"
        if chosen and "partner_ids" in names and not values.get("partner_ids"):
            partners = self.env["res.partner"].browse(self.env.context.get("active_ids", []))
            values["partner_ids"] = [Command.set(partners.commercial_partner_id.ids)]
        return values

    @api.depends("company_id", "partner_ids", "by", *(code for code, _label in CHANNELS))
    def _compute_preview(self):
        for wizard in self:
            ask, left_out = wizard._who()
            every = len(ask) + len(left_out)
            lines = [self.env._("%(ask)s of %(all)s are asked.", ask=len(ask), all=every)]
            reasons = {}
            for partner, why in left_out.items():
                reasons.setdefault(why, []).append(partner.display_name)
            for why, names in reasons.items():
                more = "" if len(names) <= SHOWN else f" (+{len(names) - SHOWN})"
                lines.append(f"{', '.join(names[:SHOWN])}{more}: {why}")
            wizard.preview = "\n".join(lines)
            wizard.wording = wizard._sample(ask)

    def _sample(self, ask):
        """The text as the first of them reads it."""
        for partner, channels in ask.items():
            lang = partner.lang or self.env.lang
            text, _version = self.env["dunning.consent"]._request_text(
                self.company_id, partner.country_id, channels, lang, self.by
            )
            return text
        return False

    # === ACTIONS ===

    def action_ask(self):
        """Ask whom it may be asked of, and record the question with the words that were shown."""
        self.ensure_one()
        if not self._channels():
            raise UserError(self.env._("Choose at least one channel."))
        self.partner_ids.check_access("read")
        ask, _left_out = self._who()
        if not ask:
            raise UserError(self.env._("Nobody is asked.\n%s", self.preview))
        Consent = self.env["dunning.consent"]
        if self.by == "letter":
            return Consent._ask_by_letter(ask, self.company_id).action_print_request()
        Consent._ask_by_message(ask, self.company_id, self.by)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s messages leave as soon as the law allows.", len(ask)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === BUSINESS ===

    def _channels(self):
        return [code for code, _label in CHANNELS if self[code]]

    def _who(self):
        """({debtor: channels}, {debtor: why he is not asked})."""
        debtors = self.partner_ids.commercial_partner_id._origin
        Consent = self.env["dunning.consent"]
        ask, left_out = Consent._askable(debtors, self._channels())
        if self.by == "letter" or not ask:
            return ask, left_out
        askable = debtors.browse([partner.id for partner in ask])
        verdicts = Consent._ask_verdicts(askable, self.company_id, self.by)
        explain = self.env["dunning.message"]._explain
        for partner, verdict in verdicts.items():
            if verdict.outcome == "refuse":
                reasons = [explain(c) for c in verdict.reasons if c.outcome == "refuse"]
                left_out[partner] = " ".join(reasons)
                del ask[partner]
        return ask, left_out
