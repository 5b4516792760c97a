from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, timezone
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.law.gate import (
    AskedHours,
    ConsentFact,
    Contact,
    Facts,
    Hold,
    Impediment,
    Proposal,
    decide,
)
from ..core.law.jurisdiction import Caps, OpeningHours, company_cap, company_window
from .dunning_contact_link import Bond
from .dunning_message import ATTEMPTED

# A month of contacts feeds the longest quota; some days more cover every zone.
HISTORY_DAYS = 35
# Odoo's own lists of who wants nothing, by the kind of contact point.
BLACKLISTS = {"phone": ("phone.blacklist", "number"), "email": ("mail.blacklist", "email")}
OUTCOMES = {"delivered": "delivered", "read": "delivered", "failed": "failed", "sent": "sent"}
# Refusals that only say that this person cannot be reached on this channel.
UNUSABLE = frozenset(
    {
        "no_consent",
        "consent_withdrawn",
        "suppressed",
        "contact_invalid",
        "contact_quarantined",
        "contact_unreachable",
        "channel_not_wished",
    }
)


@dataclass(slots=True)
class Candidate:
    """What may become a message: a debtor, what he owes in one currency, level and channel.

    ``lines`` are the instalments to be listed, ``triggers`` maps those whose rung is due to
    their level. ``problems`` are facts that speak against it, found on the way; ``unreachable``
    is the one of its channel. ``passed_over`` are the (channel, verdict) of channels before it.
    ``reader`` is who reads it where that is not the debtor himself: his guarantor or
    representative, whose own consent, place and limits count.
    ``charges`` is what the lines amount to with interest and fees, where the text speaks of them.
    """

    company: Any
    partner: Any
    currency: Any
    policy: Any
    lines: Any
    triggers: dict[int, Any] = field(default_factory=dict)
    level: Any = None
    level_channel: Any = None
    purpose: str = "reminder"
    channel: str = "whatsapp"
    recipient: str = "debtor"
    text: Any = None
    point: Any = None
    problems: list[Impediment] = field(default_factory=list)
    unreachable: Impediment | None = None
    passed_over: tuple[tuple[str, Any], ...] = ()
    rearmed: dict[int, Any] = field(default_factory=dict)
    # what is not a rung of the ladder: an agreed payment, or thanks for one that arrived
    template_name: str = ""
    mail_template: Any = None
    instalment: Any = None
    offset: int = 0
    thanks: bool = False
    # a notice: an agreement confirmed, or a reported payment that was not found
    agreement: Any = None
    hold: Any = None
    own_words: str = ""
    asks: Any = None  # the fact that he is asked for consent
    charges: Any = None
    reader: Any = None
    layers: tuple[str, ...] = ("law", "company")

    @property
    def addressee(self):
        return self.reader or self.partner

    @property
    def account(self):
        return self.policy.account_id

    @property
    def principal(self):
        """What is open on the listed lines, in the candidate's currency."""
        return sum(self.lines.mapped("amount_residual_currency"))

    @property
    def amount(self):
        """What is asked for, in the candidate's currency: the agreed payment or payments, else all
        that is open on the listed lines, with interest and fees where the text speaks of them."""
        if self.instalment:
            return self.instalment.amount_left
        if self.agreement:
            return self.agreement.amount_agreed
        return float(self.charges.total) if self.charges else self.principal

    @property
    def due_date(self):
        """The day of the agreed payment, or of the first of several, else the earliest of the
        listed lines."""
        if self.instalment:
            return self.instalment.date_due
        if self.agreement:
            return min(self.agreement.instalment_ids.mapped("date_due"), default=False)
        return min(self.lines.mapped("date_maturity"), default=False)


@dataclass(slots=True)
class Known:
    """Facts that the gate has collected for its candidates: each by partner id or number,
    partner id, contact point id, (partner id, company id); the contact points of each partner;
    the messages that asked whose number it is, by contact point id;
    the policies whose bank is not up to date; what debtors wish, by (partner id, company id); and
    the own rules of policies at places, which change on the days of ``turns``."""

    consents: dict[Any, list[ConsentFact]]
    asked_hours: dict[int, list[AskedHours]]
    history: dict[int, list[Contact]]
    holds: dict[tuple[int, int], list[Hold]]
    suppressed: dict[str, list[str]]
    turns: list[date]
    points: dict[int, dict[int, Bond]]
    wishes: dict[tuple[int, int], Any]
    stale: dict[int, Impediment] = field(default_factory=dict)
    questions: dict[int, Any] = field(default_factory=dict)
    rules: dict[tuple[Any, ...], Any] = field(default_factory=dict)


class DunningGate(models.AbstractModel):
    """Collects the facts for the pure gate, a constant number of queries for any number of
    candidates, and asks it. There is no other way to a permit."""

    _name = "dunning.gate"
    _description = "Law gate"

    @api.model
    def _decide(self, candidates, at, ignore=None):
        """One :class:`Verdict` for each candidate at a naive UTC instant.

        ``ignore`` are messages that are being decided themselves and so are no past contact.
        """
        known = self._known(candidates, at, ignore)
        return [self._verdict(candidate, known, at) for candidate in candidates]

    @api.model
    def _known(self, candidates, at, ignore=None):
        """The facts of many candidates, a constant number of queries for any number of them."""
        partners = self.env["res.partner"].browse({c.addressee.id for c in candidates})
        points = (
            self.env["dunning.contact.point"]
            .sudo()
            .browse({c.point.id for c in candidates if c.point})
        )
        by_partner = points._bonds(partners)
        every = points.browse({*points.ids, *chain.from_iterable(by_partner.values())})
        marks = every._erased_marks()
        consents = self._consents(partners, every, marks)
        return Known(
            consents=self._consent_facts(consents, partners, marks),
            asked_hours=consents._asked_hours(),
            history=self._history(every, at, ignore),
            holds=self.env["dunning.hold"]._facts(self._with_readers(candidates), at),
            suppressed=self._suppressed(every, at),
            turns=self.env["dunning.local.rule"]._turning_days(),
            points=by_partner,
            wishes=self.env["dunning.page.answer"]._wishes(
                {(c.addressee, c.company) for c in candidates}
            ),
            stale=self.env["dunning.bank"]._stale(self._policies(candidates), at),
        )

    @api.model
    def _policies(self, candidates):
        return self.env["dunning.policy"].browse({c.policy.id for c in candidates if c.policy})

    @api.model
    def _verdict(self, candidate, known, at, leave_out=frozenset()):
        """The gate's answer for one candidate, from what is known; ``leave_out`` are codes of
        today's set-up that say nothing of another time."""
        partner = candidate.addressee
        period = bisect_right(known.turns, at.date())
        place = (candidate.policy, partner.country_id, partner.state_id, period)
        if place not in known.rules:
            known.rules[place] = self._company_rules(candidate.policy, partner, at)
        windows, caps = known.rules[place]
        wish = known.wishes[partner.id, candidate.company.id]
        country, state = self._place(partner)
        channel = self.env["dunning.channel"]._of(candidate.channel)
        own = self._problems(candidate, known, at)
        problems = [problem for problem in own if problem.code not in leave_out]
        number = candidate.point.sudo().value if candidate.point else ""
        facts = Facts(
            law=self.env["dunning.jurisdiction"]._law_book(),
            country=country,
            state=state,
            consents=tuple(known.consents[partner.id] + (known.consents[number] if number else [])),
            history=tuple(self._contacts(candidate, known)),
            holds=tuple(self._holds(candidate, known)),
            impediments=tuple(problems),
            company_windows=windows + wish.windows,
            company_caps=caps,
            suppressed=tuple(known.suppressed.get(number, ())),
            asked_hours=tuple(known.asked_hours.get(partner.id, ())),
        )
        proposal = Proposal(
            candidate.channel,
            candidate.purpose,
            partner.dunning_debtor_kind,
            text=self._wording(channel, candidate) if candidate.text else None,
            carries=channel._carries(candidate) if candidate.text else frozenset(),
            recipient=self._recipient(candidate, known),
        )
        instant = at.replace(tzinfo=timezone.utc)
        return decide(proposal, facts, instant, layers=candidate.layers)

    @api.model
    def _problems(self, candidate, known, at):
        """Everything else than the law that stands in a candidate's way."""
        own = [*candidate.problems, *filter(None, [candidate.unreachable])]
        own += self.env["dunning.channel"]._of(candidate.channel)._problems(candidate, at)
        if not candidate.thanks and candidate.policy.id in known.stale:
            own.append(known.stale[candidate.policy.id])
        if candidate.purpose != "reply":
            wish = known.wishes[candidate.addressee.id, candidate.company.id]
            own += wish.problems(candidate.channel)
        return own

    @api.model
    def _wording(self, channel, candidate):
        """All that is said: the text, and what a person adds to it."""
        return "\n".join(filter(None, [channel._wording(candidate), candidate.own_words]))

    # === FACTS ===

    @api.model
    def _with_readers(self, candidates):
        """Candidates, and once more those that somebody else reads as if he were the debtor."""
        read = (replace(c, partner=c.reader) for c in candidates if c.reader)
        return [*candidates, *read]

    @api.model
    def _holds(self, candidate, known):
        """What the debtor rests for, and whoever reads it in his place."""
        people = dict.fromkeys((candidate.partner.id, candidate.addressee.id))
        return chain.from_iterable(known.holds[person, candidate.company.id] for person in people)

    @api.model
    def _bond(self, candidate, known):
        """What is known of the number or address of a candidate and its partner."""
        point = candidate.point.id if candidate.point else 0
        return known.points.get(candidate.addressee.id, {}).get(point, Bond())

    @api.model
    def _recipient(self, candidate, known):
        """What whoever answers there is to the debt."""
        role = self._bond(candidate, known).role
        return role if role == "third_party" or not candidate.reader else candidate.recipient

    @api.model
    def _contacts(self, candidate, known):
        """Past contacts of the person: on this number and on every other that is his. What went
        to his guarantor is counted for that person."""
        bonds = known.points.get(candidate.addressee.id, {})
        ids = {point for point, bond in bonds.items() if bond.role != "guarantor"}
        if candidate.point:
            ids.add(candidate.point.id)
        return chain.from_iterable(known.history[point] for point in ids)

    @api.model
    def _place(self, partner):
        """(country code, ISO suffix of the state) of a debtor; empty when unknown."""
        iso = self.env["dunning.jurisdiction"]._state_iso(partner.state_id.id)
        return partner.country_id.code or "", iso

    @api.model
    def _local_day(self, partner, at):
        """The calendar day at the debtor for a naive UTC instant."""
        zones = self.env["dunning.jurisdiction"]._law_book().zones(*self._place(partner))
        zone = ZoneInfo(zones[0]) if zones else timezone.utc
        return at.replace(tzinfo=timezone.utc).astimezone(zone).date()

    @api.model
    def _consents(self, partners, points, marks):
        """All that these people, or others on their numbers, ever said about being contacted; of
        numbers that were erased, what their keyed hashes (``marks``) still know. What was
        corrected says nothing any more."""
        consents = self.env["dunning.consent"].sudo()
        theirs = Domain("partner_id", "in", partners.ids)
        theirs |= Domain("contact_point_id", "in", points.ids)
        theirs |= Domain("contact_point_id.value", "in", list(marks))
        return consents.search_fetch(
            theirs & consents._standing(),
            [
                "partner_id",
                "contact_point_id",
                "channel",
                "event",
                "kind",
                "hours",
                "effective_at",
            ],
        )

    @api.model
    def _consent_facts(self, consents, partners, marks):
        """{partner id or number: facts}: what is known of the person and of his number.

        A withdrawal counts for the number, whoever of its partners made it; a grant only for
        the partner who gave it.
        """
        facts = defaultdict(list)
        for consent in consents:
            if consent.event == "asked" or consent.kind == "other_hours":
                continue
            fact = ConsentFact(
                channel=consent.channel,
                event=consent.event,
                at=consent.effective_at.replace(tzinfo=timezone.utc),
                kind=consent.kind,
                reference=f"dunning.consent,{consent.id}",
            )
            if consent.partner_id in partners:
                facts[consent.partner_id.id].append(fact)
            if consent.event == "withdrawn" and consent.contact_point_id:
                number = consent.contact_point_id.value
                facts[marks.get(number, number)].append(fact)
        return facts

    @api.model
    def _history(self, points, at, ignore=None):
        """{contact point id: contacts} over all partners and companies of the database."""
        rows = (
            self.env["dunning.message"]
            .sudo()
            .search_fetch(
                [
                    ("contact_point_id", "in", points.ids),
                    ("attempted_at", ">=", at - timedelta(days=HISTORY_DAYS)),
                    ("state", "in", ATTEMPTED),
                    ("id", "not in", ignore.ids if ignore else []),
                ],
                ["contact_point_id", "attempted_at", "channel", "purpose", "state"],
            )
        )
        history = defaultdict(list)
        for message in rows:
            history[message.contact_point_id.id].append(
                Contact(
                    at=message.attempted_at.replace(tzinfo=timezone.utc),
                    channel=message.channel,
                    purpose=message.purpose,
                    outcome=OUTCOMES.get(message.state, "uncertain"),
                )
            )
        return history

    @api.model
    def _suppressed(self, points, at):
        """{value: registers}: the loaded do-not-contact lists and Odoo's own blacklists."""
        registers = self.env["dunning.suppression.list"]._registers_of(
            points.mapped("value"), at.date()
        )
        for kind, (model, name) in BLACKLISTS.items():
            values = points.filtered(lambda point, kind=kind: point.kind == kind).mapped("value")
            for value in self._blacklisted(model, name, values):
                registers.setdefault(value, []).append(model)
        return registers

    @api.model
    def _blacklisted(self, model, name, values):
        """Those of these normalised values that are on a list of Odoo's, whose own search would
        bring each into its normal form again."""
        self.env[model].flush_model()
        query = SQL(
            "SELECT %(name)s FROM %(table)s WHERE active AND %(name)s = ANY(%(values)s)",
            name=SQL.identifier(name),
            table=SQL.identifier(self.env[model]._table),
            values=values,
        )
        return [value for (value,) in self.env.execute_query(query)]

    @api.model
    def _company_rules(self, policy, partner, at):
        """Windows and caps of the policy and of the debtor's place, which only narrow the law."""
        day = self._local_day(partner, at)
        windows, caps = self.env["dunning.local.rule"]._for_place(partner, day)
        if policy.hours:
            windows += (company_window(OpeningHours.parse(policy.hours)),)
        if policy.caps:
            caps += (company_cap(Caps.parse(policy.caps)),)
        return windows, caps


def is_unusable(verdict):
    """Whether a refusal says no more than that the channel cannot be used for this person. That a
    number should be asked first whose it is says nothing where it cannot even be asked."""
    codes = {check.code for check in verdict.reasons if check.outcome == "refuse"}
    codes -= {"first_touch"} if len(codes) > 1 else set()
    return verdict.outcome == "refuse" and codes <= UNUSABLE
