import base64
import json
import re

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user

from .evidence import EvidenceCommon

DIGITS = "987654321"
NOBODYS = "900000009"
ADDRESS = "rosa.quispe@example.com"
# Who works with reminders, and has no need to know a number.
ROLES = ("user", "manager")
# Fields that hold a number, an address, or WhatsApp's own ids of a person.
CLOSED = {
    "dunning.contact.point": ("value", "wa_id"),
    "dunning.whatsapp.identity": ("wa_id", "bsuid"),
    "dunning.message": ("provider_ref",),
    "dunning.event": ("key", "data"),
}


class TestMasking(EvidenceCommon):
    """Who sends reminders learns no number and no address from our models, by no way of asking.
    What Odoo keeps on the contact itself (``res.partner.phone``) is Odoo's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env,
                f"mask_{role}",
                groups=f"l10n_latam_dunning.group_dunning_{role},base.group_allow_export",
            )
            for role in (*ROLES, "privacy")
        }

    def setUp(self):
        super().setUp()
        self.live()
        number = DIGITS
        point = self.message.sudo().contact_point_id
        self.assertEqual(point.value, f"+51{number}")
        self.mailed = self.env["dunning.contact.point"].sudo()._for_emails([ADDRESS])[ADDRESS]
        self.mailed._link([(self.mailed, self.rosa)])
        # as the real ones are: with the number in them
        token = base64.b64encode(b"\x1c\x15\x0b51987654321\x15\x02\x00\x11\x18\x12").decode()
        self.message.sudo().provider_ref = f"wamid.{token}"
        self.env.flush_all()

    def call(self, role, model, method, *args, **kwargs):
        """As a client calls it."""
        user = self.users[role]
        context = {"allowed_company_ids": self.company.ids}
        env = self.env(user=user, su=False, context=context)
        env.invalidate_all()
        return call_kw(env[model], method, list(args), {"context": context, **kwargs})

    def models_in_reach(self, role):
        for name, model in sorted(self.env.registry.items()):
            ours = name.startswith("dunning.") and not model._abstract and not model._transient
            if ours and self.env[name].with_user(self.users[role]).has_access("read"):
                yield name

    def assertMasked(self, told):
        text = json.dumps(told, default=str)
        for token in re.findall(r"[A-Za-z0-9+/]{16,}", text):
            whole = token[: len(token) // 4 * 4]
            text += base64.b64decode(whole).decode("latin-1")
        for secret in (DIGITS, ADDRESS):
            self.assertNotIn(secret, text)

    def test_nothing_that_a_role_may_read_holds_a_number(self):
        for role in ROLES:
            for model in self.models_in_reach(role):
                with self.subTest(role=role, model=model):
                    self.assertMasked(self.call(role, model, "search_read", [], []))
                    self.assertMasked(self.call(role, model, "name_search", ""))

    def test_an_export_of_all_that_a_role_may_read_holds_no_number(self):
        for role in ROLES:
            for model in self.models_in_reach(role):
                ids = self.call(role, model, "search", [])
                fields = [
                    name
                    for name, field in self.call(role, model, "fields_get").items()
                    if field.get("exportable", True) and field["type"] != "binary"
                ]
                for name in fields:
                    with self.subTest(role=role, field=f"{model}.{name}"):
                        self.assertMasked(self.export(role, model, ids, name))

    def export(self, role, model, ids, name):
        """A column of an export; empty where the role may not read what it leads to, or where
        Odoo's own records there have no name that could be told."""
        try:
            return self.call(role, model, "export_data", ids, [name])
        except (AccessError, TypeError):
            return {}

    def test_closed_fields_are_read_by_no_way(self):
        for model, names in CLOSED.items():
            record = self.env[model].sudo().search([], limit=1)
            for name in names:
                ways = {
                    "read": (record.ids, [name]),
                    "web_read": (record.ids, {name: {}}),
                    "export_data": (record.ids, [name]),
                    "search_read": ([], [name]),
                    "web_search_read": ([], {name: {}}),
                    "search": ([(name, "like", "5198765")],),
                    "search_count": ([(name, "=like", "+51%")],),
                    "formatted_read_group": ([], [name], ["__count"]),
                    "web_read_group": ([], [name], ["__count"]),
                }
                for way, args in ways.items():
                    for role in ROLES:
                        with (
                            self.subTest(role=role, way=way, field=f"{model}.{name}"),
                            self.assertRaises(AccessError),
                        ):
                            self.call(role, model, way, *args)

    def test_an_order_by_a_closed_field_tells_nothing(self):
        for model, names in CLOSED.items():
            for name in set(names) - {"data"}:
                with self.subTest(field=f"{model}.{name}"), self.assertRaises(AccessError):
                    self.call(
                        "user" if model != "dunning.event" else "manager",
                        model,
                        "search",
                        [],
                        order=name,
                    )

    def test_a_number_is_not_guessed_through_a_relation(self):
        ways = {
            "dunning.message": "contact_point_id.value",
            "dunning.consent": "contact_point_id.value",
            "dunning.message.line": "message_id.contact_point_id.value",
            "dunning.contact.point": "identity_ids.wa_id",
            "res.partner": "dunning_consent_ids.contact_point_id.value",
        }
        for role in ROLES:
            for model, path in ways.items():
                with self.subTest(role=role, path=path), self.assertRaises(AccessError):
                    self.call(role, model, "search_count", [(path, "=like", "+5198%")])
                with self.subTest(role=role, exported=path):
                    found = self.env[model].sudo().search([])
                    told = self.export(role, model, found.ids, path.replace(".", "/"))
                    self.assertMasked(told)

    def test_a_search_in_any_open_field_finds_no_number(self):
        for role in ROLES:
            for model in self.models_in_reach(role):
                fields = self.call(role, model, "fields_get", attributes=["type", "searchable"])
                for name, field in fields.items():
                    if field["type"] not in ("char", "text", "html") or not field["searchable"]:
                        continue
                    with self.subTest(role=role, field=f"{model}.{name}"):
                        found = self.call(role, model, "search", [(name, "like", DIGITS)])
                        # a name that is no text is not searched at all, whatever is asked
                        other = self.call(role, model, "search", [(name, "like", NOBODYS)])
                        self.assertEqual(found, other)

    def test_a_privacy_officer_sees_them(self):
        point = self.message.sudo().contact_point_id
        (row,) = self.call("privacy", "dunning.contact.point", "read", point.ids, ["value"])
        self.assertEqual(row["value"], "+51987654321")
        self.assertEqual(
            self.call(
                "privacy", "dunning.contact.point", "search", [("value", "=", "+51987654321")]
            ),
            point.ids,
        )
