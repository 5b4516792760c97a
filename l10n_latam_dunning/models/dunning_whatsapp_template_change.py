from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

KINDS = [
    ("status", "Status"),
    ("category", "Category"),
    ("correct_category", "Announced category"),
    ("quality", "Quality"),
    ("text", "Text"),
    ("price", "Price"),
]
SOURCES = [
    ("submit", "Submission"),
    ("sync", "Read from WhatsApp"),
    ("webhook", "Told by WhatsApp"),
    ("send", "A message"),
    ("user", "A person"),
]


class DunningWhatsappTemplateChange(models.Model):
    """What became of a template at WhatsApp, line by line. Nobody edits it; a line that comes
    late finds its place by its instant."""

    _name = "dunning.whatsapp.template.change"
    _description = "History of a WhatsApp template"
    _order = "at desc, id desc"
    _rec_name = "value"

    template_id = fields.Many2one(
        "dunning.whatsapp.template", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    at = fields.Datetime("When", required=True, readonly=True)
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    value = fields.Char("To", readonly=True)
    old_value = fields.Char("From", compute="_compute_old_value")
    source = fields.Selection(SOURCES, required=True, readonly=True)
    note = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True, ondelete="restrict")

    _once = models.UniqueIndex("(template_id, kind, at, COALESCE(value, ''), source)")

    @api.depends("template_id", "kind", "at")
    def _compute_old_value(self):
        """What it was before, by the instants and not by the order of arrival."""
        lines = self.search([("template_id", "in", self.template_id.ids)], order="at, id")
        before, old = {}, {}
        for line in lines:
            key = (line.template_id, line.kind)
            old[line.id] = before.get(key, False)
            before[key] = line.value
        for line in self:
            line.old_value = old.get(line.id, False)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of a template is evidence and is not deleted."))

    @api.model
    def _note(self, template, kind, value, at, source, note="", user=None):
        """Write a line, once: what is told again does nothing."""
        now = fields.Datetime.now()
        uid = self.env.uid
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_whatsapp_template_change
                       (template_id, company_id, at, kind, value, source, note, user_id,
                        create_uid, write_uid, create_date, write_date)
                VALUES %s
                ON CONFLICT DO NOTHING
                """,
                (
                    template.id,
                    template.company_id.id or None,
                    at,
                    kind,
                    value or None,
                    source,
                    note or None,
                    user.id if user else None,
                    *(uid, uid, now, now),
                ),
            )
        )
        template.invalidate_recordset(["change_ids"], flush=False)
        self.invalidate_model(["old_value"], flush=False)
