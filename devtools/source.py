"""The Odoo 19 that is used: the one of ODOO_HOME, or Debian's package in `.dev/odoo`."""

from __future__ import annotations

import os
from pathlib import Path

from . import paths, state
from .apt import Archive
from .console import Problem, step

# Debian keeps these outside Odoo and links to them; without them no asset bundle is whole.
COMPANIONS = (
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
PIP_WHEEL = "python3-pip-whl"  # a bare Debian has no pip and no ensurepip
LEFT_OUT_BY_DEBIAN = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
ROOM = 2_000_000_000


def unpacked() -> Path:
    """The folder that holds the unpacked package `odoo`."""
    return paths.ODOO / "usr/lib/python3/dist-packages"


def home() -> Path:
    """The folder to put on Python's path so that `import odoo` works."""
    given = os.environ.get("ODOO_HOME")
    if not given:
        return unpacked()
    folder = Path(given).expanduser().resolve()
    for candidate in (folder, folder.parent):
        if (candidate / "odoo" / "release.py").is_file():
            _require_19(candidate)
            return candidate
    raise Problem(
        f"ODOO_HOME={given} holds no Odoo: there is no odoo/release.py in it.",
        "point it at the folder that contains `odoo/`, or unset it to use Debian's package",
    )


def _require_19(folder: Path) -> None:
    text = (folder / "odoo" / "release.py").read_text(encoding="utf-8")
    if "version_info = (19, 0," not in text:
        raise Problem(
            f"The Odoo in {folder} is not version 19.0.",
            "point ODOO_HOME at an Odoo 19.0, or unset it to use Debian's package",
        )


def addons_folders() -> list[Path]:
    """Where this Odoo keeps its own addons."""
    root = home()
    return [path for path in (root / "addons", root / "odoo" / "addons") if path.is_dir()]


def depends() -> str:
    """The Depends field of the unpacked package; empty for an Odoo that was already there."""
    if os.environ.get("ODOO_HOME"):
        return ""
    return (paths.ODOO / "depends.txt").read_text(encoding="utf-8")


def pip_wheel() -> Path | None:
    """The wheel of pip that came along, when there is one."""
    return next(iter(sorted(paths.ODOO.glob("usr/share/python-wheels/pip-*.whl"))), None)


def ensure() -> None:
    """Have an Odoo 19: take it as it is, or unpack Debian's package once."""
    if os.environ.get("ODOO_HOME"):
        home()
        return
    if (unpacked() / "odoo" / "release.py").is_file() and state.read_stamp("odoo"):
        return
    state.require_room(ROOM)
    archive = Archive(paths.CACHE / "apt")
    with step("Debian's package lists") as current:
        archive.update()
        current.note = f"odoo-19 {archive.version('odoo-19') or 'absent'}"
    with state.built_aside(paths.ODOO) as root:
        archive.unpack(["odoo-19"], root, "Odoo 19")
        archive.unpack([*COMPANIONS, PIP_WHEEL], root, "fonts and scripts beside it")
        package = root / "usr/lib/python3/dist-packages/odoo"
        left_out = package / LEFT_OUT_BY_DEBIAN
        left_out.parent.mkdir(parents=True, exist_ok=True)
        if not left_out.exists():
            left_out.unlink(missing_ok=True)
            left_out.write_text("", encoding="utf-8")
        (root / "depends.txt").write_text(archive.depends("odoo-19"), encoding="utf-8")
        _require_19(package.parent)
    state.write_stamp("odoo", archive.version("odoo-19"))
