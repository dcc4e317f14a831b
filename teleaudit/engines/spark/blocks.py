"""A text file read block by block on many machines, as one machine would read it from its first
byte to its last.

Spark hands over a file's lines in blocks. A record with quoted line breaks may begin in one block
and end in the next: what a block leaves unfinished is the next block's beginning. A block is first
surveyed as if nothing came before it. Where something did, it is surveyed again with that, until
every block began with what the one before it left: by induction, all of them are then cut as the
whole file would be.

This module runs on the executors, and knows nothing of Spark. No value of a row leaves it but in
the working copy, and in what a block leaves unfinished.
"""

from __future__ import annotations

import itertools
import pickle
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from teleaudit.errors import ExportError
from teleaudit.exports import evidence, mapping
from teleaudit.exports.conversion import Source
from teleaudit.exports.evidence import DateEvidence, DecimalEvidence
from teleaudit.exports.relations import FileRelation
from teleaudit.exports.storage import connect
from teleaudit.exports.working_copy import working_copy_query
from teleaudit.readers import hashed_file
from teleaudit.readers.delimited import DelimitedText, Dialect
from teleaudit.readers.encodings import Damage, EncodingProof
from teleaudit.readers.formats.jsonl import JsonLines
from teleaudit.readers.records import Records, RecordSplitter, transcoded
from teleaudit.readers.rejects import KEPT, Reject, Rejections

BLOCK = "block"  # the relation that stands for a file's rows while one piece of it is looked at
_PIECE_ROWS = 100_000  # of a typed file, converted at a time

Key = tuple[int, int]  # file, byte offset of the block in it
Batches = Iterable[pa.RecordBatch]


class ChangedError(Exception):
    """A block is not the one that was surveyed."""


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """How a text file is read, as the executors are told."""

    shown: str
    encoding: str
    dialect: Dialect | None  # none: JSON lines
    decimal: str  # how JSON's numbers are written out
    mark: bytes = b""  # the byte order mark, which Spark's lines come without
    header: tuple[str, ...] = ()  # of delimited text
    heading: int = 0  # records above the first row: header, separator line, line of types
    dates: tuple[str, ...] = ()  # headers whose values shall show how dates are written
    numbers: tuple[str, ...] = ()  # headers whose values shall show how numbers are written


@dataclass(frozen=True, kw_only=True)
class Start:
    """How a block begins and ends."""

    before: bytes = b""  # what the block before it left unfinished, as UTF-8
    heading: int = 0  # records of the heading that the blocks before it did not hold
    is_last: bool = False  # its end is the end of the file


@dataclass(kw_only=True)
class Survey:
    """What one block came to.

    Lines are counted from 1 where the block (with what came before it) begins.
    """

    key: Key
    start: Start
    crc: int = 0  # of its bytes
    size_bytes: int = 0
    records: int = 0
    rows: int = 0
    values: int = 0  # of JSON lines, keys of all objects together
    lines: int = 0  # up to what is left unfinished
    left: bytes = b""  # what it leaves unfinished
    header: tuple[str, ...] = ()
    rejects: list[Reject] = field(default_factory=list)  # the first ones
    reasons: Counter[str] = field(default_factory=Counter)
    proof: EncodingProof = field(default_factory=lambda: EncodingProof(encoding="utf-8"))
    dates: dict[str, DateEvidence] = field(default_factory=dict)  # by header
    numbers: dict[str, DecimalEvidence] = field(default_factory=dict)
    refusal: str | None = None

    def follows(self) -> Start:
        """How the block after this one begins."""
        return Start(before=self.left, heading=max(0, self.start.heading - self.records))


@dataclass(frozen=True, kw_only=True)
class Surveyed:
    """What the conversion has to know of a block."""

    start: Start
    line: int  # of the file, on which the block (with what came before it) begins
    crc: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a file becomes rows of the working copy."""

    file: FileRelation  # its relation is the block
    mapping: mapping.Mapping
    sources: dict[str, Source]

    def query(self) -> str:
        """The rows of the registered block."""
        return working_copy_query(self.file, self.mapping, self.sources)


def survey_blocks(
    batches: Batches, files: Mapping[int, TextFile], starts: Mapping[Key, Start]
) -> Iterator[pa.RecordBatch]:
    """One pickled ``Survey`` for each block; a block without a known start is taken for one that
    nothing reaches into.
    """
    for filled in _filled(batches):
        with _engine() as connection:
            for key, chunks in _blocks(filled):
                file = files[key[0]]
                survey = _survey(
                    connection,
                    file,
                    key,
                    starts.get(key) or Start(heading=0 if key[1] else file.heading),
                    chunks,
                )
                yield pa.record_batch({"survey": [pickle.dumps(survey)]})


def convert_blocks(
    batches: Batches,
    files: Mapping[int, tuple[TextFile, Plan]],
    blocks: Mapping[Key, Surveyed],
    schema: pa.Schema,
) -> Iterator[pa.RecordBatch]:
    """The rows of the working copy. Raises: ChangedError."""
    for filled in _filled(batches):
        with _engine() as connection:
            for key, chunks in _blocks(filled):
                if key not in blocks:
                    raise ChangedError
                surveyed, (file, plan) = blocks[key], files[key[0]]
                reading = _BlockReading(
                    file=file,
                    start=surveyed.start,
                    is_first=key[1] == 0,
                    line=surveyed.line,
                    header=plan.file.header,
                )
                for table in reading.tables(chunks):
                    yield from _rows(connection, table, plan.query(), schema)
                if reading.crc != surveyed.crc:
                    raise ChangedError


def typed_evidence(
    batches: Batches, relations: Mapping[int, str], dates: Sequence[str], numbers: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Of the files that Spark reads itself: pickled, the file with the evidence of its columns,
    given as SQL expressions on the relation.
    """
    for filled in _filled(batches):
        with _engine() as connection:
            for file, table in _pieces_of_files(filled):
                by_date, by_number = _evidence(connection, table, relations[file], dates, numbers)
                found = (
                    file,
                    dict(zip(dates, by_date, strict=True)),
                    dict(zip(numbers, by_number, strict=True)),
                )
                yield pa.record_batch({"survey": [pickle.dumps(found)]})


def convert_typed(
    batches: Batches, plans: Mapping[int, Plan], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """The rows of the working copy of files that Spark reads itself."""
    for filled in _filled(batches):
        with _engine() as connection:
            for file, table in _pieces_of_files(filled):
                yield from _rows(connection, table, plans[file].query(), schema)


@dataclass(kw_only=True)
class _BlockReading:
    """One pass over one block."""

    file: TextFile
    start: Start
    is_first: bool
    line: int = 1
    header: tuple[str, ...] = ()
    crc: int = 0
    size_bytes: int = 0
    records: int = 0

    def __post_init__(self) -> None:
        dialect = self.file.dialect
        self.proof = EncodingProof(encoding=self.file.encoding)
        self.rejections = Rejections(file=self.file.shown)
        self.content: DelimitedText | JsonLines
        if dialect is None:
            self.content = JsonLines(
                encoding=self.file.encoding,
                shown=self.file.shown,
                rejections=self.rejections,
                proof=self.proof,
                decimal=self.file.decimal,
                names=self.header,
            )
        else:
            self.content = DelimitedText(
                dialect=dialect,
                shown=self.file.shown,
                rejections=self.rejections,
                proof=self.proof,
                names=self.file.header,
            )
        delimiter = "," if dialect is None else dialect.delimiter
        self.splitter = RecordSplitter(
            delimiter=delimiter.encode(),
            quoted=dialect is not None,
            _pending=self.start.before,
            _line=self.line,
        )

    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables of text with the line of every record."""
        text = transcoded(self._noted(chunks), self.file.encoding, from_the_start=self.is_first)
        heading = self.start.heading
        for block in self.splitter.split(text, to_the_end=self.start.is_last):
            self.records += len(block.starts)
            rows = _without_heading(block, heading)
            heading -= len(block.starts) - len(rows.starts)
            if isinstance(self.content, DelimitedText):
                yield self.content.table(rows)
            else:
                yield from self.content.tables_of(rows)

    def _noted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.crc = zlib.crc32(chunk, self.crc)
            self.size_bytes += len(chunk)
            self.proof.note_bytes(chunk)
            yield (
                self.file.mark + chunk if self.is_first and self.size_bytes == len(chunk) else chunk
            )


def _without_heading(block: Records, heading: int) -> Records:
    good = np.ones(len(block.starts), dtype=bool)
    good[:heading] = False
    return block.keep(good)


def _survey(
    connection: duckdb.DuckDBPyConnection,
    file: TextFile,
    key: Key,
    start: Start,
    chunks: Iterable[bytes],
) -> Survey:
    reading = _BlockReading(file=file, start=start, is_first=key[1] == 0)
    survey = Survey(key=key, start=start, proof=reading.proof, reasons=reading.rejections.reasons)
    try:
        for table in reading.tables(chunks):
            if table.num_rows:
                _note_evidence(connection, file, reading.content.header, table, survey)
    # it names the file and nothing else; as an exception it would reach the driver wrapped in
    # others
    except ExportError as error:
        survey.refusal = str(error)
    survey.crc, survey.size_bytes, survey.records, survey.rows = (
        reading.crc,
        reading.size_bytes,
        reading.records,
        reading.content.rows,
    )
    survey.values = reading.content.values if isinstance(reading.content, JsonLines) else 0
    survey.lines, survey.left, survey.header = (
        reading.splitter.line - 1,
        reading.splitter.pending,
        reading.content.header,
    )
    survey.rejects = sorted(reading.rejections.kept)[:KEPT]
    return survey


def _note_evidence(
    connection: duckdb.DuckDBPyConnection,
    file: TextFile,
    header: Sequence[str],
    table: pa.Table,
    survey: Survey,
) -> None:
    places = {name: f"c{place}" for place, name in enumerate(header)}
    dates = [name for name in file.dates if name in places]
    numbers = [name for name in file.numbers if name in places]
    if not dates and not numbers:
        return
    by_date, by_number = _evidence(
        connection,
        table,
        BLOCK,
        [places[name] for name in dates],
        [places[name] for name in numbers],
    )
    for name, found in zip(dates, by_date, strict=True):
        survey.dates[name] = survey.dates[name] + found if name in survey.dates else found
    for name, shown in zip(numbers, by_number, strict=True):
        survey.numbers[name] = survey.numbers.get(name, DecimalEvidence()) + shown


def _evidence(
    connection: duckdb.DuckDBPyConnection,
    table: pa.Table,
    relation: str,
    dates: Sequence[str],
    numbers: Sequence[str],
) -> tuple[list[DateEvidence], list[DecimalEvidence]]:
    """The evidence of these expressions on the relation, which stands for the table."""
    # a connection of its own: answers that are not read to their end would stand in the way of the
    # next table
    with connection.cursor() as asked:
        asked.register(BLOCK, table)
        return evidence.date_evidence(
            asked, relation, dates, unexplained=0
        ), evidence.decimal_evidence(asked, relation, numbers)


def _rows(
    connection: duckdb.DuckDBPyConnection, table: pa.Table, query: str, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    if table.num_rows:
        connection.register(BLOCK, table)
        yield from connection.sql(query).to_arrow_table().cast(schema).to_batches()


def _filled(batches: Batches) -> Iterator[Batches]:
    """The batches, once, if they hold any row: a task that has nothing to do needs no engine."""
    filled = (batch for batch in batches if batch.num_rows)
    first = next(filled, None)
    if first is not None:
        yield itertools.chain([first], filled)


@contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One thread for each task: Spark gives each a core.

    What it reads lies in memory, so it never spills.
    """
    with connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute("SET temp_directory = ''")
        yield connection


def _blocks(batches: Batches) -> Iterator[tuple[Key, Iterator[bytes]]]:
    """Every block with its bytes in chunks.

    Spark hands over the blocks of a partition one after the other, each in the order of its lines.
    """
    for key, pieces in itertools.groupby(_pieces(batches), key=_key):
        yield key, _chunks(piece for _, piece in pieces)


def _key(keyed: tuple[Key, bytes]) -> Key:
    return keyed[0]


def _pieces(batches: Batches) -> Iterator[tuple[Key, bytes]]:
    """The lines of each block that a batch holds, as one text."""
    for batch in batches:
        files, starts = batch.column("file").to_numpy(), batch.column("start").to_numpy()
        text: Any = batch.column("text").cast(pa.large_binary())
        for first, after in _runs(files, starts):
            yield (int(files[first]), int(starts[first])), _joined(text.slice(first, after - first))


def _runs(*columns: np.ndarray) -> list[tuple[int, int]]:
    """Rows that follow on each other and have the same values."""
    if not len(columns[0]):
        return []
    changes = np.any([np.diff(column) != 0 for column in columns], axis=0)
    cuts = [0, *(np.flatnonzero(changes) + 1).tolist(), len(columns[0])]
    return list(itertools.pairwise(cuts))


def _joined(lines: Any) -> bytes:
    """The bytes of all values, which lie one after the other."""
    _, ends, data = lines.buffers()
    bounds = np.frombuffer(ends, dtype=np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return b"" if data is None else bytes(memoryview(data)[bounds[0] : bounds[-1]])


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer parts."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= hashed_file.CHUNK_BYTES:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _pieces_of_files(batches: Batches) -> Iterator[tuple[int, pa.Table]]:
    """Rows of one file at a time, as many as are worth a query."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(part.num_rows for part in held) >= _PIECE_ROWS:
            yield from _by_file(pa.Table.from_batches(held))
            held = []
    if held:
        yield from _by_file(pa.Table.from_batches(held))


def _by_file(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    files = table.column("file").to_numpy()
    for first, after in _runs(files):
        yield int(files[first]), table.slice(first, after - first)


def merged_proof(
    encoding: str, surveys: Sequence[Survey], first_lines: Sequence[int]
) -> EncodingProof:
    """The proof over the whole file, of that over its blocks."""
    whole = EncodingProof(encoding=encoding)
    for survey, line in zip(surveys, first_lines, strict=True):
        whole.danish_letters += survey.proof.danish_letters
        whole.high_bytes += survey.proof.high_bytes
        for damage, first in survey.proof.first_line.items():
            whole.first_line.setdefault(damage, line + first - 1)
    counts = {
        damage: sum(survey.proof.damaged.get(damage, 0) for survey in surveys) for damage in Damage
    }
    whole.damaged = {damage: count for damage, count in counts.items() if count}
    return whole
