"""What the debtor is told of an amount: its parts, or that nothing was added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from .interest import COMPONENTS, NOTHING, Charges

NOTHING_ADDED: Final[Mapping[str, str]] = {
    "es": "solo el capital facturado, sin intereses, multas, comisiones ni gastos de cobranza",
    "pt": "somente o valor faturado, sem juros, multa ou outras taxas",
    "en": "only what was invoiced, without interest, late fees or other charges",
}
PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "es": {
        "principal": "capital",
        "interest": "intereses",
        "fine": "multa",
        "fees": "gastos de cobranza",
        "waived": "condonado",
        "total": "total",
        "on": "calculado al",
    },
    "pt": {
        "principal": "principal",
        "interest": "juros",
        "fine": "multa",
        "fees": "despesas de cobrança",
        "waived": "dispensado",
        "total": "total",
        "on": "calculado em",
    },
    "en": {
        "principal": "principal",
        "interest": "interest",
        "fine": "late fee",
        "fees": "collection fees",
        "waived": "waived",
        "total": "total",
        "on": "calculated on",
    },
}


def amount_detail(
    charges: Charges | None,
    language: str,
    amount: Callable[[Decimal], str],
    day: str,
    waived: Decimal = NOTHING,
) -> str:
    """The parts of an amount, fit to follow it after a comma or in brackets: `capital S/ 100.00,
    intereses S/ 1.53, total S/ 101.53, calculado al 25/11/2026`. Every part that the law may ask
    for is named where something was added, also where it is nothing; what is waived of them only
    where something is."""
    base = language[:2] if language[:2] in PARTS else "es"
    if charges is None or not charges.added:
        return NOTHING_ADDED[base]
    words = PARTS[base]
    parts = [f"{words['principal']} {amount(charges.principal)}"]
    parts += [f"{words[name]} {amount(charges.of(name))}" for name in COMPONENTS]
    if waived:
        parts.append(f"{words['waived']} {amount(-waived)}")
    parts.append(f"{words['total']} {amount(charges.total - waived)}")
    return ", ".join([*parts, f"{words['on']} {day}"])
