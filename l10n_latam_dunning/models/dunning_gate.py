from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import SQL

from ..core import phones
from ..core.law.gate import ConsentFact, Contact, Facts, Hold, Impediment, Proposal, decide
from ..core.law.jurisdiction import Caps, OpeningHours, company_cap, company_window
from .dunning_message import ATTEMPTED

# A month of contacts feeds the longest quota; some days more cover every zone.
HISTORY_DAYS = 35
OUTCOMES = {"delivered": "delivered", "read": "delivered", "failed": "failed", "sent": "sent"}


@dataclass(slots=True)
class Candidate:
    """What may become a message: a debtor, what he owes in one currency, level and channel.

    ``lines`` are the instalments to be listed, ``triggers`` maps those whose rung is due to
    their level. ``problems`` are facts that speak against it, found on the way.
    """

    company: Any
    partner: Any
    currency: Any
    policy: Any
    lines: Any
    triggers: dict[int, Any] = field(default_factory=dict)
    level: Any = None
    purpose: str = "reminder"
    channel: str = "whatsapp"
    template: Any = None
    point: Any = None
    problems: list[Impediment] = field(default_factory=list)
    rearmed: dict[int, Any] = field(default_factory=dict)
    # what is not a rung of the ladder: an agreed payment, or thanks for one that arrived
    template_name: str = ""
    instalment: Any = None
    offset: int = 0
    thanks: bool = False
    layers: tuple[str, ...] = ("law", "company")

    @property
    def account(self):
        return self.policy.account_id

    @property
    def amount(self):
        """What is asked for, in the candidate's currency: the agreed payment, else all that is
        open on the listed lines."""
        if self.instalment:
            return self.instalment.amount_left
        return sum(self.lines.mapped("amount_residual_currency"))

    @property
    def due_date(self):
        """The day of the agreed payment, else the earliest of the listed lines."""
        if self.instalment:
            return self.instalment.date_due
        return min(self.lines.mapped("date_maturity"), default=False)


@dataclass(slots=True)
class Known:
    """Facts that the gate has collected for its candidates: each by partner id or number,
    contact point id, (partner id, company id); the policies whose bank is not up to date; and the
    own rules of policies at places, which change on the days of ``turns``."""

    consents: dict[Any, list[ConsentFact]]
    history: dict[int, list[Contact]]
    holds: dict[tuple[int, int], list[Hold]]
    suppressed: dict[str, list[str]]
    turns: list[date]
    stale: dict[int, Impediment] = field(default_factory=dict)
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
        partners = self.env["res.partner"].browse({c.partner.id for c in candidates})
        points = self.env["dunning.contact.point"].browse(
            {c.point.id for c in candidates if c.point}
        )
        return Known(
            consents=self._consents(partners, points),
            history=self._history(points, at, ignore),
            holds=self.env["dunning.hold"]._facts(candidates, at),
            suppressed=self._suppressed(points, at),
            turns=self.env["dunning.local.rule"]._turning_days(),
            stale=self.env["dunning.bank"]._stale(self._policies(candidates), at),
        )

    @api.model
    def _policies(self, candidates):
        return self.env["dunning.policy"].browse({c.policy.id for c in candidates if c.policy})

    @api.model
    def _verdict(self, candidate, known, at, leave_out=frozenset()):
        """The gate's answer for one candidate, from what is known; ``leave_out`` are codes of
        today's set-up that say nothing of another time."""
        partner = candidate.partner
        period = bisect_right(known.turns, at.date())
        place = (candidate.policy, partner.country_id, partner.state_id, period)
        if place not in known.rules:
            known.rules[place] = self._company_rules(candidate.policy, partner, at)
        windows, caps = known.rules[place]
        country, state = self._place(partner)
        own = [*candidate.problems, *self._problems(candidate, at)]
        if not candidate.thanks and candidate.policy.id in known.stale:
            own.append(known.stale[candidate.policy.id])
        problems = [problem for problem in own if problem.code not in leave_out]
        number = candidate.point.value if candidate.point else ""
        facts = Facts(
            law=self.env["dunning.jurisdiction"]._law_book(),
            country=country,
            state=state,
            consents=tuple(known.consents[partner.id] + (known.consents[number] if number else [])),
            history=tuple(known.history[candidate.point.id]) if candidate.point else (),
            holds=tuple(known.holds[partner.id, candidate.company.id]),
            impediments=tuple(problems),
            company_windows=windows,
            company_caps=caps,
            suppressed=tuple(known.suppressed.get(number, ())),
        )
        template = candidate.template
        proposal = Proposal(
            candidate.channel,
            candidate.purpose,
            partner.dunning_debtor_kind,
            text=template._wording() if template else None,
            carries=frozenset(template.button_ids.mapped("action")) if template else frozenset(),
        )
        instant = at.replace(tzinfo=timezone.utc)
        return decide(proposal, facts, instant, layers=candidate.layers)

    # === FACTS ===

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
    def _consents(self, partners, points):
        """{partner id or number: facts}: what is known of the person and of his number.

        A withdrawal counts for the number, whoever of its partners made it; a grant only for
        the partner who gave it.
        """
        facts = defaultdict(list)
        domain = ["|", ("partner_id", "in", partners.ids), ("contact_point_id", "in", points.ids)]
        for consent in (
            self.env["dunning.consent"]
            .sudo()
            .search_fetch(
                domain,
                ["partner_id", "contact_point_id", "channel", "event", "kind", "effective_at"],
            )
        ):
            if consent.event == "asked":
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
            elif consent.event == "withdrawn":
                facts[consent.contact_point_id.value].append(fact)
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
        """{number: registers}: the loaded do-not-contact lists and Odoo's own blacklist."""
        numbers = points.mapped("value")
        registers = self.env["dunning.suppression.list"]._registers_of(numbers, at.date())
        blacklist = (
            self.env["phone.blacklist"].sudo().search_fetch([("number", "in", numbers)], ["number"])
        )
        for number in blacklist.mapped("number"):
            registers.setdefault(number, []).append("phone.blacklist")
        return registers

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

    # === PROBLEMS ===

    @api.model
    def _problems(self, candidate, at):
        """What Odoo itself knows against a candidate, apart from the law."""
        problems = []
        point = candidate.point
        if point and point.state == "not_theirs":
            problems.append(Impediment("contact_quarantined"))
        elif point and point.line_type == "fixed":
            problems.append(Impediment("contact_invalid", {"why": self.env._("a landline")}))
        why = (
            candidate.account._impediment(at, point.value if point else "")
            if candidate.account
            else "none"
        )
        if why:
            problems.append(Impediment("account", {"why": self._account_words(candidate, why)}))
        elif not candidate.template or not candidate.template.sendable:
            problems.append(Impediment("template", {"why": self._template_words(candidate)}))
        return problems

    @api.model
    def _account_words(self, candidate, why):
        words = {
            "none": self.env._("the policy has no account"),
            "off": self.env._("it is switched off"),
            "no_token": self.env._("its access token is missing"),
            "no_app_secret": self.env._("its app secret is missing, so answers are not proved"),
            "neutralized": self.env._("this database is a neutralized copy"),
            "not_in_test_list": self.env._("it is in test mode and the number is not listed"),
            "paused": self.env._("it is paused: %s", candidate.account.pause_reason),
        }
        return words[why]

    @api.model
    def _template_words(self, candidate):
        template = candidate.template
        if not candidate.level and not candidate.template_name:
            return self.env._("the policy has no level")
        if not template:
            return self.env._(
                "%(name)s has no text in the debtor's language",
                name=candidate.template_name or candidate.level.template_name,
            )
        if template.category != "UTILITY":
            return self.env._(
                "%(name)s was classified as %(category)s",
                name=template.display_name,
                category=template.category,
            )
        return self.env._(
            "%(name)s is %(status)s at WhatsApp",
            name=template.display_name,
            status=template.status,
        )

    @api.model
    def _reach(self, partners):
        """{partner: (contact point or None, problem or None)} of the debtors' own numbers."""
        numbers, result = {}, {}
        for partner in partners:
            raw = partner.phone or ""
            if not raw:
                result[partner] = (None, self._invalid(self.env._("there is no number")))
                continue
            try:
                numbers[partner] = phones.normalise(raw, partner.country_id.code or "")
            except phones.InvalidPhone as error:
                result[partner] = (None, self._invalid(self._phone_words(error)))
        points = self.env["dunning.contact.point"]._for_numbers(list(numbers.values()))
        for partner, number in numbers.items():
            result[partner] = (points[number.e164], None)
        self._link(result)
        return result

    @api.model
    def _phone_words(self, error):
        return self.env._(phones.REASONS.get(error.reason, str(error)))

    @api.model
    def _invalid(self, why):
        return Impediment("contact_invalid", {"why": why.rstrip(".")})

    @api.model
    def _link(self, reached):
        """Remember which partners a number belongs to, in one statement."""
        pairs = [
            SQL("(%s, %s)", point.id, partner.id)
            for partner, (point, _problem) in reached.items()
            if point and partner not in point.partner_ids
        ]
        if pairs:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO dunning_contact_point_res_partner_rel
                                (dunning_contact_point_id, res_partner_id)
                         VALUES %s
                    ON CONFLICT DO NOTHING
                    """,
                    SQL(", ").join(pairs),
                )
            )
            self.env["dunning.contact.point"].invalidate_model(["partner_ids"])
