"""A Parquet file of an export: read where it lies, its text columns queried for what they prove."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from teleaudit.errors import ExportError
from teleaudit.exports import evidence
from teleaudit.exports.conversion import Source as ColumnSource
from teleaudit.exports.evidence import DateEvidence, DecimalEvidence
from teleaudit.exports.mapping import Mapping
from teleaudit.exports.relations import FileRelation, Progress, make_private
from teleaudit.exports.working_copy import Converted, write_working_copy
from teleaudit.readers.hashed_file import HashedFile
from teleaudit.readers.headers import checked_header, count_withheld
from teleaudit.readers.opening import Recognised
from teleaudit.readers.parquet_damage import refuse_damaged
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sources import Source
from teleaudit.schema.sql import literal, quoted

_FIRST_ROWS = 50_000


@dataclass(frozen=True, kw_only=True)
class ParquetFile:
    """A file on its way into its working copy."""

    path: Path  # where the engine reads it
    file: FileRelation
    connection: duckdb.DuckDBPyConnection
    progress: Progress
    is_whole: bool = True  # what it proves, all its rows prove

    def survey(self) -> None:
        """Its rows are queried whenever they are asked."""

    def of_dates(self, expressions: Sequence[str]) -> list[DateEvidence]:
        """How the dates of these text columns are written."""
        return evidence.date_evidence(self.connection, self.file.relation, expressions)

    def of_decimals(self, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How the numbers of these text columns are written."""
        return evidence.decimal_evidence(self.connection, self.file.relation, expressions)

    def write(
        self, mapping: Mapping, sources: Dictionary[str, ColumnSource], target: Path
    ) -> Converted:
        """Writes its working copy."""
        self.progress(self.file.shown, self.file.rows)
        return write_working_copy(self.connection, self.file, mapping, sources, target)

    def write_beginning(
        self, mapping: Mapping, sources: Dictionary[str, ColumnSource], target: Path
    ) -> Converted:
        """Writes the working copy of its first rows."""
        first = f"(SELECT * FROM {self.file.relation} LIMIT {_FIRST_ROWS})"
        file = replace(self.file, relation=first, rows=min(self.file.rows, _FIRST_ROWS))
        return write_working_copy(self.connection, file, mapping, sources, target)


def read_parquet_file(
    source: Source,
    recognised: Recognised,
    *,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    progress: Progress,
) -> ParquetFile:
    """The file, hashed; of a packed one, a copy in the folder.

    Raises: ExportError for one that is damaged, as far as that can be told.
    """
    hashed = HashedFile(source)
    hashed.read_all()
    begun = begin_parquet_file(
        source, recognised, folder=folder, connection=connection, progress=progress
    )
    refuse_damaged(begun.path, source.shown)
    return replace(
        begun, file=replace(begun.file, sha256=hashed.sha256, size_bytes=hashed.size_bytes)
    )


def begin_parquet_file(
    source: Source,
    recognised: Recognised,
    *,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    progress: Progress,
) -> ParquetFile:
    """The file as its last bytes describe it; neither hashed nor looked through for damage.

    Raises: ExportError.
    """
    path = parquet_path(source, folder)
    described = describe_parquet(path, recognised, shown=source.shown, connection=connection)
    described.rejections.passed_over = source.passed_over
    return ParquetFile(path=path, file=described, connection=connection, progress=progress)


def parquet_path(source: Source, folder: Path) -> Path:
    """Where the engine can read a Parquet file: where it lies; of a packed one, a copy in the
    folder.
    """
    if source.is_plain and source.path is not None:
        return source.path
    path = folder / f"unpacked_{len(list(folder.glob('unpacked_*')))}.parquet"
    make_private(path)
    source.copy_to(path)
    return path


def describe_parquet(
    path: Path, recognised: Recognised, *, shown: str, connection: duckdb.DuckDBPyConnection
) -> FileRelation:
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
    return FileRelation(
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
