"""An operator's export, read on Spark where it lies: on local disks or any file system that Hadoop
reaches, a block at a time, with the results of ``read_export``.

The same code reads as on one machine, on the executors' Python, which needs teleaudit too. Every
block of text is surveyed (what is broken, what proves the encoding, the dates, the decimal sign),
then the driver decides how each column is read, then each block becomes rows of the working copy.
What cannot be cut into blocks (Excel, UTF-16, lines without line feeds) the driver reads, and hands
its rows to Spark.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (its name everywhere)
from pyspark.sql import types as T  # noqa: N812 (its name everywhere)
from pyspark.sql.pandas.types import to_arrow_schema

from teleaudit.engines.spark.blocks import Plan
from teleaudit.engines.spark.failures import translated_spark_errors
from teleaudit.engines.spark.files import FoundFile, Root
from teleaudit.engines.spark.text import TextFiles, TextSource, text_source
from teleaudit.engines.spark.typed import TypedFiles, TypedSource, typed_source
from teleaudit.errors import ExportError
from teleaudit.exports import dates
from teleaudit.exports.conversion import SCIENTIFIC, UNKNOWN_WORD, Source
from teleaudit.exports.decisions import (
    CONTRADICTED,
    Sources,
    decide_sources,
    refuse_contradicted_dates,
)
from teleaudit.exports.evidence import DateEvidence, DecimalEvidence
from teleaudit.exports.files import nearest_file
from teleaudit.exports.mapping import Mapping as ColumnMapping
from teleaudit.exports.mapping import map_columns
from teleaudit.exports.reading import (
    ExportFile,
    ReadExport,
    described_export,
    read_export,
    without_any_file,
    without_any_row,
)
from teleaudit.exports.relations import FileRelation, Progress
from teleaudit.exports.storage import private_folder, translate_storage_errors
from teleaudit.exports.vocabularies import MAX_ASKED, namable_words
from teleaudit.exports.working_copy import Converted
from teleaudit.readers.opening import recognise_head
from teleaudit.readers.signatures import COMPRESSED, ZIP
from teleaudit.rules.audit_file import ExportSpec
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES, Kind

# What a session needs for these readings. Files are cut by their size alone, and not by how many
# executors happen to be there: every pass must cut them in the same places. A block of less than 16
# MiB is not worth the start of a task.
SESSION_SETTINGS: Mapping[str, str] = MappingProxyType(
    {"spark.sql.files.minPartitionNum": "200", "spark.sql.files.openCostInBytes": str(16 << 20)}
)

SPARK_TYPES: Mapping[Kind, T.DataType] = MappingProxyType(
    {
        Kind.TEXT: T.StringType(),
        Kind.INTEGER: T.LongType(),
        Kind.DECIMAL: T.DecimalType(18, 4),
        Kind.DATE: T.DateType(),
        Kind.TIMESTAMP: T.TimestampNTZType(),
        Kind.BOOLEAN: T.BooleanType(),
    }
)
# issues of a date whose value is null in the working copy
_WITHOUT_VALUE = ("unreadable", "zero", "placeholder")
_HASHED_AT_ONCE = 4

Keep = Callable[[DataFrame], DataFrame]


def persisted(rows: DataFrame) -> DataFrame:
    """The rows, kept on the executors' disks from the first time they are made.

    Kept in memory too, a block that comes back from disk is read into the heap as a whole.
    """
    return rows.persist(StorageLevel.DISK_ONLY)


def read_export_on_spark(
    session: SparkSession,
    name: str,
    spec: ExportSpec,
    *,
    root: str,
    work: Path,
    progress: Progress | None = None,
    keep: Keep = persisted,
) -> tuple[ReadExport, DataFrame | None]:
    """What reading the export came to, and its working copy; none when nothing could be read.

    ``root`` is a folder of the driver's machine, or a URL. ``keep`` is given the working copy
    before its rows are counted, and answers what is counted and handed
    over: without it every row is made twice. ``work`` holds for a while what the driver must copy,
    and nothing in the end.

    Raises: ExportError, as ``read_export``; and for a file that the executors cannot see.
    """
    dates.checked_zone(spec.timezone)
    with translated_spark_errors(name):
        place = Root(session=session, address=root)
        files = place.find(spec.files)
    if not files:  # what lies beside it is only looked for on this machine
        return (
            without_any_file(
                name, spec, near=nearest_file(spec.files, place.local) if place.local else None
            ),
            None,
        )
    with (
        translated_spark_errors(name, files),
        translate_storage_errors(name),
        private_folder(work, name) as folder,
    ):
        reading = _Reading(
            session=session,
            name=name,
            spec=spec,
            root=place,
            folder=folder,
            keep=keep,
            progress=progress or _say_nothing,
        )
        answer = reading.read(files)
        shutil.rmtree(folder)
        return answer


def _say_nothing(_file: str, _rows: int) -> None:
    """The progress of a run without anyone watching."""


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """A file that was recognised."""

    found: FoundFile
    source: TextSource | TypedSource | None = None  # none when it is empty, or refused
    refusal: ExportError | None = None


class _NotDivisibleError(Exception):
    """A file cannot be read in parts."""


@dataclass(frozen=True, kw_only=True)
class _Evidence:
    """The evidence that the executors found."""

    text: TextFiles
    typed: TypedFiles

    def of_dates(self, file: FileRelation, expressions: Sequence[str]) -> list[DateEvidence]:
        """How their dates are written."""
        return self._part(file).dates(file.shown, expressions)

    def of_decimals(self, file: FileRelation, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How their numbers are written."""
        return self._part(file).numbers(file.shown, expressions)

    def _part(self, file: FileRelation) -> TextFiles | TypedFiles:
        return self.text if file.shown in self.text.sources else self.typed


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One export being read."""

    session: SparkSession
    name: str
    spec: ExportSpec
    root: Root
    folder: Path
    keep: Keep
    progress: Progress

    def read(self, files: Sequence[FoundFile]) -> tuple[ReadExport, DataFrame | None]:
        try:
            opened = self._open_all(files)
        except _NotDivisibleError:
            return self._read_on_driver(files)
        with ThreadPoolExecutor(_HASHED_AT_ONCE) as pool:
            hashes = {
                file.found.shown: pool.submit(file.found.sha256, self.root.jvm)
                for file in opened
                if file.refusal is None
            }
            try:
                return self._read(opened, hashes)
            finally:
                pool.shutdown(cancel_futures=True)

    def _open_all(self, files: Sequence[FoundFile]) -> list[_Opened]:
        """The files up to the first that is refused. Raises: _NotDivisibleError."""
        if any(self.root.spark_passes_over(file) for file in files):
            raise _NotDivisibleError
        opened: list[_Opened] = []
        for number, found in zip(self.root.hashes(files), files, strict=True):
            opened.append(self._open(number, found))
            if opened[-1].refusal is not None:
                break
        return opened

    def _open(self, number: int, found: FoundFile) -> _Opened:
        try:
            head = found.head()
            if head.startswith((ZIP, *COMPRESSED)):
                raise _NotDivisibleError
            recognised = recognise_head(
                head,
                self.spec,
                complete=found.size_bytes <= len(head),
                shown=found.shown,
                export=self.name,
            )
            if recognised is None:
                return _Opened(found=found)
            source = (
                typed_source(number, found, recognised, self.folder)
                if recognised.format == "parquet"
                else text_source(number, found, head, recognised, self.spec, export=self.name)
            )
        except ExportError as error:
            return _Opened(found=found, refusal=error)
        if source is None:
            raise _NotDivisibleError
        return _Opened(found=found, source=source)

    def _read(
        self, opened: Sequence[_Opened], hashes: Mapping[str, Future[str]]
    ) -> tuple[ReadExport, DataFrame | None]:
        text = TextFiles(
            session=self.session,
            spec=self.spec,
            export=self.name,
            sources={
                file.found.shown: file.source
                for file in opened
                if isinstance(file.source, TextSource)
            },
        )
        typed = TypedFiles(
            session=self.session,
            sources={
                file.found.shown: file.source
                for file in opened
                if isinstance(file.source, TypedSource)
            },
        )
        text.survey()
        files, empty = [], []
        for file in opened:
            if file.refusal is not None:
                raise file.refusal
            sha256 = hashes[file.found.shown].result()
            file.found.refuse_changed()
            if file.source is None:
                empty.append(
                    ExportFile(
                        path=file.found.shown,
                        sha256=sha256,
                        size_bytes=file.found.size_bytes,
                        rows=0,
                        rejected=0,
                    )
                )
                continue
            relation = replace(
                (text if isinstance(file.source, TextSource) else typed).relation_of(
                    file.found.shown
                ),
                sha256=sha256,
            )
            self.progress(relation.shown, relation.rows)
            file.found.refuse_changed()
            files.append(relation)
        if not any(file.rows for file in files):
            return without_any_row(self.name, self.spec, empty, files), None
        return self._convert(files, empty, text, typed)

    def _convert(
        self,
        files: Sequence[FileRelation],
        empty: Sequence[ExportFile],
        text: TextFiles,
        typed: TypedFiles,
    ) -> tuple[ReadExport, DataFrame]:
        mapping, evidence = map_columns(files, self.spec), _Evidence(text=text, typed=typed)
        sources = decide_sources(evidence, files, mapping, self.spec, export=self.name)
        plans = {
            file.shown: Plan(file=file, mapping=mapping, sources=plan)
            for file, plan in zip(files, sources, strict=True)
        }
        schema, spark_schema = _schemas(sources[0], mapping)
        parts = [part.rows(plans, schema, spark_schema) for part in (text, typed) if part.sources]
        rows = self.keep(parts[0] if len(parts) == 1 else parts[0].unionAll(parts[1]))
        try:
            converted = _counted(rows, files, mapping, sources)
            contradicted = [_contradicted(result, values) for result, values in converted]
            refuse_contradicted_dates(
                evidence, files, sources, contradicted, mapping, export=self.name
            )
        except BaseException:
            with suppress(Exception):
                rows.unpersist()
            raise
        return (
            described_export(
                self.name,
                self.spec,
                files,
                mapping,
                sources,
                (),
                [result for result, _ in converted],
                empty,
            ),
            rows,
        )

    def _read_on_driver(self, files: Sequence[FoundFile]) -> tuple[ReadExport, DataFrame | None]:
        """By the reader of one machine: the files are copied to the driver's disk, where they do
        not lie on it.
        """
        root = self.root.local
        if root is None:
            root = self.folder / "exports"
            for file in files:
                file.copy_to(root / file.relative)
        export = read_export(
            self.name, self.spec, root=root, work=self.folder / "work", progress=self.progress
        )
        if not export.parquet:
            return export, None
        table = pa.concat_tables(pq.read_table(path) for path in export.parquet)
        kinds = {column.name: column.kind for column in TABLES[self.spec.table].columns}
        types = [
            (
                SPARK_TYPES[kinds[name]]
                if name in export.columns
                else T.LongType()
                if name == LINE_COLUMN
                else T.StringType()
            )
            for name in table.column_names
        ]
        rows = self.session.createDataFrame(
            table,
            T.StructType(
                [
                    T.StructField(name, kind)
                    for name, kind in zip(table.column_names, types, strict=True)
                ]
            ),
        )
        return replace(export, parquet=()), self.keep(rows)


def _schemas(sources: Sources, mapping: ColumnMapping) -> tuple[pa.Schema, T.StructType]:
    """The working copy's columns, for Arrow and for Spark."""
    kinds = {FILE_COLUMN: Kind.TEXT, LINE_COLUMN: Kind.INTEGER, ISSUES_COLUMN: Kind.TEXT}
    kinds |= {name: source.column.kind for name, source in sources.items()} | dict.fromkeys(
        mapping.extras, Kind.TEXT
    )
    rows = T.StructType([T.StructField(name, SPARK_TYPES[kind]) for name, kind in kinds.items()])
    return to_arrow_schema(rows), rows


def _counted(
    rows: DataFrame, files: Sequence[FileRelation], mapping: ColumnMapping, plans: Sequence[Sources]
) -> list[tuple[Converted, dict[str, int]]]:
    """What the conversion of each file came to, and how many values each of its date
    columns has.
    """
    dated = [name for name, source in plans[0].items() if source.column.kind.is_date]
    headers = list(mapping.extras)
    counts = [
        F.count("*"),
        *(F.count(_column(name)) for name in dated),
        *(F.count_if(_is_scientific(_column(name))) for name in headers),
    ]
    whole = {row[0]: list(row[1:]) for row in rows.groupBy(FILE_COLUMN).agg(*counts).collect()}
    split = rows.where(F.col(ISSUES_COLUMN).isNotNull()).select(
        FILE_COLUMN, F.explode(F.split(ISSUES_COLUMN, ";")).alias("issue")
    )
    found: dict[str, dict[tuple[str, str], int]] = {}
    for file, issue, count in sorted(split.groupBy(FILE_COLUMN, "issue").count().collect()):
        column, _, code = issue.partition("=")
        found.setdefault(file, {})[column, code] = count
    answers = []
    for file in files:
        count, *more = whole.get(file.shown, [0] * len(counts))
        issues = dict(sorted(found.get(file.shown, {}).items()))
        damaged = {
            mapping.extras[name]: number
            for name, number in zip(headers, more[len(dated) :], strict=True)
            if number
        }
        is_typed = all(sql_type != "VARCHAR" for sql_type in file.types)
        values = {
            name: number + sum(issues.get((name, code), 0) for code in _WITHOUT_VALUE)
            for name, number in zip(dated, more[: len(dated)], strict=True)
        }
        doubtful = [column for column, code in issues if code == UNKNOWN_WORD]
        words = {
            column: _unknown_words(rows, file, column, plans[0][column]) for column in doubtful
        }
        answers.append(
            (
                Converted(
                    rows=count,
                    issues=issues,
                    blank_rows=file.rows - count,
                    scientific={} if is_typed else damaged,
                    unknown_words=words,
                ),
                values,
            )
        )
    return answers


def _unknown_words(
    rows: DataFrame, file: FileRelation, column: str, source: Source
) -> tuple[str, ...]:
    """Those of a file's column that may be named."""
    own = (
        rows.where((F.col(FILE_COLUMN) == file.shown) & _column(column).isNotNull())
        .groupBy(_column(column).alias("word"))
        .count()
    )
    found = own.orderBy(F.col("count").desc(), "word").limit(MAX_ASKED).collect()
    return namable_words([(row[0], row[1]) for row in found], source.words)


def _contradicted(result: Converted, values: Mapping[str, int]) -> Converted:
    """Only the issues of columns so many of whose dates cannot be read that their evidence is worth
    looking at.
    """
    return replace(
        result,
        issues={
            key: count
            for key, count in result.issues.items()
            if count > CONTRADICTED * values.get(key[0], 0)
        },
    )


def _column(name: str) -> Column:
    return F.col("`" + name.replace("`", "``") + "`")


def _is_scientific(column: Column) -> Column:
    return column.contains("E+") & column.rlike(rf"\A(?:{SCIENTIFIC})\z")
