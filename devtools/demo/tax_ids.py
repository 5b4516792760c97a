"""Tax ids that pass Odoo's checks; made from small numbers, so they belong to nobody we know."""

from __future__ import annotations

KINDS = {  # country: kind of document of a firm, of a person
    "PE": ("l10n_pe.it_RUC", "l10n_pe.it_DNI"),
    "CO": ("l10n_co.rut", "l10n_co.national_citizen_id"),
    "CL": ("l10n_cl.it_RUT", "l10n_cl.it_RUN"),
    "BR": ("l10n_br.cnpj", "l10n_br.cpf"),
    "MX": ("l10n_latam_base.it_vat", "l10n_latam_base.it_vat"),
}


def of_company(country: str, number: int) -> str:
    """The tax id of a firm."""
    if country == "PE":
        from stdnum.pe import ruc

        stem = f"20{number:08d}"
        return stem + ruc.calc_check_digit(stem)
    if country == "CO":
        from stdnum.co import nit

        stem = f"9{number:08d}"
        return f"{stem}-{nit.calc_check_digit(stem)}"
    if country == "CL":
        return _rut(76000000 + number % 1000000)
    if country == "BR":
        from stdnum.br import cnpj

        stem = f"{number:08d}0001"
        return cnpj.format(stem + cnpj.calc_check_digits(stem))
    return _rfc("RNO", number)


def of_person(country: str, number: int) -> str:
    """The tax id, or where that is the custom the identity number, of a person."""
    if country == "PE":
        return f"4{number:07d}"
    if country == "CO":
        return f"10{number:08d}"
    if country == "CL":
        return _rut(12000000 + number)
    if country == "BR":
        from stdnum.br import cpf

        stem = f"{number:09d}"
        return cpf.format(stem + cpf._calc_check_digits(stem))
    return _rfc("XEXX", number)


def _rut(number: int) -> str:
    from stdnum.cl import rut

    return f"{number}-{rut.calc_check_digit(str(number))}"


def _rfc(letters: str, number: int) -> str:
    from stdnum.mx import rfc

    stem = f"{letters}{70 + number % 29}{1 + number % 12:02d}{1 + number % 28:02d}A{number % 10}"
    return stem + rfc.calc_check_digit(stem)
