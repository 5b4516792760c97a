"""The sandbox's webhooks come as Meta's do: signed, at least once, in any order, in batches."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from core.whatsapp.client import Client, Credentials
from core.whatsapp.payload import template_message
from core.whatsapp.webhook import InboundEvent, OtherEvent, StatusEvent, parse, verify_signature
from sandbox import Sandbox

NUMBER, BUSINESS, SECRET = "300000000000001", "200000000000001", "test-app-secret"
DEBTOR = "+51987654321"
PLAIN = {
    "name": "plain",
    "language": "es",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "Hola, gracias por su pago. Ver árbol/rama."}],
}


class Receiver:
    """The business's side: keeps what is signed rightly, answers what it is told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.refused = 0
        self.answers: list[int] = []
        self.events: list[StatusEvent | InboundEvent | OtherEvent] = []
        self.headers: list[dict[str, str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                if "hub.verify_token=right" in self.path and "hub.mode=subscribe" in self.path:
                    self.wfile.write(self.path.split("hub.challenge=")[1].split("&")[0].encode())

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(raw, dict(self.headers))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self._lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, raw: bytes, headers: dict[str, str]) -> int:
        with self._lock:
            if not verify_signature(raw, headers.get("X-Hub-Signature-256"), [SECRET]):
                self.refused += 1
                return 403
            self.bodies.append(raw)
            self.headers.append(headers)
            status = self.answers.pop(0) if self.answers else 200
            if status == 200:
                self.events += parse(raw)
            return status

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture
def sandbox(receiver: Receiver) -> Iterator[Sandbox]:
    with Sandbox(
        phone_number_id=NUMBER,
        waba_id=BUSINESS,
        token="token",
        app_secret=SECRET,
        webhook_url=receiver.url,
        webhook_headers={"X-Database": "demo"},
        display_phone_number="51900000000",
    ) as running:
        running.add_template(PLAIN)
        yield running
        assert running.internal_errors == []


@pytest.fixture
def send(sandbox: Sandbox) -> Iterator[Callable[[str], str]]:
    with Client(Credentials(sandbox.base_url, "v25.0", NUMBER, BUSINESS, "token")) as client:
        yield (
            lambda opaque: (
                client.send_message(template_message(DEBTOR, "plain", "es", {}, opaque)).wamid
            )
        )


def test_statuses_come_back_with_our_opaque_data(
    sandbox: Sandbox, receiver: Receiver, send: Callable[[str], str]
) -> None:
    wamid = send("dun:1")
    assert sandbox.flush_webhooks(5)
    assert [event.status for event in receiver.events] == ["sent", "delivered", "read"]
    for event in receiver.events:
        assert (event.wamid, event.opaque, event.recipient) == (wamid, "dun:1", "51987654321")
        assert (event.phone_number_id, event.waba_id) == (NUMBER, BUSINESS)
        assert event.recipient_user_id.startswith("PE.") and event.at is not None
    assert (receiver.events[0].category, receiver.events[0].billable) == ("utility", True)
    assert receiver.headers[0]["X-Database"] == "demo"


def test_bytes_are_escaped_as_meta_signs_them(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.push_inbound(DEBTOR, "Ya pagué / ñandú 🙂")
    assert sandbox.flush_webhooks(5)
    (raw,) = receiver.bodies
    assert b"pagu\\u00e9 \\/ \\u00f1and\\u00fa \\ud83d\\ude42" in raw
    assert raw.isascii()
    assert receiver.events[0].text == "Ya pagué / ñandú 🙂"


def test_wrong_app_secret_is_refused_and_given_up_at_last(
    sandbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.webhooks.RETRY_SECONDS", (0.01, 0.01))
    sandbox.accounts[NUMBER].app_secret = "wrong"
    sandbox.push_inbound(DEBTOR, "Hola")
    assert not sandbox.flush_webhooks(5)
    assert (receiver.refused, receiver.events) == (3, [])
    assert len(sandbox.courier.given_up) == 1


def test_delivery_is_repeated_until_it_is_answered_with_200(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    receiver.answers = [500, 503, 404]
    sandbox.push_inbound(DEBTOR, "Hola")
    assert sandbox.flush_webhooks(5)
    assert len(receiver.bodies) == 4
    assert len(set(receiver.bodies)) == 1
    assert [event.text for event in receiver.events] == ["Hola"]


def test_batches_hold_many_changes(
    sandbox: Sandbox, receiver: Receiver, send: Callable[[str], str]
) -> None:
    sandbox.webhook_options(batch_size=50)
    sandbox.courier.pause()
    for number in range(20):
        send(f"dun:{number}")
    sandbox.push_inbound(DEBTOR, "Hola")
    sandbox.push_change("account_update", {"event": "ACCOUNT_VIOLATION"})
    sandbox.courier.pause(False)
    assert sandbox.flush_webhooks(5)
    assert len(receiver.bodies) == 2
    kinds = Counter(type(event).__name__ for event in receiver.events)
    assert kinds == {"StatusEvent": 60, "InboundEvent": 1, "OtherEvent": 1}


def test_shuffled_and_repeated_webhooks_hold_the_same_events(
    sandbox: Sandbox, receiver: Receiver, send: Callable[[str], str]
) -> None:
    sandbox.webhook_options(shuffle=True, repeat=2)
    sandbox.courier.pause()
    for number in range(10):
        send(f"dun:{number}")
    sandbox.courier.pause(False)
    assert sandbox.flush_webhooks(10)
    keys = [event.key for event in receiver.events]
    assert len(keys) == 60 and set(Counter(keys).values()) == {2}
    order = [event.opaque for event in receiver.events]
    assert order != sorted(order, key=lambda opaque: int(opaque.partition(":")[2]))


def test_undeliverable_message_fails_later(
    sandbox: Sandbox, receiver: Receiver, send: Callable[[str], str]
) -> None:
    sandbox.fault("undeliverable", to=DEBTOR)
    assert send("dun:1")
    sandbox.fault("failed:131049")
    send("dun:2")
    assert sandbox.flush_webhooks(5)
    codes = [(event.opaque, event.status, event.error_code) for event in receiver.events]
    assert codes == [("dun:1", "failed", 131026), ("dun:2", "failed", 131049)]
    assert b'"contacts"' not in receiver.bodies[0]


def test_message_whose_answer_was_lost_still_has_its_statuses(
    sandbox: Sandbox, receiver: Receiver, send: Callable[[str], str]
) -> None:
    sandbox.fault("reset_after")
    assert send("dun:lost") == ""
    assert sandbox.flush_webhooks(5)
    assert {event.opaque for event in receiver.events} == {"dun:lost"}


def test_scripted_statuses_may_leave_keys_out(
    sandbox: Sandbox, receiver: Receiver, send: Callable[[str], str]
) -> None:
    sandbox.auto_statuses = ()
    wamid = send("dun:1")
    sandbox.push_status(wamid, "read", recipient_id=None, recipient_user_id=None, at=1795000010)
    sandbox.push_status("wamid.UNKNOWN", "delivered", opaque="dun:1")
    assert sandbox.flush_webhooks(5)
    first, second = receiver.events
    assert (first.recipient, first.at.timestamp()) == ("", 1795000010)
    assert (second.wamid, second.opaque) == ("wamid.UNKNOWN", "dun:1")


def test_person_writes_taps_and_hides_the_number(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.push_inbound(DEBTOR, "BAJA", profile_name="Rosa")
    sandbox.push_inbound(DEBTOR, button=("DUN_PAID:1", "Ya pagué"), context="wamid.OURS")
    sandbox.push_inbound(DEBTOR, interactive=("P:3", "En 3 días"))
    sandbox.push_inbound(DEBTOR)
    sandbox.push_inbound(DEBTOR, "BAJA", bsuid_only=True)
    sandbox.push_inbound("+525512345678", message={"type": "reaction", "reaction": {"emoji": "👍"}})
    assert sandbox.flush_webhooks(5)
    told = [(event.kind, event.text, event.payload, event.sender) for event in receiver.events]
    assert told == [
        ("text", "BAJA", "", "51987654321"),
        ("button", "Ya pagué", "DUN_PAID:1", "51987654321"),
        ("interactive", "En 3 días", "P:3", "51987654321"),
        ("unsupported", "", "", "51987654321"),
        ("text", "BAJA", "", ""),
        ("reaction", "👍", "", "5215512345678"),
    ]
    assert receiver.events[0].profile_name == "Rosa"
    assert receiver.events[1].context_wamid == "wamid.OURS"
    assert receiver.events[4].sender_user_id == receiver.events[0].sender_user_id != ""


def test_change_of_a_template_is_told(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.set_template("plain", status="PAUSED", category="MARKETING", quality="RED")
    assert sandbox.flush_webhooks(5)
    assert [event.field for event in receiver.events] == [
        "message_template_status_update",
        "template_category_update",
        "message_template_quality_update",
    ]
    values = [event.raw["value"] for event in receiver.events]
    assert values[0]["event"] == "PAUSED"
    assert (values[1]["previous_category"], values[1]["new_category"]) == ("UTILITY", "MARKETING")
    assert values[2]["new_quality_score"] == "RED"
    assert values[0]["message_template_id"] > 2**31


def test_two_businesses_share_a_sandbox_but_not_their_webhooks(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    second = Receiver()
    sandbox.add_account(
        phone_number_id="301",
        waba_id="201",
        token="other",
        app_secret=SECRET,
        webhook_url=second.url,
    )
    sandbox.webhook_options(batch_size=10)
    sandbox.courier.pause()
    for number in ("301", NUMBER, "301"):
        sandbox.push_inbound(DEBTOR, "Hola", phone_number_id=number)
    sandbox.courier.pause(False)
    assert sandbox.flush_webhooks(5)
    second.stop()
    assert [event.phone_number_id for event in receiver.events] == [NUMBER]
    assert [event.waba_id for event in second.events] == ["201", "201"]


def test_nothing_is_told_to_an_account_that_is_not_subscribed(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    sandbox.accounts[NUMBER].subscribed = False
    sandbox.push_inbound(DEBTOR, "Hola")
    assert sandbox.flush_webhooks(5)
    assert receiver.bodies == []


def test_webhooks_without_an_address_are_kept_for_the_test_to_post(sandbox: Sandbox) -> None:
    sandbox.accounts[NUMBER].webhook_url = ""
    sandbox.push_inbound(DEBTOR, "Hola")
    assert sandbox.flush_webhooks(5)
    (kept,) = sandbox.take_webhooks()
    assert verify_signature(kept.raw, kept.headers["X-Hub-Signature-256"], [SECRET])
    assert sandbox.take_webhooks() == []


def test_statuses_may_take_their_time(
    sandbox: Sandbox, receiver: Receiver, send: Callable[[str], str]
) -> None:
    sandbox.status_delay = 0.05
    send("dun:1")
    assert sandbox.courier.pending == 3
    assert sandbox.flush_webhooks(5)
    assert [event.status for event in receiver.events] == ["sent", "delivered", "read"]


def test_times_follow_the_clock_of_the_process(
    sandbox: Sandbox,
    receiver: Receiver,
    send: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.time", lambda: 1795000000.0)
    send("dun:1")
    sandbox.push_inbound(DEBTOR, "Hola")
    assert sandbox.flush_webhooks(5)
    assert {event.at.timestamp() for event in receiver.events} == {1795000000.0}
    assert sandbox.accepted[0]["at"] == 1795000000.0


def test_handshake_needs_the_right_token(sandbox: Sandbox) -> None:
    assert sandbox.verify_webhook("right")
    assert not sandbox.verify_webhook("wrong")


def test_flush_ends_when_nobody_listens(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.webhooks.RETRY_SECONDS", (0.01,))
    sandbox.accounts[NUMBER].webhook_url = "http://127.0.0.1:9/hook"
    sandbox.push_inbound(DEBTOR, "Hola")
    assert not sandbox.flush_webhooks(5)


def test_sandbox_stops_at_once_with_work_left(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.status_delay = 60
    sandbox.push_status("wamid.X", "sent", delay=60)
    before = threading.active_count()
    sandbox.stop()
    assert threading.active_count() < before
    with pytest.raises(requests.ConnectionError):
        requests.get(sandbox.base_url, timeout=1)
