"""Reads the files of an evidence ZIP, even a damaged one, or of the folder it was unpacked to."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from pathlib import Path

from .proof import COMMENT, Line, sha256


class NoEvidence(Exception):
    """This is no evidence file; the argument is a key of the verifier's words."""


class Source:
    """The files by name. `whole`: the ZIP is byte for byte as it was made, as far as it can tell;
    one that was packed anew cannot."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.whole = True
        self._archive: zipfile.ZipFile | None = None
        if path.is_dir():
            self.names = {p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()}
            return
        if not path.exists():
            raise NoEvidence("why_absent")
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error):
            raise NoEvidence("why_zip") from None
        self.names = {info.filename for info in self._archive.infolist() if not info.is_dir()}
        if self._archive.comment:
            raw = path.read_bytes()
            whole = COMMENT + sha256(raw[:-64]).encode("ascii")
            self.whole = self._archive.comment == whole

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or nothing when they cannot be had."""
        if name not in self.names:
            return None
        if self._archive is None:
            return (self.path / name).read_bytes()
        info = self._archive.getinfo(name)
        try:
            return self._archive.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            return self._stored(info)
        except (NotImplementedError, OSError, RuntimeError, ValueError, struct.error):
            return None

    def lines(self, name: str) -> list[tuple[Line, bytes]]:
        """Each line as JSON, empty where it cannot be read, with its bytes."""
        raws = (self.read(name) or b"").split(b"\n")
        return [(_parse(raw), raw) for raw in raws if raw.strip()]

    def json(self, name: str) -> Line:
        """A file as one JSON object, empty when it is none."""
        return _parse(self.read(name) or b"")

    def _stored(self, info: zipfile.ZipInfo) -> bytes | None:
        """What lies uncompressed in the ZIP is read whatever its checksum says."""
        if info.compress_type != zipfile.ZIP_STORED:
            return None
        with self.path.open("rb") as raw:
            raw.seek(info.header_offset)
            header = raw.read(30)
            if len(header) < 30:
                return None
            raw.seek(sum(struct.unpack("<HH", header[26:30])), 1)
            return raw.read(info.compress_size)


def _parse(raw: bytes) -> Line:
    try:
        value = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
