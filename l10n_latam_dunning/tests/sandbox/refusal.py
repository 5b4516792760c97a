"""Errors in the shape in which the Graph API answers them."""

from __future__ import annotations

import hashlib
from typing import Any

TITLES = {
    0: "AuthException",
    100: "Invalid parameter",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "Not delivered to maintain healthy ecosystem engagement",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131059: "Invalid cursor",
    130429: "Rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132005: "Translated text too long",
    132012: "Parameter format does not match format in the created template",
    132015: "Template is paused",
    132016: "Template is disabled",
    132018: "There was an issue with the parameters of the template",
}
STATUSES = {
    0: 401,
    2: 503,
    3: 500,
    10: 403,
    190: 401,
    368: 403,
    130429: 429,
    130497: 403,
    131000: 500,
    131005: 403,
    131016: 500,
    131031: 403,
    131045: 500,
    131057: 500,
    132001: 404,
    133000: 500,
    133004: 503,
    134102: 500,
}


class Refusal(Exception):
    """The API refuses a request: code, exact details, HTTP status."""

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        subcode: int | None = None,
        status: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details
        self.subcode = subcode
        self.status = status or STATUSES.get(code, 400)
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        title = TITLES.get(self.code, "Error")
        trace = hashlib.sha256(f"{self.code}{self.details}".encode()).hexdigest()[:20]
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details or title},
            "fbtrace_id": f"A{trace}",
        }
        if self.subcode is not None:
            # Generic Graph errors carry a subcode and their text in the message alone.
            del error["error_data"]
            error["message"] = self.details or title
            error["error_subcode"] = self.subcode
        return {"error": error}


def failed_error(code: int) -> dict[str, Any]:
    """Return an entry of `errors` of a failed status."""
    title = TITLES.get(code, "Error")
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": f"{title}."},
        "href": "/documentation/business-messaging/whatsapp/support/error-codes",
    }
