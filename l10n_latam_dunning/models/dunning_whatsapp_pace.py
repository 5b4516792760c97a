from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, formatLang

from ..core.whatsapp import pace


class DunningMessage(models.Model):
    _inherit = "dunning.message"

    _pace_idx = models.Index("(account_id, attempted_at) WHERE attempted_at IS NOT NULL")

    def _pair_waits(self, at):
        """{message: seconds that it has to wait} by what its number wrote to its recipient just
        now, at a naive UTC instant. One query for any number of messages."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account_id, contact_point_id, array_agg(attempted_at)
                  FROM dunning_message
                 WHERE contact_point_id = ANY(%s) AND attempted_at > %s AND NOT id = ANY(%s)
              GROUP BY account_id, contact_point_id
                """,
                self.contact_point_id.ids,
                at - pace.PAIR_MEMORY,
                self.ids,
            )
        )
        waits = {(account, point): pace.pair_wait(sent, at) for account, point, sent in rows}
        return {
            message: waits[message.account_id.id, message.contact_point_id.id]
            for message in self
            if waits.get((message.account_id.id, message.contact_point_id.id))
        }


class DunningWhatsappAccount(models.Model):
    """How fast a number may send, and to how many people it may write now."""

    _inherit = "dunning.whatsapp.account"

    coexistence = fields.Boolean(
        "Also used in the WhatsApp Business app",
        help="Such a number carries 20 messages a second at most.",
    )
    max_per_second = fields.Integer(
        "Own limit a second",
        aggregator=False,
        help="The company's own limit of messages a second. 0: as many as WhatsApp allows.",
    )
    ramp_per_day = fields.Integer(
        "Messages on the first day",
        default=200,
        aggregator=False,
        help="When a number goes live or was paused for long, no more than this many messages "
        "leave in the first 24 hours, twice as many in the next, and so on, oldest first, so that "
        "a back-log does not leave all at once. 0: no such limit.",
    )
    ramp_from = fields.Datetime(
        "Slow start since", readonly=True, copy=False, help="When it went live or was resumed."
    )
    portfolio_id = fields.Char(
        "Business portfolio ID",
        help="Numbers of one portfolio share its messaging limit. Empty: the numbers of one "
        "WhatsApp Business Account do.",
    )
    messaging_limit = fields.Char("Limit (WhatsApp's word)", readonly=True, copy=False)
    limit_label = fields.Char("People in 24 hours", compute="_compute_limit_label")
    rate_label = fields.Char("Messages a second", compute="_compute_rate_label")

    @api.depends("messaging_limit")
    @api.depends_context("lang")
    def _compute_limit_label(self):
        for account in self:
            people = pace.recipients_a_day(account.messaging_limit or "")
            if people is None:
                account.limit_label = self.env._("Not known: 250 are taken for granted")
            elif people >= pace.UNLIMITED:
                account.limit_label = self.env._("No limit")
            else:
                account.limit_label = formatLang(self.env, people, digits=0)

    @api.depends("throughput", "coexistence", "max_per_second")
    def _compute_rate_label(self):
        for account in self:
            account.rate_label = f"{account._rate():g}"

    @api.constrains("max_per_second", "ramp_per_day")
    def _check_pace(self):
        for account in self:
            if account.max_per_second < 0 or account.ramp_per_day < 0:
                raise ValidationError(self.env._("A limit is 0 (none) or more."))

    def _rate(self):
        """The messages a second that this number may send."""
        self.ensure_one()
        return pace.rate_of(
            self.throughput or "", coexistence=self.coexistence, own=float(self.max_per_second)
        )

    def _room(self, at):
        """{account: how many people not written to in the last 24 hours may be written to now},
        at a naive UTC instant. Two queries for any number of accounts."""
        portfolio = self.sudo().search(
            [
                "|",
                ("portfolio_id", "in", [name for name in self.mapped("portfolio_id") if name]),
                ("waba_id", "in", self.mapped("waba_id")),
            ]
        )
        starts = {account.id: account._ramp_start(at) for account in self}
        people = (portfolio | self)._count_people(at)
        messages = self._count_messages(at, starts)
        return {
            account: pace.room(
                pace.Limits(
                    account._recipients_a_day(),
                    pace.ramp(account.ramp_per_day, starts[account.id], at),
                ),
                pace.Counts(people.get(account._portfolio(), 0), messages.get(account.id, 0)),
            )
            for account in self
        }

    def _recipients_a_day(self):
        """The messaging limit; the smallest one while WhatsApp has not said it."""
        limit = pace.recipients_a_day(self.messaging_limit or "")
        return pace.SMALLEST_LIMIT if limit is None else limit

    def _count_people(self, at):
        """{portfolio: different people written to first in the last 24 hours}."""
        if not self:
            return {}
        self.env["dunning.message"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT v.portfolio, count(DISTINCT m.contact_point_id)
                      FROM dunning_message m
                      JOIN (VALUES %s) AS v(account_id, portfolio) USING (account_id)
                     WHERE m.attempted_at > %s AND m.purpose <> 'reply'
                  GROUP BY v.portfolio
                    """,
                    SQL(", ").join(SQL("(%s, %s)", a.id, a._portfolio()) for a in self),
                    at - pace.DAY,
                )
            )
        )

    def _count_messages(self, at, starts):
        """{account id: messages that count against its slow start}."""
        if not self:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT account_id, count(*)
                      FROM dunning_message m
                      JOIN (VALUES %s) AS v(account_id, since) USING (account_id)
                     WHERE m.attempted_at >= v.since AND m.purpose <> 'reply'
                  GROUP BY account_id
                    """,
                    SQL(", ").join(
                        SQL("(%s, %s::timestamp)", a.id, pace.counted_from(starts[a.id], at))
                        for a in self
                    ),
                )
            )
        )

    def _portfolio(self):
        """What shares one messaging limit."""
        return self.portfolio_id or self.waba_id

    def _ramp_start(self, at):
        """Since when the back-log is worked off: activation, or the end of the last long stop,
        also of one whose time is over although nobody has noted it yet."""
        ends = [
            trouble.until
            for trouble in self.sudo().open_trouble_ids
            if trouble.stops
            and not trouble.country_id
            and trouble.until
            and trouble.until <= at
            and pace.restarts(trouble.until - trouble.date_from)
        ]
        return max([*ends, *filter(None, [self.ramp_from])], default=None)
