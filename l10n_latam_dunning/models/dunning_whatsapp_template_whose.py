from odoo import models

from ..core.first_touch import says_too_much
from ..core.law.gate import Impediment

NEEDED = frozenset({"it_is_me", "not_me"})


class DunningWhatsappTemplate(models.Model):
    """A text that asks whose number it is: whoever reads it may be anybody, and must not learn
    that there is a debt."""

    _inherit = "dunning.whatsapp.template"

    def _is_neutral(self):
        """Whether this text asks; its button for *Yes* says so."""
        return "it_is_me" in self.button_ids.mapped("action")

    def _not_neutral(self):
        """What makes this text unfit to ask whose number it is, in words, or nothing."""
        if not set(self.button_ids.mapped("action")) >= NEEDED:
            return self.env._("it has no buttons for Yes and for This is not me")
        parts = [self.header_text if self.header_kind == "text" else "", self.body, self.footer]
        labels = self.button_ids.mapped("text")
        told = says_too_much("\n".join(filter(None, [*parts, *labels])), self._variables())
        if told:
            return self.env._("it speaks of the debt to whoever reads it: %s", ", ".join(told[:3]))
        if self.header_kind == "document" or set(self.button_ids.mapped("kind")) - {"reply"}:
            return self.env._("it leads to an invoice or a payment")
        return ""

    def _impediments(self, candidate, at):
        found = super()._impediments(candidate, at)
        if candidate.purpose == "identity":
            why = self._not_neutral()
            found += [Impediment("template", {"why": why})] if why else []
        return found

    def _law_findings(self, siblings):
        """The contents that a reminder must have are not wanted here; too much is."""
        if not self._is_neutral():
            return super()._law_findings(siblings)
        why = self._not_neutral()
        if not why:
            return []
        return [
            {
                "source": "company",
                "severity": "error",
                "code": "not_neutral",
                "text": self.env._("This text cannot ask whose number it is: %(why)s.", why=why),
                "reason": self.env._("Whoever answers may be anybody."),
            }
        ]
