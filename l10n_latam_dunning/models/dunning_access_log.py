from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningAccessLog(models.Model):
    """Who saw, took away or erased what of a person. An append-only fact like any other
    evidence: nobody writes it by hand, nobody changes it."""

    _name = "dunning.access.log"
    _description = "Access to a person's data"
    _order = "id desc"
    _rec_name = "kind"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Person", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("file", "Complaint file made"),
            ("access", "Own data given to the person"),
            ("export", "Records exported"),
            ("unmask", "Number or address shown in full"),
            ("rectify", "Correction recorded"),
            ("erase", "Personal content erased"),
            ("merge", "Contacts merged"),
        ],
        "What",
        required=True,
        readonly=True,
    )
    reason = fields.Text(readonly=True)
    details = fields.Json("As JSON", readonly=True)
    details_text = fields.Text("Details", compute="_compute_details_text")
    create_date = fields.Datetime("When")

    @api.depends("details")
    def _compute_details_text(self):
        for entry in self:
            entry.details_text = "\n".join(
                f"{key}: {value}" for key, value in sorted((entry.details or {}).items())
            )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The access log is evidence and is never changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The access log is evidence and is never deleted."))

    @api.model
    def _log(self, kind, partners, *, company=None, reason=False, **details):
        """Write down what the user does with the data of these partners; one row each, and one
        without a person where there is none."""
        row = {
            "company_id": (company or self.env.company).id,
            "user_id": self.env.uid,
            "kind": kind,
            "reason": reason,
            "details": details,
        }
        ids = partners.ids if partners else [False]
        return self.sudo().create([{**row, "partner_id": partner} for partner in ids])

    @api.model
    def _merged_into(self, ids):
        """{partner id: ids of those that were merged into it, over any number of merges}."""
        known = {}
        for entry in self.sudo().search_fetch([("kind", "=", "merge")], ["partner_id", "details"]):
            known.setdefault(entry.partner_id.id, set()).update(entry.details["merged"])
        merged = {}
        for partner in ids:
            found, fresh = set(), {partner}
            while fresh:
                fresh = set().union(*(known.get(one, set()) for one in fresh)) - found
                found |= fresh
            merged[partner] = found
        return merged
