"""The five companies of the demo and their debtors, as plain data. Nobody here exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """What happened to a debtor: days from today to each due date, and what follows."""

    due: tuple[int, ...]
    consent: str = "express"  # express, opt_in, withdrawn, or empty: never asked
    deed: str = ""  # what `ledger` does with the invoices once they are posted


STORIES = {
    # the five levels
    "before_due": Story((7,)),
    "due_today": Story((0,)),
    "week_late": Story((-8,)),
    "fortnight_late": Story((-16,)),
    "month_late": Story((-33,)),
    # more than one thing open
    "several": Story((-12, -3, 4)),
    "instalments": Story((-8,)),
    # consent
    "never_asked": Story((-9,), consent=""),
    "withdrew": Story((-10,), consent="withdrawn"),
    "opt_in_only": Story((-9,), consent="opt_in"),
    # the number
    "invalid_number": Story((-7,)),
    "landline": Story((-14,)),
    "blacklisted": Story((-12,), deed="blacklist"),
    "shared_number": Story((-8,)),
    # payments
    "paid": Story((-5,), deed="pay"),
    "partly_paid": Story((-15,), deed="pay_part"),
    "in_payment": Story((-8,), deed="announce_payment"),
    "credit_note": Story((-10,), deed="credit"),
    "credit_open": Story((-10,), deed="credit_apart"),
    # decisions of people
    "blocked": Story((-20,), deed="block"),
    "no_followup": Story((-11,), deed="exclude"),
    "disputed": Story((-18,), deed="dispute"),
    "agreement": Story((-25,), deed="agree"),
    "agreement_broken": Story((-40,), deed="agree_and_break"),
    # where he lives
    "abroad": Story((-9,)),
    "no_country": Story((-9,)),
    "not_yet": Story((20,)),
    # what WhatsApp makes of it
    "unreachable": Story((-16,)),
    "lost_answer": Story((-17,)),
}


# Whose number nobody has verified yet, and what he taps when he is asked; empty: nothing.
UNVERIFIED = {
    "PE-03": "it_is_me",
    "PE-04": "not_me",
    "CO-03": "",
    "CL-03": "",
    "BR-04": "it_is_me",
}


@dataclass(frozen=True)
class Debtor:
    """A customer: a person unless `firm`; lives in the company's country unless told."""

    story: str
    name: str
    phone: str
    city: str
    state: str
    firm: bool = False
    country: str = ""


@dataclass(frozen=True)
class House:
    """A company with its localisation, its WhatsApp number and what it sells."""

    key: str
    name: str
    number: int  # its tax id is made from it
    lang: str
    zone: str
    street: str
    city: str
    state: str
    zip: str
    whatsapp: str
    sells: str
    price: float
    debtors: tuple[Debtor, ...]

    def numbered(self) -> Iterator[tuple[str, Debtor]]:
        """(reference, debtor) in order; the reference is the partner's in Odoo."""
        for turn, debtor in enumerate(self.debtors, 1):
            yield f"{self.key}-{turn:02d}", debtor


HOUSES = (
    House(
        *("PE", "Textiles Misti S.A.C.", 50612345, "es_PE", "America/Lima"),
        *("Av. Parra 318", "Arequipa", "04", "04001", "+51 912 000 100"),
        *("Uniformes de trabajo", 1250.0),
        debtors=(
            Debtor("before_due", "Rosa Quispe Mamani", "987 000 101", "Lima", "15"),
            Debtor("due_today", "Bodega Doña Elvira E.I.R.L.", "987 000 102", "Lima", "15", True),
            Debtor("week_late", "Julio Huamán Flores", "+51 987 000 103", "Cusco", "08"),
            Debtor("fortnight_late", "Carmen Rojas Salas", "987000104", "Arequipa", "04"),
            Debtor("month_late", "Confecciones Wari S.A.C.", "987 000 105", "Lima", "15", True),
            Debtor("several", "Colegio San Lázaro S.A.C.", "987 000 106", "Arequipa", "04", True),
            Debtor("instalments", "Percy Condori Apaza", "987 000 107", "Puno", "21"),
            Debtor("never_asked", "Milagros Chávez Ríos", "987 000 108", "Lima", "15"),
            Debtor("withdrew", "Óscar Paredes Vela", "987 000 109", "Loreto", "16"),
            Debtor("partly_paid", "Lidia Ccori Huanca", "987 000 110", "Cusco", "08"),
            Debtor("paid", "Taller Ayni S.A.C.", "987 000 111", "Cusco", "08", True),
            Debtor("agreement", "Nelly Vargas Ticona", "987 000 112", "Tacna", "23"),
            Debtor("invalid_number", "Hugo Salazar León", "98 700", "Lima", "15"),
            Debtor("landline", "Ferretería El Sol S.R.L.", "(01) 700 1234", "Lima", "15", True),
            Debtor("blocked", "Raúl Mendoza Cruz", "987 000 115", "Piura", "20"),
            Debtor("blacklisted", "Gladys Núñez Ponce", "987 000 116", "Lima", "15"),
            Debtor("shared_number", "Iván Aguirre Sotelo", "+51 987 000 117", "Tacna", "23"),
            Debtor(
                "abroad", "Daniela Soto Araya", "+56 9 6100 0118", "Arica", "CL-AP", country="CL"
            ),
        ),
    ),
    House(
        *("CO", "Ferretería Los Andes S.A.S.", 90123456, "es_CO", "America/Bogota"),
        *("Carrera 52 # 44-18", "Medellín", "ANT", "050010", "+57 300 900 0200"),
        *("Materiales de construcción", 1890000.0),
        debtors=(
            Debtor("before_due", "Andrés Felipe Cárdenas", "300 555 0201", "Medellín", "ANT"),
            Debtor("due_today", "Luz Marina Ospina", "300 555 0202", "Cali", "VAC"),
            Debtor("week_late", "Constructora Brisa S.A.S.", "3005550203", "Bogotá", "DC", True),
            Debtor("fortnight_late", "Jhon Jairo Restrepo", "+57 300 555 0204", "Envigado", "ANT"),
            Debtor("month_late", "Depósito El Ladrillo S.A.S.", "3005550205", "Cali", "VAC", True),
            Debtor("several", "Paola Andrea Zuluaga", "300 555 0206", "Pereira", "RIS"),
            Debtor("instalments", "Héctor Fabio Grisales", "300 555 0207", "Manizales", "CAL"),
            Debtor("never_asked", "Yuliana Montoya Gil", "300 555 0208", "Bello", "ANT"),
            Debtor("opt_in_only", "Camilo Arango Duque", "300 555 0209", "Medellín", "ANT"),
            Debtor("withdrew", "Beatriz Elena Lozano", "300 555 0210", "Bogotá", "DC"),
            Debtor("partly_paid", "Acabados Siete S.A.S.", "3005550211", "Medellín", "ANT", True),
            Debtor("paid", "Mauricio Vélez Toro", "300 555 0212", "Itagüí", "ANT"),
            Debtor("agreement", "Sandra Milena Patiño", "300 555 0213", "Armenia", "QUI"),
            Debtor("agreement_broken", "Wilson Castaño Ruiz", "300 555 0214", "Ibagué", "TOL"),
            Debtor("in_payment", "Diana Carolina Mejía", "300 555 0215", "Medellín", "ANT"),
            Debtor("no_followup", "Obras Civiles DC S.A.S.", "3005550216", "Bogotá", "DC", True),
            Debtor("credit_note", "Gustavo Rincón Peña", "300 555 0217", "Tunja", "BOY"),
            Debtor("unreachable", "Nubia Stella Acosta", "300 555 0218", "Neiva", "HUI"),
        ),
    ),
    House(
        *("CL", "Insumos Agrícolas Maipo SpA", 76543210, "es_CL", "America/Santiago"),
        *("Av. Vicuña Mackenna 1420", "Santiago", "CL-RM", "8320000", "+56 9 6200 0300"),
        *("Fertilizantes y semillas", 349900.0),
        debtors=(
            Debtor("before_due", "Viña Los Boldos SpA", "9 6100 0301", "Curicó", "CL-ML", True),
            Debtor("due_today", "Francisca Muñoz Tapia", "+56 9 6100 0302", "Santiago", "CL-RM"),
            Debtor("week_late", "Cristóbal Reyes Pino", "09 6100 0303", "Punta Arenas", "CL-MA"),
            Debtor("fortnight_late", "Huertos Ñuble Ltda.", "961000304", "Chillán", "CL-NB", True),
            Debtor("month_late", "Macarena Fuentes Vidal", "9 6100 0305", "Rancagua", "CL-LI"),
            Debtor("several", "Agrícola Colchagua SpA", "961000306", "San Fernando", "CL-LI", True),
            Debtor("instalments", "Patricio Sepúlveda Lagos", "9 6100 0307", "Temuco", "CL-AR"),
            Debtor("never_asked", "Javiera Contreras Mora", "9 6100 0308", "Talca", "CL-ML"),
            Debtor("withdrew", "Rodrigo Espinoza Leiva", "9 6100 0309", "Valdivia", "CL-LR"),
            Debtor("partly_paid", "Vivero El Quillay SpA", "961000310", "Santiago", "CL-RM", True),
            Debtor("paid", "Constanza Herrera Díaz", "9 6100 0311", "Santiago", "CL-RM"),
            Debtor("agreement", "Manuel Carrasco Oyarzún", "9 6100 0312", "Osorno", "CL-LL"),
            Debtor("agreement_broken", "Ignacia Valdés Rojas", "9 6100 0313", "La Serena", "CL-CO"),
            Debtor("landline", "Semillas Angol Ltda.", "2 2345 6789", "Santiago", "CL-RM", True),
            Debtor("blocked", "Sergio Bravo Saavedra", "9 6100 0315", "Linares", "CL-ML"),
            Debtor(
                "credit_open", "Lechería Frutillar SpA", "961000316", "Frutillar", "CL-LL", True
            ),
            Debtor("shared_number", "Iván Aguirre Sotelo", "+51 987 000 117", "Arica", "CL-AP"),
            Debtor(
                *("abroad", "Estancia El Ceibo S.R.L.", "+54 9 11 5123-4518", "Mendoza", "M"),
                firm=True,
                country="AR",
            ),
        ),
    ),
    House(
        *("BR", "Papelaria Ipiranga Ltda.", 11222333, "pt_BR", "America/Sao_Paulo"),
        *("Rua Bom Pastor, 822", "São Paulo", "SP", "04203-000", "+55 11 99000-0400"),
        *("Material de escritório", 980.5),
        debtors=(
            Debtor("before_due", "Ana Beatriz Nogueira", "(11) 96123-0401", "São Paulo", "SP"),
            Debtor("due_today", "João Pedro Siqueira", "(21) 96123-0402", "Rio de Janeiro", "RJ"),
            Debtor("week_late", "Escola Caminhos Ltda.", "(11) 6123-0403", "Campinas", "SP", True),
            Debtor("fortnight_late", "Larissa Moura Bastos", "+55 92 96123-0404", "Manaus", "AM"),
            Debtor("month_late", "Gráfica Horizonte Ltda.", "31961230405", "Contagem", "MG", True),
            Debtor("several", "Cartório Vila Nova Ltda.", "11961230406", "São Paulo", "SP", True),
            Debtor("instalments", "Thiago Azevedo Pinto", "041 71 96123-0407", "Salvador", "BA"),
            Debtor("never_asked", "Fernanda Teixeira Lopes", "(41) 96123-0408", "Curitiba", "PR"),
            Debtor("withdrew", "Marcelo Fonseca Brito", "(85) 96123-0409", "Fortaleza", "CE"),
            Debtor("partly_paid", "Juliana Prado Castro", "(51) 96123-0410", "Porto Alegre", "RS"),
            Debtor("paid", "Copiadora Lapa Ltda.", "(11) 96123-0411", "São Paulo", "SP", True),
            Debtor("agreement", "Rafael Duarte Menezes", "(62) 96123-0412", "Goiânia", "GO"),
            Debtor("agreement_broken", "Patrícia Rocha Lins", "(81) 96123-0413", "Recife", "PE"),
            Debtor("invalid_number", "Eduardo Freitas Maia", "11-9612", "Santos", "SP"),
            Debtor("landline", "Biblioteca Aurora Ltda.", "(11) 3123-0415", "Osasco", "SP", True),
            Debtor("no_followup", "Simone Batista Reis", "(48) 96123-0416", "Florianópolis", "SC"),
            Debtor("in_payment", "Otávio Cunha Sales", "(65) 96123-0417", "Cuiabá", "MT"),
            Debtor("lost_answer", "Camila Araújo Furtado", "(11) 96123-0418", "Guarulhos", "SP"),
        ),
    ),
    House(
        *("MX", "Refacciones del Norte S.A. de C.V.", 120515, "es_MX", "America/Monterrey"),
        *("Av. Ruiz Cortines 2205", "Monterrey", "NLE", "64117", "+52 81 1000 0500"),
        *("Refacciones automotrices", 8450.0),
        debtors=(
            Debtor("before_due", "Guadalupe Treviño Garza", "81 1234 0501", "Monterrey", "NLE"),
            Debtor("due_today", "Taller Mecánico Reynosa", "8181340502", "Saltillo", "COA", True),
            Debtor("week_late", "Luis Ángel Cantú Mora", "044 81 1234 0503", "Apodaca", "NLE"),
            Debtor("fortnight_late", "María José Ibarra", "+52 1 55 1234 0504", "México", "CMX"),
            Debtor("month_late", "Transportes Baja S.A.", "664 123 0505", "Tijuana", "BCN", True),
            Debtor("several", "Autopartes Sonora S.A.", "662 123 0506", "Hermosillo", "SON", True),
            Debtor("instalments", "Jorge Alberto Ponce", "33 1234 0507", "Guadalajara", "JAL"),
            Debtor("never_asked", "Verónica Salinas Ruiz", "81 1234 0508", "Monterrey", "NLE"),
            Debtor("withdrew", "Ramón Esquivel Ochoa", "55 1234 0509", "México", "CMX"),
            Debtor("partly_paid", "Adriana Villarreal Luna", "81 1234 0510", "Linares", "NLE"),
            Debtor("paid", "Flotilla Express S.A.", "81 1234 0511", "Monterrey", "NLE", True),
            Debtor("agreement", "Sofía Elizondo Peña", "844 123 0512", "Saltillo", "COA"),
            Debtor("disputed", "Héctor Zambrano Rico", "81 1234 0513", "Monterrey", "NLE"),
            Debtor("in_payment", "Brenda Montemayor Cruz", "81 1234 0514", "Monterrey", "NLE"),
            Debtor("no_country", "Arturo Galindo Nava", "+52 81 1234 0515", "", ""),
            Debtor("blocked", "Grúas La Silla S.A.", "81 1234 0516", "Monterrey", "NLE", True),
            Debtor("not_yet", "Mónica Arredondo Vega", "999 123 0517", "Mérida", "YUC"),
            Debtor(
                "abroad", "Fernando Gaviria Ortiz", "+57 300 555 0518", "Bogotá", "DC", country="CO"
            ),
        ),
    ),
)
