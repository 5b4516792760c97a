"""The order of a PIX button in Brazil: what is owed, and the codes that pay it.

WhatsApp neither confirms nor reconciles such a payment; the bank does.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

CURRENCY: Final = "BRL"
OFFSET: Final = 100
MAX_REFERENCE: Final = 35
MAX_NAME: Final = 60
KEY_TYPES: Final = frozenset({"CPF", "CNPJ", "EMAIL", "PHONE", "EVP"})
# What Odoo's bank account calls the key, and what WhatsApp does.
_KEYS: Final[Mapping[str, str]] = {"email": "EMAIL", "mobile": "PHONE", "br_random": "EVP"}
# Inside each PIX code, whatever bank made it.
PIX_MARK: Final = "br.gov.bcb.pix"


class Item(NamedTuple):
    """An instalment: who it is for the seller, its name, what is open in cents."""

    code: str
    name: str
    cents: int


@dataclass(frozen=True, slots=True)
class Pix:
    """A PIX code and the key that it pays to."""

    code: str
    merchant: str
    key: str
    key_type: str

    def as_json(self) -> Json:
        """The payment setting of an order."""
        content = {
            "code": self.code,
            "merchant_name": self.merchant[:MAX_NAME],
            "key": self.key,
            "key_type": self.key_type,
        }
        return {"type": "pix_dynamic_code", "pix_dynamic_code": content}


def boleto(line: str) -> Json:
    """The payment setting of a boleto's line of digits."""
    return {"type": "boleto", "boleto": {"digitable_line": re.sub(r"\D", "", line)}}


def key_type(proxy_type: str, value: str) -> str:
    """What kind of PIX key a bank account has; empty when it has none."""
    if proxy_type == "br_cpf_cnpj":
        return {11: "CPF", 14: "CNPJ"}.get(len(value), "")
    return _KEYS.get(proxy_type, "") if value else ""


def reference_of(name: str, unique: str) -> str:
    """An order's reference: what is left of the invoice's name, and what makes it unique."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    tail = re.sub(r"[^A-Za-z0-9]+", "", unique)[:20]
    room = MAX_REFERENCE - len(tail) - 1
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', plain).strip('-')[:room].rstrip('-')}-{tail}".strip("-")


def order_details(
    reference: str, items: Sequence[Item], settings: Sequence[Json], tax_note: str
) -> Json:
    """Build the order: its total is the sum of its items, taxes are within them."""
    if not items or any(item.cents <= 0 for item in items):
        raise ValueError("an order needs items with an amount")
    if not settings:
        raise ValueError("an order needs a way to pay it")
    if not re.fullmatch(rf"[A-Za-z0-9_.-]{{1,{MAX_REFERENCE}}}", reference):
        raise ValueError("an order's reference holds 1 to 35 letters and digits")
    total = _money(sum(item.cents for item in items))
    return {
        "reference_id": reference,
        "type": "digital-goods",
        "payment_type": "br",
        "payment_settings": list(settings),
        "currency": CURRENCY,
        "total_amount": total,
        "order": {
            "status": "pending",
            "tax": {**_money(0), "description": tax_note},
            "items": [
                {
                    "retailer_id": item.code,
                    "name": item.name[:MAX_NAME],
                    "amount": _money(item.cents),
                    "quantity": 1,
                }
                for item in items
            ],
            "subtotal": total,
        },
    }


def _money(cents: int) -> Json:
    return {"value": cents, "offset": OFFSET}
