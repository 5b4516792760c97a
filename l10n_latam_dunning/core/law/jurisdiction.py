"""The law as data: the door to its notations, its rules, its dated versions and their book."""

from .law_book import Jurisdiction, LawBook
from .law_rows import jurisdiction_from_rows
from .notation import DAYS, MINUTES_A_DAY, Caps, LawError, Limit, OpeningHours, Span
from .provisions import (
    ALL_CHANNELS,
    CALLS,
    CONSENT_KINDS,
    PRUDENT_DEFAULT,
    Cap,
    Charge,
    Citation,
    ConsentKind,
    ConsentRule,
    ExtraHoliday,
    Terms,
    Window,
    binds,
    company_cap,
    company_window,
)

__all__ = [
    "ALL_CHANNELS",
    "CALLS",
    "CONSENT_KINDS",
    "DAYS",
    "MINUTES_A_DAY",
    "PRUDENT_DEFAULT",
    "Cap",
    "Caps",
    "Charge",
    "Citation",
    "ConsentKind",
    "ConsentRule",
    "ExtraHoliday",
    "Jurisdiction",
    "LawBook",
    "LawError",
    "Limit",
    "OpeningHours",
    "Span",
    "Terms",
    "Window",
    "binds",
    "company_cap",
    "company_window",
    "jurisdiction_from_rows",
]
