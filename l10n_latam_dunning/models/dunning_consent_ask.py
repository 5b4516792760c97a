import base64
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing

QR_SIZE = 170
# Whoever was asked and did not answer is left in peace for a while.
REST = timedelta(days=30)
# By which texts a debtor is asked on paper.
LETTER = ("request", "clause")


class DunningConsent(models.Model):
    """Asking for consent, by a message or by letter. A message is no reminder, yet it passes the
    same gate and the same outbox, and counts as a contact: hours, limits, holds and lists bind it,
    and a withdrawal stands. Only that no consent to its channel was given yet does not stop the
    question for it."""

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
    def _ask_verdicts(self, partners, company, channel):
        """{partner: the gate's answer to a message that asks him}, a constant number of queries."""
        plan, gate = self.env["dunning.plan"].sudo(), self.env["dunning.gate"].sudo()
        reached = self.env["dunning.channel"]._of(channel).sudo()._reach(partners)
        candidates = []
        for partner, found in reached.items():
            candidate = plan._request_candidate(partner, company, channel)
            candidate.point, candidate.unreachable = found
            candidates.append(candidate)
        now = fields.Datetime.now()
        known = gate._known(candidates, now)
        # its words are there as soon as somebody is asked
        unwritten = frozenset({"template"})
        return {
            candidate.partner: gate._verdict(candidate, known, now, leave_out=unwritten)
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
    def _ask_by_message(self, ask, company, channel):
        """Put a message to each debtor into the outbox, which carries it as soon as the gate lets
        it leave, and record what he is asked and by which message."""
        references = {partner: f"dun:{uuid4()}" for partner in ask}
        facts = self._record(
            self._prepare_asked_vals(ask, company, channel, references.__getitem__)
        )
        plan, Message = self.env["dunning.plan"].sudo(), self.env["dunning.message"].sudo()
        candidates = plan._complete(
            [
                plan._request_candidate(partner, company, channel, asks=own[0])
                for partner, own in facts.grouped("partner_id").items()
            ]
        )
        verdicts = plan.env["dunning.gate"]._decide(candidates, fields.Datetime.now())
        messages = Message.create(
            [
                {
                    **plan._prepare_message_vals(candidate, verdict, user=self.env.user),
                    "reference": references[candidate.partner],
                }
                for candidate, verdict in zip(candidates, verdicts, strict=True)
            ]
        )
        messages.filtered(lambda message: message.state != "queued")._log_state()
        messages.filtered(lambda message: message.state != "refused")._trigger_delivery()
        return facts

    @api.model
    def _prepare_asked_vals(self, ask, company, source, proof_of):
        texts = {}
        rows = []
        for partner, channels in ask.items():
            lang = partner.lang or company.partner_id.lang or self.env.lang
            key = partner.country_id, tuple(channels), lang
            if key not in texts:
                texts[key] = self._request_text(company, *key, source)
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
    def _request_text(self, company, country, channels, lang, source):
        """(what a debtor reads when he is asked by letter or on a channel: the request, and the
        clause that he would agree to where there is room for it; the versions of the texts)."""
        Text = self.env["dunning.consent.text"]
        channel = self.env["dunning.channel"]._of(source)
        kinds = LETTER if source == "letter" else channel._asks_consent_by
        found = [part for part in (Text._for(kind, country, lang) for kind in kinds) if part]
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
