"""`./dev bench [name] [--json]`: what can be measured is a file of devtools/bench."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import odoo, paths, setup
from .console import Problem, say

FOLDER = paths.TOOLS / "bench"
NEEDS_DATABASE = "NEEDS_DATABASE"  # a bench that says so gets PostgreSQL and the test database


def known() -> dict[str, Path]:
    """The benches by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("[a-z]*.py"))}


def _purpose(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0] if text else ""


def main(arguments: Sequence[str]) -> int:
    """List the benches, or run one in the venv: devtools/bench/NAME.py, main(arguments)."""
    benches = known()
    if not arguments or arguments[0].startswith("-"):
        for name, path in benches.items():
            say(f"  ./dev bench {name:<10} {_purpose(path)}")
        return 0
    name, *rest = arguments
    if name not in benches:
        raise Problem(f"There is no bench `{name}`.", "run ./dev bench to see them all")
    setup.tools()
    wants = NEEDS_DATABASE in benches[name].read_text(encoding="utf-8")
    if not wants:
        return _run(name, rest)
    with setup.ground("dunning_test"):
        return _run(name, rest)


def _run(name: str, arguments: Sequence[str]) -> int:
    env = odoo.environment({"PYTHONPATH": f"{paths.REPO}:{paths.ADDON}"})
    return subprocess.run(
        [paths.PYTHON, "-m", f"devtools.bench.{name}", *arguments],
        env=env,
        cwd=paths.REPO,
        check=False,
    ).returncode
