from odoo import api, fields, models
from odoo.exceptions import UserError

CHANNELS = [("whatsapp", "WhatsApp"), ("sms", "SMS"), ("email", "E-mail"), ("call", "Call")]


class DunningConsent(models.Model):
    """An append-only fact: somebody allowed, or withdrew, contact on a channel for collection.
    Nobody edits a fact; a correction is a new one."""

    _name = "dunning.consent"
    _description = "Consent to be contacted"
    _order = "effective_at desc, id desc"
    _rec_name = "event"

    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="restrict")
    contact_point_id = fields.Many2one(
        "dunning.contact.point", index="btree_not_null", ondelete="restrict"
    )
    channel = fields.Selection(CHANNELS, required=True, default="whatsapp")
    purpose = fields.Selection(
        [("collection", "Collection of invoices")], required=True, default="collection"
    )
    event = fields.Selection(
        [("granted", "Granted"), ("withdrawn", "Withdrawn"), ("asked", "Asked")],
        required=True,
        default="granted",
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
            ("email", "E-mail reply"),
            ("counter", "In person"),
            ("phone", "By telephone"),
            ("import", "Import"),
        ],
        required=True,
        default="contract",
    )
    wording = fields.Text(help="The text the person saw or said, word for word.")
    lang = fields.Char("Language")
    proof = fields.Char(help="Where the proof is: document, page and clause, message id.")
    attachment_id = fields.Many2one("ir.attachment", "Document", ondelete="restrict")
    effective_at = fields.Datetime(
        required=True, default=fields.Datetime.now, help="When it was said (UTC)."
    )

    @api.model_create_multi
    def create(self, vals_list):
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
