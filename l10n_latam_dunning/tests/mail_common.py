from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .common import DunningCommon
from .smtp_sink import SmtpSink

SENDER = "cobranzas@andina.example"
ADDRESS = "rosa@quispe.example"


class EmailCommon(DunningCommon):
    """A company that can send e-mail: a real mail server on the loopback. Odoo's guard against
    mail in tests is lifted as its own SMTP tests lift it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sink = SmtpSink()
        cls.sink.start()
        cls.addClassCleanup(cls.sink.stop)
        cls.company.email = SENDER
        cls.env["ir.mail_server"].search([]).active = False
        cls.server = cls.env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "smtp_host": "127.0.0.1",
                "smtp_port": cls.sink.port,
                "smtp_encryption": "none",
            }
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(IrMail_Server, "_disable_send", lambda _server: False))
        self.sink.accepted.clear()
        self.sink.troubles.clear()

    def create_reader(self, name="Rosa Quispe", email=ADDRESS, **vals):
        """A debtor whom e-mail reaches, and WhatsApp does not: he never agreed to it."""
        return self.create_debtor(name=name, email=email, **{"consent": False, **vals})

    def only_email(self):
        """Take WhatsApp off every level."""
        rows = self.policies.level_ids.channel_ids
        rows.filtered(lambda row: row.channel == "whatsapp").unlink()
