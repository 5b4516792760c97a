from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..core.law.gate import Impediment
from ..tools import naive_utc
from .dunning_answer import Answer
from .dunning_plan import is_debt

NOT_FOUND = "l10n_latam_dunning.mail_template_not_found"


class DunningHold(models.Model):
    """A reported payment that was not found: told to the debtor in the accountant's words."""

    _inherit = "dunning.hold"

    def _notices(self, words=""):
        """The notice on each channel, for what is open of the hold's invoices."""
        lines = self._unpaid_lines()
        if not lines:
            return []
        policy = self._policy_of(self.company_id, self.partner_id)
        ways = []
        if policy.not_found_template_name:
            ways.append({"channel": "whatsapp", "template_name": policy.not_found_template_name})
        ways.append({"channel": "email", "mail_template": self.env.ref(NOT_FOUND).sudo()})
        return [self._notice(lines, words, policy, **way) for way in ways]

    def _notice(self, lines, words, policy, **way):
        return self.env["dunning.plan"]._notice_candidate(
            self.company_id,
            self.partner_id,
            lines.currency_id or self.company_id.currency_id,
            policy,
            lines,
            hold=self,
            own_words=words or "",
            **way,
        )

    def _any_notice(self, message):
        policy, nothing = message.policy_id, self.env["account.move.line"]
        return self._notice(nothing, message.own_words, policy, channel=message.channel)

    def _notice_problems(self, candidate):
        return [] if candidate.lines else [Impediment("paid")]

    def _unpaid_lines(self):
        """What is open of the invoices that the hold was about and nothing else rests, in the
        currency of the oldest."""
        plan = self.env["dunning.plan"].sudo()
        domain = Domain("partner_id", "=", self.partner_id.id)
        if self.move_ids:
            domain &= Domain("move_id", "in", self.move_ids.ids)
        lines = plan._open_lines(self.company_id, domain)
        resting = plan._resting_moves(lines.move_id)
        payable = lines.filtered(
            lambda line: is_debt(line) and self._is_all(resting.impediment(line))
        )
        payable = payable.filtered(lambda line: line.currency_id == payable[:1].currency_id)
        credits = lines.filtered(
            lambda line: _is_credit(line) and line.currency_id == payable.currency_id
        )
        covered = plan._covering_credit(payable, credits, resting)
        return payable.browse() if covered else payable

    def _is_all(self, problem):
        """Whether nothing but this hold stands against asking for an instalment."""
        if not problem:
            return True
        detail = (problem.figures or {}).get("detail")
        return problem.code == f"hold_{self.reason}" and detail == self._fact().detail

    def _words_not_found(self):
        """What a debtor is told where the accountant writes nothing else, in his language."""
        debtor = self.partner_id
        installed = dict(self.env["res.lang"].get_installed())
        own = (debtor.lang, self.company_id.partner_id.lang)
        lang = next((code for code in own if code in installed), "en_US")
        env = self.with_context(lang=lang).env
        return env._(
            "We have not found your payment on our account until %(day)s. Please send us the"
            " receipt or ask your bank.",
            day=format_date(env, fields.Date.context_today(self), lang_code=lang),
        )

    def _way_in_words(self, words):
        """How a rejection would reach the debtor now, or why not, for who is about to write it."""
        if not words:
            return self.env._("Nothing is written to the debtor.")
        candidate, verdict = self._way_to_tell(words)
        if not candidate:
            return self.env._("Nothing of it is open any more: nothing is written to the debtor.")
        Message = self.env["dunning.message"]
        if verdict.outcome == "refuse":
            reasons = " ".join(Message._explain(check) for check in verdict.reasons)
            return self.env._("It is not sent: %s", reasons)
        if isinstance(candidate, Answer):
            return self.env._("As a free answer on WhatsApp, now.")
        labels = dict(Message._fields["channel"]._description_selection(self.env))
        if verdict.outcome == "wait":
            shown = Message.new({"verdict": verdict.to_dict()})
            return self.env._(
                "By %(channel)s, not before %(when)s.",
                channel=labels[candidate.channel],
                when=shown._when(naive_utc(verdict.not_before)),
            )
        return self.env._("By %s, now.", labels[candidate.channel])

    def _way_to_tell(self, words):
        """(candidate, verdict) by which the debtor would be told now."""
        plan = self.env["dunning.plan"].sudo().with_company(self.company_id)
        hold = self.sudo()
        candidates = hold._notices(words)
        if candidates:
            free = plan._free_answer(
                hold.company_id, hold.partner_id, candidates[0].currency, words
            )
            candidates = [*filter(None, [free]), *candidates]
        return plan._first_open(candidates, fields.Datetime.now(), without=hold)

    def _tell(self, words, user):
        """Write to the debtor that his payment was not found, once; the gate decides whether, how
        and when. Returns the message, which may be a refused one, or nothing."""
        candidate, verdict = self._way_to_tell(words)
        Message = self.env["dunning.message"].sudo()
        if not candidate:
            return Message.browse()
        if isinstance(candidate, Answer):
            heard = (
                self.env["dunning.whatsapp.identity"]
                ._of_partners(self.partner_id, self.company_id)[:1]
                ._heard()[:1]
            )
            about = self.move_ids or self._unpaid_lines().move_id
            _verdict, message = Message._answer(
                candidate,
                answers_id=heard.id,
                about_move_id=about[:1].id,
                user_id=user.id,
                hold_id=self.id,
                own_words=words,
            )
            return message
        return self.env["dunning.plan"].sudo()._store([(candidate, verdict)], user=user)


def _is_credit(line):
    return line.amount_residual_currency < 0
