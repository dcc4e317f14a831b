"""One export file, whatever its format, as a relation that DuckDB reads: text and JSON and Excel as
staged text, Parquet where it lies.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from teleaudit.errors import ExportError
from teleaudit.exports.opened import (
    NotUtf8Error,
    Opened,
    check_encoding,
    damaged_header,
    open_source,
)
from teleaudit.readers.delimited import LINE, DamagedHeaderError
from teleaudit.readers.hashed_file import HashedFile
from teleaudit.readers.headers import checked_header, count_withheld
from teleaudit.readers.opening import Recognised, recognise, with_encoding
from teleaudit.readers.parquet_damage import refuse_damaged
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sources import Source
from teleaudit.readers.workbooks import Worksheet
from teleaudit.rules.audit_file import ExportSpec
from teleaudit.schema.sql import literal, quoted

Progress = Callable[[str, int], None]


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


def stage(
    source: Source,
    spec: ExportSpec,
    *,
    export: str,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    progress: Progress,
) -> Staged | None:
    """The file as a relation; none when it is empty.

    Raises: ExportError when reading it would be a guess.
    """
    recognised = recognise(source, spec, export=export)
    if recognised is None:
        return None
    if recognised.format == "parquet":
        return _stage_parquet(
            source, recognised, folder=folder, connection=connection, progress=progress
        )
    try:
        return _stage_text(
            source, recognised, spec, export=export, folder=folder, progress=progress
        )
    except NotUtf8Error:
        return _stage_text(
            source,
            with_encoding(recognised, "cp1252"),
            spec,
            export=export,
            folder=folder,
            progress=progress,
        )


def _stage_text(
    source: Source,
    recognised: Recognised,
    spec: ExportSpec,
    *,
    export: str,
    folder: Path,
    progress: Progress,
) -> Staged | None:
    opened = open_source(source, recognised, spec, export=export)
    parts = _Parts(folder)
    try:
        for table in opened.tables():
            parts.write(table)
            progress(source.shown, opened.content.rows)
    except DamagedHeaderError as error:
        raise damaged_header(error, source.head(), recognised, export=export) from None
    finally:
        parts.close()
    check_encoding(source, opened, export=export)
    is_blank_sheet = isinstance(opened.content, Worksheet) and not opened.content.header
    return None if is_blank_sheet else _staged(opened, parts, source.shown)


def _staged(opened: Opened, parts: _Parts, shown: str) -> Staged:
    content = opened.content
    listed = ", ".join(literal(str(part)) for part in parts.paths)
    nothing = ", ".join(
        (
            "NULL::BIGINT AS line",
            *(f"NULL::VARCHAR AS c{place}" for place in range(len(content.header))),
        )
    )
    return Staged(
        shown=shown,
        recognised=opened.recognised,
        header=content.header,
        relation=(
            f"read_parquet([{listed}], union_by_name=true)"
            if parts.paths
            else f"(SELECT {nothing} WHERE false)"
        ),
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


def _stage_parquet(
    source: Source,
    recognised: Recognised,
    *,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    progress: Progress,
) -> Staged:
    file = HashedFile(source)
    file.read_all()
    path = parquet_path(source, folder)
    described = describe_parquet(path, recognised, shown=source.shown, connection=connection)
    refuse_damaged(path, source.shown)
    described.rejections.passed_over = source.passed_over
    progress(source.shown, described.rows)
    return replace(described, sha256=file.sha256, size_bytes=file.size_bytes)


def parquet_path(source: Source, folder: Path) -> Path:
    """Where the engine can read a Parquet file: where it lies; of a packed one, a copy in the
    folder.
    """
    if source.is_plain and source.path is not None:
        return source.path
    path = _new_path(folder)
    source.copy_to(path)
    return path


def describe_parquet(
    path: Path, recognised: Recognised, *, shown: str, connection: duckdb.DuckDBPyConnection
) -> Staged:
    """A Parquet file where it lies, not yet hashed.

    Raises: ExportError when it is no whole Parquet file.
    """
    relation = f"read_parquet({literal(str(path))}, file_row_number=true)"
    try:
        rows = pq.ParquetFile(path).metadata.num_rows
        described = connection.execute(
            f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {relation}"
        ).fetchall()
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
    """Parquet files of staged text, readable by their owner only; a new one when the columns
    change.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: pq.ParquetWriter | None = None
        self.paths: list[Path] = []

    def write(self, table: pa.Table) -> None:
        if self._writer is None or self._writer.schema != table.schema:
            self.close()
            self.paths.append(_new_path(self._folder))
            self._writer = pq.ParquetWriter(
                self.paths[-1],
                table.schema,
                compression="lz4",
                use_dictionary=False,
                write_statistics=False,
            )
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _new_path(folder: Path) -> Path:
    path = folder / f"staged_{len(list(folder.glob('staged_*')))}.parquet"
    make_private(path)
    return path


def make_private(path: Path) -> None:
    """An empty file that only its owner may read or write."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
