"""What Meta accepts in a message template, checked before it is sent to review."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .template_sentences import PARTS, RULES

__all__ = [
    "LANGUAGES",
    "PARTS",
    "Finding",
    "check_filled",
    "check_template",
    "odoo_lang_to_meta",
    "outline",
    "render",
    "variables",
]

MAX_NAME: Final = 512
MAX_BODY: Final = 1024
MAX_HEADER: Final = 60
MAX_FOOTER: Final = 60
MAX_LABEL: Final = 25
MAX_BUTTONS: Final = 10
MAX_URL_BUTTONS: Final = 2
MAX_URL: Final = 2000
MAX_PHONE: Final = 20
MAX_ON_DESKTOP: Final = 3
MIN_WORDS_PER_VARIABLE: Final = 3
TTL_SECONDS: Final = range(30, 43201)
ORDER_DETAILS: Final = "ORDER_DETAILS"
CATEGORIES: Final = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
HEADER_FORMATS: Final = frozenset({"TEXT", "DOCUMENT", "IMAGE", "VIDEO", "LOCATION"})
ORDER_HEADERS: Final = frozenset({"TEXT", "DOCUMENT", "IMAGE"})
BUTTON_TYPES: Final = frozenset(
    {"URL", "QUICK_REPLY", "PHONE_NUMBER", "COPY_CODE", "REQUEST_CONTACT_INFO", ORDER_DETAILS}
)
LABELLED: Final = frozenset({"URL", "QUICK_REPLY", "PHONE_NUMBER", ORDER_DETAILS})
LANGUAGES: Final = frozenset(
    {
        *("es", "es_AR", "es_CL", "es_CO", "es_CR", "es_DO", "es_EC", "es_ES", "es_HN", "es_MX"),
        *("es_PA", "es_PE", "es_UY", "pt_BR", "pt_PT", "en", "en_US", "en_GB"),
    }
)

Json = dict[str, Any]
Severity = Literal["error", "warning"]
_VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
_NAMED = re.compile(r"[a-z][a-z_]*")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that Meta would refuse (error) or that customers would suffer from (warning).

    `message` and `reason` are sentences to be translated and then filled with `figures`.
    """

    code: str
    part: str
    severity: Severity = "error"
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What is wrong, as a format string."""
        return RULES[self.code].message

    @property
    def reason(self) -> str:
        """Why it matters."""
        return RULES[self.code].reason

    def __str__(self) -> str:
        return f"{self.part}: {self.message % dict(self.figures)}"


def _limit(code: str, part: str, count: int, limit: int) -> Iterator[Finding]:
    if count > limit:
        yield Finding(code, part, figures={"count": str(count), "limit": str(limit)})


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


def check_filled(text: str, samples: Mapping[str, str]) -> list[Finding]:
    """Return a warning when the text with its samples gets longer than a message may be."""
    count = len(render(text, samples))
    if count <= MAX_BODY or len(text) > MAX_BODY:
        return []
    figures = {"count": str(count), "limit": str(MAX_BODY)}
    return [Finding("body_filled", "body", "warning", figures)]


def outline(components: object) -> Json:
    """Return what makes two templates the same to their readers: header, body, footer and
    buttons, whatever samples came with them."""
    parts = {_upper(row.get("type")): row for row in _rows(components)}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    return {
        "header": [_upper(header.get("format")), _plain(header.get("text"))],
        "body": _plain(body.get("text")),
        "footer": _plain(parts.get("FOOTER", {}).get("text")),
        "buttons": [
            [_upper(button.get("type")), _plain(button.get("text")), _text(button.get("url"))]
            for button in _rows(parts.get("BUTTONS", {}).get("buttons"))
        ],
    }


def _plain(text: object) -> str:
    return _text(text).replace("\r\n", "\n").strip()


def _rows(value: object) -> list[Json]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _findings(definition: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _check_head(definition)
    rows = _rows(definition.get("components"))
    kinds = Counter(_upper(row.get("type")) for row in rows)
    for kind, count in kinds.items():
        if kind not in ("HEADER", "BODY", "FOOTER", "BUTTONS"):
            yield Finding("part_unknown", kind.lower(), figures={"part": kind.lower()})
        elif count > 1:
            yield Finding("part_twice", kind.lower())
    if not kinds["BODY"]:
        yield Finding("body_missing", "body")
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
    yield from _check_order(definition, rows)


def _check_head(definition: Mapping[str, Any]) -> Iterator[Finding]:
    name = definition.get("name")
    if not isinstance(name, str) or not re.fullmatch(rf"[a-z0-9_]{{1,{MAX_NAME}}}", name):
        yield Finding("name", "name")
    language = definition.get("language")
    if language not in LANGUAGES:
        yield Finding("language", "language", figures={"language": str(language or "")})
    if _upper(definition.get("category")) not in CATEGORIES:
        yield Finding("category", "category")
    if _upper(definition.get("parameter_format", "POSITIONAL")) not in ("NAMED", "POSITIONAL"):
        yield Finding("format", "parameter_format")
    ttl = definition.get("message_send_ttl_seconds")
    if ttl is not None and ttl != -1 and not (type(ttl) is int and ttl in TTL_SECONDS):
        yield Finding("ttl", "ttl")


def _check_header(row: Mapping[str, Any], named: bool) -> Iterator[Finding]:
    header_format = _upper(row.get("format"))
    if header_format not in HEADER_FORMATS:
        yield Finding("header_format", "header")
    elif header_format == "TEXT":
        text = _text(row.get("text"))
        if not text.strip():
            yield Finding("header_empty", "header")
        yield from _limit("header_long", "header", len(text), MAX_HEADER)
        if "\n" in text:
            yield Finding("header_lines", "header")
        names = variables(text)
        if len(names) > 1:
            yield Finding("header_variables", "header")
        yield from _check_variables("header", text, named)
        yield from _check_example("header", row, names, named)
    elif header_format != "LOCATION" and not _samples(row, "header_handle"):
        yield Finding("header_example", "header")


def _check_body(row: Mapping[str, Any], named: bool) -> Iterator[Finding]:
    text = _text(row.get("text"))
    if not text.strip():
        yield Finding("body_missing", "body")
        return
    yield from _limit("body_long", "body", len(text), MAX_BODY)
    if " " * 5 in text:
        yield Finding("body_spaces", "body")
    if "\n" * 3 in text:
        yield Finding("body_lines", "body")
    if "\t" in text:
        yield Finding("body_tab", "body")
    bare = text.strip()
    if bare.startswith("{{") or bare.endswith("}}"):
        yield Finding("edge_variable", "body")
    names = variables(text)
    words = len(_VARIABLE.sub(" ", text).split())
    figures = {"variables": str(len(names)), "words": str(words)}
    if len(names) and words < 2 * len(names) + 1:
        yield Finding("ratio", "body", figures=figures)
    elif words < MIN_WORDS_PER_VARIABLE * len(names):
        yield Finding("ratio", "body", "warning", figures)
    yield from _check_variables("body", text, named)
    yield from _check_example("body", row, names, named)


def _check_variables(part: str, text: str, named: bool) -> Iterator[Finding]:
    names = variables(text)
    if re.search(r"\}\}\s*\{\{", text):
        yield Finding("side_by_side", part)
    if re.search(r"[{}]", _VARIABLE.sub("", text)):
        yield Finding("braces", part)
    if named:
        for name in names:
            if not _NAMED.fullmatch(name):
                yield Finding("variable_name", part, figures={"variable": name})
    elif names and sorted(names, key=_position) != [str(n + 1) for n in range(len(names))]:
        yield Finding("positions", part)


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
        yield Finding("example", part)


def _check_footer(row: Mapping[str, Any]) -> Iterator[Finding]:
    text = _text(row.get("text"))
    if not text.strip():
        yield Finding("footer_empty", "footer")
    yield from _limit("footer_long", "footer", len(text), MAX_FOOTER)
    if "{{" in text:
        yield Finding("footer_variable", "footer")
    if "\n" in text:
        yield Finding("footer_lines", "footer")


def _check_buttons(row: Mapping[str, Any]) -> Iterator[Finding]:
    rows = _rows(row.get("buttons"))
    if not rows:
        yield Finding("buttons_empty", "buttons")
    kinds = [_upper(button.get("type")) for button in rows]
    yield from _limit("buttons_many", "buttons", len(rows), MAX_BUTTONS)
    yield from _limit("buttons_url", "buttons", kinds.count("URL"), MAX_URL_BUTTONS)
    for kind in ("PHONE_NUMBER", "COPY_CODE"):
        if kinds.count(kind) > 1:
            yield Finding("buttons_kind", "buttons")
    replies = "".join("q" if kind == "QUICK_REPLY" else "." for kind in kinds)
    if not re.fullmatch(r"q*\.*|\.*q*", replies):
        yield Finding("buttons_order", "buttons")
    if len(rows) > MAX_ON_DESKTOP or (0 < kinds.count("QUICK_REPLY") < len(kinds)):
        yield Finding("buttons_desktop", "buttons", "warning")
    labels = [_text(button.get("text")) for button in rows]
    if len(set(labels)) < len(labels):
        yield Finding("buttons_label", "buttons")
    for button in rows:
        yield from _check_button(button)


def _check_button(button: Mapping[str, Any]) -> Iterator[Finding]:
    kind, label = _upper(button.get("type")), _text(button.get("text"))
    if kind not in BUTTON_TYPES:
        yield Finding("button_kind", "buttons")
    is_missing = kind in LABELLED and not label.strip()
    if is_missing or len(label) > MAX_LABEL or "{{" in label or "\n" in label:
        yield Finding("button_label", "buttons", figures={"label": label})
    if kind == "PHONE_NUMBER" and not 0 < len(_text(button.get("phone_number"))) <= MAX_PHONE:
        yield Finding("button_phone", "buttons")
    if kind == "URL":
        yield from _check_url(button)


def _check_url(button: Mapping[str, Any]) -> Iterator[Finding]:
    url = _text(button.get("url"))
    is_address = re.match(r"https?://[^/{}\s]+", url) and not re.search(r"\s", url)
    has_variable = "{{" in url
    if (
        not is_address
        or len(url) > MAX_URL
        or (has_variable and not re.fullmatch(r"https?://[^/{}]+/[^{}]*\{\{1\}\}", url))
    ):
        yield Finding("button_url", "buttons", figures={"url": url[:100]})
    example = button.get("example")
    is_shown = isinstance(example, list) and len(example) == 1 and _text(example[0])
    if has_variable and not is_shown:
        yield Finding("example", "buttons")


def _check_order(definition: Mapping[str, Any], rows: list[Json]) -> Iterator[Finding]:
    """A button to pay by PIX goes with a format of its own."""
    buttons = [
        button
        for row in rows
        if _upper(row.get("type")) == "BUTTONS"
        for button in _rows(row.get("buttons"))
    ]
    has_order = ORDER_DETAILS in [_upper(button.get("type")) for button in buttons]
    if has_order != (_upper(definition.get("display_format")) == ORDER_DETAILS):
        yield Finding("order_format", "buttons")
    if not has_order:
        return
    if len(buttons) > 1:
        yield Finding("order_alone", "buttons")
    headers = {_upper(row.get("format")) for row in rows if _upper(row.get("type")) == "HEADER"}
    if headers - ORDER_HEADERS:
        yield Finding("order_header", "header")
    if _upper(definition.get("category")) == "AUTHENTICATION":
        yield Finding("order_category", "category")


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
