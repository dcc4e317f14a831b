"""Expectations that judge columns: some of a data set's columns must not hold any value.

The unit is the column: what a record holds is a matter of how the data set is built. A column
without any value holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation

from teleaudit.expectations.metrics import AGGREGATE, metric
from teleaudit.expectations.queries import Queries
from teleaudit.expectations.rows import DataSet
from teleaudit.rules.verdicts import EXPORTS_PARTED, Answer, Deviation, Owner
from teleaudit.schema.sql import quoted


class ExpectEmptyColumns(BatchExpectation):
    """The columns named hold no value."""

    columns: list[str]  # those that must be empty
    others: int  # how many columns may hold what they like

    unit: ClassVar[str] = "column"
    success_keys: ClassVar[tuple[str, ...]] = ("columns", "others")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def aggregates(self) -> dict[str, str]:
        """What is asked in the data set's one scan, by name."""
        return {"rows": "count(*)"} | {
            f"column {column}": f"count({quoted(column)})" for column in self.columns
        }

    # Great Expectations' signature
    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None
    ) -> Any:
        """Ask how many values each of the columns holds."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        for name, expression in self.aggregates().items():
            dependencies.set_metric_configuration(
                name, metric(AGGREGATE, expression, self.batch_id)
            )
        return dependencies

    # Great Expectations' signature
    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: Any = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        return self.answer(
            {name: int(metrics[name] or 0) for name in self.aggregates()}
        ).as_result()

    def answer(self, counts: dict[str, int]) -> Answer:
        """The four numbers from what was asked."""
        held = {column: count for column in self.columns if (count := counts[f"column {column}"])}
        # without rows no column says anything
        n = len(self.columns) + self.others if counts["rows"] else 0
        return Answer(population=n, assessable=n, deviations=len(held), exempted=0, columns=held)

    # as every expectation has it
    def deviations(self, data_set: DataSet, asks: Queries, answer: Answer) -> Iterator[Deviation]:
        """Every such column that holds values."""
        for column in sorted(answer.columns):
            owner = Owner(export=EXPORTS_PARTED.join(data_set.exports))
            yield Deviation(record_key=column, column=column, owner=owner)
