from collections import ChainMap
from dataclasses import replace
from datetime import datetime, timezone

from markupsafe import Markup
from odoo import api, fields, models

from ..core.law.gate import ConsentFact, Impediment
from .dunning_gate import Candidate


class DunningMessage(models.Model):
    """A request for consent on its way, or a withdrawal confirmed."""

    _inherit = "dunning.message"

    consent_id = fields.Many2one(
        "dunning.consent",
        "About the consent",
        ondelete="restrict",
        index="btree_not_null",
        help="That is asked for, or the withdrawal that is confirmed.",
    )

    def _log_state(self):
        """A request is about no invoice: it stands on the debtor."""
        requests = self.filtered(lambda message: message.purpose == "consent")
        notes = {}
        for message in requests:
            office = message.with_context(lang=message.company_id.partner_id.lang)
            partner = message.partner_id.id
            notes[partner] = notes.get(partner, Markup()) + office._state_note()
        requests.partner_id.sudo()._message_log_batch(notes)
        return super(DunningMessage, self - requests)._log_state()


class DunningGate(models.AbstractModel):
    _inherit = "dunning.gate"

    @api.model
    def _verdict(self, candidate, known, at, leave_out=frozenset()):
        """The question whether somebody may be written to needs no consent, and no bank tells
        whether it is to be asked."""
        if candidate.purpose == "consent":
            known = replace(known, consents=_as_if_allowed(known.consents, candidate))
            leave_out |= {"bank_stale"}
        return super()._verdict(candidate, known, at, leave_out)


class DunningPlan(models.AbstractModel):
    _inherit = "dunning.plan"

    @api.model
    def _request_candidate(self, partner, company, channel, asks=None):
        """What may become a request for consent; it is about no invoice and of no policy."""
        return Candidate(
            company,
            partner,
            company.currency_id,
            self.env["dunning.policy"],
            self.env["account.move.line"],
            level=self.env["dunning.level"],
            level_channel=self.env["dunning.level.channel"],
            purpose="consent",
            channel=channel,
            asks=asks,
        )

    @api.model
    def _prepare_message_vals(self, candidate, verdict, run=None, user=None):
        vals = super()._prepare_message_vals(candidate, verdict, run, user)
        return {**vals, "consent_id": candidate.asks.id if candidate.asks else False}

    @api.model
    def _refresh_candidate(self, message, lines, resting, at):
        if message.purpose != "consent":
            return super()._refresh_candidate(message, lines, resting, at)
        return self._request_candidate(
            message.partner_id, message.company_id, message.channel, asks=message.consent_id
        )

    @api.model
    def _complete(self, candidates):
        """Requests get the words that are on record, set-based; who has answered meanwhile is not
        asked any more."""
        candidates = super()._complete(candidates)
        requests = [candidate for candidate in candidates if candidate.asks]
        groups = {}
        for candidate in requests:
            groups.setdefault((candidate.company, candidate.channel), []).append(candidate)
        for (company, code), mine in groups.items():
            facts = self.env["dunning.consent"].concat(*(candidate.asks for candidate in mine))
            texts = self.env["dunning.channel"]._of(code)._requests(facts.sudo(), company)
            for candidate in mine:
                candidate.text = texts.get(candidate.asks)
        people = self.env["res.partner"].concat(*(candidate.partner for candidate in requests))
        asked = {
            partner
            for (partner, _channel), fact in self.env["dunning.consent"]._states(people).items()
            if fact.event == "asked"
        }
        for candidate in requests:
            if candidate.partner not in asked:
                candidate.problems.append(Impediment("not_open", {"variant": "answered"}))
        return candidates


def _as_if_allowed(consents, candidate):
    """The consents that are known, and one to the channel of a question from before all of them:
    the question needs none, and whoever withdrew is not asked."""
    first = datetime(1970, 1, 1, tzinfo=timezone.utc)
    allowed = ConsentFact(candidate.channel, "granted", first, "express")
    own = [*consents[candidate.partner.id], allowed]
    return ChainMap({candidate.partner.id: own}, consents)
