from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.law.gate import AskedHours
from ..core.law.jurisdiction import OpeningHours, binds
from ..tools import aware

KINDS = ["opt_in", "express"]


class DunningConsent(models.Model):
    """The debtor's request to be contacted at other hours too. It counts where his law lets him
    ask, and only by a document of its own, later than his consent for the channel. A withdrawal
    of it, or of the channel, ends it."""

    _inherit = "dunning.consent"

    hours = fields.Char(
        help="The hours that the debtor asked for, beside those of the law: days and hours such as "
        "Mo-Fr 19:00-21:00; Sa 15:00-17:00, and PH for public holidays."
    )
    hours_text = fields.Char("In words", compute="_compute_hours_text")
    hours_law = fields.Char("Law", compute="_compute_hours_law")
    kinds = fields.Json(compute="_compute_hours_law")
    hours_in_force = fields.Boolean(compute="_compute_hours_in_force")

    # === COMPUTE ===

    @api.depends("hours")
    @api.depends_context("lang")
    def _compute_hours_text(self):
        in_words = self.env["dunning.jurisdiction"]._hours_in_words
        for consent in self:
            words = in_words(consent.hours) if consent.hours else ""
            # what cannot be read comes back as it is
            consent.hours_text = words if words != consent.hours else False

    @api.depends("partner_id.country_id", "partner_id.state_id", "channel")
    def _compute_hours_law(self):
        """The article by which this debtor may ask for other hours, and the kinds that are to be
        chosen from."""
        for consent in self:
            rule = consent._hours_rule()
            consent.hours_law = rule.citation.legal_reference if rule else False
            consent.kinds = [*KINDS, "other_hours"] if rule else KINDS

    @api.depends("partner_id.dunning_consent_ids", "event", "kind")
    def _compute_hours_in_force(self):
        ends = self._all_of_partners()._hours_ends()
        for consent in self:
            consent.hours_in_force = consent in ends and not ends[consent]

    def _hours_rule(self):
        """The rule of the law in force that lets this debtor ask, or None."""
        self.ensure_one()
        gate = self.env["dunning.gate"]
        partner = self.partner_id.commercial_partner_id
        day = gate._local_day(partner, fields.Datetime.now())
        law = self.env["dunning.jurisdiction"]._law_book().in_force(*gate._place(partner), day)
        rules = law.other_hours if law else ()
        return next((rule for rule in rules if binds(rule.channels, self.channel or "")), None)

    # === CONSTRAINTS ===

    @api.constrains("kind", "event", "hours", "channel", "source", "proof", "effective_at")
    def _check_other_hours(self):
        for consent in self.filtered(lambda consent: consent.kind == "other_hours"):
            if consent.event == "asked":
                raise ValidationError(
                    self.env._("Other hours are granted or withdrawn. Choose one of the two.")
                )
            if consent.event == "granted":
                consent._check_asked_hours()

    def _check_asked_hours(self):
        """Refuse a request that would open nothing, and say what it lacks."""
        self.ensure_one()
        self.env["dunning.notation"]._read("hours", self.hours or "")
        if not self._hours_rule():
            raise ValidationError(
                self.env._(
                    "The law of %(place)s does not let a debtor ask for other hours, so that this "
                    "would open nothing.",
                    place=self.partner_id.country_id.name or self.env._("an unknown country"),
                )
            )
        if self.source == "contract" or not (self.proof or "").strip():
            raise ValidationError(
                self.env._(
                    "Other hours need a document of their own, not a clause of the contract. "
                    "Choose how the debtor asked, and write where the proof is."
                )
            )
        first = self._all_of_partners()._first_grants().get((self.partner_id, self.channel))
        if not first or first >= self.effective_at:
            raise ValidationError(
                self.env._(
                    "Other hours count only if the debtor asks for them after his consent to "
                    "%(channel)s. Record that consent first, with its own date.",
                    channel=dict(self._fields["channel"]._description_selection(self.env))[
                        self.channel
                    ],
                )
            )

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind != "other_hours":
            self.hours = False
        elif self.source == "contract":
            self.source = "form"

    # === ACTIONS ===

    def action_end_hours(self):
        """Record that the debtor takes his request for other hours back."""
        self.check_access("read")
        if not self.hours_in_force:
            raise UserError(self.env._("These hours have ended already."))
        return self.create(
            {
                "partner_id": self.partner_id.id,
                "channel": self.channel,
                "event": "withdrawn",
                "kind": "other_hours",
                "source": "counter",
                "proof": self.env.user.name,
            }
        )._get_records_action()

    # === BUSINESS ===

    def _all_of_partners(self):
        """All that the partners of these facts ever said and that counts."""
        domain = Domain("partner_id", "in", self.partner_id.ids) & self._standing()
        return self.sudo().search(domain)

    def _first_grants(self):
        """{(partner, channel): when the channel was first agreed to}, of all facts of partners."""
        firsts = {}
        for consent in self:
            if consent.event == "granted" and consent.kind != "other_hours":
                key = consent.partner_id, consent.channel
                firsts[key] = min(consent.effective_at, firsts.get(key, consent.effective_at))
        return firsts

    def _hours_ends(self):
        """{request for other hours: when it was taken back, or False}, of all facts of partners."""
        withdrawn = defaultdict(list)
        for consent in self:
            if consent.event == "withdrawn":
                withdrawn[consent.partner_id, consent.channel].append(consent.effective_at)
        return {
            asked: min(
                (
                    at
                    for at in withdrawn[asked.partner_id, asked.channel]
                    if at >= asked.effective_at
                ),
                default=False,
            )
            for asked in self
            if asked.kind == "other_hours" and asked.event == "granted"
        }

    def _asked_hours(self):
        """{partner id: other hours asked for}, of all facts of partners, as the gate reads them."""
        ends = self._hours_ends()
        firsts = self._first_grants() if ends else {}
        found = defaultdict(list)
        for consent, end in ends.items():
            first = firsts.get((consent.partner_id, consent.channel))
            if first:
                found[consent.partner_id.id].append(
                    AskedHours(
                        hours=OpeningHours.parse(consent.hours),
                        at=aware(consent.effective_at),
                        contract_at=aware(first),
                        reference=f"dunning.consent,{consent.id}",
                        channel=consent.channel,
                        withdrawn_at=aware(end) if end else None,
                    )
                )
        return found
