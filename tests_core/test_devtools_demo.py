"""The demo's parts that need neither Odoo nor a database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from core import phones
from devtools.console import Problem
from devtools.demo import instant, report, tax_ids
from devtools.demo.clock import naive, parse_at
from devtools.demo.deeds import DEEDS
from devtools.demo.people import HOUSES, STORIES, Debtor
from devtools.demo.report import Company, Reason, Row

LIMA = ZoneInfo("America/Lima")
SUNDAY = datetime(2026, 11, 22, 10, tzinfo=LIMA)
MONDAY = datetime(2026, 11, 23, 8, tzinfo=LIMA)
ALL = [(house, debtor) for house in HOUSES for debtor in house.debtors]
FIXED_IN_MEXICO = "nobody can tell a Mexican landline from a mobile"


def a_row(**values: object) -> Row:
    """A row of a debtor who waits, with some values of one's own."""
    usual: dict[str, object] = {
        "debtor": "Rosa Quispe Mamani",
        "phone_masked": "+51 ••• ••• 101",
        "invoices": ["F001-1"],
        "amounts": ["S/ 10.00"],
        "days": [-7],
        "level": "Before the due date (-7)",
        "channel": "whatsapp",
        "state": "waiting",
        "not_before": MONDAY,
        "reasons": [Reason("outside_window", "Ley 29571 art. 62", "It is Sunday.")],
        "verdict": "waits until Mon 23 Nov 08:00 (Lima)",
        "notes": ["It is Sunday."],
    }
    return Row(**{**usual, **values})  # type: ignore[arg-type]


# === INSTANTS === #


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-11-23T10:00-05:00", 15), ("2026-11-23T10:00:30+00:00", 10), ("2026-11-23T10:00Z", 10)],
)
def test_an_instant_with_its_offset_is_read(text: str, hour: int) -> None:
    assert parse_at(text).astimezone(timezone.utc).hour == hour
    assert naive(parse_at(text)).tzinfo is None


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-23", "2026-11-23T10:00", "2026-13-01T10Z"])
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Problem) as refused:
        instant(text)
    assert text in refused.value.sentence
    assert "--at 2026-11-23T10:00-05:00" in refused.value.next_step


# === PEOPLE === #


def test_every_story_is_told_and_every_deed_is_done() -> None:
    assert {debtor.story for _house, debtor in ALL} == set(STORIES)
    assert {story.deed for story in STORIES.values()} - {""} == set(DEEDS)


def test_references_are_unique() -> None:
    references = [reference for house in HOUSES for reference, _debtor in house.numbered()]
    assert len(references) == len(set(references)) == len(ALL)


@pytest.mark.parametrize(
    "debtor,country",
    [
        pytest.param(debtor, debtor.country or house.key, id=debtor.name)
        for house, debtor in ALL
        if debtor.story not in ("invalid_number", "landline")
    ],
)
def test_numbers_are_mobiles_of_their_country(debtor: Debtor, country: str) -> None:
    number = phones.normalise(debtor.phone, "" if debtor.story == "no_country" else country)
    assert number.can_receive
    assert number.country == ("PE" if debtor.story == "shared_number" else country)


def test_invalid_numbers_and_landlines_are_what_they_are_called() -> None:
    for house, debtor in ALL:
        if debtor.story == "invalid_number":
            with pytest.raises(phones.InvalidPhone):
                phones.normalise(debtor.phone, house.key)
        elif debtor.story == "landline":
            assert house.key != "MX", FIXED_IN_MEXICO
            assert phones.normalise(debtor.phone, house.key).kind == "fixed"


def test_tax_ids_pass_the_official_check_digits() -> None:
    from stdnum.br import cnpj, cpf
    from stdnum.cl import rut
    from stdnum.co import nit
    from stdnum.mx import rfc
    from stdnum.pe import ruc

    firms = {"PE": ruc, "CO": nit, "CL": rut, "BR": cnpj, "MX": rfc}
    for number in (1009, 101009, 418162):
        for country, rules in firms.items():
            assert rules.is_valid(tax_ids.of_company(country, number)), country
        for country, rules in (("CL", rut), ("BR", cpf), ("MX", rfc)):
            assert rules.is_valid(tax_ids.of_person(country, number)), country


# === REPORT === #


def test_a_row_becomes_the_keys_of_the_data_file() -> None:
    assert a_row(wamid="").to_json() == {
        "debtor": "Rosa Quispe Mamani",
        "phone_masked": "+51 ••• ••• 101",
        "invoices": ["F001-1"],
        "level": "Before the due date (-7)",
        "channel": "whatsapp",
        "state": "waiting",
        "not_before": "2026-11-23T08:00:00-05:00",
        "reasons": [{"code": "outside_window", "legal_reference": "Ley 29571 art. 62"}],
        "wamid": None,
    }


def test_a_rule_that_many_rows_stand_on_is_told_once_below_the_table() -> None:
    lines = report.table([a_row(), a_row(debtor="Julio Huamán")], width=160)
    assert sum("It is Sunday." in line for line in lines) == 1
    assert sum(line.endswith("(Lima) [1]") for line in lines) == 2


def test_each_instalment_has_its_line_and_amounts_stand_right() -> None:
    row = a_row(invoices=["F-1", "F-2"], amounts=["S/ 9.00", "S/ 10.00"], days=[12, 0])
    first, second = report.table([row], width=160)[2:4]
    assert "F-1" in first and "  S/ 9.00   +12" in first
    assert "F-2" in second and "S/ 10.00     0" in second


def test_a_long_verdict_is_wrapped_within_the_width() -> None:
    lines = report.table([a_row(verdict="not sent: " + "because " * 40)], width=150)
    assert len(lines) > 4
    assert max(map(len, lines)) <= 150


def test_the_waiting_list_begins_with_the_first_who_may_be_reached() -> None:
    late = a_row(debtor="Ana", not_before=MONDAY + timedelta(hours=1))
    lines = report.waiting_list([late, a_row()])
    assert [line.split()[0] for line in lines] == ["Rosa", "Ana"]


def test_the_summary_counts_states_in_words() -> None:
    rows = [a_row(), a_row(state="read"), a_row(state="read"), a_row(state=report.NO_MESSAGE)]
    text = report.summary([Company("A", "PE", rows)])
    assert text == "2 read, 1 waiting for a lawful hour, 1 with nothing to remind"


def test_an_instant_is_told_with_its_place() -> None:
    assert report.when(SUNDAY) == "Sun 22 Nov 10:00 (Lima)"
    mexico = SUNDAY.astimezone(ZoneInfo("America/Mexico_City"))
    assert report.when(mexico) == "Sun 22 Nov 09:00 (Mexico City)"
    assert report.when(parse_at("2026-11-22T10:00-05:00")) == "Sun 22 Nov 10:00 (UTC-05:00)"


def test_a_note_of_the_chatter_becomes_plain_lines() -> None:
    body = "<p><strong>Sent</strong> · WhatsApp</p><p>One<br/>two &amp; <em>three</em></p>"
    assert report.paragraphs_of(body) == ["Sent · WhatsApp", "One", "two & three"]
    assert report.paragraphs_of("Plain") == ["Plain"]
    assert report.paragraphs_of("") == []
