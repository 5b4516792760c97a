from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dunning_contact_link import ADDRESSED
from ..tools import naive_utc

OUTCOMES = [
    ("send", "It can leave now"),
    ("wait", "It waits for a lawful hour"),
    ("refuse", "It cannot be sent"),
]


class DunningSend(models.TransientModel):
    """A reminder by hand: the text and the gate's answer are shown before anything is sent."""

    _name = "dunning.send"
    _description = "Send a reminder"

    move_id = fields.Many2one("account.move", "Invoice", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="move_id.company_id")
    partner_id = fields.Many2one("res.partner", "Debtor", compute="_compute_preview")
    to_id = fields.Many2one(
        "dunning.contact.link",
        "To somebody else",
        domain="[('id', 'in', choice_ids)]",
        help="A guarantor or representative, by his own consent, language and limits. Empty: the "
        "debtor.",
    )
    choice_ids = fields.Many2many(
        "dunning.contact.link", string="Others", compute="_compute_choices"
    )
    masked = fields.Char("Number or address", compute="_compute_preview")
    level_id = fields.Many2one("dunning.level", compute="_compute_preview")
    channel = fields.Selection(
        selection=lambda self: self.env["dunning.message"]._fields["channel"].selection,
        compute="_compute_preview",
    )
    passed_over = fields.Text("Why not another channel", compute="_compute_preview")
    subject = fields.Char(compute="_compute_preview")
    body = fields.Text("What the debtor reads", compute="_compute_preview")
    outcome = fields.Selection(OUTCOMES, "Verdict", compute="_compute_preview")
    not_before = fields.Char("Leaves from", compute="_compute_preview")
    jurisdiction = fields.Char("Law", compute="_compute_preview")
    reasons = fields.Html("Why", compute="_compute_preview", sanitize=False)
    may_ask = fields.Boolean(
        "Can be asked first",
        compute="_compute_preview",
        help="All that is missing is to ask whose the number is.",
    )

    @api.depends("move_id")
    def _compute_choices(self):
        for wizard in self:
            wizard.choice_ids = self.env["dunning.contact.link"].search(
                [
                    ("partner_id", "=", wizard.move_id.commercial_partner_id.id),
                    ("person_id", "!=", False),
                    ("role", "in", ADDRESSED),
                ]
            )

    @api.depends("move_id", "to_id")
    def _compute_preview(self):
        Message = self.env["dunning.message"]
        for wizard in self:
            candidate, verdict = wizard._ask()
            wizard.partner_id = candidate.partner
            wizard.masked = candidate.point.masked if candidate.point else False
            wizard.level_id = candidate.level or False
            channel = self.env["dunning.channel"].sudo()._of(candidate.channel)
            wizard.channel = candidate.channel
            wizard.passed_over = self.env["dunning.plan"]._passed_over_words(candidate)
            shown = candidate.text and candidate.lines
            content = channel._content_vals(candidate) if shown else {}
            wizard.subject = content.get("subject")
            wizard.body = content.get("body")
            wizard.outcome = verdict.outcome
            wizard.may_ask = bool(self.env["dunning.plan"]._first_touches([(candidate, verdict)]))
            wizard.jurisdiction = verdict.jurisdiction
            shown = Message.new({"verdict": verdict.to_dict()})
            wizard.not_before = (
                shown._when(naive_utc(verdict.not_before)) if verdict.not_before else False
            )
            wizard.reasons = Markup("<ul>%s</ul>") % Markup("").join(
                self._reason_item(check) for check in verdict.reasons
            )

    def _ask(self):
        """(candidate, verdict) of the invoice now."""
        self.ensure_one()
        self.move_id.check_access("read")
        plan = self.env["dunning.plan"].sudo()
        if self.to_id in self.choice_ids:
            return plan._preview_to(self.move_id.sudo(), self.to_id.sudo(), fields.Datetime.now())
        return plan._preview(self.move_id.sudo(), fields.Datetime.now())[0]

    @api.model
    def _reason_item(self, check):
        text = self.env["dunning.message"]._explain(check)
        if not check.source_url:
            return Markup("<li>%s</li>") % text
        return Markup('<li>%s <a href="%s" target="_blank" rel="noreferrer">%s</a></li>') % (
            text,
            check.source_url,
            self.env._("source"),
        )

    def action_send(self):
        """Queue the reminder, or let it wait for its hour. What the gate refuses stays unsent."""
        self.ensure_one()
        self.env["dunning.message"]._check_user()
        candidate, verdict = self._ask()
        if verdict.outcome == "refuse":
            reasons = "\n".join(
                self.env["dunning.message"]._explain(check) for check in verdict.reasons
            )
            raise UserError(self.env._("This reminder is not sent.\n%s", reasons))
        messages = (
            self.env["dunning.plan"].sudo()._store([(candidate, verdict)], user=self.env.user)
        )
        if messages.not_before:
            words = self.env._("The reminder leaves from %s.", messages._when(messages.not_before))
        else:
            words = self.env._("The reminder is on its way.")
        return self._done(words)

    def action_ask(self):
        """Ask the number first, in a neutral message, whether it is the debtor's."""
        self.ensure_one()
        self.env["dunning.message"]._check_user()
        answers = [self._ask()]
        plan = self.env["dunning.plan"].sudo()
        message = plan._ask_whose(answers, fields.Datetime.now(), user=self.env.user)
        if not message or message.state == "refused":
            raise UserError(self.env._("The number is not asked.\n%s", message.explanation or ""))
        if message.not_before:
            words = self.env._("The question leaves from %s.", message._when(message.not_before))
        else:
            words = self.env._("The question is on its way.")
        return self._done(words)

    @api.model
    def _done(self, words):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": words,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
