"""One sheet of an Excel workbook as Arrow tables of text: whole numbers without a decimal point, dates as yyyy-mm-dd."""

from __future__ import annotations

import datetime as dt
import html
import itertools
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import pyarrow as pa
import python_calamine as calamine

from teleaudit.errors import ExportError, near_match
from teleaudit.readers.delimited import LINE
from teleaudit.readers.headers import checked_header, count_withheld, positions
from teleaudit.readers.records import FIELD_LIMIT
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sources import Source
from teleaudit.readers.withheld import escaped, is_personal

_BATCH_ROWS = 50_000
_SAMPLE_ROWS = 200
_CHUNK, _MAX_TAG = 1 << 20, 4_096  # bytes
_ERROR_CELL = re.compile(rb"<c\b[^<>]*\bt=[\"']e[\"'][^<>]*>")
_RELATIONS = "xl/_rels/workbook.xml.rels"
_SHEET_TAG, _RELATION_TAG = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>"), re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r"""(?:^|\s)(?:\w+:)?(\w+)=["']([^"']*)["']""")
_EXACT_DIGITS = 15  # Excel keeps no more of a number
_NO_TABLES = (calamine.SheetTypeEnum.ChartSheet, calamine.SheetTypeEnum.MacroSheet, calamine.SheetTypeEnum.Vba)
_Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
HasHeader = Callable[[Sequence[Sequence[str]]], bool]


@dataclass(kw_only=True)
class Worksheet:
    """One pass over a sheet. ``header`` and the counts are known once the tables are used up."""

    source: Source
    rejections: Rejections
    takes_first: bool = False  # where several sheets hold tables and none is named; otherwise that is refused
    begins_with_header: HasHeader  # whether the first of some rows is the header
    decimal: str = "."  # how numbers are written out, so that they read like the sheet's text cells
    header: tuple[str, ...] = ()
    has_header: bool = True
    withheld: int = 0  # headers that are not shown
    rows: int = 0
    sheet_name: str = ""
    sheets: tuple[str, ...] = ()  # those that hold tables
    alike: tuple[str, ...] = ()  # where the first of several is taken, those that begin as it does, itself among them
    errors: int = 0  # cells with an error, #REF! and the like, which are read as empty
    rounded: dict[str, int] = field(default_factory=dict)  # header -> numbers longer than Excel keeps

    def tables(self) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the sheet row of each record; an empty cell is null."""
        sheet = self._open()
        if sheet.start is None:
            return
        rows = enumerate(sheet.to_python(skip_empty_area=True), start=1 + sheet.start[0])
        filled = ((row, cells) for row, cells in rows if any(cell != "" for cell in cells))
        sample = list(itertools.islice(filled, _SAMPLE_ROWS))
        if not sample:
            return
        self._take_header([[self._as_text(cell, None) or "" for cell in cells] for _, cells in sample])
        batch: list[tuple[int, list[str | None]]] = []
        for row, cells in itertools.chain(sample[self.has_header :], filled):
            self._add(batch, row, cells)
            if len(batch) >= _BATCH_ROWS:
                yield self._table(batch)
                batch = []
        yield self._table(batch)

    def _take_header(self, sample: Sequence[Sequence[str]]) -> None:
        self.has_header = self.begins_with_header(sample)
        self.header = checked_header(sample[0], self.source.shown) if self.has_header else positions(len(sample[0]))
        self.withheld = count_withheld(sample[0]) if self.has_header else 0

    def _open(self) -> calamine.CalamineSheet:
        try:
            workbook = self._workbook()
            names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ not in _NO_TABLES]
            return self._chosen({name: workbook.get_sheet_by_name(name) for name in names if self.source.sheet in {None, name}}, names)
        except calamine.PasswordError:
            msg = f"{self.source.shown} is protected by a password. Save it without one."
        except (calamine.CalamineError, zipfile.BadZipFile, zlib.error, _DoctypeError):
            msg = f"{self.source.shown} is no Excel workbook that can be opened. Is it complete? Save it again as .xlsx or CSV."
        raise ExportError(msg)

    def _workbook(self) -> calamine.CalamineWorkbook:
        """Of a plain file by its path: then it is not in memory as a whole."""
        with self.source.open_anywhere() as file:
            self.errors = _error_cells(file, self.source.sheet)
            file.seek(0)
            return calamine.CalamineWorkbook.from_path(str(self.source.path)) if self.source.is_plain else calamine.CalamineWorkbook.from_filelike(file)

    def _chosen(self, sheets: dict[str, calamine.CalamineSheet], names: Sequence[str]) -> calamine.CalamineSheet:
        """The sheet that is named, or the only one that holds a table. Raises: ExportError."""
        if not sheets:
            known = [name for name in names if not is_personal(name)]
            msg = (
                f"{self.source.shown} has no sheet '{escaped(self.source.sheet)}'.{near_match(self.source.sheet, known)}"
                if self.source.sheet is not None
                else f"{self.source.shown} is a workbook without sheets."
            )
            raise ExportError(msg)
        tables = [name for name, sheet in sheets.items() if sheet.start is not None and sheet.start != sheet.end]
        self.sheets = tuple(shown_sheet(name, 1 + names.index(name)) for name in tables)
        if len(tables) > 1 and not self.takes_first:
            listed = ", ".join(self.sheets)
            msg = f"{self.source.shown} has {len(tables)} sheets with tables: {listed}. Say in audit.yaml which to read: sheet: NAME, or sheet: [NAME, NAME] for one export."
            raise ExportError(msg)
        self.sheet_name = next(iter(tables or sheets))
        if self.takes_first and not is_personal(self.sheet_name):
            first = _first_row(sheets[self.sheet_name])
            self.alike = tuple(name for name in tables if not is_personal(name) and _first_row(sheets[name]) == first)
        return sheets[self.sheet_name]

    def _add(self, batch: list[tuple[int, list[str | None]]], row: int, cells: list[_Cell]) -> None:
        texts = [self._as_text(cell, name) for cell, name in zip(cells, self.header, strict=True)]
        if any(text is not None and len(text) > FIELD_LIMIT for text in texts):
            self.rejections.add(row, "field_limit")
            return
        batch.append((row, texts))

    def _table(self, batch: list[tuple[int, list[str | None]]]) -> pa.Table:
        self.rows += len(batch)
        columns = {f"c{place}": pa.array([texts[place] for _, texts in batch], pa.string()) for place in range(len(self.header))}
        return pa.table({LINE: pa.array([row for row, _ in batch], pa.int64()), **columns})

    def _as_text(self, cell: _Cell, header: str | None) -> str | None:
        match cell:
            case "":
                return None
            case bool():
                return "true" if cell else "false"
            case str():
                return cell
            case int() | float():
                return self._number(cell, header)
            case dt.datetime():
                return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ", timespec="seconds")
            case dt.timedelta():
                return _clock(round(cell.total_seconds()))
            case _:
                return cell.isoformat()

    def _number(self, number: float, header: str | None) -> str:
        if not math.isfinite(number) or number != int(number):
            return repr(number).replace(".", self.decimal)
        if header is not None and len(str(abs(int(number)))) > _EXACT_DIGITS:
            self.rounded[header] = self.rounded.get(header, 0) + 1
        return str(int(number))


def _first_row(sheet: calamine.CalamineSheet) -> list[_Cell]:
    return sheet.to_python(skip_empty_area=True, nrows=1)[0]


class _DoctypeError(Exception):
    """A part defines entities of its own: no spreadsheet program writes that, and its reader loses them."""


def _error_cells(workbook: BinaryIO, sheet: str | None) -> int:
    """How many cells of an .xlsx, or of one sheet, hold an error; the reader cannot tell them from empty ones. Raises: _DoctypeError."""
    if not zipfile.is_zipfile(workbook):
        return 0
    with zipfile.ZipFile(workbook) as archive:
        parts = [part for part in archive.namelist() if part.endswith(".xml")]
        for part in parts:
            with archive.open(part) as file:
                if b"<!DOCTYPE" in file.read(_CHUNK):
                    raise _DoctypeError
        wanted = _part_of_sheet(archive, sheet) if sheet is not None else None
        return sum(_errors_in(archive, part) for part in parts if part.startswith("xl/worksheets/") and part == (wanted or part))


def _errors_in(archive: zipfile.ZipFile, part: str) -> int:
    count, end = 0, b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            end = end[-_MAX_TAG:].rpartition(b">")[2] + chunk
            count += len(_ERROR_CELL.findall(end))
    return count


def _part_of_sheet(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Where a sheet's cells lie; none where the workbook does not say so as spreadsheet programs do."""
    if not {"xl/workbook.xml", _RELATIONS} <= set(archive.namelist()):
        return None
    text, relations = (archive.read(part).decode("utf-8", "replace") for part in ("xl/workbook.xml", _RELATIONS))
    ids = {html.unescape(found["name"]): found["id"] for tag in _SHEET_TAG.findall(text) if (found := _attributes(tag)).keys() >= {"name", "id"}}
    targets = {found["Id"]: found["Target"] for tag in _RELATION_TAG.findall(relations) if (found := _attributes(tag)).keys() >= {"Id", "Target"}}
    target = targets.get(ids.get(sheet, ""))
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") if target is not None else None


def _attributes(tag: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(tag))


def shown_sheet(name: str, number: int) -> str:
    """The sheet's name, or its number where the name is somebody's."""
    return f"sheet {number}" if is_personal(name) else f"'{escaped(name)}'"


def _clock(seconds: int) -> str:
    """A duration as hh:mm:ss."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
