import logging

from odoo import fields, models
from odoo.addons.base.models.ir_qweb import QWebError
from odoo.exceptions import UserError

from ..tools import naive_utc
from .dunning_agreement import OPEN
from .dunning_desk import OF_TODAY
from .dunning_gate import Candidate

_logger = logging.getLogger(__name__)

TEMPLATE = "l10n_latam_dunning.mail_template_agreement"


class DunningAgreement(models.Model):
    """The agreement in writing: an e-mail with the PDF, in the debtor's language."""

    _inherit = "dunning.agreement"

    to_confirm = fields.Boolean(readonly=True, copy=False)

    def action_confirm(self):
        """Write to the debtor what was agreed, with the PDF. The gate is asked first; the user
        sees and sends the e-mail."""
        self.ensure_one()
        if self.state in OPEN:
            raise UserError(self.env._("Nothing is agreed yet."))
        verdict = self._email_verdict()
        if verdict.outcome == "refuse":
            explain = self.env["dunning.message"]._explain
            reasons = "\n".join(explain(check) for check in verdict.reasons)
            raise UserError(self.env._("No e-mail may be sent to this debtor.\n%s", reasons))
        template = self.env.ref(TEMPLATE)
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "name": self.env._("Confirm the agreement"),
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_layout",
                "force_email": True,
            },
        }

    def _email_verdict(self):
        """The gate's answer for an e-mail about this agreement. Number, account and template are
        those of WhatsApp and say nothing here."""
        self.ensure_one()
        gate = self.env["dunning.gate"].sudo()
        candidate = Candidate(
            self.company_id,
            self.partner_id,
            self.currency_id,
            self._policy(),
            self.move_ids.line_ids.browse(),
            level=self.env["dunning.level"],
            purpose="agreement",
            channel="email",
        )
        now = fields.Datetime.now()
        known = gate._known([candidate], now)
        return gate._verdict(candidate, known, now, leave_out=OF_TODAY)

    def _confirm_if_wished(self):
        """Let the scheduled action write to the debtor where the policy wants it and he has an
        address: a paper that cannot be printed must not undo what was agreed."""
        if self._policy().confirm_by_email and self.partner_id.email:
            self.to_confirm = True
            self.env.ref("l10n_latam_dunning.ir_cron_agreements").sudo()._trigger()

    def _confirm_waiting(self):
        """Queue the e-mails that wait, each in a savepoint; what fails is told on its chatter."""
        for waiting in self.filtered("to_confirm"):
            agreement = waiting.with_context(lang=waiting.company_id.partner_id.lang)
            agreement.to_confirm = False
            try:
                with self.env.cr.savepoint():
                    agreement._confirm()
            except (UserError, QWebError, OSError, ValueError) as error:
                _logger.warning("Agreement %s could not be confirmed: %s", agreement.id, error)
                agreement._message_log(body=agreement.env._("Not confirmed by e-mail: %s", error))

    def _confirm(self):
        """Queue the e-mail where the gate allows it, not before the instant that it names."""
        verdict = self._email_verdict()
        if verdict.outcome == "refuse":
            explain = self.env["dunning.message"]._explain
            reasons = [explain(c) for c in verdict.reasons if c.outcome == "refuse"]
            self._message_log(body=self.env._("Not confirmed by e-mail: %s", "; ".join(reasons)))
            return
        values = {}
        if verdict.not_before:
            values["scheduled_date"] = naive_utc(verdict.not_before)
        self.env.ref(TEMPLATE).sudo().send_mail(self.id, email_values=values)
        self._message_log(
            body=self.env._("Confirmed by e-mail to %s; the PDF is attached.", self.partner_id.name)
        )

    def _report_title(self):
        """The title of the paper, in the language it is printed in."""
        return self.env._("Payment agreement %s", self.id)
