from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What fits on a button of WhatsApp.
TITLE_SIZE = 20


class DunningAgreementOffer(models.Model):
    """A way to pay that the company has approved beforehand, whoever the debtor is."""

    _name = "dunning.agreement.offer"
    _description = "Pre-approved way to pay"
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one("dunning.policy", ondelete="cascade", index="btree_not_null")
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True, help="The button's text: 20 letters.")
    kind = fields.Selection(
        [("promise", "Promise of one payment"), ("plan", "Instalment plan")],
        required=True,
        default="promise",
    )
    days = fields.Integer("First payment in (days)", required=True, default=3)
    count = fields.Integer("Payments", required=True, default=1)
    every = fields.Integer(required=True, default=1)
    unit = fields.Selection([("day", "Days"), ("month", "Months")], required=True, default="month")
    waived_percent = fields.Float("Waived (%)")
    waive_charges = fields.Boolean("Without interest and fees")
    active = fields.Boolean(default=True)

    _terms_sensible = models.Constraint(
        "CHECK (days >= 0 AND count >= 1 AND every >= 1 AND waived_percent >= 0 "
        "AND waived_percent < 100 AND (kind = 'plan' OR count = 1))",
        "A promise is one payment, a plan several; days are counted from zero, and something is"
        " left to be paid.",
    )

    @api.constrains("name")
    def _check_name(self):
        for offer in self:
            if len(offer.name) > TITLE_SIZE:
                raise ValidationError(
                    self.env._("“%s” is longer than the 20 letters of a button.", offer.name)
                )

    def _button_text(self):
        """The button's text in the context's language, else in a sister of it: who reads es_PE
        reads es_419 before English."""
        self.ensure_one()
        stored = self._fields["name"]._get_stored_translations(self) or {}
        lang = self.env.lang or "en_US"
        sisters = [code for code in ("es_419", "pt_BR", *stored) if code[:2] == lang[:2]]
        return next((stored[code] for code in (lang, *sisters) if stored.get(code)), self.name)
