"""Whether a run, or a report that came from one, is still what was sealed: told line by line, with
what is wrong.

Nothing is believed that lies there: the ledger's chain is followed, digests are taken anew, and a
report is rendered once more from the results inside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyhanko_certvalidator.authority import CertTrustAnchor

from teleaudit.errors import UserError
from teleaudit.report.signatures import load_certificates
from teleaudit.runs.folder import COMPLETE, MANIFEST
from teleaudit.runs.ledger import LEDGER_FILE, Ledger, read_ledger
from teleaudit.runs.reports import RESULTS_FILE
from teleaudit.runs.verification.of_ledger import (
    added_files,
    check_chain,
    check_entry_of_results,
    check_runs_beside,
    entry_of_run,
)
from teleaudit.runs.verification.of_record import (
    RESTRICTED,
    check_exports,
    check_record,
    check_restricted,
    check_results,
    read_manifest,
)
from teleaudit.runs.verification.of_reports import Renderings, Report
from teleaudit.runs.verification.statements import (
    State,
    Statement,
    conclusion,
    exit_code,
    holds,
    shown,
    unknown,
    wrong,
)

__all__ = ["Against", "State", "Statement", "conclusion", "exit_code", "verify"]

REPORTS = "report*.pdf"
_RECORD = "record"


@dataclass(frozen=True, kw_only=True)
class Against:
    """What to hold a run or a report against, besides what lies beside it."""

    ledger: Path | None = None  # None: of a run, the one beside it
    exports: Path | None = None
    trust: Path | None = None  # certificates of those whose signatures count


@dataclass(frozen=True, kw_only=True)
class _Given:
    """The same, read."""

    ledger: Ledger | None
    is_beside: bool  # the ledger is the one beside the run, and must know all that lie there
    exports: Path | None
    trusted: Sequence[CertTrustAnchor]
    is_trust_asked: bool
    renderings: Renderings = field(default_factory=Renderings)


def verify(path: Path, against: Against) -> Iterator[Statement]:
    """What holds and what does not of a run's folder, of its record alone, or of one report.

    Raises: UserError for what is none of them, or may not be read.
    """
    try:
        yield from _verify(path, against)
    except PermissionError as error:
        msg = f"{error.filename} may not be read by this user."
        raise UserError(msg) from None


def _verify(path: Path, against: Against) -> Iterator[Statement]:
    trusted = () if against.trust is None else load_certificates(_bytes("--trust", against.trust))
    if against.exports is not None and not against.exports.is_dir():
        msg = f"no folder {against.exports} for the exports: correct --exports."
        raise UserError(msg)
    if against.ledger is not None:
        _bytes("--ledger", against.ledger)
    run = None if path.is_file() else _run_at(path)
    ledger = against.ledger or (run.ledger if run else None)
    given = _Given(
        ledger=read_ledger(ledger) if ledger is not None and ledger.is_file() else None,
        is_beside=against.ledger is None,
        exports=against.exports,
        trusted=trusted,
        is_trust_asked=against.trust is not None,
    )
    if run is not None:
        yield from _verify_run(run, given)
    else:
        yield from _verify_report(Report(shown(path.name), _bytes("the report", path)), given)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Where the parts of a run lie."""

    record: Path
    folder: Path | None  # None: the record alone was handed over

    @property
    def ledger(self) -> Path | None:
        """The ledger beside it."""
        return self.folder.parent / LEDGER_FILE if self.folder else None


def _run_at(path: Path) -> _Run:
    folder = path.resolve()
    if (folder / _RECORD).is_dir():
        return _Run(record=folder / _RECORD, folder=folder)
    if (folder / MANIFEST).is_file():
        is_inside = folder.name == _RECORD and (folder.parent / COMPLETE).exists()
        return _Run(record=folder, folder=folder.parent if is_inside else None)
    msg = (
        f"no run or report at {path}: name the folder of a run (reports/AUDIT/RUN), its record, or"
        " a report.pdf."
    )
    raise UserError(msg)


def _bytes(what: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{what} cannot be read: {path}: {error.strerror}."
        raise UserError(msg) from None


def _verify_run(run: _Run, given: _Given) -> Iterator[Statement]:
    manifest_file = run.record / MANIFEST
    content = manifest_file.read_bytes() if manifest_file.is_file() else None
    manifest = read_manifest(content) if content is not None else None
    run_id = _run_id(run, manifest, given.ledger)
    results_file = run.record / RESULTS_FILE
    results = results_file.read_bytes() if results_file.is_file() else b""
    if given.ledger is None:
        yield unknown(LEDGER_FILE, "is not beside the run: say where it is with --ledger FILE")
    else:
        yield from check_chain(given.ledger)
        if run.folder and given.is_beside:
            yield from check_runs_beside(given.ledger, run.folder.parent)
        yield from _check_entry(run, given, run_id, content, results)
    if manifest is None:
        yield wrong(MANIFEST, "is missing" if content is None else "is no manifest")
    else:
        added = added_files(given.ledger, run_id) if given.ledger else None
        yield from check_record(run.record, manifest, added)
        if run.folder:
            yield from check_restricted(run.folder / RESTRICTED, manifest)
    if results:
        yield from _check_results(results, RESULTS_FILE, given)
    for path in sorted(run.record.glob(REPORTS)):
        report = Report(shown(path.name), _bytes("the report", path))
        yield from report.check_attached(results)
        yield from _check_report(report, given)


def _run_id(run: _Run, manifest: Mapping[str, Any] | None, ledger: Ledger | None) -> str:
    """Which run it is: the folder's name, unless it was renamed. Raises: UserError."""
    name = run.folder.name if run.folder else ""
    known = bool(ledger and ledger.of("run", name))
    if run.folder and not known and not (run.folder / COMPLETE).exists():
        msg = (
            f"run {shown(name)} is not complete: it was interrupted, and nothing in it was sealed."
            " Run the audit again."
        )
        raise UserError(msg)
    return name if known or manifest is None else str(manifest["run_id"])


def _check_entry(
    run: _Run, given: _Given, run_id: str, manifest: bytes | None, results: bytes
) -> Iterator[Statement]:
    """Whether the ledger names what the run left."""
    assert given.ledger is not None  # noqa: S101 (asked for where there is one)
    if run.folder and not (run.folder / COMPLETE).exists():
        yield wrong(COMPLETE, "is missing, though the ledger knows the run")
    entry = entry_of_run(given.ledger, run_id)
    if entry is None:
        # what lies beside its ledger was looked for already
        if not given.is_beside or given.ledger.of("run", run_id):
            yield wrong(LEDGER_FILE, f"has no entry of run {shown(run_id)}, or more than one")
        return
    if "results_sha256" in entry.content:  # older ones name the manifest alone, which names them
        yield from check_entry_of_results(given.ledger, entry, results)
    if manifest is not None:
        is_named = hashlib.sha256(manifest).hexdigest() == entry.content.get("manifest_sha256")
        yield (
            holds(MANIFEST, "is the one that the ledger names")
            if is_named
            else wrong(MANIFEST, "is not the one that the ledger names")
        )


def _verify_report(report: Report, given: _Given) -> Iterator[Statement]:
    """A report alone."""
    signature = report.signature(given.trusted)
    if report.results:
        yield from _check_results(report.results, f"{RESULTS_FILE} inside", given)
        if given.ledger is not None:
            yield from check_chain(given.ledger)
            yield from _check_report_in_ledger(report, given.ledger, is_signed=bool(signature))
    yield from _check_report(report, given)
    if given.ledger is None and not (signature and given.is_trust_asked):
        yield unknown(
            report.name,
            "whose it is cannot be told: only a ledger (--ledger FILE) or a signature with"
            " --trust CA.pem says so",
        )


def _check_report_in_ledger(
    report: Report, ledger: Ledger, *, is_signed: bool
) -> Iterator[Statement]:
    run_id = _loaded(report.results).get("run_id")
    entry = entry_of_run(ledger, str(run_id))
    if entry is None:
        yield wrong(LEDGER_FILE, "has no entry of the report's run, or more than one")
        return
    if "results_sha256" in entry.content:
        yield from check_entry_of_results(ledger, entry, report.results)
    else:
        yield unknown(LEDGER_FILE, "its entry of the run, of an older version, names no results")
    if is_signed:
        digests = frozenset[str]().union(*added_files(ledger, str(run_id)).values())
        yield (
            holds(report.name, "is one that the ledger names as signed")
            if report.sha256 in digests
            else wrong(report.name, "is signed, and the ledger does not know of it")
        )


def _check_report(report: Report, given: _Given) -> Iterator[Statement]:
    signature = report.signature(given.trusted)
    yield from report.check_pages(given.renderings, is_signed=signature is not None)
    yield from report.check_signature(signature, is_trust_asked=given.is_trust_asked)


def _check_results(results: bytes, subject: str, given: _Given) -> Iterator[Statement]:
    """The results, and the exports that they name."""
    found = list(check_results(results, subject))
    yield from found
    if all(one.state is State.HOLDS for one in found):
        yield from check_exports(_loaded(results), given.exports)


def _loaded(results: bytes) -> Mapping[str, Any]:
    """Results as they were written; nothing for what is no object."""
    try:
        loaded = json.loads(results)
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}
