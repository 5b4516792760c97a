"""For programs that run in the venv: an Odoo registry in this very process.

`python -m devtools.<name>` with the environment of `odoo.environment()`; the caller may have
moved the clock before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOCALHOST = "127.0.0.1"


def boot(conf: Path, database: str, *options: str) -> Any:
    """Configure Odoo and return the registry of a database."""
    import odoo.tools  # noqa: F401 - sets the time zone and the patches first
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", str(conf), "-d", database, *options], setup_logging=True)
    return Registry(database)


@contextmanager
def environment(registry: Any, user: int = 1) -> Iterator[Any]:
    """An Odoo environment whose transaction is committed when the body ends well."""
    from odoo import api

    with registry.cursor() as cr:
        yield api.Environment(cr, user, {})


@contextmanager
def http_server(port: int) -> Iterator[str]:
    """Odoo's HTTP side on a port of 127.0.0.1 while the body runs; gives its base address."""
    from odoo.http import root
    from odoo.service.server import RequestHandler
    from werkzeug.serving import make_server

    server = make_server(LOCALHOST, port, root, threaded=True, request_handler=RequestHandler)
    thread = threading.Thread(target=server.serve_forever, name="odoo.http", daemon=True)
    thread.start()
    try:
        yield f"http://{LOCALHOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
