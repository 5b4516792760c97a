from zoneinfo import ZoneInfo

from odoo import api, fields, models

from ..models.dunning_reason import REASONS
from ..tools import naive_utc, to_amount

DAYS = 30
OUTCOMES = [
    ("sent", "Would be sent"),
    ("delayed", "Would be sent on a later day"),
    ("waiting", "Would still wait"),
    ("approval", "Would wait for an approval"),
    ("refused", "Would not be sent"),
    ("cancelled", "Would be stopped"),
    ("superseded", "Replaced by a higher level"),
]
# What was decided by a rule; the others need no reason.
EXPLAINED = ("delayed", "waiting", "refused", "cancelled")
# Colours of Odoo's calendar: green, yellow, blue, red, grey.
COLORS = {"sent": 10, "delayed": 3, "waiting": 3, "approval": 4, "refused": 1, "cancelled": 1}


class DunningForecast(models.TransientModel):
    """What a policy would do in the coming days, if nothing else happened."""

    _name = "dunning.forecast"
    _description = "Dry run of a dunning policy"

    policy_id = fields.Many2one("dunning.policy", required=True, ondelete="cascade")
    days = fields.Integer(required=True, default=DAYS)
    line_ids = fields.One2many("dunning.forecast.line", "forecast_id")

    def _run(self):
        """Simulate from now on and keep the result as lines of this dry run."""
        self.ensure_one()
        self.policy_id.check_access("read")
        at = fields.Datetime.now()
        simulation = self.env["dunning.simulation"].sudo()
        found = simulation._forecast(self.policy_id.sudo(), at, self.days)
        charges = {planned.charge for planned in found if planned.charge}
        costs = self.env["dunning.price"]._amounts(charges, self.policy_id.company_id, at.date())
        Line = self.env["dunning.forecast.line"]
        Line.create(
            [
                {**Line._prepare_vals(self, planned), "cost": costs.get(planned.charge, 0)}
                for planned in found
            ]
        )

    def _action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_forecast_line_action"
        )
        name = self.env._(
            "Next %(days)s days: %(policy)s", days=self.days, policy=self.policy_id.name
        )
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": [("forecast_id", "=", self.id)],
        }


class DunningForecastLine(models.TransientModel):
    """A message on paper: who, when, at which level, and what the law says to it."""

    _name = "dunning.forecast.line"
    _description = "Message in a dry run"
    _order = "leaves_at, id"

    forecast_id = fields.Many2one("dunning.forecast", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Debtor", ondelete="cascade")
    level_id = fields.Many2one("dunning.level", ondelete="cascade")
    move_ids = fields.Many2many("account.move", string="Invoices")
    currency_id = fields.Many2one("res.currency", ondelete="cascade")
    amount = fields.Monetary("Open in all")
    cost = fields.Float(
        digits=(16, 4),
        help="By the prices of messages that are entered, in the company's currency.",
    )
    planned_at = fields.Datetime("Planned")
    leaves_at = fields.Datetime("When", help="The first lawful instant, in your own time zone.")
    local_time = fields.Char("At the debtor")
    day = fields.Date("Day at the debtor")
    outcome = fields.Selection(OUTCOMES)
    reason = fields.Selection(REASONS)
    explanation = fields.Text("Why")
    remedy = fields.Text("What would have to change")
    law = fields.Char("Law applied")
    color = fields.Integer()

    @api.depends("partner_id", "local_time")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{(line.local_time or '')[:5]} {line.partner_id.display_name}"

    @api.model
    def _prepare_vals(self, forecast, planned):
        partner, currency = planned.debtor.key
        Message = self.env["dunning.message"]
        verdict, checks = self.env["dunning.simulation"]._reasons(planned)
        zone = verdict.zones[0] if verdict.zones else "UTC"
        outcome = "delayed" if planned.outcome == "sent" and planned.delayed else planned.outcome
        checks = checks if outcome in EXPLAINED else []
        code = checks[0].code if checks else False
        return {
            "forecast_id": forecast.id,
            "partner_id": partner.id,
            "level_id": planned.rung.key,
            "move_ids": [fields.Command.set(list({debt.move for debt in planned.debts}))],
            "currency_id": currency.id,
            "amount": to_amount(currency, planned.amount()),
            "planned_at": naive_utc(planned.planned_at),
            "leaves_at": naive_utc(planned.at),
            "local_time": f"{planned.at.astimezone(ZoneInfo(zone)):%H:%M} ({zone})",
            "day": planned.debtor.local_day(planned.at),
            "outcome": outcome,
            "reason": Message._known_reason(code),
            "explanation": "\n".join(Message._explain(check) for check in checks),
            "remedy": Message._remedy(code) if outcome in ("refused", "cancelled") else False,
            "law": verdict.jurisdiction,
            "color": COLORS.get(outcome, 0),
        }
