"""A file of text, JSON or a workbook on its way into its working copy, block by block: a block is
read, what it proves is added, and it is written.

The beginning of the file tells how its columns are to be read, and the whole of it must prove the
same while it is written. Where it does not, the file is read once more, as the whole proves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from teleaudit.exports import value_shapes
from teleaudit.exports.conversion import Source as ColumnSource
from teleaudit.exports.evidence import DateEvidence, DecimalEvidence, ExcelDates
from teleaudit.exports.mapping import Mapping, kinds_by_header
from teleaudit.exports.opened import (
    NotUtf8Error,
    Opened,
    check_encoding,
    damaged_header,
    open_source,
)
from teleaudit.exports.relations import FileRelation, Progress
from teleaudit.exports.storage import on_this_thread, translate_file_errors
from teleaudit.exports.tallies import FileTally, Forms
from teleaudit.exports.working_copy import Converted, write_working_copy
from teleaudit.readers import hashed_file
from teleaudit.readers.delimited import LINE, DamagedHeaderError
from teleaudit.readers.opening import Recognised, with_encoding
from teleaudit.readers.sources import Source
from teleaudit.readers.workbooks import Worksheet
from teleaudit.rules.audit_file import ExportSpec

_STREAM = "stream"  # the relation that a file is read from


class NotAsBegunError(Exception):
    """The file has other columns or another encoding than its beginning shows."""


@dataclass(kw_only=True)
class Memory:
    """How much text of an export's files may still be kept until it is written."""

    free_bytes: int = 64 << 20


@dataclass(kw_only=True)
class TextFile:
    """One file: what is known of it so far, and how it is read and written."""

    source: Source
    recognised: Recognised
    spec: ExportSpec
    export: str
    connection: duckdb.DuckDBPyConnection
    memory: Memory
    progress: Progress
    is_whole: bool = False  # all of its rows were read, and are proof
    file: FileRelation = field(init=False)
    _tally: FileTally = field(init=False)
    _tables: list[pa.Table] | None = field(init=False, default=None)  # all of them, where kept

    def begin(self) -> None:
        """Reads the beginning; all of it, where it is small or its reader takes all of it anyway.

        Raises: ExportError when reading it would be a guess, or it may not be read.
        """
        is_small = self.source.size is not None and self.source.size <= hashed_file.CHUNK_BYTES
        self._look(wholly=is_small or self.recognised.format == "excel")

    def survey(self) -> None:
        """Reads all of it, where that was not done. Raises: ExportError."""
        if not self.is_whole:
            self._look(wholly=True)

    def of_dates(self, expressions: Sequence[str]) -> list[DateEvidence]:
        """How the dates of these text columns are written, as far as they were read."""
        return self._tally.of_dates(expressions)

    def of_decimals(self, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How the numbers of these text columns are written, as far as they were read."""
        return self._tally.of_decimals(expressions)

    def of_excel_dates(self, expression: str) -> ExcelDates:
        """The dates of a workbook's column, as far as they were read."""
        return self._tally.excel.get(expression, ExcelDates())

    def write(
        self, mapping: Mapping, sources: Dictionary[str, ColumnSource], target: Path
    ) -> Converted:
        """Writes the working copy; what all rows prove is known then.

        Raises: NotAsBegunError, where only the beginning was known; ExportError.
        """
        with translate_file_errors(self.source.shown):
            if self._tables is not None:
                converted = self._write(iter(self._tables), mapping, sources, target)
                self.progress(self.file.shown, self.file.rows)
            else:
                converted = self._write_again(mapping, sources, target)
        return replace(converted, blank_rows=self.file.rows - converted.rows)

    def write_beginning(
        self, mapping: Mapping, sources: Dictionary[str, ColumnSource], target: Path
    ) -> Converted:
        """Writes the working copy of its first rows, or of all that are kept."""
        if self._tables is not None:
            return self.write(mapping, sources, target)
        with translate_file_errors(self.source.shown):
            opened = open_source(self.source, self.recognised, self.spec, export=self.export)
            first = (table for table in self._read(opened) if table.num_rows)
            self._begin_tally()  # which knows these rows already
            converted = self._write(itertools.islice(first, 1), mapping, sources, target)
        return replace(converted, blank_rows=0)

    def _write_again(
        self, mapping: Mapping, sources: Dictionary[str, ColumnSource], target: Path
    ) -> Converted:
        """The working copy of what is read for it."""
        opened = open_source(self.source, self.recognised, self.spec, export=self.export)
        if self.is_whole:
            converted = self._write(self._read(opened), mapping, sources, target)
            if opened.file.sha256 != self.file.sha256:
                raise hashed_file.changed_while_read(self.file.shown)
            return converted
        self._begin_tally()
        try:
            converted = self._write(self._as_begun(opened), mapping, sources, target)
            check_encoding(self.source, opened, export=self.export)
        except NotUtf8Error:
            self.recognised = with_encoding(self.recognised, "cp1252")
            raise NotAsBegunError from None
        self.file, self.is_whole = self._described(opened), True
        return converted

    def _as_begun(self, opened: Opened) -> Iterator[pa.Table]:
        """The tables while they have the columns of the beginning; the others only add proof.

        Raises: NotAsBegunError when there are others.
        """
        begun = self.file.header
        for table in self._read(opened):
            if opened.content.header == begun:
                yield table
            else:
                self.file = self._described(opened)
                self._note(_Block(table=table))
        if self.file.header != begun:
            check_encoding(self.source, opened, export=self.export)
            self.file, self.is_whole = self._described(opened), True
            raise NotAsBegunError

    def _write(
        self,
        tables: Iterator[pa.Table],
        mapping: Mapping,
        sources: Dictionary[str, ColumnSource],
        target: Path,
    ) -> Converted:
        """Passes the tables through the engine; what they prove is added where it is not known."""
        by_form = {
            name: replace(source, form=f"f{source.expression}")
            for name, source in sources.items()
            if source.expression in self.file.expressions
        }
        forms = dict.fromkeys(source.form for source in by_form.values())
        columns = [
            (LINE, pa.int64()),
            *((name, pa.string()) for name in self.file.expressions),
            *((form, pa.uint8()) for form in forms),
        ]
        failures: list[Exception] = []
        self.connection.register(
            _STREAM,
            pa.RecordBatchReader.from_batches(
                pa.schema(columns), self._batches(tables, pa.schema(columns), failures)
            ),
        )
        try:
            with on_this_thread(self.connection):
                return write_working_copy(
                    self.connection, self.file, mapping, {**sources, **by_form}, target
                )
        except duckdb.Error:
            if failures:
                raise failures[0] from None
            raise
        finally:
            self.connection.unregister(_STREAM)

    def _batches(
        self, tables: Iterator[pa.Table], schema: pa.Schema, failures: list[Exception]
    ) -> Iterator[pa.RecordBatch]:
        """Texts and the forms of the mapped ones.

        What goes wrong is kept: the engine would only pass on its words.
        """
        is_proof = not self.is_whole
        try:
            for table in tables:
                block = _Block(table=table)
                if is_proof:
                    self._note(block)
                yield pa.record_batch([block.column(name) for name in schema.names], schema=schema)
        except Exception as error:
            failures.append(error)
            raise

    def _look(self, *, wholly: bool) -> None:
        with translate_file_errors(self.source.shown):
            try:
                self._look_once(wholly=wholly)
            except NotUtf8Error:
                self.recognised = with_encoding(self.recognised, "cp1252")
                self._look_once(wholly=wholly)

    def _look_once(self, *, wholly: bool) -> None:
        self._begin_tally()
        opened = open_source(self.source, self.recognised, self.spec, export=self.export)
        kept: list[pa.Table] | None = []
        for table in self._read(opened):
            self.file = self._described(opened)
            self._note(_Block(table=table))
            if not wholly and table.num_rows:
                return
            kept = _kept(kept, table, self.memory)
        check_encoding(self.source, opened, export=self.export)
        self.file, self.is_whole, self._tables = self._described(opened), True, kept
        self.memory.free_bytes -= _size(kept)

    def _begin_tally(self) -> None:
        self._tally = FileTally(connection=self.connection.cursor())

    def _note(self, block: _Block) -> None:
        """Adds what a block proves."""
        kinds = kinds_by_header(self.spec, self.recognised.format)
        for place, header in enumerate(self.file.header):
            own = kinds.get(header, set())
            name = f"c{place}"
            if any(kind.is_date for kind in own):
                self._tally.note_dates(name, block.texts(name), block.forms(name))
                if self.file.has_native_dates:
                    self._tally.note_excel_dates(name, block.texts(name))
            if self.spec.decimal is None and any(kind.is_number for kind in own):
                self._tally.note_decimals(name, block.texts(name), block.forms(name))

    def _read(self, opened: Opened) -> Iterator[pa.Table]:
        """The file's tables; whoever waits is told of each."""
        try:
            for table in opened.tables():
                yield table
                self.progress(self.source.shown, opened.content.rows)
        except DamagedHeaderError as error:
            head = self.source.head()
            raise damaged_header(error, head, self.recognised, export=self.export) from None

    def _described(self, opened: Opened) -> FileRelation:
        """The file, as far as it was read."""
        content = opened.content
        return FileRelation(
            shown=self.source.shown,
            recognised=opened.recognised,
            header=content.header,
            relation=_STREAM,
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


@dataclass(frozen=True, kw_only=True)
class _Block:
    """Some rows of a file: texts, null where they are empty, and their forms."""

    table: pa.Table
    _texts: dict[str, pa.Array] = field(default_factory=dict)
    _forms: dict[str, Forms] = field(default_factory=dict)

    def texts(self, name: str) -> pa.Array:
        """One column; nulls where it comes later in the file."""
        if name not in self._texts:
            self._texts[name] = (
                value_shapes.with_nulls(self.table.column(name))
                if name in self.table.column_names
                else pa.nulls(self.table.num_rows, pa.string())
            )
        return self._texts[name]

    def forms(self, name: str) -> Forms:
        """Of one column."""
        if name not in self._forms:
            self._forms[name] = value_shapes.forms_of(self.texts(name))
        return self._forms[name]

    def column(self, name: str) -> pa.Array:
        """As the engine is given it: the line, texts as ``c0``, their forms as ``fc0``."""
        if name == LINE:
            return self.table.column(LINE).combine_chunks()
        return pa.array(self.forms(name[1:])) if name.startswith("f") else self.texts(name)


def _kept(kept: list[pa.Table] | None, table: pa.Table, memory: Memory) -> list[pa.Table] | None:
    """The tables so far and this one; none where they need more than there is."""
    if kept is None or _size(kept) + table.nbytes > memory.free_bytes:
        return None
    return [*kept, table]


def _size(tables: Sequence[pa.Table] | None) -> int:
    return sum(table.nbytes for table in tables or ())
