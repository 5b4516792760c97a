"""What a law says, rule by rule, each with where it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from .charge_notation import ChargeRule
from .notation import Caps, OpeningHours
from .verdict import Layer

# Channels by voice or in person. A rule that names no channel is about messages: all the others.
CALLS = frozenset({"call", "visit"})
ALL_CHANNELS = frozenset({"all"})


def _(text: str) -> str:
    """Mark a text for translation; whoever shows it translates it."""
    return text


PRUDENT_DEFAULT = _("Prudent default of the addon within")
# With which words of our own a reference begins where no article says what the rule says.
WITHOUT_ARTICLE = (
    PRUDENT_DEFAULT,
    _("No legal rule found; prudent default of the addon"),
    _("No closed list found; prudent content of the addon"),
    _("No closed list found; prudent rule of the addon"),
    _("No rule on the evidence of contacts was found; prudent rule of the addon"),
    _("No rule on the evidence of contacts was found; longest term of an action:"),
    _("No general data protection law found"),
)

ConsentKind = Literal["none", "opt_in", "express"]
CONSENT_KINDS: tuple[ConsentKind, ...] = ("none", "opt_in", "express")
# Who may be written to, where a rule does not say otherwise: he who owes, he who answers for it,
# and he who acts for them by law.
RECIPIENTS = frozenset({"debtor", "guarantor", "representative"})


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from: the law or the company, the article, the source, how sure."""

    layer: Layer
    legal_reference: str = ""
    source_url: str = ""
    confidence: str = ""

    def of_company(self) -> Citation:
        """The same rule where the law does not bind, kept as the company's own."""
        return replace(self, layer="company")


COMPANY_RULE = Citation("company")


@dataclass(frozen=True, slots=True)
class Window:
    """Hours in which contact by some channels is allowed. The last instant to send is
    `margin_minutes` before an end, because messages arrive late."""

    hours: OpeningHours
    channels: frozenset[str] = ALL_CHANNELS
    citation: Citation = COMPANY_RULE
    margin_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Cap:
    """Limits on how often; the channels that it binds are counted together."""

    caps: Caps
    channels: frozenset[str] = frozenset()
    citation: Citation = COMPANY_RULE


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """The agreement that a channel needs."""

    channels: frozenset[str]
    kind: ConsentKind
    citation: Citation


@dataclass(frozen=True, slots=True)
class Terms:
    """Words of a rule that are looked up by name: content that is required or forbidden, stops,
    registers, who may be written to, and on what condition a debtor may ask for other hours."""

    terms: frozenset[str]
    channels: frozenset[str]
    citation: Citation


@dataclass(frozen=True, slots=True)
class Charge:
    """What may be added to an overdue debt: interest, a fine, fees."""

    rule: ChargeRule
    citation: Citation


@dataclass(frozen=True, slots=True)
class ExtraHoliday:
    """A day off that the public calendar does not know; of one state or of all."""

    day: date
    name: str
    state: str = ""


def company_window(hours: OpeningHours, margin_minutes: int = 0) -> Window:
    """A company's own hours, for all its channels."""
    return Window(hours, ALL_CHANNELS, COMPANY_RULE, margin_minutes)


def company_cap(caps: Caps, channels: frozenset[str] = frozenset()) -> Cap:
    """A company's own limits, by default for all messages together."""
    return Cap(caps, channels, COMPANY_RULE)


def binds(channels: frozenset[str], channel: str) -> bool:
    """Whether a rule about these channels is about this one."""
    if not channels:
        return channel not in CALLS
    return channel in channels or "all" in channels
