"""What never changes in the demo: companies with Odoo's own localisations, users, debtors,
WhatsApp accounts and policies. Made once and kept as a template database.

`python -m devtools.demo.template DATABASE --conf FILE`, started by `./dev`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .. import inside
from . import people, tax_ids
from .people import Debtor, House

LANGUAGES = ("en_US", *dict.fromkeys(house.lang for house in people.HOUSES))
ADDON = "l10n_latam_dunning"
USERS = {  # login: (name, groups beside what they bring along)
    "admin": ("Administrator", (f"{ADDON}.group_dunning_manager",)),
    "accountant": (
        "Alicia Accountant",
        (
            "account.group_account_user",
            "account.group_account_invoice",
            f"{ADDON}.group_dunning_user",
        ),
    ),
    "collector": ("Carlos Collector", (f"{ADDON}.group_dunning_user",)),
    "privacy": ("Petra Privacy", (f"{ADDON}.group_dunning_privacy",)),
}
JOURNAL_CODES = {"CO": "FEV", "MX": "FAC"}  # where Odoo's localisation leaves INV
REACHES_OUTSIDE = "mail.ir_cron_module_update_notification"
NOWHERE = "http://127.0.0.1:1"  # the sandbox's address comes with each run


def build(env: Any) -> None:
    """Fill a database that has the addon; commits once at the end."""
    for code in LANGUAGES:
        env["res.lang"]._activate_and_install_lang(code)
    env = env(context={**env.context, "lang": "en_US", "tracking_disable": True})
    env.ref(REACHES_OUTSIDE).active = False
    companies = [_make_company(env, house) for house in people.HOUSES]
    _make_users(env, companies)
    for house, company in zip(people.HOUSES, companies, strict=True):
        _make_account(env, house, company)
        _make_debtors(env, house, company)
    env.cr.commit()


def _make_company(env: Any, house: House) -> Any:
    """The company in its currency with its chart of accounts; the first takes over Odoo's own."""
    country = env.ref(f"base.{house.key.lower()}")
    values = {
        "name": house.name,
        "country_id": country.id,
        "currency_id": country.currency_id.id,
        "street": house.street,
        "city": house.city,
        "zip": house.zip,
        "state_id": _state(env, country, house.state).id,
        "phone": house.whatsapp,
    }
    if house is people.HOUSES[0]:
        company = env.ref("base.main_company")
        company.write(values)
    else:
        company = env["res.company"].create(values)
    env.user.company_ids |= company
    env["account.chart.template"].try_loading(house.key.lower(), company)
    tax_id = tax_ids.of_company(house.key, house.number)
    company.partner_id.write({"lang": house.lang, **_identity(env, house.key, True, tax_id)})
    if house.key in JOURNAL_CODES:
        domain = [("company_id", "=", company.id), ("type", "=", "sale")]
        env["account.journal"].search(domain, limit=1).code = JOURNAL_CODES[house.key]
    return company


def _make_users(env: Any, companies: list[Any]) -> None:
    everywhere = [company.id for company in companies]
    for login, (name, groups) in USERS.items():
        values = {
            "name": name,
            "login": login,
            "password": login,
            "lang": "en_US",
            "tz": people.HOUSES[0].zone,
            "company_ids": [(6, 0, everywhere)],
            "company_id": everywhere[0],
            "group_ids": [(4, env.ref(group).id) for group in groups],
        }
        if login == "admin":
            env.ref("base.user_admin").write(values)
        else:
            env["res.users"].with_context(no_reset_password=True).create(values)


def _make_account(env: Any, house: House, company: Any) -> None:
    """The company's WhatsApp number, and the shipped policies with their templates."""
    key = house.key.lower()
    account = env["dunning.whatsapp.account"].create(
        {
            "name": f"{house.name} {house.whatsapp}",
            "company_id": company.id,
            "mode": "live",
            "policy_confirmed": True,
            "phone_number_id": f"1{house.number:014d}",
            "waba_id": f"2{house.number:014d}",
            "token": f"demo-token-{key}",
            "app_secret": f"demo-app-secret-{key}",
            "verify_token": f"demo-verify-token-{key}",
            "webhook_key": f"demo-{key}",
            "base_url": NOWHERE,
            "read_timeout": 2.0,
        }
    )
    shipped = env.ref(f"{ADDON}.policy_{key}") + env.ref(f"{ADDON}.policy_other")
    collector = env["res.users"].search([("login", "=", "collector")])
    shipped._adopt(company, account, page_button=True).user_id = collector


def _make_debtors(env: Any, house: House, company: Any) -> None:
    debtors = env["res.partner"].create(
        [
            _prepare_partner_vals(env, house, company, ref, debtor)
            for ref, debtor in house.numbered()
        ]
    )
    verified = debtors.filtered(lambda partner: partner.ref not in people.UNVERIFIED)
    env["dunning.contact.point"]._confirm_numbers(verified, "person")
    halves = [{"value": "percent", "value_amount": 50, "nb_days": days} for days in (30, 60)]
    env["account.payment.term"].create(
        {
            "name": f"50 % a 30 días, 50 % a 60 días ({house.key})",
            "company_id": company.id,
            "line_ids": [(0, 0, half) for half in halves],
        }
    )


def _prepare_partner_vals(
    env: Any, house: House, company: Any, ref: str, debtor: Debtor
) -> dict[str, Any]:
    code = "" if debtor.story == "no_country" else debtor.country or house.key
    country = env.ref(f"base.{code.lower()}") if code else env["res.country"]
    values = {
        "name": debtor.name,
        "ref": ref,
        "company_id": company.id,
        "is_company": debtor.firm,
        "phone": debtor.phone,
        "lang": house.lang,
        "city": debtor.city,
        "country_id": country.id,
        "state_id": _state(env, country, debtor.state).id,
    }
    number = people.HOUSES.index(house) * 100000 + int(ref[-2:]) * 1009
    if code == house.key:
        tax_id = (tax_ids.of_company if debtor.firm else tax_ids.of_person)(code, number)
        values.update(_identity(env, code, debtor.firm, tax_id))
    elif house.key == "CL":  # Chile's localisation asks it of foreign customers too
        values["l10n_cl_sii_taxpayer_type"] = "4"
    return values


def _identity(env: Any, country: str, firm: bool, tax_id: str) -> dict[str, Any]:
    """The tax id with the kind of document that the localisation names it by."""
    kind = env.ref(tax_ids.KINDS[country][0 if firm else 1])
    values = {"vat": tax_id, "l10n_latam_identification_type_id": kind.id}
    if country == "CL":
        values["l10n_cl_sii_taxpayer_type"] = "1" if firm else "3"
    return values


def _state(env: Any, country: Any, code: str) -> Any:
    domain = [("country_id", "=", country.id), ("code", "=", code)]
    return env["res.country.state"].search(domain, limit=1)


def main() -> int:
    """Fill the database that the arguments name."""
    parser = argparse.ArgumentParser(prog="devtools.demo.template")
    parser.add_argument("database")
    parser.add_argument("--conf", type=Path, required=True)
    options = parser.parse_args()
    registry = inside.boot(options.conf, options.database)
    with inside.environment(registry) as env:
        build(env)
    return 0


if __name__ == "__main__":
    sys.exit(main())
