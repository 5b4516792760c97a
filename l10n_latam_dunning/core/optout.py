"""Recognises the request to stop in what a debtor writes, in Spanish, Portuguese and English.

Losing a stop is worse than hearing one too many; still, a question about the debt is none, and
"cancelar" is how half of Latin America says "to pay".

The phrases below are written in the notation of :mod:`phrases`.
"""

import re
from typing import Final

from .phrases import any_of, plain, words

_ALONE: Final = """
    alto baja basta borrar borrarme borrame cancelar cancel chega desuscribir desuscribirme
    desuscribirse descadastrar descadastre descadastrem detener detenganse eliminar eliminarme
    end no_mas nao_mais no_molestar nao_perturbe nao_perturbar optout opt_out para parar parad
    pare paren parem quit quitarme remove remover remova salga salir sair saia stop stopall
    suspender unsubscribe unsuscribe
"""
_POLITE: Final = """
    ahora agora aqui avisos ay boa bom buen buena buenas bueno buenos de dia dias dona don el en
    es estimados este favor gracias hola hi hello hey i inmediatamente imediatamente it la los
    lista loco mensajes mensagens messages me mesmo mismo muchas muito my noche noches noite now
    obrigada obrigado ok okay ola os please pls pf pfv por porfa porfavor porfis recordatorios
    lembretes senor senora senores senhor senhora senhores sms sr sra tarde tardes thank thanks
    the urgente whatsapp wsp ya yes you zap
"""

_LISTS: Final = {
    "no": "no nao nunca jamas ni nem never",
    "cease": """
        pare paren parem parar pares para deje dejen deja dejar dejen_ya deixe deixem deixa deixar
        cese cesen evite eviten evitem abstenganse detengan detenganse suspendan
        suspenda interrompam interrompa terminen basta chega parad dejad
    """,
    "order": """
        pare paren parem cese cesen detengan detenga suspendan suspenda suspender detener parar
        cancelen cancelem cancelar interrompam interrompa desactiven desactivar desativem desativar
        bloqueen bloquear eliminen basta chega stop cancel terminen
    """,
    "send": """
        enviar enviarme enviarnos enviando enviandome envien envienme envie envieme envies enviem
        enviarem envia mandar mandarme mandarnos mandando mandandome manden mandenme mande mandeme
        mandes mandem mandarem escribir escribirme escribirnos escribiendo escribiendome escriban
        escribanme escriba escribas escribais escrever escrevendo escrevam escreva escreverem
        contactar contactarme contactando contacten contactenme contacte contactes contatar
        contatando contatem contate entrar_em_contato entrem_em_contato molestar molestarme
        molestando molestandome molesten molestenme moleste molestes incomodar incomodando
        incomodem incomode perturbar perturbando perturbem perturbe importunar importunem
        notificar notificarme notifiquen avisar avisarme avisen hostigar hostigarme hostigando
        hostiguen acosar acosarme acosando acosen fastidiar fastidien joder jodan encher enchendo
        spamear spamearme spameen bombardear bombardearme llenarme
    """,
    "receive": """
        recibir recibirlos recibirlas recibo recibiendo receber recebendo
        ser_contactado ser_contactada ser_contatado ser_contatada ser_molestado ser_molestada
        ser_notificado ser_notificada que_me_contacten que_me_escriban que_me_envien que_me_manden
        que_me_molesten que_me_sigan que_me_enviem que_me_mandem que_me_escrevam que_envien
        que_manden que_enviem que_mandem estar_en_su_lista estar_na_lista
    """,
    "message": """
        mensaje mensajes mensajitos mensagem mensagens msg msgs msj msjs msn aviso avisos
        recordatorio recordatorios lembrete lembretes whatsapp whatsapps wasap wasaps wsp zap
        notificacion notificaciones notificacao notificacoes textos spam comunicaciones
        comunicacoes sms publicidad propaganda alertas suscripcion inscricao envio envios acoso
        hostigamiento assedio correos
    """,
    "article": """
        el la los las lo o a os as un una um uma mi mis meu minha meus minhas este esta estos estas
        esos esas esse essa esses essas estes tus sus su seu seus sua suas tanto tantos tantas
        tantas_veces mas mais otro otros outro outros ningun ninguno nenhum nenhuma de del do da
        dos das tipo todos todas todo more any these those the such
    """,
    "document": """
        factura facturas fatura faturas boleto boletos boleta comprobante comprobantes comprovante
        comprovantes recibo recibos pdf nota notas link enlace contrato estado extracto extrato
        cuenta conta detalle detalhe xml pago pagamento pagos invoice invoices bill receipt
        correo email mail cotizacion orcamento producto productos pedido todavia aun ainda yet
        hasta ate until si se
    """,
    "contract": """
        servicio servico linea linha contrato plan plano internet producto produto cuenta conta
        tarjeta cartao seguro poliza factura fatura monto precio cuota interes deuda
    """,
    "amount": "monto precio cuota cuotas interes intereses tasa deuda mora valor total importe",
    "wish": """
        quiero quisiera quero queria deseo desejo necesito preciso solicito solicitar pido peco
        exijo exigo gostaria gostaria_de me_gustaria podrian podria pueden puede podem pode favor
        favor_de solicitamos queremos want please i_want_to would_like_to
    """,
    "remove": """
        quitenme quiteme quitame quitarme quitar quiten saquenme saqueme sacame sacarme sacar
        saquen borrenme borreme borrame borrarme borrar borren eliminenme elimineme eliminame
        eliminarme eliminar eliminen retirenme retireme retirarme retirar retiren retirem retire
        remuevanme remuevan remover remova removam removerme tirem tire tirar exclua excluam
        excluir excluyanme me_tira me_tire me_tirem me_remova me_remove me_removam me_exclua
        me_excluam bloqueen bloquear bloquee bloqueie
        bloqueiem me_quiten me_saquen me_borren me_eliminen salir salirme sair descadastrem
        descadastre remove take delete
    """,
    "where": """
        lista listas base grupo numero telefono telefone fono celular movil contacto contato
        contactos contatos registro registros cadastro datos dados list number phone contact data
    """,
    "consent": "consentimiento consentimento autorizacion autorizacao permiso permissao consent",
    "way": """
        medio medios meio meios canal canales canais via vias forma manera maneira concepto
        circunstancia circunstancias hipotese modo numero numeros channel channels way ways means
        form number numbers
    """,
    "object": """
        mensajes mensajes mensagens contacto contato contactos contatos whatsapp datos dados
        avisos recordatorios lembretes numero comunicaciones
    """,
}

# "No dejen de escribirme" asks for the contrary of a stop; it is read as one word of no meaning.
_KEEP: Final = """
    no|nao|nunca [me|nos] pares|paren|pare|parem|para|dejes|dejen|deje|deja|deixe|deixem|deixes
    no|nao|nunca [me] {wish} [que] [me] dar|darme|den|baja|salir|sair|parar|paren|parem|dejar|ser
    no|nao [me] {wish} [que] [me] dejen|deixem|desuscribirme|descadastrar|cancelar
    no|nao [me] den|dar|des|deem|quiten|saquen|eliminen|borren|removam|tirem|remova|tire
    no|nao pedi|solicite|solicitei [la|que] [me] baja|darme|dar|den|sair|salir
    dont|not|never stop|unsubscribe|remove|opt|delete|take
"""
_STOP: Final = """
    {no} [mas|mais] [me|nos|le] {send} !{document}
    {no} [mas|mais] [me|nos] vuelvan|vuelva|voltem|volte|vuelvas a {send} !{document}
    {no} [mas|mais] [me|nos] sigan|siga|sigas|continuen|continuem|continue {send} !{document}
    no|nao [me] {wish} [mas|mais|seguir|continuar|que_sigan] {receive} !{document}
    no|nao {wish} [mas|mais] [saber] [nada] [mas|mais] [de] {message}
    no|nao {wish} mas|mais [nada] {article} {message}
    no|nao {wish} [seguir] [que_me] [a] {send} !{document}
    no|nao {wish} [mas|mais] {article} {message}
    no|nao {wish} {article} {article} {article} {message}
    no|nao recibir|receber [mas|mais] [sus|tus|seus|suas|estos|estas|os|las|los] {message}
    no|nao me chame|chamem|procure|procurem|busquen|busque|escrevam mas|mais
    no|nao me cobren|cobre|cobrem|cobre por|pelo|no whatsapp|wsp|zap|aqui
    {wish} parar|dejar|deixar de recibir|receber [sus|estos|estas|as|os|essas|esses] {message}
    {no} mas|mais {message}
    {no} mas|mais contacto|contato
    ni un {message} mas
    no_molestar|no_molesten|no_moleste|nao_perturbe|nao_incomode|no_insistan|no_insista
    no|nao autorizo|consiento|concordo|acepto|aceito|permito|consinto * {object}
    no|nao doy|dou {article} {consent}
    no|nao doy|dou {consent}
    retiro|revoco|revogo|retirar|revocar|revogar|cancelo [el|mi|o|a|meu] {consent}
    withdraw|revoke [my] {consent}
    retiro|revoco|revogo [la|minha] {consent}
    {cease} [ya] [por_favor] de|con|com [me|nos] {send} !{document}
    {cease} [ya] [por_favor] de {article} {send}
    {cease} [ya] [por_favor] con|com isso|isto|eso|esto
    {cease} con|com {article} {message}
    {cease} de cobranca|cobrancas|cobros|cobro [por|pelo|no|en] whatsapp|wsp|zap
    {cease} [ya] [de|con|com] [tanto|tantos|tanta|estos|esos|esses|los|os|las|as] {message}
    {order} {article} {message}
    {order} {article} {article} {message}
    {order} {message}
    {order} {article} envio|envios de {message}
    dejenme|dejeme|dejame|deixem_me|deixe_me|me_deixem|me_deixe|me_dejen|me_deixa en|em paz
    dejenme|dejeme|dejame|me_deixem|me_deixe|me_dejen tranquilo|tranquila|quieto|quieta
    darme|darse|denme|deme|dame|darnos|dar_me|me_den|me_doy|me_de|me_da|me_dan|me_dar de baja
    dar|den|doy|de|dare de baja mi|este|el|a numero|telefono|celular|contacto|mi|este
    dar|den|doy|damos|tramitar de baja !{contract}
    dar|den|tramitar|procesar [la|mi|me|una|de] baja !{contract}
    {wish} [la|mi|una|de|dar|dar_de] baja !{contract}
    baja definitiva|inmediata|total|por_favor $
    baja de|del servicio|servico de {message}
    baja de|del [la|su|esta|este|los|sus] lista|whatsapp|mensajes|avisos|numero|recordatorios|envio
    {remove} [ya] [mi|meu|o|my|me|el|este|por_favor] [numero|telefono|telefone|contato] * {where}
    {remove} {article} {where}
    quitenme|quiteme|quitame|saquenme|saqueme|sacame|borrenme|borreme|borrame [ya|de_aqui|de_esto] $
    eliminenme|elimineme|eliminame|remuevanme|bloqueenme|bloqueame [ya|de_aqui|de_esto] $
    me esquece|esqueca|esquecam $
    saiam|sair|salir do|del|de [esta|este|sua|su|meu|mi] whatsapp|lista|grupo|celular
    desuscribirme|desuscribir|desuscriban|desuscribame|desinscribirme|desinscrever
    descadastrar|descadastro|descadastramento|descadastrem|descadastre|descadastrarme
    stop sending|texting|messaging|contacting|writing|bothering|spamming|harassing !{document}
    stop it|this|that|now|all|these|those|messages|spam|already
    dont|not|never [ever] contact|text|message|bother|spam|whatsapp|harass [me]
    dont|not|never [ever] write [to] me|us|again
    dont|not|never [ever] send [me|us] [any] [more|these] messages|texts|reminders|message|anything
    no more messages|texts|reminders|spam|message
    dont|not|longer want|wish|like [to] [receive|get|be] [any|more|these|your] {message}
    dont|not|longer want|wish|like [to] receive|get|be [any|more|these] messages|texts|contacted
    dont|not|longer want|wish|like any|more|these|your|those [more] messages|texts|reminders
    take|remove|get|delete me|my [number|phone|contact] off|from|out
    remove|delete|block me|my_number|my_phone|my_contact|my_data
    opt [me] out
    opting out
    unsubscribe|unsubscribed|unsuscribe|unsubscribing
    leave me alone
"""
# What makes a stop one for every channel, not only for that on which it was written.
_EVERYWHERE: Final = """
    por|en|de|em|bajo ningun|ninguna|nenhum|nenhuma|cualquier|qualquer {way}
    por|en|em nada|ninguno|nenhum $
    ni por|en whatsapp|sms|correo|telefono|llamada|wsp ni|o
    nem por|pelo|no whatsapp|sms|email|e_mail|telefone nem|ou
    ningun|ninguna|nenhum|nenhuma {way}
    de forma|maneira alguma|nenhuma
    todos|todas los|las|os|as {way}
    any|every|all {way}
    anywhere|any_more_at_all
"""


_KEEP_PATTERN: Final = any_of(_KEEP, _LISTS)
_STOP_PATTERN: Final = any_of(_STOP, _LISTS)
_EVERYWHERE_PATTERN: Final = any_of(_EVERYWHERE, _LISTS)
_ALONE_PATTERN: Final = re.compile(
    rf" (?:(?:{'|'.join(words(_POLITE))}) )*?(?:(?:{'|'.join(words(_ALONE))}) )"
    rf"(?:(?:{'|'.join(words(_POLITE + _ALONE))}) )*"
)


def is_stop(text: str) -> bool:
    """Tell whether the text asks to receive no more messages. Only its start is read."""
    bare = plain(text)
    if _ALONE_PATTERN.fullmatch(bare.replace(" .", "")):
        return True
    return bool(_STOP_PATTERN.search(_KEEP_PATTERN.sub("... ", bare)))


def is_total_stop(text: str) -> bool:
    """Tell whether a request to stop is meant for every channel, not only for this one."""
    return is_stop(text) and bool(_EVERYWHERE_PATTERN.search(plain(text)))
