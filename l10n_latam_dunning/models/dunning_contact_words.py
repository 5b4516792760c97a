from odoo import api, fields, models

from ..core import phones


class DunningContactPoint(models.Model):
    """What the screen says of a number or address beside its state."""

    _inherit = "dunning.contact.point"

    roles = fields.Char("Who answers there", compute="_compute_roles")
    aliases = fields.Char(
        "Named by WhatsApp",
        compute="_compute_aliases",
        compute_sudo=True,
        help="WhatsApp may write one number in several ways, such as with Mexico's old 1. Answers "
        "under any of them are this number's.",
    )
    asked_words = fields.Char("First touch", compute="_compute_asked_words", compute_sudo=True)

    @api.depends("link_ids.role")
    @api.depends_context("lang")
    def _compute_roles(self):
        labels = dict(
            self.env["dunning.contact.link"]._fields["role"]._description_selection(self.env)
        )
        for point in self:
            point.roles = ", ".join(dict.fromkeys(labels[link.role] for link in point.link_ids))

    @api.depends("value", "wa_id", "identity_ids.wa_id")
    def _compute_aliases(self):
        for point in self:
            ids = [point.wa_id, *point.identity_ids.mapped("wa_id")]
            own = (point.value or "").lstrip("+")
            forms = dict.fromkeys(wa_id for wa_id in ids if wa_id and wa_id != own)
            point.aliases = ", ".join(self._masked_form(wa_id) for wa_id in forms) or False

    @api.model
    def _masked_form(self, wa_id):
        """A WhatsApp id with its calling code, its length and its end, and nothing between."""
        masked = phones.mask(f"+{wa_id}")
        return self.env._("%(number)s (%(count)s digits)", number=masked, count=len(wa_id))

    @api.depends_context("lang")
    def _compute_asked_words(self):
        questions = self.env["dunning.gate"]._questions(self.ids)
        states = dict(self.env["dunning.message"]._fields["state"]._description_selection(self.env))
        for point in self:
            question = questions.get(point.id)
            point.asked_words = question and self.env._(
                "A neutral message asks whether this is the person: %s.",
                " ".join(
                    filter(
                        None,
                        [
                            states[question.state],
                            question.attempted_at and question._when(question.attempted_at),
                        ],
                    )
                ),
            )
