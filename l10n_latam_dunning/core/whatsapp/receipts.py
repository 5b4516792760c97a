"""What receipts make of a message: the same in whatever order, and however often, they come."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

Pricing = Mapping[str, Any]

# A receipt moves a message up this ladder, never down. A failure stands above a departure and
# below an arrival: what arrived has not failed.
RANK: Final[Mapping[str, int]] = {"sent": 1, "failed": 2, "delivered": 3, "read": 4}
# Nobody knows yet, or the answer of the send is still on its way.
_OPEN: Final = frozenset({"sending", "uncertain"})
# Waits for another try; only an arrival proves that the first one went out after all.
_QUEUED: Final = frozenset({"queued", "waiting"})
_ARRIVED: Final = frozenset({"delivered", "read"})
_ALIASES: Final[Mapping[str, str]] = {"played": "read"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One report of WhatsApp on a message of ours.

    `is_same_try` is false when it carries our reference, but an id other than the one that the
    last try was given.
    """

    status: str
    at: datetime
    error_code: int = 0
    error_details: str = ""
    pricing: Pricing = field(default_factory=dict)
    is_same_try: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands. `pricing` says on which receipt it came, beside Meta's own keys."""

    state: str
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    failed_at: datetime | None = None
    error_code: int = 0
    error_details: str = ""
    pricing: Pricing = field(default_factory=dict)


def advance(standing: Standing, receipt: Receipt) -> Standing:
    """The standing after one more receipt."""
    status = _ALIASES.get(receipt.status, receipt.status)
    if status not in RANK or not _may_speak(standing.state, status, receipt.is_same_try):
        return standing
    standing = replace(standing, pricing=_dearest(standing.pricing, status, receipt))
    if status == "failed":
        return _failed(standing, receipt)
    if RANK[status] > RANK.get(standing.state, 0):
        standing = replace(standing, state=status)
    if status in _ARRIVED:
        standing = replace(
            standing,
            delivered_at=_earlier(standing.delivered_at, receipt.at),
            failed_at=None,
            error_code=0,
            error_details="",
        )
    if status == "read":
        standing = replace(standing, read_at=_earlier(standing.read_at, receipt.at))
    return standing


def order(receipt: Receipt) -> tuple[datetime, int]:
    """Sorts receipts as they happened, for a history that reads well."""
    return receipt.at, RANK.get(_ALIASES.get(receipt.status, receipt.status), 0)


def _may_speak(state: str, status: str, is_same_try: bool) -> bool:
    if status in _ARRIVED:
        return state in _OPEN or state in _QUEUED or state in RANK
    if state in _OPEN:
        return True
    return state in RANK and is_same_try


def _failed(standing: Standing, receipt: Receipt) -> Standing:
    """The first of several failures counts; after an arrival none does."""
    if standing.state in _ARRIVED:
        return standing
    known = (standing.failed_at, standing.error_code, standing.error_details)
    told = (receipt.at, receipt.error_code, receipt.error_details)
    if standing.state == "failed" and standing.failed_at and known <= told:
        return standing
    return replace(
        standing,
        state="failed",
        failed_at=receipt.at,
        error_code=receipt.error_code,
        error_details=receipt.error_details,
    )


def _earlier(known: datetime | None, told: datetime) -> datetime:
    return told if known is None else min(known, told)


def _dearest(known: Pricing, status: str, receipt: Receipt) -> Pricing:
    """The price told with the highest receipt: it is charged when the message arrives."""
    if not receipt.pricing:
        return known
    told = {**receipt.pricing, "status": status, "at": receipt.at.isoformat()}
    return told if _weight(told) > _weight(known) else known


def _weight(pricing: Pricing) -> tuple[int, str, str]:
    if not pricing:
        return -1, "", ""
    text = json.dumps(dict(pricing), sort_keys=True, default=str)
    return RANK.get(str(pricing.get("status")), 0), str(pricing.get("at")), text
