"""The commands of `./dev` and how they end."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from types import FrameType

from . import paths
from .console import Problem, say, show_problem

# name -> (module, what it does). A module has `main(arguments) -> exit code`.
COMMANDS = {
    "demo": ("demo", "play the reminders of five companies and print what happened"),
    "serve": ("serve", "Odoo, the WhatsApp sandbox and its phone page on 127.0.0.1"),
    "test": ("test", "all tests, or those that pytest's arguments choose"),
    "lint": ("lint", "style, types, Odoo's conventions, and the rules of this project"),
    "verdict": ("verdict", "what the law gate says to cases: a JSON list on stdin, one on stdout"),
    "verify-evidence": ("verify_evidence", "whether a complaint file is as it was made; FILE.zip"),
    "bench": ("benches", "measure; alone it lists what can be measured"),
    "i18n": ("i18n", "write the translation files anew and name what is untranslated"),
    "shell": ("shell", "Python inside Odoo on a database (default: the demo's, or the test's)"),
    "psql": ("psql", "SQL on a database (default: the demo's, or the test's)"),
    "shots": ("shots", "take the pictures of the documentation from the demo"),
    "pg": ("pg", "start, stop or status of the project's own PostgreSQL"),
    "setup": ("setup", "only fetch and build what the others need"),
    "clean": ("clean", "delete what was built, with the sizes it frees"),
}


def _usage() -> str:
    width = max(map(len, COMMANDS))
    known = [
        f"  ./dev {name:<{width}}  {line}"
        for name, (module, line) in COMMANDS.items()
        if find_spec(f"devtools.{module}")
    ]
    return "\n".join(
        [
            "Everything is built in .dev/ on first use: Odoo 19, Python packages, PostgreSQL.",
            "",
            *known,
            "",
            "ODOO_HOME names an Odoo 19 to use instead; PGHOST and the like a PostgreSQL.",
        ]
    )


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)


def main(arguments: Sequence[str]) -> int:
    """Run one command; whatever goes wrong ends in a sentence, never in a traceback."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        say(_usage())
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        say(f"✗ ./dev has no command `{name}`.", error=True)
        say("  Next: run ./dev alone to see them all", error=True)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        command: Callable[[Sequence[str]], int] = import_module(
            f"devtools.{COMMANDS[name][0]}"
        ).main
        return command(rest)
    except Problem as problem:
        show_problem(problem)
    except KeyboardInterrupt:
        say("\n✗ Stopped before the end.", error=True)
        say("  Next: run it again; what was finished is kept", error=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        _record()
        free = shutil.disk_usage(paths.REPO).free
        full = error.errno == 28 or free < 50_000_000
        show_problem(
            Problem(
                "The disk is full." if full else f"The machine refused: {error}.",
                "free some room, then run this again" if full else "correct that, then run again",
            )
        )
    except ModuleNotFoundError as error:
        if error.name not in (f"devtools.{COMMANDS[name][0]}",):
            raise
        show_problem(Problem(f"`./dev {name}` is not there yet.", "run ./dev to see what is"))
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence, details in a log
        _record()
        show_problem(
            Problem(
                f"./dev has a fault of its own: {type(error).__name__}: {error}",
                "report it with the log",
                paths.log_file("dev"),
            )
        )
    return 1


def _record() -> None:
    with suppress(OSError):
        paths.log_file("dev").write_text(traceback.format_exc(), encoding="utf-8")
