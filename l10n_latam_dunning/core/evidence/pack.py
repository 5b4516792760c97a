"""Packs an evidence file: a ZIP that carries its own verifier."""

from __future__ import annotations

import ast
import functools
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from .proof import COMMENT, FACTS, MANIFEST, SEALS, Line, canonical, sha256

PARTS = ("proof", "erased", "words", "source", "verify")
HEAD = '''#!/usr/bin/env python3
"""Checks an evidence file. Nothing but Python 3.9 is needed: read this, then run it.

    python3 verify.py FILE.zip [--head CHAIN:NUMBER:HASH] [--against OLDER.zip] [--lang en|es|pt]

Exit code 0: nothing was changed. 1: something was, and it is named. 2: this is no evidence file.
"""

from __future__ import annotations
'''
# These lie uncompressed, so that one changed byte changes one line and not the whole file.
STORED = (FACTS, SEALS, MANIFEST)
EPOCH = (1980, 1, 1, 0, 0, 0)


@functools.cache
def program() -> str:
    """The verifier as one Python file."""
    folder = Path(__file__).parent
    return HEAD + "".join(_without_own_imports(folder / f"{name}.py") for name in PARTS)


def _without_own_imports(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.ImportFrom) and (node.level or node.module == "__future__"):
            del lines[node.lineno - 1 : node.end_lineno]
    return f"\n\n# --- {path.stem} ---\n\n{''.join(lines).strip()}\n"


def pack(members: Mapping[str, bytes], manifest: Line) -> bytes:
    """The ZIP of these files, with the manifest over them."""
    files = {**members, "verify.py": program().encode("utf-8")}
    hashes = {name: sha256(data) for name, data in files.items()}
    files[MANIFEST] = canonical({**manifest, "files": hashes}) + b"\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = 0o644 << 16
            kind = zipfile.ZIP_STORED if name in STORED else zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name], compress_type=kind)
        archive.comment = COMMENT + b"0" * 64
    raw = buffer.getvalue()[:-64]
    return raw + sha256(raw).encode("ascii")
