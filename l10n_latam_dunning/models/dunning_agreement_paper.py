import logging

from odoo import api, fields, models
from odoo.addons.base.models.ir_qweb import QWebError
from odoo.exceptions import UserError

from ..core.law.gate import Impediment
from ..core.whatsapp.payload import MAX_CAPTION
from .dunning_agreement import LIVE, OPEN
from .dunning_answer import Answer
from .dunning_message import DEAD

_logger = logging.getLogger(__name__)

CONFIRMATION = "l10n_latam_dunning.mail_template_confirmation"
REPORT = "l10n_latam_dunning.action_report_agreement"


class DunningAgreement(models.Model):
    """The agreement in writing: on WhatsApp or by e-mail, with the PDF, in the debtor's language.
    It leaves by the one outbox, once."""

    _inherit = "dunning.agreement"

    to_confirm = fields.Boolean(readonly=True, copy=False)
    confirmation_ids = fields.One2many(
        "dunning.message", "agreement_id", "Confirmed by", readonly=True, copy=False
    )

    def action_confirm(self):
        """Write to the debtor what was agreed, with the PDF: now, or when the gate lets it."""
        self.ensure_one()
        self.env["dunning.message"]._check_user()
        self.check_access("write")
        if self.state in OPEN:
            raise UserError(self.env._("Nothing is agreed yet."))
        if self._is_confirmed():
            raise UserError(
                self.env._("This agreement is confirmed already, or is about to be: see below.")
            )
        message = self.sudo()._confirm(self.env.user)
        if not message or message.state == "refused":
            why = message.explanation or self.env._("The policy names no way to confirm.")
            self.sudo().to_confirm = False
            return self._tell_user("warning", self.env._("Not confirmed in writing. %s", why))
        if message.state == "waiting":
            when = message._when(message.not_before)
            return self._tell_user("info", self.env._("The confirmation leaves from %s.", when))
        return self._tell_user("success", self.env._("The confirmation is on its way."))

    def _tell_user(self, kind, text):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": text,
                "sticky": kind == "warning",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _is_confirmed(self):
        return any(message.state not in DEAD for message in self.sudo().confirmation_ids)

    def _confirm_if_wished(self):
        """Let the scheduled action write to the debtor where the policy wants it: a paper that
        cannot be printed must not undo what was agreed."""
        policy = self._policy()
        if policy.confirm_template_name or policy.confirm_by_email:
            self.to_confirm = True
            self.env.ref("l10n_latam_dunning.ir_cron_agreements").sudo()._trigger()

    def _confirm_waiting(self):
        """Put the confirmations that wait in the outbox, each in a savepoint; what fails is told
        on its chatter."""
        for waiting in self.filtered("to_confirm"):
            agreement = waiting.with_context(lang=waiting.company_id.partner_id.lang)
            agreement.to_confirm = False
            if agreement.state in OPEN or agreement._is_confirmed():
                continue
            try:
                with self.env.cr.savepoint():
                    agreement._confirm()
            except (UserError, QWebError, OSError, ValueError) as error:
                _logger.warning("Agreement %s could not be confirmed: %s", agreement.id, error)
                agreement._message_log(body=agreement.env._("Not confirmed in writing: %s", error))

    def _confirm(self, user=None):
        """Ask the gate on which way, and put the message in the outbox: as a free answer while
        WhatsApp takes it, else as a template, else as an e-mail."""
        self.ensure_one()
        plan = self.env["dunning.plan"].sudo().with_company(self.company_id)
        candidates = self._notices()
        if not candidates:
            return self.env["dunning.message"]
        text = self._for_debtor()._confirmation_in_words()
        free = None
        if candidates[0].channel == "whatsapp":
            free = plan._free_answer(self.company_id, self.partner_id, self.currency_id, text)
        now = fields.Datetime.now()
        candidate, verdict = plan._first_open([*filter(None, [free]), *candidates], now)
        if isinstance(candidate, Answer):
            message = self._answer_with(candidate, user)
        else:
            message = plan._store([(candidate, verdict)], user=user)
        if message.state != "refused" and self._takes_file(message):
            self._attach_paper(message)
        return message

    @api.model
    def _takes_file(self, message):
        """Whether the PDF can go with a message: WhatsApp takes a file with a short text only."""
        if message.channel == "email":
            return True
        return message.purpose == "reply" and len(message.body) <= MAX_CAPTION

    def _answer_with(self, answer, user):
        heard = (
            self.env["dunning.whatsapp.identity"]
            ._of_partners(self.partner_id, self.company_id)[:1]
            ._heard()[:1]
        )
        _verdict, message = (
            self.env["dunning.message"]
            .sudo()
            ._answer(
                answer,
                answers_id=heard.id,
                about_move_id=self.move_ids[:1].id,
                user_id=user.id if user else False,
                agreement_id=self.id,
            )
        )
        return message

    def _attach_paper(self, message):
        """Keep the PDF with its message. Without a program that prints, the text goes alone."""
        try:
            content, kind = (
                self.env["ir.actions.report"]
                .sudo()
                .with_context(lang=self._for_debtor().env.lang)
                ._render_qweb_pdf(REPORT, self.ids)
            )
        except (UserError, OSError) as error:
            _logger.warning("The paper of agreement %s could not be printed: %s", self.id, error)
            return
        if kind == "pdf" and content.startswith(b"%PDF"):
            title = self._for_debtor()._report_title()
            message._keep_document(f"{title}.pdf", content, "application/pdf")

    def _confirmation_in_words(self):
        """What a debtor reads who is answered freely."""
        keeps = self.env._("While it is kept, no reminders of these invoices are sent.")
        head = self.env._("This confirms what we agreed:")
        return "\n".join([head, self._agreement_in_words(), keeps])

    def _notices(self, _words=""):
        """The confirmation on each channel that the policy names, the first to be tried first."""
        policy = self._policy()
        ways = []
        if policy.confirm_template_name:
            ways.append({"channel": "whatsapp", "template_name": policy.confirm_template_name})
        if policy.confirm_by_email:
            template = self.env.ref(CONFIRMATION).sudo()
            ways.append({"channel": "email", "mail_template": template})
        return [self._notice(**way) for way in ways]

    def _notice(self, **way):
        return self.env["dunning.plan"]._notice_candidate(
            self.company_id,
            self.partner_id,
            self.currency_id,
            self._policy(),
            self._agreed_lines(),
            purpose="agreement",
            agreement=self,
            **way,
        )

    def _any_notice(self, message):
        """The confirmation of a message whose channel the policy names no more."""
        return self._notice(channel=message.channel)

    def _notice_problems(self, _candidate):
        """What ended is not confirmed; nor what is broken by now, though nobody looked yet."""
        stands = self.state == "kept" or (self.state == LIVE and self._standing() != "broken")
        return [] if stands else [Impediment("not_open")]

    def _report_title(self):
        """The title of the paper, in the language it is printed in."""
        return self.env._("Payment agreement %s", self.id)
