"""The debtor's own page: links, uploads and hours, without Odoo."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.law.jurisdiction import OpeningHours
from core.page import token
from core.page.hours import choices
from core.page.receipt import LARGEST as LARGEST_FILE
from core.page.receipt import REASONS, BadReceipt, inspect
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


def png(width=10, height=10, tail=b""):
    def chunk(name, body):
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\x00" * (11 * 10)))
    return b"\x89PNG\r\n\x1a\n" + head + data + chunk(b"IEND", b"") + tail


def jpeg(width=10, height=10, tail=b""):
    size = struct.pack(">BBHBHHB", 0xFF, 0xC0, 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab" + size + b"\xff\xda\x00\x02data\xff\xd9" + tail


def webp(width=10, height=10, tail=b""):
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x00" * 4 + sides
    return b"RIFF" + struct.pack("<I", len(body)) + body + tail


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("bomb", b"\x00" * 1_000_000)
    return content.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"


class TestReceipt:
    @pytest.mark.parametrize(
        ("content", "mime", "name"),
        [
            (PDF, "application/pdf", "comprobante.pdf"),
            (png(), "image/png", "comprobante.png"),
            (jpeg(), "image/jpeg", "comprobante.jpg"),
            (jpeg(tail=b"\x00\x00ftypmp42 a moving picture"), "image/jpeg", "comprobante.jpg"),
            (webp(), "image/webp", "comprobante.webp"),
        ],
    )
    def test_the_content_says_what_it_is_whatever_its_name(self, content, mime, name):
        assert inspect(content, "comprobante.exe") == (mime, name)

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "empty"),
            (PDF + b" " * LARGEST_FILE, "large"),
            (archive(), "kind"),
            (b"<html><script>alert(1)</script></html>", "kind"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
            (b"MZ\x90\x00", "kind"),
            (b"GIF89a" + b"x" * 50, "kind"),
            (b"RIFF\x04\x00\x00\x00WAVE", "kind"),
            (PDF[:-8], "broken"),
            (png()[:-6], "broken"),
            (png()[:20], "broken"),
            (jpeg()[:8], "broken"),
            (webp()[:20], "broken"),
            (b"\xff\xd8\xff\xda\x00\x02", "broken"),
            (PDF + archive(), "hidden"),
            (PDF + archive() + b"%%EOF", "hidden"),
            (png(tail=archive()), "hidden"),
            (jpeg(tail=archive()), "hidden"),
            (webp(tail=archive()), "hidden"),
            (PDF.replace(b"/Type", b"/JavaScript"), "hidden"),
            (PDF.replace(b"/Type", b"/Launch"), "hidden"),
            (PDF.replace(b"1 0 obj", b"<script>alert(1)</script>"), "hidden"),
            (png(60_000, 60_000), "hidden"),
            (jpeg(60_000, 60_000), "hidden"),
            (webp(60_000, 60_000), "hidden"),
            (png(0, 10), "broken"),
        ],
    )
    def test_what_is_no_plain_receipt_is_not_taken(self, content, reason):
        with pytest.raises(BadReceipt) as caught:
            inspect(content, "receipt.pdf")
        assert caught.value.reason == reason
        assert reason in REASONS

    @given(st.sampled_from([PDF, png(), jpeg(), webp()]), st.data())
    def test_a_damaged_file_never_breaks_the_reader(self, content, data):
        cut = data.draw(st.integers(0, len(content)))
        try:
            inspect(content[:cut] + data.draw(st.binary(max_size=40)))
        except BadReceipt as error:
            assert error.reason in REASONS

    @pytest.mark.parametrize(
        ("given_name", "kept"),
        [
            ("../../etc/passwd", "passwd.png"),
            ("C:\\fotos\\voucher.jpg", "voucher.png"),
            ('"><script>x</script>.png', "script.png"),
            ("factura.pdf.exe", "factura_pdf.png"),
            ("", "receipt.png"),
            ("...", "receipt.png"),
            ("á" * 300 + ".png", "á" * 80 + ".png"),
            ("a\x00b\r\nc.png", "a_b_c.png"),
        ],
    )
    def test_names_are_harmless(self, given_name, kept):
        assert inspect(png(), given_name).name == kept


class TestHours:
    def test_only_parts_that_the_law_leaves_open_are_offered(self):
        law = [OpeningHours.parse("Mo-Fr 07:00-18:30; Sa 08:00-15:00; PH off")]
        parts = choices(law)
        assert list(parts) == ["morning", "afternoon"]
        assert str(parts["morning"]) == "Mo-Fr 07:00-12:00; Sa 08:00-12:00"
        assert str(parts["afternoon"]) == "Mo-Fr 12:00-18:00; Sa 12:00-15:00"

    def test_a_choice_narrows_and_never_widens(self):
        law = OpeningHours.parse("Mo-Fr 07:00-21:00")
        for part in choices([law]).values():
            for wide, narrow in zip(law.week, part.week, strict=True):
                assert all(a >= wide[0][0] and b <= wide[0][1] for a, b in narrow)

    def test_without_any_hours_every_part_may_be_chosen(self):
        assert list(choices([])) == ["morning", "afternoon", "evening"]
