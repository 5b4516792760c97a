"""A wish to agree is heard in three languages, cautiously: the rest is for a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.optout import is_stop
from core.wish import is_wish_to_agree

WISHES = [
    "¿puedo pagar en 3 partes?",
    "Hola, puedo pagar en tres cuotas?",
    "buenas tardes quisiera pagar la factura en dos pagos",
    "¿Se puede pagar en cuotas?",
    "Podría cancelarlo en 2 partes por favor",
    "me gustaría pagar en abonos",
    "Es posible pagar a plazos?",
    "puedo pagar la mitad hoy y la mitad la otra semana",
    "quiero fraccionar la deuda",
    "puedo refinanciar?",
    "¿Me dan unos días?",
    "me da unos días más por favor",
    "¿me pueden dar más plazo?",
    "Me podrían dar una semana más",
    "denme unos días",
    "necesito más tiempo",
    "Necesito un poco más de plazo",
    "quiero llegar a un acuerdo",
    "Quisiera hacer un convenio de pago",
    "tienen facilidades de pago?",
    "podemos hacer un plan de pagos?",
    "puedo pagar el viernes?",
    "¿Puedo pagar la próxima semana?",
    "No puedo pagar todo hoy, ¿puedo pagar en 3 partes?",
    "posso parcelar?",
    "Posso parcelar em 3x?",
    "dá pra pagar em 2 vezes?",
    "Tem como parcelar",
    "consigo pagar em 3 parcelas?",
    "Gostaria de fazer um acordo",
    "quero negociar",
    "preciso de mais prazo",
    "me dão uns dias?",
    "Pode me dar mais uns dias?",
    "Posso pagar na sexta?",
    "posso pagar semana que vem?",
    "vocês aceitam parcelamento?",
    "Can I pay in 3 instalments?",
    "could you give me a few days",
    "Can I pay next week?",
]
OTHERS = [
    "",
    "hola",
    "ok gracias",
    "voy a pagar el viernes",
    "mañana pago",
    "vou pagar na sexta",
    "ya pagué en 3 partes",
    "Ya pagué. ¿Me dan unos días para enviar el comprobante?",
    "pagué la factura en cuotas",
    "no puedo pagar en 3 partes",
    "no quiero un acuerdo",
    "No quiero fraccionar nada",
    "não quero parcelar",
    "não posso pagar em 3 vezes",
    "no me dan plazo nunca",
    "no puedo pagar",
    "¿cuánto debo?",
    "¿puedo pagar con tarjeta?",
    "puedo pagar por yape?",
    "¿dónde puedo pagar?",
    "posso pagar com pix?",
    "¿en cuántas partes vino el pedido?",
    "el pedido llegó en 3 partes",
    "la factura está mal, ¿puedo pagar en 3 partes?",
    "no debo eso. ¿me dan unos días para reclamar?",
    "Ya hablé con mi abogado, quiero llegar a un acuerdo",
    "esto es una estafa",
    "BAJA",
    "necesito la factura en PDF",
    "quiero la factura",
    "me puede enviar la factura?",
    "me dan la cuenta del banco?",
    "me dan los datos para pagar?",
    "Hay un acuerdo con ustedes firmado en mayo",
    "¿puedo pagar en el banco?",
    "puedo pagar en efectivo?",
    "quiero más mercadería",
    "necesito 3 cajas más",
    "palabra " * 70 + "¿puedo pagar en 3 partes?",
]


@pytest.mark.parametrize("text", WISHES)
def test_a_wish_is_heard(text):
    assert is_wish_to_agree(text)
    assert is_wish_to_agree(text.upper())
    assert not is_stop(text)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_doubtful_is_left_to_a_person(text):
    assert not is_wish_to_agree(text)


@given(st.text(max_size=400))
def test_any_text_has_an_answer(text):
    assert is_wish_to_agree(text) in (True, False)


@given(st.sampled_from(WISHES), st.sampled_from(["¡Hola! ", "Buenos días, ", "Sr. López: "]))
def test_a_greeting_changes_nothing(text, greeting):
    assert is_wish_to_agree(greeting + text + " Gracias.")
