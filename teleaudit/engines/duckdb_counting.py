"""Rows that meet conditions on one column, counted by the column's different values.

Teledata repeats: a million calls come from some thousand telephones, and a regular expression costs the same for each cell.
Grouping a column costs a tenth of that, so a condition is asked once for each value and the rows are added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from teleaudit.expectations.rows import quoted

_FEWEST_ROWS = 10_000  # below them a query more costs more than it saves
_SHARE = 0.1  # of a column's rows, that its different values may be; above it grouping costs what it saves
_MOST = 1_000_000  # values that are held at once


class Condition(NamedTuple):
    """A condition on one column, in DuckDB's SQL; never true of null."""

    condition: str
    column: str
    relation: str


def values_query(relation: str, columns: Sequence[str]) -> str:
    """One row: how many rows there are, and how many different values each column has, about."""
    return f"SELECT count(*), {', '.join(f'approx_count_distinct({quoted(column)})' for column in columns)} FROM {quoted(relation)}"


def are_few(values: int, rows: int) -> bool:
    """So many different values repeat often enough in so many rows."""
    return rows >= _FEWEST_ROWS and values <= min(_SHARE * rows, _MOST)


def by_value_query(conditions: Sequence[Condition]) -> str:
    """One row: of each condition, in their order, the number of rows that meet it; null for none. Each column is read once."""
    columns = list(dict.fromkeys((condition.relation, condition.column) for condition in conditions))
    places = {column: [place for place, asked in enumerate(conditions) if (asked.relation, asked.column) == column] for column in columns}
    counted = ", ".join(f"({_of_column(*column, [(place, conditions[place].condition) for place in places[column]])}) AS v{number}" for number, column in enumerate(columns))
    return f"SELECT {', '.join(f'n{place}' for place in range(len(conditions)))} FROM {counted}"


def _of_column(relation: str, column: str, asked: Sequence[tuple[int, str]]) -> str:
    sums = ", ".join(f"sum(times) FILTER (WHERE {condition}) AS n{place}" for place, condition in asked)
    return f"SELECT {sums} FROM (SELECT {quoted(column)}, count(*) AS times FROM {quoted(relation)} GROUP BY {quoted(column)}) AS counted"
