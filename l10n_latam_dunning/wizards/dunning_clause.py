from odoo import api, fields, models

from ..models.dunning_consent import CHANNELS


class DunningClause(models.TransientModel):
    """The clause for contracts of a country, filled in, to be copied into one."""

    _name = "dunning.clause"
    _description = "Contract clause"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    country_id = fields.Many2one(
        "res.country", required=True, default=lambda self: self.env.company.country_id
    )
    lang_code = fields.Selection(
        lambda self: (
            self.env["dunning.consent.text"]._fields["lang_code"]._description_selection(self.env)
        ),
        "Language",
        required=True,
        compute="_compute_lang_code",
        store=True,
        precompute=True,
        readonly=False,
    )
    whatsapp = fields.Boolean("WhatsApp", default=True)
    sms = fields.Boolean("SMS", default=True)
    email = fields.Boolean("E-mail", default=True)
    call = fields.Boolean()
    text = fields.Text(compute="_compute_text")
    version = fields.Char(compute="_compute_text")

    @api.depends("country_id")
    def _compute_lang_code(self):
        texts = self.env["dunning.consent.text"].sudo().search([("kind", "=", "clause")])
        for wizard in self:
            own = texts.filtered(lambda text, wizard=wizard: text.country_id == wizard.country_id)
            spoken = "pt" if wizard.country_id.code == "BR" else "es"
            wizard.lang_code = own[:1].lang_code or spoken

    @api.depends("company_id", "country_id", "lang_code", *(code for code, _label in CHANNELS))
    def _compute_text(self):
        for wizard in self:
            channels = [code for code, _label in CHANNELS if wizard[code]]
            found = self.env["dunning.consent.text"]._for(
                "clause", wizard.country_id, wizard.lang_code
            )
            wizard.text = wizard.version = False
            if found and channels and wizard.company_id:
                wizard.version = found._version()
                wizard.text = found._fill(
                    wizard.company_id, wizard.country_id, channels, wizard._lang()
                )

    def _lang(self):
        """An installed language for the names of days, channels and country."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        spoken = [code for code in installed if code.startswith(self.lang_code or "es")]
        return next(iter(spoken), self.env.lang or installed[0])
