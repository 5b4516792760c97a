"""Local days and hours where the clocks change, and the public calendars."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_helpers import instant

from core.law.calendar import (
    CalendarMissing,
    HolidayCalendar,
    ZoneUnknown,
    contains,
    day_start,
    from_stamp,
    holiday_names,
    intersection,
    local_minute,
    local_ordinal,
    local_span,
    local_text,
    normalised,
    to_stamp,
    zone_info,
)

SANTIAGO = "America/Santiago"
FORWARD = date(2026, 9, 6).toordinal()  # midnight does not exist in Santiago
BACK = date(2027, 4, 3).toordinal()  # 23:00 to 24:00 happens twice


def between(zone, ordinal, start, end, margin=0):
    first, last = local_span(zone, ordinal, (start * 60, end * 60), margin)
    return from_stamp(first), from_stamp(last)


def test_a_day_without_midnight_begins_with_the_change_of_clocks():
    assert from_stamp(day_start(SANTIAGO, FORWARD)) == instant("2026-09-06T04:00Z")
    assert local_text(day_start(SANTIAGO, FORWARD), SANTIAGO) == "2026-09-06 01:00"
    assert local_text(day_start(SANTIAGO, FORWARD) - 1, SANTIAGO) == "2026-09-05 23:59"


def test_the_day_after_a_repeated_hour_begins_once():
    assert from_stamp(day_start(SANTIAGO, BACK + 1)) == instant("2027-04-04T04:00Z")


def test_hours_that_begin_in_a_left_out_hour_begin_with_the_change():
    first, last = between(SANTIAGO, FORWARD, 0, 8)
    assert (first, last) == (instant("2026-09-06T04:00Z"), instant("2026-09-06T11:00Z"))


def test_hours_that_end_in_a_repeated_hour_take_the_shorter_reading():
    _first, last = local_span(SANTIAGO, BACK, (20 * 60, 23 * 60 + 30))
    assert from_stamp(last) == instant("2027-04-04T02:30Z")
    first, _last = local_span(SANTIAGO, BACK, (23 * 60 + 30, 24 * 60))
    assert from_stamp(first) == instant("2027-04-04T03:30Z")


def test_the_end_of_a_margin_is_the_last_instant_inside():
    first, last = local_span("America/Lima", FORWARD, (480, 1140), 15)
    inside = to_stamp(instant("2026-09-06T18:45-05:00"))
    assert contains(((first, last),), inside)
    assert not contains(((first, last),), inside + 1)


@given(
    st.integers(0, 4 * 365 * 24 * 60),
    st.sampled_from([SANTIAGO, "America/Lima", "Pacific/Easter", "America/Tijuana", "UTC"]),
)
def test_local_time_is_that_of_the_time_zone_database(minutes, zone):
    moment = instant("2024-01-01T00:00Z") + timedelta(minutes=minutes)
    local = moment.astimezone(zone_info(zone))
    stamp = to_stamp(moment)
    assert local_text(stamp, zone) == f"{local:%Y-%m-%d %H:%M}"
    assert local_ordinal(stamp, zone) == local.toordinal()
    assert local_minute(stamp, zone) == (local.weekday(), local.hour * 60 + local.minute)
    assert day_start(zone, local.toordinal()) <= stamp < day_start(zone, local.toordinal() + 1)
    assert from_stamp(stamp) == moment


def test_intervals_are_joined_and_intersected():
    spans = normalised([(5, 7), (1, 3), (3, 4), (9, 9), (12, 11)])
    assert spans == ((1, 4), (5, 7))
    assert intersection(spans, ((0, 2), (6, 20))) == ((1, 2), (6, 7))


@pytest.mark.parametrize(
    ("country", "year", "categories"),
    [
        ("XX", 2026, ("public",)),
        ("PE", 2101, ("public",)),
        ("PE", 2026, ("bank",)),
        ("country_holidays", 2026, ("public",)),
    ],
)
def test_what_no_calendar_covers_is_missing(country, year, categories):
    with pytest.raises(CalendarMissing):
        holiday_names(country, "", year, categories)


def test_a_subdivision_that_the_calendar_does_not_know_has_the_national_days():
    national = holiday_names("MX", "", 2026, ("public",))
    assert holiday_names("MX", "JAL", 2026, ("public",)) == national
    assert len(holiday_names("BR", "SP", 2026, ("public",))) > len(
        holiday_names("BR", "", 2026, ("public",))
    )


def test_days_added_by_hand_are_days_off():
    calendar = HolidayCalendar("PE", extra=((date(2026, 11, 23), "Censo"),))
    assert calendar.name(date(2026, 11, 23)) == "Censo"
    assert not calendar.name(date(2026, 11, 24))
    assert calendar.name(date(2026, 12, 25))


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "America"])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(ZoneUnknown):
        zone_info(name)
