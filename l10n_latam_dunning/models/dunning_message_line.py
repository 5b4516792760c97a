from odoo import api, fields, models
from odoo.tools import SQL

from .dunning_message import DEAD

# What a new line is made of, with its type in the database.
COLUMNS = {
    "move_id": "int4",
    "level_id": "int4",
    "date_due": "date",
    "amount": "numeric",
    "episode": "int4",
    "thanks": "bool",
}


class DunningMessageLine(models.Model):
    """An instalment that a message speaks of. With a level it is this rung's one reminder;
    without, the invoice is only listed among what is open."""

    _name = "dunning.message.line"
    _description = "Instalment in a dunning message"
    _order = "message_id, date_due, id"

    message_id = fields.Many2one("dunning.message", required=True, ondelete="cascade", index=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, ondelete="restrict", index=True
    )
    level_id = fields.Many2one("dunning.level", ondelete="restrict", index="btree_not_null")
    date_due = fields.Date(required=True)
    currency_id = fields.Many2one(related="message_id.currency_id")
    amount = fields.Monetary("Open amount", help="As it was when the message was last written.")
    episode = fields.Integer(help="How often the ladder has started again after an agreement.")
    thanks = fields.Boolean(help="The message gives thanks for the payment of this invoice.")
    state = fields.Selection(related="message_id.state")
    live = fields.Boolean("Counts as reminded", compute="_compute_live", store=True)

    # An instalment is its invoice and due day: Odoo makes new journal items when an invoice goes
    # back to draft, and that must not open a rung again.
    _once = models.UniqueIndex(
        "(move_id, date_due, level_id, COALESCE(episode, 0)) WHERE live AND level_id IS NOT NULL",
        "This instalment already has its reminder at this level.",
    )
    _thanked_once = models.UniqueIndex(
        "(move_id, date_due) WHERE live AND thanks", "Thanks were given for this already."
    )

    @api.depends("message_id.state", "message_id.next_id")
    def _compute_live(self):
        for line in self:
            message = line.message_id
            line.live = message.state not in DEAD and not message.next_id

    @api.model
    def _insert(self, rows):
        """Add lines to new messages, as pairs of (message, values of COLUMNS): a plan has ten
        thousands of them, so they are one statement."""
        if not rows:
            return
        self.env["dunning.message"].flush_model()
        self.flush_model()  # what older lines do not count for any more
        columns = [
            SQL("%s::%s[]", [values[name] for _message, values in rows], SQL(kind))
            for name, kind in COLUMNS.items()
        ]
        names = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_message_line
                       (message_id, live, create_uid, write_uid, create_date, write_date, %(names)s)
                SELECT message_id, live, %(uid)s, %(uid)s, %(now)s, %(now)s, %(names)s
                  FROM unnest(%(messages)s::int4[], %(live)s::bool[], %(columns)s)
                    AS t(message_id, live, %(names)s)
                """,
                names=names,
                uid=self.env.uid,
                now=self.env.cr.now(),
                messages=[message.id for message, _values in rows],
                live=[message.state not in DEAD for message, _values in rows],
                columns=SQL(", ").join(columns),
            )
        )
        self.env["dunning.message"].invalidate_model(["line_ids"])
        self.env["account.move"].invalidate_model(["dunning_line_ids"])
