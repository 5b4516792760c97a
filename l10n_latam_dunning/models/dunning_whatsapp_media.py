import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..core.whatsapp.client import ApiFailure
from .dunning_resting import RESTING_STATES

_logger = logging.getLogger(__name__)

PDF = "application/pdf"
MAX_BYTES = 100 * 1024 * 1024
# WhatsApp keeps an upload for 30 days; a message may still be opened later than it was sent.
KEPT = timedelta(days=28)
MAX_TRIES = 5
FIRST_PAUSE = timedelta(minutes=5)
BATCH = 50
WAITING = ("queued", "waiting")


class DunningWhatsappMedia(models.Model):
    """A document that was brought to WhatsApp once, by its content: the id is used again for
    every message with the same content, until WhatsApp forgets it."""

    _name = "dunning.whatsapp.media"
    _description = "Document at WhatsApp"
    _order = "id desc"
    _rec_name = "media_id"

    account_id = fields.Many2one(
        "dunning.whatsapp.account", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    checksum = fields.Char("Content", required=True, readonly=True, help="SHA-1 of the content.")
    media_id = fields.Char("WhatsApp's id", readonly=True)
    uploaded_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True, aggregator=False)
    retry_at = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)

    _content_unique = models.UniqueIndex("(account_id, checksum)")

    # === CRUD ===

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._forget()
        return rows

    def write(self, vals):
        self._forget()
        return super().write(vals)

    def _forget(self):
        """Let invoices look their documents up anew."""
        self.env["account.move"].invalidate_model(["dunning_document"], flush=False)

    # === BUSINESS ===

    def _is_ready(self, at):
        return bool(self.media_id and self.uploaded_at and at < self.uploaded_at + KEPT)

    # === CRON ===

    @api.model
    def _cron_upload(self):
        """Bring to WhatsApp the documents of messages that wait. Commits after each one."""
        wanted = self._wanted()
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(wanted))
        for account, attachment in wanted:
            self._upload(account, attachment)
            if not commit(1):
                break

    @api.model
    def _wanted(self):
        """[(account, attachment)] of waiting messages whose document is not at WhatsApp."""
        messages = self.env["dunning.message"].search(
            [
                ("state", "in", WAITING),
                ("template_id.header_kind", "=", "document"),
                ("account_id", "!=", False),
            ],
            order="not_before, id",
        )
        now = fields.Datetime.now()
        wanted = {}
        for message in messages:
            document = message._oldest_open_move().dunning_document
            if not document:
                continue
            media = document["media"].get(str(message.account_id.id)) or {}
            rests = media.get("retry_at") and fields.Datetime.to_datetime(media["retry_at"]) > now
            given_up = media.get("attempts", 0) >= MAX_TRIES
            if not media.get("id") and not rests and not given_up:
                wanted[message.account_id, document["checksum"]] = document["attachment_id"]
        attachments = self.env["ir.attachment"].sudo()
        return [
            (account, attachments.browse(attachment))
            for (account, _checksum), attachment in list(wanted.items())[:BATCH]
        ]

    @api.model
    def _upload(self, account, attachment):
        """Upload one document and keep what came of it; trouble is kept too and tried again."""
        media = self._of(account, attachment.checksum)
        now = fields.Datetime.now()
        try:
            with account._client() as client:
                media_id = client.upload_media(attachment.name, attachment.raw, PDF)
        except ApiFailure as failure:
            _logger.warning("Document %s was not taken: %s", attachment.id, failure.error.code)
            media.write(
                {
                    "attempts": media.attempts + 1,
                    "retry_at": now + FIRST_PAUSE * 4**media.attempts,
                    "error": self.env._(failure.error.meaning),
                }
            )
            return
        media.write(
            {
                "media_id": media_id,
                "uploaded_at": now,
                "attempts": 0,
                "retry_at": False,
                "error": False,
            }
        )

    @api.model
    def _of(self, account, checksum):
        """The row of an account's document, made when there is none."""
        key = {"account_id": account.id, "checksum": checksum}
        found = self.search([(name, "=", value) for name, value in key.items()])
        return found or self.create(key)


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_document = fields.Json(
        compute="_compute_dunning_document",
        export_string_translation=False,
        help="The invoice's PDF, if it was ever made, and its ids at WhatsApp.",
    )

    @api.depends("message_main_attachment_id", "invoice_pdf_report_id")
    def _compute_dunning_document(self):
        """A constant number of queries for any number of invoices. Nothing is rendered here."""
        pdfs = self._dunning_pdfs()
        media = defaultdict(dict)
        now = fields.Datetime.now()
        rows = self.env["dunning.whatsapp.media"].sudo()
        for row in rows.search([("checksum", "in", [pdf.checksum for pdf in pdfs.values()])]):
            media[row.checksum][str(row.account_id.id)] = {
                "id": row.media_id if row._is_ready(now) else False,
                "error": row.error,
                "attempts": row.attempts,
                "retry_at": fields.Datetime.to_string(row.retry_at),
            }
        for move in self:
            pdf = pdfs.get(move._origin.id)
            move.dunning_document = pdf and {
                "attachment_id": pdf.id,
                "name": pdf.name if pdf.name.lower().endswith(".pdf") else f"{pdf.name}.pdf",
                "checksum": pdf.checksum,
                "media": media[pdf.checksum],
            }

    def _dunning_pdfs(self):
        """{invoice id: its PDF}: the one that Odoo made, else the main attachment."""
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "in", self.ids),
                    ("res_field", "in", ("invoice_pdf_report_file", False)),
                    ("mimetype", "=", PDF),
                    ("file_size", "<=", MAX_BYTES),
                    ("checksum", "!=", False),
                ],
                ["res_id", "res_field", "name", "checksum"],
                order="id",
            )
        )
        main = {move.message_main_attachment_id for move in self} if attachments else ()
        found = {}
        for attachment in attachments:
            first = found.get(attachment.res_id)
            if attachment.res_field or (attachment in main and not first):
                found[attachment.res_id] = attachment
        return found


class DunningMessage(models.Model):
    _inherit = "dunning.message"

    def _oldest_open_move(self):
        """The invoice that a waiting message will name first."""
        lines = self.line_ids.sorted("date_due")
        return lines.filtered(
            lambda line: line.amount > 0 and line.move_id.payment_state not in RESTING_STATES
        )[:1].move_id

    def _trigger_delivery(self):
        """Wake the upload of documents too, so that they are there when the hour comes."""
        answer = super()._trigger_delivery()
        if "document" in self.template_id.mapped("header_kind"):
            self.env.ref("l10n_latam_dunning.ir_cron_upload").sudo()._trigger()
        return answer
