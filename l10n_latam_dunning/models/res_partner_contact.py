from odoo import api, fields, models

from ..core import phones

GROUPS = "l10n_latam_dunning.group_dunning_user,l10n_latam_dunning.group_dunning_privacy"


class ResPartner(models.Model):
    """The numbers and addresses of a partner, as the addon reads and knows them."""

    _inherit = "res.partner"

    dunning_link_ids = fields.One2many(
        "dunning.contact.link", "partner_id", "Numbers and addresses", groups=GROUPS
    )
    dunning_phone_note = fields.Char(
        "How the number is read", compute="_compute_dunning_phone_note", groups=GROUPS
    )
    dunning_shared_note = fields.Char(
        "Shared with", compute="_compute_dunning_shared_note", groups=GROUPS
    )

    @api.depends("phone", "country_id")
    @api.depends_context("lang")
    def _compute_dunning_phone_note(self):
        for partner in self:
            partner.dunning_phone_note = partner._read_phone_words() if partner.phone else False

    def _read_phone_words(self):
        """What is wrong with the telephone number, or what was changed to read it."""
        try:
            number = phones.normalise(self.phone, self.country_id.code or "")
        except phones.InvalidPhone as error:
            return self.env._(phones.REASONS[error.reason])
        if number.changed in phones.REPAIRS:
            return self.env._(
                "The number is read as %(number)s. %(why)s",
                number=phones.mask(number.e164),
                why=self.env._(phones.REPAIRS[number.changed]),
            )
        return False

    @api.depends("dunning_link_ids")
    @api.depends_context("lang")
    def _compute_dunning_shared_note(self):
        links = self.env["dunning.contact.link"]
        mine = links.search([("partner_id", "in", self.ids)])
        others = links.search(
            [
                ("contact_point_id", "in", mine.contact_point_id.ids),
                ("partner_id", "not in", self.ids),
            ]
        )
        every = mine | others
        for partner in self:
            points = mine.filtered(lambda link, p=partner: link.partner_id == p).contact_point_id
            shared = every.filtered(
                lambda link, p=partner, points=points: (
                    link.contact_point_id in points and link.partner_id != p
                )
            )
            names = ", ".join(dict.fromkeys(shared.partner_id.mapped("display_name")))
            partner.dunning_shared_note = (
                self.env._("A number or address is also that of %s.", names) if names else False
            )

    def action_dunning_add_number(self):
        """Enter a number or address with who answers there."""
        self.ensure_one()
        self.env["dunning.contact.role"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.contact.role",
            "name": self.env._("Add a number or address"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }
