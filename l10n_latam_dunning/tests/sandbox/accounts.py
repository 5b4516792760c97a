"""What the sandbox knows of a WhatsApp number, of the people who use WhatsApp and of media."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_REGIONS = {
    "1": "DO", "51": "PE", "52": "MX", "54": "AR", "55": "BR", "56": "CL", "57": "CO", "58": "VE",
    "502": "GT", "503": "SV", "504": "HN", "505": "NI", "506": "CR", "507": "PA", "591": "BO",
    "593": "EC", "595": "PY", "598": "UY",
}  # fmt: skip


@dataclass
class Account:
    """A number of a business: its ids, its secrets and where its webhooks go."""

    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    webhook_url: str = ""
    display_phone_number: str = "15550000000"
    verified_name: str = "Sandbox"
    webhook_headers: Mapping[str, str] = field(default_factory=dict)
    subscribed: bool = True

    def __post_init__(self) -> None:
        if self.webhook_url and not is_loopback(self.webhook_url):
            raise ValueError("the sandbox posts webhooks to this machine only")


@dataclass
class Media:
    """A file uploaded by a number."""

    media_id: str
    phone_number_id: str
    filename: str
    mime: str
    content: bytes = field(repr=False)

    def info(self, base_url: str) -> dict[str, Any]:
        """Return what GET /{media_id} answers."""
        return {
            "messaging_product": "whatsapp",
            "url": f"{base_url}/_content/{self.media_id}",
            "mime_type": self.mime,
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "file_size": len(self.content),
            "id": self.media_id,
        }


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def digits(number: str) -> str:
    """Return a number's digits."""
    return re.sub(r"\D", "", number)


def wa_id_of(number: str) -> str:
    """Return the wa_id that WhatsApp gives a number: Mexico and old Brazilian lines differ."""
    plain = digits(number)
    if re.fullmatch(r"52[2-9]\d{9}", plain):
        return f"521{plain[2:]}"
    found = re.fullmatch(r"55([3-9]\d)9([6-9]\d{7})", plain)
    return f"55{found[1]}{found[2]}" if found else plain


def user_id_of(wa_id: str) -> str:
    """Return the business-scoped user id of a person, always the same."""
    region = next((_REGIONS[wa_id[:n]] for n in (3, 2, 1) if wa_id[:n] in _REGIONS), "US")
    return f"{region}.{int(hashlib.sha256(wa_id.encode()).hexdigest()[:16], 16):020d}"
