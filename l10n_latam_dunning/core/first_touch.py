"""The first message to a number that nobody has verified: whether it is the person, and no word
of a debt. What must not stand in it, and what an answer in free words means."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

Answer = Literal["it_is_me", "not_me", ""]

# What whoever answers may learn although he may be anybody.
NEUTRAL: Final = frozenset({"customer_name", "company_name", "company_phone", "user_name"})

# Stems of Spanish, Portuguese and English words that speak of money or of a debt.
_STEMS: Final = """
    adeud aplaza atras boleto cobr collect comprobante cuota deb debt deud divid due fatur factur
    importe interes invoice juros mora multa monto moros overdue owe pag parcel pay pend saldo
    valor venc
"""
# Words that begin as one of them and mean something else.
_HARMLESS: Final = frozenset(
    "debajo debate pagina paginas payaso pendrive valora valoramos".split()
)
_DEBT: Final = re.compile(rf"\b(?:{'|'.join(_STEMS.split())})[a-z]*")
_PLACE: Final = re.compile(r"\{\{\s*\w*\s*\}\}")

_POLITE: Final = """
    a amigo ate bien boa bom buen buena buenas bueno buenos claro com con de dia dias digame diga
    do en es este estoy fala favor gracias hola i im e hello hi lo me mesma mesmo mi mismo misma
    muy noche noches noite no_hay_problema obrigada obrigado oi ok ola por pois pues que quien
    senor senora senhor senhora tarde tardes thank thanks the um yes
"""
_YES: Final = """
    afirmativo asi_es aqui claro_que_si con_el con_el_habla con_ella con_ella_habla correcto
    correto com_ele com_ela ela_mesma ele_mesmo el_habla ella_habla el_mismo en_efecto exacto
    habla_con_el habla_con_ella isso isso_mesmo it_is_me its_me la_misma sim sim_sou_eu sou
    sou_eu sou_eu_mesma sou_eu_mesmo si si_soy si_soy_yo soy soy_yo soy_el_mismo soy_la_misma
    soy_yo_mismo that_is_me thats_me yes yes_it_is yes_its_me this_is_me speaking
"""
_NO: Final = """
    aca_no_es aqui_no_es aqui_nao_e este_no_es_su_numero este_no_es_el_numero engano errado
    equivocado equivocada equivocaron es_otra_persona ese_no_soy_yo esta_equivocado esta_enganado
    me_confunde me_confunden mistake nao nao_conheco nao_conheco_essa_pessoa nao_e_aqui nao_sou
    nao_sou_eu nao_sou_essa_pessoa nao_e_meu negativo no no_conozco no_conozco_a_esa_persona
    no_es_aqui no_es_el_numero no_es_mi_nombre no_la_conozco no_lo_conozco no_soy no_soy_esa_persona
    no_soy_ese no_soy_esa no_soy_yo not_me not_this_person numero_errado numero_equivocado
    otra_persona outra_pessoa se_equivoca se_equivoco telefono_equivocado wrong wrong_number
    wrong_person
"""


def says_too_much(text: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """The words of a text, and those of its variables, that tell of a debt whoever reads it."""
    words = _DEBT.findall(_plain(_PLACE.sub(" ", text)))
    found = [word for word in words if word not in _HARMLESS]
    found += [name for name in names if name not in NEUTRAL]
    return tuple(dict.fromkeys(found))


def read_answer(text: str) -> Answer:
    """Whether an answer in free words says that it is the person, that it is not, or neither: a
    person has to read it then. Names, questions and anything longer are neither."""
    if "?" in text:
        return ""
    words = " ".join(re.findall(r"[a-z]+", _plain(text)))
    if any(_is_only(words, phrase, _AGAIN_NO) for phrase in _NO_PHRASES):
        return "not_me"
    if any(_is_only(words, phrase, _AGAIN_YES) for phrase in _YES_PHRASES):
        return "it_is_me"
    return ""


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text[:600]).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char)).replace("'", "")


def _is_only(words: str, phrase: str, again: frozenset[str]) -> bool:
    """Whether a text is this phrase, perhaps said again, and nothing else than courtesy."""
    found = re.search(rf"\b{phrase}\b", words)
    if not found:
        return False
    rest = f"{words[: found.start()]} {words[found.end() :]}".split()
    return all(word in again for word in rest)


def _phrases(text: str) -> tuple[str, ...]:
    """The longest first, so that what a phrase begins with is not taken for it."""
    return tuple(sorted((word.replace("_", " ") for word in text.split()), key=len, reverse=True))


_COURTESY: Final = frozenset(_POLITE.split())
_AGAIN_NO: Final = _COURTESY | {"no", "nao"}
_AGAIN_YES: Final = _COURTESY | {"si", "sim", "yes"}
_YES_PHRASES: Final = _phrases(_YES)
_NO_PHRASES: Final = _phrases(_NO)
