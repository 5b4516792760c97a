"""`./dev lint`: each check by name; all of them run, and any finding fails."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from . import paths, setup, venv
from .console import Problem, say, step

CORE = paths.ADDON / "core"
ALLOWED_IN_CORE = {"holidays", "phonenumbers", "requests"}
# Kept apart so that this file does not hold what it looks for.
REGISTRIES = ("pypi", "pythonhosted", "npmjs", "debian", "ubuntu", "rubygems", "crates", "docker")
HOST = re.compile(rf"\b(?:[\w-]+\.)*(?:{'|'.join(REGISTRIES)})\.(?:org|com|net|io)\b", re.I)
TEXT_LIMIT = 2_000_000
SHOWN = 60
NOT_ODOO = ".*/(core|tests/sandbox)/.*"


def _program(name: str) -> str:
    return str(paths.VENV / "bin" / name)


def _run(words: Sequence[str], cwd: Path = paths.REPO) -> list[str]:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=venv.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines or [f"{words[0]} ended with exit code {done.returncode}"]


def ruff() -> list[str]:
    """Style and the usual mistakes, over the whole tree."""
    return _run([_program("ruff"), "check", "--output-format=concise", "."])


def types() -> list[str]:
    """mypy --strict on the pure core, read as a package of its own."""
    if not any(CORE.rglob("*.py")):
        return []
    words = ["--strict", "--explicit-package-bases", "--config-file", paths.REPO / "pyproject.toml"]
    cache = ["--cache-dir", paths.CACHE / "mypy"]
    return _run([_program("mypy"), *map(str, [*words, *cache]), "core"], cwd=paths.ADDON)


def addons() -> list[Path]:
    """The folders of this repository that are addons."""
    return sorted(path.parent for path in paths.REPO.glob("*/__manifest__.py"))


def pylint_odoo() -> list[str]:
    """Odoo's conventions in Python and manifests; the author need not be the OCA, and a model
    may have a second file for its second subject.

    core/ and the tests' sandbox are not Odoo code.
    """
    if not addons():
        return []
    return _run(
        [_program("pylint"), "--rcfile=/dev/null", "--load-plugins=pylint_odoo"]
        + ["--valid-odoo-versions=19.0", "-d", "all", "-e", "odoolint"]
        + ["-d", "manifest-required-author,consider-merging-classes-inherited"]
        + ["--score=n", f"--ignore-paths={NOT_ODOO}"]
        + [str(path) for path in addons()]
    )


def oca_checks() -> list[str]:
    """Odoo's conventions in XML, CSV and PO files."""
    if not addons():
        return []
    own_habit = "--disable=xml-header-wrong"  # Odoo's own files write the header as ours do
    return _run([_program("oca-checks-odoo-module"), own_habit, *map(str, addons())])


def core_is_pure() -> list[str]:
    """core/ imports itself relatively, the standard library and three packages: never Odoo."""
    found = []
    for path in sorted(CORE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        depth = len(path.relative_to(CORE).parts)
        for node in ast.walk(tree):
            for name, level in _imported(node):
                top = name.split(".")[0]
                known = top in sys.stdlib_module_names or top in ALLOWED_IN_CORE
                if (not known) if not level else level > depth:
                    line = getattr(node, "lineno", 0)
                    found.append(f"{paths.shown(path)}:{line}: core must not import {name or '..'}")
    return found


def _imported(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, 0) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or "", node.level


def tree_files() -> list[Path]:
    """The files that are, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=paths.REPO,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        found = [path for path in paths.REPO.rglob("*") if paths.DEV not in path.parents]
    else:
        found = [paths.REPO / name for name in listed.stdout.split("\0") if name]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def no_registry_host() -> list[str]:
    """No package registry's host and no path of this machine in the tree."""
    here = re.compile(rf"{re.escape(str(paths.REPO))}(?![\w-])")
    found = []
    for path in tree_files():
        if path.stat().st_size > TEXT_LIMIT:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            for hit in (HOST.search(line), here.search(line)):
                if hit:
                    found.append(f"{paths.shown(path)}:{number}: holds {hit.group()}")
    return found


CHECKS: dict[str, Callable[[], list[str]]] = {
    "ruff": ruff,
    "mypy --strict on core": types,
    "pylint-odoo": pylint_odoo,
    "oca-checks-odoo-module": oca_checks,
    "core imports no odoo": core_is_pure,
    "no registry host in the tree": no_registry_host,
}


def main(arguments: Sequence[str]) -> int:
    """Run all checks, or those whose name holds one of the given words, with all findings."""
    chosen = {
        name: check
        for name, check in CHECKS.items()
        if not arguments or any(word in name for word in arguments)
    }
    if not chosen:
        raise Problem("No check has such a name.", f"one of: {', '.join(CHECKS)}")
    setup.tools()
    failed = []
    limit = 10_000 if arguments else SHOWN
    for name, check in chosen.items():
        with step(name) as current:
            findings = check()
            current.failed = bool(findings)
        for line in findings[:limit]:
            say(f"    {line}")
        if len(findings) > limit:
            say(f"    … and {len(findings) - limit} more: ./dev lint {name.split()[0]}")
        if findings:
            failed.append(name)
    if failed:
        raise Problem(f"Lint found something: {', '.join(failed)}.", "correct the lines above")
    return 0
