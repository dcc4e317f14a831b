"""One export file, whatever its format, as a relation that DuckDB reads: text and JSON and Excel as staged text, Parquet where it lies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from teleaudit.audits import ExportSpec, Format
from teleaudit.errors import ExportError
from teleaudit.exports import sniffing
from teleaudit.exports.delimited import LINE, DamagedHeaderError, DelimitedText, Dialect
from teleaudit.exports.documents import refuse_no_table, refuse_quoted_lines
from teleaudit.exports.encodings import EncodingProof, likely_encoding
from teleaudit.exports.fingerprints import HashedFile
from teleaudit.exports.headers import checked_header, count_withheld, has_header, header_of
from teleaudit.exports.json_lines import JsonLines
from teleaudit.exports.parquet_damage import refuse_damaged
from teleaudit.exports.rejects import Rejections
from teleaudit.exports.workbooks import Worksheet
from teleaudit.schema import TABLES
from teleaudit.schema.sql import literal, quoted

Progress = Callable[[str, int], None]


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """How a file is written, as declared or by its content."""

    format: Format
    dialect: Dialect | None = None  # of delimited text
    encoding: str | None = None  # of any text
    encoding_is_sniffed: bool = False


@dataclass(kw_only=True)
class Opened:
    """A file being read. What it counts is whole once its tables are used up."""

    recognised: Recognised
    file: HashedFile
    rejections: Rejections
    content: DelimitedText | JsonLines | Worksheet
    proof: EncodingProof | None = None

    def tables(self) -> Iterator[pa.Table]:
        """Tables of text with the line of every record."""
        if isinstance(self.content, Worksheet):
            self.file.read_all()
            return self.content.tables()
        return self.content.tables(self.file.chunks())


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A file that DuckDB can read."""

    shown: str
    recognised: Recognised
    header: tuple[str, ...]
    relation: str  # SQL
    expressions: tuple[str, ...]  # SQL of each column of the header
    types: tuple[str, ...]  # DuckDB's type of each
    line: str  # SQL of the line a record starts on
    rows: int
    rejections: Rejections
    sha256: str = ""
    size_bytes: int = 0
    has_native_dates: bool = False
    withheld: int = 0  # headers that are not shown
    error_cells: int = 0  # of a workbook, read as empty
    rounded: dict[str, int] = field(default_factory=dict)


def recognise(path: Path, spec: ExportSpec | None, *, shown: str, export: str) -> Recognised | None:
    """How the file is written; none when it is empty. Raises: ExportError."""
    head = sniffing.read_head(path)
    return recognise_head(head, spec, path=path, complete=path.stat().st_size <= len(head), shown=shown, export=export)


def recognise_head(head: bytes, spec: ExportSpec | None, *, path: Path, complete: bool, shown: str, export: str) -> Recognised | None:
    """How the file with these first bytes is written; of ZIP archives, Excel's among them, the whole file is looked into. Raises: ExportError."""
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00"):
        return None
    found = sniffing.sniff_format(path, head, shown=shown, declared=spec.format if spec else None)
    if found in {"parquet", "excel"}:
        return Recognised(format=found)
    declared = spec.encoding if spec else None
    encoding = sniffing.sniff_encoding(head, shown=shown, export=export, declared=declared)
    sample = sniffing.take_sample(head, encoding, complete=complete)
    refuse_no_table(sample, shown=shown, declared=spec.format if spec else None)
    if found == "jsonl":
        return Recognised(format=found, encoding=encoding, encoding_is_sniffed=declared is None)
    delimiter = sniffing.sniff_delimiter(sample, shown=shown, export=export, declared=spec.delimiter if spec else None)
    records = sniffing.sample_records(sample, delimiter)
    refuse_quoted_lines(records, shown=shown)
    is_asterisk = found == "asterisk" or ((spec is None or (spec.format is None and spec.header is not False)) and sniffing.looks_like_asterisk(sample, delimiter))
    dialect = Dialect(
        encoding=encoding,
        delimiter=delimiter,
        has_separator_line=sniffing.declared_in_file(sample.text) is not None,
        has_header=not is_asterisk and _has_header(records, spec=spec, shown=shown, export=export),
        is_asterisk=is_asterisk,
    )
    return Recognised(format="asterisk" if is_asterisk else "csv", dialect=dialect, encoding=encoding, encoding_is_sniffed=declared is None)


def _has_header(records: Sequence[Sequence[str]], *, spec: ExportSpec | None, shown: str, export: str) -> bool:
    """Whether the first of these records is a header: of a file without an audit, by its look. Raises: ExportError."""
    if spec is None:
        return not records or header_of(records, len(records[0]))[0]
    return has_header(records, named=spec.columns.values() or TABLES[spec.table].names, declared=spec.header, shown=shown, export=export)


def open_file(path: Path, recognised: Recognised, spec: ExportSpec | None, *, shown: str, export: str) -> Opened:
    """The file, ready to be read once. Not for Parquet, which is read where it lies."""
    rejections, file = Rejections(file=shown), HashedFile(path, shown)
    decimal: Literal[",", "."] = (spec.decimal if spec else None) or "."
    if recognised.format == "excel":
        sheet = Worksheet(
            path=path,
            shown=shown,
            rejections=rejections,
            sheet=spec.sheet if spec else None,
            takes_first=spec is None,
            begins_with_header=partial(_has_header, spec=spec, shown=shown, export=export),
            decimal=decimal,
        )
        return Opened(recognised=recognised, file=file, rejections=rejections, content=sheet)
    proof = EncodingProof(encoding=recognised.encoding or "utf-8")
    content: DelimitedText | JsonLines
    if recognised.dialect is None:
        content = JsonLines(encoding=proof.encoding, shown=shown, rejections=rejections, proof=proof, decimal=decimal)
    else:
        content = DelimitedText(dialect=recognised.dialect, shown=shown, rejections=rejections, proof=proof)
    return Opened(recognised=recognised, file=file, rejections=rejections, content=content, proof=proof)


def stage(path: Path, spec: ExportSpec, *, shown: str, export: str, folder: Path, connection: duckdb.DuckDBPyConnection, progress: Progress) -> Staged | None:
    """The file as a relation; none when it is empty. Raises: ExportError when reading it would be a guess."""
    recognised = recognise(path, spec, shown=shown, export=export)
    if recognised is None:
        return None
    if recognised.format == "parquet":
        return _stage_parquet(path, recognised, shown=shown, connection=connection, progress=progress)
    try:
        return _stage_text(path, recognised, spec, shown=shown, export=export, folder=folder, progress=progress)
    except NotUtf8Error:
        windows = with_encoding(recognised, "cp1252")
        return _stage_text(path, windows, spec, shown=shown, export=export, folder=folder, progress=progress)


def with_encoding(recognised: Recognised, encoding: str) -> Recognised:
    """The same file, read in another encoding."""
    dialect = replace(recognised.dialect, encoding=encoding) if recognised.dialect is not None else None
    return replace(recognised, dialect=dialect, encoding=encoding)


class NotUtf8Error(Exception):
    """The first letters beyond ASCII stand late in the file, and are not UTF-8."""


def _stage_text(path: Path, recognised: Recognised, spec: ExportSpec, *, shown: str, export: str, folder: Path, progress: Progress) -> Staged:
    opened = open_file(path, recognised, spec, shown=shown, export=export)
    parts = _Parts(folder)
    try:
        for table in opened.tables():
            parts.write(table)
            progress(shown, opened.content.rows)
    except DamagedHeaderError as error:
        raise damaged_header(error, sniffing.read_head(path), recognised, export=export) from None
    finally:
        parts.close()
    check_encoding(path, opened, shown=shown, export=export)
    return _staged(opened, parts, shown)


def damaged_header(error: DamagedHeaderError, head: bytes, recognised: Recognised, *, export: str) -> ExportError:
    """The refusal, with the encoding that may read it."""
    likely = likely_encoding(head)
    advice = f" It looks like {likely}: write exports.{export}.encoding: {likely} in audit.yaml." if likely and likely != recognised.encoding else ""
    return ExportError(f"{error}{advice}")


def check_encoding(path: Path, opened: Opened, *, shown: str, export: str) -> None:
    """Refuses a file whose encoding the whole file disproves. Raises: ExportError."""
    if opened.proof is None:
        return
    if opened.recognised.encoding_is_sniffed and opened.proof.is_not_utf8:
        raise NotUtf8Error
    opened.proof.check(shown=shown, export=export, sniffed=opened.recognised.encoding_is_sniffed, likely=likely_encoding(sniffing.read_head(path)))


def _staged(opened: Opened, parts: _Parts, shown: str) -> Staged:
    content = opened.content
    listed = ", ".join(literal(str(part)) for part in parts.paths)
    return Staged(
        shown=shown,
        recognised=opened.recognised,
        header=content.header,
        relation=f"read_parquet([{listed}], union_by_name=true)",
        expressions=tuple(f"c{place}" for place in range(len(content.header))),
        types=("VARCHAR",) * len(content.header),
        line=LINE,
        rows=content.rows,
        rejections=opened.rejections,
        sha256=opened.file.sha256,
        size_bytes=opened.file.size_bytes,
        has_native_dates=isinstance(content, Worksheet),
        withheld=content.withheld,
        error_cells=content.errors if isinstance(content, Worksheet) else 0,
        rounded=content.rounded if isinstance(content, Worksheet) else {},
    )


def _stage_parquet(path: Path, recognised: Recognised, *, shown: str, connection: duckdb.DuckDBPyConnection, progress: Progress) -> Staged:
    file = HashedFile(path, shown)
    file.read_all()
    described = describe_parquet(path, recognised, shown=shown, connection=connection)
    refuse_damaged(path, shown)
    progress(shown, described.rows)
    return replace(described, sha256=file.sha256, size_bytes=file.size_bytes)


def describe_parquet(path: Path, recognised: Recognised, *, shown: str, connection: duckdb.DuckDBPyConnection) -> Staged:
    """A Parquet file where it lies, not yet hashed. Raises: ExportError when it is no whole Parquet file."""
    relation = f"read_parquet({literal(str(path))}, file_row_number=true)"
    try:
        rows = pq.ParquetFile(path).metadata.num_rows
        described = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {relation}").fetchall()
    except (duckdb.Error, pa.ArrowException, OSError):
        msg = f"{shown} is no complete Parquet file. Export it again."
        raise ExportError(msg) from None
    names = [str(column[0]) for column in described]
    return Staged(
        shown=shown,
        recognised=recognised,
        header=checked_header(names, shown),
        withheld=count_withheld(names),
        relation=relation,
        expressions=tuple(quoted(name) for name in names),
        types=tuple(str(column[1]) for column in described),
        line="file_row_number + 1",
        rows=rows,
        rejections=Rejections(file=shown),
    )


class _Parts:
    """Parquet files of staged text, readable by their owner only; a new one when the columns change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: pq.ParquetWriter | None = None
        self.paths: list[Path] = []

    def write(self, table: pa.Table) -> None:
        if self._writer is None or self._writer.schema != table.schema:
            self.close()
            self._writer = pq.ParquetWriter(self._new_path(), table.schema, compression="lz4", use_dictionary=False, write_statistics=False)
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _new_path(self) -> Path:
        path = self._folder / f"staged_{len(list(self._folder.glob('staged_*')))}.parquet"
        make_private(path)
        self.paths.append(path)
        return path


def make_private(path: Path) -> None:
    """An empty file that only its owner may read or write."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
