"""A mail server on the loopback that keeps what it is given, with troubles on demand."""

import email.policy
import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage

# trouble: (at which command, what is answered; nothing: the line is cut)
TROUBLES = {
    "no_mailbox": ("RCPT", "550 5.1.1 No such user here"),
    "no_relay": ("RCPT", "554 5.7.1 Relay access denied"),
    "greylisted": ("RCPT", "451 4.7.1 Please try again later"),
    "sender_refused": ("MAIL", "553 5.7.1 Sender address rejected"),
    "spam": ("END", "554 5.7.1 Message content rejected"),
    "cut_before": ("RCPT", ""),
    "cut_after": ("END", ""),
}


@dataclass
class Received:
    """A message that the server took, with its envelope."""

    sender: str
    recipients: list[str]
    message: EmailMessage


@dataclass
class SmtpSink:
    """The server; ``accepted`` is all that it took, even where the line was cut afterwards."""

    accepted: list[Received] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def start(self):
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.sink = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self):
        return self._server.server_address[1]

    def trouble(self, kind):
        """Let the next message meet a trouble."""
        assert kind in TROUBLES, kind
        self.troubles.append(kind)

    def take_trouble(self, command):
        """The answer to a command in place of the usual one, or None."""
        if self.troubles and TROUBLES[self.troubles[0]][0] == command:
            return TROUBLES[self.troubles.pop(0)][1]
        return None


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Session(socketserver.StreamRequestHandler):
    """One connection: as much of RFC 5321 as a client needs."""

    def handle(self):
        self.sender, self.recipients = "", []
        self.say("220 sink ready")
        for raw in self.rfile:
            line = raw.decode().strip()
            command = line.split(maxsplit=1)[0].upper() if line else ""
            trouble = self.server.sink.take_trouble(command)
            if trouble is not None:
                if not trouble:
                    return
                self.say(trouble)
                continue
            if command in ("EHLO", "HELO"):
                self.say("250 sink")
            elif command == "MAIL":
                self.sender, self.recipients = _address(line), []
                self.say("250 ok")
            elif command == "RCPT":
                self.recipients.append(_address(line))
                self.say("250 ok")
            elif command == "DATA":
                self.say("354 go on")
                if not self.take_data():
                    return
            elif command == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take_data(self):
        """Read a message; False when the line is to be cut."""
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw[1:] if raw.startswith(b"..") else raw)
        trouble = self.server.sink.take_trouble("END")
        if trouble:
            self.say(trouble)
            return True
        message = message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.server.sink.accepted.append(Received(self.sender, self.recipients, message))
        if trouble is None:
            self.say("250 2.0.0 queued")
        return trouble is None

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


def _address(line):
    return line.partition("<")[2].partition(">")[0]
