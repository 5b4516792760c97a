"""The API's endpoints: what is asked of which node, and the answer."""

from __future__ import annotations

import collections
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import messages, webhooks
from .accounts import Account, Media, user_id_of
from .refusal import Refusal
from .server import Request, Response, html_502, json_response, parse_multipart

if TYPE_CHECKING:
    from .sandbox import Sandbox

Json = dict[str, Any]

WINDOW_SECONDS = 24 * 3600
OLDEST, NEWEST = 20, 26
APP_ID = "400"
_PATH = re.compile(r"/v(\d{2})\.\d/([0-9_a-z]+)(?:/([a-z_]+))?/?")
_SESSION = re.compile(r"/v\d{2}\.\d/(upload:[A-Za-z0-9]+)")
# Megabytes of each type that Meta takes.
_MEDIA_LIMITS = {
    **dict.fromkeys(("application/pdf", "text/plain", "application/msword"), 100),
    **dict.fromkeys(("image/jpeg", "image/png"), 5),
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16),
}


class Api:
    """The endpoints of a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def answer(self, request: Request) -> Response:
        """Answer a request of the API; refuse it with Refusal."""
        if self._sandbox.latency:
            self._sandbox.stopping.wait(self._sandbox.latency)
        if request.path.startswith("/_content/"):
            return self._media_content(request)
        if (session := _SESSION.fullmatch(request.path)) and request.method == "POST":
            return self._take_sample(request, session[1])
        found = _PATH.fullmatch(request.path)
        if not found or not OLDEST <= int(found[1]) <= NEWEST:
            raise Refusal(2500, "Unknown path components.", subcode=0)
        accounts = self._authorised(request)
        node, edge = found[2], found[3] or ""
        if (request.method, node, edge) == ("POST", APP_ID, "uploads"):
            return self._start_sample(request)
        for account in accounts:
            if node == account.phone_number_id:
                return self._number(request, account, edge)
            if node == account.waba_id:
                return self._business(request, account, edge)
        return self._other_node(request, accounts, node, edge)

    def _authorised(self, request: Request) -> list[Account]:
        header = request.headers.get("authorization", "")
        if not header.startswith("Bearer ") or not header[7:].strip():
            raise Refusal(0, "An access token is required to request this resource.")
        token = header[7:].strip()
        accounts = [row for row in self._sandbox.accounts.values() if row.token == token]
        if not accounts:
            raise Refusal(190, "Invalid OAuth access token.", subcode=463)
        return accounts

    def _number(self, request: Request, account: Account, edge: str) -> Response:
        call = (request.method, edge)
        if call == ("POST", "messages"):
            return self._messages(request, account)
        if call == ("POST", "media"):
            return self._faulty("media", lambda: self._upload(request, account))
        if call == ("GET", ""):
            return self._faulty(
                _looked_at(request), lambda: self._node(request, account, account.number_info())
            )
        raise _unsupported(request, account.phone_number_id)

    def _business(self, request: Request, account: Account, edge: str) -> Response:
        call = (request.method, edge)
        if call == ("POST", "message_templates"):
            return self._faulty("templates", lambda: self._create(request, account))
        if call == ("GET", "message_templates"):
            return self._faulty("templates", lambda: self._listing(request, account))
        if call == ("DELETE", "message_templates"):
            name, template_id = request.query.get("name", ""), request.query.get("hsm_id", "")
            with self._sandbox.lock:
                self._sandbox.store.delete(account.waba_id, name, template_id)
            return json_response({"success": True})
        if edge == "subscribed_apps" and request.method in ("GET", "POST"):
            return self._faulty("subscribed_apps", lambda: self._apps(request, account))
        if call == ("GET", ""):
            info = {"id": account.waba_id, "name": account.verified_name}
            return self._faulty(_looked_at(request), lambda: self._node(request, account, info))
        raise _unsupported(request, account.waba_id)

    def _apps(self, request: Request, account: Account) -> Response:
        if request.method == "POST":
            for row in self._sandbox.accounts.values():
                row.subscribed = row.subscribed or row.waba_id == account.waba_id
            return json_response({"success": True})
        app = {"whatsapp_business_api_data": {"id": APP_ID, "name": "Sandbox app"}}
        return json_response({"data": [app] if account.subscribed else []})

    def _other_node(
        self, request: Request, accounts: list[Account], node: str, edge: str
    ) -> Response:
        with self._sandbox.lock:
            template = self._sandbox.store.by_id(node)
            media = self._sandbox.files.get(node)
        if template and not edge and template.waba_id in {row.waba_id for row in accounts}:
            if request.method == "GET":
                return self._node(request, accounts[0], template.as_json())
            if request.method == "POST":
                with self._sandbox.lock:
                    self._sandbox.store.edit(template, request.json())
                    if self._sandbox.auto_approve:
                        self._sandbox.review(template, "APPROVED")
                return json_response({"success": True})
        if (
            template
            and (request.method, edge) == ("POST", "unpause")
            and template.waba_id in {row.waba_id for row in accounts}
        ):
            with self._sandbox.lock:
                self._sandbox.store.unpause(template)
                self._sandbox.review(template, "APPROVED")
            return json_response({"success": True})
        if media and not edge and media.phone_number_id in {a.phone_number_id for a in accounts}:
            if request.method == "GET":
                changes = self._sandbox.media_info.get(node, {})
                return json_response({**media.info(self._sandbox.base_url), **changes})
            if request.method == "DELETE":
                del self._sandbox.files[node]
                return json_response({"success": True})
        raise _unsupported(request, node)

    def _node(self, request: Request, account: Account, info: Json) -> Response:
        """Answer the fields that were asked for, and the id."""
        asked = [name for name in request.query.get("fields", "").split(",") if name]
        if "health_status" in asked:
            info = {**info, "health_status": account.health_status()}
        return json_response({k: v for k, v in info.items() if not asked or k in (*asked, "id")})

    # === MESSAGES === #

    def _messages(self, request: Request, account: Account) -> Response:
        payload = request.json()
        if isinstance(payload, dict) and payload.get("status") == "read":
            return self._mark_read(payload)
        payload = messages.check_envelope(payload)
        number, user_id = messages.recipient_of(payload, account)
        with self._sandbox.lock:
            kind = self._sandbox.script.take("messages", number)
        if kind == "slow":
            self._sandbox.stopping.wait(self._sandbox.slow_seconds)
        trouble = _before(kind)
        if trouble is not None:
            return trouble
        with self._sandbox.lock:
            answer = self._accept(account, payload, number, user_id, kind)
        return _after(kind) or answer

    def _accept(
        self, account: Account, payload: Json, number: str, user_id: str, kind: str
    ) -> Response:
        """Check the message against all rules, keep it and start its statuses."""
        shown, category, status = self._shown(account, payload, number, user_id)
        self._limit(account)
        self._sandbox.store.references.update(
            button["reference"] for button in shown.get("buttons", []) if "reference" in button
        )
        wa_id = self._sandbox.wa_id(number) if number else ""
        user_id = user_id or user_id_of(wa_id)
        wamid = self._sandbox.new_wamid(wa_id or user_id)
        opaque = payload.get("biz_opaque_callback_data", "")
        row = {
            "opaque": opaque,
            "to": number or user_id,
            "payload": payload,
            "wamid": wamid,
            "at": time.time(),
            "wa_id": wa_id,
            "user_id": user_id,
            "phone_number_id": account.phone_number_id,
            "shown": shown,
        }
        self._sandbox.accepted.append(row)
        self._sandbox.by_wamid[wamid] = row
        bubble = {"wamid": wamid, "direction": "out", "at": row["at"], "status": "accepted"}
        key = (account.phone_number_id, wa_id or user_id)
        self._sandbox.chats.add(*key, number, {**bubble, **shown, "name": _name_in(payload)})
        failure = 131026 if kind == "undeliverable" else _number_after("failed:", kind)
        if failure is not None:
            self._sandbox.push_status(wamid, "failed", failure, delay=self._sandbox.status_delay)
        else:
            for turn, name in enumerate(self._sandbox.auto_statuses, 1):
                delay = self._sandbox.status_delay * turn
                self._sandbox.push_status(wamid, name, delay=delay, category=category)
        contact = {"input": payload["to"], "wa_id": wa_id} if number else {"input": user_id}
        message = {"id": wamid, **status}
        return json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{**contact, "user_id": user_id}],
                "messages": [message],
            }
        )

    def _shown(
        self, account: Account, payload: Json, number: str, user_id: str
    ) -> tuple[Json, str, Json]:
        """Return what the recipient sees, the price category and the answer's message status."""
        kind = payload["type"]

        def media_of(media_id: str) -> Media | None:
            media = self._sandbox.files.get(media_id)
            is_own = media and media.phone_number_id == account.phone_number_id
            return media if media and is_own and media.is_kept else None

        if kind == "template":
            template, shown = messages.render_template(
                payload["template"], account, self._sandbox.store, media_of, number
            )
            return shown, template.category.lower(), {"message_status": "accepted"}
        shown = messages.render_free(kind, payload[kind], media_of)
        wa_id = self._sandbox.wa_id(number) if number else ""
        opened = max(
            (
                at
                for (number_id, person), at in self._sandbox.last_inbound.items()
                if number_id == account.phone_number_id
                and (person == wa_id or user_id_of(person) == user_id)
            ),
            default=None,
        )
        if opened is None or not opened <= time.time() < opened + WINDOW_SECONDS:
            raise Refusal(131047, "More than 24 hours have passed since the customer last replied.")
        return shown, "service", {}

    def _limit(self, account: Account) -> None:
        """Refuse what goes beyond the number's messages per second."""
        if self._sandbox.throughput is None:
            return
        now = webhooks.real_now()
        times = self._sandbox.sent_times.setdefault(account.phone_number_id, collections.deque())
        while times and times[0] <= now - 1.0:
            times.popleft()
        if len(times) >= self._sandbox.throughput:
            raise Refusal(130429, "Cloud API message throughput has been reached.")
        times.append(now)

    def _mark_read(self, payload: Json) -> Response:
        if not isinstance(payload.get("message_id"), str):
            raise Refusal(100, "The parameter message_id is required.")
        return json_response({"success": True})

    # === MEDIA AND TEMPLATES === #

    def _upload(self, request: Request, account: Account) -> Response:
        form = parse_multipart(request)
        if form.get("messaging_product", ("", "", b""))[2] != b"whatsapp":
            raise Refusal(100, "(#100) The parameter messaging_product is required.")
        filename, mime, content = form.get("file", ("", "", b""))
        declared = form.get("type", ("", "", b""))[2].decode("ascii", "replace")
        if not filename or not content:
            raise Refusal(100, "The parameter file is required.")
        if mime not in _MEDIA_LIMITS or declared not in ("", mime):
            raise Refusal(100, f"Param file must be a file of a known type, not {mime[:40]}.")
        if len(content) > _MEDIA_LIMITS[mime] * 1024 * 1024:
            raise Refusal(131053, "The file is too big.")
        if mime == "application/pdf" and not content.startswith(b"%PDF-"):
            raise Refusal(131053, "The file is not a PDF.")
        with self._sandbox.lock:
            media_id = str(1001000000 + next(self._sandbox.serial))
            self._sandbox.files[media_id] = Media(
                media_id, account.phone_number_id, filename, mime, content
            )
        return json_response({"id": media_id})

    def _start_sample(self, request: Request) -> Response:
        """Open a resumable upload of a template's sample."""
        query = request.query
        if query.get("file_type") not in _MEDIA_LIMITS:
            raise Refusal(100, "Param file_type must be a known type.")
        if not re.fullmatch(r"[1-9]\d{0,9}", query.get("file_length", "")):
            raise Refusal(100, "Param file_length must be a number of bytes.")
        session = f"upload:{next(self._sandbox.serial):08}"
        self._sandbox.samples[session] = int(query["file_length"])
        return json_response({"id": session})

    def _take_sample(self, request: Request, session: str) -> Response:
        """Take the bytes of a sample; the token comes as OAuth, not as Bearer."""
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        known = {account.token for account in self._sandbox.accounts.values()}
        if scheme != "OAuth" or token not in known:
            raise Refusal(190, "Invalid OAuth access token.", subcode=463)
        length = self._sandbox.samples.get(session)
        if length is None or request.headers.get("file_offset") != "0":
            raise Refusal(100, "The upload session does not exist.")
        if len(request.body) != length:
            raise Refusal(100, "The upload is not complete.")
        handle = f"4::{session.removeprefix('upload:')}"
        with self._sandbox.lock:
            self._sandbox.store.handles.add(handle)
        return json_response({"h": handle})

    def _media_content(self, request: Request) -> Response:
        media = self._sandbox.files.get(request.path.rpartition("/")[2])
        numbers = {account.phone_number_id for account in self._authorised(request)}
        if media is None or media.phone_number_id not in numbers:
            raise Refusal(100, "Object does not exist.", subcode=33, status=404)
        return Response(200, media.content, media.mime)

    def _create(self, request: Request, account: Account) -> Response:
        with self._sandbox.lock:
            template = self._sandbox.store.submit(account.waba_id, request.json())
            if self._sandbox.auto_approve:
                self._sandbox.review(template, "APPROVED")
        return json_response(
            {
                "id": template.template_id,
                "status": template.status,
                "category": template.category,
            }
        )

    def _listing(self, request: Request, account: Account) -> Response:
        limit = request.query.get("limit", "25")
        if not re.fullmatch(r"\d{1,5}", limit):
            raise Refusal(100, "Param limit must be a number.")
        with self._sandbox.lock:
            address = f"{self._sandbox.base_url}{request.path}"
            return json_response(self._sandbox.store.page(account.waba_id, request.query, address))

    def _faulty(self, endpoint: str, answer: Callable[[], Response]) -> Response:
        with self._sandbox.lock:
            kind = self._sandbox.script.take(endpoint)
        if kind == "slow":
            self._sandbox.stopping.wait(self._sandbox.slow_seconds)
        trouble = _before(kind)
        if trouble is not None:
            return trouble
        given = answer()
        return _after(kind) or given


def _name_in(payload: Json) -> str:
    """Return the debtor's name as the template says it, to head his chat with."""
    components = payload.get("template", {}).get("components", [])
    for parameter in (row for part in components for row in part.get("parameters", [])):
        if "name" in parameter.get("parameter_name", ""):
            return str(parameter.get("text", ""))
    return ""


def _before(kind: str) -> Response | None:
    """Return the trouble that comes instead of looking at the request."""
    if kind == "rate_limit":
        raise Refusal(
            130429, "Cloud API message throughput has been reached.", headers={"Retry-After": "7"}
        )
    code = {"pair_limit": 131056, "server_error": 131000}.get(kind, _number_after("code:", kind))
    if code is not None:
        raise Refusal(code)
    if kind == "html_502":
        return html_502()
    troubles = {"timeout_before": "silence", "reset_before": "reset"}
    return Response(0, trouble=troubles[kind]) if kind in troubles else None


def _after(kind: str) -> Response | None:
    """Return the trouble that comes instead of the answer to an accepted request."""
    if kind == "html_502_after":
        return html_502()
    if kind == "odd_json":
        return json_response({"messages": [{"status": ["?"]}], "contacts": "none"})
    troubles = {"timeout_after": "silence", "reset_after": "reset"}
    return Response(0, trouble=troubles[kind]) if kind in troubles else None


def _number_after(stem: str, kind: str) -> int | None:
    return int(kind[len(stem) :]) if kind.startswith(stem) else None


def _looked_at(request: Request) -> str:
    """Name what is asked of a node, for the faults that may hit it."""
    return "health" if request.query.get("fields") == "health_status" else "number"


def _unsupported(request: Request, node: str) -> Refusal:
    return Refusal(
        100,
        f"Unsupported {request.method.lower()} request. Object with ID '{node}' does not exist, "
        "cannot be loaded due to missing permissions, or does not support this operation.",
        subcode=33,
    )
