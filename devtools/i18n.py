"""`./dev i18n`: bring the translation files up to the addons' terms and name what is missing."""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import databases, inside, odoo, paths, setup

LANGUAGES = databases.LANGUAGES[1:]
# No dates: the files change only when a term does.
HEADER = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}


def main(arguments: Sequence[str]) -> int:
    """Export every term, merge it into the po files; 1 when a translation is missing."""
    parser = argparse.ArgumentParser(prog="./dev i18n", description=main.__doc__)
    parser.add_argument(
        "--database",
        default="",
        help="one where the addon is installed as its files are now (default: the test database)",
    )
    options = parser.parse_args(arguments)
    if options.database:
        setup.tools()
    with setup.ground("" if options.database else databases.TEST):
        words = [paths.PYTHON, "-m", __name__, options.database or databases.TEST]
        env = odoo.environment()
        return subprocess.run(words, env=env, cwd=paths.REPO, check=False).returncode


def merge(database: str) -> int:
    """In the venv: write pot and po files of each addon of this repository that is installed."""
    registry = inside.boot(paths.CONF, database, f"--logfile={paths.log_file('i18n')}")
    missing = 0
    with inside.environment(registry) as env:
        for folder in sorted(path.parent for path in paths.REPO.glob("*/__manifest__.py")):
            if folder.name in registry._init_modules:
                missing += _merge_addon(env, folder)
    return 1 if missing else 0


def _merge_addon(env: Any, folder: Path) -> int:
    terms = _terms(env, folder.name)
    target = folder / "i18n"
    target.mkdir(exist_ok=True)
    _save(terms, target / f"{folder.name}.pot", {})
    print(f"{folder.name}: {len(terms)} terms")
    wanted = {term.msgid for term in terms}
    missing: dict[str, list[str]] = {}
    for language in LANGUAGES:
        path = target / f"{language}.po"
        known = _translations(path)
        _save(terms, path, known, language)
        for term in terms:
            if not known.get(term.msgid):
                place = term.occurrences[0][0]
                missing.setdefault(f"{term.msgid!r} ({place})", []).append(language)
        for source in sorted(source for source in known if source not in wanted):
            print(f"  - {language}, no longer used: {source!r}: {known[source]!r}")
    for line, languages in missing.items():
        print(f"  ? {', '.join(languages)}: {line}")
    return len(missing)


def _terms(env: Any, module: str) -> Any:
    """What Odoo's own export of a module finds, as a list of po entries."""
    import polib
    from odoo.tools.translate import trans_export

    buffer = io.BytesIO()
    trans_export(None, [module], buffer, "po", env)
    return polib.pofile(buffer.getvalue().decode())


def _translations(path: Path) -> dict[str, str]:
    """{source: translation} of a file; what is marked fuzzy is no translation."""
    import polib

    if not path.exists():
        return {}
    entries = polib.pofile(str(path))
    return {e.msgid: e.msgstr for e in entries if e.translated() and not e.obsolete}


def _save(terms: Any, path: Path, known: dict[str, str], language: str = "") -> None:
    import polib

    file = polib.POFile()
    file.header = f"Translation of {path.parent.parent.name}."
    file.metadata = {**HEADER, **({"Language": language} if language else {})}
    for term in terms:
        file.append(
            polib.POEntry(
                msgid=term.msgid,
                msgstr=known.get(term.msgid, ""),
                comment=term.comment,
                occurrences=term.occurrences,
            )
        )
    path.write_text(f"{file}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(merge(sys.argv[1]))
