from functools import partial

from odoo import api, models
from odoo.exceptions import ValidationError

from ..core.law.charge_notation import CHARGE_KINDS, ChargeRule
from ..core.law.jurisdiction import Caps, LawError, OpeningHours
from ..core.law.retention import Term

PARSERS = {
    "hours": OpeningHours.parse,
    "cap": Caps.parse,
    "retention": Term.parse,
    **{kind: partial(ChargeRule.parse, kind) for kind in CHARGE_KINDS},
}


class DunningNotation(models.AbstractModel):
    """The notations of hours and limits, as people write them into a form."""

    _name = "dunning.notation"
    _description = "Notation of hours and limits"

    @api.model
    def _read(self, kind, text):
        """Hours (`hours`) or limits (`cap`) as the gate reads them. Refuses what cannot be read,
        in the user's language: what was read, where it is wrong, how to write it."""
        try:
            return PARSERS[kind](text)
        except LawError as error:
            raise ValidationError(self.env._(error.sentence, **error.figures)) from error
