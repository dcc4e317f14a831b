"""Suites on data sets: from expectations to verdicts.

Checks of one data set are asked together, so that it is scanned once.
"""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import great_expectations as gx
import sqlglot
from sqlglot import exp

from teleaudit.audits import Audit
from teleaudit.engines import Engine
from teleaudit.errors import UserError
from teleaudit.expectations import Expectation, UnsetParameterError, build
from teleaudit.expectations.location_columns import ExpectNoLocationColumns
from teleaudit.expectations.rows import DataSet, ExpectRowsToSatisfy, quoted
from teleaudit.exports.reading import ReadExport
from teleaudit.schema import TABLES
from teleaudit.suites import Check, Suite, Topic, checks_of
from teleaudit.verdicts import Answer, CheckResult, Deviation, MonthOfDeadlines, Verdict, judge
from teleaudit.views import View, data_set_view

# Without a single end date, and without services that have ends, nobody can say that no relationship has ended.
END_OF_RELATIONSHIP = "crm_customer.end_date"


class Bench:
    """An audit's exports on an engine, ready to be checked."""

    def __init__(self, audit: Audit, suites: Sequence[Suite], exports: Sequence[ReadExport], engine: Engine, *, as_of: dt.date, frames: Mapping[str, Any] | None = None) -> None:
        """Load the working copies and create the views. ``frames`` are tables in memory, by canonical name, instead of exports."""
        self.audit, self.suites, self.exports, self.engine, self.as_of = audit, suites, exports, engine, as_of
        self._frames = frames or {}
        self._filled = {}
        for table in TABLES:
            own = [export for export in exports if export.table == table]
            if table in self._frames:
                engine.add_frame(table, self._frames[table])
                self._filled[table] = frozenset(self._frames[table].columns) & frozenset(TABLES[table].names)
            else:
                engine.add_table(table, [file for export in own for file in export.parquet])
                self._filled[table] = frozenset(name for export in own for name in export.columns)
        self._services_known = bool(self._filled["agreement"] or self._filled["subscription"])
        engine.create_views(as_of=as_of.isoformat(), services_known=self._services_known)

    def checks(self, topic: Topic | None = None) -> tuple[Check, ...]:
        """The checks of a topic, or of all, that have something to say here."""
        return checks_of(self.suites, self._filled, topic)

    def run(self, topic: Topic | None = None, *, on_error: Callable[[str], str] | None = None) -> tuple[CheckResult, ...]:
        """Every check's result, in suite order; one scan per data set.

        ``on_error`` is given the full traceback of a check that raised (it may hold values: closed annex only) and answers an id.
        """
        checks = self.checks(topic)
        found: dict[str, CheckResult] = {}
        for name in dict.fromkeys(check.data_set for check in checks):
            for result in self._check_data_set(name, [check for check in checks if check.data_set == name], on_error):
                found[result.id] = result
        return tuple(found[check.id] for check in checks)

    def run_data_set(self, name: str) -> tuple[CheckResult, ...]:
        """Every check of one data set, whatever its topic, in one scan."""
        return tuple(self._check_data_set(name, [check for check in self.checks() if check.data_set == name], None))

    def data_set(self, name: str) -> DataSet:
        """What expectations may know of a data set."""
        view = self._view(name)
        return DataSet(name=name, key=view.key, own=self.engine.columns(f"export_{view.table}"), filled=self._filled[view.table])

    def _view(self, name: str) -> View:
        return data_set_view(name)

    def _check_data_set(self, name: str, checks: Sequence[Check], on_error: Callable[[str], str] | None) -> Iterator[CheckResult]:
        """Refuse what cannot be judged, ask Great Expectations once for the rest."""
        data_set = self.data_set(name)
        asked: dict[str, tuple[Check, Expectation]] = {}
        for check in checks:
            try:
                expectation = build(check, as_of=self.as_of, parameters=self.audit.parameters, data_set=data_set, table=self._view(name).table)
            except UnsetParameterError as error:
                yield CheckResult(check=check, verdict=Verdict.UNSET, why="unset", why_detail=error.name, parameters=check.spec.parameters)
                continue
            if absent := self._absent(check, expectation):
                yield CheckResult(check=check, verdict=Verdict.UNKNOWN, why=absent[0], why_detail=absent[1], parameters=check.spec.parameters)
                continue
            asked[check.id] = (check, expectation)
        if not asked:
            return
        answers = self.engine.validate(name, gx.ExpectationSuite(name=name, expectations=[expectation for _, expectation in asked.values()]))
        for check_id, (check, expectation) in asked.items():
            yield self._result(check, expectation, data_set, answers[check_id], on_error)

    def _result(self, check: Check, expectation: Expectation, data_set: DataSet, raw: Mapping[str, Any], on_error: Callable[[str], str] | None) -> CheckResult:
        """The result of a check that Great Expectations was asked."""
        base = CheckResult(check=check, verdict=Verdict.ERROR, parameters=check.spec.parameters, unit="column" if isinstance(expectation, ExpectNoLocationColumns) else "record")
        if "exception" in raw:
            return replace(base, why="error", why_detail=raw["exception"], error_id=on_error(raw["exception"]) if on_error else None)
        try:
            answer = Answer.of_result(raw["result"])
            verdict, why = judge(answer, gate=self.audit.gate, on_deviation=Verdict(check.on_deviation), too_many_rejected=self._too_many_rejected(data_set.name))
            deviations = tuple(self._overdue(expectation.deviations(data_set, self.engine.fetch, answer))) if answer.deviations else ()
            return replace(base, verdict=verdict, why=why, answer=answer, deviations=deviations, due_by_month=self._due_by_month(expectation, data_set))
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001 (a check that raised answers "error"; it never takes the run, or another check, with it)
            return replace(base, why="error", why_detail=type(error).__name__, error_id=on_error(traceback.format_exc()) if on_error else None)

    def _overdue(self, deviations: Iterator[Deviation]) -> Iterator[Deviation]:
        for deviation in deviations:
            days = (self.as_of - dt.date.fromisoformat(deviation.due_date)).days if deviation.due_date else None
            yield replace(deviation, overdue_days=days)

    def _due_by_month(self, expectation: Expectation, data_set: DataSet) -> tuple[MonthOfDeadlines, ...]:
        """Records in scope by the month of their deadline; empty where nothing has a deadline."""
        if not isinstance(expectation, ExpectRowsToSatisfy) or expectation.due is None:
            return ()
        rows = self.engine.fetch(expectation.due_by_month(data_set))
        return tuple(MonthOfDeadlines(month=month, records=records, overdue=overdue) for month, records, overdue in rows)

    def _too_many_rejected(self, name: str) -> bool:
        table = self._view(name).table
        return any(_share_rejected(export) > self.audit.max_rejected for export in self.exports if export.table == table)

    def _absent(self, check: Check, expectation: Expectation) -> tuple[str, str] | None:
        """Code and names of what is missing for a check: an export, its rows, or a column."""
        view = self._view(check.data_set)
        if problem := self._no_table(view.table):
            return problem
        known = self.engine.columns(check.data_set).keys()
        for column in sorted(_columns_of(expectation.conditions()) & known):
            for needed in view.requires.get(column, (f"{view.table}.{column}",) if column in TABLES[view.table].names else ()):
                table, _, name = needed.partition(".")
                if problem := self._no_table(table):
                    return problem
                if name not in self._filled[table]:
                    return "missing_column", needed
                if column in view.requires and needed == END_OF_RELATIONSHIP and not self._services_known and self._is_all_null(table, name):
                    return "all_null", needed
        return None

    def _is_all_null(self, table: str, column: str) -> bool:
        ((rows, held),) = self.engine.fetch(f"SELECT count(*), count({quoted(column)}) FROM export_{table}")
        return bool(rows > 0 and held == 0)

    def _no_table(self, table: str) -> tuple[str, str] | None:
        if table in self._frames:
            return None
        own = [export for export in self.exports if export.table == table]
        if not own:
            return "no_export", table
        for export in own:
            if export.problem is not None:
                return "no_rows" if export.files else "no_export", f"{export.name}: {export.problem}"
        return None


def _share_rejected(export: ReadExport) -> float:
    return export.rejected / (export.rows + export.rejected) if export.rejected else 0.0


def _columns_of(conditions: Iterable[str]) -> set[str]:
    """The column names in SQL conditions."""
    return {column.name for condition in conditions for column in sqlglot.parse_one(condition, read="duckdb").find_all(exp.Column)}
