from odoo import api, fields, models, tools

from ..core.law.jurisdiction import LawBook, jurisdiction_from_rows
from .dunning_notation import PARSERS

KINDS = [
    ("hours", "Hours of contact"),
    ("cap", "Frequency"),
    ("consent", "Consent"),
    ("content", "Content of the message"),
    ("forbidden", "Forbidden in the message"),
    ("stop", "Must stop when"),
    ("registry", "Do-not-contact registry"),
    ("recipient", "Who may be written to"),
    ("other_hours", "Other hours on request"),
    ("interest_cap", "Interest"),
    ("fine_cap", "Fine"),
    ("fee_scale", "Collection fees"),
    ("retention", "Evidence is kept for"),
]
CONFIDENCES = [
    ("confirmed", "Confirmed"),
    ("secondary", "One secondary source"),
    ("memory", "Not confirmed"),
    ("uncertain", "Uncertain: sources or readings differ"),
]
HEADER_FIELDS = (
    "name",
    "date_from",
    "date_to",
    "zones",
    "holiday_country",
    "holiday_subdivision",
    "holiday_categories",
    "margin_minutes",
    "binds",
)
RULE_FIELDS = (
    "kind",
    "channels",
    "legal",
    "prudent",
    "legal_reference",
    "source_url",
    "confidence",
)


class DunningJurisdiction(models.Model):
    """A dated version of the contact law of a country or state. The law is data: it comes with
    the addon's upgrades and nobody's access rights can change it."""

    _name = "dunning.jurisdiction"
    _description = "Contact law of a country or state"
    _inherit = ["mail.thread", "mail.activity.mixin", "dunning.cached"]
    _order = "country_id, state_id, date_from desc"

    name = fields.Char(required=True, translate=True)
    country_id = fields.Many2one("res.country", required=True, index=True, ondelete="restrict")
    state_id = fields.Many2one("res.country.state", ondelete="restrict", index="btree_not_null")
    date_from = fields.Date(
        "In force from", required=True, help="First day of this version, in the debtor's zone."
    )
    date_to = fields.Date("In force until", help="Last day of this version; empty while in force.")
    zones = fields.Char(
        "Time zones",
        help="Every zone a debtor may live in when the state is unknown. A reminder leaves only "
        "when the hour is lawful in all of them.",
    )
    holiday_country = fields.Char(help="Country code of the public calendar that is used.")
    holiday_subdivision = fields.Char()
    holiday_categories = fields.Char(default="public")
    margin_minutes = fields.Integer(
        "Margin (minutes)",
        default=15,
        help="Minutes before the end of a window in which nothing leaves any more.",
    )
    binds = fields.Char(
        "Protects",
        help="Kinds of debtor whom the law protects (consumer, micro, business); empty: all. "
        "To the others the same rules apply as the company's own.",
    )
    authority = fields.Char()
    note = fields.Text(translate=True)
    rule_ids = fields.One2many("dunning.jurisdiction.rule", "jurisdiction_id", "Rules")
    zone_ids = fields.One2many("dunning.jurisdiction.zone", "jurisdiction_id", "Zones by state")
    version = fields.Char(compute="_compute_version")
    review_by = fields.Date(
        "Review by",
        compute="_compute_review_by",
        help="The first day on which one of its values should have been looked at again.",
    )
    missing_registers = fields.Char(
        compute="_compute_missing_registers",
        help="Do-not-contact registers that this law names and that are not loaded.",
    )

    @api.depends("country_id.code", "state_id.code", "date_from")
    def _compute_version(self):
        for law in self:
            place = "-".join(filter(None, [law.country_id.code, law.state_id.code]))
            law.version = f"{place}@{law.date_from}"

    @api.depends("rule_ids.review_by")
    def _compute_review_by(self):
        for law in self:
            law.review_by = min(law.rule_ids.mapped("review_by"), default=False)

    @api.depends("rule_ids.legal")
    def _compute_missing_registers(self):
        lists = self.env["dunning.suppression.list"].sudo().search([("loaded_at", "!=", False)])
        loaded = set(lists.mapped("register"))
        for law in self:
            named = law.rule_ids.filtered(lambda rule: rule.kind == "registry" and rule.legal)
            missing = set(" ".join(named.mapped("legal")).split()) - loaded
            law.missing_registers = ", ".join(sorted(missing))

    # === BUSINESS ===

    @api.model
    @tools.ormcache()
    def _law_book(self):
        """The whole law, parsed once per process: what :func:`decide` reads."""
        laws = self.sudo().search([("country_id", "!=", False)])
        states = self._state_isos(laws)
        holidays = self.env["dunning.holiday"]._by_country()
        return LawBook(
            [
                jurisdiction_from_rows(
                    {
                        **{name: law[name] or "" for name in HEADER_FIELDS},
                        "country": law.country_id.code,
                        "state": states.get(law.state_id.id, ""),
                        "date_from": law.date_from,
                        "date_to": law.date_to or None,
                        "margin_minutes": law.margin_minutes,
                    },
                    [{name: rule[name] or "" for name in RULE_FIELDS} for rule in law.rule_ids],
                    [{"state": zone._iso(), "zones": zone.zones} for zone in law.zone_ids],
                    holidays.get(law.country_id, ()),
                )
                for law in laws
            ]
        )

    @api.model
    def _state_isos(self, laws=None):
        """{state id: ISO 3166-2 suffix}, from Odoo's own code unless the law's data corrects it."""
        zones = self.env["dunning.jurisdiction.zone"].sudo().search([("zones", "!=", False)])
        isos = {state.id: state.code for state in (laws or self).state_id}
        isos.update({zone.state_id.id: zone._iso() for zone in zones})
        return isos

    @api.model
    @tools.ormcache("state_id")
    def _state_iso(self, state_id):
        """ISO 3166-2 suffix of a state ("SP"), or "" when the state is unknown."""
        if not state_id:
            return ""
        isos = self._state_isos()
        return isos.get(state_id) or self.env["res.country.state"].browse(state_id).code

    # === CRON ===

    @api.model
    def _cron_review(self):
        """Tell the dunning managers of laws in force whose values should be looked at again."""
        today = fields.Date.context_today(self)
        summary = self.env._("Have a lawyer look at this law again")
        managers = self.env.ref("l10n_latam_dunning.group_dunning_manager").all_user_ids
        managers = managers.filtered(lambda user: user.active and not user.share)
        for law in self.search(["|", ("date_to", "=", False), ("date_to", ">=", today)]):
            if not law.review_by or law.review_by > today or law.activity_ids:
                continue
            for user in managers:
                law.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=user.id, summary=summary
                )


class DunningJurisdictionRule(models.Model):
    """One value of a jurisdiction, with its ceiling in law, the prudent default, and its source."""

    _name = "dunning.jurisdiction.rule"
    _description = "Rule of a jurisdiction"
    _inherit = ["dunning.cached"]
    _order = "jurisdiction_id, kind, id"

    jurisdiction_id = fields.Many2one(
        "dunning.jurisdiction", required=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(KINDS, required=True)
    channels = fields.Char(help="Channels it is for, separated by spaces. Empty: all.")
    legal = fields.Char("Ceiling in law", help="Empty: no rule was found in the law.")
    prudent = fields.Char("Prudent default")
    legal_reference = fields.Char("Article", required=True)
    source_url = fields.Char("Source")
    confidence = fields.Selection(CONFIDENCES, required=True)
    review_by = fields.Date("Review by", required=True)
    note = fields.Text(translate=True)

    @api.constrains("kind", "legal", "prudent")
    def _check_notation(self):
        for rule in self.filtered(lambda rule: rule.kind in PARSERS):
            for text in filter(None, (rule.legal, rule.prudent)):
                self.env["dunning.notation"]._read(rule.kind, text)


class DunningJurisdictionZone(models.Model):
    """The time zones of a state; several when the state itself is divided."""

    _name = "dunning.jurisdiction.zone"
    _description = "Time zones of a state"
    _inherit = ["dunning.cached"]
    _order = "jurisdiction_id, state_id"
    _rec_name = "state_id"

    jurisdiction_id = fields.Many2one(
        "dunning.jurisdiction", required=True, ondelete="cascade", index=True
    )
    state_id = fields.Many2one("res.country.state", required=True, ondelete="restrict")
    iso = fields.Char("ISO 3166-2 suffix", help="Where it differs from Odoo's code of the state.")
    zones = fields.Char("Time zones", required=True)

    def _iso(self):
        self.ensure_one()
        return self.iso or self.state_id.code
