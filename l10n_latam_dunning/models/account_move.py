from odoo import api, fields, models

from .dunning_message import PENDING


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_line_ids = fields.One2many(
        "dunning.message.line",
        "move_id",
        "Reminders",
        groups="l10n_latam_dunning.group_dunning_user",
    )
    dunning_message_count = fields.Integer(
        "Reminders sent",
        compute="_compute_dunning",
        groups="l10n_latam_dunning.group_dunning_user",
    )
    dunning_next = fields.Char(
        "Next reminder",
        compute="_compute_dunning",
        groups="l10n_latam_dunning.group_dunning_user",
        help="What waits for its hour or its approval.",
    )

    @api.depends("dunning_line_ids.state")
    def _compute_dunning(self):
        labels = dict(self.env["dunning.message"]._fields["state"]._description_selection(self.env))
        lines = self.env["dunning.message.line"].search_fetch(
            [("move_id", "in", self.ids)], ["move_id", "message_id"]
        )
        for move in self:
            mine = lines.filtered(lambda line, move=move: line.move_id == move).message_id
            move.dunning_message_count = len(mine.filtered("attempted_at"))
            pending = mine.filtered(lambda message: message.state in PENDING)[:1]
            move.dunning_next = (
                pending._when(pending.not_before)
                if pending.not_before
                else labels.get(pending.state)
            )

    def action_dunning_send(self):
        """Open the preview of a reminder for this invoice: the text and the gate's answer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_send_action"
        )
        return {**action, "context": {"default_move_id": self.id}}

    def action_dunning_agree(self):
        """Open a new payment agreement for this invoice."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_agreement_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "view_mode": "form",
            "context": {
                "default_company_id": self.company_id.id,
                "default_partner_id": self.commercial_partner_id.id,
                "default_currency_id": self.currency_id.id,
                "default_move_ids": self.ids,
                "default_first_date": fields.Date.context_today(self),
            },
        }

    def action_dunning_messages(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_message_action"
        )
        return {**action, "domain": [("line_ids.move_id", "=", self.id)], "context": {}}

    def message_update(self, msg_dict, update_vals=None):
        """An answer that the gateway of e-mail found to be about this invoice."""
        self.env["dunning.message"].sudo()._receive_answer(msg_dict)
        return super().message_update(msg_dict, update_vals)
