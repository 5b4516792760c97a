from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.whatsapp.payload import clean_value
from ..core.whatsapp.template_rules import check_template, outline, render, variables
from ..core.whatsapp.template_words import MARKETING, UTILITY, status_of
from ..core.whatsapp.variables import VARIABLES

# A reminder that arrives after half a day may arrive after the payment.
TTL_SECONDS = 43200
HEADERS = [("none", "None"), ("text", "Text"), ("document", "The oldest invoice's PDF")]
# What the texts of a template are made of; the rest is Meta's state of it.
CONTENT = ("header_kind", "header_text", "body", "footer", "button_ids")


class DunningWhatsappTemplate(models.Model):
    """A WhatsApp template with Meta's state of it. One without an account is a text that the
    addon ships; adopting a policy copies it to the company's own account."""

    _name = "dunning.whatsapp.template"
    _description = "WhatsApp template"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "account_id, name, language"

    account_id = fields.Many2one(
        "dunning.whatsapp.account", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    active = fields.Boolean(default=True, copy=False)
    name = fields.Char(required=True, help="Lower case letters, digits and underscores.")
    language = fields.Char(
        required=True, help="Meta's code: es, es_CL, pt_BR … (Meta does not know es_419)."
    )
    header_kind = fields.Selection(HEADERS, "Header", required=True, default="none")
    # not trimmed while it is typed, since the form reads it then
    header_text = fields.Char(trim=False, help="At most 60 characters and one variable.")
    without_document_id = fields.Many2one(
        "dunning.whatsapp.template",
        "Without a PDF, send",
        copy=False,
        ondelete="restrict",
        domain="[('account_id', '=', account_id), ('language', '=', language),"
        " ('header_kind', '!=', 'document')]",
        help="The template that goes where the oldest invoice has no PDF yet. Empty: the message"
        " waits for the PDF.",
    )
    body = fields.Text("Text", required=True)
    footer = fields.Char(trim=False, help="At most 60 characters, without variables.")
    button_ids = fields.One2many(
        "dunning.whatsapp.template.button", "template_id", "Buttons", copy=True
    )
    sendable = fields.Boolean(compute="_compute_sendable")
    palette = fields.Json(compute="_compute_palette", help="The variables that may be inserted.")

    # Meta's state; written by `_learn` alone
    meta_id = fields.Char("Meta id", readonly=True, copy=False)
    status = fields.Char(default="DRAFT", readonly=True, copy=False)
    status_at = fields.Datetime(readonly=True, copy=False)
    reject_reason = fields.Char("Reason given by WhatsApp", readonly=True, copy=False)
    category = fields.Char(
        default=UTILITY, readonly=True, copy=False, help="As Meta classified it."
    )
    category_at = fields.Datetime(readonly=True, copy=False)
    correct_category = fields.Char(
        "Announced category",
        readonly=True,
        copy=False,
        help="WhatsApp has announced that it will move the template there.",
    )
    correct_category_at = fields.Datetime(readonly=True, copy=False)
    quality = fields.Char(readonly=True, copy=False)
    quality_at = fields.Datetime(readonly=True, copy=False)
    marketing_accepted_by = fields.Many2one(
        "res.users", "Price accepted by", readonly=True, copy=False, ondelete="restrict"
    )
    marketing_accepted_at = fields.Datetime("Price accepted at", readonly=True, copy=False)
    remote = fields.Json(
        readonly=True, copy=False, help="Header, text, footer and buttons as WhatsApp has them."
    )
    differs = fields.Boolean(
        compute="_compute_differs", help="The text here is not the one that WhatsApp has."
    )

    _name_unique = models.UniqueIndex(
        "(COALESCE(account_id, 0), name, language) WHERE active",
        "There is already a template of this name and language.",
    )
    _meta_idx = models.Index("(meta_id) WHERE meta_id IS NOT NULL")

    # === COMPUTE ===

    @api.depends("status", "category", "correct_category", "marketing_accepted_at", "differs")
    def _compute_sendable(self):
        """Fails closed: what Meta calls otherwise, what it does not have in these words, and
        what it has moved to marketing without anybody accepting that, is not sent."""
        for template in self:
            template.sendable = not template._unsendable_words()

    @api.depends(*CONTENT, "button_ids.text", "button_ids.kind", "button_ids.address", "remote")
    def _compute_differs(self):
        for template in self:
            mine = outline(template._components()) if template.remote else None
            template.differs = bool(mine) and mine != template.remote

    @api.depends("language")
    @api.depends_context("lang")
    def _compute_palette(self):
        for template in self:
            language = template.language or "es"
            template.palette = [
                {
                    "name": name,
                    "kind": variable.kind,
                    "label": self.env._(variable.label),
                    "sample": variable.sample(language),
                }
                for name, variable in VARIABLES.items()
            ]

    @api.depends("name", "language")
    def _compute_display_name(self):
        for template in self:
            template.display_name = f"{template.name} ({template.language})"

    # === CONSTRAINTS ===

    @api.constrains("name", "language", *CONTENT)
    def _check_rules(self):
        for template in self:
            template.button_ids._check_kind()
            findings = [
                self.env._(finding.message, **finding.figures)
                for finding in template._rule_findings()
                if finding.severity == "error"
            ]
            unknown = template._unknown_variables()
            if unknown:
                findings.insert(
                    0,
                    self.env._(
                        "There are no variables %(unknown)s; there are %(known)s.",
                        unknown=", ".join(unknown),
                        known=", ".join(VARIABLES),
                    ),
                )
            if findings:
                raise ValidationError(
                    self.env._(
                        "WhatsApp would refuse the template %(name)s. %(findings)s",
                        name=template.display_name,
                        findings=" ".join(findings),
                    )
                )

    @api.constrains("without_document_id", "account_id", "language")
    def _check_variant(self):
        for template in self:
            variant = template.without_document_id
            if variant and (
                variant.header_kind == "document"
                or (variant.account_id, variant.language)
                != (template.account_id, template.language)
            ):
                raise ValidationError(
                    self.env._(
                        "The template to send without a PDF must have no PDF itself, and the same"
                        " account and language."
                    )
                )

    # === CRUD ===

    @api.ondelete(at_uninstall=False)
    def _unlink_only_what_was_never_used(self):
        messages = self.env["dunning.message"].sudo()
        for template in self:
            used = messages.search_count([("template_id", "=", template.id)], limit=1)
            if template.change_ids or used:
                raise UserError(
                    self.env._(
                        "%(name)s is, or was, in use: its history is evidence. Delete it at"
                        " WhatsApp or archive it.",
                        name=template.display_name,
                    )
                )

    # === WHAT META GETS ===

    def _rule_findings(self):
        """What breaks Meta's rules. A variable that is unknown has no sample either; that much
        is not said twice."""
        found = check_template(self._definition())
        unknown = self._unknown_variables()
        return [finding for finding in found if not (unknown and finding.code == "example")]

    def _unknown_variables(self):
        return [name for name in self._variables() if name not in VARIABLES]

    def _definition(self, handle="4::sample"):
        """The template as Meta's API wants it. ``handle`` is that of the sample PDF, where the
        header is a document."""
        self.ensure_one()
        definition = {
            "name": self.name,
            "language": self.language,
            "category": UTILITY,
            "parameter_format": "NAMED",
            "message_send_ttl_seconds": TTL_SECONDS,
            "components": self._components(handle),
        }
        if "order" in self.button_ids.mapped("kind"):
            definition["display_format"] = "ORDER_DETAILS"
        return definition

    def _components(self, handle="4::sample"):
        header = self._header_component(handle)
        text = (self.body or "").strip()
        body = {"type": "BODY", "text": text, **self._samples("body", text)}
        components = [*([header] if header else []), body]
        if (self.footer or "").strip():
            components.append({"type": "FOOTER", "text": self.footer.strip()})
        if self.button_ids:
            buttons = [button._definition() for button in self.button_ids]
            components.append({"type": "BUTTONS", "buttons": buttons})
        return components

    def _header_component(self, handle):
        if self.header_kind == "text":
            text = (self.header_text or "").strip()
            return {
                "type": "HEADER",
                "format": "TEXT",
                "text": text,
                **self._samples("header", text),
            }
        if self.header_kind == "document":
            return {
                "type": "HEADER",
                "format": "DOCUMENT",
                "example": {"header_handle": [handle]},
            }
        return None

    def _samples(self, part, text):
        names = [name for name in variables(text or "") if name in VARIABLES]
        samples = [
            {"param_name": name, "example": VARIABLES[name].sample(self.language or "")}
            for name in names
        ]
        return {"example": {f"{part}_text_named_params": samples}} if samples else {}

    # === WHAT THE DEBTOR GETS ===

    def _variables(self):
        """Names of the variables in header and body, in order and once each."""
        header = variables(self.header_text or "") if self.header_kind == "text" else ()
        return list(dict.fromkeys([*header, *variables(self.body or "")]))

    def _render(self, values):
        """Header and body as the debtor reads them; what has no value stays visible."""
        filled = {name: clean_value(values[name]) for name in self._variables() if values.get(name)}
        header = self.header_text if self.header_kind == "text" else ""
        return render("\n".join(filter(None, [header, self.body])), filled)

    def _wording(self):
        """What the gate reads: the text with its variables, so that each is judged by its name."""
        header = self.header_text if self.header_kind == "text" else ""
        return "\n".join(filter(None, [header, self.body, self.footer]))

    def _carries(self):
        """What goes with the text, by the names that the rules on wording know."""
        kept = {button._carries() for button in self.button_ids}
        return frozenset(filter(None, kept))

    @api.model
    def _find(self, account, name, languages):
        """The template of an account in the first of the languages that it has, else empty."""
        found = {
            template.language: template
            for template in account.template_ids
            if template.name == name
        }
        return next((found[lang] for lang in languages if lang in found), self.browse())

    def _unsendable_words(self):
        """Why Meta's state of it keeps it from being sent, or nothing."""
        self.ensure_one()
        name = self.display_name
        status = status_of(self.status)
        if not status.sendable:
            return self.env._(
                "%(name)s is %(status)s at WhatsApp: %(meaning)s",
                name=name,
                status=self.status,
                meaning=self.env._(status.meaning).rstrip("."),
            )
        if self.differs:
            return self.env._(
                "%(name)s was changed here or at WhatsApp, and the two texts differ", name=name
            )
        if self._is_marketing() and not self.marketing_accepted_at:
            return self.env._(
                "WhatsApp counts %(name)s as marketing, and nobody has accepted its price",
                name=name,
            )
        if self.category not in (UTILITY, MARKETING):
            return self.env._(
                "%(name)s was classified as %(category)s", name=name, category=self.category
            )
        return ""

    def _is_marketing(self):
        """Whether Meta counts it as marketing, or has announced that it will."""
        return MARKETING in (self.category, self.correct_category)
