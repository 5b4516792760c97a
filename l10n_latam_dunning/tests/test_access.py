import inspect

from odoo import models
from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import new_test_user

from .access_table import METHODS, MODELS
from .common import DunningCommon
from .rows import Rows

LETTERS = {"read": "r", "write": "w", "create": "c", "unlink": "u"}
PREFIX = "l10n_latam_dunning.group_dunning_"
ROLES = {
    "user": f"{PREFIX}user",
    "manager": f"{PREFIX}manager",
    "privacy": f"{PREFIX}privacy",
    "clerk": "account.group_account_invoice",
    "accountant": "account.group_account_user",
    "adviser": "account.group_account_manager",
    "system": "base.group_system",
    "internal": "base.group_user",
    "portal": "base.group_portal",
}


class TestAccess(DunningCommon):
    """The whole of who may do what, generated from the registry against one table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(cls.env, f"access_{role}", groups=groups)
            for role, groups in ROLES.items()
        }
        cls.users["public"] = cls.env.ref("base.public_user")
        cls.other = cls.env["res.company"].sudo().create({"name": "Another"})

    def setUp(self):
        super().setUp()
        self.rows = Rows(self.env(user=SUPERUSER_ID, su=True))

    # === models ===

    def ours(self):
        return {
            name
            for name, model in self.env.registry.items()
            if name.startswith("dunning.") and not model._abstract
        }

    def test_every_model_of_the_addon_stands_in_the_table(self):
        self.assertEqual(
            self.ours(),
            set(MODELS),
            "Write a row for a new model into tests/access_table.py: who may do what with which "
            "records; and take out the row of a model that is gone.",
        )

    def test_each_role_may_do_what_the_table_says_and_nothing_else(self):
        for model, (_records, roles) in MODELS.items():
            self.assertLessEqual(set(roles), set(self.users), model)
            for role, user in self.users.items():
                may = self.env[model].with_user(user)
                letters = "".join(one for op, one in LETTERS.items() if may.has_access(op))
                with self.subTest(model=model, role=role):
                    self.assertEqual(letters, roles.get(role, ""))

    def places(self, model):
        """{what: (row, whether it is in sight)} for a model, over companies and makers."""
        records = MODELS[model][0]
        kind, _space, path = records.partition(" ")
        other = self.other
        if kind == "mine":
            return {
                "another's": (self.rows.make(model, {}), False),
            }
        if kind == "all":
            own = {"company_id": other.id} if self.has_company(model) else {}
            return {"any": (self.rows.make(model, own), True)}
        return {
            "own company": (self.rows.make(model, {path: self.company.id}), True),
            "another company": (self.rows.make(model, {path: other.id}), False),
            "no company": (self.rows.make(model, {path: None}), kind == "shared"),
        }

    def has_company(self, model):
        field = self.env[model]._fields.get("company_id")
        return bool(field and field.store)

    def test_records_of_other_companies_and_people_are_out_of_sight(self):
        for model, (_records, roles) in MODELS.items():
            for what, (row, in_sight) in self.places(model).items():
                for role, user in self.users.items():
                    seen = row.with_user(user).with_context(
                        allowed_company_ids=user.sudo().company_ids.ids
                    )
                    for op, letter in LETTERS.items():
                        expected = in_sight and letter in roles.get(role, "")
                        with self.subTest(model=model, role=role, record=what, op=op):
                            self.assertEqual(seen.has_access(op), expected)

    def test_a_model_with_a_company_is_kept_to_it(self):
        for model, (records, _roles) in MODELS.items():
            if self.has_company(model) and not self.env[model]._transient:
                with self.subTest(model=model):
                    self.assertNotEqual(records, "all", "it has a company, and no rule")

    # === methods ===

    def methods(self):
        """{model: {method}}: what our modules let a client call by name."""
        found = {}
        for name, model in self.env.registry.items():
            for cls in model.__mro__:
                if "l10n_latam_dunning" not in cls.__module__ or cls.__dict__.get("_name") != name:
                    continue
                for attr, value in cls.__dict__.items():
                    if attr.startswith("_") or not callable(value) or inspect.isclass(value):
                        continue
                    if self.is_of_odoo(model, attr):
                        continue
                    try:
                        get_public_method(self.env[name], attr)
                    except AccessError:
                        continue
                    found.setdefault(name, set()).add(attr)
        return found

    def is_of_odoo(self, model, attr):
        """Whether a method is Odoo's own, which we only add to."""
        return hasattr(models.BaseModel, attr) or any(
            attr in cls.__dict__
            for cls in model.__mro__
            if "l10n_latam_dunning" not in cls.__module__ and cls.__module__ != "odoo.orm.models"
        )

    def test_every_method_that_a_client_can_call_stands_in_the_table(self):
        self.assertEqual(
            self.methods(),
            {model: set(methods) for model, methods in METHODS.items()},
            "Write a new public method into METHODS of tests/access_table.py with the roles that "
            "may call it, or begin its name with an underscore.",
        )

    def test_who_stands_not_in_the_table_is_refused_by_every_method(self):
        for model, methods in METHODS.items():
            row = self.rows.make(model, {}) if not self.env[model]._abstract else self.env[model]
            for method, roles in methods.items():
                allowed = set(roles.split())
                self.assertLessEqual(allowed, set(self.users), f"{model}.{method}")
                for role, user in self.users.items():
                    if role not in allowed:
                        with self.subTest(method=f"{model}.{method}", role=role):
                            self.assertTrue(self.is_refused(row, user, method))

    def is_refused(self, row, user, method):
        """Whether a method is refused, or does no more than open a window in which this user may
        do nothing."""
        try:
            opened = self.call(row, user, method)
        except AccessError:
            return True
        if not isinstance(opened, dict) or "res_model" not in opened:
            return False
        behind = self.env[opened["res_model"]].with_user(user)
        return not behind.has_access("create" if behind._transient else "read")

    def call(self, row, user, method):
        """As a client calls it; what else the method wants is left empty."""
        env = self.env(user=user, su=False, context={})
        env.invalidate_all()
        function = getattr(type(env[row._name]), method)
        wanted = [
            parameter
            for parameter in list(inspect.signature(function).parameters.values())[1:]
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        ids = [] if getattr(function, "_api_model", False) else [row.ids]
        with self.env.cr.savepoint(flush=False):
            return call_kw(env[row._name], method, [*ids, *([False] * len(wanted))], {})
