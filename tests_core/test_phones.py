"""Telephone numbers: repaired where that is certain, refused where it is not, never shown whole."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phones import REASONS, InvalidPhone, Phone, equivalents, mask, normalise

# typed, country, normal form, kind, what was repaired
NUMBERS = [
    # Mexico: 044, 045, 01 and 1 are gone since 2019
    ("55 1234 5678", "MX", "+525512345678", "unknown", ""),
    ("044 55 1234 5678", "MX", "+525512345678", "unknown", "mx_old_prefix"),
    ("045 55 1234 5678", "MX", "+525512345678", "unknown", "mx_old_prefix"),
    ("01 55 1234 5678", "MX", "+525512345678", "unknown", "mx_old_prefix"),
    ("1 55 1234 5678", "MX", "+525512345678", "unknown", "mx_old_prefix"),
    ("+52 1 55 1234 5678", "MX", "+525512345678", "unknown", "mx_old_prefix"),
    ("0052 1 55 1234 5678", "MX", "+525512345678", "unknown", "mx_old_prefix"),
    ("5215512345678", "MX", "+525512345678", "unknown", "mx_old_prefix"),
    ("525512345678", "MX", "+525512345678", "unknown", ""),
    ("+52 1 55 1234 5678", "PE", "+525512345678", "unknown", "mx_old_prefix"),
    ("81 1234 5678", "MX", "+528112345678", "unknown", ""),
    # Brazil: the ninth digit
    ("(11) 98765-4321", "BR", "+5511987654321", "mobile", ""),
    ("(11) 8765-4321", "BR", "+5511987654321", "mobile", "br_ninth_digit"),
    ("+55 31 8765-4321", "BR", "+5531987654321", "mobile", "br_ninth_digit"),
    ("553187654321", "BR", "+5531987654321", "mobile", "br_ninth_digit"),
    ("0 11 98765-4321", "BR", "+5511987654321", "mobile", ""),
    ("0 15 11 98765-4321", "BR", "+5511987654321", "mobile", ""),
    ("0 21 11 8765-4321", "BR", "+5511987654321", "mobile", "br_ninth_digit"),
    ("5511987654321", "BR", "+5511987654321", "mobile", ""),
    ("+55 (0)11 98765-4321", "BR", "+5511987654321", "mobile", ""),
    ("55 99123-4567", "BR", "+5555991234567", "mobile", ""),
    ("(11) 3456-7890", "BR", "+551134567890", "fixed", ""),
    ("+55 21 2345-6789", "CL", "+552123456789", "fixed", ""),
    # Argentina: 9 abroad, 15 at home
    ("+54 9 11 2345 6789", "AR", "+5491123456789", "mobile", ""),
    ("011 15 2345-6789", "AR", "+5491123456789", "mobile", "ar_mobile_prefix"),
    ("11 15 2345-6789", "AR", "+5491123456789", "mobile", "ar_mobile_prefix"),
    ("0294 15 412-3456", "AR", "+5492944123456", "mobile", "ar_mobile_prefix"),
    ("5491123456789", "AR", "+5491123456789", "mobile", ""),
    ("9 11 2345 6789", "AR", "+5491123456789", "mobile", ""),
    ("+54 11 2345 6789", "AR", "+541123456789", "unsure", ""),
    ("11 2345 6789", "AR", "+541123456789", "unsure", ""),
    # Peru
    ("987 654 321", "PE", "+51987654321", "mobile", ""),
    ("+51 987-654-321", "CL", "+51987654321", "mobile", ""),
    ("51987654321", "PE", "+51987654321", "mobile", ""),
    ("0051 987654321", "PE", "+51987654321", "mobile", ""),
    ("01 456 7890", "PE", "+5114567890", "fixed", ""),
    # Colombia: landlines are 60x since 2022
    ("321 123 4567", "CO", "+573211234567", "mobile", ""),
    ("573211234567", "CO", "+573211234567", "mobile", ""),
    ("601 234 5678", "CO", "+576012345678", "fixed", ""),
    # Chile: the library does not tell a mobile, the first digit does
    ("9 8765 4321", "CL", "+56987654321", "mobile", ""),
    ("09 8765 4321", "CL", "+56987654321", "mobile", "cl_old_prefix"),
    ("56987654321", "CL", "+56987654321", "mobile", ""),
    ("2 2123 4567", "CL", "+56221234567", "fixed", ""),
    # others
    ("0991234567", "EC", "+593991234567", "mobile", ""),
    ("094231234", "UY", "+59894231234", "mobile", ""),
    ("0961456789", "PY", "+595961456789", "mobile", ""),
    ("71234567", "BO", "+59171234567", "mobile", ""),
    ("0412-1234567", "VE", "+584121234567", "mobile", ""),
    ("809-234-5678", "DO", "+18092345678", "unknown", ""),
    ("+1 787 234 5678", "DO", "+17872345678", "unknown", ""),
    ("tel:+51987654321", "", "+51987654321", "mobile", ""),
    ("\u202a+51 987 654 321\u202c", "", "+51987654321", "mobile", ""),
    ("+51\xa0987\u2009654\u2011321", "", "+51987654321", "mobile", ""),
    ("９８７６５４３２１", "PE", "+51987654321", "mobile", ""),
]
REFUSALS = [
    ("", "PE", "empty"),
    ("   ", "PE", "empty"),
    ("987654321", "", "no_country"),
    ("no tiene", "PE", "unreadable"),
    ("+", "PE", "unreadable"),
    ("rosa@example.com", "PE", "unreadable"),
    ("PE.12345678901234567890", "PE", "unreadable"),
    ("987654321 / 912345678", "PE", "unreadable"),
    ("987654321 ext 3", "PE", "extension"),
    ("01 456 7890 x12", "PE", "extension"),
    ("12", "PE", "invalid"),
    ("987654321987654321", "PE", "unreadable"),
    ("8765-4321", "BR", "area_missing"),
    ("98765-4321", "BR", "area_missing"),
    ("1234 5678", "MX", "area_missing"),
    ("+57 1 234 5678", "CO", "invalid"),
    ("15 2345 6789", "AR", "area_missing"),
    ("02944 15 12-3456", "AR", "invalid"),
    ("0800 123 4567", "BR", "service"),
    ("+999 123 456 789", "", "unreadable"),
]


@pytest.mark.parametrize(("typed", "country", "e164", "kind", "changed"), NUMBERS)
def test_number_comes_into_its_normal_form(
    typed: str, country: str, e164: str, kind: str, changed: str
) -> None:
    phone = normalise(typed, country)
    assert (phone.e164, phone.kind, phone.changed) == (e164, kind, changed)
    assert phone.can_receive is (kind != "fixed")


@pytest.mark.parametrize(("typed", "country", "e164", "kind", "changed"), NUMBERS)
def test_normal_form_stays_as_it_is(
    typed: str, country: str, e164: str, kind: str, changed: str
) -> None:
    again = normalise(e164, country)
    assert (again.e164, again.kind, again.changed) == (e164, kind, "")


@pytest.mark.parametrize(("typed", "country", "reason"), REFUSALS)
def test_number_that_cannot_be_used_is_refused_with_its_reason(
    typed: str, country: str, reason: str
) -> None:
    with pytest.raises(InvalidPhone) as refusal:
        normalise(typed, country)
    assert refusal.value.reason == reason
    assert str(refusal.value) == REASONS[reason]
    assert refusal.value.__context__ is None or refusal.value.__suppress_context__


def test_country_is_the_numbers_own() -> None:
    assert normalise("+52 55 1234 5678", "PE").country == "MX"
    assert normalise("809-234-5678", "DO").country == "DO"
    assert normalise("+1 787 234 5678", "DO").country == "PR"


@pytest.mark.parametrize(
    ("number", "forms"),
    [
        ("+525512345678", {"525512345678", "5215512345678"}),
        ("5215512345678", {"525512345678", "5215512345678"}),
        ("+5491123456789", {"5491123456789", "541123456789"}),
        ("+541123456789", {"5491123456789", "541123456789"}),
        ("+5511987654321", {"5511987654321", "551187654321"}),
        ("553187654321", {"5531987654321", "553187654321"}),
        ("+551134567890", {"551134567890"}),
        ("+5511951234567", {"5511951234567"}),
        ("+51987654321", {"51987654321"}),
        ("+18092345678", {"18092345678"}),
    ],
)
def test_number_is_found_under_all_its_wa_ids(number: str, forms: set[str]) -> None:
    assert equivalents(number) == forms


@given(st.from_regex(r"(?:52|521|54|549|55|51|57|56)[1-9][0-9]{9,10}", fullmatch=True))
def test_equivalence_is_the_same_from_either_side(digits: str) -> None:
    for form in equivalents(digits):
        assert equivalents(form) == equivalents(digits)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+51987654321", "+51 ••• ••• 321"),
        ("51987654321", "••• ••• 321"),
        ("+18092345678", "+1 ••• ••• 678"),
        ("+593991234567", "+593 ••• ••• 567"),
        ("+5112345", "+51 •••"),
        ("123", "•••"),
        ("", "•••"),
        ("+999999999999", "••• ••• 999"),
    ],
)
def test_mask_shows_country_and_last_three_digits(number: str, shown: str) -> None:
    assert mask(number) == shown


@given(st.from_regex(r"\+?[0-9 ()-]{0,24}", fullmatch=True))
def test_mask_never_shows_more(number: str) -> None:
    digits = re.sub(r"\D", "", number)
    shown = re.sub(r"\D", "", mask(number))
    assert len(shown) <= 6
    assert len(shown) <= max(0, len(digits) - 4)


def test_repr_shows_no_whole_number() -> None:
    phone = normalise("987654321", "PE")
    assert repr(phone) == "Phone(+51 ••• ••• 321, PE, mobile)"
    assert isinstance(phone, Phone) and "654" not in f"{phone}"


@given(st.text(max_size=30), st.sampled_from(["", "MX", "BR", "AR", "PE", "CO", "CL", "xx"]))
def test_any_text_is_a_number_or_a_reason(text: str, country: str) -> None:
    try:
        phone = normalise(text, country)
    except InvalidPhone as refusal:
        assert refusal.reason in REASONS
    else:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", phone.e164)
