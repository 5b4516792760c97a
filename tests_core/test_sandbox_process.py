"""The sandbox as a process, with the phone page in its HTTP server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from core.whatsapp.client import Client, Credentials
from core.whatsapp.payload import HeaderDocument, quick_reply, template_message
from core.whatsapp.webhook import verify_signature

ROOT = Path(__file__).resolve().parent.parent
NUMBER, BUSINESS, DEBTOR = "300000000000001", "200000000000001", "+51987654321"
REMINDER = {
    "name": "reminder",
    "language": "es",
    "category": "UTILITY",
    "parameter_format": "NAMED",
    "components": [
        {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::aW"]}},
        {
            "type": "BODY",
            "text": "Hola {{customer_name}}, le recordamos que tiene una factura pendiente.",
            "example": {
                "body_text_named_params": [{"param_name": "customer_name", "example": "Rosa"}]
            },
        },
        {"type": "FOOTER", "text": "Responda BAJA para no recibir avisos"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "URL", "text": "Ver factura", "url": "https://example.com/my"},
                {"type": "QUICK_REPLY", "text": "Ya pagué"},
            ],
        },
    ],
}


class Process:
    """A running sandbox and its phone page."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(f"{self.address}{path}", timeout=5, **options)

    def post(self, path: str, data: Any, **options: Any) -> requests.Response:
        return self.session.post(f"{self.address}{path}", json=data, timeout=5, **options)

    def chat(self) -> dict[str, Any]:
        wanted = {"phone_number_id": NUMBER, "wa_id": "51987654321"}
        return self.get("/phone/chat", params=wanted).json()

    def reply(self, **content: Any) -> requests.Response:
        chat = {"phone_number_id": NUMBER, "wa_id": "51987654321"}
        return self.post("/phone/reply", {**chat, **content})


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    config = {
        "accounts": [
            {
                "phone_number_id": NUMBER,
                "waba_id": BUSINESS,
                "token": "token",
                "app_secret": "secret",
                "verified_name": "Comercial <Andina>",
            }
        ],
        "templates": [{"waba_id": BUSINESS, "definition": REMINDER}],
        "plugins": ["devtools.phone:install"],
        "faults": [{"kind": "code:131056", "to": "+51911111111", "times": None}],
    }
    path = tmp_path_factory.mktemp("sandbox") / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    folders = [str(ROOT / "l10n_latam_dunning" / "tests"), str(ROOT)]
    child = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--config", str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stderr is not None
    yield Process(json.loads(child.stdout.readline())["base_url"])
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0
    assert child.stderr.read() == ""


@pytest.fixture(scope="module")
def reminder(process: Process) -> str:
    """A reminder that was sent with its PDF; its wamid."""
    credentials = Credentials(process.address, "v25.0", NUMBER, BUSINESS, "token")
    with Client(credentials) as client:
        media_id = client.upload_media("Factura Nº 1.pdf", b"%PDF-1.4 x", "application/pdf")
        payload = template_message(
            *(DEBTOR, "reminder", "es", {"customer_name": "Rosa <b>"}, "dun:1"),
            header_document=HeaderDocument(media_id, "Factura Nº 1.pdf"),
            buttons=[quick_reply(1, "DUN_PAID:1")],
        )
        return client.send_message(payload).wamid


def test_state_counts_and_faults_of_the_configuration_hold(process: Process, reminder: str) -> None:
    assert process.post("/_sandbox/flush", {"timeout": 5}).json() == {"done": True}
    state = process.get("/_sandbox/state").json()
    assert (state["accepted"], state["duplicates"], state["internal_errors"]) == (1, 0, [])
    message = {"messaging_product": "whatsapp", "to": "+51911111111", "type": "text"}
    answer = process.post(
        f"/v25.0/{NUMBER}/messages",
        {**message, "text": {"body": "x"}},
        headers={"Authorization": "Bearer token"},
    )
    assert answer.json()["error"]["code"] == 131056


def test_inbound_can_be_scripted_from_outside(process: Process, reminder: str) -> None:
    values = {"from_": "+51922222222", "button": ["P:1", "Ya pagué"]}
    assert process.post("/_sandbox/inbound", values).json()["wamid"].startswith("wamid.")
    assert process.post("/_sandbox/nothing", {}).status_code == 404
    assert process.post("/_sandbox/fault", {"kind": "tornado"}).status_code == 400
    assert process.post("/_sandbox/inbound", {"text": "nobody"}).status_code == 400
    assert process.session.post(f"{process.address}/_sandbox/fault", data="x").status_code == 400
    assert process.get("/_sandbox/state").json()["internal_errors"] == []


def test_page_is_served_with_a_policy_against_foreign_code(process: Process) -> None:
    for path, kind in (("", "html"), ("/page.js", "javascript"), ("/page.css", "css")):
        answer = process.get(f"/phone{path}")
        assert answer.status_code == 200 and kind in answer.headers["Content-Type"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "innerHTML" not in process.get("/phone/page.js").text
    assert process.get("/phone/..%2fpage.js").status_code == 404


def test_chat_shows_the_reminder_as_the_debtor_reads_it(process: Process, reminder: str) -> None:
    process.post("/_sandbox/flush", {"timeout": 5})
    chat = process.chat()
    assert (chat["business"], chat["name"], chat["number"]) == (
        "Comercial <Andina>",
        "Rosa <b>",
        DEBTOR,
    )
    bubble = chat["bubbles"][0]
    assert bubble["text"] == "Hola Rosa <b>, le recordamos que tiene una factura pendiente."
    assert (bubble["footer"], bubble["status"]) == ("Responda BAJA para no recibir avisos", "read")
    assert bubble["document"]["filename"] == "Factura Nº 1.pdf"
    assert [button["kind"] for button in bubble["buttons"]] == ["url", "quick_reply"]
    document = process.get(f"/phone/document/{bubble['document']['id']}")
    assert document.content == b"%PDF-1.4 x"
    assert "attachment" in document.headers["Content-Disposition"]


def test_typed_and_tapped_replies_reach_the_webhook(process: Process, reminder: str) -> None:
    assert process.reply(text=" BAJA ").status_code == 200
    assert process.reply(wamid=reminder, button=1).status_code == 200
    bubbles = process.chat()["bubbles"]
    assert [(row["direction"], row["text"]) for row in bubbles[-2:]] == [
        ("in", "BAJA"),
        ("in", "Ya pagué"),
    ]
    rows = process.get("/phone/chats").json()
    (row,) = [row for row in rows if row["wa_id"] == "51987654321"]
    assert (row["last"], row["direction"]) == ("Ya pagué", "in")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"text": "  "},
        {"text": 5},
        {"wamid": "wamid.X", "button": 1},
        {"button": 0},
        {"button": True},
        {"button": 99},
        {"button": "1"},
    ],
)
def test_reply_that_is_neither_text_nor_tap_is_refused(
    process: Process, reminder: str, content: dict[str, Any]
) -> None:
    answer = process.reply(**{"wamid": reminder, **content})
    assert answer.status_code == 400


def test_link_button_sends_nothing(process: Process, reminder: str) -> None:
    assert process.reply(wamid=reminder, button=0).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.com"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Host": "127.0.0.1.evil.example.com"},
    ],
)
def test_other_sites_can_neither_read_nor_reply(
    process: Process, reminder: str, headers: dict[str, str]
) -> None:
    assert process.get("/phone/chats", headers=headers).status_code == 403
    chat = {"phone_number_id": NUMBER, "wa_id": "51987654321", "text": "x"}
    assert process.post("/phone/reply", chat, headers=headers).status_code == 403


def test_reply_must_be_json_so_that_no_foreign_form_can_send_it(
    process: Process, reminder: str
) -> None:
    url = f"{process.address}/phone/reply"
    form = {"phone_number_id": NUMBER, "wa_id": "51987654321", "text": "x"}
    assert process.session.post(url, data=form, timeout=5).status_code == 400


def test_unknown_chats_and_documents_are_not_found(process: Process) -> None:
    assert process.get("/phone/chat", params={"wa_id": "1"}).status_code == 404
    assert process.get("/phone/document/1").status_code == 404
    assert process.post("/phone/reply", {"wa_id": "1", "text": "x"}).status_code == 404


def test_replies_are_signed_as_meta_signs(process: Process, reminder: str) -> None:
    process.reply(text="Hola")
    process.post("/_sandbox/flush", {"timeout": 5})
    kept = process.get("/_sandbox/webhooks").json()
    assert kept
    for row in kept:
        assert verify_signature(row["raw"].encode(), row["signature"], ["secret"])
