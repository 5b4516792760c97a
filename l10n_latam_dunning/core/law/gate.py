"""The gate: may this message go to this debtor now, later, or not at all?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .calendar import CalendarMissing, ZoneUnknown, from_stamp, local_text, to_stamp
from .jurisdiction import Cap, Citation, ConsentKind, LawBook, OpeningHours, Terms, Window
from .quota import Contact, ContactOutcome, Purpose
from .rules import Rules, Situation, Timeline, timeline
from .verdict import Check, CheckOutcome, Layer, Verdict, overall
from .wording import Finding, check_wording, wording_rules

__all__ = [
    "PRIVACY_HOLDS",
    "AskedHours",
    "ConsentFact",
    "Contact",
    "ContactOutcome",
    "Facts",
    "Hold",
    "Impediment",
    "Proposal",
    "Purpose",
    "decide",
    "impediments",
]

# Holds that also stop an answer to what the debtor asked.
PRIVACY_HOLDS = frozenset({"privacy", "deceased"})
BOTH_LAYERS: tuple[Layer, ...] = ("law", "company")
_COMPANY = Citation("company")
_LAW = Citation("law")
# Each round moves on by at least one closed span; more rounds than this never happen.
_MAX_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Proposal:
    """The message that somebody would like to send.

    `text` is what the debtor will read, or the template of it with its `{{variables}}`;
    `carries` names what goes with it beside the text, e.g. `opt_out` for a button.
    """

    channel: str
    purpose: Purpose = "reminder"
    debtor_kind: str = "consumer"
    text: str | None = None
    carries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """The debtor granted or withdrew consent for a channel; an empty channel means every one."""

    channel: str
    event: Literal["granted", "withdrawn"]
    at: datetime
    kind: ConsentKind = "express"
    reference: str = ""


@dataclass(frozen=True, slots=True)
class AskedHours:
    """The debtor asked to be contacted at other hours too, until he takes that back.

    It opens them only where the law lets him ask, and only by an instrument of its own that
    `reference` names, given after the contract was signed. An empty channel means every one.
    """

    hours: OpeningHours
    at: datetime
    contract_at: datetime
    reference: str
    channel: str = ""
    withdrawn_at: datetime | None = None

    def holds(self, channel: str, at: datetime) -> bool:
        """Whether it counts for a contact at an instant."""
        return (
            self.channel in ("", channel)
            and bool(self.reference)
            and self.contract_at < self.at <= at
            and (self.withdrawn_at is None or at < self.withdrawn_at)
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """Why reminders rest, and until when; without an end they rest until somebody ends it."""

    reason: str
    until: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Impediment:
    """Something else that stands in the way, as the caller knows it."""

    code: str
    figures: Mapping[str, str] = field(default_factory=dict)
    until: datetime | None = None
    layer: Layer = "company"
    legal_reference: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known when the question is asked.

    `state` is an ISO 3166-2 code without the country. `zones`, where given, are the debtor's own
    and replace those of his state. `suppressed` names the do-not-contact registers he is on.
    """

    law: LawBook
    country: str
    state: str = ""
    consents: tuple[ConsentFact, ...] = ()
    history: tuple[Contact, ...] = ()
    holds: tuple[Hold, ...] = ()
    impediments: tuple[Impediment, ...] = ()
    company_windows: tuple[Window, ...] = ()
    company_caps: tuple[Cap, ...] = ()
    suppressed: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    asked_hours: tuple[AskedHours, ...] = ()


def decide(
    proposal: Proposal,
    facts: Facts,
    at: datetime,
    *,
    layers: tuple[Layer, ...] = BOTH_LAYERS,
) -> Verdict:
    """Send, wait until the first instant at which all rules of time allow it, or refuse.

    Every rule is checked, whatever the others say; a refusal beats a wait. Without a law pack, a
    known zone or a holiday calendar the answer is to refuse. Raises TypeError for an instant
    without a zone.
    """
    asked = _Question(proposal, facts, at, layers)
    asked.check_time()
    asked.check_consent()
    asked.check_suppressed()
    asked.check_holds()
    asked.check_impediments()
    if proposal.text is not None:
        asked.check_wording(proposal.text)
    return asked.verdict()


def impediments(findings: Iterable[Finding]) -> tuple[Impediment, ...]:
    """The findings about a text that stop it, as impediments."""
    return tuple(
        Impediment(
            "wording",
            finding.figures,
            layer=finding.layer,
            legal_reference=finding.legal_reference,
        )
        for finding in findings
        if finding.severity == "blocking"
    )


class _Question:
    """One decision under way: the checks made so far and the earliest instant they leave."""

    def __init__(
        self, proposal: Proposal, facts: Facts, at: datetime, layers: tuple[Layer, ...]
    ) -> None:
        self.proposal = proposal
        self.facts = facts
        self.at = at
        self.layers = layers
        self.now = self.start = to_stamp(at)
        self.is_reply = proposal.purpose == "reply"
        self.zones = facts.zones or facts.law.zones(facts.country, facts.state)
        self.checks: list[Check] = []
        self.line: Timeline | None = None
        self.rules: Rules | None = None
        self.monotone = True
        try:
            self.line = timeline(
                facts.law,
                Situation(
                    facts.country,
                    facts.state,
                    self.zones,
                    proposal.channel,
                    proposal.debtor_kind,
                    layers,
                    facts.company_windows,
                    facts.company_caps,
                    _asked_hours(facts, proposal.channel, at) if facts.asked_hours else None,
                ),
            )
            self.rules = self.line.rules(self.now)
        except ZoneUnknown as error:
            if facts.law.versions(facts.country):
                self._refuse("zone_ambiguous", {"zone": str(error)})
                return
        if self.rules is None:
            figures = {"country": facts.country, "date": at.date().isoformat()}
            if not facts.country:
                figures["variant"] = "no_country"
            self._refuse("jurisdiction_missing", figures)

    # === CHECKS ===

    def check_time(self) -> None:
        """Hours, holidays and limits. What the debtor asked for is no collection contact."""
        if self.rules is None or self.is_reply:
            return
        try:
            self.checks.extend(self.rules.check_hours(self.now))
        except CalendarMissing as error:
            self._no_calendar(error)
        for check, release in self._quotas(self.rules, self.now):
            self.checks.append(check)
            self.start = max(self.start, release)

    def _quotas(self, rules: Rules, stamp: int) -> Iterator[tuple[Check, int]]:
        history = self.facts.history
        for counter in rules.counters:
            contacts = counter.contacts(history)
            stamps = [contact.stamp for contact in contacts]
            if stamps and stamps[-1] > self.now:
                self.monotone = False
            for quota in counter.quotas:
                yield quota.check(contacts, stamps, stamp)

    def check_consent(self) -> None:
        """The newest withdrawal counts, then the strongest grant since."""
        withdrawn, granted = self._consent_facts()
        channel = self.proposal.channel
        rule = self.rules.consent if self.rules else None
        citation = rule.citation if rule else _LAW
        if withdrawn and not granted:
            figures = {"channel": channel, "date": self._day(withdrawn.at)}
            if withdrawn.reference:
                figures["proof"] = withdrawn.reference
            self._add("consent_withdrawn", "refuse", citation, figures, layer="law")
        elif rule is None:
            return
        elif rule.kind == "none":
            figures = {"channel": channel, "variant": "none"}
            self._add("no_consent", "pass", citation, figures)
        elif granted and (granted.kind == "express" or rule.kind == "opt_in"):
            figures = {"channel": channel, "date": self._day(granted.at), "kind": granted.kind}
            if granted.reference:
                figures["proof"] = granted.reference
            self._add("no_consent", "pass", citation, figures)
        elif granted:
            figures = {"channel": channel, "date": self._day(granted.at), "variant": "express"}
            self._add("no_consent", "refuse", citation, figures)
        else:
            self._add("no_consent", "refuse", citation, {"channel": channel})

    def _consent_facts(self) -> tuple[ConsentFact | None, ConsentFact | None]:
        """The newest withdrawal for the channel, and the strongest grant after it.

        A grant dated after the decision is not there yet; a withdrawal that is known counts
        whatever its date.
        """
        channel = self.proposal.channel
        facts = [f for f in self.facts.consents if f.channel == channel or not f.channel]
        withdrawn: ConsentFact | None = None
        for fact in facts:
            if fact.event == "withdrawn" and (withdrawn is None or fact.at > withdrawn.at):
                withdrawn = fact
        granted: ConsentFact | None = None
        for fact in facts:
            if (
                fact.event == "granted"
                and fact.at <= self.at
                and (withdrawn is None or fact.at > withdrawn.at)
                and (granted is None or _strength(fact) > _strength(granted))
            ):
                granted = fact
        return withdrawn, granted

    def check_suppressed(self) -> None:
        """Registers of those who want no contact."""
        for register in self.facts.suppressed:
            citation = self._named(self.rules.law.registries if self.rules else (), register)
            figures = {"register": register, "variant": "register"}
            self._add("suppressed", "refuse", citation, figures)

    def check_holds(self) -> None:
        """A hold with an end waits for it, one without refuses."""
        for hold in self.facts.holds:
            if hold.until and hold.until <= self.at:
                continue
            if self.is_reply and hold.reason not in PRIVACY_HOLDS:
                continue
            citation = self._named(self.rules.law.stops if self.rules else (), hold.reason)
            figures = {"reason": hold.reason}
            if hold.detail:
                figures["detail"] = hold.detail
            self._stop(f"hold_{hold.reason}", hold.until, citation, figures)

    def check_impediments(self) -> None:
        """What the caller knows to stand in the way."""
        for item in self.facts.impediments:
            if not (item.until and item.until <= self.at):
                citation = Citation(item.layer, item.legal_reference)
                if item.code.startswith("hold_") and self.rules:
                    citation = self._named(self.rules.law.stops, item.code.removeprefix("hold_"))
                self._stop(item.code, item.until, citation, dict(item.figures))

    def check_wording(self, text: str) -> None:
        """What the text says and does not say; a warning stops nothing."""
        rules = self.rules.wording if self.rules else wording_rules(None, layers=self.layers)
        findings = check_wording(
            text,
            rules=rules,
            purpose=self.proposal.purpose,
            placeholders=self.proposal.carries,
        )
        blocking = [finding for finding in findings if finding.severity == "blocking"]
        for finding in blocking:
            citation = Citation(finding.layer, finding.legal_reference, finding.source_url)
            self._add("wording", "refuse", citation, finding.figures)
        if not blocking:
            self._add("wording", "pass", _LAW, {})

    # === ANSWER ===

    def verdict(self) -> Verdict:
        """The answer; a wait that would never end is a refusal."""
        outcome = overall(self.checks)
        not_before: datetime | None = None
        if outcome == "wait":
            stamp = self._first_instant()
            if stamp is None:
                self.checks = [
                    check if check.outcome == "pass" else check._replace(outcome="refuse")
                    for check in self.checks
                ]
                outcome = "refuse"
            else:
                not_before = from_stamp(stamp)
        return Verdict(
            outcome,
            self.at,
            not_before,
            self.rules.version if self.rules else "",
            self.zones,
            tuple(self.checks),
        )

    def _first_instant(self) -> int | None:
        """The first instant from `start` on at which all rules of time allow it."""
        if self.line is None or self.is_reply:
            return self.start
        stamp = self.start
        try:
            for _round in range(_MAX_ROUNDS):
                opens = self.line.next_open(stamp)
                if opens is None:
                    return None
                rules = self.line.rules(opens)
                if rules is None or (rules is self.rules and self.monotone):
                    # Contacts only grow older: what has room stays with room.
                    return opens
                stamp = max((release for _check, release in self._quotas(rules, opens)), default=0)
                if stamp <= opens:
                    return opens
        except CalendarMissing as error:
            self._no_calendar(error)
        return None

    # === HELPERS ===

    def _add(
        self,
        code: str,
        outcome: CheckOutcome,
        citation: Citation,
        figures: Mapping[str, str],
        until: datetime | None = None,
        layer: Layer | None = None,
    ) -> None:
        self.checks.append(
            Check(
                code,
                outcome,
                layer or citation.layer,
                citation.legal_reference,
                citation.source_url,
                figures,
                until,
            )
        )

    def _refuse(self, code: str, figures: Mapping[str, str]) -> None:
        self._add(code, "refuse", _LAW, figures)

    def _no_calendar(self, error: CalendarMissing) -> None:
        self._refuse("calendar_missing", {"country": error.country, "year": str(error.year)})

    def _stop(
        self, code: str, until: datetime | None, citation: Citation, figures: dict[str, str]
    ) -> None:
        if until:
            figures["until"] = self._local(until)
            self.start = max(self.start, to_stamp(until))
        self._add(code, "wait" if until else "refuse", citation, figures, until)

    def _named(self, rules: tuple[Terms, ...], term: str) -> Citation:
        return next((rule.citation for rule in rules if term in rule.terms), _COMPANY)

    def _local(self, instant: datetime) -> str:
        return local_text(to_stamp(instant), self.zones[0] if self.line else "UTC")

    def _day(self, instant: datetime) -> str:
        return self._local(instant)[:10]


def _asked_hours(facts: Facts, channel: str, at: datetime) -> OpeningHours | None:
    """All the other hours that the debtor asked for, together."""
    together: OpeningHours | None = None
    for asked in facts.asked_hours:
        if asked.holds(channel, at):
            together = together.joined(asked.hours) if together else asked.hours
    return together


def _strength(fact: ConsentFact) -> tuple[bool, datetime]:
    return fact.kind == "express", fact.at
