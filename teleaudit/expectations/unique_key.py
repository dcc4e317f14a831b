"""No two records of a data set have the same key (legs of one call, which share it, are told
apart).

The second and every later record with a key deviates; which one is first is decided by file and
line. Great Expectations' own uniqueness expectation counts every record of a group, the first
included, by a window over the whole table. Here the scan that all checks share counts the distinct
hashes of the keys, which take half the memory and time of the keys. As many hashes as keys prove
every key unique, since a collision only lowers their number. Otherwise the records whose hash
occurs more than once, and no others, are compared by their keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation

from teleaudit.expectations.metrics import AGGREGATE, metric
from teleaudit.expectations.queries import Queries, temp_table_name
from teleaudit.expectations.rows import DataSet, owner_of
from teleaudit.rules.verdicts import Answer, Deviation
from teleaudit.schema import FILE_COLUMN, LINE_COLUMN, TABLES
from teleaudit.schema.sql import quoted

_HASH = "hash"  # 64 bits; the keys themselves decide, so its quality is a matter of speed alone


class ExpectUniqueKey(BatchExpectation):
    """Every key occurs once; a row without a key cannot be judged."""

    relation: str  # the exports' own rows, without what views join to them
    key: list[str]
    # filled columns; records of one key that differ there are no duplicates
    told_apart_by: list[str] = []  # noqa: RUF012

    success_keys: ClassVar[tuple[str, ...]] = ("relation", "key", "told_apart_by")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def _present(self) -> str:
        return " AND ".join(f"{quoted(name)} IS NOT NULL" for name in self.key)

    def _columns(self) -> str:
        return ", ".join(quoted(name) for name in (*self.key, *self.told_apart_by))

    # Great Expectations' signature
    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None
    ) -> Any:
        """Ask for three aggregates."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        for name, expression in self._aggregates().items():
            dependencies.set_metric_configuration(
                name, metric(AGGREGATE, expression, self.batch_id)
            )
        return dependencies

    def _aggregates(self) -> dict[str, str]:
        return {
            "rows": "count(*)",
            "keyed": f"count(*) FILTER (WHERE {self._present()})",
            "hashes": (
                f"count(DISTINCT {_HASH}({self._columns()})) FILTER (WHERE {self._present()})"
            ),
        }

    # Great Expectations' signature
    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: Any = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        rows, keyed, hashes = (int(metrics[name]) for name in ("rows", "keyed", "hashes"))
        reasons = {"missing_key": rows - keyed} if rows > keyed else {}
        deviations = self._keep_repeated(execution_engine.asks) if hashes < keyed else 0
        return Answer(
            population=rows, assessable=keyed, deviations=deviations, exempted=0, reasons=reasons
        ).as_result()

    def _keep_repeated(self, asks: Queries) -> int:
        """Keep, with the engine, every record whose key an earlier one has; their number."""
        relation, hashes, repeated = (
            quoted(self.relation),
            temp_table_name("hashes", self.meta),
            temp_table_name("repeated", self.meta),
        )
        hashed = f"{_HASH}({self._columns()})"
        table = TABLES[self.relation.removeprefix("export_")]
        owner = {"customer_id"}.intersection(table.names)
        kept = ", ".join((FILE_COLUMN, LINE_COLUMN, *owner))
        asks.keep(
            hashes,
            f"SELECT {hashed} AS key_hash FROM {relation} WHERE {self._present()} GROUP BY {hashed}"
            " HAVING count(*) > 1",
        )
        asks.keep(
            repeated,
            "SELECT coalesce(_file, '') || ':' || coalesce(CAST(_line AS VARCHAR), '') AS"
            f" record_key, {kept} FROM (SELECT {kept}, row_number() OVER (PARTITION BY"
            f" {self._columns()} ORDER BY _file, _line) AS nth FROM {relation} WHERE"
            f" {self._present()} AND {hashed} IN (SELECT key_hash FROM {hashes})) AS candidates"
            " WHERE nth > 1",
        )
        asks.drop(hashes)
        ((number,),) = asks.fetch(f"SELECT count(*) FROM {repeated}")
        return int(number)

    # as every expectation has it
    def deviations(self, data_set: DataSet, asks: Queries, answer: Answer) -> Iterator[Deviation]:
        """Every record whose key an earlier record has, known by file and line.

        They are given up with it.
        """
        repeated = temp_table_name("repeated", self.meta)
        sql = f"SELECT record_key, {data_set.owner_sql} FROM {repeated}"
        for record_key, *owner in asks.fetch_sorted(data_set.with_blocks(sql), answer.deviations):
            yield Deviation(record_key, owner=owner_of(owner))
        asks.drop(repeated)
