"""`./dev demo`: five companies, a real Odoo, a sandbox of WhatsApp, and what happened."""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from .. import console, databases, odoo, paths, process, setup, state
from ..console import Problem, step
from .clock import parse_at

TEMPLATE_FILES = ("people.py", "tax_ids.py", "template.py")
SERVED = f"{databases.DEMO}_served"  # the stamp of a database that ./dev serve may keep


class Options(argparse.ArgumentParser):
    """Arguments that are refused in a sentence."""

    def error(self, message: str) -> NoReturn:
        """Refuse what was given."""
        raise Problem(f"{self.prog}: {message}.", f"run `{self.prog} --help`")


def instant(text: str) -> datetime:
    """The value of `--at`."""
    try:
        return parse_at(text)
    except ValueError:
        raise Problem(
            f"--at wants an instant with its offset from UTC, not {text}.",
            "for example: --at 2026-11-23T10:00-05:00",
        ) from None


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Options(prog="./dev demo", description=__doc__)
    parser.add_argument("--at", type=instant, help="play at this instant (ISO, with offset)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the same as data")
    options = parser.parse_args(list(arguments))
    if options.json:
        options.json = options.json.resolve()
        if options.json.is_dir() or not os.access(options.json.parent, os.W_OK):
            raise Problem(f"{options.json} cannot be written.", "choose another file for --json")
    return options


def main(arguments: Sequence[str]) -> int:
    """Build what is missing, play in a fresh copy of the demo's database, tell what happened."""
    began = time.time()
    options = _options(arguments)
    holder = state.is_locked("serve")
    if holder:
        raise Problem(f"{holder} uses the demo's database.", "end it, then run this again")
    with state.lock("demo", "playing the demo"), setup.ground():
        ensure_template()
        fresh_database()
        log = paths.log_file("demo")
        log.unlink(missing_ok=True)
        conf = odoo.write_conf("demo", logfile=log, http_port=odoo.free_port())
        words = ["-m", "devtools.demo.play", databases.DEMO, "--conf", conf, "--since", str(began)]
        if options.at:
            words += ["--at", options.at.isoformat()]
        if options.json:
            words += ["--json", options.json]
        return subprocess.run(
            process.tied([paths.PYTHON, *words]),
            env=odoo.environment(),
            cwd=paths.REPO,
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode


def ensure_template() -> None:
    """Have the template with companies, users and debtors, as the files are now."""

    def make(part: str) -> None:
        words = ["devtools.demo.template", part, "--conf", paths.CONF]
        with step(f"database {databases.DEMO_TEMPLATE}: five companies"):
            run_inside(words, "demo-template", "The demo's companies could not be made")
        odoo.refuse_errors(paths.log_file("demo-template"), "Odoo logged an error")

    folder = Path(__file__).parent
    extra = state.digest([(folder / name).read_bytes() for name in TEMPLATE_FILES])
    with state.lock("build", "preparing databases"):
        databases.ensure_demo_template(make, extra)


def run_inside(words: Sequence[str | Path], log: str, failure: str) -> None:
    """Run a module of ours in the venv; what went wrong is the last line that it left."""
    target = paths.log_file(log)
    target.unlink(missing_ok=True)
    try:
        console.run(
            [paths.PYTHON, "-m", *words],
            log=log,
            failure=failure,
            env=odoo.environment(),
            cwd=paths.REPO,
        )
    except Problem as problem:
        last = [line.strip() for line in console.tail(target, 5) if line.strip()][-1:]
        raise Problem(
            ": ".join([failure, *last]).rstrip(".") + ".",
            f"read {paths.shown(target)}, correct it, then run this again",
        ) from problem


def fresh_database() -> None:
    """The demo's database anew, as its template is."""
    state.drop_stamp(SERVED)
    with step(f"database {databases.DEMO}"):
        databases.copy(databases.DEMO_TEMPLATE, databases.DEMO)
