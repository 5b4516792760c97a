import os
import secrets
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import config

from ..core import phones
from ..core.whatsapp.client import ApiFailure, Client, Credentials

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
SECRET_GROUP = "base.group_system"
SECRETS = ("token", "app_secret", "verify_token", "webhook_key", "webhook_url")
# Who could change these would have the access token sent wherever he likes.
CONNECTION = {
    "base_url",
    "api_version",
    "phone_number_id",
    "waba_id",
    "connect_timeout",
    "read_timeout",
}
# Written by the machine alone.
NOTED = {
    "policy_confirmed_by_id",
    "policy_confirmed_at",
    "messaging_limit",
    "can_send",
    "health_problems",
    "health_at",
    "heard",
    "ramp_from",
}
SOURCES = [("none", "Missing"), ("database", "In the database"), ("server", "From the server")]


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
        copy=False,
        tracking=True,
    )
    policy_confirmed = fields.Boolean(
        "We remind only of our own invoices, in our own name",
        copy=False,
        tracking=True,
        help="WhatsApp names debt collection as prohibited, whatever licences a business holds. A "
        "company may remind its own customers of its own invoices with neutral utility "
        "templates; it may not collect for others nor debts that it bought.",
    )
    policy_confirmed_by_id = fields.Many2one(
        "res.users", "Confirmed by", readonly=True, copy=False, ondelete="restrict"
    )
    policy_confirmed_at = fields.Datetime("Confirmed on", readonly=True, copy=False)
    allow_list = fields.Text(
        "Test numbers", help="In test mode only these numbers are written to, one a line."
    )
    phone_number_id = fields.Char(
        "Phone number ID", required=True, help="Meta's numeric id of the number, not the number."
    )
    waba_id = fields.Char("WhatsApp Business Account ID", required=True)
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

    @api.depends("token", "app_secret", "verify_token", "phone_number_id")
    def _compute_sources(self):
        for account in self:
            for name in ("token", "app_secret", "verify_token"):
                account[f"{name}_source"] = account._secret_source(name)

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

    @api.constrains("phone_number_id", "waba_id")
    def _check_ids(self):
        for account in self:
            for number in (account.phone_number_id, account.waba_id):
                if not (number.isascii() and number.isdigit() and len(number) <= 32):
                    raise ValidationError(
                        self.env._(
                            "“%s” is not an ID of Meta: they have digits only. The phone number "
                            "ID is not the telephone number.",
                            number,
                        )
                    )

    @api.constrains("mode", "policy_confirmed")
    def _check_confirmed(self):
        if self.filtered(lambda account: account.mode == "live" and not account.policy_confirmed):
            raise ValidationError(
                self.env._(
                    "Before this number goes live somebody has to confirm, on its form, that the "
                    "company reminds only of its own invoices and in its own name. WhatsApp "
                    "forbids collecting debts of others."
                )
            )

    @api.constrains("allow_list")
    def _check_allow_list(self):
        for account in self:
            for line in account._allow_lines():
                try:
                    phones.normalise(line, account._country_code())
                except phones.InvalidPhone as error:
                    raise ValidationError(
                        self.env._(
                            "“%(line)s” in the test numbers is of no use. %(why)s",
                            line=line,
                            why=self.env._(phones.REASONS[error.reason]),
                        )
                    ) from error

    # === CRUD ===

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create([self._prepared(vals) for vals in vals_list])
        accounts.filtered(lambda account: account.mode == "live")._start_slowly()
        accounts._tidy_allow_list()
        return accounts

    def write(self, vals):
        activated = self.filtered(lambda account: account.mode != "live")
        result = super().write(self._prepared(vals))
        if vals.get("mode") == "live":
            activated._start_slowly()
        if "allow_list" in vals:
            self._tidy_allow_list()
        return result

    @api.model
    def _prepared(self, vals):
        """Values as they may be written: who confirmed and when is noted, not given."""
        if self.env.su:
            given = set()
        else:
            given = NOTED & set(vals)
            if CONNECTION & set(vals) and not self.env.user.has_group(SECRET_GROUP):
                given |= CONNECTION & set(vals)
        if given:
            raise AccessError(
                self.env._("You cannot write %s of a WhatsApp account.", ", ".join(sorted(given)))
            )
        if "policy_confirmed" not in vals:
            return vals
        confirmed = bool(vals["policy_confirmed"])
        return {
            **vals,
            "policy_confirmed_by_id": self.env.uid if confirmed else False,
            "policy_confirmed_at": fields.Datetime.now() if confirmed else False,
        }

    def _start_slowly(self):
        self.sudo().ramp_from = fields.Datetime.now()

    def _tidy_allow_list(self):
        """Keep the test numbers as messages are addressed."""
        for account in self:
            tidy = "\n".join(
                phones.normalise(line, account._country_code()).e164
                for line in account._allow_lines()
            )
            if tidy != (account.allow_list or ""):
                account.allow_list = tidy

    def _allow_lines(self):
        return [line.strip() for line in (self.allow_list or "").splitlines() if line.strip()]

    def _country_code(self):
        return self.company_id.account_fiscal_country_id.code or ""

    def export_data(self, fields_to_export):
        """Secrets are not exported, not even for those who may see them."""
        if asked := [name for name in fields_to_export if name.partition("/")[0] in SECRETS]:
            raise AccessError(self.env._("Secrets are not exported: %s.", ", ".join(asked)))
        return super().export_data(fields_to_export)

    # === ACTIONS ===

    def action_test_connection(self):
        """Ask WhatsApp about this number and show a report in plain words."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.whatsapp.check"]._of(self)._action()

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

    def action_open_templates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_whatsapp_template_action"
        )
        return {**action, "domain": [("account_id", "=", self.id)]}

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

    def _impediment(self, at, number=""):
        """Why this number cannot speak at an instant, as a short code, or None."""
        self.ensure_one()
        if self.mode == "off" or not self.active:
            return "off"
        if self.mode == "live" and not self.policy_confirmed:
            return "policy_not_confirmed"
        if not self._secret("token"):
            return "no_token"
        if not self._app_secrets():
            return "no_app_secret"
        if stop := self._stop_at(at, number):
            return "country" if stop.country_id else "paused"
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
