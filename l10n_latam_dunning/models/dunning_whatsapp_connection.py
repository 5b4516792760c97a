import os
import re
import secrets
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import config

from ..core.whatsapp.client import Client, Credentials

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
SECRET_GROUP = "base.group_system"
SECRETS = ("token", "app_secret", "verify_token", "webhook_key", "webhook_url")
SOURCES = [("none", "Missing"), ("database", "In the database"), ("server", "From the server")]
# Who could change these would have the access token sent wherever he likes.
CONNECTION = {
    "base_url",
    "api_version",
    "phone_number_id",
    "waba_id",
    "connect_timeout",
    "read_timeout",
}


class DunningWhatsappAccount(models.Model):
    """Where and as whom a number speaks: its address and its secrets, which only system
    administrators see, nobody exports, and the server may keep instead of the database."""

    _inherit = "dunning.whatsapp.account"

    token = fields.Char("Access token", copy=False, groups=SECRET_GROUP, exportable=False)
    app_secret = fields.Char(
        copy=False,
        groups=SECRET_GROUP,
        exportable=False,
        help="During a change of secret both, separated by a space.",
    )
    verify_token = fields.Char(
        copy=False,
        groups=SECRET_GROUP,
        exportable=False,
        default=lambda self: secrets.token_urlsafe(24),
    )
    webhook_key = fields.Char(
        copy=False,
        required=True,
        groups=SECRET_GROUP,
        exportable=False,
        default=lambda self: secrets.token_urlsafe(24),
    )
    webhook_url = fields.Char(
        "Webhook address", compute="_compute_webhook_url", groups=SECRET_GROUP, exportable=False
    )
    token_source = fields.Selection(SOURCES, "Access token is", compute="_compute_sources")
    app_secret_source = fields.Selection(SOURCES, "App secret is", compute="_compute_sources")
    verify_token_source = fields.Selection(SOURCES, "Verify token is", compute="_compute_sources")
    base_url = fields.Char("API address", required=True, default="https://graph.facebook.com")
    api_version = fields.Char("API version", required=True, default="v25.0")
    connect_timeout = fields.Float("Connection time-out (s)", required=True, default=5.0)
    read_timeout = fields.Float("Answer time-out (s)", required=True, default=20.0)

    _webhook_key_unique = models.UniqueIndex("(webhook_key)", "Webhook keys must differ.")

    # === COMPUTE ===

    @api.depends("webhook_key")
    def _compute_webhook_url(self):
        for account in self:
            key = account.webhook_key
            account.webhook_url = (
                f"{account.get_base_url()}/dunning/whatsapp/{key}" if key else False
            )

    @api.depends("token", "app_secret", "verify_token", "phone_number_id")
    def _compute_sources(self):
        for account in self:
            for name in ("token", "app_secret", "verify_token"):
                account[f"{name}_source"] = account._secret_source(name)

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
            if not re.fullmatch(r"v\d{2}\.\d", account.api_version or ""):
                raise ValidationError(self.env._("The API version must look like v25.0."))
            if not (0 < account.connect_timeout <= 30 and 0 < account.read_timeout <= 60):
                raise ValidationError(
                    self.env._(
                        "Time-outs must lie above 0 and not above 30 seconds (connection) and "
                        "60 seconds (answer), well below the time limit of scheduled actions."
                    )
                )

    # === CRUD ===

    @api.model
    def _guarded(self):
        names = super()._guarded()
        return names if self.env.user.has_group(SECRET_GROUP) else names | CONNECTION

    def _export_rows(self, fields, **kwargs):
        """Secrets are not exported, not even by those who may see them nor by way of other
        models, which end up here."""
        if asked := sorted({path[0] for path in fields if path and path[0] in SECRETS}):
            raise AccessError(self.env._("Secrets are not exported: %s.", ", ".join(asked)))
        return super()._export_rows(fields, **kwargs)

    # === BUSINESS ===

    def _secret(self, name):
        """The value of a secret: the server's environment or configuration file wins over the
        database (``DUNNING_WHATSAPP_<phone number id>_TOKEN`` or the same in lower case)."""
        self.ensure_one()
        return self._server_secret(name) or self.sudo()[name] or ""

    def _server_secret(self, name):
        key = f"dunning_whatsapp_{self.phone_number_id}_{name}"
        return os.environ.get(key.upper()) or config.get(key)

    def _secret_source(self, name):
        """Where a secret comes from, for people who may not see it."""
        if self._server_secret(name):
            return "server"
        return "database" if self.sudo()[name] else "none"

    def _app_secrets(self):
        """All app secrets that may have signed a webhook; two during a rotation."""
        return [part for part in self._secret("app_secret").split() if part]

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
