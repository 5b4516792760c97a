"""A number never writes faster, to more people or more at once than it may."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.pace import (
    DAY,
    PAIR_BURST,
    PAIR_MEMORY,
    PAIR_RATE,
    UNLIMITED,
    Bucket,
    Counts,
    Limits,
    counted_from,
    pair_wait,
    ramp,
    rate_of,
    recipients_a_day,
    restarts,
    room,
)

BEGIN = datetime(2026, 11, 25, 15, tzinfo=timezone.utc)
rates = st.sampled_from([0.5, PAIR_RATE, 1.0, 10.0, 20.0, 80.0, 1000.0])
# What is asked of a bucket: seconds after the last time (also back), and how many.
asks = st.lists(st.tuples(st.floats(-5.0, 30.0), st.integers(0, 200)), max_size=40)


def after(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


class TestBucket:
    @given(rate=rates, burst=st.none() | st.floats(1.0, 100.0), asks=asks)
    def test_never_more_than_rate_times_time_and_a_burst(
        self, rate: float, burst: float | None, asks: list[tuple[float, int]]
    ) -> None:
        bucket = Bucket.full(rate, BEGIN, burst)
        now = latest = BEGIN
        total = 0
        for pause, wanted in asks:
            now += timedelta(seconds=pause)
            latest = max(latest, now)
            bucket, granted = bucket.take(wanted, now)
            total += granted
            assert 0 <= granted <= wanted
            assert total <= rate * (latest - BEGIN).total_seconds() + bucket.burst + 1e-6

    @given(rate=rates, asks=asks)
    def test_after_the_wait_that_it_names_one_token_is_there(
        self, rate: float, asks: list[tuple[float, int]]
    ) -> None:
        bucket, now = Bucket.full(rate, BEGIN), BEGIN
        for pause, wanted in asks:
            now = max(now, now + timedelta(seconds=pause))
            bucket, _granted = bucket.take(wanted, now)
        _bucket, granted = bucket.take(1, now + timedelta(seconds=bucket.wait(now) + 1e-3))
        assert granted == 1

    def test_a_bucket_that_is_used_all_the_time_carries_its_rate(self) -> None:
        bucket, sent = Bucket.full(80.0, BEGIN), 0
        for tick in range(1, 10 * 50 + 1):
            bucket, granted = bucket.take(100, after(tick / 50))
            sent += granted
        assert 800 <= sent <= 808

    def test_one_person_gets_45_at_once_and_then_one_every_six_seconds(self) -> None:
        pair = Bucket.full(PAIR_RATE, BEGIN, PAIR_BURST)
        pair, granted = pair.take(60, BEGIN)
        assert granted == 45
        assert pair.take(1, after(5.9))[1] == 0
        assert pair.take(1, after(6.1))[1] == 1


@pytest.mark.parametrize(
    ("throughput", "coexistence", "own", "rate"),
    [
        ("STANDARD", False, 0.0, 80.0),
        ("HIGH", False, 0.0, 1000.0),
        ("HIGH", True, 0.0, 20.0),
        ("", False, 0.0, 80.0),
        ("NEW_WORD", False, 0.0, 80.0),
        ("STANDARD", False, 10.0, 10.0),
        ("STANDARD", False, 500.0, 80.0),
        ("HIGH", False, 500.0, 500.0),
        ("STANDARD", True, 50.0, 20.0),
    ],
)
def test_rate_is_whatsapps_or_the_companys_if_that_is_lower(
    throughput: str, coexistence: bool, own: float, rate: float
) -> None:
    assert rate_of(throughput, coexistence=coexistence, own=own) == rate


@pytest.mark.parametrize(
    ("word", "people"),
    [
        ("TIER_50", 50),
        ("TIER_250", 250),
        ("TIER_1K", 1000),
        ("TIER_2K", 2000),
        ("tier_10k", 10000),
        ("TIER_100K", 100000),
        ("TIER_UNLIMITED", UNLIMITED),
        ("-1", UNLIMITED),
        ("2000", 2000),
        (" 250 ", 250),
        ("0", 0),
        ("TIER_NOT_SET", None),
        ("", None),
        ("TIER_MANY", None),
        ("9" * 40, None),
    ],
)
def test_messaging_limit_is_read_in_all_its_forms(word: str, people: int | None) -> None:
    assert recipients_a_day(word) == people


counts = st.integers(0, 200000)


@given(people=counts, messages=counts, limit=counts, allowance=counts)
def test_room_is_never_negative_and_never_beyond_either_limit(
    people: int, messages: int, limit: int, allowance: int
) -> None:
    left = room(Limits(limit, allowance), Counts(people, messages))
    assert left >= 0
    assert left == 0 or (people + left <= limit and messages + left <= allowance)


class TestPair:
    """One recipient of one number: a message every six seconds, some at once, borrowed."""

    def test_who_was_not_written_to_lately_may_be_now(self) -> None:
        assert pair_wait([], BEGIN) == 0.0
        assert pair_wait([after(-1)], BEGIN) == 0.0
        long_ago = [BEGIN - PAIR_MEMORY - timedelta(seconds=1)] * 100
        assert pair_wait(long_ago[:45], BEGIN) == 0.0

    def test_after_a_burst_of_forty_five_the_next_one_waits_its_six_seconds(self) -> None:
        assert pair_wait([BEGIN] * 44, BEGIN) == 0.0
        assert pair_wait([BEGIN] * 45, BEGIN) == pytest.approx(6.0)
        assert pair_wait([after(-5)] * 45, BEGIN) == pytest.approx(1.0)

    def test_what_was_borrowed_is_paid_back(self) -> None:
        assert pair_wait([BEGIN] * 50, BEGIN) == pytest.approx(36.0)

    @given(pauses=st.lists(st.floats(0.0, 4.0), max_size=70))
    def test_who_obeys_it_never_writes_more_than_the_rate_and_the_burst(
        self, pauses: list[float]
    ) -> None:
        now, sent = BEGIN, []
        for pause in pauses:
            now += timedelta(seconds=pause)
            now += timedelta(seconds=pair_wait(sent, now) + 1e-3)
            sent.append(now)
        for index, first in enumerate(sent):
            seconds = (sent[-1] - first).total_seconds()
            assert len(sent) - index <= PAIR_BURST + PAIR_RATE * seconds + 1


class TestRamp:
    @pytest.mark.parametrize(
        ("hours", "allowed"),
        [(-3, 200), (0, 200), (23, 200), (24, 400), (47, 400), (48, 800), (24 * 7, 25600)],
    )
    def test_each_day_allows_twice_as_many(self, hours: int, allowed: int) -> None:
        assert ramp(200, BEGIN, BEGIN + timedelta(hours=hours)) == allowed

    def test_without_a_number_or_a_start_there_is_no_ramp(self) -> None:
        assert ramp(0, BEGIN, BEGIN) == UNLIMITED
        assert ramp(200, None, BEGIN) == UNLIMITED

    def test_a_ramp_of_years_ago_is_no_limit_any_more(self) -> None:
        assert ramp(200, BEGIN, BEGIN + timedelta(days=4000)) == UNLIMITED

    @given(
        a_day=st.integers(1, 500),
        steps=st.lists(st.tuples(st.integers(1, 720), st.integers(0, 3000)), max_size=60),
    )
    def test_a_back_log_leaves_oldest_first_and_never_faster_than_the_ramp(
        self, a_day: int, steps: list[tuple[int, int]]
    ) -> None:
        """A queue that is tried at odd moments, as an outbox would."""
        now, queue, sent = BEGIN, list(range(5000)), []
        for minutes, wanted in steps:
            now += timedelta(minutes=minutes)
            since = counted_from(BEGIN, now)
            done = sum(at >= since for at, _message in sent)
            left = room(Limits(UNLIMITED, ramp(a_day, BEGIN, now)), Counts(0, done))
            sent += [(now, message) for message in queue[: min(left, wanted)]]
            queue = queue[min(left, wanted) :]
        assert [message for _at, message in sent] == sorted(message for _at, message in sent)
        for at, _message in sent:
            day_of = sum(at - DAY < other <= at for other, _message in sent)
            assert day_of <= ramp(a_day, BEGIN, at)
        first_day = sum(at < BEGIN + DAY for at, _message in sent)
        assert first_day <= a_day

    def test_what_left_before_the_start_does_not_count(self) -> None:
        assert counted_from(BEGIN, after(60)) == BEGIN
        assert counted_from(BEGIN, BEGIN + 3 * DAY) == BEGIN + 2 * DAY
        assert counted_from(None, BEGIN) == BEGIN - DAY

    def test_a_short_pause_leaves_no_back_log(self) -> None:
        assert not restarts(timedelta(hours=1))
        assert restarts(timedelta(days=1))
