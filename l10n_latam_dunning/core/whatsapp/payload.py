"""Bodies of POST /messages, built so that the Cloud API's rules for values are kept."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

MAX_OPAQUE: Final = 256
MAX_CHOICE_BODY: Final = 1024
MAX_CHOICES: Final = 3
MAX_TITLE: Final = 20
MAX_BUTTON_ID: Final = 256
MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024
CAPTIONED: Final = frozenset({"document", "image", "video"})
MAX_REPLY_PAYLOAD: Final = 512
EMPTY_VALUE: Final = "-"
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")


class HeaderDocument(NamedTuple):
    """A PDF uploaded before, shown above the text under this file name."""

    media_id: str
    filename: str


def clean_value(text: str, limit: int | None = None) -> str:
    """Make a text fit for a template value: one line, single spaces, never empty."""
    value = " ".join(_CONTROL.sub("", text).split())
    if limit is not None and len(value) > limit:
        value = value[: max(limit - 1, 0)].rstrip() + "…"
    return value or EMPTY_VALUE


def template_message(
    to: str,
    name: str,
    language: str,
    body: Mapping[str, str],
    opaque: str,
    *,
    header_text: Mapping[str, str] | None = None,
    header_document: HeaderDocument | tuple[str, str] | None = None,
    buttons: Sequence[Json] = (),
) -> Json:
    """Build a template message. Values named "1", "2" … are positional, all others named.

    `buttons` are the values of those buttons that take one, made by :func:`url_button`,
    :func:`quick_reply` and :func:`order_button`.
    """
    components: list[Json] = []
    if header_document is not None:
        media_id, filename = header_document
        document = {"id": media_id, "filename": filename}
        components.append(_component("header", [{"type": "document", "document": document}]))
    elif header_text:
        components.append(_component("header", _text_parameters(header_text)))
    if body:
        components.append(_component("body", _text_parameters(body)))
    components += buttons
    template: Json = {"name": name, "language": {"code": language}}
    if components:
        template["components"] = components
    return _message(to, "template", template, opaque)


def text_message(to: str, text: str, opaque: str = "", context: str = "") -> Json:
    """Build a free-text message, allowed only within 24 hours of the recipient's last one."""
    text = re.sub(r"[\x00\ud800-\udfff]", "", text).strip()
    if not text:
        raise ValueError("a text message needs a text")
    if len(text) > MAX_TEXT:
        raise ValueError(f"a text message holds at most {MAX_TEXT} characters")
    message = _message(to, "text", {"preview_url": False, "body": text}, opaque)
    if context:
        message["context"] = {"message_id": context}
    return message


def file_message(
    to: str,
    kind: str,
    media_id: str,
    *,
    filename: str = "",
    caption: str = "",
    opaque: str = "",
    context: str = "",
) -> Json:
    """Build a message with an uploaded file, allowed within the same 24 hours. Only a document
    shows its name, and a sound has no caption: with one it is refused (ValueError)."""
    caption = re.sub(r"[\x00\ud800-\udfff]", "", caption).strip()
    if len(caption) > MAX_CAPTION:
        raise ValueError(f"the text beside a file holds at most {MAX_CAPTION} characters")
    if caption and kind not in CAPTIONED:
        raise ValueError(f"a file of the kind {kind} is sent without a text")
    content = {"id": media_id}
    if filename and kind == "document":
        content["filename"] = filename
    if caption:
        content["caption"] = caption
    message = _message(to, kind, content, opaque)
    if context:
        message["context"] = {"message_id": context}
    return message


def choice_message(
    to: str, body: str, buttons: Sequence[Mapping[str, str]], *, opaque: str = "", context: str = ""
) -> Json:
    """Build a text with one to three reply buttons, each {"id", "title"}, allowed within the same
    24 hours. What WhatsApp would refuse is a ValueError."""
    if not 0 < len(body) <= MAX_CHOICE_BODY:
        raise ValueError(f"a text with buttons holds 1 to {MAX_CHOICE_BODY} characters")
    titles = [button["title"] for button in buttons]
    if not 0 < len(buttons) <= MAX_CHOICES or len(set(titles)) != len(titles):
        raise ValueError(f"a text has one to {MAX_CHOICES} buttons with different titles")
    for button in buttons:
        if not 0 < len(button["title"]) <= MAX_TITLE or not 0 < len(button["id"]) <= MAX_BUTTON_ID:
            raise ValueError(f"the title of a button holds 1 to {MAX_TITLE} characters")
    rows = [{"type": "reply", "reply": {"id": b["id"], "title": b["title"]}} for b in buttons]
    content = {"type": "button", "body": {"text": body}, "action": {"buttons": rows}}
    message = _message(to, "interactive", content, opaque)
    if context:
        message["context"] = {"message_id": context}
    return message


def url_button(index: int, suffix: str) -> Json:
    """The end of a link button's address."""
    if not suffix or re.search(r"\s", suffix):
        raise ValueError("the end of a button's address must hold no white space")
    parameters: list[Json] = [{"type": "text", "text": suffix}]
    return {"type": "button", "sub_type": "url", "index": str(index), "parameters": parameters}


def quick_reply(index: int, payload: str) -> Json:
    """What comes back when a quick reply is tapped."""
    if not payload or len(payload) > MAX_REPLY_PAYLOAD:
        raise ValueError(f"a quick reply's payload holds 1 to {MAX_REPLY_PAYLOAD} characters")
    parameters: list[Json] = [{"type": "payload", "payload": payload}]
    return {
        "type": "button",
        "sub_type": "quick_reply",
        "index": str(index),
        "parameters": parameters,
    }


def order_button(index: int, order: Json) -> Json:
    """The order that a PIX button pays, made by :func:`.order.order_details`."""
    action: Json = {"type": "action", "action": {"order_details": order}}
    return {"type": "button", "sub_type": "order_details", "index": index, "parameters": [action]}


def _message(to: str, kind: str, content: Json, opaque: str) -> Json:
    message: Json = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    if _PHONE.fullmatch(to):
        message["to"] = to
    elif _BSUID.fullmatch(to):
        message["recipient"] = to
    else:
        # Without the plus sign Meta may put its own country code before the number.
        raise ValueError("the recipient must be + and the full number, or a WhatsApp user id")
    message["type"] = kind
    if len(opaque) > MAX_OPAQUE:
        raise ValueError(f"the opaque data holds at most {MAX_OPAQUE} characters")
    if opaque:
        message["biz_opaque_callback_data"] = opaque
    message[kind] = content
    return message


def _component(kind: str, parameters: list[Json]) -> Json:
    return {"type": kind, "parameters": parameters}


def _text_parameters(texts: Mapping[str, str]) -> list[Json]:
    values = {name: clean_value(value) for name, value in texts.items()}
    if all(name.isdecimal() for name in values):
        return [{"type": "text", "text": values[name]} for name in sorted(values, key=int)]
    return [
        {"type": "text", "parameter_name": name, "text": value} for name, value in values.items()
    ]
