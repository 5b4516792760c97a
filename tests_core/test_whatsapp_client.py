"""The client against the sandbox, over real HTTP on this machine."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from core.whatsapp.client import ApiFailure, Client, Credentials
from core.whatsapp.errors import Action
from core.whatsapp.payload import (
    HeaderDocument,
    quick_reply,
    template_message,
    text_message,
    url_button,
)
from core.whatsapp.sample_pdf import sample_pdf
from sandbox import Response, Sandbox

NUMBER, BUSINESS = "300000000000001", "200000000000001"
TOKEN, SECRET = "EAAG-sandbox-token", "test-app-secret"
DEBTOR = "+51987654321"
PDF = b"%PDF-1.4\r\n\x00\xff\r\n--not a boundary\r\n%%EOF"
REMINDER = {
    "name": "invoice_due_reminder",
    "language": "es",
    "category": "UTILITY",
    "parameter_format": "NAMED",
    "components": [
        {
            "type": "BODY",
            "text": "Hola {{customer_name}}, le recordamos que su factura {{invoice_ref}} sigue "
            "pendiente de pago. Gracias por su atención.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "customer_name", "example": "Rosa Quispe"},
                    {"param_name": "invoice_ref", "example": "F001-123"},
                ]
            },
        },
        {"type": "FOOTER", "text": "Responda BAJA para no recibir avisos"},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Ver factura",
                    "url": "https://example.com/{{1}}",
                    "example": ["https://example.com/my/invoices/1"],
                },
                {"type": "QUICK_REPLY", "text": "Ya pagué"},
            ],
        },
    ],
}
WITH_PDF = {
    **REMINDER,
    "name": "invoice_with_document",
    "components": [
        {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::aW"]}},
        REMINDER["components"][0],
    ],
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(
        phone_number_id=NUMBER, waba_id=BUSINESS, token=TOKEN, app_secret=SECRET
    ) as running:
        running.add_template(REMINDER)
        running.add_template(WITH_PDF)
        yield running
        assert running.internal_errors == []


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client(credentials(sandbox)) as made:
        yield made


def credentials(sandbox: Sandbox, **changes: object) -> Credentials:
    values = {
        "base_url": sandbox.base_url,
        "version": "v25.0",
        "phone_number_id": NUMBER,
        "waba_id": BUSINESS,
        "token": TOKEN,
        "connect_timeout": 0.5,
        "read_timeout": 0.3,
    }
    return Credentials(**{**values, **changes})


def reminder(to: str = DEBTOR, opaque: str = "dun:1:a") -> dict:
    return template_message(
        to,
        "invoice_due_reminder",
        "es",
        {"customer_name": "Rosa Quispe", "invoice_ref": "F001-123"},
        opaque,
        buttons=[
            url_button(0, "my/invoices/123?access_token=abc"),
            quick_reply(1, "DUN_PAID:42"),
        ],
    )


class TestSend:
    def test_template_message_is_accepted(self, sandbox: Sandbox, client: Client) -> None:
        result = client.send_message(reminder())
        assert (result.outcome, result.error, result.action) == ("accepted", None, None)
        assert result.wamid == sandbox.accepted[0]["wamid"]
        assert (result.wa_id, result.message_status) == ("51987654321", "accepted")
        assert result.user_id.startswith("PE.")
        assert sandbox.accepted[0]["opaque"] == "dun:1:a"

    def test_wa_id_of_a_mexican_number_differs_from_it(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        assert client.send_message(reminder("+525512345678")).wa_id == "5215512345678"
        assert client.send_message(reminder("+5531987654321")).wa_id == "553187654321"
        assert client.send_message(reminder("+5511987654321")).wa_id == "5511987654321"

    def test_message_to_a_user_id_is_accepted(self, client: Client) -> None:
        result = client.send_message(reminder("PE.12345678901234567890"))
        assert (result.outcome, result.wa_id) == ("accepted", "")
        assert result.user_id == "PE.12345678901234567890"

    def test_free_text_needs_an_open_window(self, sandbox: Sandbox, client: Client) -> None:
        refused = client.send_message(text_message(DEBTOR, "Gracias"))
        assert (refused.outcome, refused.error.code) == ("refused", 131047)
        wamid = sandbox.push_inbound("51987654321", "Hola")
        answered = client.send_message(text_message(DEBTOR, "Gracias", "dun:2", wamid))
        assert answered.outcome == "accepted"

    def test_free_text_is_refused_a_day_after_the_inbound(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        sandbox.push_inbound("51987654321", "Hola", at=time.time() - 86401)
        assert client.send_message(text_message(DEBTOR, "Gracias")).error.code == 131047
        sandbox.push_inbound("51987654321", "Hola", at=time.time() - 86300)
        assert client.send_message(text_message(DEBTOR, "Gracias")).outcome == "accepted"

    def test_document_is_uploaded_and_sent(self, sandbox: Sandbox, client: Client) -> None:
        media_id = client.upload_media("F001-123.pdf", PDF, "application/pdf")
        assert sandbox.media(media_id).content == PDF
        payload = template_message(
            DEBTOR,
            "invoice_with_document",
            "es",
            {"customer_name": "Rosa", "invoice_ref": "F001-123"},
            "dun:3",
            header_document=HeaderDocument(media_id, "F001-123.pdf"),
        )
        assert client.send_message(payload).outcome == "accepted"
        assert sandbox.accepted[0]["shown"]["document"]["filename"] == "F001-123.pdf"

    def test_upload_keeps_a_strange_file_name_from_breaking_the_form(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        media_id = client.upload_media('a"b\r\nX: y/ñ.pdf', PDF, "application/pdf")
        assert sandbox.media(media_id).content == PDF

    def test_upload_of_what_is_no_pdf_fails(self, client: Client) -> None:
        with pytest.raises(ApiFailure) as failure:
            client.upload_media("x.pdf", b"hello", "application/pdf")
        assert failure.value.error.code == 131053


# kind, outcome, code, action, accepted by the API
FAULT_TABLE = [
    ("rate_limit", "refused", 130429, Action.SLOW, 0),
    ("pair_limit", "refused", 131056, Action.PAIR, 0),
    ("server_error", "unknown", 131000, Action.RETRY_UNSURE, 0),
    ("code:131016", "unknown", 131016, Action.RETRY_UNSURE, 0),
    ("code:2", "unknown", 2, Action.RETRY_UNSURE, 0),
    ("code:1", "unknown", 1, Action.RETRY_UNSURE, 0),
    ("code:133004", "refused", 133004, Action.RETRY, 0),
    ("code:131057", "refused", 131057, Action.RETRY, 0),
    ("code:368", "refused", 368, Action.ACCOUNT, 0),
    ("code:132015", "refused", 132015, Action.TEMPLATE, 0),
    ("code:130497", "refused", 130497, Action.COUNTRY, 0),
    ("timeout_before", "unknown", None, Action.RETRY_UNSURE, 0),
    ("timeout_after", "unknown", None, Action.RETRY_UNSURE, 1),
    ("reset_before", "unknown", None, Action.RETRY_UNSURE, 0),
    ("reset_after", "unknown", None, Action.RETRY_UNSURE, 1),
    ("html_502", "unknown", None, Action.RETRY_UNSURE, 0),
    ("html_502_after", "unknown", None, Action.RETRY_UNSURE, 1),
    ("odd_json", "unknown", None, Action.RETRY_UNSURE, 1),
    ("undeliverable", "accepted", None, None, 1),
]


class TestTrouble:
    @pytest.mark.parametrize(("kind", "outcome", "code", "action", "accepted"), FAULT_TABLE)
    def test_every_trouble_leads_to_one_of_three_outcomes(
        self,
        sandbox: Sandbox,
        client: Client,
        kind: str,
        outcome: str,
        code: int | None,
        action: Action | None,
        accepted: int,
    ) -> None:
        sandbox.fault(kind)
        result = client.send_message(reminder())
        assert (result.outcome, result.action) == (outcome, action)
        assert (result.error.code if result.error else None) == code
        assert len(sandbox.accepted) == accepted
        assert client.send_message(reminder(opaque="next")).outcome == "accepted"

    def test_rate_limit_says_when_to_come_back(self, sandbox: Sandbox, client: Client) -> None:
        sandbox.fault("rate_limit")
        result = client.send_message(reminder())
        assert (result.retry_after, result.error.http_status) == (7.0, 429)

    def test_slow_answer_within_the_time_out_is_accepted(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        sandbox.slow_seconds = 0.1
        sandbox.fault("slow")
        assert client.send_message(reminder()).outcome == "accepted"

    def test_slow_answer_after_the_time_out_is_unknown(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        sandbox.slow_seconds = 0.5
        sandbox.fault("slow")
        assert client.send_message(reminder()).outcome == "unknown"

    def test_refused_connection_is_a_refusal_to_try_again(self, sandbox: Sandbox) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{free.getsockname()[1]}"
            with Client(credentials(sandbox, base_url=address)) as client:
                result = client.send_message(reminder())
        assert (result.outcome, result.action) == ("refused", Action.RETRY)
        assert "could not be opened" in result.error.details

    def test_unknown_host_is_a_refusal_to_try_again(self, sandbox: Sandbox) -> None:
        address = "https://graph.invalid"
        with Client(credentials(sandbox, base_url=address)) as client:
            result = client.send_message(reminder())
        assert (result.outcome, result.action) == ("refused", Action.RETRY)

    def test_failed_tls_handshake_is_a_refusal_to_try_again(self, sandbox: Sandbox) -> None:
        address = sandbox.base_url.replace("http://", "https://")
        with Client(credentials(sandbox, base_url=address)) as client:
            result = client.send_message(reminder())
        assert (result.outcome, result.action) == ("refused", Action.RETRY)
        assert sandbox.accepted == []

    def test_wrong_token_stops_the_account(self, sandbox: Sandbox) -> None:
        with Client(credentials(sandbox, token="wrong")) as client:
            result = client.send_message(reminder())
        assert (result.outcome, result.error.code) == ("refused", 190)
        assert result.action is Action.ACCOUNT

    def test_unknown_number_stops_the_account(self, sandbox: Sandbox) -> None:
        with Client(credentials(sandbox, phone_number_id="999")) as client:
            result = client.send_message(reminder())
        assert (result.error.code, result.error.subcode) == (100, 33)
        assert result.action is Action.ACCOUNT

    def test_trouble_of_one_recipient_leaves_the_others_alone(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        sandbox.fault("pair_limit", to=DEBTOR, times=None)
        assert client.send_message(reminder()).error.code == 131056
        assert client.send_message(reminder("+51911111111", "b")).outcome == "accepted"
        assert client.send_message(reminder()).error.code == 131056


class TestAnswers:
    """Answers that no API gives, from a route of the sandbox's HTTP server."""

    @pytest.fixture
    def answer(self, sandbox: Sandbox) -> Iterator[list[Response]]:
        answers: list[Response] = []
        sandbox.extra_routes["/v25.0"] = lambda _request: answers[0]
        yield answers

    @pytest.mark.parametrize(
        ("status", "body", "outcome", "action"),
        [
            (200, b"", "unknown", Action.RETRY_UNSURE),
            (200, b"[]", "unknown", Action.RETRY_UNSURE),
            (200, b'{"messages": []}', "unknown", Action.RETRY_UNSURE),
            (200, b'{"messages": [{"id": 5}]}', "unknown", Action.RETRY_UNSURE),
            (200, b'{"messages": {"id": "w"}}', "unknown", Action.RETRY_UNSURE),
            (200, b"[" * 100000, "unknown", Action.RETRY_UNSURE),
            (200, b"\xff\xfe\x00", "unknown", Action.RETRY_UNSURE),
            (200, b'{"messages": [{"id": "wamid.X"}]}', "accepted", None),
            (200, b'{"messages": [{"id": "w"}], "contacts": [null]}', "accepted", None),
            (200, b'{"error": {"code": 190}}', "refused", Action.ACCOUNT),
            (302, b"", "refused", Action.ACCOUNT),
            (400, b"<h1>Bad</h1>", "refused", Action.FAIL),
            (401, b"", "refused", Action.ACCOUNT),
            (403, b"{}", "refused", Action.FAIL),
            (408, b"", "unknown", Action.RETRY_UNSURE),
            (429, b"", "refused", Action.SLOW),
            (500, b'{"error": "oops"}', "unknown", Action.RETRY_UNSURE),
            (503, b"<html>", "unknown", Action.RETRY_UNSURE),
            (504, b"", "unknown", Action.RETRY_UNSURE),
            (400, b'{"error": {"code": "131026"}}', "refused", Action.NUMBER),
            (400, b'{"error": {"code": true}}', "refused", Action.FAIL),
            (400, b'{"error": {"code": 131047, "error_data": "{}"}}', "refused", Action.FAIL),
            (400, b'{"error": {"code": 131047, "error_data": [1]}}', "refused", Action.FAIL),
        ],
    )
    def test_odd_answers_never_raise(
        self,
        client: Client,
        answer: list[Response],
        status: int,
        body: bytes,
        outcome: str,
        action: Action | None,
    ) -> None:
        answer.append(Response(status, body, headers={"Location": "http://127.0.0.1:9/"}))
        result = client.send_message(reminder())
        assert (result.outcome, result.action) == (outcome, action)

    def test_endless_answer_is_cut_off(self, client: Client, answer: list[Response]) -> None:
        answer.append(Response(200, b" " * (5 * 1024 * 1024)))
        assert client.send_message(reminder()).outcome == "unknown"

    def test_redirects_are_not_followed_with_the_token(
        self, sandbox: Sandbox, client: Client, answer: list[Response]
    ) -> None:
        seen: list[str] = []

        def elsewhere(request: object) -> Response:
            seen.append(str(request))
            return Response(200, b"{}")

        sandbox.extra_routes["/elsewhere"] = elsewhere
        answer.append(Response(307, headers={"Location": f"{sandbox.base_url}/elsewhere"}))
        assert client.send_message(reminder()).outcome == "refused"
        with pytest.raises(ApiFailure):
            client.phone_number_info()
        assert seen == []

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("12", 12.0), ("999999999", 86400.0), ("soon", None), ("-1", None), ("", None)],
    )
    def test_retry_after_is_read_with_sense(
        self, client: Client, answer: list[Response], value: str, seconds: float | None
    ) -> None:
        answer.append(Response(429, b"", headers={"Retry-After": value}))
        assert client.send_message(reminder()).retry_after == seconds

    def test_retry_after_may_be_a_date(self, client: Client, answer: list[Response]) -> None:
        answer.append(Response(429, b"", headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}))
        assert client.send_message(reminder()).retry_after == 0.0

    def test_other_calls_raise_for_odd_answers(
        self, client: Client, answer: list[Response]
    ) -> None:
        answer.append(Response(200, b"not json"))
        with pytest.raises(ApiFailure) as failure:
            client.list_templates()
        assert failure.value.error.code is None
        with pytest.raises(ApiFailure):
            client.upload_media("a.pdf", PDF, "application/pdf")


class TestSecrets:
    def test_token_and_number_stay_out_of_errors_reprs_and_logs(
        self, sandbox: Sandbox, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        leak = f'{{"error": {{"code": 100, "message": "{TOKEN} for {DEBTOR} / 51 987-654-321"}}}}'
        sandbox.extra_routes["/v25.0"] = lambda _request: Response(400, leak.encode())
        result = client.send_message(reminder())
        with pytest.raises(ApiFailure) as failure:
            client.phone_number_info()
        sandbox.extra_routes.clear()
        sandbox.fault("reset_before")
        unknown = client.send_message(reminder())
        accepted = client.send_message(reminder())
        assert (unknown.outcome, accepted.outcome) == ("unknown", "accepted")
        said = [repr(client), repr(client.credentials), repr(result), str(result.error)]
        said += [
            repr(accepted),
            repr(failure.value),
            str(failure.value),
            repr(unknown),
            caplog.text,
        ]
        for text in said:
            assert TOKEN not in text
            assert "87654321" not in text and "987-654" not in text
        assert result.error.details == "••• for •••321 / •••321"

    def test_failure_drags_no_request_behind_it(self, sandbox: Sandbox, client: Client) -> None:
        sandbox.fault("reset_before", endpoint="templates")
        with pytest.raises(ApiFailure) as failure:
            client.list_templates()
        assert failure.value.__context__ is None
        assert failure.value.error.action is Action.RETRY

    def test_netrc_does_not_replace_the_token(
        self, sandbox: Sandbox, tmp_path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login a password b\n")
        monkeypatch.setenv("NETRC", str(netrc))
        client = Client(credentials(sandbox), session=requests.Session())
        assert client.send_message(reminder()).outcome == "accepted"

    @pytest.mark.parametrize(
        "changes",
        [
            {"base_url": "http://graph.facebook.com"},
            {"base_url": "ftp://graph.facebook.com"},
            {"base_url": "https://user:pw@graph.facebook.com"},
            {"base_url": "graph.facebook.com"},
            {"version": "25"},
            {"version": "v25.0/../x"},
            {"phone_number_id": "../me"},
            {"phone_number_id": "+51987654321"},
            {"waba_id": ""},
            {"token": ""},
            {"token": "two words"},
            {"token": "line\nbreak"},
            {"read_timeout": 0},
        ],
    )
    def test_senseless_credentials_are_refused(
        self, sandbox: Sandbox, changes: dict[str, object]
    ) -> None:
        with pytest.raises(ValueError) as refusal:
            credentials(sandbox, **changes)
        assert str(changes.get("token") or TOKEN) not in str(refusal.value)


class TestManagement:
    def test_templates_are_created_and_listed_over_all_pages(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        for number in range(205):
            sandbox.add_template({**REMINDER, "name": f"reminder_{number}"})
        answer = client.create_template({**REMINDER, "name": "one_more"})
        assert (answer["status"], answer["category"]) == ("APPROVED", "UTILITY")
        names = [row["name"] for row in client.list_templates()]
        assert len(names) == len(set(names)) == 208

    def test_listing_starts_again_when_its_cursor_died(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        sandbox.fault("code:131059", endpoint="templates")
        assert len(client.list_templates()) == 2

    def test_template_is_edited_and_deleted(self, sandbox: Sandbox, client: Client) -> None:
        row = client.list_templates()[0]
        body = {**REMINDER["components"][0]}
        body["text"] = body["text"].replace("Gracias", "Muchas gracias")
        assert client.edit_template(row["id"], {"components": [body]}) == {"success": True}
        assert "Muchas gracias" in client.list_templates()[0]["components"][0]["text"]
        client.delete_template(row["name"], row["id"])
        assert [other["name"] for other in client.list_templates()] == ["invoice_with_document"]

    def test_sample_is_uploaded_for_a_document_header(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        handle = client.upload_sample("400", "sample.pdf", sample_pdf(), "application/pdf")
        assert sandbox.store.handles == {handle}
        header = {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": [handle]}}
        definition = {
            **REMINDER,
            "name": "with_sample",
            "components": [header, *REMINDER["components"]],
        }
        assert client.create_template(definition)["status"] == "APPROVED"
        with pytest.raises(ApiFailure):
            client.upload_sample("400", "page.html", b"x", "text/html")
        with pytest.raises(ValueError):
            client.upload_sample("../1", "sample.pdf", b"x", "application/pdf")

    def test_one_template_is_read_and_its_pause_ended(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        row = client.list_templates()[0]
        sandbox.set_template(row["name"], status="PAUSED")
        assert client.template_info(row["id"])["status"] == "PAUSED"
        assert client.unpause_template(row["id"]) == {"success": True}
        assert client.template_info(row["id"])["status"] == "APPROVED"

    def test_number_health_and_subscription_are_read(
        self, sandbox: Sandbox, client: Client
    ) -> None:
        info = client.phone_number_info()
        assert (info["verified_name"], info["quality_rating"]) == ("Sandbox", "GREEN")
        assert client.health_status()["can_send_message"] == "AVAILABLE"
        assert client.health_status(BUSINESS)["can_send_message"] == "AVAILABLE"
        sandbox.accounts[NUMBER].subscribed = False
        assert client.subscribed_apps() == []
        client.subscribe_app()
        assert len(client.subscribed_apps()) == 1

    def test_node_ids_cannot_leave_their_path(self, client: Client) -> None:
        with pytest.raises(ValueError):
            client.edit_template("../1", {})
        with pytest.raises(ValueError):
            client.health_status("1?fields=x")


class TestThreads:
    def test_many_threads_share_a_client(self, sandbox: Sandbox) -> None:
        sandbox.auto_statuses = ()
        with (
            Client(credentials(sandbox, read_timeout=10.0)) as client,
            ThreadPoolExecutor(8) as pool,
        ):
            results = list(
                pool.map(lambda n: client.send_message(reminder(opaque=f"m:{n}")), range(200))
            )
        assert {result.outcome for result in results} == {"accepted"}
        assert len({result.wamid for result in results}) == 200
        assert (len(sandbox.accepted), sandbox.duplicates) == (200, 0)

    def test_connections_are_kept_alive(self, sandbox: Sandbox, client: Client) -> None:
        opened: list[threading.Thread] = []
        for number in range(5):
            client.send_message(reminder(opaque=f"k:{number}"))
            opened += [t for t in threading.enumerate() if "process_request" in t.name]
        assert len(set(opened)) == 1
