"""What must hold for every debtor, hour and history; compared with an oracle that steps minutes."""

import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from law_helpers import BOTH, LAW_ONLY, Oracle, ask

from core.law.gate import AskedHours, Contact
from core.law.jurisdiction import (
    Cap,
    Caps,
    LawBook,
    OpeningHours,
    Window,
    company_cap,
    company_window,
    jurisdiction_from_rows,
)
from core.law.pack_reader import shipped_law

MINUTE = timedelta(minutes=1)
PLACES = [
    ("PE", ""),
    ("CO", ""),
    ("CL", "RM"),
    ("CL", "VS"),
    ("CL", "MA"),
    ("CL", ""),
    ("BR", ""),
    ("BR", "SP"),
    ("BR", "AM"),
    ("BR", "RJ"),
    ("BR", "PE"),
    ("MX", "CMX"),
    ("MX", "BCN"),
    ("MX", "CHH"),
    ("MX", ""),
    ("AR", "C"),
    ("DO", ""),
    ("EC", ""),
    ("EC", "W"),
    ("GT", ""),
    ("PY", ""),
]
CHANNELS = ["whatsapp", "sms", "email", "call"]
BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)

places = st.sampled_from(PLACES)
channels = st.sampled_from(CHANNELS)
layers = st.sampled_from([BOTH, LAW_ONLY])
# Two years with a change of law, of year and of clocks, to the second.
instants = st.integers(0, 2 * 365 * 86400).map(lambda s: BEGIN + timedelta(seconds=s))
ages = st.integers(1, 12 * 86400)


@st.composite
def histories(draw, at):
    return tuple(
        Contact(
            at - timedelta(seconds=draw(ages)),
            draw(channels),
            draw(st.sampled_from(["courtesy", "reminder", "agreement", "reply"])),
            draw(st.sampled_from(["delivered", "sent", "failed", "uncertain"])),
        )
        for _ in range(draw(st.integers(0, 5)))
    )


@st.composite
def cases(draw):
    at = draw(instants)
    return draw(places), draw(channels), at, draw(histories(at)), draw(layers)


def minutes_after(at):
    """The whole minutes after an instant."""
    minute = at.replace(second=0, microsecond=0)
    while True:
        minute += MINUTE
        yield minute


@settings(max_examples=400)
@given(cases())
def test_send_is_said_exactly_when_the_oracle_says_so(case):
    (country, state), channel, at, history, over = case
    verdict = ask(country, state, at, channel=channel, history=history, layers=over)
    oracle = Oracle(shipped_law(), country, state, channel, history, over)
    assert (verdict.outcome == "send") == oracle.allows(at)


@settings(max_examples=40)
@given(cases())
def test_wait_is_the_earliest_allowed_instant(case):
    (country, state), channel, at, history, over = case
    verdict = ask(country, state, at, channel=channel, history=history, layers=over)
    oracle = Oracle(shipped_law(), country, state, channel, history, over)
    assume(verdict.outcome == "wait")
    end = verdict.not_before
    assert end > at
    assert oracle.allows(end)
    assert not oracle.allows(end - timedelta(microseconds=1))
    # Every minute of the last three days before it, and every hour of the time before those.
    for minute in minutes_after(max(at, end - timedelta(days=3))):
        if minute >= end:
            break
        assert not oracle.allows(minute), minute
    for hours in range(int((end - at) / timedelta(hours=1))):
        assert not oracle.allows(at + timedelta(hours=hours))


@settings(max_examples=150)
@given(cases(), st.randoms())
def test_the_order_of_the_history_changes_nothing(case, rng: random.Random):
    (country, state), channel, at, history, over = case
    shuffled = list(history)
    rng.shuffle(shuffled)
    first = ask(country, state, at, channel=channel, history=history, layers=over)
    second = ask(country, state, at, channel=channel, history=tuple(shuffled), layers=over)
    assert first.outcome == second.outcome
    assert first.not_before == second.not_before
    assert [c[:5] for c in first.checks] == [c[:5] for c in second.checks]


@settings(max_examples=150)
@given(cases())
def test_one_contact_more_never_opens(case):
    (country, state), channel, at, history, over = case
    fewer = ask(country, state, at, channel=channel, history=history[1:], layers=over)
    more = ask(country, state, at, channel=channel, history=history, layers=over)
    assert more.outcome != "send" or fewer.outcome == "send"
    if more.outcome == fewer.outcome == "wait":
        assert more.not_before >= fewer.not_before


@settings(max_examples=150)
@given(cases())
def test_the_state_unknown_is_never_wider_than_the_countrys_law_in_any_state(case):
    (country, state), channel, at, history, over = case
    unknown = ask(country, "", at, channel=channel, history=history, layers=over)
    national = LawBook([law for law in shipped_law().jurisdictions if not law.state])
    known = ask(country, state, at, channel=channel, history=history, layers=over, law=national)
    # A state's own holidays are known only with the state.
    if unknown.outcome == "send" and known.outcome != "send":
        assert {check.code for check in known.reasons} == {"holiday"}


@settings(max_examples=150)
@given(cases())
def test_the_shipped_rules_are_never_wider_than_the_legal_ceiling(case):
    (country, state), channel, at, history, _layers = case
    shipped = ask(country, state, at, channel=channel, history=history)
    ceiling = ask(country, state, at, channel=channel, history=history, layers=LAW_ONLY)
    assert shipped.outcome != "send" or ceiling.outcome == "send"
    assert all(reason in shipped.reasons for reason in ceiling.reasons)


# === LAWS MADE UP ===

hours_of_day = st.lists(
    st.tuples(st.integers(5 * 12, 14 * 12), st.integers(1, 8 * 12)), min_size=0, max_size=2
)


@st.composite
def opening_hours(draw):
    """Any hours between 05:00 and 22:00, in steps of five minutes."""
    parts = []
    for day in ("Mo-We", "Th,Fr", "Sa", "Su"):
        spans = [
            f"{s * 5 // 60:02}:{s * 5 % 60:02}-{(s + n) * 5 // 60:02}:{(s + n) * 5 % 60:02}"
            for s, n in draw(hours_of_day)
        ]
        parts.append(f"{day} {','.join(spans) or 'off'}")
    holiday = draw(st.sampled_from(["", "PH off", "PH 10:00-11:30"]))
    return OpeningHours.parse("; ".join([*parts, holiday]))


limits = st.sampled_from(
    [
        "1/day",
        "2/day",
        "1/week",
        "2/week",
        "3/month",
        "gap 5h",
        "gap 48h",
        "gap 2d",
        "gap 4d",
        "1channel/week",
        "2channel/week",
        "1/day/channel",
        "2/week/reached",
    ]
)
caps = st.lists(limits, min_size=1, max_size=3).map(" ".join).map(Caps.parse)
zone_sets = st.sampled_from(
    [
        "America/Lima",
        "America/Santiago",
        "America/Santiago Pacific/Easter",
        "America/Tijuana America/Cancun",
        "America/Noronha America/Rio_Branco",
    ]
)


@st.composite
def laws(draw):
    """A law book of one made-up country under the name and calendar of Chile."""
    header = {"country": "CL", "date_from": "2020-01-01", "zones": draw(zone_sets)}
    law = jurisdiction_from_rows(header, [])
    margin = draw(st.sampled_from([0, 5, 15]))
    windows = tuple(
        Window(draw(opening_hours()), margin_minutes=margin) for _ in range(draw(st.integers(1, 2)))
    )
    cap = Cap(draw(caps), draw(st.sampled_from([frozenset(), frozenset({"all"})])))
    return replace(law, windows=windows, caps=(cap,))


def allows(law, at, history, channel="whatsapp", **values):
    verdict = ask("CL", "", at, law=LawBook([law]), history=history, channel=channel, **values)
    time = [c for c in verdict.reasons if c.code in ("company_window", "company_quota", "holiday")]
    return not time, verdict


@settings(max_examples=120)
@given(laws(), instants, st.data())
def test_any_law_is_kept_to_the_minute(law, at, data):
    history = data.draw(histories(at))
    oracle = Oracle(LawBook([law]), "CL", "", "whatsapp", history)
    allowed, verdict = allows(law, at, history)
    assert allowed == oracle.allows(at)
    if verdict.outcome == "wait":
        assert oracle.allows(verdict.not_before)
        assert not oracle.allows(verdict.not_before - timedelta(microseconds=1))


@settings(max_examples=25)
@given(laws(), instants, st.data())
def test_any_law_makes_one_wait_no_longer_than_it_must(law, at, data):
    history = data.draw(histories(at))
    _allowed, verdict = allows(law, at, history)
    assume(verdict.outcome == "wait")
    oracle = Oracle(LawBook([law]), "CL", "", "whatsapp", history)
    end = min(verdict.not_before, at + timedelta(days=4))
    for minute in minutes_after(at):
        if minute >= end:
            break
        assert not oracle.allows(minute), minute


@settings(max_examples=60)
@given(laws(), opening_hours(), caps, instants, st.data())
def test_narrowing_a_rule_never_opens(law, hours, cap, at, data):
    history = data.draw(histories(at))
    before, verdict = allows(law, at, history)
    narrowed, later = allows(
        law,
        at,
        history,
        company_windows=(company_window(hours),),
        company_caps=(company_cap(cap, frozenset({"all"})),),
    )
    assert before or not narrowed
    if later.not_before and verdict.not_before:
        assert later.not_before >= verdict.not_before


@settings(max_examples=120)
@given(places, instants, opening_hours(), st.data())
def test_hours_asked_for_open_only_themselves_and_only_in_colombia(place, at, hours, data):
    history = data.draw(histories(at))
    request = AskedHours(hours, BEGIN, BEGIN - MINUTE, "letter")
    plain = ask(*place, at, history=history)
    asked = ask(*place, at, history=history, asked_hours=(request,))
    if place[0] != "CO":
        assert asked == plain
        return
    assert plain.outcome != "send" or asked.outcome == "send"
    if asked.outcome == "send" and plain.outcome != "send":
        local = at - timedelta(hours=5)
        minute = local.hour * 60 + local.minute
        open_then = (*hours.week[local.weekday()], *(hours.holidays or ()))
        assert any(start <= minute < end for start, end in open_then)
