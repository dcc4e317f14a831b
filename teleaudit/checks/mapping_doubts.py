"""Columns that may be mapped wrongly: what nobody would expect of real data.

A remark to whoever maps; no verdict changes for it.

1. A key that several exports have, and of which one export shares not a single value with any
   other.
2. A check from which (nearly) every record deviates: mostly two columns changed places.
Left out: the register of erased customers, whose keys are meant to be nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from teleaudit.rules.suites import Check, needed_columns
from teleaudit.rules.verdicts import CheckResult
from teleaudit.schema import TABLES, Kind
from teleaudit.schema.sql import literal, quoted
from teleaudit.schema.views import data_set_view

MIN_ROWS = 20  # different keys, or records: below them anything happens by chance
NEARLY_ALL = 0.95  # share of a check's assessable records
_NOWHERE_ELSE = frozenset({"tombstone"})

Fetch = Callable[[str], Iterable[Sequence[Any]]]


@dataclass(frozen=True, kw_only=True)
class MappingDoubt:
    """Columns of a table whose mapping should be looked at."""

    kind: str  # unmatched_key or nearly_all
    table: str
    columns: tuple[str, ...]
    check: str | None  # that nearly every record deviates from
    count: int  # keys without a match, or records that deviate
    total: int  # of so many

    def as_json(self) -> dict[str, Any]:
        """The doubt as it stands in results.json."""
        return asdict(self)


def unmatched_keys(fetch: Fetch, filled: Mapping[str, Collection[str]]) -> list[MappingDoubt]:
    """The keys of (1). ``filled``: the columns that each table's exports fill."""
    doubts = []
    keys_of = Counter(
        table.key[0]
        for table in TABLES.values()
        if len(table.key) == 1 and table.name not in _NOWHERE_ELSE
    )
    # a name that is the key of two tables is of two kinds
    for column in sorted(column for column, tables in keys_of.items() if tables == 1):
        tables = [
            name for name in TABLES if column in filled.get(name, ()) and name not in _NOWHERE_ELSE
        ]
        if len(tables) > 1:
            told = {
                table: (keys, shared)
                for table, keys, shared in fetch(_keys_query(column, tables))
                if keys >= MIN_ROWS
            }
            alone = (
                sorted(table for table, (_, shared) in told.items() if not shared)
                if len(told) > 1
                else []
            )
            doubts += [
                MappingDoubt(
                    kind="unmatched_key",
                    table=table,
                    columns=(column,),
                    check=None,
                    count=told[table][0],
                    total=told[table][0],
                )
                for table in alone
            ]
    return doubts


def _keys_query(column: str, tables: Sequence[str]) -> str:
    """A row for each table: its different keys, and how many of them another table has."""
    key = f"CAST({quoted(column)} AS VARCHAR)"
    keys = " UNION ALL ".join(
        f"SELECT DISTINCT {literal(table)} AS source, {key} AS value FROM export_{table} WHERE"
        f" {quoted(column)} IS NOT NULL"
        for table in tables
    )
    return (
        f"WITH known AS ({keys}), held AS (SELECT value, count(*) AS sources FROM known GROUP BY"
        " value) SELECT source, count(*), count(CASE WHEN sources > 1 THEN 1 END) FROM known JOIN"
        " held USING (value) GROUP BY source"
    )


def deviating_nearly_all(
    results: Iterable[CheckResult], filled: Mapping[str, Collection[str]]
) -> list[MappingDoubt]:
    """The checks of (2), with the columns of their data set's table that they rest on."""
    doubts = []
    for result in results:
        answer, table = result.answer, data_set_view(result.check.data_set).table
        if (
            result.unit == "record"
            and answer.assessable >= MIN_ROWS
            and answer.deviations >= NEARLY_ALL * answer.assessable
        ):
            columns = _rests_on(result.check, table, filled)
            doubts += (
                [
                    MappingDoubt(
                        kind="nearly_all",
                        table=table,
                        columns=columns,
                        check=result.id,
                        count=answer.deviations,
                        total=answer.assessable,
                    )
                ]
                if columns
                else []
            )
    return doubts


def _rests_on(check: Check, table: str, filled: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The filled columns of the table that a check's rule names, or all dates; none where it looks
    into whatever columns there are.
    """
    own = filled.get(table, ())
    if check.spec.type == "expect_possible_dates":
        return tuple(
            column.name
            for column in TABLES[table].columns
            if column.kind in (Kind.DATE, Kind.TIMESTAMP) and column.name in own
        )
    needed = (
        name.partition(".") for names in needed_columns(check, filled).values() for name in names
    )
    return tuple(
        dict.fromkeys(column for source, _, column in needed if source == table and column in own)
    )
