from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..core import phones
from ..core.whatsapp.client import ApiFailure

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


class DunningWhatsappAccount(models.Model):
    """A WhatsApp Business number, and whether it may speak at all."""

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
    template_ids = fields.One2many("dunning.whatsapp.template", "account_id", "Templates")
    template_count = fields.Integer(compute="_compute_template_count")

    _number_unique = models.UniqueIndex(
        "(phone_number_id) WHERE active", "This phone number ID already has an account."
    )

    # === COMPUTE ===

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
        given = set() if self.env.su else self._guarded() & set(vals)
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

    @api.model
    def _guarded(self):
        """The fields that the user may not write."""
        return set(NOTED)

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
