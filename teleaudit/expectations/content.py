"""Expectations that look into cells: an SQL prefilter on every row, Python on the candidates it
leaves.

The prefilter's counts are taken in the scan that all checks of a data set share, or from a column's
different values where they are few; only columns in which it found candidates are read again. What
is found stays with the engine, as a relation of record, column and level. Nothing found is carried
in the result: counts by column, never a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from great_expectations.expectations.expectation import BatchExpectation

from teleaudit.counting import CELL
from teleaudit.detectors.decisions import ColumnDecision, combine
from teleaudit.detectors.judge import (
    LEVELS,
    candidates_sql,
    cell_counts,
    cell_finds,
    context_of,
    judge,
)
from teleaudit.detectors.kinds import Detector, of_kind
from teleaudit.expectations.metrics import AGGREGATE, matching, metric
from teleaudit.expectations.queries import Columns, MappedQuery, Queries, temp_table_name
from teleaudit.expectations.rows import DataSet, owner_of
from teleaudit.rules.verdicts import Answer, Deviation
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES, Kind
from teleaudit.schema.sql import literal, quoted

# place and level by their number
FINDS: Columns = {"record_key": "VARCHAR", "place": "BIGINT", "level": "BIGINT"}
_REVIEW = LEVELS.index("review")
_OWN_COLUMNS = frozenset({FILE_COLUMN, LINE_COLUMN, ISSUES_COLUMN})
_OF_NUMBERS = frozenset({"card", "cpr"})
_NEVER_CONTENT = ("DATE", "TIMESTAMP", "BOOLEAN")


class Found(NamedTuple):
    """What an expectation found out about one column."""

    decision: ColumnDecision
    # its cells worth judging one by one; nobody asks where the column as a whole holds nothing
    cells: MappedQuery | None = None


class ExpectNoContent(BatchExpectation):
    """No cell of the columns holds finds of one kind.

    This class fetches cells and keeps what is found; the judge says which cells, and what they are.
    """

    relation: str  # the exports' own rows, without what views join to them
    columns: list[str]
    key_sql: str
    context: dict[str, int]  # what the judge knows of the table
    own_domains: list[str]  # the operator's, which are no browsing data

    success_keys: ClassVar[tuple[str, ...]] = ("relation", "columns")
    args_keys: ClassVar[tuple[str, ...]] = success_keys
    kind: ClassVar[str]

    def detectors(self, column: str) -> Sequence[Detector]:
        """Those that the column is asked of."""
        return [
            one for one in of_kind(self.kind, own_domains=self.own_domains) if one.concerns(column)
        ]

    def candidate(self, column: str, cell: str) -> str:
        """SQL that is true of every cell of a column in which something could be found.

        ``cell`` is an expression of type text.
        """
        return candidates_sql(self.detectors(column), column, cell)

    def cell(self, column: str) -> str:
        """The text of a column's cell."""
        return text_of(column)

    def candidates(self, column: str, asks: Queries) -> str:
        """Record and cell of a column's candidates, as a relation."""
        return asks.candidates(
            self.temp_table_name(f"candidates_{self.place(column)}"),
            self.relation,
            record=self.key_sql,
            cell=self.cell(column),
            condition=self.candidate(column, CELL),
        )

    def damaged(self) -> str:
        """SQL that is true of a row with a cell nobody can judge any more."""
        return "false"

    def found(self, column: str, asks: Queries, filled: int) -> Found:
        """What the column is as a whole, and a query with the function that makes of its rows the
        column's finds (``FINDS``).

        ``filled`` is the number of its cells that are filled. What is kept with the engine is named
        ``cells_``, ``levels_`` or ``candidates_`` and the column's place, by ``temp_table_name``.
        """
        cells = self.temp_table_name(f"cells_{self.place(column)}")
        asks.keep(cells, self.cells_query(column, asks))
        counts = self.counts(column, cells, asks, filled)
        judged = [
            judge(one, counts, name=column, context=self.context) for one in self.detectors(column)
        ]
        held = [one for one in judged if one.holds]
        finds = partial(cell_finds, judged=held, place=self.place(column))
        return Found(
            combine(one.decision for one in judged),
            MappedQuery(sql=f"SELECT record, cell FROM {cells}", judge=finds),
        )

    def cells_query(self, column: str, asks: Queries) -> str:
        """A query for record and cell of what is judged one by one."""
        return f"SELECT record, cell FROM {self.candidates(column, asks)}"

    def counts(self, column: str, cells: str, asks: Queries, filled: int) -> dict[str, int]:
        """The counts that decide about the column, of the relation ``cells``."""
        detectors = self.detectors(column)
        counts = self.counted(column, f"SELECT cell FROM {cells}", detectors, asks)
        return counts | {one.filled: filled for one in detectors}

    def counted(
        self, column: str, cells: str, detectors: Sequence[Detector], asks: Queries
    ) -> dict[str, int]:
        """What detectors count of a query's cells."""
        profiles = [partial(one.profile, name=column) for one in detectors]
        return counts_of(
            asks, MappedQuery(sql=cells, judge=partial(cell_counts, profiles=profiles))
        )

    # of detectors that look at one column at a time
    def joined(self, metrics: Mapping[str, Any], asks: Queries) -> Mapping[tuple[str, ...], Found]:
        """What columns side by side hold together, where the detector can tell; ``metrics`` are the
        answers to ``joined_conditions``, and how many cells of each column are filled.
        """
        return {}

    def joined_conditions(self) -> dict[str, tuple[str, str]]:
        """In how many rows a cell meets a condition, for ``joined`` too: column and condition on
        ``CELL``, by name.
        """
        return {}

    def temp_table_name(self, what: str) -> str:
        """The name of a relation of this check."""
        return temp_table_name(what, self.meta)

    def place(self, column: str) -> int:
        """The number that stands for a column."""
        return self.columns.index(column)

    # Great Expectations' signature
    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None
    ) -> Any:
        """Ask for the number of rows and of each column's candidates."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        for name, expression in self._aggregates().items():
            dependencies.set_metric_configuration(
                name, metric(AGGREGATE, expression, self.batch_id)
            )
        for column in self.columns:
            candidates = matching(
                self.candidate(column, CELL),
                cell=self.cell(column),
                relation=self.relation,
                batch_id=self.batch_id,
            )
            dependencies.set_metric_configuration(f"column {column}", candidates)
        for name, (column, condition) in self.joined_conditions().items():
            dependencies.set_metric_configuration(
                name,
                matching(
                    condition, cell=text_of(column), relation=self.relation, batch_id=self.batch_id
                ),
            )
        return dependencies

    def _aggregates(self) -> dict[str, str]:
        rows = {"rows": "count(*)", "damaged": f"count(*) FILTER (WHERE {self.damaged()})"}
        filled = {
            f"filled {column}": f"count(nullif({text_of(column)}, ''))" for column in self.columns
        }
        return rows | filled

    # Great Expectations' signature
    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: Any = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        asks: Queries = execution_engine.asks
        looked_into = [column for column in self.columns if int(metrics[f"column {column}"])]
        finds = self.temp_table_name("finds")
        decided = {
            column: self.found(column, asks, int(metrics[f"filled {column}"]))
            for column in looked_into
        }
        joined = self.joined(metrics, asks)
        told = {column: found.decision for column, found in sorted(decided.items())} | {
            " + ".join(columns): found.decision for columns, found in joined.items()
        }
        cells = [
            found.cells
            for found in (*decided.values(), *joined.values())
            if found.cells is not None and found.decision.level is not None
        ]
        (certain, review), by_place = (
            self._kept(finds, cells, asks) if cells else ((0, 0), {})
        )  # of most data sets nothing is left to ask, and on a cluster every question has its price
        for kept in (
            self.temp_table_name(f"{what}_{self.place(column)}")
            for column in looked_into
            for what in ("cells", "levels", "candidates")
        ):
            asks.drop(kept)
        if not certain + review:
            asks.drop(finds)
        damaged = int(metrics["damaged"])
        return Answer(
            population=int(metrics["rows"]),
            assessable=int(metrics["rows"]) - damaged,
            deviations=certain,
            exempted=0,
            reasons={"excel_damaged": damaged} if damaged else {},
            review=review,
            columns=self._by_column({place: records for place, (records, _) in by_place.items()}),
            review_columns=self._by_column(
                {place: records for place, (_, records) in by_place.items()}
            ),
            column_decisions=[
                _told(columns, decision)
                for columns, decision in told.items()
                if decision.reason != "none"
            ],
        ).as_result()

    def _by_column(self, by_place: Mapping[int, int]) -> dict[str, int]:
        return dict(
            sorted((self.columns[place], records) for place, records in by_place.items() if records)
        )

    def _kept(
        self, finds: str, cells: list[MappedQuery], asks: Queries
    ) -> tuple[tuple[int, int], dict[int, tuple[int, int]]]:
        """Keeps what is found; the number of records with a find that is confirmed or probable, and
        of those with one for review only; the same by column.
        """
        asks.create_temp_table(finds, cells, FINDS)
        found = (
            "SELECT record_key, place, min(level) OVER (PARTITION BY record_key) AS surest FROM"
            f" {finds}"
        )
        counts = ", ".join(
            f"count(DISTINCT record_key) FILTER (WHERE surest {level})"
            for level in (f"< {_REVIEW}", f"= {_REVIEW}")
        )
        by_place = {
            place: (told[0], told[1])
            for place, *told in asks.fetch(
                f"SELECT place, {counts} FROM ({found}) AS found GROUP BY GROUPING SETS ((),"
                " (place))"
            )
        }
        # of no rows at all Spark says nothing, DuckDB zero
        return by_place.pop(None, (0, 0)), by_place

    # as every expectation that looks at records has it
    def found_records(
        self, _data_set: DataSet, answer: Answer, *, customer: str, began: str
    ) -> str:
        """A query of the records with a find, each once, with these expressions of them as
        ``customer_id`` and ``began``; of finds for review only where there are no others.
        """
        surest = f" HAVING min(level) < {_REVIEW}" if answer.deviations else ""
        return (
            "SELECT min(customer_id) AS customer_id, min(began) AS began FROM (SELECT"
            f" {self.key_sql} AS record_key, {customer} AS customer_id, {began} AS began FROM"
            f" {quoted(self.relation)}) AS records WHERE record_key IN (SELECT record_key FROM"
            f" {self.temp_table_name('finds')} GROUP BY record_key{surest}) GROUP BY record_key"
        )

    # as every expectation has it
    def deviations(self, data_set: DataSet, asks: Queries, answer: Answer) -> Iterator[Deviation]:
        """Every record with a find, also one for review only, in the order of its key.

        The finds are given up with it.
        """
        finds = self.temp_table_name("finds")
        named = ", ".join(
            f"max(CASE WHEN place = {self.place(column)} THEN {literal(column)} END)"
            for column in sorted({*answer.columns, *answer.review_columns})
        )
        sql = (
            f"SELECT found.*, owner.customer_id, owner.export FROM (SELECT record_key,"
            f" concat_ws(';', {named}) AS columns, min(level) AS surest FROM {finds} GROUP BY"
            " record_key) AS found LEFT JOIN (SELECT record_key, min(customer_id) AS customer_id,"
            f" min(export) AS export FROM (SELECT {self.key_sql} AS record_key,"
            f" {data_set.owner_sql} FROM {self.relation}) AS records WHERE record_key IN (SELECT"
            f" record_key FROM {finds}) GROUP BY record_key) AS owner ON found.record_key ="
            " owner.record_key"
        )
        for record_key, columns, level, *owner in asks.fetch_sorted(
            data_set.with_blocks(sql), answer.deviations + answer.review
        ):
            yield Deviation(record_key, columns, LEVELS[level], owner=owner_of(owner))
        asks.drop(finds)


def _told(column: str, decision: ColumnDecision) -> dict[str, Any]:
    """Why a column was found to hold something, or not."""
    return {
        "column": column,
        "rule": decision.reason,
        "level": decision.level and decision.level.value,
        "n": decision.n,
        "k": decision.k,
    }


def counts_of(asks: Queries, judged: MappedQuery) -> dict[str, int]:
    """The sum of counts, by name, that a function takes of a query's rows part by part."""
    counts: dict[str, int] = {}
    for name, count in asks.fetch_mapped(judged, {"name": "VARCHAR", "n": "BIGINT"}):
        counts[name] = counts.get(name, 0) + count
    return counts


def text_of(column: str) -> str:
    """A column as text, whatever its type."""
    return f"CAST({quoted(column)} AS VARCHAR)"


def exported_columns(data_set: DataSet, table: str) -> list[str]:
    """The columns that the exports really have: mapped or kept under their own header, not what
    views or the reader add.
    """
    canonical = TABLES[table].names
    return [
        name
        for name in data_set.own
        if name not in _OWN_COLUMNS and (name not in canonical or name in data_set.filled)
    ]


def columns_to_look_into(data_set: DataSet, table: str) -> list[str]:
    """Those of them that may hold text or long numbers."""
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    return [
        name
        for name in exported_columns(data_set, table)
        if not data_set.own[name].startswith(_NEVER_CONTENT) and kinds.get(name) is not Kind.DECIMAL
    ]


def content_fields(
    kind: str, data_set: DataSet, table: str, *, own_domains: Sequence[str] = ()
) -> dict[str, Any]:
    """The fields of an expectation of that kind, for every column of a data set that may hold it:
    of text, or of whole numbers too where these may be finds.
    """
    columns = columns_to_look_into(data_set, table)
    if kind not in _OF_NUMBERS:
        columns = [column for column in columns if data_set.own[column] == "VARCHAR"]
    return {
        "relation": f"export_{table}",
        "columns": columns,
        "key_sql": data_set.key_sql,
        # its canonical columns are there whether filled or not, so their names tell nothing
        "context": context_of(of_kind(kind), table=table),
        "own_domains": list(own_domains),
    }
