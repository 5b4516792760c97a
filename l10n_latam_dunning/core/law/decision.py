"""One decision: each rule is asked, then the answer is made of what they said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from .calendar import CalendarMissing, ZoneUnknown, from_stamp, local_day_text, local_text, to_stamp
from .facts import ConsentFact, Facts, Proposal
from .notation import OpeningHours
from .provisions import Citation, Terms
from .rules import Rules, Situation, Timeline, timeline
from .verdict import Check, CheckOutcome, Layer, Verdict, overall
from .wording import HOUSE_RULES, check_wording, citation_of, wording_rules

# Holds that also stop an answer to what the debtor asked.
PRIVACY_HOLDS = frozenset({"privacy", "deceased"})
_COMPANY = Citation("company")
_LAW = Citation("law")
# Each round moves on by at least one closed span; more rounds than this never happen.
_MAX_ROUNDS = 1000


class Decision:
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
        for counter in self.rules.counters:
            checks, room, later = counter.check(self.facts.history, self.now)
            self.checks.extend(checks)
            if room > self.start:
                self.start = room
            if later:
                self.monotone = False

    def check_recipient(self) -> None:
        """Only who answers for the debt may hear of it, and nobody else anywhere."""
        recipient = self.proposal.recipient
        if recipient == "debtor":
            return
        rules = self.rules.recipients if self.rules else ()
        against = next((rule.citation for rule in rules if recipient not in rule.terms), None)
        if recipient == "third_party" and (against is None or against.layer == "company"):
            # What a pack has no law against is forbidden by the law that holds everywhere.
            against = citation_of(recipient, self.rules.wording if self.rules else HOUSE_RULES)
        figures = {"recipient": recipient, "variant": recipient}
        if against:
            self._add("third_party", "refuse", against, figures)
        else:
            self._add("third_party", "pass", rules[0].citation if rules else _LAW, figures)

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
        withdrawn: ConsentFact | None = None
        grants: list[ConsentFact] = []
        for fact in self.facts.consents:
            if fact.channel and fact.channel != channel:
                continue
            if fact.event == "granted":
                grants.append(fact)
            elif withdrawn is None or fact.at > withdrawn.at:
                withdrawn = fact
        granted: ConsentFact | None = None
        for fact in grants:
            if (
                fact.at <= self.at
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
                history = self.facts.history
                rooms = [counter.check(history, opens)[1] for counter in rules.counters]
                stamp = max(rooms, default=opens)
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
        return local_day_text(to_stamp(instant), self.zones[0] if self.line else "UTC")


def _asked_hours(facts: Facts, channel: str, at: datetime) -> OpeningHours | None:
    """All the other hours that the debtor asked for, together. Who withdraws his consent for the
    channel takes back what he asked for before."""
    together: OpeningHours | None = None
    withdrawn = [
        fact.at
        for fact in facts.consents
        if fact.event == "withdrawn" and fact.channel in ("", channel)
    ]
    for asked in facts.asked_hours:
        if asked.holds(channel, at) and all(end < asked.at for end in withdrawn):
            together = together.joined(asked.hours) if together else asked.hours
    return together


def _strength(fact: ConsentFact) -> tuple[bool, datetime]:
    return fact.kind == "express", fact.at
