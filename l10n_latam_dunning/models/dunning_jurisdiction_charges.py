from odoo import models

from ..core.law.charge_notation import CHARGE_KINDS, ChargeRule, codes_of


class DunningJurisdictionRule(models.Model):
    _inherit = "dunning.jurisdiction.rule"

    def _charge_rules(self):
        """What these rules say of interest, fine and fees, as the core reads it."""
        return [
            ChargeRule.parse(rule.kind, text)
            for rule in self
            if rule.kind in CHARGE_KINDS
            for text in filter(None, (rule.legal, rule.prudent))
        ]

    def _rate_codes(self):
        """The figures of the table of rates that they need."""
        return codes_of(self._charge_rules())
