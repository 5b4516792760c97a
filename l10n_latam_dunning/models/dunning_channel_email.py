from functools import partial
from urllib.parse import urlsplit

from odoo import api, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.fields import Command
from odoo.tools import config, email_normalize, email_normalize_all, html2plaintext

from ..core.delivery import Delivery
from ..core.law.gate import Impediment
from ..core.mail.inbound import message_id
from ..core.mail.refusal import judge, unreachable
from ..core.whatsapp.errors import Action
from .dunning_request_text import RequestText

PARTS = ("subject", "body_html")
REQUEST = "l10n_latam_dunning.mail_template_consent_request"
# What Odoo itself found wrong with a mail before any server saw it.
FAILURES = {
    "mail_email_invalid": Action.NUMBER,
    "mail_email_missing": Action.NUMBER,
    "mail_from_invalid": Action.ACCOUNT,
    "mail_from_missing": Action.ACCOUNT,
    "mail_smtp": Action.ACCOUNT,
    "mail_spam": Action.FAIL,
}


class DunningChannelEmail(models.AbstractModel):
    """E-mail: Odoo's templates, over Odoo's own mail servers."""

    _name = "dunning.channel.email"
    _inherit = "dunning.channel"
    _description = "E-mail"

    _is_told_unreachable = True
    _asks_consent_by = ("request", "clause")

    # === WHO ===

    @api.model
    def _reach(self, partners):
        addresses, result = {}, {}
        partners.fetch(["email"])
        for partner in partners:
            found = email_normalize_all(partner.email or "")
            if len(found) == 1 and found[0].isascii():
                addresses[partner] = found[0]
                continue
            result[partner] = (None, self._invalid(self._address_words(partner, found)))
        points = self.env["dunning.contact.point"]._for_emails(list(addresses.values()))
        for partner, address in addresses.items():
            result[partner] = (points[address], None)
        self._link(result)
        return result

    @api.model
    def _address_words(self, partner, found):
        if not (partner.email or "").strip():
            return self.env._("there is no e-mail address")
        if len(found) > 1:
            return self.env._("there are several e-mail addresses")
        return self.env._("the e-mail address cannot be read")

    @api.model
    def _problems(self, candidate, at):
        problems = self._point_problems(candidate.point)
        why = self._setup_words(candidate.company)
        if why:
            problems.append(Impediment("account", {"why": why}))
        elif not candidate.text:
            problems.append(Impediment("template", {"why": self._text_words(candidate)}))
        return problems

    @api.model
    def _setup_words(self, company):
        """Why a company cannot send e-mail at all, or nothing."""
        if self._is_neutralized():
            return self.env._("this database is a neutralized copy")
        if not email_normalize(company.email):
            return self.env._("the company has no e-mail address of its own")
        if not self._has_server():
            return self.env._("there is no outgoing mail server")
        return ""

    @api.model
    def _has_server(self):
        """Whether somebody set up a mail server, here or in the configuration file."""
        cache = self.env.cr.cache
        if "dunning.mail_server" not in cache:
            shared = [("owner_user_id", "=", False)]
            found = self.env["ir.mail_server"].sudo().search(shared, limit=1)
            named = config.get("smtp_server") not in (False, None, "", "localhost")
            cache["dunning.mail_server"] = bool(found) or named
        return cache["dunning.mail_server"]

    @api.model
    def _text_words(self, candidate):
        if candidate.text is None:
            return self.env._("the level has no template for e-mail")
        return candidate.text.problem

    # === WHAT ===

    @api.model
    def _find_text(self, candidate):
        template = candidate.mail_template or candidate.level_channel.mail_template_id
        template = template.sudo()
        if not template:
            return None
        draft = self.env["dunning.text"]._draft(template, PARTS, candidate)
        return self._usable(draft, candidate.company)

    @api.model
    def _wording(self, candidate):
        return candidate.text.wording

    @api.model
    def _content_vals(self, candidate):
        draft = candidate.text
        values = self._values(candidate)
        html = self._in_layout(draft.fill("body_html", values), candidate.company)
        return {
            "values": values,
            "subject": " ".join(draft.fill("subject", values).split()),
            "body_html": html,
            "body": html2plaintext(html),
        }

    @api.model
    def _requests(self, facts, company):
        template = self.env.ref(REQUEST).sudo().with_company(company)
        rendered = template._generate_template(facts.ids, PARTS)
        return {
            fact: RequestText({part: rendered[fact.id][part] for part in PARTS}, fact.wording)
            for fact in facts
        }

    @api.model
    def _in_layout(self, html, company):
        """The text under the company's name, on a page that phones can show."""
        return self.env["ir.qweb"]._render(
            "l10n_latam_dunning.mail_layout", {"body": html, "company": company}
        )

    # === WIRE ===

    @api.model
    def _call(self, message, courier):
        return partial(self._post, message)

    @api.model
    def _post(self, message):
        """Hand a message to the mail server. The mail is kept only when it left: one that did not
        must not be sent by hand, past the gate."""
        try:
            with self.env.cr.savepoint():
                return self._send_mail(message)
        except _NotSent as failure:
            return failure.delivery
        except Exception as error:  # noqa: BLE001 - judged by what the server said, else unknown
            return judge(error)

    @api.model
    def _send_mail(self, message):
        mail = (
            self.env["mail.mail"]
            .sudo()
            .with_company(message.company_id)
            .create(self._prepare_mail_vals(message))
        )
        error = None
        try:
            mail.send(raise_exception=True)
        except MailDeliveryException as delivery_error:
            error = delivery_error
        if mail.state != "sent":
            raise _NotSent(self._not_sent(mail, error))
        return Delivery("accepted", reference=mail.message_id)

    @api.model
    def _not_sent(self, mail, error):
        """What is known of a mail that Odoo did not send."""
        cause = error.args[-1] if error else None
        if isinstance(cause, Exception):
            return unreachable(cause)
        action = FAILURES.get(mail.failure_type)
        if action:
            return Delivery("refused", details=mail.failure_reason or "", action=action)
        if error:
            return judge(error.__context__)
        # a personal mail server at its limit, or mail switched off: nothing left
        return Delivery("refused", details=self.env._("Odoo holds e-mail back"), action=Action.SLOW)

    @api.model
    def _prepare_mail_vals(self, message):
        """The mail of a message. It stands on the first invoice, or on the debtor where it is about
        none: there answers are to land. It is not shown there: the chatter has a note of its own
        on each invoice."""
        company = message.company_id
        move = message.line_ids.sorted(lambda line: not line.level_id).move_id[:1]
        about = move or message.partner_id
        sender = company.email_formatted
        reply_to = about._notify_get_reply_to(default=sender, author_id=company.partner_id.id)
        host = email_normalize(company.email).rpartition("@")[2]
        return {
            "message_type": "user_notification",
            "model": about._name,
            "res_id": about.id,
            "message_id": message_id(message.reference, host),
            "author_id": False,
            "email_from": sender,
            "reply_to": reply_to[about.id],
            "email_to": message.contact_point_id.sudo().value,
            "subject": message.subject,
            "body": message.body_html,
            "body_html": message.body_html,
            "headers": repr(self._headers(message)),
            "attachment_ids": [Command.set(message.document_id.ids)],
            "auto_delete": False,
        }

    @api.model
    def _headers(self, message):
        """The way out that mail programs show beside a message (RFC 8058), and the request to
        machines not to answer."""
        link = message.values.get("unsubscribe_link") or message.contact_point_id._stop_link(
            message.channel, message.company_id
        )
        headers = {
            "List-Unsubscribe": f"<{link}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
        }
        if urlsplit(link).scheme == "https":
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    @api.model
    def _learn_refusal(self, message, delivery):
        if delivery.action is Action.NUMBER:
            message.contact_point_id._came_back()
        elif delivery.action is Action.ACCOUNT:
            self._tell_held(message, delivery.details)

    @api.model
    def _failure_words(self, message):
        if not message.error_code:
            return [message.error_details or ""]
        return [
            self.env._("The e-mail could not be delivered."),
            self.env._(
                "The mail server answered: %(details)s (code %(code)s).",
                details=message.error_details,
                code=message.error_code,
            ),
        ]


class _NotSent(Exception):
    """A mail stayed here; ends the savepoint in which it was made."""

    def __init__(self, delivery):
        super().__init__(delivery.details)
        self.delivery = delivery
