"""`./dev setup`: have everything that the other commands stand on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from . import databases, odoo, postgres, source, state, venv
from .console import say, seconds


def tools() -> None:
    """Have Odoo, the Python packages and the configuration; fast when they are there."""
    with state.lock("build", "fetching and building"):
        source.ensure()
        venv.ensure()
        odoo.write_conf()


@contextmanager
def ground(database: str = "") -> Iterator[None]:
    """Have tools and PostgreSQL while the body runs, and the test database when named."""
    tools()
    with postgres.running():
        with state.lock("build", "preparing databases"):
            if database == databases.BASE:
                databases.ensure_base()
            elif database == databases.TEST:
                databases.ensure_test()
        yield


def main(arguments: Sequence[str]) -> int:
    """Fetch and build what is missing: Odoo, Python packages, PostgreSQL, the template."""
    began = time.monotonic()
    with ground(databases.BASE):
        say(f"Ready: Odoo {odoo.version()}, {seconds(time.monotonic() - began)}.")
    return 0
