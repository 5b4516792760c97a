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
    ``confirms`` is WhatsApp's id of the message by which he wanted no more: what that withdrew
    does not stand against confirming it, once."""

    sender: Any = None
    confirms: str = ""

    @property
    def account(self):
        return self.sender
