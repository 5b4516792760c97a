from contextlib import closing

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..core.whatsapp import checkup, health
from ..core.whatsapp.client import ApiFailure

MARKS = {"good": ("✓", "text-success"), "care": ("!", "text-warning"), "bad": ("✗", "text-danger")}


class DunningWhatsappCheck(models.TransientModel):
    """The report of a connection test. Whatever fails becomes a line of it, never an error."""

    _name = "dunning.whatsapp.check"
    _description = "Connection test of a WhatsApp account"

    account_id = fields.Many2one(
        "dunning.whatsapp.account", required=True, readonly=True, ondelete="cascade"
    )
    lines = fields.Json(readonly=True)
    unsubscribed = fields.Boolean(readonly=True, help="WhatsApp says that no webhook is sent.")
    outcome = fields.Char(compute="_compute_report")
    worst = fields.Char(compute="_compute_report")
    report = fields.Html(compute="_compute_report", sanitize=False)

    @api.depends("lines")
    @api.depends_context("lang")
    def _compute_report(self):
        for check in self:
            signs = [line["sign"] for line in check.lines or ()]
            check.worst = next((sign for sign in ("bad", "care") if sign in signs), "good")
            check.outcome = check._outcome(signs)
            check.report = Markup('<div class="list-group">%s</div>') % Markup("").join(
                self._line_html(line) for line in check.lines or ()
            )

    @api.model
    def _outcome(self, signs):
        wrong, care = signs.count("bad"), signs.count("care")
        if wrong and not care:
            return self.env._("%s wrong.", wrong)
        if wrong:
            return self.env._("%(wrong)s wrong, %(care)s to look at.", wrong=wrong, care=care)
        if care:
            return self.env._("It works; %(care)s to look at.", care=care)
        return self.env._("All is right.")

    @api.model
    def _line_html(self, line):
        mark, colour = MARKS[line["sign"]]
        step = ""
        if line["next_step"]:
            step = Markup('<div class="text-muted">→ %s</div>') % line["next_step"]
        return Markup(
            '<div class="list-group-item d-flex gap-3">'
            '<span class="fw-bold %s" style="width: 1em">%s</span>'
            "<div><strong>%s</strong><div>%s</div>%s</div></div>"
        ) % (colour, mark, line["topic"], line["text"], step)

    # === ACTIONS ===

    def action_again(self):
        """Test once more."""
        self.ensure_one()
        self.account_id.check_access("write")
        self._run()
        return self._action()

    def action_subscribe(self):
        """Have webhooks sent to the app, and test once more."""
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only system administrators can subscribe to webhooks."))
        self.account_id.check_access("write")
        try:
            with closing(self.account_id._client()) as client:
                client.subscribe_app()
        except ApiFailure as failure:
            raise UserError(
                self.env._(
                    "WhatsApp did not subscribe the app. %(why)s %(step)s",
                    why=self.env._(failure.error.meaning),
                    step=self.env._(failure.error.rule.next_step),
                )
            ) from failure
        self._run()
        return self._action()

    def _action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "name": self.env._("Connection test"),
            "view_mode": "form",
            "target": "new",
        }

    # === TESTING ===

    @api.model
    def _of(self, account):
        """A report of an account, tested now."""
        check = self.create({"account_id": account.id})
        check._run()
        return check

    def _run(self):
        """Test, keep what WhatsApp said on the account, write the report."""
        self.ensure_one()
        findings = checkup.set_up_findings(self._set_up())
        findings += self._ask()
        order = {"bad": 0, "care": 1, "good": 2}
        lines = [self._say(finding) for finding in findings]
        self.lines = sorted(lines, key=lambda line: order[line["sign"]])

    def _set_up(self):
        account = self.account_id.sudo()
        event = self.env["dunning.event"].sudo()
        last = event.search([("account_id", "=", account.id)], order="id desc", limit=1)
        return checkup.SetUp(
            mode=account.mode,
            token=bool(account._secret("token")),
            app_secret=bool(account._app_secrets()),
            verify_token=bool(account._secret("verify_token")),
            confirmed=account.policy_confirmed,
            neutralized=account._host_is_forbidden(),
            version=account.api_version,
            callback=account.webhook_url or "",
            last_webhook=format_datetime(self.env, last.received_at) if last else "",
            today=fields.Date.context_today(self),
        )

    def _ask(self):
        """The findings of the calls. Where the token or the way is wrong the rest is not asked:
        it would fail, slowly, for the same reason."""
        account = self.account_id
        if account._host_is_forbidden() or not account._secret("token"):
            return []
        try:
            client = account._client()
        except ValueError as error:
            return [checkup.unusable_finding(str(error))]
        with closing(client):
            return self._ask_with(client)

    def _ask_with(self, client):
        account, asked_at = self.account_id, fields.Datetime.now()
        try:
            number = health.read_number(client.phone_number_info())
        except ApiFailure as failure:
            account._store_answer(health.Answer(error=failure.error), asked_at)
            return [checkup.failure_finding(checkup.TOKEN, failure.error)]
        found = checkup.number_findings(number)
        state = None
        try:
            state = health.read_health(client.health_status())
            found += checkup.health_findings(state)
        except ApiFailure as failure:
            found.append(checkup.failure_finding(checkup.HEALTH, failure.error))
        account._store_answer(health.Answer(number, state), asked_at)
        found.append(self._subscription(client))
        return found + self._templates(client)

    def _subscription(self, client):
        self.unsubscribed = False
        try:
            apps = client.subscribed_apps()
        except ApiFailure as failure:
            return checkup.failure_finding(checkup.WEBHOOK, failure.error)
        self.unsubscribed = not apps
        return checkup.subscription_finding(apps)

    def _templates(self, client):
        templates = self.account_id.sudo().template_ids
        try:
            templates._store_remote(client.list_templates())
        except ApiFailure as failure:
            return [checkup.failure_finding(checkup.TEMPLATES, failure.error)]
        ready = {}
        for template in templates:
            usable, total = ready.get(template.language, (0, 0))
            ready[template.language] = (usable + bool(template.sendable), total + 1)
        return checkup.template_findings(ready)

    @api.model
    def _say(self, finding):
        """A finding in the user's language."""
        plain = finding.figures
        figures = {
            name: self.env._(text, **plain) if name.endswith("_text") else text
            for name, text in plain.items()
        }
        return {
            "sign": finding.sign.value,
            "topic": self.env._(finding.topic),
            "text": self.env._(finding.text, **figures),
            "next_step": self.env._(finding.next_step, **figures) if finding.next_step else "",
        }
