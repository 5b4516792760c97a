from odoo import api, fields, models
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    _inherit = "res.partner"

    dunning_debtor_kind = fields.Selection(
        [
            ("consumer", "Consumer"),
            ("micro", "Micro or small enterprise"),
            ("business", "Business"),
        ],
        "Kind of debtor",
        compute="_compute_dunning_debtor_kind",
        store=True,
        readonly=False,
        help="Whom the law of contact protects, and how far.",
    )
    dunning_consent_ids = fields.One2many(
        "dunning.consent",
        "partner_id",
        "Consents",
        groups="l10n_latam_dunning.group_dunning_user,l10n_latam_dunning.group_dunning_privacy",
    )
    dunning_consent_state = fields.Selection(
        [
            ("never", "Never asked"),
            ("asked", "Asked"),
            ("granted", "Granted"),
            ("withdrawn", "Withdrawn"),
        ],
        "WhatsApp consent",
        compute="_compute_dunning_consent_state",
        store=True,
    )

    @api.depends("is_company")
    def _compute_dunning_debtor_kind(self):
        for partner in self:
            partner.dunning_debtor_kind = "business" if partner.is_company else "consumer"

    @api.depends("dunning_consent_ids.event")
    def _compute_dunning_consent_state(self):
        newest = {}
        for consent in (
            self.env["dunning.consent"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id", "in", self.ids),
                    ("channel", "=", "whatsapp"),
                    ("kind", "!=", "other_hours"),
                ],
                ["partner_id", "event"],
                order="effective_at, id",
            )
        ):
            newest[consent.partner_id.id] = consent.event
        for partner in self:
            partner.dunning_consent_state = newest.get(partner.id, "never")

    def action_dunning_withdraw(self):
        """Record that this person withdrew his consent for WhatsApp, told to a user."""
        self.ensure_one()
        user = self.env.user
        if not (
            user.has_group("l10n_latam_dunning.group_dunning_user")
            or user.has_group("l10n_latam_dunning.group_dunning_privacy")
        ):
            raise AccessError(
                self.env._("Only dunning users and privacy officers can record a withdrawal.")
            )
        self.check_access("read")
        self.env["dunning.consent"]._withdraw(
            self, channel="whatsapp", source="counter", wording=False, proof=user.name
        )
