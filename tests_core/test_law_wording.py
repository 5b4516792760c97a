"""The words of a reminder: what may not be said, what must be, and what is ordinary business."""

import re
import time
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_helpers import LAW_ONLY, ask, codes, facts, instant

from core.debt import charge_words
from core.debt.charge_words import NOTHING_ADDED
from core.law.gate import Proposal, decide, impediments
from core.law.jurisdiction import jurisdiction_from_rows
from core.law.pack_reader import read_packs, shipped_law
from core.law.verdict import SENTENCES, explain
from core.law.wording import EVERYWHERE, check_wording, wording_rules
from core.law.wording_content import CONTENTS, PARTS
from core.law.wording_phrases import BETTER, FORBIDDEN
from core.law.wording_sentences import WORDING_SENTENCES
from core.whatsapp.template_rules import check_template, render, variables

TODAY = date(2026, 11, 23)
MONDAY = "2026-11-23T10:00-05:00"

# kind | text | the phrase that is found
BAD = """
threat | Si no paga hoy, embargaremos sus bienes. | embargaremos
threat | Evite el embargo de su sueldo. | embargo
threat | Su vivienda será embargada. | embargada
threat | Remataremos su casa. | Remataremos su casa
threat | Va a perder su auto. | perder su auto
threat | Le quitaremos el vehículo. | Le quitaremos el vehículo
threat | Puede terminar en la cárcel. | cárcel
threat | Iremos con la policía. | Iremos con la policía
threat | Aténgase a las consecuencias. | Aténgase a las consecuencias
threat | Evite consecuencias mayores y pague. | Evite consecuencias
threat | Se va a arrepentir: lo vamos a encontrar. | vamos a encontrar
threat | Sabemos dónde vive. | Sabemos dónde vive
threat | Iremos a su domicilio a cobrar. | Iremos a su domicilio
threat | Por las buenas o por las malas nos pagará. | Por las buenas
threat | Nos veremos obligados a actuar. | Nos veremos obligados
threat | Seguiremos llamando hasta que pague. | Seguiremos llamando hasta
threat | Lo llamaremos todos los días. | Lo llamaremos todos
threat | Última advertencia. | Última advertencia
threat | Tomaremos medidas más drásticas. | Tomaremos medidas más
threat | ¡Queda advertido! | Queda advertido
threat | Su *em*bargo ya está listo. | em*bargo
judicial | Iniciaremos acciones legales en su contra. | Iniciaremos acciones
judicial | Su caso pasará a cobranza judicial. | cobranza judicial
judicial | De lo contrario lo demandaremos. | lo demandaremos
judicial | Presentaremos una demanda. | Presentaremos una demanda
judicial | Evite una demanda. | Evite una demanda
judicial | Su deuda fue derivada a nuestros abogados. | derivada a nuestros abogados
judicial | Lo llevaremos a juicio. | llevaremos a juicio
judicial | Nos veremos en los tribunales. | veremos en los tribunales
judicial | Acudiremos al juzgado. | al juzgado
judicial | NOTIFICACIÓN JUDICIAL | NOTIFICACIÓN JUDICIAL
judicial | ULTIMO AVISO LEGAL | ULTIMO AVISO LEGAL
judicial | Departamento Jurídico | Departamento Jurídico
judicial | No lo demandaremos si paga hoy. | lo demandaremos
judicial | Etapa pre-judicial de cobro | pre-judicial
judicial | Ejecutaremos la garantía. | Ejecutaremos la garantía
judicial | Su pagaré será protestado. | será protestado
judicial | Se librará orden de captura. | orden de captura
judicial | Será denunciado por estafa. | Será denunciado
judicial | Entablaremos juicio ejecutivo. | Entablaremos juicio
shame | Publicaremos su nombre en Facebook. | Publicaremos su nombre en Facebook
shame | Aparecerá en la lista de morosos. | lista de morosos
shame | Está en la lista negra. | lista negra
shame | Debería darle vergüenza. | Debería darle vergüenza
shame | Todos sabrán que no paga. | Todos sabrán
shame | Sus vecinos se enterarán. | Sus vecinos se enterarán
shame | Colocaremos un cartel en su casa. | cartel en su casa
shame | Su reputación quedará dañada: dañaremos su reputación. | dañaremos su reputación
insult | Usted es un moroso. | moroso
insult | Estimado moroso, pague. | moroso
insult | Es usted un sinvergüenza. | sinvergüenza
insult | No sea mala paga. | mala paga
insult | Usted es un estafador. | estafador
insult | Qué irresponsable. | irresponsable
insult | Los clientes sin palabra no merecen crédito. | sin palabra
third_party | Llamaremos a su jefe. | Llamaremos a su jefe
third_party | Contactaremos a sus familiares. | Contactaremos a sus familiares
third_party | Informaremos de esta deuda a sus vecinos. | Informaremos de esta deuda a sus vecinos
third_party | Su hermano nos debe 300 soles. | Su hermano nos debe
third_party | Dígale a su esposo que pague. | Dígale a su esposo que pague
third_party | Usted figura como referencia de Juan. | figura como referencia
third_party | Vamos a hablar con su empleador. | hablar con su empleador
third_party | Notificaremos a recursos humanos. | Notificaremos a recursos humanos
third_party | Su empleador será notificado. | Su empleador será notificado
promotion | Pague hoy y obtenga 10% de descuento. | 10% de descuento
promotion | Aproveche nuestra oferta. | Aproveche nuestra oferta
promotion | Además conozca nuestros nuevos productos. | conozca nuestros nuevos productos
promotion | Gane un premio al pagar. | Gane un premio
promotion | Promoción válida hasta fin de mes. | Promoción válida
promotion | Tiene un crédito preaprobado. | crédito preaprobado
promotion | Participe en el sorteo. | Participe en el sorteo
why_not_paid | ¿Por qué no ha pagado? | Por qué no ha pagado
why_not_paid | ¿Por qué aún no paga su factura? | Por qué aún no paga
why_not_paid | Indíquenos el motivo del atraso. | Indíquenos el motivo del atraso
why_not_paid | ¿A qué se debe la mora? | A qué se debe la mora
why_not_paid | ¿Cuál es la razón de su incumplimiento? | razón de su incumplimiento
why_not_paid | ¿Qué pasó con su pago? | Qué pasó con su pago
why_not_paid | Cuéntenos por qué motivo no pagó. | por qué motivo no pagó
bureau_threat | Lo reportaremos a Datacrédito. | reportaremos a Datacrédito
bureau_threat | Será reportado en centrales de riesgo. | reportado en centrales de riesgo
bureau_threat | Su nombre irá a Infocorp. | a Infocorp
bureau_threat | Quedará registrado en el buró de crédito. | registrado en el buró de crédito
bureau_threat | Afectará su historial crediticio. | Afectará su historial
bureau_threat | Lo incluiremos en el Veraz. | incluiremos en el Veraz
bureau_threat | Será publicado en DICOM: lo ingresaremos a DICOM. | ingresaremos a DICOM
impersonation | El juzgado le notifica su deuda. | juzgado le notifica
impersonation | Somos de la Fiscalía. | Somos de la Fiscalía
impersonation | Por orden del juez, pague. | Por orden del juez
impersonation | Le hablo en nombre del gobierno. | en nombre del gobierno
impersonation | SUNAT le comunica que adeuda. | SUNAT le comunica
impersonation | Le habla el Dr. Pérez del juzgado. | habla el Dr. Pérez del juzgado
threat | Su sueldo será retenido. | sueldo será retenido
threat | Congelaremos sus cuentas. | Congelaremos sus cuentas
judicial | Esto puede terminar en un juicio. | terminar en un juicio
judicial | Responderá ante un juez. | ante un juez
shame | No tiene vergüenza. | No tiene vergüenza
shame | Todo el barrio sabrá que debe. | Todo el barrio sabrá
insult | Deje de esconderse. | Deje de esconderse
third_party | Llamaremos a todos sus contactos. | Llamaremos a todos sus contactos
third_party | Avisaremos en tu trabajo. | Avisaremos en tu trabajo
third_party | Enviaremos cartas a sus vecinos. | Enviaremos cartas a sus vecinos
third_party | Avisar a Juan que tiene una deuda. | Avisar a Juan que tiene una deuda
promotion | Le condonamos el 50 % de la deuda. | condonamos
promotion | Tenemos promociones 2x1. | Tenemos promociones
why_not_paid | ¿Porque no has pagado? | ¿Porque no has pagado
why_not_paid | ¿Por qué no pagaste? | Por qué no pagaste
bureau_threat | Su score crediticio bajará. | score crediticio bajará
false_urgency | URGENTE: pague su factura. | URGENTE:
false_urgency | Es su última oportunidad. | última oportunidad
false_urgency | Tiene 24 horas para pagar. | Tiene 24 horas
false_urgency | Pague inmediatamente. | Pague inmediatamente
false_urgency | Último aviso antes de actuar. | Último aviso antes
false_urgency | Su cuenta será bloqueada. | Su cuenta será bloqueada
false_urgency | Evite problemas. | Evite problemas
false_urgency | Plazo improrrogable | Plazo improrrogable
threat | Vamos penhorar seus bens. | penhorar
threat | Você vai perder sua casa. | vai perder sua casa
threat | Isso dá cadeia. | cadeia
threat | Evite consequências. | Evite consequências
threat | Iremos até sua casa. | Iremos até sua casa
judicial | Tomaremos as providências cabíveis. | providências cabíveis
threat | Seremos obrigados a agir. | Seremos obrigados a
judicial | Entraremos com uma ação judicial. | Entraremos com uma ação
judicial | O título será protestado em cartório. | será protestado
judicial | Será encaminhado ao nosso jurídico. | encaminhado ao nosso jurídico
judicial | Vamos processá-lo. | processá-lo
judicial | Você será processado. | Você será processado
judicial | Cobrança judicial em andamento. | Cobrança judicial
judicial | Vamos à justiça: acionaremos a justiça. | acionaremos a justiça
shame | Vamos divulgar seu nome nas redes sociais. | divulgar seu nome nas redes sociais
shame | Você deveria ter vergonha. | deveria ter vergonha
shame | Lista de devedores | Lista de devedores
insult | Seu caloteiro! | caloteiro
insult | Você é um mau pagador. | mau pagador
third_party | Vamos ligar para o seu chefe. | ligar para o seu chefe
third_party | Avisaremos sua família. | Avisaremos sua família
third_party | Seu marido nos deve. | Seu marido nos deve
promotion | Pague hoje com 20% de desconto. | 20% de desconto
promotion | Aproveite nossa promoção. | Aproveite nossa promoção
promotion | Ganhe um brinde. | Ganhe um brinde
why_not_paid | Por que você não pagou? | Por que você não pagou
why_not_paid | Qual o motivo do atraso? | Qual o motivo do atraso
why_not_paid | Informe o motivo da inadimplência. | Informe o motivo da inadimplência
bureau_threat | Seu nome irá para o SPC e Serasa. | Serasa
bureau_threat | Vamos negativar seu CPF. | negativar
bureau_threat | Não fique com o nome sujo: seu nome ficará sujo. | nome ficará sujo
impersonation | A Receita Federal informa seu débito. | Receita Federal informa
impersonation | Por ordem do juiz. | Por ordem do juiz
false_urgency | Última chance de regularizar. | Última chance
false_urgency | Pague imediatamente. | Pague imediatamente
false_urgency | Você tem 24 horas. | tem 24 horas
threat | We will seize your assets. | seize your assets
threat | Avoid serious consequences. | Avoid serious consequences
threat | You will lose your house. | You will lose your house
judicial | We will take legal action. | legal action
judicial | We will sue you. | will sue
judicial | The case goes to court. | to court
judicial | Our lawyers will contact you. | Our lawyers
shame | We will publish your name. | publish your name
shame | You should be ashamed. | You should be ashamed
insult | You are a deadbeat. | deadbeat
third_party | We will call your boss. | call your boss
third_party | Tell your husband. | Tell your husband
promotion | Get 10% off if you buy now. | 10% off
why_not_paid | Why have you not paid? | Why have you not paid
why_not_paid | Why haven't you paid your invoice? | Why haven't you paid
bureau_threat | We will report you to the credit bureau. | report you to the credit bureau
impersonation | This is a court notice. | court notice
false_urgency | Last chance to pay. | Last chance
false_urgency | Your account will be blocked. | Your account will be blocked
"""

GOOD = """
Este es el último recordatorio por este medio.
Este es el último aviso por WhatsApp.
Su factura F001-123 tiene vencimiento el 15/01/2027.
Sin embargo, si ya realizó el pago, ignore este mensaje.
Sin embargo, si usted no reconoce la factura, avísenos.
Entregamos en Calle Juzgado 120, Surco.
Estimado señor Carlos Juzgado: su factura vence mañana.
Nuestro local está frente al Juzgado de Paz.
Por la alta demanda, la entrega de sus productos demora.
La demanda de cemento subió este mes.
El importe incluye gastos de envío.
El plazo para pagar es de 30 días.
Estamos listos para procesar el pago con tarjeta.
Su pago será procesado en 24 horas.
Letra de cambio sin protesto.
Su factura queda sin gastos ni protesto.
Cobranza extrajudicial: factura pendiente.
Este aviso no es un procedimiento de ejecución de bienes.
Este mensaje no constituye una acción judicial.
No se trata de una notificación judicial.
No compartimos su información con terceros.
No contactamos a sus familiares.
Razón social: Comercial Andina SAC.
Por la razón social indicada emitimos la factura.
El motivo de este mensaje es recordarle su factura.
¿Por qué medio desea pagar?
¿Por qué recibo este mensaje?
¿Cuándo y cómo desea pagar?
Si necesita un acuerdo de pago, responda a este mensaje.
Le agradecemos regularizar el saldo a la brevedad.
Le agradecemos su pago lo antes posible.
Evite recargos pagando antes del vencimiento.
Los intereses moratorios se calculan según contrato.
Adjuntamos el detalle de la mora.
El descuento de la nota de crédito ya está aplicado.
Aprovechamos para saludarle.
Puede pagar en línea o llamar gratis al 0800 123.
Comuníquese con su ejecutivo de cuenta.
Consulte con su contador.
Puede reenviar este mensaje a su área de pagos.
Avise a su banco si no reconoce el cargo.
El representante legal firmó el contrato.
La factura es por obras de ingeniería civil.
Brindamos información veraz y oportuna.
Factura por seguro de responsabilidad civil.
El pedido quedó detenido en aduana.
Gracias por su orden de compra.
La orden de servicio 45 está facturada.
Su pedido será enviado a su domicilio.
El recibo llegará a su domicilio.
Puede retirar su vehículo del taller.
Mantenimiento de su casa, cuota de noviembre.
Pago pendiente de la cuenta 123.
Si es urgente, llámenos.
Puede cancelar su factura con Yape.
Cancele el saldo con transferencia.
Responda BAJA para no recibir más avisos.
El cheque fue presentado al banco.
Presentaremos la factura corregida.
Preparamos su pedido.
Su familia de productos favorita: repuestos.
Factura del colegio de sus hijos.
La ejecución de la obra terminó; adjuntamos la factura.
Denominación: Policía Nacional, factura 12.
Los conceptos legales de la factura están en el anexo.
Aviso legal: mensaje confidencial.
Sentimos la demora en la entrega.
Ha vencido la cuota 3 de su plan de pagos.
Su saldo con nosotros es de S/ 120.00.
Nuestro equipo le ayudará con gusto.
Acordamos un plazo de 15 días.
Le escribimos por la cuota de su departamento.
Síganos en nuestras redes sociales.
Este é o último lembrete por este canal.
Seu pagamento será processado em até dois dias.
Vamos processar o pagamento do pedido.
Rua da Justiça, 45, Centro.
Somos proveedores de la Policía Nacional.
Somos Corte y Confección Lima.
Arca Continental le comunica su saldo.
Le escribimos porque no hemos recibido su pago.
Porque no ha pagado antes del corte, la factura figura pendiente.
La retención de impuestos ya está descontada.
El Dr. Pérez le envía su factura.
O prazo para pagamento é de 30 dias.
Sem juros, multa ou outras taxas.
Agradecemos o pagamento até o vencimento.
Se já pagou, desconsidere esta mensagem.
Por favor, qual data fica melhor para o pagamento?
Se quiser combinar uma data, responda.
Esta mensagem não é uma cobrança judicial.
Não compartilhamos seus dados com terceiros.
Pague agora pelo Pix: copie o código.
Aproveitamos para agradecer a parceria.
O desconto já está na nota.
Aumento da demanda no fim do ano.
O boleto foi enviado para o seu e-mail.
A nota fiscal da construção civil segue anexa.
O representante legal assinou.
Pagamento em atraso desde 10/01/2027.
Moro em Boa Vista.
O pedido foi encaminhado ao estoque.
O motivo desta mensagem é lembrar a fatura.
Loja na Avenida do Fórum, 20.
A ação comercial terminou.
Responda SAIR para não receber avisos.
This is a friendly reminder of your invoice.
Your payment is due on 15 January 2027.
If you have already paid, please ignore this message.
Please contact us with any questions.
Ship to 14 Court Street.
Sue Parker, your account manager, writes to you.
We can process the payment today.
The legal name on the invoice is Acme SAC.
The demand for our goods is high.
This is not a legal notice.
Thank you for your order.
We would be glad to agree on a payment date.
The discount is already on the invoice.
Which date would suit you?
"""

BAD_ROWS = [tuple(map(str.strip, row.split("|"))) for row in BAD.strip().splitlines()]
GOOD_ROWS = GOOD.strip().splitlines()


@pytest.mark.parametrize(("code", "text", "phrase"), BAD_ROWS, ids=[row[1] for row in BAD_ROWS])
def test_what_must_not_be_said_is_found_and_named(code, text, phrase):
    findings = check_wording(text)
    assert (code, phrase) in [(found.code, found.phrase) for found in findings]
    for found in findings:
        assert text[found.start : found.end] == found.phrase
        assert found.better
        assert found.legal_reference


@pytest.mark.parametrize("text", GOOD_ROWS)
def test_ordinary_words_of_business_pass(text):
    assert check_wording(text) == ()


def test_both_sides_are_tested_well():
    assert len(BAD_ROWS) >= 100
    assert len(GOOD_ROWS) >= 100
    assert {row[0] for row in BAD_ROWS} == set(FORBIDDEN)


# === NEGATION, PLACES, LANGUAGES ===


@pytest.mark.parametrize(
    ("denied", "meant"),
    [
        ("No es una acción judicial.", "Es una acción judicial."),
        ("Sin acciones legales.", "Habrá acciones legales."),
        ("Nunca llamaremos a su familia.", "Mañana llamaremos a su familia."),
        ("No lo demandaremos.", "No lo demandaremos si paga."),
        ("Sem cobrança judicial.", "Com cobrança judicial."),
        ("Não é uma ameaça.", "É uma ameaça."),
        ("This is not a legal action.", "This is a legal action."),
        ("Sin embargo, pague.", "Viene el embargo, pague."),
    ],
)
def test_what_is_denied_is_not_said(denied, meant):
    assert check_wording(denied) == ()
    assert check_wording(meant)


def test_a_phrase_is_found_through_accents_case_emphasis_and_line_breaks():
    for text in ("ACCIÓN JUDICIAL", "accion\njudicial", "*acción* _judicial_", "Acción “judicial”"):
        (found,) = check_wording(text)
        assert found.code == "judicial"
        assert text[found.start : found.end] == found.phrase


def test_a_phrase_does_not_reach_over_a_full_stop():
    assert check_wording("Estimado Ministerio de Salud. La factura 12 le informa el detalle.") == ()


def test_the_value_of_a_variable_is_not_read_as_words():
    assert check_wording("Hola {{judicial_embargo}}, gracias.") == ()


def test_a_language_may_be_named():
    text = "Vamos penhorar seus bens."
    assert check_wording(text, lang="pt_BR")
    assert check_wording(text, lang="es") == ()
    assert check_wording(text, lang="qu") == check_wording(text)


def test_the_better_wording_is_in_the_language_of_the_text():
    (found,) = check_wording("Você é um caloteiro.")
    assert found.better == BETTER["insult"]["pt"]
    rules = wording_rules(invented("content", legal="fine"))
    texts = {
        "es": "Hola, su factura con el pago.",
        "pt": "Olá, sua fatura do mês.",
        "en": "Hello, your invoice.",
    }
    for lang, text in texts.items():
        assert check_wording(text, rules=rules)[0].better == PARTS["fine"].better[lang]


def test_the_longest_phrase_stands_for_those_within_it():
    (found,) = check_wording("Aparece en la lista de morosos.")
    assert (found.code, found.phrase) == ("shame", "lista de morosos")


@pytest.mark.parametrize("code", sorted(BETTER))
@pytest.mark.parametrize("lang", ["es", "pt", "en"])
def test_every_better_wording_is_clean_itself(code, lang):
    assert check_wording(BETTER[code][lang]) == ()


@pytest.mark.parametrize("name", sorted(PARTS))
@pytest.mark.parametrize("lang", ["es", "pt", "en"])
def test_every_wording_that_is_offered_says_what_is_missing(name, lang):
    better = PARTS[name].better[lang]
    assert check_wording(better) == ()
    for term in (term for term, parts in CONTENTS.items() if parts == (name,)):
        rules = wording_rules(invented("content", term))
        assert check_wording("…", rules=rules)[0].code == f"missing_{term}"
        assert check_wording(better, rules=rules) == ()


def test_the_tables_are_complete():
    assert set(BETTER) == set(FORBIDDEN) > EVERYWHERE
    for code, langs in FORBIDDEN.items():
        assert set(langs) == set(BETTER[code]) == {"es", "pt", "en"}
        assert f"wording.{code}" in SENTENCES
    assert {part for parts in CONTENTS.values() for part in parts} == set(PARTS)
    assert set(WORDING_SENTENCES) <= set(SENTENCES)
    for term in CONTENTS:
        assert f"wording.missing_{term}" in SENTENCES


# === WHICH RULES BIND ===


def law(country, state="", on=TODAY):
    return shipped_law().in_force(country, state, on)


def invented(kind, legal="", prudent="", **values):
    """A pack with one rule on wording."""
    row = {"kind": kind, "legal": legal, "prudent": prudent, "legal_reference": "art. 1", **values}
    return jurisdiction_from_rows({"country": "XX", "date_from": "2020-01-01"}, [row])


@pytest.mark.parametrize("pack", read_packs(), ids=lambda pack: pack.header["id"])
def test_every_term_of_the_packs_is_known(pack):
    jurisdiction = jurisdiction_from_rows(pack.header, pack.rules)
    for rule in jurisdiction.contents:
        assert rule.terms <= set(CONTENTS)
    for rule in jurisdiction.forbidden:
        assert rule.terms <= set(FORBIDDEN)


@pytest.mark.parametrize(
    "country", sorted({place.country for place in shipped_law().jurisdictions})
)
@pytest.mark.parametrize("channel", ["whatsapp", "sms", "email"])
@pytest.mark.parametrize("kind", ["consumer", "micro", "business"])
def test_a_forbidden_statement_stops_a_message_everywhere(country, channel, kind):
    rules = wording_rules(law(country), channel, kind)
    for code in set(FORBIDDEN) - {"why_not_paid"}:
        text = next(text for bad, text, _phrase in BAD_ROWS if bad == code)
        found = next(f for f in check_wording(text, rules=rules) if f.code == code)
        assert found.severity == "blocking"
        assert found.layer == "law" or code not in EVERYWHERE


def test_asking_why_one_has_not_paid_is_forbidden_in_colombia_and_bad_manners_elsewhere():
    text = "¿Por qué no ha pagado?"
    (found,) = check_wording(text, rules=law("CO"), purpose="reply")
    assert (found.severity, found.layer) == ("blocking", "law")
    assert found.legal_reference == "Ley 2300 de 2023 arts. 4 and 7"
    (found,) = check_wording(text, rules=law("PE"), purpose="reply")
    assert found.severity == "warning"


def test_the_article_of_the_country_is_cited():
    (found,) = check_wording("Acción judicial", rules=law("CL"), purpose="reply")
    assert found.legal_reference == "Ley 19.496 art. 37"
    (found,) = check_wording("Usted es un moroso.", rules=law("BO"), purpose="reply")
    assert found.legal_reference.startswith("Criminal and data protection law")


def test_required_content_of_the_law_blocks_and_prudent_content_warns():
    text = "Hola"
    legal = check_wording(text, rules=invented("content", legal="due_date"))
    prudent = check_wording(text, rules=invented("content", prudent="due_date"))
    assert [f.severity for f in (*legal, *prudent)] == ["blocking", "warning"]
    assert [f.layer for f in (*legal, *prudent)] == ["law", "company"]
    assert legal[0].code == "missing_due_date"
    assert (legal[0].phrase, legal[0].start, legal[0].end) == ("", 4, 4)


def test_where_the_law_does_not_bind_its_content_only_warns():
    rules = wording_rules(law("MX"), debtor_kind="business")
    findings = check_wording("Hola, su factura venció.", rules=rules)
    assert findings
    assert {found.severity for found in findings} == {"warning"}


def test_a_rule_of_one_channel_binds_that_channel():
    pack = invented("content", legal="due_date", channels="sms")
    assert check_wording("Hola", rules=wording_rules(pack, "sms"))
    assert check_wording("Hola", rules=wording_rules(pack, "whatsapp")) == ()


def test_the_law_alone_leaves_out_what_is_only_prudent():
    rules = wording_rules(law("PE"), layers=("law",))
    assert check_wording("Hola", rules=rules) == ()
    assert check_wording("Aproveche nuestra oferta.", rules=rules) == ()
    assert check_wording("Embargaremos su casa.", rules=rules)


def test_an_unknown_content_is_missing_rather_than_taken_for_granted():
    (found,) = check_wording("Hola", rules=invented("content", legal="a_seal"))
    assert found.code == "missing_a_seal"
    assert "a_seal" in str(found)


def test_a_button_may_carry_what_the_text_does_not_say():
    rules = invented("content", legal="opt_out contact_for_claims")
    assert len(check_wording("Hola", rules=rules)) == 2
    carried = frozenset({"opt_out", "dispute"})
    assert check_wording("Hola", rules=rules, placeholders=carried) == ()


def test_an_answer_needs_no_content_and_still_no_threat():
    assert check_wording("Sí, recibimos su pago.", rules=law("MX"), purpose="reply") == ()
    assert check_wording("Embargaremos.", rules=law("MX"), purpose="reply")


COMPLETE = {
    ("CL", ""): "Hola Rosa, Comercial Sol SpA le recuerda la factura 123 por $ 50.000, sin"
    " intereses ni gastos de cobranza. Puede pagar directamente a Comercial Sol por transferencia."
    " Conserva sus derechos como consumidor. Este aviso no es un procedimiento de ejecución de"
    " bienes.",
    ("BR", ""): "Olá Ana, Loja Sol Ltda, CNPJ 12.345.678/0001-90, Rua das Flores, 100, lembra que"
    " a fatura 123 de R$ 100,00 vence hoje.",
    ("BR", "SP"): "Olá Ana, Loja Sol Ltda, CNPJ 12.345.678/0001-90, Rua das Flores, 100, lembra"
    " que a fatura 123 de R$ 100,00 vence hoje, sem juros, multa ou outras taxas.",
    ("MX", ""): "Estimado Juan: le escribe María López del área de cobranza de Comercial Sol SA"
    " de CV, Av. Juárez 12, CDMX, tel. 55 1234 5678, acreedor. Factura A-123, saldo a la fecha"
    " $ 1,200.00, capital sin intereses ni comisiones. Para acordar la forma de pago llame. Pague"
    " solo a la cuenta bancaria de Comercial Sol.",
    ("PY", ""): "Hola Rosa, Comercial Sol SA: su factura 001-001 por Gs. 350.000, sin intereses ni"
    " gastos. Pague por transferencia.",
    ("DO", ""): "Hola Rosa, Comercial Sol SRL le recuerda su factura 123 por RD$ 1,200. Llámenos"
    " al +1 809 555 0000.",
    ("EC", ""): "Comercial Sol le recuerda su factura.",
    ("PE", ""): "Hola Rosa, su factura F001-123 vence mañana.",
    ("CO", ""): "Hola Rosa, su factura 123 vence mañana.",
}


@pytest.mark.parametrize("place", sorted(COMPLETE), ids="-".join)
def test_a_complete_text_passes_without_any_variable(place):
    findings = check_wording(COMPLETE[place], rules=law(*place))
    assert [str(found) for found in findings if found.severity == "blocking"] == []


@pytest.mark.parametrize(
    ("country", "state", "left_out", "missing"),
    [
        ("CL", "", "Este aviso no es un procedimiento de ejecución de bienes.", "not_an_asset_"),
        ("CL", "", "Conserva sus derechos como consumidor.", "consumer_rights"),
        ("CL", "", "directamente ", "direct_payment_to_creditor_right"),
        ("CL", "", ", sin intereses ni gastos de cobranza", "interest_and_collection_costs"),
        ("BR", "", ", CNPJ 12.345.678/0001-90", "supplier_cpf_or_cnpj"),
        ("BR", "", ", Rua das Flores, 100", "supplier_address"),
        ("BR", "SP", "multa", "fine"),
        ("MX", "", " Av. Juárez 12, CDMX,", "collector_address"),
        ("MX", "", "saldo a la fecha ", "calculation_date"),
        ("MX", "", " Pague solo a la cuenta bancaria de Comercial Sol.", "creditor_bank_account"),
        ("PY", "", ", sin intereses ni gastos", "breakdown_capital_interest_fees"),
        ("PY", "", " Pague por transferencia.", "payment_means"),
        ("DO", "", "Hola Rosa, ", "debtor_name"),
        ("EC", "", "Comercial Sol le recuerda ", "sender_identifiable"),
    ],
)
def test_what_the_law_wants_said_is_missed(country, state, left_out, missing):
    text = COMPLETE[country, state]
    assert left_out in text
    findings = check_wording(text.replace(left_out, ""), rules=law(country, state))
    blocking = [found for found in findings if found.severity == "blocking"]
    assert [found.code for found in blocking if missing in found.code]


# === IN THE GATE ===


def test_a_threat_refuses_the_message_and_is_explained():
    verdict = decide_about("PE", "Pague o embargaremos su casa.")
    assert verdict.outcome == "refuse"
    (check,) = verdict.reasons
    assert (check.code, check.layer) == ("wording", "law")
    assert check.legal_reference == "Ley 29571 arts. 61 and 62"
    assert check.source_url
    assert check.figures["phrase"] == "embargaremos"
    assert check.figures["rule"] == "threat"
    assert explain(check).startswith(
        "The words “embargaremos” read as a threat. Better: “Le invitamos"
    )


def decide_about(country, text, layers=("law", "company"), purpose="reminder", **carries):
    proposal = Proposal("whatsapp", purpose, "consumer", text, **carries)
    return decide(proposal, facts(country), instant(MONDAY), layers=layers)


def test_a_good_text_passes_with_a_check_that_says_so():
    verdict = decide_about("PE", COMPLETE["PE", ""])
    assert verdict.outcome == "send"
    assert [explain(c) for c in verdict.checks if c.code == "wording"] == [
        "The text keeps to the rules on wording."
    ]


def test_without_a_text_there_is_no_check_of_words():
    assert "wording" not in [check.code for check in ask("PE", "", MONDAY).checks]


def test_the_law_of_the_instant_decides_what_must_be_said():
    verdict = decide_about("CL", COMPLETE["PE", ""])
    assert set(codes(verdict)) == {"wording"}
    assert all(check.figures["rule"].startswith("missing_") for check in verdict.reasons)
    assert decide_about("CL", COMPLETE["CL", ""]).outcome == "send"


def test_the_layers_are_respected():
    text = "Hola Rosa, aproveche nuestra oferta y pague la factura."
    assert codes(decide_about("PE", text)) == ["wording"]
    assert decide_about("PE", text, LAW_ONLY).outcome == "send"


def test_a_threat_stops_even_an_answer_and_where_no_law_is_known():
    assert codes(decide_about("PE", "Embargaremos.", purpose="reply")) == ["wording"]
    assert codes(decide_about("XX", "Embargaremos.")) == ["jurisdiction_missing", "wording"]


def test_what_goes_beside_the_text_is_taken_into_account():
    without = decide_about("PR", "Comercial Sol le recuerda su factura.")
    assert codes(without) == ["wording"]
    carries = frozenset({"opt_out"})
    assert (
        decide_about("PR", "Comercial Sol le recuerda su factura.", carries=carries).outcome
        == "send"
    )


def test_findings_become_impediments_when_they_block():
    findings = check_wording("Embargaremos su casa. ¿Por qué no ha pagado?", rules=law("PE"))
    (impediment,) = impediments(findings)
    assert (impediment.code, impediment.layer) == ("wording", "law")
    assert impediment.figures["phrase"] == "Embargaremos"
    verdict = ask("PE", "", MONDAY, impediments=(impediment,))
    assert explain(verdict.reasons[0]).startswith("The words “Embargaremos” read as a threat.")


# === SHIPPED TEMPLATES ===

PRACTICE = Path(__file__).parents[1] / "l10n_latam_dunning" / "data" / "practice"
# As long as real values get.
LONG = {
    "customer_name": "María Fernanda de los Ángeles Quispe Huamán",
    "recipient_name": "José Ignacio de la Santísima Trinidad Quispe",
    "company_name": "Distribuidora Comercial del Pacífico Sociedad Anónima",
    "company_identity": "Distribuidora Comercial del Pacífico Sociedad Anónima, 20123456786, "
    "Av. Prolongación Paseo de la Reforma 1234, Interior 5, Ciudad de México, Ciudad de México",
    "invoice_list": "F001-00000123, S/ 1,250.00, 15/01/2027; F001-00000124, S/ 900.00, 15/01/2027",
    "amount_total": "S/ 123,456,789.00",
    "amount_detail": max(NOTHING_ADDED.values(), key=len),
    "due_date": "15/01/2027",
    "invoice_names": "F001-00000123, F001-00000124",
    "agreement_terms": "; ".join(f"15/{month:02}/2027: S/ 1,250.00" for month in range(1, 7)),
    "own_words": "No figura en nuestra cuenta hasta hoy: " + "por favor " * 16,
}


def shipped_templates():
    for path in sorted(PRACTICE.glob("templates_*.xml")):
        for record in ET.parse(path).getroot().iter("record"):
            values = {field.get("name"): field for field in record.iter("field")}
            yield pytest.param(
                values["language"].text,
                values["body"].text,
                values["footer"].text,
                values["button_ids"].get("eval"),
                "identity" if values["name"].text == "dunning_identity" else "reminder",
                id=record.get("id"),
            )


TEMPLATES = list(shipped_templates())
FIELDS = ("language", "body", "footer", "buttons", "purpose")
LANGUAGES = {param.values[0] for param in TEMPLATES}
PLACES = sorted({(place.country, place.state) for place in shipped_law().jurisdictions})


def places_of(language):
    """Where debtors are written to in this language: the country's own, else the general one."""
    for country, state in PLACES:
        own = "pt_BR" if country == "BR" else f"es_{country}"
        if language == (own if own in LANGUAGES else "es"):
            yield country, state


def test_the_templates_reach_every_country():
    reached = {place for language in LANGUAGES for place in places_of(language)}
    assert reached == set(PLACES)


@pytest.mark.parametrize(FIELDS, TEMPLATES)
@pytest.mark.parametrize("on", [TODAY, date(2026, 12, 1), date(2027, 12, 1)])
@pytest.mark.parametrize("channel", ["whatsapp", "sms", "email"])
def test_every_shipped_template_keeps_to_the_law_of_its_countries(
    language, body, footer, buttons, purpose, on, channel
):
    for country, state in places_of(language):
        rules = wording_rules(law(country, state, on), channel)
        findings = check_wording(f"{body}\n{footer}", rules=rules, purpose=purpose)
        assert [f"{country}: {found}" for found in findings if found.severity == "blocking"] == []
        assert [f"{country}: {found}" for found in findings] == []


@pytest.mark.parametrize(FIELDS, TEMPLATES)
def test_every_shipped_template_keeps_to_the_rules_of_whatsapp(
    language, body, footer, buttons, purpose
):
    names = variables(body)
    definition = {
        "name": "dunning",
        "language": language,
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [
            {
                "type": "BODY",
                "text": body,
                "example": {
                    "body_text_named_params": [
                        {"param_name": name, "example": LONG[name]} for name in names
                    ]
                },
            },
            {"type": "FOOTER", "text": footer},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": label}
                    for label in re.findall(r"'text': '([^']*)'", buttons)
                ],
            },
        ],
    }
    assert check_template(definition) == []
    assert len(render(body, LONG)) <= 1024


def test_each_answer_of_a_debtor_has_its_button_somewhere_in_each_ladder():
    for language in LANGUAGES:
        actions = {
            action
            for param in TEMPLATES
            if param.values[0] == language and param.values[4] != "identity"
            for action in re.findall(r"'action': '(\w+)'", param.values[3])
        }
        assert actions == {"paid", "agree", "dispute", "not_me", "stop"}


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_what_is_said_of_charges_is_what_the_variable_promises(language):
    rules = wording_rules(invented("content", "interest fine other_fees"))
    asked = [NOTHING_ADDED[language], " 1, ".join(charge_words.PARTS[language].values())]
    for text in asked:
        assert check_wording(f"Hola, {text}.", lang=language, rules=rules) == ()
    placeholder = check_wording("Hola, {{amount_detail}}.", lang=language, rules=rules)
    assert placeholder == ()


# === PROPERTIES ===

ALPHABET = st.text(alphabet="aeio nsñçã.,;!?-_*{}<>/\n0123456789'\u200b\u0301", max_size=60)
SOUP = st.lists(
    st.one_of(
        ALPHABET,
        st.text(max_size=20),
        st.sampled_from([row[1] for row in BAD_ROWS] + GOOD_ROWS),
        st.sampled_from(["{{company_name}}", "{{ x }}", "no", "sin", "si"]),
    ),
    max_size=6,
).map(" ".join)


@given(SOUP, st.sampled_from([None, "es", "pt", "en"]), st.sampled_from(PLACES))
def test_any_text_can_be_checked_and_each_phrase_is_where_it_is_said_to_be(text, lang, place):
    findings = check_wording(text, lang=lang, rules=law(*place))
    for found in findings:
        assert text[found.start : found.end] == found.phrase
        assert bool(found.phrase) != found.code.startswith("missing_")
        assert str(found)
    forbidden = [found for found in findings if found.phrase]
    assert [f.start for f in forbidden] == sorted(f.start for f in forbidden)


@given(st.sampled_from(BAD_ROWS), st.sampled_from(GOOD_ROWS), st.booleans())
def test_good_words_around_do_not_hide_a_bad_phrase(bad, good, first):
    code, text, _phrase = bad
    text = f"{good} {text}" if first else f"{text} {good}"
    assert code in [found.code for found in check_wording(text)]


@pytest.mark.parametrize(
    "piece", ["Aa, ", "1,", "no es un judicial ", "embargo ", "av. ", "{{a}} ", "Hola ", "$ 1 "]
)
def test_a_very_long_text_is_read_in_the_time_of_its_length(piece):
    rules = wording_rules(invented("content", " ".join(CONTENTS)))
    began = time.monotonic()
    check_wording(piece * 20_000, rules=rules)
    assert time.monotonic() - began < 5
