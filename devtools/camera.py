"""Drives a headless Chromium over the demo's screens and keeps a picture of each."""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import websocket

PATIENCE = 60.0
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-allow-origins=*",
    "--remote-debugging-port=0",
)


class Browser:
    """One tab of a headless Chromium, spoken to by its own protocol."""

    def __init__(self, program: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._serial = itertools.count(1)
        port = self._port(folder / "DevToolsActivePort")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=10) as answer:
            pages = [page for page in json.load(answer) if page["type"] == "page"]
        self._socket = websocket.create_connection(pages[0]["webSocketDebuggerUrl"], timeout=60)
        self.call("Page.enable")

    @staticmethod
    def _port(file: Path) -> int:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if file.exists() and (lines := file.read_text().split()):
                return int(lines[0])
            time.sleep(0.1)
        raise SystemExit("Chromium did not start.")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask the browser and wait for the answer; events in between are passed over."""
        number = next(self._serial)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return result["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression in the page is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.run(f"!!({condition})"):
                return
            time.sleep(0.2)
        raise SystemExit(f"The page never had: {condition}")

    def open(self, url: str, width: int, height: int) -> None:
        """Load a page at a size."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        self.call("Page.navigate", url=url)
        time.sleep(0.5)
        self.wait("document.readyState == 'complete'")

    def picture(self, target: Path) -> None:
        """Keep what is seen now."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        target.write_bytes(base64.b64decode(data))

    def end(self) -> None:
        """Close the browser."""
        self._socket.close()
        self._process.terminate()
        self._process.wait(20)


@dataclass(frozen=True)
class Shot:
    """A picture: where, how large, what must be seen, and what is done first."""

    name: str
    path: str
    ready: str
    before: tuple[str, ...] = ()
    size: tuple[int, int] = (1360, 860)
    phone: bool = False


class Ledger:
    """The demo's Odoo, asked over its own JSON interface as a user."""

    def __init__(self, address: str, login: str) -> None:
        self.address = address
        self.session = requests.Session()
        params = {"db": "dunning_demo", "login": login, "password": login}
        self.user = self._ask("/web/session/authenticate", **params)

    def _ask(self, path: str, **params: Any) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.session.post(self.address + path, json=body, timeout=60).json()
        if "error" in answer:
            raise SystemExit(answer["error"]["data"]["message"])
        return answer["result"]

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a model."""
        return self._ask(
            f"/web/dataset/call_kw/{model}/{method}",
            **{"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def first(self, model: str, domain: list[Any]) -> int:
        """The id of the first record of a domain."""
        found = self.call(model, "search", domain, limit=1)
        if not found:
            raise SystemExit(f"The demo has no {model} with {domain}.")
        return int(found[0])

    def wait_for_receipts(self) -> None:
        """Wait until the scheduled actions have sent and heard back."""
        end = time.monotonic() + 3 * PATIENCE
        while time.monotonic() < end:
            if self.call("dunning.message", "search_count", [["state", "=", "read"]]) >= 5:
                return
            time.sleep(2)
        raise SystemExit("The scheduled actions sent nothing.")


def page_link(phone: str) -> str:
    """The path of a debtor's own page, from a reminder on his phone."""
    for chat in requests.get(f"{phone}/phone/chats", timeout=60).json():
        keys = {key: chat[key] for key in ("phone_number_id", "wa_id")}
        bubbles = requests.get(f"{phone}/phone/chat", params=keys, timeout=60).json()["bubbles"]
        for button in itertools.chain(*(bubble.get("buttons", ()) for bubble in bubbles)):
            if button["kind"] == "url":
                return urlsplit(button["url"]).path
    raise SystemExit("No reminder of the demo has a link.")


def shots(ledger: Ledger, phone: str) -> list[Shot]:
    """The pictures of the documentation."""
    read = ledger.first("dunning.message.line", [["state", "=", "read"]])
    sent = ledger.call("dunning.message.line", "read", [read], ["move_id", "message_id"])[0]
    refused = ledger.first(
        "dunning.message.line",
        [["state", "=", "refused"], ["message_id.reason_codes", "=", "no_consent"]],
    )
    unsent = ledger.call("dunning.message.line", "read", [refused], ["move_id"])[0]
    law = ledger.first("dunning.jurisdiction", [["country_id.code", "=", "CO"]])
    person = ledger.call("dunning.message", "read", [sent["message_id"][0]], ["partner_id"])
    invoice = "/odoo/action-account.action_move_out_invoice_type/"
    return [
        Shot(
            "invoice",
            f"{invoice}{sent['move_id'][0]}",
            "document.querySelector('.o-mail-Message')",
            size=(1500, 900),
        ),
        Shot(
            "why_not",
            f"{invoice}{unsent['move_id'][0]}",
            "document.querySelector('.modal .o_field_widget[name=reasons] li')",
            before=("[name=action_dunning_send]",),
        ),
        Shot("outbox", "/odoo/dunning-outbox", "document.querySelector('.o_data_row')"),
        Shot(
            "evidence",
            f"/odoo/dunning-outbox/{sent['message_id'][0]}",
            "document.querySelector('.o_field_widget[name=verdict_html] td')",
            before=(".nav-link[name=evidence]",),
            size=(1360, 1000),
        ),
        Shot(
            "law",
            f"/odoo/dunning-law/{law}",
            "document.querySelector('.o_field_widget[name=rule_ids] .o_data_row')",
        ),
        Shot(
            "agreements",
            "/odoo/dunning-agreements",
            "document.querySelector('.o_kanban_record')",
        ),
        Shot(
            "collections",
            f"/odoo/res.partner/{person[0]['partner_id'][0]}",
            "document.querySelector('.nav-link.active[name=dunning]')",
            before=(".nav-link[name=dunning]",),
            size=(1360, 1000),
        ),
        Shot(
            "page",
            page_link(phone),
            "document.querySelector('details')",
            size=(390, 844),
        ),
        Shot(
            "invoice_narrow",
            f"{invoice}{sent['move_id'][0]}",
            "document.querySelector('.o_form_view')",
            size=(390, 844),
        ),
        Shot(
            "phone",
            "/phone",
            "document.querySelector('section.chat:not([hidden]) li, .bubble')",
            before=("#chats li button, #chats li a",),
            size=(1200, 820),
            phone=True,
        ),
    ]


def main() -> None:
    """Take all pictures, or those whose name has a word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chromium")
    for name in ("--odoo", "--phone", "--lang", "--to"):
        parser.add_argument(name, required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    target = Path(options.to)
    target.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(options.odoo, "admin")
    context = {"context": {"lang": options.lang}}
    ledger.call("res.users", "write", [ledger.user["uid"]], {"lang": options.lang}, **context)
    ledger.wait_for_receipts()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(options.chromium, Path(folder))
        try:
            cookie = ledger.session.cookies["session_id"]
            browser.call("Network.setCookie", name="session_id", value=cookie, url=options.odoo)
            for shot in shots(ledger, options.phone):
                if options.only in shot.name:
                    take(browser, shot, options, target)
        finally:
            browser.end()


def take(browser: Browser, shot: Shot, options: argparse.Namespace, target: Path) -> None:
    """Open a screen, do what comes first, and keep the picture."""
    address = options.phone if shot.phone else options.odoo
    browser.open(address + shot.path, *shot.size)
    for selector in shot.before:
        element = f"document.querySelector({json.dumps(selector)})"
        browser.wait(element)
        browser.run(f"{element}.click()")
    browser.wait(shot.ready)
    time.sleep(1.5)
    browser.picture(target / f"{shot.name}.png")
    print(f"{shot.name}.png")


if __name__ == "__main__":
    main()
