"""Where everything lives: the repository and its git-ignored `.dev/`."""

from __future__ import annotations

import os
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
ADDON = REPO / "l10n_latam_dunning"
ADDON_NAME = ADDON.name
CORE_TESTS = REPO / "tests_core"
TOOLS = REPO / "devtools"

DEV = REPO / ".dev"
ODOO = DEV / "odoo"  # unpacked Debian packages, a private root
VENV = DEV / "venv"
PYTHON = VENV / "bin" / "python"
PG = DEV / "pg"
ETC = DEV / "etc"
CONF = ETC / "odoo.conf"
DATA = DEV / "data"  # Odoo's sessions; attachments stay in the database
LOG = DEV / "log"
RUN = DEV / "run"
STAMPS = DEV / "stamps"
CACHE = DEV / "cache"


def log_file(name: str) -> Path:
    """The log file of one part; its folder is made when missing."""
    LOG.mkdir(parents=True, exist_ok=True)
    return LOG / f"{name}.log"


def shown(path: Path) -> str:
    """A path as short as a person wants to read it."""
    try:
        return os.path.relpath(path)
    except ValueError:
        return str(path)
