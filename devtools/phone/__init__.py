"""The phone page of `./dev serve`: each debtor's chat as his phone shows it.

It hangs in the sandbox's own HTTP server: put "devtools.phone:install" into the `plugins` of the
sandbox's configuration, or call install(sandbox).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sandbox import Request, Response, Sandbox, json_response

PREFIX = "/phone"
FOLDER = Path(__file__).resolve().parent
FILES = {
    "": ("page.html", "text/html; charset=UTF-8"),
    "page.js": ("page.js", "text/javascript; charset=UTF-8"),
    "page.css": ("page.css", "text/css; charset=UTF-8"),
}
SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
MAX_TEXT = 4096


def install(sandbox: Sandbox) -> None:
    """Serve the phone page at /phone of the sandbox's address."""
    sandbox.extra_routes[PREFIX] = PhonePage(sandbox).handle


class PhonePage:
    """Routes below /phone. Only this machine's own pages may use them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def handle(self, request: Request) -> Response:
        """Answer the page, its data, a document, or take a reply."""
        if not _is_local(request):
            return _refusal(403, "Open this page at 127.0.0.1.")
        name = request.path[len(PREFIX) :].strip("/")
        if request.method == "GET":
            if name in FILES:
                filename, content_type = FILES[name]
                content = (FOLDER / filename).read_bytes()
                return Response(200, content, content_type, dict(SAFE))
            if name == "chats":
                return json_response(self._summaries(), headers=SAFE)
            if name == "chat":
                chat = self._chat(request.query)
                return json_response(chat, headers=SAFE) if chat else _refusal(404, "No such chat.")
            if name.startswith("document/"):
                return self._document(name.removeprefix("document/"))
        elif request.method == "POST" and name == "reply":
            return self._reply(request)
        return _refusal(404, "There is nothing here.")

    def _summaries(self) -> list[dict[str, Any]]:
        """Return the list of chats, the one with the newest bubble first."""
        rows = []
        for chat in self.sandbox.chats.all():
            last = chat["bubbles"][-1]
            rows.append(
                {
                    **self._head(chat),
                    "last": last["text"],
                    "direction": last["direction"],
                    "status": last.get("status", ""),
                    "at": last["at"],
                    "count": len(chat["bubbles"]),
                }
            )
        return sorted(rows, key=lambda row: -row["at"])

    def _head(self, chat: dict[str, Any]) -> dict[str, Any]:
        account = self.sandbox.accounts[chat["phone_number_id"]]
        keys = ("phone_number_id", "wa_id", "number", "name")
        return {**{key: chat[key] for key in keys}, "business": account.verified_name}

    def _chat(self, wanted: dict[str, str]) -> dict[str, Any] | None:
        for chat in self.sandbox.chats.all():
            if (chat["phone_number_id"], chat["wa_id"]) == (
                wanted.get("phone_number_id"),
                wanted.get("wa_id"),
            ):
                return {**self._head(chat), "bubbles": chat["bubbles"]}
        return None

    def _document(self, media_id: str) -> Response:
        media = self.sandbox.media(media_id)
        if media is None:
            return _refusal(404, "No such document.")
        disposition = f"attachment; filename*=UTF-8''{quote(media.filename, safe='')}"
        headers = {**SAFE, "Content-Disposition": disposition}
        return Response(200, media.content, "application/pdf", headers)

    def _reply(self, request: Request) -> Response:
        """Let the person write a text, or tap a button of one of our bubbles."""
        try:
            wanted = request.json()
        except Exception:  # noqa: BLE001 - whatever is wrong with the body, it is no reply
            return _refusal(400, "The reply must be JSON.")
        chat = self._chat(wanted) if isinstance(wanted, dict) else None
        if chat is None:
            return _refusal(404, "No such chat.")
        content = _content(wanted, chat)
        if content is None:
            return _refusal(400, "Write a text or tap a button.")
        wamid = self.sandbox.push_inbound(
            chat["wa_id"],
            phone_number_id=chat["phone_number_id"],
            profile_name=chat["name"],
            **content,
        )
        return json_response({"wamid": wamid}, headers=SAFE)


def _content(wanted: dict[str, Any], chat: dict[str, Any]) -> dict[str, Any] | None:
    """Return what push_inbound needs for a text or a tap, None when it is neither."""
    text, wamid, index = wanted.get("text"), wanted.get("wamid"), wanted.get("button")
    if isinstance(text, str) and text.strip():
        return {"text": text.strip()[:MAX_TEXT]}
    for bubble in chat["bubbles"]:
        buttons = bubble.get("buttons", [])
        if bubble["wamid"] != wamid or type(index) is not int or not 0 <= index < len(buttons):
            continue
        button = buttons[index]
        if button["kind"] == "quick_reply":
            return {"button": (button["payload"], button["text"]), "context": wamid}
        if button["kind"] == "reply":
            return {"interactive": (button["payload"], button["text"]), "context": wamid}
    return None


def _is_local(request: Request) -> bool:
    """Refuse names that merely point here, and posts from pages of other sites."""
    host = request.headers.get("host", "")
    if not re.fullmatch(r"(?:127\.0\.0\.1|localhost)(?::\d+)?", host):
        return False
    origin = request.headers.get("origin", "")
    return not origin or urlsplit(origin).netloc == host


def _refusal(status: int, sentence: str) -> Response:
    return json_response({"error": sentence}, status, dict(SAFE))
