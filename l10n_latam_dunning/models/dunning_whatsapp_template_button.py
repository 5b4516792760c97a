from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("reply", "Quick reply"),
    ("link", "Link"),
    ("order", "Pay by PIX"),
]
ACTIONS = [
    ("paid", "I have paid"),
    ("agree", "I want to agree on a date"),
    ("dispute", "I dispute it"),
    ("it_is_me", "Yes, it is me"),
    ("not_me", "This is not me"),
    ("stop", "Stop the messages"),
]
LINKS = [
    ("portal", "See the oldest invoice"),
    ("payment", "Pay the oldest invoice online"),
    ("page", "The debtor's own page"),
    ("fixed", "A fixed address"),
]
KIND_TO_META = {"reply": "QUICK_REPLY", "link": "URL", "order": "ORDER_DETAILS"}
# What the rules on wording call the thing that a button gives.
CARRIES = {
    "agree": "settlement_terms",
    "portal": "payment_link",
    "payment": "payment_link",
    "page": "page_link",
}


class DunningWhatsappTemplate(models.Model):
    _inherit = "dunning.whatsapp.template"

    def _add_page_button(self):
        """Put the link to the debtor's own page above the quick replies."""
        for template in self:
            lang = {"es": "es_419", "pt": "pt_BR"}.get(template.language[:2], "en_US")
            label = template.with_context(lang=lang).env._("See my invoices")
            button = {"kind": "link", "link": "page", "text": label, "sequence": 1}
            template.button_ids = [Command.create(button)]
        self.invalidate_recordset(["button_ids"])  # what is made last is last in the cache


class DunningWhatsappTemplateButton(models.Model):
    """A button under a template: a quick reply whose tap has a meaning, a link, or PIX."""

    _name = "dunning.whatsapp.template.button"
    _description = "Button of a WhatsApp template"
    _order = "sequence, id"

    template_id = fields.Many2one(
        "dunning.whatsapp.template", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True, default="reply")
    text = fields.Char("Label", required=True, size=25)
    action = fields.Selection(
        ACTIONS,
        "Meaning",
        help="What a tap on a quick reply does, whatever its label says.",
    )
    link = fields.Selection(LINKS, "Leads to")
    url = fields.Char("Fixed address", help="With https://, for a link that is always the same.")
    address = fields.Char(compute="_compute_address", help="As WhatsApp gets it.")

    @api.depends("kind", "link", "url", "template_id.account_id")
    def _compute_address(self):
        for button in self:
            if button.kind != "link":
                button.address = False
            elif button.link == "fixed":
                button.address = button.url
            else:
                button.address = f"{button._base()}{{{{1}}}}"

    @api.constrains("kind", "action", "link", "url")
    def _check_kind(self):
        for button in self:
            if button.kind == "reply" and not button.action:
                raise ValidationError(
                    self.env._("Say what a tap on “%(label)s” means.", label=button.text)
                )
            if button.kind == "link" and (
                not button.link or (button.link == "fixed" and not button.url)
            ):
                raise ValidationError(
                    self.env._("Say where the link “%(label)s” leads to.", label=button.text)
                )

    @api.constrains("kind", "text", "url", "sequence")
    def _check_template(self):
        self.template_id._check_rules()

    def _definition(self):
        """The button as Meta's API wants it."""
        self.ensure_one()
        definition = {"type": KIND_TO_META[self.kind], "text": self.text or ""}
        if self.kind == "link":
            definition["url"] = self.address or ""
            if self._is_filled():
                path = "dunning/p/1" if self.link == "page" else "my/invoices/1"
                definition["example"] = [f"{self._base()}{path}"]
        return definition

    def _is_filled(self):
        """Whether each message has an address of its own here."""
        return self.kind == "link" and self.link != "fixed"

    def _base(self):
        """This Odoo's own address. When it changes the approved one differs: nothing is sent."""
        account = self.template_id.account_id
        return f"{(account or self).get_base_url().rstrip('/')}/"

    def _suffix(self, address):
        """The end of an address behind the approved one; empty when it is another's."""
        base = self._base()
        return address.removeprefix(base) if address.startswith(base) else ""

    def _carries(self):
        if self.kind == "order":
            return "pix"
        key = self.action if self.kind == "reply" else self.link
        return CARRIES.get(key, key)
