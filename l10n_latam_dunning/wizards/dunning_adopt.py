from odoo import api, fields, models


class DunningAdopt(models.TransientModel):
    """Take shipped policies over for a company, with the templates they use."""

    _name = "dunning.adopt"
    _description = "Adopt dunning policies"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    account_id = fields.Many2one(
        "dunning.whatsapp.account",
        "WhatsApp account",
        required=True,
        check_company=True,
        default=lambda self: self._default_account(),
    )
    policy_ids = fields.Many2many(
        "dunning.policy",
        string="Policies",
        required=True,
        domain=[("company_id", "=", False)],
        default=lambda self: self._default_policies(),
    )

    page_button = fields.Boolean(
        "Link to the debtor's own page",
        default=lambda self: self.env.company.get_base_url().startswith("https://"),
        help="Puts a link under each reminder: there the debtor sees his invoices, pays, reports a "
        "payment, disputes, agrees on a date or says stop. Who reads WhatsApp on a computer is "
        "then asked to open the message on the phone. WhatsApp approves this server's address with "
        "the text, so set and freeze web.base.url first: when it changes, nothing is sent until "
        "the templates are submitted anew.",
    )

    @api.model
    def _default_account(self):
        return self.env["dunning.whatsapp.account"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    @api.model
    def _default_policies(self):
        country = self.env.company.account_fiscal_country_id
        return self.env["dunning.policy"].search(
            [("company_id", "=", False), ("country_id", "in", (country.id, False))]
        )

    def action_adopt(self):
        """Copy, and show what the company has now."""
        self.ensure_one()
        policies = self.policy_ids._adopt(self.company_id, self.account_id, self.page_button)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_policy_action"
        )
        return {**action, "domain": [("id", "in", policies.ids)]}
