"""Delimited text (CSV of any dialect, Asterisk's Master.csv) as Arrow tables of text, block by
block.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from teleaudit.errors import ExportError
from teleaudit.readers import dialects
from teleaudit.readers.encodings import damages
from teleaudit.readers.records import (
    FIELD_LIMIT,
    Records,
    RecordSplitter,
    transcoded,
)
from teleaudit.readers.text_tables import TextStream

LINE = "line"  # the column that holds the line a record starts on
_WIDE = 5  # fields: that many in every line is no text
_LINE_BREAK, _QUOTED = re.compile(r"\r\n|\r|\n"), re.compile(r'"[^"]*+"')
_DIGITS, _LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a delimited file is written."""

    encoding: str
    delimiter: str
    has_separator_line: bool = False  # Excel's "sep=;"
    has_header: bool = True
    is_asterisk: bool = False


@dataclass(kw_only=True)
class DelimitedText(TextStream):
    """One pass over a delimited file."""

    dialect: Dialect
    least_width: int = 0  # fields of its records, where the first has fewer
    _damage: str | None = field(default=None, repr=False)  # of the header

    @property
    def header(self) -> tuple[str, ...]:
        """What an audit calls the columns.

        Raises: DamagedHeaderError; ExportError where one name stands twice.
        """
        if self._damage is not None:
            raise DamagedHeaderError(self._damage)
        return super().header

    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the line each record starts on; an
        empty text stands for an empty field.
        """
        splitter = RecordSplitter(
            delimiter=self.dialect.delimiter.encode(), unread=self.rejections.keep
        )
        separator_line, last_line = self.dialect.has_separator_line, 0
        for block in splitter.split(transcoded(self.noted(chunks), self.dialect.encoding)):
            rest, separator_line = (
                (without_first(block), False) if separator_line else (block, False)
            )
            yield self.table(rest if self.names else self.take_header(rest))
            last_line = int(block.lines[-1]) if len(block.lines) else last_line
        self.rejections.note_end(
            ends_with_break=self.ends_with_break, last_line=last_line, records=self.rows
        )

    def table(self, block: Records) -> pa.Table:
        """The records below the header."""
        table = self._parse(self._sound(block))
        self.rows += table.num_rows
        return table

    def take_header(self, block: Records) -> Records:
        """The block without the header, whose names are kept."""
        if not len(block.starts):
            return block
        first = self._record(block, 0)
        unnamed = (None,) * (self.least_width - len(first))
        if self.dialect.is_asterisk:
            self.names = _asterisk_header(len(first), self.shown)
            return block
        if not self.dialect.has_header:
            self.names = (None,) * len(first) + unnamed
            return block
        self.proof.note_text(block.content(0))
        self._note_damaged_header(block)
        self.names = (*first, *unnamed)
        rest = without_first(block)
        if len(rest.starts) and dialects.is_line_of_types(first, self._record(rest, 0)):
            return without_first(rest)
        return rest

    def _record(self, block: Records, number: int) -> list[str]:
        return next(
            csv.reader(
                io.StringIO(block.text(number), newline=""), delimiter=self.dialect.delimiter
            ),
            [],
        )

    def _note_damaged_header(self, block: Records) -> None:
        for _, damage in damages(block.content(0))[:1]:
            line = int(block.lines[0])
            self.proof.note_damage(damage, line)
            self._damage = (
                f"{self.shown}, line {line}: the header is damaged ({damage}). Is the encoding"
                f" right? Read as {self.dialect.encoding}."
            )

    def _sound(self, block: Records) -> Records:
        """The block without broken records, which are counted."""
        reasons: dict[int, str] = dict.fromkeys(np.flatnonzero(block.malformed).tolist(), "quote")
        self._note_swallowed(block, reasons)
        self.proof.note_damages(block, reasons)
        for number in np.flatnonzero(block.ends - block.starts > FIELD_LIMIT).tolist():
            if (
                number not in reasons
                and _longest_field(block, number, self.dialect.delimiter) > FIELD_LIMIT
            ):
                reasons[number] = "field_limit"
        sound = self.rejections.set_aside(block, reasons)
        self.proof.note_text(sound.data)
        return sound

    def _note_swallowed(self, block: Records, reasons: dict[int, str]) -> None:
        """A stray quote makes one field of all records up to the next one, and the record still
        looks sound: each line of it is counted as broken.
        """
        for number in _of_several_lines(block).tolist():
            swallowed = _swallowed_lines(
                block.text(number), len(self.names), self.dialect.delimiter
            )
            if swallowed and reasons.setdefault(number, "swallowed") == "swallowed":
                for line in swallowed:
                    self.rejections.add(int(block.lines[number]) + line, "swallowed")

    def _parse(self, block: Records) -> pa.Table:
        names = [f"c{number}" for number in range(len(self.names))]
        if not len(block.starts):
            return pa.table(
                {
                    LINE: pa.array([], pa.int64()),
                    **{name: pa.array([], pa.string()) for name in names},
                }
            )
        ragged: dict[int, int] = {}  # number of the record -> its fields

        def set_aside(row: pa_csv.InvalidRow) -> str:
            ragged[row.number - 1] = row.actual_columns
            return "skip"

        # Arrow takes a byte order mark off whatever it parses; here it is the first letter of a
        # value.
        data = (
            codecs.BOM_UTF8 + block.data if block.data.startswith(codecs.BOM_UTF8) else block.data
        )
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=len(data) + 1, column_names=names
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                newlines_in_values=True,
                invalid_row_handler=set_aside,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                null_values=[],
                check_utf8=False,
            ),
        )
        trimmed = {
            number: record
            for number, fields in ragged.items()
            if fields > len(names)
            and (record := self._without_empty_end(block, number)) is not None
        }
        return (
            self._parse(block.exchange(trimmed))
            if trimmed
            else self._with_lines(table, block, ragged)
        )

    def _without_empty_end(self, block: Records, number: int) -> bytes | None:
        """A record without the empty fields beyond the header: a delimiter at the end of a line is
        no field.

        None where a field there holds something.
        """
        fields, width = self._record(block, number), len(self.names)
        if any(value.strip() for value in fields[width:]):
            return None
        written = io.StringIO(newline="")
        csv.writer(written, delimiter=self.dialect.delimiter, lineterminator="\n").writerow(
            fields[:width]
        )
        return written.getvalue().encode()

    def _with_lines(self, table: pa.Table, block: Records, ragged: dict[int, int]) -> pa.Table:
        for number, fields in ragged.items():
            line = int(block.lines[number])
            self.rejections.add(line, "ragged", found=fields, expected=len(self.names))
            self.rejections.keep(line, block.content(number))
        sound = np.delete(block.lines, list(ragged)) if ragged else block.lines
        if len(sound) != table.num_rows:
            msg = "the records found and the records parsed do not agree"
            raise RuntimeError(msg)
        return table.add_column(0, LINE, pa.array(sound, pa.int64()))

    def broken(self, text: str) -> Iterator[Sequence[str] | str]:
        """The fields of each record in it; as text a line whose stray quote swallows what follows,
        only that the parser cannot know.
        """
        lines, first = [*io.StringIO(text, newline="")], 0
        while first < len(lines):
            # a quote that nothing closes takes the empty line at the end too
            rest = itertools.chain(itertools.islice(lines, first, None), [""])
            reader = csv.reader(rest, delimiter=self.dialect.delimiter)
            try:
                fields, taken = next(reader), min(reader.line_num, len(lines) - first)
            except csv.Error:
                fields, taken = [], 0
            is_whole = reader.line_num == taken and len(fields) == len(self.names)
            is_record = taken == 1 or (taken > 1 and is_whole)
            if fields or not is_record:
                yield fields if is_record else lines[first]
            first += taken if is_record else 1


class DamagedHeaderError(ExportError):
    """The header did not survive: another encoding may read it."""


def _asterisk_header(columns: int, shown: str) -> tuple[str, ...]:
    if columns not in dialects.ASTERISK_COLUMNS:
        known = ", ".join(str(count) for count in sorted(dialects.ASTERISK_COLUMNS))
        msg = (
            f"{shown}: an Asterisk Master.csv has {known} columns, this has {columns}. Declare it"
            " as format: csv with header: false, and map column_1, column_2 ..."
        )
        raise ExportError(msg)
    return dialects.ASTERISK_COLUMNS[columns]


def without_first(block: Records) -> Records:
    """The block without its first record."""
    good = np.ones(len(block.starts), dtype=bool)
    good[:1] = False
    return block.keep(good)


def _of_several_lines(block: Records) -> npt.NDArray[np.int64]:
    """The records with a line break within: below some of them the next record starts more than a
    line further down.
    """
    if b'"' not in block.data:
        return np.zeros(0, dtype=np.int64)
    apart = np.diff(block.lines, append=block.lines[-1:] + 2) > 1
    return np.flatnonzero(apart & ~block.malformed)


def _swallowed_lines(record: str, width: int, delimiter: str) -> list[int]:
    """Which lines of a record, counted from its first as 0, look like records of their own; none
    where they are the lines of a text.

    They do when most have exactly the header's number of fields. In narrow tables a text comes to
    that too: there most must begin alike as well.
    """
    lines = dict(enumerate(_LINE_BREAK.split(record.rstrip("\r\n"))))
    counts = {number: line.count(delimiter) + 1 for number, line in lines.items() if line}
    if len(counts) < 2 or width < 2:
        return []
    counts[0] = _QUOTED.sub("", lines[0]).count(delimiter) + 1
    fitting = [number for number, count in counts.items() if count == width]
    shapes = Counter(_shape(lines[number].split(delimiter, 1)[0]) for number in fitting)
    alike = len(fitting) if width >= _WIDE else max(shapes.values(), default=0)
    return [number for number in counts if number] if 2 * alike > len(counts) else []


def _shape(field: str) -> str:
    """What a field looks like: its digits and letters as one each."""
    return _LETTERS.sub("a", _DIGITS.sub("9", field.replace('"', "")))


def _longest_field(block: Records, number: int, delimiter: str) -> int:
    """Bytes of the longest field of one record."""
    text = block.text(number)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return max(
        (
            len(value.encode())
            for value in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        ),
        default=0,
    )
