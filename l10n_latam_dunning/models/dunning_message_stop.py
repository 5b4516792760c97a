from odoo import api, fields, models
from odoo.fields import Domain

from .dunning_message import STOPPABLE


class DunningMessage(models.Model):
    """What stops messages that have not left yet: a payment, or a new fact to be judged."""

    _inherit = "dunning.message"

    @api.model
    def _ask_again(self, domain, why=""):
        """Let the delivery decide anew, at once, what waits or is on its way to the wire:
        something about the debtors has changed."""
        waiting = self.search(Domain("state", "=", "waiting") & domain)
        waiting.write({"not_before": fields.Datetime.now()})
        waiting._trigger_delivery()
        self.search(Domain("state", "=", "sending") & domain)._recall(why)

    @api.model
    def _cancel_for_payment(self, moves):
        """Stop what waits only for invoices that are paid now; a message that also asks for
        another one is written anew without these when it leaves."""
        waiting = self.search([("state", "in", STOPPABLE), ("line_ids.move_id", "in", moves.ids)])
        paid = ("paid", "in_payment", "reversed")

        def is_settled(message):
            asked = message.line_ids.filtered("level_id") or message.line_ids
            return all(move.payment_state in paid for move in asked.move_id)

        asking = waiting.filtered(lambda message: not message.thanks)
        settled = asking.filtered(is_settled)
        settled._stop(self.env._("Paid"), "paid")
        (asking - settled)._recall(self.env._("Paid"))
