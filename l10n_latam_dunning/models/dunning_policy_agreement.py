from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .dunning_hold import CHECK_DAYS

# The shipped template of thanks: adopted with every policy, used where the policy names it.
THANKS = "dunning_thanks"


class DunningPolicy(models.Model):
    """What a policy says of holds, payments and agreements."""

    _inherit = "dunning.policy"

    # holds and payments
    payment_check_days = fields.Integer(
        "Days to check a reported payment",
        default=CHECK_DAYS,
        help="So long reminders rest when the debtor says that he has paid.",
    )
    bank_max_age_days = fields.Integer(
        "Bank not older than (days)",
        help="No reminder while the newest bank movement is older than this. 0: not checked.",
    )
    bank_journal_ids = fields.Many2many(
        "account.journal",
        "dunning_policy_journal_rel",
        string="Bank journals watched",
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]",
        help="Empty: every bank journal that has movements.",
    )
    thanks_template_name = fields.Char(
        "Template of thanks",
        help="Sent once when a reminded invoice is paid or an agreement kept, by the same rules as "
        "everything else. Empty: no thanks.",
    )

    # agreements
    agreement_template_name = fields.Char(
        "Template for agreed payments", default="dunning_agreed_payment"
    )
    agreement_offsets = fields.Char(
        "Remind of agreed payments on days",
        default="-2 0",
        help="Days from the agreed day, negative before it, e.g. -2 0. Empty: no reminders.",
    )
    broken_resume = fields.Selection(
        [
            ("calendar", "At the level of the calendar"),
            ("restart", "At a given level"),
        ],
        "After a broken agreement",
        required=True,
        default="calendar",
    )
    broken_level_id = fields.Many2one(
        "dunning.level",
        "Level after a broken agreement",
        domain="[('policy_id', '=', id)]",
        ondelete="set null",
        copy=False,
    )
    waive_user_max = fields.Float(
        "Users may waive (%)", help="Above it a second person has to approve."
    )
    waive_manager_max = fields.Float(
        "Managers may waive (%)", default=10.0, help="Above it a second manager has to approve."
    )
    offer_ids = fields.One2many("dunning.agreement.offer", "policy_id", "Offers", copy=True)
    offer_days = fields.Integer(
        "An offer holds for (days)",
        default=3,
        help="So long reminders rest while the debtor decides.",
    )
    confirm_template_name = fields.Char(
        "Template that confirms agreements",
        default="dunning_agreement_confirmed",
        help="When an agreement is accepted, it is confirmed on WhatsApp: with the PDF to who "
        "wrote in the last 24 hours, else by this template. Empty: not on WhatsApp.",
    )
    confirm_by_email = fields.Boolean(
        "Confirm agreements by e-mail",
        help="When an agreement is accepted and was not confirmed on WhatsApp, send it as PDF to "
        "debtors who agreed to e-mails.",
    )
    not_found_template_name = fields.Char(
        "Template for a payment not found",
        default="dunning_payment_not_found",
        help="When a reported payment is rejected and the debtor wrote more than 24 hours ago.",
    )

    _days_not_negative = models.Constraint(
        "CHECK (payment_check_days >= 0 AND bank_max_age_days >= 0 AND offer_days >= 1)",
        "Days are counted from zero, and an offer holds for a day at least.",
    )
    _waive_percentages = models.Constraint(
        "CHECK (waive_user_max BETWEEN 0 AND 100 AND waive_manager_max BETWEEN 0 AND 100)",
        "What may be waived is between 0 and 100 per cent.",
    )

    @api.constrains("agreement_offsets")
    def _check_offsets(self):
        for policy in self:
            try:
                policy._offsets()
            except ValueError as error:
                raise ValidationError(
                    self.env._("“%s” is no list of days, such as -2 0.", policy.agreement_offsets)
                ) from error

    def _offsets(self):
        """Days from an agreed payment on which it is reminded, the earliest first."""
        return sorted({int(word) for word in (self.agreement_offsets or "").split()})

    def _template_names(self):
        """Every template that these policies may use beside those of their levels."""
        names = {policy.agreement_template_name for policy in self}
        names |= {policy.thanks_template_name for policy in self}
        names |= {policy.confirm_template_name for policy in self}
        names |= {policy.not_found_template_name for policy in self}
        return {*filter(None, names), THANKS}

    def _waive_max(self, user):
        """What a user may waive by himself, in per cent. Without a policy nothing."""
        if not self:
            return 0.0
        if user.has_group("l10n_latam_dunning.group_dunning_manager"):
            return max(self.waive_manager_max, self.waive_user_max)
        return self.waive_user_max

    def _restart_days(self):
        """Days from the due date of the level at which a broken agreement starts again; None for
        the level of the calendar."""
        if self and self.broken_resume == "restart" and self.broken_level_id:
            return self.broken_level_id.days
        return None

    def _adopt(self, company, account, page_button=False):
        adopted = super()._adopt(company, account, page_button)
        shipped = self.env["dunning.agreement.offer"].search([("policy_id", "=", False)])
        for policy in adopted.filtered(lambda policy: not policy.offer_ids):
            for offer in shipped:
                offer.copy({"policy_id": policy.id})
        return adopted
