"""The HTTP side: connections, routes, and the troubles that only a socket can make."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .refusal import Refusal

MAX_BODY = 101 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """An HTTP request as a route sees it; header names are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body's JSON; refuse other bodies as the API does."""
        if "application/json" not in self.headers.get("content-type", ""):
            raise Refusal(100, "The Content-Type must be application/json.")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Refusal(100, "The body is not valid JSON.") from None


@dataclass(frozen=True)
class Response:
    """An HTTP answer. `trouble` is what happens to the connection instead: reset or silence."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    trouble: str = ""


Route = Callable[[Request], Response]


def json_response(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return an answer with a JSON body."""
    return Response(status, json.dumps(data, ensure_ascii=False).encode(), headers=headers or {})


def html_502() -> Response:
    """Return what a load balancer answers in front of an API that is down."""
    page = b"<html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"
    return Response(502, page, "text/html")


class Server(socketserver.ThreadingTCPServer):
    """Threads that end with the sandbox and keep quiet about clients that go away."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], route: Route, stopping: threading.Event) -> None:
        self.route = route
        self.stopping = stopping
        self.internal_errors: list[str] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def track(self, connection: socket.socket, is_open: bool) -> None:
        """Remember the open connections, to end them with the server."""
        with self._lock:
            (self._open.add if is_open else self._open.discard)(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no news."""

    def end(self) -> None:
        """Stop listening and end what is open."""
        self.shutdown()
        self.server_close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 120
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.track(self.connection, True)

    def finish(self) -> None:
        self.server.track(self.connection, False)
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_DELETE = do_GET

    def _answer(self) -> None:
        request = self._read()
        if request is None:
            return
        try:
            response = self.server.route(request)
        except Exception as error:  # noqa: BLE001 - a bug here must be seen by the test
            self.server.internal_errors.append(f"{type(error).__name__}: {error}")
            response = json_response({"sandbox": f"{type(error).__name__}: {error}"}, 599)
        if response.trouble == "reset":
            self._reset()
        elif response.trouble == "silence":
            self._be_silent()
        else:
            self._write(response)

    def _read(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        if chunked or not re.fullmatch(r"\d{1,10}", length) or int(length) > MAX_BODY:
            self.close_connection = True
            self._write(json_response({"error": {"message": "Bad length", "code": 100}}, 413))
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, parts.path, query, headers, body)

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self._headers_buffer.append(b"\r\n" + response.body)  # type: ignore[attr-defined]
        self.flush_headers()

    def _reset(self) -> None:
        """End the connection with RST, as a broken network does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.track(self.connection, False)
        os.close(self.connection.detach())

    def _be_silent(self) -> None:
        """Answer nothing until the client gives up or the sandbox stops."""
        self.close_connection = True
        while not self.server.stopping.is_set():
            readable, _w, _x = select.select([self.connection], [], [], 0.02)
            if readable:
                with contextlib.suppress(OSError):
                    if self.connection.recv(1, socket.MSG_PEEK):
                        self.server.stopping.wait(0.02)
                        continue
                return


def parse_multipart(request: Request) -> dict[str, tuple[str, str, bytes]]:
    """Return name → (file name, content type, content) of a multipart form."""
    found = re.search(r'boundary="?([^";]{1,70})"?', request.headers.get("content-type", ""))
    if "multipart/form-data" not in request.headers.get("content-type", "") or not found:
        raise Refusal(100, "The Content-Type must be multipart/form-data.")
    fields: dict[str, tuple[str, str, bytes]] = {}
    delimiter = b"\r\n--" + found[1].encode()
    for part in (b"\r\n" + request.body).split(delimiter)[1:-1]:
        head, _blank, content = part.partition(b"\r\n\r\n")
        text = head.decode("utf-8", "replace")
        name = re.search(r'[; ]name="([^"]*)"', text)
        filename = re.search(r'filename="([^"]*)"', text)
        kind = re.search(r"Content-Type:\s*([^\r\n;]+)", text, re.IGNORECASE)
        if name:
            fields[name[1]] = (
                filename[1] if filename else "",
                kind[1].strip() if kind else "",
                content,
            )
    return fields
