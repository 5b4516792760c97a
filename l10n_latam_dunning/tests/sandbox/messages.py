"""What Meta accepts at POST /messages, and how the recipient then sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .accounts import Account, Media, digits
from .refusal import Refusal
from .templates import SENDABLE, VARIABLE, Template, TemplateStore, fill

Json = dict[str, Any]
MediaOf = Callable[[str], Media | None]

_KEYS = frozenset(
    {
        *("messaging_product", "recipient_type", "to", "recipient", "type", "context"),
        *("biz_opaque_callback_data", "recipient_identity_key_hash"),
    }
)
_TYPES = frozenset(
    {
        *("template", "text", "document", "image", "audio", "video", "interactive", "location"),
        *("contacts", "reaction", "sticker"),
    }
)
_OWN_KEYS = {
    "document": ("filename", "caption"),
    "image": ("caption",),
    "video": ("caption",),
    "audio": ("voice",),
}
_PIX_KEYS = frozenset({"CPF", "CNPJ", "EMAIL", "PHONE", "EVP"})
_BAD_VALUE = re.compile(r"[\n\r\t]| {5}")


def recipient_of(payload: Json, account: Account) -> tuple[str, str]:
    """Return (number with plus sign, user id), one of them empty."""
    to, recipient = payload.get("to"), payload.get("recipient")
    if to:
        if not isinstance(to, str) or not to.startswith("+"):
            raise Refusal(
                131009,
                "Param to must start with + and the country code: without it the country of the "
                "business's own number would be put before it and a stranger would be reached.",
            )
        if not re.fullmatch(r"\+[1-9][0-9 ()-]{5,22}", to) or not 7 <= len(digits(to)) <= 15:
            raise Refusal(131009, "Param to is not a valid telephone number.")
        if digits(to) == digits(account.display_phone_number):
            raise Refusal(131021, "The recipient is the sender.")
        return f"+{digits(to)}", ""
    if recipient:
        if not isinstance(recipient, str) or not re.fullmatch(
            r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", recipient
        ):
            raise Refusal(131009, "Param recipient is not a valid user id.")
        return "", recipient
    raise Refusal(100, "The parameter to is required.")


def check_envelope(payload: object) -> Json:
    """Return the payload when its outer shape is right."""
    if not isinstance(payload, dict):
        raise Refusal(100, "The body must be a JSON object.")
    if payload.get("messaging_product") != "whatsapp":
        raise Refusal(100, "The parameter messaging_product is required.")
    kind = payload.get("type")
    if kind not in _TYPES:
        raise Refusal(131009, "Param type must be one of the message types.")
    for key in payload:
        if key not in _KEYS and key != kind:
            raise Refusal(100, f'Unexpected key "{key[:40]}" on the message.')
    if not isinstance(payload.get(kind), (dict, list)):
        raise Refusal(131008, f"The parameter {kind} is required.")
    if payload.get("recipient_type", "individual") != "individual":
        raise Refusal(131009, "Param recipient_type must be individual.")
    opaque = payload.get("biz_opaque_callback_data", "")
    if not isinstance(opaque, str) or len(opaque) > 512:
        raise Refusal(100, "Param biz_opaque_callback_data must be at most 512 characters.")
    context = payload.get("context", {"message_id": "-"})
    if not isinstance(context, dict) or not isinstance(context.get("message_id"), str):
        raise Refusal(131009, "Param context must hold a message_id.")
    return payload


def render_template(
    content: Json,
    account: Account,
    store: TemplateStore,
    media_of: MediaOf,
    number: str = "",
) -> tuple[Template, Json]:
    """Return the template and what the recipient sees; refuse what does not fit it exactly."""
    template = _find(content, account, store)
    components = content.get("components", [])
    if not isinstance(components, list) or not all(isinstance(row, dict) for row in components):
        raise Refusal(100, "Param template['components'] must be an array of objects.")
    parts: dict[str, Json] = {}
    buttons: dict[int, Json] = {}
    for row in components:
        kind = str(row.get("type", "")).lower()
        if kind == "button":
            _take_button(row, template, buttons)
            _check_reference(buttons, store, number)
        elif kind in ("header", "body") and kind not in parts:
            parts[kind] = row
        else:
            raise Refusal(132012, f"Component {kind or 'without type'} is not expected.")
    header = _header(template, parts.get("header"), media_of)
    values = _values(template, "BODY", parts.get("body"))
    text = fill(template.component("BODY").get("text", ""), values)
    if len(text) > 1024:
        raise Refusal(132005, f"body: the text is {len(text)} characters long, at most 1024.")
    return template, {
        **header,
        "text": text,
        "footer": template.component("FOOTER").get("text", ""),
        "buttons": _buttons(template, buttons),
    }


def _find(content: Json, account: Account, store: TemplateStore) -> Template:
    name, language = content.get("name"), content.get("language")
    if not isinstance(name, str) or not name:
        raise Refusal(131008, "Param template['name'] is required.")
    code = language.get("code") if isinstance(language, dict) else None
    if not isinstance(code, str) or not isinstance(language, dict):
        raise Refusal(131008, "Param template['language']['code'] is required.")
    if language.get("policy", "deterministic") != "deterministic":
        raise Refusal(100, "Param template['language']['policy'] must be deterministic.")
    if set(content) - {"name", "language", "components", "namespace"}:
        raise Refusal(100, "Unexpected key on param template.")
    template = store.find(account.waba_id, name, code)
    if template is None:
        raise Refusal(132001, f"template name ({name[:60]}) does not exist in {code[:10]}")
    if template.status == "PAUSED":
        raise Refusal(132015, f"template ({name}) is paused because of low quality")
    if template.status == "DISABLED":
        raise Refusal(132016, f"template ({name}) is disabled")
    if template.status not in SENDABLE:
        raise Refusal(132001, f"template name ({name}) is not approved in {code}")
    return template


def _values(template: Template, kind: str, row: Json | None) -> dict[str, str]:
    """Return variable → value of a text part, all of them checked."""
    names = template.variables(kind)
    parameters = row.get("parameters", []) if row else []
    part = kind.lower()
    if not isinstance(parameters, list):
        raise Refusal(100, f"{part}: parameters must be an array.")
    if len(parameters) != len(names):
        raise Refusal(
            132000,
            f"{part}: number of localizable_params ({len(parameters)}) does not match the "
            f"expected number of params ({len(names)})",
        )
    values: dict[str, str] = {}
    for position, parameter in enumerate(parameters):
        if not isinstance(parameter, dict):
            raise Refusal(100, f"{part}: a parameter must be an object.")
        given = parameter.get("parameter_name")
        if template.named:
            if given not in names or given in values:
                raise Refusal(132012, f"{part}: parameter name is missing or not expected")
            name = str(given)
        else:
            if given is not None:
                raise Refusal(132012, f"{part}: a positional template takes no parameter_name")
            name = str(position + 1)
        values[name] = _value(parameter, part)
    return values


def _value(parameter: Json, part: str) -> str:
    kind = parameter.get("type")
    if kind in ("currency", "date_time"):
        fallback = parameter.get(kind)
        text = fallback.get("fallback_value") if isinstance(fallback, dict) else None
    elif kind == "text":
        text = parameter.get("text")
    else:
        raise Refusal(132012, f"{part}: a parameter of type text is expected")
    if not isinstance(text, str) or not text.strip():
        raise Refusal(100, f"{part}: parameter of type text is missing text value")
    if _BAD_VALUE.search(text):
        raise Refusal(
            132018,
            f"{part}: Param text cannot have new-line/tab characters or more than 4 consecutive "
            "spaces",
        )
    return text


def _header(template: Template, row: Json | None, media_of: MediaOf) -> Json:
    header = template.component("HEADER")
    header_format = str(header.get("format", "")).upper()
    if header_format in ("", "TEXT"):
        if row is not None and not template.variables("HEADER"):
            raise Refusal(132000, "header: no parameters are expected")
        values = _values(template, "HEADER", row)
        return {"header": fill(header.get("text", ""), values)}
    kind = header_format.lower()
    parameters = row.get("parameters") if row else None
    if not isinstance(parameters, list) or len(parameters) != 1:
        raise Refusal(132012, f"header: Format mismatch, expected {header_format}")
    parameter = parameters[0]
    if not isinstance(parameter, dict) or parameter.get("type") != kind:
        raise Refusal(132012, f"header: Format mismatch, expected {header_format}")
    return {"header": "", kind: check_media(parameter.get(kind), kind, media_of, caption=False)}


def check_media(content: object, kind: str, media_of: MediaOf, *, caption: bool) -> Json:
    """Return {id, filename} of media given by id or by link; refuse foreign and unfit ones."""
    if not isinstance(content, dict):
        raise Refusal(131008, f"Param {kind} is required.")
    allowed = {"id", "link", *_OWN_KEYS.get(kind, ())} - (set() if caption else {"caption"})
    if set(content) - allowed:
        raise Refusal(100, f"Unexpected key on param {kind}.")
    media_id, link = content.get("id"), content.get("link")
    if bool(media_id) == bool(link):
        raise Refusal(100, f"Param {kind} needs either an id or a link.")
    if link:
        if not isinstance(link, str) or not link.startswith("https://"):
            raise Refusal(131009, f"Param {kind}['link'] must be an https address.")
        return {"id": "", "filename": str(content.get("filename", "")), "link": link}
    media = media_of(str(media_id))
    if media is None:
        raise Refusal(131009, f"Param {kind}['id'] is not a media id of this number.")
    if kind == "document" and media.mime != "application/pdf" and not caption:
        raise Refusal(131053, "A document header takes a PDF only.")
    return {"id": media.media_id, "filename": str(content.get("filename") or media.filename)}


def _take_button(row: Json, template: Template, taken: dict[int, Json]) -> None:
    index, kind = row.get("index"), str(row.get("sub_type", "")).lower()
    if not re.fullmatch(r"\d{1,2}", str(index)) or int(str(index)) >= len(template.buttons):
        raise Refusal(132012, "button: there is no button at this index")
    position = int(str(index))
    expected = str(template.buttons[position].get("type", "")).lower()
    if position in taken or kind != expected:
        raise Refusal(132012, f"button: sub_type {expected} is expected at index {position}")
    parameters = row.get("parameters")
    if not isinstance(parameters, list) or len(parameters) != 1:
        raise Refusal(132000, f"button: one parameter is expected at index {position}")
    parameter = parameters[0] if isinstance(parameters[0], dict) else {}
    if kind == "order_details":
        taken[position] = {"order": check_order(parameter)}
        return
    key = {"url": "text", "quick_reply": "payload", "copy_code": "coupon_code"}.get(kind, "text")
    value = parameter.get(key)
    if parameter.get("type") != key or not isinstance(value, str) or not value:
        raise Refusal(132012, f"button: a parameter of type {key} is expected")
    if kind == "quick_reply" and len(value) > 512:
        raise Refusal(100, "button: a payload holds at most 512 characters")
    if kind == "url" and (
        re.search(r"\s", value) or not VARIABLE.search(str(template.buttons[position].get("url")))
    ):
        raise Refusal(132018, "button: the end of the address is not expected or has spaces")
    taken[position] = {"value": value}


def check_order(parameter: Json) -> Json:
    """Return the order of a PIX button; refuse one that does not add up."""
    action = parameter.get("action")
    order = action.get("order_details") if isinstance(action, dict) else None
    if parameter.get("type") != "action" or not isinstance(order, dict):
        raise Refusal(132012, "button: a parameter of type action with order_details is expected")
    reference = order.get("reference_id")
    if not isinstance(reference, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,35}", reference):
        raise Refusal(131009, "order_details: reference_id holds 1 to 35 letters and digits")
    fixed = {"type": ("digital-goods", "physical-goods"), "payment_type": ("br",)}
    for key, allowed in {**fixed, "currency": ("BRL",)}.items():
        if order.get(key) not in allowed:
            raise Refusal(131009, f"order_details: {key} must be one of {', '.join(allowed)}")
    _check_settings(order.get("payment_settings"))
    content = order.get("order")
    if not isinstance(content, dict) or content.get("status") != "pending":
        raise Refusal(131009, "order_details: order.status must be pending")
    items = content.get("items")
    if not isinstance(items, list) or not items:
        raise Refusal(131009, "order_details: order.items is required")
    if any(not str(item.get("name", "")).strip() for item in items):
        raise Refusal(131009, "order_details: each item needs a name")
    goods = sum(_cents(item.get("amount")) * int(item.get("quantity", 0)) for item in items)
    subtotal, tax = _cents(content.get("subtotal")), _cents(content.get("tax"))
    if goods != subtotal or subtotal + tax != _cents(order.get("total_amount")):
        raise Refusal(131009, "order_details: total_amount must equal subtotal and tax")
    return order


def _check_settings(settings: Any) -> None:
    if not isinstance(settings, list) or not settings:
        raise Refusal(131009, "order_details: payment_settings is required")
    for setting in settings:
        kind = setting.get("type") if isinstance(setting, dict) else None
        content = setting.get(kind) if kind else None
        needed = {
            "pix_dynamic_code": ("code", "merchant_name", "key", "key_type"),
            "boleto": ("digitable_line",),
            "payment_link": ("uri",),
        }.get(str(kind))
        if needed is None or not isinstance(content, dict):
            raise Refusal(131009, "order_details: a payment setting is not known")
        if any(not isinstance(content.get(key), str) or not content[key] for key in needed):
            raise Refusal(131009, f"order_details: {kind} is not complete")
        if kind == "pix_dynamic_code" and content["key_type"] not in _PIX_KEYS:
            raise Refusal(131009, "order_details: key_type is not known")
        if kind == "boleto" and not re.fullmatch(r"\d{47,48}", content["digitable_line"]):
            raise Refusal(131009, "order_details: digitable_line has 47 or 48 digits")


def _cents(money: Any) -> int:
    value = money.get("value") if isinstance(money, dict) else None
    if type(value) is not int or value < 0 or money.get("offset") != 100:
        raise Refusal(131009, "order_details: an amount is an integer value with offset 100")
    return value


def _check_reference(buttons: Mapping[int, Json], store: TemplateStore, number: str) -> None:
    """Orders are for Brazilian numbers, and each has a reference of its own."""
    for button in buttons.values():
        if "order" not in button:
            continue
        if not number.startswith("+55"):
            raise Refusal(131009, "order_details: the recipient must have a Brazilian number")
        if button["order"]["reference_id"] in store.references:
            raise Refusal(131009, "order_details: this reference_id was used before")


def _buttons(template: Template, taken: Mapping[int, Json]) -> list[Json]:
    shown = []
    for position, button in enumerate(template.buttons):
        kind, label = str(button.get("type", "")).upper(), str(button.get("text", ""))
        value = taken.get(position, {}).get("value")
        row = {"kind": kind.lower(), "text": label}
        if kind == "URL":
            url = str(button.get("url", ""))
            if VARIABLE.search(url) and value is None:
                raise Refusal(
                    131008, f"buttons: Button at index {position} of type Url requires a parameter"
                )
            row["url"] = fill(url, {"1": str(value)})
        elif kind == "QUICK_REPLY":
            row["payload"] = value or label
        elif kind == "ORDER_DETAILS":
            order = taken.get(position, {}).get("order")
            if order is None:
                raise Refusal(131008, "buttons: the button ORDER_DETAILS requires a parameter")
            row["reference"] = order["reference_id"]
            row["order"] = order
        shown.append(row)
    return shown


def render_free(kind: str, content: Any, media_of: MediaOf) -> Json:
    """Return what the recipient sees of a message that is not a template."""
    if kind == "text":
        body = content.get("body") if isinstance(content, dict) else None
        if not isinstance(body, str) or not body.strip():
            raise Refusal(100, "The parameter text['body'] is required.")
        if len(body) > 4096:
            raise Refusal(100, "Param text['body'] must be at most 4096 characters long.")
        return {"text": body}
    if kind in ("document", "image", "audio", "video", "sticker"):
        media = check_media(content, kind, media_of, caption=True)
        return {kind: media, "text": str(content.get("caption", ""))}
    if kind == "interactive":
        return _render_interactive(content)
    return {"text": f"[{kind}]"}


def _render_interactive(content: Any) -> Json:
    body = content.get("body") if isinstance(content, dict) else None
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not 0 < len(text) <= 1024:
        raise Refusal(131009, "Param interactive['body']['text'] must hold 1 to 1024 characters.")
    action = content.get("action")
    rows = action.get("buttons", []) if isinstance(action, dict) else None
    if not isinstance(rows, list) or len(rows) > 3:
        raise Refusal(131009, "Param interactive['action']['buttons'] must hold 1 to 3 buttons.")
    buttons = []
    for row in rows:
        reply = row.get("reply") if isinstance(row, dict) else None
        title = reply.get("title") if isinstance(reply, dict) else None
        if not isinstance(reply, dict) or not isinstance(title, str) or not 0 < len(title) <= 20:
            raise Refusal(131009, "A reply button's title holds 1 to 20 characters.")
        buttons.append({"kind": "reply", "text": title, "payload": str(reply.get("id", ""))})
    footer = content.get("footer")
    return {
        "text": text,
        "footer": str(footer.get("text", "")) if isinstance(footer, dict) else "",
        "buttons": buttons,
    }
