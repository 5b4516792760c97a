"""Odoo's configuration and its programs, run in the venv against the server that is used."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import cluster, paths, postgres, source
from .console import Problem, capture, run, say
from .process import tied

ERROR = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ \d+ (ERROR|CRITICAL) ")
LOCALHOST = "127.0.0.1"


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


def require_port(port: int, what: str, option: str) -> None:
    """Refuse to begin when somebody else listens on a port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError as error:
            raise Problem(
                f"Port {port}, wanted for {what}, is taken by another program.",
                f"stop that program, or choose another port with {option} NUMBER",
            ) from error


def write_conf(name: str = "odoo", **settings: object) -> Path:
    """Write `.dev/etc/<name>.conf` for this machine and return its path."""
    addons = [*source.addons_folders(), paths.REPO]
    values: dict[str, object] = {
        "addons_path": ",".join(str(path) for path in addons),
        "data_dir": paths.DATA,
        "http_interface": LOCALHOST,
        "http_port": 8069,
        "gevent_port": 8072,
        "list_db": False,
        "max_cron_threads": 0,
        "workers": 0,
        "db_maxconn": 40,
        "admin_passwd": "admin",
        "log_handler": ":INFO",
        "without_demo": True,
    }
    if not postgres.is_given():
        values.update(db_host=cluster.socket_folder(), db_port=cluster.PORT, db_user=cluster.ROLE)
    values.update(settings)
    lines = ["[options]", *(f"{key} = {value}" for key, value in values.items())]
    for folder in (paths.ETC, paths.DATA):
        folder.mkdir(parents=True, exist_ok=True)
    target = paths.ETC / f"{name}.conf"
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    aside.replace(target)
    return target


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of Odoo's programs; PGHOST and the like reach the same server."""
    env = postgres.environment()
    env["PYTHONPATH"] = str(paths.REPO)  # `devtools` itself, for what runs inside Odoo
    env["PYTHONUNBUFFERED"] = "1"
    env.setdefault("LC_ALL", "C.UTF-8")
    env.setdefault("TZ", "UTC")
    env.update(extra or {})
    return env


def command(*words: str, conf: Path | None = None) -> list[str]:
    """`odoo server …` in the venv; the first word may be another of Odoo's subcommands."""
    verb, *rest = words or ("server",)
    return [str(paths.PYTHON), "-m", "odoo", verb, *rest, "-c", str(conf or paths.CONF)]


def batch(
    *words: str, log: str, failure: str, next_step: str = "", conf: Path | None = None
) -> None:
    """Run Odoo's server once to its end, quietly, without a port."""
    words = (*words, "--stop-after-init", "--no-http")
    run_verb("server", *words, log=log, failure=failure, next_step=next_step, conf=conf)


def run_verb(
    verb: str, *words: str, log: str, failure: str, next_step: str = "", conf: Path | None = None
) -> None:
    """Run one of Odoo's subcommands to its end, quietly; a non-zero end is a Problem."""
    run(
        command(verb, *words, conf=conf),
        log=log,
        failure=failure,
        next_step=next_step,
        env=environment(),
        cwd=paths.REPO,
    )


def errors_in(log: Path) -> list[str]:
    """The lines of an Odoo log that are errors; Odoo goes on after many of them."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [line[:300] for line in text.splitlines() if ERROR.match(line)]


def refuse_errors(log: Path, sentence: str) -> None:
    """A Problem when the log holds an error, with the first of them."""
    found = errors_in(log)
    if found:
        for line in found[:5]:
            say(f"  │ {line}", error=True)
        raise Problem(f"{sentence}.", f"correct it; the whole log is {paths.shown(log)}")


def script(database: str, code: str, *, log: str, failure: str) -> None:
    """Run Python in `odoo shell` on a database; the code commits by itself."""
    run(
        command("shell", "-d", database, "--no-http", "--shell-interface", "python"),
        log=log,
        failure=failure,
        next_step="run this again; `./dev clean databases` begins anew",
        env=environment(),
        cwd=paths.REPO,
        stdin=code,
    )


def spawn(
    words: Sequence[str], log: Path, extra: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a long-running program of the venv, its output in a log; `process.end` ends it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        return subprocess.Popen(
            tied(words),
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment(extra),
            cwd=paths.REPO,
        )


def version() -> str:
    """The release of the Odoo that is used."""
    return capture([paths.PYTHON, "-c", "import odoo.release; print(odoo.release.version)"]).strip()
