"""The demo's ledger: consents, posted invoices and what happened to them, all relative to the
instant that is played; and the way back from a record to its story."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from . import people
from .clock import Clock, naive
from .deeds import DEEDS
from .people import STORIES, Debtor, House

ENTERED = timedelta(days=50)  # how long before the played instant the invoices were entered
CONSENTED, WITHDREW = timedelta(days=210), timedelta(days=60)
SERIES = {"01": "F001", "03": "B001"}  # Peru: an invoice to a firm, a receipt to a person
WORDING = {
    "es": "Autorizo a {company} a enviarme recordatorios de pago por WhatsApp a este número.",
    "pt": "Autorizo {company} a enviar lembretes de pagamento por WhatsApp a este número.",
}
GENERAL_WORDING = "Acepto recibir comunicaciones de {company} por medios electrónicos."


def seed(env: Any, at: datetime, clock: Clock) -> None:
    """Post what the debtors owe and what happened since, as it stands at `at`. The clock goes
    along, so that every note has its day, and ends at `at`; commits."""
    env = env(context={**env.context, "tracking_disable": True, "lang": "en_US"})
    clock.move_to(at - ENTERED)
    posted: list[tuple[str, Any]] = []
    for house, company in houses(env):
        here = env.user.with_company(company).env
        _record_consents(here, house, company, at)
        posted += _post_invoices(here, house, company, at)
    env.cr.commit()
    for deed, (days, do) in sorted(DEEDS.items(), key=lambda item: -item[1][0]):
        then = at - timedelta(days=days)
        clock.move_to(then)
        for story, moves in posted:
            if STORIES[story].deed == deed:
                do(moves, then)
        env.cr.commit()
    clock.move_to(at)


# === CONSENTS === #


def _record_consents(env: Any, house: House, company: Any, at: datetime) -> None:
    partners = {partner.ref: partner for partner in debtors(env, company)}
    rows = []
    for ref, debtor in house.numbered():
        given = STORIES[debtor.story].consent
        if given:
            rows.append(_prepare_grant_vals(house, partners[ref], given, at))
        if given == "withdrawn":
            rows.append(
                {
                    "partner_id": partners[ref].id,
                    "event": "withdrawn",
                    "source": "phone",
                    "wording": "No quiero más avisos por WhatsApp.",
                    "lang": house.lang,
                    "effective_at": naive(at - WITHDREW),
                }
            )
    env["dunning.consent"].create(rows)


def _prepare_grant_vals(house: House, partner: Any, given: str, at: datetime) -> dict[str, Any]:
    general = given == "opt_in"
    wording = GENERAL_WORDING if general else WORDING[house.lang[:2]]
    return {
        "partner_id": partner.id,
        "event": "granted",
        "kind": "opt_in" if general else "express",
        "source": "contract",
        "wording": wording.format(company=house.name),
        "lang": house.lang,
        "proof": f"Contrato {partner.ref}, cláusula 9",
        "effective_at": naive(at - CONSENTED),
    }


# === INVOICES === #


def _post_invoices(env: Any, house: House, company: Any, at: datetime) -> list[tuple[str, Any]]:
    """[(story, posted invoices of one debtor)], due relative to the company's own day."""
    today = at.astimezone(ZoneInfo(house.zone)).date()
    partners = {partner.ref: partner for partner in debtors(env, company)}
    rows = [
        _prepare_invoice_vals(env, house, company, partners[ref], debtor, due, today)
        for ref, debtor in house.numbered()
        for due in STORIES[debtor.story].due
    ]
    rows.sort(key=lambda row: row["invoice_date"])
    moves = env["account.move"].create(rows)
    if house.key == "PE":
        _number_as_in_peru(moves)
    moves.action_post()
    by_partner = moves.grouped("partner_id")
    return [(debtor.story, by_partner[partners[ref]]) for ref, debtor in house.numbered()]


def _prepare_invoice_vals(
    env: Any, house: House, company: Any, partner: Any, debtor: Debtor, due: int, today: date
) -> dict[str, Any]:
    line = {
        "name": house.sells,
        "quantity": 1 + (int(partner.ref[-2:]) * 7 + due) % 5,
        "price_unit": house.price,
        "tax_ids": [(6, 0, _sale_tax(house, company).ids)],
    }
    values = {
        "move_type": "out_invoice",
        "company_id": company.id,
        "partner_id": partner.id,
        "invoice_date": today + timedelta(days=min(due - 30, 0)),
        "invoice_line_ids": [(0, 0, line)],
    }
    if debtor.story == "instalments":
        term = env["account.payment.term"].search([("company_id", "=", company.id)], limit=1)
        values["invoice_payment_term_id"] = term.id
    else:
        values["invoice_payment_term_id"] = False
        values["invoice_date_due"] = today + timedelta(days=due)
    if house.key == "CL" and partner.country_id.code != "CL":
        values["l10n_latam_document_type_id"] = _document_types(env, "CL", "110")[:1].id
    return values


def _sale_tax(house: House, company: Any) -> Any:
    """The chart's usual tax; Brazil's depends on more than the demo wants to show."""
    tax = company.account_sale_tax_id
    return tax.browse() if house.key == "BR" else tax


def _document_types(env: Any, country: str, *codes: str) -> Any:
    domain = [("country_id.code", "=", country), ("code", "in", list(codes))]
    return env["l10n_latam.document.type"].search(domain, order="id")


def _number_as_in_peru(moves: Any) -> None:
    """Give kind and number as SUNAT wants them: a series and eight digits, each series its own."""
    kinds = _document_types(moves.env, "PE", *SERIES)
    given: Counter[str] = Counter()
    for move in moves:
        code = "01" if move.partner_id.is_company else "03"
        given[code] += 1
        same = kinds.filtered(lambda kind, code=code: kind.code == code)
        move.l10n_latam_document_type_id = same[:1]
        move.l10n_latam_document_number = f"{SERIES[code]}-{given[code]:08d}"


# === FINDING THINGS AGAIN === #


def houses(env: Any) -> list[tuple[House, Any]]:
    """(house, its company record), in the order of the demo."""
    Company = env["res.company"]
    return [(house, Company.search([("name", "=", house.name)])) for house in people.HOUSES]


def debtors(env: Any, company: Any = None) -> Any:
    """A company's debtors, or all, in their order."""
    of_whom = ("company_id", "=", company.id) if company else ("company_id", "!=", False)
    domain = [of_whom, ("ref", "!=", False)]
    return env["res.partner"].search(domain, order="ref")


def of_story(env: Any, story: str) -> Any:
    """All debtors with a story."""
    refs = [
        ref for house in people.HOUSES for ref, debtor in house.numbered() if debtor.story == story
    ]
    return env["res.partner"].search([("ref", "in", refs)])
