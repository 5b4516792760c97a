"""The addon's life in a database of its dependencies only: install, neutralize, uninstall."""

from __future__ import annotations

from collections.abc import Callable

from . import databases, odoo, paths, postgres, state
from .console import Problem, show_problem, step

PLAIN = "dunning_plain"
COPY = "dunning_plain_run"
ALONE = "--skip-auto-install"
DEPENDENCIES = "account,portal,phone_validation"
LEFT_BEHIND = """
SELECT 'table ' || table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_name LIKE 'dunning%'
UNION ALL
SELECT 'column ' || table_name || '.' || column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND column_name LIKE 'dunning%'
UNION ALL
SELECT 'record ' || name FROM ir_model_data WHERE module = 'l10n_latam_dunning'
UNION ALL
SELECT 'parameter ' || key FROM ir_config_parameter WHERE key LIKE 'l10n_latam_dunning%'
"""


def _ensure_plain() -> None:
    def make(part: str) -> None:
        with step(f"database {PLAIN}: the addon's dependencies only"):
            postgres.sql(f"CREATE DATABASE \"{part}\" TEMPLATE template0 ENCODING 'UTF8'")
            odoo.batch(
                *("-d", part, "-i", DEPENDENCIES, ALONE),
                log="plain",
                failure="Odoo could not install the addon's dependencies",
                next_step="run this again; `./dev clean databases` begins anew",
            )

    databases.ensure_built(PLAIN, databases.base_stamp(), make)


def _installs() -> None:
    paths.log_file("lifecycle").unlink(missing_ok=True)
    databases.install_addon(COPY, "lifecycle", ALONE)


def _neutralizes() -> None:
    _odoo("neutralize", "-d", COPY, failure="the addon's neutralize.sql does not run")


def _uninstalls() -> None:
    _odoo("module", "uninstall", "-d", COPY, paths.ADDON_NAME, failure="it does not uninstall")
    left = [row[0] for row in postgres.sql(LEFT_BEHIND, COPY)]
    if left:
        raise Problem(f"Uninstalling leaves behind: {', '.join(left[:20])}.")


def _odoo(verb: str, *words: str, failure: str) -> None:
    odoo.run_verb(verb, *words, log="lifecycle", failure=failure)
    odoo.refuse_errors(paths.log_file("lifecycle"), f"Odoo logged an error in `odoo {verb}`")


CHECKS: dict[str, Callable[[], None]] = {
    "installs with its dependencies only": _installs,
    "a copy can be neutralized": _neutralizes,
    "uninstalls and leaves nothing": _uninstalls,
}


def check() -> tuple[int, int]:
    """Run the checks in their order; gives how many passed and failed. One failure ends them."""
    with state.lock("build", "preparing databases"):
        _ensure_plain()
    databases.copy(PLAIN, COPY)
    passed = 0
    try:
        for name, run in CHECKS.items():
            try:
                with step(name):
                    run()
            except Problem as problem:
                show_problem(problem)
                return passed, 1
            passed += 1
    finally:
        databases.drop(COPY)
    return passed, 0
