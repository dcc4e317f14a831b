"""What an executor does with its part of the rows: numbers of rows that add up over the parts, and
rows that meet a condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

import duckdb
import pyarrow as pa

from teleaudit.counting import ByValue, Condition, is_low_cardinality, values_query

_SOME = "some_rows"
_ROWS = 100_000
_COUNTS = pa.schema([("place", pa.int64()), ("rows", pa.int64())])


class Counted(NamedTuple):
    """An aggregate that is a number of rows; where they meet a condition on ``CELL``, the cell and
    the condition too.
    """

    expression: str
    cell: str = ""
    condition: str = ""


def matching_part(batches: Iterable[pa.RecordBatch], *, condition: str) -> Iterator[pa.RecordBatch]:
    """The rows of a part that meet a condition: ``record`` and ``cell``, both text."""
    with closing(duckdb.connect(config={"threads": 1})) as connection:
        for some in _tables(batches, ["record", "cell"]):
            connection.register(_SOME, some)
            yield from (
                connection.sql(f"SELECT record, cell FROM {_SOME} WHERE {condition}")
                .to_arrow_table()
                .to_batches()
            )


def count_part(
    batches: Iterable[pa.RecordBatch], *, names: list[str], asked: Sequence[Counted]
) -> Iterator[pa.RecordBatch]:
    """Place and number of each aggregate over a part of the rows, whose columns get these names."""
    totals = dict.fromkeys(range(len(asked)), 0)
    with closing(duckdb.connect(config={"threads": 1})) as connection:
        for some in _tables(batches, names):
            connection.register(_SOME, some)
            for place, rows in _counted(connection, asked).items():
                totals[place] += rows
    yield pa.RecordBatch.from_arrays(
        [pa.array(totals.keys(), pa.int64()), pa.array(totals.values(), pa.int64())], schema=_COUNTS
    )


def _tables(batches: Iterable[pa.RecordBatch], names: list[str]) -> Iterator[pa.Table]:
    """Rows enough for their values to repeat, and few enough for memory."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch.rename_columns(names))
        if sum(each.num_rows for each in held) >= _ROWS:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _counted(connection: duckdb.DuckDBPyConnection, asked: Sequence[Counted]) -> dict[int, int]:
    """Each number by its place: by value, as the embedded engine counts, where the values of the
    cell repeat.
    """
    conditions = {
        place: Condition(each.condition, each.cell, _SOME)
        for place, each in enumerate(asked)
        if each.cell
    }
    cells = list(dict.fromkeys(condition.cell for condition in conditions.values()))
    few = set()
    if cells:
        ((rows, *values),) = connection.execute(values_query(_SOME, cells)).fetchall()
        few = {
            cell
            for cell, different in zip(cells, values, strict=True)
            if is_low_cardinality(different, rows)
        }
    by_value = [
        (place, condition) for place, condition in conditions.items() if condition.cell in few
    ]
    counted: dict[int, int] = {}
    if by_value:
        query = ByValue(by_value)
        counted |= query.counts(iter(connection.execute(query.sql()).fetchall()))
    left = [place for place in range(len(asked)) if place not in counted]
    if left:
        (counts,) = connection.execute(
            f"SELECT {', '.join(asked[place].expression for place in left)} FROM {_SOME}"
        ).fetchall()
        counted |= dict(zip(left, counts, strict=True))
    return counted
