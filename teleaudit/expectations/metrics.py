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

from typing import Any, NamedTuple

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


class TableRowClasses(TableMetricProvider):
    """``{class code: number of rows}`` of an expression that gives each row its class."""

    metric_name = ROW_CLASSES
    value_keys = ("expression",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    # the signature is Great Expectations'
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: Any,
        metric_domain_kwargs: Any,
        metric_value_kwargs: Any,
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        return (
            sa.literal_column(f"histogram({metric_value_kwargs['expression']})"),
            metric_domain_kwargs,
            {},
        )

    @metric_partial(
        engine=SparkDFExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    # the signature is Great Expectations'
    def _spark(
        cls,  # noqa: N805
        execution_engine: Any,
        metric_domain_kwargs: Any,
        metric_value_kwargs: Any,
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        return Asked(ROW_CLASSES, metric_value_kwargs["expression"]), metric_domain_kwargs, {}


class TableSqlAggregate(TableMetricProvider):
    """The value of one aggregate expression over the batch."""

    metric_name = AGGREGATE
    value_keys = ("expression",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    # the signature is Great Expectations'
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: Any,
        metric_domain_kwargs: Any,
        metric_value_kwargs: Any,
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        return sa.literal_column(f"({metric_value_kwargs['expression']})"), metric_domain_kwargs, {}

    @metric_partial(
        engine=SparkDFExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    # the signature is Great Expectations'
    def _spark(
        cls,  # noqa: N805 (as above)
        execution_engine: Any,
        metric_domain_kwargs: Any,
        metric_value_kwargs: Any,
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        return Asked(AGGREGATE, metric_value_kwargs["expression"]), metric_domain_kwargs, {}


class TableMatchingRows(TableMetricProvider):
    """The number of rows in which a cell meets a condition on ``CELL``.

    ``relation`` has the batch's rows; ``cell`` is an expression of type text.
    """

    metric_name = MATCHING
    value_keys = ("condition", "cell", "relation")

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    # the signature is Great Expectations'
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: Any,
        metric_domain_kwargs: Any,
        metric_value_kwargs: Any,
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        return sa.literal_column(f"({_matching(metric_value_kwargs)})"), metric_domain_kwargs, {}

    @metric_partial(
        engine=SparkDFExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    # the signature is Great Expectations'
    def _spark(
        cls,  # noqa: N805
        execution_engine: Any,
        metric_domain_kwargs: Any,
        metric_value_kwargs: Any,
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        return (
            Asked(
                MATCHING,
                _matching(metric_value_kwargs),
                metric_value_kwargs["cell"],
                metric_value_kwargs["condition"],
            ),
            metric_domain_kwargs,
            {},
        )


def _matching(asked: Any) -> str:
    return f"count(*) FILTER (WHERE {asked['condition'].replace(CELL, asked['cell'])})"


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
