"""The courier: what it carries comes back once, with whose it was, and no faster than allowed."""

import threading
import time
from collections.abc import Sequence

import pytest

from core.delivery import Courier, Delivery, after, carry


def accepted(reference: str) -> Delivery:
    return Delivery("accepted", reference=reference)


def everything(courier: Courier) -> dict[int, Delivery]:
    landed: dict[int, Delivery] = {}
    while courier.flying:
        landed |= dict(courier.landed())
    return landed


def test_each_call_comes_back_once_under_its_own_key() -> None:
    with Courier(4) as courier:
        for key in range(20):
            courier.take(key, lambda key=key: accepted(f"ref{key}"))
        landed = everything(courier)
    assert {key: one.reference for key, one in landed.items()} == {k: f"ref{k}" for k in range(20)}
    assert courier.landed() == []


def test_no_more_calls_fly_at_once_than_the_pool_holds() -> None:
    now, most, lock = 0, 0, threading.Lock()

    def call() -> Delivery:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1
        return accepted("x")

    with Courier(3) as courier:
        for key in range(12):
            courier.take(key, call)
        everything(courier)
    assert most == 3


def test_a_call_that_breaks_may_have_left_and_is_unknown() -> None:
    def broken() -> Delivery:
        raise ConnectionError("secret")

    found = carry(broken)
    assert (found.outcome, found.details) == ("unknown", "ConnectionError")


def test_what_has_landed_waits_a_moment_for_the_next_when_more_are_wanted() -> None:
    with Courier(2) as courier:
        courier.take(1, lambda: accepted("first"))
        courier.take(2, after(0.01, lambda: accepted("second")))
        assert [key for key, _delivery in courier.landed(least=2)] == [1, 2]


def test_but_not_for_one_that_takes_its_time() -> None:
    late = threading.Event()

    def slow() -> Delivery:
        late.wait(10)
        return accepted("late")

    with Courier(2) as courier:
        courier.take(1, lambda: accepted("first"))
        courier.take(2, slow)
        assert [key for key, _delivery in courier.landed(least=2)] == [1]
        late.set()
        assert everything(courier)[2].reference == "late"


def test_what_is_kept_is_made_once_and_closed_at_the_end() -> None:
    class Thing:
        closed = False

        def close(self) -> None:
            self.closed = True

    with Courier(1) as courier:
        first = courier.keep("account", Thing)
        assert courier.keep("account", Thing) is first
        assert courier.keep("other", Thing) is not first
    assert first.closed


@pytest.mark.parametrize(("sharers", "expected"), [(1, 0.1), (2, 0.2)])
def test_a_senders_calls_are_spread_over_the_rate_that_it_shares(
    sharers: int, expected: float
) -> None:
    with Courier(1) as courier:
        courier.sharers = sharers
        delays = [courier.delay("number", 100.0) for _call in range(11)]
        assert courier.delay("another", 100.0) == 0.0
    assert delays[0] == 0.0
    assert delays[10] == pytest.approx(expected, abs=0.05)
    assert delays == sorted(delays)


def test_a_call_without_delay_is_the_call_itself() -> None:
    def call() -> Delivery:
        return accepted("x")

    assert after(0.0, call) is call
    assert after(0.001, call)().reference == "x"


def test_a_call_waits_for_its_turn_without_holding_a_thread() -> None:
    begun = time.monotonic()
    with Courier(1) as courier:
        courier.take(1, lambda: accepted("late"), 0.3)
        courier.take(2, lambda: accepted("at once"))
        first = courier.landed()
        assert [key for key, _delivery in first] == [2]
        assert time.monotonic() - begun < 0.25
        assert everything(courier)[1].reference == "late"
    assert time.monotonic() - begun >= 0.3


def test_what_was_called_back_before_its_turn_never_flies() -> None:
    flown: list[int] = []
    called_back: set[int] = set()

    def look(keys: Sequence[int]) -> dict[int, Delivery]:
        return {key: Delivery("recalled", reason="paid") for key in keys if key in called_back}

    with Courier(4, look) as courier:
        for key in range(6):
            courier.take(key, lambda key=key: flown.append(key) or accepted("x"), 0.1 * key)
        called_back |= {4, 5}
        landed = everything(courier)
    assert flown == [0, 1, 2, 3]
    assert {landed[4].outcome, landed[5].outcome} == {"recalled"}
    assert landed[5].reason == "paid"


def test_the_last_look_is_taken_when_a_thread_is_free_and_at_many_together() -> None:
    looks: list[list[int]] = []

    def look(keys: Sequence[int]) -> dict[int, Delivery]:
        looks.append(list(keys))
        return {}

    with Courier(2, look) as courier:
        for key in range(4):
            courier.take(key, lambda: time.sleep(0.1) or accepted("x"), 0.01)
        everything(courier)
    assert looks[0] == [0, 1]
    assert sorted(key for keys in looks for key in keys) == [0, 1, 2, 3]


def test_what_cannot_be_looked_at_does_not_leave_and_is_tried_later() -> None:
    flown: list[int] = []

    def blind(keys: Sequence[int]) -> dict[int, Delivery]:
        raise ConnectionError("secret")

    with Courier(2, blind) as courier:
        courier.take(1, lambda: flown.append(1) or accepted("x"))
        [(_key, delivery)] = courier.landed()
    assert not flown
    assert (delivery.outcome, delivery.details) == ("refused", "ConnectionError")
    assert delivery.action is not None


def test_the_end_drops_what_had_not_its_turn_yet() -> None:
    flown: list[int] = []
    begun = time.monotonic()
    with Courier(2) as courier:
        courier.take(1, lambda: flown.append(1) or accepted("x"), 30.0)
    assert not flown
    assert time.monotonic() - begun < 5
