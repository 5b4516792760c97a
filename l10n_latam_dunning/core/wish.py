"""Recognises the wish to agree on how to pay in what a debtor writes, in Spanish, Portuguese and
English.

It is heard cautiously: what is doubtful is left to a person. Nothing that is written here is a
promise; who wishes to agree is only shown the ways to pay, and chooses one.

The phrases below are written in the notation of :mod:`phrases`.
"""

from typing import Final

from .phrases import any_of, plain

# A long text tells a story, and a story is for a person.
_MAX_WORDS: Final = 60

_LISTS: Final = {
    "article": "el la los las lo un una unos unas o a os as um uma the my mi meu minha",
    "ask": """
        puedo podria podriamos podemos se_puede se_podria es_posible seria_posible sera_posible
        hay_posibilidad_de hay_forma_de hay_manera_de hay_opcion_de existe_la_posibilidad_de
        quiero quisiera queremos quisieramos deseo necesito necesitamos me_gustaria nos_gustaria
        me_permite me_permiten me_dejan permiten aceptan acepta
        posso poderia podemos da_para da_pra e_possivel seria_possivel tem_como teria_como consigo
        gostaria_de gostaria quero queria preciso aceitam aceita tem_possibilidade_de
        can_i may_i could_i can_we could_we is_it_possible_to i_want_to i_would_like_to i_need_to
        id_like_to
    """,
    "offer_me": """
        pueden puede podrian podria me_pueden me_puede me_podrian me_podria podem poderia poderiam
        pode can_you could_you
    """,
    "pay": """
        pagar pagarlo pagarla pagarlos pagarlas pagarle pagarles pagarte cancelar cancelarlo
        cancelarla abonar abonarlo abonarles abonarle liquidar liquidarlo saldar saldarlo
        hacer_pagos quitar quita_lo pay pay_it pay_this
    """,
    "part": """
        partes cuotas pagos abonos plazos parcelas vezes veces mensualidades quincenas armadas
        letras prestacoes prestaciones tractos exhibiciones parts instalments installments payments
    """,
    "count": """
        2 3 4 5 6 7 8 9 10 11 12 18 24 dos tres cuatro cinco seis siete ocho nueve diez doce varias
        varios algunas algunos unas unos pocas pocos duas quatro sete oito nove dez doze algumas
        umas two three four five six several some a_few
    """,
    "times": "2x 3x 4x 5x 6x 7x 8x 9x 10x 11x 12x 18x 24x",
    "split": """
        parcelar parcelarlo parcela_lo parcelamento fraccionar fraccionarlo fraccionamiento
        fracionar refinanciar refinanciarlo refinanciamiento reprogramar renegociar dividir
        dividirlo dividi_lo financiar
    """,
    "give": """
        dan da das den deme denme darme dar darnos conceder concederme conceda concedan dao de_me
        dao_me otorgar otorgarme otorgan ampliar ampliarme esperar esperarme esperan espera aguardar
        give_me allow_me extender extenderme
    """,
    "time": """
        dias dia plazo plazos prazo prazos semana semanas quincena mes meses tiempo tempo prorroga
        prorrogacao days week weeks month time
    """,
    "some": """
        unos unas un una otro otros mas mais algunos alguns uns um uma umas mas_de mais_um mas_unos
        un_poco_mas_de un_poco_de un_par_de um_pouco_mais_de um_pouco_de dos tres cinco diez quince
        2 3 5 7 8 10 15 20 30 some a_few more
    """,
    "agreement": """
        acuerdo acordo convenio arreglo plan_de_pago plan_de_pagos facilidades_de_pago
        facilidad_de_pago parcelamento renegociacion negociacion negociacao agreement payment_plan
        compromiso_de_pago
    """,
    "make": """
        llegar_a hacer fazer firmar fechar hacerlo tener pactar negociar propor proponer make reach
        have get set_up
    """,
    "later": """
        manana amanha lunes martes miercoles jueves viernes sabado domingo segunda terca quarta
        quinta sexta tomorrow monday tuesday wednesday thursday friday proxima_semana
        semana_que_viene semana_que_vem proximo_mes mes_que_viene mes_que_vem fin_de_mes quincena
        fim_do_mes next_week next_month proximo_lunes proximo_viernes
    """,
    "no": "no nao nunca jamas ni nem tampoco nadie dont not never cannot",
}

# "No puedo pagar en 3 partes" wishes for nothing; the rest of the sentence may.
_DENIED: Final = """
    {no} [me|nos|se|les] {ask}
    {no} [me|nos|se|les] {offer_me}
    {no} [me|nos|se|les] {give}
    {no} [hay|tengo|tenho|quiero|quero|acepto|aceito|necesito|preciso] {article} {agreement}
    {no} [hay|tengo|tenho|quiero|quero|acepto|aceito|necesito|preciso] {agreement}
"""
_WISH: Final = """
    {ask} [me] [yo|eu] {pay} * en|em|in|por|a {count} {part}
    {ask} [me] [yo|eu] {pay} * en|em|in|por|a {part}
    {ask} [me] {pay} * en|em|in {times}
    {ask} {pay} * una|uma|la parte|metade|mitad
    {ask} {pay} * parte|metade|mitad|half
    {ask} [me|nos] [hacer|fazer|un|um|o|el] {split}
    {offer_me} [me|nos|le] {split}
    {ask} [un|um|hacer_un] {agreement}
    {ask} {make} [un|um|una|an|a|unas|algun|algum] {agreement}
    {offer_me} [me|nos] {make}|{give} [un|um|unas] {agreement}
    {ask} [de] {some} {time}
    {ask} {some} {some} {time}
    {ask} [me|nos] [que_me] {give} {some} {time}
    {ask} [me|nos] [que_me] {give} {some} {some} {time}
    {offer_me} [me|nos] {give} {some} {time}
    {offer_me} [me|nos] {give} {some} {some} {time}
    {offer_me} [me|nos] {give} {time}
    me|nos {give} {some} {time}
    me|nos {give} {some} {some} {time}
    me|nos {give} {time}
    {give} me|nos {some} {time}
    deme|denme|give_me|allow_me {some} {time}
    {ask} {pay} * el|la|a|na|no|hasta|ate|en|on|este|esta|next {later}
    {ask} {pay} {later}
    {ask} {pay} * en|em|in {count}|{some} {time}
    aceptan|acepta|aceitam|aceita {count} {part}
    aceptan|acepta|aceitam|aceita pago|pagos|pagamento en|em {part}
    tienen|tiene|tem|hay|ha|existe|ofrecen|ofrece|do_you_have {agreement}
    quiero|quisiera|quero|gostaria_de|deseo negociar|renegociar|acordar
"""
# Whoever says one of these has something else to say first.
_DOUBT: Final = """
    ya|ja [lo|la|le|les|o|a|eu|yo|hoy|ayer] pague|paguei|cancele|abone|transferi|deposite|pago
    ya|ja [lo|la|le|les|o|a] pagamos
    i|we [have] [already] paid
    no|nao [lo|la|le|les|o|a] debo|devo|reconozco|reconheco|corresponde|compre|comprei|recibi|recebi
    reclamo|reclamar|reclamacion|reclamacao|denuncia|denunciar|disputa|contestar|demanda
    estafa|fraude|golpe|robo|scam|fraud
    abogado|abogada|advogado|advogada|lawyer|indecopi|procon|sernac|profeco|condusef|sic
    error|equivocado|equivocada|errado|errada|engano|incorrecto|incorrecta|incorreto|incorreta
    esta|estan|estao|vino|veio|salio mal
    no|nao es|e|son|sao mia|mio|minha|meu|nuestra|nossa
    wrong|mistake|mal_emitida|mal_facturado|otra_persona|outra_pessoa
    fallecio|faleceu|murio|morreu|hospital|hospitalizado|internado|internada|quiebra|falencia
"""

_DENIED_PATTERN: Final = any_of(_DENIED, _LISTS)
_WISH_PATTERN: Final = any_of(_WISH, _LISTS)
_DOUBT_PATTERN: Final = any_of(_DOUBT, _LISTS)


def is_wish_to_agree(text: str) -> bool:
    """Tell whether the text plainly asks to pay in parts or later, and says nothing else."""
    bare = plain(text)
    if len(bare.split()) > _MAX_WORDS or _DOUBT_PATTERN.search(bare):
        return False
    return bool(_WISH_PATTERN.search(_DENIED_PATTERN.sub("... ", bare)))
