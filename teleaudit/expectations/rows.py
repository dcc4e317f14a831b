"""Expectations that judge each row by itself, written once in DuckDB's SQL.

A row expectation has four parts: scope (which rows it speaks about), not_assessable (why a row
cannot be judged), violates, and exempt (grounds on which a violating row may stay); beside them
``legal``, readings on which only a lawyer can decide. They become one CASE expression that gives
each row its class; where rows have a deadline, its month is added to the code of the class, so that
the figures by month cost no scan of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation

from teleaudit.expectations.certainty import FALSE, TRUE, certain, possible, touches
from teleaudit.expectations.metrics import ROW_CLASSES, metric
from teleaudit.expectations.queries import Queries
from teleaudit.rules.verdicts import EXPORTS_PARTED, Answer, Deviation, Owner, SetAside
from teleaudit.schema import FILE_COLUMN
from teleaudit.schema.sql import literal, quoted

_OUT_OF_SCOPE, _HOLDS, _DEVIATES = 0, 1, 2
# a row past several readings counts under each: 300 and a bit for each
_REASONS, _EXEMPTIONS, _LEGAL = 100, 200, 300
_OWNER = "customer_id"  # exemptions are the customer's
_NO_TEXT = "CAST(NULL AS VARCHAR)"
# a row's code is its class plus a thousand times its deadline's month, counted from the year 0
_MONTH = 1_000


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """What an expectation may know of the data set it judges."""

    name: str  # of the relation
    key: tuple[str, ...]  # empty: records are known by file and line
    own: dict[str, str]  # columns of the exports themselves, name -> type in DuckDB's words
    filled: frozenset[str]  # canonical columns that the exports really have
    columns: frozenset[str] = frozenset()  # of the relation, also what views add
    # of its table, name -> files
    exports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def key_sql(self) -> str:
        """A text expression for the record's key: the key columns joined by ``|``, or file and line
        where one is null.
        """
        place = "coalesce(_file, '') || ':' || coalesce(CAST(_line AS VARCHAR), '')"
        if not self.key:
            return place
        joined = " || '|' || ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in self.key)
        return f"coalesce({joined}, {place})"

    @property
    def owner_sql(self) -> str:
        """Columns ``customer_id`` and ``export`` of a record, for a query's select list."""
        owner = f"CAST({_OWNER} AS VARCHAR)" if _OWNER in self.columns else _NO_TEXT
        return f"{owner} AS customer_id, {self._export_sql} AS export"

    @property
    def _export_sql(self) -> str:
        """The export that a record comes from; all of them where nobody can tell which."""
        if len(self.exports) < 2 or FILE_COLUMN not in self.columns:
            return literal(EXPORTS_PARTED.join(self.exports))
        return "CASE {} END".format(
            " ".join(
                f"WHEN {FILE_COLUMN} IN ({', '.join(map(literal, files))}) THEN {literal(name)}"
                for name, files in self.exports.items()
                if files
            )
        )

    def with_blocks(self, records: str) -> str:
        """A query of records with ``owner_sql`` at its end, and after that ``blocked_by``."""
        if _OWNER not in self.columns:
            return f"SELECT *, {_NO_TEXT} AS blocked_by FROM ({records}) AS records"
        return (
            f"SELECT records.*, blocked.blocked_by FROM ({records}) AS records LEFT JOIN"
            " blocked_customer AS blocked ON records.customer_id = blocked.customer_id"
        )


def owner_of(cells: Sequence[str | None]) -> Owner:
    """Whose a record is, from the last cells of such a query."""
    return Owner(*(cell or "" for cell in cells))


class ExpectRowsToSatisfy(BatchExpectation):
    """No row in scope that can be judged violates the condition, unless it is exempt.

    A condition that is null is not true: a null that matters belongs in ``not_assessable``. What
    violates whatever the missing value would be is a deviation all the same (``certainty``); only
    the rest cannot be judged.
    """

    scope: str = "true"
    not_assessable: dict[str, str] = {}  # noqa: RUF012 (a pydantic field: copied per instance)
    violates: str
    exempt: dict[str, str] = {}  # noqa: RUF012
    legal: dict[str, str] = {}  # noqa: RUF012
    due: str | None = None  # the date the row was due, where there is one
    # by reason: the columns that cannot be relied on where it holds
    doubted: dict[str, list[str]] = {}  # noqa: RUF012
    # by reason: the columns of which nobody knows anything, for no row
    absent: dict[str, list[str]] = {}  # noqa: RUF012
    certain: list[str] = []  # noqa: RUF012 # of these, those that are true where they say so
    unset: str | None = None  # a parameter that the conditions rest on and nobody has set

    success_keys: ClassVar[tuple[str, ...]] = (
        "scope",
        "not_assessable",
        "violates",
        "exempt",
        "legal",
        "doubted",
        "absent",
        "certain",
    )
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def classification(self) -> str:
        """The CASE expression that gives a row its class."""
        absent = self._absent
        scope = possible(self.scope, absent)
        either = " OR ".join(
            f"coalesce({possible(condition, absent)}, false)"
            for condition in (self.violates, *self.legal.values())
        )
        arms = [
            *(
                []
                if scope.casefold() == "true"
                else [f"WHEN NOT coalesce({scope}, false) THEN {_OUT_OF_SCOPE}"]
            ),
            *self._arms_of_reasons(),
            f"WHEN NOT ({either}) THEN {_HOLDS}",
        ]
        if absent:
            sure = self._surely_deviates(absent)
            return (
                f"CASE {' '.join(arms)}"
                f" {f'WHEN {sure} THEN {_DEVIATES} ' if sure != FALSE else ''}ELSE"
                f" {_REASONS + len(self.not_assessable)} END"
            )
        arms += [
            *(
                f"WHEN {condition} THEN {_EXEMPTIONS + i}"
                for i, condition in enumerate(self.exempt.values())
            ),
            *(
                [f"WHEN NOT coalesce({self.violates}, false) THEN {_LEGAL} + {self._readings()}"]
                if self.legal
                else []
            ),
        ]
        return f"CASE {' '.join(arms)} ELSE {_DEVIATES} END"

    @property
    def _absent(self) -> frozenset[str]:
        return frozenset(column for columns in self.absent.values() for column in columns)

    def _readings(self) -> str:
        """A bit for each reading that a row is past."""
        return " + ".join(
            f"CASE WHEN coalesce({condition}, false) THEN {1 << i} ELSE 0 END"
            for i, condition in enumerate(self.legal.values())
        )

    def _arms_of_reasons(self) -> Iterator[str]:
        """Why a row cannot be judged; a row that violates whatever the doubted columns hold
        deviates all the same.
        """
        bounds = {
            name: possible(condition, self._absent)
            for name, condition in self.not_assessable.items()
        }
        for i, (name, condition) in enumerate(bounds.items()):
            if condition == TRUE:
                continue  # says of a column that no row has that it is empty
            others = [other for reason, other in bounds.items() if reason != name and other != TRUE]
            sure = (
                self._surely_deviates({*self._absent, *self.doubted[name]}, *others)
                if name in self.doubted
                else FALSE
            )
            yield (
                f"WHEN {condition} THEN {_REASONS + i}"
                if sure == FALSE
                else (
                    f"WHEN {condition} THEN CASE WHEN {sure} THEN {_DEVIATES} ELSE"
                    f" {_REASONS + i} END"
                )
            )

    def _surely_deviates(self, unknown: Collection[str], *others: str) -> str:
        """A condition that only holds for rows that violate and are not exempt, whatever the
        unknown columns hold, and of which no other reason holds.
        """
        if self.exempt and _OWNER in unknown:
            return FALSE  # nobody knows whose record it is, and so whether it is exempt
        violates, scope = (
            certain(condition, {*unknown} - {*self.certain})
            for condition in (self.violates, self.scope)
        )
        exempt = [possible(condition, unknown) for condition in self.exempt.values()]
        if FALSE in {violates.upper(), scope.upper()} or "TRUE" in {
            condition.upper() for condition in exempt
        }:
            return FALSE
        held = [
            f"coalesce({condition}, false)"
            for condition in (scope, violates)
            if condition.casefold() != "true"
        ]
        return (
            " AND ".join(
                [*held, *(f"NOT coalesce({condition}, false)" for condition in (*exempt, *others))]
            )
            or "TRUE"
        )

    def may_deviate(self) -> bool:
        """Whether some row can be known to deviate without the absent columns."""
        return self._surely_deviates(self._absent) != FALSE

    def code(self) -> str:
        """The class of a row and, above it, the month of its deadline; a row without one has month
        0.
        """
        due = self._known_due
        if due is None:
            return self.classification()
        return (
            f"{self.classification()} + {_MONTH} * coalesce(12 * year({due}) + month({due}) - 1, 0)"
        )

    @property
    def _known_due(self) -> str | None:
        return None if self.due is None or touches(self.due, self._absent) else self.due

    # Great Expectations' signature
    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None
    ) -> Any:
        """Ask for the one aggregate."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        dependencies.set_metric_configuration(
            ROW_CLASSES, metric(ROW_CLASSES, self.code(), self.batch_id)
        )
        return dependencies

    # Great Expectations' signature
    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: Any = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        # null over an empty table; Great Expectations has made its keys texts
        codes = metrics[ROW_CLASSES] or {}
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
        reasons = _named([*self.not_assessable, *self.absent], classes, _REASONS)
        exemptions = _named(self.exempt, classes, _EXEMPTIONS)
        population = sum(n for row_class, n in classes.items() if row_class != _OUT_OF_SCOPE)
        return Answer(
            population=population,
            assessable=population - sum(reasons.values()),
            deviations=classes.get(_DEVIATES, 0),
            exempted=sum(exemptions.values()),
            reasons=reasons,
            exemptions=exemptions,
            legal={
                name: rows
                for i, name in enumerate(self.legal)
                if (
                    rows := sum(
                        n
                        for row_class, n in classes.items()
                        if row_class >= _LEGAL and (row_class - _LEGAL) >> i & 1
                    )
                )
            },
            legal_records=sum(rows for row_class, rows in classes.items() if row_class >= _LEGAL),
            due_by_month=months,
        )

    # as every expectation that looks at records has it
    def found_records(
        self, data_set: DataSet, _answer: Answer, *, customer: str, began: str
    ) -> str:
        """A query of the deviating records with these expressions of them, as ``customer_id`` and
        ``began``.
        """
        return (
            f"SELECT {customer} AS {_OWNER}, {began} AS began FROM {quoted(data_set.name)} WHERE"
            f" {self.classification()} = {_DEVIATES}"
        )

    def deviations(self, data_set: DataSet, asks: Queries, answer: Answer) -> Iterator[Deviation]:
        """Every deviating record, in the order of its key."""
        due = self._known_due or "CAST(NULL AS DATE)"
        sql = (
            f"SELECT {data_set.key_sql} AS record_key, CAST({due} AS VARCHAR) AS due,"
            f" {data_set.owner_sql} FROM {quoted(data_set.name)} WHERE {self.classification()} ="
            f" {_DEVIATES}"
        )
        for record_key, due_date, *owner in asks.fetch_sorted(
            data_set.with_blocks(sql), answer.deviations
        ):
            yield Deviation(record_key, due_date=due_date or "", owner=owner_of(owner))

    def set_aside(self, data_set: DataSet, asks: Queries, answer: Answer) -> Iterator[SetAside]:
        """Every record that is exempt or for a lawyer, in the order of its key."""
        due = self._known_due or "CAST(NULL AS DATE)"
        sql = (
            f"SELECT * FROM (SELECT {data_set.key_sql} AS record_key, {self.classification()} AS"
            f" class, CAST({due} AS VARCHAR) AS due, {data_set.owner_sql} FROM"
            f" {quoted(data_set.name)}) AS judged WHERE class >= {_EXEMPTIONS}"
        )
        exempt, readings = tuple(self.exempt), tuple(self.legal)
        for record_key, row_class, due_date, *cells in asks.fetch_sorted(
            data_set.with_blocks(sql), answer.exempted + answer.legal_records
        ):
            due_day, owner = due_date or "", owner_of(cells)
            if row_class < _LEGAL:
                ground = exempt[row_class - _EXEMPTIONS]
                yield SetAside(record_key, "exempt", ground, due_day, owner)
            else:
                past = [name for i, name in enumerate(readings) if (row_class - _LEGAL) >> i & 1]
                yield SetAside(record_key, "legal", ";".join(past), due_day, owner)


def left_to_a_lawyer(violates: str, grounds: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """What violates while none of the grounds may hold, and by name of a ground what would if it
    did not.
    """
    if not grounds:
        return violates, {}
    certain = (f"({violates})", *(f"NOT coalesce({ground}, false)" for ground in grounds.values()))
    return " AND ".join(certain), {
        name: f"({violates}) AND ({ground})" for name, ground in grounds.items()
    }


def _named(conditions: Iterable[str], classes: dict[int, int], base: int) -> dict[str, int]:
    return {name: classes[base + i] for i, name in enumerate(conditions) if classes.get(base + i)}
