from odoo import models


class AccountMoveLine(models.Model):
    """The end of a reconciliation."""

    _inherit = "account.move.line"

    def _reconcile_post_hook(self, data):
        """A reconciliation is over: agreements on its invoices read what was paid."""
        result = super()._reconcile_post_hook(data)
        self.env["dunning.agreement.line"]._live_on(self.move_id)._refresh()
        return result


class AccountPartialReconcile(models.Model):
    """A reconciliation that is undone."""

    _inherit = "account.partial.reconcile"

    def unlink(self):
        """A payment that is taken back opens its invoice again: said on the chatter of those that
        had been reminded, and to their agreements."""
        moves = self.debit_move_id.move_id.filtered(
            lambda move: (
                move.move_type in ("out_invoice", "out_receipt")
                and move.payment_state in ("paid", "in_payment", "partial")
            )
        )
        names = {
            move: ", ".join(
                self.filtered(
                    lambda part, move=move: part.debit_move_id.move_id == move
                ).credit_move_id.move_id.mapped("name")
            )
            for move in moves
        }
        result = super().unlink()
        if moves:
            moves._dunning_note_reopened(names)
        return result
