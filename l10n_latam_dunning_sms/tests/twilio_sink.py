"""A stand-in for Twilio's message API on the loopback, over real HTTP, with troubles on demand."""

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# trouble: (HTTP status, body), as Twilio answers it; nothing: the line is cut after acceptance
TROUBLES = {
    "credentials": (401, {"code": 20003, "message": "Authenticate", "status": 401}),
    "number": (400, {"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400}),
    "from": (400, {"code": 21603, "message": "A 'From' phone number is required", "status": 400}),
    "busy": (503, {"code": 20503, "message": "Service unavailable", "status": 503}),
    "cut_after": None,
}


@dataclass
class TwilioSink:
    """The server; ``accepted`` is all that it took, even where the line was cut afterwards."""

    account_sid: str
    auth_token: str
    accepted: list[dict[str, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def start(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.sink = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        sink = self.server.sink
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        message = {name: values[0] for name, values in form.items()}
        trouble = sink.troubles.pop(0) if sink.troubles else ""
        if trouble and TROUBLES[trouble]:
            self._answer(*TROUBLES[trouble])
        elif not self._is_authorised() or urlsplit(self.path).path != (
            f"/2010-04-01/Accounts/{sink.account_sid}/Messages.json"
        ):
            self._answer(*TROUBLES["credentials"])
        else:
            message["sid"] = f"SM{len(sink.accepted):032x}"
            sink.accepted.append(message)
            if trouble:
                self.close_connection = True
                return
            self._answer(201, {"sid": message["sid"], "status": "queued", "error_code": None})

    def _is_authorised(self):
        pair = f"{self.server.sink.account_sid}:{self.server.sink.auth_token}"
        return self.headers.get("Authorization") == (
            "Basic " + base64.b64encode(pair.encode()).decode()
        )

    def _answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        """Tests need no log of their own server."""
