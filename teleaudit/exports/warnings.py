"""A remark on an export: a code with names and counts, which stderr says in English and a report in
its own language.

It holds headers, file names and counts, never a value. The Danish sentences stand under ``remarks``
in report/da.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from teleaudit.schema import Kind

NOT_JUDGED = "not_judged"
CUT_OFF = "cut_off"
EMPTY_FILE, HEADER_ONLY = "empty_file", "header_only"
WITHOUT_ROWS = frozenset({EMPTY_FILE, HEADER_ONLY})

_ONE, _OTHER = 0, 1
_SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {  # one, other
        "no_file": ("no file matches {file}.", "no file matches {file}."),
        "no_file_near": (
            "no file matches {file}. Did you mean '{near}'?",
            "no file matches {file}. Did you mean '{near}'?",
        ),
        EMPTY_FILE: ("{file} is an empty file.", "{file} is an empty file."),
        HEADER_ONLY: ("{file} has a header and no rows.", "{file} has a header and no rows."),
        "no_records": ("none of its records could be read.", "none of its records could be read."),
        NOT_JUDGED: ("Its checks cannot be judged.", "Its checks cannot be judged."),
        "missing_column": (
            "{file}: no column {column} (for {canonical}).",
            "{file}: no column {column} (for {canonical}).",
        ),
        "missing_column_near": (
            "{file}: no column {column} (for {canonical}). Did you mean '{near}'?",
            "{file}: no column {column} (for {canonical}). Did you mean '{near}'?",
        ),
        "rejected": (
            (
                "{file}: {count} record could not be read and is kept apart ({reasons}; on line"
                " {line})."
            ),
            (
                "{file}: {count} records could not be read and are kept apart ({reasons}; first on"
                " line {line})."
            ),
        ),
        "ragged": (
            "{file}, line {line}: {count} field, the header has {expected}.",
            "{file}, line {line}: {count} fields, the header has {expected}.",
        ),
        "withheld_headers": (
            (
                "{file}: {count} column has a name that is, or may be, personal data. It is not"
                " shown; the column goes by its position."
            ),
            (
                "{file}: {count} columns have names that are, or may be, personal data. They are"
                " not shown; the columns go by their position."
            ),
        ),
        "error_cells": (
            (
                "{file}: {count} cell holds an error of the spreadsheet (#REF!, #DIV/0! ...) and is"
                " read as empty."
            ),
            (
                "{file}: {count} cells hold an error of the spreadsheet (#REF!, #DIV/0! ...) and"
                " are read as empty."
            ),
        ),
        CUT_OFF: (
            (
                "{file} was cut off: records are missing at its end. Export it again; until then"
                " nothing passes that rests on it."
            ),
            (
                "{file} was cut off: records are missing at its end. Export it again; until then"
                " nothing passes that rests on it."
            ),
        ),
        "passed_over": (
            (
                "{count} hidden file (a name that begins with . or ~$, or __MACOSX) in the archive"
                " of {file} was passed over. Rename it if it is part of the export."
            ),
            (
                "{count} hidden files (names that begin with . or ~$, or __MACOSX) in the archive"
                " of {file} were passed over. Rename those that are part of the export."
            ),
        ),
        "blank_rows": (
            "{file}: {count} row without any value was passed over.",
            "{file}: {count} rows without any value were passed over.",
        ),
        "zero": ("{place} {count} date is all zeros.", "{place} {count} dates are all zeros."),
        "placeholder": (
            "{place} {count} date is a placeholder (1900, 2099, 9999) and stands for no end.",
            "{place} {count} dates are placeholders (1900, 2099, 9999) and stand for no end.",
        ),
        "gap": (
            "{place} {count} time falls in the hour that is skipped when summer time begins.",
            "{place} {count} times fall in the hour that is skipped when summer time begins.",
        ),
        "unreadable": (
            "{place} {count} value cannot be read as {kind}.",
            "{place} {count} values cannot be read as {kind}.",
        ),
        "ambiguous": (
            (
                "{place} {count} date could be day-month or month-day: some dates of the column are"
                " only readable as the one, some only as the other. It is not read."
            ),
            (
                "{place} {count} dates could be day-month or month-day: some dates of the column"
                " are only readable as the one, some only as the other. They are not read."
            ),
        ),
        "unknown_word": (
            (
                "{place} {count} value is no word that {canonical} has{words}. Say under values in"
                " audit.yaml which word it stands for."
            ),
            (
                "{place} {count} values are no words that {canonical} has{words}. Say under values"
                " in audit.yaml which words they stand for."
            ),
        ),
        "excel": (
            (
                "{place} Excel has damaged {count} number (scientific notation, digits lost)."
                " Export it from the source again, not by way of Excel."
            ),
            (
                "{place} Excel has damaged {count} numbers (scientific notation, digits lost)."
                " Export them from the source again, not by way of Excel."
            ),
        ),
        "scientific": (
            (
                "{place} Excel has damaged {count} number (scientific notation, digits lost)."
                " Export it from the source again, not by way of Excel. It is kept as it stands."
            ),
            (
                "{place} Excel has damaged {count} numbers (scientific notation, digits lost)."
                " Export them from the source again, not by way of Excel. They are kept as they"
                " stand."
            ),
        ),
        "rounded": (
            (
                "{place} Excel has rounded {count} number to 15 digits. Format the column as text"
                " in the source."
            ),
            (
                "{place} Excel has rounded {count} numbers to 15 digits. Format the column as text"
                " in the source."
            ),
        ),
    }
)
_KINDS = {
    Kind.TEXT: "text",
    Kind.INTEGER: "a whole number",
    Kind.DECIMAL: "a number",
    Kind.DATE: "a date",
    Kind.TIMESTAMP: "a time",
    Kind.BOOLEAN: "yes or no",
}

CODES = tuple(_SENTENCES)


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One thing to say about an export. ``str`` says it in English."""

    code: str  # one of CODES
    file: str | None = None  # or the pattern that no file matches
    column: str | None = None  # a header
    count: int | None = None
    line: int | None = None
    expected: int | None = None  # fields of the header, where a record has count
    kind: str | None = None  # what values cannot be read as: a Kind
    canonical: str | None = None  # the canonical column that a header was looked for
    near: str | None = None  # the header, or the file, that is close to the one looked for
    reasons: dict[str, int] = field(default_factory=dict)  # rejected records by reason
    words: tuple[str, ...] = ()  # words that nobody knows, where they may be named

    def __str__(self) -> str:
        form = _ONE if self.count == 1 else _OTHER
        return _SENTENCES[self.code][form].format(
            file=self.file,
            place=f'{self.file}, column "{self.column}":',
            column=f'"{self.column}"',
            canonical=self.canonical,
            near=self.near,
            words=f" ({', '.join(self.words)})" if self.words else "",
            count=f"{self.count:,}" if self.count is not None else "",
            expected=self.expected,
            line=f"{self.line:,}" if self.line is not None else "",
            kind=_KINDS[Kind(self.kind)] if self.kind else "",
            reasons=", ".join(
                f"{count:,} {reason}" for reason, count in sorted(self.reasons.items())
            ),
        )

    def as_json(self) -> dict[str, Any]:
        """The remark as it stands in results.json: what it has, and the English sentence.

        Words are values of rows: the record does not name them.
        """
        recorded = replace(self, words=())
        return {name: value for name, value in vars(recorded).items() if value} | {
            "text": str(recorded)
        }
