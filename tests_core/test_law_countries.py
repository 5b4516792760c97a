"""The shipped law, country by country: what the gate answers at the edges.

Each row: what is looked at, state, instant, expected answer ("send", or the instant to wait for),
and the codes that stand in the way.
"""

import pytest
from law_helpers import LAW_ONLY, ask, codes, instant

SEND = "send"

PERU = [
    ("opens by prudence", "", "2026-11-23T08:00-05:00", SEND, ""),
    (
        "a minute early for prudence",
        "",
        "2026-11-23T07:59-05:00",
        "2026-11-23T08:00-05:00",
        "company_window",
    ),
    (
        "a minute early for the law",
        "",
        "2026-11-23T06:59-05:00",
        "2026-11-23T08:00-05:00",
        "outside_window company_window",
    ),
    ("the last instant", "", "2026-11-23T18:45:00-05:00", SEND, ""),
    (
        "a second into the margin",
        "",
        "2026-11-23T18:45:01-05:00",
        "2026-11-24T08:00-05:00",
        "company_window",
    ),
    (
        "lawful but not prudent",
        "",
        "2026-11-23T19:59-05:00",
        "2026-11-24T08:00-05:00",
        "company_window",
    ),
    (
        "the law closes",
        "",
        "2026-11-23T20:00-05:00",
        "2026-11-24T08:00-05:00",
        "outside_window company_window",
    ),
    ("Friday evening", "", "2026-11-27T18:46-05:00", "2026-11-30T08:00-05:00", "company_window"),
    (
        "Saturday morning",
        "",
        "2026-11-28T10:00-05:00",
        "2026-11-30T08:00-05:00",
        "outside_window company_window",
    ),
    (
        "Sunday",
        "",
        "2026-11-22T10:00-05:00",
        "2026-11-23T08:00-05:00",
        "outside_window company_window",
    ),
    ("first of two holidays", "", "2026-12-08T10:00-05:00", "2026-12-10T08:00-05:00", "holiday"),
    (
        "eve of two holidays",
        "",
        "2026-12-07T18:50-05:00",
        "2026-12-10T08:00-05:00",
        "company_window",
    ),
    (
        "holiday on a Sunday",
        "",
        "2026-06-07T10:00-05:00",
        "2026-06-08T08:00-05:00",
        "outside_window company_window holiday",
    ),
    (
        "before Holy Thursday",
        "",
        "2027-03-24T18:50-05:00",
        "2027-03-29T08:00-05:00",
        "company_window",
    ),
    ("end of the year", "", "2026-12-31T18:46-05:00", "2027-01-04T08:00-05:00", "company_window"),
    ("leap day", "", "2028-02-29T10:00-05:00", SEND, ""),
    (
        "asked in UTC, still Monday there",
        "",
        "2026-11-24T00:30Z",
        "2026-11-24T08:00-05:00",
        "company_window",
    ),
    ("a state changes nothing", "LIM", "2026-11-23T08:00-05:00", SEND, ""),
]

COLOMBIA = [
    ("opens", "", "2026-11-23T07:00-05:00", SEND, ""),
    ("a minute early", "", "2026-11-23T06:59-05:00", "2026-11-23T07:00-05:00", "outside_window"),
    ("the last instant", "", "2026-11-23T18:45-05:00", SEND, ""),
    (
        "a second into the margin",
        "",
        "2026-11-23T18:45:01-05:00",
        "2026-11-24T07:00-05:00",
        "company_window",
    ),
    ("closes", "", "2026-11-23T19:00-05:00", "2026-11-24T07:00-05:00", "outside_window"),
    (
        "Saturday opens later",
        "",
        "2026-11-21T07:59-05:00",
        "2026-11-21T08:00-05:00",
        "outside_window",
    ),
    ("Saturday morning", "", "2026-11-21T08:00-05:00", SEND, ""),
    ("the last instant of Saturday", "", "2026-11-21T14:45-05:00", SEND, ""),
    (
        "Saturday afternoon",
        "",
        "2026-11-21T15:00-05:00",
        "2026-11-23T07:00-05:00",
        "outside_window",
    ),
    ("Sunday", "", "2026-11-22T10:00-05:00", "2026-11-23T07:00-05:00", "outside_window"),
    ("holiday moved to Monday", "", "2026-11-16T10:00-05:00", "2026-11-17T07:00-05:00", "holiday"),
    (
        "Saturday before a Monday holiday",
        "",
        "2026-11-14T14:50-05:00",
        "2026-11-17T07:00-05:00",
        "company_window",
    ),
    ("the date the holiday moved from", "", "2026-11-11T10:00-05:00", SEND, ""),
    (
        "Epiphany is kept on Monday 11",
        "",
        "2027-01-11T10:00-05:00",
        "2027-01-12T07:00-05:00",
        "holiday",
    ),
    ("Epiphany itself", "", "2027-01-06T10:00-05:00", SEND, ""),
    (
        "the holiday of the law of June 2026",
        "",
        "2026-07-13T10:00-05:00",
        "2026-07-14T07:00-05:00",
        "holiday",
    ),
    (
        "Holy Thursday is not moved",
        "",
        "2026-04-02T10:00-05:00",
        "2026-04-04T08:00-05:00",
        "holiday",
    ),
    ("end of the year", "", "2026-12-31T18:50-05:00", "2027-01-02T08:00-05:00", "company_window"),
    ("leap day", "", "2028-02-29T10:00-05:00", SEND, ""),
    ("first day of the law", "", "2023-10-10T10:00-05:00", SEND, ""),
]

CHILE = [
    ("opens", "RM", "2026-11-23T08:00-03:00", SEND, ""),
    (
        "a minute early",
        "RM",
        "2026-11-23T07:59-03:00",
        "2026-11-23T08:00-03:00",
        "outside_window company_window",
    ),
    ("the last instant", "RM", "2026-11-23T19:45-03:00", SEND, ""),
    ("into the margin", "RM", "2026-11-23T19:46-03:00", "2026-11-24T08:00-03:00", "company_window"),
    (
        "closes",
        "RM",
        "2026-11-23T20:00-03:00",
        "2026-11-24T08:00-03:00",
        "outside_window company_window",
    ),
    ("Saturday until two by prudence", "RM", "2026-11-28T13:45-03:00", SEND, ""),
    (
        "Saturday afternoon is lawful only",
        "RM",
        "2026-11-28T15:00-03:00",
        "2026-11-30T08:00-03:00",
        "company_window",
    ),
    (
        "Saturday evening",
        "RM",
        "2026-11-28T20:00-03:00",
        "2026-11-30T08:00-03:00",
        "outside_window company_window",
    ),
    (
        "Sunday",
        "RM",
        "2026-11-22T12:00-03:00",
        "2026-11-23T08:00-03:00",
        "outside_window company_window",
    ),
    ("winter time", "RM", "2026-09-04T08:00-04:00", SEND, ""),
    (
        "winter time, a minute early",
        "RM",
        "2026-09-04T07:59-04:00",
        "2026-09-04T08:00-04:00",
        "outside_window company_window",
    ),
    (
        "over the night the clocks go forward",
        "RM",
        "2026-09-05T13:50-04:00",
        "2026-09-07T08:00-03:00",
        "company_window",
    ),
    (
        "over the night the clocks go back",
        "RM",
        "2027-04-03T13:50-03:00",
        "2027-04-05T08:00-04:00",
        "company_window",
    ),
    (
        "the Sunday the clocks go forward",
        "RM",
        "2026-09-06T12:00-03:00",
        "2026-09-07T08:00-03:00",
        "outside_window company_window",
    ),
    ("Magallanes keeps summer time", "MA", "2026-07-01T08:00-03:00", SEND, ""),
    (
        "the same instant in Santiago",
        "RM",
        "2026-07-01T08:00-03:00",
        "2026-07-01T08:00-04:00",
        "outside_window company_window",
    ),
    ("Aysen keeps summer time", "AI", "2026-07-01T08:00-03:00", SEND, ""),
    (
        "Valparaiso may be Easter Island",
        "VS",
        "2026-11-23T09:59-03:00",
        "2026-11-23T10:00-03:00",
        "outside_window company_window",
    ),
    ("Valparaiso from ten", "VS", "2026-11-23T10:00-03:00", SEND, ""),
    (
        "an unknown region",
        "",
        "2026-11-23T09:59-03:00",
        "2026-11-23T10:00-03:00",
        "outside_window company_window",
    ),
    (
        "an unknown region ends with Santiago",
        "",
        "2026-11-23T19:46-03:00",
        "2026-11-24T10:00-03:00",
        "company_window",
    ),
    (
        "two holidays and a Sunday",
        "RM",
        "2026-09-17T19:50-03:00",
        "2026-09-21T08:00-03:00",
        "company_window",
    ),
    ("a bridge day by law", "RM", "2027-09-17T10:00-03:00", "2027-09-20T08:00-03:00", "holiday"),
    ("the holiday of Arica", "AP", "2027-06-07T10:00-04:00", "2027-06-08T08:00-04:00", "holiday"),
    ("no holiday in Santiago", "RM", "2027-06-07T10:00-04:00", SEND, ""),
    (
        "into the new version of the law",
        "RM",
        "2026-11-30T20:00-03:00",
        "2026-12-01T08:00-03:00",
        "outside_window company_window",
    ),
    ("end of the year", "RM", "2026-12-31T19:50-03:00", "2027-01-02T08:00-03:00", "company_window"),
    ("leap day", "RM", "2028-02-29T10:00-03:00", SEND, ""),
]

BRAZIL = [
    ("Sao Paulo opens by prudence", "SP", "2026-11-23T09:00-03:00", SEND, ""),
    (
        "Sao Paulo, lawful only",
        "SP",
        "2026-11-23T08:59-03:00",
        "2026-11-23T09:00-03:00",
        "company_window",
    ),
    (
        "Sao Paulo, before the law opens",
        "SP",
        "2026-11-23T07:59-03:00",
        "2026-11-23T09:00-03:00",
        "outside_window company_window",
    ),
    ("Sao Paulo, the last instant", "SP", "2026-11-23T17:45-03:00", SEND, ""),
    (
        "Sao Paulo, into the margin",
        "SP",
        "2026-11-23T17:46-03:00",
        "2026-11-24T09:00-03:00",
        "company_window",
    ),
    (
        "Sao Paulo, the law closes",
        "SP",
        "2026-11-23T20:00-03:00",
        "2026-11-24T09:00-03:00",
        "outside_window company_window",
    ),
    (
        "Sao Paulo, lawful Saturday",
        "SP",
        "2026-11-28T10:00-03:00",
        "2026-11-30T09:00-03:00",
        "company_window",
    ),
    (
        "Sao Paulo, Saturday afternoon",
        "SP",
        "2026-11-28T14:00-03:00",
        "2026-11-30T09:00-03:00",
        "outside_window company_window",
    ),
    (
        "Rio opens at nine by law",
        "RJ",
        "2026-11-23T08:59-03:00",
        "2026-11-23T09:00-03:00",
        "outside_window company_window",
    ),
    (
        "Rio, Saturday",
        "RJ",
        "2026-11-28T10:00-03:00",
        "2026-11-30T09:00-03:00",
        "outside_window company_window",
    ),
    (
        "Amazonas ends by its law at six",
        "AM",
        "2026-11-23T18:00-04:00",
        "2026-11-24T10:00-04:00",
        "outside_window company_window",
    ),
    (
        "Amazonas has two zones",
        "AM",
        "2026-11-23T09:59-04:00",
        "2026-11-23T10:00-04:00",
        "company_window",
    ),
    ("Acre is two hours behind", "AC", "2026-11-23T09:00-05:00", SEND, ""),
    (
        "the same instant on both sides of a zone border: Parana",
        "PR",
        "2026-11-23T12:00Z",
        SEND,
        "",
    ),
    (
        "the same instant on both sides of a zone border: Mato Grosso do Sul",
        "MS",
        "2026-11-23T12:00Z",
        "2026-11-23T13:00Z",
        "company_window",
    ),
    (
        "Pernambuco may be Noronha",
        "PE",
        "2026-11-23T16:46-03:00",
        "2026-11-24T09:00-03:00",
        "company_window",
    ),
    (
        "unknown state: the west is asleep",
        "",
        "2026-11-23T10:59-03:00",
        "2026-11-23T11:00-03:00",
        "company_window",
    ),
    ("unknown state: the east closes first", "", "2026-11-23T16:45-03:00", SEND, ""),
    (
        "unknown state: a minute later",
        "",
        "2026-11-23T16:46-03:00",
        "2026-11-24T11:00-03:00",
        "company_window",
    ),
    ("national holiday", "SP", "2026-11-20T10:00-03:00", "2026-11-23T09:00-03:00", "holiday"),
    (
        "eve of a national holiday",
        "MG",
        "2026-11-19T17:50-03:00",
        "2026-11-23T09:00-03:00",
        "company_window",
    ),
    (
        "holiday of the state of Sao Paulo",
        "SP",
        "2027-07-09T10:00-03:00",
        "2027-07-12T09:00-03:00",
        "holiday",
    ),
    ("no holiday next door", "PR", "2027-07-09T10:00-03:00", SEND, ""),
    (
        "Carnival and Ash Wednesday",
        "SP",
        "2027-02-05T17:50-03:00",
        "2027-02-11T09:00-03:00",
        "company_window",
    ),
    ("Corpus Christi", "SP", "2027-05-27T10:00-03:00", "2027-05-28T09:00-03:00", "holiday"),
    ("leap day of Carnival", "SP", "2028-02-29T10:00-03:00", "2028-03-02T09:00-03:00", "holiday"),
]

MEXICO = [
    ("opens by prudence", "CMX", "2026-11-23T08:00-06:00", SEND, ""),
    ("lawful only", "CMX", "2026-11-23T07:59-06:00", "2026-11-23T08:00-06:00", "company_window"),
    (
        "before the law opens",
        "CMX",
        "2026-11-23T06:59-06:00",
        "2026-11-23T08:00-06:00",
        "outside_window company_window",
    ),
    ("the last instant", "CMX", "2026-11-23T19:45-06:00", SEND, ""),
    ("lawful evening", "CMX", "2026-11-23T21:59-06:00", "2026-11-24T08:00-06:00", "company_window"),
    (
        "the law closes",
        "CMX",
        "2026-11-23T22:00-06:00",
        "2026-11-24T08:00-06:00",
        "outside_window company_window",
    ),
    (
        "Saturday",
        "CMX",
        "2026-11-21T10:00-06:00",
        "2026-11-23T08:00-06:00",
        "outside_window company_window",
    ),
    (
        "the holiday of 20 November is on Monday 16",
        "CMX",
        "2026-11-16T10:00-06:00",
        "2026-11-17T08:00-06:00",
        "holiday",
    ),
    ("20 November itself", "CMX", "2026-11-20T10:00-06:00", SEND, ""),
    (
        "before the first Monday of February",
        "CMX",
        "2027-01-29T19:50-06:00",
        "2027-02-02T08:00-06:00",
        "company_window",
    ),
    ("5 February itself", "CMX", "2027-02-05T10:00-06:00", SEND, ""),
    (
        "end of the year",
        "CMX",
        "2026-12-31T19:50-06:00",
        "2027-01-04T08:00-06:00",
        "company_window",
    ),
    ("leap day", "CMX", "2028-02-29T10:00-06:00", SEND, ""),
    ("Tijuana in winter", "BCN", "2026-11-23T08:00-08:00", SEND, ""),
    ("Tijuana in summer has another hour", "BCN", "2026-07-01T08:00-07:00", SEND, ""),
    (
        "Tijuana in summer, a minute early",
        "BCN",
        "2026-07-01T07:59-07:00",
        "2026-07-01T08:00-07:00",
        "company_window",
    ),
    (
        "Tijuana over the change of clocks",
        "BCN",
        "2026-10-30T19:50-07:00",
        "2026-11-02T08:00-08:00",
        "company_window",
    ),
    ("Sonora never changes", "SON", "2026-07-01T08:00-07:00", SEND, ""),
    ("Quintana Roo is an hour ahead", "ROO", "2026-11-23T08:00-05:00", SEND, ""),
    (
        "the same instant in Yucatan",
        "YUC",
        "2026-11-23T08:00-05:00",
        "2026-11-23T08:00-06:00",
        "company_window",
    ),
    (
        "Chihuahua waits for Juarez in winter",
        "CHH",
        "2026-11-23T08:59-06:00",
        "2026-11-23T09:00-06:00",
        "company_window",
    ),
    (
        "Chihuahua in summer ends with Ojinaga",
        "CHH",
        "2026-07-01T18:46-06:00",
        "2026-07-02T08:00-06:00",
        "company_window",
    ),
    (
        "unknown state: Tijuana is asleep",
        "",
        "2026-11-23T09:59-06:00",
        "2026-11-23T10:00-06:00",
        "company_window",
    ),
    (
        "unknown state: Cancun closes first",
        "",
        "2026-11-23T18:46-06:00",
        "2026-11-24T10:00-06:00",
        "company_window",
    ),
]

TABLES = {"PE": PERU, "CO": COLOMBIA, "CL": CHILE, "BR": BRAZIL, "MX": MEXICO}


@pytest.mark.parametrize(
    ("country", "state", "at", "answer", "reasons"),
    [
        pytest.param(country, *row[1:], id=f"{country} {row[0]}")
        for country, table in TABLES.items()
        for row in table
    ],
)
def test_the_gate_answers_at_the_edges_of_the_law(country, state, at, answer, reasons):
    verdict = ask(country, state, at)
    assert codes(verdict) == reasons.split()
    if answer == SEND:
        assert (verdict.outcome, verdict.not_before) == ("send", None)
    else:
        assert (verdict.outcome, verdict.not_before) == ("wait", instant(answer))


LAW_ALONE = [
    ("PE opens at seven", "PE", "", "2026-11-23T07:00-05:00", SEND),
    ("PE until eight without margin", "PE", "", "2026-11-23T19:59:59-05:00", SEND),
    ("PE closes at eight", "PE", "", "2026-11-23T20:00-05:00", "2026-11-24T07:00-05:00"),
    ("CO has no margin in law", "CO", "", "2026-11-23T18:59:59-05:00", SEND),
    ("CL Saturday afternoon", "CL", "RM", "2026-11-28T19:59-03:00", SEND),
    ("BR has no federal hours", "BR", "", "2026-11-22T03:00-03:00", SEND),
    ("BR Sao Paulo on Saturday", "BR", "SP", "2026-11-28T13:59-03:00", SEND),
    ("BR Sao Paulo at Carnival, no holiday in law", "BR", "SP", "2027-02-09T10:00-03:00", SEND),
    ("BR Para has no hours of its own", "BR", "PA", "2026-11-22T03:00-03:00", SEND),
    ("MX until ten", "MX", "CMX", "2026-11-23T21:59-06:00", SEND),
    ("MX not on Saturday", "MX", "CMX", "2026-11-21T10:00-06:00", "2026-11-23T07:00-06:00"),
]


@pytest.mark.parametrize(
    ("country", "state", "at", "answer"),
    [pytest.param(*row[1:], id=row[0]) for row in LAW_ALONE],
)
def test_the_legal_ceiling_alone_is_wider(country, state, at, answer):
    verdict = ask(country, state, at, layers=LAW_ONLY)
    expected = ("send", None) if answer == SEND else ("wait", instant(answer))
    assert (verdict.outcome, verdict.not_before) == expected
    assert all(check.layer == "law" for check in verdict.reasons)


def test_carnival_is_closed_by_prudence_and_a_national_holiday_by_law():
    carnival = ask("BR", "SP", "2027-02-09T10:00-03:00")
    assert [(c.code, c.layer) for c in carnival.reasons] == [("holiday", "company")]
    national = ask("BR", "SP", "2026-11-20T10:00-03:00")
    assert [(c.code, c.layer) for c in national.reasons] == [("holiday", "law")]
    assert national.reasons[0].legal_reference == "Lei SP 17.832/2023 art. 51"


def test_holidays_are_named_in_the_language_of_the_country():
    peru = ask("PE", "", "2026-07-28T10:00-05:00").reasons[0]
    brazil = ask("BR", "", "2026-09-07T12:00-03:00").reasons[0]
    assert "Independencia" in peru.figures["name"]
    assert "Independência" in brazil.figures["name"]


def test_every_country_has_a_table_of_its_own():
    for country, table in TABLES.items():
        assert len(table) >= 12, country
