"""Files that people send: from Meta's own addresses, of known kinds, and not too large."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.whatsapp.client import ApiFailure, Client, Credentials
from core.whatsapp.errors import Action
from core.whatsapp.media import is_what_it_says, may_be_asked, plain_type, safe_name, type_of
from sandbox import Sandbox

NUMBER, BUSINESS = "300000000000001", "200000000000001"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
META = "https://graph.facebook.com"


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "asked"),
        [
            ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
            ("https://scontent.whatsapp.net/x", True),
            ("https://LOOKASIDE.FBSBX.COM/x", True),
            ("https://lookaside.fbsbx.com:443/x", True),
            ("http://lookaside.fbsbx.com/x", False),
            ("https://lookaside.fbsbx.com:8443/x", False),
            ("https://fbsbx.com.evil.example/x", False),
            ("https://evilfbsbx.com/x", False),
            ("https://user:pass@lookaside.fbsbx.com/x", False),
            ("https://evil.example/?lookaside.fbsbx.com", False),
            ("http://127.0.0.1:8069/x", False),
            ("https://169.254.169.254/latest", False),
            ("file:///etc/passwd", False),
            ("https://[::1", False),
            ("https://lookaside.fbsbx.com:99999/x", False),
            ("", False),
        ],
    )
    def test_the_token_goes_to_meta_only(self, url: str, asked: bool) -> None:
        assert may_be_asked(url, META) is asked

    @pytest.mark.parametrize(
        ("url", "asked"),
        [
            ("http://127.0.0.1:4000/_content/1", True),
            ("http://localhost:4000/_content/1", True),
            ("http://127.0.0.2/x", False),
            ("https://lookaside.fbsbx.com/x", False),
            ("ftp://127.0.0.1/x", False),
        ],
    )
    def test_a_sandbox_on_this_machine_is_asked_on_this_machine(
        self, url: str, asked: bool
    ) -> None:
        assert may_be_asked(url, "http://127.0.0.1:4000") is asked


class TestTypes:
    @pytest.mark.parametrize(
        ("mime", "content", "good"),
        [
            ("image/png", PNG, True),
            ("image/jpeg", b"\xff\xd8\xff\xe0", True),
            ("image/jpeg", PNG, False),
            ("application/pdf", b"%PDF-1.7", True),
            ("application/pdf", b"<html>", False),
            ("audio/ogg; codecs=opus", b"OggS....", True),
            ("text/plain", b"Hola", True),
            ("text/plain", b" <!DOCTYPE html><script>", False),
            ("text/plain", b"<svg onload=x>", False),
            ("text/html", b"Hola", False),
            ("image/svg+xml", b"<svg>", False),
            ("", b"x", False),
            ("text/plain", b"", False),
        ],
    )
    def test_content_must_be_what_it_says(self, mime: str, content: bytes, good: bool) -> None:
        assert is_what_it_says(mime, content) is good

    @pytest.mark.parametrize(
        ("given_name", "mime", "name"),
        [
            ("pago.pdf", "application/pdf", "pago.pdf"),
            ("PAGO.PDF", "application/pdf", "PAGO.PDF"),
            ("pago.exe", "application/pdf", "pago.exe.pdf"),
            ("../../etc/passwd", "text/plain", "_.._etc_passwd.txt"),
            ("", "audio/ogg; codecs=opus", "reply.ogg"),
            ("a\x00b\n.pdf", "application/pdf", "a_b_.pdf"),
            (" . ", "image/png", "reply.png"),
            ("x" * 400 + ".pdf", "application/pdf", "x" * 116 + ".pdf"),
        ],
    )
    def test_a_name_is_no_path_and_ends_as_its_type(
        self, given_name: str, mime: str, name: str
    ) -> None:
        assert safe_name(given_name, mime, "reply") == name

    @pytest.mark.parametrize(
        ("filename", "mime"),
        [
            ("F001-1.pdf", "application/pdf"),
            ("foto.JPEG", "image/jpeg"),
            ("nota.opus", "audio/ogg"),
            ("nota.m4a", "audio/mp4"),
            ("film.mp4", ""),
            ("sticker.webp", ""),
            ("virus.exe", ""),
            ("page.html", ""),
            ("pdf", ""),
            (".pdf", ""),
            ("", ""),
        ],
    )
    def test_the_ending_says_what_may_be_sent(self, filename: str, mime: str) -> None:
        assert type_of(filename) == mime

    def test_parameters_are_no_part_of_the_type(self) -> None:
        assert plain_type("Audio/OGG; codecs=opus") == "audio/ogg"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(
        phone_number_id=NUMBER, waba_id=BUSINESS, token="token", app_secret="secret"
    ) as running:
        yield running
        assert running.internal_errors == []


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client(Credentials(sandbox.base_url, "v25.0", NUMBER, BUSINESS, "token")) as made:
        yield made


class TestDownload:
    def put(self, sandbox: Sandbox, content: bytes = PNG, mime: str = "image/png") -> str:
        return sandbox.put_media(content, mime).media_id

    def test_a_file_comes_with_its_type(self, sandbox: Sandbox, client: Client) -> None:
        file = client.download_media(self.put(sandbox))
        assert (file.content, file.mime) == (PNG, "image/png")
        assert "x" * 10 not in repr(file)

    def test_the_type_is_plain(self, sandbox: Sandbox, client: Client) -> None:
        media_id = self.put(sandbox, b"OggS" + b"0" * 50, "audio/ogg; codecs=opus")
        assert client.download_media(media_id).mime == "audio/ogg"

    @pytest.mark.parametrize(
        ("change", "why", "action"),
        [
            ({"url": "https://evil.example/x"}, "not at an address", Action.FAIL),
            ({"url": ""}, "not at an address", Action.FAIL),
            ({"mime_type": "text/html"}, "text/html are not taken", Action.FAIL),
            ({"mime_type": None}, "are not taken", Action.FAIL),
            ({"mime_type": "application/pdf"}, "not of the type", Action.FAIL),
            ({"file_size": 10**9}, "larger than", Action.FAIL),
            ({"sha256": "0" * 64}, "damaged", Action.RETRY),
        ],
    )
    def test_what_does_not_fit_is_left_there(
        self, sandbox: Sandbox, client: Client, change: dict[str, Any], why: str, action: Action
    ) -> None:
        media_id = self.put(sandbox)
        sandbox.media_info[media_id] = change
        with pytest.raises(ApiFailure, match=why) as failure:
            client.download_media(media_id)
        assert failure.value.error.action is action
        contents = [path for _method, path, _status in sandbox.log if "_content" in path]
        assert bool(contents) is (change.get("sha256") is not None or "pdf" in str(change))

    def test_no_more_is_read_than_is_due_whatever_the_size_given(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        media_id = self.put(sandbox, PNG + b"x" * 50000)
        sandbox.media_info[media_id] = {"file_size": 5, "sha256": ""}
        with pytest.raises(ApiFailure, match="too long"):
            client.download_media(media_id, limit=20000)

    def test_a_file_that_is_gone_says_so(self, sandbox: Sandbox, client: Client) -> None:
        media_id = self.put(sandbox)
        sandbox.forget_media(media_id)
        with pytest.raises(ApiFailure) as failure:
            client.download_media(media_id)
        assert failure.value.error.code == 100

    def test_an_odd_id_is_never_asked(self, client: Client) -> None:
        with pytest.raises(ValueError, match="numeric"):
            client.download_media("../me")
