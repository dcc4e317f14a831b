"""What the registers' modules share."""

from __future__ import annotations

import datetime as dt

from teleaudit_samples.lawful import START
from teleaudit_samples.layouts import extra_columns
from teleaudit_samples.world import MARKS, Row, World


def customer(world: World, *, end: dt.date | None = None) -> str:
    """A customer with whom nothing is wrong. Returns the customer's key."""
    return world.customer(start=START, end=end)


def mark(row: Row, check_id: str) -> Row:
    """Say that the check must find the row."""
    marks = row[MARKS]
    assert isinstance(marks, list)  # noqa: S101 (World.add made it so)
    marks.append(check_id)
    return row


def mark_column(world: World, check_id: str, table: str, column: str) -> None:
    """Say that the check must find the column of the table."""
    world.columns_found.append((check_id, extra_columns(world.operator, table).get(column, column)))


def mark_key(world: World, check_id: str, *key: object) -> None:
    """Say that the check must find that record of a data set that is no table."""
    world.columns_found.append((check_id, "|".join(str(part) for part in key)))
