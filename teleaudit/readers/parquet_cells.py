"""Parquet files as cells: text and numbers.

Truth values, dates and times hold nothing that is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from teleaudit.readers.batches import (
    BATCH_ROWS,
    Batch,
    Cells,
    Column,
    Gathering,
    named_columns,
)
from teleaudit.readers.json_paths import Keys
from teleaudit.readers.sources import Source, UnreadableError


def read_parquet(source: Source) -> Iterator[Batch]:
    """Cells by the number of their row; what is nested lies under the path of its keys."""
    with source.open_anywhere() as file:
        try:
            parquet = pq.ParquetFile(file, page_checksum_verification=True)
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
