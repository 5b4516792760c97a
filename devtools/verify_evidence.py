"""`./dev verify-evidence FILE`: whether a complaint file is as it was made; nothing is built."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from . import paths


def main(arguments: Sequence[str]) -> int:
    """Say what was changed, by record; exit code 0 nothing, 1 something, 2 no evidence file."""
    sys.path.insert(0, str(paths.ADDON))
    from core.evidence.verify import main as verify

    return verify(arguments, "en")
