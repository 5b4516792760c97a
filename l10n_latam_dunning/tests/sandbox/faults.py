"""Troubles on demand: by script (the next n sends) or for one recipient."""

from __future__ import annotations

from dataclasses import dataclass

from .accounts import digits

FAULTS = {
    "rate_limit": "429 with code 130429 and Retry-After; nothing is accepted",
    "pair_limit": "400 with code 131056; nothing is accepted",
    "server_error": "500 with code 131000; nothing is accepted",
    "undeliverable": "accepted, then the status failed with code 131026",
    "timeout_before": "never answers; nothing is accepted",
    "timeout_after": "accepted, but never answers",
    "reset_before": "the connection is reset; nothing is accepted",
    "reset_after": "accepted, then the connection is reset",
    "html_502": "502 with a page of HTML; nothing is accepted",
    "html_502_after": "accepted, then 502 with a page of HTML",
    "slow": "answers as usual, after `slow_seconds`",
    "odd_json": "accepted, but the answer has none of the expected keys",
    "code:N": "refused with the code N",
    "failed:N": "accepted, then the status failed with the code N",
}


@dataclass
class Fault:
    """One trouble: for whom, on which endpoint, how many times (None: always)."""

    kind: str
    to: str
    times: int | None
    endpoint: str


class FaultScript:
    """The troubles that wait for their turn."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, kind: str, to: str | None, times: int | None, endpoint: str) -> None:
        """Add a trouble; a kind that is not known is a mistake of the test."""
        stem, _colon, code = kind.partition(":")
        known = kind in FAULTS or (f"{stem}:N" in FAULTS and code.isdecimal())
        if not known:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(FAULTS)}")
        self._faults.append(Fault(kind, digits(to or ""), times, endpoint))

    def clear(self) -> None:
        """Forget all troubles."""
        self._faults.clear()

    def take(self, endpoint: str, to: str = "") -> str:
        """Return the kind of the trouble whose turn it is, "" when there is none."""
        for fault in self._faults:
            if fault.endpoint != endpoint or (fault.to and fault.to != digits(to)):
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
            return fault.kind
        return ""
