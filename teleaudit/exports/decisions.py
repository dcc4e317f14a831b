"""How each column of each file is to be read: as declared, or as its values prove.

What stays open is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from teleaudit.errors import ExportError
from teleaudit.exports import dates
from teleaudit.exports.conversion import Source, cleaned
from teleaudit.exports.evidence import DateEvidence, DecimalEvidence, ExcelDates, Undecided
from teleaudit.exports.mapping import Mapping
from teleaudit.exports.relations import FileRelation
from teleaudit.exports.working_copy import Converted
from teleaudit.readers import dialects
from teleaudit.rules.audit_file import DateFormat, ExportSpec
from teleaudit.schema import TABLES, VOCABULARIES, Kind
from teleaudit.schema.sql import literal
from teleaudit.schema.vocabularies import folded

Sources = dict[str, Source]  # canonical column -> how it is read, in the order of the schema

CONTRADICTED = 0.1  # share of unreadable dates above which another format is tried
_FITTING = 0.9  # share of values that must look like it


class Evidence(Protocol):
    """What the text columns of a file (given as SQL expressions on its relation) prove, over all
    its rows.
    """

    def of_dates(self, file: FileRelation, expressions: Sequence[str]) -> list[DateEvidence]:
        """How their dates are written."""
        ...

    def of_decimals(self, file: FileRelation, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How their numbers are written."""
        ...


def decide_sources(
    evidence: Evidence,
    files: Sequence[FileRelation],
    mapping: Mapping,
    spec: ExportSpec,
    *,
    export: str,
) -> list[Sources]:
    """For each file, how its columns are read.

    Raises: ExportError for dates and numbers that could be read in two ways.
    """
    plans = [_declared_sources(file, mapping, spec) for file in files]
    shown = [_shown_dates(evidence, file, plan) for file, plan in zip(files, plans, strict=True)]
    decided_by_file = [
        {
            column: plan[column].date_format or found.decide() or "yyyy-mm-dd"
            for column, found in own.items()
        }
        for plan, own in zip(plans, shown, strict=True)
    ]
    for file, plan, decided, own in zip(files, plans, decided_by_file, shown, strict=True):
        for column, outcome in decided.items():
            date_format = (
                outcome
                if not isinstance(outcome, Undecided)
                else _from_siblings(column, outcome, decided_by_file, shown)
            )
            if isinstance(date_format, Undecided):
                raise date_format.error(
                    shown=file.shown, header=mapping.headers[column], export=export
                )
            plan[column] = replace(
                plan[column],
                date_format=date_format,
                holds_both_orders=own[column].holds_both_orders(date_format),
            )
        if spec.decimal is None:
            _decide_decimals(evidence, file, plan, mapping, export=export)
    return plans


def _declared_sources(file: FileRelation, mapping: Mapping, spec: ExportSpec) -> Sources:
    places = {header: place for place, header in enumerate(file.header)}
    sources: Sources = {}
    for column in TABLES[spec.table].columns:
        if column.name in mapping.headers:
            place = places[mapping.headers[column.name]]
            sources[column.name] = Source(
                column=column,
                expression=file.expressions[place],
                sql_type=file.types[place],
                date_format=_declared_dates(column.name, file, spec),
                decimal=spec.decimal or ".",
                zone=spec.timezone,
                has_native_dates=file.has_native_dates,
                **_words(column.name, spec),
            )
        elif column.name in mapping.constants:
            value = literal(mapping.constants[column.name])
            sources[column.name] = Source(
                column=column,
                expression=value,
                date_format="yyyy-mm-dd",
                decimal=".",
                **_words(column.name, spec),
            )
        elif (spec.table, column.name, mapping.headers.get("call_id", "").casefold()) == (
            "cdr",
            "leg",
            dialects.ASTERISK_CALL,
        ):
            sources[column.name] = Source(column=column, expression=_leg(file))
    return sources


def _leg(file: FileRelation) -> str:
    """What tells the legs of an Asterisk call apart.

    Two records of a call that agree in it are the same.
    """
    texts = {
        header.casefold(): cleaned(
            expression if sql_type == "VARCHAR" else f"CAST({expression} AS VARCHAR)", Kind.TEXT
        )
        for header, expression, sql_type in zip(
            file.header, file.expressions, file.types, strict=True
        )
    }
    told_apart = ", ".join(texts.get(header, "NULL") for header in dialects.ASTERISK_LEG)
    return (
        f"coalesce({texts.get(dialects.ASTERISK_SEQUENCE, 'NULL')}, concat_ws(' ', {told_apart}))"
    )


def _words(column: str, spec: ExportSpec) -> dict[str, Any]:
    """The words that rules rest on, and what the audit says that the operator's own stand for."""
    vocabulary = VOCABULARIES.get(f"{spec.table}.{column}")
    if vocabulary is None:
        return {}
    return {
        "words": (
            vocabulary.spellings
            | {folded(own): word for own, word in spec.values.get(column, {}).items()}
        ),
        "is_closed": vocabulary.closed,
    }


def _declared_dates(column: str, file: FileRelation, spec: ExportSpec) -> DateFormat | None:
    declared = spec.column_dates.get(column) or spec.dates
    return declared or ("yyyy-mm-dd" if file.recognised.format == "asterisk" else None)


def _shown_dates(evidence: Evidence, file: FileRelation, plan: Sources) -> dict[str, DateEvidence]:
    """What the values say about the columns whose date format nobody declared, or that are declared
    so that day and month could be swapped.
    """
    asked = [
        column
        for column, source in plan.items()
        if source.column.kind.is_date
        and source.is_text
        and (source.date_format is None or dates.is_swappable(source.date_format))
    ]
    return dict(
        zip(
            asked,
            evidence.of_dates(file, [_as_text(plan[column]) for column in asked]),
            strict=True,
        )
    )


def _as_text(source: Source) -> str:
    return (
        source.expression
        if source.sql_type == "VARCHAR"
        else f"CAST({source.expression} AS VARCHAR)"
    )


def _from_siblings(
    column: str,
    outcome: Undecided,
    found: Sequence[dict[str, DateFormat | Undecided]],
    shown: Sequence[dict[str, DateEvidence]],
) -> DateFormat | Undecided:
    """The order of day and month that the same column proves in the export's other files, when they
    agree.
    """
    if outcome.reason != "ambiguous":
        return outcome
    if any(own[column].holds_both_orders(outcome.suggestion) for own in shown if column in own):
        return outcome
    candidates = next(
        shape.formats for shape in dates.SHAPES if outcome.suggestion in shape.formats
    )
    proved = {decided[column] for decided in found if decided.get(column) in candidates}
    return proved.pop() if len(proved) == 1 else outcome


def _decide_decimals(
    evidence: Evidence, file: FileRelation, plan: Sources, mapping: Mapping, *, export: str
) -> None:
    """Gives the number columns of one file the sign that the file proves."""
    columns = [
        column
        for column, source in plan.items()
        if source.column.kind.is_number and source.is_text and column in mapping.headers
    ]
    by_column = dict(
        zip(
            columns,
            evidence.of_decimals(file, [_as_text(plan[column]) for column in columns]),
            strict=True,
        )
    )
    whole = sum(by_column.values(), DecimalEvidence())
    # their own numbers are written with a point
    writes_points = file.recognised.format in {"json", "jsonl", "excel", "parquet"}
    if whole.is_contradictory or (whole.sign is None and whole.open and not writes_points):
        column = next(
            column for column, found in by_column.items() if found.comma or found.dot or found.open
        )
        what = (
            "some numbers have a decimal comma and some a decimal point"
            if whole.is_contradictory
            else "three digits behind each sign could be decimals or thousands"
        )
        place, numbers = (
            f'{file.shown}, column "{mapping.headers[column]}"',
            whole.comma + whole.dot + whole.open,
        )
        msg = (
            f"{place}: {what} ({numbers:,} numbers). Say which: exports.{export}.decimal: ',' in"
            " audit.yaml."
        )
        raise ExportError(msg)
    for column in columns:
        plan[column] = replace(plan[column], decimal=whole.sign or ".")


def refuse_swapped_by_excel(
    file: FileRelation,
    mapping: Mapping,
    spec: ExportSpec,
    found_in: Callable[[str], ExcelDates],
) -> None:
    """Refuses a workbook in which Excel has swapped day and month in a column.

    Raises: ExportError.
    """
    for column, source in _declared_sources(file, mapping, spec).items():
        if not source.column.kind.is_date or column not in mapping.headers:
            continue
        found = found_in(source.expression)
        if not found.are_swapped:
            continue
        msg = (
            f'{file.shown}, column "{mapping.headers[column]}": Excel opened it in another locale and swapped day'
            f" and month. None of its {found.real:,} real dates is after the 12th of a month, and"
            f" its {found.text:,} dates that are text have a number above 12. No date format mends"
            " that: export it from the source again, as CSV, and do not open it in Excel."
        )
        raise ExportError(msg)


def refuse_contradicted_dates(
    evidence: Evidence,
    files: Sequence[FileRelation],
    plans: Sequence[Sources],
    converted: Sequence[Converted],
    mapping: Mapping,
    *,
    export: str,
) -> None:
    """Refuses a date format that many values contradict, when another fits them.

    Raises: ExportError, naming the one that fits.
    """
    for file, plan, result in zip(files, plans, converted, strict=True):
        for (column, code), count in result.issues.items():
            source = plan[column]
            if (
                code != "unreadable"
                or not source.column.kind.is_date
                or not source.is_text
                or column not in mapping.headers
            ):
                continue
            found = evidence.of_dates(file, [_as_text(source)])[0]
            fitting = found.decide()
            if (
                count <= CONTRADICTED * found.values
                or not isinstance(fitting, str)
                or fitting == source.date_format
                or sum(found.by_shape) < _FITTING * found.values
            ):
                continue
            msg = (
                f'{file.shown}, column "{mapping.headers[column]}": {count:,} of {found.values:,}'
                f" dates are not {source.date_format}; {fitting} fits. Write"
                f" exports.{export}.column_dates: {{{column}: {fitting}}} in audit.yaml."
            )
            raise ExportError(msg)
