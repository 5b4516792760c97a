from odoo import api, fields, models

from ..core.debt.ladder import Rung


class DunningLevel(models.Model):
    """A rung of the ladder: when, on which channel, with which text."""

    _name = "dunning.level"
    _description = "Dunning level"
    _order = "policy_id, days, id"

    policy_id = fields.Many2one("dunning.policy", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    name = fields.Char(required=True, translate=True)
    objective = fields.Selection(
        [
            ("courtesy", "Courtesy, before the due date"),
            ("due", "On the due date"),
            ("overdue", "Overdue"),
            ("last_notice", "Last notice"),
        ],
        required=True,
        default="overdue",
    )
    days = fields.Integer(
        "Days from due date", required=True, help="Negative: before the due date."
    )
    channel_ids = fields.One2many(
        "dunning.level.channel",
        "level_id",
        "Channels",
        copy=True,
        help="In this order: the next is tried only when the one before failed or cannot be used.",
    )
    channel_names = fields.Char("Channels in order", compute="_compute_channel_names")
    mode = fields.Selection(
        [("automatic", "Sent automatically"), ("approval", "Waits for an approval")],
        required=True,
        default="automatic",
    )
    active = fields.Boolean(default=True)

    _days_unique = models.UniqueIndex(
        "(policy_id, days) WHERE active", "A policy has one level for each number of days."
    )

    @api.depends("name", "days")
    def _compute_display_name(self):
        for level in self:
            days = f"{level.days:+d}" if level.days else "0"
            level.display_name = f"{level.name} ({days})"

    @api.depends("channel_ids.channel", "channel_ids.sequence")
    @api.depends_context("lang")
    def _compute_channel_names(self):
        labels = dict(
            self.env["dunning.level.channel"]._fields["channel"]._description_selection(self.env)
        )
        for level in self:
            level.channel_names = ", ".join(labels[row.channel] for row in level.channel_ids)

    def _rungs(self):
        """These levels as plain rungs for the pure ladder."""
        return tuple(Rung(level.id, level.days) for level in self)

    def _purpose(self):
        """What the gate calls a contact at this level."""
        self.ensure_one()
        return "courtesy" if self.objective == "courtesy" else "reminder"
