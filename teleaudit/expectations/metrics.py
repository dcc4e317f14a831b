"""The metrics that all our expectations rest on: how many rows fall into each class, aggregates,
and rows that meet a condition.

Great Expectations bundles aggregates of one batch into a single query; ``histogram`` of a CASE
expression is one aggregate and answers all of an expectation's numbers at once, so a data set is
scanned once for all its checks, and each condition is evaluated once per row (measured at the cost
of a hand-written query; four filtered counts cost twice as much).

Where rows meet a condition on one cell (what a detector wants to see), an engine may count them by
the column's different values: DuckDB does where they are few (``counting/by_value.py``).

The expressions are DuckDB's SQL. Spark has no histogram: there a metric hands its expression to the
engine, which counts the codes of all expectations in one job of its own (``engines/spark.py``).
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from great_expectations.compatibility.sqlalchemy import sqlalchemy as sa
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import SparkDFExecutionEngine, SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration

from teleaudit.counting import CELL

ROW_CLASSES = "table.row_classes"
AGGREGATE = "table.sql_aggregate"
MATCHING = "table.matching_rows"


class Asked(NamedTuple):
    """What Spark's engine is to compute: the name of a metric above and its expression; of rows
    that match, the cell and the condition on ``CELL`` too.
    """

    metric: str
    expression: str
    cell: str = ""
    condition: str = ""


# Great Expectations' signatures and values are untyped to us
class _Aggregate(TableMetricProvider):
    """A metric that is one aggregate on either engine."""

    metric_name: ClassVar[str]

    @staticmethod
    def sql(asked: Any) -> str:
        """What DuckDB computes, of the metric's values."""
        raise NotImplementedError

    @classmethod
    def on_spark(cls, asked: Any) -> Asked:
        """What Spark's engine is to compute."""
        return Asked(cls.metric_name, asked["expression"])

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(
        cls,  # noqa: N805 (the class is handed over)
        execution_engine: Any,
        metric_domain_kwargs: Any,
        metric_value_kwargs: Any,
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        return sa.literal_column(cls.sql(metric_value_kwargs)), metric_domain_kwargs, {}

    @metric_partial(
        engine=SparkDFExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _spark(
        cls,  # noqa: N805 (as above)
        execution_engine: Any,
        metric_domain_kwargs: Any,
        metric_value_kwargs: Any,
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        return cls.on_spark(metric_value_kwargs), metric_domain_kwargs, {}


class TableRowClasses(_Aggregate):
    """``{class code: number of rows}`` of an expression that gives each row its class."""

    metric_name = ROW_CLASSES
    value_keys = ("expression",)

    @staticmethod
    def sql(asked: Any) -> str:
        """The counts as one aggregate."""
        return f"histogram({asked['expression']})"


class TableSqlAggregate(_Aggregate):
    """The value of one aggregate expression over the batch."""

    metric_name = AGGREGATE
    value_keys = ("expression",)

    @staticmethod
    def sql(asked: Any) -> str:
        """The expression."""
        return f"({asked['expression']})"


class TableMatchingRows(_Aggregate):
    """The number of rows in which a cell meets a condition on ``CELL``.

    ``relation`` has the batch's rows; ``cell`` is an expression of type text.
    """

    metric_name = MATCHING
    value_keys = ("condition", "cell", "relation")

    @staticmethod
    def sql(asked: Any) -> str:
        """The number as an aggregate."""
        return f"(count(*) FILTER (WHERE {asked['condition'].replace(CELL, asked['cell'])}))"

    @classmethod
    def on_spark(cls, asked: Any) -> Asked:
        """The number, and of what."""
        return Asked(cls.metric_name, cls.sql(asked), asked["cell"], asked["condition"])


def matching(
    condition: str, *, cell: str, relation: str, batch_id: str | None
) -> MetricConfiguration:
    """The configuration of the last of the metrics above."""
    asked = {"condition": condition, "cell": cell, "relation": relation}
    return MetricConfiguration(
        metric_name=MATCHING, metric_domain_kwargs={"batch_id": batch_id}, metric_value_kwargs=asked
    )


def metric(name: str, expression: str, batch_id: str | None) -> MetricConfiguration:
    """The configuration of one of the first two."""
    domain = {"batch_id": batch_id}
    return MetricConfiguration(
        metric_name=name,
        metric_domain_kwargs=domain,
        metric_value_kwargs={"expression": expression},
    )
