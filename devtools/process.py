"""Programs that never outlive the ./dev that started them."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


def tied(words: Sequence[str | Path]) -> list[str]:
    """A command that is ended with its parent, even when that is killed hard."""
    setpriv = shutil.which("setpriv")
    return [*([setpriv, "--pdeathsig=TERM", "--"] if setpriv else []), *map(str, words)]


def end(program: subprocess.Popen[bytes], patience: float = 15.0) -> None:
    """Ask a program to end, and insist when it does not within `patience` seconds."""
    if program.poll() is None:
        program.terminate()
    deadline = time.monotonic() + patience
    while program.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if program.poll() is None:
        program.kill()
    program.wait()
