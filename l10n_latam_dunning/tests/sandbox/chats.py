"""Every person's chat as it looks on a phone: bubbles in order, ours with their ticks."""

from __future__ import annotations

import threading
from typing import Any

Json = dict[str, Any]
RANK = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3}


class Chats:
    """Chats by (number of the business, wa_id of the person)."""

    def __init__(self) -> None:
        self._chats: dict[tuple[str, str], Json] = {}
        self._bubbles: dict[str, Json] = {}
        self._lock = threading.Lock()

    def add(self, phone_number_id: str, wa_id: str, number: str, bubble: Json) -> None:
        """Add a bubble: {wamid, direction "in"|"out", at, text, …}."""
        with self._lock:
            chat = self._chats.setdefault(
                (phone_number_id, wa_id),
                {
                    "phone_number_id": phone_number_id,
                    "wa_id": wa_id,
                    "number": number,
                    "name": "",
                    "bubbles": [],
                },
            )
            if bubble.get("name"):
                chat["name"] = bubble["name"]
            chat["bubbles"].append(bubble)
            self._bubbles[bubble["wamid"]] = bubble

    def move(self, wamid: str, status: str, error: int | None = None) -> None:
        """Give one of our bubbles its ticks; they never go back."""
        with self._lock:
            bubble = self._bubbles.get(wamid)
            if bubble is None:
                return
            if status == "failed":
                bubble.update(status="failed", error=error)
            elif RANK.get(status, 0) >= RANK.get(bubble.get("status", "accepted"), 9):
                bubble["status"] = status

    def all(self) -> list[Json]:
        """Return a copy of all chats, in the order of their first bubble."""
        with self._lock:
            return [
                {**chat, "bubbles": [dict(bubble) for bubble in chat["bubbles"]]}
                for chat in self._chats.values()
            ]
