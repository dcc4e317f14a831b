"""The embedded engine: DuckDB, through Great Expectations' SQL engine.

Great Expectations has no DuckDB source of its own. Three things are bridged here: its SQL engine
closes the connection before it reads the rows (DuckDB's cursors share one: nothing comes back), so
one connection is kept open; that connection is ours, with the memory limit, threads and temporary
folder set on it; and its data source needs a type of its own to say so.
"""

from __future__ import annotations

import builtins
import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from duckdb_engine import ConnectionWrapper
from great_expectations.core import ExpectationSuite
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

from teleaudit.counting import CELL, ByValue, Condition, is_low_cardinality, values_query
from teleaudit.engines.gx_results import answers_of, silent_context
from teleaudit.engines.scans import Scans
from teleaudit.errors import UserError
from teleaudit.expectations.metrics import MATCHING
from teleaudit.expectations.queries import Columns, MappedQuery, Row
from teleaudit.exports.frames import word_columns
from teleaudit.machine import set_progress_bar
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES
from teleaudit.schema.sql import SQL_TYPES, quoted
from teleaudit.schema.views import fill_placeholders, views

_BATCH_ROWS = 10_000
_names = itertools.count()
_engines: dict[str, DuckDBEngine] = {}  # open engines by the name in their connection string


class _KeptConnection(SqlAlchemyExecutionEngine):
    """Great Expectations' SQL engine on a connection that stays open."""

    asks: DuckDBEngine  # what an expectation asks beyond the aggregates

    # Great Expectations' signature
    def _setup_engine(
        self,
        kwargs: Any,
        connection_string: str | None = None,
        credentials: Any = None,
        url: Any = None,
    ) -> None:
        self.engine = _sqlalchemy_engine(str(connection_string))
        self.asks = _engines[str(connection_string)]

    def resolve_metric_bundle(self, metric_fn_bundle: Iterable[Any]) -> dict[Any, Any]:
        """Rows that meet conditions on a column of few values are counted by value; all else in one
        query.
        """
        bundle = list(metric_fn_bundle)
        asked = [
            (entry.metric_configuration.id, entry.metric_configuration.metric_value_kwargs)
            for entry in bundle
            if entry.metric_configuration.metric_name.startswith(MATCHING)
        ]
        counted = self.asks.count_by_value([(key, Condition(**wanted)) for key, wanted in asked])
        left = [entry for entry in bundle if entry.metric_configuration.id not in counted]
        return counted | (super().resolve_metric_bundle(left) if left else {})

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        if self._connection is None or self._connection.closed:
            self._connection = self.engine.connect()
        try:
            with self.asks.watched():
                yield self._connection
        except BaseException:
            self._connection.rollback()  # or every later query on it is refused
            raise


class DuckDBDatasource(SQLDatasource):
    """A connection of an open engine, by its name."""

    # every source has a name of its own, Great Expectations' own subclasses too
    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
    connection_string: str

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine above."""
        return _KeptConnection

    def _create_engine(self) -> sa.Engine:
        return _sqlalchemy_engine(self.connection_string)


def _sqlalchemy_engine(name: str) -> sa.Engine:
    return sa.create_engine(
        "duckdb://",
        creator=lambda: ConnectionWrapper(_engines[name].asking_cursor()),
        poolclass=sa.pool.StaticPool,
    )


class DuckDBEngine:
    """Working copies in DuckDB.

    Memory is bounded; what does not fit goes to ``spill`` and is gone with it.
    """

    name = "duckdb"

    def __init__(
        self, *, spill: Path, memory_limit: str = "1536MB", threads: int | None = None
    ) -> None:
        """An empty engine. ``spill`` is a folder of the run that others cannot read."""
        # its errors quote the value that raised them
        logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
        config: dict[str, Any] = {
            "memory_limit": memory_limit,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
        }
        if threads is not None:
            config["threads"] = threads
        self._connection = duckdb.connect(":memory:", config=config)
        self._source_name = f"teleaudit_{next(_names)}"
        _engines[self._source_name] = self
        self._source: Any = None  # Great Expectations' data source, made on first use
        # of relations that have been asked for; forgotten when any is made anew
        self._columns: dict[str, dict[str, str]] = {}
        self._frames: dict[str, Any] = {}  # data frames read in place, by relation name
        self.scans = Scans()
        # relations' cells that were found to have few values
        self._few: set[tuple[str, str]] = set()
        self._asking: duckdb.DuckDBPyConnection | None = None  # the cursor of Great Expectations
        self._failure: UserError | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """No memory, or no disk to spill to, ends the run, in words: Great Expectations would make
        a failed check of it.
        """
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except (duckdb.OutOfMemoryException, duckdb.IOException, sa.exc.DBAPIError) as error:
            own = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            if not isinstance(own, duckdb.OutOfMemoryException) and "No space left" not in str(own):
                raise
            msg = (
                "DuckDB ran out of memory and of disk to spill to. Raise --memory, or give the run"
                " folder's disk more room."
            )
            self._failure = UserError(msg)
            raise self._failure from None

    def add_table(self, table: str, sources: Sequence[Path]) -> None:
        """``export_<table>``: the union of the working copies by column name."""
        canonical = {FILE_COLUMN: "VARCHAR", LINE_COLUMN: "BIGINT", ISSUES_COLUMN: "VARCHAR"} | {
            c.name: SQL_TYPES[c.kind] for c in TABLES[table].columns
        }
        empty = ", ".join(
            f"NULL::{sql_type} AS {quoted(name)}" for name, sql_type in canonical.items()
        )
        parts = [f"SELECT {empty} WHERE false"]
        if sources:
            parts.append(
                f"SELECT * FROM read_parquet({[str(source) for source in sources]!r}, union_by_name"
                " = true)"
            )
        self._connection.execute(
            f"CREATE OR REPLACE VIEW export_{table} AS {' UNION ALL BY NAME '.join(parts)}"
        )
        self._columns.clear()
        self._few.clear()

    # a pandas or Arrow table; DuckDB reads either in place
    def add_frame(self, table: str, frame: Any) -> None:
        """``export_<table>`` from a data frame in memory, read in place."""
        self._frames[f"frame_{table}"] = frame
        self._connection.register(f"frame_{table}", frame)
        self._columns.clear()
        self._few.clear()
        known = self.columns(f"frame_{table}")
        kinds = {c.name: SQL_TYPES[c.kind] for c in TABLES[table].columns} | {
            FILE_COLUMN: "VARCHAR",
            LINE_COLUMN: "BIGINT",
            ISSUES_COLUMN: "VARCHAR",
        }
        words = word_columns(table, known)
        own = [
            (
                f"{words.get(name, f'CAST({quoted(name)} AS {kinds[name]})')} AS {quoted(name)}"
                if name in kinds
                else quoted(name)
            )
            for name in known
        ]
        absent = [
            f"{words.get(name, f'NULL::{kind}')} AS {quoted(name)}"
            for name, kind in kinds.items()
            if name not in known
        ]
        self._connection.execute(
            f"CREATE OR REPLACE VIEW export_{table} AS SELECT {', '.join(own + absent)} FROM"
            f" frame_{table}"
        )

    def create_views(self, placeholders: Mapping[str, str]) -> None:
        """The data sets and their helpers; helpers of kind ``table`` are computed now, once."""
        for view in views():
            with self.watched():
                self._connection.execute(
                    f"CREATE OR REPLACE {view.kind.upper()} {quoted(view.name)} AS"
                    f" {fill_placeholders(view.sql, placeholders)}"
                )
        for table in TABLES.keys() - {view.name for view in views()}:
            self._connection.execute(
                f"CREATE OR REPLACE VIEW {quoted(table)} AS SELECT * FROM export_{table}"
            )
        self._columns.clear()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same data: queries on it do not disturb others'."""
        cursor = self._connection.cursor()
        # what is registered belongs to one connection only
        for name, frame in self._frames.items():
            cursor.register(name, frame)
        return cursor

    def asking_cursor(self) -> duckdb.DuckDBPyConnection:
        """The cursor that Great Expectations asks on, whose progress is watched."""
        self._asking = self.cursor()
        set_progress_bar(self._asking, watched=True)
        return self._asking

    def progress(self) -> float | None:
        """Share of the query that Great Expectations is asking now which is done; None where nobody
        can tell.
        """
        done = self._asking.query_progress() if self._asking is not None else -1.0
        return done / 100 if done >= 0 else None

    def columns(self, relation: str) -> dict[str, str]:
        """Name and DuckDB type of every column."""
        if relation not in self._columns:
            self._columns[relation] = {
                row[0]: str(row[1])
                for row in self.fetch(
                    f"SELECT column_name, column_type FROM (DESCRIBE {quoted(relation)})"
                )
            }
        return self._columns[relation]

    def validate(self, relation: str, suite: ExpectationSuite) -> dict[str, dict[str, Any]]:
        """Great Expectations' answers by check id: ``result``; or ``exception`` (type names only)
        and ``traceback`` where a check raised.
        """

        def batch() -> Any:
            self.scans[relation] += 1
            return self._batch(relation)

        answers = answers_of(batch, suite)
        if self._failure is not None:
            raise self._failure
        return answers

    # Great Expectations' Batch is untyped to us
    def _batch(self, relation: str) -> Any:
        if self._source is None:
            self._source = silent_context().data_sources.add_duckdb(
                self._source_name, connection_string=self._source_name
            )
        names = {asset.name for asset in self._source.assets}
        asset = (
            self._source.get_asset(relation)
            if relation in names
            else self._source.add_table_asset(relation, table_name=relation)
        )
        if relation not in names:
            asset.add_batch_definition_whole_table("whole")
        return asset.get_batch_definition("whole").get_batch()

    def fetch(self, sql: str, /) -> Iterator[Row]:
        """Rows of a query, from a cursor of its own so that queries may interleave."""
        self.scans.note(sql)
        yield from self._rows(sql)

    def is_low_cardinality(self, relation: str, cell: str, /) -> bool:
        """True of cells whose values were counted by ``count_by_value``, and are few."""
        return (relation, cell) in self._few

    # few or many, they come part by part
    def fetch_sorted(self, sql: str, rows: int, /) -> Iterator[Row]:
        """Rows of a query, sorted by the engine."""
        yield from self.fetch(f"{sql} ORDER BY ALL NULLS LAST")

    def _rows(self, sql: str) -> Iterator[Row]:
        cursor = self.cursor()
        try:
            with self.watched():
                cursor.execute(sql)
                while rows := cursor.fetchmany(_BATCH_ROWS):
                    yield from rows
        finally:
            cursor.close()

    def count_by_value(self, asked: Sequence[tuple[Any, Condition]]) -> dict[Any, int]:
        """The number of rows that meet each condition, of those on columns of few values.

        Two queries, however many columns.
        """
        counted: dict[Any, int] = {}
        for relation in dict.fromkeys(condition.relation for _, condition in asked):
            of_relation = [
                (key, condition) for key, condition in asked if condition.relation == relation
            ]
            cells = list(dict.fromkeys(condition.cell for _, condition in of_relation))
            ((rows, *values),) = self._rows(values_query(relation, cells))
            self._few |= {
                (relation, cell)
                for cell, different in zip(cells, values, strict=True)
                if is_low_cardinality(different, rows)
            }
            wanted = [
                (key, condition)
                for key, condition in of_relation
                if self.is_low_cardinality(relation, condition.cell)
            ]
            # a query reads no column twice
            self.scans[relation.removeprefix("export_")] += 1 + bool(wanted)
            if wanted:
                by_value = ByValue(wanted)
                counted |= by_value.counts(self._rows(by_value.sql()))
        return counted

    # the rows carry their types
    def fetch_mapped(self, judged: MappedQuery, columns: Columns, /) -> Iterator[Row]:
        """The function's rows, in this process."""
        rows = self.fetch(judged.sql)
        yield from judged.judge(rows) if judged.judge else rows

    # as every engine has it
    def candidates(
        self, name: str, relation: str, /, *, record: str, cell: str, condition: str
    ) -> str:
        """A subquery."""
        return (
            f"(SELECT {record} AS record, {cell} AS cell FROM {quoted(relation)} WHERE"
            f" {condition.replace(CELL, cell)}) AS candidates"
        )

    def keep(self, relation: str, sql: str, /) -> None:
        """A table of the in-memory database; like all others it goes to disk where
        memory is short.
        """
        self.scans.note(sql)
        with self.watched(), closing(self.cursor()) as cursor:
            cursor.execute(f"CREATE OR REPLACE TABLE {relation} AS {sql}")

    def create_temp_table(
        self, relation: str, judged: Sequence[MappedQuery], columns: Columns, /
    ) -> None:
        """A table of the functions' rows."""
        schema = pa.schema(
            [
                (name, pa.string() if kind == "VARCHAR" else pa.int64())
                for name, kind in columns.items()
            ]
        )
        with self.watched(), closing(self.cursor()) as cursor:
            cursor.execute(
                f"CREATE OR REPLACE TABLE {relation}"
                f" ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
            )
            for part in judged:
                if part.judge is None:
                    self.scans.note(part.sql)
                    cursor.execute(f"INSERT INTO {relation} {part.sql}")
                    continue
                rows = iter(part.judge(self.fetch(part.sql)))
                while batch := list(itertools.islice(rows, _BATCH_ROWS)):
                    cursor.register(
                        "judged_batch",
                        pa.table(
                            [
                                pa.array(cells, schema.field(place).type)
                                for place, cells in enumerate(zip(*batch, strict=True))
                            ],
                            schema=schema,
                        ),
                    )
                    cursor.execute(f"INSERT INTO {relation} SELECT * FROM judged_batch")
                    cursor.unregister("judged_batch")

    def drop(self, relation: str, /) -> None:
        """Memory and temporary disk of a kept table."""
        with closing(self.cursor()) as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {relation}")

    def close(self) -> None:
        """Close every connection (DuckDB complains at exit about one that is still held)."""
        if self._source is not None:
            engine = self._source.get_execution_engine()
            engine.close()
            engine.engine.dispose()
            self._source.get_engine().dispose()
        _engines.pop(self._source_name, None)
        self._connection.close()
