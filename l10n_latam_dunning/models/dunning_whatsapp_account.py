import logging
import os
import secrets
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import config

from ..core.whatsapp.client import ApiFailure, Client, Credentials

_logger = logging.getLogger(__name__)

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
SECRET_GROUP = "base.group_system"


class DunningWhatsappAccount(models.Model):
    """A WhatsApp Business number, its secrets, and whether it may speak at all."""

    _name = "dunning.whatsapp.account"
    _description = "WhatsApp account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        help="Gets an activity when this number stops sending.",
    )
    mode = fields.Selection(
        [("off", "Off"), ("test", "Test: listed numbers only"), ("live", "Live")],
        required=True,
        default="off",
        tracking=True,
    )
    allow_list = fields.Text(
        "Test numbers", help="In test mode only these numbers are written to, one a line."
    )
    phone_number_id = fields.Char(
        "Phone number ID", required=True, help="Meta's numeric id of the number, not the number."
    )
    waba_id = fields.Char("WhatsApp Business Account ID", required=True)
    display_phone_number = fields.Char("Number", readonly=True)
    verified_name = fields.Char("Display name", readonly=True)
    quality = fields.Char(readonly=True)
    token = fields.Char("Access token", copy=False, groups=SECRET_GROUP)
    app_secret = fields.Char(copy=False, groups=SECRET_GROUP)
    verify_token = fields.Char(
        copy=False, groups=SECRET_GROUP, default=lambda self: secrets.token_urlsafe(24)
    )
    webhook_key = fields.Char(
        copy=False,
        required=True,
        groups=SECRET_GROUP,
        default=lambda self: secrets.token_urlsafe(24),
    )
    webhook_url = fields.Char(
        "Webhook address", compute="_compute_webhook_url", groups=SECRET_GROUP
    )
    base_url = fields.Char("API address", required=True, default="https://graph.facebook.com")
    api_version = fields.Char("API version", required=True, default="v25.0")
    connect_timeout = fields.Float("Connection time-out (s)", required=True, default=5.0)
    read_timeout = fields.Float("Answer time-out (s)", required=True, default=20.0)
    paused_until = fields.Datetime(readonly=True, copy=False)
    pause_reason = fields.Char(
        readonly=True, copy=False, help="Why this number does not send at the moment."
    )
    template_ids = fields.One2many("dunning.whatsapp.template", "account_id", "Templates")
    template_count = fields.Integer(compute="_compute_template_count")

    _number_unique = models.UniqueIndex(
        "(phone_number_id) WHERE active", "This phone number ID already has an account."
    )
    _webhook_key_unique = models.UniqueIndex("(webhook_key)", "Webhook keys must differ.")

    # === COMPUTE ===

    @api.depends("webhook_key")
    def _compute_webhook_url(self):
        for account in self:
            key = account.webhook_key
            account.webhook_url = (
                f"{account.get_base_url()}/dunning/whatsapp/{key}" if key else False
            )

    @api.depends("template_ids")
    def _compute_template_count(self):
        counts = dict(
            self.env["dunning.whatsapp.template"]._read_group(
                [("account_id", "in", self.ids)], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.template_count = counts.get(account, 0)

    # === CONSTRAINTS ===

    @api.constrains("base_url", "api_version", "connect_timeout", "read_timeout")
    def _check_api(self):
        for account in self:
            url = urlsplit(account.base_url or "")
            local = url.hostname in LOOPBACK_HOSTS
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValidationError(
                    self.env._("The API address must look like https://graph.facebook.com.")
                )
            if url.scheme == "http" and not local:
                raise ValidationError(
                    self.env._("The access token may only travel encrypted: use https.")
                )
            if not _is_version(account.api_version):
                raise ValidationError(self.env._("The API version must look like v25.0."))
            if not (0 < account.connect_timeout <= 30 and 0 < account.read_timeout <= 60):
                raise ValidationError(
                    self.env._(
                        "Time-outs must lie above 0 and not above 30 seconds (connection) and "
                        "60 seconds (answer), well below the time limit of scheduled actions."
                    )
                )

    # === ACTIONS ===

    def action_test_connection(self):
        """Ask WhatsApp about this number and say in plain words what it answered."""
        self.ensure_one()
        self.check_access("write")
        try:
            info = self._client().phone_number_info()
        except ApiFailure as failure:
            raise UserError(
                self.env._(
                    "WhatsApp did not accept the connection: %(why)s. Check the token, "
                    "the phone number ID and the API address.",
                    why=self.env._(failure.error.meaning),
                )
            ) from failure
        self._store_info(info)
        return _notify(
            self.env._(
                "Connected: %(name)s, %(number)s, quality %(quality)s.",
                name=self.verified_name,
                number=self.display_phone_number,
                quality=self.quality,
            ),
            "success",
        )

    def action_submit_templates(self):
        """Send the account's unsubmitted templates to Meta for review."""
        self.ensure_one()
        self.check_access("write")
        self.template_ids.filtered(lambda template: not template.meta_id)._submit()
        return self.action_sync_templates()

    def action_sync_templates(self):
        """Read the state of all templates from Meta."""
        self.ensure_one()
        self.check_access("write")
        try:
            remote = self._client().list_templates()
        except ApiFailure as failure:
            raise UserError(
                self.env._("The templates could not be read: %s", self.env._(failure.error.meaning))
            ) from failure
        self.template_ids._store_remote(remote)
        return _notify(
            self.env._(
                "%(ready)s of %(all)s templates are approved.",
                ready=len(self.template_ids.filtered("sendable")),
                all=len(self.template_ids),
            ),
            "success",
        )

    def action_resume(self):
        """Let a paused number send again: for whoever has seen to the cause."""
        self.check_access("write")
        self.write({"paused_until": False, "pause_reason": False})
        self.env.ref("l10n_latam_dunning.ir_cron_deliver")._trigger()

    def action_open_templates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_whatsapp_template_action"
        )
        return {**action, "domain": [("account_id", "=", self.id)]}

    # === BUSINESS ===

    def _store_info(self, info):
        self.sudo().write(
            {
                "display_phone_number": info.get("display_phone_number"),
                "verified_name": info.get("verified_name"),
                "quality": info.get("quality_rating"),
            }
        )

    def _secret(self, name):
        """The value of a secret: the server's environment or configuration file wins over the
        database (``DUNNING_WHATSAPP_<phone number id>_TOKEN`` or the same in lower case)."""
        self.ensure_one()
        key = f"dunning_whatsapp_{self.phone_number_id}_{name}"
        return os.environ.get(key.upper()) or config.get(key) or self.sudo()[name] or ""

    def _app_secrets(self):
        """All app secrets that may have signed a webhook; two during a rotation."""
        return [part for part in self._secret("app_secret").split() if part]

    def _impediment(self, at, number=""):
        """Why this number cannot speak at an instant, as a short code, or None."""
        self.ensure_one()
        if self.mode == "off" or not self.active:
            return "off"
        if not self._secret("token"):
            return "no_token"
        if not self._app_secrets():
            return "no_app_secret"
        if self.pause_reason and (not self.paused_until or self.paused_until > at):
            return "paused"
        if self._host_is_forbidden():
            return "neutralized"
        if self.mode == "test" and number and number not in (self.allow_list or "").split():
            return "not_in_test_list"
        return None

    def _host_is_forbidden(self):
        """A neutralized copy of a database never speaks to a real address."""
        neutralized = self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")
        return bool(neutralized) and urlsplit(self.base_url).hostname not in LOOPBACK_HOSTS

    def _credentials(self):
        self.ensure_one()
        return Credentials(
            base_url=self.base_url,
            version=self.api_version,
            phone_number_id=self.phone_number_id,
            waba_id=self.waba_id,
            token=self._secret("token"),
            connect_timeout=self.connect_timeout,
            read_timeout=self.read_timeout,
        )

    def _client(self, session=None):
        """A client for this number. It holds no cursor and may be used by a thread."""
        self.ensure_one()
        if self._host_is_forbidden():
            raise UserError(
                self.env._("This database is a neutralized copy: it does not talk to WhatsApp.")
            )
        return Client(self._credentials(), session)

    def _pause(self, reason, until=None):
        """Stop this number only, and tell its responsible why."""
        self.ensure_one()
        if self.pause_reason == reason:
            return
        _logger.warning("WhatsApp account %s is paused: %s", self.id, reason)
        self.sudo().write({"pause_reason": reason, "paused_until": until})
        if self.user_id:
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.user_id.id,
                summary=self.env._("This WhatsApp number does not send: %s", reason),
            )


def _is_version(text):
    major, _dot, minor = (text or "").partition(".")
    return major[:1] == "v" and major[1:].isdigit() and minor.isdigit()


def _notify(message, kind):
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "message": message,
            "type": kind,
            "next": {"type": "ir.actions.act_window_close"},
        },
    }
