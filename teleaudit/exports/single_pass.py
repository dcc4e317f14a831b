"""Delimited text read straight into its working copy: parsed, proved and converted in one pass,
without a staged copy.

How its columns are read is decided by the beginning of each file, and proved by the whole of it
while it streams by. Where anything is in doubt there is no answer: the thorough way (staged first,
then decided) reads the export again, and says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from teleaudit.errors import ExportError
from teleaudit.exports import value_shapes
from teleaudit.exports.conversion import counted
from teleaudit.exports.decisions import CONTRADICTED, QueriedEvidence, Sources, decide_sources
from teleaudit.exports.evidence import DateEvidence, DecimalEvidence
from teleaudit.exports.mapping import Mapping, map_columns
from teleaudit.exports.opened import NotUtf8Error, Opened, check_encoding, open_source
from teleaudit.exports.staging import Progress, Staged
from teleaudit.exports.storage import on_this_thread
from teleaudit.exports.tallies import DateTally, DecimalTally, TooManyUnknownError
from teleaudit.exports.working_copy import Converted
from teleaudit.readers.delimited import LINE, DelimitedText
from teleaudit.readers.hashed_file import HashedFile
from teleaudit.readers.opening import Recognised, recognise
from teleaudit.readers.sources import Source
from teleaudit.rules.audit_file import ExportSpec
from teleaudit.schema.sql import literal, quoted

WriteWorkingCopy = Callable[[duckdb.DuckDBPyConnection, Staged, Mapping, Sources, Path], Converted]

_STREAM = "stream"  # the relation that a file is read from


@dataclass(frozen=True, kw_only=True)
class ReadInOnePass:
    """An export in its working copies."""

    files: list[Staged]
    mapping: Mapping
    plans: list[Sources]
    copies: tuple[Path, ...]
    converted: list[Converted]


@dataclass(frozen=True, kw_only=True)
class SinglePass:
    """The straight way to read the files of an export."""

    connection: duckdb.DuckDBPyConnection
    spec: ExportSpec
    export: str
    folder: Path
    progress: Progress
    write: WriteWorkingCopy

    def read(self, files: Sequence[Source]) -> ReadInOnePass | None:
        """The working copies of the files, none of them empty; none, and nothing left in the
        folder, when only the thorough way can tell.
        """
        try:
            return self._read(files)
        except (
            ExportError,
            PermissionError,
            FileNotFoundError,
            NotUtf8Error,
            TooManyUnknownError,
            _NeedsFullReadError,
        ):
            for copy in self.folder.glob("*.parquet"):
                copy.unlink()
            return None

    def _read(self, sources: Sequence[Source]) -> ReadInOnePass:
        beginnings = [self._begin(source) for source in sources]
        files = [beginning.file for beginning in beginnings]
        mapping = map_columns(files, self.spec)
        asked = _EvidenceOfBeginnings(
            connection=self.connection,
            beginnings={beginning.file.shown: beginning for beginning in beginnings},
        )
        plans = decide_sources(asked, files, mapping, self.spec, export=self.export)
        streams = [
            self._open(beginning, plan, asked)
            for beginning, plan in zip(beginnings, plans, strict=True)
        ]
        copies = tuple(self.folder / f"{number:04}.parquet" for number in range(len(streams)))
        converted = [
            self._write(stream, mapping, copy) for stream, copy in zip(streams, copies, strict=True)
        ]
        read = [stream.described() for stream in streams]
        proved = decide_sources(
            _EvidenceOfStreams(streams={stream.file.shown: stream for stream in streams}),
            files,
            mapping,
            self.spec,
            export=self.export,
        )
        if proved != plans or not any(file.rows for file in read):
            raise _NeedsFullReadError
        return ReadInOnePass(
            files=read, mapping=mapping, plans=plans, copies=copies, converted=converted
        )

    def _begin(self, source: Source) -> _Beginning:
        recognised = recognise(source, self.spec, export=self.export)
        if recognised is None or recognised.dialect is None:
            raise _NeedsFullReadError
        content, table = _first_table(source, recognised, self.spec, self.export)
        file = Staged(
            shown=source.shown,
            recognised=recognised,
            header=content.header,
            withheld=content.withheld,
            relation=_STREAM,
            expressions=tuple(f"c{place}" for place in range(len(content.header))),
            types=("VARCHAR",) * len(content.header),
            line=LINE,
            rows=table.num_rows,
            rejections=content.rejections,
        )
        return _Beginning(source=source, spec=self.spec, file=file, export=self.export)

    def _open(self, beginning: _Beginning, plan: Sources, asked: _EvidenceOfBeginnings) -> _Stream:
        file = beginning.file
        opened = open_source(beginning.source, file.recognised, self.spec, export=self.export)
        mapped = {
            name: replace(source, form=f"f{source.expression}")
            for name, source in plan.items()
            if source.expression in file.expressions
        }
        return _Stream(
            source=beginning.source,
            file=file,
            opened=opened,
            sources=plan | mapped,
            formed=tuple(dict.fromkeys(source.expression for source in mapped.values())),
            progress=self.progress,
            dates={expression: DateTally() for expression in asked.dates.get(file.shown, ())},
            decimals={
                expression: DecimalTally() for expression in asked.decimals.get(file.shown, ())
            },
        )

    def _write(self, stream: _Stream, mapping: Mapping, copy: Path) -> Converted:
        converted = stream.write(self.connection, mapping, copy, self.write)
        check_encoding(stream.source, stream.opened, export=self.export)
        self._refuse_contradictions(converted, copy)
        stream.settle(self.connection)
        return replace(converted, blank_rows=stream.opened.content.rows - converted.rows)

    def _refuse_contradictions(self, converted: Converted, copy: Path) -> None:
        """Leaves columns with many unreadable values to the thorough way: another format may fit
        their dates.
        """
        unreadable = {
            column: count
            for (column, code), count in converted.issues.items()
            if code == "unreadable"
        }
        for column, count in unreadable.items():
            read = self.connection.execute(
                f"SELECT {counted(f'{quoted(column)} IS NOT NULL')} FROM"
                f" read_parquet({literal(str(copy))})"
            ).fetchall()
            if count > CONTRADICTED * (read[0][0] + count):
                raise _NeedsFullReadError


class _NeedsFullReadError(Exception):
    """The straight way cannot tell how the export is to be read."""


@dataclass(frozen=True, kw_only=True)
class _Beginning:
    """The first records of a file."""

    source: Source
    spec: ExportSpec
    file: Staged
    export: str

    def table(self) -> pa.Table:
        """The records; read again, so that those of many files are never in memory together."""
        return _first_table(self.source, self.file.recognised, self.spec, self.export)[1]


def _first_table(
    source: Source, recognised: Recognised, spec: ExportSpec, export: str
) -> tuple[DelimitedText, pa.Table]:
    """The first records, and what they are read with. Raises: _NeedsFullReadError when there is none."""
    content = open_source(source, recognised, spec, export=export).content
    table = (
        next(
            (table for table in content.tables(HashedFile(source).chunks()) if table.num_rows), None
        )
        if isinstance(content, DelimitedText)
        else None
    )
    if table is None or not isinstance(content, DelimitedText):
        raise _NeedsFullReadError
    return content, table


@dataclass(frozen=True, kw_only=True)
class _EvidenceOfBeginnings:
    """What the first records prove.

    Remembers what was asked: that is what all records must prove.
    """

    connection: duckdb.DuckDBPyConnection
    beginnings: dict[str, _Beginning]
    dates: dict[str, Sequence[str]] = field(default_factory=dict)
    decimals: dict[str, Sequence[str]] = field(default_factory=dict)

    def of_dates(self, file: Staged, expressions: Sequence[str]) -> list[DateEvidence]:
        """How their dates are written."""
        self.dates[file.shown] = expressions
        return self._queried(file).of_dates(file, expressions)

    def of_decimals(self, file: Staged, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How their numbers are written."""
        self.decimals[file.shown] = expressions
        return self._queried(file).of_decimals(file, expressions)

    def _queried(self, file: Staged) -> QueriedEvidence:
        self.connection.register(_STREAM, self.beginnings[file.shown].table())
        return QueriedEvidence(connection=self.connection)


@dataclass(frozen=True, kw_only=True)
class _EvidenceOfStreams:
    """What all records proved while they streamed by."""

    streams: dict[str, _Stream]

    def of_dates(self, file: Staged, expressions: Sequence[str]) -> list[DateEvidence]:
        """How their dates are written."""
        return [self.streams[file.shown].proved_dates[expression] for expression in expressions]

    def of_decimals(self, file: Staged, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How their numbers are written."""
        return [self.streams[file.shown].proved_decimals[expression] for expression in expressions]


@dataclass(kw_only=True)
class _Stream:
    """One file on its way into the working copy."""

    source: Source
    file: Staged  # as its beginning describes it
    opened: Opened
    sources: Sources
    formed: tuple[str, ...]  # the columns whose forms are looked for
    progress: Progress
    dates: dict[str, DateTally]
    decimals: dict[str, DecimalTally]
    proved_dates: dict[str, DateEvidence] = field(default_factory=dict)
    proved_decimals: dict[str, DecimalEvidence] = field(default_factory=dict)
    _failure: Exception | None = None

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        mapping: Mapping,
        copy: Path,
        write: WriteWorkingCopy,
    ) -> Converted:
        """Writes the working copy. Raises: what the reading of the file raises."""
        columns = [
            (LINE, pa.int64()),
            *((name, pa.string()) for name in self.file.expressions),
            *((f"f{name}", pa.uint8()) for name in self.formed),
        ]
        connection.register(
            _STREAM, pa.RecordBatchReader.from_batches(pa.schema(columns), self._batches())
        )
        try:
            with on_this_thread(connection):
                return write(connection, self.file, mapping, self.sources, copy)
        except duckdb.Error:
            if self._failure is not None:
                raise self._failure from None
            raise
        finally:
            connection.unregister(_STREAM)

    def settle(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Queries what was added up, and drops what it rests on."""
        self.proved_dates = {
            expression: tally.evidence(connection) for expression, tally in self.dates.items()
        }
        self.proved_decimals = {
            expression: tally.evidence(connection) for expression, tally in self.decimals.items()
        }
        self.dates, self.decimals = {}, {}

    def described(self) -> Staged:
        """The file, now that all of it was read."""
        return replace(
            self.file,
            rows=self.opened.content.rows,
            rejections=self.opened.rejections,
            sha256=self.opened.file.sha256,
            size_bytes=self.opened.file.size_bytes,
        )

    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Texts, null where they are empty, and the forms of the mapped ones.

        What goes wrong is kept: the engine would only pass on its words.
        """
        try:
            for table in self.opened.tables():
                yield self._with_forms(table)
                self.progress(self.file.shown, self.opened.content.rows)
        except Exception as error:
            self._failure = error
            raise

    def _with_forms(self, table: pa.Table) -> pa.RecordBatch:
        # the file was changed after its beginning was read
        if self.opened.content.header != self.file.header:
            raise _NeedsFullReadError
        texts = {
            name: value_shapes.with_nulls(table.column(name)) for name in self.file.expressions
        }
        found = {name: value_shapes.forms_of(texts[name]) for name in self.formed}
        for name, date_tally in self.dates.items():
            date_tally.note(texts[name], found[name])
        for name, decimal_tally in self.decimals.items():
            decimal_tally.note(texts[name], found[name])
        line = table.column(LINE).combine_chunks()
        return pa.record_batch(
            {
                LINE: line,
                **texts,
                **{f"f{name}": pa.array(values) for name, values in found.items()},
            }
        )
