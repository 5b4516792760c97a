import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.evidence.proof import sha256


class DunningFile(models.TransientModel):
    """A privacy officer makes the file of a debtor: for an authority, or for the person himself.
    Who made which file for what reason is kept in the access log."""

    _name = "dunning.file"
    _description = "Make a complaint file"

    partner_id = fields.Many2one("res.partner", "Debtor", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company",
        "Creditor",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    kind = fields.Selection(
        [
            ("complaint", "An authority: the whole evidence"),
            ("access", "The person: the own data, without internal notes"),
        ],
        "For",
        required=True,
        default="complaint",
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        "Language",
        required=True,
        compute="_compute_lang",
        store=True,
        precompute=True,
        readonly=False,
    )
    unmasked = fields.Boolean(
        "Numbers and addresses in full",
        compute="_compute_unmasked",
        store=True,
        readonly=False,
        help="Otherwise they are masked. The choice is kept in the access log.",
    )
    request_id = fields.Many2one("dunning.privacy.request", "Answers", ondelete="set null")
    reason = fields.Char(help="Case number of the authority, or what the person asked for.")
    name = fields.Char(readonly=True)
    content = fields.Binary("ZIP", readonly=True, attachment=False)
    pdf_name = fields.Char(readonly=True)
    pdf = fields.Binary("PDF", readonly=True, attachment=False)
    note = fields.Char(readonly=True)
    hash = fields.Char("SHA-256 of the ZIP", readonly=True)

    @api.depends("partner_id")
    def _compute_lang(self):
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        for file in self:
            wanted = file.partner_id.lang
            file.lang = wanted if wanted in installed else self.env.lang

    @api.depends("kind")
    def _compute_unmasked(self):
        for file in self:
            file.unmasked = file.kind == "access"

    def action_make(self):
        """Make the file and show where to take it; the access is logged first, so that the file
        itself tells of it."""
        self.ensure_one()
        if not self.reason:
            raise UserError(self.env._("Write the reason: it is kept in the access log."))
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Choose this company at the top of the screen first."))
        log = self.env["dunning.access.log"]._log(
            "file" if self.kind == "complaint" else "access",
            self.partner_id.commercial_partner_id,
            company=self.company_id,
            reason=self.reason,
            lang=self.lang,
            masked=not self.unmasked,
        )
        content, pdf, note = self.env["dunning.dossier"]._make(
            self.company_id,
            self.partner_id,
            kind=self.kind,
            lang=self.lang,
            masked=not self.unmasked,
            reason=self.reason,
        )
        name = self._file_name(log)
        self.write(
            {
                "name": f"{name}.zip",
                "content": base64.b64encode(content),
                "pdf_name": f"{name}.pdf",
                "pdf": base64.b64encode(pdf) if pdf else False,
                "note": note,
                "hash": sha256(content),
            }
        )
        if self.request_id and self.kind == "access":
            self.request_id._check_officer()
            self.request_id._finish("done", self.env._("The file %s was made.", name))
        return self._reopen()

    def _file_name(self, log):
        words = "complaint-file" if self.kind == "complaint" else "own-data"
        return f"{words}-{self.partner_id.commercial_partner_id.id}-{log.id}"

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "name": self.env._("Complaint file"),
            "view_mode": "form",
            "target": "new",
        }
