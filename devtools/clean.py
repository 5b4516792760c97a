"""`./dev clean [part …]`: delete what was built, and say what it freed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from . import cluster, databases, paths, postgres, state
from .console import Problem, say, size

PARTS: dict[str, tuple[str, tuple[Path, ...], tuple[str, ...]]] = {
    "databases": ("templates, test and demo databases", (), ()),
    "pg": ("PostgreSQL's folder, all databases with it", (paths.PG,), ()),
    "odoo": ("the unpacked Odoo", (paths.ODOO, paths.ODOO.with_name("odoo.part")), ("odoo",)),
    "venv": ("the Python packages", (paths.VENV,), ("venv",)),
    "cache": ("byte code, package lists, caches of the checks", (paths.CACHE,), ()),
    "log": ("logs, reports and screenshots", (paths.LOG,), ()),
    "data": ("Odoo's sessions and files", (paths.DATA,), ()),
}


def size_of(path: Path) -> int:
    """Bytes under a path, links not followed."""
    if not path.exists():
        return 0
    if path.is_file() or path.is_symlink():
        return path.lstat().st_size
    return sum(inner.lstat().st_size for inner in path.rglob("*") if not inner.is_dir())


def _refuse_while_running() -> None:
    for name in ("build", "test", "serve", "demo", "browser"):
        holder = state.is_locked(name)
        if holder:
            raise Problem(f"{holder} is at work in .dev.", "end it, then clean")
    if not postgres.stop_if_unused(even_kept=True):
        raise Problem("Another ./dev uses PostgreSQL now.", "end it, then clean")


def _drop_databases() -> int:
    if not postgres.is_given() and not cluster.exists():
        return 0
    with postgres.running():
        rows = postgres.sql(
            "SELECT datname, pg_database_size(datname) FROM pg_database"
            r" WHERE datname LIKE 'dunning\_%'"
        )
        for name, _bytes in rows:
            databases.drop(name)
    return sum(int(row[1]) for row in rows)


def main(arguments: Sequence[str]) -> int:
    """Delete the named parts, or all of .dev."""
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        raise Problem(f"clean knows no part {unknown[0]}.", f"one of: {', '.join(PARTS)}")
    if not paths.DEV.exists():
        say("Nothing is built, nothing to clean.")
        return 0
    _refuse_while_running()
    total = 0
    for name in arguments or [part for part in PARTS if part != "databases"]:
        text, folders, stamps = PARTS[name]
        freed = _drop_databases() if name == "databases" else sum(map(size_of, folders))
        for stamp in stamps:
            state.drop_stamp(stamp)
        if name in ("databases", "pg"):
            for built in paths.STAMPS.glob("dunning_*"):
                built.unlink()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        total += freed
        say(f"  {name:<10} {size(freed):>9}  {text}")
    if not arguments:
        total += size_of(paths.DEV)
        shutil.rmtree(paths.DEV, ignore_errors=True)
    say(f"Freed {size(total)}.")
    return 0
