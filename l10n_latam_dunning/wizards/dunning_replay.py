from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..models.dunning_price import CHARGED
from ..models.dunning_reason import REASONS
from ..tools import aware

DAYS = 90
LONGEST = 366


class DunningReplay(models.TransientModel):
    """The last days as they were, beside what a policy and the law, as they are now, would have
    made of them."""

    _name = "dunning.replay"
    _description = "Replay of a dunning policy"
    _rec_name = "policy_id"

    policy_id = fields.Many2one("dunning.policy", required=True, readonly=True, ondelete="cascade")
    days = fields.Integer(required=True, default=DAYS)
    date_from = fields.Datetime("From", readonly=True)
    date_to = fields.Datetime("Until", readonly=True)
    line_ids = fields.One2many("dunning.replay.line", "replay_id")
    level_line_ids = fields.One2many(
        "dunning.replay.line", "replay_id", "Messages", domain=[("kind", "=", "sent")]
    )
    reason_line_ids = fields.One2many(
        "dunning.replay.line", "replay_id", "Not sent", domain=[("kind", "=", "unsent")]
    )
    sent_paper = fields.Integer("Sent on paper", readonly=True)
    delayed_paper = fields.Integer("Of these, on a later day", readonly=True)
    sent_fact = fields.Integer("Sent in fact", readonly=True)
    delivered_fact = fields.Integer("Of these, delivered", readonly=True)
    currency_id = fields.Many2one(related="policy_id.company_id.currency_id")
    has_cost = fields.Boolean(readonly=True)
    cost_paper = fields.Monetary("Cost on paper", readonly=True)
    cost_fact = fields.Monetary("Cost in fact", readonly=True)
    cost_note = fields.Text("About the cost", readonly=True)

    @api.constrains("days")
    def _check_days(self):
        for replay in self:
            if not 1 <= replay.days <= LONGEST:
                raise ValidationError(
                    self.env._("A replay looks back 1 to %(days)s days.", days=LONGEST)
                )

    def action_run(self):
        """Replay again, with the days that are entered now."""
        self._run()
        return self._action()

    def _run(self):
        """Simulate the last days and keep the counts; nothing else is written."""
        self.ensure_one()
        self.policy_id.check_access("read")
        end = fields.Datetime.now()
        start = end - timedelta(days=self.days)
        simulation = self.env["dunning.simulation"].sudo()
        found = simulation._replay(self.policy_id.sudo(), start, end)
        since = [planned for planned in found if planned.at <= aware(end)]
        sent = [planned for planned in since if planned.outcome == "sent"]
        self.line_ids.unlink()
        self.write(
            {
                "date_from": start,
                "date_to": end,
                "sent_paper": len(sent),
                "delayed_paper": sum(planned.delayed for planned in sent),
                **self._fact_vals(start, end),
                **self._cost_vals(sent, start, end),
                "line_ids": [
                    fields.Command.create(vals)
                    for vals in [
                        *self._level_lines(sent, start, end),
                        *self._reason_lines(since, start, end),
                    ]
                ],
            }
        )

    def _fact_vals(self, start, end):
        Message = self.env["dunning.message"]
        sent = self._facts_domain(start, end)
        return {
            "sent_fact": Message.search_count(sent),
            "delivered_fact": Message.search_count(
                sent & fields.Domain("state", "in", ("delivered", "read"))
            ),
        }

    def _cost_vals(self, sent, start, end):
        """What the messages on paper and those in fact cost at the prices of their days, and
        what that leaves out."""
        price = self.env["dunning.price"]
        company = self.policy_id.company_id
        left = self._facts_domain(start, end) & fields.Domain("state", "in", CHARGED)
        paper = Counter(planned.charge for planned in sent)
        fact = Counter(map(price._charge_of, self.env["dunning.message"].search(left)))
        amounts = price._amounts({*paper, *fact}, company, end.date())
        return {
            "has_cost": bool(amounts),
            "cost_paper": sum(paper[charge] * amount for charge, amount in amounts.items()),
            "cost_fact": sum(fact[charge] * amount for charge, amount in amounts.items()),
            "cost_note": self._cost_note(paper, fact, amounts),
        }

    def _cost_note(self, paper, fact, amounts):
        """How the cost was counted, and for which messages no price is entered."""
        if not paper and not fact:
            return False
        if not amounts:
            return self.env._(
                "No price is entered for these messages, so nothing is said of their cost. Enter "
                "prices under Configuration, Dunning, Prices of messages."
            )
        note = self.env._(
            "Every message that left and did not fail is counted at the price of its day and at "
            "today's exchange rate; WhatsApp charges what it delivers."
        )
        missing = {}
        for charge in {*paper, *fact} - set(amounts):
            row = missing.setdefault(charge._replace(day=None), [0, 0])
            row[0] += paper[charge]
            row[1] += fact[charge]
        return "\n".join([note, *self._missing_prices(missing)])

    def _missing_prices(self, missing):
        """A sentence for each kind of message that has no price: {charge: [on paper, in fact]}."""
        channel = self.env["dunning.price"]._fields["channel"]
        labels = dict(channel._description_selection(self.env))
        codes = [charge.country for charge in missing]
        countries = self.env["res.country"].search([("code", "in", codes)])
        names = {country.code: country.name for country in countries}
        return [
            self.env._(
                "No price is entered for %(kind)s to numbers of %(country)s: %(paper)s message(s) "
                "on paper and %(fact)s in fact are left out.",
                kind=" ".join(filter(None, [labels[charge.channel], charge.category])),
                country=names.get(charge.country) or self.env._("an unknown country"),
                paper=on_paper,
                fact=in_fact,
            )
            for charge, (on_paper, in_fact) in sorted(missing.items())
        ]

    def _facts_domain(self, start, end):
        simulation = self.env["dunning.simulation"]
        mine = simulation._messages_domain(self.policy_id)
        return mine & simulation._attempts_domain(start, end)

    def _level_lines(self, sent, start, end):
        """A line for each level: messages on paper, in fact, and delivered."""
        paper = Counter(planned.rung.key for planned in sent)
        fact, delivered = Counter(), Counter()
        for level, state, count in self.env["dunning.message"]._read_group(
            self._facts_domain(start, end), ["level_id", "state"], ["__count"]
        ):
            fact[level.id] += count
            delivered[level.id] += count * (state in ("delivered", "read"))
        levels = self.env["dunning.level"].browse({*paper, *fact} - {False})
        return [
            {
                "kind": "sent",
                "level_id": level.id,
                "paper": paper[level.id],
                "fact": fact[level.id],
                "delivered": delivered[level.id],
            }
            for level in levels.sorted("days")
        ]

    def _reason_lines(self, found, start, end):
        """A line for each reason for which a message did not leave."""
        Message, simulation = self.env["dunning.message"], self.env["dunning.simulation"]
        paper = Counter()
        for planned in found:
            if planned.outcome in ("refused", "cancelled"):
                _verdict, checks = simulation._reasons(planned)
                paper[Message._known_reason(checks[0].code)] += 1
        mine = simulation._messages_domain(self.policy_id)
        unsent = mine & fields.Domain(
            [
                ("state", "in", ("refused", "cancelled")),
                ("create_date", ">=", start),
                ("create_date", "<=", end),
            ]
        )
        fact = Counter(dict(Message._read_group(unsent, ["reason"], ["__count"])))
        order = [code for code, _label in REASONS]
        return [
            {"kind": "unsent", "reason": code, "paper": paper[code], "fact": fact[code]}
            for code in sorted({*paper, *fact} - {False}, key=order.index)
        ]

    def _action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay: %s", self.policy_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }


class DunningReplayLine(models.TransientModel):
    """One figure of a replay beside the fact."""

    _name = "dunning.replay.line"
    _description = "Figure of a replay"
    _order = "id"

    replay_id = fields.Many2one("dunning.replay", required=True, ondelete="cascade")
    kind = fields.Selection([("sent", "Sent"), ("unsent", "Not sent")], required=True)
    level_id = fields.Many2one("dunning.level", ondelete="cascade")
    reason = fields.Selection(REASONS)
    paper = fields.Integer("On paper")
    fact = fields.Integer("In fact")
    delivered = fields.Integer("Of these, delivered")
    difference = fields.Integer(compute="_compute_difference", help="On paper less in fact.")

    @api.depends("paper", "fact")
    def _compute_difference(self):
        for line in self:
            line.difference = line.paper - line.fact
