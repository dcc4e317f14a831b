"""What an expectation may ask of the engine that holds its data set, beyond the aggregates of the
shared scan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Row = tuple[Any, ...]
# pure and picklable: it may run in other processes, on any part of the rows
Judge = Callable[[Iterable[Row]], Iterable[Row]]
Columns = Mapping[str, Literal["VARCHAR", "BIGINT"]]


@dataclass(frozen=True, kw_only=True)
class MappedQuery:
    """The rows of a query, each part of them handed to a function; without one they stay as they
    are.
    """

    sql: str
    judge: Judge | None = None


class Queries(Protocol):
    """Queries in DuckDB's SQL, and Python on their rows where the rows are.

    What does not fit into memory goes to disk.
    """

    def fetch(self, sql: str, /) -> Iterator[Row]:
        """The rows of a query that gives few: counts, whatever they are of."""

    def is_low_cardinality(self, relation: str, cell: str, /) -> bool:
        """Whether it is known that a cell's values repeat so often that grouping the rows by them
        costs less than any condition on each row.
        """

    def fetch_sorted(self, sql: str, rows: int, /) -> Iterator[Row]:
        """The rows of a query in the order of its columns, nulls last, a bounded number in memory
        at a time.

        ``rows``: how many there are.
        """

    def fetch_mapped(self, judged: MappedQuery, columns: Columns, /) -> Iterator[Row]:
        """What the function makes of a query's rows: a few rows for each part of them, in any
        order.
        """

    def candidates(
        self, name: str, relation: str, /, *, record: str, cell: str, condition: str
    ) -> str:
        """A relation of ``record`` and ``cell`` (both text), of the rows whose cell meets a
        condition on ``CELL``: what to write after FROM, once.

        ``record`` and ``cell`` are expressions; the condition is never true of null. An engine that
        must name the relation calls it ``name``.
        """

    def keep(self, relation: str, sql: str, /) -> None:
        """Compute a query once, under a name that later queries may use."""

    def create_temp_table(
        self, relation: str, judged: Sequence[MappedQuery], columns: Columns, /
    ) -> None:
        """Keep what functions make of queries' rows, all in one relation."""

    def drop(self, relation: str, /) -> None:
        """Give up what was kept under a name, if it was."""


def temp_table_name(what: str, meta: Mapping[str, Any] | None) -> str:
    """The name under which a check keeps something with the engine; ``meta`` is its
    expectation's.
    """
    return re.sub(r"\W", "_", f"{what}_{(meta or {}).get('id', 'check')}").lower()
