"""The law packs as files: each value cited, dated and readable."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from core.law.calendar import holiday_names
from core.law.jurisdiction import Caps, LawError, OpeningHours, jurisdiction_from_rows
from core.law.pack_reader import PACKS, read_packs, shipped_law

ALL_PACKS = read_packs()
RULES = [(pack, rule) for pack in ALL_PACKS for rule in pack.rules]
NATIONAL = [pack for pack in ALL_PACKS if "state_id" not in pack.header]
CONFIDENCES = {"confirmed", "secondary", "memory", "uncertain"}
FIRST_REVIEW, LAST_REVIEW = date(2026, 11, 21), date(2027, 5, 31)
# How many parts a country has, by ISO 3166-2: each must have its zones.
STATES = {"AR": 24, "BR": 27, "CL": 16, "EC": 24, "MX": 32}


def by_id(pairs):
    return {"argvalues": pairs, "ids": [row["id"] for _pack, row in pairs]}


@pytest.mark.parametrize(("pack", "rule"), **by_id(RULES))
def test_every_rule_is_cited_and_dated(pack, rule):
    assert rule["id"].startswith(f"{pack.header['id']}_")
    assert rule["legal_reference"]
    assert rule["confidence"] in CONFIDENCES
    assert FIRST_REVIEW <= date.fromisoformat(rule["review_by"]) <= LAST_REVIEW
    assert rule.get("source_url", "https://").startswith(("https://", "http://"))
    if rule["confidence"] == "confirmed" and rule.get("legal") not in (None, "none"):
        assert rule.get("source_url"), "what is confirmed has a source"
    if "legal" not in rule:
        assert rule["legal_reference"].startswith("No "), "says plainly that no rule was found"


@pytest.mark.parametrize(("pack", "rule"), **by_id(RULES))
def test_the_prudent_default_is_never_wider_than_the_law(pack, rule):
    legal, prudent = rule.get("legal"), rule.get("prudent")
    if not legal or not prudent:
        return
    if rule["kind"] == "hours":
        assert OpeningHours.parse(prudent).is_within(OpeningHours.parse(legal))
    elif rule["kind"] == "cap":
        # A legal limit binds beside the default, so the default may only add to it.
        assert Caps.parse(prudent).limits
    elif rule["kind"] == "recipient":
        assert set(prudent.split()) <= set(legal.split())
    elif rule["kind"] in ("content", "stop", "registry"):
        assert set(legal.split()) <= set(prudent.split())


@pytest.mark.parametrize("pack", ALL_PACKS, ids=lambda pack: pack.header["id"])
def test_every_pack_builds_a_jurisdiction(pack):
    law = jurisdiction_from_rows(pack.header, pack.rules, pack.zones)
    assert law.version.startswith(f"{law.country}-{law.state}@" if law.state else f"{law.country}@")
    for zone in (*law.zones, *(z for zones in law.state_zones.values() for z in zones)):
        ZoneInfo(zone)
    assert holiday_names(law.holiday_country, law.holiday_subdivision, 2027, law.holiday_categories)
    assert law.margin_minutes == 15


@pytest.mark.parametrize("pack", NATIONAL, ids=lambda pack: pack.header["id"])
def test_every_country_says_when_how_often_and_with_what_consent(pack):
    assert {"hours", "cap", "consent", "content"} <= {rule["kind"] for rule in pack.rules}
    hours = [rule for rule in pack.rules if rule["kind"] == "hours"]
    assert any("PH off" in rule["prudent"] for rule in hours)
    assert f"{pack.header['id']}_consent_whatsapp" in {rule["id"] for rule in pack.rules}
    if pack.zones:
        zones = {zone for row in pack.zones for zone in row["zones"].split()}
        assert zones == set(pack.header["zones"].split())


@pytest.mark.parametrize("pack", NATIONAL, ids=lambda pack: pack.header["id"])
def test_every_state_of_a_country_with_several_zones_has_its_own(pack):
    expected = STATES.get(pack.header["country"], 0)
    assert len({row["iso"] for row in pack.zones}) == len(pack.zones) == expected


def test_ids_are_unique_over_all_files():
    ids = [p.header["id"] for p in ALL_PACKS]
    ids += [row["id"] for p in ALL_PACKS for row in (*p.rules, *p.zones)]
    assert len(ids) == len(set(ids))


def test_versions_of_a_place_follow_each_other_without_gap_or_overlap():
    for law in shipped_law().jurisdictions:
        versions = shipped_law().versions(law.country, law.state)
        for earlier, later in pairwise(versions):
            assert (later.date_from - earlier.date_to).days == 1
        assert versions[-1].date_to is None


def test_the_holiday_calendar_knows_the_decrees_of_2026():
    assert date(2026, 7, 13) in holiday_names("CO", "", 2026, ("public",))


def test_a_file_that_is_no_pack_is_named(tmp_path):
    (tmp_path / "xx.xml").write_text("<odoo><record")
    with pytest.raises(LawError, match=r"xx\.xml is no law pack"):
        read_packs(tmp_path)
    (tmp_path / "xx.xml").write_text('<odoo><record id="a" model="res.partner"/></odoo>')
    with pytest.raises(LawError, match=r"xx\.xml: res\.partner does not belong"):
        read_packs(tmp_path)


def test_every_file_is_read():
    assert {path.stem for path in PACKS.glob("*.xml")} == {
        pack.header["country"].lower() for pack in ALL_PACKS
    }
