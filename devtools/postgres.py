"""PostgreSQL: the one that the environment names, or the project's own while it is used."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from . import cluster, paths, state, venv
from .console import Problem, step

GIVEN = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGPASSWORD", "PGSERVICE")
USERS = "pg.users.lock"  # shared by who uses the server, taken alone by who may stop it
KEEP = "pg.keep"


def is_given() -> bool:
    """Whether the environment names a PostgreSQL to use instead of an own one."""
    return any(os.environ.get(name) for name in GIVEN)


def environment() -> dict[str, str]:
    """The environment in which programs reach the server that is used."""
    env = venv.environment()
    if not is_given():
        env.update(PGHOST=str(cluster.socket_folder()), PGPORT=cluster.PORT, PGUSER=cluster.ROLE)
    return env


def sql(statement: str, database: str = "postgres") -> list[list[str]]:
    """Run one statement outside a transaction and return its rows as texts."""
    done = subprocess.run(
        [cluster.program("psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1"]
        + ["-d", database, "-c", statement],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log = paths.log_file("psql")
        log.write_text(f"{statement}\n{done.stderr}", encoding="utf-8")
        raise Problem(
            f"PostgreSQL refused a statement on the database {database}.",
            "see the lines above; `./dev clean databases` rebuilds all databases",
            log,
        )
    return [line.split("\x1f") for line in done.stdout.splitlines()]


def _check_given() -> None:
    try:
        sql("SELECT 1")
    except Problem as error:
        raise Problem(
            "The PostgreSQL that the environment names (PGHOST and the like) cannot be used.",
            "start it, correct the variables, or unset them to use an own one",
            error.log,
        ) from error


def ensure() -> None:
    """Have a server that answers; start the own one when it does not run."""
    if is_given():
        _check_given()
        return
    with state.lock("pg", "starting PostgreSQL"):
        paths.log_file("postgres-start").unlink(missing_ok=True)
        if not cluster.exists():
            cluster.initialise()
        if not cluster.is_running():
            with step("start PostgreSQL"):
                cluster.start()


def stop_if_unused(*, even_kept: bool = False) -> bool:
    """Stop the own server unless someone uses it or it is to be kept. True when it is down."""
    if is_given() or not cluster.exists():
        return True
    with state.lock("pg", "stopping PostgreSQL"), _users() as users:
        if (paths.RUN / KEEP).exists() and not even_kept:
            return False
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        (paths.RUN / KEEP).unlink(missing_ok=True)
        if cluster.is_running():
            cluster.stop()
    return True


def keep() -> None:
    """Leave the own server running after this run, until `stop_if_unused(even_kept=True)`."""
    paths.RUN.mkdir(parents=True, exist_ok=True)
    (paths.RUN / KEEP).touch()


@contextmanager
def _users() -> Iterator[IO[str]]:
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with (paths.RUN / USERS).open("a+", encoding="utf-8") as handle:
        yield handle


@contextmanager
def running() -> Iterator[None]:
    """Have PostgreSQL while the body runs; the last one out stops the own server."""
    with _users() as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            ensure()
            yield
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            stop_if_unused()


def psql(arguments: Sequence[str]) -> int:
    """An interactive psql on the server that is used."""
    words = [cluster.program("psql"), *arguments]
    return subprocess.run(words, env=environment(), check=False).returncode
