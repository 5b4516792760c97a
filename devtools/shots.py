"""`./dev shots`: the documentation's pictures, taken from the running demo by a real browser."""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack

from . import browser, odoo, paths, process, serve, setup, state
from .console import run, step

AT = "2026-11-23T10:00-05:00"
TARGET = paths.ADDON / "static" / "description"


def main(arguments: Sequence[str]) -> int:
    """Serve the demo at a fixed instant, drive Chromium over its screens, and end all again."""
    from .demo import instant, serving

    parser = argparse.ArgumentParser(prog="./dev shots", description=__doc__)
    parser.add_argument("--at", type=instant, default=instant(AT), help=f"the instant ({AT})")
    parser.add_argument("--lang", default="en_US", help="language of the screens (en_US)")
    parser.add_argument("--to", default=str(TARGET), help="folder of the pictures")
    parser.add_argument("--only", default="", help="only pictures whose name has this word")
    options = parser.parse_args(list(arguments))
    with state.lock("serve", "./dev shots", wait=False), setup.ground(), ExitStack() as ends:
        chromium = browser.ensure()
        port, phone_port = odoo.free_port(), odoo.free_port()
        with state.lock("demo", "preparing the demo for pictures"):
            parts = serving.prepare(port, phone_port, options.at, fresh=True, on=False)
        for part in parts:
            program: subprocess.Popen[bytes] = serve.start(part)
            ends.callback(process.end, program)
        with step("take the pictures"):
            run(
                [
                    *(paths.PYTHON, "-m", "devtools.camera", chromium),
                    *("--odoo", f"http://{odoo.LOCALHOST}:{port}"),
                    *("--phone", f"http://{odoo.LOCALHOST}:{phone_port}"),
                    *("--lang", options.lang, "--to", options.to, "--only", options.only),
                ],
                log="shots",
                failure="The pictures could not be taken",
                next_step="read the log",
                env=odoo.environment(),
                cwd=paths.REPO,
            )
    return 0
