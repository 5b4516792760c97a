"""Telephone numbers of Latin America: one normal form, and every form WhatsApp may answer with."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

Kind = Literal["mobile", "fixed", "unsure", "unknown"]
_NOT_A_LINE: Final = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.PAGER,
    }
)


# Calling code: what people type when they leave the area code out.
_LOCAL: Final[Mapping[int, str]] = {52: r"\d{7,8}", 54: r"15\d{6,8}", 55: r"9?[2-9]\d{7}"}


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


REASONS: Final[Mapping[str, str]] = {
    "empty": _("There is no telephone number."),
    "unreadable": _("This is not a telephone number."),
    "no_country": _("The number has no country code and the country is not known."),
    "invalid": _("No such number exists in its country."),
    "area_missing": _("The area code is missing."),
    "service": _("This is a service number, not a person's."),
    "extension": _("A number with an extension cannot receive messages."),
}


# What was changed beyond adding the country code, by `Phone.changed`.
REPAIRS: Final[Mapping[str, str]] = {
    "mx_old_prefix": _(
        "The 1, 01, 044 or 045 in front was left out: since August 2019 Mexican numbers have ten"
        " digits and nothing before them."
    ),
    "br_ninth_digit": _(
        "The ninth digit was added: since 2016 every Brazilian mobile number begins with 9."
    ),
    "cl_old_prefix": _("The 0 in front was left out: Chilean numbers have nine digits since 2018."),
    "ar_mobile_prefix": _(
        "Written as WhatsApp needs it: Argentine mobiles have a 9 after the country code, and no 15"
        " after the area code."
    ),
}


class InvalidPhone(ValueError):
    """The number cannot be used; `reason` is a key of REASONS. Holds no digits of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in normal form. `changed` says what was repaired beyond adding the country code.

    "unsure" is a number that may be a mobile written the old way: messages reach either form.
    """

    e164: str
    country: str
    kind: Kind
    changed: str = ""

    def __repr__(self) -> str:
        return f"Phone({mask(self.e164)}, {self.country}, {self.kind})"

    @property
    def can_receive(self) -> bool:
        """Whether a message may reach it: everything but a known landline."""
        return self.kind != "fixed"


def normalise(number: str, country_code: str) -> Phone:
    """Return the number as `+` and digits; a number without a country code is of `country_code`.

    Repairs what is certain (Mexico's old 1, Brazil's ninth digit) and guesses nothing else.
    """
    text = _plain(number)
    if not text:
        raise InvalidPhone("empty")
    region = country_code.upper()
    text, changed = _repair(text, region)
    if not text.startswith("+") and not region:
        raise InvalidPhone("no_country")
    try:
        parsed = phonenumbers.parse(text, region or None)
    except NumberParseException as error:
        no_country = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        reason = "no_country" if no_country and not text.startswith("+") else "unreadable"
        raise InvalidPhone(reason) from None
    if parsed.extension:
        raise InvalidPhone("extension")
    if not phonenumbers.is_valid_number(parsed):
        raise InvalidPhone(_why_invalid(parsed))
    line = phonenumbers.number_type(parsed)
    if line in _NOT_A_LINE:
        raise InvalidPhone("service")
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    country = phonenumbers.region_code_for_number(parsed) or region
    if e164.startswith("+549") and not re.match(r"(?:\+?54)?9", text):
        changed = "ar_mobile_prefix"
    return Phone(e164, country, _kind(e164, country, line), changed)


def equivalents(e164: str) -> frozenset[str]:
    """Return all digit strings under which WhatsApp may name this number, itself included.

    Works from either side: an incoming wa_id finds the number as it is stored, and back.
    """
    digits = re.sub(r"\D", "", e164)
    forms = {digits}
    if found := re.fullmatch(r"521?(\d{10})", digits):
        forms |= {f"52{found[1]}", f"521{found[1]}"}
    elif found := re.fullmatch(r"549?(\d{10})", digits):
        forms |= {f"54{found[1]}", f"549{found[1]}"}
    elif found := re.fullmatch(r"55(\d\d)9?([6-9]\d{7})", digits):
        forms |= {f"55{found[1]}{found[2]}", f"55{found[1]}9{found[2]}"}
    return frozenset(forms)


def mask(number: str) -> str:
    """Return the number for a log: its country code and last three digits, `+51 ••• ••• 321`."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < 7:
        return "•••"
    # Too short a number would show itself whole: keep at least four digits hidden.
    code = _calling_code(digits) if number.lstrip().startswith("+") else ""
    if len(digits) - len(code) < 7:
        return f"+{code} •••" if code else "•••"
    return f"+{code} ••• ••• {digits[-3:]}" if code else f"••• ••• {digits[-3:]}"


def mask_email(address: str) -> str:
    """Return the address for a log: its first letter and its domain, `r•••@example.com`."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}" if at and name else "•••"


def _calling_code(digits: str) -> str:
    for length in (1, 2, 3):
        if int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return digits[:length]
    return ""


def _plain(number: str) -> str:
    """Strip decoration; an international prefix 00 becomes +. Letters make it unreadable."""
    text = re.sub(r"[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", number)
    text = re.sub(r"^(?:tel|whatsapp):", "", text, flags=re.IGNORECASE)
    text = text.replace("＋", "+").replace("(0)", "")
    if re.search(r"[^\W\d_]|[@,;*#/]", text):
        extension = re.search(r"\d(?:x|ext|[,;#])", text, re.IGNORECASE)
        raise InvalidPhone("extension" if extension else "unreadable")
    plus = text.startswith(("+", "(+"))
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    if not digits:
        raise InvalidPhone("empty" if not text else "unreadable")
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    return f"+{digits}" if plus else digits


def _repair(text: str, region: str) -> tuple[str, str]:
    """Rewrite old ways of dialling to today's; return the text and what was changed."""
    for country, (code, shortest, repair) in _REPAIRS.items():
        if text.startswith(f"+{code}"):
            national = text[len(code) + 1 :]
        elif text.startswith("+") or region != country:
            continue
        elif text.startswith(code) and len(text) - len(code) >= shortest:
            # Written with the country code but without its plus sign.
            national = text[len(code) :]
        else:
            national = text
        national, changed = repair(national)
        return f"+{code}{national}", changed
    return text, ""


def _repair_mexico(national: str) -> tuple[str, str]:
    """Drop 044, 045, 01 or 1 in front of ten digits (abolished in August 2019)."""
    found = re.fullmatch(r"(?:044|045|01|1)(\d{10})", national)
    return (found[1], "mx_old_prefix") if found else (national, "")


def _repair_brazil(national: str) -> tuple[str, str]:
    """Drop the trunk 0 and carrier code; give an eight-digit mobile its ninth digit."""
    found = re.fullmatch(r"0(?:\d\d)?([1-9]{2}\d{8,9})", national)
    national = found[1] if found else national
    found = re.fullmatch(r"([1-9]{2})([6-9]\d{7})", national)
    return (f"{found[1]}9{found[2]}", "br_ninth_digit") if found else (national, "")


def _repair_chile(national: str) -> tuple[str, str]:
    """Drop the 0 once dialled in front of nine digits."""
    found = re.fullmatch(r"0(\d{9})", national)
    return (found[1], "cl_old_prefix") if found else (national, "")


# Country: calling code, shortest national number, repair. What is missing here, such as
# Argentina's 15, the phonenumbers library repairs by itself.
_REPAIRS: Final[Mapping[str, tuple[str, int, Callable[[str], tuple[str, str]]]]] = {
    "MX": ("52", 10, _repair_mexico),
    "BR": ("55", 10, _repair_brazil),
    "CL": ("56", 9, _repair_chile),
}


def _kind(e164: str, country: str, line: int) -> Kind:
    if country == "CL":
        # Since 2018 every number has nine digits and the first tells the kind.
        return "mobile" if e164.startswith("+569") else "fixed"
    if country == "AR" and line == PhoneNumberType.FIXED_LINE:
        # A mobile typed without its 9 looks exactly like this.
        return "unsure"
    if line == PhoneNumberType.MOBILE:
        return "mobile"
    if line == PhoneNumberType.FIXED_LINE:
        return "fixed"
    return "unknown"


def _why_invalid(parsed: PhoneNumber) -> str:
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    local_only = reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    national = str(parsed.national_number)
    local = re.fullmatch(_LOCAL.get(parsed.country_code or 0, "-"), national)
    return "area_missing" if local_only or local else "invalid"
