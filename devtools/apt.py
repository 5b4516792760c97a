"""Debian packages unpacked into a private root: signed, without root, nothing installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from . import paths
from .console import Problem, capture, run, size, step, tail

SUITE = "sid"  # no stable suite has Odoo 19
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
TARGETS = ("indextargets", "--format", "$(REPO_URI)", "Origin: Debian", "Label: Debian")


def _keyring() -> Path:
    for path in KEYRINGS:
        if path.exists():
            return path
    raise Problem(
        "Debian's archive keys are not on this machine, so no package could be checked.",
        "install the package debian-archive-keyring, or point ODOO_HOME at an Odoo 19",
    )


def _private(folder: Path, *, own_sources: bool) -> list[str]:
    """apt options that keep lists, cache and (when asked) sources inside `folder`."""
    for part in ("lists/partial", "cache/archives/partial", "parts"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        "APT::Get::List-Cleanup": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
    }
    if own_sources:
        options["Dir::Etc::sourcelist"] = folder / "sources.list"
        options["Dir::Etc::sourceparts"] = folder / "parts"
    return [word for key, value in options.items() for word in ("-o", f"{key}={value}")]


def _mirror(folder: Path) -> str:
    """The Debian mirror that this machine is configured with."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Problem(
            "This machine has no apt, and Odoo 19 is taken from Debian's packages.",
            "use a Debian or derived machine, or point ODOO_HOME at the folder of an Odoo 19",
        )
    found = capture(["apt-get", *TARGETS]).split()
    if not found:  # a machine that never ran `apt-get update` does not know its origins
        options = _private(folder / "system", own_sources=False)
        capture(["apt-get", *options, "update"])
        found = capture(["apt-get", *options, *TARGETS]).split()
    if not found:
        raise Problem(
            "apt knows no Debian mirror on this machine, or the network does not reach it.",
            "check the network and apt's sources, or point ODOO_HOME at an Odoo 19",
        )
    return found[0]


def _explain_update(error: Problem) -> Problem:
    text = "\n".join(tail(error.log, 40)) if error.log else ""
    if any(word in text for word in ("NO_PUBKEY", "not signed", "BADSIG", "EXPKEYSIG")):
        return Problem(
            f"The package lists of Debian {SUITE} do not carry a signature that can be checked.",
            "upgrade the package debian-archive-keyring; nothing unsigned is ever used",
            error.log,
        )
    return Problem(
        f"The package lists of Debian {SUITE} could not be fetched.",
        "check the network to the Debian mirror, then run this again",
        error.log,
    )


class Archive:
    """Debian's signed archive as a private apt that changes nothing on the system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._options: list[str] = []

    def update(self) -> None:
        """Fetch the lists; refuses lists without a good signature."""
        self.folder.mkdir(parents=True, exist_ok=True)
        source = f"deb [signed-by={_keyring()}] {_mirror(self.folder)} {SUITE} main\n"
        (self.folder / "sources.list").write_text(source, encoding="utf-8")
        self._options = _private(self.folder, own_sources=True)
        strict = ["-o", "APT::Update::Error-Mode=any"]
        log = paths.log_file("apt")
        log.unlink(missing_ok=True)
        try:
            run(["apt-get", *self._options, *strict, "update"], log="apt", failure="apt update")
        except Problem as error:
            raise _explain_update(error) from error

    def _fields(self, *packages: str) -> dict[str, dict[str, str]]:
        """What the archive says of packages; one that it does not have is left out."""
        shown = capture(["apt-cache", *self._options, "show", "--no-all-versions", *packages])
        found: dict[str, dict[str, str]] = {}
        for paragraph in shown.split("\n\n"):
            pairs = (line.partition(": ") for line in paragraph.splitlines() if line[:1] != " ")
            fields = {key: value for key, _, value in pairs}
            if "Package" in fields:
                found[fields["Package"]] = fields
        return found

    def depends(self, package: str) -> str:
        """The package's Depends field."""
        return self._fields(package).get(package, {}).get("Depends", "")

    def version(self, package: str) -> str:
        """The version that the archive offers, or an empty text."""
        return self._fields(package).get(package, {}).get("Version", "")

    def unpack(self, packages: Sequence[str], root: Path, name: str) -> None:
        """Download packages, checked against the signed lists, and unpack them into `root`."""
        known = self._fields(*packages)
        absent = [package for package in packages if package not in known]
        if absent:
            raise Problem(
                f"Debian {SUITE} does not have {', '.join(absent)} now.",
                "try again later, or point ODOO_HOME at the folder of an Odoo 19",
            )
        debs = self.folder / "debs"
        shutil.rmtree(debs, ignore_errors=True)
        debs.mkdir(parents=True)

        def fetched() -> str:
            return size(sum(path.stat().st_size for path in debs.rglob("*") if path.is_file()))

        with step(f"download {name}", fetched) as current:
            run(
                ["apt-get", *self._options, "download", *packages],
                log="apt",
                failure=f"{name} could not be downloaded",
                next_step="check the network to the Debian mirror, then run this again",
                cwd=debs,
            )
            current.note = fetched()
        with step(f"unpack {name}"):
            for deb in sorted(debs.glob("*.deb")):
                run(
                    ["dpkg-deb", "-x", deb, root],
                    log="apt",
                    failure=f"{deb.name} could not be unpacked",
                    next_step="see whether the disk is full, then run this again",
                )
        shutil.rmtree(debs)
