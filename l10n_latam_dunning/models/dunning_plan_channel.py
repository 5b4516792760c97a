from dataclasses import replace

from odoo import api, models

from .dunning_gate import is_unusable


class DunningPlan(models.AbstractModel):
    """The plan's choice of the channel: the first of a level that can be used; the next one
    only where that one cannot be used or has failed, and always through the gate."""

    _inherit = "dunning.plan"

    @api.model
    def _answers(self, candidates, at):
        """[(candidate, verdict)]: each on the first channel of its level that can be used. Where
        none can, the answer is the first channel's."""
        gate = self.env["dunning.gate"]
        answers = list(zip(candidates, gate._decide(candidates, at), strict=True))
        turn = dict(enumerate(answers))
        while turn := self._on_next_channel(turn):
            verdicts = gate._decide(list(turn.values()), at)
            turn = dict(zip(turn, zip(turn.values(), verdicts, strict=True), strict=True))
            for index, (candidate, verdict) in turn.items():
                if verdict.outcome != "refuse":
                    answers[index] = (candidate, verdict)
        return answers

    @api.model
    def _on_next_channel(self, answers):
        """{key: candidate} on the next channel of the level, of those {key: (candidate, verdict)}
        whose channel cannot be used and that have another one."""
        turned = {
            key: candidate
            for key, (before, verdict) in answers.items()
            if is_unusable(verdict) and (candidate := self._after(before, verdict))
        }
        self._complete(turned.values())
        return turned

    @api.model
    def _after(self, candidate, verdict):
        """The candidate on the channel after its own, or nothing."""
        if not candidate.level:
            return None
        following = candidate.level.channel_ids._after(candidate.channel)
        if not following:
            return None
        return replace(
            candidate,
            problems=list(candidate.problems),
            level_channel=following,
            channel=following.channel,
            passed_over=(*candidate.passed_over, (candidate.channel, verdict)),
        )

    @api.model
    def _on_first_channel(self, candidates):
        """Put candidates on the first channel of their level, complete."""
        for candidate in candidates:
            if candidate.level and candidate.level.channel_ids:
                candidate.level_channel = candidate.level.channel_ids[0]
                candidate.channel = candidate.level_channel.channel
            self._check_minimum(candidate)
        self._name_who(candidates)
        return self._complete(candidates)

    @api.model
    def _complete(self, candidates):
        """Add address and text of their channel to candidates, set-based for each channel."""
        partners = {}
        for candidate in candidates:
            partners.setdefault(candidate.channel, set()).add(candidate.addressee.id)
        channels = {code: self.env["dunning.channel"]._of(code) for code in partners}
        reached = {
            code: channel._reach(self.env["res.partner"].browse(partners[code]))
            for code, channel in channels.items()
        }
        for candidate in candidates:
            found = reached[candidate.channel][candidate.addressee]
            candidate.point, candidate.unreachable = found
            has_text = candidate.level or candidate.template_name or candidate.mail_template
            candidate.text = channels[candidate.channel]._find_text(candidate) if has_text else None
        return candidates
