from collections import defaultdict

from odoo import api, fields, models

from ..core.whatsapp.variables import COUNTRIES_OF
from .dunning_text import GENERAL


class DunningLevel(models.Model):
    """Which of a ladder's levels have a template that can be sent, in which language."""

    _inherit = "dunning.level"

    template_note = fields.Char("Template at WhatsApp", compute="_compute_template_note")
    template_ready = fields.Boolean(compute="_compute_template_note")

    @api.depends(
        "channel_ids.template_name",
        "policy_id.account_id.template_ids.sendable",
        "policy_id.country_id",
    )
    @api.depends_context("lang")
    def _compute_template_note(self):
        """One query for any number of levels."""
        templates = self._templates_by_key()
        for level in self:
            account = level.policy_id.account_id
            name = level._whatsapp_template_name()
            if not account or not name:
                level.template_note, level.template_ready = False, True
                continue
            rows = [
                (language, templates[account.id, name].get(language))
                for language in level.policy_id._template_languages(templates[account.id, name])
            ]
            level.template_ready = all(found and found.sendable for _language, found in rows)
            level.template_note = "; ".join(
                f"{language}: {level._template_word(found)}" for language, found in rows
            )

    def _templates_by_key(self):
        """{(account id, name): {language: template}} of these levels."""
        found = defaultdict(dict)
        rows = self.env["dunning.whatsapp.template"].search(
            [
                ("account_id", "in", self.policy_id.account_id.ids),
                ("name", "in", [level._whatsapp_template_name() for level in self]),
            ]
        )
        for template in rows:
            found[template.account_id.id, template.name][template.language] = template
        return found

    def _whatsapp_template_name(self):
        """The name of the WhatsApp template that this level sends, or nothing."""
        self.ensure_one()
        rows = self.channel_ids.filtered(lambda row: row.channel == "whatsapp")
        return rows[:1].template_name

    @api.model
    def _template_word(self, template):
        if not template:
            return self.env._("missing")
        if template.sendable:
            return self.env._("ready")
        if not template.meta_id:
            return self.env._("not submitted")
        if template.differs:
            return self.env._("changed, not submitted")
        if template._is_marketing():
            return self.env._("counted as marketing")
        return template.status.lower().replace("_", " ")


class DunningPolicy(models.Model):
    _inherit = "dunning.policy"

    template_note = fields.Char(compute="_compute_template_note")

    @api.depends("level_ids.template_ready", "level_ids.active")
    @api.depends_context("lang")
    def _compute_template_note(self):
        for policy in self:
            missing = policy.level_ids.filtered(lambda level: not level.template_ready)
            policy.template_note = (
                self.env._(
                    "%(count)s of %(all)s levels lack a template that WhatsApp would send.",
                    count=len(missing),
                    all=len(policy.level_ids),
                )
                if missing and policy.account_id
                else False
            )

    def _template_languages(self, templates):
        """Meta's languages in which this policy's debtors are written to; a country's own wording
        stands in for the general one where the account has it."""
        self.ensure_one()
        code = self.country_id.code
        foreign = [base for base, codes in COUNTRIES_OF.items() if code in codes]
        bases = foreign or (["es"] if code else list(GENERAL))
        own = {base: f"{base}_{code}" for base in bases}
        return [own[base] if own[base] in templates else GENERAL[base] for base in bases]
