"""Which canonical columns are in doubt in some rows: an export of the table lacks them, or they
hold words that nobody knows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from teleaudit.exports.conversion import UNKNOWN_WORD
from teleaudit.exports.reading import ReadExport
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, TABLES
from teleaudit.schema.sql import literal

LACKING = "missing_column"
# the columns that tell whether something goes on - a relationship, a service, a hold -, by what
# stands in views for the rows of exports that lack them
IN_FORCE = {
    "crm_customer_without_end": "crm_customer.end_date",
    "agreement_without_end": "agreement.ended_at",
    "subscription_without_end": "subscription.end_date",
    "legal_hold_without_end": "legal_hold.end",
    "legal_hold_without_reason": "legal_hold.reason",
    "legal_hold_without_approval": "legal_hold.approved_by",
}


def doubtful_columns(
    exports: Sequence[ReadExport], frames: Mapping[str, Collection[str]]
) -> dict[str, dict[str, str]]:
    """``table.column`` -> reason -> SQL on the table: the rows in doubt.

    ``frames``: the columns of tables in memory, whose unknown words the caller adds.
    """
    found: dict[str, dict[str, str]] = {}
    for table, columns in TABLES.items():
        own = [
            export
            for export in exports
            if export.table == table and export.rows and table not in frames
        ]
        for name in columns.names:
            reasons: dict[str, str] = {}
            lacking = (
                "true"
                if table in frames and name not in frames[table]
                else _rows_without(name, own)
            )
            if lacking:
                reasons[LACKING] = lacking
            if any(
                remark.code == UNKNOWN_WORD and remark.canonical == name
                for export in own
                for remark in export.warnings
            ):
                reasons[UNKNOWN_WORD] = has_unknown_word(name)
            if reasons:
                found[f"{table}.{name}"] = reasons
    return found


def has_unknown_word(column: str) -> str:
    """SQL: whether a row's word in the column is unknown."""
    return f"coalesce(regexp_matches({ISSUES_COLUMN}, '(^|;){column}={UNKNOWN_WORD}'), false)"


def _rows_without(column: str, exports: Sequence[ReadExport]) -> str | None:
    without = [export for export in exports if column not in export.columns]
    if not without:
        return None
    if len(without) == len(exports):
        return "true"
    files = sorted({file.path for export in without for file in export.files})
    return f"{FILE_COLUMN} IN ({', '.join(map(literal, files))})"
