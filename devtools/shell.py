"""`./dev shell [database]`: Python inside Odoo."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from . import databases, odoo, paths, setup
from .console import Problem, say


def pick(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The database meant, and the arguments that are left."""
    if arguments and not arguments[0].startswith("-"):
        name, *rest = arguments
        if not databases.exists(name):
            raise Problem(f"There is no database {name}.", "`./dev psql postgres -l` lists them")
        return name, rest
    for name in (databases.DEMO, databases.TEST, databases.BASE):
        if databases.exists(name):
            return name, list(arguments)
    raise Problem("There is no database yet.", "run ./dev demo, ./dev test or ./dev setup first")


def main(arguments: Sequence[str]) -> int:
    """Open Odoo's shell; without a terminal it runs what it reads."""
    with setup.ground():
        name, rest = pick(arguments)
        if sys.stdin.isatty():
            say(f"Odoo's shell on {name}; env is there, env.cr.commit() keeps what you change.")
        words = ["-d", name, "--no-http", "--shell-interface", "python", *rest]
        return subprocess.run(
            odoo.command("shell", *words), env=odoo.environment(), cwd=paths.REPO, check=False
        ).returncode
