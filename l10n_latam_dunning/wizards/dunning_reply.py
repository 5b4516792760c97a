import base64
from datetime import timezone
from zoneinfo import ZoneInfo

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..core.whatsapp.media import KINDS, is_what_it_says, type_of
from ..core.whatsapp.payload import CAPTIONED, MAX_CAPTION, MAX_TEXT
from ..core.whatsapp.pricing import service_rule
from ..models.dunning_answer import Answer, FreeText
from .dunning_send import OUTCOMES


class DunningReply(models.TransientModel):
    """An answer to a debtor who wrote: free text and perhaps a file, while WhatsApp takes it."""

    _name = "dunning.reply"
    _description = "Answer a debtor"

    partner_id = fields.Many2one("res.partner", "Debtor", required=True, ondelete="cascade")
    move_id = fields.Many2one("account.move", "Invoice", ondelete="cascade")
    company_id = fields.Many2one("res.company")
    identity_id = fields.Many2one(
        "dunning.whatsapp.identity",
        "To",
        compute="_compute_identity",
        store=True,
        readonly=False,
        domain="[('id', 'in', identity_ids)]",
    )
    identity_ids = fields.Many2many("dunning.whatsapp.identity", compute="_compute_identity_ids")
    account_id = fields.Many2one("dunning.whatsapp.account", "From", compute="_compute_whom")
    masked = fields.Char("Number", compute="_compute_whom")
    conversation = fields.Html(compute="_compute_whom", sanitize=False)
    is_open = fields.Boolean(compute="_compute_whom")
    window = fields.Char("Until when", compute="_compute_whom")
    price = fields.Char("What it costs", compute="_compute_whom")
    text = fields.Text("Your answer")
    pdf_id = fields.Many2one("ir.attachment", compute="_compute_pdf")
    with_pdf = fields.Boolean("Send the invoice's PDF")
    upload = fields.Binary("File")
    upload_name = fields.Char("File name")
    outcome = fields.Selection(OUTCOMES, "Verdict", compute="_compute_verdict")
    reasons = fields.Html("Why", compute="_compute_verdict", sanitize=False)

    # === COMPUTE ===

    @api.depends("partner_id", "company_id")
    def _compute_identity_ids(self):
        for wizard in self:
            companies = wizard.company_id or self.env.companies
            wizard.identity_ids = self.env["dunning.whatsapp.identity"]._of_partners(
                wizard.partner_id, companies
            )

    @api.depends("partner_id", "company_id")
    def _compute_identity(self):
        for wizard in self:
            wizard.identity_id = wizard.identity_ids[:1]

    @api.depends("identity_id")
    def _compute_whom(self):
        now = fields.Datetime.now()
        for wizard in self:
            identity = wizard.identity_id.sudo()
            wizard.account_id = identity.account_id
            wizard.masked = identity.contact_point_id.masked
            wizard.conversation = identity._conversation() if identity else False
            wizard.is_open = bool(identity.window_until and identity.window_until > now)
            wizard.window = wizard._window_words(identity) if identity else False
            wizard.price = wizard._price_words(identity.account_id) if wizard.is_open else False

    def _window_words(self, identity):
        """Until when one may answer, at the debtor's place and at the user's."""
        until = identity.window_until
        zones = (
            self.env["dunning.jurisdiction"]
            ._law_book()
            .zones(*self.env["dunning.gate"]._place(self.partner_id))
        )
        theirs = zones[0] if zones else "UTC"
        ours = self.env.user.tz or "UTC"
        figures = {
            "theirs": format_datetime(self.env, until, tz=theirs, dt_format="EEEE d MMMM, HH:mm"),
            "zone": theirs,
            "ours": format_datetime(self.env, until, tz=ours, dt_format="EEEE d MMMM, HH:mm"),
        }
        same = _offset(until, theirs) == _offset(until, ours)
        if not self.is_open:
            return self.env._(
                "The 24 hours after the debtor last wrote were over on %(theirs)s (%(zone)s). "
                "WhatsApp takes templates only: send a reminder instead.",
                **figures,
            )
        if same:
            return self.env._("You may answer freely until %(theirs)s (%(zone)s).", **figures)
        return self.env._(
            "You may answer freely until %(theirs)s at the debtor's place (%(zone)s), which is "
            "%(ours)s for you.",
            **figures,
        )

    @api.model
    def _price_words(self, account):
        now = fields.Datetime.now()
        rule = service_rule(now.date())
        used = (
            self.env["dunning.message"]
            .sudo()
            .search_count(
                [
                    ("account_id", "=", account.id),
                    ("purpose", "=", "reply"),
                    ("attempted_at", ">=", now.replace(day=1, hour=0, minute=0, second=0)),
                ]
            )
        )
        return self.env._(rule.text, free=rule.free or 0, used=used)

    @api.depends("move_id")
    def _compute_pdf(self):
        for wizard in self:
            wizard.pdf_id = wizard.move_id.invoice_pdf_report_id

    @api.depends("identity_id", "text")
    def _compute_verdict(self):
        Send = self.env["dunning.send"]
        for wizard in self:
            verdict = wizard._ask() if wizard.identity_id else None
            wizard.outcome = verdict.outcome if verdict else False
            wizard.reasons = Markup("<ul>%s</ul>") % Markup("").join(
                Send._reason_item(check) for check in (verdict.reasons if verdict else ())
            )

    # === ACTIONS ===

    def action_send(self):
        """Queue the answer, if the gate allows it."""
        self.ensure_one()
        self._check()
        file = self._file()
        verdict, message = (
            self.env["dunning.message"]
            .sudo()
            ._answer(
                self._answer(),
                answers_id=self.identity_id._heard()[:1].id,
                about_move_id=self.move_id.id,
                user_id=self.env.user.id,
            )
        )
        if not message:
            reasons = "\n".join(
                self.env["dunning.message"]._explain(check) for check in verdict.reasons
            )
            raise UserError(self.env._("This answer is not sent.\n%s", reasons))
        if file:
            message._keep_document(*file)
        self._done()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The answer is on its way."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_remind(self):
        """Outside the window only a template goes: the reminder of this invoice."""
        self.ensure_one()
        return self.move_id.action_dunning_send()

    # === BUSINESS ===

    def _check(self):
        self.env["dunning.message"]._check_user()
        (self.move_id or self.partner_id).check_access("read")
        if self.identity_id not in self.identity_ids:
            raise UserError(self.env._("This debtor has not written to this number."))
        if not (self.text or "").strip() and not self.with_pdf and not self.upload:
            raise UserError(self.env._("Write an answer, or choose a file."))

    def _ask(self):
        return self.env["dunning.gate"].sudo()._decide([self._answer()], fields.Datetime.now())[0]

    def _answer(self):
        identity = self.identity_id.sudo()
        company = identity.company_id
        return Answer(
            company=company,
            partner=self.partner_id.sudo(),
            currency=self.move_id.currency_id or company.currency_id,
            policy=self.env["dunning.policy"].sudo(),
            lines=self.env["account.move.line"].sudo(),
            purpose="reply",
            point=identity.contact_point_id,
            text=FreeText((self.text or "").strip()),
            sender=identity.account_id,
        )

    def _file(self):
        """(name, content, type) of what goes with the answer, checked; or nothing."""
        if self.with_pdf and self.upload:
            raise UserError(self.env._("Send one file at a time."))
        limit = MAX_TEXT
        file = None
        if self.with_pdf and self.pdf_id:
            file = (self.pdf_id.name, self.pdf_id.raw, "application/pdf")
        elif self.upload:
            file = self._uploaded()
        if file:
            kind = KINDS[file[2]].message
            limit = MAX_CAPTION if kind in CAPTIONED else 0
        if len(self.text or "") > limit:
            if not limit:
                raise UserError(
                    self.env._("WhatsApp sends a sound without a text: send them one by one.")
                )
            raise UserError(self.env._("WhatsApp takes at most %s characters here.", limit))
        return file

    def _uploaded(self):
        content = base64.b64decode(self.with_context(bin_size=False).upload)
        mime = type_of(self.upload_name or "")
        if not mime or not is_what_it_says(mime, content):
            raise UserError(
                self.env._(
                    "WhatsApp takes PDF, text and office documents, JPEG and PNG pictures, and "
                    "AAC, AMR, MP3, M4A and OGG sounds. This file is none of them."
                )
            )
        if len(content) > KINDS[mime].limit:
            raise UserError(
                self.env._(
                    "WhatsApp takes at most %s MB for such a file.",
                    KINDS[mime].limit // (1024 * 1024),
                )
            )
        return self.upload_name, content, mime

    def _done(self):
        """Whoever answers has seen to the reply."""
        kind = self.env.ref("l10n_latam_dunning.mail_activity_type_reply")
        record = self.move_id or self.partner_id
        record.activity_ids.filtered(
            lambda a: a.activity_type_id == kind and a.user_id == self.env.user
        ).action_feedback(feedback=self.env._("Answered on WhatsApp"))


def _offset(instant, zone):
    return instant.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone)).utcoffset()
