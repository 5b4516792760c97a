from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..core.mail.inbound import own_words, read_bounce, references
from ..core.optout import is_stop
from .dunning_draft import NAMES, OF_NOTICE


class DunningMessage(models.Model):
    """A message as an e-mail: what it says, what comes back as undeliverable, and answers."""

    _inherit = "dunning.message"

    subject = fields.Char()
    body_html = fields.Html(
        "E-mail", sanitize=False, help="Exactly as it was handed to the mail server."
    )
    text = fields.Json(
        "Values for templates",
        compute="_compute_text",
        help="The values of this message for templates: object.text['amount_total'] and so on.",
    )

    @api.depends("values")
    def _compute_text(self):
        for message in self:
            message.text = {**dict.fromkeys(NAMES | OF_NOTICE, ""), **(message.values or {})}

    # === WHAT COMES BACK ===

    @api.model
    def _by_mail_ids(self, text):
        """The message that the Message-Ids in a text belong to, or an empty value."""
        found = self.browse()
        if ours := references(text or ""):
            found = self.search([("reference", "in", ours)], limit=1)
        return found

    @api.model
    def _receive_bounce(self, mail, text):
        """Take a report of delivery into account; ``text`` holds the Message-Ids that it names.
        A report that only says that it takes longer changes nothing."""
        message = self._by_mail_ids(text)
        bounce = read_bounce(mail)
        if not message or not bounce.is_final:
            return
        moved = message._apply_receipt(
            "failed",
            fields.Datetime.now(),
            error_code=bounce.code,
            error_details=bounce.details,
        )
        if moved and bounce.is_hard:
            moved.contact_point_id._came_back()
        moved._log_state()

    @api.model
    def _receive_answer(self, data):
        """Draw the consequences of an answer that the mail gateway has put on an invoice: an
        activity for the responsible, and the end of e-mails for who asks for it."""
        ids = f"{data.get('in_reply_to') or ''} {data.get('references') or ''}"
        message = self._by_mail_ids(ids)
        if not message:
            return
        message.contact_point_id.returned = 0
        office = message.with_context(lang=message.company_id.partner_id.lang)
        words = own_words(html2plaintext(data.get("body") or ""))
        if is_stop(words):
            proof = office.env._("Answer by e-mail %s", data.get("message_id"))
            message.contact_point_id._stop("email", source="email", wording=words, proof=proof)
        user = message.policy_id.user_id or message.user_id
        if user:
            office.line_ids.move_id[:1].activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=office.env._("Answer of %s by e-mail", message.partner_id.name),
            )
