"""A Chromium for the tours: the machine's own, or Debian's when this may install it."""

from __future__ import annotations

import os
import shutil

from . import state
from .console import Problem, run, step

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-liberation")
BY_HAND = f"apt-get install {' '.join(PACKAGES)}"


def find() -> str:
    """The path of a browser that Odoo's tours can drive, or an empty text."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


def ensure() -> str:
    """Have a browser; installs Debian's as root, else says how."""
    if find():
        return find()
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Problem(
            "The tours need a Chromium, and this machine has none.",
            f"as an administrator: {BY_HAND}",
        )
    with state.lock("browser", "installing Chromium"):
        if not find():
            state.require_room(700_000_000)
            _install()
    return find()


def _install() -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=2"]
    next_step = f"check the network to the Debian mirror, or by hand: {BY_HAND}"
    with step("install Chromium"):
        run(["apt-get", *options, "update"], log="chromium", failure="apt-get update", env=env)
        run(
            ["apt-get", *options, "install", "-y", "--no-install-recommends", *PACKAGES],
            log="chromium",
            failure="Chromium could not be installed",
            next_step=next_step,
            env=env,
        )
    if not find():
        raise Problem("Chromium was installed, but is not in PATH.", f"by hand: {BY_HAND}")
