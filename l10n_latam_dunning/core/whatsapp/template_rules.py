"""What Meta accepts in a message template, checked before it is sent to review."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

MAX_NAME: Final = 512
MAX_BODY: Final = 1024
MAX_HEADER: Final = 60
MAX_FOOTER: Final = 60
MAX_LABEL: Final = 25
MAX_BUTTONS: Final = 10
MAX_URL_BUTTONS: Final = 2
MAX_URL: Final = 2000
MAX_PHONE: Final = 20
MIN_WORDS_PER_VARIABLE: Final = 3
TTL_SECONDS: Final = range(30, 43201)
CATEGORIES: Final = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
HEADER_FORMATS: Final = frozenset({"TEXT", "DOCUMENT", "IMAGE", "VIDEO", "LOCATION"})
BUTTON_TYPES: Final = frozenset(
    {"URL", "QUICK_REPLY", "PHONE_NUMBER", "COPY_CODE", "REQUEST_CONTACT_INFO", "ORDER_DETAILS"}
)
LANGUAGES: Final = frozenset(
    {
        *("es", "es_AR", "es_CL", "es_CO", "es_CR", "es_DO", "es_EC", "es_ES", "es_HN", "es_MX"),
        *("es_PA", "es_PE", "es_UY", "pt_BR", "pt_PT", "en", "en_US", "en_GB"),
    }
)

Severity = Literal["error", "warning"]
_VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
_NAMED = re.compile(r"[a-z][a-z_]*")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that Meta would refuse (error) or that customers would suffer from (warning)."""

    code: str
    part: str
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.part}: {self.message}"


def odoo_lang_to_meta(code: str) -> str:
    """Return Meta's language for a language code of Odoo (`es_419` is `es`)."""
    code = code.replace("-", "_").partition("@")[0].partition(".")[0]
    if code in LANGUAGES:
        return code
    base = code.partition("_")[0]
    if base == "pt":
        return "pt_BR" if code == "pt" else "pt_PT"
    return base if base in LANGUAGES else code


def variables(text: str) -> tuple[str, ...]:
    """Return the names of a text's variables in order, without doubles."""
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def render(text: str, values: Mapping[str, str]) -> str:
    """Fill a template's text as the recipient will read it; unknown variables stay visible."""
    return _VARIABLE.sub(lambda found: values.get(found.group(1), found.group()), text)


def check_template(definition: Mapping[str, Any]) -> list[Finding]:
    """Return all that is wrong with a definition as posted to /message_templates."""
    return list(_findings(definition))


def _findings(definition: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _check_head(definition)
    components = definition.get("components")
    rows = (
        [row for row in components if isinstance(row, dict)] if isinstance(components, list) else []
    )
    kinds = Counter(_upper(row.get("type")) for row in rows)
    for kind, count in kinds.items():
        if kind not in ("HEADER", "BODY", "FOOTER", "BUTTONS"):
            yield Finding("part_unknown", kind.lower(), "This part of a template is not known.")
        elif count > 1:
            yield Finding("part_twice", kind.lower(), "A template has each part only once.")
    if not kinds["BODY"]:
        yield Finding("body_missing", "body", "A template needs a body.")
    named = _upper(definition.get("parameter_format")) == "NAMED"
    for row in rows:
        kind = _upper(row.get("type"))
        if kind == "HEADER":
            yield from _check_header(row, named)
        elif kind == "BODY":
            yield from _check_body(row, named)
        elif kind == "FOOTER":
            yield from _check_footer(row)
        elif kind == "BUTTONS":
            yield from _check_buttons(row)


def _check_head(definition: Mapping[str, Any]) -> Iterator[Finding]:
    name = definition.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        yield Finding("name", "name", "The name is made of a-z, 0-9 and _, at most 512 characters.")
    language = definition.get("language")
    if language not in LANGUAGES:
        yield Finding("language", "language", "WhatsApp does not offer templates in this language.")
    if _upper(definition.get("category")) not in CATEGORIES:
        yield Finding("category", "category", "The category is UTILITY or MARKETING.")
    if _upper(definition.get("parameter_format", "POSITIONAL")) not in ("NAMED", "POSITIONAL"):
        yield Finding("format", "parameter_format", "Variables are NAMED or POSITIONAL.")
    ttl = definition.get("message_send_ttl_seconds")
    if ttl is not None and ttl != -1 and not (type(ttl) is int and ttl in TTL_SECONDS):
        yield Finding("ttl", "ttl", "The time to live is 30 to 43200 seconds, or -1 for 30 days.")


def _check_header(row: Mapping[str, Any], named: bool) -> Iterator[Finding]:
    header_format = _upper(row.get("format"))
    if header_format not in HEADER_FORMATS:
        yield Finding("header_format", "header", "This kind of header is not known.")
    elif header_format == "TEXT":
        text = _text(row.get("text"))
        if not text:
            yield Finding("header_empty", "header", "A text header needs a text.")
        if len(text) > MAX_HEADER:
            yield Finding("header_long", "header", "The header holds at most 60 characters.")
        if "\n" in text:
            yield Finding("header_lines", "header", "The header is a single line.")
        names = variables(text)
        if len(names) > 1:
            yield Finding("header_variables", "header", "The header holds at most one variable.")
        yield from _check_variables("header", text, named)
        yield from _check_example("header", row, names, named)
    elif header_format != "LOCATION" and not _samples(row, "header_handle"):
        yield Finding("header_example", "header", "A media header needs a sample file.")


def _check_body(row: Mapping[str, Any], named: bool) -> Iterator[Finding]:
    text = _text(row.get("text"))
    if not text.strip():
        yield Finding("body_missing", "body", "A template needs a body.")
        return
    if len(text) > MAX_BODY:
        yield Finding("body_long", "body", "The body holds at most 1024 characters.")
    if " " * 5 in text:
        yield Finding("body_spaces", "body", "The body holds at most 4 spaces in a row.")
    if "\n" * 3 in text:
        yield Finding("body_lines", "body", "The body holds at most 2 line breaks in a row.")
    if "\t" in text:
        yield Finding("body_tab", "body", "The body holds no tab.")
    bare = text.strip()
    if bare.startswith("{{") or bare.endswith("}}"):
        yield Finding("edge_variable", "body", "The body may not start or end with a variable.")
    names = variables(text)
    words = len(_VARIABLE.sub(" ", text).split())
    if len(names) and words < 2 * len(names) + 1:
        yield Finding("ratio", "body", "There are too many variables for so short a text.")
    elif words < MIN_WORDS_PER_VARIABLE * len(names):
        yield Finding("ratio", "body", "Three words for each variable pass more surely.", "warning")
    yield from _check_variables("body", text, named)
    yield from _check_example("body", row, names, named)


def _check_variables(part: str, text: str, named: bool) -> Iterator[Finding]:
    names = variables(text)
    if re.search(r"\}\}\s*\{\{", text):
        yield Finding("side_by_side", part, "Two variables need text between them.")
    if re.search(r"[{}]", _VARIABLE.sub("", text)):
        yield Finding("braces", part, "A variable is written {{name}}.")
    if named:
        for name in names:
            if not _NAMED.fullmatch(name):
                yield Finding("variable_name", part, "A variable's name is made of a-z and _.")
    elif names and sorted(names, key=_position) != [str(n + 1) for n in range(len(names))]:
        yield Finding("positions", part, "Variables are numbered 1, 2, 3 … without gaps.")


def _check_example(
    part: str, row: Mapping[str, Any], names: tuple[str, ...], named: bool
) -> Iterator[Finding]:
    if not names:
        return
    if named:
        given = [
            _text(sample.get("param_name"))
            for sample in _samples(row, f"{part}_text_named_params")
            if isinstance(sample, dict) and _text(sample.get("example")).strip()
        ]
        complete = sorted(given) == sorted(names)
    else:
        values = _samples(row, f"{part}_text")
        if part == "body":
            values = values[0] if values and isinstance(values[0], list) else []
        complete = len(values) == len(names) and all(_text(value).strip() for value in values)
    if not complete:
        yield Finding("example", part, "Each variable needs one sample.")


def _check_footer(row: Mapping[str, Any]) -> Iterator[Finding]:
    text = _text(row.get("text"))
    if not text.strip():
        yield Finding("footer_empty", "footer", "A footer needs a text.")
    if len(text) > MAX_FOOTER:
        yield Finding("footer_long", "footer", "The footer holds at most 60 characters.")
    if "{{" in text:
        yield Finding("footer_variable", "footer", "The footer holds no variable.")
    if "\n" in text:
        yield Finding("footer_lines", "footer", "The footer is a single line.")


def _check_buttons(row: Mapping[str, Any]) -> Iterator[Finding]:
    buttons = row.get("buttons")
    rows = (
        [button for button in buttons if isinstance(button, dict)]
        if isinstance(buttons, list)
        else []
    )
    if not rows:
        yield Finding("buttons_empty", "buttons", "The list of buttons is empty.")
    kinds = [_upper(button.get("type")) for button in rows]
    if len(rows) > MAX_BUTTONS:
        yield Finding("buttons_many", "buttons", "A template has at most 10 buttons.")
    if kinds.count("URL") > MAX_URL_BUTTONS:
        yield Finding("buttons_url", "buttons", "A template has at most 2 link buttons.")
    for kind in ("PHONE_NUMBER", "COPY_CODE"):
        if kinds.count(kind) > 1:
            yield Finding("buttons_kind", "buttons", "A template has one button of this kind.")
    if "".join("q" if kind == "QUICK_REPLY" else "." for kind in kinds).strip(".").count(".") or (
        kinds and "QUICK_REPLY" in kinds and "QUICK_REPLY" not in (kinds[0], kinds[-1])
    ):
        yield Finding(
            "buttons_order", "buttons", "Quick replies stand together, first or last of all."
        )
    if len(rows) > 3 or (0 < kinds.count("QUICK_REPLY") < len(kinds)):
        yield Finding(
            "buttons_desktop", "buttons", "WhatsApp Desktop does not show this message.", "warning"
        )
    labels = [_text(button.get("text")) for button in rows]
    if len(set(labels)) < len(labels):
        yield Finding("buttons_label", "buttons", "Two buttons have the same label.")
    for button in rows:
        yield from _check_button(button)


def _check_button(button: Mapping[str, Any]) -> Iterator[Finding]:
    kind, label = _upper(button.get("type")), _text(button.get("text"))
    if kind not in BUTTON_TYPES:
        yield Finding("button_kind", "buttons", "This kind of button is not known.")
    if kind in ("URL", "QUICK_REPLY", "PHONE_NUMBER") and not label.strip():
        yield Finding("button_label", "buttons", "A button needs a label.")
    if len(label) > MAX_LABEL:
        yield Finding("button_label", "buttons", "A button's label holds at most 25 characters.")
    if "{{" in label or "\n" in label:
        yield Finding("button_label", "buttons", "A button's label is fixed text on one line.")
    if kind == "PHONE_NUMBER" and not 0 < len(_text(button.get("phone_number"))) <= MAX_PHONE:
        yield Finding("button_phone", "buttons", "A phone button holds at most 20 digits.")
    if kind == "URL":
        yield from _check_url(button)


def _check_url(button: Mapping[str, Any]) -> Iterator[Finding]:
    url = _text(button.get("url"))
    if not re.match(r"https?://[^/{}\s]+", url):
        yield Finding("button_url", "buttons", "A link button needs a full address.")
    if len(url) > MAX_URL:
        yield Finding("button_url", "buttons", "A button's address holds 2000 characters.")
    if "{{" in url:
        if not re.fullmatch(r"[^{}]*\{\{1\}\}", url):
            yield Finding("button_url", "buttons", "An address has one variable at its end.")
        example = button.get("example")
        if not isinstance(example, list) or len(example) != 1 or not _text(example[0]):
            yield Finding("example", "buttons", "Each variable needs one sample.")


def _samples(row: Mapping[str, Any], key: str) -> list[Any]:
    example = row.get("example")
    samples = example.get(key) if isinstance(example, dict) else None
    return samples if isinstance(samples, list) else []


def _position(name: str) -> int:
    return int(name) if re.fullmatch(r"[0-9]{1,4}", name) else 0


def _upper(value: object) -> str:
    return value.upper() if isinstance(value, str) else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
