"""The Parquet files of an export on Spark, read by Spark itself where they lie, and made rows of
the working copy by the same SQL as on one machine.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (its name everywhere)
from pyspark.sql.types import StructType

from teleaudit.engines.spark.blocks import BLOCK, Plan, convert_typed, typed_evidence
from teleaudit.engines.spark.files import FoundFile
from teleaudit.exports.evidence import NO_DATES, DateEvidence, DecimalEvidence
from teleaudit.exports.parquet_files import describe_parquet
from teleaudit.exports.relations import FileRelation
from teleaudit.exports.storage import connect
from teleaudit.readers.opening import Recognised
from teleaudit.schema.sql import quoted

_MAGIC = b"PAR1"
_ROW = "file_row_number"
_VERIFIED = "parquet.page.verify-checksum.enabled"


@dataclass(frozen=True, kw_only=True)
class TypedSource:
    """A Parquet file that was found and described."""

    id: int  # Spark's hash of its path, by which the executors know it
    found: FoundFile
    file: FileRelation
    names: tuple[str, ...]  # as they stand in the file
    schema: pa.Schema


def typed_source(
    number: int, found: FoundFile, recognised: Recognised, folder: Path
) -> TypedSource | None:
    """The file as the executors read it; none when Spark reads its types otherwise than DuckDB.

    Raises: ExportError when it is no whole Parquet file.
    """
    path = folder / "described.parquet"
    _write_footer(found, path)
    try:
        with connect(folder) as connection:
            described = describe_parquet(path, recognised, shown=found.shown, connection=connection)
        schema = pq.ParquetFile(path).schema_arrow
    finally:
        path.unlink()
    names = tuple(schema.names)
    is_ambiguous = len({name.casefold() for name in names}) < len(names) or "_metadata" in names
    if is_ambiguous or not all(_is_read_alike(kind) for kind in schema.types):
        return None
    casts = [
        f"CAST(c{place} AS {sql_type}) AS {quoted(name)}"
        for place, (name, sql_type) in enumerate(zip(names, described.types, strict=True))
    ]
    relation = f"(SELECT {', '.join([*casts, _ROW])} FROM {BLOCK})"
    return TypedSource(
        id=number,
        found=found,
        file=replace(described, relation=relation, size_bytes=found.size_bytes),
        names=names,
        schema=schema.remove_metadata(),
    )


def _write_footer(found: FoundFile, path: Path) -> None:
    """A file of the same size that holds the description alone, at its end: enough for DuckDB to
    say the columns' types.

    What lies before it takes no room.
    """
    end = found.piece(max(0, found.size_bytes - 8), 8)
    length = int.from_bytes(end[:4], "little") + len(end) if end[4:] == _MAGIC else found.size_bytes
    first = max(0, found.size_bytes - length)
    with path.open("wb") as file:
        path.chmod(0o600)
        file.write(_MAGIC[: found.size_bytes])
        if end[4:] == _MAGIC:
            file.seek(first)
            file.write(found.piece(first, length))


def _is_read_alike(kind: pa.DataType) -> bool:
    """Whether Spark and DuckDB read the same values: not so times of the day, nanoseconds, and what
    only one of them knows.
    """
    if pa.types.is_nested(kind):
        plain = pa.types.is_list(kind) or pa.types.is_struct(kind) or pa.types.is_map(kind)
        return plain and all(
            _is_read_alike(kind.field(number).type) for number in range(kind.num_fields)
        )
    if pa.types.is_dictionary(kind):
        return _is_read_alike(kind.value_type)
    if pa.types.is_timestamp(kind):
        return kind.unit in {"ms", "us"}
    checks = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_float32,
        pa.types.is_float64,
        pa.types.is_date32,
        pa.types.is_decimal128,
        pa.types.is_binary,
    )
    return any(
        check(kind)
        for check in (
            *checks,
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_large_binary,
        )
    )


@dataclass(kw_only=True)
class TypedFiles:
    """All Parquet files of an export, on Spark."""

    session: SparkSession
    sources: dict[str, TypedSource]  # by the name that is shown
    # by file and expression
    _dates: dict[tuple[int, str], DateEvidence] = field(default_factory=dict)
    _numbers: dict[tuple[int, str], DecimalEvidence] = field(default_factory=dict)

    def relation_of(self, shown: str) -> FileRelation:
        """What one file is, not yet hashed."""
        return self.sources[shown].file

    def dates(self, shown: str, expressions: Sequence[str]) -> list[DateEvidence]:
        """How the dates of these columns are written."""
        keys = [(self.sources[shown].id, expression) for expression in expressions]
        if any(key not in self._dates for key in keys):
            self._ask(shown, expressions, ())
        return [self._dates[key] for key in keys]

    def numbers(self, shown: str, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How the numbers of these columns are written."""
        keys = [(self.sources[shown].id, expression) for expression in expressions]
        if any(key not in self._numbers for key in keys):
            self._ask(shown, (), expressions)
        return [self._numbers[key] for key in keys]

    def rows(
        self, plans: Mapping[str, Plan], schema: pa.Schema, spark_schema: StructType
    ) -> DataFrame:
        """The rows of the working copy; made when they are asked for."""
        groups = []
        for alike in self._groups():
            convert = functools.partial(
                convert_typed,
                plans={source.id: plans[source.found.shown] for source in alike},
                schema=schema,
            )
            groups.append(self._read(alike).mapInArrow(convert, spark_schema))
        return functools.reduce(DataFrame.unionAll, groups)

    def _groups(self) -> list[list[TypedSource]]:
        """The files of the same columns, which Spark reads at once."""
        groups: list[list[TypedSource]] = []
        for source in self.sources.values():
            alike = next((group for group in groups if group[0].schema.equals(source.schema)), None)
            if alike is None:
                groups.append([source])
            else:
                alike.append(source)
        return groups

    def _read(self, alike: list[TypedSource]) -> DataFrame:
        """The rows with the columns ``c0``, ``c1`` ..., their file, and the number of the row in
        it.
        """
        options = {
            "__globPaths__": "false",
            "ignoreCorruptFiles": "false",
            "ignoreMissingFiles": "false",
            "mergeSchema": "false",
            _VERIFIED: "true",
            "datetimeRebaseMode": "CORRECTED",
        }
        rows = self.session.read.options(**options).parquet(*(source.found.url for source in alike))
        named = [
            F.col("`" + name.replace("`", "``") + "`").alias(f"c{place}")
            for place, name in enumerate(alike[0].names)
        ]
        return rows.select(
            *named,
            F.xxhash64("_metadata.file_path").alias("file"),
            F.col("_metadata.row_index").alias(_ROW),
        )

    def _ask(self, shown: str, dates: Sequence[str], numbers: Sequence[str]) -> None:
        """Takes the evidence of these expressions in every file of the same columns."""
        alike = next(group for group in self._groups() if self.sources[shown] in group)
        relations = {source.id: source.file.relation for source in alike}
        found_dates: dict[tuple[int, str], DateEvidence] = {
            (source.id, expression): NO_DATES for source in alike for expression in dates
        }
        found_numbers = {
            (source.id, expression): DecimalEvidence() for source in alike for expression in numbers
        }
        asked = functools.partial(typed_evidence, relations=relations, dates=dates, numbers=numbers)
        for row in self._read(alike).mapInArrow(asked, "survey binary").collect():
            # our own executors wrote it
            file, by_date, by_number = pickle.loads(bytes(row.survey))  # noqa: S301
            for expression in dates:
                found_dates[file, expression] += by_date[expression]
            for expression in numbers:
                found_numbers[file, expression] += by_number[expression]
        self._dates |= found_dates
        self._numbers |= found_numbers
