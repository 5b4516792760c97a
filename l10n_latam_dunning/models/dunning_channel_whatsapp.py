import random
from functools import partial

from odoo import api, models

from ..core.delivery import Delivery
from ..core.law.gate import Impediment
from ..core.whatsapp.client import Client
from ..core.whatsapp.error_codes import Action
from ..core.whatsapp.errors import Fail, blames_template, decide_retry, rule_of
from ..core.whatsapp.payload import template_message


class DunningChannelWhatsapp(models.AbstractModel):
    """WhatsApp: templates of the policy's account, over Meta's Cloud API."""

    _name = "dunning.channel.whatsapp"
    _inherit = "dunning.channel"
    _description = "WhatsApp"

    _is_told_unreachable = True
    _has_receipts = True
    _asks_whose = True
    _is_threaded = True

    # === WHO ===

    @api.model
    def _reach(self, partners):
        return self._reach_numbers(partners)

    @api.model
    def _problems(self, candidate, at):
        point, account = candidate.point, candidate.account
        problems = self._point_problems(point)
        if not problems and point and point.line_type == "fixed":
            problems.append(self._invalid(self.env._("a landline")))
        why = account._impediment(at, point.sudo().value if point else "") if account else "none"
        if why:
            problems.append(Impediment("account", {"why": self._account_words(candidate, why)}))
        elif not candidate.text:
            problems.append(Impediment("template", {"why": self._text_words(candidate)}))
        else:
            problems += candidate.text._impediments(candidate, at)
        return problems

    @api.model
    def _account_words(self, candidate, why):
        words = {
            "none": self.env._("the policy has no account"),
            "off": self.env._("it is switched off"),
            "policy_not_confirmed": self.env._("nobody confirmed that only own invoices are asked"),
            "country": self.env._("WhatsApp does not let it write to the debtor's country"),
            "no_token": self.env._("its access token is missing"),
            "no_app_secret": self.env._("its app secret is missing, so answers are not proved"),
            "neutralized": self.env._("this database is a neutralized copy"),
            "not_in_test_list": self.env._("it is in test mode and the number is not listed"),
            "paused": self.env._("it is paused: %s", candidate.account.pause_reason),
        }
        return words[why]

    @api.model
    def _text_words(self, candidate):
        if not candidate.level and not candidate.template_name:
            return self.env._("the policy has no level")
        return self.env._(
            "%(name)s has no text in the debtor's language",
            name=candidate.template_name
            or candidate.level_channel.template_name
            or candidate.level.name,
        )

    # === WHAT ===

    @api.model
    def _find_text(self, candidate):
        found = self.env["dunning.whatsapp.template"]._find(
            candidate.account,
            candidate.template_name or candidate.level_channel.template_name,
            self.env["dunning.text"]._languages(candidate.addressee, candidate.company),
        )
        return found._variant(candidate)

    @api.model
    def _wording(self, candidate):
        return candidate.text._wording()

    @api.model
    def _carries(self, candidate):
        return candidate.text._carries()

    @api.model
    def _category(self, text):
        return text.category if text else "UTILITY"

    @api.model
    def _content_vals(self, candidate):
        template = candidate.text
        values = template._values_of(candidate)
        return {
            "template_id": template.id,
            "values": values,
            "body": template._render(values),
        }

    # === WIRE ===

    @api.model
    def _call(self, message, courier):
        account = message.account_id
        client = courier.keep(account, lambda: Client(account._credentials()))
        return partial(_send, client, self._payload(message))

    @api.model
    def _payload(self, message):
        return template_message(
            to=message.contact_point_id.sudo().value,
            opaque=message.reference,
            **message.template_id._payload_parts(message),
        )

    @api.model
    def _pace(self, message):
        return message.account_id.id, message.account_id._rate()

    @api.model
    def _rooms(self, messages, at):
        bound = messages.filtered(lambda message: message.purpose != "reply" and message.account_id)
        senders = {message: message.account_id for message in bound}
        return senders, bound.account_id._room(at)

    @api.model
    def _pair_waits(self, messages, at):
        return messages._pair_waits(at)

    @api.model
    def _learn(self, message, delivery):
        point = message.contact_point_id.sudo()
        if delivery.alias and point.wa_id != delivery.alias:
            point.wa_id = delivery.alias

    @api.model
    def _learn_refusal(self, message, delivery):
        if delivery.rule:
            self._learn_rule(message, delivery.rule, delivery.code)

    @api.model
    def _learn_rule(self, message, rule, code):
        """Draw from an error what concerns more than this message: the number that sends, the
        template, the number that was to receive it. The message has its state already."""
        if rule.action in (Action.ACCOUNT, Action.COUNTRY):
            message.account_id._pause_for(rule, code, message.contact_point_id.sudo().value)
        elif rule.action is Action.TEMPLATE or blames_template(self._last_codes(message, rule)):
            message.template_id._store_refusal(rule, code)
        if rule.mark:
            message.contact_point_id._learn_from(rule)

    @api.model
    def _last_codes(self, message, rule):
        """The error codes of a template's last messages, newest first, where they matter."""
        if not rule.strikes or not message.template_id:
            return []
        last = message.search(
            [("template_id", "=", message.template_id.id), ("attempts", ">", 0)],
            order="write_date desc, id desc",
            limit=rule.strikes,
        )
        return last.mapped("error_code")

    @api.model
    def _learn_failure(self, message, code):
        rule = rule_of(code or None, None)
        self._learn_rule(message, rule, code)
        decision = decide_retry(rule, message.attempts, None, random, late=True)
        return decision.again_in if isinstance(decision, Fail) else decision.seconds

    @api.model
    def _failure_words(self, message):
        rule = rule_of(message.error_code or None, None)
        return [
            self.env._(rule.meaning),
            self.env._(
                "WhatsApp answered: %(details)s (code %(code)s).",
                details=message.error_details,
                code=message.error_code,
            ),
            self.env._(rule.next_step),
        ]


def _send(client, payload):
    """Hand a payload to WhatsApp; runs in a thread and touches nothing of Odoo."""
    result = client.send_message(payload)
    error = result.error
    return Delivery(
        result.outcome,
        reference=result.wamid,
        alias=result.wa_id,
        user=result.user_id,
        code=error.code if error else None,
        details=error.details if error else "",
        rule=error.rule if error else None,
        retry_after=result.retry_after,
    )
