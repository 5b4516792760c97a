"""The neutral first message: what must not stand in it, and what its answers mean."""

import pytest

from core.first_touch import read_answer, says_too_much

YES = [
    "Sí",
    "si",
    "SÍ, soy yo",
    "Hola, sí soy yo, dígame",
    "soy yo",
    "Buenas tardes, soy yo",
    "Correcto.",
    "con ella habla",
    "Claro que sí",
    "Sim",
    "sim, sou eu",
    "Sou eu mesma",
    "Olá, sou eu",
    "isso mesmo!",
    "yes",
    "Yes, it's me",
    "This is me",
]
NO = [
    "No",
    "no soy yo",
    "No, no soy yo",
    "número equivocado",
    "Hola, está equivocado",
    "No soy esa persona",
    "no la conozco",
    "No lo conozco, gracias",
    "Se equivoca",
    "Não",
    "não sou eu",
    "Engano",
    "número errado",
    "Não conheço essa pessoa",
    "wrong number",
    "Not me",
]
NEITHER = [
    "",
    "¿Quién es?",
    "¿Sí?",
    "soy su hermana",
    "Sí, pero no soy yo quien debe",
    "Rosa ya no vive aquí",
    "soy Pedro",
    "No entiendo",
    "Mándeme la factura",
    "sou o filho dela",
    "No es urgente, llámeme mañana",
    "👍",
    "who is this",
]


@pytest.mark.parametrize("text", YES)
def test_an_answer_says_that_it_is_the_person(text: str) -> None:
    assert read_answer(text) == "it_is_me"


@pytest.mark.parametrize("text", NO)
def test_an_answer_says_that_it_is_somebody_else(text: str) -> None:
    assert read_answer(text) == "not_me"


@pytest.mark.parametrize("text", NEITHER)
def test_anything_else_is_left_to_a_person(text: str) -> None:
    assert read_answer(text) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hola, somos {{company_name}}. ¿Hablamos con {{customer_name}}?", ()),
        ("Olá, somos {{company_name}}. Falamos com {{customer_name}}?", ()),
        ("Hello, this is {{company_name}}. Is this {{customer_name}}?", ()),
        ("Tenemos un asunto pendiente con usted", ("pendiente",)),
        ("Su deuda está vencida", ("deuda", "vencida")),
        ("Por favor pague su factura", ("pague", "factura")),
        ("Há um boleto em aberto", ("boleto",)),
        ("Le escribe el área de cobranzas", ("cobranzas",)),
        ("You owe us an overdue invoice", ("owe", "overdue", "invoice")),
        ("Visite nuestra página", ()),
    ],
)
def test_words_of_money_and_debt_are_found(text: str, found: tuple[str, ...]) -> None:
    assert says_too_much(text) == found


def test_variables_that_tell_of_the_debt_are_found() -> None:
    assert says_too_much("Hola", ["customer_name", "amount_total"]) == ("amount_total",)
