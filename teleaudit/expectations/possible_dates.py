"""Dates in an export can be dates: readable, not before the trade existed, not in the future, in the right order.

Source: the data-quality gate; 1900, 1970 (epoch 0) and 00-00-0000 are what systems write when they have no date.
Left out:
1. 31-12-9999, 2099 and 1900 in a column that may be open-ended mean "no end" and are lawful;
2. due dates, period ends and financial years may lie ahead, but not more than ten years;
3. in the last hour of October's summer time an end may come before its start on the clock.
"""

from __future__ import annotations

from teleaudit.expectations.rows import ExpectRowsToSatisfy, literal, quoted
from teleaudit.schema import TABLES, Column, Kind, Table

_AHEAD = frozenset({"due_date", "period_to", "fy_start", "fy_end"})  # (2)
_IN_ORDER = (
    ("start_date", "end_date"),
    ("valid_from", "valid_to"),
    ("valid_from", "ended_at"),
    ("created_at", "deleted_at"),
    ("fy_start", "fy_end"),
    ("start", "end"),
    ("start_at", "end_at"),
)
_DATES = (Kind.DATE, Kind.TIMESTAMP)


class ExpectPossibleDates(ExpectRowsToSatisfy):
    """Every date of a row is possible."""

    violates: str = "false"


def possible_dates(*, as_of: str, table: str, filled: frozenset[str], scope: str = "true", **kwargs: object) -> ExpectPossibleDates:
    """The expectation for every date column that the table's exports really have."""
    known = TABLES[table]
    dates = [column for column in known.columns if column.kind in _DATES and column.name in filled]
    conditions = [condition for column in dates for condition in _impossible(column, as_of)] + _disordered(known, filled)
    return ExpectPossibleDates(scope=scope, violates=" OR ".join(f"coalesce({c}, false)" for c in conditions) or "false", **kwargs)


def _impossible(column: Column, as_of: str) -> list[str]:
    name = quoted(column.name)
    ahead = "10 YEAR" if column.open_end or column.name in _AHEAD else "1 DAY"
    amount, unit = ahead.split()
    marked = "(^|;)" + column.name + "=(unreadable|zero|gap)(;|$)"
    return [
        f"regexp_matches(_issues, {literal(marked)})",
        f"{name} < DATE '1990-01-01'",
        f"{name} >= DATE '{as_of}' + INTERVAL '{amount}' {unit} + INTERVAL '1' DAY",
    ]


def _disordered(table: Table, filled: frozenset[str]) -> list[str]:
    found = []
    for earlier, later in _IN_ORDER:
        if earlier in table.names and later in table.names and {earlier, later} <= filled:
            condition = f"{quoted(later)} < {quoted(earlier)}"
            if table.column(later).kind is Kind.TIMESTAMP:
                condition += f" AND NOT ({_in_the_repeated_hour(quoted(later))})"  # (3)
            found.append(condition)
    return found


def _in_the_repeated_hour(column: str) -> str:
    """02:00-02:59 on the last Sunday of October: the hour that the clock shows twice."""
    return f"extract('month' FROM {column}) = 10 AND extract('day' FROM {column}) > 24 AND extract('isodow' FROM {column}) = 7 AND extract('hour' FROM {column}) = 2"
