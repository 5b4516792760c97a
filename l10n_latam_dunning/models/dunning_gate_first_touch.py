from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models

from ..core.law.gate import Impediment
from .dunning_contact_point_confirm import DOUBTED
from .dunning_message import PENDING


class DunningGate(models.AbstractModel):
    """What stands against a number that nobody has verified: first a neutral message asks whose
    it is, and what speaks of the debt waits for the answer."""

    _inherit = "dunning.gate"

    @api.model
    def _known(self, candidates, at, ignore=None):
        known = super()._known(candidates, at, ignore)
        asked = {
            c.point.id
            for c in candidates
            if c.purpose == "identity" or self._is_unverified(c, known)
        }
        return replace(known, questions=self._questions(asked, ignore)) if asked else known

    @api.model
    def _questions(self, points, ignore=None):
        """{contact point id: the message that asks, or asked, whose number it is}. It is there
        once, whichever company asked."""
        messages = (
            self.env["dunning.message"]
            .sudo()
            .search_fetch(
                [
                    ("contact_point_id", "in", list(points)),
                    ("purpose", "=", "identity"),
                    ("state", "not in", ("refused", "cancelled")),
                    ("id", "not in", ignore.ids if ignore else []),
                ],
                ["contact_point_id", "state", "attempted_at"],
            )
        )
        return {message.contact_point_id.id: message for message in messages}

    @api.model
    def _is_unverified(self, candidate, known):
        """Whether a message about the debt would go to a number that nobody has verified, and the
        policy wants that asked first."""
        return bool(
            candidate.policy
            and candidate.policy.first_touch == "neutral"
            and candidate.purpose not in ("identity", "reply")
            and candidate.point
            and candidate.point.kind == "phone"
            and candidate.point.state not in DOUBTED
            and not self._bond(candidate, known).confirmed
        )

    @api.model
    def _problems(self, candidate, known, at):
        own = super()._problems(candidate, known, at)
        bond = self._bond(candidate, known)
        if candidate.purpose == "identity" and candidate.point:
            if bond.confirmed:
                own.append(Impediment("first_touch", {"variant": "answered"}))
            elif candidate.point.id in known.questions:
                own.append(self._first_touch(candidate, known, at))
        elif self._is_unverified(candidate, known):
            own += filter(None, [self._first_touch(candidate, known, at)])
        if bond.role == "guarantor" and not candidate.reader:
            own.append(Impediment("contact_unverified", {"variant": "guarantor"}))
        return own

    @api.model
    def _first_touch(self, candidate, known, at):
        """The impediment of a number that is to be asked, or was; nothing where the channel cannot
        ask and nobody has."""
        question = known.questions.get(candidate.point.id)
        if not question and not self.env["dunning.channel"]._of(candidate.channel)._asks_whose:
            return None
        if candidate.point.state == "verified":
            return Impediment("first_touch", {"variant": "shared"})
        if not question:
            return Impediment("first_touch")
        if question.state in PENDING or not question.attempted_at:
            return Impediment("first_touch", {"variant": "planned"})
        if question.state == "failed":
            return Impediment("first_touch", {"variant": "failed"})
        figures = {
            "variant": "asked",
            "date": fields.Date.to_string(
                self._local_day(candidate.addressee, question.attempted_at)
            ),
        }
        days = candidate.policy.first_touch_days
        if question.attempted_at <= at - timedelta(days=days):
            figures |= {"variant": "silent", "days": str(days)}
        return Impediment("first_touch", figures)
