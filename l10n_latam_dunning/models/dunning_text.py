from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

LISTED_INVOICES = 6
# The languages of the templates, and the general text of each.
GENERAL = {"es": "es", "pt": "pt_BR"}


class DunningText(models.AbstractModel):
    """What the debtor reads, whatever the channel: his language and the values of a text."""

    _name = "dunning.text"
    _description = "Text of a reminder"

    @api.model
    def _languages(self, partner, company):
        """Language codes of texts to look for, most fitting first: the debtor's own language,
        and in it his country's wording before the general one."""
        return _template_languages(partner, company)

    @api.model
    def _values(self, candidate, names, language):
        """{name: value} of a text's variables, written for the debtor: in the text's language,
        as his country writes amounts and dates."""
        lang = _active_lang(self.env, language, candidate.partner)
        env = self.env(context={**self.env.context, "lang": lang})
        lines = candidate.lines

        def amount(value):
            return formatLang(env, value, currency_obj=candidate.currency).replace("\xa0", " ")

        def day(value):
            return format_date(env, value, lang_code=lang) if value else ""

        def invoices():
            listed = [
                f"{line.move_id.name}, {amount(line.amount_residual_currency)}, "
                f"{day(line.date_maturity)}"
                for line in lines[:LISTED_INVOICES]
            ]
            more = len(lines) - LISTED_INVOICES
            return "; ".join([*listed, f"+{more}"] if more > 0 else listed)

        variables = {
            "customer_name": lambda: candidate.partner.name or "",
            "company_name": lambda: candidate.company.name,
            "company_identity": lambda: _identity(candidate.company),
            "invoice_list": invoices,
            "amount_total": lambda: amount(candidate.amount),
            "due_date": lambda: day(candidate.due_date),
            "invoice_names": lambda: ", ".join(lines.move_id.mapped("name")[:LISTED_INVOICES]),
            "amount_detail": lambda: env["dunning.charge"]._detail(
                candidate.charges, candidate.currency, language, lang
            ),
        }
        return {name: variables[name]() for name in names}


def _identity(company):
    """Name, tax number and address of the creditor in one line."""
    parts = [company.name, company.vat, company.street, company.street2, company.city]
    return ", ".join(filter(None, [*parts, company.state_id.name]))


def _template_languages(partner, company):
    """Meta's language codes to look for, most fitting first: the debtor's own language, and in
    it his country's wording before the general one."""
    lang = partner.lang or company.partner_id.lang or ""
    country = partner.country_id.code or ""
    base = lang[:2]
    if base in GENERAL:
        return [f"{base}_{country}", lang, GENERAL[base]]
    return [*(f"{base}_{country}" for base in GENERAL), *GENERAL.values()]


def _active_lang(env, template_language, partner):
    """An installed language in which amounts and dates suit the text of a template and the
    debtor's country: a Mexican writes 1,234.56 where es_419 has 1.234,56."""
    installed = [code for code, _name in env["res.lang"].get_installed()]
    base = template_language[:2]
    own = f"{base}_{partner.country_id.code}"
    wanted = [own, partner.lang, template_language, "es_419", "pt_BR"]
    same = [code for code in [*wanted, *installed] if code in installed and code[:2] == base]
    return same[0] if same else partner.lang or env.lang or "en_US"
