from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestText:
    """The words by which a debtor is asked for consent, as he reads them: they are on record, so
    nothing is filled in on the way. A channel asks it the same as a draft."""

    parts: Mapping[str, str]
    wording: str
    language: str = ""
    names: tuple[str, ...] = ()
    problem: str = ""

    def fill(self, part, _values):
        """A part, which is whole already."""
        return self.parts[part]
