"""The gate: may this message go to this debtor now, later, or not at all?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from .decision import PRIVACY_HOLDS, Decision
from .facts import AskedHours, ConsentFact, Facts, Hold, Impediment, Proposal, Recipient
from .quota import Contact, ContactOutcome, Purpose
from .verdict import Layer, Verdict
from .wording import Finding

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
    "Recipient",
    "decide",
    "impediments",
]

BOTH_LAYERS: tuple[Layer, ...] = ("law", "company")


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
    asked = Decision(proposal, facts, at, layers)
    asked.check_time()
    asked.check_recipient()
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
