from odoo import api, fields, models
from odoo.fields import Domain

from .dunning_consent import CHANNELS

STATES = [
    ("never", "Never asked"),
    ("asked", "Asked"),
    ("granted", "Granted"),
    ("withdrawn", "Withdrawn"),
]
GROUPS = "l10n_latam_dunning.group_dunning_user,l10n_latam_dunning.group_dunning_privacy"
# Where the state of each channel is kept, and the fact that it rests on.
STATE_FIELDS = {
    "whatsapp": ("dunning_consent_state", "dunning_consent_whatsapp_id"),
    "sms": ("dunning_consent_sms", "dunning_consent_sms_id"),
    "email": ("dunning_consent_email", "dunning_consent_email_id"),
    "call": ("dunning_consent_call", "dunning_consent_call_id"),
}


class DunningConsent(models.Model):
    """Which facts count, and what they amount to."""

    _inherit = "dunning.consent"

    @api.model
    def _standing(self):
        """The domain of facts that count: nobody corrected them, and they say something."""
        return Domain("correction_ids", "=", False) & Domain("event", "!=", "mistaken")

    @api.model
    def _states(self, partners):
        """{(partner, channel): the fact that decides}, in one query, as the gate decides: the
        strongest grant after the newest withdrawal, else that; else when he was asked last."""
        facts = self.sudo().search_fetch(
            Domain("partner_id", "in", partners.ids)
            & Domain("kind", "!=", "other_hours")
            & self._standing(),
            ["partner_id", "channel", "event", "kind", "effective_at", "source", "proof"],
            order="effective_at, id",
        )
        stopped, decides = {}, {}
        for fact in facts.filtered(lambda fact: fact.event == "withdrawn"):
            stopped[fact.partner_id, fact.channel] = fact
        for fact in facts:
            key = fact.partner_id, fact.channel
            now = decides.get(key)
            if fact.event == "asked":
                if now is None or now.event == "asked":
                    decides[key] = fact
            elif fact.event == "granted":
                stop = stopped.get(key)
                late = not stop or fact.effective_at > stop.effective_at
                weaker = now and now.event == "granted" and now.kind == "express"
                if late and not (weaker and fact.kind != "express"):
                    decides[key] = fact
        for key, stop in stopped.items():
            if decides.get(key, stop).event != "granted":
                decides[key] = stop
        return decides


class ResPartner(models.Model):
    """What a debtor allows on each channel now: a company's contacts share what it allows."""

    _inherit = "res.partner"

    dunning_consent_ids = fields.One2many(
        "dunning.consent", "partner_id", "Consents", groups=GROUPS
    )
    dunning_consent_state = fields.Selection(
        STATES, "WhatsApp consent", compute="_compute_dunning_consents", store=True
    )
    dunning_consent_sms = fields.Selection(
        STATES, "SMS consent", compute="_compute_dunning_consents", store=True
    )
    dunning_consent_email = fields.Selection(
        STATES, "E-mail consent", compute="_compute_dunning_consents", store=True
    )
    dunning_consent_call = fields.Selection(
        STATES, "Consent to calls", compute="_compute_dunning_consents", store=True
    )
    dunning_consent_whatsapp_id = fields.Many2one(
        "dunning.consent",
        "WhatsApp: fact",
        compute="_compute_dunning_consents",
        store=True,
        ondelete="set null",
        groups=GROUPS,
    )
    dunning_consent_sms_id = fields.Many2one(
        "dunning.consent",
        "SMS: fact",
        compute="_compute_dunning_consents",
        store=True,
        ondelete="set null",
        groups=GROUPS,
    )
    dunning_consent_email_id = fields.Many2one(
        "dunning.consent",
        "E-mail: fact",
        compute="_compute_dunning_consents",
        store=True,
        ondelete="set null",
        groups=GROUPS,
    )
    dunning_consent_call_id = fields.Many2one(
        "dunning.consent",
        "Calls: fact",
        compute="_compute_dunning_consents",
        store=True,
        ondelete="set null",
        groups=GROUPS,
    )
    dunning_consent_history_ids = fields.One2many(
        "dunning.consent", compute="_compute_dunning_consent_history", groups=GROUPS
    )

    # === COMPUTE ===

    @api.depends("commercial_partner_id.dunning_consent_ids.event")
    def _compute_dunning_consents(self):
        decides = self.env["dunning.consent"]._states(self.commercial_partner_id)
        for partner in self:
            for channel, (state, fact) in STATE_FIELDS.items():
                deciding = decides.get((partner.commercial_partner_id, channel))
                partner[state] = deciding.event if deciding else "never"
                partner[fact] = deciding

    @api.depends("commercial_partner_id.dunning_consent_ids")
    def _compute_dunning_consent_history(self):
        for partner in self:
            partner.dunning_consent_history_ids = partner.commercial_partner_id.dunning_consent_ids

    # === BUSINESS ===

    @api.model
    def read_dunning_consents(self, partner_id):
        """What the panel of a form shows, for each channel: the state, since when, from what.
        RPC: checks that the user may read consents and this partner."""
        partner = self.browse(partner_id)
        partner.check_access("read")
        self.env["dunning.consent"].check_access("read")
        debtor = partner.commercial_partner_id
        states = dict(self._fields["dunning_consent_state"]._description_selection(self.env))
        field = self.env["dunning.consent"]._fields["channel"]
        channels = dict(field._description_selection(self.env))
        rows = []
        for channel, _label in CHANNELS:
            state, fact = (debtor[name] for name in STATE_FIELDS[channel])
            rows.append(
                {
                    "channel": channel,
                    "label": channels[channel],
                    "state": state,
                    "state_label": states[state],
                    "fact_id": fact.id,
                    **(fact._panel() if fact else {}),
                }
            )
        return {
            "debtor_id": debtor.id,
            "debtor": debtor.display_name,
            "country_id": debtor.country_id.id,
            "rows": rows,
        }
