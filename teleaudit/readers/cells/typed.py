"""Parquet files and workbooks as cells: text and numbers.

Truth values, dates and times hold nothing that is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine

from teleaudit.readers.cells.batches import (
    BATCH_ROWS,
    Batch,
    Cells,
    Column,
    Gathering,
    named_columns,
)
from teleaudit.readers.cells.json_values import Keys
from teleaudit.readers.headers import header_of
from teleaudit.readers.redaction import is_personal, printable
from teleaudit.readers.sources import Source, UnreadableError

_SAMPLE_ROWS = 200


def read_parquet(source: Source) -> Iterator[Batch]:
    """Cells by the number of their row; what is nested lies under the path of its keys."""
    with source.open_anywhere() as file:
        try:
            parquet = pq.ParquetFile(file)
        except (pa.ArrowException, OSError):
            msg = "a damaged Parquet file"
            raise UnreadableError(msg) from None
        columns, keys, first = named_columns(parquet.schema_arrow.names), Keys(), 1
        for batch in parquet.iter_batches(batch_size=BATCH_ROWS):
            rows = range(first, first + batch.num_rows)
            first += batch.num_rows
            yield [
                cells
                for column, values in zip(columns, batch.columns, strict=True)
                for cells in _of_values(column, values, rows, keys)
            ]


def _of_values(column: Column, values: pa.Array, rows: range, keys: Keys) -> Iterator[Cells]:
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    if pa.types.is_boolean(kind) or pa.types.is_temporal(kind) or pa.types.is_null(kind):
        return
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield Cells(column=column, texts=values, rows=rows)
    elif pa.types.is_integer(kind):
        yield Cells(column=column, texts=values.cast(pa.string()), rows=rows)
    elif pa.types.is_nested(kind):
        yield from _nested(column, values, rows, keys)
    else:
        yield Cells(
            column=column, texts=[_as_text(value) for value in values.to_pylist()], rows=rows
        )


def _nested(column: Column, values: pa.Array, rows: range, keys: Keys) -> Iterator[Cells]:
    gathering = Gathering()
    for row, value in zip(rows, values.to_pylist(), strict=True):
        for inner, text in keys.cells(_plain(value), column.shown):
            gathering.add(inner, text, row)
    yield from gathering.take()


def _plain(value: object) -> object:
    """The value as JSON has it, its numbers as text."""
    match value:
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return _as_text(value)


def _as_text(value: object) -> str | None:
    match value:
        case None | bool():
            return None
        case bytes():
            return value.decode("utf-8", "replace")
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return str(value)


def read_workbook(source: Source) -> Iterator[Batch]:
    """Cells of every sheet by the number of their row below the header; the sheet stands before the
    column where there are several.
    """
    with source.open_anywhere() as file:
        try:
            workbook = calamine.CalamineWorkbook.from_filelike(file)
            sheets = [
                workbook.get_sheet_by_index(number) for number in range(len(workbook.sheet_names))
            ]
        except calamine.PasswordError:
            msg = "a workbook that is protected by a password"
            raise UnreadableError(msg) from None
        except (calamine.CalamineError, calamine.ZipError, calamine.XmlError):
            msg = "a workbook that cannot be opened"
            raise UnreadableError(msg) from None
        filled = [
            (number, sheet)
            for number, sheet in enumerate(sheets, start=1)
            if sheet.start is not None
        ]
        for number, sheet in filled:
            name = printable(sheet.name)
            shown = f"sheet {number}" if is_personal(name) or not name else name
            yield from _of_sheet(sheet, prefix=f"{shown}!" if len(filled) > 1 else "")


def _of_sheet(sheet: calamine.CalamineSheet, *, prefix: str) -> Iterator[Batch]:
    rows = [[_cell(cell) for cell in cells] for cells in sheet.to_python(skip_empty_area=True)]
    rows = [cells for cells in rows if any(cell is not None for cell in cells)]
    has_header, names = header_of(
        [[cell or "" for cell in cells] for cells in rows[:_SAMPLE_ROWS]],
        max(map(len, rows), default=0),
    )
    columns = named_columns(names, prefix=prefix)
    body = rows[1:] if has_header else rows
    for start in range(0, len(body), BATCH_ROWS):
        part = body[start : start + BATCH_ROWS]
        numbers = range(start + 1, start + 1 + len(part))
        yield [
            Cells(column=column, texts=texts, rows=numbers)
            for column, texts in zip(columns, zip_longest(*part), strict=True)
        ]


def _cell(cell: object) -> str | None:
    match cell:
        case "" | bool():
            return None
        case str():
            return cell
        case int() | float():
            return _as_text(cell)
        case _:
            return str(cell)  # dates too: they tell a header from what stands below it
