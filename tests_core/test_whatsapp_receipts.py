"""A message ends in the same state whatever the order, and number, of its receipts."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.receipts import Receipt, Standing, advance, order

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)
UTILITY = {"billable": True, "type": "regular", "category": "utility"}
FREE = {"billable": False, "type": "free_customer_service", "category": "utility"}


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def after(*receipts: Receipt, state: str = "sending") -> Standing:
    standing = Standing(state)
    for receipt in receipts:
        standing = advance(standing, receipt)
    return standing


SENT = Receipt("sent", at(0), pricing=UTILITY)
DELIVERED = Receipt("delivered", at(1), pricing=UTILITY)
READ = Receipt("read", at(2))
FAILED = Receipt("failed", at(3), 131026, "Gone.")


class TestTable:
    @pytest.mark.parametrize(
        ("told", "state"),
        [
            ((), "sending"),
            ((SENT,), "sent"),
            ((READ,), "read"),
            ((READ, SENT, DELIVERED), "read"),
            ((SENT, FAILED), "failed"),
            ((FAILED, SENT), "failed"),
            ((FAILED, DELIVERED), "delivered"),
            ((DELIVERED, FAILED), "delivered"),
            ((Receipt("played", at(4)),), "read"),
            ((Receipt("deleted", at(4)), Receipt("warning", at(4)), Receipt("", at(4))), "sending"),
        ],
    )
    def test_receipts_move_a_message_up_only(self, told: tuple[Receipt, ...], state: str) -> None:
        assert after(*told).state == state

    @pytest.mark.parametrize(
        ("state", "told", "end"),
        [
            ("uncertain", SENT, "sent"),
            ("uncertain", FAILED, "failed"),
            ("queued", SENT, "queued"),
            ("queued", FAILED, "queued"),
            ("queued", DELIVERED, "delivered"),
            ("waiting", READ, "read"),
            ("cancelled", DELIVERED, "cancelled"),
            ("refused", READ, "refused"),
            ("proposed", SENT, "proposed"),
        ],
    )
    def test_what_waits_for_another_try_is_moved_by_an_arrival_only(
        self, state: str, told: Receipt, end: str
    ) -> None:
        assert after(told, state=state).state == end

    def test_a_failure_of_an_earlier_try_says_nothing_of_this_one(self) -> None:
        old = Receipt("failed", at(3), 131000, is_same_try=False)
        assert after(old, state="sent").state == "sent"
        assert after(old, state="uncertain").state == "failed"
        arrived = Receipt("delivered", at(3), is_same_try=False)
        assert after(arrived, state="sent").state == "delivered"

    def test_a_failure_that_was_none_leaves_no_error_behind(self) -> None:
        standing = after(FAILED, DELIVERED)
        assert (standing.error_code, standing.error_details, standing.failed_at) == (0, "", None)

    def test_a_message_that_was_read_was_delivered_then_at_the_latest(self) -> None:
        standing = after(READ, DELIVERED)
        assert (standing.delivered_at, standing.read_at) == (at(1), at(2))
        assert after(READ).delivered_at == at(2)

    def test_the_price_is_the_one_told_on_arrival(self) -> None:
        arrived = Receipt("delivered", at(1), pricing=FREE)
        for told in ((SENT, arrived), (arrived, SENT)):
            assert after(*told).pricing["billable"] is False
            assert after(*told).pricing["status"] == "delivered"
        assert after(SENT, READ).pricing["category"] == "utility"


RECEIPTS = st.builds(
    Receipt,
    status=st.sampled_from(["sent", "delivered", "read", "played", "failed", "deleted"]),
    at=st.integers(0, 5).map(at),
    error_code=st.sampled_from([0, 131026, 131000]),
    error_details=st.sampled_from(["", "Gone."]),
    pricing=st.sampled_from([{}, UTILITY, FREE]),
)


@given(st.lists(RECEIPTS, max_size=6), st.data())
def test_any_order_with_repeats_ends_in_the_same_state(
    receipts: list[Receipt], data: st.DataObject
) -> None:
    expected = after(*sorted(receipts, key=order))
    repeats = data.draw(st.lists(st.sampled_from(receipts), max_size=6)) if receipts else []
    shuffled = data.draw(st.permutations([*receipts, *repeats]))
    assert after(*shuffled) == expected


@given(st.lists(RECEIPTS, max_size=6))
def test_a_receipt_that_comes_again_changes_nothing(receipts: list[Receipt]) -> None:
    standing = after(*receipts)
    for receipt in receipts:
        assert advance(standing, receipt) == standing
