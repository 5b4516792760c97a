from odoo import api, models


class DunningWhatsappTemplate(models.Model):
    """What a webhook says of a template."""

    _inherit = "dunning.whatsapp.template"

    @api.model
    def _apply_event(self, kind, data, account=None, at=None):
        """Take over status, category and quality; returns the template, empty if not ours."""
        template = self.search(
            [
                ("account_id", "=", account.id),
                ("meta_id", "=", str(data.get("message_template_id") or "none")),
            ],
            limit=1,
        )
        told = {
            "status": data.get("event"),
            "category": data.get("new_category"),
            "quality": data.get("new_quality_score"),
        }
        template.write({name: value for name, value in told.items() if isinstance(value, str)})
        return template
