"""The canonical tables and columns that exports are mapped to.

An audit maps the operator's own headers to these names; every suite and view speaks only of them.
Columns that an audit does not map are kept as text under their own header: a card number hides where nobody mapped.

Source: the operators' policies (what they say they hold) and the public formats named in ``exports/dialects.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a column's text is read. Identifiers, CVR, phone and card numbers are TEXT: digits are not quantities."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIMESTAMP = "timestamp"  # local wall clock of Europe/Copenhagen, without zone
    BOOLEAN = "boolean"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One canonical column."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False  # without it the table's main checks cannot be judged
    open_end: bool = False  # 31-12-9999, 2099 and 1900 in it mean "no end", not a date
    synonyms: tuple[str, ...] = ()  # headers seen in Danish systems and public formats, casefolded


@dataclass(frozen=True, kw_only=True)
class Table:
    """One canonical table. ``key`` is empty where records have no key: they are then known by file name and line."""

    name: str
    title_da: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name. Raises: KeyError."""
        return {column.name: column for column in self.columns}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in their order."""
        return tuple(column.name for column in self.columns)


def _text(name: str, *synonyms: str, required: bool = False) -> Column:
    return Column(name=name, synonyms=synonyms, required=required)


def _date(name: str, *synonyms: str, required: bool = False, open_end: bool = False) -> Column:
    return Column(name=name, kind=Kind.DATE, synonyms=synonyms, required=required, open_end=open_end)


def _time(name: str, *synonyms: str, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.TIMESTAMP, synonyms=synonyms, required=required)


def _integer(name: str, *synonyms: str) -> Column:
    return Column(name=name, kind=Kind.INTEGER, synonyms=synonyms)


def _decimal(name: str, *synonyms: str) -> Column:
    return Column(name=name, kind=Kind.DECIMAL, synonyms=synonyms)


def _boolean(name: str, *synonyms: str) -> Column:
    return Column(name=name, kind=Kind.BOOLEAN, synonyms=synonyms)


_CUSTOMER_ID = ("kundenr", "kundenummer", "kundeid", "kunde_id", "customer_id", "customerid")

_TABLES = (
    Table(
        name="crm_customer",
        title_da="Kundestamdata",
        key=("customer_id",),
        columns=(
            _text("customer_id", *_CUSTOMER_ID, required=True),
            _text("customer_type", "kundetype", "customer_type"),
            _text("cvr", "cvr", "cvr-nr", "cvrnr", "cvr_nr"),
            _text("name", "navn", "kundenavn", "firmanavn", "name"),
            _text("address", "adresse", "vejnavn", "address"),
            _text("postcode", "postnr", "postnummer", "postcode"),
            _text("city", "by", "bynavn", "city"),
            _text("email", "e-mail", "email", "mail"),
            _text("phone", "telefon", "tlf", "phone"),
            _text("mobile", "mobil", "mobilnr", "mobiltelefon", "mobile"),
            _date("created_at", "oprettet", "oprettelsesdato", "created_at", required=True),
            _date("start_date", "startdato", "start_date"),
            _date("end_date", "ophørsdato", "slutdato", "opsagt pr.", "end_date", required=True, open_end=True),
            _text("status", "status", "kundestatus"),
            _decimal("open_balance", "saldo", "åben saldo", "open_balance"),  # DKK still owed by the customer
            _text("notes", "bemærkninger", "noter", "notes"),
        ),
    ),
    Table(
        name="crm_contact",
        title_da="Kontaktpersoner",
        key=("contact_id",),
        columns=(
            _text("contact_id", "kontaktid", "kontaktnr", "contact_id", required=True),
            _text("customer_id", *_CUSTOMER_ID, required=True),
            _text("name", "navn", "kontaktperson", "name"),
            _text("role", "titel", "rolle", "role"),
            _text("email", "e-mail", "email"),
            _text("phone", "telefon", "tlf", "phone"),
            _date("valid_from", "gyldig fra", "fra", "valid_from"),
            _date("valid_to", "gyldig til", "til", "valid_to", open_end=True),
        ),
    ),
    Table(
        name="crm_interaction",
        title_da="Korrespondance",
        key=("interaction_id",),
        columns=(
            _text("interaction_id", "sagsnr", "henvendelsesid", "interaction_id", required=True),
            _text("customer_id", *_CUSTOMER_ID, required=True),
            _time("at", "tidspunkt", "modtaget", "at", required=True),
            _text("channel", "kanal", "channel"),
            _text("direction", "retning", "direction"),
            _text("subject", "emne", "subject"),
            _text("body", "notat", "logtekst", "tekst", "body"),
        ),
    ),
    Table(
        name="agreement",
        title_da="Aftaler",
        key=("agreement_id",),
        columns=(
            _text("agreement_id", "aftalenr", "aftaleid", "agreement_id", required=True),
            _text("customer_id", *_CUSTOMER_ID, required=True),
            _text("type", "type", "aftaletype"),
            _date("signed_at", "underskrevet", "signed_at"),
            _date("valid_from", "gyldig fra", "valid_from"),
            _date("ended_at", "ophørt", "ophørsdato", "ended_at", required=True, open_end=True),
            _text("scan_ref", "scan", "scan_ref"),
            _text("paper_archive_ref", "arkivnr", "paper_archive_ref"),
            _date("destroyed_at", "makuleret", "destroyed_at"),
        ),
    ),
    Table(
        name="subscription",
        title_da="Abonnementer",
        key=("subscription_id",),
        columns=(
            _text("subscription_id", "abonnementsnr", "abonnement", "subscription_id", required=True),
            _text("customer_id", *_CUSTOMER_ID, required=True),
            _text("product", "produkt", "product"),
            _date("start_date", "startdato", "start_date"),
            _date("end_date", "ophør", "ophørsdato", "end_date", required=True, open_end=True),
        ),
    ),
    Table(
        name="pbx_config",
        title_da="PBX- og SIP-konfigurationer",
        key=("config_id",),
        columns=(
            _text("config_id", "konfigid", "konfigurationsid", "config_id", required=True),
            _text("customer_id", *_CUSTOMER_ID, required=True),
            _text("subscription_id", "abonnementsnr", "subscription_id"),
            _text("type", "type", "konfigtype"),
            _text("username", "sip-bruger", "brugernavn", "username"),
            _text("status", "status"),
            _date("created_at", "oprettet", "created_at"),
            _date("deleted_at", "slettet", "deleted_at"),
        ),
    ),
    Table(
        name="cdr",
        title_da="Teledata (opkaldsdetaljer)",
        key=("call_id",),
        columns=(
            _text("call_id", "call_id", "opkaldsid", "uniqueid", "uuid", "recordid", "pkid"),
            _text("record_type", "type", "record_type", "eventtype"),
            _text("direction", "retning", "direction"),
            _text("customer_id", *_CUSTOMER_ID, "accountcode", "subscriberid"),
            _text("subscription_id", "abonnementsnr", "subscription_id"),
            _text("a_number", "a-nummer", "fra nummer", "a_number", "src", "callingnumber", "callingpartynumber"),
            _text("b_number", "b-nummer", "til nummer", "b_number", "dst", "callednumber", "destination_number"),
            _time("start_at", "opkaldstid", "start", "start_at", "calldate", "eventtimestamp", "start_stamp", required=True),
            _time("answer_at", "answer", "answer_at", "answer_stamp"),
            _time("end_at", "end", "end_at", "end_stamp"),
            _integer("duration_s", "varighed", "duration", "duration_s", "durationsec"),
            _integer("billsec", "billsec"),
            _integer("sms_count", "antal sms", "sms_count"),
            _integer("data_bytes", "dataforbrug", "volume_bytes", "data_bytes"),
            _text("destination", "destination", "zone", "land/zone"),
            _decimal("rated_amount", "beløb", "beløb ekskl. moms", "rated_amount"),
            _text("invoice_id", "fakturanr", "faktura", "invoice_id"),
        ),
    ),
    Table(
        name="invoice",
        title_da="Fakturaer",
        key=("invoice_id",),
        columns=(
            _text("invoice_id", "fakturaid", "invoice_id", required=True),
            _text("invoice_no", "fakturanr", "fakturanummer", "invoice_no", required=True),
            _text("customer_id", *_CUSTOMER_ID, required=True),
            _text("legal_entity", "selskab", "legal_entity"),
            _date("issue_date", "fakturadato", "issue_date", required=True),
            _date("due_date", "forfaldsdato", "betalingsfrist", "due_date"),
            _date("period_to", "periode til", "period_to"),
            _decimal("gross", "beløb", "i alt", "gross"),
            _text("payment_slip_id", "betalings-id", "betalingsid", "fik", "payment_slip_id"),
            _text("status", "status"),
        ),
    ),
    Table(
        name="payment",
        title_da="Betalinger",
        key=("payment_id",),
        columns=(
            _text("payment_id", "betalingsnr", "betalingsid", "payment_id", required=True),
            _text("customer_id", *_CUSTOMER_ID),
            _text("invoice_id", "fakturaid", "fakturanr", "invoice_id"),
            _text("legal_entity", "selskab", "legal_entity"),
            _date("paid_at", "betalingsdato", "betalt", "paid_at", required=True),
            _decimal("amount", "beløb", "amount"),
            _text("method", "betalingsmåde", "method"),
            _text("psp_reference", "psp-reference", "psp_reference"),
            _text("card_masked", "kort (maskeret)", "card_masked"),
        ),
    ),
    Table(
        name="financial_years",
        title_da="Regnskabsår",
        key=("legal_entity", "fy_start"),
        columns=(
            _text("legal_entity", "selskab", "legal_entity", required=True),
            _date("fy_start", "start", "fra", "fy_start", required=True),
            _date("fy_end", "slut", "til", "fy_end", required=True),
        ),
    ),
    Table(
        name="legal_hold",
        title_da="Sletningsstop (legal hold)",
        key=("hold_id",),
        columns=(
            _text("hold_id", "stopnr", "hold_id", required=True),
            _text("customer_id", *_CUSTOMER_ID, required=True),
            _text("reason", "begrundelse", "reason", required=True),
            _date("start", "start", "fra", required=True),
            _date("end", "slut", "til", open_end=True),
            _text("approved_by", "godkendt af", "approved_by", required=True),
        ),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}

FILE_COLUMN = "_file"  # text: name of the export file a row came from, relative to the exports' root
LINE_COLUMN = "_line"  # integer: line of the file on which the row starts; the header is line 1
ISSUES_COLUMN = "_issues"  # text or null: what could not be read in the row, "end_date=unreadable;at=zero"
