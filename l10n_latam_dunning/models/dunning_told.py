from odoo import api, fields, models
from odoo.fields import Domain

from .dunning_answer import Answer, FreeText
from .dunning_gate import Candidate
from .dunning_message import STOPPABLE


class DunningMessage(models.Model):
    """A notice: told once, outside of the ladder. An agreement is confirmed, or a reported
    payment was not found. It passes the same gate and the same outbox as everything else."""

    _inherit = "dunning.message"

    agreement_id = fields.Many2one(
        "dunning.agreement", "Confirms", ondelete="restrict", index="btree_not_null"
    )
    hold_id = fields.Many2one(
        "dunning.hold", "About the report", ondelete="restrict", index="btree_not_null"
    )
    own_words = fields.Text("Written by the user")

    _confirmed_once = models.UniqueIndex(
        "(agreement_id) WHERE agreement_id IS NOT NULL"
        " AND state NOT IN ('refused', 'cancelled', 'failed')",
        "This agreement is confirmed already, or is about to be.",
    )
    _told_once = models.UniqueIndex(
        "(hold_id) WHERE hold_id IS NOT NULL AND state NOT IN ('refused', 'cancelled', 'failed')",
        "The debtor was told already that his payment was not found, or is about to be.",
    )

    def _is_notice(self):
        return bool(self.agreement_id or self.hold_id)

    @api.model
    def _cancel_notices(self, domain, why):
        """Stop notices that have not left; what they say is true no more."""
        waiting = self.sudo().search(Domain("state", "in", STOPPABLE) & Domain(domain))
        waiting._stop(why, "stopped")

    # === CHATTER ===

    def _log_state(self):
        """A notice stands on its agreement or hold too."""
        for message in self.filtered(lambda message: message._is_notice()):
            office = message.with_context(lang=message.company_id.partner_id.lang)
            about = office.agreement_id or office.hold_id
            about.sudo()._message_log(body=office._state_note())
        return super()._log_state()

    def _answer_records(self):
        return self.agreement_id.move_ids or self.hold_id.move_ids or super()._answer_records()


class DunningPlan(models.AbstractModel):
    """Notices on their way: the first of their channels that is open."""

    _inherit = "dunning.plan"

    @api.model
    def _first_open(self, candidates, at, without=None):
        """(candidate, verdict) of the first that is not refused, else of the first that is no
        free answer; (None, None) where there is none. ``without`` is a hold that is about to
        end."""
        if not candidates:
            return None, None
        plain = [candidate for candidate in candidates if not isinstance(candidate, Answer)]
        self._complete(plain)
        gate = self.env["dunning.gate"]
        known = gate._known(candidates, at)
        if without:
            ending = without._fact()
            for facts in known.holds.values():
                facts[:] = [fact for fact in facts if fact != ending]
        verdicts = [gate._verdict(candidate, known, at) for candidate in candidates]
        pairs = list(zip(candidates, verdicts, strict=True))
        refused = next((pair for pair in pairs if not isinstance(pair[0], Answer)), pairs[0])
        return next(
            (
                (candidate, verdict)
                for candidate, verdict in pairs
                # a free answer leaves at once or not at all
                if verdict.outcome == "send"
                or (verdict.outcome == "wait" and not isinstance(candidate, Answer))
            ),
            refused,
        )

    @api.model
    def _notice_candidate(self, company, partner, currency, policy, lines, **about):
        """What may become a notice on a channel; ``about`` names it and its text."""
        return Candidate(
            company, partner, currency, policy, lines, level=self.env["dunning.level"], **about
        )

    @api.model
    def _free_answer(self, company, partner, currency, text):
        """The same as a free answer to somebody who wrote within WhatsApp's 24 hours, or
        nothing."""
        identity = self.env["dunning.whatsapp.identity"]._of_partners(partner, company)[:1]
        if not identity or identity.window_until <= fields.Datetime.now():
            return None
        return Answer(
            company=company,
            partner=partner,
            currency=currency,
            policy=self.env["dunning.policy"].sudo(),
            lines=self.env["account.move.line"].sudo(),
            purpose="reply",
            point=identity.contact_point_id,
            text=FreeText(text),
            sender=identity.account_id,
        )

    # === BEFORE THE WIRE ===

    @api.model
    def _refresh_candidate(self, message, lines, resting, at):
        if message.purpose == "reply" or not message._is_notice():
            return super()._refresh_candidate(message, lines, resting, at)
        about = message.agreement_id or message.hold_id
        found = [c for c in about._notices(message.own_words) if c.channel == message.channel]
        candidate = found[0] if found else about._any_notice(message)
        candidate.problems += about._notice_problems(candidate)
        return candidate
