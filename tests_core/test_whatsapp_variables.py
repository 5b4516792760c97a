"""Variables have a sample in each language, and the words about a template are data."""

import re

import pytest

from core.debt.charge_words import NOTHING_ADDED, PARTS
from core.whatsapp.payload import clean_value
from core.whatsapp.sample_pdf import sample_pdf
from core.whatsapp.template_rules import LANGUAGES
from core.whatsapp.template_words import (
    REJECTIONS,
    STATUSES,
    SUBCODES,
    rejection_of,
    status_of,
)
from core.whatsapp.variables import BASES, VARIABLES, base_language, samples


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_each_variable_has_a_sample_that_whatsapp_takes(language: str) -> None:
    for name, sample in samples(language).items():
        assert re.fullmatch(r"[a-z][a-z_]*", name)
        assert sample and sample == clean_value(sample)


def test_samples_are_written_as_the_country_writes() -> None:
    assert VARIABLES["amount_total"].sample("es") == "S/ 1,250.00"
    assert VARIABLES["amount_total"].sample("es_CL") == "$ 125.000"
    assert VARIABLES["amount_total"].sample("pt_BR") == "R$ 1.250,00"
    assert VARIABLES["invoice_list"].sample("es_MX").startswith("FACTU/2027/0042, $ 1,250.00")


@pytest.mark.parametrize(
    ("language", "base"),
    [("es_PE", "es"), ("pt_BR", "pt"), ("en_US", "en"), ("fr", "es"), ("", "es")],
)
def test_texts_for_customers_are_in_a_language_that_is_there(language: str, base: str) -> None:
    assert base_language(language) == base
    assert set(BASES) == set(NOTHING_ADDED) == set(PARTS)


@pytest.mark.parametrize("status", ["APPROVED", "REINSTATED", "UNARCHIVED", "FLAGGED"])
def test_only_these_states_are_sendable(status: str) -> None:
    assert status_of(status).sendable
    assert sum(row.sendable for row in STATUSES.values()) == 4


def test_what_meta_invents_later_is_not_sendable_and_calls_a_person() -> None:
    assert not status_of("ENCHANTED").sendable
    assert status_of("ENCHANTED").alert
    assert not status_of("").sendable


@pytest.mark.parametrize("reason", ["", "NONE", "none", "null", " "])
def test_no_reason_is_no_words(reason: str) -> None:
    assert rejection_of(reason) == ""


def test_reasons_and_subcodes_are_said_in_words() -> None:
    assert rejection_of("scam") == REJECTIONS["SCAM"]
    assert rejection_of("Paused for 3 hours.") == "Paused for 3 hours."
    assert all(text.endswith(".") for text in [*REJECTIONS.values(), *SUBCODES.values()])


def test_sample_pdf_is_a_whole_pdf() -> None:
    content = sample_pdf()
    assert content.startswith(b"%PDF-1.4\n") and content.endswith(b"%%EOF\n")
    start = int(re.search(rb"startxref\n(\d+)", content)[1])
    assert content[start:].startswith(b"xref\n0 6\n")
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n", content), 1):
        assert content[int(offset) :].startswith(b"%d 0 obj" % number)
