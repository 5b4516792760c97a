"""The Cloud API over HTTP. A send has three outcomes: accepted, refused, unknown; never a raise."""

import hashlib
import io
import ipaddress
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlsplit

import requests

from .errors import Action, ApiError, ApiFailure, classify, redact
from .media import DEFAULT_LIMIT, KINDS, is_what_it_says, may_be_asked, plain_type

__all__ = ["ApiError", "ApiFailure", "Client", "Credentials", "MediaFile", "SendResult"]

Json = dict[str, Any]
Outcome = Literal["accepted", "refused", "unknown"]

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
_MEDIA_SECONDS: Final = 60.0
MAX_PAGES: Final = 200
_IDLE_SECONDS: Final = 50.0
_MAX_RETRY_AFTER: Final = 86400.0
_TEMPLATE_FIELDS: Final = (
    "id,name,language,status,category,correct_category,parameter_format,components,"
    "quality_score,rejected_reason"
)
_NUMBER_FIELDS: Final = (
    "id,display_phone_number,verified_name,quality_rating,status,throughput,name_status,"
    "whatsapp_business_manager_messaging_limit"
)


@dataclass(frozen=True)
class Credentials:
    """Where and as whom to speak. Refuses an address without TLS unless it is this machine."""

    base_url: str
    version: str
    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)
    connect_timeout: float = 5.0
    read_timeout: float = 20.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("the API address must start with https://")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("the API address must hold no user name, query or fragment")
        if parts.scheme == "http" and not self.is_loopback:
            raise ValueError("the API address must use https")
        if not re.fullmatch(r"v\d{2}\.\d", self.version):
            raise ValueError("the API version must look like v25.0")
        for name in ("phone_number_id", "waba_id"):
            if not re.fullmatch(r"[0-9]{1,32}", getattr(self, name)):
                raise ValueError(f"{name} must be Meta's numeric id")
        if not re.fullmatch(r"[!-~]+", self.token):
            raise ValueError("the access token is empty or holds spaces")
        if self.connect_timeout <= 0 or self.read_timeout <= 0:
            raise ValueError("time-outs must be positive")

    @property
    def is_loopback(self) -> bool:
        """Whether the address is this machine, as a sandbox is."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class SendResult:
    """What is known after a send. `retry_after` is what the API asked for, in seconds."""

    outcome: Outcome
    wamid: str = ""
    wa_id: str = field(default="", repr=False)
    message_status: str = ""
    error: ApiError | None = None
    retry_after: float | None = None
    user_id: str = field(default="", repr=False)

    @property
    def action(self) -> Action | None:
        """What the error asks for, None when the message was accepted."""
        return self.error.action if self.error else None


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that somebody sent to us."""

    content: bytes = field(repr=False)
    mime: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """An HTTP exchange: an answer (`status`), or why there is none (`trouble`)."""

    status: int | None = None
    body: bytes = b""
    retry_after: float | None = None
    trouble: str = ""
    body_left: bool = True


class _Token(requests.auth.AuthBase):
    """Signs a request; being an auth object it is also kept from a netrc file's override."""

    def __init__(self, token: str, scheme: str = "Bearer") -> None:
        self._value = f"{scheme} {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


class _WatchedBody(io.BytesIO):
    """A body that knows whether its first byte was asked for, i.e. whether it may have left."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.started = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Hand out bytes and remember that they left."""
        self.started = True
        return super().read(size)


class Client:
    """One WhatsApp number. Safe to share between threads: each keeps its own connection."""

    def __init__(self, credentials: Credentials, session: requests.Session | None = None) -> None:
        self.credentials = credentials
        self._auth = _Token(credentials.token)
        self._given_session = session
        self._local = threading.local()
        self._sessions: set[requests.Session] = set()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Client({self.credentials!r})"

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    # === MESSAGES === #

    def send_message(self, payload: Mapping[str, Any]) -> SendResult:
        """Send one message. Never raises for trouble of the network or the API."""
        answer = self._post_json(f"{self.credentials.phone_number_id}/messages", payload)
        if answer.status is None:
            action = Action.RETRY_UNSURE if answer.body_left else Action.RETRY
            outcome: Outcome = "unknown" if answer.body_left else "refused"
            return SendResult(outcome, error=ApiError(None, answer.trouble, None, "", action))
        data = _json_object(answer.body)
        message = _first(data.get("messages"))
        wamid = _text(message.get("id"))
        if 200 <= answer.status < 300 and wamid and "error" not in data:
            contact = _first(data.get("contacts"))
            return SendResult(
                "accepted",
                wamid=wamid,
                wa_id=_text(contact.get("wa_id")),
                message_status=_text(message.get("message_status")),
                user_id=_text(contact.get("user_id")),
            )
        error = self._api_error(answer, data)
        outcome = "unknown" if error.action is Action.RETRY_UNSURE else "refused"
        return SendResult(outcome, error=error, retry_after=answer.retry_after)

    # === MEDIA === #

    def upload_media(self, filename: str, content: bytes, mime: str) -> str:
        """Upload a document and return its media id (valid 30 days for this number)."""
        path = f"{self.credentials.phone_number_id}/media"
        safe_name = re.sub(r'[\x00-\x1f\x7f"\\/]', "_", filename) or "document"
        data = self._expect(
            self._exchange(
                "POST",
                path,
                data={"messaging_product": "whatsapp", "type": mime},
                files={"file": (safe_name, content, mime)},
            )
        )
        return self._required_id(data)

    def download_media(self, media_id: str, limit: int = DEFAULT_LIMIT) -> MediaFile:
        """Fetch a file by its id: first its address, valid for minutes, then the content.

        Refuses, with ApiFailure, an address that is not Meta's, what is larger than `limit`, a
        type that we do not keep, and content that is not what it is given out as.
        """
        number = {"phone_number_id": self.credentials.phone_number_id}
        info = self._get(_node(media_id), number)
        url, mime = _text(info.get("url")), plain_type(_text(info.get("mime_type")))
        size = _int(info.get("file_size")) or 0
        if not may_be_asked(url, self.credentials.base_url):
            raise _unfit("The file is not at an address of Meta's.")
        if mime not in KINDS:
            raise _unfit(f"Files of the type {mime[:80] or '?'} are not taken over.")
        if size > limit:
            raise _unfit(f"The file is larger than {limit // 1024} KB.")
        answer = self._request("GET", url, limit=limit, seconds=_MEDIA_SECONDS)
        if answer.status is None:
            raise ApiFailure(ApiError(None, answer.trouble, None, "", Action.RETRY))
        if not 200 <= answer.status < 300:
            raise ApiFailure(self._api_error(answer, _json_object(answer.body)))
        told = _text(info.get("sha256")).lower()
        digest = hashlib.sha256(answer.body).hexdigest()
        if re.fullmatch(r"[0-9a-f]{64}", told) and told != digest:
            raise _unfit("The file is damaged.", Action.RETRY)
        if not is_what_it_says(mime, answer.body):
            raise _unfit(f"The file is not of the type {mime}.")
        return MediaFile(answer.body, mime)

    def upload_sample(self, app_id: str, filename: str, content: bytes, mime: str) -> str:
        """Upload a sample for a template's media header; return its handle. Such a sample
        belongs to the app, and a media id is not taken in its place."""
        started = self._expect(
            self._exchange(
                "POST",
                f"{_node(app_id)}/uploads",
                params={
                    "file_name": filename,
                    "file_length": str(len(content)),
                    "file_type": mime,
                },
            )
        )
        session = self._required_id(started)
        if not re.fullmatch(r"upload:[A-Za-z0-9_=?&:+/-]{1,2000}", session):
            raise ApiFailure(ApiError(None, "The answer holds no id.", 200, "", Action.RETRY))
        data = self._expect(
            self._exchange(
                "POST",
                session,
                data=content,
                headers={"file_offset": "0", "Content-Type": "application/octet-stream"},
                auth=_Token(self.credentials.token, "OAuth"),
            )
        )
        handle = _text(data.get("h"))
        if not handle:
            raise ApiFailure(ApiError(None, "The answer holds no handle.", 200, "", Action.RETRY))
        return handle

    # === TEMPLATES === #

    def create_template(self, definition: Mapping[str, Any]) -> Json:
        """Create a template; the answer's category may differ from the one asked for."""
        path = f"{self.credentials.waba_id}/message_templates"
        return self._expect(self._post_json(path, definition))

    def edit_template(self, template_id: str, changes: Mapping[str, Any]) -> Json:
        """Replace a template's components; it goes back to review."""
        return self._expect(self._post_json(_node(template_id), changes))

    def delete_template(self, name: str, template_id: str = "") -> Json:
        """Delete one language of a template, or all of them when no id is given."""
        params = {"name": name}
        if template_id:
            params["hsm_id"] = _node(template_id)
        path = f"{self.credentials.waba_id}/message_templates"
        return self._expect(self._exchange("DELETE", path, params=params))

    def unpause_template(self, template_id: str) -> Json:
        """Let a template go on that was paused by pacing."""
        return self._expect(self._exchange("POST", f"{_node(template_id)}/unpause"))

    def template_info(self, template_id: str) -> Json:
        """Return one template as the list shows it."""
        return self._get(_node(template_id), {"fields": _TEMPLATE_FIELDS})

    def list_templates(self) -> list[Json]:
        """Return all templates of the account, page after page."""
        try:
            return list(self._template_pages())
        except ApiFailure as failure:
            if failure.error.code != 131059:
                raise
        return list(self._template_pages())

    # === ACCOUNT === #

    def phone_number_info(self) -> Json:
        """Return what Meta knows of the number: name, quality, status, limits."""
        return self._get(self.credentials.phone_number_id, {"fields": _NUMBER_FIELDS})

    def health_status(self, node: str = "") -> Json:
        """Return whether the node (default: the number) can send, with the reasons."""
        path = _node(node or self.credentials.phone_number_id)
        health = self._get(path, {"fields": "health_status"}).get("health_status")
        return health if isinstance(health, dict) else {}

    def subscribed_apps(self) -> list[Json]:
        """Return the apps that receive this account's webhooks."""
        data = self._get(f"{self.credentials.waba_id}/subscribed_apps", {}).get("data")
        return [app for app in data if isinstance(app, dict)] if isinstance(data, list) else []

    def subscribe_app(self) -> None:
        """Subscribe the token's app to the account's webhooks; without it none arrive."""
        self._expect(self._exchange("POST", f"{self.credentials.waba_id}/subscribed_apps"))

    def close(self) -> None:
        """Close the connections that this client opened."""
        with self._lock:
            sessions, self._sessions = self._sessions, set()
        self._local = threading.local()
        for session in sessions:
            session.close()

    # === HTTP === #

    def _get(self, path: str, params: Mapping[str, str]) -> Json:
        return self._expect(self._exchange("GET", path, params=dict(params)))

    def _post_json(self, path: str, payload: Mapping[str, Any]) -> _Answer:
        content = json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()
        body = _WatchedBody(content)
        return self._exchange(
            "POST",
            path,
            data=body,
            headers={"Content-Type": "application/json"},
            body_left=lambda: body.started,
        )

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        body_left: Callable[[], bool] = lambda: True,
        auth: _Token | None = None,
        **options: Any,
    ) -> _Answer:
        """Make one HTTP exchange with the API."""
        url = f"{self.credentials.base_url.rstrip('/')}/{self.credentials.version}/{path}"
        return self._request(method, url, body_left=body_left, auth=auth, **options)

    def _request(
        self,
        method: str,
        url: str,
        *,
        limit: int = MAX_ANSWER_BYTES,
        seconds: float | None = None,
        body_left: Callable[[], bool] = lambda: True,
        auth: _Token | None = None,
        **options: Any,
    ) -> _Answer:
        """Make one HTTP exchange; trouble on the way becomes an answer without a status.

        No more than `limit` bytes are read, and for no longer than `seconds`.
        """
        timeout = (self.credentials.connect_timeout, self.credentials.read_timeout)
        try:
            with self._session().request(
                method,
                url,
                auth=auth or self._auth,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                **options,
            ) as response:
                deadline = time.monotonic() + (seconds or self.credentials.read_timeout)
                return _Answer(
                    status=response.status_code,
                    body=_read_limited(response, limit, deadline),
                    retry_after=_retry_after(response.headers.get("Retry-After", "")),
                )
        except (requests.RequestException, OSError) as error:
            # Only the kind of trouble is kept: the exception itself holds the request's headers.
            return _Answer(trouble=_describe(error, body_left()), body_left=body_left())

    def _session(self) -> requests.Session:
        """Return this thread's session, a fresh one when the old may have been dropped."""
        if self._given_session is not None:
            return self._given_session
        now = time.monotonic()
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None and now - self._local.used > _IDLE_SECONDS:
            # An idle connection dies silently in firewalls; a send on it would end as unknown.
            session.close()
            with self._lock:
                self._sessions.discard(session)
            session = None
        if session is None:
            session = requests.Session()
            session.trust_env = not self.credentials.is_loopback
            self._local.session = session
            with self._lock:
                self._sessions.add(session)
        self._local.used = now
        return session

    def _expect(self, answer: _Answer) -> Json:
        """Return the answer's JSON object; raise ApiFailure for anything else."""
        if answer.status is None:
            raise ApiFailure(ApiError(None, answer.trouble, None, "", Action.RETRY))
        data = _json_object(answer.body)
        if 200 <= answer.status < 300 and data and "error" not in data:
            return data
        raise ApiFailure(self._api_error(answer, data))

    def _required_id(self, data: Json) -> str:
        identifier = _text(data.get("id"))
        if not identifier:
            raise ApiFailure(ApiError(None, "The answer holds no id.", 200, "", Action.RETRY))
        return identifier

    def _template_pages(self) -> Iterator[Json]:
        path = f"{self.credentials.waba_id}/message_templates"
        params = {"fields": _TEMPLATE_FIELDS, "limit": "100"}
        seen: set[str] = set()
        for _page in range(MAX_PAGES):
            data = self._get(path, params)
            rows = data.get("data")
            yield from (
                (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
            )
            cursor = _next_cursor(data.get("paging"))
            if not cursor or cursor in seen:
                return
            seen.add(cursor)
            params["after"] = cursor

    def _api_error(self, answer: _Answer, data: Json) -> ApiError:
        error = data.get("error")
        if not isinstance(error, dict):
            error = {}
        code, subcode = _int(error.get("code")), _int(error.get("error_subcode"))
        details = _error_details(error) or _plain_start(answer)
        return ApiError(
            code=code,
            details=redact(details[:500], (self.credentials.token,)),
            http_status=answer.status,
            fbtrace_id=_text(error.get("fbtrace_id"))[:100],
            action=classify(code, answer.status, subcode),
            subcode=subcode,
        )


def _node(identifier: str) -> str:
    if not re.fullmatch(r"[0-9]{1,32}", identifier):
        raise ValueError("a node of the API is named by its numeric id")
    return identifier


def _unfit(details: str, action: Action = Action.FAIL) -> ApiFailure:
    return ApiFailure(ApiError(None, details, None, "", action))


def _read_limited(response: requests.Response, limit: int, deadline: float) -> bytes:
    """Read an answer, but no more of it and no longer than is due."""
    content = bytearray()
    for chunk in response.iter_content(8192):
        content += chunk
        if len(content) > limit:
            raise requests.exceptions.ContentDecodingError("answer too long")
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout("answer too slow")
    return bytes(content)


def _describe(error: Exception, body_left: bool) -> str:
    kind = type(error).__name__
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return f"The answer was too long or unreadable ({kind})."
    if body_left:
        return f"The connection broke before the answer was read ({kind})."
    return f"The connection could not be opened ({kind})."


def _retry_after(value: str) -> float | None:
    """Read a Retry-After header: seconds or a date; None when absent or senseless."""
    value = value.strip()
    if re.fullmatch(r"\d{1,9}", value):
        return min(float(value), _MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    seconds = (moment - datetime.now(timezone.utc)).total_seconds()
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER)


def _json_object(body: bytes) -> Json:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _first(value: object) -> Json:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return value[0]
    return {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _int(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    return None


def _error_details(error: Json) -> str:
    """Return the most exact text of an error; `error_data` may be an object, a string, absent."""
    data = error.get("error_data")
    if isinstance(data, str):
        data = _json_object(data.encode()) or {"details": data}
    if isinstance(data, dict) and _text(data.get("details")):
        return _text(data.get("details"))
    return _text(error.get("error_user_msg")) or _text(error.get("message"))


def _plain_start(answer: _Answer) -> str:
    """Say what came instead of the API's JSON, without its markup."""
    text = re.sub(r"<[^>]{0,200}>", " ", answer.body[:2000].decode("utf-8", "replace"))
    return f"Not an answer of the API: {' '.join(text.split())[:120]}"


def _next_cursor(paging: object) -> str:
    """Return the next page's cursor. The `next` address itself is never called with our token."""
    if not isinstance(paging, dict) or not _text(paging.get("next")):
        return ""
    cursors = paging.get("cursors")
    if isinstance(cursors, dict) and _text(cursors.get("after")):
        return _text(cursors.get("after"))
    try:
        return parse_qs(urlsplit(_text(paging.get("next"))).query).get("after", [""])[0]
    except ValueError:
        return ""
