"""Templates of a WhatsApp account: what Meta's review refuses at once, and how a text is filled."""

from __future__ import annotations

import base64
import binascii
import copy
import re
import time
from collections.abc import Mapping
from typing import Any

from .refusal import Refusal

Json = dict[str, Any]

VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
LANGUAGES = frozenset(
    (
        *("es", "es_AR", "es_CL", "es_CO", "es_CR", "es_DO", "es_EC", "es_ES", "es_HN", "es_MX"),
        *("es_PA", "es_PE", "es_UY", "pt_BR", "pt_PT", "en", "en_US", "en_GB"),
    )
)
SENDABLE = frozenset({"APPROVED", "REINSTATED", "FLAGGED", "UNARCHIVED"})
_PROMOTION = re.compile(
    r"descuento|desconto|discount|oferta|\boffer\b|promo|gratis|grátis|\d ?% (?:off|menos)",
    re.IGNORECASE,
)
MAX_TEMPLATES = 250
DAY = 86400
# So many creations an hour, so many editions of an approved template.
CREATIONS_AN_HOUR = 100
EDITS_A_DAY, EDITS_A_MONTH = 1, 10
NAME_RESTS_DAYS = 30
ORDER_DETAILS = "ORDER_DETAILS"
_KINDS = frozenset(
    {"URL", "QUICK_REPLY", "PHONE_NUMBER", "COPY_CODE", "REQUEST_CONTACT_INFO", ORDER_DETAILS}
)


class Template:
    """One language of a template, with what its sends must provide."""

    def __init__(self, template_id: str, waba_id: str, definition: Mapping[str, Any]) -> None:
        self.template_id = template_id
        self.waba_id = waba_id
        self.name: str = definition["name"]
        self.language: str = definition["language"]
        self.category = str(definition.get("category", "")).upper()
        self.named = str(definition.get("parameter_format", "POSITIONAL")).upper() == "NAMED"
        self.components: list[Json] = list(definition["components"])
        self.display_format = str(definition.get("display_format", "")).upper()
        self.status = "PENDING"
        self.rejected_reason = "NONE"
        self.quality = "UNKNOWN"
        self.correct_category = ""
        self.edited: list[float] = []

    def component(self, kind: str) -> Json:
        """Return a part of the template, {} when it has none."""
        for row in self.components:
            if str(row.get("type", "")).upper() == kind:
                return row
        return {}

    @property
    def buttons(self) -> list[Json]:
        """The buttons in their order."""
        return list(self.component("BUTTONS").get("buttons", []))

    def variables(self, kind: str) -> list[str]:
        """Return the names of a part's variables, in order and without doubles."""
        return list(dict.fromkeys(VARIABLE.findall(self.component(kind).get("text", ""))))

    def as_json(self) -> Json:
        """Return the template as a listing shows it."""
        components = copy.deepcopy(self.components)
        for row in components:
            if isinstance(row.get("example"), dict) and "header_handle" in row["example"]:
                # as Meta does: what was read cannot be posted back
                row["example"]["header_handle"] = ["https://scontent.example/sample"]
        info = {
            "id": self.template_id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "parameter_format": "NAMED" if self.named else "POSITIONAL",
            "components": components,
            "quality_score": {"score": self.quality},
            "rejected_reason": self.rejected_reason,
        }
        if self.correct_category:
            info["correct_category"] = self.correct_category
        return info


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the variables of a text."""
    return VARIABLE.sub(lambda found: values.get(found.group(1), found.group()), text)


def checked(definition: object) -> Json:
    """Return a definition that Meta would take into review; refuse any other."""
    if not isinstance(definition, dict):
        raise Refusal(100, "The body must be a JSON object.")
    name, language = definition.get("name"), definition.get("language")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        raise Refusal(100, "Param name must match [a-z0-9_] and hold at most 512 characters.")
    if language not in LANGUAGES:
        raise Refusal(100, "Param language must be one of the supported languages.")
    if str(definition.get("category", "")).upper() not in (
        "UTILITY",
        "MARKETING",
        "AUTHENTICATION",
    ):
        raise Refusal(100, "Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}.")
    named_format = str(definition.get("parameter_format", "POSITIONAL")).upper()
    if named_format not in ("NAMED", "POSITIONAL"):
        raise Refusal(100, "Param parameter_format must be one of {NAMED, POSITIONAL}.")
    _check_ttl(definition)
    display_format = str(definition.get("display_format", "")).upper()
    check_components(definition.get("components"), named_format == "NAMED", display_format)
    return definition


def _check_ttl(definition: Json) -> None:
    ttl = definition.get("message_send_ttl_seconds", -1)
    if ttl != -1 and not (type(ttl) is int and 30 <= ttl <= 43200):
        raise Refusal(100, "Param message_send_ttl_seconds must be 30 to 43200, or -1.")


def check_components(components: object, named: bool, display_format: str = "") -> None:
    """Refuse components that Meta refuses at creation and at edition."""
    if not isinstance(components, list) or not all(isinstance(row, dict) for row in components):
        raise Refusal(100, "Param components must be an array of objects.")
    kinds = [str(row.get("type", "")).upper() for row in components]
    if len(set(kinds)) < len(kinds) or set(kinds) - {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
        raise Refusal(100, "Param components must hold each known type once.")
    if "BODY" not in kinds:
        raise Refusal(100, "A BODY component is required.", subcode=2388072)
    for kind, row in zip(kinds, components, strict=True):
        _CHECKS[kind](row, named)
    _check_order(dict(zip(kinds, components, strict=True)), display_format)


def _check_order(parts: Mapping[str, Json], display_format: str) -> None:
    buttons = parts.get("BUTTONS", {}).get("buttons", [])
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    if (ORDER_DETAILS in kinds) != (display_format == ORDER_DETAILS):
        raise Refusal(100, "display_format ORDER_DETAILS goes with a button ORDER_DETAILS.")
    if ORDER_DETAILS in kinds and len(kinds) > 1:
        raise Refusal(100, "An order details template has one button.")
    header_format = str(parts.get("HEADER", {}).get("format", "TEXT")).upper()
    if ORDER_DETAILS in kinds and header_format not in ("TEXT", "IMAGE", "DOCUMENT"):
        raise Refusal(100, "An order details template takes another header.", subcode=2388047)


def _check_header(row: Json, named: bool) -> None:
    header_format = str(row.get("format", "")).upper()
    if header_format == "TEXT":
        text = _text(row, "HEADER", 2388047)
        if len(text) > 60:
            raise Refusal(100, "The header holds at most 60 characters.", subcode=2388040)
        names = list(dict.fromkeys(VARIABLE.findall(text)))
        if len(names) > 1 or "\n" in text:
            raise Refusal(100, "The header is one line with one variable.", subcode=2388047)
        _check_names(text, names, named, 2388047)
        _check_samples(row, "header", names, named)
    elif header_format in ("DOCUMENT", "IMAGE", "VIDEO"):
        if not _example(row, "header_handle"):
            raise Refusal(100, "A media header needs example.header_handle.", subcode=2388047)
    elif header_format != "LOCATION":
        raise Refusal(100, "The header's format is not known.", subcode=2388047)


def _check_body(row: Json, named: bool) -> None:
    text = _text(row, "BODY", 2388072)
    if len(text) > 1024:
        raise Refusal(100, "The body holds at most 1024 characters.", subcode=2388040)
    if "\t" in text or " " * 5 in text or "\n" * 3 in text:
        raise Refusal(100, "The body has tabs, 5 spaces or 3 line breaks.", subcode=2388072)
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    if re.search(r"\A\s*\{\{|\}\}\s*\Z", text):
        raise Refusal(100, "Variables can't be at the start or end.", subcode=2388299)
    if names and len(VARIABLE.sub(" ", text).split()) < 2 * len(names) + 1:
        raise Refusal(100, "Too many variables for the length of the text.", subcode=2388293)
    _check_names(text, names, named, 2388072)
    _check_samples(row, "body", names, named)


def _check_names(text: str, names: list[str], named: bool, subcode: int) -> None:
    if re.search(r"\}\}\s*\{\{", text) or re.search(r"[{}]", VARIABLE.sub("", text)):
        raise Refusal(100, "Variables are malformed or next to each other.", subcode=subcode)
    if named:
        if not all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names):
            raise Refusal(100, "Variable names are lower-case letters and _.", subcode=subcode)
    elif sorted(names) != sorted(str(number + 1) for number in range(len(names))):
        raise Refusal(100, "Variables must be numbered 1, 2, 3.", subcode=subcode)


def _check_samples(row: Json, part: str, names: list[str], named: bool) -> None:
    if not names:
        return
    if named:
        samples = _example(row, f"{part}_text_named_params")
        given = [s.get("param_name") for s in samples if isinstance(s, dict) and s.get("example")]
        complete = sorted(map(str, given)) == sorted(names)
    else:
        samples = _example(row, f"{part}_text")
        if part == "body":
            samples = samples[0] if samples and isinstance(samples[0], list) else []
        complete = len(samples) == len(names) and all(samples)
    if not complete:
        raise Refusal(100, f"Component {part.upper()} is missing expected field(s) (example).")


def _check_footer(row: Json, _named: bool) -> None:
    text = _text(row, "FOOTER", 2388073)
    if len(text) > 60:
        raise Refusal(100, "The footer holds at most 60 characters.", subcode=2388040)
    if "{" in text or "\n" in text:
        raise Refusal(100, "The footer is one line without variables.", subcode=2388073)


def _check_buttons(row: Json, _named: bool) -> None:
    buttons = row.get("buttons")
    if not isinstance(buttons, list) or not buttons or len(buttons) > 10:
        raise Refusal(100, "BUTTONS holds 1 to 10 buttons.")
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    if kinds.count("URL") > 2 or kinds.count("PHONE_NUMBER") > 1 or kinds.count("COPY_CODE") > 1:
        raise Refusal(100, "Too many buttons of one type.")
    replies = "".join("Q" if kind == "QUICK_REPLY" else "o" for kind in kinds)
    if not re.fullmatch(r"Q*o*|o*Q*", replies):
        raise Refusal(100, "Quick replies must be grouped, before or after the other buttons.")
    labels = [button.get("text") for button in buttons]
    if any(not isinstance(label, str) or not 0 < len(label) <= 25 for label in labels):
        raise Refusal(100, "A button's text holds 1 to 25 characters.", subcode=2388040)
    if len(set(labels)) < len(labels):
        raise Refusal(100, "Two buttons have the same text.")
    for kind, button in zip(kinds, buttons, strict=True):
        if kind == "URL":
            _check_url(button)
        elif kind not in _KINDS:
            raise Refusal(100, f"Button type {kind or 'missing'} is not known.")


def _check_url(button: Json) -> None:
    url = button.get("url")
    if not isinstance(url, str) or not re.match(r"https?://[^/{}\s]+", url) or len(url) > 2000:
        raise Refusal(100, "A URL button needs a full address of at most 2000 characters.")
    if "{" in url:
        example = button.get("example")
        if not re.fullmatch(r"https?://[^/{}]+/[^{}]*\{\{1\}\}", url):
            raise Refusal(100, "A URL has one variable, at its end.")
        if not isinstance(example, list) or len(example) != 1:
            raise Refusal(100, "Component BUTTONS is missing expected field(s) (example).")


_CHECKS = {
    "HEADER": _check_header,
    "BODY": _check_body,
    "FOOTER": _check_footer,
    "BUTTONS": _check_buttons,
}


def _text(row: Json, kind: str, subcode: int) -> str:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refusal(100, f"{kind} needs a text.", subcode=subcode)
    return text


def _example(row: Json, key: str) -> list[Any]:
    example = row.get("example")
    samples = example.get(key) if isinstance(example, dict) else None
    return samples if isinstance(samples, list) else []


class TemplateStore:
    """All templates of all accounts."""

    def __init__(self) -> None:
        self.rows: list[Template] = []
        self.handles: set[str] = set()
        self.references: set[str] = set()
        self._last_id = 1689556908129000
        self._created: dict[str, list[float]] = {}
        self._resting: dict[tuple[str, str, str], float] = {}

    def submit(self, waba_id: str, definition: object) -> Template:
        """Create as the API does: within the hour's limit, with samples that were uploaded."""
        now = time.time()
        recent = [at for at in self._created.get(waba_id, []) if now - 3600 < at <= now]
        if len(recent) >= CREATIONS_AN_HOUR:
            raise Refusal(80007, "Too many templates were created in the last hour.")
        if isinstance(definition, dict):
            key = (waba_id, str(definition.get("name")), str(definition.get("language")))
            if now < self._resting.get(key, 0.0) + NAME_RESTS_DAYS * DAY:
                raise Refusal(100, "This name is being deleted.", subcode=2388023)
        valid = checked(definition)
        self._check_handles(valid["components"])
        template = self.create(waba_id, valid)
        self._created[waba_id] = [*recent, now]
        return template

    def _check_handles(self, components: list[Json]) -> None:
        for row in components:
            for handle in _example(row, "header_handle"):
                if handle not in self.handles:
                    raise Refusal(100, "The header handle is not valid.", subcode=2388047)

    def create(self, waba_id: str, definition: object) -> Template:
        """Take a template into review; its category may come out as another one."""
        valid = checked(definition)
        if self.find(waba_id, valid["name"], valid["language"]):
            raise Refusal(100, "There is already content in this language.", subcode=2388024)
        if sum(row.waba_id == waba_id for row in self.rows) >= MAX_TEMPLATES:
            raise Refusal(100, "Too many message templates.", subcode=2388019)
        self._last_id += 1
        template = Template(str(self._last_id), waba_id, valid)
        body = template.component("BODY").get("text", "")
        if template.category == "UTILITY" and _PROMOTION.search(body):
            template.category = "MARKETING"
        self.rows.append(template)
        return template

    def find(self, waba_id: str, name: str, language: str) -> Template | None:
        """Return one language of a template."""
        for row in self.rows:
            if (row.waba_id, row.name, row.language) == (waba_id, name, language):
                return row
        return None

    def by_id(self, template_id: str) -> Template | None:
        """Return the template with this id."""
        return next((row for row in self.rows if row.template_id == template_id), None)

    def delete(self, waba_id: str, name: str, template_id: str) -> None:
        """Remove all languages of a name, or the one with the id."""
        doomed = [
            row
            for row in self.rows
            if row.waba_id == waba_id
            and row.name == name
            and (not template_id or row.template_id == template_id)
        ]
        if not doomed:
            raise Refusal(100, "Message template not found.", subcode=2593002)
        if any(row.status == "DISABLED" for row in doomed):
            raise Refusal(100, "A disabled template cannot be deleted.", subcode=2388025)
        for row in doomed:
            if row.status in SENDABLE:
                self._resting[waba_id, name, row.language] = time.time()
        self.rows = [row for row in self.rows if row not in doomed]

    def edit(self, template: Template, changes: object) -> None:
        """Replace a template's components and send it back to review."""
        if not isinstance(changes, dict):
            raise Refusal(100, "The body must be a JSON object.")
        if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
            raise Refusal(100, f"A template that is {template.status} cannot be edited.")
        if "category" in changes and template.status == "APPROVED":
            raise Refusal(100, "The category of an approved template cannot be edited.")
        was_approved = template.status == "APPROVED"
        if was_approved:
            self._limit_edits(template)
        _check_ttl(changes)
        if "components" in changes:
            check_components(changes["components"], template.named, template.display_format)
            self._check_handles(changes["components"])
            template.components = list(changes["components"])
        if "category" in changes:
            template.category = str(changes["category"]).upper()
        template.status = "PENDING"
        if was_approved:
            template.edited.append(time.time())

    def _limit_edits(self, template: Template) -> None:
        now = time.time()
        template.edited = [at for at in template.edited if now - 30 * DAY < at <= now]
        if sum(at > now - DAY for at in template.edited) >= EDITS_A_DAY:
            raise Refusal(100, "An approved template can be edited once in 24 hours.")
        if len(template.edited) >= EDITS_A_MONTH:
            raise Refusal(100, "An approved template can be edited 10 times in 30 days.")

    def unpause(self, template: Template) -> None:
        """End a pause of pacing."""
        if template.status != "PAUSED":
            raise Refusal(100, "The template is not paused.")

    def page(self, waba_id: str, query: Mapping[str, str], address: str) -> Json:
        """Return one page of a listing, with its cursors."""
        rows = [row.as_json() for row in self.rows if row.waba_id == waba_id]
        for key in ("name", "status", "language", "category"):
            if query.get(key):
                rows = [row for row in rows if str(row[key]).lower() == query[key].lower()]
        limit = min(max(int(query.get("limit", "25")), 1), 1000)
        start = _offset(query["after"]) if "after" in query else 0
        fields = [name for name in query.get("fields", "").split(",") if name]
        shown = [
            {key: value for key, value in row.items() if not fields or key in fields or key == "id"}
            for row in rows[start : start + limit]
        ]
        end = start + len(shown)
        page: Json = {"data": shown}
        if shown:
            page["paging"] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
            if end < len(rows):
                page["paging"]["next"] = f"{address}?limit={limit}&after={_cursor(end)}"
        return page


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"at:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor).decode()
    except (binascii.Error, ValueError):
        text = ""
    found = re.fullmatch(r"at:(\d{1,6})", text)
    if not found:
        raise Refusal(131059, "The cursor is not valid.")
    return int(found[1])
