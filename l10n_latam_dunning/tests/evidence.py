"""A debtor with a bit of everything, for the tests of the evidence."""

import base64
from datetime import timedelta

from odoo.tools import SQL

from .common import NUMBER_ID, WABA_ID, WEDNESDAY, DunningCommon
from .webhooks import envelope, inbound, raw, status

CONTRACT = b"%PDF-1.4 the signed contract"


class EvidenceCommon(DunningCommon):
    """Rosa: consent with a document, a message that was read, a reply, a message that was sent
    twice, a refusal, a hold that ended and a promise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("l10n_latam_dunning.group_dunning_privacy")
        cls.seals = cls.env["dunning.seal"].sudo()
        cls.entries = cls.env["dunning.seal.entry"].sudo()

    def setUp(self):
        super().setUp()
        self.rosa = self.create_debtor(consent=False, email="rosa.quispe@example.com")
        document = self.env["ir.attachment"].create(
            {"name": "contract.pdf", "datas": base64.b64encode(CONTRACT)}
        )
        self.consent = self.grant(
            self.rosa, attachment_id=document.id, wording="Acepto recordatorios por WhatsApp."
        )
        self.invoice = self.create_invoice(self.rosa, days=-8)
        self.message = self.propose()
        self.deliver()
        for name in ("delivered", "read"):
            self.receive(status(self.message.provider_ref, name))
        self.receive(inbound("51987654321", "¿Me envían otra vez la factura?"))

    def live(self):
        """The rest of the story, a week later."""
        self.clock.move_to(WEDNESDAY + timedelta(days=7))
        second = self.create_invoice(self.rosa, days=-8, amount=50)
        self.twice = self.propose().filtered(lambda m: second in m.line_ids.move_id)
        self.twice.write({"state": "queued", "not_before": False})
        self.deliver()
        self.twice._update_state(("sent",), "uncertain", "Nobody knows")
        self.twice.sudo().provider_ref = False
        self.twice.action_send_again()
        self.twice._update_state(("queued",), "cancelled", "Paid by hand")
        self.refused = self.refuse()
        hold = self.env["dunning.hold"].create(
            {"partner_id": self.rosa.id, "reason": "dispute", "note": "She says it was returned."}
        )
        hold._end("Settled.")
        self.hold = hold
        self.answer = self.answer_page(self.rosa)

    def settle(self):
        """Nothing is open with Rosa any more."""
        self.env["dunning.agreement"].search(
            [
                ("partner_id", "=", self.rosa.id),
                ("state", "in", ("draft", "approval", "proposed", "active")),
            ]
        ).action_cancel()
        for invoice in self.env["account.move"].search(
            [("partner_id", "=", self.rosa.id), ("payment_state", "=", "not_paid")]
        ):
            self.pay(invoice)
        self.env["dunning.message"].sudo().search(
            [("partner_id", "=", self.rosa.id), ("state", "in", ("queued", "waiting"))]
        )._update_state(("queued", "waiting"), "cancelled")

    def answer_page(self, partner):
        """What a debtor wrote on his own page."""
        return (
            self.env["dunning.page.answer"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "kind": "paid",
                    "wording": "I have paid",
                    "said": "Pagué el lunes en el banco.",
                    "address": "203.0.113.7",
                    "agent": "Reader/1",
                    "move_ids": self.invoice.ids,
                }
            )
        )

    def refuse(self, count=1):
        """Messages that were not sent."""
        Message = self.env["dunning.message"].sudo()
        vals = {
            "company_id": self.company.id,
            "partner_id": self.rosa.id,
            "channel": "whatsapp",
            "purpose": "reminder",
            "level_id": self.message.level_id.id,
            "currency_id": self.message.currency_id.id,
            "amount_total": 100,
            "verdict": self.message.verdict,
            "reason_codes": "quota_week",
            "state": "refused",
            "history": [Message._prepare_history_entry("refused")],
        }
        return Message.create([vals] * count)

    def receive(self, *values):
        body = raw(envelope(WABA_ID, NUMBER_ID, *values))
        self.env["dunning.event"].sudo()._store_webhook(self.account._route(), body)
        self.env["dunning.event"].sudo()._claim()._process()

    def seal(self):
        """Seal all there is; returns the new seals."""
        before = self.seals.search([])
        self.env["dunning.trace"]._trace_found()
        for chain in (0, self.company.id):
            for _seal in self.seals._seal(chain):
                pass
        return self.seals.search([]) - before

    def problems(self):
        """What the check finds, as {(model, record id): texts}."""
        found = {}
        self.env.invalidate_all()
        for problem in self.seals._check():
            found.setdefault((problem.model, problem.res_id), []).append(problem.text)
        return found

    def sql(self, query, *values):
        """Change something behind the program's back."""
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *values))
        self.env.invalidate_all()
