"""One sheet of an Excel workbook as Arrow tables of text: whole numbers without a decimal point, dates as yyyy-mm-dd."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import python_calamine as calamine

from teleaudit.errors import ExportError, near_match
from teleaudit.exports.delimited import LINE, checked_header
from teleaudit.exports.records import FIELD_LIMIT
from teleaudit.exports.rejects import Rejections

_BATCH_ROWS = 50_000
_EXACT_DIGITS = 15  # Excel keeps no more of a number
_Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


@dataclass(kw_only=True)
class Worksheet:
    """One pass over a sheet. ``header`` and the counts are known once the tables are used up."""

    path: Path
    shown: str
    rejections: Rejections
    sheet: str | None = None
    decimal: str = "."  # how numbers are written out, so that they read like the sheet's text cells
    header: tuple[str, ...] = ()
    rows: int = 0
    sheet_name: str = ""
    rounded: dict[str, int] = field(default_factory=dict)  # header -> numbers longer than Excel keeps

    def tables(self) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the sheet row of each record; an empty cell is null."""
        sheet = self._open()
        if sheet.start is None:
            return
        first_row = 1 + sheet.start[0]
        batch: list[tuple[int, list[str | None]]] = []
        for row, cells in enumerate(sheet.to_python(skip_empty_area=True), start=first_row):
            if not self.header:
                self.header = checked_header((self._as_text(cell, None) or "" for cell in cells), self.shown)
            elif any(cell != "" for cell in cells):
                self._add(batch, row, cells)
            if len(batch) >= _BATCH_ROWS:
                yield self._table(batch)
                batch = []
        if self.header:
            yield self._table(batch)

    def _open(self) -> calamine.CalamineSheet:
        try:
            workbook = calamine.CalamineWorkbook.from_path(str(self.path))
        except calamine.PasswordError:
            msg = f"{self.shown} is protected by a password. Save it without one."
            raise ExportError(msg) from None
        except calamine.CalamineError:
            msg = f"{self.shown} is no Excel workbook that can be opened. Is it complete? Save it again as .xlsx or CSV."
            raise ExportError(msg) from None
        if self.sheet is not None and self.sheet not in workbook.sheet_names:
            msg = f"{self.shown} has no sheet '{self.sheet}'.{near_match(self.sheet, workbook.sheet_names)}"
            raise ExportError(msg)
        self.sheet_name = self.sheet or workbook.sheet_names[0]
        return workbook.get_sheet_by_name(self.sheet_name)

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
        if number != int(number):
            return repr(number).replace(".", self.decimal)
        if header is not None and len(str(abs(int(number)))) > _EXACT_DIGITS:
            self.rounded[header] = self.rounded.get(header, 0) + 1
        return str(int(number))


def _clock(seconds: int) -> str:
    """A duration as hh:mm:ss."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
