"""Expectations that judge each row by itself, written once in DuckDB's SQL.

A row expectation has four parts: scope (which rows it speaks about), not_assessable (why a row cannot be judged),
violates, and exempt (grounds on which a violating row may stay); beside them ``legal``, readings on which only a lawyer
can decide. They become one CASE expression that gives each row its class; where rows have a deadline, its month is added
to the code of the class, so that the figures by month cost no scan of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation

from teleaudit.expectations.asking import Asks
from teleaudit.expectations.metrics import ROW_CLASSES, metric
from teleaudit.verdicts import Answer, Deviation

_OUT_OF_SCOPE, _HOLDS, _DEVIATES = 0, 1, 2
_REASONS, _EXEMPTIONS, _LEGAL = 100, 200, 300
_MONTH = 1_000  # a row's code is its class plus a thousand times its deadline's month, counted from the year 0


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """What an expectation may know of the data set it judges."""

    name: str  # of the relation
    key: tuple[str, ...]  # empty: records are known by file and line
    own: dict[str, str]  # columns of the exports themselves, name -> type in DuckDB's words
    filled: frozenset[str]  # canonical columns that the exports really have

    @property
    def key_sql(self) -> str:
        """A text expression for the record's key: the key columns joined by ``|``, or file and line where one is null."""
        place = "coalesce(_file, '') || ':' || coalesce(CAST(_line AS VARCHAR), '')"
        if not self.key:
            return place
        joined = " || '|' || ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in self.key)
        return f"coalesce({joined}, {place})"


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


class ExpectRowsToSatisfy(BatchExpectation):
    """No row in scope that can be judged violates the condition, unless it is exempt.

    A condition that is null is not true: a null that matters belongs in ``not_assessable``.
    """

    scope: str = "true"
    not_assessable: dict[str, str] = {}  # noqa: RUF012 (a pydantic field: copied per instance)
    violates: str
    exempt: dict[str, str] = {}  # noqa: RUF012
    legal: dict[str, str] = {}  # noqa: RUF012
    due: str | None = None  # the date the row was due, where there is one

    success_keys: ClassVar[tuple[str, ...]] = ("scope", "not_assessable", "violates", "exempt", "legal")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def classification(self) -> str:
        """The CASE expression that gives a row its class."""
        either = " OR ".join(f"coalesce({condition}, false)" for condition in (self.violates, *self.legal.values()))
        arms = [
            *([] if self.scope == "true" else [f"WHEN NOT coalesce({self.scope}, false) THEN {_OUT_OF_SCOPE}"]),
            *(f"WHEN {condition} THEN {_REASONS + i}" for i, condition in enumerate(self.not_assessable.values())),
            f"WHEN NOT ({either}) THEN {_HOLDS}",
            *(f"WHEN {condition} THEN {_EXEMPTIONS + i}" for i, condition in enumerate(self.exempt.values())),
            *(f"WHEN {condition} AND NOT coalesce({self.violates}, false) THEN {_LEGAL + i}" for i, condition in enumerate(self.legal.values())),
        ]
        return f"CASE {' '.join(arms)} ELSE {_DEVIATES} END"

    def code(self) -> str:
        """The class of a row and, above it, the month of its deadline; a row without one has month 0."""
        if self.due is None:
            return self.classification()
        return f"{self.classification()} + {_MONTH} * coalesce(12 * year({self.due}) + month({self.due}) - 1, 0)"

    def get_validation_dependencies(self, execution_engine: Any = None, runtime_configuration: Any = None) -> Any:  # noqa: ANN401 (Great Expectations' signature)
        """Ask for the one aggregate."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        dependencies.set_metric_configuration(ROW_CLASSES, metric(ROW_CLASSES, self.code(), self.batch_id))
        return dependencies

    def _validate(self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:  # noqa: ANN401, ARG002 (Great Expectations' signature)
        codes = metrics[ROW_CLASSES] or {}  # null over an empty table; Great Expectations has made its keys texts
        return self.answer({int(code): int(rows) for code, rows in codes.items()}).as_result()

    def answer(self, codes: Mapping[int, int]) -> Answer:
        """The four numbers, and the figures by month, from the rows per code."""
        classes: dict[int, int] = {}
        months: dict[str, list[int]] = {}
        for code, rows in sorted(codes.items()):
            month, row_class = divmod(code, _MONTH)
            classes[row_class] = classes.get(row_class, 0) + rows
            if month and (row_class in {_HOLDS, _DEVIATES} or row_class >= _EXEMPTIONS):
                counts = months.setdefault(f"{month // 12:04}-{month % 12 + 1:02}", [0, 0])
                counts[0] += rows
                counts[1] += rows if row_class == _DEVIATES else 0
        reasons = _named(self.not_assessable, classes, _REASONS)
        exemptions = _named(self.exempt, classes, _EXEMPTIONS)
        population = sum(n for row_class, n in classes.items() if row_class != _OUT_OF_SCOPE)
        return Answer(
            population=population,
            assessable=population - sum(reasons.values()),
            deviations=classes.get(_DEVIATES, 0),
            exempted=sum(exemptions.values()),
            reasons=reasons,
            exemptions=exemptions,
            legal=_named(self.legal, classes, _LEGAL),
            due_by_month=months,
        )

    def deviations(self, data_set: DataSet, asks: Asks, answer: Answer) -> Iterator[Deviation]:
        """Every deviating record, in the order of its key."""
        due = self.due or "CAST(NULL AS DATE)"
        sql = f"SELECT {data_set.key_sql} AS record_key, CAST({due} AS VARCHAR) AS due FROM {quoted(data_set.name)} WHERE {self.classification()} = {_DEVIATES}"
        for record_key, due_date in asks.fetch_sorted(sql, answer.deviations):
            yield Deviation(record_key=record_key, due_date=due_date or "")


def _named(conditions: dict[str, str], classes: dict[int, int], base: int) -> dict[str, int]:
    return {name: classes[base + i] for i, name in enumerate(conditions) if classes.get(base + i)}
