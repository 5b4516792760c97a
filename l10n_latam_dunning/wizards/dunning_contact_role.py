from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..core import phones
from ..models.dunning_contact_link import ROLES


class DunningContactRole(models.TransientModel):
    """A person says who answers at a number or address of a debtor, and from what he knows it."""

    _name = "dunning.contact.role"
    _description = "Who answers at a number or address"

    link_id = fields.Many2one("dunning.contact.link", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", ondelete="cascade")
    masked = fields.Char("Number or address", related="link_id.masked")
    number = fields.Char("Number or e-mail address")
    role = fields.Selection(ROLES, "Who answers there", required=True, default="third_party")
    person_id = fields.Many2one(
        "res.partner",
        help="The guarantor's or representative's own contact. What is written to him goes by his "
        "own consent, language and limits.",
    )
    reason = fields.Char("Known from")

    def action_save(self):
        """Keep the role; a number that is new is entered with it."""
        self.ensure_one()
        link = self.link_id or self._enter()
        link._set_role(self.role, self.reason, self.person_id)
        return {"type": "ir.actions.act_window_close"}

    def _enter(self):
        """The link of the number or address that was typed, made where there is none."""
        self.env["dunning.message"]._check_user()
        self.partner_id.check_access("read")
        point = self._read_point()
        point._link([(point, self.partner_id)], source="person", repairs=self._repairs(point))
        return self.env["dunning.contact.link"].search(
            [("contact_point_id", "=", point.id), ("partner_id", "=", self.partner_id.id)]
        )

    def _read_point(self):
        points = self.env["dunning.contact.point"]
        text = (self.number or "").strip()
        if "@" in text:
            address = email_normalize(text)
            if not address:
                raise UserError(self.env._("This is not an e-mail address."))
            return points._for_emails([address])[address]
        number = self._read_number()
        return points._for_numbers([number])[number.e164]

    def _read_number(self):
        try:
            person = self.person_id or self.partner_id
            return phones.normalise(
                self.number or self.person_id.phone or "", person.country_id.code or ""
            )
        except phones.InvalidPhone as error:
            raise UserError(self.env._(phones.REASONS[error.reason])) from error

    @api.model
    def _repairs(self, point):
        if point.kind != "phone":
            return {}
        return {(point, self.partner_id): self._read_number().changed}
