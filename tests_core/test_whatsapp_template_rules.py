"""A template that Meta would refuse is found before it is sent to review."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from core.whatsapp.template_rules import (
    LANGUAGES,
    PARTS,
    check_filled,
    check_template,
    odoo_lang_to_meta,
    outline,
    render,
    variables,
)
from core.whatsapp.template_sentences import RULES
from sandbox.refusal import Refusal
from sandbox.templates import checked

GOOD: dict[str, Any] = {
    "name": "invoice_due_reminder",
    "language": "es_PE",
    "category": "UTILITY",
    "parameter_format": "NAMED",
    "message_send_ttl_seconds": 43200,
    "components": [
        {
            "type": "HEADER",
            "format": "TEXT",
            "text": "Factura {{invoice_ref}}",
            "example": {
                "header_text_named_params": [{"param_name": "invoice_ref", "example": "F001-123"}]
            },
        },
        {
            "type": "BODY",
            "text": "Hola {{customer_name}}, le recordamos que su factura {{invoice_ref}} por "
            "{{amount}} vence pronto. Si ya pagó, ignore este mensaje.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "customer_name", "example": "Rosa Quispe"},
                    {"param_name": "invoice_ref", "example": "F001-123"},
                    {"param_name": "amount", "example": "S/ 1,250.00"},
                ]
            },
        },
        {"type": "FOOTER", "text": "Responda BAJA para no recibir avisos por WhatsApp"},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Ver factura",
                    "url": "https://example.com/{{1}}",
                    "example": ["https://example.com/my/invoices/1"],
                },
                {"type": "QUICK_REPLY", "text": "Ya pagué"},
                {"type": "QUICK_REPLY", "text": "No recibir avisos"},
            ],
        },
    ],
}
POSITIONAL: dict[str, Any] = {
    "name": "hello",
    "language": "pt_BR",
    "category": "utility",
    "components": [
        {
            "type": "body",
            "text": "Olá {{1}}, a fatura {{2}} vence amanhã. Obrigado pela atenção.",
            "example": {"body_text": [["Rosa", "42"]]},
        }
    ],
}


def part(definition: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(row for row in definition["components"] if row["type"] == kind)


def set_text(kind: str, text: str) -> Callable[[dict[str, Any]], None]:
    return lambda definition: part(definition, kind).update(text=text)


def set_buttons(*buttons: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    return lambda definition: part(definition, "BUTTONS").update(buttons=list(buttons))


def set_head(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda definition: definition.update(values)


def reply(text: str) -> dict[str, Any]:
    return {"type": "QUICK_REPLY", "text": text}


def link(text: str, url: str = "https://example.com", **values: Any) -> dict[str, Any]:
    return {"type": "URL", "text": text, "url": url, **values}


def pay(text: str = "Copiar código Pix") -> dict[str, Any]:
    return {"type": "ORDER_DETAILS", "text": text}


def set_order(*buttons: dict[str, Any], header: str = "") -> Callable[[dict[str, Any]], None]:
    def change(definition: dict[str, Any]) -> None:
        definition.update(display_format="ORDER_DETAILS")
        set_buttons(*buttons)(definition)
        if header:
            part(definition, "HEADER").update(format=header, example={"header_handle": ["4::a"]})

    return change


SAMPLE_TEXT = "Hola {{customer_name}}, su factura {{invoice_ref}} por {{amount}} "
REFUSED = [
    ("name", set_head(name="Invoice")),
    ("name", set_head(name="invoice due")),
    ("name", set_head(name="x" * 513)),
    ("name", set_head(name="")),
    ("name", set_head(name=None)),
    ("language", set_head(language="es_419")),
    ("language", set_head(language="fr")),
    ("category", set_head(category="REMINDER")),
    ("format", set_head(parameter_format="MIXED")),
    ("ttl", set_head(message_send_ttl_seconds=29)),
    ("ttl", set_head(message_send_ttl_seconds=43201)),
    ("ttl", set_head(message_send_ttl_seconds="60")),
    ("body_missing", lambda definition: definition["components"].pop(1)),
    ("part_twice", lambda d: d["components"].append(part(d, "FOOTER"))),
    ("part_unknown", lambda d: d["components"].append({"type": "CAROUSEL"})),
    ("header_long", set_text("HEADER", "x" * 50 + "{{invoice_ref}}")),
    ("header_variables", set_text("HEADER", "{{invoice_ref}} de {{customer_name}}")),
    ("header_lines", set_text("HEADER", "Factura\n{{invoice_ref}}")),
    ("header_empty", set_text("HEADER", "")),
    ("header_format", lambda d: part(d, "HEADER").update(format="AUDIO")),
    ("header_example", lambda d: part(d, "HEADER").update(format="DOCUMENT", example={})),
    ("body_missing", set_text("BODY", " ")),
    ("body_long", set_text("BODY", SAMPLE_TEXT + "vence pronto " * 90)),
    ("body_spaces", set_text("BODY", SAMPLE_TEXT + "vence     pronto, por favor revise.")),
    ("body_lines", set_text("BODY", SAMPLE_TEXT + "vence\n\n\npronto, por favor revise.")),
    ("body_tab", set_text("BODY", SAMPLE_TEXT + "vence\tpronto, por favor revise.")),
    ("edge_variable", set_text("BODY", SAMPLE_TEXT)),
    ("edge_variable", set_text("BODY", SAMPLE_TEXT.removeprefix("Hola ") + "vence pronto ya.")),
    ("ratio", set_text("BODY", SAMPLE_TEXT + "ya.")),
    (
        "side_by_side",
        set_text("BODY", "Hola {{customer_name}} {{invoice_ref}}, son {{amount}} por pagar ya."),
    ),
    ("braces", set_text("BODY", SAMPLE_TEXT + "vence {pronto}, por favor revise.")),
    ("variable_name", set_text("BODY", SAMPLE_TEXT + "para {{Fecha}} y {{#x}} vence pronto ya.")),
    ("example", set_text("BODY", SAMPLE_TEXT + "vence el {{due_date}}, por favor revise bien.")),
    ("example", lambda d: part(d, "BODY").pop("example")),
    ("footer_long", set_text("FOOTER", "x" * 61)),
    ("footer_variable", set_text("FOOTER", "Gracias {{customer_name}}")),
    ("footer_lines", set_text("FOOTER", "Gracias\nEmpresa")),
    ("footer_empty", set_text("FOOTER", "")),
    ("buttons_empty", set_buttons()),
    ("buttons_many", set_buttons(*(reply(f"r{n}") for n in range(11)))),
    ("buttons_url", set_buttons(link("a"), link("b"), link("c"))),
    ("buttons_order", set_buttons(reply("a"), link("b"), reply("c"))),
    ("buttons_order", set_buttons(link("b"), reply("a"), link("c"))),
    ("buttons_label", set_buttons(reply("a"), reply("a"))),
    (
        "buttons_kind",
        set_buttons(
            {"type": "PHONE_NUMBER", "text": "a", "phone_number": "+51900000000"},
            {"type": "PHONE_NUMBER", "text": "b", "phone_number": "+51900000000"},
        ),
    ),
    ("button_label", set_buttons(reply("x" * 26))),
    ("button_label", set_buttons(reply(""))),
    ("button_kind", set_buttons({"type": "MAGIC", "text": "a"})),
    ("button_url", set_buttons(link("a", "example.com"))),
    ("button_url", set_buttons(link("a", "https://example.com/" + "x" * 2000))),
    ("button_url", set_buttons(link("a", "https://example.com/{{1}}/x", example=["x"]))),
    ("button_url", set_buttons(link("a", "https://{{1}}", example=["x"]))),
    ("button_url", set_buttons(link("a", "https://example.com{{1}}", example=["x"]))),
    ("example", set_buttons(link("a", "https://example.com/{{1}}"))),
    ("order_format", set_buttons(pay())),
    ("order_format", set_head(display_format="ORDER_DETAILS")),
    ("order_alone", set_order(pay(), reply("a"))),
    ("order_alone", set_order(pay(), pay("b"))),
    ("order_header", set_order(pay(), header="VIDEO")),
    ("order_header", set_order(pay(), header="LOCATION")),
    ("button_label", set_order(pay(""))),
]
EDGE = "Hola {{customer_name}}, su factura {{invoice_ref}} por {{amount}} vence "
# the last value that is still allowed, rule by rule
ALLOWED = [
    ("name", set_head(name="x" * 512)),
    ("name", set_head(name="a_1")),
    *(("language", set_head(language=language)) for language in sorted(LANGUAGES)),
    ("category", set_head(category="marketing")),
    ("format", set_head(parameter_format="named")),
    *(("ttl", set_head(message_send_ttl_seconds=seconds)) for seconds in (30, 43200, -1)),
    ("header_long", set_text("HEADER", "x" * 45 + "{{invoice_ref}}")),
    ("header_variables", set_text("HEADER", "{{invoice_ref}}")),
    ("body_long", set_text("BODY", EDGE + "pronto " * ((1024 - len(EDGE)) // 7))),
    ("body_spaces", set_text("BODY", EDGE + "   muy pronto, por favor revise.")),
    ("body_lines", set_text("BODY", EDGE + "\n\nmuy pronto, por favor revise.")),
    (
        "edge_variable",
        set_text(
            "BODY", "¡{{customer_name}}: {{invoice_ref}} de {{amount}} vence ya, por favor revise!"
        ),
    ),
    (
        "side_by_side",
        set_text(
            "BODY",
            "Hola {{customer_name}}, {{invoice_ref}}, {{amount}} vence ya, por favor revise.",
        ),
    ),
    ("footer_long", set_text("FOOTER", "x" * 60)),
    ("buttons_many", set_buttons(*(reply(f"r{n}") for n in range(10)))),
    ("buttons_url", set_buttons(link("a"), link("b"))),
    ("buttons_order", set_buttons(reply("a"), reply("b"), link("c"))),
    ("buttons_order", set_buttons(link("c"), reply("a"), reply("b"))),
    ("buttons_label", set_buttons(reply("a"), reply("b"))),
    (
        "button_phone",
        set_buttons({"type": "PHONE_NUMBER", "text": "a", "phone_number": "+" + "9" * 19}),
    ),
    ("button_label", set_buttons(reply("x" * 25))),
    ("button_url", set_buttons(link("a", "https://example.com/" + "x" * 1980))),
    ("button_url", set_buttons(link("a", "https://example.com/my?{{1}}", example=["x"]))),
    ("order_alone", set_order(pay())),
    ("order_header", set_order(pay(), header="DOCUMENT")),
    ("order_header", set_order(pay(), header="IMAGE")),
]


@pytest.mark.parametrize("definition", [GOOD, POSITIONAL])
def test_good_template_has_no_error(definition: dict[str, Any]) -> None:
    assert [found for found in check_template(definition) if found.severity == "error"] == []
    assert checked(definition) is definition


@pytest.mark.parametrize(("code", "spoil"), REFUSED)
def test_fault_is_found_and_the_sandbox_refuses_it_too(
    code: str, spoil: Callable[[dict[str, Any]], None]
) -> None:
    definition = copy.deepcopy(GOOD)
    spoil(definition)
    found = {finding.code for finding in check_template(definition) if finding.severity == "error"}
    assert code in found
    with pytest.raises(Refusal):
        checked(definition)


@pytest.mark.parametrize(("code", "change"), ALLOWED)
def test_what_is_just_within_a_rule_is_taken_by_both(
    code: str, change: Callable[[dict[str, Any]], None]
) -> None:
    definition = copy.deepcopy(GOOD)
    change(definition)
    errors = [str(found) for found in check_template(definition) if found.severity == "error"]
    assert errors == []
    assert checked(definition) is definition


@pytest.mark.parametrize(("words", "severity"), [(6, "error"), (7, "warning"), (9, None)])
def test_ratio_of_words_to_variables(words: int, severity: str | None) -> None:
    names = ("customer_name", "invoice_ref", "amount")
    text = "a " + " b ".join(f"{{{{{name}}}}}" for name in names)
    text += " c" * (words - 3)
    definition = copy.deepcopy(GOOD)
    part(definition, "BODY").update(text=text)
    found = {finding.code: finding.severity for finding in check_template(definition)}
    assert found.get("ratio") == severity


def test_each_rule_has_both_sides_in_the_tables() -> None:
    tried = {code for code, _spoil in REFUSED} | {"positions", "body_filled", "buttons_desktop"}
    # what no sender of ours can do and only a foreign definition has
    elsewhere = {"button_phone", "order_category"}
    assert tried | elsewhere == set(RULES)


def test_every_sentence_is_filled_by_its_figures() -> None:
    for _code, spoil in REFUSED:
        definition = copy.deepcopy(GOOD)
        spoil(definition)
        for finding in check_template(definition):
            assert "%(" not in str(finding)
            assert finding.reason
            assert finding.part in PARTS or finding.code == "part_unknown"


@pytest.mark.parametrize(("length", "codes"), [(1024, []), (1025, ["body_filled"])])
def test_text_that_gets_too_long_with_its_samples_is_a_warning(
    length: int, codes: list[str]
) -> None:
    text = "x" * 1000 + "{{invoice_list}}"
    found = check_filled(text, {"invoice_list": "y" * (length - 1000)})
    assert [finding.code for finding in found] == codes
    assert all(finding.severity == "warning" for finding in found)


def test_outline_is_the_same_whatever_samples_came_with_it() -> None:
    listed = copy.deepcopy(GOOD)
    listed["components"][1]["text"] = GOOD["components"][1]["text"].replace("\n", "\r\n") + " "
    listed["components"][1].pop("example")
    listed["components"].reverse()
    assert outline(listed["components"]) == outline(GOOD["components"])
    part(listed, "BUTTONS")["buttons"][1]["text"] = "Pagado"
    assert outline(listed["components"]) != outline(GOOD["components"])
    assert outline(None) == outline([])


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("Olá {{1}}, a fatura {{3}} vence amanhã. Obrigado pela atenção.", ["a", "b"]),
        ("Olá {{0}}, a fatura {{1}} vence amanhã. Obrigado pela atenção.", ["a", "b"]),
        ("Olá {{nome}}, a fatura {{1}} vence amanhã. Obrigado pela atenção.", ["a", "b"]),
    ],
)
def test_positions_without_order_are_found(text: str, samples: list[str]) -> None:
    definition = copy.deepcopy(POSITIONAL)
    definition["components"][0].update(text=text, example={"body_text": [samples]})
    assert "positions" in {finding.code for finding in check_template(definition)}
    with pytest.raises(Refusal):
        checked(definition)


def test_flat_samples_of_a_body_are_found() -> None:
    definition = copy.deepcopy(POSITIONAL)
    definition["components"][0]["example"] = {"body_text": ["Rosa", "42"]}
    assert "example" in {finding.code for finding in check_template(definition)}


def test_what_desktop_does_not_show_is_only_a_warning() -> None:
    warnings = [found for found in check_template(GOOD) if found.severity == "warning"]
    assert [found.code for found in warnings] == ["buttons_desktop"]
    assert str(warnings[0]).startswith("buttons: ")


@pytest.mark.parametrize("definition", [{}, {"components": 5}, {"components": [None, 7]}])
def test_shapeless_definition_is_found_without_raising(definition: dict[str, Any]) -> None:
    assert "body_missing" in {finding.code for finding in check_template(definition)}


@pytest.mark.parametrize(
    ("odoo", "meta"),
    [
        ("es_419", "es"),
        ("es_PE", "es_PE"),
        ("es_BO", "es"),
        ("es_GT", "es"),
        ("es_NI", "es"),
        ("es_PY", "es"),
        ("es_SV", "es"),
        ("es_VE", "es"),
        ("es_PR", "es"),
        ("es_MX", "es_MX"),
        ("es-AR", "es_AR"),
        ("pt_BR", "pt_BR"),
        ("pt", "pt_BR"),
        ("pt_AO", "pt_PT"),
        ("en_AU", "en"),
        ("en_US", "en_US"),
        ("sr@latin", "sr"),
        ("fr_FR", "fr_FR"),
    ],
)
def test_language_of_odoo_becomes_one_of_whatsapp(odoo: str, meta: str) -> None:
    assert odoo_lang_to_meta(odoo) == meta


def test_text_is_filled_as_the_recipient_reads_it() -> None:
    text = "Hola {{a}}, {{b}} y {{a}}."
    assert variables(text) == ("a", "b")
    assert render(text, {"a": "Rosa"}) == "Hola Rosa, {{b}} y Rosa."
