"""What a person sees: steps with name, progress and time; problems with a next step."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from . import paths
from .process import tied

QUIET_SECONDS = 20  # without a terminal, a long step says every so often that it lives


class Problem(Exception):
    """Something that a person can act on: one sentence, a next step, perhaps a log's tail."""

    def __init__(self, sentence: str, next_step: str = "", log: Path | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.log = log


def say(text: str = "", *, error: bool = False) -> None:
    """Print one line at once, in order with what the children print."""
    stream = sys.stderr if error else sys.stdout
    print(text, file=stream, flush=True)


def seconds(value: float) -> str:
    """`0.4 s`, `12 s` or `2 min 05 s`."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 60:
        return f"{value:.0f} s"
    return f"{int(value) // 60} min {int(value) % 60:02d} s"


def size(count: float) -> str:
    """A count of bytes in the unit that reads best."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"


class Step:
    """A running step. `note` may be set at any time and is shown beside the clock."""

    def __init__(self, name: str, watch: Callable[[], str] | None = None) -> None:
        self.name = name
        self.note = ""
        self.failed = False  # a step that ends in order, but with a bad result
        self._watch = watch
        self._start = time.monotonic()
        self._done = threading.Event()
        self._terminal = sys.stdout.isatty()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    @property
    def elapsed(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._start

    def _line(self, mark: str) -> str:
        note = f"  {self.note}" if self.note else ""
        return f"  {mark} {self.name:<44} {seconds(self.elapsed):>11}{note}"

    def _tick(self) -> None:
        while not self._done.wait(0.5 if self._terminal else QUIET_SECONDS):
            if self._watch:
                with suppress(OSError):
                    self.note = self._watch()
            if self._terminal:
                width = os.get_terminal_size().columns
                print("\r\x1b[2K" + self._line("·")[: width - 1], end="", flush=True)
            else:
                say(self._line("·"))

    def begin(self) -> None:
        """Start the clock on the screen."""
        self._thread.start()

    def end(self, mark: str) -> None:
        """Stop the clock and leave the step's last line."""
        self._done.set()
        self._thread.join()
        if self._terminal:
            print("\r\x1b[2K", end="")
        say(self._line(mark))


@contextmanager
def step(name: str, watch: Callable[[], str] | None = None) -> Iterator[Step]:
    """Show one step while the body runs; `watch` is asked for the progress note."""
    current = Step(name, watch)
    current.begin()
    try:
        yield current
    except BaseException:
        current.end("✗")
        raise
    current.end("✗" if current.failed else "✓")


def tail(log: Path, lines: int = 25) -> list[str]:
    """The last lines of a log, shortened to what a screen holds."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    shown = [line for line in text.splitlines() if not line.startswith("$ ")]
    return [line[:300] for line in shown[-lines:]]


def show_problem(problem: Problem) -> None:
    """Print a problem as one sentence, the tail of its log and the next step."""
    sys.stdout.flush()
    if problem.log:
        for line in tail(problem.log):
            say(f"  │ {line}", error=True)
    say(f"✗ {problem.sentence}", error=True)
    if problem.next_step:
        say(f"  Next: {problem.next_step}", error=True)
    if problem.log:
        say(f"  Log:  {paths.shown(problem.log)}", error=True)


def run(
    command: Sequence[str | Path],
    *,
    log: str,
    failure: str,
    next_step: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
) -> None:
    """Run a program quietly into `.dev/log/<log>.log`; a non-zero end is a Problem."""
    target = paths.log_file(log)
    try:
        with target.open("a", encoding="utf-8") as out:
            out.write(f"$ {' '.join(map(str, command))}\n")
            out.flush()
            done = subprocess.run(
                tied(command),
                stdout=out,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=cwd,
                input=stdin,
                stdin=subprocess.DEVNULL if stdin is None else None,
                text=True,
                check=False,
            )
    except FileNotFoundError as error:
        raise Problem(f"{failure}: the program {command[0]} is not there.", next_step) from error
    if done.returncode:
        raise Problem(f"{failure} (exit code {done.returncode}).", next_step, target)


def capture(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """The output of a small program, or an empty text when it fails or is not there."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env=None if env is None else dict(env),
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""
