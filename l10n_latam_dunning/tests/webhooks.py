"""Webhooks as Meta writes them, for tests."""

import hashlib
import hmac
import json

# 2026-11-25 15:05 UTC
TIMESTAMP = 1795619100


def envelope(waba_id, phone_number_id, *values):
    metadata = {"display_phone_number": "51900000000", "phone_number_id": phone_number_id}
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": waba_id,
                "changes": [
                    {
                        "field": "messages",
                        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
                    }
                    for value in values
                ],
            }
        ],
    }


def status(wamid, name, *, opaque="", code=0):
    data = {"id": wamid, "status": name, "timestamp": str(TIMESTAMP)}
    if opaque:
        data["biz_opaque_callback_data"] = opaque
    if code:
        details = {"details": "Message Undeliverable."}
        data["errors"] = [{"code": code, "title": "Undeliverable", "error_data": details}]
    return {"statuses": [data]}


def inbound(sender, text, *, payload="", context="", wamid=""):
    message = {
        "from": sender,
        "id": wamid or f"wamid.IN{abs(hash((sender, text, payload)))}",
        "timestamp": str(TIMESTAMP),
    }
    if payload:
        message |= {"type": "button", "button": {"payload": payload, "text": text}}
    else:
        message |= {"type": "text", "text": {"body": text}}
    if context:
        message["context"] = {"from": "51900000000", "id": context}
    contacts = [{"profile": {"name": "Rosa Q."}, "wa_id": sender}]
    return {"contacts": contacts, "messages": [message]}


def raw(data):
    return json.dumps(data).encode()


def sign(body, secret):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
