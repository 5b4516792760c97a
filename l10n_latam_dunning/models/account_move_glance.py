from odoo import api, fields, models
from odoo.tools import SQL

from .dunning_message import PENDING

USER = "l10n_latam_dunning.group_dunning_user"


class AccountMove(models.Model):
    """What an invoice's form shows of its reminders at a glance, in one query."""

    _inherit = "account.move"

    dunning_message_count = fields.Integer(
        "Reminders sent", compute="_compute_dunning_glance", groups=USER
    )
    dunning_next = fields.Char(
        "Next reminder",
        compute="_compute_dunning_glance",
        groups=USER,
        help="What waits for its hour or its approval.",
    )
    dunning_agreement_count = fields.Integer(compute="_compute_dunning_glance", groups=USER)
    dunning_charge_count = fields.Integer(compute="_compute_dunning_glance", groups=USER)

    @api.depends("dunning_line_ids.state", "dunning_agreement_ids", "dunning_charge_move_ids")
    @api.depends_context("lang")
    def _compute_dunning_glance(self):
        glances = self._dunning_glances()
        Message = self.env["dunning.message"]
        labels = dict(Message._fields["state"]._description_selection(self.env))
        for move in self:
            glance = glances.get(move._origin.id, {})
            move.dunning_message_count = glance.get("sent", 0)
            move.dunning_agreement_count = glance.get("agreements", 0)
            move.dunning_charge_count = glance.get("charged_on", 0)
            pending = Message.browse(glance.get("pending") or ())
            move.dunning_next = (
                pending._when(glance["not_before"])
                if glance.get("not_before")
                else labels.get(glance.get("state"))
            )

    def _dunning_glances(self):
        """{invoice id: figures}. They count what hangs on an invoice that the user reads, in the
        invoice's own company."""
        for model in ("dunning.message", "dunning.message.line", "dunning.agreement"):
            self.env[model].flush_model()
        self.env["account.move"].flush_model(["dunning_charge_origin_id"])
        query = SQL(
            """
            SELECT m.id,
                   (SELECT count(DISTINCT d.id)
                      FROM dunning_message_line l
                      JOIN dunning_message d ON d.id = l.message_id
                     WHERE l.move_id = m.id AND d.attempted_at IS NOT NULL) AS sent,
                   (SELECT count(*)
                      FROM dunning_agreement_move_rel r
                     WHERE r.account_move_id = m.id) AS agreements,
                   (SELECT count(*)
                      FROM account_move c
                     WHERE c.dunning_charge_origin_id = m.id) AS charged_on,
                   p.id AS pending, p.state, p.not_before
              FROM account_move m
         LEFT JOIN LATERAL (
                   SELECT d.id, d.state, d.not_before
                     FROM dunning_message_line l
                     JOIN dunning_message d ON d.id = l.message_id
                    WHERE l.move_id = m.id AND d.state IN %(pending)s
                 ORDER BY d.id
                    LIMIT 1) p ON TRUE
             WHERE m.id = ANY(%(ids)s)
            """,
            pending=tuple(PENDING),
            ids=self._origin.ids,
        )
        return {row["id"]: row for row in self.env.execute_query_dict(query)}
