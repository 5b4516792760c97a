from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

CHANNELS = [("whatsapp", "WhatsApp"), ("sms", "SMS"), ("email", "E-mail"), ("call", "Call")]


# How a debtor himself says something, with nobody between him and the record.
SAID_HIMSELF = frozenset({"web", "whatsapp", "email", "sms"})


class DunningConsent(models.Model):
    """An append-only fact: somebody allowed, or withdrew, contact on a channel for collection, or
    was asked. Nobody edits a fact; a correction is a new one that refers to it and stands in its
    place, or says that it was recorded by mistake."""

    _name = "dunning.consent"
    _description = "Consent to be contacted"
    _order = "effective_at desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, index=True, ondelete="restrict"
    )
    contact_point_id = fields.Many2one(
        "dunning.contact.point", index="btree_not_null", ondelete="restrict"
    )
    channel = fields.Selection(CHANNELS, required=True, default="whatsapp")
    purpose = fields.Selection(
        [("collection", "Collection of invoices")], required=True, default="collection"
    )
    event = fields.Selection(
        [
            ("granted", "Granted"),
            ("withdrawn", "Withdrawn"),
            ("asked", "Asked"),
            ("mistaken", "Recorded by mistake"),
        ],
        required=True,
        default="granted",
        help="Recorded by mistake: takes back the fact that it corrects and says nothing itself.",
    )
    kind = fields.Selection(
        [
            ("opt_in", "General opt-in"),
            ("express", "Express for this channel"),
            ("other_hours", "Other hours, at the debtor's request"),
        ],
        required=True,
        default="express",
        help="Express: the person chose this channel by name, as Colombia's law asks.",
    )
    source = fields.Selection(
        [
            ("contract", "Contract clause"),
            ("form", "Signed form"),
            ("web", "Web or portal"),
            ("whatsapp", "WhatsApp reply"),
            ("email", "E-mail"),
            ("letter", "Letter"),
            ("counter", "In person"),
            ("phone", "By telephone"),
            ("import", "Import"),
        ],
        required=True,
        default="contract",
    )
    wording = fields.Text(help="The text the person saw or said, word for word.")
    wording_version = fields.Char(
        "Version of the wording", help="Of the form, clause or page that the person had before him."
    )
    lang = fields.Char("Language")
    proof = fields.Char(help="Where the proof is: document, page and clause, message id.")
    attachment_id = fields.Many2one("ir.attachment", "Document", ondelete="restrict")
    effective_at = fields.Datetime(
        required=True, default=fields.Datetime.now, help="When it was said (UTC)."
    )
    corrects_id = fields.Many2one("dunning.consent", ondelete="restrict")
    reason = fields.Char(help="Why it is corrected.")
    correction_ids = fields.One2many("dunning.consent", "corrects_id", "Corrected by")
    is_corrected = fields.Boolean("Corrected", compute="_compute_is_corrected")

    _corrects_unique = models.UniqueIndex(
        "(corrects_id) WHERE corrects_id IS NOT NULL",
        "This fact has been corrected already. Correct the newer one.",
    )

    # === COMPUTE ===

    @api.depends("event", "channel", "effective_at")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        events = dict(self._fields["event"]._description_selection(self.env))
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for consent in self:
            day = format_date(self.env, consent._local_day())
            parts = (channels.get(consent.channel), events.get(consent.event), day)
            consent.display_name = " · ".join(filter(None, parts))

    @api.depends("correction_ids")
    def _compute_is_corrected(self):
        for consent in self:
            consent.is_corrected = bool(consent.correction_ids)

    def _local_day(self):
        """The day on which it was said, where the user is."""
        if not self.effective_at:
            return False
        return fields.Datetime.context_timestamp(self, self.effective_at).date()

    # === CRUD ===

    @api.model_create_multi
    def create(self, vals_list):
        corrected = [vals["corrects_id"] for vals in vals_list if vals.get("corrects_id")]
        self.browse(corrected)._check_may_correct()
        consents = super().create(vals_list)
        withdrawn = consents.filtered(
            lambda consent: consent.event == "withdrawn" and consent.kind != "other_hours"
        )
        if withdrawn:
            self.env["dunning.message"].sudo()._cancel_for_withdrawal(withdrawn)
        return consents

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "A recorded consent is evidence and is never changed. "
                "Record a new one that corrects it."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "A recorded consent is evidence and is never deleted. Record a withdrawal instead."
            )
        )

    # === ACTIONS ===

    def action_correct(self):
        """Let the user record the fact that stands in this one's place."""
        self.ensure_one()
        names = ("partner_id", "contact_point_id", "channel", "event", "kind", "source", "wording")
        names += ("wording_version", "lang", "proof", "attachment_id", "effective_at", "hours")
        told = {name: self[name].id if name.endswith("_id") else self[name] for name in names}
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "name": self.env._("Correct a fact"),
            "views": [
                (self.env.ref("l10n_latam_dunning.dunning_consent_view_form_correct").id, "form")
            ],
            "target": "new",
            "context": {
                "default_corrects_id": self.id,
                **{f"default_{name}": value for name, value in told.items()},
            },
        }

    # === BUSINESS ===

    def _check_may_correct(self):
        """Refuse to take back what protects the debtor, unless somebody who answers for it does;
        what he himself said is not corrected by anybody."""
        if self.correction_ids:
            raise UserError(
                self.env._("This fact has been corrected already. Correct the newer one.")
            )
        withdrawals = self.filtered(lambda fact: fact.event == "withdrawn")
        if not withdrawals:
            return
        if any(fact.source in SAID_HIMSELF for fact in withdrawals):
            raise UserError(
                self.env._(
                    "The debtor said this himself, and it stands. If he agrees again, record that "
                    "as a new consent with its proof."
                )
            )
        groups = ("group_dunning_manager", "group_dunning_privacy")
        if not any(self.env.user.has_group(f"l10n_latam_dunning.{group}") for group in groups):
            raise AccessError(
                self.env._("Only dunning managers and privacy officers can correct a withdrawal.")
            )

    @api.model
    def _withdraw(self, partners, *, channel, source, wording, proof, point=None):
        """Record the withdrawal of each partner; their waiting messages are cancelled at once."""
        return self.sudo().create(
            [
                {
                    "partner_id": partner.id,
                    "contact_point_id": point.id if point else False,
                    "channel": channel,
                    "event": "withdrawn",
                    "source": source,
                    "wording": wording,
                    "proof": proof,
                }
                for partner in partners
            ]
        )
