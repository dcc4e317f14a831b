"""Any file cell by cell, for whoever looks into all of them: what its reader takes for records as
columns, and what it rejects, or refuses, as text. No record is left out.

Left out, and said when it happens: documents, pictures, databases and other binary files; workbooks
with a password, and formulas in them without their results.

Limits, all of memory: a line or value longer than a mebibyte is looked at in overlapping pieces; a
record without end is text from 64 MiB on; a value of JSON with more than 64 MiB that is not a list
of smaller ones is read as text; a workbook is in memory as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from teleaudit.errors import ExportError
from teleaudit.readers import sniffing
from teleaudit.readers.batches import LINES, Batch, Cells, Column, Gathering, named_columns
from teleaudit.readers.delimited import LINE, DelimitedText
from teleaudit.readers.encodings import EncodingProof
from teleaudit.readers.formats.jsonl import JsonLines
from teleaudit.readers.headers import header_of
from teleaudit.readers.json_paths import is_object, read_document, read_objects
from teleaudit.readers.lines import read_utf8
from teleaudit.readers.logs import read_log
from teleaudit.readers.opening import Recognised, recognise_head, text_tables, with_encoding
from teleaudit.readers.parquet_cells import read_parquet
from teleaudit.readers.records import Records
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sheet_xml import DoctypeError, refuse_doctype, sheet_xml
from teleaudit.readers.signatures import PARQUET, foreign, is_workbook
from teleaudit.readers.sources import Source, UnreadableError
from teleaudit.readers.text_tables import OpenedText, TextTables
from teleaudit.readers.workbooks import Worksheet, open_workbook, telling_damage

NameSheet = Callable[[str, int], str]  # what is shown of a sheet, by its name and number

_TABLES = frozenset({".csv", ".tsv", ".tab", ".psv"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})
# share of records with as many fields as most, in a file that is not named as a table
_FITTING = 0.9
_MIN_RECORDS = 3  # records that such a file needs
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROLS = 0.02  # share of control characters in text: a log that was cut off holds NULs
_FEW_CONTROLS = 8
_LOOKED_AT = 65_536
_LINES = 50  # of JSON that are tried
_LIST = re.compile(r"\[\s*(?:[\[{\"\]]|-?[0-9.]+\s*[,\]])")


def read_batches(
    source: Source, name_sheet: NameSheet = lambda _name, number: f"sheet {number}"
) -> Iterator[Batch]:
    """The source's cells. Raises: UnreadableError, or what reading a damaged file raises."""
    head = source.head()
    if not head:
        return iter(())  # empty, or damaged from the start, which is noted
    what = foreign(head)
    if what is not None:
        msg = f"binary: {what}"
        raise UnreadableError(msg)
    if head.startswith(PARQUET):
        return read_parquet(source)
    if is_workbook(head):
        return _read_workbook(source, name_sheet)
    return _read_text(source, head)


def _read_text(source: Source, head: bytes) -> Iterator[Batch]:
    encoding, complete = _encoding(head), len(head) < sniffing.SAMPLE_BYTES
    sample = sniffing.take_sample(head, encoding, complete=complete)
    looked_at = sample.text[:_LOOKED_AT]
    if len(_CONTROLS.findall(looked_at)) > max(_FEW_CONTROLS, _MAX_CONTROLS * len(looked_at)):
        msg = "binary"
        raise UnreadableError(msg)
    recognised = _recognised(source, head, sample)
    if recognised is not None:
        return _read_tables(source, recognised, sample)
    if _is_document(sample.text.lstrip(), source.suffix):
        return read_document(source, encoding)
    return read_log(source, encoding)


def _encoding(head: bytes) -> str:
    try:
        return sniffing.sniff_encoding(head, shown="", export="")
    except ExportError:  # nothing declares an encoding here, so nothing contradicts
        return "cp1252"


def _recognised(source: Source, head: bytes, sample: sniffing.Sample) -> Recognised | None:
    """How the file is written, where that is a table; none for text to be read by line, and for
    other documents.
    """
    if source.suffix in _JSON_LINES:
        return Recognised(format="jsonl", encoding=sample.encoding)
    try:
        found = recognise_head(
            head, None, complete=sample.complete, shown=source.shown, export="", is_lenient=True
        )
    except ExportError:
        return None
    if found is None or found.format == "json":
        return found
    if found.format == "jsonl":
        return found if _are_objects(sample.text.strip().splitlines(), source.suffix) else None
    if source.suffix == ".log":
        return None
    if found.dialect is None or found.dialect.has_separator_line or source.suffix in _TABLES:
        return found
    records = sniffing.sample_records(sample, found.dialect.delimiter)
    width, count = sniffing.usual_width(records)
    fits = width > 1 and count >= _FITTING * len(records) and len(records) >= _MIN_RECORDS
    return found if fits else None


def _are_objects(lines: Sequence[str], suffix: str) -> bool:
    """Whether each line is an object, broken ones among them, and not all of them one document."""
    if suffix == ".json" and len(lines) == 1:
        return False
    tried = lines[:_LINES]
    return 2 * sum(map(is_object, tried)) >= len(tried)


def _is_document(text: str, suffix: str) -> bool:
    """Whether JSON follows: a log's lines may begin with brackets too."""
    return text.startswith("{") or (
        text.startswith("[") and (suffix == ".json" or _LIST.match(text) is not None)
    )


# Tables of text


def _read_tables(
    source: Source, recognised: Recognised, sample: sniffing.Sample
) -> Iterator[Batch]:
    """The cells of a table by the number of their record; what its reader refuses from somewhere on
    is read by line from there.
    """
    encoding = recognised.encoding or "utf-8"
    text = OpenedText(
        shown=source.shown,
        encoding="utf-8",
        rejections=Rejections(file=source.shown, unread=[]),
        proof=EncodingProof(encoding="utf-8"),
    )
    content = text_tables(with_encoding(recognised, text.encoding), text)
    if isinstance(content, DelimitedText):
        records = sniffing.sample_records(sample, content.dialect.delimiter)
        content.least_width, _ = sniffing.usual_width(records)
    reading, chunks = _Reading(content=content), read_utf8(source, encoding)
    try:
        if isinstance(content, JsonLines):
            yield from read_objects(reading.noted(content.blocks(chunks)), content.rejections)
        else:
            yield from reading.batches(chunks)
    except ExportError:
        yield from read_log(source, encoding, first=reading.line)


def _read_workbook(source: Source, name_sheet: NameSheet) -> Iterator[Batch]:
    """The cells of every sheet by the number of their record below the header; the sheet stands
    before the column where there are several. What cannot be read of it is noted.
    """
    workbook, sheets = open_workbook(source), []
    with source.open_anywhere() as file:
        for number, name in enumerate(workbook.sheet_names, start=1):
            try:
                with telling_damage():
                    sheet = workbook.get_sheet_by_name(name)
                    sheets += [(number, sheet)] if sheet.start is not None else []
                    _note_unseen(source, file, name)
            except UnreadableError:
                source.damage.append("a workbook with a sheet that cannot be read")
    for number, sheet in sheets:
        content = Worksheet(
            shown=source.shown,
            sheet=sheet,
            rejections=Rejections(file=source.shown, unread=[]),
            begins_with_header=lambda rows: header_of(rows, len(rows[0]))[0],
        )
        prefix = f"{name_sheet(sheet.name, number)}!" if len(sheets) > 1 else ""
        yield from _Reading(content=content, prefix=prefix).batches(())


def _note_unseen(source: Source, file: BinaryIO, sheet: str) -> None:
    """What the reader of a sheet passes over and stands nowhere else."""
    try:
        refuse_doctype(file)
    except DoctypeError:
        source.damage.append("a workbook that defines entities of its own")
    formulas = sheet_xml(file, sheet).without_result
    if formulas:
        source.damage.append(
            f"a workbook with formulas whose results are not stored ({formulas:,})"
        )


@dataclass(kw_only=True)
class _Reading:
    """One pass over the tables of a file."""

    content: TextTables
    prefix: str = ""
    line: int = 1  # on which the last record starts
    _row: int = 0  # records so far
    _last_broken: int = 0  # line of the last record that was rejected
    _names: tuple[str | None, ...] = ()
    _columns: list[Column] = field(default_factory=list)

    def batches(self, chunks: Iterable[bytes]) -> Iterator[Batch]:
        """The cells of each table, and of the records between its rows that it rejects."""
        for table in self.content.tables(chunks):
            yield self._batch(table)
        yield self._batch(pa.table({LINE: pa.array([], pa.int64())}))

    def noted(self, blocks: Iterable[Records]) -> Iterator[Records]:
        """The blocks, remembering how far they went."""
        for block in blocks:
            yield block
            self.line = int(block.lines[-1]) if len(block.lines) else self.line

    def _batch(self, table: pa.Table) -> Batch:
        if self.content.names != self._names:
            self._names = self.content.names
            self._columns = named_columns(
                [(name or "").strip() or None for name in self._names], prefix=self.prefix
            )
        gathering = Gathering()
        lines, broken = table[LINE].to_numpy(), self._broken(gathering)
        above = np.searchsorted([line for line, _ in broken], lines)  # broken ones, of each row
        counts = np.cumsum([0, *(len(parts) for _, parts in broken)])
        rows: Sequence[int] = range(self._row + 1, self._row + 1 + len(lines))
        if broken:
            rows = (np.array(rows, dtype=np.int64) + counts[above]).tolist()
        for number, (line, parts) in enumerate(broken):
            first = self._row + 1 + np.searchsorted(lines, line) + counts[number]
            for row, part in enumerate(parts, start=int(first)):
                self._gather(gathering, part, row)
        self._row += len(lines) + int(counts[-1])
        self.line = max([self.line, *lines[-1:].tolist(), *(line for line, _ in broken[-1:])])
        return [
            *(
                Cells(
                    column=self._columns[int(name[1:])],
                    texts=table[name].combine_chunks(),
                    rows=rows,
                )
                for name in table.column_names
                if name != LINE and len(lines)
            ),
            *gathering.take(),
        ]

    def _broken(self, gathering: Gathering) -> list[tuple[int, list[Sequence[str] | str]]]:
        """By their line the records that were rejected, each by its fields or as text; what more
        comes of the last one is gathered under its row.
        """
        broken: list[tuple[int, list[Sequence[str] | str]]] = []
        for line, text in self.content.rejections.take_unread():
            if line != self._last_broken:
                broken.append((line, [*self.content.broken(text)]))
            elif broken:
                parts = broken[-1][1]
                parts[-1] = "".join((*parts[-1], text))
            else:
                gathering.add(LINES, text, self._row)
            self._last_broken = line
        return broken

    def _gather(self, gathering: Gathering, part: Sequence[str] | str, row: int) -> None:
        """The cells of a rejected record; a field that the names do not know goes by its place."""
        if isinstance(part, str):
            gathering.add(LINES, part, row)
            return
        known = len(self._columns)
        for place, text in enumerate(part):
            unknown = Column(shown=f"{self.prefix}column {place + 1}")
            if text:
                gathering.add(self._columns[place] if place < known else unknown, text, row)
