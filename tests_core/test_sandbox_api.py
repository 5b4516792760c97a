"""The sandbox refuses what Meta refuses, with Meta's codes."""

import copy
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from core.whatsapp.order import Item, Pix, order_details
from core.whatsapp.payload import order_button, template_message
from sandbox import Sandbox

NUMBER, BUSINESS = "300000000000001", "200000000000001"
DEBTOR = "+51987654321"
PDF = b"%PDF-1.4\n%%EOF"
BODY = {
    "type": "BODY",
    "text": "Hola {{customer_name}}, le recordamos que su factura {{invoice_ref}} sigue pendiente.",
    "example": {
        "body_text_named_params": [
            {"param_name": "customer_name", "example": "Rosa"},
            {"param_name": "invoice_ref", "example": "F001-1"},
        ]
    },
}
REMINDER: dict[str, Any] = {
    "name": "reminder",
    "language": "es",
    "category": "UTILITY",
    "parameter_format": "NAMED",
    "components": [
        {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::aW"]}},
        BODY,
        {"type": "FOOTER", "text": "Responda BAJA"},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Ver",
                    "url": "https://example.com/{{1}}",
                    "example": ["https://example.com/1"],
                },
                {"type": "QUICK_REPLY", "text": "Ya pagué"},
            ],
        },
    ],
}
POSITIONAL: dict[str, Any] = {
    "name": "positional",
    "language": "pt_BR",
    "category": "UTILITY",
    "components": [
        {
            "type": "BODY",
            "text": "Olá {{1}}, a sua fatura {{2}} vence amanhã. Obrigado.",
            "example": {"body_text": [["Rosa", "42"]]},
        }
    ],
}
PLAIN: dict[str, Any] = {
    "name": "plain",
    "language": "es",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "Hola, gracias por su pago."}],
}


class Api:
    """Raw calls to the sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False

    def call(
        self, method: str, path: str, token: str = "token", **options: Any
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        url = f"{self.sandbox.base_url}{path}"
        answer = self.session.request(method, url, headers=headers, timeout=5, **options)
        return answer.status_code, answer.json()

    def send(self, payload: Any) -> tuple[int, dict[str, Any]]:
        return self.call("POST", f"/v25.0/{NUMBER}/messages", json=payload)

    def upload(self, content: bytes = PDF, mime: str = "application/pdf", **data: str) -> Any:
        form = {"messaging_product": "whatsapp", "type": mime, **data}
        files = {"file": ("F001.pdf", content, mime)}
        return self.call("POST", f"/v25.0/{NUMBER}/media", data=form, files=files)

    def template(self, media_id: str) -> dict[str, Any]:
        return {
            "messaging_product": "whatsapp",
            "to": DEBTOR,
            "type": "template",
            "biz_opaque_callback_data": "dun:1",
            "template": {
                "name": "reminder",
                "language": {"code": "es"},
                "components": [
                    {
                        "type": "header",
                        "parameters": [
                            {"type": "document", "document": {"id": media_id, "filename": "a.pdf"}}
                        ],
                    },
                    {
                        "type": "body",
                        "parameters": [
                            {"type": "text", "parameter_name": "customer_name", "text": "Rosa"},
                            {"type": "text", "parameter_name": "invoice_ref", "text": "F001-1"},
                        ],
                    },
                    {
                        "type": "button",
                        "sub_type": "url",
                        "index": "0",
                        "parameters": [{"type": "text", "text": "my/invoices/1"}],
                    },
                    {
                        "type": "button",
                        "sub_type": "quick_reply",
                        "index": 1,
                        "parameters": [{"type": "payload", "payload": "DUN_PAID:1"}],
                    },
                ],
            },
        }


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(
        phone_number_id=NUMBER,
        waba_id=BUSINESS,
        token="token",
        app_secret="secret",
        display_phone_number="51900000000",
    ) as running:
        for definition in (REMINDER, POSITIONAL, PLAIN):
            running.add_template(definition)
        yield running
        assert running.internal_errors == []


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


def error_of(answer: tuple[int, dict[str, Any]]) -> tuple[int, int]:
    """Return (code, HTTP status) of a refusal."""
    return answer[1]["error"]["code"], answer[0]


def text(body: str = "Hola", **changes: Any) -> dict[str, Any]:
    message = {"messaging_product": "whatsapp", "to": DEBTOR, "type": "text"}
    return {**message, "text": {"body": body}, **changes}


class TestAccess:
    def test_missing_token_is_401_with_code_0(self, api: Api) -> None:
        path = f"/v25.0/{NUMBER}/messages"
        answer = api.call("POST", path, headers={"Authorization": ""}, json=text())
        assert error_of(answer) == (0, 401)

    def test_wrong_token_is_401_with_code_190(self, api: Api) -> None:
        answer = api.call("POST", f"/v25.0/{NUMBER}/messages", token="x", json=text())
        assert error_of(answer) == (190, 401)

    @pytest.mark.parametrize(
        "path",
        [
            *("/v25.0/999/messages", f"/v25.0/{NUMBER}/nothing", f"/v25.0/{BUSINESS}/messages"),
            *("/v25.0/51987654321/messages", "/v25.0/999"),
        ],
    )
    def test_unknown_object_is_100_with_subcode_33(self, api: Api, path: str) -> None:
        status, data = api.call("POST", path, json=text())
        assert (status, data["error"]["code"], data["error"]["error_subcode"]) == (400, 100, 33)

    def test_token_of_one_account_does_not_open_another(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.add_account(
            phone_number_id="301", waba_id="201", token="other", app_secret="other-secret"
        )
        assert api.call("GET", "/v25.0/301", token="other")[0] == 200
        assert error_of(api.call("GET", "/v25.0/301")) == (100, 400)
        assert error_of(api.call("GET", f"/v25.0/{NUMBER}", token="other")) == (100, 400)

    @pytest.mark.parametrize(
        "path", [f"/{NUMBER}/messages", f"/v9.0/{NUMBER}", f"/v99.0/{NUMBER}", "/", "/v25.0"]
    )
    def test_path_needs_a_living_version(self, api: Api, path: str) -> None:
        assert error_of(api.call("GET", path)) == (2500, 400)


class TestEnvelope:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"messaging_product": "sms"}, 100),
            ({"messaging_product": None}, 100),
            ({"type": "fax"}, 131009),
            ({"type": None}, 131009),
            ({"text": None}, 131008),
            ({"text": {"body": ""}}, 100),
            ({"text": {"body": "x" * 4097}}, 100),
            ({"to": ""}, 100),
            ({"to": None}, 100),
            ({"to": "51987654321"}, 131009),
            ({"to": 51987654321}, 131009),
            ({"to": "+0987654321"}, 131009),
            ({"to": "+51x87654321"}, 131009),
            ({"to": "+5198"}, 131009),
            ({"to": "+51900000000"}, 131021),
            ({"to": None, "recipient": "51987654321"}, 131009),
            ({"recipient_type": "crowd"}, 131009),
            ({"biz_opaque_callback_data": "x" * 513}, 100),
            ({"biz_opaque_callback_data": 5}, 100),
            ({"context": "wamid.X"}, 131009),
            ({"idempotency_key": "x"}, 100),
        ],
    )
    def test_senseless_message_is_refused(
        self, sandbox: Sandbox, api: Api, changes: dict[str, Any], code: int
    ) -> None:
        sandbox.push_inbound(DEBTOR, "Hola")
        assert error_of(api.send(text(**changes))) == (code, 400)
        assert sandbox.accepted == []
        assert api.send(text())[0] == 200

    def test_number_without_a_plus_sign_is_told_why(self, api: Api) -> None:
        _status, data = api.send(text(to="51987654321"))
        assert "must start with +" in data["error"]["error_data"]["details"]

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"[" * 90000])
    def test_body_that_is_no_json_object_is_refused(self, api: Api, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        answer = api.call("POST", f"/v25.0/{NUMBER}/messages", data=body, headers=headers)
        assert error_of(answer) == (100, 400)

    def test_form_instead_of_json_is_refused(self, api: Api) -> None:
        answer = api.call("POST", f"/v25.0/{NUMBER}/messages", data={"to": DEBTOR})
        assert error_of(answer) == (100, 400)

    def test_separators_in_the_number_are_tolerated(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.push_inbound(DEBTOR, "Hola")
        assert api.send(text(to="+51 987-654-321"))[0] == 200
        assert sandbox.accepted[0]["to"] == DEBTOR

    def test_inbound_is_marked_as_read(self, sandbox: Sandbox, api: Api) -> None:
        wamid = sandbox.push_inbound(DEBTOR, "Hola")
        seen = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        assert api.send(seen) == (200, {"success": True})
        assert sandbox.accepted == []


def body_parameters(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return payload["template"]["components"][1]["parameters"]


def header_document(payload: dict[str, Any]) -> dict[str, Any]:
    return payload["template"]["components"][0]["parameters"][0]["document"]


def set_value(value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda payload: body_parameters(payload)[0].update(text=value)


TEMPLATE_FAULTS = [
    (132001, 404, lambda p: p["template"].update(name="unknown")),
    (132001, 404, lambda p: p["template"].update(language={"code": "pt_BR"})),
    (131008, 400, lambda p: p["template"].update(language="es")),
    (131008, 400, lambda p: p["template"].pop("name")),
    (100, 400, lambda p: p["template"].update(language={"code": "es", "policy": "fallback"})),
    (100, 400, lambda p: p["template"].update(parameters=[])),
    (100, 400, lambda p: p["template"].update(components={})),
    (132000, 400, lambda p: body_parameters(p).pop()),
    (132000, 400, lambda p: body_parameters(p).append(dict(body_parameters(p)[0]))),
    (132000, 400, lambda p: p["template"]["components"].pop(1)),
    (132012, 400, lambda p: body_parameters(p)[0].pop("parameter_name")),
    (132012, 400, lambda p: body_parameters(p)[0].update(parameter_name="customer")),
    (132012, 400, lambda p: body_parameters(p)[1].update(parameter_name="customer_name")),
    (132012, 400, lambda p: body_parameters(p)[0].update(type="image")),
    (100, 400, set_value("")),
    (100, 400, set_value("   ")),
    (100, 400, set_value(1250)),
    (132018, 400, set_value("Rosa\nQuispe")),
    (132018, 400, set_value("Rosa\tQuispe")),
    (132018, 400, set_value("Rosa     Quispe")),
    (132005, 400, set_value("x" * 1000)),
    (132012, 400, lambda p: p["template"]["components"].pop(0)),
    (
        131009,
        400,
        lambda p: header_document(p).update(id="5"),
    ),
    (
        100,
        400,
        lambda p: header_document(p).update(caption="x"),
    ),
    (
        100,
        400,
        lambda p: header_document(p).update(link="https://x"),
    ),
    (132012, 400, lambda p: p["template"]["components"][0]["parameters"][0].update(type="image")),
    (131008, 400, lambda p: p["template"]["components"].pop(2)),
    (132012, 400, lambda p: p["template"]["components"][2].update(index="1")),
    (132012, 400, lambda p: p["template"]["components"][2].update(index="7")),
    (132012, 400, lambda p: p["template"]["components"][2].update(sub_type="quick_reply")),
    (132000, 400, lambda p: p["template"]["components"][2].update(parameters=[])),
    (132018, 400, lambda p: p["template"]["components"][2]["parameters"][0].update(text="a b")),
    (132012, 400, lambda p: p["template"]["components"].append({"type": "footer"})),
]


class TestTemplateMessage:
    @pytest.fixture
    def payload(self, api: Api) -> dict[str, Any]:
        return api.template(api.upload()[1]["id"])

    def test_exact_message_is_accepted_and_shown_to_the_debtor(
        self, sandbox: Sandbox, api: Api, payload: dict[str, Any]
    ) -> None:
        status, data = api.send(payload)
        assert status == 200
        assert data["contacts"][0]["input"] == DEBTOR
        assert data["messages"][0]["message_status"] == "accepted"
        shown = sandbox.accepted[0]["shown"]
        assert shown["text"] == "Hola Rosa, le recordamos que su factura F001-1 sigue pendiente."
        assert shown["footer"] == "Responda BAJA"
        assert shown["buttons"] == [
            {"kind": "url", "text": "Ver", "url": "https://example.com/my/invoices/1"},
            {"kind": "quick_reply", "text": "Ya pagué", "payload": "DUN_PAID:1"},
        ]

    @pytest.mark.parametrize(("code", "status", "spoil"), TEMPLATE_FAULTS)
    def test_inexact_message_is_refused(
        self,
        sandbox: Sandbox,
        api: Api,
        payload: dict[str, Any],
        code: int,
        status: int,
        spoil: Callable[[dict[str, Any]], None],
    ) -> None:
        spoil(payload)
        assert error_of(api.send(payload)) == (code, status)
        assert sandbox.accepted == []

    @pytest.mark.parametrize(
        ("state", "code", "status"),
        [
            ("PENDING", 132001, 404),
            ("REJECTED", 132001, 404),
            ("PAUSED", 132015, 400),
            ("DISABLED", 132016, 400),
            ("ARCHIVED", 132001, 404),
        ],
    )
    def test_template_must_be_approved(
        self,
        sandbox: Sandbox,
        api: Api,
        payload: dict[str, Any],
        state: str,
        code: int,
        status: int,
    ) -> None:
        sandbox.set_template("reminder", status=state)
        assert error_of(api.send(payload)) == (code, status)
        sandbox.set_template("reminder", status="APPROVED")
        assert api.send(payload)[0] == 200

    def test_positional_values_take_no_names(self, api: Api) -> None:
        rows = [{"type": "text", "text": "Rosa"}, {"type": "text", "text": "42"}]
        template = {"name": "positional", "language": {"code": "pt_BR"}}
        template["components"] = [{"type": "body", "parameters": rows}]
        payload = {"messaging_product": "whatsapp", "to": DEBTOR, "type": "template"}
        assert api.send({**payload, "template": template})[0] == 200
        rows[0]["parameter_name"] = "name"
        assert error_of(api.send({**payload, "template": template})) == (132012, 400)

    def test_template_without_variables_takes_no_components(self, api: Api) -> None:
        template: dict[str, Any] = {"name": "plain", "language": {"code": "es"}}
        payload = {"messaging_product": "whatsapp", "to": DEBTOR, "type": "template"}
        assert api.send({**payload, "template": template})[0] == 200
        template["components"] = [{"type": "header", "parameters": []}]
        assert error_of(api.send({**payload, "template": template})) == (132000, 400)


class TestMedia:
    def test_uploaded_file_is_told_and_served_to_its_owner_only(self, api: Api) -> None:
        media_id = api.upload()[1]["id"]
        info = api.call("GET", f"/v25.0/{media_id}")[1]
        assert (info["mime_type"], info["file_size"]) == ("application/pdf", len(PDF))
        header = {"Authorization": "Bearer token"}
        assert api.session.get(info["url"], headers=header, timeout=5).content == PDF
        assert api.session.get(info["url"], timeout=5).status_code == 401
        assert api.call("DELETE", f"/v25.0/{media_id}") == (200, {"success": True})
        assert error_of(api.call("GET", f"/v25.0/{media_id}")) == (100, 400)

    @pytest.mark.parametrize(
        ("content", "mime", "data", "code"),
        [
            (b"hello", "application/pdf", {}, 131053),
            (PDF, "application/x-msdownload", {}, 100),
            (PDF, "application/pdf", {"type": "image/png"}, 100),
            (PDF, "application/pdf", {"messaging_product": "sms"}, 100),
            (b"", "application/pdf", {}, 100),
        ],
    )
    def test_unfit_file_is_refused(
        self, api: Api, content: bytes, mime: str, data: dict[str, str], code: int
    ) -> None:
        assert error_of(api.upload(content, mime, **data)) == (code, 400)

    def test_upload_is_forgotten_after_30_days(self, sandbox: Sandbox, api: Api) -> None:
        media_id = api.upload()[1]["id"]
        payload = api.template(media_id)
        sandbox.files[media_id].at -= 30 * 86400 - 60
        assert api.send(payload)[0] == 200
        sandbox.files[media_id].at -= 120
        assert error_of(api.send(payload)) == (131009, 400)

    def test_upload_must_be_a_form(self, api: Api) -> None:
        answer = api.call("POST", f"/v25.0/{NUMBER}/media", json={"file": "x"})
        assert error_of(answer) == (100, 400)


class TestTemplates:
    path = f"/v25.0/{BUSINESS}/message_templates"

    def test_new_template_goes_through_review(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.auto_approve = False
        status, data = api.call("POST", self.path, json={**PLAIN, "name": "new"})
        assert (status, data["status"], data["category"]) == (200, "PENDING", "UTILITY")
        sandbox.set_template("new", status="APPROVED")
        assert api.call("GET", f"/v25.0/{data['id']}")[1]["status"] == "APPROVED"

    def test_promotion_is_silently_taken_as_marketing(self, api: Api) -> None:
        body = {"type": "BODY", "text": "Hola, pague hoy con 10 % de descuento."}
        offer = {**PLAIN, "name": "offer", "components": [body]}
        assert api.call("POST", self.path, json=offer)[1]["category"] == "MARKETING"

    @pytest.mark.parametrize(
        ("changes", "subcode"),
        [
            ({}, 2388024),
            ({"name": "Bad Name"}, None),
            ({"name": "x1", "components": []}, 2388072),
            ({"name": "x2", "components": [{"type": "BODY", "text": "{{1}} hola"}]}, 2388299),
            ({"name": "x3", "components": [{"type": "BODY", "text": "x" * 1025}]}, 2388040),
            ({"name": "x4", "components": [{"type": "BODY", "text": "Ya {{1}} a {{2}} no"}]},)
            + (2388293,),
            (
                {
                    "name": "x5",
                    "components": [*PLAIN["components"], {"type": "FOOTER", "text": "x" * 61}],
                },
                2388040,
            ),
        ],
    )
    def test_definition_that_breaks_a_rule_is_refused_with_its_subcode(
        self, api: Api, changes: dict[str, Any], subcode: int | None
    ) -> None:
        status, data = api.call("POST", self.path, json={**PLAIN, **changes})
        assert (status, data["error"]["code"]) == (400, 100)
        assert data["error"].get("error_subcode") == subcode

    def test_listing_has_pages_filters_and_fields(self, api: Api) -> None:
        first = api.call("GET", self.path, params={"limit": "2", "fields": "name"})[1]
        assert [set(row) for row in first["data"]] == [{"id", "name"}] * 2
        after = first["paging"]["cursors"]["after"]
        last = api.call("GET", self.path, params={"limit": "2", "after": after})[1]
        assert [row["name"] for row in last["data"]] == ["plain"]
        assert "next" in first["paging"] and "next" not in last["paging"]
        named = api.call("GET", self.path, params={"name": "plain", "status": "approved"})[1]
        assert len(named["data"]) == 1
        assert api.call("GET", self.path, params={"status": "PAUSED"})[1] == {"data": []}

    @pytest.mark.parametrize("cursor", ["bad", "YWJj", "!!!"])
    def test_bad_cursor_is_131059(self, api: Api, cursor: str) -> None:
        answer = api.call("GET", self.path, params={"after": cursor})
        assert error_of(answer) == (131059, 400)

    def test_edit_replaces_components_and_keeps_the_category(self, api: Api) -> None:
        rows = api.call("GET", self.path)[1]["data"]
        node = f"/v25.0/{rows[2]['id']}"
        body = {"type": "BODY", "text": "Hola, muchas gracias por su pago."}
        assert api.call("POST", node, json={"components": [body]}) == (200, {"success": True})
        assert api.call("GET", node)[1]["components"] == [body]
        assert error_of(api.call("POST", node, json={"category": "MARKETING"})) == (100, 400)
        broken = {"components": [{"type": "BODY", "text": ""}]}
        assert error_of(api.call("POST", node, json=broken)) == (100, 400)

    def test_approved_template_is_edited_once_a_day_and_ten_times_a_month(
        self, sandbox: Sandbox, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = 1_800_000_000.0
        monkeypatch.setattr(time, "time", lambda: now)
        node = f"/v25.0/{api.call('GET', self.path)[1]['data'][2]['id']}"
        changes = {"message_send_ttl_seconds": 600}
        for _day in range(10):
            assert api.call("POST", node, json=changes)[0] == 200
            assert error_of(api.call("POST", node, json=changes)) == (100, 400)
            now += 86400
        assert error_of(api.call("POST", node, json=changes)) == (100, 400)
        now += 21 * 86400
        assert api.call("POST", node, json=changes)[0] == 200
        assert error_of(api.call("POST", node, json={"message_send_ttl_seconds": 5})) == (100, 400)

    def test_rejected_template_is_corrected_at_will_and_may_change_its_category(
        self, sandbox: Sandbox, api: Api
    ) -> None:
        node = f"/v25.0/{api.call('GET', self.path)[1]['data'][2]['id']}"
        for _time in range(3):
            sandbox.set_template("plain", status="REJECTED")
            assert api.call("POST", node, json={"category": "UTILITY"})[0] == 200
        sandbox.set_template("plain", status="DISABLED")
        assert error_of(api.call("POST", node, json={"category": "UTILITY"})) == (100, 400)

    def test_name_of_a_deleted_approved_template_rests_for_30_days(
        self, sandbox: Sandbox, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = 1_800_000_000.0
        monkeypatch.setattr(time, "time", lambda: now)
        assert api.call("DELETE", self.path, params={"name": "plain"})[0] == 200
        for days, status in ((0, 400), (29, 400), (30, 200)):
            now = 1_800_000_000.0 + days * 86400
            answer, data = api.call("POST", self.path, json=PLAIN)
            assert answer == status
            if status == 400:
                assert data["error"]["error_subcode"] == 2388023
        sandbox.set_template("plain", status="REJECTED")
        assert api.call("DELETE", self.path, params={"name": "plain"})[0] == 200
        assert api.call("POST", self.path, json=PLAIN)[0] == 200

    def test_hundred_templates_are_created_an_hour(self, api: Api) -> None:
        for number in range(100):
            definition = {**PLAIN, "name": f"plain_{number}"}
            assert api.call("POST", self.path, json=definition)[0] == 200
        answer = api.call("POST", self.path, json={**PLAIN, "name": "one_more"})
        assert error_of(answer) == (80007, 400)

    def test_document_header_needs_a_sample_that_was_uploaded(self, api: Api) -> None:
        definition = {**REMINDER, "name": "with_sample"}
        assert error_of(api.call("POST", self.path, json=definition)) == (100, 400)
        query = {"file_name": "a.pdf", "file_length": str(len(PDF)), "file_type": "application/pdf"}
        session = api.call("POST", "/v25.0/400/uploads", params=query)[1]["id"]
        bearer = api.call("POST", f"/v25.0/{session}", data=PDF, headers={"file_offset": "0"})
        assert error_of(bearer) == (190, 401)
        oauth = {"Authorization": "OAuth token", "file_offset": "0"}
        short = api.call("POST", f"/v25.0/{session}", data=PDF[:-1], headers=oauth)
        assert error_of(short) == (100, 400)
        handle = api.call("POST", f"/v25.0/{session}", data=PDF, headers=oauth)[1]["h"]
        header = {**REMINDER["components"][0], "example": {"header_handle": [handle]}}
        definition["components"] = [header, *REMINDER["components"][1:]]
        created = api.call("POST", self.path, json=definition)[1]
        listed = api.call("GET", f"/v25.0/{created['id']}")[1]["components"][0]
        assert listed["example"]["header_handle"][0].startswith("https://")

    @pytest.mark.parametrize(
        "query",
        [
            {"file_length": "9", "file_type": "text/html"},
            {"file_length": "0", "file_type": "application/pdf"},
            {"file_type": "application/pdf"},
        ],
    )
    def test_senseless_sample_is_refused(self, api: Api, query: dict[str, str]) -> None:
        assert error_of(api.call("POST", "/v25.0/400/uploads", params=query)) == (100, 400)

    def test_pause_of_pacing_can_be_ended(self, sandbox: Sandbox, api: Api) -> None:
        node = f"/v25.0/{api.call('GET', self.path)[1]['data'][2]['id']}"
        assert error_of(api.call("POST", f"{node}/unpause")) == (100, 400)
        sandbox.set_template("plain", status="PAUSED")
        assert api.call("POST", f"{node}/unpause") == (200, {"success": True})
        assert api.call("GET", node)[1]["status"] == "APPROVED"

    def test_announced_category_is_listed_and_told(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.set_template("plain", correct_category="MARKETING")
        (row,) = api.call("GET", self.path, params={"name": "plain"})[1]["data"]
        assert (row["category"], row["correct_category"]) == ("UTILITY", "MARKETING")
        sandbox.set_template("plain", category="MARKETING")
        sandbox.flush_webhooks()
        values = [
            json.loads(delivery.raw)["entry"][0]["changes"][0]["value"]
            for delivery in sandbox.take_webhooks()
        ]
        assert values[0]["correct_category"] == "MARKETING"
        assert values[0]["new_category"] == "UTILITY"
        assert values[1]["previous_category"] == "UTILITY"
        (row,) = api.call("GET", self.path, params={"name": "plain"})[1]["data"]
        assert "correct_category" not in row

    def test_deletion_takes_one_language_or_all(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.add_template({**PLAIN, "language": "es_PE"})
        node = sandbox.add_template({**PLAIN, "language": "es_MX"})
        one = {"name": "plain", "hsm_id": node}
        assert api.call("DELETE", self.path, params=one)[0] == 200
        languages = [row["language"] for row in sandbox.templates if row["name"] == "plain"]
        assert languages == ["es", "es_PE"]
        assert api.call("DELETE", self.path, params={"name": "plain"})[0] == 200
        assert error_of(api.call("DELETE", self.path, params={"name": "plain"})) == (100, 400)


PIX_TEMPLATE: dict[str, Any] = {
    "name": "pix",
    "language": "pt_BR",
    "category": "UTILITY",
    "parameter_format": "NAMED",
    "display_format": "ORDER_DETAILS",
    "components": [
        {"type": "BODY", "text": "Olá, sua fatura continua em aberto."},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "ORDER_DETAILS", "text": "Copiar código Pix"}],
        },
    ],
}
BRAZILIAN = "+5511987654321"


class TestOrder:
    @pytest.fixture
    def api(self, sandbox: Sandbox) -> Api:
        sandbox.add_template(PIX_TEMPLATE)
        return Api(sandbox)

    def order(self, to: str = BRAZILIAN, reference: str = "INV-1") -> dict[str, Any]:
        pix = Pix("00020101…br.gov.bcb.pix…", "Exemplo", "12345678000195", "CNPJ")
        order = order_details(reference, [Item("1", "FAT 1", 125000)], [pix.as_json()], "x")
        button = order_button(0, order)
        return template_message(to, "pix", "pt_BR", {}, f"dun:{reference}:{to}", buttons=[button])

    def test_order_is_accepted_and_shown(self, sandbox: Sandbox, api: Api) -> None:
        assert api.send(self.order())[0] == 200
        (button,) = sandbox.accepted[0]["shown"]["buttons"]
        assert (button["kind"], button["reference"]) == ("order_details", "INV-1")

    def test_reference_is_used_once(self, api: Api) -> None:
        assert api.send(self.order())[0] == 200
        assert error_of(api.send(self.order())) == (131009, 400)
        assert api.send(self.order(reference="INV-1-R2"))[0] == 200

    def test_order_is_for_brazilian_numbers(self, api: Api) -> None:
        assert error_of(api.send(self.order(to=DEBTOR))) == (131009, 400)

    def test_button_needs_its_order(self, api: Api) -> None:
        payload = template_message(BRAZILIAN, "pix", "pt_BR", {}, "dun:1")
        assert error_of(api.send(payload)) == (131008, 400)
        parameter = {"type": "text", "text": "x"}
        button = {"type": "button", "sub_type": "order_details", "index": 0}
        payload["template"]["components"] = [{**button, "parameters": [parameter]}]
        assert error_of(api.send(payload)) == (132012, 400)


class TestCounts:
    def test_twice_and_never_are_proved(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.push_inbound(DEBTOR, "Hola")
        for opaque in ("a", "b", "a", "a", ""):
            api.send(text(biz_opaque_callback_data=opaque))
        api.send(text(to="51"))
        assert [row["opaque"] for row in sandbox.accepted] == ["a", "b", "a", "a", ""]
        assert (sandbox.duplicates, sandbox.requests) == (2, 6)
        assert len({row["wamid"] for row in sandbox.accepted}) == 5

    def test_window_belongs_to_one_number_and_one_person(self, sandbox: Sandbox, api: Api) -> None:
        other = "302"
        sandbox.add_account(
            phone_number_id=other, waba_id=BUSINESS, token="token", app_secret="secret"
        )
        sandbox.push_inbound(DEBTOR, "Hola", phone_number_id=other)
        assert error_of(api.send(text())) == (131047, 400)
        assert api.call("POST", f"/v25.0/{other}/messages", json=text())[0] == 200
        stranger = text(to="+51911111111")
        assert error_of(api.call("POST", f"/v25.0/{other}/messages", json=stranger)) == (
            131047,
            400,
        )

    def test_mexican_window_opens_under_either_form(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.push_inbound("5215512345678", "Hola")
        assert api.send(text(to="+525512345678"))[0] == 200

    def test_throughput_is_limited(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.throughput = 3
        sandbox.push_inbound(DEBTOR, "Hola")
        codes = [api.send(text())[0] for _turn in range(5)]
        assert codes == [200, 200, 200, 429, 429]

    def test_latency_delays_every_answer(self, sandbox: Sandbox, api: Api) -> None:
        sandbox.latency = 0.1
        answer = api.session.get(f"{sandbox.base_url}/v25.0/{NUMBER}", timeout=5)
        assert answer.elapsed.total_seconds() >= 0.1

    def test_unknown_fault_is_a_mistake(self, sandbox: Sandbox) -> None:
        with pytest.raises(ValueError, match="unknown fault"):
            sandbox.fault("tornado")


def test_sandbox_neither_listens_nor_speaks_beyond_this_machine() -> None:
    with pytest.raises(ValueError):
        Sandbox(host="0.0.0.0")
    with pytest.raises(ValueError):
        Sandbox(phone_number_id="1", waba_id="2", webhook_url="https://odoo.example.com/hook")


def test_sandbox_says_nothing_on_stderr(
    sandbox: Sandbox, api: Api, capfd: pytest.CaptureFixture[str]
) -> None:
    for kind in ("reset_before", "timeout_before", "html_502"):
        sandbox.fault(kind)
        with pytest.raises((requests.RequestException, json.JSONDecodeError)):
            url = f"{sandbox.base_url}/v25.0/{NUMBER}/messages"
            headers = {"Authorization": "Bearer token"}
            requests.post(url, json=copy.deepcopy(text()), headers=headers, timeout=0.2).json()
    sandbox.stop()
    assert capfd.readouterr() == ("", "")
