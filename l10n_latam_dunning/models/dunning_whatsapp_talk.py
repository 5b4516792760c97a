from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_datetime

SHOWN = 12


class DunningWhatsappIdentity(models.Model):
    """The conversation with a person on one of our numbers, as the composer shows it."""

    _inherit = "dunning.whatsapp.identity"

    @api.model
    def _of_partners(self, partners, companies):
        """Who wrote for these debtors, whether in time to be answered or not, the last first."""
        return self.sudo().search(
            [
                ("contact_point_id.partner_ids", "in", partners.ids),
                ("company_id", "in", companies.ids),
                ("window_until", "!=", False),
            ],
            order="window_until desc, id desc",
        )

    def _heard(self):
        """What the person wrote, newest first."""
        return (
            self.env["dunning.event"]
            .sudo()
            .search(
                [
                    ("account_id", "=", self.account_id.id),
                    ("kind", "=", "inbound"),
                    ("contact_point_id", "=", self.contact_point_id.id),
                ],
                order="said_at desc, id desc",
                limit=SHOWN,
            )
        )

    def _said(self):
        """What we wrote and left, newest first."""
        return (
            self.env["dunning.message"]
            .sudo()
            .search(
                [
                    ("account_id", "=", self.account_id.id),
                    ("contact_point_id", "=", self.contact_point_id.id),
                    "|",
                    ("attempted_at", "!=", False),
                    ("state", "=", "queued"),
                ],
                order="id desc",
                limit=SHOWN,
            )
        )

    def _conversation(self):
        """The last bubbles of both sides, oldest first, as markup."""
        self.ensure_one()
        bubbles = [
            (event._happened_at(), "in", event._in_words(), event.attachment_id, "")
            for event in self._heard()
        ]
        labels = dict(self.env["dunning.message"]._fields["state"]._description_selection(self.env))
        bubbles += [
            (
                message.attempted_at or message.create_date,
                "out",
                message.body or "",
                message.document_id,
                labels[message.state],
            )
            for message in self._said()
        ]
        bubbles.sort(key=lambda bubble: bubble[0])
        rows = Markup("").join(self._bubble(*bubble) for bubble in bubbles[-SHOWN:])
        return Markup('<div class="o_dunning_chat">%s</div>') % rows

    @api.model
    def _bubble(self, at, direction, text, file, state):
        when = format_datetime(self.env, at, dt_format="short")
        name = Markup('<div class="o_dunning_file">📎 %s</div>') % file.name if file else ""
        return Markup(
            '<div class="o_dunning_bubble o_dunning_%s"><div>%s</div>%s<small>%s %s</small></div>'
        ) % (direction, text, name, when, state)


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_can_answer = fields.Boolean(
        compute="_compute_dunning_can_answer", groups="l10n_latam_dunning.group_dunning_user"
    )

    @api.depends("commercial_partner_id")
    def _compute_dunning_can_answer(self):
        people = self.env["dunning.whatsapp.identity"]._of_partners(
            self.commercial_partner_id, self.company_id
        )
        wrote = {
            (person.company_id, partner)
            for person in people
            for partner in person.contact_point_id.partner_ids
        }
        for move in self:
            move.dunning_can_answer = (move.company_id, move.commercial_partner_id) in wrote

    def action_dunning_answer(self):
        """Open the conversation with the debtor, to answer him about this invoice."""
        self.ensure_one()
        return self.commercial_partner_id._answer_action(
            {"default_move_id": self.id, "default_company_id": self.company_id.id}
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    dunning_can_answer = fields.Boolean(
        compute="_compute_dunning_can_answer", groups="l10n_latam_dunning.group_dunning_user"
    )

    def _compute_dunning_can_answer(self):
        people = self.env["dunning.whatsapp.identity"]._of_partners(self, self.env.companies)
        wrote = people.contact_point_id.partner_ids
        for partner in self:
            partner.dunning_can_answer = partner in wrote

    def action_dunning_answer(self):
        """Open the conversation with the debtor, to answer him."""
        self.ensure_one()
        return self._answer_action({})

    def _answer_action(self, context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_reply_action"
        )
        return {**action, "context": {"default_partner_id": self.id, **context}}
