from odoo import fields, models

from .dunning_plan_to_others import GUARANTOR

# The shipped template that asks: adopted with every policy, used where the policy names it.
IDENTITY = "dunning_identity"


class DunningPolicy(models.Model):
    """What a policy says of numbers that nobody has verified."""

    _inherit = "dunning.policy"

    first_touch = fields.Selection(
        [
            ("neutral", "Ask first, without the debt, whether it is the person"),
            ("off", "Remind at once"),
        ],
        "To an unverified number",
        required=True,
        default="neutral",
        help="Whoever answers at a number may be somebody else, and must not hear of the debt. "
        "WhatsApp only: e-mail addresses are not asked.",
    )
    first_touch_template_name = fields.Char(
        "Template of the first touch",
        default=IDENTITY,
        help="It names the company and asks whether this is the person, with buttons for Yes and "
        "This is not me. It must not speak of amounts, invoices or a debt.",
    )
    first_touch_days = fields.Integer(
        "Days to wait for the answer",
        default=7,
        help="Then the responsible gets an activity. Nobody is asked twice.",
    )

    _first_touch_days_positive = models.Constraint(
        "CHECK (first_touch_days >= 1)", "An answer is waited for at least a day."
    )

    def _template_names(self):
        names = {policy.first_touch_template_name for policy in self}
        return {*super()._template_names(), *filter(None, names), IDENTITY, GUARANTOR}
