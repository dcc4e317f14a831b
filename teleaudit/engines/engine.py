"""Interface of every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from great_expectations.core import ExpectationSuite

from teleaudit.engines.scans import Scans
from teleaudit.expectations.queries import Queries


class Engine(Queries, Protocol):
    """What a check needs of an engine."""

    name: str
    scans: Scans  # queries so far, by the data set they read

    def add_table(self, table: str, sources: Sequence[Path]) -> None:
        """Make ``export_<table>`` of the working copies of its exports; without any it is empty but
        has every canonical column.
        """

    # pandas, Arrow: whatever the engine reads in place
    def add_frame(self, table: str, frame: Any) -> None:
        """Make ``export_<table>`` of a data frame in memory."""

    def create_views(self, placeholders: Mapping[str, str]) -> None:
        """Create the views, once all tables are there; the placeholders are those of ``views``, in
        DuckDB's SQL.
        """

    def columns(self, relation: str) -> dict[str, str]:
        """Name and type (in DuckDB's words) of every column of a relation."""

    def validate(self, relation: str, suite: ExpectationSuite) -> dict[str, dict[str, Any]]:
        """What Great Expectations answers, by the ``id`` in each expectation's meta."""

    def progress(self) -> float | None:
        """Share that is done of the query which Great Expectations is asking now; None where nobody
        can tell.

        Called from another thread.
        """

    def close(self) -> None:
        """Give up memory, temporary files and connections."""
