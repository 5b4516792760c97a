"""Nothing half-built is taken for whole: locks, stamps, build aside and rename."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import paths
from .console import Problem, say

ROOM_FOR_ALL = 3_000_000_000  # bytes: Odoo, venv, databases and the room they need while built


def require_room(wanted: int) -> None:
    """Refuse to begin a step that the disk cannot hold."""
    paths.DEV.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(paths.DEV).free
    if free < wanted:
        raise Problem(
            f"The disk has {free / 1e9:.1f} GB free where this step needs {wanted / 1e9:.1f} GB.",
            "free some room (`./dev clean` shows what .dev holds), then run this again",
        )


@contextmanager
def lock(name: str, doing: str, *, wait: bool = True) -> Iterator[None]:
    """Hold `.dev/run/<name>.lock`; a second process waits and says for whom, or is refused."""
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with (paths.RUN / f"{name}.lock").open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "another ./dev"
            if not wait:
                raise Problem(
                    f"{holder} is at work in this folder.", "use it, or end it first"
                ) from None
            say(f"  · waiting: {holder} is at work in this folder")
            began = time.monotonic()
            fcntl.flock(handle, fcntl.LOCK_EX)
            say(f"  · it is done after {time.monotonic() - began:.0f} s, going on")
        handle.seek(0)
        handle.truncate()
        handle.write(f"process {os.getpid()} ({doing})")
        handle.flush()
        try:
            yield
        finally:
            handle.seek(0)
            handle.truncate()


def is_locked(name: str) -> str:
    """Who holds a lock now, or an empty text."""
    path = paths.RUN / f"{name}.lock"
    if not path.exists():
        return ""
    with path.open("r+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return handle.read().strip() or "another ./dev"
    return ""


def read_stamp(name: str) -> str:
    """What a finished step left, or an empty text when it never finished."""
    try:
        return (paths.STAMPS / name).read_text(encoding="utf-8")
    except OSError:
        return ""


def write_stamp(name: str, value: str) -> None:
    """Say that a step is whole; the stamp appears at once or not at all."""
    paths.STAMPS.mkdir(parents=True, exist_ok=True)
    aside = paths.STAMPS / f".{name}.{os.getpid()}"
    aside.write_text(value, encoding="utf-8")
    aside.replace(paths.STAMPS / name)


def drop_stamp(name: str) -> None:
    """Forget that a step was finished."""
    (paths.STAMPS / name).unlink(missing_ok=True)


@contextmanager
def built_aside(target: Path) -> Iterator[Path]:
    """Give an empty folder that becomes `target` when the body ends well.

    What an earlier, killed run left beside the target is removed first.
    """
    aside = target.with_name(f"{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        yield aside
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    if target.exists():
        shutil.rmtree(target)
    aside.rename(target)


def digest(parts: Iterable[str | bytes]) -> str:
    """A short fingerprint of texts, in their order."""
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:20]


def digest_files(root: Path, skip: Iterable[str] = ()) -> str:
    """A fingerprint of the files under a folder, byte code and `skip`ped top folders left out."""
    left_out = set(skip)
    parts: list[bytes] = []
    for path in sorted(root.rglob("*")):
        inner = path.relative_to(root)
        if inner.parts[0] in left_out or "__pycache__" in inner.parts or not path.is_file():
            continue
        parts += [str(inner).encode(), path.read_bytes()]
    return digest(parts)
