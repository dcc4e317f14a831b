"""Dates in an export can be dates: readable, not before the trade existed, not in the future, in
the right order.

Source: the data-quality gate; 1900, 1970 (epoch 0) and 00-00-0000 are what systems write when they
have no date.
Left out:
1. 31-12-9999, 2099 and 1900 in a column that may be open-ended mean "no end" and are lawful;
2. due dates, period ends and financial years may lie ahead, but not more than ten years;
3. in the last hour of October's summer time an end may come before its start on the clock;
4. a row without any date says nothing about dates: an export in which all are empty is no pass;
5. a customer begins when the record was made only where no start date says otherwise: a new system
   makes records of old customers.
"""

from __future__ import annotations

from typing import Any

from teleaudit.expectations.rows import ExpectRowsToSatisfy
from teleaudit.schema import TABLES, Column, Kind, Table
from teleaudit.schema.sql import literal, quoted

# (2)
_AHEAD = frozenset({"due_date", "period_to", "fy_start", "fy_end", "valid_until", "scope_to"})
_IN_ORDER = (
    ("start_date", "end_date"),
    ("valid_from", "valid_to"),
    ("valid_from", "ended_at"),
    ("created_at", "deleted_at"),
    ("fy_start", "fy_end"),
    ("start", "end"),
    ("start_at", "end_at"),
    ("start_at", "stop_at"),
    ("given_at", "withdrawn_at"),
    ("received_at", "closed_at"),
    ("received_at", "executed_at"),
    ("created_at", "end_date"),
    ("created_at", "valid_until"),
    ("restricted_from", "restricted_to"),
    ("signed_at", "ended_at"),
    ("valid_from", "ported_out_at"),
    ("scope_from", "scope_to"),
    ("data_from", "data_to"),
    ("requested_at", "ported_at"),
)
_BETTER = {"created_at": "start_date"}  # (5)


class ExpectPossibleDates(ExpectRowsToSatisfy):
    """Every date of a row is possible."""

    violates: str = "false"


# meta
def possible_dates(
    *, as_of: str, table: str, filled: frozenset[str], **kwargs: Any
) -> ExpectPossibleDates:
    """The expectation for every date column that the table's exports really have."""
    known = TABLES[table]
    dates = [column for column in known.columns if column.kind.is_date and column.name in filled]
    conditions = [
        condition for column in dates for condition in _impossible(column, as_of)
    ] + _disordered(known, filled)
    # (4)
    given = [
        condition
        for column in dates
        for condition in (f"{quoted(column.name)} IS NOT NULL", _is_marked(column))
    ]
    return ExpectPossibleDates(scope=_any_of(given), violates=_any_of(conditions), **kwargs)


def _any_of(conditions: list[str]) -> str:
    return " OR ".join(f"coalesce({condition}, false)" for condition in conditions) or "false"


def _is_marked(column: Column) -> str:
    """A cell that held something in place of a date."""
    return f"regexp_matches(_issues, {literal(f'(^|;){column.name}=(unreadable|zero|gap)(;|$)')})"


def _impossible(column: Column, as_of: str) -> list[str]:
    name = quoted(column.name)
    ahead = "10 YEAR" if column.open_end or column.name in _AHEAD else "1 DAY"
    amount, unit = ahead.split()
    return [
        _is_marked(column),
        f"{name} < DATE '1990-01-01'",
        f"{name} >= DATE '{as_of}' + INTERVAL '{amount}' {unit} + INTERVAL '1' DAY",
    ]


def _disordered(table: Table, filled: frozenset[str]) -> list[str]:
    found = []
    for earlier, later in _IN_ORDER:
        if earlier in table.names and later in table.names and {earlier, later} <= filled:
            condition = f"{quoted(later)} < {quoted(earlier)}"
            if table.column(later).kind is Kind.TIMESTAMP:
                # (3)
                condition += f" AND NOT ({_in_the_repeated_hour(quoted(earlier), quoted(later))})"
            if (better := _BETTER.get(earlier)) in table.names:
                condition += f" AND {better} IS NULL"
            found.append(condition)
    return found


def _in_the_repeated_hour(earlier: str, later: str) -> str:
    """Both in 02:00-02:59 of one last Sunday of October: the hour that the clock shows twice."""
    return (
        f"date_trunc('hour', {earlier}) = date_trunc('hour', {later}) AND extract('month' FROM"
        f" {later}) = 10 AND extract('day' FROM {later}) > 24 AND extract('isodow' FROM {later}) ="
        f" 7 AND extract('hour' FROM {later}) = 2"
    )
