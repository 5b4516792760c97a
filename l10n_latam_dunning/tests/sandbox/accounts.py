"""What the sandbox knows of a WhatsApp number, of the people who use WhatsApp and of media."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MEDIA_DAYS = 30
_REGIONS = {
    "1": "DO", "51": "PE", "52": "MX", "54": "AR", "55": "BR", "56": "CL", "57": "CO", "58": "VE",
    "502": "GT", "503": "SV", "504": "HN", "505": "NI", "506": "CR", "507": "PA", "591": "BO",
    "593": "EC", "595": "PY", "598": "UY",
}  # fmt: skip


@dataclass
class Ailment:
    """What keeps a part of an account from sending: BLOCKED or LIMITED, and Meta's words."""

    can_send: str
    code: int
    description: str
    solution: str


@dataclass
class Account:
    """A number of a business: its ids, its secrets, where its webhooks go, and how it is."""

    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    webhook_url: str = ""
    display_phone_number: str = "15550000000"
    verified_name: str = "Sandbox"
    webhook_headers: Mapping[str, str] = field(default_factory=dict)
    subscribed: bool = True
    quality: str = "GREEN"
    status: str = "CONNECTED"
    name_status: str = "APPROVED"
    throughput: str = "STANDARD"
    messaging_limit: str | int = "TIER_2K"
    ailments: dict[str, Ailment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.webhook_url and not is_loopback(self.webhook_url):
            raise ValueError("the sandbox posts webhooks to this machine only")

    def ail(
        self,
        entity: str,
        can_send: str = "BLOCKED",
        code: int = 141000,
        description: str = "There is a problem.",
        solution: str = "Visit the documentation.",
    ) -> None:
        """Let a part (PHONE_NUMBER, WABA, BUSINESS, APP) of the account be unwell."""
        self.ailments[entity] = Ailment(can_send, code, description, solution)

    def heal(self) -> None:
        """Let all parts be well again."""
        self.ailments.clear()

    def number_info(self) -> dict[str, Any]:
        """Return what GET /{phone_number_id} answers."""
        return {
            "id": self.phone_number_id,
            "display_phone_number": f"+{digits(self.display_phone_number)}",
            "verified_name": self.verified_name,
            "quality_rating": self.quality,
            "status": self.status,
            "throughput": {"level": self.throughput},
            "name_status": self.name_status,
            "whatsapp_business_manager_messaging_limit": self.messaging_limit,
        }

    def health_status(self) -> dict[str, Any]:
        """Return the health of all parts; the whole is as bad as the worst."""
        ids = {
            "PHONE_NUMBER": self.phone_number_id,
            "WABA": self.waba_id,
            "BUSINESS": f"9{self.waba_id}",
            "APP": "400",
        }
        entities = [self._entity(name, node) for name, node in ids.items()]
        words = [entity["can_send_message"] for entity in entities]
        worst = next(word for word in ("BLOCKED", "LIMITED", "AVAILABLE") if word in words)
        return {"can_send_message": worst, "entities": entities}

    def _entity(self, name: str, node: str) -> dict[str, Any]:
        entity: dict[str, Any] = {"entity_type": name, "id": node}
        ailment = self.ailments.get(name)
        if ailment is None:
            return {**entity, "can_send_message": "AVAILABLE"}
        error = {
            "error_code": ailment.code,
            "error_description": ailment.description,
            "possible_solution": ailment.solution,
        }
        return {**entity, "can_send_message": ailment.can_send, "errors": [error]}


@dataclass
class Media:
    """A file uploaded by a number."""

    media_id: str
    phone_number_id: str
    filename: str
    mime: str
    content: bytes = field(repr=False)
    at: float = field(default_factory=time.time)

    @property
    def is_kept(self) -> bool:
        """Whether it is still there: an upload is kept for 30 days."""
        return time.time() < self.at + MEDIA_DAYS * 86400

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
