"""The typed working copy of one file: Parquet with the mapped columns in canonical types and every
other column as text.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from teleaudit.counting import is_low_cardinality, values_query
from teleaudit.exports import conversion
from teleaudit.exports.conversion import UNKNOWN_WORD, Source
from teleaudit.exports.mapping import Mapping
from teleaudit.exports.relations import FileRelation, make_private
from teleaudit.exports.vocabularies import MAX_ASKED, namable_words
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, Kind
from teleaudit.schema.sql import literal, quoted


@dataclass(frozen=True, kw_only=True)
class Converted:
    """What the conversion of one file came to."""

    rows: int
    issues: dict[tuple[str, str], int]  # (canonical column, issue code) -> values
    blank_rows: int  # records without any value: no records
    # unmapped header -> values that Excel has damaged; they stay as they are
    scientific: dict[str, int]
    # canonical column -> words that nobody knows, where they may be named
    unknown_words: dict[str, tuple[str, ...]] = field(default_factory=dict)


def write_working_copy(
    connection: duckdb.DuckDBPyConnection,
    file: FileRelation,
    mapping: Mapping,
    sources: Dictionary[str, Source],
    target: Path,
) -> Converted:
    """Writes the file's working copy.

    ``sources`` has one entry for each mapped or constant column.
    """
    make_private(target)
    query = working_copy_query(file, mapping, _with_plain_texts(connection, file, sources))
    connection.execute(
        f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION snappy,"
        " USE_TMP_FILE false)"
    )
    target.chmod(0o600)
    rows, issues = _count(connection, target), _issues(connection, target)
    doubtful = [column for column, code in issues if code == UNKNOWN_WORD]
    return Converted(
        rows=rows,
        issues=issues,
        blank_rows=file.rows - rows,
        scientific=_scientific(connection, file, mapping, target),
        unknown_words={
            column: words
            for column in doubtful
            if (words := _unknown_words(connection, column, sources[column], target))
        },
    )


def working_copy_query(
    file: FileRelation, mapping: Mapping, sources: Dictionary[str, Source]
) -> str:
    """The working copy as SQL: raw values, then clean, then parsed, then the final row with its
    issues.
    """
    names = list(sources)
    raw = _raw_columns(file, mapping)
    clean = [
        f"{conversion.clean_value(source)} AS k{number}"
        for number, source in enumerate(sources.values())
    ]
    formed = {
        number: replace(source, form=f"m{number}") if source.form else source
        for number, source in enumerate(sources.values())
    }
    known = [
        f"{source.form} AS m{number}"
        for number, source in enumerate(sources.values())
        if source.form
    ]
    parsed = [
        f"{conversion.parsed_value(source, f'k{number}')} AS p{number}"
        for number, source in formed.items()
    ]
    doubtful = [
        (source, f"k{number}", f"p{number}")
        for number, source in enumerate(sources.values())
        if not source.is_plain
    ]
    issues = ", ".join(conversion.issue(*each) for each in doubtful)
    final = [
        f"{conversion.final_value(source, f'p{number}')} AS {quoted(names[number])}"
        for number, source in enumerate(sources.values())
    ]
    extras = [f"x{number} AS {quoted(name)}" for number, name in enumerate(mapping.extras)]
    kept = [f"x{number}" for number in range(len(mapping.extras))]
    is_sound = " AND ".join(conversion.is_sound(*each) for each in doubtful)
    issue_column = (
        f"CASE WHEN {is_sound} THEN NULL ELSE nullif(concat_ws(';', {issues}), '') END"
        if issues
        else "CAST(NULL AS VARCHAR)"
    )
    outer = [
        f"{literal(file.shown)} AS {FILE_COLUMN}",
        f"CAST({LINE_COLUMN} AS BIGINT) AS {LINE_COLUMN}",
        f"{issue_column} AS {ISSUES_COLUMN}",
        *final,
        *extras,
    ]
    return (
        f"SELECT {', '.join(outer)} FROM (SELECT"
        f" {', '.join([LINE_COLUMN, *(f'k{number}' for number in range(len(clean))), *parsed, *kept])}"
        f" FROM (SELECT {', '.join([f'{file.line} AS {LINE_COLUMN}', *clean, *known, *raw])} FROM"
        f" {file.relation} WHERE {_is_not_blank(file)}))"
    )


def _with_plain_texts(
    connection: duckdb.DuckDBPyConnection, file: FileRelation, sources: Dictionary[str, Source]
) -> Dictionary[str, Source]:
    """Marks the texts that are plain throughout.

    A Parquet file is read by column: asking first costs a third of what converting every text
    would, and values that repeat are asked once.
    """
    texts = {
        name: source.expression
        for name, source in sources.items()
        if source.column.kind is Kind.TEXT
        and not source.words
        and source.sql_type == "VARCHAR"
        and source.expression in file.expressions
    }
    if file.recognised.format != "parquet" or not texts:
        return sources
    ((rows, *values),) = connection.execute(
        values_query(file.relation, list(texts.values()))
    ).fetchall()
    cells = (
        f"SELECT {'DISTINCT' if is_low_cardinality(different, rows) else ''} {text} AS cell FROM"
        f" {file.relation}"
        for text, different in zip(texts.values(), values, strict=True)
    )
    asked = ", ".join(
        f"(SELECT bool_and({conversion.plain('cell')}) FROM ({each}))" for each in cells
    )
    ((*found,),) = connection.execute(f"SELECT {asked}").fetchall()
    # null of a column without values
    plain = {name for name, is_plain in zip(texts, found, strict=True) if is_plain}
    return {name: replace(source, is_plain=name in plain) for name, source in sources.items()}


def _raw_columns(file: FileRelation, mapping: Mapping) -> list[str]:
    """The unmapped columns as text; null in a file that lacks them."""
    places = {header: place for place, header in enumerate(file.header)}
    values = []
    for number, header in enumerate(mapping.extras.values()):
        place = places.get(header)
        value = (
            "CAST(NULL AS VARCHAR)"
            if place is None
            else conversion.extra_value(file.expressions[place], file.types[place])
        )
        values.append(f"{value} AS x{number}")
    return values


def _is_not_blank(file: FileRelation) -> str:
    """Whether any field of the record holds something."""
    filled = [
        f"{expression} <> ''" if sql_type == "VARCHAR" else f"{expression} IS NOT NULL"
        for expression, sql_type in zip(file.expressions, file.types, strict=True)
    ]
    return f"({' OR '.join(filled)})" if filled else "false"


def _count(connection: duckdb.DuckDBPyConnection, target: Path) -> int:
    return int(
        connection.execute(f"SELECT count(*) FROM read_parquet({literal(str(target))})").fetchall()[
            0
        ][0]
    )


def _issues(connection: duckdb.DuckDBPyConnection, target: Path) -> dict[tuple[str, str], int]:
    split = (
        f"SELECT unnest(string_split({ISSUES_COLUMN}, ';')) AS issue FROM"
        f" read_parquet({literal(str(target))}) WHERE {ISSUES_COLUMN} IS NOT NULL"
    )
    found = connection.execute(
        f"SELECT split_part(issue, '=', 1), split_part(issue, '=', 2), count(*) FROM ({split})"
        " GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {(column, code): count for column, code, count in found}


def _unknown_words(
    connection: duckdb.DuckDBPyConnection, column: str, source: Source, target: Path
) -> tuple[str, ...]:
    """Those of a column that may be named."""
    name = quoted(column)
    found = connection.execute(
        f"SELECT {name}, count(*) FROM read_parquet({literal(str(target))}) WHERE {name} IS NOT"
        f" NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MAX_ASKED}"
    ).fetchall()
    return namable_words(found, source.words)


def _scientific(
    connection: duckdb.DuckDBPyConnection, file: FileRelation, mapping: Mapping, target: Path
) -> dict[str, int]:
    """Values such as 4,57E+15 in the unmapped columns."""
    headers = list(mapping.extras)
    if not headers or all(sql_type != "VARCHAR" for sql_type in file.types):
        return {}
    counts = ", ".join(
        conversion.counted(conversion.is_scientific(quoted(name))) for name in headers
    )
    row = connection.execute(
        f"SELECT {counts} FROM read_parquet({literal(str(target))})"
    ).fetchall()[0]
    return {mapping.extras[name]: count for name, count in zip(headers, row, strict=True) if count}
