"""When a number counts as not being on WhatsApp. Meta does not say it of one failure."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Final

FAILURES: Final = 3
DAYS: Final = 2


def is_unreachable(failures: Iterable[datetime], reached: datetime | None, zone: tzinfo) -> bool:
    """Tell it from the instants of what could not be delivered since the number was last reached:
    several times, and on different days at the debtor."""
    since = [at for at in failures if reached is None or at > reached]
    days = {at.astimezone(zone).date() for at in since}
    return len(since) >= FAILURES and len(days) >= DAYS
