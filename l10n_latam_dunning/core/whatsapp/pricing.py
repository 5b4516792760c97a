"""What WhatsApp charges for free answers: dated rules, as its price lists change by the day."""

from datetime import date
from typing import Final, NamedTuple


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


class ServiceRule(NamedTuple):
    """From which day on, how many answers a number and month are free (None: all), in words."""

    since: date
    free: int | None
    text: str


SERVICE_RULES: Final = (
    ServiceRule(
        date(2026, 10, 1),
        1000,
        _(
            "The first %(free)s free answers of a number each month cost nothing; after them"
            " WhatsApp charges each one like a utility message. This number has sent %(used)s"
            " this month."
        ),
    ),
    ServiceRule(
        date(2025, 7, 1),
        None,
        _("WhatsApp charges nothing for answers within 24 hours after the person wrote."),
    ),
)


def service_rule(day: date) -> ServiceRule:
    """The rule in force on a day; the oldest one before all of them."""
    return next((rule for rule in SERVICE_RULES if rule.since <= day), SERVICE_RULES[-1])
