"""Expectations that look into cells: an SQL prefilter on every row, Python on the candidates it leaves.

The prefilter's counts are aggregates in the scan that all checks of a data set share; only columns in which it found
candidates are read a second time. Nothing found is carried in the result: counts by column, never a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation

from teleaudit.expectations.metrics import AGGREGATE, metric
from teleaudit.expectations.rows import DataSet, Fetch, quoted
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES, Kind
from teleaudit.verdicts import Answer, Deviation

_LEVELS = ("confirmed", "probable", "review")  # strongest first
_OWN_COLUMNS = frozenset({FILE_COLUMN, LINE_COLUMN, ISSUES_COLUMN})
_NEVER_CONTENT = ("DATE", "TIMESTAMP", "BOOLEAN")


@dataclass
class Found:
    """What was found in one record, over all its columns."""

    record_key: str
    columns: dict[str, str] = field(default_factory=dict)  # column -> level

    @property
    def level(self) -> str:
        """The strongest level of the record."""
        return min(self.columns.values(), key=_LEVELS.index)


class ExpectNoContent(BatchExpectation):
    """No cell of the columns holds what the detector looks for."""

    relation: str  # the exports' own rows, without what views join to them
    columns: list[str]
    key_sql: str

    success_keys: ClassVar[tuple[str, ...]] = ("relation", "columns")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def candidate(self, column: str) -> str:
        """SQL that is true of every cell of a column in which the detector could find something."""
        raise NotImplementedError

    def damaged(self) -> str:
        """SQL that is true of a row with a cell nobody can judge any more."""
        return "false"

    def hits(self, column: str, fetch: Fetch) -> Iterator[tuple[str, str]]:
        """Record key and level of every find in one column."""
        raise NotImplementedError

    def conditions(self) -> tuple[str, ...]:
        """It rests on no particular column: whatever is there is looked into."""
        return ()

    def get_validation_dependencies(self, execution_engine: Any = None, runtime_configuration: Any = None) -> Any:  # noqa: ANN401 (Great Expectations' signature)
        """Ask for the number of rows and of each column's candidates."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        for name, expression in self._aggregates().items():
            dependencies.set_metric_configuration(name, metric(AGGREGATE, expression, self.batch_id))
        return dependencies

    def _aggregates(self) -> dict[str, str]:
        rows = {"rows": "count(*)", "damaged": f"count(*) FILTER (WHERE {self.damaged()})"}
        return rows | {f"column {column}": f"count(*) FILTER (WHERE {self.candidate(column)})" for column in self.columns}

    def _validate(self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:  # noqa: ANN401, ARG002 (Great Expectations' signature)
        with execution_engine.get_connection() as connection:
            found = self.found({column: int(metrics[f"column {column}"]) for column in self.columns}, lambda sql: iter(connection.exec_driver_sql(sql)))
        return self._answer(int(metrics["rows"]), int(metrics["damaged"]), found).as_result()

    def found(self, candidates: Mapping[str, int], fetch: Fetch) -> dict[str, Found]:
        """Every record with a find, by its key; only columns with candidates are read."""
        records: dict[str, Found] = {}
        for column in (name for name, n in candidates.items() if n):
            for record_key, level in self.hits(column, fetch):
                record = records.setdefault(record_key, Found(record_key=record_key))
                record.columns[column] = min(level, record.columns.get(column, level), key=_LEVELS.index)
        return records

    def _answer(self, rows: int, damaged: int, found: Mapping[str, Found]) -> Answer:
        certain = [record for record in found.values() if record.level != "review"]
        columns: dict[str, int] = {}
        for record in certain:
            for column in record.columns:
                columns[column] = columns.get(column, 0) + 1
        return Answer(
            population=rows,
            assessable=rows - damaged,
            deviations=len(certain),
            exempted=0,
            reasons={"excel_damaged": damaged} if damaged else {},
            review=len(found) - len(certain),
            columns=dict(sorted(columns.items())),
        )

    def deviations(self, data_set: DataSet, fetch: Fetch, answer: Answer) -> Iterator[Deviation]:  # noqa: ARG002 (as every expectation has it)
        """Every record with a find that is confirmed or probable, in the order of its key."""
        found = self.found(answer.columns, fetch)
        for record in sorted(found.values(), key=lambda record: record.record_key):
            if record.level != "review":
                yield Deviation(record_key=record.record_key, column=";".join(sorted(record.columns)), level=record.level)


def text_of(column: str) -> str:
    """A column as text, whatever its type."""
    return f"CAST({quoted(column)} AS VARCHAR)"


def exported_columns(data_set: DataSet, table: str) -> list[str]:
    """The columns that the exports really have: mapped or kept under their own header, not what views or the reader add."""
    canonical = TABLES[table].names
    return [name for name in data_set.own if name not in _OWN_COLUMNS and (name not in canonical or name in data_set.filled)]


def columns_to_look_into(data_set: DataSet, table: str) -> list[str]:
    """Those of them that may hold text or long numbers."""
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    return [name for name in exported_columns(data_set, table) if not data_set.own[name].startswith(_NEVER_CONTENT) and kinds.get(name) is not Kind.DECIMAL]
