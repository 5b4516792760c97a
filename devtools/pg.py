"""`./dev pg start|stop|status`: the project's own PostgreSQL, kept running or not."""

from __future__ import annotations

from collections.abc import Sequence

from . import cluster, postgres, setup
from .console import Problem, say


def main(arguments: Sequence[str]) -> int:
    """Start and keep the server, stop it, or say how it is reached."""
    action = arguments[0] if arguments else "status"
    if action not in ("start", "stop", "status") or len(arguments) > 1:
        raise Problem("`./dev pg` knows start, stop and status.", "run ./dev pg status")
    if postgres.is_given():
        say("The PostgreSQL of the environment (PGHOST and the like) is used.")
        return 0
    if action == "start":
        setup.tools()
        postgres.keep()
        with postgres.running():
            pass
    elif action == "stop" and not postgres.stop_if_unused(even_kept=True):
        raise Problem("Another ./dev uses PostgreSQL now.", "end it first, then stop this")
    running = cluster.exists() and cluster.answers()
    where = f"PGHOST={cluster.socket_folder()} PGPORT={cluster.PORT} PGUSER={cluster.ROLE}"
    say(f"PostgreSQL runs: {where}" if running else "PostgreSQL does not run.")
    return 0
