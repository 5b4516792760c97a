from odoo import api, fields, models


class DunningPolicy(models.Model):
    """A company's ladder of reminders for the debtors of a country. It may narrow what the law
    allows, never widen it. One without a company is shipped, to be adopted."""

    _name = "dunning.policy"
    _description = "Dunning policy"
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    country_id = fields.Many2one(
        "res.country", "Debtor's country", help="Empty: debtors of every other country."
    )
    account_id = fields.Many2one(
        "dunning.whatsapp.account", "WhatsApp account", check_company=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users", "Responsible", help="Gets the activities that replies and failures raise."
    )
    hours = fields.Char(
        "Own hours",
        help="Narrower than the law, e.g. Mo-Fr 09:00-17:00. Empty: as the law and its prudent "
        "default allow.",
    )
    caps = fields.Char("Own limits", help="Narrower than the law, e.g. 1/day 2/week gap 48h.")
    minimum_amount = fields.Monetary(
        help="A debtor who owes less than this in all is not reminded (company currency)."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    level_ids = fields.One2many("dunning.level", "policy_id", "Levels", copy=True)

    @api.constrains("hours", "caps")
    def _check_notation(self):
        notation = self.env["dunning.notation"]
        for policy in self:
            if policy.hours:
                notation._read("hours", policy.hours)
            if policy.caps:
                notation._read("cap", policy.caps)

    def action_forecast(self):
        """Show what this policy would do in the coming days; nothing is sent or kept."""
        self.ensure_one()
        forecast = self.env["dunning.forecast"].create({"policy_id": self.id})
        forecast._run()
        return forecast._action()

    def action_replay(self):
        """Compare the last days with what this policy would have done in them."""
        self.ensure_one()
        replay = self.env["dunning.replay"].create({"policy_id": self.id})
        replay._run()
        return replay._action()

    @api.model
    def _by_country(self, company):
        """{country or empty: policy} of a company; the first in sequence wins."""
        found = {}
        for policy in self.search([("company_id", "=", company.id)]):
            found.setdefault(policy.country_id, policy)
        return found

    def _adopt(self, company, account, page_button=False):
        """Copy shipped policies and the templates they use to a company and its account; those of
        the levels with a link to the debtor's own page, if that is wanted."""
        templates = self.env["dunning.whatsapp.template"]
        reminders = set(self.level_ids.channel_ids.mapped("template_name")) - {False}
        names = reminders | set(self._template_names())
        have = set(account.template_ids.mapped(lambda t: (t.name, t.language)))
        shipped = templates.search([("account_id", "=", False), ("name", "in", list(names))])
        for template in shipped:
            if (template.name, template.language) not in have:
                copy = template.copy({"account_id": account.id})
                if page_button and template.name in reminders:
                    copy._add_page_button()
        return self.browse().concat(
            *(
                policy.copy(
                    {
                        "name": policy.name,
                        "company_id": company.id,
                        "account_id": account.id,
                        "user_id": self.env.user.id,
                    }
                )
                for policy in self
            )
        )
