import uuid

from odoo import api, fields, models
from odoo.tools import SQL, LazyTranslate, format_date
from odoo.tools.misc import formatLang

from ..core.whatsapp.order import PIX_MARK, Pix, key_type
from ..core.whatsapp.payload import clean_value
from ..core.whatsapp.variables import VARIABLES

_lt = LazyTranslate(__name__)

LISTED_INVOICES = 6
# The longest that a value of a kind gets.
LIMITS = {"name": 60, "text": 200}
# Why a debtor has no value for a variable: what would have to be entered, or happen.
LACKING = {
    "company_phone": _lt("the company has no telephone number"),
    "user_name": _lt("neither the policy nor the account has a responsible person"),
    "days_overdue": _lt("nothing of it is overdue yet"),
    "bank_account": _lt("the company has no bank account"),
    "pix_code": _lt("the company's bank account has no PIX key for this amount"),
    "boleto_line": _lt("the oldest invoice has no boleto"),
    "agreement_terms": _lt("the message is about no agreement"),
    "own_words": _lt("nobody wrote anything of his own"),
}


class DunningVariable(models.AbstractModel):
    """The values of a reminder's variables, one method each, written for the debtor: his
    language, the debt's currency. What has no value is empty and its text is not sent."""

    _name = "dunning.variable"
    _description = "Variables of a reminder"

    # === PUBLIC TO THE OTHER ROOMS ===

    @api.model
    def _values(self, candidate, names, language):
        """{name: value} for a text in a language of Meta's; empty where there is none."""
        lang = active_lang(self.env, language, candidate.addressee)
        filler = self.with_context(lang=lang)
        values = {name: filler._value(name, candidate, language) for name in names}
        return {name: _shortened(name, value) for name, value in values.items()}

    @api.model
    def _list(self, candidate, language, limit):
        """The invoices with no more than so many of them named."""
        lang = active_lang(self.env, language, candidate.addressee)
        return self.with_context(lang=lang)._value_invoice_list(candidate, language, limit)

    @api.model
    def _lacking(self, candidate, names, language):
        """The sentences of those variables that have no value for a debtor who owes something."""
        asked = [name for name in names if name in LACKING]
        if not candidate.lines or not asked:
            return []
        values = self._values(candidate, asked, language)
        return [self.env._(LACKING[name]) for name in asked if not values[name]]

    @api.model
    def _company_lacks(self, company, names):
        """The same as far as it can be told from the company alone."""
        partner = company.partner_id
        has = {
            "company_phone": bool(company.phone),
            "bank_account": bool(partner.bank_ids),
            "pix_code": any(pix_key(bank) for bank in partner.bank_ids),
        }
        return [self.env._(LACKING[name]) for name in names if not has.get(name, True)]

    # === VALUES ===

    @api.model
    def _value(self, name, candidate, language):
        method = getattr(self, f"_value_{name}", None) if name in VARIABLES else None
        return method(candidate, language) if method else ""

    def _value_customer_name(self, candidate, _language):
        return candidate.partner.name or ""

    def _value_recipient_name(self, candidate, _language):
        return candidate.addressee.name or ""

    def _value_company_name(self, candidate, _language):
        return candidate.company.name

    def _value_company_identity(self, candidate, _language):
        """Name, tax number and address of the creditor in one line."""
        company = candidate.company
        parts = [company.name, company.vat, company.street, company.street2, company.city]
        return ", ".join(filter(None, [*parts, company.state_id.name]))

    def _value_company_phone(self, candidate, _language):
        return candidate.company.phone or ""

    def _value_user_name(self, candidate, _language):
        return (candidate.policy.user_id or candidate.account.user_id).name or ""

    def _value_invoice_list(self, candidate, _language, limit=LISTED_INVOICES):
        lines = candidate.lines
        listed = [
            f"{line.move_id.name}, {self._money(candidate, line.amount_residual_currency)}, "
            f"{self._day(line.date_maturity)}"
            for line in lines[:limit]
        ]
        more = len(lines) - limit
        return "; ".join([*listed, f"+{more}"] if more > 0 else listed)

    def _value_first_invoice(self, candidate, _language):
        return self._first_move(candidate).name or ""

    def _value_amount_total(self, candidate, _language):
        return self._money(candidate, candidate.amount)

    def _value_amount_detail(self, candidate, language):
        return self.env["dunning.charge"]._detail(
            candidate.charges, candidate.currency, language, self.env.lang
        )

    def _value_due_date(self, candidate, _language):
        return self._day(candidate.due_date)

    def _value_invoice_names(self, candidate, _language):
        return ", ".join(candidate.lines.move_id.mapped("name")[:LISTED_INVOICES])

    def _value_days_overdue(self, candidate, _language):
        due = candidate.due_date
        today = self.env["dunning.gate"]._local_day(candidate.partner, fields.Datetime.now())
        return str((today - due).days) if due and due < today else ""

    def _value_agreement_terms(self, candidate, _language):
        agreement = candidate.agreement
        return agreement.with_context(lang=self.env.lang)._terms() if agreement else ""

    def _value_own_words(self, candidate, _language):
        return " ".join(candidate.own_words.split())

    def _value_payment_link(self, candidate, _language):
        return self._link(candidate, "payment") or self._link(candidate, "portal")

    def _value_page_link(self, candidate, _language):
        return self._link(candidate, "page")

    def _value_bank_account(self, candidate, _language):
        bank = self._banks(candidate)[:1]
        parts = [bank.bank_id.name, bank.acc_number, bank.acc_holder_name]
        return ", ".join(filter(None, parts))

    def _value_pix_code(self, candidate, _language):
        pix = self._pix(candidate)
        return pix.code if pix else ""

    def _value_boleto_line(self, candidate, _language):
        return self._boleto_line(self._first_move(candidate))

    # === HOOKS ===

    @api.model
    @api.model
    def _boleto_line(self, move):
        """The line of digits of an invoice's boleto. Community has no field for it: whoever
        registers boletos returns it here."""
        return ""

    # === LINKS ===

    @api.model
    def _link(self, candidate, kind):
        """The address of the debtor's own page, or that at which the oldest invoice is seen
        (portal) or paid (payment); empty when there is none."""
        if kind == "page":
            reader = candidate.addressee
            return reader._dunning_page_link(candidate.company, point=candidate.point)
        move = self._first_move(candidate).sudo()
        if not move:
            return ""
        self._ensure_token(move)
        base = move.get_base_url()
        if kind == "portal":
            return base + move.get_portal_url()
        link = self._is_payable(candidate) and move._get_portal_payment_link()
        # Odoo writes two slashes behind its address
        return f"{base}/{link.removeprefix(base).lstrip('/')}" if link else ""

    @api.model
    def _is_payable(self, candidate):
        """Whether the oldest invoice can be paid online: not every Odoo has that part."""
        move = self._first_move(candidate).sudo()
        return bool(move) and hasattr(move, "_has_to_be_paid") and move._has_to_be_paid()

    @api.model
    def _ensure_token(self, move):
        """Give an invoice its portal token without the cost of a write to the whole invoice."""
        if not move.access_token:
            self.env.cr.execute(
                SQL(
                    "UPDATE account_move SET access_token = %s"
                    " WHERE id = %s AND access_token IS NULL",
                    str(uuid.uuid4()),
                    move.id,
                )
            )
            move.invalidate_recordset(["access_token"], flush=False)

    # === PAYING ===

    @api.model
    def _pix(self, candidate):
        """The PIX code that pays all that is listed, or None. It comes from Odoo's own QR of the
        bank account."""
        move = self._first_move(candidate)
        for bank in self._banks(candidate):
            kind = pix_key(bank)
            reference = move.payment_reference or move.name
            args = (candidate.amount, candidate.currency, candidate.partner, reference, reference)
            if not kind or not move or self._qr_error(bank, *args):
                continue
            code = bank._get_qr_vals("emv_qr", *args)
            if code and PIX_MARK in code:
                return Pix(code, candidate.company.name, bank.proxy_value, kind)
        return None

    @api.model
    def _qr_error(self, bank, amount, currency, partner, *references):
        return bank._get_error_messages_for_qr(
            "emv_qr", partner, currency
        ) or bank._check_for_qr_code_errors("emv_qr", amount, currency, partner, *references)

    @api.model
    def _banks(self, candidate):
        """The bank accounts to pay to: the one on the oldest invoice first."""
        own = self._first_move(candidate).partner_bank_id
        return (own | candidate.company.partner_id.bank_ids).sudo()

    # === HELPERS ===

    @api.model
    def _first_move(self, candidate):
        return candidate.lines[:1].move_id

    def _money(self, candidate, value):
        return formatLang(self.env, value, currency_obj=candidate.currency).replace("\xa0", " ")

    def _day(self, value):
        """A day in words; many debts fall due on one day, so each is written once."""
        days = self.env.cr.cache.setdefault("dunning.day", {})
        key = (self.env.lang, value)
        if value and key not in days:
            days[key] = format_date(self.env, value, lang_code=self.env.lang)
        return days.get(key, "")


def _shortened(name, value):
    """Names and addresses of an endless length would leave no room for the rest."""
    limit = LIMITS.get(VARIABLES[name].kind) if name in VARIABLES else None
    return clean_value(value, limit) if value and limit else value


def pix_key(bank):
    """What kind of PIX key a bank account has, or nothing; the fields come with Odoo's QR codes."""
    if "proxy_type" not in bank._fields:
        return ""
    return key_type(bank.proxy_type or "", bank.proxy_value or "")


def active_lang(env, template_language, partner):
    """An installed language in which amounts and dates suit the text of a template and the
    debtor's country: a Mexican writes 1,234.56 where es_419 has 1.234,56."""
    installed = [code for code, _name in env["res.lang"].get_installed()]
    base = template_language[:2]
    own = f"{base}_{partner.country_id.code}"
    wanted = [own, partner.lang, template_language, "es_419", "pt_BR"]
    same = [code for code in [*wanted, *installed] if code in installed and code[:2] == base]
    return same[0] if same else partner.lang or env.lang or "en_US"
