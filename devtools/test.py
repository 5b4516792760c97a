"""`./dev test`: the pure tests, then the addon under pytest-odoo with tours; beside that, on the
second core, Odoo's own runner, the addon's life, and workers that die."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import browser, databases, lifecycle, odoo, paths, setup, state, venv
from .console import Problem, say, seconds, step, tail
from .process import end, tied

RUN = f"{databases.TEST}_run"  # Odoo's own runner works on a copy
NEEDS_BROWSER = re.compile(r"start_tour|browser_js")
QUICK = "--quick"
REST = "--rest"  # how the run calls itself for what goes on beside pytest
SUM = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")


@dataclass
class Count:
    """What one runner counted."""

    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)

    @property
    def ran(self) -> int:
        """Tests that were begun or skipped."""
        return self.passed + self.failed + len(self.skipped)


@dataclass(frozen=True)
class Choice:
    """What the arguments ask for."""

    core: tuple[str, ...]
    addon: tuple[str, ...]
    options: tuple[str, ...]
    everything: bool
    quick: bool


def choose(arguments: Iterable[str]) -> Choice:
    """Sort pytest's arguments into files of the core, files of the addon, and options."""
    core: list[str] = []
    addon: list[str] = []
    options: list[str] = []
    given = [word for word in arguments if word != QUICK]
    for word in given:
        path = Path(word.split("::")[0])
        path = path if path.is_absolute() else _existing(path)
        if word.startswith("-") or not path.exists():
            if word.endswith(".py") or ".py::" in word:
                raise Problem(f"There is no test file {word}.", "check its name")
            options.append(word)
            continue
        chosen = str(path.resolve()) + word[len(word.split("::")[0]) :]
        inside = paths.CORE_TESTS in (path.resolve(), *path.resolve().parents)
        (core if inside else addon).append(chosen)
    everything = not core and not addon
    if everything:
        core = [str(paths.CORE_TESTS)]
        addon = [str(path.parent) for path in sorted(paths.REPO.glob("*/__manifest__.py"))]
    return Choice(tuple(core), tuple(addon), tuple(options), everything, QUICK in list(arguments))


def _existing(path: Path) -> Path:
    """A relative path as seen from here, or else from the repository's top."""
    return path if path.exists() else paths.REPO / path


def _pytest(words: Sequence[str], name: str, env: dict[str, str]) -> Count:
    """Run pytest in sight of the person and count from the report that it writes."""
    report = paths.log_file(name).with_suffix(".xml")
    report.unlink(missing_ok=True)
    say(f"\n── {name} " + "─" * (76 - len(name)))
    done = subprocess.run(
        tied([paths.PYTHON, "-m", "pytest", "-rs", f"--junitxml={report}", *words]),
        cwd=paths.REPO,
        env=env,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode not in (0, 1, 5) or not report.exists():
        raise Problem(
            f"pytest ended before it could count (exit code {done.returncode}).",
            "read its lines above",
        )
    return count_report(report)


def count_report(report: Path) -> Count:
    """Count a JUnit report; a test that failed and whose teardown failed counts once."""
    count = Count()
    failed: set[str] = set()
    seen: set[str] = set()
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        seen.add(name)
        if case.find("failure") is not None or case.find("error") is not None:
            failed.add(name)
        skipped = case.find("skipped")
        if skipped is not None:
            count.skipped.append(f"{name}: {skipped.get('message')}")
    count.failed = len(failed)
    count.passed = len(seen) - len(failed) - len(count.skipped)
    return count


def _core(choice: Choice) -> Count:
    env = venv.environment()
    env["PYTHONPATH"] = f"{paths.ADDON}:{paths.ADDON / 'tests'}:{paths.REPO}"
    return _pytest(["-p", "no:odoo", *choice.core, *choice.options], "tests_core", env)


def _addon(choice: Choice) -> Count:
    port = odoo.free_port()
    shots = paths.LOG / "screenshots"
    conf = odoo.write_conf("test", http_port=port, screenshots=shots)
    words = [f"--odoo-config={conf}", f"--odoo-database={databases.TEST}", "--odoo-http"]
    count = _pytest([*words, *choice.addon, *choice.options], paths.ADDON_NAME, odoo.environment())
    for reason in count.skipped:
        say(f"✗ skipped, which proves nothing: {reason}", error=True)
    count.failed += len(count.skipped)
    return count


def _odoo_runner() -> Count:
    """Upgrade a copy and run the tests as Odoo does; an ERROR in the log is a failure. The tours
    are left out: pytest drives them, and a browser takes its time."""
    log = paths.log_file("odoo-tests")
    log.unlink(missing_ok=True)
    say("\n── odoo -u, with its own test runner " + "─" * 40)
    conf = odoo.write_conf("odoo-tests", http_port=odoo.free_port(), gevent_port=odoo.free_port())
    tags = ",".join(_runner_tags())
    databases.copy(databases.ADDON, RUN)

    def reached() -> str:
        text = log.read_text(encoding="utf-8", errors="replace")
        return f"{len(re.findall(r': Starting .*test_', text))} tests"

    with step("upgrade and test", reached) as current, log.open("wb") as out:
        words = ["-d", RUN, "-u", paths.ADDON_NAME, "--test-tags", tags, "--stop-after-init"]
        done = subprocess.run(
            tied(odoo.command("server", *words, conf=conf)),
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=odoo.environment(),
            cwd=paths.REPO,
            check=False,
        )
        current.note = reached()
    databases.drop(RUN)
    return _judge(log, done.returncode)


def _runner_tags() -> Iterator[str]:
    """Each addon, without its files that want a browser."""
    for folder in sorted(path.parent for path in paths.REPO.glob("*/__manifest__.py")):
        yield f"/{folder.name}"
        for file in sorted((folder / "tests").glob("test_*.py")):
            if NEEDS_BROWSER.search(file.read_text(encoding="utf-8")):
                yield f"-/{folder.name}/tests/{file.name}"


def _judge(log: Path, exit_code: int) -> Count:
    """What Odoo's runner counted; anything short of a clean log counts as failed."""
    text = log.read_text(encoding="utf-8", errors="replace")
    found = RESULT.findall(text)
    if not found:
        raise Problem("Odoo ended before its tests were counted.", "read the log", log)
    failures, errors, ran = map(int, found[-1])
    count = Count(passed=ran - failures - errors, failed=failures + errors)
    logged = odoo.errors_in(log)
    for line in logged[:20]:
        say(f"  │ {line}", error=True)
    if (logged or exit_code) and not count.failed:
        say("✗ the tests pass, but Odoo logged an error or ended badly", error=True)
        for line in [] if logged else tail(log, 10):
            say(f"  │ {line}", error=True)
        count.failed += 1
    say(f"  {count.passed} passed, {count.failed} failed; log: {paths.shown(log)}")
    return count


def _chaos() -> Count:
    """Workers that die at every step of a delivery; all of it is one test."""
    say("\n── workers that die " + "─" * 57)
    env = odoo.environment({"PYTHONPATH": f"{paths.REPO}:{paths.ADDON}"})
    done = subprocess.run(
        tied([paths.PYTHON, "-m", "devtools.chaos"]),
        cwd=paths.REPO,
        env=env,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Count(failed=1) if done.returncode else Count(passed=1)


def _rest() -> int:
    """What goes on beside pytest; it has databases of its own."""
    counts = [_odoo_runner(), Count(*lifecycle.check()), _chaos()]
    return _conclude(counts)


def _start_rest(log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            tied([sys.executable, paths.REPO / "dev", "test", REST]),
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=paths.REPO,
        )


def _finish_rest(rest: subprocess.Popen[bytes], log: Path) -> Count:
    """Show what the rest has said and goes on to say, and count it."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        while True:
            ended = rest.poll() is not None
            with suppress(StopIteration):
                while True:
                    say(next(lines).rstrip("\n"))
            if ended:
                break
            time.sleep(0.5)
    found = SUM.findall(log.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise Problem("What ran beside pytest ended before it was counted.", "", log)
    passed, failed = map(int, found[-1])
    return Count(passed=passed, failed=failed)


def _conclude(counts: Sequence[Count]) -> int:
    """Say the sum, as the last line; exit code 0 when nothing failed."""
    passed, failed = sum(c.passed for c in counts), sum(c.failed for c in counts)
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _wants_browser(chosen: Sequence[str]) -> bool:
    files: list[Path] = []
    for word in chosen:
        path = Path(word.split("::")[0])
        files += path.rglob("test_*.py") if path.is_dir() else [path]
    return any(NEEDS_BROWSER.search(path.read_text(encoding="utf-8")) for path in files)


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; the last line is the sum of what the runners counted."""
    began = time.monotonic()
    if list(arguments) == [REST]:
        return _rest()
    choice = choose(arguments)
    if choice.addon and _wants_browser(choice.addon):
        browser.ensure()
    setup.tools()
    counts: list[Count] = []
    if choice.core and (not choice.everything or paths.CORE_TESTS.is_dir()):
        counts.append(_core(choice))
    if choice.addon and not any(count.failed for count in counts):
        with state.lock("test", "testing"), setup.ground(databases.TEST):
            counts += _with_the_rest(choice) if _is_whole(choice) else [_addon_alone(choice)]
    if not sum(count.ran for count in counts):
        raise Problem("No test was chosen.", "check the names given to ./dev test")
    say(f"\nAll in {seconds(time.monotonic() - began)}:")
    return _conclude(counts)


def _is_whole(choice: Choice) -> bool:
    return choice.everything and not choice.options and not choice.quick


def _with_the_rest(choice: Choice) -> list[Count]:
    log = paths.log_file("test-rest")
    rest = _start_rest(log)
    try:
        count = _addon(choice)
        return [count, _finish_rest(rest, log)]
    finally:
        end(rest)


def _addon_alone(choice: Choice) -> Count:
    count = _addon(choice)
    if choice.everything:
        say("  · Odoo's own runner, the lifecycle and the dying workers were left out")
    return count
