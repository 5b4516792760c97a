from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..core.debt.charge_words import amount_detail
from ..core.debt.interest import COMPONENTS
from ..core.law.verdict import Check


class DunningCharge(models.Model):
    """What is said of charges: to the debtor in his language, to the accountant step by step."""

    _inherit = "dunning.charge"

    @api.model
    def _detail(self, charges, currency, language, lang=None, waived=0):
        """One sentence part for the debtor, as it stands after the amount: what of it is
        principal, interest, fine and fees, and the day it was computed on; or, where nothing is
        added (or there are no charges), that it is only what was invoiced. ``waived`` is given up
        of it.

        ``language`` is that of the text (`es`, `pt_BR` …), ``lang`` the installed one in which
        amounts and dates are written.
        """
        env = self.env(context={**self.env.context, "lang": lang or self.env.lang})

        def amount(value):
            return formatLang(env, float(value), currency_obj=currency).replace("\xa0", " ")

        day = format_date(env, charges.computed_on, lang_code=lang or env.lang) if charges else ""
        return amount_detail(charges, language, amount, day, Decimal(waived))

    @api.model
    def _why_unknown(self, charges):
        """Why charges could not be calculated, in the user's language; empty where they could."""
        return self._explain_unknown(*charges.unknown) if charges.unknown else ""

    @api.model
    def _explain_unknown(self, code, figures):
        """What is not known, in the user's language."""
        check = Check("charges_unknown", "refuse", "company", figures={"variant": code, **figures})
        return self.env["dunning.message"]._explain(check)

    @api.model
    def _steps(self, charges, currency):
        """The calculation in words, a sentence for each step."""
        labels = dict(self._fields["component"]._description_selection(self.env))
        steps = [self._step(line, labels[line.component], currency) for line in charges.lines]
        if charges.charged:
            steps.append(
                self.env._("Interest charged before: %s.", currency.format(float(-charges.charged)))
            )
        if charges.overcharged:
            steps.append(
                self.env._(
                    "%s of interest was charged and is not owed: give it back by a credit note.",
                    currency.format(float(charges.overcharged)),
                )
            )
        return steps

    @api.model
    def _step(self, line, label, currency):
        figures = {
            "label": label,
            "start": format_date(self.env, line.start),
            "end": format_date(self.env, line.end),
            "days": line.days,
            "base": currency.format(float(line.base)),
            "rate": line.rate,
            "amount": self._exact(line.amount, currency),
        }
        if line.component == "interest":
            text = self.env._(
                "%(label)s, %(start)s to %(end)s: %(days)s days on %(base)s at %(rate)s = "
                "%(amount)s.",
                **figures,
            )
        elif line.rate:
            text = self.env._(
                "%(label)s, once after %(start)s: %(rate)s of %(base)s = %(amount)s.", **figures
            )
        else:
            text = self.env._("%(label)s, once after %(start)s: %(amount)s.", **figures)
        if line.reference:
            ceiling = self.env._("as far as the law allows: %s", line.reference)
            text = f"{text} [{ceiling}]"
        return text

    @api.model
    def _exact(self, amount, currency):
        """An amount of the calculation, which is not rounded yet."""
        if amount % Decimal(str(currency.rounding)) == 0:
            return currency.format(float(amount))
        return f"{amount:.{currency.decimal_places + 2}f}"

    @api.model
    def _amounts(self, charges):
        """[(component, label, amount)] of what is added."""
        labels = dict(self._fields["component"]._description_selection(self.env))
        return [(name, labels[name], charges.of(name)) for name in COMPONENTS if charges.of(name)]
