"""One failure says little; several on different days say that the number is not on WhatsApp."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from core.whatsapp.reach import is_unreachable

LIMA = ZoneInfo("America/Lima")
MORNING = datetime(2026, 11, 25, 15, tzinfo=timezone.utc)
EVENING = datetime(2026, 11, 26, 3, tzinfo=timezone.utc)  # still the 25th in Lima


def hours(*numbers: int) -> list[datetime]:
    return [MORNING + timedelta(hours=number) for number in numbers]


@pytest.mark.parametrize(
    ("failures", "reached", "expected"),
    [
        ([], None, False),
        (hours(0), None, False),
        (hours(0, 24), None, False),
        (hours(0, 1, 2), None, False),
        (hours(0, 1, 24), None, True),
        (hours(0, 24, 48), None, True),
        # three failures of one day in Lima, though of two days in UTC
        ([*hours(0, 1), EVENING], None, False),
        # it was reached in between
        (hours(0, 24, 48), MORNING + timedelta(hours=1), False),
        (hours(0, 24, 48), MORNING - timedelta(hours=1), True),
    ],
)
def test_failures_on_different_days_make_a_number_unreachable(
    failures: list[datetime], reached: datetime | None, expected: bool
) -> None:
    assert is_unreachable(failures, reached, LIMA) is expected
