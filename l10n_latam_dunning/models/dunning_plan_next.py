from dataclasses import replace

from odoo import api, fields, models

from .dunning_gate import Candidate


class DunningPlan(models.AbstractModel):
    """The plan for messages that did not arrive: the same instalments on the next channel of
    their level, through the gate as everything else."""

    _inherit = "dunning.plan"

    @api.model
    def _propose_next(self):
        """Look at the messages whose time has come: one that left and was never delivered has
        failed; one that failed is followed on the next channel, where its level has one; one of
        which nobody knows is put before a person."""
        now = fields.Datetime.now()
        due = self.env["dunning.message"].search([("follow_up_at", "<=", now)])
        due = due.try_lock_for_update()
        due.filtered(lambda message: message.state == "sent")._update_state(
            ("sent",), "failed", self.env._("Not delivered in time")
        )._log_state()
        due.filtered(lambda message: message.state == "uncertain")._ask_a_person()
        failed = due.filtered(lambda message: message.state == "failed" and not message.next_id)
        due.follow_up_at = False
        for company in failed.company_id:
            mine = failed.filtered(lambda message, company=company: message.company_id == company)
            self.with_company(company)._follow(mine, now)

    @api.model
    def _follow(self, messages, at):
        """Propose each failed message's successor; a refusal is kept as any other."""
        candidates = self.env["dunning.outbox"]._fresh_candidates(messages, at)
        following = []
        for message, candidate in zip(messages, candidates, strict=True):
            channel = self._following_channel(message)
            if channel:
                following.append((message, self._successor(message, candidate, channel)))
        kept = self._without_pending([candidate for _message, candidate in following])
        following = [pair for pair in following if any(pair[1] is one for one in kept)]
        answers = self._answers(self._complete(kept), at)
        for (message, _candidate), (candidate, verdict) in zip(following, answers, strict=True):
            message.next_id = self._store([(candidate, verdict)], user=message.user_id)
            if message.next_id.channel == message.channel:
                message.next_id.attempts = message.attempts

    @api.model
    def _following_channel(self, message):
        """The channel after a failed message's own, or that one again where this may help."""
        rows = message.level_id.channel_ids
        mine = rows.filtered(lambda row: row.channel == message.channel)
        return (rows._after(message.channel) if mine else mine) or (
            mine if message.again else mine.browse()
        )

    @api.model
    def _successor(self, message, candidate: Candidate, channel):
        """The candidate of a failed message on another channel."""
        levels = {(line.move_id.id, line.date_due): line.level_id for line in message.line_ids}
        triggers = {
            line.id: levels[line.move_id.id, line.date_maturity]
            for line in candidate.lines
            if levels.get((line.move_id.id, line.date_maturity))
        }
        return replace(candidate, level_channel=channel, channel=channel.channel, triggers=triggers)
