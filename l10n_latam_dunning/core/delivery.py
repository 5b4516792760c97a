"""What carrying a message to a channel ended in, and the pool that carries many at once."""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any, Literal

from .whatsapp.error_codes import Action, Rule

Outcome = Literal["accepted", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known after a message was handed over.

    ``reference`` is the provider's id of the message, ``alias`` how it names the recipient;
    ``code``, ``details`` say why not; ``rule``, or ``action`` alone, what to do: without them a
    refused message has failed for good. ``retry_after`` is what the provider asked for, in seconds.
    """

    outcome: Outcome
    reference: str = ""
    alias: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    code: int | None = None
    details: str = ""
    action: Action | None = None
    rule: Rule | None = None
    retry_after: float | None = None


Call = Callable[[], Delivery]


class Courier:
    """A bounded pool of threads that carries calls to the outside and remembers whose each is.
    The calls hold plain data: no cursor, no record. Not to be shared between threads itself."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="dunning.courier")
        self._flying: dict[Future[Delivery], int] = {}
        self._kept: dict[Hashable, Any] = {}
        self._free_at: dict[Hashable, float] = {}
        self.sharers = 1  # how many couriers carry for the same senders now
        self._stack = ExitStack()

    def __enter__(self) -> "Courier":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._stack.close()

    def keep(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What was made once under this key, such as connections; closed at the end."""
        if key not in self._kept:
            self._kept[key] = self._stack.enter_context(closing(make()))
        return self._kept[key]

    def delay(self, key: Hashable, rate: float) -> float:
        """The seconds that the next call of a sender has to wait, so that all who carry for it
        together make no more than ``rate`` calls a second."""
        now = time.monotonic()
        turn = max(now, self._free_at.get(key, now))
        self._free_at[key] = turn + self.sharers / rate
        return turn - now

    @property
    def flying(self) -> int:
        """How many calls have not come back yet."""
        return len(self._flying)

    def take(self, key: int, call: Call) -> None:
        """Carry a call for the message of this id."""
        self._flying[self._pool.submit(carry, call)] = key

    def landed(self, *, timeout: float | None = None) -> list[tuple[int, Delivery]]:
        """The calls that have come back; waits for the first of them up to ``timeout`` seconds."""
        if not self._flying:
            return []
        done, _flying = wait(self._flying, timeout=timeout, return_when=FIRST_COMPLETED)
        return [(self._flying.pop(future), future.result()) for future in done]


def after(seconds: float, call: Call) -> Call:
    """The call, made after some seconds."""

    def later() -> Delivery:
        time.sleep(seconds)
        return call()

    return later if seconds > 0 else call


def carry(call: Call) -> Delivery:
    """Make a call; what it may have thrown after the message left ends as unknown."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever broke, the message may be out
        return Delivery("unknown", details=type(error).__name__)
