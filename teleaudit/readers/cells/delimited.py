"""Delimited text (CSV of any dialect, with or without a header) as cells.

No record is left out: one that is broken is read as text.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import pyarrow as pa
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv

from teleaudit.readers.cells.batches import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    LINES,
    PIECE,
    Batch,
    Cells,
    Column,
    named_columns,
)
from teleaudit.readers.cells.text import lines_of, open_text
from teleaudit.readers.headers import header_of
from teleaudit.readers.sniffing import DELIMITERS, declared_in_file, first_records
from teleaudit.readers.sources import Source

_BLOCK = 8 << 20  # characters that are read together
# share of records with as many fields as most, in a file that is not named as a table
_FITTING = 0.9
_MIN_RECORDS = 3  # records that such a file needs


@dataclass(frozen=True, kw_only=True)
class TableForm:
    """How a delimited file is written."""

    delimiter: str
    columns: tuple[Column, ...]
    has_header: bool
    has_separator_line: bool = False  # Excel's "sep=;"


def table_form(sample: str, *, is_named_table: bool, complete: bool) -> TableForm | None:
    """How the text is cut into columns; nothing when it is no table.

    A file that is named as one may have a single column.
    """
    said = declared_in_file(sample)
    text = sample.split("\n", 1)[1] if said is not None and "\n" in sample else sample
    records_by = {
        delimiter: _records(text, delimiter, complete=complete)
        for delimiter in ((said,) if said is not None else DELIMITERS)
    }
    delimiter = max(records_by, key=lambda delimiter: _fit(records_by[delimiter]))
    records = records_by[delimiter]
    share, width = _fit(records)
    if not records or (
        not is_named_table
        and said is None
        and (width < 2 or share < _FITTING or len(records) < _MIN_RECORDS)
    ):
        return None
    width = max(width, len(records[0]))
    has_header, names = header_of(records, width)
    return TableForm(
        delimiter=delimiter,
        columns=tuple(named_columns(names)),
        has_header=has_header,
        has_separator_line=said is not None,
    )


def _records(text: str, delimiter: str, *, complete: bool) -> list[list[str]]:
    try:
        return first_records(text, delimiter, complete=complete)
    except csv.Error:
        return []


def _fit(records: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Share of records with as many fields as most, and how many these are; nothing for a single
    field.
    """
    if not records:
        return 0.0, 0
    width, count = Counter(map(len, records)).most_common(1)[0]
    return (count / len(records), width) if width > 1 else (0.0, width)


def read_table(source: Source, form: TableForm, encoding: str) -> Iterator[Batch]:
    """Cells by the number of their record, the header not counted: block by block as long as the
    blocks are regular, then record by record.
    """
    row, to_skip = 0, form.has_header + form.has_separator_line
    with open_text(source, encoding) as text:
        while block := _block(text):
            columns = _regular(block, form, to_skip=to_skip)
            if columns is None:
                reading = _Reading(
                    form=form, lines=_Lines(lines_of(text, block)), _row=row, _to_skip=to_skip
                )
                yield from reading.batches()
                return
            to_skip, first = 0, row + 1
            row += len(columns[0])
            yield [
                Cells(column=column, texts=texts, rows=range(first, row + 1))
                for column, texts in zip(form.columns, columns, strict=True)
            ]


def _block(text: io.TextIOWrapper) -> str:
    """Some lines; a line that is too long is cut."""
    block = text.read(_BLOCK)
    return block if block.endswith("\n") else block + text.readline(PIECE)


def _regular(block: str, form: TableForm, *, to_skip: int) -> list[pa.StringArray] | None:
    """The columns of a block whose lines are records, each as wide as the table; None for every
    other block, which the parser of records must see.
    """
    records = _records_of(block, to_skip=to_skip)
    if records is None:
        return None
    text, count = records
    names = [str(place) for place in range(len(form.columns))]
    try:
        table = read_csv(
            io.BytesIO(text.encode()),
            read_options=ReadOptions(
                column_names=names, use_threads=False, block_size=4 * _BLOCK + 4 * PIECE
            ),
            parse_options=ParseOptions(delimiter=form.delimiter, escape_char=False),
            convert_options=ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, ValueError):  # another width somewhere, half letters, nothing at all
        return None
    return (
        [column.combine_chunks() for column in table.columns] if table.num_rows == count else None
    )


def _records_of(block: str, *, to_skip: int) -> tuple[str, int] | None:
    """The lines of a block that are no header and not empty, and how many they are; None where one
    is very long or a quote may reach beyond its line.
    """
    text = block.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # most blocks: nothing to ask of each line
    if (
        '"' not in text
        and "\n\n" not in text
        and not text.startswith("\n")
        and not _may_be_long(text)
    ):
        if text.count("\n") < to_skip:
            return None
        text = text.split("\n", to_skip)[-1]
        return text, text.count("\n") + (text != "" and not text.endswith("\n"))
    lines = text.split("\n")
    if (
        len(lines) <= to_skip
        or any(line.count('"') % 2 for line in lines)
        or max(map(len, lines)) >= PIECE
    ):
        return None
    lines = [line for line in lines[to_skip:] if line]
    return "\n".join(lines), len(lines)


def _may_be_long(text: str) -> bool:
    """Whether a line may be as long as a piece: it would fill one of its halves."""
    return any(
        text.find("\n", start, start + PIECE // 2) < 0
        for start in range(0, len(text) - PIECE // 2, PIECE // 2)
    )


class _Lines:
    """Lines for the parser, one by one.

    It stops before a line that is too long, and remembers those of the present record.
    """

    def __init__(self, lines: Iterator[tuple[str, bool]]) -> None:
        self.record: list[str] = []
        # the parser asked for a line that was not there: within a record it does so in search of a
        # quote
        self.ended = False
        self._lines = lines
        self._long: list[str] = []
        self._again: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line, ended = (
            (self._again.popleft(), True) if self._again else next(self._lines, ("", False))
        )
        self.ended = not ended
        if not ended:
            self._long = [line] if line else []
            raise StopIteration
        self.record.append(line)
        return line

    def long_line(self) -> Iterator[str]:
        """The pieces of the line before which it stopped, if it did."""
        first, self._long = self._long, []
        if not first:
            return
        yield from first
        for piece, ended in self._lines:
            yield piece
            if ended:
                return

    def broken(self) -> str:
        """The first line of the present record; its other lines come again."""
        first, *others = self.record
        self._again.extendleft(reversed(others))
        self.record.clear()
        return first


@dataclass(kw_only=True)
class _Reading:
    """One pass over a table."""

    form: TableForm
    lines: _Lines
    _row: int = 0
    _to_skip: int = 0
    _broken: list[str] = field(default_factory=list)
    _extra: dict[int, Column] = field(default_factory=dict)

    def batches(self) -> Iterator[Batch]:
        """Records as they parse; whatever does not as text, in its place."""
        csv.field_size_limit(PIECE)
        more = True
        while more:
            rows: list[list[str]] = []
            more = self._take(rows)
            first = self._row + 1
            self._row += len(rows)
            if rows:
                yield self._cells(rows, range(first, self._row + 1))
            for number, piece in enumerate(self._broken or self.lines.long_line()):
                self._row += number == 0
                more = True
                yield [Cells(column=LINES, texts=[piece], rows=[self._row])]
            self._broken = []

    def _take(self, rows: list[list[str]]) -> bool:
        """Records until a batch is together, or one is broken; whether there may be more."""
        size = 0
        try:
            for record in csv.reader(self.lines, delimiter=self.form.delimiter):
                if len(self.lines.record) > 1 and (
                    self.lines.ended or len(record) != len(self.form.columns)
                ):
                    # a stray quote has swallowed what follows: broken, only that the parser cannot
                    # know
                    raise csv.Error  # noqa: TRY301
                size += sum(map(len, self.lines.record))
                self.lines.record.clear()
                if self._to_skip:
                    self._to_skip -= 1
                elif record:
                    rows.append(record)
                if len(rows) >= BATCH_ROWS or size >= BATCH_CHARACTERS:
                    return True
        except csv.Error:
            self._broken = [self.lines.broken()]
            return True
        return False

    def _cells(self, rows: Sequence[Sequence[str]], numbers: range) -> Batch:
        return [
            Cells(column=self._column(place), texts=texts, rows=numbers)
            for place, texts in enumerate(zip_longest(*rows))
        ]

    def _column(self, place: int) -> Column:
        """The column; one that the header does not know goes by its position."""
        if place < len(self.form.columns):
            return self.form.columns[place]
        return self._extra.setdefault(place, Column(shown=f"column {place + 1}"))
