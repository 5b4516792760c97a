"""`./dev serve`: Odoo as it runs for people, with its scheduled actions, on 127.0.0.1."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import odoo, paths, process, setup, state
from .console import Problem, say, step

PATIENCE = 120.0
PORT = 8069
PHONE_PORT = 8070


@dataclass
class Part:
    """A program that serves: how it is started, where it answers, and what to say of it."""

    name: str
    words: Sequence[str]
    address: str  # answers below 500 once the part is ready
    lines: Sequence[str] = ()
    extra: dict[str, str] = field(default_factory=dict)
    then: Callable[[], object] | None = None  # called once the part is ready

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return paths.log_file(f"serve-{self.name.lower()}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def start(part: Part) -> subprocess.Popen[bytes]:
    """Start a part and wait until it answers; ends it again when it does not."""
    with step(f"start {part.name}"):
        program = odoo.spawn(part.words, part.log, part.extra)
        deadline = time.monotonic() + PATIENCE
        try:
            while not _answers(part.address):
                if program.poll() is not None:
                    raise Problem(f"{part.name} ended at once.", "read the log", part.log)
                if time.monotonic() > deadline:
                    raise Problem(f"{part.name} does not answer.", "read the log", part.log)
                time.sleep(0.2)
        except BaseException:
            process.end(program)
            raise
    if part.then:
        part.then()
    return program


def keep_running(parts: Sequence[Part]) -> int:
    """Start the parts, say where they are, and stay until Ctrl-C or until one of them ends."""
    programs: list[tuple[Part, subprocess.Popen[bytes]]] = []
    try:
        for part in parts:
            programs.append((part, start(part)))
        say()
        for line in [line for part in parts for line in part.lines]:
            say(line)
        say("Ctrl-C ends it.")
        while True:
            for part, program in programs:
                if program.poll() is not None:
                    raise Problem(f"{part.name} ended by itself.", "read the log", part.log)
            time.sleep(0.5)
    except KeyboardInterrupt:
        say("\nEnding.")
        return 0
    finally:
        for _part, program in reversed(programs):
            process.end(program)


def main(arguments: Sequence[str]) -> int:
    """Serve the demo's database, the sandbox and its phone page until Ctrl-C."""
    from .demo import Options, instant, serving  # they build on this module

    parser = Options(prog="./dev serve", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"Odoo's port (usually {PORT})")
    parser.add_argument(
        "--phone-port", type=int, default=PHONE_PORT, help=f"the sandbox's ({PHONE_PORT})"
    )
    parser.add_argument("--at", type=instant, help="begin at this instant (ISO, with offset)")
    parser.add_argument("--fresh", action="store_true", help="begin with a new database")
    parser.add_argument(
        "--on", action="store_true", help="go on with the database as it was left, e.g. later --at"
    )
    options = parser.parse_args(list(arguments))
    with state.lock("serve", "./dev serve", wait=False):
        odoo.require_port(options.port, "Odoo", "--port")
        odoo.require_port(options.phone_port, "the sandbox and its phone page", "--phone-port")
        with setup.ground():
            with state.lock("demo", "preparing what ./dev serve shows"):
                parts = serving.prepare(
                    options.port, options.phone_port, options.at, fresh=options.fresh, on=options.on
                )
            return keep_running(parts)
