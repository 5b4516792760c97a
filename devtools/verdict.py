"""`./dev verdict`: what the gate says to cases on stdin, a JSON list; no Odoo, no database."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence

from . import paths, setup, state, venv
from .console import Problem


def _python() -> None:
    """Have the venv; what building it says goes to stderr, since stdout is for the answers."""
    if state.read_stamp("venv") and paths.PYTHON.exists():
        return
    with contextlib.redirect_stdout(sys.stderr):
        setup.tools()


def main(arguments: Sequence[str]) -> int:
    """Read cases on stdin, write verdicts on stdout; exit code 2 for malformed input."""
    if arguments:
        raise Problem("`./dev verdict` takes no arguments.", "run `./dev verdict < cases.json`")
    if sys.stdin is None or sys.stdin.isatty():
        raise Problem("The cases are read from stdin.", "run `./dev verdict < cases.json`")
    _python()
    env = venv.environment()
    env["PYTHONPATH"] = f"{paths.REPO}:{paths.ADDON}"
    return subprocess.run(
        [paths.PYTHON, "-m", "devtools.verdict_cases"], env=env, cwd=paths.REPO, check=False
    ).returncode
