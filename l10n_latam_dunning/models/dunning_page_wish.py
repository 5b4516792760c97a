from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..core.law.gate import Impediment
from ..core.law.jurisdiction import OpeningHours, company_window


class Wish(NamedTuple):
    """How a debtor wants to be reached: by which channel only, and in which hours only."""

    channel: str = ""
    hours: str = ""

    @property
    def windows(self):
        return (company_window(OpeningHours.parse(self.hours)),) if self.hours else ()

    def problems(self, channel):
        """What the wish has against a channel."""
        if not self.channel or self.channel == channel:
            return []
        return [Impediment("channel_not_wished", {"channel": self.channel})]


class DunningPageAnswer(models.Model):
    """The newest preference of a debtor is in force: it narrows what the law and the company
    allow, and never widens it."""

    _inherit = "dunning.page.answer"

    @api.model
    def _wishes(self, pairs):
        """{(partner id, company id): Wish} for (partner, company) pairs, in one query."""
        wishes = defaultdict(Wish)
        partners = {partner.id for partner, _company in pairs}
        if not partners:
            return wishes
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (partner_id, company_id)
                       partner_id, company_id, channel, hours
                  FROM dunning_page_answer
                 WHERE kind = 'preference' AND partner_id IN %s
              ORDER BY partner_id, company_id, id DESC
                """,
                tuple(partners),
            )
        )
        for partner, company, channel, hours in rows:
            wishes[partner, company] = Wish(channel or "", hours or "")
        return wishes
