from odoo import api, models

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
        return self.env["dunning.variable"]._values(candidate, names, language)


def _template_languages(partner, company):
    """Meta's language codes to look for, most fitting first. Where a country has a wording of
    its own, its law asks for it: that one goes before a general one, even one in the debtor's
    own language."""
    lang = partner.lang or company.partner_id.lang or ""
    country = partner.country_id.code or ""
    base = lang[:2]
    known = sorted(GENERAL, key=lambda one: one != base)
    general = [lang] if base in GENERAL else []
    general += [GENERAL[one] for one in known]
    return [*(f"{one}_{country}" for one in known), *general]
