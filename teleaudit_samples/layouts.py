"""Which files each operator exports, in which format and under which headers.

A layout's columns map what a row holds to the header in the file. What is no canonical column is what the audit does not
map: exports are wider than audits, and a card number hides where nobody mapped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from teleaudit.schema import TABLES
from teleaudit_samples.world import BIZZY, KAZOOM, REMARK, Operator, Row


@dataclass(frozen=True, kw_only=True)
class Style:
    """How an operator writes CSV."""

    encoding: str
    delimiter: str
    decimal: str
    date: str  # strftime
    newline: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One export of a table. ``file`` names the file of a row where an export has several."""

    file: Callable[[Row], str]
    columns: dict[str, str]  # what a row holds -> header


DANISH = Style(encoding="windows-1252", delimiter=";", decimal=",", date="%d-%m-%Y", newline="\r\n")
PLAIN = Style(encoding="utf-8", delimiter=",", decimal=".", date="%Y-%m-%d", newline="\n")
STYLES = {BIZZY.name: DANISH, KAZOOM.name: PLAIN}


def _one(name: str) -> Callable[[Row], str]:
    return lambda _row: name


def _by_year(row: Row) -> str:
    """Kazoom's invoices: one file for the years that are over, one for what follows."""
    return "fakturaer_arkiv.csv" if str(row["period_to"] or row["issue_date"]) < "2024" else "fakturaer_nye.csv"


_BIZZY: dict[str, Layout] = {
    "crm_customer": Layout(
        file=_one("kunder.csv"),
        columns={
            "customer_id": "Kundenr.",
            "customer_type": "Kundetype",
            "cvr": "CVR-nr.",
            "name": "Navn",
            "address": "Adresse",
            "postcode": "Postnr.",
            "city": "By",
            "email": "E-mail",
            "phone": "Telefon",
            "mobile": "Mobil",
            "created_at": "Oprettet",
            "start_date": "Startdato",
            "end_date": "Ophørsdato",
            "status": "Status",
            "open_balance": "Åben saldo",
            "notes": "Bemærkninger",
            "restricted_from": "Begrænset fra",
            "restricted_to": "Begrænset til",
            "anonymised_at": "Anonymiseret",
            "source": "Kilde",
            "notified_at": "Underrettet",
            "birth_date": "Fødselsdato",
            "gender": "Køn",
            "gln": "EAN-lokationsnr.",
        },
    ),
    "crm_contact": Layout(
        file=_one("kontakter.csv"),
        columns={
            "contact_id": "KontaktID",
            "customer_id": "Kundenr.",
            "name": "Kontaktperson",
            "role": "Titel",
            "email": "E-mail",
            "phone": "Telefon",
            "valid_from": "Gyldig fra",
            "valid_to": "Gyldig til",
            "remark": "Intern note",
        },
    ),
    "crm_interaction": Layout(
        file=_one("korrespondance.jsonl"),
        columns={"interaction_id": "sagsnr", "customer_id": "kundenr", "at": "tidspunkt", "channel": "kanal", "direction": "retning", "subject": "emne", "body": "tekst"},
    ),
    "agreement": Layout(
        file=_one("aftaler.csv"),
        columns={
            "agreement_id": "Aftalenr.",
            "customer_id": "Kundenr.",
            "type": "Aftaletype",
            "signed_at": "Underskrevet",
            "valid_from": "Gyldig fra",
            "scope": "Omfang",
            "ended_at": "Ophørt",
            "scan_ref": "Scan",
            "paper_archive_ref": "Arkivnr.",
            "destroyed_at": "Makuleret",
            "remark": "Intern note",
        },
    ),
    "subscription": Layout(
        file=_one("abonnementer.csv"),
        columns={
            "subscription_id": "Abonnementsnr.",
            "customer_id": "Kundenr.",
            "product": "Produkt",
            "start_date": "Startdato",
            "terminated_at": "Opsagt",
            "end_date": "Ophør",
            "price": "Pris pr. md.",
            "card": "Ekstern reference",
        },
    ),
    "pbx_config": Layout(
        file=_one("konfigurationer.csv"),
        columns={
            "config_id": "KonfigID",
            "customer_id": "Kundenr.",
            "subscription_id": "Abonnementsnr.",
            "type": "Type",
            "username": "SIP-bruger",
            "status": "Status",
            "created_at": "Oprettet",
            "deleted_at": "Slettet",
            "remark": "Kommentar",
        },
    ),
    "invoice": Layout(
        file=_one("fakturaer.xlsx"),
        columns={
            "invoice_id": "FakturaID",
            "invoice_no": "Fakturanr.",
            "customer_id": "Kundenr.",
            "legal_entity": "Selskab",
            "issue_date": "Fakturadato",
            "due_date": "Forfaldsdato",
            "period_from": "Periode fra",
            "period_to": "Periode til",
            "gross": "Beløb i alt",
            "payment_slip_id": "Betalings-id",
            "status": "Status",
            "remark": "Bemærkning",
        },
    ),
    "payment": Layout(
        file=_one("betalinger.csv"),
        columns={
            "payment_id": "Betalingsnr.",
            "customer_id": "Kundenr.",
            "invoice_id": "FakturaID",
            "legal_entity": "Selskab",
            "paid_at": "Betalingsdato",
            "amount": "Beløb",
            "method": "Betalingsmåde",
            "psp_reference": "PSP-reference",
            "card_masked": "Kort (maskeret)",
            "card_reference": "Kortreference",
        },
    ),
    "financial_years": Layout(file=_one("regnskabsaar.csv"), columns={"legal_entity": "Selskab", "fy_start": "Start", "fy_end": "Slut", "note": "Note"}),
    "legal_hold": Layout(
        file=_one("sletningsstop.csv"),
        columns={"hold_id": "Stopnr.", "customer_id": "Kundenr.", "reason": "Begrundelse", "start": "Start", "end": "Slut", "approved_by": "Godkendt af"},
    ),
}

_KAZOOM_HEADERS = {
    "crm_customer": "kundenr,kundetype,cvr,navn,adresse,postnr,by,email,telefon,mobil,oprettet,startdato,slutdato,status,saldo,noter,"
    "begraenset_fra,begraenset_til,anonymiseret,kilde,underrettet,foedselsdato,koen,ean_nr",
    "crm_contact": "kontaktid,kundenr,navn,rolle,email,telefon,gyldig_fra,gyldig_til,intern_note",
    "crm_interaction": "id,kundenr,tidspunkt,kanal,retning,emne,tekst",
    "agreement": "aftalenr,kundenr,aftaletype,underskrevet,gyldig_fra,omfang,ophoert,scan,arkivnr,makuleret,intern_note",
    "subscription": "abonnementsnr,kundenr,produkt,startdato,opsagt,slutdato,pris,ekstern_reference",
    "pbx_config": "konfigurationsid,kundenr,abonnementsnr,type,brugernavn,status,oprettet,slettet,kommentar",
    "invoice": "fakturaid,fakturanr,kundenr,selskab,fakturadato,forfaldsdato,periode_fra,periode_til,beloeb,betalingsid,status,bemaerkning",
    "payment": "betalingsnr,kundenr,fakturaid,selskab,betalt,beloeb,metode,psp_reference,kort_maskeret,kortreference",
    "financial_years": "selskab,fra,til,note",
    "legal_hold": "stopnr,kundenr,begrundelse,start,slut,godkendt_af",
}
_KAZOOM_FILES: dict[str, Callable[[Row], str]] = {
    "crm_customer": _one("kunder.csv"),
    "crm_contact": _one("kontakter.csv"),
    "crm_interaction": _one("korrespondance.jsonl"),
    "agreement": _one("aftaler.csv"),
    "subscription": _one("abonnementer.csv"),
    "pbx_config": _one("sip_konti.csv"),
    "invoice": _by_year,
    "payment": _one("betalinger.csv"),
    "financial_years": _one("regnskabsaar.csv"),
    "legal_hold": _one("sletningsstop.csv"),
}
_KAZOOM = {
    table: Layout(file=_KAZOOM_FILES[table], columns=dict(zip(_BIZZY[table].columns, headers.split(","), strict=True))) for table, headers in _KAZOOM_HEADERS.items()
}  # both hold the same, under names of their own


# Columns that an export has only where a row fills them: what no policy speaks of.
_EXTRA = {
    "crm_customer": {"segment": "Segment", "cpr": "CPR-nr."},
    "crm_contact": {"birthday": "Fødselsdag"},
    "agreement": {"cpr": "CPR-nr."},
    "subscription": {"imei": "IMEI"},
    "pbx_config": {"cpr": "CPR-nr.", "password": "SIP-adgangskode"},
    "number_assignment": {"puk": "PUK-kode"},
    "interconnect": {"cell": "Celle-id"},
    "ip_session": {"host": "Besøgt domæne", "service": "ServiceType"},
    "payment": {"check_result": "CVV-resultat", "check_code": "CVV"},
    "disclosure": {"visited": "Besøgte sider"},
    "dsar": {"sms_text": "Sms-tekst"},
    "recording_index": {"transcript": "Afskrift"},
}


def _register(table: str, spelled: Callable[[str], str]) -> Layout:
    """A register under the first header that its columns are known by."""
    known = TABLES[table]
    headers = {column.name: spelled(column.synonyms[0]) for column in known.columns}
    return Layout(file=_one(f"{_plain(known.title_da)}.csv"), columns=headers | {REMARK: spelled("intern note")})


def _plain(words: str) -> str:
    return words.casefold().replace(" ", "_").replace("æ", "ae").replace("ø", "oe").replace("å", "aa")


_REGISTERS = tuple(table for table in TABLES if table not in (*_BIZZY, "cdr"))
_LAYOUTS = {
    BIZZY.name: _BIZZY | {table: _register(table, lambda header: header[0].upper() + header[1:]) for table in _REGISTERS},
    KAZOOM.name: _KAZOOM | {table: _register(table, _plain) for table in _REGISTERS},
}


def extra_columns(operator: Operator, table: str) -> dict[str, str]:
    """What rows of the table may hold beside its layout -> header."""
    spelled: Callable[[str], str] = str if operator is BIZZY else _plain
    return {column: spelled(header) for column, header in _EXTRA.get(table, {}).items()}


def layouts(operator: Operator) -> dict[str, Layout]:
    """The operator's exports by table, without the teledata."""
    return _LAYOUTS[operator.name]
