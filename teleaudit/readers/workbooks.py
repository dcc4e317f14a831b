"""One sheet of an Excel workbook as Arrow tables of text: whole numbers without a decimal point,
dates as yyyy-mm-dd.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pyarrow as pa
import python_calamine as calamine

from teleaudit.readers.delimited import LINE
from teleaudit.readers.records import FIELD_LIMIT
from teleaudit.readers.sheet_xml import DoctypeError
from teleaudit.readers.sources import Source, UnreadableError
from teleaudit.readers.text_tables import TextTables

_BATCH_ROWS = 50_000
_SAMPLE_ROWS = 200
_EXACT_DIGITS = 15  # Excel keeps no more of a number
_Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
HasHeader = Callable[[Sequence[Sequence[str]]], bool]


@dataclass(kw_only=True)
class Worksheet(TextTables):
    """One pass over a sheet."""

    sheet: calamine.CalamineSheet
    begins_with_header: HasHeader  # whether the first of some rows is the header
    decimal: str = "."  # how numbers are written out, so that they read like the sheet's text cells
    has_header: bool = True
    errors: int = 0  # cells with an error, #REF! and the like, which are read as empty
    _rounded: Counter[int] = field(default_factory=Counter)  # by the place of their column

    @property
    def rounded(self) -> dict[str, int]:
        """Header -> numbers longer than Excel keeps."""
        header = self.header
        return {header[place]: count for place, count in self._rounded.items()}

    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the sheet row of each record; an
        empty cell is null.
        """
        for _ in chunks:
            pass  # another library reads the file
        if self.sheet.start is None:
            return
        first = 1 + self.sheet.start[0]
        rows = enumerate(self.sheet.to_python(skip_empty_area=True), start=first)
        filled = ((row, cells) for row, cells in rows if any(cell != "" for cell in cells))
        sample = list(itertools.islice(filled, _SAMPLE_ROWS))
        if not sample:
            return
        self._take_header([[self._as_text(cell) or "" for cell in cells] for _, cells in sample])
        batch: list[tuple[int, list[str | None]]] = []
        for row, cells in itertools.chain(sample[self.has_header :], filled):
            self._add(batch, row, cells)
            if len(batch) >= _BATCH_ROWS:
                yield self._table(batch)
                batch = []
        yield self._table(batch)

    def _take_header(self, sample: Sequence[Sequence[str]]) -> None:
        self.has_header = self.begins_with_header(sample)
        self.names = tuple(sample[0]) if self.has_header else (None,) * len(sample[0])

    def _add(self, batch: list[tuple[int, list[str | None]]], row: int, cells: list[_Cell]) -> None:
        texts = [self._as_text(cell, place) for place, cell in enumerate(cells)]
        if max(map(len, filter(None, texts)), default=0) > FIELD_LIMIT:
            self.rejections.add(row, "field_limit")
            self.rejections.keep(row, "\n".join(filter(None, texts)).encode())
            return
        batch.append((row, texts))

    def _table(self, batch: list[tuple[int, list[str | None]]]) -> pa.Table:
        self.rows += len(batch)
        columns = {
            f"c{place}": pa.array([texts[place] for _, texts in batch], pa.string())
            for place in range(len(self.names))
        }
        return pa.table({LINE: pa.array([row for row, _ in batch], pa.int64()), **columns})

    def _as_text(self, cell: _Cell, place: int | None = None) -> str | None:
        match cell:
            case str():
                return cell or None
            case bool():
                return "true" if cell else "false"
            case int() | float():
                return self._number(cell, place)
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

    def _number(self, number: float, place: int | None) -> str:
        if not math.isfinite(number) or number != int(number):
            return repr(number).replace(".", self.decimal)
        if place is not None and len(str(abs(int(number)))) > _EXACT_DIGITS:
            self._rounded[place] += 1
        return str(int(number))


def open_workbook(source: Source) -> calamine.CalamineWorkbook:
    """The workbook; of a plain file by its path: then it is not in memory as a whole.

    Raises: UnreadableError.
    """
    with telling_damage(), source.open_anywhere() as file:
        if source.is_plain and source.path is not None:
            with suppress(calamine.CalamineError):  # its name may have the ending of another format
                return calamine.CalamineWorkbook.from_path(str(source.path))
        return calamine.CalamineWorkbook.from_filelike(file)


@contextmanager
def telling_damage() -> Iterator[None]:
    """Raises: UnreadableError for whatever a workbook that cannot be read makes its reader raise."""
    try:
        yield
    except calamine.PasswordError:
        msg = "a workbook that is protected by a password"
        raise UnreadableError(msg) from None
    except (calamine.CalamineError, zipfile.BadZipFile, zlib.error, DoctypeError):
        msg = "a workbook that cannot be opened"
        raise UnreadableError(msg) from None


def _clock(seconds: int) -> str:
    """A duration as hh:mm:ss."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
