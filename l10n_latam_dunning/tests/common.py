from datetime import datetime, timedelta
from unittest.mock import patch

import freezegun
from freezegun import freeze_time
from odoo import fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.fields import Command
from odoo.tests import tagged

from ..core.delivery import Courier
from .sandbox import Sandbox

# A Wednesday, 10:00 in Lima and Bogotá, 12:00 in Santiago and São Paulo.
WEDNESDAY = datetime(2026, 11, 25, 15, 0)
NUMBER_ID = "300000000000001"
WABA_ID = "200000000000001"
TOKEN = "a-token-of-the-sandbox"
APP_SECRET = "a-secret-of-the-sandbox"

# The courier's turns pass in real time, whatever day a test lives in.
CORE = "odoo.addons.l10n_latam_dunning.core"
freezegun.configure(extend_ignore_list=[f"{CORE}.delivery", f"{CORE}.whatsapp.client"])


@tagged("post_install", "-at_install")
class DunningCommon(AccountTestInvoicingCommon):
    """A company with a policy for Peru, an account at the sandbox and approved templates."""

    # most tests are about what follows once a number is known to be the debtor's
    first_touch = "off"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the world is made some days before, whatever the day on which the tests are run
        before = freeze_time(WEDNESDAY - timedelta(days=4))
        before.start()
        cls.addClassCleanup(before.stop)
        cls.sandbox = Sandbox(
            phone_number_id=NUMBER_ID, waba_id=WABA_ID, token=TOKEN, app_secret=APP_SECRET
        )
        cls.sandbox.start()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.company = cls.env.company
        cls.company.write({"name": "Comercial Andina SAC", "vat": False})
        cls.env.user.group_ids += cls.env.ref("l10n_latam_dunning.group_dunning_manager")
        cls.env.user.group_ids += cls.env.ref("base.group_system")
        cls.env.user.lang = "en_US"
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env["res.lang"]._activate_lang("es_419")
        cls.env["res.lang"]._activate_lang("pt_BR")
        cls.peru = cls.env.ref("base.pe")
        cls.account = cls.env["dunning.whatsapp.account"].create(
            {
                "name": "Lima",
                "company_id": cls.company.id,
                "mode": "live",
                "policy_confirmed": True,
                "phone_number_id": NUMBER_ID,
                "waba_id": WABA_ID,
                "token": TOKEN,
                "app_secret": APP_SECRET,
                "base_url": cls.sandbox.base_url,
            }
        )
        shipped = cls.env["dunning.policy"].search([("company_id", "=", False)])
        cls.policies = shipped._adopt(cls.company, cls.account)
        cls.policies.first_touch = cls.first_touch
        cls.policy = cls.policies.filtered(lambda policy: policy.country_id == cls.peru)
        cls.account.action_submit_templates()
        cls.levels = {level.days: level for level in cls.policy.level_ids}
        # scheduled actions run as the superuser
        cls.plan = cls.env["dunning.plan"].sudo()
        cls.outbox = cls.env["dunning.outbox"].sudo()

    def setUp(self):
        super().setUp()
        clock = freeze_time(WEDNESDAY)
        self.clock = clock.start()
        self.addCleanup(clock.stop)
        self.sandbox.clear_faults()
        self.sandbox.accepted.clear()

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        """Odoo's guard of requests compares the time-out as one number; ours are two."""
        if isinstance(kw.get("timeout"), tuple):
            kw["timeout"] = max(kw["timeout"])
        return super()._request_handler(s, r, **kw)

    # === WORLD ===

    @classmethod
    def create_debtor(cls, name="Rosa Quispe", phone="+51 987 654 321", country=None, **vals):
        """A debtor with consent for WhatsApp; pass ``consent=False`` for one without."""
        consent = vals.pop("consent", True)
        partner = cls.env["res.partner"].create(
            {
                "name": name,
                "phone": phone,
                "country_id": (country or cls.peru).id,
                "lang": "es_419",
                **vals,
            }
        )
        if consent:
            cls.grant(partner)
        return partner

    @classmethod
    def grant(cls, partner, **vals):
        return cls.env["dunning.consent"].create(
            {
                "partner_id": partner.id,
                "effective_at": WEDNESDAY - timedelta(days=90),
                "proof": "Contract 7",
                **vals,
            }
        )

    @classmethod
    def create_invoice(cls, partner, days=0, amount=100.0, **vals):
        """A posted invoice that falls due ``days`` before (negative) or after WEDNESDAY."""
        due = WEDNESDAY.date() + timedelta(days=days)
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": min(due, WEDNESDAY.date()) - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": amount, "tax_ids": False})
                ],
                **vals,
            }
        )
        invoice.action_post()
        return invoice

    @classmethod
    def create_message_of_another_company(cls):
        company = cls.env["res.company"].create({"name": "Another"})
        vals = {
            "company_id": company.id,
            "partner_id": cls.partner_a.id,
            "channel": "whatsapp",
            "purpose": "reminder",
            "currency_id": company.currency_id.id,
        }
        return cls.env["dunning.message"].sudo().create(vals)

    def pay(self, invoice, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        vals = {"amount": amount} if amount else {}
        return wizard.create(vals)._create_payments()

    # === ACTING ===

    def propose(self):
        """Plan the company now; returns the new messages."""
        return self.plan._propose(self.company, fields.Datetime.now())

    def deliver(self):
        """Claim, send and record what is due now, without the commits in between."""
        permits = self.outbox._claim(fields.Datetime.now())["permits"]
        with Courier(4) as courier, patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.outbox._record(self.outbox._send(permits.filtered("handed_at"), courier))
            for message in permits.filtered(lambda message: not message.handed_at):
                self.outbox._record(self.outbox._send_here(message, courier))
            while courier.flying:
                self.outbox._record(courier.landed())
        return permits

    def message_of(self, partner):
        return self.env["dunning.message"].sudo().search([("partner_id", "=", partner.id)], limit=1)

    def notes_on(self, record):
        return "\n".join(record.message_ids.mapped("body"))
