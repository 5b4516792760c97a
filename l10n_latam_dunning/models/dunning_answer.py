from dataclasses import dataclass
from typing import Any

from .dunning_gate import Candidate


@dataclass(frozen=True, slots=True)
class FreeText:
    """What a person in the company wrote, in place of a template: the channel asks it the same."""

    body: str
    category: str = "SERVICE"

    def _impediments(self, candidate, at):
        return []

    def _wording(self):
        return self.body

    def _carries(self):
        return frozenset()


@dataclass(slots=True)
class Answer(Candidate):
    """What may become an answer: to whoever wrote, on the number of ours that he wrote to.
    ``confirms`` are the withdrawals that it confirms: they do not stand against that, once."""

    sender: Any = None
    confirms: Any = None

    @property
    def account(self):
        return self.sender
