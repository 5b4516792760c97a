from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class DunningWhatsappAccept(models.TransientModel):
    """A manager accepts that WhatsApp charges a template as marketing, with the price before his
    eyes. It says nothing about whether the law allows the text as marketing."""

    _name = "dunning.whatsapp.accept"
    _description = "Accept a template as marketing"

    template_id = fields.Many2one(
        "dunning.whatsapp.template", required=True, readonly=True, ondelete="cascade"
    )
    prices = fields.Html(compute="_compute_prices", sanitize=False)
    has_prices = fields.Boolean(compute="_compute_prices")

    @api.depends("template_id")
    @api.depends_context("lang")
    def _compute_prices(self):
        head = (self.env._("Country"), self.env._("As a utility"), self.env._("As marketing"))
        for wizard in self:
            rows = wizard._prices()
            wizard.has_prices = any(marketing for _country, _utility, marketing in rows)
            cells = Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
            wizard.prices = Markup(
                '<table class="table table-sm"><thead><tr><th>%s</th><th>%s</th><th>%s</th></tr>'
                "</thead><tbody>%s</tbody></table>"
            ) % (
                *head,
                Markup("").join(
                    cells % (country.name, utility or "–", marketing or "–")
                    for country, utility, marketing in rows
                ),
            )

    def _prices(self):
        """[(country, price as utility, price as marketing)] in words, empty where unknown."""
        self.ensure_one()
        template = self.template_id
        codes = template._countries(template._siblings())
        countries = self.env["res.country"].search([("code", "in", codes)])
        return [
            (country, self._price("UTILITY", country), self._price("MARKETING", country))
            for country in countries
        ]

    @api.model
    def _price(self, category, country):
        """A price in words, empty where none was entered."""
        if "dunning.price" not in self.env:
            return ""
        today = fields.Date.context_today(self)
        price = self.env["dunning.price"]._price("whatsapp", category, country, today)
        return f"{price.price:g} {price.currency_id.name}" if price else ""

    def action_accept(self):
        """Let the template be sent at the price of marketing; who, when and what he was shown
        are kept."""
        self.ensure_one()
        if not self.env.user.has_group("l10n_latam_dunning.group_dunning_manager"):
            raise AccessError(self.env._("Only dunning managers can accept a price."))
        template = self.template_id
        template.check_access("write")
        if not template._is_marketing():
            raise UserError(self.env._("WhatsApp does not count this template as marketing."))
        rows = [f"{country.code} {marketing or '?'}" for country, _u, marketing in self._prices()]
        template._accept_marketing("; ".join(rows))
        return {"type": "ir.actions.act_window_close"}
