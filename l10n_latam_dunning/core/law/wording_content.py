"""What a reminder must say: how each required content is recognised, and a wording that has it.

The phrases are written as in :mod:`wording_phrases`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Part:
    """One thing that a text can say: a variable that fills it in, phrases, or a pattern.

    `variables` are names of placeholders, `pattern` is searched in the text as it is written.
    """

    variables: frozenset[str] = frozenset()
    phrases: str = ""
    pattern: re.Pattern[str] | None = None
    better: Mapping[str, str] = field(default_factory=dict)


def _part(
    variables: str = "",
    phrases: str = "",
    pattern: str = "",
    *,
    es: str,
    pt: str,
    en: str,
) -> Part:
    return Part(
        frozenset(variables.split()),
        phrases,
        re.compile(pattern) if pattern else None,
        {"es": es, "pt": pt, "en": en},
    )


_NAME = r"[A-ZÁÉÍÓÚÑÂÊÔÃÕÇ][\w&'.-]+"
_MONTHS = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|"
    "diciembre|janeiro|fevereiro|março|marco|maio|junho|julho|setembro|outubro|novembro|dezembro|"
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
_MONEY = (
    r"(?i:(?:\$|s/\.?|r\$|us\$|u\$s|b/\.?|l\.?|q\.?|c\$|bs\.?|gs\.?|rd\$|₲|₡|€|usd|clp|cop|mxn|ars|"
    r"pen|brl|uyu|pyg|bob|crc|gtq|hnl|nio|dop|ves|eur|uf)\s?\d"
    r"|\d[\d.,']{0,20}\s?(?:soles|pesos|reais|reales|d[oó]lares|guaran[ií]es|bolivianos|bol[ií]vares|"
    r"quetzales|lempiras|c[oó]rdobas|colones|balboas|dollars|usd|clp|cop|mxn|ars|pen|brl|uyu|pyg|"
    r"bob|crc|gtq|hnl|nio|dop|uf|mil)\b)"
)
_SENDERS = (
    r"(?:S\.?\s?A\.?\s?[CS]\.?|S\.?R\.?L\.?|E\.?I\.?R\.?L\.?|SpA|LTDA|Ltda|S\.A\.|S/A|SA|Inc|"
    r"LLC|Cía|EIRELI|MEI)"
)

PARTS: Final[Mapping[str, Part]] = {
    "sender": _part(
        "company_name company_identity creditor_name supplier_name",
        """
        somos|soy|habla|saluda|saludamos|escribimos [a] [de|desde|la] *
        de parte de
        en nombre de
        atentamente|atenciosamente|saludos|sincerely|regards
        ruc|rut|nit|cuit|rfc|cnpj|rtn|rnc|cedula_juridica
        fornecedor|proveedor|acreedor|credor|supplier|creditor
        departamento|area|equipo|setor|equipe de cobranza|cobranzas|cobranca|creditos|credito|pagos
        """,
        rf"\b{_SENDERS}(?![\w])"
        rf"|{_NAME}(?:,[^.,]{{0,80}},)?\s+(?i:le|les|lhe|te|lembra|informa|recuerda|comunica|avisa|"
        rf"envía|envia|escribe|escreve|agradece|reminds|informs|writes|solicita)\b"
        rf"|(?i:\b(?:de|del|desde|da|do|com|con|from|at|with|en|na|no|por)\s)"
        rf"(?!(?i:{_MONTHS})\b)(?:la\s|el\s|los\s|las\s)?{_NAME}"
        rf"|[—–-]\s?{_NAME}|^\s*\[?{_NAME}[\w .&]{{0,40}}[:\]]",
        es="{{company_name}} le recuerda",
        pt="{{company_name}} lembra",
        en="{{company_name}} reminds you",
    ),
    "address": _part(
        "company_identity company_address supplier_address",
        """
        domicilio|direccion|endereco|address|direcao|ubicados|ubicada|sediada
        """,
        r"(?i:\b(?:av|avda|avenida|calle|jr|jirón|jiron|cra|carrera|rua|alameda|praça|praca|rodovia|"
        r"travessa|estrada|calz|calzada|blvd|bulevar|boulevard|paseo|pasaje|psje|colonia|diagonal|"
        r"transversal|autopista|street|road|avenue)\b\.?\s[^\n]{0,60}?\d)"
        r"|\b(?:R|Col|Cl)\.?\s[A-Z][a-z][^\n]{0,60}?\d"
        r"|(?i:\b(?:cep|c\.?p\.?)\s*:?\s?\d{4,5})",
        es="{{company_identity}}",
        pt="{{company_identity}}",
        en="{{company_identity}}",
    ),
    "tax_id": _part(
        "company_identity company_vat",
        "cnpj|cpf #",
        r"\b\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}\b|\b\d{3}\.\d{3}\.\d{3}-\d{2}\b",
        es="CNPJ {{company_identity}}",
        pt="CNPJ {{company_identity}}",
        en="CNPJ {{company_identity}}",
    ),
    "phone": _part(
        "company_phone creditor_phone",
        """
        a|al|en|desde|por|con este [mismo] numero|telefono|whatsapp|celular
        para|neste|este|deste [mesmo] numero|telefone|whatsapp
        this number
        responda|conteste|escribanos|escriba|respondernos a|por|en este [mismo] mensaje|medio|
            chat|numero|canal
        responda a|por esta|este mensagem|canal|numero
        reply to this message
        """,
        r"(?:\+\d[\d ().-]{7,}\d|\b(?:0?800|600|01 ?800)[ -]?\d[\d -]{4,}\d)"
        r"|(?i:\b(?:tel|telf|tel[eé]fono|telefone|fone|cel|celular|phone|whatsapp|llame|ll[aá]menos|"
        r"ligue|call)\b\.?:?\s*(?:al|para|o|us at)?\s*\(?\d[\d ().-]{5,})",
        es="Para consultas, escríbanos a este número.",
        pt="Para dúvidas, escreva para este número.",
        en="For questions, write to this number.",
    ),
    "person": _part(
        "user_name collector_name agent_name",
        """
        le|les|lo|te atiende|escribe|saluda|contacta
        area|departamento|equipo|depto|asesor|asesora|ejecutivo|ejecutiva|gestor|gestora|agente \
            [de] [credito|cobranza|cobranzas|cobro|cartera|cuentas|administracion|pagos|y]
        atentamente|atte
        mi nombre es
        quem|setor|departamento escreve|de_cobranca|financeiro|de_contas
        receivables|accounts|billing|collections department|team
        soy|habla *
        """,
        es="Le escribe el área de cobranza de {{company_name}}.",
        pt="Quem escreve é o setor de cobrança de {{company_name}}.",
        en="The receivables department of {{company_name}} writes to you.",
    ),
    "debtor": _part(
        "customer_name debtor_name partner_name",
        "",
        rf"(?i:\b(?:hola|ola|olá|estimad[oa]s?(?:\(a\))?|apreciad[oa]|señora?|señor\(a\)|sra?|don|"
        rf"doña|dear|hello|hi|prezad[oa]|car[oa]|sr\(a\)|titular|cliente|buen[oa]s? (?:d[ií]as?|"
        rf"tardes?|noches?)|bom dia|boa tarde)\b[.,:]?\s+)(?:(?i:sra?\.?|señora?|don|doña|cliente|"
        rf"mr|mrs|ms)\.?\s+)?{_NAME}",
        es="Hola {{customer_name}},",
        pt="Olá {{customer_name}},",
        en="Hello {{customer_name}},",
    ),
    "purpose": _part(
        "",
        """
        recuerda|recordamos|recordar|recordarle|recordatorio|informa|informamos|informar|
            informarle|aviso|avisa|avisamos|cobro|cobranza|notifica|comunica|comunicamos|
            pendiente|pendientes|vence|vencio|vencimiento|vencida|adeuda|deuda|pago
        lembra|lembramos|lembrar|lembrete|informa|informamos|aviso|avisamos|cobranca|aberto|vence|
            venceu|vencimento|vencida|pagamento
        remind|reminds|reminder|due|overdue|outstanding|open|payment
        """,
        es="le recuerda el pago pendiente",
        pt="lembra o pagamento em aberto",
        en="reminds you of the open payment",
    ),
    "reason": _part(
        "invoice_list invoice_names invoice_ref invoice_name contract_reference",
        """
        factura|facturas|boleta|boletas|comprobante|comprobantes|recibo|recibos|cuota|cuotas|
            contrato|contratos|pedido|servicio|servicios|prestamo|credito|arriendo|alquiler|
            compra|documento|documentos|pagare|letra|suscripcion|mensualidad|remision|colegiatura|
            matricula|pension|membresia
        fatura|faturas|boleto|boletos|nota|notas|parcela|parcelas|contrato|pedido|servico|
            servicos|emprestimo|aluguel|compra|duplicata|mensalidade|assinatura|titulo
        invoice|invoices|bill|bills|instalment|installment|contract|loan|rent|order|service|
            services|subscription|statement
        """,
        r"\b[A-Z]{1,5}\d{0,3}-\d{2,}",
        es="por {{invoice_list}}",
        pt="referente a {{invoice_list}}",
        en="for {{invoice_list}}",
    ),
    "amount": _part(
        "amount_total amount amount_due",
        "",
        _MONEY,
        es="El importe pendiente es {{amount_total}}.",
        pt="Valor em aberto: {{amount_total}}.",
        en="The open amount is {{amount_total}}.",
    ),
    "due_date": _part(
        "due_date",
        """
        vence|vencio|venceu|vencera|vencen|vencieron|vencimiento|vencimento [el|hoy|manana|ayer|
            em|no|hoje|amanha|ontem|en|desde|de|del|fue]
        due|overdue on|today|tomorrow|since|yesterday
        """,
        rf"(?i:\b\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-]\d{{2,4}})?\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b|"
        rf"\b\d{{1,2}}(?:º|°)?\s(?:de\s)?(?:{_MONTHS})\b|\b(?:{_MONTHS})\s\d{{1,2}}\b)",
        es="con vencimiento el {{due_date}}",
        pt="com vencimento em {{due_date}}",
        en="due on {{due_date}}",
    ),
    "interest": _part(
        "interest breakdown amount_detail",
        "interes|intereses|juro|juros|interest",
        es="sin intereses",
        pt="sem juros",
        en="without interest",
    ),
    "fine": _part(
        "fine breakdown amount_detail",
        "multa|multas|mora|moratorio|moratorios|penalidad|late_fee|late_fees|penalty|fine",
        es="sin multa",
        pt="sem multa",
        en="without late fee",
    ),
    "fees": _part(
        "fees breakdown amount_detail",
        """
        gasto|gastos|comision|comisiones|cargo|cargos|recargo|recargos|honorarios|costas|costos
        taxa|taxas|encargo|encargos|despesa|despesas|tarifa|tarifas|custos
        fee|fees|charges|costs
        """,
        es="sin gastos ni comisiones",
        pt="sem outras taxas",
        en="without fees",
    ),
    "payment_means": _part(
        "payment_link payment_means bank_account pix",
        """
        pued~|podra|podria|podran pagar|pagarse|abonarse|pagarla|pagarlo|pagarlas|abonar|
            depositar|transferir|cancelarla|cancelar|hacerlo|realizar [la|el|su]
        pague|pagar|pago|pagos|abone|deposite|transfiera|abonar|depositar|pagamento en|con|por|
            mediante|directamente|aqui|desde|via|pelo|pela|pelos|pelas|com|no|na|through|by
        medio|medios|forma|formas|metodo|metodos|canal|canales|opciones|opcion|meio|meios de \
            [pago|pagamento]
        medios|canales habilitados|indicados|habituales|que
        enlace|link|boton|codigo|qr de|para|y [su] pago|pagamento|pagar|barras|qr
        transferencia|transferencias|deposito|efectivo|tarjeta|cartao|yape|plin|nequi|daviplata|
            pse|pix|boleto|spei|oxxo|clabe|webpay|sinpe|cbu|cci|mercado_pago|mercadopago|
            link_de_pagamento|linha_digitavel|transfer|bank_account
        cuenta|conta de|corriente|ahorros|bancaria|a|n|numero|nro|no
        https|http|www
        pay online|by|with|at|to|via|it
        """,
        es="Puede pagar por los medios que indica la factura.",
        pt="Pague pelos meios indicados na fatura.",
        en="You can pay by the means named on the invoice.",
    ),
    "claims": _part(
        "dispute contact_for_claims company_phone",
        """
        consulta|consultas|reclamo|reclamos|aclaracion|aclaraciones|duda|dudas|preguntas|pregunta
        responda|conteste|respondanos|escribanos|escriba|contactenos|contactanos|comuniquese|
            comunicate|llamenos|llame|llamanos|escribenos|avisenos|responde
        no|nao [estoy|esta|estou] [de] acuerdo|concordo|reconoce
        responda|entre_em_contato|fale|ligue|contato|duvida|duvidas|reclamacao|reclamacoes|discordar
        reply|contact_us|questions|call_us|write_to_us|disagree
        """,
        es="Para consultas o reclamos, responda a este mensaje.",
        pt="Para dúvidas ou reclamações, responda a esta mensagem.",
        en="For questions or complaints, reply to this message.",
    ),
    "way_out": _part(
        "stop opt_out unsubscribe_link page_link",
        """
        responda|respondiendo|responder|envie|escriba|escribiendo|digite|mande|reply|text|send \
            [con|a|la|palabra|com] baja|stop|sair|salir|alto|parar|cancelar|no_mas|pare|remover
        darse|dese|darte|darme|solicitar|pedir|dar de|la baja
        no|nao|parar|dejar|deixar [desea|deseja|quiere|quer] [de] [seguir] recibir|recibiendo|
            receber
        cancelar [la|su] suscripcion|inscricao|inscripcion
        unsubscribe|opt_out|desuscribir~|descadastr~
        revocar|revogar|retirar [esta|este|su|a|o] [autorizacion|consentimiento|autorizacao|
            consentimento] autorizacion|consentimiento|canal|autorizacao|consentimento
        stop receiving|messages
        """,
        es="Responda BAJA para no recibir más avisos.",
        pt="Responda SAIR para não receber avisos.",
        en="Reply STOP to receive no more notices.",
    ),
    "consumer_rights": _part(
        "",
        """
        derechos [como|del|de|que] [los|le] consumidor|consumidores|consumidora|asisten
        ley del consumidor
        sernac
        direitos do|como|de consumidor
        rights as [a] consumer
        consumer rights
        """,
        es="Conserva sus derechos como consumidor.",
        pt="Seus direitos como consumidor são preservados.",
        en="You keep your rights as a consumer.",
    ),
    "no_execution": _part(
        "",
        """
        no es|constituye|corresponde_a|se_trata_de|implica|representa [una|un|el|la] \
            [procedimiento|proceso|gestion|accion|acto|medida] [de] ejecucion
        no es|constituye|corresponde_a|se_trata_de|implica|representa [una|un|el|la] \
            [procedimiento|proceso|gestion|accion|acto|medida] [destinado|que] * ejecutar|embargo
        nao e|constitui [um|uma] [procedimento|processo] [de] execucao
        is not an [asset] execution|enforcement
        not a procedure|proceeding|measure to enforce|execute|seize
        """,
        es="Este aviso no es un procedimiento de ejecución de bienes.",
        pt="Este aviso não é um procedimento de execução de bens.",
        en="This notice is not an enforcement procedure against assets.",
    ),
    "pay_creditor": _part(
        "",
        """
        pagar|pague|abonar|pago|pagarle directamente|directo|derechamente|siempre [a|al|en|con] \
            [su|el|nuestro]
        directamente a|al|en|con
        pagar|pague|paga [a] [siempre] directamente|diretamente
        diretamente a|ao|para|com
        pay us|the directly|creditor
        pay * directly
        """,
        es="Puede pagar directamente a {{company_name}}.",
        pt="Pode pagar diretamente a {{company_name}}.",
        en="You can pay {{company_name}} directly.",
    ),
    "calculation_date": _part(
        "today calculation_date",
        """
        a la|esta fecha
        al dia de
        a hoy
        al|hasta el [dia] [de] hoy|#
        saldo|importe|monto|total|calculado|calculada|corte|actualizado|cifra [a|al|hasta] [la|el|
            dia|de] hoy|#|fecha
        fecha de calculo|corte|emision
        na|nesta data
        as of today|#
        """,
        es="Saldo a la fecha de este mensaje: {{amount_total}}.",
        pt="Saldo na data desta mensagem: {{amount_total}}.",
        en="Balance as of today: {{amount_total}}.",
    ),
    "settlement": _part(
        "settlement_terms",
        """
        acordar|acuerdo|convenio|convenir|negociar|pactar|reestructurar|parcialidades|facilidades|
            liquidar|regularizar|finiquitar
        forma|formas|plan|planes|condiciones|fecha de pago|liquidacion|pagos
        combinar|acordo|negociar|parcelar|parcelamento
        agree|arrangement|settle|settlement|payment_plan
        """,
        es="Para acordar la forma de pago, responda a este mensaje.",
        pt="Para combinar a forma de pagamento, responda a esta mensagem.",
        en="To agree on how to pay, reply to this message.",
    ),
    "own_account": _part(
        "bank_account",
        """
        cuenta|cuentas [bancaria] [clabe] [de|a_nombre|n|numero|no|del|banc~|bbva|banorte|
            santander|corriente]
        clabe|cuenta_bancaria|spei|cbu|cci|conta_bancaria
        bank account
        conta|account [bancaria] de|do|da|of
        """,
        es="Pague solo a la cuenta de {{company_name}} que indica la factura.",
        pt="Pague somente na conta de {{company_name}} indicada na fatura.",
        en="Pay only to the account of {{company_name}} named on the invoice.",
    ),
}

# The contents that law packs ask for, each by the parts that it takes; all of them are needed.
CONTENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "amount_due": ("amount",),
    "breakdown_capital_interest_fees": ("amount", "interest", "fees"),
    "calculation_date": ("calculation_date",),
    "channel_revocation_means": ("way_out",),
    "collection_purpose": ("purpose",),
    "collector_address": ("address",),
    "collector_identity": ("sender",),
    "collector_name": ("sender",),
    "collector_phone": ("phone",),
    "consumer_rights": ("consumer_rights",),
    "contact_for_claims": ("claims",),
    "contract_reference": ("reason",),
    "creditor_bank_account": ("own_account",),
    "creditor_identity": ("sender",),
    "creditor_phone": ("phone",),
    "debt_origin": ("reason",),
    "debt_reason": ("reason",),
    "debtor_name": ("debtor",),
    "direct_payment_to_creditor_right": ("pay_creditor",),
    "due_date": ("due_date",),
    "fine": ("fine",),
    "interest": ("interest",),
    "interest_and_collection_costs": ("interest", "fees"),
    "not_an_asset_execution_notice": ("no_execution",),
    "opt_out": ("way_out",),
    "original_amount": ("amount",),
    "other_fees": ("fees",),
    "payment_means": ("payment_means",),
    "person_acting": ("person",),
    "purpose": ("purpose",),
    "sender_identifiable": ("sender",),
    "settlement_terms": ("settlement",),
    "supplier_address": ("address",),
    "supplier_cpf_or_cnpj": ("tax_id",),
    "supplier_name": ("sender",),
    "total": ("amount",),
}
