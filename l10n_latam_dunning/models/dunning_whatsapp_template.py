from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.whatsapp.client import ApiFailure
from ..core.whatsapp.payload import clean_value
from ..core.whatsapp.template_rules import check_template, render, variables

# What a template may say, and an example of it for Meta's reviewers.
VARIABLES = {
    "customer_name": "Rosa Quispe",
    "company_name": "Comercial Ejemplo SAC",
    "company_identity": "Comercial Ejemplo SAC, 20123456786, Av. Arequipa 100, Lima",
    "invoice_list": "F001-123, S/ 1,250.00, 15/01/2027",
    "amount_total": "S/ 1,250.00",
    "amount_detail": "solo el capital facturado, sin intereses, multas, comisiones ni gastos",
    "due_date": "15/01/2027",
    "invoice_names": "F001-123, F001-124",
}
SENDABLE = ("APPROVED", "REINSTATED", "FLAGGED")


class DunningWhatsappTemplate(models.Model):
    """A WhatsApp template with Meta's state of it. One without an account is a text that the
    addon ships; adopting a policy copies it to the company's own account."""

    _name = "dunning.whatsapp.template"
    _description = "WhatsApp template"
    _order = "account_id, name, language"

    account_id = fields.Many2one(
        "dunning.whatsapp.account", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    name = fields.Char(required=True, help="Lower case letters, digits and underscores.")
    language = fields.Char(
        required=True, help="Meta's code: es, es_CL, pt_BR … (Meta does not know es_419)."
    )
    category = fields.Char(default="UTILITY", readonly=True, help="As Meta classified it.")
    body = fields.Text(required=True)
    footer = fields.Char()
    button_ids = fields.One2many(
        "dunning.whatsapp.template.button", "template_id", "Buttons", copy=True
    )
    status = fields.Char(default="DRAFT", readonly=True, copy=False)
    sendable = fields.Boolean(compute="_compute_sendable")
    reject_reason = fields.Char(readonly=True, copy=False)
    quality = fields.Char(readonly=True, copy=False)
    meta_id = fields.Char("Meta id", readonly=True, copy=False)
    preview = fields.Text(compute="_compute_preview")

    _name_unique = models.UniqueIndex(
        "(COALESCE(account_id, 0), name, language)",
        "There is already a template of this name and language.",
    )
    _meta_idx = models.Index("(meta_id) WHERE meta_id IS NOT NULL")

    # === COMPUTE ===

    @api.depends("status", "category")
    def _compute_sendable(self):
        """Fails closed: what Meta calls otherwise, or has moved to marketing, is not sent."""
        for template in self:
            template.sendable = template.status in SENDABLE and template.category == "UTILITY"

    @api.depends("body", "footer", "button_ids.text")
    def _compute_preview(self):
        for template in self:
            buttons = "  ".join(f"[{button.text}]" for button in template.button_ids)
            template.preview = "\n\n".join(
                filter(None, [template._render(VARIABLES), template.footer, buttons])
            )

    @api.depends("name", "language")
    def _compute_display_name(self):
        for template in self:
            template.display_name = f"{template.name} ({template.language})"

    # === CONSTRAINTS ===

    @api.constrains("name", "language", "body", "footer", "button_ids")
    def _check_rules(self):
        for template in self:
            unknown = sorted(set(template._variables()) - set(VARIABLES))
            findings = [
                str(finding)
                for finding in check_template(template._definition())
                if finding.severity == "error"
            ]
            if unknown:
                findings.insert(
                    0,
                    self.env._(
                        "unknown variables %(unknown)s; there are %(known)s",
                        unknown=", ".join(unknown),
                        known=", ".join(VARIABLES),
                    ),
                )
            if findings:
                raise ValidationError(
                    self.env._(
                        "Template %(name)s would be refused by WhatsApp: %(findings)s",
                        name=template.display_name,
                        findings="; ".join(findings),
                    )
                )

    # === BUSINESS ===

    def _variables(self):
        """Names of the variables in the body, in order and once each."""
        return list(dict.fromkeys(variables(self.body or "")))

    def _render(self, values):
        """The body as the debtor reads it."""
        names = self._variables()
        return render(self.body or "", {name: clean_value(values.get(name, "")) for name in names})

    def _wording(self):
        """What the gate reads: the text with its variables, so that each is judged by its name."""
        return "\n".join(filter(None, [self.body, self.footer]))

    def _definition(self):
        """The template as Meta's API wants it."""
        self.ensure_one()
        body = {"type": "BODY", "text": self.body}
        names = [name for name in self._variables() if name in VARIABLES]
        if names:
            body["example"] = {
                "body_text_named_params": [
                    {"param_name": name, "example": VARIABLES[name]} for name in names
                ]
            }
        components = [body]
        if self.footer:
            components.append({"type": "FOOTER", "text": self.footer})
        if self.button_ids:
            buttons = [{"type": "QUICK_REPLY", "text": button.text} for button in self.button_ids]
            components.append({"type": "BUTTONS", "buttons": buttons})
        return {
            "name": self.name,
            "language": self.language,
            "category": "UTILITY",
            "parameter_format": "NAMED",
            # a reminder that arrives after half a day may arrive after the payment
            "message_send_ttl_seconds": 43200,
            "components": components,
        }

    def _submit(self):
        """Create these templates at Meta; each keeps the answer, one failure stops no other."""
        for template in self:
            try:
                answer = template.account_id._client().create_template(template._definition())
            except ApiFailure as failure:
                template.write({"status": "ERROR", "reject_reason": failure.error.details})
                continue
            template.write(
                {
                    "meta_id": answer.get("id"),
                    "status": answer.get("status") or "PENDING",
                    "category": answer.get("category") or "UNKNOWN",
                    "reject_reason": False,
                }
            )

    def _store_remote(self, remote):
        """Take over state, category and quality from Meta's list of templates."""
        mine = {(template.name, template.language): template for template in self}
        for data in remote:
            language = (data.get("language") or "").replace("-", "_")
            template = mine.get((data.get("name"), language))
            if template:
                template.write(
                    {
                        "meta_id": str(data.get("id") or "") or template.meta_id,
                        "status": data.get("status") or "UNKNOWN",
                        "category": data.get("category") or "UNKNOWN",
                        "quality": (data.get("quality_score") or {}).get("score"),
                        "reject_reason": data.get("rejected_reason"),
                    }
                )

    @api.model
    def _find(self, account, name, languages):
        """The template of an account in the first of the languages that it has, else empty."""
        found = {
            template.language: template
            for template in account.template_ids
            if template.name == name
        }
        return next((found[lang] for lang in languages if lang in found), self.browse())

    def action_submit(self):
        self.check_access("write")
        if not self.account_id:
            raise UserError(
                self.env._("This is a shipped text. Adopt a policy to copy it to an account.")
            )
        self._submit()


class DunningWhatsappTemplateButton(models.Model):
    """A quick-reply button; what a tap on it means is its action."""

    _name = "dunning.whatsapp.template.button"
    _description = "Button of a WhatsApp template"
    _order = "sequence, id"

    template_id = fields.Many2one(
        "dunning.whatsapp.template", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    text = fields.Char(required=True, size=25)
    action = fields.Selection(
        [("paid", "I have paid"), ("dispute", "I dispute it"), ("stop", "Stop")],
        required=True,
    )
