from markupsafe import escape
from odoo import api, fields, models
from odoo.tools import SQL

# What each note has of its own.
OWN = ("id", "res_id", "body")


class AccountMove(models.Model):
    """Notes on many invoices at once."""

    _inherit = "account.move"

    @api.model
    def _dunning_log_notes(self, bodies):
        """Put a note on each invoice of ``{invoice id: markup}``. A run of reminders writes ten
        thousands of them, and they differ in nothing but invoice and words: Odoo makes the first
        (``mail.thread._message_log_batch``), and the others are copies of its row, so that what
        any other module has put there is there as well."""
        if not bodies:
            return
        (move_id, body), *others = bodies.items()
        note = self.browse(move_id)._message_log_batch({move_id: body})
        if not others:
            return
        note.flush_recordset()
        stored = [name for name, field in note._fields.items() if _is_column(field)]
        names = SQL(", ").join(SQL.identifier(name) for name in stored if name not in OWN)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mail_message (res_id, body, %(names)s)
                SELECT t.res_id, t.body, %(names)s
                  FROM mail_message,
                       unnest(%(moves)s::int4[], %(bodies)s::text[]) AS t(res_id, body)
                 WHERE mail_message.id = %(note)s
                """,
                names=names,
                moves=[move_id for move_id, _body in others],
                bodies=[str(escape(body)) for _move_id, body in others],
                note=note.id,
            )
        )
        self.browse(bodies).invalidate_recordset(["message_ids", "website_message_ids"])


def _is_column(field):
    return field.store and field.column_type and not isinstance(field, fields.Many2many)
