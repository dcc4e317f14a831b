"""What one file is, and how an audit would name it: format, columns, dates, and the table and mapping that fit best.

No value of a row is in the answer; a kind, a date format and a share are.
"""

from __future__ import annotations

import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from ruamel.yaml import YAML

from teleaudit.audits import DateFormat, Format
from teleaudit.errors import ExportError
from teleaudit.exports import dialects, profiles, staging
from teleaudit.exports.conversion import cleaned, counted, quoted
from teleaudit.exports.encodings import SINGLE_BYTE
from teleaudit.exports.noticing import remarks_on_rejects
from teleaudit.exports.parquet_damage import UNREADABLE, damaged
from teleaudit.exports.profiles import DecimalEvidence, Undecided
from teleaudit.exports.rejects import Rejections
from teleaudit.exports.remarks import Remark
from teleaudit.exports.staging import Opened, Recognised
from teleaudit.exports.storage import connect
from teleaudit.exports.withheld import ShownPaths
from teleaudit.exports.workbooks import Worksheet
from teleaudit.schema import TABLES, Kind, Table

ROW_LIMIT = 200_000
_CERTAIN = 0.98  # share of a column's values that must look like a kind


@dataclass(frozen=True, kw_only=True)
class InspectedColumn:
    """One column of a file."""

    header: str
    looks_like: str  # text, whole number, number, date, time, empty, or nested
    empty: float  # share of rows without a value
    date_format: DateFormat | None = None
    date_problem: str | None = None  # why the format cannot be told
    suggested: str | None = None  # canonical column of the suggested table


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a file is."""

    file: str  # its name
    format: Format
    encoding: str | None  # of text
    delimiter: str | None  # of delimited text
    decimal: str | None  # when some number proves it
    rows: int
    is_complete: bool  # False: only the first ``rows`` rows were looked at
    rejections: Rejections
    columns: tuple[InspectedColumn, ...]
    table: str | None  # the table that its headers fit best
    has_header: bool = True
    sheets: tuple[str, ...] = ()  # of a workbook, those that hold tables; the first is the one looked at

    def as_yaml(self) -> str:
        """An entry for ``exports:`` of an audit.yaml. A date format that could not be told stands there as a question."""
        entry: dict[str, object] = {"table": self.table or "TABLE", "files": self.file, "format": self.format}
        if self.encoding is not None:
            entry["encoding"] = self.encoding
        if self.delimiter is not None:
            entry["delimiter"] = self.delimiter
        if self.decimal is not None:
            entry["decimal"] = self.decimal
        if not self.has_header:
            entry["header"] = False
        entry |= self._dates()
        entry["columns"] = {column.suggested: column.header for column in self.columns if column.suggested is not None}
        text = io.StringIO()
        yaml = YAML()
        yaml.width = 10_000
        yaml.indent(mapping=2, sequence=4, offset=2)
        yaml.dump({"exports": {self._name: entry}}, text)
        return "".join([text.getvalue(), *self._questions()])

    @property
    def _name(self) -> str:
        """A name for the export, from the file's."""
        stem = re.sub(r"[^a-z0-9_]+", "_", Path(self.file).stem.casefold().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")).strip("_")
        return stem or "export"

    def _dates(self) -> dict[str, object]:
        formats = {column.suggested: column.date_format for column in self.columns if column.suggested is not None and column.date_format is not None}
        if not formats:
            return {}
        usual = Counter(formats.values()).most_common(1)[0][0]
        others = {column: date_format for column, date_format in formats.items() if date_format != usual}
        return {"dates": usual} | ({"column_dates": others} if others else {})

    def _questions(self) -> list[str]:
        notes = [f"    # {column.suggested}: {column.date_problem}\n" for column in self.columns if column.suggested is not None and column.date_problem is not None]
        if self.table is None:
            notes.append(f"    # No table fits these headers. TABLE is one of: {', '.join(TABLES)}\n")
        return notes

    def as_text(self) -> str:
        """The same for a reader."""
        rows = f"{self.rows:,} rows" if self.is_complete else f"looked at the first {self.rows:,} rows"
        facts = [self.format, self.encoding, self.delimiter and f"delimiter {_named(self.delimiter)}", self.decimal and f"decimal sign {self.decimal}", rows]
        lines = [f"{self.file}: {', '.join(fact for fact in facts if fact)}"]
        lines += [str(remark) for remark in remarks_on_rejects(self.rejections)]
        if not self.has_header:
            lines.append("It has no header: its first line is a record. Its columns go by their position.")
        if len(self.sheets) > 1:
            lines.append(f"Its sheets with tables: {', '.join(self.sheets)}. Only the first was looked at: write sheet: NAME for the one to read.")
        lines.append(f"Looks like the table {self.table} ({TABLES[self.table].title_da})." if self.table else "No table fits its headers.")
        width = max((len(column.header) for column in self.columns), default=0)
        lines += ["", f"{'column':<{width}}  looks like    empty  suggested"]
        lines += [_line(column, width) for column in self.columns]
        return "\n".join(line.rstrip() for line in lines) + "\n"


def _named(delimiter: str) -> str:
    return {"\t": "tab"}.get(delimiter, delimiter)


def _line(column: InspectedColumn, width: int) -> str:
    notes = [note for note in (column.date_format, column.date_problem) if note]
    return f"{column.header:<{width}}  {column.looks_like:<12} {column.empty:>5.0%}  {column.suggested or '-':<16} {'; '.join(notes)}"


def inspect_file(path: Path, *, limit: int = ROW_LIMIT) -> Inspection:
    """What the file is, by its first ``limit`` rows. Raises: ExportError, as reading it would."""
    shown = ShownPaths().of(path.name)
    try:
        if not path.is_dir() and not path.is_file() and path.exists():
            msg = f"{shown} is neither a file nor a folder: what another program writes into it would be waited for."
            raise ExportError(msg)
        recognised = staging.recognise(path, None, shown=shown, export="NAME")
        if recognised is None:
            msg = f"{shown} is empty."
            raise ExportError(msg)
        with connect() as connection:
            sample = _parquet_sample(path, recognised, connection, limit, shown) if recognised.format == "parquet" else _text_sample(path, recognised, limit, shown)
            return _inspect(connection, sample, shown)
    except FileNotFoundError:
        msg = f"no file {ShownPaths().of(path.as_posix())}."
        raise ExportError(msg) from None
    except IsADirectoryError:
        msg = f"{ShownPaths().of(path.as_posix())} is a folder; inspect one file of it."
        raise ExportError(msg) from None
    except PermissionError:
        msg = f"{shown} cannot be read: no permission."
        raise ExportError(msg) from None


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """The beginning of a file."""

    recognised: Recognised
    header: tuple[str, ...]
    rows: pa.Table  # columns c0, c1 ...
    is_complete: bool
    rejections: Rejections
    has_header: bool = True
    sheets: tuple[str, ...] = ()


def _text_sample(path: Path, recognised: Recognised, limit: int, shown: str) -> _Sample:
    opened = staging.open_file(path, recognised, None, shown=shown, export="NAME")
    tables, is_complete = _first_tables(opened, limit)
    if opened.proof is not None and opened.proof.is_not_utf8 and recognised.encoding_is_sniffed:
        return _text_sample(path, staging.with_encoding(recognised, "cp1252"), limit, shown)
    staging.check_encoding(path, opened, shown=shown, export="NAME")
    content = opened.content
    header = content.header
    rows = pa.concat_tables(tables, promote_options="default") if tables else pa.table({f"c{place}": pa.array([], pa.string()) for place in range(len(header))})
    if not header:
        raise ExportError(" ".join(str(remark) for remark in (*remarks_on_rejects(opened.rejections), Remark(code="no_records"))))
    has_header = content.has_header if isinstance(content, Worksheet) else recognised.dialect is None or recognised.dialect.has_header or recognised.dialect.is_asterisk
    sheets = content.sheets if isinstance(content, Worksheet) else ()
    return _Sample(recognised=recognised, header=header, rows=rows, is_complete=is_complete, rejections=opened.rejections, has_header=has_header, sheets=sheets)


def _first_tables(opened: Opened, limit: int) -> tuple[list[pa.Table], bool]:
    """Tables of at least ``limit`` rows, or the whole file."""
    tables: list[pa.Table] = []
    for table in opened.tables():
        if sum(len(taken) for taken in tables) >= limit:
            return tables, False
        tables.append(table)
    return tables, True


def _parquet_sample(path: Path, recognised: Recognised, connection: duckdb.DuckDBPyConnection, limit: int, shown: str) -> _Sample:
    staged = staging.describe_parquet(path, recognised, shown=shown, connection=connection)
    values = ", ".join(f"CAST({expression} AS VARCHAR) AS c{place}" for place, expression in enumerate(staged.expressions))
    try:
        rows = connection.sql(f"SELECT {values} FROM {staged.relation} LIMIT {limit}").to_arrow_table()
    except duckdb.Error:
        raise damaged(shown, UNREADABLE) from None
    return _Sample(recognised=recognised, header=staged.header, rows=rows, is_complete=staged.rows <= limit, rejections=staged.rejections)


def _inspect(connection: duckdb.DuckDBPyConnection, sample: _Sample, shown: str) -> Inspection:
    connection.register("sample", sample.rows)
    places = range(len(sample.header))
    table = _suggested_table(sample)
    suggested = _suggested_columns(sample, table)
    kinds = [_looks_like(connection, f"c{place}") for place in places]
    decimal = _decimal(connection, [f"c{place}" for place in places if kinds[place][0] == "number"])
    columns = []
    for place, header in enumerate(sample.header):
        kind, empty = kinds[place]
        canonical = suggested.get(header)
        is_date = kind in {"date", "time"} or (table is not None and canonical is not None and table.column(canonical).kind in {Kind.DATE, Kind.TIMESTAMP})
        found = profiles.date_evidence(connection, "sample", [f"c{place}"])[0].decide() if is_date else None
        problem = f"{found.reason.replace('_', ' ')} dates: write {found.suggestion}, or what it is, in column_dates" if isinstance(found, Undecided) else None
        columns.append(
            InspectedColumn(
                header=header,
                looks_like=kind,
                empty=empty,
                date_format=None if isinstance(found, Undecided) else found,
                date_problem=problem,
                suggested=canonical,
            )
        )
    recognised = sample.recognised
    return Inspection(
        file=shown,
        format=recognised.format,
        encoding=SINGLE_BYTE.get(recognised.encoding, recognised.encoding) if recognised.encoding else None,
        delimiter=recognised.dialect.delimiter if recognised.dialect else None,
        decimal=decimal,
        rows=len(sample.rows),
        is_complete=sample.is_complete,
        rejections=sample.rejections,
        has_header=sample.has_header,
        sheets=sample.sheets,
        columns=tuple(columns),
        table=table.name if table else None,
    )


_LOOKS = (
    ("date", r"^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|00-00-0000)$"),
    ("time", r"^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})[T ]\d{1,2}[:.]\d{2}"),
    ("whole number", r"^[-+]?\d+$"),
    ("number", r"^[-+]?\d{1,3}([.\s]?\d{3})*([.,]\d+)?-?$|^[-+]?\d+[.,]\d+$"),
    ("nested", r"^[\[{]"),
)


def _looks_like(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[str, float]:
    """The kind of nearly all values, and the share of rows without one."""
    value = cleaned(quoted(name), Kind.TEXT)
    counts = ", ".join(counted(f"regexp_matches({value}, '{pattern}')") for _, pattern in _LOOKS)
    row = connection.execute(f"SELECT count(*), count({value}), {counts} FROM sample").fetchone() or (0, 0)
    rows, filled = row[0], row[1]
    if not filled:
        return "empty", 1.0
    looks = next((kind for (kind, _), count in zip(_LOOKS, row[2:], strict=True) if count >= _CERTAIN * filled), "text")
    return looks, 1 - filled / rows


def _decimal(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> str | None:
    whole = sum(profiles.decimal_evidence(connection, "sample", columns), DecimalEvidence())
    return None if whole.is_contradictory else whole.sign


def _suggested_table(sample: _Sample) -> Table | None:
    """The table whose columns most headers name; among equals, the one that lacks fewest required columns."""
    if sample.recognised.format == "asterisk":
        return TABLES["cdr"]
    scores = {name: _score(table, sample.header) for name, table in TABLES.items()}
    best = max(scores, key=lambda name: scores[name])
    return TABLES[best] if len(_matches(TABLES[best], sample.header)) >= min(2, len(sample.header)) else None


def _score(table: Table, header: Sequence[str]) -> tuple[int, int, int]:
    named = _matches(table, header)
    missing = sum(1 for column in table.columns if column.required and column.name not in named.values())
    has_key = int(bool(table.key) and set(table.key) <= set(named.values()))
    return len(named) - missing, has_key, -len(table.columns)


def _suggested_columns(sample: _Sample, table: Table | None) -> dict[str, str]:
    """Header -> canonical column."""
    if table is None:
        return {}
    if sample.recognised.format == "asterisk":
        return {header: column for column, header in dialects.ASTERISK_MAPPING.items() if header in sample.header}
    return _matches(table, sample.header)


def _matches(table: Table, header: Sequence[str]) -> dict[str, str]:
    """Header -> canonical column by the synonyms; a column goes to the first of its synonyms that the file has, a header to one column."""
    folded = {_folded(name): name for name in reversed(header)}
    matches: dict[str, str] = {}
    wanted = itertools.chain.from_iterable([(column.name, synonym) for synonym in (column.name, *column.synonyms)] for column in table.columns)
    for column, synonym in wanted:
        found = folded.get(_folded(synonym))
        if found is not None and found not in matches and column not in matches.values():
            matches[found] = column
    return matches


def _folded(name: str) -> str:
    """A header without what systems vary: case, spaces, hyphens, underscores, dots."""
    return re.sub(r"[\s_.\-]+", "", name.casefold())
