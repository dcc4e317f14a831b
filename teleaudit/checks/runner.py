"""Suites on data sets: from expectations to verdicts.

Checks of one data set are asked together, whatever their topic, so that it is scanned once for all
their numbers. Checks that found deviations are asked once more, for the records: these pass by one
at a time and are never all in memory.
"""

from __future__ import annotations

import datetime as dt
import heapq
import statistics
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache
from typing import Any, Literal, Protocol

import great_expectations as gx

from teleaudit.checks.lacking import Missing, Received
from teleaudit.checks.mapping_doubts import MappingDoubt, deviating_nearly_all, unmatched_keys
from teleaudit.engines.engine import Engine
from teleaudit.errors import UserError
from teleaudit.expectations import Expectation, UnsetParameterError, build
from teleaudit.expectations.doubts import with_doubts
from teleaudit.expectations.rows import DataSet
from teleaudit.expectations.subjects import concerned
from teleaudit.exports.conversion import UNKNOWN_WORD
from teleaudit.exports.doubtful import IN_FORCE, LACKING, doubtful_columns, has_unknown_word
from teleaudit.exports.reading import ReadExport
from teleaudit.exports.warnings import CUT_OFF, WITHOUT_ROWS
from teleaudit.rules.audit_file import Audit
from teleaudit.rules.deadlines import Period
from teleaudit.rules.parameters import policy_periods
from teleaudit.rules.policies import BASELINE
from teleaudit.rules.suites import (
    READ_BY_DETECTORS,
    TOPICS,
    Check,
    Suite,
    Topic,
    checks_of,
    needed_columns,
)
from teleaudit.rules.verdicts import (
    TO_LOOK_AT,
    Answer,
    CheckResult,
    Deviation,
    MonthOfDeadlines,
    SetAside,
    Verdict,
    judge,
)
from teleaudit.schema import FILE_COLUMN, TABLES, VOCABULARIES, Column, Kind
from teleaudit.schema.sql import literal, quoted
from teleaudit.schema.views import WAYS, View, is_open

# a date that an export lacks is no impossible one
JUDGED_BY_RULE = ("expect_rows_to_satisfy", "expect_erasure_by_deadline")
MAX_WORST = 20
# is given the full traceback of a check that raised (it may hold values: closed annex only) and
# answers an id
OnError = Callable[[str], str]


class Worklist(Protocol):
    """Where deviations go, one by one."""

    def writer_for(self, check: Check, /) -> AbstractContextManager[Callable[[Deviation], None]]:
        """Takes a check's deviations in the order of their record keys; where the block raises, it
        keeps none of them.
        """

    def set_aside_for(self, check: Check, /) -> AbstractContextManager[Callable[[SetAside], None]]:
        """Takes what a check exempted or leaves to a lawyer, likewise."""


class Watch(Protocol):
    """Who wants to know how far the checks are."""

    def __call__(
        self, stage: Literal["checks", "worklist"], data_set: str, amount: int, /
    ) -> AbstractContextManager[None]:
        """Entered for as long as so many checks of a data set are asked, or so many deviations are
        listed.
        """


class CheckRunner:
    """An audit's exports on an engine, ready to be checked."""

    def __init__(
        self,
        audit: Audit,
        suites: Sequence[Suite],
        exports: Sequence[ReadExport],
        engine: Engine,
        *,
        as_of: dt.date,
        frames: Mapping[str, Any] | None = None,
    ) -> None:
        """Load the working copies and create the views.

        ``frames`` are tables in memory, by canonical name, instead of exports.
        """
        self.audit, self.suites, self.exports, self.engine, self.as_of = (
            audit,
            suites,
            exports,
            engine,
            as_of,
        )
        self._frames = frames or {}
        self._received = Received(
            audit,
            exports,
            frames={table: frame.columns for table, frame in self._frames.items()},
            is_all_null=self._is_all_null,
        )
        for table in TABLES:
            if table in self._frames:
                engine.add_frame(table, self._frames[table])
            else:
                engine.add_table(
                    table,
                    [
                        file
                        for export in exports
                        if export.table == table
                        for file in export.parquet
                    ],
                )
        self._doubtful = self._doubtful_columns()
        lacking = {
            name: self._doubtful.get(column, {}).get(LACKING, "false")
            for name, column in IN_FORCE.items()
        }
        engine.create_views(
            {
                "as_of": f"DATE '{as_of.isoformat()}'",
                "services_known": str(self._received.services_known).lower(),
                "quotes_known": str("customer_id" in self._received.filled["quote"]).lower(),
                "policy_periods": _as_rows(
                    policy_periods(
                        (
                            check
                            for suite in suites
                            if suite.name != BASELINE
                            for check in suite.checks
                        ),
                        audit.parameters,
                    )
                ),
                **{way: str(is_open(way, self._received.usable)).lower() for way in WAYS},
                **lacking,
            }
        )

    def _doubtful_columns(self) -> dict[str, dict[str, str]]:
        """As ``doubtful_columns``, with the unknown words of data frames."""
        found = doubtful_columns(
            self.exports, {table: frame.columns for table, frame in self._frames.items()}
        )
        for name, vocabulary in VOCABULARIES.items():
            table, _, column = name.partition(".")
            if (
                table in self._frames
                and column in self._received.filled[table]
                and vocabulary.closed
            ):
                condition = has_unknown_word(column)
                ((rows,),) = self.engine.fetch(
                    f"SELECT count(*) FROM export_{table} WHERE {condition}"
                )
                if rows:
                    found.setdefault(name, {})[UNKNOWN_WORD] = condition
        return found

    def checks(self, topic: Topic | None = None) -> tuple[Check, ...]:
        """The checks of a topic, or of all, that have something to say here."""
        return checks_of(self.suites, self._received.filled, topic)

    def run(
        self,
        topics: Sequence[Topic] = TOPICS,
        *,
        worklist: Worklist | None = None,
        watch: Watch | None = None,
        on_error: OnError | None = None,
    ) -> tuple[CheckResult, ...]:
        """Every check's result, by topic and in suite order; the worklist is written in that order
        too.
        """
        return self._run(
            [check for topic in topics for check in self.checks(topic)],
            worklist,
            watch or _unwatched,
            on_error,
        )

    def run_data_set(self, name: str) -> tuple[CheckResult, ...]:
        """Every check of one data set, whatever its topic, without a worklist."""
        return self.ask([check for check in self.checks() if check.data_set == name])

    def ask(
        self,
        checks: Sequence[Check],
        *,
        worklist: Worklist | None = None,
        on_error: OnError | None = None,
    ) -> tuple[CheckResult, ...]:
        """The results of these checks, in their order; they need not be the audit's own."""
        return self._run(checks, worklist, _unwatched, on_error)

    def expectation(self, check: Check) -> Expectation:
        """What a check asks of its data set here. Raises: UnsetParameterError."""
        return self._expectation(
            check, self.data_set(check.data_set), self._received.missing(check)
        )

    def _run(
        self,
        checks: Sequence[Check],
        worklist: Worklist | None,
        watch: Watch,
        on_error: OnError | None,
    ) -> tuple[CheckResult, ...]:
        found: dict[str, tuple[CheckResult, Expectation | None]] = {}
        for name in dict.fromkeys(check.data_set for check in checks):
            own = [check for check in checks if check.data_set == name]
            with watch("checks", name, len(own)):
                found |= {
                    result.id: (result, expectation)
                    for result, expectation in self._check_data_set(name, own, on_error)
                }
        return tuple(self._listed(*found[check.id], worklist, watch, on_error) for check in checks)

    def mapping_doubts(self, results: Sequence[CheckResult]) -> list[MappingDoubt]:
        """Columns that may be mapped wrongly, by the keys that exports share and by what was
        answered.
        """
        return [
            *unmatched_keys(self.engine.fetch, self._received.filled),
            *deviating_nearly_all(results, self._received.filled),
        ]

    def data_set(self, name: str) -> DataSet:
        """What expectations may know of a data set."""
        view = self._received.view(name)
        return DataSet(
            name=name,
            key=view.key,
            own=self.engine.columns(f"export_{view.table}"),
            filled=self._received.filled[view.table],
            columns=frozenset(self.engine.columns(name)),
            exports={
                export.name: tuple(file.path for file in export.files)
                for export in self.exports
                if export.table == view.table
            },
        )

    def _check_data_set(
        self, name: str, checks: Sequence[Check], on_error: OnError | None
    ) -> Iterator[tuple[CheckResult, Expectation | None]]:
        """Refuse what cannot be judged, ask Great Expectations once for the rest.

        With an expectation that was asked comes its result as far as it is counted.
        """
        data_set, doubts = self.data_set(name), self._doubts(self._received.view(name))
        asked: dict[str, tuple[Check, Expectation]] = {}
        unjudged: dict[str, CheckResult | None] = {}
        for check in checks:
            if table := self._received.not_held(check):
                yield (
                    CheckResult(
                        check=check,
                        verdict=Verdict.SKIPPED,
                        why="not_held",
                        why_detail=table,
                        parameters=check.spec.parameters,
                    ),
                    None,
                )
                continue
            missing = self._received.missing(check)
            try:
                expectation = self._expectation(check, data_set, missing)
            except UnsetParameterError as error:
                yield (
                    CheckResult(
                        check=check,
                        verdict=Verdict.UNSET,
                        why="unset",
                        why_detail=error.name,
                        parameters=check.spec.parameters,
                    ),
                    None,
                )
                continue
            unjudged[check.id] = self._unjudged(check, missing, expectation)
            if (result := unjudged[check.id]) and not (
                getattr(expectation, "absent", None) and expectation.may_deviate()
            ):
                yield result, None
                continue
            asked[check.id] = (
                check,
                (
                    with_doubts(expectation, doubts)
                    if check.spec.type in JUDGED_BY_RULE
                    else expectation
                ),
            )
        if not asked:
            return
        answers = self.engine.validate(
            name,
            gx.ExpectationSuite(
                name=name, expectations=[expectation for _, expectation in asked.values()]
            ),
        )
        for check_id, (check, expectation) in asked.items():
            result, without = (
                self._counted(check, expectation, answers[check_id], on_error),
                unjudged[check_id],
            )
            yield (
                (
                    result
                    if without is None
                    or result.answer.deviations
                    or result.verdict is Verdict.ERROR
                    else without
                ),
                expectation,
            )

    def _expectation(self, check: Check, data_set: DataSet, missing: Missing | None) -> Expectation:
        """What a check asks of its data set, as far as that is not missing.

        Raises: UnsetParameterError.
        """
        table = self._received.view(check.data_set).table
        return build(
            check,
            as_of=self.as_of,
            parameters=self.audit.parameters,
            data_set=data_set,
            table=table,
            own_domains=self.audit.own_domains,
            technical=self.audit.technical_columns(table),
            absent={missing.why: missing.columns} if missing else {},
            certain=missing.certain if missing else (),
        )

    def _unjudged(
        self, check: Check, missing: Missing | None, expectation: Expectation
    ) -> CheckResult | None:
        """How a check ends that lacks a table, columns or a parameter, unless some record deviates
        whatever these hold; None where nothing is lacking.
        """
        if unset := getattr(expectation, "unset", None):
            return CheckResult(
                check=check,
                verdict=Verdict.UNSET,
                why="unset",
                why_detail=unset,
                parameters=check.spec.parameters,
            )
        if missing is not None:
            return CheckResult(
                check=check,
                verdict=Verdict.UNKNOWN,
                why=missing.why,
                why_detail=missing.detail,
                parameters=check.spec.parameters,
            )
        return None

    def _counted(
        self,
        check: Check,
        expectation: Expectation,
        raw: Mapping[str, Any],
        on_error: OnError | None,
    ) -> CheckResult:
        """What Great Expectations counted, judged."""
        result = CheckResult(
            check=check,
            verdict=Verdict.ERROR,
            parameters=check.spec.parameters,
            unit=getattr(expectation, "unit", "record"),
        )
        if "exception" in raw:
            return replace(
                result,
                why="error",
                why_detail=raw["exception"],
                error_id=on_error(raw["traceback"]) if on_error else None,
            )
        answer = Answer.of_result(raw["result"])
        unfit = {
            "too_many_rejected": self._too_many_rejected(check.data_set),
            "control_differs": self._control_differs(check.data_set),
            "cut_off": self._rests_on(check, {CUT_OFF}),
            "file_without_rows": self._rests_on(check, WITHOUT_ROWS),
        }
        verdict, why = judge(
            answer, gate=self.audit.gate, on_deviation=Verdict(check.on_deviation), **unfit
        )
        detail = "; ".join(sorted(answer.unmapped)) if why == "not_mapped" else None
        if why == "nothing_in_scope" and check.id in self.audit.not_held:
            return replace(result, verdict=Verdict.SKIPPED, why="not_held", why_detail=check.id)
        if verdict is Verdict.PASS and (lost := self._lost_column(check)):
            verdict, why, detail = Verdict.UNKNOWN, "missing_column", lost
        elif verdict is Verdict.PASS and (empty := self._emptied_column(check)):
            verdict, why, detail = Verdict.UNKNOWN, "all_null", empty
        elif verdict is Verdict.PASS and answer.reasons and self._lacks_somewhere(check):
            verdict = Verdict.PARTIAL
        return replace(
            result,
            verdict=verdict,
            why=why,
            why_detail=detail,
            answer=answer,
            due_by_month=_due_by_month(answer),
        )

    def _listed(
        self,
        result: CheckResult,
        expectation: Expectation | None,
        worklist: Worklist | None,
        watch: Watch,
        on_error: OnError | None,
    ) -> CheckResult:
        """The result with the worst of its deviations, after each of them, and each record that a
        person must look at, has been put on the worklist.
        """
        listed = result.answer.deviations + result.answer.review
        aside = result.answer.exempted + result.answer.legal_records
        if expectation is None or not (listed or aside):
            return result
        data_set = self.data_set(result.check.data_set)
        lines = worklist.writer_for(result.check) if worklist else nullcontext(_forget)
        try:
            if aside and worklist:
                with worklist.set_aside_for(result.check) as put:
                    for record in expectation.set_aside(data_set, self.engine, result.answer):
                        put(record)
            if not listed:
                return result
            with watch("worklist", result.check.data_set, listed), lines as add:
                subjects, oldest = concerned(
                    expectation,
                    data_set,
                    self.engine,
                    result.answer,
                    table=self._received.view(data_set.name).table,
                    as_of=self.as_of,
                )
                return _with_worst(
                    replace(result, subjects=subjects, oldest=oldest),
                    self._overdue(expectation.deviations(data_set, self.engine, result.answer)),
                    add,
                )
        except (UserError, OSError):  # no room for the worklist is no error of the check
            raise
        # a check that raised answers "error"; it never takes the run, or another check, with it
        except Exception as error:  # noqa: BLE001
            error_id = on_error(traceback.format_exc()) if on_error else None
            return CheckResult(
                check=result.check,
                verdict=Verdict.ERROR,
                parameters=result.parameters,
                unit=result.unit,
                why="error",
                why_detail=type(error).__name__,
                error_id=error_id,
            )

    def _overdue(self, deviations: Iterable[Deviation]) -> Iterator[Deviation]:
        @cache
        def days_since(due_date: str) -> int | None:
            """A record can deviate although its day has not come: it is then overdue by nothing."""
            days = (self.as_of - dt.date.fromisoformat(due_date)).days if due_date else 0
            return days if days > 0 else None

        for record_key, column, level, due_date, _, owner in deviations:
            yield Deviation(record_key, column, level, due_date, days_since(due_date), owner)

    def _too_many_rejected(self, name: str) -> bool:
        table = self._received.view(name).table
        return any(
            _share_rejected(export) > self.audit.max_rejected
            for export in self.exports
            if export.table == table
        )

    def _control_differs(self, name: str) -> bool:
        """Whether the source system counted other rows than the export holds, read and rejected."""
        table, declared = self._received.view(name).table, self.audit.exports
        own = [
            export for export in self.exports if export.table == table and export.name in declared
        ]
        return any(
            control is not None and control not in {export.rows, export.rows + export.rejected}
            for export in own
            for control in (declared[export.name].control_rows,)
        )

    def _doubts(self, view: View) -> dict[str, dict[str, str]]:
        """Which columns of a data set are in doubt, why, and in which rows."""
        needed = {
            name: (f"{view.table}.{name}",) for name in TABLES[view.table].names
        } | view.requires
        found: dict[str, dict[str, str]] = {}
        for column in {**needed, **view.doubts}:
            told = view.doubts.get(column, {})
            for source in sorted({*needed.get(column, ()), *told}):
                for reason, rows in self._doubtful.get(source, {}).items():
                    # of other columns, a view only tells what unknown words concern
                    tells = (
                        told.get(source)
                        if reason == UNKNOWN_WORD or source in IN_FORCE.values()
                        else None
                    )
                    where = tells or (
                        rows
                        if view.is_row_by_row and source.startswith(f"{view.table}.")
                        else "true"
                    )
                    # a column that no check needs may be lacking
                    if reason == UNKNOWN_WORD or tells or source in needed.get(column, ()):
                        before = found.setdefault(column, {}).get(reason)
                        found[column][reason] = f"{before} OR ({where})" if before else f"({where})"
        return found

    def _rests_on(self, check: Check, remarks: Collection[str]) -> bool:
        """Whether a check rests on a table of which a file bears one of these remarks."""
        view = self._received.view(check.data_set)
        needed = {
            source
            for column in needed_columns(check, self._received.usable)
            for source in (*view.requires.get(column, ()), *view.doubts.get(column, {}))
        }
        tables = {view.table, *(source.partition(".")[0] for source in needed)}
        return any(
            remark.code in remarks
            for export in self.exports
            if export.table in tables
            for remark in export.warnings
        )

    def _lost_column(self, check: Check) -> str | None:
        """A column that the audit maps and a file lacks, where a check looks at whatever columns
        there are: it would pass for want of it.
        """
        if (
            check.spec.type in (*JUDGED_BY_RULE, "expect_unique_key")
            or check.data_set not in TABLES
        ):
            return None
        only_dates = check.spec.type == "expect_possible_dates"
        looked_at = {
            column.name
            for column in TABLES[check.data_set].columns
            if not only_dates or column.kind in (Kind.DATE, Kind.TIMESTAMP)
        }
        lost = (
            name
            for export in self.exports
            if export.table == check.data_set
            for name in sorted(looked_at & export.missing_columns.keys())
        )
        return next((f"{check.data_set}.{name}" for name in lost), None)

    def _lacks_somewhere(self, check: Check) -> bool:
        """Whether some export lacks a column that a rule needs: the records that it left out, for
        whatever reason, may be left out for that.
        """
        needed = (
            source
            for sources in needed_columns(check, self._received.usable).values()
            for source in sources
        )
        return check.spec.type in JUDGED_BY_RULE and any(
            LACKING in self._doubtful.get(source, {}) for source in needed
        )

    def _emptied_column(self, check: Check) -> str | None:
        """A mapped column without a single value, where a check passes for it: one that is always
        filled, and free text that a detector would read.

        An export may leave a column's values out, and what is nowhere proves nothing. ``constants``
        says that no record has any. Other columns may well be empty: an event that nobody entered
        did not happen, and an end that nobody entered lies ahead.
        """
        if check.spec.type in JUDGED_BY_RULE:
            asked = {
                source.partition(".")[::2]
                for needed in needed_columns(check, self._received.usable).values()
                for source in needed
            }
            columns = sorted(
                (table, name) for table, name in asked if TABLES[table].is_always_filled(name)
            )
        elif check.data_set in TABLES:
            columns = [
                (check.data_set, column.name)
                for column in TABLES[check.data_set].columns
                if _passes_for_want_of(check, column)
            ]
        else:
            columns = []
        return next(
            (f"{table}.{name}" for table, name in columns if self._is_emptied(table, name)), None
        )

    def _is_emptied(self, table: str, column: str) -> bool:
        """Whether an export of a table has a column, and no value in it."""
        if table in self._frames:
            return column in self._received.filled[table] and self._is_all_null(table, column)
        own = [
            export
            for export in self.exports
            if export.table == table
            and column in export.columns
            and column not in export.constant_columns
        ]
        return any(
            self._is_all_null(
                table,
                column,
                where=(
                    f"{FILE_COLUMN} IN ({', '.join(literal(file.path) for file in export.files)})"
                ),
            )
            for export in own
            if export.rows
        )

    def _is_all_null(self, table: str, column: str, *, where: str = "true") -> bool:
        ((rows, held),) = self.engine.fetch(
            f"SELECT count(*), count({quoted(column)}) FROM export_{table} WHERE {where}"
        )
        return bool(rows > 0 and held == 0)


def _as_rows(periods: Iterable[tuple[str, Period | None]]) -> str:
    """SQL: a row for each period of a table; months and days are null where it is not set."""
    rows = [
        f"{literal(table)}, {period.months if period else 'NULL'},"
        f" {period.days if period else 'NULL'}"
        for table, period in periods
    ]
    typed = "CAST(NULL AS VARCHAR) AS table_name, CAST(NULL AS INT) AS months, CAST(NULL AS INT) AS days"
    return " UNION ALL SELECT ".join((f"SELECT {typed} WHERE 1 = 0", *rows))


def _passes_for_want_of(check: Check, column: Column) -> bool:
    """Whether a check that looks at whatever an export holds passes where a column
    holds nothing.
    """
    is_always_filled = TABLES[check.data_set].is_always_filled(column.name)
    if check.spec.type == "expect_possible_dates":
        return is_always_filled and column.kind in (Kind.DATE, Kind.TIMESTAMP)
    return check.spec.type in READ_BY_DETECTORS and (is_always_filled or column.free_text)


def _due_by_month(answer: Answer) -> tuple[MonthOfDeadlines, ...]:
    return tuple(
        MonthOfDeadlines(month=month, records=records, overdue=overdue)
        for month, (records, overdue) in sorted(answer.due_by_month.items())
    )


def _with_worst(
    result: CheckResult, deviations: Iterable[Deviation], add: Callable[[Deviation], None]
) -> CheckResult:
    """Lets deviations pass by; keeps the longest overdue, and how many days how many of them are.

    Of a failure the records to look at pass by only.
    """
    days: Counter[int] = Counter()
    is_failure = result.answer.deviations > 0 and result.verdict is not Verdict.REVIEW

    def passing() -> Iterator[Deviation]:
        for deviation in deviations:
            add(deviation)
            if deviation.overdue_days is not None:
                days[deviation.overdue_days] += 1
            if not (is_failure and deviation.level == TO_LOOK_AT):
                yield deviation

    worst = heapq.nsmallest(
        MAX_WORST,
        passing(),
        key=lambda deviation: (-(deviation.overdue_days or 0), deviation.record_key),
    )
    return replace(
        result,
        worst=tuple(worst),
        max_overdue_days=max(days, default=None),
        median_overdue_days=_median(days),
    )


def _median(days: Counter[int]) -> float | None:
    """The median of counted numbers; None where there are none."""
    middle = [(days.total() - 1) // 2, days.total() // 2]  # one place, or the two beside the middle
    found, passed = [], 0
    for number in sorted(days):
        passed += days[number]
        found += [number for place in middle if passed - days[number] <= place < passed]
    return statistics.median(set(found)) if found else None


def _unwatched(_stage: str, _data_set: str, _amount: int) -> AbstractContextManager[None]:
    return nullcontext()


def _forget(_deviation: Deviation) -> None:
    """A deviation that nobody lists."""


def _share_rejected(export: ReadExport) -> float:
    return export.rejected / (export.rows + export.rejected) if export.rejected else 0.0
