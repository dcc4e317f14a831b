"""Which files each operator exports and what stands in them, as its ``audit.yaml`` says: names,
formats, headers and their order.

Only what no audit maps is named here. Exports are wider than audits, and a card number hides where
nobody mapped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from teleaudit.rules.audit_file import ExportSpec, load_audit
from teleaudit.workspace import package_workspace
from teleaudit_samples.world import BIZZY, REMARK, Operator, Row


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a CSV file is written."""

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
    style: Style


_DATES = {"dd-mm-yyyy": "%d-%m-%Y", "yyyy-mm-dd": "%Y-%m-%d"}

# Columns that an export has and no audit maps; the registers have one.
_UNMAPPED = {
    "crm_customer": {"gln": "EAN-lokationsnr."},
    "crm_interaction": {},
    "subscription": {"price": "Pris pr. md.", "card": "Ekstern reference"},
    "pbx_config": {REMARK: "Kommentar"},
    "invoice": {"period_from": "Periode fra", REMARK: "Bemærkning"},
    "payment": {"card_reference": "Kortreference"},
    "financial_years": {"note": "Note"},
    "legal_hold": {},
    "cdr": {},
}
_UNMAPPED_IN_OTHERS = {REMARK: "Intern note"}
# its other headers are these, spelled plainly
_KAZOOM_SAYS = {"EAN-lokationsnr.": "ean_nr", "Pris pr. md.": "pris"}

# Columns that an export has only where a row fills them: what no policy speaks of.
_EXTRA = {
    "crm_customer": {"segment": "Segment", "cpr": "CPR-nr."},
    "crm_contact": {"birthday": "Fødselsdag"},
    "agreement": {"cpr": "CPR-nr."},
    "subscription": {"imei": "IMEI"},
    "pbx_config": {"cpr": "CPR-nr.", "password": "SIP-adgangskode"},
    "number_assignment": {"puk": "PUK-kode"},
    "interconnect": {"cell": "Celle-id", "contact": "Modpartens kontakt"},
    "ip_session": {"host": "Besøgt domæne", "service": "ServiceType"},
    "payment": {"check_result": "CVV-resultat", "check_code": "CVV"},
    "disclosure": {"visited": "Besøgte sider"},
    "dsar": {"sms_text": "Sms-tekst"},
    "recording_index": {"transcript": "Afskrift"},
}


def layouts(operator: Operator) -> dict[str, Layout]:
    """The operator's exports by table, without the teledata."""
    return {
        spec.table: _layout(operator, spec)
        for spec in _exports(operator.name).values()
        if spec.table != "cdr"
    }


def layout(operator: Operator, export: str) -> Layout:
    """One of the operator's exports, by its name in the audit."""
    return _layout(operator, _exports(operator.name)[export])


def extra_columns(operator: Operator, table: str) -> dict[str, str]:
    """What rows of the table may hold beside its layout -> header."""
    return _spelled(operator, _EXTRA.get(table, {}))


@cache
def _exports(operator: str) -> dict[str, ExportSpec]:
    return load_audit(package_workspace() / "audits" / operator).exports


def _layout(operator: Operator, spec: ExportSpec) -> Layout:
    style = Style(
        encoding=spec.encoding or "utf-8",
        delimiter=spec.delimiter or ",",
        decimal=spec.decimal or ".",
        date=_DATES.get(spec.dates or "", "%Y-%m-%d"),
        newline="\r\n" if operator is BIZZY else "\n",
    )
    unmapped = _spelled(operator, _UNMAPPED.get(spec.table, _UNMAPPED_IN_OTHERS))
    return Layout(
        file=lambda row: spec.files.replace("*", _period(row)) if "*" in spec.files else spec.files,
        columns=spec.columns | unmapped,
        style=style,
    )


def _period(row: Row) -> str:
    """Kazoom's invoices: one file for the years that are over, one for what follows."""
    return "arkiv" if str(row["period_to"] or row["issue_date"]) < "2024" else "nye"


def _spelled(operator: Operator, headers: dict[str, str]) -> dict[str, str]:
    return (
        headers
        if operator is BIZZY
        else {
            column: _KAZOOM_SAYS.get(header) or _plain(header) for column, header in headers.items()
        }
    )


def _plain(words: str) -> str:
    return (
        words.casefold().replace(" ", "_").replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    )
