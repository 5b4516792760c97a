"""The debtor's own page: links, uploads and hours, without Odoo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.page import token
from core.page.token import LARGEST, SIGNATURE_BYTES, Ticket

NUMBERS = st.integers(min_value=0, max_value=LARGEST)
SIGNATURE = b"s" * SIGNATURE_BYTES
TICKET = Ticket(4711, 1, 88123, 739960)


class TestToken:
    @given(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), st.binary(min_size=12, max_size=12))
    def test_what_is_written_is_read(self, numbers, signature):
        ticket = Ticket(*numbers)
        assert token.read(token.write(ticket, signature)) == (ticket, signature)

    @given(st.text(max_size=100))
    def test_nothing_that_is_typed_breaks_the_reader(self, text):
        found = token.read(text)
        assert found is None or token.write(*found) == text

    def test_a_ticket_has_one_form_only(self):
        text = token.write(TICKET, SIGNATURE)
        for other in (text + "=", text + "A", " " + text, text[:-1], text[1:], text + "\n"):
            assert token.read(other) != (TICKET, SIGNATURE)

    def test_it_is_short_enough_for_an_sms(self):
        assert len(token.write(TICKET, SIGNATURE)) <= 32

    @pytest.mark.parametrize("text", ["", "====", "AAAA", "é" * 20, "A" * 500, "\x00" * 20])
    def test_rubbish_is_nothing(self, text):
        assert token.read(text) is None
