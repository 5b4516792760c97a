"""What a free answer costs depends on the day."""

from datetime import date

import pytest

from core.whatsapp.pricing import SERVICE_RULES, service_rule


@pytest.mark.parametrize(
    ("day", "free"),
    [
        (date(2026, 11, 25), 1000),
        (date(2026, 10, 1), 1000),
        (date(2026, 9, 30), None),
        (date(2020, 1, 1), None),
    ],
)
def test_the_rule_of_the_day_counts(day: date, free: int | None) -> None:
    assert service_rule(day).free == free


def test_rules_stand_newest_first() -> None:
    days = [rule.since for rule in SERVICE_RULES]
    assert days == sorted(days, reverse=True)
