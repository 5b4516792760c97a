"""Runs a Python program whose clock stands at an instant and ticks on from there.

`python -m devtools.demo.clocked INSTANT MODULE [arguments]`.
"""

from __future__ import annotations

import importlib
import runpy
import sys

from .clock import parse_at, running

# Threads of a program live at the played instant too: its time limits compare their clocks.
IGNORED_BY_FREEZEGUN = ["threading", "queue"]


def main() -> None:
    """Run the module as if it had been called with the arguments."""
    import freezegun.config

    _self, instant, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    importlib.import_module(module)  # what wants to keep a real clock takes it before
    ignored = freezegun.config.DEFAULT_IGNORE_LIST
    freezegun.config.configure(
        default_ignore_list=[name for name in ignored if name not in IGNORED_BY_FREEZEGUN]
    )
    with running(parse_at(instant)):
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
