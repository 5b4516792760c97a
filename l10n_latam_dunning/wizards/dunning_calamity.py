from odoo import api, fields, models
from odoo.fields import Domain

from ..models.dunning_message import PENDING
from ..models.dunning_plan import SALE_TYPES


class DunningCalamity(models.TransientModel):
    """One button on a state or a country: who would not be reminded is shown first, then the
    reminders of all of them rest."""

    _name = "dunning.calamity"
    _description = "Pause a place"

    company_ids = fields.Many2many(
        "res.company", string="Companies", required=True, default=lambda self: self.env.companies
    )
    scope = fields.Selection(
        [("state", "A state"), ("country", "A country")],
        "What rests",
        required=True,
        default="state",
    )
    country_id = fields.Many2one("res.country", required=True)
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=', country_id)]")
    city = fields.Char("Municipality", help="Empty: the whole state.")
    note = fields.Char("What happened", required=True)
    date_to = fields.Datetime("Until", help="Empty: until somebody ends it.")
    debtor_count = fields.Integer("Debtors", compute="_compute_preview")
    invoice_count = fields.Integer("Open invoices", compute="_compute_preview")
    message_count = fields.Integer("Reminders that wait", compute="_compute_preview")

    @api.depends("company_ids", "scope", "country_id", "state_id", "city")
    def _compute_preview(self):
        for wizard in self:
            place = wizard.state_id if wizard.scope == "state" else wizard.country_id
            if not place or not wizard.company_ids:
                wizard.update({"debtor_count": 0, "invoice_count": 0, "message_count": 0})
                continue
            hold = self.env["dunning.hold"].new(wizard._prepare_hold_vals(wizard.company_ids[:1]))
            about = Domain("company_id", "in", wizard.company_ids.ids)
            about &= hold._partners_domain("partner_id.")
            wizard.message_count = (
                self.env["dunning.message"]
                .sudo()
                .search_count(about & Domain("state", "in", PENDING))
            )
            owed = [
                ("parent_state", "=", "posted"),
                ("move_type", "in", SALE_TYPES),
                ("account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
            ]
            counts = ["partner_id:count_distinct", "move_id:count_distinct"]
            rows = (
                self.env["account.move.line"].sudo()._read_group(about & Domain(owed), [], counts)
            )
            wizard.debtor_count, wizard.invoice_count = rows[0]

    @api.onchange("country_id")
    def _onchange_country(self):
        if self.state_id.country_id != self.country_id:
            self.state_id = False

    def _prepare_hold_vals(self, company):
        return {
            "company_id": company.id,
            "scope": self.scope,
            "country_id": self.country_id.id if self.scope == "country" else False,
            "state_id": self.state_id.id if self.scope == "state" else False,
            "city": self.city if self.scope == "state" else False,
            "reason": "calamity",
            "note": self.note,
            "date_to": self.date_to,
        }

    def action_pause(self):
        """Set the hold in each company and show it."""
        self.ensure_one()
        holds = self.env["dunning.hold"].create(
            [self._prepare_hold_vals(company) for company in self.company_ids]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_hold_action"
        )
        return {**action, "domain": [("id", "in", holds.ids)], "context": {}}

    @api.model
    def _action(self, context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_calamity_action"
        )
        return {**action, "context": context}
