"""The notations in which the law is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.law.jurisdiction import Caps, LawBook, LawError, OpeningHours, jurisdiction_from_rows

DAY = (480, 1080)


def test_hours_are_read_per_weekday():
    hours = OpeningHours.parse("Mo-Fr 08:00-18:00; Sa 09:00-12:00; PH off")
    assert hours.week == ((DAY,),) * 5 + (((540, 720),), ())
    assert hours.holidays == ()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mo-Fr 07:00-19:00; Sa 08:00-15:00; PH off", "Mo-Fr 07:00-19:00; Sa 08:00-15:00; PH off"),
        ("Mo-Su 00:00-24:00", "Mo-Su 00:00-24:00"),
        ("24/7", "Mo-Su 00:00-24:00"),
        (
            "Mo,We,Fr 08:00-12:00,14:00-18:00",
            "Mo 08:00-12:00,14:00-18:00; We 08:00-12:00,14:00-18:00; Fr 08:00-12:00,14:00-18:00",
        ),
        ("Mo-Fr 08:00-12:00,12:00-18:00", "Mo-Fr 08:00-18:00"),
        ("Mo-Su 08:00-18:00; Su off", "Mo-Sa 08:00-18:00"),
        ("PH,Sa 09:00-10:00", "Sa 09:00-10:00; PH 09:00-10:00"),
        ("Mo-Su off", "Mo-Su off"),
    ],
)
def test_hours_are_written_back(text, written):
    hours = OpeningHours.parse(text)
    assert str(hours) == written
    assert OpeningHours.parse(str(hours)) == hours


@pytest.mark.parametrize(
    ("text", "lesson"),
    [
        ("", "No hours are written"),
        (" ; ", "No hours are written"),
        ("Lu-Vi 08:00-18:00", "“Lu-Vi” in “Lu-Vi 08:00-18:00” is no day"),
        ("Mo-Fr 08:00-18:00; Sab 08:00-12:00", "“Sab” in “Sab 08:00-12:00” is no day"),
        ("Mo-Fr", "“Mo-Fr” names days but no hours. .* Mo-Fr 08:00-18:00, or Mo-Fr off"),
        ("Mo-Fr 8-18", "“8-18” in “Mo-Fr 8-18” is no span of time"),
        ("Mo-Fr 08:00-18:60", "is no span of time"),
        ("Mo-Fr 08:00 a 18:00", "“08:00 a 18:00” in .* is no span of time"),
        ("Mo-Fr ٠٨:٠٠-18:00", "is no span of time"),
        ("Mo-Fr 18:00-08:00", "Hours over midnight are written for two days"),
        ("Mo-Fr 08:00-08:00", "does not end after it begins"),
        ("Mo-Fr 08:00-25:00", "goes past 24:00"),
        ("Mo-Fr 25:00-08:00", "“25:00-08:00” in “Mo-Fr 25:00-08:00” goes past 24:00"),
        ("Sa-Mo 08:00-18:00", "“Sa-Mo” in .* runs backwards"),
    ],
)
def test_hours_that_cannot_be_read_teach_how_to_write_them(text, lesson):
    with pytest.raises(LawError, match=lesson):
        OpeningHours.parse(text)


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ("Mo-Fr 08:00-18:00; PH off", "Mo-Fr 07:00-20:00; PH off", True),
        ("Mo-Fr 07:00-20:00; PH off", "Mo-Fr 08:00-18:00; PH off", False),
        ("Mo-Fr 08:00-18:00", "Mo-Fr 08:00-18:00; PH off", False),
        ("Mo-Fr 08:00-18:00; PH off", "Mo-Fr 08:00-18:00", True),
        ("Mo-Sa 08:00-18:00", "Mo-Fr 08:00-18:00", False),
        ("PH 10:00-11:00", "Mo-Su 09:00-12:00", True),
        ("PH 10:00-11:00", "Mo-Fr 09:00-12:00", False),
        ("PH 10:00-11:00", "PH 09:00-12:00", True),
        ("Mo 08:00-09:00,10:00-11:00", "Mo 08:00-11:00", True),
    ],
)
def test_narrower_hours_are_recognised(inner, outer, within):
    assert OpeningHours.parse(inner).is_within(OpeningHours.parse(outer)) is within


@pytest.mark.parametrize(
    "text",
    [
        "1/day 2/week 8/month gap 48h",
        "gap 2d",
        "1channel/week",
        "1/day/channel 3/week/reached 2/week/channel/reached",
    ],
)
def test_limits_are_written_back_as_read(text):
    assert str(Caps.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "lesson"),
    [
        ("", "No limit is written"),
        ("often", "“often” in “often” is no limit"),
        ("1/day 2/year gap 48h", "“2/year” in “1/day 2/year gap 48h” is no limit"),
        ("1/day gap 2 3/week", "“gap 2” in .* is no limit"),
        ("gap", "“gap” in “gap” is no limit"),
        ("1/day2/week", "“1/day2/week” in .* is no limit"),
        ("0/day", "“0/day” in “0/day” is out of range"),
        ("gap 0h", "“gap 0h” in .* is out of range"),
        ("1001/week", "is out of range. Write one from 1 to 1000"),
        ("1/day " + "9" * 5000 + "/week", "is out of range"),
        ("-1/day", "is no limit"),
    ],
)
def test_limits_that_cannot_be_read_teach_how_to_write_them(text, lesson):
    with pytest.raises(LawError, match=lesson):
        Caps.parse(text)


def test_what_cannot_be_read_is_said_by_a_sentence_that_can_be_translated():
    with pytest.raises(LawError) as caught:
        OpeningHours.parse("Mo-Fr 25:00-26:00")
    error = caught.value
    assert error.figures == {"read": "25:00-26:00", "part": "Mo-Fr 25:00-26:00"}
    assert str(error) == error.sentence % error.figures
    assert "08:00-24:00" in str(error)


@given(st.text(alphabet="MoTuWeThFrSaSuPH 0123456789:-;,/dayweekgaphoff"))
def test_odd_text_is_read_or_refused_but_never_breaks(text):
    for notation in (OpeningHours, Caps):
        try:
            assert notation.parse(str(notation.parse(text))) == notation.parse(text)
        except LawError:
            continue


HEADER = {"country": "PE", "date_from": "2020-01-01", "zones": "America/Lima", "name": "Peru"}


@pytest.mark.parametrize(
    ("row", "lesson"),
    [
        ({"kind": "hours", "legal": "Mo-Fr 8-18"}, "Peru, hours: “8-18”"),
        ({"kind": "cap", "prudent": "1/year"}, "Peru, cap: “1/year”"),
        ({"kind": "consent", "legal": "verbal"}, "Peru, consent: 'verbal' is no consent"),
        (
            {"kind": "recipient", "legal": "debtor aunt"},
            "Peru, recipient: 'debtor aunt' names others",
        ),
        ({"kind": "hours"}, "neither law nor default"),
        ({"kind": "mood", "legal": "good"}, "'mood' is no kind of rule"),
    ],
)
def test_a_broken_rule_names_its_jurisdiction(row, lesson):
    with pytest.raises(LawError, match=lesson):
        jurisdiction_from_rows(HEADER, [row])


def test_a_jurisdiction_needs_a_country_and_a_first_day():
    for missing in ("country", "date_from"):
        with pytest.raises(LawError, match="Peru: a jurisdiction needs"):
            jurisdiction_from_rows(HEADER | {missing: False}, [])


def test_a_rule_gives_a_window_of_law_and_one_of_prudence():
    row = {
        "kind": "hours",
        "channels": "all",
        "legal": "Mo-Fr 07:00-20:00",
        "prudent": "Mo-Fr 08:00-19:00",
        "legal_reference": "art. 62",
        "confidence": "confirmed",
    }
    law = jurisdiction_from_rows(HEADER | {"margin_minutes": 15}, [row])
    by_law, by_prudence = law.windows
    assert (by_law.citation.layer, by_law.margin_minutes) == ("law", 0)
    assert by_law.citation.legal_reference == "art. 62"
    assert (by_prudence.citation.layer, by_prudence.margin_minutes) == ("company", 15)
    assert by_prudence.citation.legal_reference == "Prudent default of the addon within art. 62"


def test_rows_with_odoos_empty_values_are_read():
    header = HEADER | {"date_to": False, "holiday_country": False, "binds": False, "state": ""}
    law = jurisdiction_from_rows(
        header, [], [{"state": "LIM", "iso": False, "zones": "America/Lima"}]
    )
    assert (law.date_to, law.holiday_country, law.debtors) == (None, "PE", frozenset())
    assert LawBook([law]).zones("PE", "LIM") == ("America/Lima",)
    assert LawBook([law]).zones("PE", "XX") == ("America/Lima",)
    assert LawBook([law]).zones("XX") == ()
