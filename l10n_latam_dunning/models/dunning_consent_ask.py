import base64
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools.mail import generate_tracking_message_id
from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing

from ..core.law.gate import ConsentFact
from ..tools import naive_utc
from .dunning_gate import Candidate

QR_SIZE = 170
TEMPLATE = "l10n_latam_dunning.mail_template_consent_request"
# Whoever was asked and did not answer is left in peace for a while.
REST = timedelta(days=30)
# A request has its own template, which is no level's.
OWN = frozenset({"template", "bank_stale"})


class DunningConsent(models.Model):
    """Asking for consent, by e-mail or by letter. It is no reminder and counts as none, yet the
    gate is asked as for one: hours, holds and lists bind it, and a withdrawal stands. Only that
    no consent to e-mail was given yet does not stop the question for it."""

    _inherit = "dunning.consent"

    # === WHO ===

    @api.model
    def _askable(self, partners, channels):
        """({partner: channels to ask for}, {partner: why he is not asked}), in one query."""
        states = self._states(partners)
        asked = self._asked_lately(partners)
        ask, left_out = {}, {}
        for partner in partners:
            facts = {channel: states.get((partner, channel)) for channel in channels}
            events = {channel: fact.event if fact else "" for channel, fact in facts.items()}
            open_channels = [c for c, event in events.items() if event in ("", "asked")]
            if open_channels and partner not in asked:
                ask[partner] = open_channels
            elif open_channels:
                at = fields.Datetime.context_timestamp(self, asked[partner])
                left_out[partner] = self.env._("asked on %s already", f"{at:%Y-%m-%d}")
            elif "withdrawn" in events.values():
                left_out[partner] = self.env._("withdrew")
            else:
                left_out[partner] = self.env._("agrees already")
        return ask, left_out

    @api.model
    def _asked_lately(self, partners):
        """{partner: when he was asked last, not long ago}."""
        since = fields.Datetime.now() - REST
        facts = self.sudo().search_fetch(
            [
                ("partner_id", "in", partners.ids),
                ("event", "=", "asked"),
                ("effective_at", ">", since),
                ("correction_ids", "=", False),
            ],
            ["partner_id", "effective_at"],
            order="effective_at, id",
        )
        return {fact.partner_id: fact.effective_at for fact in facts}

    @api.model
    def _ask_verdicts(self, partners, company):
        """{partner: the gate's answer to an e-mail that asks him}, a constant number of queries."""
        gate, now = self.env["dunning.gate"].sudo(), fields.Datetime.now()
        reached = self.env["dunning.channel"]._of("email").sudo()._reach(partners)
        candidates = [
            Candidate(
                company,
                partner,
                company.currency_id,
                self.env["dunning.policy"],
                self.env["account.move.line"],
                level=self.env["dunning.level"],
                channel="email",
                point=point,
                level_channel=self.env["dunning.level.channel"],
                unreachable=problem,
            )
            for partner, (point, problem) in reached.items()
        ]
        known = gate._known(candidates, now)
        known = replace(known, consents=_as_if_allowed(known.consents, partners))
        return {
            candidate.partner: gate._verdict(candidate, known, now, leave_out=OWN)
            for candidate in candidates
        }

    # === ASKING ===

    @api.model
    def _ask_by_letter(self, ask, company):
        """Record that debtors are asked by a letter; returns the facts, of which the first of each
        debtor prints his."""
        proof = self.env._("Letter printed by %s", self.env.user.name)
        return self._record(self._prepare_asked_vals(ask, company, "letter", lambda _p: proof))

    @api.model
    def _ask_by_email(self, ask, company, verdicts):
        """Queue an e-mail to each debtor, at the instant that the gate names, and record what he
        is asked and by which message."""
        ids = {partner: generate_tracking_message_id(f"consent-{partner.id}") for partner in ask}
        facts = self._record(self._prepare_asked_vals(ask, company, "email", ids.__getitem__))
        firsts = {partner: own[0] for partner, own in facts.grouped("partner_id").items()}
        template = self.env.ref(TEMPLATE).sudo().with_company(company)
        parts = ("subject", "body_html", "email_from", "reply_to")
        rendered = template._generate_template([fact.id for fact in firsts.values()], parts)
        mails = (
            self.env["mail.mail"]
            .sudo()
            .create(
                [
                    {
                        **{part: rendered[fact.id].get(part) for part in parts},
                        "body": rendered[fact.id]["body_html"],
                        "model": "res.partner",
                        "res_id": partner.id,
                        "recipient_ids": [fields.Command.link(partner.id)],
                        "message_id": ids[partner],
                        "message_type": "email_outgoing",
                        "scheduled_date": naive_utc(verdicts[partner].not_before),
                        "auto_delete": False,
                    }
                    for partner, fact in firsts.items()
                ]
            )
        )
        if any(not mail.scheduled_date for mail in mails):
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return facts

    @api.model
    def _prepare_asked_vals(self, ask, company, source, proof_of):
        texts = {}
        rows = []
        for partner, channels in ask.items():
            lang = partner.lang or company.partner_id.lang or self.env.lang
            key = partner.country_id, tuple(channels), lang
            if key not in texts:
                texts[key] = self._request_text(company, *key)
            wording, version = texts[key]
            rows += [
                {
                    "partner_id": partner.id,
                    "channel": channel,
                    "event": "asked",
                    "kind": "opt_in",
                    "source": source,
                    "wording": wording,
                    "wording_version": version,
                    "lang": lang,
                    "proof": proof_of(partner),
                }
                for channel in channels
            ]
        return rows

    @api.model
    def _request_text(self, company, country, channels, lang):
        """(what a debtor reads when he is asked: the request and the clause that he would agree
        to; the versions of both)."""
        Text = self.env["dunning.consent.text"]
        parts = [Text._for(kind, country, lang) for kind in ("request", "clause")]
        found = [part for part in parts if part]
        wording = "\n\n".join(part._fill(company, country, channels, lang) for part in found)
        return wording, " + ".join(part._version() for part in found)

    # === PAPER ===

    def _paragraphs(self):
        return [part for part in (self.wording or "").split("\n\n") if part.strip()]

    def _asked_together(self):
        """The facts of the same question, for its boxes."""
        same = ("effective_at", "wording", "source")
        return self.sudo().search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("event", "=", "asked"),
                *((name, "=", self[name]) for name in same),
            ],
            order="id",
        )

    def _answer_link(self):
        """Where the debtor answers: his own page, or nothing where there is none."""
        return self.partner_id.sudo()._dunning_consent_link(self.env.company)

    def _answer_qr(self):
        """The link as a picture for paper. It is drawn as vectors: sharp at any size, and without
        the picture library that Odoo's own route for codes needs."""
        link = self._answer_link()
        if not link:
            return False
        drawing = createBarcodeDrawing("QR", value=link, width=QR_SIZE, height=QR_SIZE)
        image = renderSVG.drawToString(drawing)
        return f"data:image/svg+xml;base64,{base64.b64encode(image.encode()).decode()}"

    def action_print_request(self):
        """Print the letter of this question, and of each debtor once."""
        firsts = self.browse(
            [own.sorted("id")[0].id for own in self.grouped("partner_id").values()]
        )
        return self.env.ref("l10n_latam_dunning.action_report_consent_request").report_action(
            firsts, config=False
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _dunning_consent_link(self, company):
        """The address of the debtor's own page, on which he gives or withdraws consent."""
        self.ensure_one()
        return self._dunning_page_link(company)


def _as_if_allowed(consents, partners):
    """The consents that are known, and one to e-mail from before all of them: the question needs
    none, and whoever withdrew is not asked."""
    first = datetime(1970, 1, 1, tzinfo=timezone.utc)
    allowed = ConsentFact("email", "granted", first, "express")
    return _With(consents, {partner.id: allowed for partner in partners})


class _With(dict):
    """Consents by partner or number, with one more fact for some partners."""

    def __init__(self, consents, more):
        super().__init__(consents)
        for key, fact in more.items():
            self[key] = [*consents.get(key, ()), fact]

    def __missing__(self, key):
        return []
