"""One DuckDB engine for all the specs of a process: what a spec does not touch stands as the last
one left it.

A spec gives two tables of thirty-three, and asks one data set of sixty. So a view is made when it
is asked for, and it is dropped, not trusted, as soon as its text or one of its sources is another:
what has been forgotten is missing and no old answer.
"""

from __future__ import annotations

import atexit
import functools
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlglot
from great_expectations.core import ExpectationSuite

from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit.expectations.queries import Columns, MappedQuery, Row
from teleaudit.schema import TABLES
from teleaudit.schema.sql import quoted
from teleaudit.schema.views import fill_placeholders, views

_WORD = re.compile(r"\w+")


class SharedEngine(DuckDBEngine):
    """DuckDB with the tables of one spec after the other, and only the views that are asked for."""

    def __init__(self, *, spill: Path) -> None:
        """An empty engine, as small as that of a spec is."""
        super().__init__(spill=spill, memory_limit="500MB", threads=1)
        # of each table that stands: the files it was made of, as they were then
        self._given: dict[str, object] = {}
        # relations that are others than when views were last created
        self._changed: set[str] = set()
        # of each view: its kind, and its SQL for the exports of this spec
        self._texts: dict[str, tuple[str, str]] = {}
        self._made: set[str] = set()
        self._kept: set[str] = set()

    def add_table(self, table: str, sources: Sequence[Path]) -> None:
        """A table of the same files, or of none, is made once."""
        files = [
            (source, (found := source.stat()).st_mtime_ns, found.st_size, found.st_ino)
            for source in sources
        ]
        if self._given.get(table) != files:
            super().add_table(table, sources)
            self._given[table] = files
            self._changed.add(f"export_{table}")

    def add_frame(self, table: str, frame: Any) -> None:
        """A frame is another one each time.

        Its rows are copied: reading a frame in place costs more than asking ten rows, and each
        query does.
        """
        super().add_frame(table, frame)
        self._connection.execute(
            f"CREATE OR REPLACE TABLE rows_{table} AS SELECT * FROM export_{table}"
        )
        self._connection.execute(
            f"CREATE OR REPLACE VIEW export_{table} AS SELECT * FROM rows_{table}"
        )
        self._connection.unregister(f"frame_{table}")
        del self._frames[f"frame_{table}"]
        self._given.pop(table, None)
        self._changed.add(f"export_{table}")

    def create_views(self, placeholders: Mapping[str, str]) -> None:
        """Say what each view is, and drop those that are others now, or rest on such."""
        texts = {
            view.name: (view.kind.upper(), fill_placeholders(view.sql, placeholders))
            for view in views()
        }
        texts |= {
            table: ("VIEW", f"SELECT * FROM export_{table}")
            for table in TABLES.keys() - texts.keys()
        }
        for name, (kind, sql) in texts.items():  # in the order of their creation: sources first
            if (kind, sql) != self._texts.get(name) or not self._changed.isdisjoint(_sources(sql)):
                self._changed.add(name)
        for name in self._changed & self._made:
            self._connection.execute(f"DROP {self._texts[name][0]} {quoted(name)}")
        for name in self._kept:
            self.drop(name)
        self._made -= self._changed
        self._kept.clear()
        self._texts = texts
        self._changed.clear()
        self._columns.clear()
        self._few.clear()

    def _make(self, names: Iterable[str]) -> None:
        """Those of the names that are views, and what they rest on."""
        for name in names:
            if name in self._texts and name not in self._made:
                kind, text = self._texts[name]
                self._make(_sources(text))
                self._connection.execute(f"CREATE {kind} {quoted(name)} AS {text}")
                self._made.add(name)

    def validate(self, relation: str, suite: ExpectationSuite) -> dict[str, dict[str, Any]]:
        """Great Expectations asks what the expectations name, on a cursor that sees what has been
        made since its last one.
        """
        self._make((relation, *_WORD.findall(str(suite.expectations))))
        self.begin()
        return super().validate(relation, suite)

    def keep(self, relation: str, sql: str, /) -> None:
        """A table of what a query names."""
        self._make(_WORD.findall(sql))
        super().keep(relation, sql)
        self._kept.add(relation)

    def create_temp_table(
        self, relation: str, judged: Sequence[MappedQuery], columns: Columns, /
    ) -> None:
        """A table of what queries name."""
        for part in judged:
            self._make(_WORD.findall(part.sql))
        super().create_temp_table(relation, judged, columns)
        self._kept.add(relation)

    def _rows(self, sql: str) -> Iterator[Row]:
        self._make(_WORD.findall(sql))
        return super()._rows(sql)

    def begin(self) -> None:
        """Ask the next spec on cursors of its own: they read that one's frames, and are in no
        transaction of the last.
        """
        if self._source is not None:
            asking = self._source.get_execution_engine()
            if asking._connection is not None:
                # one that is merely cut off passes for open: its next query fails, and each metric
                # is then asked on its own
                asking._connection.close()
            asking.close()
            asking.engine.dispose()
            self._source.get_engine().dispose()


@functools.cache
def _sources(sql: str) -> frozenset[str]:
    """The relations that a view's SQL names."""
    return frozenset(
        named.name for named in sqlglot.parse_one(sql, read="duckdb").find_all(sqlglot.exp.Table)
    )


@contextmanager
def shared_engine() -> Iterator[SharedEngine]:
    """The process's engine. One that a spec broke is closed, and the next begins anew."""
    running = _started()
    running.begin()
    try:
        yield running
    except BaseException:
        running.close()
        _started.cache_clear()
        raise


@functools.cache
def _started() -> SharedEngine:
    spill = tempfile.TemporaryDirectory(prefix="teleaudit-specs-")
    atexit.register(spill.cleanup)
    started = SharedEngine(spill=Path(spill.name))
    atexit.register(started.close)
    return started
