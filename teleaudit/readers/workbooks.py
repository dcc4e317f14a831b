"""One sheet of an Excel workbook as Arrow tables of text: whole numbers without a decimal point,
dates as yyyy-mm-dd.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import python_calamine as calamine

from teleaudit.errors import ExportError, near_match
from teleaudit.readers.delimited import LINE
from teleaudit.readers.headers import checked_header, count_withheld, positions
from teleaudit.readers.records import FIELD_LIMIT
from teleaudit.readers.redaction import beginning_within, escaped, is_personal_sheet
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sheet_xml import DoctypeError, refuse_doctype, sheet_xml
from teleaudit.readers.sources import Source

_BATCH_ROWS = 50_000
_SAMPLE_ROWS = 200
_EXACT_DIGITS = 15  # Excel keeps no more of a number
_NO_TABLES = (
    calamine.SheetTypeEnum.ChartSheet,
    calamine.SheetTypeEnum.MacroSheet,
    calamine.SheetTypeEnum.Vba,
)
_Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
HasHeader = Callable[[Sequence[Sequence[str]]], bool]


@dataclass(kw_only=True)
class Worksheet:
    """One pass over a sheet. ``header`` and the counts are known once the tables are used up."""

    source: Source
    rejections: Rejections
    # where several sheets hold tables and none is named; otherwise that is refused
    takes_first: bool = False
    begins_with_header: HasHeader  # whether the first of some rows is the header
    decimal: str = "."  # how numbers are written out, so that they read like the sheet's text cells
    header: tuple[str, ...] = ()
    has_header: bool = True
    withheld: int = 0  # headers that are not shown
    rows: int = 0
    sheet_name: str = ""
    sheets: tuple[str, ...] = ()  # those that hold tables
    # where the first of several is taken, those that begin as it does, itself among them
    alike: tuple[str, ...] = ()
    errors: int = 0  # cells with an error, #REF! and the like, which are read as empty
    # header -> numbers longer than Excel keeps
    rounded: dict[str, int] = field(default_factory=dict)

    def tables(self) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the sheet row of each record; an
        empty cell is null.
        """
        sheet = self._open()
        if sheet.start is None:
            return
        rows = enumerate(sheet.to_python(skip_empty_area=True), start=1 + sheet.start[0])
        filled = ((row, cells) for row, cells in rows if any(cell != "" for cell in cells))
        sample = list(itertools.islice(filled, _SAMPLE_ROWS))
        if not sample:
            return
        self._take_header(
            [[self._as_text(cell, None) or "" for cell in cells] for _, cells in sample]
        )
        batch: list[tuple[int, list[str | None]]] = []
        for row, cells in itertools.chain(sample[self.has_header :], filled):
            self._add(batch, row, cells)
            if len(batch) >= _BATCH_ROWS:
                yield self._table(batch)
                batch = []
        yield self._table(batch)

    def _take_header(self, sample: Sequence[Sequence[str]]) -> None:
        self.has_header = self.begins_with_header(sample)
        self.header = (
            checked_header(sample[0], self.source.shown)
            if self.has_header
            else positions(len(sample[0]))
        )
        self.withheld = count_withheld(sample[0]) if self.has_header else 0

    def _open(self) -> calamine.CalamineSheet:
        try:
            workbook = self._workbook()
            names = [
                sheet.name for sheet in workbook.sheets_metadata if sheet.typ not in _NO_TABLES
            ]
            sheet = self._chosen(
                {
                    name: workbook.get_sheet_by_name(name)
                    for name in names
                    if self.source.sheet in {None, name}
                },
                names,
            )
            self._note_passed_over()
            return sheet
        except calamine.PasswordError:
            msg = f"{self.source.shown} is protected by a password. Save it without one."
        except (calamine.CalamineError, zipfile.BadZipFile, zlib.error, DoctypeError):
            msg = (
                f"{self.source.shown} is no Excel workbook that can be opened. Is it complete? Save"
                " it again as .xlsx or CSV."
            )
        raise ExportError(msg)

    def _workbook(self) -> calamine.CalamineWorkbook:
        """Of a plain file by its path: then it is not in memory as a whole."""
        with self.source.open_anywhere() as file:
            refuse_doctype(file)
            file.seek(0)
            return (
                calamine.CalamineWorkbook.from_path(str(self.source.path))
                if self.source.is_plain
                else calamine.CalamineWorkbook.from_filelike(file)
            )

    def _note_passed_over(self) -> None:
        """What its reader does not see in the sheet.

        Raises: ExportError for formulas without results, which would be empty cells.
        """
        with self.source.open_anywhere() as file:
            found = sheet_xml(file, self.sheet_name)
        self.errors, self.rejections.is_cut_off = found.errors, found.lacks_rows
        if found.without_result:
            msg = (
                f"{self.source.shown} holds {found.without_result:,} formulas without their"
                " results: the program that wrote it did not work them out. Open it in a"
                " spreadsheet program and save it, or export the values."
            )
            raise ExportError(msg)

    def _chosen(
        self, sheets: dict[str, calamine.CalamineSheet], names: Sequence[str]
    ) -> calamine.CalamineSheet:
        """The sheet that is named, or the only one that holds a table. Raises: ExportError."""
        if not sheets:
            beginning = beginning_within(self.source.open)
            known = [name for name in names if not is_personal_sheet(name, beginning)]
            # Where sheets are named for persons, what was asked for is nearly such a name, and is
            # not shown.
            asked = f"'{escaped(self.source.sheet or '')}'" if known == names else "of that name"
            msg = (
                f"{self.source.shown} has no sheet {asked}.{near_match(self.source.sheet, known)}"
                if self.source.sheet is not None
                else f"{self.source.shown} is a workbook without sheets."
            )
            raise ExportError(msg)
        tables = [
            name
            for name, sheet in sheets.items()
            if sheet.start is not None and sheet.start != sheet.end
        ]
        beginning = beginning_within(self.source.open)
        self.sheets = tuple(shown_sheet(name, 1 + names.index(name), beginning) for name in tables)
        if len(tables) > 1 and not self.takes_first:
            listed = ", ".join(self.sheets)
            msg = (
                f"{self.source.shown} has {len(tables)} sheets with tables: {listed}. Say in"
                " audit.yaml which to read: sheet: NAME, or sheet: [NAME, NAME] for one export."
            )
            raise ExportError(msg)
        self.sheet_name = next(iter(tables or sheets))
        if self.takes_first and not is_personal_sheet(self.sheet_name, beginning):
            first = _first_row(sheets[self.sheet_name])
            self.alike = tuple(
                name
                for name in tables
                if not is_personal_sheet(name, beginning) and _first_row(sheets[name]) == first
            )
        return sheets[self.sheet_name]

    def _add(self, batch: list[tuple[int, list[str | None]]], row: int, cells: list[_Cell]) -> None:
        texts = [self._as_text(cell, name) for cell, name in zip(cells, self.header, strict=True)]
        if any(text is not None and len(text) > FIELD_LIMIT for text in texts):
            self.rejections.add(row, "field_limit")
            return
        batch.append((row, texts))

    def _table(self, batch: list[tuple[int, list[str | None]]]) -> pa.Table:
        self.rows += len(batch)
        columns = {
            f"c{place}": pa.array([texts[place] for _, texts in batch], pa.string())
            for place in range(len(self.header))
        }
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
                return (
                    cell.date().isoformat()
                    if cell.time() == dt.time()
                    else cell.isoformat(sep=" ", timespec="seconds")
                )
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


def _first_row(sheet: calamine.CalamineSheet) -> list[str]:
    """The headers of a sheet, in whatever order: columns are found by their names."""
    return sorted(map(str, sheet.to_python(skip_empty_area=True, nrows=1)[0]))


def shown_sheet(name: str, number: int, beginning: bytes) -> str:
    """The sheet's name, or its number where the name is somebody's."""
    return f"sheet {number}" if is_personal_sheet(name, beginning) else f"'{escaped(name)}'"


def _clock(seconds: int) -> str:
    """A duration as hh:mm:ss."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
