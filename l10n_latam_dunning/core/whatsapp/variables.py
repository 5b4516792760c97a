"""What a template may say of a debtor and his debt: the variables, their kinds and samples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ..debt.charge_words import NOTHING_ADDED


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


Kind = Literal["name", "text", "list", "money", "number", "date", "link", "code"]
BASES: Final = ("es", "pt", "en")
# Countries whose debtors read another language than Spanish.
COUNTRIES_OF: Final[Mapping[str, tuple[str, ...]]] = {"pt": ("BR",)}


@dataclass(frozen=True, slots=True)
class Variable:
    """One value that is filled in. `samples` are keyed by Meta's languages; the three general
    ones are always there."""

    name: str
    kind: Kind
    label: str
    samples: Mapping[str, str]

    def sample(self, language: str) -> str:
        """An example for people and for Meta's reviewers, as a language writes it."""
        base = language[:2] if language[:2] in BASES else "es"
        return self.samples.get(language) or self.samples[base]


def _same(text: str) -> dict[str, str]:
    return dict.fromkeys(BASES, text)


_MONEY: Final = {
    "es": "S/ 1,250.00",
    "es_AR": "$ 125.000,00",
    "es_CL": "$ 125.000",
    "es_CO": "$ 1.250.000",
    "es_MX": "$ 1,250.00",
    "pt": "R$ 1.250,00",
    "en": "USD 1,250.00",
}
_INVOICE: Final = {
    "es": "F001-123",
    "es_CL": "FAC 4512",
    "es_MX": "FACTU/2027/0042",
    "pt": "FAT/2027/0042",
    "en": "INV/2027/0042",
}
_DATE: Final = "15/01/2027"

_ALL: Final = (
    Variable(
        "customer_name",
        "name",
        _("Debtor"),
        {"es": "Rosa Quispe", "pt": "Ana Souza", "en": "Rosa Quispe"},
    ),
    Variable(
        "recipient_name",
        "name",
        _("Person written to, where it is not the debtor"),
        {"es": "Juan Mamani", "pt": "João Lima", "en": "Juan Mamani"},
    ),
    Variable(
        "company_name",
        "name",
        _("Company"),
        {
            "es": "Comercial Ejemplo SAC",
            "es_CL": "Comercial Ejemplo SpA",
            "es_MX": "Comercial Ejemplo SA de CV",
            "pt": "Comercial Exemplo Ltda",
            "en": "Example Trading Inc",
        },
    ),
    Variable(
        "company_identity",
        "text",
        _("Company with tax number and address"),
        {
            "es": "Comercial Ejemplo SAC, 20123456786, Av. Arequipa 100, Lima",
            "es_CL": "Comercial Ejemplo SpA, 76.123.456-0, Av. Providencia 100, Santiago",
            "es_MX": "Comercial Ejemplo SA de CV, CEJ010101AB1, Av. Juárez 12, Ciudad de México",
            "pt": "Comercial Exemplo Ltda, 12.345.678/0001-95, Rua das Flores, 100, São Paulo",
            "en": "Example Trading Inc, 12-3456789, 100 Main Street, San Juan",
        },
    ),
    Variable(
        "company_phone",
        "text",
        _("Company's telephone"),
        {"es": "+51 1 555 0100", "pt": "+55 11 5555-0100", "en": "+1 787 555 0100"},
    ),
    Variable(
        "user_name",
        "name",
        _("Agent"),
        {"es": "María López", "pt": "Maria Lopes", "en": "Maria Lopez"},
    ),
    Variable(
        "invoice_list",
        "list",
        _("Invoices with amount and due date"),
        {
            lang: f"{_INVOICE.get(lang, _INVOICE[lang[:2]])}, {_MONEY[lang]}, {_DATE}"
            for lang in _MONEY
        },
    ),
    Variable(
        "invoice_names",
        "list",
        _("Numbers of the invoices"),
        {lang: f"{number}, {number[:-1]}9" for lang, number in _INVOICE.items()},
    ),
    Variable("first_invoice", "text", _("Oldest invoice"), _INVOICE),
    Variable("amount_total", "money", _("Amount due"), _MONEY),
    Variable("amount_detail", "text", _("What the amount is made of"), NOTHING_ADDED),
    Variable("due_date", "date", _("Due date of the oldest invoice"), _same(_DATE)),
    Variable("days_overdue", "number", _("Days overdue"), _same("12")),
    Variable(
        "agreement_terms",
        "text",
        _("Payments of the agreement"),
        {
            lang: f"15/01/2027: {money}; 15/02/2027: {money}; 15/03/2027: {money}"
            for lang, money in _MONEY.items()
        },
    ),
    Variable(
        "own_words",
        "text",
        _("What the company's user writes"),
        {
            "es": "No figura en nuestra cuenta hasta hoy; envíenos el comprobante.",
            "pt": "Não consta em nossa conta até hoje; envie-nos o comprovante.",
            "en": "It is not on our account as of today; please send us the receipt.",
        },
    ),
    Variable(
        "payment_link",
        "link",
        _("Link to see and pay the oldest invoice"),
        _same("https://example.com/my/invoices/123?access_token=1b2c3d4e"),
    ),
    Variable(
        "page_link",
        "link",
        _("Link to the debtor's own page"),
        _same("https://example.com/dunning/p/Ag8BwIgFwPQtc2lnbmF0dXJl"),
    ),
    Variable(
        "bank_account",
        "code",
        _("Company's bank account"),
        {
            "es": "Banco Ejemplo 191-1234567-0-12, Comercial Ejemplo SAC",
            "es_MX": "Banco Ejemplo, CLABE 032180000118359719, Comercial Ejemplo SA de CV",
            "pt": "Banco Exemplo, ag. 0001, conta 12345-6, Comercial Exemplo Ltda",
            "en": "Example Bank 1234567890, Example Trading Inc",
        },
    ),
    Variable(
        "pix_code",
        "code",
        _("PIX code to copy"),
        _same(
            "00020101021226360014br.gov.bcb.pix0114123456780001955204000053039865407"
            "1250.005802BR5917COMERCIAL EXEMPLO6009SAO PAULO62070503***63041D3D"
        ),
    ),
    Variable(
        "boleto_line",
        "code",
        _("Boleto's line of digits"),
        _same("03399026944140000002628346101018898510000008848"),
    ),
)
VARIABLES: Final[Mapping[str, Variable]] = {variable.name: variable for variable in _ALL}


def samples(language: str) -> dict[str, str]:
    """{variable: example} in a language."""
    return {name: variable.sample(language) for name, variable in VARIABLES.items()}


def base_language(language: str) -> str:
    """`es`, `pt` or `en`: the one of the customer's texts that a language can read."""
    return language[:2] if language[:2] in BASES else "es"
