from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..core.law.gate import Impediment
from .dunning_message import ATTEMPTED


class DunningMessage(models.Model):
    """The question whose number it is: asked once for each number, whoever asks."""

    _inherit = "dunning.message"

    silence_told = fields.Boolean("A person knows that nobody answered")

    _identity_once = models.UniqueIndex(
        "(contact_point_id) WHERE purpose = 'identity' AND state NOT IN ('refused', 'cancelled')",
        "This number was asked already whose it is.",
    )
    _silence_idx = models.Index(
        "(company_id, attempted_at) WHERE purpose = 'identity' AND NOT silence_told"
    )


class DunningPlan(models.AbstractModel):
    """The plan's first touch: where a reminder only lacks that somebody has verified the number,
    a neutral message asks whose it is, by the same gate, quotas and outbox."""

    _inherit = "dunning.plan"

    @api.model
    def _ask_whose(self, answers, at, run=None, user=None):
        """Propose the question for each number that stands in the way of one of these decided
        candidates, and tell a person where nobody answered; returns the new messages."""
        candidates = self._first_touches(answers)
        asked = self._answers(self._complete(candidates), at) if candidates else []
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                messages = self._store(asked, run=run, user=user)
        except UniqueViolation:
            # another worker asks the same number for another company: the next run knows it
            messages = self.env["dunning.message"]
        for company in {candidate.company for candidate, _verdict in answers}:
            self._tell_silence(company, at)
        return messages

    @api.model
    def _first_touches(self, answers):
        """One candidate that asks for each number that only has to be asked."""
        found = {}
        for candidate, verdict in answers:
            refused = [check for check in verdict.reasons if check.outcome == "refuse"]
            alone = [check.code for check in refused] == ["first_touch"]
            if alone and not refused[0].figures and not candidate.reader:
                found.setdefault(candidate.point, candidate)
        return [self._question(candidate) for candidate in found.values()]

    @api.model
    def _question(self, candidate):
        """The candidate that asks the number of another one whose it is."""
        return replace(
            candidate,
            level=self.env["dunning.level"],
            level_channel=None,
            triggers={},
            purpose="identity",
            template_name=candidate.policy.first_touch_template_name or "",
            problems=[],
            passed_over=(),
            instalment=None,
            offset=0,
            thanks=False,
            charges=None,
        )

    @api.model
    def _refresh_candidate(self, message, lines, resting, at):
        """A question is still asked while something of what stands behind it is open."""
        if message.purpose != "identity":
            return super()._refresh_candidate(message, lines, resting, at)
        payable, problems = self._sort_lines(lines, resting)
        candidate = self._question(self._candidate_of(message, payable))
        if not payable:
            candidate.problems += problems or [Impediment("paid")]
        self._check_minimum(candidate)
        return candidate

    @api.model
    def _tell_silence(self, company, at):
        """Where nobody answered in the policy's days, or the question did not arrive, somebody
        has to make sure of the number; he is told once."""
        waiting = (
            self.env["dunning.message"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("purpose", "=", "identity"),
                    ("state", "in", ATTEMPTED),
                    ("silence_told", "=", False),
                    ("contact_point_id.state", "=", "new"),
                ]
            )
        )
        due = waiting.filtered(
            lambda message: (
                message.state == "failed"
                or message.attempted_at
                <= at - timedelta(days=max(message.policy_id.first_touch_days, 1))
            )
        )
        for message in due:
            user = message.policy_id.user_id
            spoken = message.with_context(lang=user.lang or self.env.lang)
            self.env["dunning.event"]._call_person(
                message.partner_id,
                user,
                spoken.env._("Find the right number of %s", message.partner_id.name),
                spoken.env._(
                    "Nobody at %s has said whether it is his number. It is not asked again: make "
                    "sure, then confirm the number or enter another one.",
                    message.contact_point_id.masked,
                ),
            )
        due.silence_told = True
