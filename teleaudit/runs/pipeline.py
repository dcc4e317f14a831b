"""One run: from exports to report and ledger.

The straight line: read the exports (while the warm kernel imports), ask the checks, let a notebook
per topic show the answers, compose results.json, run the report's notebook, write manifest and
ledger, seal the folder. A notebook that fails leaves its marked copy and the rest goes on; its
checks were answered without it. Where no answers came, they are ``error``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from teleaudit.checks.worklist import new_reference_key
from teleaudit.engines.spark.session import check_installed
from teleaudit.errors import ExitCode, UserError
from teleaudit.exports.estimating import estimate_rows
from teleaudit.exports.files import find_files
from teleaudit.exports.mapping_gaps import find_mapping_gaps
from teleaudit.exports.reading import ReadExport, read_export
from teleaudit.machine import cores, default_memory
from teleaudit.notebooks import NotebookRun, run_notebook
from teleaudit.notebooks.kernels import WarmKernels, kernel_environment
from teleaudit.notebooks.selection import RunNotebook, select_notebooks
from teleaudit.progress import Progress, Step
from teleaudit.report import Report, render_reports
from teleaudit.report.results import as_json, check_entry, compose, exit_code
from teleaudit.report.wording import load_words
from teleaudit.report.worklist import checked, write_worklists
from teleaudit.rules.audit_file import (
    LANGUAGE_OF_RECORD,
    Audit,
    ReportLanguage,
    is_url,
    load_audit,
)
from teleaudit.rules.readiness import refuse_later, refuse_unready
from teleaudit.rules.response import Response, decisions_about_nothing, load_response
from teleaudit.rules.rulebook import Rulebook, rulebook_of
from teleaudit.rules.suites import TOPICS, Topic, checks_of
from teleaudit.rules.verdicts import CheckResult, Verdict
from teleaudit.runs.answering import answer_checks
from teleaudit.runs.due import moment_text, not_carried_out
from teleaudit.runs.folder import MANIFEST, RESULTS_FILE, RunFolder, run_folder
from teleaudit.runs.history import PastRun, ledger_numbers, past_runs, with_history
from teleaudit.runs.ledger import (
    LEDGER_FILE,
    append_entry,
    head,
    read_ledger,
    refuse_unwritable,
)
from teleaudit.runs.matching import match_records
from teleaudit.runs.state import ENVIRONMENT, RunState
from teleaudit.runs.timings import Stage, Timings
from teleaudit.schema import TABLES
from teleaudit.workspace import reports_folder

if TYPE_CHECKING:
    from teleaudit.runs.spark import SparkRun

REPORT_FILE = f"report.{LANGUAGE_OF_RECORD}.pdf"
_MAX_JOBS = 4
NOTEBOOKS: dict[Topic, str] = {
    "intake": "00_intake.ipynb",
    "retention": "10_retention.ipynb",
    "card_data": "20_card_data.ipynb",
    "message_content": "30_message_content.ipynb",
    "minimisation": "40_minimisation.ipynb",
    "consent": "50_consent.ipynb",
    "rights": "60_rights.ipynb",
    "disclosure": "70_disclosure.ipynb",
    "access": "80_access.ipynb",
    "deletion": "85_deletion.ipynb",
}
_REPORT_NOTEBOOK = "90_report.ipynb"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line may change of a run."""

    as_of: dt.date | None = None
    exports: str | None = None  # replaces the audit's exports_root: a folder, or with Spark a URL
    engine: Literal["duckdb", "spark"] = "duckdb"
    master: str | None = None  # of Spark; None: the session the run is started in, or this machine
    out: Path | None = None  # None: ``reports_folder`` of the audit
    languages: tuple[ReportLanguage, ...] | None = None  # None: the audit's report_languages
    notebooks: bool = True
    jobs: int | None = None  # notebooks at the same time; None: one a core, at most four
    memory: str | None = None  # the engine's, as DuckDB writes a size; None: ``default_memory``
    scheduled_for: dt.datetime | None = None  # when the run was due; None: a person began it


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run left."""

    folder: Path
    results: Mapping[str, Any]
    exit_code: ExitCode
    failed_notebooks: tuple[str, ...]
    timings: Mapping[str, Any]  # as in results.json, and of the report besides


Say = Callable[[str], None]
Executed = tuple[NotebookRun, bytes]  # a notebook's run and the document it left


def run_audit(
    path: Path,
    options: Options,
    *,
    say: Say,
    progress: Progress | None = None,
    began: float | None = None,
) -> Outcome:
    """Carry out an audit.

    ``say`` is told each step, ``progress`` how far a long one is; the run ``began`` then by the
    monotonic clock. Raises: UserError.
    """
    timings = Timings(
        began=time.monotonic() if began is None else began,
        memory_limit=options.memory or default_memory(),
    )
    started_at = dt.datetime.now(dt.UTC)
    audit = load_audit(path)
    refuse_unready(audit)
    rulebook = rulebook_of(audit)
    as_of = _judged_on(audit, options, started_at.date(), say)
    rulebook.conflicts(audit, as_of)  # refused now, what cannot be compared
    response = load_response(audit.path.parent)
    root = existing_root(
        audit.address if options.exports is None else options.exports, engine=options.engine
    )
    out = options.out or Path(_shown(reports_folder(audit.path)))
    notebooks = _select(audit, as_of, say) if options.notebooks else ()
    with ExitStack() as stack:
        kernels = stack.enter_context(WarmKernels()) if options.notebooks else None
        folder = stack.enter_context(run_folder(out, audit.name))
        ledger_head, past = _open_ledger(out / audit.name)
        if kernels:
            # whatever happens, before the folders they write to are cleared away
            stack.callback(kernels.end)
        stack.enter_context(timings.watch(folder.work))
        (folder.restricted / "reference_key").write_text(
            new_reference_key().hex() + "\n", encoding="ascii"
        )
        timings.add(Stage(stage="start", seconds=timings.seconds))
        spark = _on_spark(options, folder, stack, timings) if options.engine == "spark" else None
        say(f"run {folder.run_id}: reading the exports of {audit.controller.name}")
        exports = read_exports(
            audit, root=root, work=folder.exports, progress=progress, timings=timings, spark=spark
        )
        for gap in find_mapping_gaps(rulebook.suites, exports):
            say(gap.describe(_shown(audit.path)))
        for remark in _remarks(exports, response, rulebook):
            say(f"note: {remark}")
        state = RunState(
            audit_path=audit.path,
            as_of=as_of,
            started_at=started_at,
            folder=folder,
            exports=exports,
            engine=options.engine,
            memory=timings.memory_limit,
        )
        state.save()
        say("asking the checks")
        lost = _answer(state, kernels, timings, progress, spark)
        # before any notebook runs: none can change a verdict
        entries, doubts = _entries(state, rulebook, lost), state.doubts
        _write_worklists(state, rulebook, entries if lost is None else None, response, timings)
        annex = folder.annex_digests()
        shown = (
            _show_in_notebooks(
                state, kernels, notebooks, options.jobs or min(cores(), _MAX_JOBS), timings, say
            )
            if kernels
            else []
        )
        composed = _compose(state, audit, rulebook, entries, doubts, response) | _between(
            audit, state, options
        )
        results = _with_history(composed, past, state) | {
            "ledger_head": ledger_head,
            "report_languages": _languages(audit, options.languages),
            "notebooks": [notebook.as_json() for notebook in notebooks],
            "timings": timings.as_json(),
        }
        content = as_json(results)
        state.results.write_bytes(content)  # for the report's notebook to show
        say("writing the report")
        with timings.stage("report"):
            shown += [
                _run_notebook(state, kernels, notebook)
                for notebook in notebooks
                if notebook.name == _REPORT_NOTEBOOK
            ]
            if kernels:
                kernels.end()
            _fill_record(folder, content, shown, annex, say)
        failed = [run.name for run, _ in shown if not run.ok]
        (folder.restricted / "reference_key").chmod(0o600)
        folder.write(MANIFEST, folder.manifest(results["notebooks"], annex=annex))
        folder.seal(append_entry(out / audit.name, "run", _ledger_entry(folder, results, options)))
        code = ExitCode.INTERNAL if failed else ExitCode(exit_code(results))
        return Outcome(
            folder=folder.path,
            results=results,
            exit_code=code,
            failed_notebooks=tuple(failed),
            timings=timings.as_json(),
        )


def _open_ledger(home: Path) -> tuple[str, tuple[PastRun, ...]]:
    """The head of the ledger that the run will be entered in, and the runs before. Raises:
    UserError.
    """
    refuse_unwritable(home)
    return head(home), past_runs(read_ledger(home / LEDGER_FILE))


def _judged_on(audit: Audit, options: Options, today: dt.date, say: Say) -> dt.date:
    """The day on which deadlines are judged. Raises: UserError."""
    as_of = options.as_of or audit.as_of or today
    refuse_later(audit, as_of)
    if as_of > today:
        say(
            f"note: {as_of.isoformat()}, the day on which the audit judges, is yet to come: what"
            " will be erased until then counts as kept"
        )
    return as_of


def _remarks(
    exports: Sequence[ReadExport], response: Response, rulebook: Rulebook
) -> Iterator[str]:
    """What was noticed of the exports, and of the decisions about the last run's findings."""
    for export in exports:
        for warning in export.warnings:
            yield f"{export.name}: {warning}" if warning.file is None else str(warning)
    yield from decisions_about_nothing(response, rulebook.clause_ids)


def _shown(path: Path) -> str:
    """A file as the user may name it from where the command runs."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def run_notebooks(audit: Audit, as_of: dt.date) -> tuple[RunNotebook, ...]:
    """The notebooks that a run of an audit executes. Raises: UserError."""
    return select_notebooks(
        audit,
        [*NOTEBOOKS.values(), _REPORT_NOTEBOOK],
        {"audit": audit.name, "as_of": as_of.isoformat()},
    )


def _select(audit: Audit, as_of: dt.date, say: Say) -> tuple[RunNotebook, ...]:
    """The notebooks to run. Raises: UserError."""
    notebooks = run_notebooks(audit, as_of)
    for notebook in notebooks:
        if notebook.state != "released":
            say(
                f"note: {notebook.name} is"
                f" {'your own' if notebook.state == 'own' else 'not as it was released'}, and the"
                " record says so; verdicts do not come from notebooks"
            )
    return notebooks


def _on_spark(options: Options, folder: RunFolder, stack: ExitStack, timings: Timings) -> SparkRun:
    """A session for as long as the run lasts. Raises: UserError."""
    with timings.stage("spark"):
        check_installed()
        from teleaudit.runs.spark import spark_run  # needs pyspark

        return stack.enter_context(
            spark_run(
                options.master,
                memory=timings.memory_limit,
                executor_memory=options.memory,
                work=folder.work,
            )
        )


def read_exports(
    audit: Audit,
    *,
    root: str,
    work: Path,
    progress: Progress | None = None,
    timings: Timings | None = None,
    spark: SparkRun | None = None,
) -> tuple[ReadExport, ...]:
    """Read every export of an audit into the work folder, or where it lies on Spark, in the order
    of the audit file.
    """
    timings = timings or Timings(began=time.monotonic(), memory_limit="")
    exports = []
    for name, spec in audit.exports.items():
        with timings.stage("reading", name) as stage:
            told = (
                _reading(
                    name,
                    None if spark else estimate_rows(find_files(spec.files, Path(root))),
                    progress,
                )
                if progress
                else None
            )
            export = (
                spark.read(name, spec, root, work, told)
                if spark
                else read_export(name, spec, root=Path(root), work=work, progress=told)
            )
            stage.rows = export.rows
            exports.append(export)
    return tuple(exports)


def _reading(name: str, total: int | None, progress: Progress) -> Callable[[str, int], None]:
    """What an export's reader tells of its files, as steps of the whole export."""
    read: dict[str, int] = {}

    def tell(file: str, rows: int) -> None:
        read[file] = rows
        progress(Step(stage="reading", name=name, done=sum(read.values()), total=total, about=True))

    return tell


def write_pdf(content: bytes, target: Path) -> Path:
    """The main report of a results.json, whole or not at all."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.write_bytes(Report(results=json.loads(content)).pdf)
    return unfinished.replace(target)


def existing_root(address: str, *, engine: str) -> str:
    """The place of the exports; where it is a folder of this machine, it is looked at.

    Raises: UserError.
    """
    if not address.strip():
        msg = "--exports names no folder: is the variable set that holds it?"
        raise UserError(msg)
    if is_url(address):
        if engine == "spark":
            return address
        msg = (
            f"the exports lie at {address}: only --engine spark reads a URL. Or name a folder with"
            " --exports."
        )
        raise UserError(msg)
    root = Path(address)
    try:
        if not root.is_dir():
            msg = (
                f"no folder {root} for the exports: see exports_root in the audit file, or name one"
                " with --exports."
            )
            raise UserError(msg)
        next(root.iterdir(), None)
    except PermissionError:
        msg = f"the folder {root} may not be read: give this user the right to list and read it."
        raise UserError(msg) from None
    return str(root)


def _answer(
    state: RunState,
    kernels: WarmKernels | None,
    timings: Timings,
    progress: Progress | None,
    spark: SparkRun | None,
) -> tuple[str, str] | None:
    """Ask the checks; the kind of error, and its id, where no answers came of it."""
    ended: dict[str, Any] = {}

    def on_event(told: Mapping[str, Any]) -> None:
        match told:
            case {"step": step}:
                if progress:
                    progress(Step(**step))
            case {"stage": stage}:
                timings.add(Stage(**stage))
            case _:
                ended.update(told)

    with timings.stage("imports"):
        forks = kernels if spark is None else None  # the session is this process's
        telling = (
            forks.call(
                "teleaudit.runs.answering:run_checks_in_fork",
                environment=kernel_environment(_environment(state)),
                cwd=Path.cwd(),
            )
            if forks
            else None
        )
        if telling is None:
            # Great Expectations; its time is not that of the checks
            importlib.import_module("teleaudit.checks.runner")
    if telling is None:
        answer_checks(state, on_event, engine=spark.engine() if spark else None)
        return None
    for told in telling:
        on_event(told)
    return _failure_of_fork(ended, state)


def _failure_of_fork(ended: Mapping[str, Any], state: RunState) -> tuple[str, str] | None:
    """Nothing, or kind and id of the error with which a fork that asked the checks ended.

    Raises: UserError and OSError, as they came to it.
    """
    match ended:
        case {"answered": True}:
            return None
        case {"refused": message}:
            raise UserError(message)
        case {"errno": number, "strerror": words, "filename": name}:
            raise OSError(number, words, name)
        case {"failed": kind, "error_id": error_id}:
            return kind, error_id
    return "ProcessDied", state.keep_error(
        "the process that asked the checks ended without a word: the system may have ended it for"
        " its memory"
    )


def _languages(audit: Audit, asked: Sequence[ReportLanguage] | None) -> list[ReportLanguage]:
    """The languages of a run's reports: that of record, then those asked for."""
    wanted = audit.report_languages if asked is None else asked
    return list(dict.fromkeys((LANGUAGE_OF_RECORD, *wanted)))


def _fill_record(
    folder: RunFolder, content: bytes, shown: Sequence[Executed], annex: Mapping[str, str], say: Say
) -> None:
    """The record from what this process holds, whatever a notebook did to its files meanwhile.

    Raises: UserError where one changed the closed annex.
    """
    now = folder.annex_digests()
    changed = sorted(name for name, digest in annex.items() if now.get(name) != digest)
    if changed:
        msg = (
            f"{', '.join(changed)} of the closed annex changed while the notebooks ran: nothing is"
            " sealed. Take the notebook that does so out of the audit, and run again."
        )
        raise UserError(msg)
    others = folder.hold_only(
        {
            RESULTS_FILE: content,
            **render_reports(json.loads(content)),
            **{f"notebooks/{run.name}": document for run, document in shown},
        }
    )
    if others:
        say(
            f"note: {others} {'file' if others == 1 else 'files'} in record/ were not the run's"
            " own: removed, or put back as the run made them"
        )


def _show_in_notebooks(
    state: RunState,
    kernels: WarmKernels,
    notebooks: Sequence[RunNotebook],
    jobs: int,
    timings: Timings,
    say: Say,
) -> list[Executed]:
    """Run all notebooks but the report's.

    Ctrl-C takes the kernels with it, before their folders are cleared away.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, jobs))
    shown = []
    try:
        runs = {
            notebook.name: pool.submit(_run_notebook, state, kernels, notebook)
            for notebook in notebooks
            if notebook.name != _REPORT_NOTEBOOK
        }
        for name, future in runs.items():
            run, document = future.result()
            timings.add(Stage(stage="notebook_start", name=name, seconds=run.start_seconds))
            timings.add(Stage(stage="notebook", name=name, seconds=run.seconds - run.start_seconds))
            say(
                f"{name}: {'done' if run.ok else f'failed ({run.error_type}, {run.error_id})'} in"
                f" {run.seconds:.1f} s"
            )
            shown.append((run, document))
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        kernels.end()
        raise
    finally:
        pool.shutdown()
    return shown


def _run_notebook(state: RunState, kernels: WarmKernels | None, notebook: RunNotebook) -> Executed:
    """How a notebook ended, and the document as it was written: nothing that another notebook does
    to the file counts.
    """
    target = state.folder.record / "notebooks" / notebook.name
    return (
        run_notebook(
            notebook.path,
            target,
            notebook.parameters,
            kernels=kernels,
            environment=_environment(state),
        ),
        target.read_bytes(),
    )


def _environment(state: RunState) -> dict[str, str]:
    """What tells a fork of the warm kernel which run it belongs to."""
    return {
        ENVIRONMENT: str(state.folder.work / "state.json"),
        "TELEAUDIT_RESTRICTED": str(state.folder.restricted),
    }


def _entries(
    state: RunState, rulebook: Rulebook, lost: tuple[str, str] | None
) -> list[Mapping[str, Any]]:
    """The checks of results.json; those that were asked and not answered are ``error``, for the
    reason why they were ``lost``.
    """
    entries: list[Mapping[str, Any]] = []
    filled = {
        table: frozenset(
            name for export in state.exports if export.table == table for name in export.columns
        )
        for table in TABLES
    }
    for topic in TOPICS:
        kept = state.answers(topic)
        if kept is None:
            kind, error_id = lost or (None, None)
            unanswered = (
                CheckResult(
                    check=check,
                    verdict=Verdict.ERROR,
                    why="error",
                    why_detail=kind,
                    error_id=error_id,
                )
                for check in checks_of(rulebook.suites, filled, topic)
            )
            kept = [
                check_entry(result, law=rulebook.law, reference_key=state.reference_key)
                for result in unanswered
            ]
        entries += kept
    return entries


def _write_worklists(
    state: RunState,
    rulebook: Rulebook,
    entries: Sequence[Mapping[str, Any]] | None,
    response: Response,
    timings: Timings,
) -> None:
    """The worklist as it is worked off, of the records that the checks listed; none where no
    answers came.
    """
    if entries is None:
        return
    audit, words = state.audit(), load_words("da")
    heading = words.say(
        "worklist.guide.heading",
        controller=audit.controller.name,
        date=words.date(state.as_of.isoformat()),
        run=state.folder.run_id,
    )
    with timings.stage("worklist"):
        write_worklists(
            state.folder.restricted,
            checked(rulebook.checks, entries, response),
            words,
            systems={
                name: export.system for name, export in audit.exports.items() if export.system
            },
            heading=heading,
            as_of=state.as_of,
            work=state.folder.work,
            memory_limit=state.memory,
        )


def _compose(
    state: RunState,
    audit: Audit,
    rulebook: Rulebook,
    entries: Sequence[Mapping[str, Any]],
    doubts: Sequence[Mapping[str, Any]],
    response: Response,
) -> dict[str, Any]:
    """results.json but for notebooks and timings."""
    return compose(
        audit=audit,
        run_id=state.folder.run_id,
        as_of=state.as_of,
        ran=(state.started_at, dt.datetime.now(dt.UTC)),
        engine=state.engine,
        exports=state.exports,
        rulebook=rulebook,
        checks=entries,
        doubts=doubts,
        response=response,
    )


def _with_history(
    results: Mapping[str, Any], past: Sequence[PastRun], state: RunState
) -> dict[str, Any]:
    """The results, compared with the last run, where there is one."""
    if not past:
        return dict(results)
    last, folder = past[-1], state.folder
    return with_history(
        results,
        past,
        match_records(
            last,
            folder.path.parent / last.run_id,
            folder.restricted,
            work=folder.work,
            memory_limit=state.memory,
        ),
    )


def _between(audit: Audit, state: RunState, options: Options) -> dict[str, Any]:
    """What was due or begun since the run before, and came to no result."""
    return not_carried_out(
        audit.schedule,
        state.folder.path.parent,
        run_id=state.folder.run_id,
        scheduled_for=options.scheduled_for,
        now=state.started_at,
    )


def _ledger_entry(
    folder: RunFolder, results: Mapping[str, Any], options: Options | None = None
) -> dict[str, Any]:
    """What the ledger keeps of a run: the digest of its manifest, and of what may be handed over
    without it; the numbers that later runs are compared with; and when it was due, if it was.
    """
    due_at = options.scheduled_for if options else None
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.record.iterdir())
        if path.is_file()
    }
    return {
        "audit": results["audit"],
        "run_id": folder.run_id,
        "as_of": results["as_of"],
        "finished_at": results["finished_at"],
        "manifest_sha256": digests.pop(MANIFEST),
        "files": digests,
        **ledger_numbers(results),
        **({"scheduled_for": moment_text(due_at)} if due_at else {}),
    }
