"""The sandbox itself: accounts, what they accepted, and the API's endpoints."""

from __future__ import annotations

import base64
import collections
import itertools
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from . import webhooks
from .accounts import Account, Media, digits, is_loopback, user_id_of, wa_id_of
from .api import Api
from .chats import Chats
from .faults import FaultScript
from .refusal import Refusal, failed_error
from .server import (
    Request,
    Response,
    Route,
    Server,
    json_response,
)
from .templates import Template, TemplateStore
from .webhooks import Change, Courier, Delivery

Json = dict[str, Any]


class Sandbox:
    """Meta's side of WhatsApp on this machine. A context manager; `base_url` is its address."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        phone_number_id: str = "",
        waba_id: str = "",
        token: str = "",
        app_secret: str = "",
        webhook_url: str = "",
        latency: float = 0.0,
        auto_statuses: Iterable[str] = ("sent", "delivered", "read"),
        auto_approve: bool = True,
        status_delay: float = 0.0,
        throughput: int | None = None,
        wa_id_quirks: bool = True,
        **account: Any,
    ) -> None:
        if not is_loopback(f"http://{host}"):
            raise ValueError("the sandbox listens on this machine only")
        self.latency = latency
        self.auto_statuses = tuple(auto_statuses)
        self.auto_approve = auto_approve
        self.status_delay = status_delay
        self.throughput = throughput
        self.wa_id_quirks = wa_id_quirks
        self.slow_seconds = 1.0
        self.accounts: dict[str, Account] = {}
        self.accepted: list[Json] = []
        self.by_wamid: dict[str, Json] = {}
        self.log: list[tuple[str, str, int]] = []
        self.extra_routes: dict[str, Route] = {}
        self.chats = Chats()
        self.courier = Courier(self._tell_chats)
        self.store = TemplateStore()
        self.script = FaultScript()
        self.files: dict[str, Media] = {}
        self.media_info: dict[str, Json] = {}
        self.samples: dict[str, int] = {}
        self.last_inbound: dict[tuple[str, str], float] = {}
        self.sent_times: dict[str, collections.deque[float]] = {}
        self.serial = itertools.count(1)
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self._api = Api(self)
        self._server = Server((host, port), self._route, self.stopping)
        self._thread: threading.Thread | None = None
        self.host, self.port = host, int(self._server.server_address[1])
        if phone_number_id:
            self.add_account(
                phone_number_id=phone_number_id,
                waba_id=waba_id,
                token=token,
                app_secret=app_secret,
                webhook_url=webhook_url,
                **account,
            )

    # === LIFE === #

    def start(self) -> Sandbox:
        """Listen and deliver webhooks."""
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            name="sandbox-http",
            daemon=True,
        )
        self._thread.start()
        self.courier.start()
        return self

    def stop(self) -> None:
        """End all threads and connections."""
        self.stopping.set()
        self.courier.stop()
        if self._thread is not None:
            self._server.end()
            self._thread.join(10)
            self._thread = None
        else:
            self._server.server_close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The address to put in place of https://graph.facebook.com."""
        return f"http://{self.host}:{self.port}"

    # === SETTINGS === #

    def add_account(self, **values: Any) -> Account:
        """Add a number: phone_number_id, waba_id, token, app_secret, webhook_url and so on."""
        account = Account(**values)
        self.accounts[account.phone_number_id] = account
        return account

    def fault(
        self, kind: str, to: str | None = None, times: int | None = 1, endpoint: str = "messages"
    ) -> None:
        """Make trouble (see FAULTS) for the next `times` sends, of one recipient when `to`."""
        with self.lock:
            self.script.add(kind, to, times, endpoint)

    def clear_faults(self) -> None:
        """Take all troubles back."""
        with self.lock:
            self.script.clear()

    def webhook_options(
        self,
        *,
        batch_size: int | None = None,
        shuffle: bool | None = None,
        repeat: int | None = None,
    ) -> None:
        """Choose how webhooks come: many in one POST, out of order, each body several times."""
        if batch_size is not None:
            self.courier.batch_size = batch_size
        if shuffle is not None:
            self.courier.shuffle = shuffle
        if repeat is not None:
            self.courier.repeat = repeat

    # === COUNTS === #

    @property
    def requests(self) -> int:
        """How many requests the API has answered, the refused ones too."""
        return len(self.log)

    @property
    def duplicates(self) -> int:
        """How many messages were accepted beyond the first of their biz_opaque_callback_data."""
        with self.lock:
            opaques = [row["opaque"] for row in self.accepted if row["opaque"]]
        return len(opaques) - len(set(opaques))

    @property
    def internal_errors(self) -> list[str]:
        """Bugs of the sandbox itself; a test may assert that there are none."""
        return self._server.internal_errors

    @property
    def templates(self) -> list[Json]:
        """All templates as a listing shows them, with their account."""
        with self.lock:
            return [{**row.as_json(), "waba_id": row.waba_id} for row in self.store.rows]

    # === TEMPLATES === #

    def add_template(self, definition: Json, *, waba_id: str = "", status: str = "APPROVED") -> str:
        """Put a template there, past its review, without a webhook; return its id."""
        with self.lock:
            template = self.store.create(waba_id or self._only().waba_id, definition)
            template.status = status
            return template.template_id

    def set_template(
        self,
        name: str,
        language: str = "",
        *,
        waba_id: str = "",
        status: str = "",
        category: str = "",
        correct_category: str = "",
        quality: str = "",
        reason: str = "NONE",
    ) -> None:
        """Change what Meta thinks of a template and tell it by webhook."""
        with self.lock:
            for template in self.store.rows:
                if template.name != name or (language and template.language != language):
                    continue
                if waba_id and template.waba_id != waba_id:
                    continue
                if status:
                    self.review(template, status, reason)
                if correct_category and correct_category != template.category:
                    template.correct_category = correct_category
                    change = {
                        "new_category": template.category,
                        "correct_category": correct_category,
                        "category_update_timestamp": int(time.time()) + 86400,
                    }
                    self._tell_template(template, "template_category_update", change)
                if category and category != template.category:
                    previous, template.category = template.category, category
                    template.correct_category = ""
                    change = {"previous_category": previous, "new_category": category}
                    self._tell_template(template, "template_category_update", change)
                if quality and quality != template.quality:
                    previous, template.quality = template.quality, quality
                    change = {"previous_quality_score": previous, "new_quality_score": quality}
                    self._tell_template(template, "message_template_quality_update", change)

    def review(self, template: Template, status: str, reason: str = "NONE") -> None:
        template.status = status
        template.rejected_reason = reason
        change = {
            "event": status,
            "reason": reason,
            "message_template_category": template.category,
        }
        self._tell_template(template, "message_template_status_update", change)

    def _tell_template(self, template: Template, field: str, change: Json) -> None:
        value = {
            **change,
            "message_template_id": int(template.template_id),
            "message_template_name": template.name,
            "message_template_language": template.language,
        }
        self.push_change(field, value, waba_id=template.waba_id)

    # === WEBHOOKS === #

    def flush_webhooks(self, timeout: float = 10.0) -> bool:
        """Wait until every webhook was answered with 200; False if not, in time or at all."""
        return self.courier.flush(timeout)

    def take_webhooks(self) -> list[Delivery]:
        """Return the signed deliveries of accounts without a webhook address."""
        return self.courier.take()

    def verify_webhook(self, verify_token: str, phone_number_id: str = "") -> bool:
        """Make the handshake with an account's webhook address."""
        account = self._account(phone_number_id)
        return webhooks.handshake(account.webhook_url, verify_token)

    def push_change(
        self, field: str, value: Json, *, waba_id: str = "", phone_number_id: str = ""
    ) -> None:
        """Send any change by webhook, such as account_update."""
        if waba_id:
            account = next(row for row in self.accounts.values() if row.waba_id == waba_id)
        else:
            account = self._account(phone_number_id)
        self.courier.add(account, field, value)

    def push_status(
        self,
        wamid: str,
        status: str,
        error: int | None = None,
        *,
        opaque: str | None = None,
        at: float | None = None,
        delay: float = 0.0,
        category: str = "utility",
        **overrides: Any,
    ) -> None:
        """Send a status of an accepted message; None in `overrides` leaves a key out."""
        with self.lock:
            sent = self.by_wamid.get(wamid)
        account = self._account(sent["phone_number_id"] if sent else "")
        wa_id = sent["wa_id"] if sent else ""
        row: Json = {
            "id": wamid,
            "status": status,
            "timestamp": str(int(time.time() if at is None else at)),
            "recipient_id": wa_id or None,
            "recipient_user_id": sent["user_id"] if sent else None,
            "biz_opaque_callback_data": opaque or (sent["opaque"] if sent else None) or None,
        }
        if status == "failed":
            row["errors"] = [failed_error(error or 131000)]
        elif status in ("sent", "delivered"):
            row["pricing"] = {
                "billable": True,
                "pricing_model": "PMP",
                "type": "regular",
                "category": category,
            }
        row.update(overrides)
        value: Json = {
            "messaging_product": "whatsapp",
            "metadata": _metadata(account),
            "statuses": [{key: value for key, value in row.items() if value is not None}],
        }
        if status != "failed" and wa_id:
            value["contacts"] = [{"wa_id": wa_id, "user_id": row["recipient_user_id"]}]
        self.courier.add(account, "messages", value, delay)

    def _tell_chats(self, change: Change) -> None:
        """Give the bubbles their ticks at the moment at which the business hears of them."""
        for row in change.value.get("statuses", []):
            error = row["errors"][0]["code"] if "errors" in row else None
            self.chats.move(row["id"], row["status"], error)

    def push_inbound(
        self,
        from_: str,
        text: str | None = None,
        *,
        button: tuple[str, str] | None = None,
        interactive: tuple[str, str] | None = None,
        message: Json | None = None,
        file: tuple[bytes, str] | None = None,
        filename: str = "",
        context: str = "",
        profile_name: str = "",
        bsuid_only: bool = False,
        phone_number_id: str = "",
        at: float | None = None,
    ) -> str:
        """Let a person write (text), tap (payload, label), send a file (content, type) with the
        text as its caption, or any `message`; return its wamid.

        Without any of them the message is of an unsupported type.
        """
        account = self._account(phone_number_id)
        if file is not None:
            message, text = self._file_message(account, file, filename, text or ""), None
        wa_id = self.wa_id(from_)
        user_id = user_id_of(wa_id)
        moment = time.time() if at is None else at
        wamid = self.new_wamid(wa_id)
        row: Json = {"from": wa_id, "from_user_id": user_id, "id": wamid}
        row["timestamp"] = str(int(moment))
        row.update(_inbound_content(text, button, interactive, message))
        if context:
            row["context"] = {"from": digits(account.display_phone_number), "id": context}
        contact: Json = {"profile": {"name": profile_name or "Cliente"}, "wa_id": wa_id}
        contact["user_id"] = user_id
        if bsuid_only:
            del row["from"], contact["wa_id"]
        value = {
            "messaging_product": "whatsapp",
            "metadata": _metadata(account),
            "contacts": [contact],
            "messages": [row],
        }
        with self.lock:
            key = (account.phone_number_id, wa_id)
            self.last_inbound[key] = max(moment, self.last_inbound.get(key, 0.0))
        caption = row.get(row["type"]) if file is not None else None
        said = text or (button or interactive or ("", ""))[1] or (caption or {}).get("caption")
        shown = said or f"[{row['type']}]"
        bubble = {"wamid": wamid, "direction": "in", "at": moment, "text": shown}
        self.chats.add(*key, f"+{digits(from_)}", {**bubble, "name": profile_name})
        self.courier.add(account, "messages", value)
        return wamid

    def _file_message(
        self, account: Account, file: tuple[bytes, str], filename: str, caption: str
    ) -> Json:
        media = self.put_media(*file, filename=filename, phone_number_id=account.phone_number_id)
        kind = media.mime.partition("/")[0]
        kind = "document" if kind in ("application", "text") else kind
        content: Json = {"id": media.media_id, "mime_type": media.mime}
        content["sha256"] = media.info(self.base_url)["sha256"]
        if caption:
            content["caption"] = caption
        if filename and kind == "document":
            content["filename"] = filename
        if kind == "audio":
            content["voice"] = True
        return {"type": kind, kind: content}

    # === MEDIA === #

    def put_media(
        self, content: bytes, mime: str, *, filename: str = "file", phone_number_id: str = ""
    ) -> Media:
        """Keep a file that a person has sent; `media_info` changes what is told of it."""
        number = self._account(phone_number_id).phone_number_id
        with self.lock:
            media_id = str(2002000000 + next(self.serial))
            media = Media(media_id, number, filename, mime, content)
            self.files[media_id] = media
        return media

    def forget_media(self, media_id: str) -> None:
        """Let a file expire."""
        with self.lock:
            del self.files[media_id]

    def media(self, media_id: str) -> Media | None:
        """Return a file."""
        return self.files.get(media_id)

    # === HELPERS === #

    def _route(self, request: Request) -> Response:
        try:
            for prefix, route in self.extra_routes.items():
                if request.path == prefix or request.path.startswith(f"{prefix}/"):
                    return route(request)
            response = self._api.answer(request)
        except Refusal as refusal:
            response = json_response(refusal.body(), refusal.status, refusal.headers)
        with self.lock:
            self.log.append((request.method, request.path, response.status))
        return response

    def wa_id(self, number: str) -> str:
        return wa_id_of(number) if self.wa_id_quirks else digits(number)

    def new_wamid(self, person: str) -> str:
        seed = f"{person}:{next(self.serial)}:{self.port}".encode()
        return "wamid.HBg" + base64.b64encode(seed.ljust(30, b"-")).decode()

    def _only(self) -> Account:
        return next(iter(self.accounts.values()))

    def _account(self, phone_number_id: str) -> Account:
        return self.accounts[phone_number_id] if phone_number_id else self._only()


def _metadata(account: Account) -> Json:
    return {
        "display_phone_number": digits(account.display_phone_number),
        "phone_number_id": account.phone_number_id,
    }


def _inbound_content(
    text: str | None,
    button: tuple[str, str] | None,
    interactive: tuple[str, str] | None,
    message: Mapping[str, Any] | None,
) -> Json:
    if text is not None:
        return {"type": "text", "text": {"body": text}}
    if button is not None:
        return {"type": "button", "button": {"payload": button[0], "text": button[1]}}
    if interactive is not None:
        reply = {"id": interactive[0], "title": interactive[1]}
        content = {"type": "button_reply", "button_reply": reply}
        return {"type": "interactive", "interactive": content}
    if message is not None:
        return dict(message)
    error = {"code": 131051, "title": "Message type unknown"}
    return {"type": "unsupported", "errors": [error], "unsupported": {"type": "poll"}}
