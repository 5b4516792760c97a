"""What the gate is asked: the message that is proposed, and all that is known of its debtor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .law_book import LawBook
from .notation import OpeningHours
from .provisions import Cap, ConsentKind, Window
from .quota import Contact, Purpose
from .verdict import Layer

Recipient = Literal["debtor", "guarantor", "representative", "third_party"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The message that somebody would like to send.

    `text` is what the debtor will read, or the template of it with its `{{variables}}`;
    `carries` names what goes with it beside the text, e.g. `opt_out` for a button. `recipient` is
    what he who would read it is to the debt.
    """

    channel: str
    purpose: Purpose = "reminder"
    debtor_kind: str = "consumer"
    text: str | None = None
    carries: frozenset[str] = frozenset()
    recipient: Recipient = "debtor"


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
