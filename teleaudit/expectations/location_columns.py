"""No column of the teledata holds where somebody was.

The unit is the column: which places a record holds is a matter of how the data set is built. Which column names mean a
place is ``detectors.location``'s; a column without any value holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation

from teleaudit.detectors.location import location_columns
from teleaudit.expectations.asking import Asks
from teleaudit.expectations.content import exported_columns
from teleaudit.expectations.metrics import AGGREGATE, metric
from teleaudit.expectations.rows import DataSet, quoted
from teleaudit.verdicts import Answer, Deviation


class ExpectNoLocationColumns(BatchExpectation):
    """Columns named for a cell, a mast, an area code or coordinates are empty or absent."""

    columns: list[str]  # those named for a place
    others: int  # how many columns are named for something else

    success_keys: ClassVar[tuple[str, ...]] = ("columns", "others")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def conditions(self) -> tuple[str, ...]:
        """It rests on no particular column."""
        return ()

    def get_validation_dependencies(self, execution_engine: Any = None, runtime_configuration: Any = None) -> Any:  # noqa: ANN401 (Great Expectations' signature)
        """Ask how many values each of the columns holds."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        dependencies.set_metric_configuration("rows", metric(AGGREGATE, "count(*)", self.batch_id))
        for column in self.columns:
            dependencies.set_metric_configuration(f"column {column}", metric(AGGREGATE, f"count({quoted(column)})", self.batch_id))
        return dependencies

    def _validate(self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:  # noqa: ANN401, ARG002 (Great Expectations' signature)
        held = {column: int(metrics[f"column {column}"]) for column in self.columns}
        n = len(self.columns) + self.others if int(metrics["rows"]) else 0  # without rows no column says anything
        return Answer(population=n, assessable=n, deviations=sum(1 for count in held.values() if count), exempted=0, columns={c: k for c, k in held.items() if k}).as_result()

    def deviations(self, data_set: DataSet, asks: Asks, answer: Answer) -> Iterator[Deviation]:  # noqa: ARG002 (as every expectation has it)
        """Every such column that holds values."""
        for column in sorted(answer.columns):
            yield Deviation(record_key=column, column=column)


def no_location_columns(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoLocationColumns:  # noqa: ANN401 (meta)
    """The expectation for the columns a data set has."""
    own = exported_columns(data_set, table)
    named = list(location_columns(own))
    return ExpectNoLocationColumns(columns=named, others=len(own) - len(named), **kwargs)
