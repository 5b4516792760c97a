"""Puts the addon's core and sandbox on the path, as top-level packages `core` and `sandbox`."""

import sys
from pathlib import Path

from hypothesis import settings

ADDON = Path(__file__).resolve().parent.parent / "l10n_latam_dunning"
for folder in (ADDON, ADDON / "tests"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

# The same examples on every machine, and none remembered between runs.
settings.register_profile("house", database=None, deadline=None, derandomize=True)
settings.load_profile("house")
