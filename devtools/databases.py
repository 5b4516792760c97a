"""Databases: a template of Odoo's own modules, and copies of it with the addon installed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from . import odoo, paths, postgres, source, state
from .console import Problem, step

BASE = "dunning_base"
ADDON = "dunning_addon"
TEST = "dunning_test"
DEMO_TEMPLATE = "dunning_demo_template"
DEMO = "dunning_demo"
LOCALISATIONS = ("l10n_pe", "l10n_co", "l10n_cl", "l10n_br", "l10n_mx")
MODULES = (
    *("account", "account_payment", "phone_validation", "portal", "sms_twilio"),
    *LOCALISATIONS,
)
LANGUAGES = ("en_US", "es_419", "pt_BR")  # the first is the language of all users
PART = "__part"  # a database that is being built; it gets its name when it is whole
NOT_INSTALLED = ("tests", "readme")  # folders of the addon that change nothing in a database

# Attachments live in the database, so that CREATE DATABASE … TEMPLATE copies everything.
KEEP_ATTACHMENTS_IN_DATABASE = """
env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
env['ir.attachment'].force_storage()
env.cr.commit()
"""


def exists(name: str) -> bool:
    """Whether a database is there."""
    return bool(postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def drop(name: str) -> None:
    """Delete a database, whoever is still connected to it."""
    postgres.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def copy(origin: str, target: str) -> None:
    """Make `target` anew as a copy of `origin`, attachments and all."""
    drop(target)
    postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{origin}' AND pid <> pg_backend_pid()"
    )
    how = "" if postgres.is_given() else "STRATEGY FILE_COPY"  # faster where nothing is synced
    postgres.sql(f'CREATE DATABASE "{target}" TEMPLATE "{origin}" {how}')


def rename(origin: str, target: str) -> None:
    """Give a finished database its name; an older one of that name goes."""
    drop(target)
    postgres.sql(f'ALTER DATABASE "{origin}" RENAME TO "{target}"')


def modules_loaded(log: Path) -> str:
    """How far an installing Odoo is, read from its log."""
    try:
        text = log.read_bytes()[-20000:].decode("utf-8", "replace")
    except OSError:
        return ""
    found = re.findall(r"Loading module (\S+) \((\d+)/(\d+)\)", text)
    return f"{found[-1][1]}/{found[-1][2]} {found[-1][0]}" if found else ""


def addon_is_there() -> bool:
    """Whether the addon has its manifest yet."""
    return (paths.ADDON / "__manifest__.py").is_file()


def addon_stamp() -> str:
    """A fingerprint of the addons' files that decide what a database holds."""
    folders = sorted(path.parent for path in paths.REPO.glob("*/__manifest__.py"))
    parts = [state.digest_files(folder, skip=NOT_INSTALLED) for folder in folders]
    return state.digest([*parts, base_stamp()])


def base_stamp() -> str:
    """A fingerprint of what the base template is made from."""
    return state.digest([*MODULES, *LANGUAGES, str(source.home()), state.read_stamp("odoo")])


def ensure_base() -> None:
    """Have the template of Odoo's own modules and languages."""
    log = paths.log_file("base")

    def make(part: str) -> None:
        state.require_room(800_000_000)
        log.unlink(missing_ok=True)
        with step(f"database {BASE}: Odoo's modules", lambda: modules_loaded(log)) as current:
            postgres.sql(f"CREATE DATABASE \"{part}\" TEMPLATE template0 ENCODING 'UTF8'")
            odoo.batch(
                *("-d", part, "-i", ",".join(MODULES), f"--load-language={','.join(LANGUAGES)}"),
                log="base",
                failure="Odoo could not install its own modules",
                next_step="run this again; `./dev clean databases` begins anew",
            )
            current.note = ""
            odoo.refuse_errors(log, "Odoo logged an error as it installed its own modules")
        with step(f"database {BASE}: attachments"):
            odoo.script(
                part,
                KEEP_ATTACHMENTS_IN_DATABASE,
                log="base",
                failure="Odoo could not move the attachments into the database",
            )
            rows = postgres.sql(
                "SELECT count(*) FROM ir_attachment WHERE store_fname IS NOT NULL", part
            )
            if rows != [["0"]]:
                raise Problem("Attachments stayed outside the database.", "", log)

    ensure_built(BASE, base_stamp(), make)


def ensure_addon() -> None:
    """Have a template with the addon as its files are now: installed anew when they changed."""
    _require_addon()
    log = paths.log_file("install")

    def make(part: str) -> None:
        name = f"database {ADDON}: install {paths.ADDON_NAME}"
        with step(name, lambda: modules_loaded(log)) as current:
            log.unlink(missing_ok=True)
            copy(BASE, part)
            install_addon(part, "install")
            current.note = ""

    if not is_current(ADDON, addon_stamp()):
        ensure_base()
        ensure_built(ADDON, addon_stamp(), make)


def ensure_test() -> None:
    """Have the test database: a copy of the addon's template, kept while that is the same."""
    ensure_addon()
    ensure_built(TEST, addon_stamp(), lambda part: copy(ADDON, part))


def ensure_demo_template(make: Callable[[str], None], extra: str) -> None:
    """Have the demo's template: the addon's, filled by `make(database)`.

    `extra` is a fingerprint of what `make` depends on beside the addon's files.
    """
    ensure_addon()

    def fill(part: str) -> None:
        copy(ADDON, part)
        make(part)

    ensure_built(DEMO_TEMPLATE, state.digest([addon_stamp(), extra]), fill)


def is_current(name: str, stamp: str) -> bool:
    """Whether a database was built whole, from what there is now."""
    return state.read_stamp(name) == stamp and exists(name)


def ensure_built(name: str, stamp: str, make: Callable[[str], None]) -> None:
    """Run `make(part)` on a database of a passing name, which becomes `name` when it ends well."""
    if is_current(name, stamp):
        return
    state.drop_stamp(name)
    part = name + PART
    drop(part)
    make(part)
    rename(part, name)
    state.write_stamp(name, stamp)


def _require_addon() -> None:
    if not addon_is_there():
        raise Problem(
            f"The addon {paths.ADDON_NAME} is not in {paths.shown(paths.REPO)}.",
            "check that the clone is whole with `git status`",
        )


def install_addon(database: str, log: str, *options: str) -> None:
    """Install the addon in a database and refuse what Odoo only logs as an error."""
    odoo.batch(
        *("-d", database, "-i", paths.ADDON_NAME, *options),
        log=log,
        failure=f"{paths.ADDON_NAME} could not be installed",
        next_step="correct what the lines above say, then run this again",
    )
    sentence = f"Odoo logged an error as it installed {paths.ADDON_NAME}"
    odoo.refuse_errors(paths.log_file(log), sentence)
    state_rows = postgres.sql(
        f"SELECT state FROM ir_module_module WHERE name = '{paths.ADDON_NAME}'", database
    )
    if state_rows != [["installed"]]:
        raise Problem(
            f"{paths.ADDON_NAME} did not come out as installed.",
            "correct what the lines above say, then run this again",
            paths.log_file(log),
        )
