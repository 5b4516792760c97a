"""What carrying a message to a channel ended in, and the pool that carries many at once."""

import heapq
import queue
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Literal

from .whatsapp.error_codes import Action, Rule

# Three of the wire; "recalled" never came to it.
Outcome = Literal["accepted", "refused", "unknown", "recalled"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known after a message was handed over.

    ``reference`` is the provider's id of the message, ``alias`` how it names the recipient;
    ``code``, ``details`` say why not; ``rule``, or ``action`` alone, what to do: without them a
    refused message has failed for good. ``retry_after`` is what the provider asked for, in seconds.
    ``reason`` is the code of what called a recalled one back, if that is the end of it.
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
    reason: str = ""


Call = Callable[[], Delivery]
# Told the keys that are about to fly, it says which of them must not, and what they end in.
Look = Callable[[Sequence[int]], Mapping[int, Delivery]]

# Calls whose turn is so near are looked at together; the rest of the way a thread waits.
NEAR: Final = 0.05
# How long what has landed waits for the next, where they are better written down together.
MOMENT: Final = 0.05


def _look_at_nothing(_keys: Sequence[int]) -> Mapping[int, Delivery]:
    return {}


class Courier:
    """A bounded pool of threads that carries calls to the outside and remembers whose each is.
    The calls hold plain data: no cursor, no record. One more thread, the clerk, keeps a call until
    its turn has come and a thread is free, and takes a last look at it before it flies. What
    happens after that look comes too late for it: that is ``NEAR`` and the start of a thread.

    To be used by one thread; ``look`` is called by the clerk alone."""

    def __init__(self, size: int, look: Look = _look_at_nothing) -> None:
        self.size = size
        self.sharers = 1  # how many couriers carry for the same senders now
        self._look = look
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="dunning.courier")
        self._clerk = threading.Thread(target=self._hand_over, name="dunning.clerk", daemon=True)
        self._changed = threading.Condition()
        self._turns: list[tuple[float, int, int, Call]] = []
        self._serial = count()
        self._free = size
        self._closed = False
        self._back: queue.SimpleQueue[tuple[int, Delivery]] = queue.SimpleQueue()
        self._out = 0
        self._kept: dict[Hashable, Any] = {}
        self._free_at: dict[Hashable, float] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Courier":
        self._clerk.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._clerk.join()
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
        """How many calls have not come back yet; those that wait for their turn as well."""
        return self._out

    def take(self, key: int, call: Call, delay: float = 0.0) -> None:
        """Carry a call for the message of this id, after some seconds."""
        self._out += 1
        with self._changed:
            turn = (time.monotonic() + delay, next(self._serial), key, call)
            heapq.heappush(self._turns, turn)
            self._changed.notify()

    def landed(self, *, timeout: float | None = None, least: int = 1) -> list[tuple[int, Delivery]]:
        """The calls that have come back; waits for the first of them up to ``timeout`` seconds,
        then a moment more while they are fewer than ``least``."""
        landed: list[tuple[int, Delivery]] = []
        patience = timeout
        try:
            while self._out:
                block = not landed or len(landed) < least
                landed.append(self._back.get(block=block, timeout=patience))
                self._out -= 1
                patience = MOMENT
        except queue.Empty:
            pass
        return landed

    # === CLERK === #

    def _hand_over(self) -> None:
        while handful := self._next_handful():
            stopped = self._last_look([key for _turn, key, _call in handful])
            for turn, key, call in handful:
                if key in stopped:
                    self._put_back(key, stopped[key])
                else:
                    self._pool.submit(self._carry, key, after(turn - time.monotonic(), call))

    def _next_handful(self) -> list[tuple[float, int, Call]]:
        """The calls whose turn is near, as many as threads are free; nothing when it is over."""
        with self._changed:
            while not self._closed:
                near = time.monotonic() + NEAR
                handful = []
                while self._free and self._turns and self._turns[0][0] <= near:
                    turn, _serial, key, call = heapq.heappop(self._turns)
                    handful.append((turn, key, call))
                    self._free -= 1
                if handful:
                    return handful
                waits = self._free and self._turns
                self._changed.wait(self._turns[0][0] - near if waits else None)
        return []

    def _last_look(self, keys: Sequence[int]) -> Mapping[int, Delivery]:
        """What must not fly; when that cannot be found out, none of it flies now."""
        try:
            return self._look(keys)
        except Exception as error:  # noqa: BLE001 - nothing has left, and nothing does in doubt
            words = type(error).__name__
            return {key: Delivery("refused", details=words, action=Action.RETRY) for key in keys}

    def _carry(self, key: int, call: Call) -> None:
        self._put_back(key, carry(call))

    def _put_back(self, key: int, delivery: Delivery) -> None:
        self._back.put((key, delivery))
        with self._changed:
            self._free += 1
            self._changed.notify()


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
