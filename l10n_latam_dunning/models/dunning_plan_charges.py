from odoo import api, models

from ..core.law.gate import Impediment


class DunningPlan(models.AbstractModel):
    """The plan's amounts: interest, fine and fees of those whose text asks for them. A text asks
    by saying what the amount is made of; one that does not asks for the principal alone."""

    _inherit = "dunning.plan"

    @api.model
    def _complete(self, candidates):
        completed = super()._complete(candidates)
        for candidate in completed:
            candidate.charges = None
            candidate.problems = [p for p in candidate.problems if p.code != "charges_unknown"]
        self._add_charges([candidate for candidate in completed if self._demands(candidate)])
        return completed

    @api.model
    def _demands(self, candidate):
        """Whether a candidate's policy charges and its text says so; an agreed payment is what
        was agreed."""
        if candidate.instalment or candidate.thanks or candidate.agreement:
            return False
        if not (candidate.text and candidate.lines and candidate.policy._charges()):
            return False
        channel = self.env["dunning.channel"]._of(candidate.channel)
        return "amount_detail" in channel._wording(candidate)

    @api.model
    def _add_charges(self, candidates):
        """Put on each candidate what its lines amount to; where that cannot be said, nothing is
        sent: the debtor must not hear of one sum today and of another tomorrow."""
        lines = self.env["account.move.line"].union(*(c.lines for c in candidates))
        Charge = self.env["dunning.charge"]
        of_lines = Charge._for_lines(lines)
        for candidate in candidates:
            charges = [of_lines[line] for line in candidate.lines]
            candidate.charges = Charge._sum(charges, charges[0].computed_on)
            if candidate.charges.unknown:
                code, figures = candidate.charges.unknown
                problem = Impediment("charges_unknown", {"variant": code, **figures})
                candidate.problems.append(problem)
