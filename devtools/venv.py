"""The project's own Python: Odoo's requirements, the addon's, and the tools'."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

from . import paths, source, state
from .console import Problem, capture, run, step

# Debian's names that are not `python3-` + the name on PyPI.
ON_PYPI = {
    "dateutil": "python-dateutil",
    "lxml-html-clean": "lxml_html_clean",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "psycopg2": "psycopg2-binary",
    "serial": "pyserial",
    "stdnum": "python-stdnum",
    "usb": "pyusb",
}
NEEDS_A_SYSTEM_LIBRARY = {"magic"}  # Odoo goes without it
# For an Odoo that was already there and says nothing of its dependencies.
USUAL = (
    "asn1crypto babel cbor2 chardet cryptography python-dateutil docutils freezegun geoip2 gevent "
    "greenlet idna jinja2 libsass lxml lxml_html_clean markupsafe num2words ofxparse openpyxl "
    "passlib pillow polib psutil psycopg2-binary pyopenssl pypdf pyserial python-stdnum pytz pyusb "
    "qrcode reportlab requests rjsmin urllib3 vobject werkzeug xlrd xlsxwriter xlwt zeep"
).split()
REQUIREMENTS = (paths.REPO / "requirements.txt", paths.TOOLS / "requirements-tools.txt")
PTH = "odoo-19.pth"


def odoo_requirements() -> list[str]:
    """Odoo's Python dependencies under their names on PyPI."""
    names = re.findall(r"python3-([a-z0-9.+-]+)", source.depends())
    if not names:
        return USUAL
    wanted = {ON_PYPI.get(name, name) for name in names if name not in NEEDS_A_SYSTEM_LIBRARY}
    return sorted(wanted | {"lxml"})


def site_packages() -> Path:
    """Where this venv keeps its packages."""
    found = sorted(paths.VENV.glob("lib/python3.*/site-packages"))
    if not found:
        raise Problem("The venv in .dev is damaged.", "run `./dev clean venv`, then this again")
    return found[0]


def environment() -> dict[str, str]:
    """The environment in which the venv's programs run."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONHOME"}
    env["PATH"] = f"{paths.VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["VIRTUAL_ENV"] = str(paths.VENV)
    env["PYTHONPYCACHEPREFIX"] = str(paths.CACHE / "pyc")  # beside the tree, never in it
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # to compile all of Odoo again takes 6 s a start
    return env


def _fingerprint() -> str:
    parts = [path.read_text(encoding="utf-8") for path in REQUIREMENTS]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return state.digest([*parts, *odoo_requirements(), python, sys.base_prefix])


def _pip() -> list[str]:
    """How to run pip for the venv: its own when it has one, else the wheel that came along."""
    if any(paths.VENV.glob("lib/python3.*/site-packages/pip")):
        return [str(paths.PYTHON), "-m", "pip"]
    wheel = source.pip_wheel()
    if wheel is None:
        raise Problem(
            "This Python has neither pip nor ensurepip.",
            "install the package python3-venv, then run this again",
        )
    return [str(paths.PYTHON), str(wheel / "pip")]


def _point_at_odoo() -> None:
    line = f"{source.home()}\n"
    target = site_packages() / PTH
    if not target.exists() or target.read_text(encoding="utf-8") != line:
        target.write_text(line, encoding="utf-8")


def ensure() -> None:
    """Have a venv with everything in it; one that was never finished is built anew."""
    wanted = _fingerprint()
    if state.read_stamp("venv") == wanted and capture([paths.PYTHON, "-c", "print(1)"]):
        _point_at_odoo()
        return
    state.drop_stamp("venv")
    state.require_room(800_000_000)
    paths.log_file("pip").unlink(missing_ok=True)
    with step("Python environment"):
        shutil.rmtree(paths.VENV, ignore_errors=True)
        bare = ["--without-pip"] if source.pip_wheel() or not _has_ensurepip() else []
        run(
            [sys.executable, "-m", "venv", *bare, paths.VENV],
            log="pip",
            failure="The Python environment could not be made",
            next_step="install the package python3-venv, then run this again",
        )
    log = paths.log_file("pip")

    def collected() -> str:
        text = log.read_text(encoding="utf-8", errors="replace")
        seen = len(re.findall(r"^Collecting ", text, re.MULTILINE))
        return "installing" if "Installing collected" in text else f"{seen} packages"

    with step("Python packages", collected) as current:
        run(
            [*_pip(), "install", "--no-input", "--prefer-binary", "--no-compile"]
            + ["--no-warn-script-location", "--disable-pip-version-check"]
            + [word for path in REQUIREMENTS for word in ("-r", str(path))]
            + odoo_requirements(),
            log="pip",
            failure="The Python packages could not be installed",
            next_step="check the network to the Python package index, then run this again",
            env=environment(),
        )
        current.note = ""
    _point_at_odoo()
    state.write_stamp("venv", wanted)


def _has_ensurepip() -> bool:
    return importlib.util.find_spec("ensurepip") is not None
