from freezegun import freeze_time

from .common import NUMBER_ID, WABA_ID, WEDNESDAY, DunningCommon
from .webhooks import envelope, raw, sign

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 20
PDF = b"%PDF-1.7\n" + b"document" * 20


class EventCase(DunningCommon):
    """A debtor who was reminded, and WhatsApp's side of it: what the sandbox tells is stored as
    the webhook would, then worked on as the scheduled action would."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox.auto_statuses = ()
        cls.Event = cls.env["dunning.event"].sudo()
        cls.debtor = cls.create_debtor()
        cls.invoice = cls.create_invoice(cls.debtor, days=-8)
        with freeze_time(WEDNESDAY):
            cls.message = cls.plan._propose(cls.company, WEDNESDAY)
            cls.deliver(cls)
        cls.point = cls.message.contact_point_id
        cls.first_sent = list(cls.sandbox.accepted)

    def setUp(self):
        super().setUp()
        self.sandbox.flush_webhooks()
        self.sandbox.take_webhooks()
        self.sandbox.last_inbound.clear()
        self.sandbox.accepted[:] = self.first_sent

    # === WHATSAPP SAYS ===

    def receive(self, *values):
        """Webhook with values of the field `messages`; returns how many events were new."""
        return self.take(raw(envelope(WABA_ID, NUMBER_ID, *values)))

    def hear(self, field, value, waba_id=WABA_ID, at=1795619100):
        """Webhook about the account or a template."""
        entry = {"id": waba_id, "time": at, "changes": [{"field": field, "value": value}]}
        return self.take(raw({"object": "whatsapp_business_account", "entry": [entry]}))

    def take(self, body):
        route = self.account._route()
        stored = self.Event._store_webhook(route, body, sign(body, route.secrets[0]))
        self.process()
        return stored

    def pull(self):
        """Take what the sandbox has to tell, in its own words."""
        self.sandbox.flush_webhooks()
        for delivery in self.sandbox.take_webhooks():
            signature = delivery.headers["X-Hub-Signature-256"]
            self.Event._store_webhook(self.account._route(), delivery.raw, signature)
        self.process()

    def write_in(self, text=None, sender="+51 987 654 321", **content):
        """Let a person write, and take it in; returns the event."""
        wamid = self.sandbox.push_inbound(sender, text, **content)
        self.pull()
        return self.event(wamid)

    def process(self):
        self.Event._claim()._process()

    # === AND WE ===

    def event(self, part):
        """The event whose key holds a text."""
        return self.Event.search([("key", "like", part)], order="id desc", limit=1)

    def activities(self, record):
        kind = self.env.ref("l10n_latam_dunning.mail_activity_type_reply")
        return record.activity_ids.filtered(lambda a: a.activity_type_id == kind)
