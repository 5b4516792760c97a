"""`./dev psql [database] [psql's arguments]`."""

from __future__ import annotations

from collections.abc import Sequence

from . import postgres, setup, shell


def main(arguments: Sequence[str]) -> int:
    """Open psql on a database of the server that is used."""
    with setup.ground():
        name, rest = shell.pick(arguments)
        return postgres.psql(["-d", name, *rest])
