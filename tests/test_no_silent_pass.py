"""Whatever is taken from a sample, no check passes for it: a column, an export or a parameter
removed, a column emptied, its words renamed.

Each change is made to the file as an operator's would differ, and read again; the checks that it
can reach and that did not pass before are asked again. A small draw of the changes with every test
run, all of them with the long tests: there are some 1,400, and so none may cost much. What is not
asked again can be no pass: ``tests/test_missing_exports.py`` shows that a check rests on no other
tables than ``tables_of`` it, and a detector that found something in one column finds it whatever
happens to another.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from great_expectations.core import ExpectationSuite
from python_calamine import CalamineWorkbook

from teleaudit.checks.runner import JUDGED_BY_RULE, CheckRunner
from teleaudit.counting import CELL
from teleaudit.expectations.metrics import MATCHING, ROW_CLASSES
from teleaudit.exports.reading import ReadExport, read_export
from teleaudit.readers.dialects import ASTERISK_COLUMNS
from teleaudit.rules.audit_file import Audit, ExportSpec, Parameter, load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import READ_BY_DETECTORS, Check
from teleaudit.rules.verdicts import CheckResult, Verdict
from teleaudit.schema import TABLES, VOCABULARIES
from teleaudit.schema.sql import quoted
from teleaudit.schema.views import data_set_view, views
from teleaudit_samples import write_samples
from tests.shared_engine import SharedEngine

pytestmark = pytest.mark.whole_run

ROOT = Path(__file__).resolve().parents[1]
DRAWN = 3  # changes of each operator with every test run; there are some 680
# An end that nobody entered means that the matter goes on: a whole column without one says no more
# than each empty cell does.
MAY_BE_EMPTY = {
    f"{table.name}.{column.name}"
    for table in TABLES.values()
    for column in table.columns
    if column.open_end
}


@dataclass(frozen=True)
class Change:
    """Something that an operator's exports or audit lack."""

    kind: str  # column removed, column emptied, words renamed, export removed, parameter removed
    export: str  # or the parameter
    column: str = ""  # canonical

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.export, self.column)))


class Sample:
    """An operator's sample, read once."""

    def __init__(self, operator: str, folder: Path) -> None:
        write_samples(folder, operators=(operator,), rows=1_000, customers=60)
        self.audit, self.root, self.folder = (
            load_audit(ROOT / "audits" / operator),
            folder / operator,
            folder,
        )
        self.suites = rulebook_of(self.audit).suites
        self.exports = {
            name: read_export(name, spec, root=self.root, work=folder / "work")
            for name, spec in self.audit.exports.items()
        }
        self.engine = InOneQuery(spill=folder / "spill")
        # what checks answer where nothing is missing, of those that a change reached
        self._before: dict[str, CheckResult] = {}

    def changes(self) -> list[Change]:
        """Everything that can be taken away or renamed."""
        return sorted(self._changes(), key=str)

    def _changes(self) -> Iterator[Change]:
        for name, spec in self.audit.exports.items():
            yield Change("export removed", name)
            for column in spec.columns:
                yield Change("column removed", name, column)
                if f"{spec.table}.{column}" not in MAY_BE_EMPTY:
                    yield Change("column emptied", name, column)
                if f"{spec.table}.{column}" in VOCABULARIES:
                    yield Change("words renamed", name, column)
        for name, parameter in self.audit.parameters.items():
            if parameter.value is not None:
                yield Change("parameter removed", name)

    def newly_passing(self, change: Change) -> list[str]:
        """The checks that pass after a change and did not before."""
        self._before |= self._asked(
            self.audit,
            self.exports.values(),
            lambda check: check.id not in self._before and self._is_reached(check, change),
        )
        audit, exports = self.audit, dict(self.exports)
        match change:
            # the audit still says that there is one: of what it does not mention, nobody knows
            case Change(kind="export removed"):
                exports[change.export] = self._read(change, self.audit.exports[change.export])
            case Change(kind="parameter removed"):
                audit = audit.model_copy(
                    update={
                        "parameters": {**audit.parameters, change.export: Parameter(value=None)}
                    }
                )
            case Change():
                exports[change.export] = self._changed(change)
        after = self._asked(
            audit, exports.values(), lambda check: self._may_newly_pass(check, change)
        )
        shutil.rmtree(self._folder_of(change), ignore_errors=True)
        return sorted(
            check_id for check_id, result in after.items() if result.verdict is Verdict.PASS
        )

    def _is_reached(self, check: Check, change: Change) -> bool:
        """Whether a check rests on what was changed; who uses a parameter is not told."""
        return change.kind == "parameter removed" or self.audit.exports[
            change.export
        ].table in tables_of(check)

    def _may_newly_pass(self, check: Check, change: Change) -> bool:
        """Whether a check did not pass before, and the change can reach it."""
        if not self._is_reached(check, change):
            return False
        before = self._before.get(check.id)
        if before is None or change.kind == "parameter removed":
            return before is None or before.verdict is not Verdict.PASS
        if before.verdict is Verdict.PASS:
            return False
        if not change.column:
            return True
        if change.kind == "column emptied" and check.spec.type == "expect_possible_dates":
            # An event that nobody entered did not happen, and so on no impossible day.
            return TABLES[check.data_set].is_always_filled(change.column)
        if check.spec.type in JUDGED_BY_RULE:
            return change.column in words_of(check)
        return not (
            check.spec.type in READ_BY_DETECTORS and _finds_elsewhere(before, change.column)
        )

    def _asked(
        self, audit: Audit, exports: Iterable[ReadExport], wanted: Callable[[Check], bool]
    ) -> dict[str, CheckResult]:
        """What the wanted checks answer."""
        assert audit.as_of is not None
        self.engine.begin()
        bench = CheckRunner(audit, self.suites, list(exports), self.engine, as_of=audit.as_of)
        by_data_set: dict[str, list[Check]] = {}
        for check in filter(wanted, bench.checks()):
            by_data_set.setdefault(check.data_set, []).append(check)
        return {
            result.id: result
            for name, checks in by_data_set.items()
            for result, _ in bench._check_data_set(name, checks, None)
        }

    def _changed(self, change: Change) -> ReadExport:
        spec, root = self.audit.exports[change.export], self._folder_of(change)
        for file in self.root.glob(spec.files):
            (root / file.relative_to(self.root)).parent.mkdir(parents=True, exist_ok=True)
            spec_of_text = rewrite(file, root / file.relative_to(self.root), spec, change)
        return self._read(change, spec_of_text)

    def _read(self, change: Change, spec: ExportSpec) -> ReadExport:
        root = self._folder_of(change)
        return read_export(change.export, spec, root=root, work=root / "work")

    def _folder_of(self, change: Change) -> Path:
        return self.folder / str(change).replace(" ", "_")


class InOneQuery(SharedEngine):
    """Queries all that the checks of a data set want to know in one query, without Great Expectations,
    whose planning takes longer than a thousand rows do.
    """

    def validate(self, relation: str, suite: ExpectationSuite) -> dict[str, dict[str, Any]]:
        """As every engine does."""
        asked = [
            (each, each.get_validation_dependencies().metric_configurations)
            for each in suite.expectations
        ]
        aggregates = [
            _aggregate(metric.metric_name, metric.metric_value_kwargs)
            for _, metrics in asked
            for metric in metrics.values()
        ]
        self._make((relation, *re.findall(r"\w+", str(aggregates))))
        (found,) = self.fetch(f"SELECT {', '.join(aggregates) or 'NULL'} FROM {quoted(relation)}")
        values, asking, answers = iter(found), SimpleNamespace(asks=self), {}
        for each, metrics in asked:
            told = {name: next(values) for name in metrics}
            # all that ours want of it
            answers[str((each.meta or {})["id"])] = {
                "result": each._validate(told, execution_engine=asking)["result"]  # type: ignore[arg-type]
            }
        return answers


def _aggregate(name: str, asked: Mapping[str, str]) -> str:
    if name == MATCHING:
        return f"count(*) FILTER (WHERE {asked['condition'].replace(CELL, asked['cell'])})"
    return (
        f"histogram({asked['expression']})" if name == ROW_CLASSES else f"({asked['expression']})"
    )


def _finds_elsewhere(result: CheckResult, column: str) -> bool:
    """Whether a detector found something in another column than this one, and not in columns side
    by side.
    """
    is_joined = any(" + " in decision["column"] for decision in result.answer.column_decisions)
    return not is_joined and bool(
        {*result.answer.columns, *result.answer.review_columns} - {column}
    )


def tables_of(check: Check) -> frozenset[str]:
    """Every canonical table that a check's answer is told from: all of its data set, but for what
    looks at the columns of an export alone.
    """
    if check.spec.type not in JUDGED_BY_RULE:
        return frozenset({data_set_view(check.data_set).table})
    return (
        frozenset(
            {
                data_set_view(check.data_set).table,
                *(name.removeprefix("export_") for name in _words_of_data_set(check.data_set)),
            }
        )
        & TABLES.keys()
    )


def words_of(check: Check) -> frozenset[str]:
    """Every word of a rule and of the views that its data set is made of, the names of columns
    among them.
    """
    return _words_of_data_set(check.data_set) | frozenset(_WORD.findall(str(check.spec)))


@cache
def _words_of_data_set(data_set: str) -> frozenset[str]:
    named = {view.name: view.sql for view in views()}
    found: set[str] = set()
    to_read = {data_set}
    while to_read:
        words = set(_WORD.findall(named.get(to_read.pop(), "")))
        to_read |= (words - found) & named.keys()
        found |= words
    return frozenset(found)


_WORD = re.compile(r"\w+")


def rewrite(source: Path, target: Path, spec: ExportSpec, change: Change) -> ExportSpec:
    """Write the file as an operator would have it who lacks the column, never fills it, or has
    other words.

    What is no csv becomes one: how it is then to be read.
    """
    header, *rows = rows_of(source, spec)
    place = header.index(spec.columns[change.column])
    match change.kind:
        case "column removed":
            changed = [
                [cell for at, cell in enumerate(row) if at != place] for row in (header, *rows)
            ]
        case "column emptied":
            changed = [header, *([*row[:place], "", *row[place + 1 :]] for row in rows)]
        case _:
            changed = [
                header,
                *(
                    [*row[:place], row[place] and f"qx{row[place]}", *row[place + 1 :]]
                    for row in rows
                ),
            ]
    written = (
        spec
        if spec.format == "csv"
        else spec.model_copy(
            update={"format": "csv", "header": None, **_AS_TEXT.get(str(spec.format), {})}
        )
    )
    with target.open("w", encoding=written.encoding, newline="") as file:
        csv.writer(file, delimiter=written.delimiter or ",").writerows(changed)
    return written


# as rows_of gives their values
_AS_TEXT = {
    name: {"encoding": "utf-8", "decimal": ".", "dates": "yyyy-mm-dd"}
    for name in ("excel", "parquet")
}


def rows_of(source: Path, spec: ExportSpec) -> list[list[str]]:
    """The header and the rows of a file, as texts."""
    match spec.format:
        case "jsonl":
            records = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
            header = list(dict.fromkeys(name for record in records for name in record))
            return [header, *([_text(record.get(name)) for name in header] for record in records)]
        case "parquet":
            found = pq.read_table(source)
            return [
                found.column_names,
                *([_text(value) for value in record.values()] for record in found.to_pylist()),
            ]
        case "excel":
            return [
                [_text(value) for value in row]
                for row in CalamineWorkbook.from_path(source).get_sheet_by_index(0).to_python()
            ]
        case _:
            with source.open(encoding=spec.encoding, newline="") as file:
                rows = list(csv.reader(file, delimiter=spec.delimiter or ","))
            return (
                [list(ASTERISK_COLUMNS[len(rows[0])]), *rows] if spec.format == "asterisk" else rows
            )


def _text(value: object) -> str:
    return (
        ""
        if value is None
        else value.isoformat(" ")
        if isinstance(value, dt.datetime)
        else str(value)
    )


@pytest.fixture(scope="module", params=["bizzy", "kazoom"])
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sample]:
    read = Sample(request.param, tmp_path_factory.mktemp(request.param))
    with closing(read.engine):
        yield read


def test_nothing_passes_for_what_was_taken_away(sample: Sample) -> None:
    changes = random.Random(20261129).sample(sample.changes(), DRAWN)  # noqa: S311 (no secret)
    assert passes_for_it(sample, changes) == {}


@pytest.mark.deep
@pytest.mark.timeout(7_200)
def test_nothing_passes_for_anything_that_can_be_taken_away(sample: Sample) -> None:
    changes = sample.changes()
    assert len(changes) > 600
    assert passes_for_it(sample, changes) == {}


def passes_for_it(sample: Sample, changes: Sequence[Change]) -> dict[str, list[str]]:
    """The checks that pass after a change, and did not before; an event that nobody entered did not
    happen, and so on no impossible day.
    """
    found = {}
    for change in changes:
        is_event = change.kind == "column emptied" and not TABLES[
            sample.audit.exports[change.export].table
        ].is_always_filled(change.column)
        found[str(change)] = [
            check
            for check in sample.newly_passing(change)
            if not (is_event and check.startswith("HYG-dates."))
        ]
    return {change: checks for change, checks in found.items() if checks}
