"""No column of the teledata holds where somebody was.

The unit is the column. Which column names mean a place is ``detectors.location``'s; a column
without any value holds nothing.
"""

from __future__ import annotations

from typing import Any

from teleaudit.detectors.location import location_columns
from teleaudit.expectations.content import exported_columns
from teleaudit.expectations.empty_columns import ExpectEmptyColumns
from teleaudit.expectations.rows import DataSet


class ExpectNoLocationColumns(ExpectEmptyColumns):
    """Columns named for a cell, a mast, an area code or coordinates are empty or absent."""


# meta
def no_location_columns(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoLocationColumns:
    """The expectation for the columns a data set has."""
    own = exported_columns(data_set, table)
    named = list(location_columns(own))
    return ExpectNoLocationColumns(columns=named, others=len(own) - len(named), **kwargs)
