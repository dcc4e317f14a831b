"""Ask every check of a run once, before its notebooks show the answers.

One process asks: data sets are scanned by all cores for the checks of all topics together, and one
memory limit holds for everything. It is forked from the warm kernel, which has imported Great
Expectations already, or is the run's own.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from teleaudit.checks.worklist import Worklist
from teleaudit.error_reports import keep_error
from teleaudit.errors import UserError
from teleaudit.machine import bytes_read
from teleaudit.progress import Step
from teleaudit.report.results import check_entry
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import TOPICS
from teleaudit.runs.state import RunState
from teleaudit.runs.timings import Stage
from teleaudit.schema.views import data_set_view

if TYPE_CHECKING:
    from teleaudit.engines.engine import Engine

Emit = Callable[[Mapping[str, Any]], None]  # of {"step": ...}, {"stage": ...}, and how it ended
_LOOK_EVERY_S = 0.5


def answer_checks(state: RunState, emit: Emit, *, engine: Engine | None = None) -> None:
    """Ask the checks, write the worklist, keep the answers by topic; of an engine of its own unless
    one is given.

    Raises: UserError, OSError.
    """
    from teleaudit.checks.runner import CheckRunner  # Great Expectations takes seconds to import

    audit = state.audit()
    rulebook, key = rulebook_of(audit), state.reference_key
    engine = engine or state.new_engine()
    try:
        with Worklist(state.worklist, key) as worklist:
            watching = _Watching(state, engine, worklist, emit)
            with watching("views"):
                bench = CheckRunner(
                    audit, rulebook.suites, state.exports, engine, as_of=state.as_of
                )
            results = bench.run(worklist=worklist, watch=watching, on_error=state.keep_error)
            state.keep_doubts([doubt.as_json() for doubt in bench.mapping_doubts(results)])
        for topic in TOPICS:
            state.keep_answers(
                topic,
                [
                    check_entry(result, law=rulebook.law, reference_key=key)
                    for result in results
                    if result.check.topic == topic
                ],
            )
    finally:
        engine.close()


def run_checks_in_fork(emit: Emit) -> None:
    """Ask the checks of the run that the environment names; says last how it ended."""
    state = RunState.of_environment()
    if state is None:
        msg = "no run here"
        raise RuntimeError(msg)
    try:
        answer_checks(state, emit)
    except UserError as error:
        emit({"refused": str(error)})
    except OSError as error:
        emit(
            {
                "errno": error.errno,
                "strerror": error.strerror,
                "filename": str(error.filename or state.worklist),
            }
        )
    # told by type and id; the rest stays in the closed annex
    except Exception as error:  # noqa: BLE001
        emit(
            {
                "failed": type(error).__name__,
                "error_id": keep_error(traceback.format_exc(), state.folder.restricted),
            }
        )
    else:
        emit({"answered": True})


class _Watching:
    """Tells how far the checks are, and what each stage of them took."""

    def __init__(self, state: RunState, engine: Engine, worklist: Worklist, emit: Emit) -> None:
        self._engine, self._worklist, self._emit = engine, worklist, emit
        self._rows, self._bytes = Counter[str](), Counter[str]()
        for export in state.exports:
            self._rows[export.table] += export.rows
            self._bytes[export.table] += sum(copy.stat().st_size for copy in export.parquet)

    @contextmanager
    def __call__(self, stage: str, data_set: str = "", amount: int = 0, /) -> Iterator[None]:
        """Watch a stage: so many checks of a data set, or so many deviations to list."""
        lines, scans, began = self._worklist.lines, self._engine.scans[data_set], time.monotonic()
        table = data_set_view(data_set).table if data_set else ""
        rows, read_before = self._rows[table], bytes_read()
        ended = threading.Event()

        def step() -> Step | None:
            if stage == "worklist":
                return Step(
                    stage="worklist", name=data_set, done=self._worklist.lines - lines, total=amount
                )
            share = self._share_read(table, read_before)
            return (
                Step(stage="checks", name=data_set, done=int(rows * share), total=rows, about=True)
                if stage == "checks" and share is not None
                else None
            )

        def look_on() -> None:
            while not ended.wait(_LOOK_EVERY_S):
                if (now := step()) is not None:
                    self._emit({"step": asdict(now)})

        watcher = threading.Thread(target=look_on, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()
        done = Stage(stage=stage, name=data_set or None, seconds=time.monotonic() - began)
        if data_set:
            done.scans = self._engine.scans[data_set] - scans
            done.rows = rows if stage == "checks" else self._worklist.lines - lines
            done.checks = amount if stage == "checks" else 1
        self._emit({"stage": asdict(done)})

    def _share_read(self, table: str, before: int | None) -> float | None:
        """Share of a table's working copy that has been read, 0..1; where nobody knows, what the
        engine says of its query.

        DuckDB says little (2.0): of a scan with joins and a distinct count it had done "7 %" after
        six sevenths of the time.
        """
        now = bytes_read()
        if self._engine.name != "duckdb" or now is None or before is None or not self._bytes[table]:
            return self._engine.progress()
        return min(1.0, (now - before) / self._bytes[table])
