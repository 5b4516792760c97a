"""`./dev verdict`: the gate's answers to cases in JSON, and what it says to unreadable ones."""

import io
import json
import os
import resource
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

REPO = Path(__file__).parents[1]
sys.path.insert(0, str(REPO))

from devtools.verdict_cases import Case, Malformed, read  # noqa: E402

MONDAY = "2026-11-23T10:00:00-05:00"
AGREED = "2026-01-01T00:00:00Z"


def case(country="PE", at=MONDAY, **values):
    return {
        "id": "one",
        "country": country,
        "state": None,
        "at": at,
        "channel": "whatsapp",
        "purpose": "reminder",
        "debtor": {"kind": "consumer"},
        "consents": [
            {"channel": channel, "event": "granted", "at": AGREED}
            for channel in ("whatsapp", "sms", "email")
        ],
        "history": [],
        "holds": [],
        "text": None,
        "rules": "shipped",
        **values,
    }


def past(at, channel="whatsapp", purpose="reminder", outcome="delivered"):
    return {"at": at, "channel": channel, "purpose": purpose, "outcome": outcome}


def answer(*args, **values):
    return Case(case(*args, **values), 0).answer()


def told(*args, **values):
    """Verdict, when it may go, and the codes."""
    found = answer(*args, **values)
    return found["verdict"], found["not_before"], [row["code"] for row in found["reasons"]]


def run(text, *command):
    return subprocess.run(
        command or [sys.executable, "-m", "devtools.verdict_cases"],
        input=text if isinstance(text, bytes) else text.encode(),
        capture_output=True,
        cwd=REPO,
        env={**os.environ, "PYTHONPATH": f"{REPO}:{REPO / 'l10n_latam_dunning'}"},
        check=False,
    )


def wrong(**values):
    """The message about a case with these values."""
    with pytest.raises(Malformed) as caught:
        Case(case(**values), 7)
    return str(caught.value)


# === ANSWERS ===


def test_an_answer_has_exactly_the_keys_that_are_promised():
    found = answer(at="2026-11-22T10:00:00-05:00")
    assert list(found) == ["id", "verdict", "not_before", "jurisdiction", "reasons"]
    assert found["id"] == "one"
    assert found["jurisdiction"] == "PE@2010-10-02"
    for reason in found["reasons"]:
        assert list(reason) == ["code", "layer", "legal_reference", "detail"]
        assert all(isinstance(value, str) and value for value in reason.values())
    assert datetime.fromisoformat(found["not_before"]) == datetime.fromisoformat(
        "2026-11-23T08:00:00-05:00"
    )


# country | state | at | rules | verdict | not before | codes
TABLE = """
PE | | 2026-11-23T07:59:59-05:00 | shipped | wait | 2026-11-23T08:00-05:00 | company_window
PE | | 2026-11-23T07:00:00-05:00 | law | send | |
PE | | 2026-11-23T06:59:59-05:00 | law | wait | 2026-11-23T07:00-05:00 | outside_window
PE | | 2026-11-23T19:59:59-05:00 | law | send | |
PE | | 2026-11-23T20:00:00-05:00 | law | wait | 2026-11-24T07:00-05:00 | outside_window
PE | | 2026-11-21T10:00:00-05:00 | law | wait | 2026-11-23T07:00-05:00 | outside_window
PE | | 2026-12-08T10:00:00-05:00 | law | wait | 2026-12-10T07:00-05:00 | holiday
CO | | 2026-11-28T14:59:59-05:00 | law | send | |
CO | | 2026-11-28T15:00:00-05:00 | law | wait | 2026-11-30T07:00-05:00 | outside_window
CO | | 2026-11-28T14:45:00-05:00 | shipped | send | |
CO | | 2026-11-28T14:45:01-05:00 | shipped | wait | 2026-11-30T07:00-05:00 | company_window
CO | | 2026-11-02T10:00:00-05:00 | law | wait | 2026-11-03T07:00-05:00 | holiday
CL | RM | 2026-11-28T19:59:59-03:00 | law | send | |
CL | RM | 2026-11-28T20:00:00-03:00 | law | wait | 2026-11-30T08:00-03:00 | outside_window
CL | | 2026-11-27T09:59:59-03:00 | law | wait | 2026-11-27T10:00-03:00 | outside_window
CL | VS | 2026-11-27T08:30:00-03:00 | law | wait | 2026-11-27T10:00-03:00 | outside_window
CL | MA | 2026-08-03T07:30:00-04:00 | law | send | |
CL | RM | 2026-08-03T07:30:00-04:00 | law | wait | 2026-08-03T08:00-04:00 | outside_window
BR | SP | 2026-11-23T08:00:00-03:00 | law | send | |
BR | RJ | 2026-11-23T08:59:59-03:00 | law | wait | 2026-11-23T09:00-03:00 | outside_window
BR | | 2026-11-23T03:00:00-03:00 | law | send | |
BR | | 2026-11-23T10:59:00-03:00 | shipped | wait | 2026-11-23T11:00-03:00 | company_window
BR | AC | 2026-11-23T09:00:00-05:00 | shipped | send | |
BR | SP | 2026-11-20T10:00:00-03:00 | law | wait | 2026-11-21T08:00-03:00 | holiday
MX | BCN | 2026-11-23T07:00:00-08:00 | law | send | |
MX | CMX | 2026-11-23T07:00:00-08:00 | law | send | |
MX | | 2026-11-23T07:00:00-06:00 | law | wait | 2026-11-23T09:00-06:00 | outside_window
MX | ROO | 2026-11-23T21:30:00-06:00 | law | wait | 2026-11-24T07:00-05:00 | outside_window
EC | | 2026-11-23T07:59:59-05:00 | law | wait | 2026-11-23T08:00-05:00 | outside_window
EC | | 2026-11-23T20:00:00-05:00 | law | wait | 2026-11-24T08:00-05:00 | outside_window
EC | W | 2026-11-23T20:30:00-05:00 | law | send | |
DO | | 2026-11-21T08:59:59-04:00 | law | wait | 2026-11-21T09:00-04:00 | outside_window
NI | | 2026-11-21T12:00:00-06:00 | law | wait | 2026-11-23T07:00-06:00 | outside_window
SV | | 2026-11-23T17:30:00-06:00 | law | send | |
SV | | 2026-11-23T17:30:00-06:00 | shipped | wait | 2026-11-24T08:00-06:00 | company_window
UY | | 2026-11-21T10:00:00-03:00 | law | send | |
UY | | 2026-11-21T10:00:00-03:00 | shipped | wait | 2026-11-23T08:00-03:00 | company_window
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_the_hours_of_a_place_are_kept_to_the_second(row):
    country, state, at, rules, verdict, not_before, reasons = (w.strip() for w in row.split("|"))
    found = told(country, at, state=state or None, rules=rules)
    until = datetime.fromisoformat(not_before) if not_before else None
    assert found[0] == verdict
    assert (datetime.fromisoformat(found[1]) if found[1] else None) == until
    assert " ".join(found[2]) == reasons


def test_chile_has_a_new_version_from_december():
    assert answer("CL", "2026-11-30T23:59:59-03:00", state="RM")["jurisdiction"] == "CL@2021-04-20"
    assert answer("CL", "2026-12-01T00:00:00-03:00", state="RM")["jurisdiction"] == "CL@2026-12-01"


def test_the_law_of_a_state_is_added_to_that_of_the_country():
    assert answer("BR", state="SP")["jurisdiction"] == "BR@1991-03-11+SP@2023-11-01"
    assert answer("BR", state="BR-SP")["jurisdiction"] == "BR@1991-03-11+SP@2023-11-01"
    assert answer("BR", state="XX")["jurisdiction"] == "BR@1991-03-11"


@pytest.mark.parametrize("country", ["XX", "ES", "", None])
def test_without_a_law_there_is_no_message(country):
    verdict, until, reasons = told(country)
    assert (verdict, until, reasons) == ("refuse", None, ["jurisdiction_missing"])
    assert answer(country)["jurisdiction"] == ""


def test_a_year_without_a_calendar_fails_closed():
    assert told("PE", "2150-11-23T10:00:00-05:00")[::2] == ("refuse", ["calendar_missing"])


def test_quotas_count_the_history_of_the_channels_they_name():
    two = [past("2026-11-19T10:00:00-03:00", "sms"), past("2026-11-21T10:00:01-03:00", "email")]
    found = told("CL", "2026-11-25T10:00:00-03:00", state="RM", history=two, rules="law")
    assert found == ("wait", "2026-11-26T13:00:00+00:00", ["quota_week"])
    at = "2026-11-26T10:00:00-03:00"
    assert told("CL", at, state="RM", history=two, rules="law")[0] == "send"
    calls = [past(row["at"], "call") for row in two]
    found = told("CL", "2026-11-25T10:00:00-03:00", state="RM", history=calls, rules="law")
    assert found[0] == "send"


def test_colombia_counts_calls_and_keeps_to_one_channel_a_week():
    call = [past("2026-11-23T08:00:00-05:00", "call", outcome="failed")]
    assert "quota_day" in told("CO", history=call, rules="law")[2]
    sms = [past("2026-11-20T08:00:00-05:00", "sms")]
    assert told("CO", history=sms, rules="law")[2] == ["one_channel_week"]
    same = [past("2026-11-20T08:00:00-05:00")]
    assert told("CO", history=same, rules="law")[0] == "send"
    assert told("CO", history=same)[2] == ["company_quota"]


def test_what_the_debtor_asked_for_neither_counts_nor_waits():
    reply = [past("2026-11-23T08:00:00-05:00", purpose="reply")]
    assert told("CO", history=reply)[0] == "send"
    sunday = "2026-11-22T23:00:00-05:00"
    assert told("CO", sunday, purpose="reply", history=[past(sunday)])[0] == "send"
    assert told("CO", purpose="reply", holds=["privacy"])[2] == ["hold_privacy"]


def test_a_grant_without_a_kind_is_express_for_its_channel():
    assert told("CO")[0] == "send"
    sms = [{"channel": "sms", "event": "granted", "at": AGREED}]
    assert told("CO", consents=sms)[2] == ["no_consent"]
    assert told("PE", consents=[], channel="email")[0] == "send"
    assert told("PE", consents=[])[2] == ["no_consent"]


def test_a_withdrawal_counts_until_the_next_grant():
    rows = [
        {"channel": "whatsapp", "event": "granted", "at": "2026-01-01T00:00:00Z"},
        {"channel": "whatsapp", "event": "withdrawn", "at": "2026-02-01T00:00:00Z"},
    ]
    assert told("PE", consents=rows)[2] == ["consent_withdrawn"]
    rows.append({"channel": "whatsapp", "event": "granted", "at": "2026-03-01T00:00:00Z"})
    assert told("PE", consents=rows)[0] == "send"


@pytest.mark.parametrize("reason", ["dispute", "lawsuit", "deceased", "whatever"])
def test_a_hold_without_an_end_refuses(reason):
    assert told("CL", holds=[reason], state="RM")[::2] == ("refuse", [f"hold_{reason}"])


def test_a_refusal_beats_a_wait_and_hides_no_reason():
    found = told("PE", "2026-11-22T10:00:00-05:00", holds=["dispute"], consents=[])
    assert found[:2] == ("refuse", None)
    assert set(found[2]) == {"outside_window", "company_window", "no_consent", "hold_dispute"}


def test_the_text_is_checked_when_there_is_one():
    assert told("PE", text="Hola Rosa, su factura F001-1 vence mañana.")[0] == "send"
    found = answer("PE", text="Pague o embargaremos su casa.")
    assert found["verdict"] == "refuse"
    (reason,) = found["reasons"]
    assert (reason["code"], reason["layer"]) == ("wording", "law")
    assert "“embargaremos”" in reason["detail"]
    assert set(told("MX", text="Hola Rosa, su factura vence.", state="CMX")[2]) == {"wording"}
    business = {"kind": "business"}
    assert (
        told("MX", text="Hola Rosa, su factura vence.", state="CMX", debtor=business)[0] == "send"
    )


def test_what_has_nothing_to_say_may_be_left_out():
    short = {key: case()[key] for key in ("id", "country", "at", "channel", "purpose")}
    found = Case({**short, "remark": "kept by whoever wrote it"}, 0).answer()
    assert [row["code"] for row in found["reasons"]] == ["no_consent"]


# === MALFORMED INPUT ===


@pytest.mark.parametrize(
    ("values", "key", "why"),
    [
        ({"at": "yesterday"}, "at", "is not an ISO date and time"),
        ({"at": "2026-11-23T10:00:00"}, "at", "has no offset"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at", "out of range"),
        ({"at": 5}, "at", "5 is not a text"),
        ({"country": 5}, "country", "5 is not a text"),
        ({"country": False}, "country", "false is not a text"),
        ({"state": ["SP"]}, "state", "is not a text"),
        ({"channel": "fax"}, "channel", "none of whatsapp, sms, email"),
        ({"channel": "call"}, "channel", "none of whatsapp, sms, email"),
        ({"purpose": None}, "purpose", "null is none of courtesy"),
        ({"debtor": "consumer"}, "debtor", "is not an object"),
        ({"debtor": {"kind": "person"}}, "debtor.kind", "none of consumer"),
        ({"consents": {}}, "consents", "is not a list"),
        ({"consents": ["whatsapp"]}, "consents[0]", "is not an object"),
        ({"consents": [{"channel": "sms", "event": "granted"}]}, "consents[0].at", "is missing"),
        (
            {"consents": [{"channel": "sms", "event": "asked", "at": AGREED}]},
            "consents[0].event",
            "none of granted, withdrawn",
        ),
        ({"history": [past(MONDAY), past("x")]}, "history[1].at", "is not an ISO"),
        ({"history": [past(MONDAY, "pigeon")]}, "history[0].channel", "none of"),
        ({"history": [past(MONDAY, outcome="read")]}, "history[0].outcome", "none of"),
        ({"holds": "dispute"}, "holds", "is not a list"),
        ({"holds": [""]}, "holds[0]", "is empty"),
        ({"holds": [3]}, "holds[0]", "3 is not a text"),
        ({"text": 12}, "text", "12 is not a text"),
        ({"rules": "none"}, "rules", "none of shipped, law"),
        ({"rules": None}, "rules", "null is none of"),
        ({"hold": ["dispute"]}, "hold", "is it meant to be holds?"),
        ({"debtor": {"knd": "micro"}}, "debtor.knd", "is it meant to be kind?"),
        (
            {"history": [past(MONDAY) | {"chanel": "sms"}]},
            "history[0].chanel",
            "is it meant to be channel?",
        ),
        ({"at": "2026-02-30T10:00:00-05:00"}, "at", "is not an ISO date and time"),
        ({"at": MONDAY + "\n"}, "at", "is not an ISO date and time"),
        ({"at": None}, "at", "null is not a text"),
        ({"state": True}, "state", "true is not a text"),
        ({"debtor": {"kind": None}}, "debtor.kind", "null is none of consumer"),
        (
            {"consents": [{"channel": "", "event": "granted", "at": MONDAY}]},
            "consents[0].channel",
            "none of",
        ),
    ],
)
def test_a_malformed_case_is_named_with_its_key_and_why(values, key, why):
    message = wrong(**values)
    assert message.startswith(f'case "one": key "{key}": ')
    assert why in message


@pytest.mark.parametrize("key", ["id", "country", "at", "channel", "purpose"])
def test_a_missing_key_is_named(key):
    data = case()
    del data[key]
    name = "case at index 7" if key == "id" else 'case "one"'
    with pytest.raises(Malformed, match=f'^{name}: key "{key}": is missing$'):
        Case(data, 7)


@pytest.mark.parametrize("given", [None, True, 1.5, [], {}])
def test_an_id_is_a_text_or_a_number(given):
    assert wrong(id=given).startswith('case at index 7: key "id": ')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "stdin: is not JSON"),
        ("{", "stdin: is not JSON"),
        ("{}", "stdin: is not a JSON list of cases"),
        ("[1]", "case at index 0: 1 is not an object"),
        ("[" * 100_000, "stdin: is not JSON"),
        ("null", "stdin: is not a JSON list of cases"),
        ("[{},]", "stdin: is not JSON"),
        ("[] []", "stdin: is not JSON: Extra data"),
        ('[{"id": NaN}]', "stdin: is not JSON: NaN is no value of JSON"),
        ('[{"id": 1, "at": "x", "at": "y"}]', 'case 1: key "country": is missing'),
    ],
)
def test_what_is_no_list_of_cases_is_refused(text, message):
    with pytest.raises(Malformed, match=message):
        read(io.StringIO(text))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"id": "one"', '"id": "one", "channel": "sms", "channel": "email"', "channel"),
        ('"kind": "consumer"', '"kind": "business", "kind": "consumer"', "debtor.kind"),
        ('"event": "granted"', '"event": "granted", "event": "withdrawn"', "consents[0].event"),
    ],
)
def test_a_key_that_is_given_twice_is_named(old, new, key):
    text = json.dumps([case()]).replace(old, new, 1)
    with pytest.raises(Malformed) as caught:
        read(io.StringIO(text))
    assert str(caught.value) == f'case "one": key "{key}": is given twice'


def test_a_value_that_is_too_deep_to_be_shown_is_malformed():
    depth = 900
    text = json.dumps([case(at=0)]).replace('"at": 0', f'"at": {"[" * depth}{"]" * depth}')
    with pytest.raises(Malformed, match=r'key "at": .* is not a text'):
        read(io.StringIO(text))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([MONDAY, "whatsapp", "granted", "reminder", "delivered", "BR", "SP"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "at", "channel", "event", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.dictionaries(st.sampled_from([*case(), "remark"]), anything, min_size=1, max_size=3))
def test_whatever_stands_in_a_case_is_answered_or_named(values):
    text = json.dumps([case(**values)])
    try:
        found = [one.answer() for one in read(io.StringIO(text))]
    except Malformed as error:
        assert str(error).startswith(("case ", "stdin: is not JSON: "))
    else:
        assert found[0]["verdict"] in ("send", "wait", "refuse")


# === THE COMMAND ===


def test_one_malformed_case_leaves_nothing_on_stdout():
    done = run(json.dumps([case(), case(id="two", at="soon"), case(id="three")]))
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode() == ('✗ case "two": key "at": "soon" is not an ISO date and time\n')


@pytest.mark.parametrize("raw", [b"\xff\xfe[", b"[{]"])
def test_bytes_that_are_no_text_are_malformed(raw):
    done = run(raw)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"stdin: is not JSON" in done.stderr


def test_the_command_answers_in_order_and_says_nothing_else():
    cases = [case(id=4), case(id="ñ \ud800", text="Embargaremos “todo”."), case("XX", id="4")]
    done = run(json.dumps(cases), sys.executable, str(REPO / "dev"), "verdict")
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    answers = json.loads(done.stdout)
    assert [row["id"] for row in answers] == [4, "ñ \ud800", "4"]
    assert [row["verdict"] for row in answers] == ["send", "refuse", "refuse"]
    assert run("[]").stdout.strip() == b"[]"


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_ten_thousand_cases_take_less_than_twenty_seconds():
    first = datetime.fromisoformat("2026-11-02T00:00:00+00:00")
    places = [("PE", None), ("CO", None), ("CL", "RM"), ("BR", "SP"), ("MX", None), ("AR", "C")]
    cases = []
    for number in range(10_000):
        at = first + timedelta(minutes=7 * number)
        country, state = places[number % len(places)]
        history = [
            past((at - timedelta(hours=9 * n + number % 7)).isoformat(), ("sms", "whatsapp")[n % 2])
            for n in range(10)
        ]
        text = f"Hola {number}, Comercial Sol SAC le recuerda su factura F001-{number} por S/ 10."
        cases.append(case(country, at.isoformat(), state=state, history=history, text=text))
    body = json.dumps(cases)
    # of one core, since others may be at work on this machine
    began = processor_seconds()
    done = run(body)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)) == 10_000
    assert processor_seconds() - began < 20
