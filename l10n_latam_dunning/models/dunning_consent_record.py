from collections import defaultdict

from markupsafe import Markup
from odoo import api, fields, models

from ..tools import proof_in_words
from .dunning_consent_check import PHONE_CHANNELS


class DunningConsent(models.Model):
    """Facts of many debtors at once: each is tied to the number or address it is about, and each
    debtor's chatter tells it in a line. A constant number of queries for any number of them."""

    _inherit = "dunning.consent"

    @api.model
    def _record(self, vals_list):
        """Record facts and tell them. Where none is given, the number or address is the one at
        which the debtor is reached now."""
        facts = self.create(self._with_points(vals_list))
        facts._tell()
        return facts

    @api.model
    def _with_points(self, vals_list):
        """The values of facts, with contact points."""
        partners = defaultdict(self.env["res.partner"].browse)
        for vals in vals_list:
            if "contact_point_id" not in vals:
                kind = "phone" if vals["channel"] in PHONE_CHANNELS else "email"
                partners[kind] |= partners[kind].browse(vals["partner_id"])
        reached = {kind: self._reach_points(kind, found) for kind, found in partners.items()}
        result = []
        for vals in vals_list:
            kind = "phone" if vals["channel"] in PHONE_CHANNELS else "email"
            point = reached.get(kind, {}).get(vals["partner_id"])
            result.append({"contact_point_id": point.id if point else False, **vals})
        return result

    @api.model
    def _reach_points(self, kind, partners):
        """{partner id: the contact point of a kind, or None}, set-based."""
        channels = self.env["dunning.channel"]
        reach = channels._reach_numbers if kind == "phone" else channels._of("email")._reach
        return {partner.id: point for partner, (point, _problem) in reach(partners).items()}

    def _tell(self):
        """One line on the chatter of each debtor for what was said together."""
        bodies = {}
        for partner, facts in self.grouped("partner_id").items():
            lines = [part._in_a_line() for part in facts.grouped("event").values()]
            bodies[partner.id] = Markup("<br/>").join(lines)
        self.partner_id.sudo()._message_log_batch(bodies)

    @api.model
    def _stopped_in_words(self, partner, company):
        """What whoever wants no more reads, once."""
        spoken = self.with_context(lang=partner.lang or company.partner_id.lang)
        return spoken.env._(
            "Understood: we will not write to you about invoices on WhatsApp any more. %(company)s",
            company=company.name,
        )

    def _confirm_withdrawals(self, company):
        """Tell whoever wrote to us within WhatsApp's 24 hours that nothing more comes there."""
        told = self.filtered(lambda fact: fact.channel == "whatsapp" and fact.contact_point_id)
        now = fields.Datetime.now()
        Identity = self.env["dunning.whatsapp.identity"].sudo()
        awake = Identity._of_partners(told.partner_id, company).filtered(
            lambda identity: identity.window_until > now
        )
        plan = self.env["dunning.plan"].sudo()
        for point, facts in told.grouped("contact_point_id").items():
            if point not in awake.contact_point_id:
                continue
            fact = facts[0]
            words = self._stopped_in_words(fact.partner_id, company)
            answer = plan._free_answer(company, fact.partner_id, company.currency_id, words)
            if answer and answer.point == point:
                answer.confirms = self
                plan.env["dunning.message"]._answer(answer, confirms_stop=True, consent_id=fact.id)

    def _in_a_line(self):
        """Facts of one debtor and one event, in words."""
        first = self[0]
        channels = ", ".join(dict.fromkeys(fact._label("channel") for fact in self))
        proof = proof_in_words(self.env, first.proof)
        told = ", ".join(filter(None, [first._label("source"), proof]))
        said = {"channels": channels, "proof": told}
        if first.event == "granted":
            return self.env._("Consent granted for %(channels)s (%(proof)s).", **said)
        if first.event == "withdrawn":
            return self.env._("Consent withdrawn for %(channels)s (%(proof)s).", **said)
        if first.event == "asked":
            return self.env._("Asked for consent for %(channels)s (%(proof)s).", **said)
        return self.env._("Recorded by mistake, for %(channels)s (%(proof)s).", **said)

    def _panel(self):
        """The fact as the panel on the debtor's form shows it, and the way to its form."""
        self.ensure_one()
        at = fields.Datetime.context_timestamp(self, self.effective_at)
        return {
            "since": f"{at:%Y-%m-%d %H:%M}",
            "kind": self._label("kind") if self.event == "granted" else "",
            "source": self._label("source"),
            "proof": proof_in_words(self.env, self.proof) or self.attachment_id.name or "",
            "point": self.contact_point_id.masked or "",
        }
