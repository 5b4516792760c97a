from odoo import api, fields, models

from ..core.debt.interest import Charges


class DunningMessage(models.Model):
    """What a message demanded beside the principal, kept as it was calculated."""

    _inherit = "dunning.message"

    charges = fields.Json(
        "Interest and fees demanded", help="As calculated for this message, with every step."
    )
    charges_note = fields.Text("Amount demanded", compute="_compute_charges_note")

    @api.depends("charges")
    @api.depends_context("lang")
    def _compute_charges_note(self):
        Charge = self.env["dunning.charge"]
        for message in self:
            if not message.charges:
                message.charges_note = False
                continue
            charges = Charges.from_dict(message.charges)
            lang = self.env.lang or "en_US"
            detail = Charge._detail(charges, message.currency_id, lang, lang)
            steps = Charge._steps(charges, message.currency_id)
            message.charges_note = "\n".join([detail, *steps])

    def _reached_on(self):
        """The debtor's day on which the message is known to have reached him, or nothing. A
        channel without receipts is believed when it has sent."""
        self.ensure_one()
        at = self.delivered_at or self.read_at
        if not at and not self.env["dunning.channel"]._of(self.channel)._has_receipts:
            at = self.attempted_at
        return self.env["dunning.gate"]._local_day(self.partner_id, at) if at else None
