"""Message bodies have exactly the shape of the Cloud API."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.payload import (
    HeaderDocument,
    choice_message,
    clean_value,
    file_message,
    order_button,
    quick_reply,
    template_message,
    text_message,
    url_button,
)


def test_template_message_with_all_its_parts() -> None:
    payload = template_message(
        "+51987654321",
        "invoice_due_reminder",
        "es_PE",
        {"customer_name": "Rosa  Quispe", "invoice_ref": "F001-123", "amount": "S/\xa01,250.00"},
        "dun:42:7f3c",
        header_document=HeaderDocument("1001001001", "F001-123.pdf"),
        buttons=[
            url_button(0, "my/invoices/123?access_token=abc"),
            quick_reply(1, "DUN_PAID:42"),
        ],
    )
    assert payload == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+51987654321",
        "type": "template",
        "biz_opaque_callback_data": "dun:42:7f3c",
        "template": {
            "name": "invoice_due_reminder",
            "language": {"code": "es_PE"},
            "components": [
                {
                    "type": "header",
                    "parameters": [
                        {
                            "type": "document",
                            "document": {"id": "1001001001", "filename": "F001-123.pdf"},
                        }
                    ],
                },
                {
                    "type": "body",
                    "parameters": [
                        {
                            "type": "text",
                            "parameter_name": "customer_name",
                            "text": "Rosa Quispe",
                        },
                        {"type": "text", "parameter_name": "invoice_ref", "text": "F001-123"},
                        {"type": "text", "parameter_name": "amount", "text": "S/ 1,250.00"},
                    ],
                },
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "my/invoices/123?access_token=abc"}],
                },
                {
                    "type": "button",
                    "sub_type": "quick_reply",
                    "index": "1",
                    "parameters": [{"type": "payload", "payload": "DUN_PAID:42"}],
                },
            ],
        },
    }


def test_template_without_variables_has_no_components() -> None:
    payload = template_message("+51987654321", "hello", "es", {}, "")
    assert payload["template"] == {"name": "hello", "language": {"code": "es"}}
    assert "biz_opaque_callback_data" not in payload


def test_positional_values_stand_in_the_order_of_their_numbers() -> None:
    values = {str(number): f"v{number}" for number in (2, 10, 1, 3, 4, 5, 6, 7, 8, 9)}
    payload = template_message("+51987654321", "hello", "es", values, "x")
    parameters = payload["template"]["components"][0]["parameters"]
    assert [row["text"] for row in parameters] == [f"v{number}" for number in range(1, 11)]
    assert not any("parameter_name" in row for row in parameters)


def test_header_of_text_takes_its_value() -> None:
    payload = template_message(
        "+51987654321", "hello", "es", {}, "x", header_text={"first_invoice": "F001\n123"}
    )
    assert payload["template"]["components"] == [
        {
            "type": "header",
            "parameters": [{"type": "text", "parameter_name": "first_invoice", "text": "F001 123"}],
        }
    ]


def test_order_button_names_its_place_as_a_number() -> None:
    assert order_button(0, {"reference_id": "A"}) == {
        "type": "button",
        "sub_type": "order_details",
        "index": 0,
        "parameters": [{"type": "action", "action": {"order_details": {"reference_id": "A"}}}],
    }


def test_user_id_goes_to_recipient_and_is_left_as_it_is() -> None:
    payload = text_message("PE.1234567890aB", "Hola")
    assert payload["recipient"] == "PE.1234567890aB"
    assert "to" not in payload


def test_text_message_has_no_link_preview() -> None:
    assert text_message("+51987654321", " Gracias ", "dun:1", "wamid.A") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+51987654321",
        "type": "text",
        "biz_opaque_callback_data": "dun:1",
        "context": {"message_id": "wamid.A"},
        "text": {"preview_url": False, "body": "Gracias"},
    }


@pytest.mark.parametrize(
    "to", ["51987654321", "+51 987 654 321", "", "+", "+0123456789", "+519", "pe.1", "+51x87654321"]
)
def test_recipient_without_a_plain_full_number_is_refused(to: str) -> None:
    with pytest.raises(ValueError) as refusal:
        text_message(to, "Hola")
    assert to == "" or to == "+" or to not in str(refusal.value)


@pytest.mark.parametrize(
    "build",
    [
        lambda: template_message("+51987654321", "hello", "es", {}, "x" * 257),
        lambda: url_button(0, ""),
        lambda: url_button(0, "a b"),
        lambda: quick_reply(0, ""),
        lambda: quick_reply(0, "x" * 513),
    ],
)
def test_values_beyond_the_limits_are_refused(build: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        build()


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4097])
def test_text_must_have_a_sensible_length(text: str) -> None:
    with pytest.raises(ValueError):
        text_message("+51987654321", text)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Rosa\nQuispe", "Rosa Quispe"),
        ("a\tb", "a b"),
        ("a     b", "a b"),
        ("  Comercial\r\n\r\nExemplo  ", "Comercial Exemplo"),
        ("a\u2028b\u2029c\x0bd\x85e", "a b c d e"),
        ("a\x00b\x07c", "abc"),
        ("", "-"),
        (" \n\t ", "-"),
        ("ñandú 🙂", "ñandú 🙂"),
    ],
)
def test_value_is_cleaned(raw: str, clean: str) -> None:
    assert clean_value(raw) == clean


def test_value_is_shortened_to_its_limit() -> None:
    assert clean_value("Comercial Exemplo Ltda", 12) == "Comercial E…"
    assert clean_value("Comercial   Exemplo", 11) == "Comercial…"


@given(st.text(st.characters(codec=None)), st.integers(1, 60))
def test_cleaned_value_always_keeps_the_rules(text: str, limit: int) -> None:
    value = clean_value(text, limit)
    assert value.strip() and len(value) <= limit
    assert "\n" not in value and "\t" not in value and "  " not in value
    json.dumps(value, ensure_ascii=False).encode()


def test_file_message_shows_a_name_only_where_there_is_one() -> None:
    to, common = "+51987654321", {"filename": "F001.pdf", "caption": " Su factura "}
    document = file_message(to, "document", "7", **common, opaque="dun:1", context="wamid.A")
    assert document["document"] == {"id": "7", "filename": "F001.pdf", "caption": "Su factura"}
    assert (document["type"], document["context"]) == ("document", {"message_id": "wamid.A"})
    assert file_message(to, "image", "7", **common)["image"] == {"id": "7", "caption": "Su factura"}
    assert file_message(to, "audio", "7", filename="a.ogg")["audio"] == {"id": "7"}


@pytest.mark.parametrize(("kind", "caption"), [("audio", "x"), ("document", "x" * 1025)])
def test_file_message_refuses_a_text_that_cannot_go_with_it(kind: str, caption: str) -> None:
    with pytest.raises(ValueError, match="text"):
        file_message("+51987654321", kind, "7", caption=caption)


def test_a_text_with_buttons_is_an_interactive_message() -> None:
    buttons = [{"id": "DUN:offer:a", "title": "En 3 días"}, {"id": "DUN:offer:b", "title": "En 7"}]
    message = choice_message("+51987654321", "¿Cuándo?", buttons, opaque="o", context="wamid.X")
    assert message["type"] == "interactive"
    assert message["interactive"]["body"] == {"text": "¿Cuándo?"}
    assert [row["reply"] for row in message["interactive"]["action"]["buttons"]] == buttons
    assert message["context"] == {"message_id": "wamid.X"}


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        ("", ["a"]),
        ("x" * 1025, ["a"]),
        ("x", []),
        ("x", ["a", "b", "c", "d"]),
        ("x", ["a", "a"]),
        ("x", ["a" * 21]),
        ("x", [""]),
    ],
)
def test_buttons_that_whatsapp_would_refuse_are_refused_here(body: str, titles: list[str]) -> None:
    with pytest.raises(ValueError, match="button"):
        choice_message("+51987654321", body, [{"id": "i", "title": title} for title in titles])
