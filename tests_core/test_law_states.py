"""States with a law of their own: the same edges for each, to the second, under the law alone.

Figures are written here by hand. The week is that of Monday 3 August 2026.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from law_helpers import LAW_ONLY, ask, codes

from core.law.pack_reader import shipped_law

MONDAY, FRIDAY, SATURDAY, SUNDAY = "2026-08-03", "2026-08-07", "2026-08-08", "2026-08-09"
NEXT_MONDAY = "2026-08-10"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Expected:
    """What the gate must know of a state's law. A holiday, and the day of the first open hour
    after it; the same for the leap day of 2028, a Carnival Tuesday, where it is one."""

    offset: str
    opens: str
    closes: str
    saturday: tuple[str, str] | None
    holiday: str
    after_holiday: str
    after_new_year: str
    after_leap_day: str = ""

    def at(self, day: str, hour: str) -> datetime:
        return datetime.fromisoformat(f"{day}T{hour}:00{self.offset}")

    def opening(self, day: str) -> datetime:
        """When it opens on a day on which it does."""
        is_saturday = datetime.fromisoformat(day).weekday() == 5
        hour = self.saturday[0] if is_saturday and self.saturday else self.opens
        return self.at(day, hour)

    @property
    def weekend(self) -> datetime:
        """The first opening after Friday evening."""
        return self.opening(SATURDAY if self.saturday else NEXT_MONDAY)


WORKDAYS = {
    "holiday": "2026-11-20",
    "after_holiday": "2026-11-23",
    "after_new_year": "2027-01-04",
}
AND_SATURDAYS = {
    "holiday": "2026-11-20",
    "after_holiday": "2026-11-21",
    "after_new_year": "2027-01-02",
}
STATES = {
    ("BR", "SP"): Expected("-03:00", "08:00", "20:00", ("08:00", "14:00"), **AND_SATURDAYS),
    ("BR", "AL"): Expected("-03:00", "08:00", "20:00", ("08:00", "14:00"), **AND_SATURDAYS),
    # Carnival Tuesday is a holiday of this state alone.
    ("BR", "RJ"): Expected(
        "-03:00", "09:00", "19:00", None, **WORKDAYS, after_leap_day="2028-03-01"
    ),
    ("BR", "ES"): Expected("-03:00", "08:00", "19:00", None, **WORKDAYS),
    # Its west is an hour behind: open when both halves are.
    ("BR", "AM"): Expected("-04:00", "09:00", "18:00", None, **WORKDAYS),
    ("AR", "C"): Expected(
        "-03:00",
        "08:00",
        "20:00",
        ("08:00", "12:00"),
        "2026-11-23",
        "2026-11-24",
        "2027-01-02",
        "2028-03-01",
    ),
}
each_state = pytest.mark.parametrize(
    ("place", "state"), STATES.items(), ids=["-".join(place) for place in STATES]
)


def answer(place, instant):
    verdict = ask(*place, instant, layers=LAW_ONLY)
    return verdict.not_before or verdict.outcome, codes(verdict)


def closed_until(instant):
    return instant, ["outside_window"]


OPEN = ("send", [])


@each_state
def test_the_day_opens_on_the_second(place, state):
    opens = state.opening(MONDAY)
    assert answer(place, opens - SECOND) == closed_until(opens)
    assert answer(place, opens) == OPEN


@each_state
def test_the_day_closes_on_the_second(place, state):
    closes = state.at(MONDAY, state.closes)
    assert answer(place, closes - SECOND) == OPEN
    assert answer(place, closes) == closed_until(state.opening("2026-08-04"))


@each_state
def test_friday_ends_the_working_week(place, state):
    closes = state.at(FRIDAY, state.closes)
    assert answer(place, closes - SECOND) == OPEN
    assert answer(place, closes) == closed_until(state.weekend)


@each_state
def test_saturday_is_open_for_its_hours_or_not_at_all(place, state):
    if not state.saturday:
        assert answer(place, state.at(SATURDAY, "10:00")) == closed_until(state.weekend)
        return
    opens, closes = (state.at(SATURDAY, hour) for hour in state.saturday)
    assert answer(place, opens - SECOND) == closed_until(opens)
    assert answer(place, opens) == OPEN
    assert answer(place, closes - SECOND) == OPEN
    assert answer(place, closes) == closed_until(state.opening(NEXT_MONDAY))


@each_state
def test_sunday_is_closed(place, state):
    noon = state.at(SUNDAY, "12:00")
    assert answer(place, noon) == closed_until(state.opening(NEXT_MONDAY))


@each_state
def test_a_holiday_and_its_eve_wait_until_after_it(place, state):
    after = state.opening(state.after_holiday)
    assert answer(place, state.at(state.holiday, "11:00")) == (after, ["holiday"])
    eve = state.opening(state.holiday) - timedelta(hours=10)
    assert answer(place, eve)[0] == after


@each_state
def test_the_turn_of_the_year(place, state):
    assert answer(place, state.at("2026-12-31", "22:00"))[0] == state.opening(state.after_new_year)


@each_state
def test_the_leap_day(place, state):
    noon = state.at("2028-02-29", "11:00")
    if state.after_leap_day:
        assert answer(place, noon) == (state.opening(state.after_leap_day), ["holiday"])
    else:
        assert answer(place, noon) == OPEN


@each_state
def test_the_verdict_names_both_laws(place, state):
    country, suffix = place
    named = ask(*place, state.at(MONDAY, "11:00")).jurisdiction
    assert named.startswith(f"{country}@")
    assert f"+{suffix}@" in named


def test_every_state_with_hours_of_its_own_is_in_the_table():
    own = {
        (law.country, law.state)
        for law in shipped_law().jurisdictions
        if law.state and any(window.citation.layer == "law" for window in law.windows)
    }
    assert own == set(STATES)
