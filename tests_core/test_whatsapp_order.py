"""A PIX order has exactly the shape of the Cloud API, and the sandbox takes no other."""

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.order import (
    MAX_REFERENCE,
    Item,
    Pix,
    boleto,
    key_type,
    order_details,
    reference_of,
)
from sandbox.messages import check_order
from sandbox.refusal import Refusal

PIX = Pix("00020101021226…6304ABCD", "Comercial Exemplo Ltda", "12345678000195", "CNPJ")
LINE = "03399026944140000002628346101018898510000008848"
ITEMS = [Item("42", "FAT/2026/00042", 120000), Item("43", "FAT/2026/00043", 5000)]


def order() -> dict[str, Any]:
    return order_details(
        "FAT-2026-00042-7f3c",
        ITEMS,
        [PIX.as_json(), boleto("03399.02694 " + LINE[10:])],
        "Impostos inclusos",
    )


def test_order_has_exactly_this_shape() -> None:
    assert order() == {
        "reference_id": "FAT-2026-00042-7f3c",
        "type": "digital-goods",
        "payment_type": "br",
        "payment_settings": [
            {
                "type": "pix_dynamic_code",
                "pix_dynamic_code": {
                    "code": "00020101021226…6304ABCD",
                    "merchant_name": "Comercial Exemplo Ltda",
                    "key": "12345678000195",
                    "key_type": "CNPJ",
                },
            },
            {"type": "boleto", "boleto": {"digitable_line": LINE}},
        ],
        "currency": "BRL",
        "total_amount": {"value": 125000, "offset": 100},
        "order": {
            "status": "pending",
            "tax": {"value": 0, "offset": 100, "description": "Impostos inclusos"},
            "items": [
                {
                    "retailer_id": "42",
                    "name": "FAT/2026/00042",
                    "amount": {"value": 120000, "offset": 100},
                    "quantity": 1,
                },
                {
                    "retailer_id": "43",
                    "name": "FAT/2026/00043",
                    "amount": {"value": 5000, "offset": 100},
                    "quantity": 1,
                },
            ],
            "subtotal": {"value": 125000, "offset": 100},
        },
    }


def test_the_sandbox_takes_it() -> None:
    assert check_order({"type": "action", "action": {"order_details": order()}}) == order()


@pytest.mark.parametrize(
    "change",
    [
        {"reference_id": ""},
        {"reference_id": "ñ"},
        {"reference_id": "x" * 36},
        {"currency": "USD"},
        {"payment_type": "in"},
        {"payment_settings": []},
        {"payment_settings": [{"type": "cash"}]},
        {"total_amount": {"value": 1250.0, "offset": 100}},
        {"total_amount": {"value": 1, "offset": 100}},
    ],
)
def test_the_sandbox_refuses_one_that_does_not_add_up(change: dict[str, Any]) -> None:
    spoiled = {**copy.deepcopy(order()), **change}
    with pytest.raises(Refusal):
        check_order({"type": "action", "action": {"order_details": spoiled}})


@pytest.mark.parametrize(
    ("items", "settings", "reference"),
    [
        ([], [PIX.as_json()], "A"),
        ([Item("1", "A", 0)], [PIX.as_json()], "A"),
        (ITEMS, [], "A"),
        (ITEMS, [PIX.as_json()], "a b"),
    ],
)
def test_senseless_orders_are_not_built(items: Any, settings: Any, reference: str) -> None:
    with pytest.raises(ValueError):
        order_details(reference, items, settings, "")


@pytest.mark.parametrize(
    ("proxy", "value", "kind"),
    [
        ("br_cpf_cnpj", "12345678909", "CPF"),
        ("br_cpf_cnpj", "12345678000195", "CNPJ"),
        ("br_cpf_cnpj", "1", ""),
        ("br_random", "71d6c6e1-64ea-4a11-9560-a10870c40ca2", "EVP"),
        ("email", "pix@example.com", "EMAIL"),
        ("mobile", "+5511987654321", "PHONE"),
        ("email", "", ""),
        ("none", "x", ""),
        ("upi", "x", ""),
    ],
)
def test_key_of_the_bank_account_is_named_as_whatsapp_does(
    proxy: str, value: str, kind: str
) -> None:
    assert key_type(proxy, value) == kind


def test_reference_is_readable_and_short() -> None:
    assert reference_of("FAT/2026/00042", "dun:7f3c-1") == "FAT-2026-00042-dun7f3c1"


@given(st.text(max_size=60), st.text("abcdef0123456789-:", min_size=1, max_size=60))
def test_reference_always_keeps_the_rules(name: str, unique: str) -> None:
    reference = reference_of(name, unique + "7")
    assert re.fullmatch(rf"[A-Za-z0-9_.-]{{1,{MAX_REFERENCE}}}", reference)
