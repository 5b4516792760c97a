from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.delivery import Delivery
from .dunning_message import PENDING


class DunningMessageRecall(models.Model):
    """Somebody or something called a message back while it was on its way to the wire. A row of
    its own, only ever added: the message belongs to the worker that carries it, and neither waits
    for the other. The worker looks for it right before the message leaves."""

    _name = "dunning.message.recall"
    _description = "Message called back"
    _order = "id desc"
    _rec_name = "note"

    message_id = fields.Many2one(
        "dunning.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="message_id.company_id", store=True, index=True)
    attempt = fields.Integer(required=True, readonly=True, aggregator=False)
    reason_code = fields.Char(readonly=True, help="Empty: the gate is asked once more.")
    note = fields.Char("Why", readonly=True)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("What called a message back is evidence and is never changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What called a message back is evidence and is not deleted."))


class DunningMessage(models.Model):
    """Stopping a message, wherever it is on its way."""

    _inherit = "dunning.message"

    recall_ids = fields.One2many("dunning.message.recall", "message_id", "Called back")

    def _stop(self, note, code):
        """Cancel what waits, and call back what is on its way to the wire: that is cancelled too
        unless it has left already."""
        self._update_state(PENDING, "cancelled", note, reason_codes=code)._log_state()
        self._recall(note, code)

    def _recall(self, note, code=""):
        """Call back what is on its way to the wire. Without a code of a reason the gate decides
        anew what becomes of it."""
        self.env["dunning.message.recall"].sudo().create(
            [
                {
                    "message_id": message.id,
                    "attempt": message.attempts,
                    "reason_code": code or False,
                    "note": note,
                }
                for message in self
                if message.state == "sending"
            ]
        )


def look(cr, ids):
    """{message id: what it ends in} of those that were called back; touches nothing of Odoo but
    the cursor."""
    cr.execute(
        SQL(
            """
            SELECT r.message_id, r.reason_code, r.note
              FROM dunning_message_recall r
              JOIN dunning_message m ON m.id = r.message_id AND m.attempts = r.attempt
             WHERE r.message_id = ANY(%s)
          ORDER BY r.reason_code IS NOT NULL, r.id
            """,
            list(ids),
        )
    )
    # of several the one that ends it counts
    return {
        message: Delivery("recalled", details=note or "", reason=code or "")
        for message, code, note in cr.fetchall()
    }
