"""Whatever is taken from a sample, no check passes for it: a column, an export or a parameter removed, a column emptied, its words renamed.

Each change is made to the file as an operator's would differ, and read again; the checks that it can reach are asked again. A small draw of the
changes with every test run, a larger one with the long tests.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from teleaudit.checks.runner import Bench
from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit.exports.reading import ReadExport, read_export
from teleaudit.rules.audit_file import Audit, ExportSpec, Parameter, load_audit
from teleaudit.rules.suites import load_suites
from teleaudit.rules.verdicts import Verdict
from teleaudit.schema import TABLES, VOCABULARIES
from teleaudit.schema.views import data_set_view, views
from teleaudit_samples import write_samples

ROOT = Path(__file__).resolve().parents[1]
DRAWN, DRAWN_DEEP = 3, 80  # changes of each operator; there are some 600
# An end that nobody entered means that the matter goes on: a whole column without one says no more than each empty cell does.
MAY_BE_EMPTY = {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns if column.open_end}


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
        self.audit, self.root, self.folder = load_audit(ROOT / "audits" / operator), folder / operator, folder
        self.exports = {name: self._read(name, spec, self.root, "work") for name, spec in self.audit.exports.items()}

    def _read(self, name: str, spec: ExportSpec, root: Path, work: str) -> ReadExport:
        return read_export(name, spec, root=root, work=self.folder / work)

    def changes(self) -> Iterator[Change]:
        """Everything that can be taken away or renamed."""
        for name, spec in self.audit.exports.items():
            yield Change("export removed", name)
            if spec.format != "csv" or spec.header is False:
                continue
            for column in spec.columns:
                yield Change("column removed", name, column)
                if f"{spec.table}.{column}" not in MAY_BE_EMPTY:
                    yield Change("column emptied", name, column)
                if f"{spec.table}.{column}" in VOCABULARIES:
                    yield Change("words renamed", name, column)
        for name, parameter in self.audit.parameters.items():
            if parameter.value is not None:
                yield Change("parameter removed", name)

    def verdicts(self, change: Change | None = None, *, only: frozenset[str] | None = None) -> dict[str, Verdict]:
        """What every check, or these ``only``, answers after a change, or where nothing is missing."""
        audit, exports = self.audit, dict(self.exports)
        match change:
            case Change(kind="export removed"):
                del exports[change.export]
            case Change(kind="parameter removed"):
                audit = audit.model_copy(update={"parameters": {**audit.parameters, change.export: Parameter(value=None)}})
            case Change():
                exports[change.export] = self._changed(change)
        table = None if change is None or change.kind == "parameter removed" else self.audit.exports[change.export].table
        return asked(audit, list(exports.values()), self.folder, table, only)

    def _changed(self, change: Change) -> ReadExport:
        spec = self.audit.exports[change.export]
        root = self.folder / str(change).replace(" ", "_")
        for file in self.root.glob(spec.files):
            (root / file.relative_to(self.root)).parent.mkdir(parents=True, exist_ok=True)
            rewrite(file, root / file.relative_to(self.root), spec, change)
        return self._read(change.export, spec, root, f"{root.name}_work")


def asked(audit: Audit, exports: Sequence[ReadExport], folder: Path, table: str | None, only: frozenset[str] | None) -> dict[str, Verdict]:
    """What the checks answer; of a table alone, those that it can reach; of some by name, those."""
    assert audit.as_of is not None
    with closing(DuckDBEngine(spill=folder / "spill")) as engine:
        bench = Bench(audit, load_suites(audit.suites, ROOT / "expectations"), exports, engine, as_of=audit.as_of)
        reached = [check for check in bench.checks() if (table is None or table in tables_of(check.data_set)) and (only is None or check.id in only)]
        results = bench._run(reached, None, lambda *_: nullcontext(), None)
    return {result.id: result.verdict for result in results}


@cache
def tables_of(data_set: str) -> frozenset[str]:
    """Every canonical table that a data set's rows are told from."""
    named = {view.name: view for view in views()}
    found, to_read = {data_set_view(data_set).table}, [data_set]
    while to_read:
        sql = named[name].sql if (name := to_read.pop()) in named else f"export_{name}"
        found |= {table for table in re.findall(r"export_(\w+)", sql) if table in TABLES}
        to_read += [other for other in named if other != name and re.search(rf"\b(?:FROM|JOIN) {other}\b", sql)]
    return frozenset(found)


def rewrite(source: Path, target: Path, spec: ExportSpec, change: Change) -> None:
    """The file as an operator would have it who lacks the column, never fills it, or has other words."""
    with source.open(encoding=spec.encoding, newline="") as file:
        header, *rows = csv.reader(file, delimiter=spec.delimiter or ",")
    place = header.index(spec.columns[change.column])
    match change.kind:
        case "column removed":
            changed = [[cell for at, cell in enumerate(row) if at != place] for row in (header, *rows)]
        case "column emptied":
            changed = [header, *([*row[:place], "", *row[place + 1 :]] for row in rows)]
        case _:
            changed = [header, *([*row[:place], row[place] and f"qx{row[place]}", *row[place + 1 :]] for row in rows)]
    with target.open("w", encoding=spec.encoding, newline="") as file:
        csv.writer(file, delimiter=spec.delimiter or ",").writerows(changed)


@pytest.fixture(scope="module", params=["bizzy", "kazoom"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return Sample(request.param, tmp_path_factory.mktemp(request.param))


def test_nothing_passes_for_what_was_taken_away(sample: Sample) -> None:
    assert drawn(sample, 20261129, DRAWN) == {}


@pytest.mark.deep
@pytest.mark.timeout(7_200)
def test_nothing_passes_for_what_was_taken_away_in_many_a_place(sample: Sample) -> None:
    assert drawn(sample, 1, DRAWN_DEEP) == {}


def drawn(sample: Sample, seed: int, count: int) -> dict[str, list[str]]:
    """The checks that pass after some of the changes, the same each time, and did not before; an event that nobody entered did not happen, and so on no impossible day."""
    changes = random.Random(seed).sample(sorted(sample.changes(), key=str), count)  # noqa: S311 (no secret)
    passing = {change: {check for check, verdict in sample.verdicts(change).items() if verdict is Verdict.PASS} for change in changes}
    before = sample.verdicts(only=frozenset().union(*passing.values()))
    found = {}
    for change, passed in passing.items():
        new = sorted(check for check in passed if before.get(check) is not Verdict.PASS)
        is_event = change.kind == "column emptied" and not _is_beginning(sample.audit.exports[change.export].table, change.column)
        found[str(change)] = [check for check in new if not (is_event and check.startswith("HYG-dates."))]
    return {change: checks for change, checks in found.items() if checks}


def _is_beginning(table: str, column: str) -> bool:
    """Whether it is the date that every record of the table has."""
    beginning = TABLES[table].beginning
    return beginning is not None and beginning.name == column
