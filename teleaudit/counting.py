"""Rows that meet conditions on one cell, counted by the different values of the cell's column.

Teledata repeats: a million calls come from some thousand telephones, and a regular expression costs
the same for each cell. Grouping a column costs a tenth of that, so a condition is asked once for
each value and the rows are added up. The values of all columns are asked together: a condition that
is the same for thirty columns is made ready once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

CELL = '"cell_looked_into"'  # stands for the cell in a condition that is the same for many columns
_FEW_ROWS = 10_000  # so many rows have few values, however many
# of a column's rows, that its different values may be; above it grouping costs what it saves
_SHARE = 0.1
_MOST = 1_000_000  # values that are held at once of one column


class Condition(NamedTuple):
    """A condition on ``CELL``, never true of null, the expression of type text that is the cell,
    and the relation's name.

    All in DuckDB's SQL.
    """

    condition: str
    cell: str
    relation: str


def values_query(relation: str, cells: Sequence[str]) -> str:
    """One row: how many rows there are, and how many different values each cell has, about."""
    return (
        f"SELECT count(*), {', '.join(f'approx_count_distinct({cell})' for cell in cells)} FROM"
        f" {relation}"
    )


def is_low_cardinality(values: int, rows: int) -> bool:
    """So many different values repeat often enough in so many rows, or are few themselves."""
    return rows < _FEW_ROWS or values <= min(_SHARE * rows, _MOST)


class ByValue:
    """The query for some conditions of one relation, and what its rows say."""

    def __init__(self, asked: Sequence[tuple[Any, Condition]]) -> None:
        """``asked`` are conditions by a key of the caller's; at least one."""
        self._asked = asked
        self._relation = asked[0][1].relation
        self._cells = list(dict.fromkeys(condition.cell for _, condition in asked))
        self._conditions = list(dict.fromkeys(condition.condition for _, condition in asked))

    def sql(self) -> str:
        """A row for each column: its place, and for each condition the number of rows that meet it;
        null for none.

        Every column is read once.
        """
        values = (
            f"SELECT {place} AS place, {cell} AS {CELL}, count(*) AS times FROM {self._relation}"
            f" GROUP BY {cell}"
            for place, cell in enumerate(self._cells)
        )
        counts = ", ".join(
            f"sum(times) FILTER (WHERE {self._where(condition)})" for condition in self._conditions
        )
        return (
            f"SELECT place, {counts} FROM ({' UNION ALL '.join(values)}) AS counted GROUP BY place"
        )

    def _where(self, condition: str) -> str:
        wanted = {asked.cell for _, asked in self._asked if asked.condition == condition}
        places = ", ".join(str(place) for place, cell in enumerate(self._cells) if cell in wanted)
        return (
            condition
            if len(wanted) == len(self._cells)
            else f"CASE WHEN place IN ({places}) THEN {condition} ELSE false END"
        )

    def counts(self, rows: Iterator[tuple[Any, ...]]) -> dict[Any, int]:
        """The number of rows that meet each condition, by the caller's key."""
        by_place = {place: counts for place, *counts in rows}
        return {
            key: self._count(by_place.get(self._cells.index(asked.cell)), asked)
            for key, asked in self._asked
        }

    def _count(self, counts: Sequence[int | None] | None, asked: Condition) -> int:
        return int((counts[self._conditions.index(asked.condition)] if counts else 0) or 0)
