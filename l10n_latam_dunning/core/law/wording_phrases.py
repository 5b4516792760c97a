"""What a reminder may not say: the phrases, by kind and language, and how a better text begins.

A phrase is lower case without accents and without hyphens. `a|b` is either, `[a|b]` may be missing,
`{name}` is any word of a list, `stem~` any word that begins so, `a_b` two words as one, `*` up to
four words, `#` a number. A line that ends in `|` or a backslash goes on in the next. A phrase does
not reach over a punctuation mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LISTS: Final[Mapping[str, str]] = {
    # === Spanish ===
    "es_tell": """
        avisar~ contactar~ comunicar~ escribir~ hablar~ informar~ llamar~ notificar~ avisamos
        contactamos informamos llamamos notificamos acudir~ recurrir~ visitar~
    """,
    "es_their": "su sus tu tus los las el la un",
    "es_kin": """
        abuela abuelo abuelos allegados amiga amigas amigo amigos companera companeras companero
        companeros conocidos conyuge contactos empleador empleadora empleadores esposa esposo
        familia familiar familiares hermana hermano hermanos hija hijas hijo hijos jefa jefe jefes
        madre mama padre padres papa pareja parientes patron referencias suegra suegros terceros
        trabajo vecina vecinas vecino vecinos centro_de_trabajo centro_laboral
        lugar_de_trabajo oficina_de_personal recursos_humanos
    """,
    "es_goods": """
        auto bienes camioneta carro casa cuentas departamento empleo inmueble moto negocio propiedad
        propiedades salario sueldo terreno trabajo vehiculo vehiculos vivienda
    """,
    "es_hand_over": """
        asignado asignada asignar~ derivado derivada derivar~ entregado entregar~ enviado enviada
        enviar~ pasado pasada pasar~ remitido remitida remitir~ transferido transferir~ trasladado
        trasladada trasladar~ turnado turnar~
    """,
    "es_lodge": """
        entablar~ formular~ ingresar~ iniciar~ iniciado interponer~ interpondr~ preparando
        preparar~ presentado presentar~ promover~ proceder~_con procederemos_con proceda_con
    """,
    "es_legal": """
        civil coactiva coactivo ejecutiva ejecutivas ejecutivo judicial judiciales juridica
        juridicas juridico juridicos legal legales penal penales prejuridica prejuridico
    """,
    "es_bench": """
        juez jueces juzgado juzgados tribunal tribunales fiscalia corte_judicial los_tribunales
        el_juez los_jueces el_juzgado los_juzgados el_tribunal la_justicia la_fiscalia la_corte
    """,
    "es_office": """
        afip alcaldia dian fiscalia gobierno indecopi juzgado ministerio municipalidad
        policia presidencia procuraduria profeco condusef sat sernac sic sii sunat tribunal
    """,
    "es_say": "cita comunica exige informa intima notifica ordena requiere",
    "es_bureau": """
        buro_de_credito buros_de_credito centrales_de_riesgo central_de_riesgo central_de_riesgos
        centrales_de_riesgos
        centrales_de_informacion cifin datacredito dicom equifax experian infocorp infocred
        informconf listas_de_riesgo procredito transunion boletin_comercial circulo_de_credito
        veraz sentinel siisa clearing_de_informes
    """,
    "es_blame": """
        atraso atrasos demora falta_de_pago impago incumplimiento mora morosidad no_pago retraso
        retrasos
    """,
    # === Portuguese ===
    "pt_tell": """
        avisar~ contatar~ comunicar~ escrever~ falar~ informar~ ligar~ ligaremos notificar~
        procurar~ contataremos avisaremos visitar~
    """,
    "pt_their": "seu sua seus suas o a os as ao aos com",
    "pt_kin": """
        amiga amigas amigo amigos chefe chefes chefia colega colegas conhecidos conjuge contatos
        empregador esposa esposo familia familiar familiares filha filhas filho filhos irma irmao
        irmaos local_de_trabalho mae marido pai pais parentes patrao referencias rh terceiros
        trabalho vizinha vizinhas vizinho vizinhos recursos_humanos
    """,
    "pt_goods": """
        apartamento bens carro casa conta contas imovel imoveis moto salario terreno veiculo
        veiculos
    """,
    "pt_hand_over": """
        encaminhado encaminhada encaminhar~ enviado enviada enviar~ levado levada levar~ passado
        passar~ remetido remetida remeter~ repassado repassar~ transferido transferir~
    """,
    "pt_legal": """
        cabiveis criminal judiciais judicial juridica juridicas juridico juridicos legais legal
        penal
    """,
    "pt_office": """
        receita_federal policia_federal policia_civil tribunal justica ministerio ministerio_publico
        governo prefeitura procon forum cartorio
    """,
    "pt_bureau": """
        serasa spc scpc spc_serasa serasa_spc orgaos_de_protecao_ao_credito boa_vista_scpc
        cadastro_de_inadimplentes cadastros_de_inadimplentes cadin quod
        servicos_de_protecao_ao_credito
    """,
    "pt_blame": "atraso atrasos inadimplencia nao_pagamento falta_de_pagamento mora",
    # === English ===
    "en_tell": """
        call calling contact contacting inform informing notify notifying tell telling visit
    """,
    "en_kin": """
        boss children colleagues coworkers employer family friends husband mother father neighbor
        neighbors neighbour neighbours parents references relatives spouse wife workplace hr
    """,
    "en_goods": "assets belongings car home house property salary vehicle wages",
}

# What holds a phrase of the tables below and still is an ordinary word of business.
HARMLESS: Final[Mapping[str, str]] = {
    "es": """
        sin embargo
        embargo comercial
        frente|junto|lado|cerca|costado|esquina|detras|diagonal|altura|espaldas [a|al|del|de|con] \
            [el|la|los] {es_bench} [de|civil|comercial] [paz]
        calle|avenida|av|jiron|jr|pasaje|plaza|plazuela|paradero|estacion|barrio|urbanizacion [de|
            del] [el|la|los] {es_bench}
        representante|representacion|apoderado legal
        asesoria|asesor|servicio|servicios|peritaje|perito|traduccion|deposito|curso judicial|
            judiciales|legal|legales
        honorarios|gastos legales
        razon social
        cobranza|cobro|gestion extrajudicial
        avisar~|llamar~|escribir~|informar~ a nuestra|nuestro *
        area|departamento|direccion|gerencia de compras|pagos|tesoreria
        visitar~ [la|nuestra] oficina|tienda
        derechos civiles
        codigo|ingenier~|obra|obras|construccion civil|civiles
        expediente de credito
        buro de credito al_dia
    """,
    "pt": """
        frente|perto|lado|esquina ao|do|da|de|com [o|a] forum|tribunal|justica|cartorio
        rua|avenida|av|praca|travessa|ladeira [da|do|de] justica|forum|tribunal|cartorio
        representante legal
        recuperacao|assessoria|pericia|perito|deposito judicial|juridica
        informar~ ao [nosso|setor] *
        boa vista
        construcao civil
        emolumentos de cartorio
    """,
    "en": """
        tennis|food|basketball court
        court street|road|avenue|square
        legal name|entity|address|representative
        contact us
    """,
}

# Words that turn what follows into its contrary, and those that may stand between.
NEGATIONS: Final = """
    no sin nunca jamas ni ningun ninguna nao sem nem nenhum nenhuma not without never neither nor
    isnt arent wont
"""
BRIDGES: Final = """
    a acto al any are be caracter como compartimos constituye constituyen contiene contem \
        corresponde
    cualquier da das de del do dos e ee el em en es est esta este existe existen forma gestion
    ha han hay hemos haver incluye implica implican informaremos inicia iniciado iniciamos
    iniciara is la las lo los medio nada nenhuma ni ningun ninguna no o os para por procedimiento
    processo proceso qualquer que representa se ser sera seria significa sob some son su sus sua
    tem tenemos tener the this tiene tipo to trata um uma un una unas unos uso will y contem
    solicitamos llamamos contactamos avisamos informamos notificamos haremos faremos
    falamos contatamos informamos ligamos uma ato acao accion we you your with share vamos vai
    contactaremos llamaremos avisaremos contataremos
"""
# After one of these the contrary holds only on a condition: "no lo demandaremos si paga hoy".
CONDITIONS: Final = "si if caso siempre mientras salvo excepto hasta ate unless until desde sempre"

FORBIDDEN: Final[Mapping[str, Mapping[str, str]]] = {
    "threat": {
        "es": """
            embargar~|embargue|embarguen|embargado|embargada|embargados|embargadas|embargo|
                embargos|embargan|embargamos|embarga
            rematar~|rematado|rematada|rematados * {es_goods}
            remate de|del [su|sus|los|el] {es_goods}
            desalojar~|desalojo|desalojaremos|desahucio
            perder~|perdera|perderan|perderas [todo|todos] [su|sus|tu|tus|la|los] {es_goods}
            le|les|te|se quitar~|quitan|quitaran * {es_goods}
            incaut~|decomis~
            carcel|carceles|preso|presos|encarcel~|prision
            sera|ira|iran|va|terminara [a|en] [ser] detenido|detenida|arrestado|arrestada
            arresto|arrestar~|arrestado
            llamar~|avisar~|enviar~|ir~|acudir~|iremos [a|con|ante|por] [la] policia
            sufrir~|sufra|asumir~|afrontar~|enfrentar~|habra|tendra|tendran|evite|eviten|evitar|
                evita|atengase|atenganse|atente|traera|pagara * consecuencias
            consecuencias legales|judiciales|graves|penales|negativas|serias
            se|te arrepentir~
            lo|la|los|te lamentar~
            vamos a encontrar~|buscarlo|buscarla|buscarte
            sabemos donde vive|viven|vives|trabaja|trabajan|trabajas|estudian|encontrarlo
            conocemos|tenemos su|tu domicilio|direccion_y_su_familia|casa
            iremos|acudiremos|visitaremos|llegaremos|nos_presentaremos|nos_apersonaremos [a|por|
                en|hasta] su|tu|sus casa|domicilio|hogar|trabajo|centro_de_trabajo|centro_laboral|
                familia
            visita domiciliaria
            tener|tendremos|tengamos|tendriamos que ir|visitar~|acudir * casa|domicilio|trabajo
            por las buenas|malas
            a las malas
            nos veremos|vemos|veriamos obligad~|forzad~|en_la_obligacion|en_la_necesidad|
                en_la_penosa
            no nos obligue|obliguen|obligues|haga|hagan
            no lo obligue|queremos perjudicarlo|perjudicarla|hacerle_dano
            seguiremos|continuaremos llamando|llamandolo|insistiendo|molestando|escribiendo * \
                [hasta]
            no dejaremos|pararemos|descansaremos [de] llamar~|insistir|molestar|hasta
            lo|la|te llamaremos|escribiremos todos|todo|cada|a_diario|dia
            queda|quedan|esta|estan advertid~
            ultima|ultimas advertencia|advertencias
            ultimatum
            tomar~|tomaremos [las|otras|mas] medidas|acciones|represalias drasticas|severas|
                fuertes|pertinentes|correspondientes|del_caso|mas|necesarias
            represalias|amenaza|amenazas|amenazamos
            a la fuerza
            sueldo|salario|cuentas|bienes|remuneracion [bancarias] [sera|seran] retenid~|congelad~|
                incautad~
            retener~|retendremos|congelar~|bloquear~|bloquearemos su|sus|tu|tus|las cuentas|sueldo|
                salario|bienes|tarjetas|remuneracion
            pagara|pagaras [muy] caro|con_creces
            sus|tus hijos sufriran|pagaran
        """,
        "pt": """
            penhora|penhoras|penhorar~|penhorado|penhorada|penhorados
            bloqueio|bloquear~|bloquearemos [judicial] [de|da|das|dos|do] [seus|suas|sua|seu] \
                {pt_goods}
            leilao|leiloar~ [de|do|da|dos] [seus|seu|sua] {pt_goods}
            vai|vao|ira|irao|pode perder|ficar_sem [o|a|os|tudo] [seu|sua|seus] {pt_goods}
            tomar~|tomaremos|tirar~|apreender~|busca_e_apreensao * {pt_goods}
            busca e apreensao
            despejo|despejar~|despejado
            cadeia|prisao|presidio
            sera|vai_ser|vai|ira [ser] preso|presa|detido|detida
            chamar~|chamaremos|acionar~ [a] policia
            consequencias legais|judiciais|graves|serias|penais|negativas
            sofrer~|sofrera|arcar~|arcara|evite|evitar|evitem|havera|tera * consequencias
            vai|ira se arrepender
            se arrepender~
            sabemos onde voce|mora|trabalha|o_senhor
            iremos|vamos|visitaremos [ir] [a|ate|na|no|em] [a|o] sua|seu casa|residencia|trabalho|
                domicilio
            por bem|mal ou
            na marra
            seremos|somos|fomos obrigad~|forcad~ a
            nao nos obrigue|force|obriguem
            continuaremos|seguiremos ligando|insistindo|cobrando * [ate]
            nao vamos|iremos parar|descansar
            ligaremos todos|todo|a_cada|diariamente
            esta|fica|estao avisad~|advertid~
            ultima|ultimas advertencia
            ultimato
            ameaca|ameacas|ameacamos|represalias
            medidas drasticas|severas|mais_duras|mais_severas|cabiveis
            providencias cabiveis|severas|drasticas|mais_duras
            vai pagar caro
        """,
        "en": """
            seize|seizing|seizure [of] [your|all] {en_goods}
            seizure|repossess~|garnish|garnishment|foreclos~|evict~
            you will|could|may lose your {en_goods}
            jail|prison|imprison~
            arrested|arrest
            call|send|inform the police
            face|suffer|avoid [the|any|serious|severe|legal|further] consequences
            serious|severe|legal consequences
            or else
            you will regret
            we know where you
            come|coming|go to your house|home|workplace|door
            forced|obliged|compelled to take
            keep|continue calling until
            we will not|never stop
            you have been warned
            final|last warning
            drastic|further|stronger|severe measures|action|steps
            hurt you
            threat~
        """,
    },
    "judicial": {
        "es": """
            [notificacion|notificaciones|citacion|cobranza|cobro|aviso|comunicacion|documento|
                tipo|caracter] judicial|judiciales|judicialmente|prejudicial|prejudiciales
            accion|acciones|medida|medidas|via|vias|instancia|instancias|cobranza|cobro|proceso|
                procesos|procedimiento|gestion|etapa|fase|denuncia {es_legal}
            nuestro|nuestra|al|del area|departamento|depto|gerencia|direccion|equipo|estudio|
                division|despacho legal|juridico|juridica
            departamento|depto|area|gerencia juridico|juridica
            nuestro|nuestros|nuestra|nuestras abogado|abogados|abogada|abogadas|asesores_legales|
                asesor_legal
            {es_hand_over} * abogado|abogados|abogada|bufete|estudio_juridico|area_legal|
                departamento_legal
            lo|la|le|les|los|las|te demandar~|demandamos|denunciar~|denunciamos|enjuiciar~|procesar~
            demandarlo|demandarla|demandarle|demandarte|denunciarlo|denunciarla|denunciarte|
                enjuiciarlo|enjuiciarla
            sera|seran|ser|fue|siendo|sido demandado|demandada|demandados|denunciado|denunciada|
                enjuiciado|enjuiciada
            {es_lodge} [una|un|la|el|nuestra|su|formal] [formal] demanda|denuncia|querella|juicio|
                pleito|acciones
            demanda|denuncia|querella|juicio|pleito en_su_contra|contra_usted|en_tu_contra|
                contra_suya|contra_su|civil|penal|por_cobro|por_incumplimiento|de_cobro|ejecutivo|
                ejecutiva|legal
            evit~|evite|evitese [una|la|el|un] demanda|juicio|denuncia|pleito|querella
            llevar~|llevaremos|llegar~ [el|su|este|al] [caso] [a|ante] juicio|tribunales|
                los_tribunales|la_corte
            ante|al|a|en [el|los|la|un|una] {es_bench}
            juzgado|tribunal competente|de_letras|de_turno|mixto|civil|penal|ejecutivo
            cedula de notificacion
            previo|previa a [la|una] demanda
            aviso|notificacion|requerimiento|intimacion * demanda|demandar~
            lo|la|le|los|te vamos|voy|van a demandar|denunciar|enjuiciar
            problemas legales|con_la_justicia|con_la_ley
            proceder~ legalmente|penalmente
            derivar~|terminar~|acabar~|culminar~|resultar~ en|con una|un demanda|juicio|denuncia|
                embargo
            tomaremos|tomaran acciones
            vernos|veremos|vemos en juicio|tribunales|la_corte|los_tribunales|el_juzgado
            orden|boleta|mandamiento de captura|aprehension|arresto|detencion|allanamiento|desalojo
            titulo|merito ejecutivo
            ejecutar~|ejecucion [de] [la|su|el|las|sus] garantia|garantias|hipoteca|pagare|prenda|
                aval|fianza
            ejecucion|ejecutar~ de|sus|los [sus|los] bienes
            protestar~|protesto|protestaremos [de] [la|el|su] letra|pagare|titulo|cheque
            sera|seran|fue protestado|protestada|protestados
            ultimo aviso legal
            aviso legal previo|final
            oficial|ministro|alguacil|receptor|actuario de justicia
            acciones correspondientes|pertinentes|que_correspondan|del_caso
            citacion|citatorio|comparecer|comparezca|comparecencia * juzgado|tribunal|juez|
                fiscalia|audiencia
            costas procesales|del_juicio
            enjuiciamiento
            fiscalia penal
        """,
        "pt": """
            [cobranca|notificacao|intimacao|citacao|comunicado|documento|aviso] judicial|
                judiciais|judicialmente
            acao|acoes|medida|medidas|via|vias|processo|processos|cobranca|execucao|providencia|
                providencias|setor|departamento {pt_legal}
            nosso|nossa|nossos advogado|advogados|advogada|juridico|assessoria_juridica|
                departamento_juridico
            {pt_hand_over} * juridico|advogado|advogados|escritorio_de_advocacia|
                departamento_juridico|setor_juridico
            processalo|processala|processaremos_voce|processar_voce|acionalo|acionala
            sera|seras|ser processado|processada|executado|executada|intimado|intimada \
                judicialmente|por|na|pela
            voce sera|vai_ser processado|processada|executado|intimado
            entrar~|ingressar~|ingressaremos|entraremos [com] [uma|um] acao|processo
            ajuizar~|ajuizaremos|ajuizamento
            na|a|pela justica|via_judicial
            acionar~|acionaremos [a] justica
            perante [o|a] juiz|tribunal|justica|forum
            mandado de prisao|penhora|busca|citacao
            oficial de justica
            intimacao|citacao do|da|de|pelo juiz|forum|tribunal|justica
            {pt_hand_over} * protesto|cartorio
            protesto em|no|de|do cartorio|seu_titulo|titulo|seu_nome|nome
            sera|seran|serao|ser protestado|protestada|protestados
            protestar~|protestaremos [o|a|seu|sua|esse|este] titulo|boleto|duplicata|nome|divida|
                fatura
            titulo executivo
        """,
        "en": """
            legal action|actions|proceedings|steps|measures|consequences|department|notice|demand
            take|taking you to court
            in|to|before [a|the] court
            court order|action|case|proceedings|summons|date|claim
            sue|sued|suing you
            we|to|will sue
            lawsuit|lawsuits|litigation|subpoena|summons|bailiff
            our|an|the|to lawyer|lawyers|attorney|attorneys|solicitors|legal_team|legal_counsel
            judgment against
            press charges
        """,
    },
    "shame": {
        "es": """
            lista|listas|listado|cartelera|mural negra|negras|de_morosos|de_deudores|publica_de
            publicar~|publicaremos|difundir~|divulgar~|exhibir~|exponer~|expondr~ [a] [su|sus|tu|
                tus|el|la|los] nombre|foto|fotos|fotografia|deuda|datos|caso|imagen [en] [su|el|
                las|los|nuestras] [facebook|instagram|redes_sociales|internet|periodico|grupo]
            lo|la|los|te publicar~|expondr~|exponer~|difundir~|escrachar~
            nombre|foto|deuda|datos|caso|imagen [sera|seran] publicad~|difundid~|expuest~|divulgad~
            publicaremos|difundiremos * deuda|deudas|morosidad|deudores
            todo|todos [el] [mundo] [lo] sabra|sabran|enterara|enteraran|se_enterara|se_enteraran
            sus|tus|su vecinos|familia|companeros|jefe|amigos|clientes|proveedores sabra|sabran|
                se_enterara|se_enteraran|van_a_enterarse|conoceran
            deberia|debe|tenga|tiene|ten [darle|sentir|de|un] [poco] [de] verguenza
            deberia darle|darte|sentir|tener verguenza
            verguenza deberia|debe [darle|darte]
            no tiene|tienes|tuvo verguenza
            todo|toda el|la|su|tu barrio|edificio|oficina|vecindario|ciudad|empresa|pueblo * sabra|
                enterara
            nombre|foto|deuda aparecera|saldra * periodico|redes|lista|internet|facebook|publico
            que|una verguenza
            no le|te da|dara verguenza|pena
            manchar~|manchado|manchara [su|tu] nombre|reputacion|imagen|honor
            danar~|afectar~|perjudicar~|arruinar~ [su|tu] reputacion|honor|buen_nombre|imagen
            escrach~
            cartel|carteles|afiche|letrero|pancarta en|frente_a|afuera_de|fuera_de [la] [su|tu] \
                casa|domicilio|trabajo|puerta|negocio
            en ridiculo|evidencia
        """,
        "pt": """
            lista negra|de_devedores|de_caloteiros|suja
            publicar~|publicaremos|divulgar~|divulgaremos|expor|exporemos [o|a|os] [seu|sua|seus] \
                nome|foto|fotos|divida|dados|caso [nas|no|na|em] [redes_sociais|facebook|
                instagram|internet|jornal|grupo]
            nome|foto|divida|debito|dados|caso [sera|serao] divulgad~|publicad~|exposto|exposta
            todos [vao|irao] saber|saberao|ficar_sabendo
            deveria|tenha|deve [ter|sentir|um_pouco_de|se_envergonhar] vergonha
            deveria ter|sentir vergonha
            que|falta_de|sem vergonha
            envergonh~|humilh~
            nome|reputacao [vai] [ficar|ser] manchado|manchada
            cartaz|faixa * casa|trabalho|porta
        """,
        "en": """
            blacklist|blacklisted|black_list
            publish|post|expose|display your name|photo|debt|picture|details
            post|expose you * facebook|instagram|social_media|online
            everyone|everybody will know
            shame on you
            you should|ought [to] [be|feel] ashamed
            list of debtors|defaulters|bad_payers
            ruin|damage|destroy your reputation|name
            humiliat~
        """,
    },
    "insult": {
        "es": """
            moroso|morosa|morosos|morosas
            sinverguenza|sinverguenzas|sinvergueria
            ladron|ladrona|ladrones|ratero|ratera|rateros|estafador|estafadora|estafadores
            caradura|descarado|descarada|malapaga|malapagas|tramposo|tramposa|tramposos|pillo|pillos
            mala paga
            mentiroso|mentirosa|mentirosos|delincuente|delincuentes|criminal
            idiota|imbecil|estupido|estupida|inutil|mierda|carajo|pendejo|cabron|huevon|conchudo|
                conchuda
            deshonesto|deshonesta|irresponsable|irresponsables|irrespetuoso
            es|usted|ud|eres|sos un|una fracasado|fracasada|incumplido|incumplida|vividor|rata|
                basura|lacra
            no tiene|tienes palabra|honor|dignidad|moral
            sin palabra|honor|moral
            muerto|muertos de_hambre
            poca verguenza
            deje|deja|dejen de esconderse|esconderte|mentir|hacerse|evadir
            persona sin_palabra|poco_seria
        """,
        "pt": """
            caloteiro|caloteira|caloteiros|calote
            vagabundo|vagabunda|ladrao|ladra|golpista|trapaceiro|picareta|safado|safada|pilantra|
                estelionatario
            semvergonha|desonesto|desonesta|mentiroso|mentirosa|irresponsavel|irresponsaveis
            mau|maus pagador|pagadores
            idiota|imbecil|burro|burra|otario|merda|criminoso|bandido
            nao tem palavra|carater|moral
        """,
        "en": """
            deadbeat|deadbeats|thief|thieves|crook|crooks|liar|liars|scammer|fraudster|loser|
                losers|cheater|swindler|criminal
            dishonest|irresponsible|idiot|stupid|moron|shameless|worthless|scum
            bad payer
        """,
    },
    "third_party": {
        "es": """
            {es_tell} [de|sobre|por] [esta|esto|su|tu|la] [deuda|situacion] [a|con] {es_their} \
                [de] [su|sus] {es_kin}
            {es_tell} a|con [todos|todas|cada] [uno] [de] {es_their} [de] [su|sus] {es_kin}
            {es_tell} en|a su|tu [centro] [de] trabajo|oficina|empresa|colegio
            enviar~|enviaremos|mandar~ * cartas|carta|mensajes|avisos|notificaciones a|en su|sus|tu|
                tus {es_kin}
            hable|hablen|converse|habla con su|tu|sus {es_kin}
            comunicar|avisar|informar|decir|decirle|avisarle|comunique|informe a|al * que [le|nos] \
                debe|adeuda|tiene_una_deuda|tiene_deuda|pague|llame|pagar
            decirle|avisarle|comentarle|informarle a su|sus|tu|tus {es_kin}
            {es_tell} a|con {es_kin}
            comunicarnos|contactarnos|hablar~ con {es_their} {es_kin}
            su|sus|tu|tus|nuestro|nuestra {es_kin} [que] [nos] [le] debe|deben|adeuda|adeudan|
                no_ha_pagado|tiene_una_deuda|no_paga|tiene_deuda|mantiene_una_deuda
            su|sus|tu|tus {es_kin} sera|seran|ser informad~|notificad~|contactad~|avisad~
            digale|dile|avisele|avisale|informele|comuniquele|recuerdele|transmitale [a] * {es_kin}
            digale|dile|avisele|avisale|informele|comuniquele a * que * debe|adeuda|pague|deuda
            figura|aparece|registrado|registrada|esta como referencia|su_referencia|
                referencia_personal|contacto_de
            usted|tu es|eres|fue la|una|su [dada|indicado] referencia|contacto_de_referencia
            {es_tell} [a|con] [cada|todas|todos] [una] [de] [sus|tus] [los] contactos [de] [su|tu] \
                telefono|celular|agenda|personales
            referencias personales
        """,
        "pt": """
            {pt_tell} [sobre|da|a] [sua] [divida] [para|com|a] {pt_their} [seu|sua|seus|suas] \
                {pt_kin}
            {pt_tell} [para|com|a] [todos|todas] [os|as] {pt_their} [seu|sua|seus|suas] {pt_kin}
            {pt_tell} no|na|em seu|sua trabalho|empresa|escritorio
            fale|converse com seu|sua|seus {pt_kin}
            seu|sua|seus|suas {pt_kin} [que] [nos] deve|devem|nao_pagou|esta_devendo|tem_uma_divida
            seu|sua|seus|suas {pt_kin} sera|serao|ser informad~|notificad~|contatad~|avisad~
            diga|avise|informe [ao|a|para] * {pt_kin} que * deve|pague|divida
            referencia pessoal
            consta como referencia|contato_de
            {pt_tell} [todos] [os] seus contatos
        """,
        "en": """
            {en_tell} [to] [all|everyone|about] [of] your {en_kin}
            your {en_kin} will be|know|hear|find
            tell|inform your {en_kin}
            your {en_kin} owes|owe|has_not_paid
            you are listed as [a] reference
        """,
    },
    "promotion": {
        "es": """
            # por_ciento|porciento|% [de] descuento|dscto|dcto|menos
            descuento de|del hasta|#
            descuento especial|exclusivo|imperdible|por_pronto_pago|adicional|si
            aproveche|aprovecha|aprovechen [de] [ahora|ya|hoy|esta|este|nuestra|nuestras|nuestros|
                la|el|las|los|un|unica] [unica|gran] oferta|ofertas|oportunidad|promocion|
                promociones|descuento|descuentos|beneficio|condonacion
            oferta|ofertas especial|especiales|exclusiva|exclusivas|limitada|imperdible|
                imperdibles|del_mes|de_temporada|de_la_semana|unica
            nuestra|nuestras|nueva|nuevas|gran|grandes oferta|ofertas|promocion|promociones
            promocion|promociones especial|especiales|vigente|exclusiva|del_mes|valida
            tenemos|hay * promocion|promociones|oferta|ofertas
            2x1|3x2
            condonar~|condonamos|condonacion|condonaremos
            invitamos|invitarle a [conocer|renovar|adquirir|comprar|probar] [su|tu|nuestro|nuestra|
                nuestros|nuestras|un|una|el|la] [nuevo|nueva|nuevos|nuevas] plan|producto|productos|
                coleccion|catalogo|promocion|tarjeta
            promo|promos|liquidacion_total|black_friday|cyber_monday
            gane|gana|ganese|llevese|llevate|reciba|obtenga|participe|participa [de|en|por] [un|
                una|el|nuestro] premio|premios|sorteo|regalo|bono|viaje
            participe|gane|entrara|entra|entre * sorteo
            cupon|cupones de_descuento|promocional|promocionales
            totalmente gratis
            de regalo
            compre|compra ya|ahora|hoy|aqui|dos
            conozca|descubra|pruebe|conoce|descubre [nuestro|nuestra|nuestros|nuestras|el|la] \
                [nuevo|nueva|nuevos] producto|productos|plan|planes|coleccion|catalogo|servicio|
                servicios|credito|tarjeta
            nuevos productos disponibles|llegaron
            solicite|solicita|adquiera|contrate|renueve [ahora|ya|hoy|su|un|nuestro|nuestra|nueva|
                una] [nuevo|nueva] credito|prestamo|tarjeta|plan|seguro|membresia
            credito preaprobado
        """,
        "pt": """
            # por_cento|% [de] desconto|off
            desconto de|especial|exclusivo|imperdivel|a_vista #|imperdivel|ate
            desconto especial|exclusivo|imperdivel
            aproveite [a|o|as|os|nossa|nosso|nossas|esta|essa|agora|ja|hoje] [grande|unica] \
                oferta|ofertas|promocao|promocoes|desconto|descontos|oportunidade|condicoes
            oferta|ofertas especial|especiais|exclusiva|imperdivel|imperdiveis|relampago|
                da_semana|do_mes
            nossa|nossas|nova|novas|super oferta|ofertas|promocao|promocoes
            promocao especial|imperdivel|valida|do_mes
            ganhe|concorra|participe|receba [a|de|do|um|uma] [premio|premios|sorteio|brinde|
                brindes|cupom|bonus]
            black_friday
            cupom|cupons de_desconto|promocional|promocionais
            participe|participar|concorra * sorteio
            totalmente gratis
            compre ja|agora|hoje|aqui
            conheca|descubra [nosso|nossa|nossos|nossas|o|a|os|as] [novo|nova|novos|novas] \
                produto|produtos|plano|planos|colecao|catalogo|servicos|cartao
            contrate|adquira|solicite [ja|agora|hoje|seu|um|nosso] [novo] emprestimo|cartao|plano|
                seguro|credito
        """,
        "en": """
            # % discount|off
            % off
            discount of #|up_to
            special|exclusive|limited offer|offers|deal|deals|promotion|discount
            promo code|codes
            buy now|one|today
            free gift|trial
            coupon|coupons|sweepstake|black_friday
            win a|prizes
            check_out|discover|try our [new] products|plans|collection|services
            apply for a|your [new] loan|credit_card|card
        """,
    },
    "why_not_paid": {
        "es": """
            por que [usted|ud|aun|todavia|es_que|motivo|razon] no [nos|lo|la|le] [ha|has|han|hizo|
                a|realizo|efectuo|pudo] [el|su|podido] pagado|pago|paga|pagas|pagan|pagaron|
                cancelado|cancelo|abonado|abono|pagar|cumplido|cumplio|depositado
            por que [usted|aun|todavia] no [nos|lo] pagaste|pagaron|ha_hecho|has_hecho|hizo|hiciste|
                ha_realizado|has_pagado|ha_cancelado|cancelo
            ¿ porque no [nos|ha|has|han|lo] pagado|pago|paga|pagas|pagaste|cancelado|hecho
            por que [usted] sigue|esta|tiene|mantiene [sin|en] [su] pagar|mora|atraso|retraso|
                atrasado|atrasada|impago
            por que|cual|motivo [el|su|este] {es_blame}
            motivo|motivos|razon|razones|causa|causas del|de|de_la|de_su|por_el_que|por_la_que|
                por_el_cual|por_la_cual|por_lo_que|para|por [el|la|su|no|usted] [no] [ha] \
                {es_blame}
            motivo|motivos|razon|razones|causa|causas por_el_que|por_la_que|por_el_cual|
                por_la_cual|de_que|por|para [usted|aun|todavia] no [se|nos|lo] [ha] pagado|pago|
                paga|pagar|realizado|cancelado|efectuado|cumplido
            a que se debe|debio [el|la|su|este|esta] {es_blame}
            a que se debe|debio que no
            que [le] paso|ocurrio|sucedio|impidio|impide|impidieron [con|que] [su|el|pagar|
                realizar] [el] [pago] [no] pago|pagar|pague|factura|cuota
            que [le] impidio|impide|impedio pagar|realizar|hacer|cancelar|cumplir
            explique|expliquenos|explicar|digame|diganos|indique|indiquenos [el|la|por|su] \
                [motivo|razon|que] [de|del|por] [su|la|el|no|que] {es_blame}
        """,
        "pt": """
            por|porque que [motivo|razao] [o|a|voce|senhor|senhora] [senhor|senhora] [ainda] nao \
                pagou|quitou|pagaram|efetuou|realizou|paga
            porque [voce|o_senhor|a_senhora] [ainda] nao pagou|quitou|efetuou|realizou
            qual|quais [e|foi|o|a] [o|a] [foi] motivo|razao|causa [do|da|de|para|pelo|pela] [seu|
                sua|o|a] {pt_blame}
            motivo|motivos|razao|razoes do|da|pelo_qual|pela_qual|para_o|por [seu|sua|voce|o|a] \
                [nao|ainda] {pt_blame}
            motivo|motivos|razao|razoes pelo_qual|pela_qual|por_que [voce|o_senhor|a_senhora] \
                [ainda] nao pagou|quitou|efetuou
            o que aconteceu|houve [que|com|para] [voce|o|seu] [nao] pagou|pagamento|pagar
            explique|informe|diga [o|a|por_que|nos] [motivo|razao|porque] [do|da|pelo] {pt_blame}
        """,
        "en": """
            why [have|has|did|do|are|is] [you|your|havent|hasnt|didnt] [the|not|bill|invoice|
                account] [yet|been|not] paid|pay|paying|settled|settle|unpaid|overdue|late
            why you [still] havent|have_not|did_not|didnt|are_not [yet] paid|pay|paying|settled
            why|how_come havent|didnt|hasnt you|it|this [been] [not] paid|pay|settled
            reason|reasons for|why|behind [the|your|this] [late|not|non] nonpayment|payment_delay|
                delay|default|nonpaying|late_payment|paying|payment
        """,
    },
    "bureau_threat": {
        "es": """
            reportar~|reportad~|reporte|reportes|reportaremos|registrar~|registrad~|inscribir~|
                inscrit~|incluir~|incluid~|ingresar~|anotar~ * {es_bureau}
            a|al|en|ante [el|la|las|los] {es_bureau}
            infocorp|datacredito|informconf|infocred
            reporte|reportes negativo|negativos
            score|puntaje|calificacion|historial crediticio|crediticia * bajar~|caer~|empeorar~
            mal|mala historial|calificacion|score [crediticio|crediticia]
            reportar~|reportad~|reportaremos negativ~
            afectar~|afecta|afecte|danar~|dane|perjudicar~|manchar~ [a] [su|tu|el] historial|
                record|score|calificacion|puntaje|vida_crediticia|comportamiento_crediticio
            historial|record|calificacion|puntaje crediticio|crediticia * afectad~|danad~|
                perjudicad~|manchad~
            deudor|deudores incobrable|incobrables|irrecuperable
        """,
        "pt": """
            negativar~|negativacao|negativado|negativada|negativaremos|negativados
            sujar~|sujo|sujaremos|limpo [o|seu] [nome|cpf] nome|cpf
            nome|cpf|cnpj [ficar|ficara|vai|sera|esta] [ficar] sujo|negativado|restrito|
                com_restricao
            inclu~|inscri~|inscrev~|registrar~|registro|cadastrad~|inserir~|inserid~ * {pt_bureau}
            no|ao|nos|aos|pelo [orgaos] {pt_bureau}
            serasa|scpc
            restricao|restricoes no|em|ao|do|de [seu|o] nome|cpf|cnpj|credito
            orgaos de protecao [ao] credito
            score|pontuacao * prejudicad~|cair|afetad~|baixar
        """,
        "en": """
            report|reported|reporting [you|this|it|your] [debt|account] to [the|a|all] credit \
                bureau|bureaus|agencies|agency
            credit bureau|bureaus|agency|agencies|rating|score|report|history
            equifax|experian|transunion
        """,
    },
    "impersonation": {
        "es": """
            {es_office} * [le|les|lo] {es_say}
            somos|soy|llamamos|escribimos|represento [de|del|desde|a|al] [el|la|un] [departamento|
                oficina|agente] [de|del] [la] {es_office}|juez
            habla|escribe|llama|saluda * del|de_la {es_office}
            corte superior|suprema
            en|a nombre|representacion de|del [la|el] fiscalia|juzgado|tribunal|policia|gobierno|
                estado
            por orden|mandato|disposicion [de|del] [la|el] juez|juzgado|tribunal|fiscalia|corte|
                autoridad
            orden|mandato del|de_un juez|juzgado|tribunal
            agente|oficial de policia
        """,
        "pt": """
            {pt_office} * [lhe|o|a] informa|intima|notifica|comunica|convoca
            somos|sou|falamos|falo [da|do|em_nome_da|em_nome_do] {pt_office}
            em nome da|do|de justica|policia|receita_federal|governo|ministerio_publico
            por ordem|determinacao [do|da|de] juiz|justica|tribunal
            poder judiciario
            mandado judicial
        """,
        "en": """
            we are|i_am|calling|writing [from|the|with] [the] police|court|government|tax_office|
                sheriff|attorney_general
            on behalf of the court|police|government|sheriff
            by order of the
            court notice|officer
        """,
    },
    "false_urgency": {
        "es": """
            ultima|ultimas oportunidad|oportunidades|chance|posibilidad|salida
            ultimo|ultimos aviso|llamado|avisos antes|final|previo|de_corte
            aviso|notificacion definitivo|definitiva|perentorio|perentoria
            pague|cancele|abone|deposite|pagar|regularice [ya|ahora|hoy] [su|la|mismo] [deuda] \
                inmediatamente|de_inmediato|de_manera_inmediata|urgentemente|urgente
            pague|cancele|abone ya|ahora|hoy o|antes
            tiene|tienes|dispone|cuenta [solo|solamente|unicamente|con] [un] [plazo] [de|con] # \
                horas|hrs|hr|h
            pague|cancele|abone|deposite|pagar|regularice * en|dentro [de] [las|menos] [proximas|
                siguientes] [de] # horas|hrs
            plazo improrrogable|perentorio|fatal|inapelable
            evite|eviten|evitar|evitese [mayores|serios|graves|futuros] problemas|sanciones
            su|tu|la cuenta|linea|servicio|usuario sera|quedara bloquead~
            bloquearemos su|tu|la cuenta|linea|usuario
            pago urgente|inmediato
            muy urgente
            urge|urgente que|su|pago|pagar|regularizar [pago]
            urgente :|!
            de una [buena] vez
            no habra mas|otra|otro|nuevas aviso|avisos|oportunidad|prorroga|plazo
        """,
        "pt": """
            ultima|ultimas chance|oportunidade|oportunidades|chances
            ultimo|ultimos aviso|comunicado|avisos antes|final|previo|extrajudicial
            aviso|notificacao definitivo|definitiva
            pague|quite|regularize imediatamente|urgentemente|urgente|com_urgencia
            pague|quite ja|agora|hoje ou|antes
            tem|dispoe [apenas|somente|so|um|de] [prazo] [de] # horas|hrs
            pague|quite|pagar|regularize * em|dentro [de] [ate|as|das] [proximas] # horas|hrs
            prazo improrrogavel|fatal|final
            evite [maiores|serios|futuros] problemas|constrangimento|constrangimentos|sancoes
            sua|seu conta|linha|servico|cadastro sera|ficara bloquead~
            bloquearemos sua|seu conta|linha|acesso
            pagamento urgente|imediato
            muito urgente
            nao havera outro|outra|mais|novo aviso|chance|oportunidade|prazo|avisos
        """,
        "en": """
            last|final chance|opportunity|call|demand
            final|last notice before
            pay immediately|or|at_once
            pay now or|before|to_avoid
            you have [only] # hours
            pay * within [the] [next] # hours
            immediate payment
            your account|service will be blocked|frozen|terminated
            act now|immediately|fast
            urgent payment|action
            no further notice|chance|warnings
        """,
    },
}

# How to say it instead, to the debtor, in the language of the text.
BETTER: Final[Mapping[str, Mapping[str, str]]] = {
    "threat": {
        "es": "Le invitamos a regularizar el saldo pendiente o a acordar una fecha de pago.",
        "pt": "Convidamos a regularizar o valor em aberto ou a combinar uma data de pagamento.",
        "en": "We invite you to settle the open balance or to agree on a payment date.",
    },
    "judicial": {
        "es": "Si desea acordar una forma de pago, responda a este mensaje y le ayudaremos.",
        "pt": "Se quiser combinar uma forma de pagamento, responda a esta mensagem.",
        "en": "If you wish to agree on how to pay, reply to this message and we will help.",
    },
    "shame": {
        "es": "Este aviso es confidencial y se dirige solo a usted.",
        "pt": "Este aviso é confidencial e dirigido somente ao senhor ou à senhora.",
        "en": "This notice is confidential and meant for you only.",
    },
    "insult": {
        "es": "Según nuestros registros, la factura sigue pendiente de pago.",
        "pt": "Segundo nossos registros, a fatura continua em aberto.",
        "en": "According to our records, the invoice is still open.",
    },
    "third_party": {
        "es": "Este aviso se dirige solo al titular; si no es usted, por favor indíquelo.",
        "pt": "Este aviso é somente para o titular; se não for você, por favor avise.",
        "en": "This notice is for the account holder only; if that is not you, please tell us.",
    },
    "promotion": {
        "es": "Le recordamos el saldo pendiente de su factura.",
        "pt": "Lembramos o valor em aberto da sua fatura.",
        "en": "We remind you of the open balance of your invoice.",
    },
    "why_not_paid": {
        "es": "¿Qué fecha y medio de pago le convienen?",
        "pt": "Qual data e forma de pagamento são melhores?",
        "en": "Which date and means of payment would suit you?",
    },
    "bureau_threat": {
        "es": "Quedamos atentos para ayudarle a regularizar el saldo pendiente.",
        "pt": "Estamos à disposição para ajudar a regularizar o valor em aberto.",
        "en": "We are glad to help you settle the open balance.",
    },
    "impersonation": {
        "es": "Le escribe {{company_name}}, su proveedor.",
        "pt": "Quem escreve é {{company_name}}, seu fornecedor.",
        "en": "This is {{company_name}}, your supplier.",
    },
    "false_urgency": {
        "es": "La factura venció el {{due_date}}; le agradeceremos su pago.",
        "pt": "A fatura venceu em {{due_date}}; agradecemos o pagamento.",
        "en": "The invoice was due on {{due_date}}; we would be grateful for your payment.",
    },
}
