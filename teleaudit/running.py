"""One run: from exports to report and ledger.

The straight line: read the exports (while the warm kernel imports), run a notebook per topic, compose results.json, run the
report's notebook, write manifest and ledger, seal the folder. A notebook that fails leaves its marked copy; its checks
answer ``error`` and the rest goes on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teleaudit import figures
from teleaudit.audits import Audit, load_audit
from teleaudit.errors import ExitCode, UserError
from teleaudit.exports.reading import ReadExport, read_export
from teleaudit.findings import Worklist, new_reference_key
from teleaudit.kernels import WarmKernels
from teleaudit.ledger import append_run
from teleaudit.notebooks import run_notebook
from teleaudit.report import write_report
from teleaudit.results import as_json, check_entry, compose, exit_code
from teleaudit.runs import RunFolder, run_folder
from teleaudit.runstate import ENVIRONMENT, RunState
from teleaudit.schema import TABLES
from teleaudit.suites import TOPICS, LegalBasis, Suite, Topic, checks_of, load_law, load_suites
from teleaudit.verdicts import CheckResult, Verdict
from teleaudit.workspace import find_workspace, package_workspace

RESULTS_FILE = "results.json"
REPORT_FILE = "report.da.pdf"
DEFAULT_MEMORY = "1536MB"
_NOTEBOOKS: dict[Topic, str] = {"intake": "00_intake.ipynb", "retention": "10_retention.ipynb", "card_data": "20_card_data.ipynb", "message_content": "30_message_content.ipynb"}
_REPORT_NOTEBOOK = "90_report.ipynb"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line may change of a run."""

    as_of: dt.date | None = None
    exports: Path | None = None  # replaces the audit's exports_root
    out: Path = Path("reports")
    notebooks: bool = True
    jobs: int = 2
    memory: str = DEFAULT_MEMORY


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run left."""

    folder: Path
    results: Mapping[str, Any]
    exit_code: ExitCode
    failed_notebooks: tuple[str, ...]


Say = Callable[[str], None]


def run_audit(path: Path, options: Options, *, say: Say, rows: Callable[[str, int], None] | None = None) -> Outcome:
    """Carry out an audit. ``say`` is told each step, ``rows`` the rows read of each export. Raises: UserError."""
    started_at = dt.datetime.now(dt.UTC)
    audit = load_audit(path)
    expectations = find_workspace(audit.path) / "expectations"
    suites, law = load_suites(audit.suites, expectations), load_law(expectations)
    for check in (check for suite in suites for check in suite.checks):
        check.refuse_undeclared(audit.parameters)
    root = _existing(options.exports or audit.root)
    with ExitStack() as stack:
        kernels = stack.enter_context(WarmKernels()) if options.notebooks else None
        folder = stack.enter_context(run_folder(options.out, audit.name))
        (folder.restricted / "reference_key").write_text(new_reference_key().hex() + "\n", encoding="ascii")
        say(f"run {folder.run_id}: reading the exports of {audit.controller.name}")
        exports = read_exports(audit, root=root, work=folder.work, rows=rows)
        for export in exports:
            for warning in export.warnings:
                say(f"note: {export.name}: {warning}" if warning.file is None else f"note: {warning}")
        as_of = options.as_of or audit.as_of or started_at.date()
        state = RunState(audit_path=audit.path, as_of=as_of, started_at=started_at, folder=folder, exports=exports, engine="duckdb", memory=options.memory)
        state.save()
        failed = _check_by_notebooks(state, kernels, options.jobs, say) if kernels else _check_here(state, suites, law, say)
        results = _compose(state, audit, suites, law)
        folder.write(RESULTS_FILE, as_json(results))
        state.join_worklist(TOPICS)
        say("writing the report")
        failed += _report(state, kernels)
        (folder.restricted / "reference_key").chmod(0o600)
        folder.write("manifest.json", folder.manifest())
        head = append_run(options.out / audit.name, _ledger_entry(folder, results))
        folder.seal(head)
        return Outcome(folder=folder.path, results=results, exit_code=ExitCode.INTERNAL if failed else ExitCode(exit_code(results)), failed_notebooks=tuple(failed))


def read_exports(audit: Audit, *, root: Path, work: Path, rows: Callable[[str, int], None] | None = None) -> tuple[ReadExport, ...]:
    """Read every export of an audit into the work folder, in the order of the audit file."""
    return tuple(read_export(name, spec, root=root, work=work, progress=rows) for name, spec in audit.exports.items())


def write_pdf(content: bytes, target: Path) -> Path:
    """The report of a results.json, with its figures."""
    results = json.loads(content)
    source = f"Kilde: udtræk fra {results['controller']['name']}, opgjort pr. {dt.date.fromisoformat(results['as_of']):%d-%m-%Y}, kørsel {results['run_id']}"
    return write_report(results, target, figures=figures.for_report(results, source=source), language="da", results_json=content)


def _existing(root: Path) -> Path:
    try:
        if not root.is_dir():
            msg = f"no folder {root} for the exports: see exports_root in the audit file, or name one with --exports."
            raise UserError(msg)
        next(root.iterdir(), None)
    except PermissionError:
        msg = f"the folder {root} may not be read: give this user the right to list and read it."
        raise UserError(msg) from None
    return root


def _check_by_notebooks(state: RunState, kernels: WarmKernels, jobs: int, say: Say) -> list[str]:
    """Run a notebook per topic; returns the names of those that failed. Ctrl-C takes the kernels with it, before their folders are cleared away."""
    pool = ThreadPoolExecutor(max_workers=max(1, jobs))
    failed = []
    try:
        runs = {name: pool.submit(_run_notebook, state, kernels, name) for name in _NOTEBOOKS.values()}
        for name, future in runs.items():
            run = future.result()
            say(f"{name}: {'done' if run.ok else f'failed ({run.error_type}, {run.error_id})'} in {run.seconds:.1f} s")
            failed += [] if run.ok else [name]
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        kernels.end()
        raise
    finally:
        pool.shutdown()
    return failed


def _run_notebook(state: RunState, kernels: WarmKernels | None, name: str) -> Any:  # noqa: ANN401 (a NotebookRun)
    return run_notebook(
        package_workspace() / "notebooks" / name,
        state.folder.record / "notebooks" / name,
        {"audit": state.audit().name, "as_of": state.as_of.isoformat()},
        kernels=kernels,
        environment={ENVIRONMENT: str(state.folder.work / "state.json"), "TELEAUDIT_RESTRICTED": str(state.folder.restricted)},
    )


def _check_here(state: RunState, suites: Sequence[Suite], law: Mapping[str, LegalBasis], say: Say) -> list[str]:
    """Ask the checks in this process, without notebooks."""
    from teleaudit.checks import Bench
    from teleaudit.engines.duckdb import DuckDBEngine

    engine = DuckDBEngine(spill=state.folder.work / "spill", memory_limit=state.memory)
    try:
        bench = Bench(state.audit(), suites, state.exports, engine, as_of=state.as_of)
        for topic in TOPICS:
            say(f"checking {topic}")
            with Worklist(state.worklist_part(topic), state.reference_key) as worklist:
                answers = bench.run([topic], worklist=worklist, on_error=state.keep_error)
            state.keep_answers(topic, [check_entry(result, law=law, reference_key=state.reference_key) for result in answers])
    finally:
        engine.close()
    return []


def _compose(state: RunState, audit: Audit, suites: Sequence[Suite], law: Mapping[str, LegalBasis]) -> dict[str, Any]:
    """results.json; the checks of a topic whose notebook did not answer are ``error``."""
    entries: list[Mapping[str, Any]] = []
    filled = {table: frozenset(name for export in state.exports if export.table == table for name in export.columns) for table in TABLES}
    for topic in TOPICS:
        kept = state.answers(topic)
        if kept is None:
            lost = (CheckResult(check=check, verdict=Verdict.ERROR, why="notebook_failed", why_detail=_NOTEBOOKS[topic]) for check in checks_of(suites, filled, topic))
            kept = [check_entry(result, law=law, reference_key=state.reference_key) for result in lost]
        entries += kept
    return compose(
        audit=audit,
        run_id=state.folder.run_id,
        as_of=state.as_of,
        started_at=state.started_at,
        finished_at=dt.datetime.now(dt.UTC),
        engine=state.engine,
        exports=state.exports,
        suites=suites,
        law=law,
        checks=entries,
    )


def _report(state: RunState, kernels: WarmKernels | None) -> list[str]:
    """The PDF, by its notebook or, where there are no notebooks or it failed, here."""
    failed = []
    if kernels is not None:
        run = _run_notebook(state, kernels, _REPORT_NOTEBOOK)
        failed = [] if run.ok else [_REPORT_NOTEBOOK]
    if not (state.folder.record / REPORT_FILE).exists():
        write_pdf((state.folder.record / RESULTS_FILE).read_bytes(), state.folder.record / REPORT_FILE)
    return failed


def _ledger_entry(folder: RunFolder, results: Mapping[str, Any]) -> dict[str, str]:
    manifest = (folder.record / "manifest.json").read_bytes()
    return {
        "audit": results["audit"],
        "run_id": folder.run_id,
        "as_of": results["as_of"],
        "finished_at": results["finished_at"],
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
    }
