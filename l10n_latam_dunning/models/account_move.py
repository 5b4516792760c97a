from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_line_ids = fields.One2many(
        "dunning.message.line",
        "move_id",
        "Reminders",
        groups="l10n_latam_dunning.group_dunning_user",
    )

    def action_dunning_send(self):
        """Open the preview of a reminder for this invoice: the text and the gate's answer."""
        self.ensure_one()
        self.env["dunning.send"].check_access("create")
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
        self.env["dunning.message"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_message_action"
        )
        return {**action, "domain": [("line_ids.move_id", "=", self.id)], "context": {}}

    def message_update(self, msg_dict, update_vals=None):
        """An answer that the gateway of e-mail found to be about this invoice."""
        self.env["dunning.message"].sudo()._receive_answer(msg_dict)
        return super().message_update(msg_dict, update_vals)
