from odoo import api, fields, models
from odoo.fields import Domain

from .dunning_message import PENDING


class DunningMessage(models.Model):
    """What stops messages that have not left yet: a payment, or a new fact to be judged."""

    _inherit = "dunning.message"

    @api.model
    def _ask_again(self, domain):
        """Let the delivery decide waiting messages anew at once: something about their debtors
        has changed."""
        waiting = self.search(Domain("state", "=", "waiting") & domain)
        waiting.write({"not_before": fields.Datetime.now()})
        waiting._trigger_delivery()

    @api.model
    def _cancel_for_payment(self, moves):
        """Stop what waits only for invoices that are paid now; a message that also asks for
        another one is written anew without these when it leaves."""
        waiting = self.search([("state", "in", PENDING), ("line_ids.move_id", "in", moves.ids)])
        paid = ("paid", "in_payment", "reversed")

        def is_settled(message):
            asked = message.line_ids.filtered("level_id") or message.line_ids
            return all(move.payment_state in paid for move in asked.move_id)

        waiting.filtered(lambda message: not message.thanks and is_settled(message))._update_state(
            PENDING, "cancelled", self.env._("Paid"), reason_codes="paid"
        )._log_state()
