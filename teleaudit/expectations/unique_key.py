"""No two records of a data set have the same key.

The second and every later record with a key deviates; which one is first is decided by file and line. Great Expectations'
own uniqueness expectation counts every record of a group, the first included, by a window over the whole table; counting
distinct keys is one aggregate in the scan that all checks share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation

from teleaudit.expectations.asking import Asks
from teleaudit.expectations.metrics import AGGREGATE, metric
from teleaudit.expectations.rows import DataSet, quoted
from teleaudit.verdicts import Answer, Deviation


class ExpectUniqueKey(BatchExpectation):
    """Every key occurs once; a row without a key cannot be judged."""

    key: list[str]

    success_keys: ClassVar[tuple[str, ...]] = ("key",)
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def _present(self) -> str:
        return " AND ".join(f"{quoted(name)} IS NOT NULL" for name in self.key)

    def _tuple(self) -> str:
        return quoted(self.key[0]) if len(self.key) == 1 else "(" + ", ".join(quoted(name) for name in self.key) + ")"

    def conditions(self) -> tuple[str, ...]:
        """The columns it rests on, as SQL."""
        return (self._present(),)

    def get_validation_dependencies(self, execution_engine: Any = None, runtime_configuration: Any = None) -> Any:  # noqa: ANN401 (Great Expectations' signature)
        """Ask for three aggregates."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        for name, expression in self._aggregates().items():
            dependencies.set_metric_configuration(name, metric(AGGREGATE, expression, self.batch_id))
        return dependencies

    def _aggregates(self) -> dict[str, str]:
        return {
            "rows": "count(*)",
            "keyed": f"count(*) FILTER (WHERE {self._present()})",
            "distinct": f"count(DISTINCT {self._tuple()}) FILTER (WHERE {self._present()})",
        }

    def _validate(self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:  # noqa: ANN401, ARG002 (Great Expectations' signature)
        rows, keyed, distinct = (int(metrics[name]) for name in ("rows", "keyed", "distinct"))
        reasons = {"missing_key": rows - keyed} if rows > keyed else {}
        return Answer(population=rows, assessable=keyed, deviations=keyed - distinct, exempted=0, reasons=reasons).as_result()

    def deviations(self, data_set: DataSet, asks: Asks, answer: Answer) -> Iterator[Deviation]:  # noqa: ARG002 (as every expectation has it)
        """Every record whose key an earlier record has, known by file and line."""
        columns = ", ".join(quoted(name) for name in self.key)
        relation = quoted(data_set.name)
        rows = asks.fetch(
            f"SELECT coalesce(_file, '') || ':' || coalesce(CAST(_line AS VARCHAR), '') AS record_key FROM ("
            f"SELECT _file, _line, row_number() OVER (PARTITION BY {columns} ORDER BY _file, _line) AS nth FROM {relation} "
            f"WHERE {self._present()} AND {self._tuple()} IN (SELECT {self._tuple()} FROM {relation} WHERE {self._present()} GROUP BY {columns} HAVING count(*) > 1)"
            f") AS repeated WHERE nth > 1 ORDER BY record_key"
        )
        for (record_key,) in rows:
            yield Deviation(record_key=record_key)
