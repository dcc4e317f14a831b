"""The distributed engine: Spark, through Great Expectations' Spark engine.

The same relations, views, expectations and detectors as on DuckDB, from the same SQL. What differs:
counts are computed on the cluster and only they come to the driver; Great Expectations' bundle of
aggregates becomes two jobs, because Spark has no histogram; detectors' functions run on the
executors (which need teleaudit installed); what is kept, is kept on the executors' disks; long
results come one partition at a time.
"""

from __future__ import annotations

import functools
import itertools
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from great_expectations.core import ExpectationSuite
from great_expectations.datasource.fluent import SparkDatasource
from great_expectations.execution_engine import SparkDFExecutionEngine
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (as all who write Spark call it)
from pyspark.storagelevel import StorageLevel

from teleaudit.counting import CELL
from teleaudit.engines.gx_results import answers_of, silent_context
from teleaudit.engines.scans import Scans
from teleaudit.engines.spark.counting import (
    count_rows,
    is_dear_count,
    is_slow_on_jvm,
    matching_rows,
)
from teleaudit.engines.spark.failures import SPARK_ERRORS, translate_spark_error
from teleaudit.engines.spark.parts import Counted
from teleaudit.engines.spark.reading import SPARK_TYPES
from teleaudit.engines.spark.sql import to_spark
from teleaudit.errors import UserError
from teleaudit.expectations.metrics import ROW_CLASSES, Asked
from teleaudit.expectations.queries import Columns, MappedQuery, Row
from teleaudit.exports.frames import word_columns
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES
from teleaudit.schema.sql import quoted
from teleaudit.schema.views import View, fill_placeholders, views

_IN_DUCKDB = {
    "string": "VARCHAR",
    "bigint": "BIGINT",
    "date": "DATE",
    "timestamp_ntz": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "int": "INTEGER",
}
_OWN = {FILE_COLUMN: "string", LINE_COLUMN: "bigint", ISSUES_COLUMN: "string"}
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.adaptive.enabled": "true",
    # what is kept has as many parts as its size needs, not as shuffles have
    "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning": "true",
    # plans are written out for every job, and the detectors' expressions are long
    "spark.sql.maxPlanStringLength": "2000",
}
_FEW = 10_000  # rows that the driver sorts itself
_NAME = re.compile(r"\w+")
_names = itertools.count()
_engines: dict[str, SparkEngine] = {}  # open engines by the name their data source knows


class _FewJobs(SparkDFExecutionEngine):
    """Great Expectations' Spark engine; the metrics of all expectations in at most three jobs."""

    asks: SparkEngine

    def resolve_metric_bundle(self, metric_fn_bundle: Iterable[Any]) -> dict[Any, Any]:
        """The codes of every row expectation are counted in one job, what detectors ask of every
        cell in another, and what is left in a third.
        """
        asked: list[tuple[Any, Asked]] = [
            (entry.metric_configuration.id, entry.metric_fn) for entry in metric_fn_bundle
        ]
        with self.asks.watched():
            codes = [(key, found.expression) for key, found in asked if found.metric == ROW_CLASSES]
            others = [(key, found) for key, found in asked if found.metric != ROW_CLASSES]
            dear = [(key, found) for key, found in others if is_dear_count(found.expression)]
            return (
                self._count_codes(codes)
                | self._count_rows(dear)
                | self._aggregate(
                    [(key, found.expression) for key, found in others if (key, found) not in dear]
                )
            )

    def _count_codes(self, asked: Sequence[tuple[Any, str]]) -> dict[Any, Any]:
        if not asked:
            return {}
        self.asks.scans[self.asks.asked_now] += 1
        found: dict[Any, dict[int, int]] = {key: {} for key, _ in asked}
        structs = ", ".join(
            f"struct({place} AS place, CAST({to_spark(expression)} AS BIGINT) AS code)"
            for place, (_, expression) in enumerate(asked)
        )
        exploded = self.dataframe.selectExpr(f"explode(array({structs})) AS counted")
        for place, code, rows in (
            exploded.groupBy("counted.place", "counted.code").count().collect()
        ):
            found[asked[place][0]][code] = rows
        return found

    def _count_rows(self, asked: Sequence[tuple[Any, Asked]]) -> dict[Any, Any]:
        if not asked:
            return {}
        self.asks.scans[self.asks.asked_now] += 1
        return dict(
            zip(
                (key for key, _ in asked),
                count_rows(
                    self.dataframe,
                    [Counted(found.expression, found.cell, found.condition) for _, found in asked],
                ),
                strict=True,
            )
        )

    def _aggregate(self, asked: Sequence[tuple[Any, str]]) -> dict[Any, Any]:
        if not asked:
            return {}
        self.asks.scans[self.asks.asked_now] += 1
        (row,) = self.dataframe.agg(
            *(
                F.expr(to_spark(expression)).alias(f"a{place}")
                for place, (_, expression) in enumerate(asked)
            )
        ).collect()
        return {key: value for (key, _), value in zip(asked, row, strict=True)}


class SparkEngineDatasource(SparkDatasource):
    """The session of an open engine, by its name."""

    # every source has a name of its own, Great Expectations' own subclasses too
    type: Literal["spark_engine"] = "spark_engine"  # type: ignore[assignment]
    engine_name: str

    def get_spark(self) -> SparkSession:
        """The engine's own session."""
        return _engines[self.engine_name].session

    def get_execution_engine(self) -> _FewJobs:
        """One for as long as the engine lives."""
        if self._execution_engine is None:
            self._execution_engine = _FewJobs(spark=self.get_spark(), persist=False)
            self._execution_engine.asks = _engines[self.engine_name]
        return self._execution_engine

    # Great Expectations' signature
    def test_connection(self, test_assets: bool = True) -> None:  # noqa: FBT001, FBT002
        """The session is there."""


class SparkEngine:
    """Exports in Spark, each as a DataFrame that reads them where they lie.

    ``read`` are the DataFrames of a table's exports, with the columns of a working copy. The
    session's own settings and
    temporary views stay as they are: the engine works in a session beside it, in the same
    application.
    """

    name = "spark"

    def __init__(
        self, session: SparkSession, *, read: Mapping[str, Sequence[DataFrame]] | None = None
    ) -> None:
        """An engine on a running session."""
        for logger in ("great_expectations", "SQLQueryContextLogger", "py4j"):
            # their errors quote the value that raised them
            logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
        self.session = session.newSession()
        for name, value in _SETTINGS.items():
            self.session.conf.set(name, value)
        self._read = read or {}
        self._source_name = f"teleaudit_{next(_names)}"
        _engines[self._source_name] = self
        self._source: Any = None
        self._unmade: dict[str, View] = {}  # nobody has asked them yet; in Spark's words
        self._kept: dict[str, DataFrame] = {}
        # of relations that have been asked for; exports and views are made once
        self._columns: dict[str, dict[str, str]] = {}
        self._failure: UserError | None = None
        self.scans = Scans()
        self.asked_now = ""  # the data set that Great Expectations asks about

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Lost executors, files that only the driver sees and the like end the run, in words: Great
        Expectations would make a failed check of them.
        """
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except SPARK_ERRORS as error:
            self._failure = translate_spark_error(error)
            if self._failure is None:
                raise
            raise self._failure from None

    def add_table(self, table: str, sources: Sequence[Path]) -> None:
        """``export_<table>``: the exports' DataFrames, or working copies, by column name."""
        frames = [
            *self._read.get(table, ()),
            *(self.session.read.parquet(str(source)) for source in sources),
        ]
        kinds = _OWN | {
            column.name: SPARK_TYPES[column.kind].simpleString() for column in TABLES[table].columns
        }
        whole = self._empty(kinds)
        for frame in frames:
            whole = whole.unionByName(self._in_this_session(frame), allowMissingColumns=True)
        whole.createOrReplaceTempView(f"export_{table}")

    def _empty(self, kinds: Mapping[str, str]) -> DataFrame:
        return self.session.sql(
            "SELECT "
            + ", ".join(f"CAST(NULL AS {kind}) AS `{name}`" for name, kind in kinds.items())
            + " WHERE false"
        )

    def _in_this_session(self, frame: DataFrame) -> DataFrame:
        # no public way leads from one session of an application to another
        return DataFrame(frame._jdf, self.session)  # noqa: SLF001

    # a pandas or Arrow table, or a Spark DataFrame
    def add_frame(self, table: str, frame: Any) -> None:
        """``export_<table>`` of a data frame in memory."""
        held = (
            frame if isinstance(frame, DataFrame) else self.session.createDataFrame(_arrow(frame))
        )
        kinds = _OWN | {
            column.name: SPARK_TYPES[column.kind].simpleString() for column in TABLES[table].columns
        }
        words = {name: to_spark(sql) for name, sql in word_columns(table, held.columns).items()}
        own = [
            (
                f"{words.get(name, f'CAST(`{name}` AS {kinds[name]})')} AS `{name}`"
                if name in kinds
                else f"`{name}`"
            )
            for name in held.columns
        ]
        absent = [
            f"{words.get(name, f'CAST(NULL AS {kind})')} AS `{name}`"
            for name, kind in kinds.items()
            if name not in held.columns
        ]
        held.selectExpr(*own, *absent).createOrReplaceTempView(f"export_{table}")

    def create_views(self, placeholders: Mapping[str, str]) -> None:
        """The data sets and their helpers, each made when it is first asked; helpers of kind
        ``table`` are computed once.
        """
        self._unmade = {
            table: View(
                name=table,
                sql=f"SELECT * FROM export_{table}",
                order=0,
                kind="view",
                table=table,
                key=(),
            )
            for table in TABLES
        }
        self._unmade |= {
            view.name: replace(view, sql=to_spark(fill_placeholders(view.sql, placeholders)))
            for view in views()
        }

    def _make_views(self, sql: str) -> None:
        """Those that a query in Spark's words names, after those that they name."""
        # in the order of the views, whatever the seed of hashes: in some orders Spark 4.1 loses a
        # common table expression of the plans that it keeps (InlineCTE)
        named = set(_NAME.findall(sql))
        for name in [one for one in self._unmade if one in named]:
            if view := self._unmade.pop(name, None):  # else made meanwhile, for another
                self._make_views(view.sql)
                frame = self.session.sql(view.sql)
                (
                    self._keep(name, frame) if view.kind == "table" else frame
                ).createOrReplaceTempView(name)

    def columns(self, relation: str) -> dict[str, str]:
        """Name and type, in DuckDB's words, of every column."""
        if relation not in self._columns:
            self._make_views(relation)
            self._columns[relation] = {
                name: _IN_DUCKDB.get(kind, kind.upper())
                for name, kind in self.session.table(relation).dtypes
            }
        return self._columns[relation]

    def validate(self, relation: str, suite: ExpectationSuite) -> dict[str, dict[str, Any]]:
        """Great Expectations' answers by check id: ``result``; or ``exception`` (type names only)
        and ``traceback`` where a check raised.
        """
        self._make_views(relation)
        self.asked_now = relation
        answers = answers_of(lambda: self._batch(relation), suite)
        if self._failure is not None:
            raise self._failure
        return answers

    # Great Expectations' Batch is untyped to us
    def _batch(self, relation: str) -> Any:
        if self._source is None:
            self._source = silent_context().data_sources.add_spark_engine(
                self._source_name, engine_name=self._source_name
            )
        names = {asset.name for asset in self._source.assets}
        asset = (
            self._source.get_asset(relation)
            if relation in names
            else self._source.add_dataframe_asset(relation)
        )
        if relation not in names:
            asset.add_batch_definition_whole_dataframe("whole")
        return asset.get_batch_definition("whole").get_batch(
            {"dataframe": self.session.table(relation)}
        )

    def fetch(self, sql: str, /) -> Iterator[Row]:
        """Rows of a query, in one job."""
        with self.watched():
            yield from map(tuple, self._sql(sql).collect())

    # as every engine has it
    def is_low_cardinality(self, relation: str, cell: str, /) -> bool:
        """Nobody knows: counting them takes a job of its own."""
        return False

    def fetch_sorted(self, sql: str, rows: int, /) -> Iterator[Row]:
        """Few rows come in one job and are sorted here; many are sorted on the cluster, where that
        takes another look at the data, and come one partition at a time.
        """
        if rows <= _FEW:
            yield from sorted(
                self.fetch(sql), key=lambda row: [(cell is None, cell) for cell in row]
            )
            return
        with self.watched():
            frame = self._sql(sql)
            order = [frame[name].asc_nulls_last() for name in frame.columns]
            yield from map(tuple, frame.sort(*order).toLocalIterator(prefetchPartitions=True))

    def fetch_mapped(self, judged: MappedQuery, columns: Columns, /) -> Iterator[Row]:
        """The function's rows, from the executors: few for each part, so they come in one job."""
        with self.watched():
            yield from map(tuple, self._judged(judged, columns).collect())

    def candidates(
        self, name: str, relation: str, /, *, record: str, cell: str, condition: str
    ) -> str:
        """A view.

        Where the condition asks what Java answers slowly, DuckDB answers it on the executors.
        """
        filled = (
            f"SELECT {record} AS record, {cell} AS cell FROM {quoted(relation)} WHERE {cell} IS NOT"
            " NULL"
        )
        asked = condition.replace(CELL, "cell")
        frame = (
            matching_rows(self._sql(filled), asked)
            if is_slow_on_jvm(condition)
            else self._sql(f"SELECT record, cell FROM ({filled}) AS filled WHERE {asked}")
        )
        frame.createOrReplaceTempView(name)
        return name

    def keep(self, relation: str, sql: str, /) -> None:
        """A query's rows on the executors' disks."""
        self._keep(relation, self._sql(sql)).createOrReplaceTempView(relation)

    def create_temp_table(
        self, relation: str, judged: Sequence[MappedQuery], columns: Columns, /
    ) -> None:
        """The functions' rows on the executors' disks, computed when they are first asked for."""
        parts = [self._judged(part, columns) for part in judged]
        self._keep(relation, functools.reduce(DataFrame.union, parts)).createOrReplaceTempView(
            relation
        )

    def drop(self, relation: str, /) -> None:
        """The executors' disk of what was kept."""
        if relation in self._kept:
            self._kept.pop(relation).unpersist()
        self.session.catalog.dropTempView(relation)

    def _sql(self, sql: str) -> DataFrame:
        self.scans.note(sql)
        self._make_views(said := to_spark(sql))
        return self.session.sql(said)

    def _judged(self, judged: MappedQuery, columns: Columns) -> DataFrame:
        frame = self._sql(judged.sql)
        if judged.judge is None:
            return frame
        judge, schema = (
            judged.judge,
            pa.schema(
                [
                    (name, pa.string() if kind == "VARCHAR" else pa.int64())
                    for name, kind in columns.items()
                ]
            ),
        )

        def judge_part(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
            rows = iter(
                judge(
                    row
                    for batch in batches
                    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
                )
            )
            while part := list(itertools.islice(rows, 10_000)):
                arrays = [
                    pa.array(cells, schema.field(place).type)
                    for place, cells in enumerate(zip(*part, strict=True))
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

        return frame.mapInArrow(
            judge_part,
            ", ".join(f"`{name}` {kind}" for name, kind in _spark_types(columns).items()),
        )

    def _keep(self, relation: str, frame: DataFrame) -> DataFrame:
        self.drop(relation)
        self._kept[relation] = frame.persist(StorageLevel.DISK_ONLY)
        return self._kept[relation]

    def progress(self) -> float | None:
        """Share of the tasks of Spark's running jobs that are done."""
        tracker = self.session.sparkContext.statusTracker()
        stages = [
            stage
            for number in tracker.getActiveStageIds()
            if (stage := tracker.getStageInfo(number)) is not None
        ]
        tasks = sum(stage.numTasks for stage in stages)
        return sum(stage.numCompletedTasks for stage in stages) / tasks if tasks else None

    def close(self) -> None:
        """Give up what was kept; the session goes on."""
        for relation in list(self._kept):
            self.drop(relation)
        _engines.pop(self._source_name, None)


def _spark_types(columns: Columns) -> dict[str, str]:
    return {name: "string" if kind == "VARCHAR" else "bigint" for name, kind in columns.items()}


def _arrow(frame: Any) -> pa.Table:
    """A table of a frame in memory; columns without any value are text."""
    table = (
        frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
    )
    return table.cast(
        pa.schema(
            [
                (field.name, pa.string() if pa.types.is_null(field.type) else field.type)
                for field in table.schema
            ]
        )
    )
