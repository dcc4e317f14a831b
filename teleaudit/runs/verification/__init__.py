"""Whether a run, or a report that came from one, is still what was sealed: told line by line, with
what is wrong.

Nothing is believed that lies there: the ledger's chain is followed, digests are taken anew, and a
report is rendered once more from the results inside it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from teleaudit.errors import UserError
from teleaudit.report import FINAL
from teleaudit.runs.folder import COMPLETE, MANIFEST, RESTRICTED, RESULTS_FILE
from teleaudit.runs.ledger import LEDGER_FILE, Ledger, read_ledger
from teleaudit.runs.verification.of_ledger import (
    added_files,
    approval_entry,
    check_chain,
    check_head,
    check_runs_beside,
    entry_of_run,
    purged_on,
    run_of_file,
)
from teleaudit.runs.verification.of_record import (
    SIGNED,
    check_exports,
    check_record,
    check_restricted,
    check_results,
    read_manifest,
)
from teleaudit.runs.verification.of_reports import (
    NEEDS_PYHANKO,
    FoundReport,
    render_alone,
    render_run,
)
from teleaudit.runs.verification.statements import (
    State,
    Statement,
    conclusion,
    exit_code,
    holds,
    left_out,
    shown,
    unknown,
    wrong,
)

if TYPE_CHECKING:
    from pyhanko_certvalidator.authority import CertTrustAnchor

__all__ = [
    "Against",
    "State",
    "Statement",
    "conclusion",
    "exit_code",
    "refuse_unsealed",
    "verify",
]

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


def verify(path: Path, against: Against) -> Iterator[Statement]:
    """What holds and what does not of a run's folder, of its record alone, of one report, or of
    another file that a run left.

    Raises: UserError for what is none of them, or may not be read.
    """
    try:
        yield from _verify(path, against)
    except PermissionError as error:
        msg = f"{error.filename} may not be read by this user."
        raise UserError(msg) from None
    except OSError as error:
        msg = f"{error.filename or path} cannot be read: {error.strerror}."
        raise UserError(msg) from None


def refuse_unsealed(run: Path, deed: str, *, except_for: frozenset[str]) -> None:
    """Raises UserError for a run that is not what was sealed, so that nothing is signed or approved
    of it; files that are about to be made, and that the ledger knows already, may be missing.
    """
    if not (run.resolve().parent / LEDGER_FILE).is_file():
        msg = f"nothing was {deed}, for the run at {run} does not lie beside its {LEDGER_FILE}."
        raise UserError(msg)
    for one in verify(run, Against()):
        if one.state is State.WRONG and one.subject not in except_for:
            msg = (
                f"nothing was {deed}, for the run is not what was sealed: {one.subject}: {one.text}."
                f" teleaudit verify {run} tells all."
            )
            raise UserError(msg)


def _verify(path: Path, against: Against) -> Iterator[Statement]:
    trusted = () if against.trust is None else _certificates(against.trust)
    if against.exports is not None and not against.exports.is_dir():
        msg = f"no folder {against.exports} for the exports: correct --exports."
        raise UserError(msg)
    if against.ledger is not None and not against.ledger.is_file():
        what = "it is no file" if against.ledger.exists() else os.strerror(errno.ENOENT)
        msg = f"--ledger cannot be read: {against.ledger}: {what}."
        raise UserError(msg)
    content = _bytes("the report", path) if path.is_file() else None
    is_pdf = content is not None and (content.startswith(b"%PDF") or path.suffix == ".pdf")
    run = _run_at(path) if content is None else None if is_pdf else _run_around(path)
    ledger = against.ledger or (run.ledger if run else None)
    given = _Given(
        ledger=read_ledger(ledger) if ledger is not None and ledger.is_file() else None,
        is_beside=against.ledger is None,
        exports=against.exports,
        trusted=trusted,
        is_trust_asked=against.trust is not None,
    )
    if run is not None:
        yield from _verify_run(run, given) if content is None else _verify_file(path, run, given)
        return
    report = FoundReport(shown(path.name), content or b"", given.trusted)
    if is_pdf:
        yield from _verify_report(report, given)
    elif given.ledger is not None:
        yield from check_chain(given.ledger)
        yield from _check_in_ledger(report, {}, given.ledger)
    else:
        msg = (
            f"{report.name} is no PDF, and does not lie in the folder of a run: nothing tells what"
            " it was. Name it in the record/ of its run, or the ledger with --ledger FILE; or verify"
            " a report.pdf, which holds its results."
        )
        raise UserError(msg)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Where the parts of a run lie."""

    record: Path
    folder: Path | None  # None: the record alone was handed over

    @property
    def ledger(self) -> Path | None:
        """The ledger beside it."""
        return self.folder.parent / LEDGER_FILE if self.folder else None

    @property
    def is_sealed(self) -> bool:
        """Whether it was sealed."""
        return self.folder is not None and (self.folder / COMPLETE).is_file()

    def read(self, name: str) -> bytes | None:
        """A file of the record; None where there is none."""
        file = self.record / name
        return file.read_bytes() if file.is_file() else None


def _run_at(path: Path) -> _Run:
    folder = path.resolve()
    if (folder / _RECORD).is_dir():
        return _Run(record=folder / _RECORD, folder=folder)
    if (folder / MANIFEST).is_file():
        is_inside = folder.name == _RECORD and os.path.lexists(folder.parent / COMPLETE)
        return _Run(record=folder, folder=folder.parent if is_inside else None)
    msg = (
        f"no run or report at {path}: name the folder of a run (reports/AUDIT/RUN), its record, or"
        " a report.pdf or another file of it."
    )
    raise UserError(msg)


def _run_around(file: Path) -> _Run | None:
    """The run in whose record or closed annex a file lies; None where there is none."""
    return next(
        (
            _run_at(folder)
            for folder in file.resolve().parents[:3]  # notebooks lie one deeper
            if (folder / MANIFEST).is_file() or (folder / _RECORD / MANIFEST).is_file()
        ),
        None,
    )


def _certificates(file: Path) -> tuple[CertTrustAnchor, ...]:
    """Raises: UserError."""
    from teleaudit.report.signatures import load_certificates

    return load_certificates(_bytes("--trust", file))


def _bytes(what: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{what} cannot be read: {path}: {error.strerror}."
        raise UserError(msg) from None


def _verify_run(run: _Run, given: _Given) -> Iterator[Statement]:
    content = run.read(MANIFEST)
    manifest = read_manifest(content) if content is not None else None
    run_id = _run_id(run, manifest, given.ledger)
    results = run.read(RESULTS_FILE) or b""
    yield from _check_ledger(run, given, run_id, content, results)
    if manifest is None:
        yield wrong(MANIFEST, _what_is_wrong(run, content))
    else:
        yield from _check_files(run, given, run_id, manifest)
    if results:
        yield from _check_results(results, RESULTS_FILE, given)
    yield from _check_reports(run, results, manifest, given, _approval(run, run_id, given))


def _what_is_wrong(run: _Run, manifest: bytes | None) -> str:
    if manifest is not None:
        return "is no manifest"
    return "is no file" if os.path.lexists(run.record / MANIFEST) else "is missing"


def _check_ledger(
    run: _Run, given: _Given, run_id: str, manifest: bytes | None, results: bytes
) -> Iterator[Statement]:
    if given.ledger is None:
        yield unknown(LEDGER_FILE, "is not beside the run: say where it is with --ledger FILE")
        return
    yield from check_chain(given.ledger)
    if run.folder and given.is_beside:
        yield from check_runs_beside(given.ledger, run.folder.parent)
    yield from _check_entry(run, given, run_id, manifest, results)


def _check_files(
    run: _Run, given: _Given, run_id: str, manifest: Mapping[str, Any]
) -> Iterator[Statement]:
    added = added_files(given.ledger, run_id) if given.ledger else None
    yield from check_record(run.record, manifest, added)
    if run.folder:
        purged = purged_on(given.ledger, run_id) if given.ledger else None
        yield from check_restricted(run.folder / RESTRICTED, manifest, purged)


def _verify_file(path: Path, run: _Run, given: _Given) -> Iterator[Statement]:
    """A file of a run, by itself: whether it is the one that the run left."""
    content = run.read(MANIFEST)
    manifest = read_manifest(content) if content is not None else None
    if manifest is None:
        yield wrong(MANIFEST, _what_is_wrong(run, content))
        return
    run_id = _run_id(run, manifest, given.ledger)
    yield from _check_ledger(run, given, run_id, content, run.read(RESULTS_FILE) or b"")
    file = path.resolve()
    is_in_record = file.is_relative_to(run.record)
    name = file.relative_to(run.record if is_in_record else run.record.parent).as_posix()
    known = {
        *(one["path"] for one in manifest["files"]),
        *(f"{RESTRICTED}/{one['path']}" for one in manifest.get("restricted", ())),
        *(added_files(given.ledger, run_id) if given.ledger else ()),
    }
    if file in (run.record / MANIFEST, run.record.parent / COMPLETE):
        return  # told above
    if name not in known:
        yield wrong(shown(name), f"is none that run {shown(run_id)} left")
        return
    told = [
        one
        for one in _check_files(run, given, run_id, manifest)
        if one.subject == shown(name)
        # erased, as the ledger says, and here again
        or (one.subject == f"{RESTRICTED}/" and one.state is State.WRONG and not is_in_record)
    ]
    yield from told or [holds(shown(name), f"is as run {shown(run_id)} left it")]


def _approval(run: _Run, run_id: str, given: _Given) -> Mapping[str, Any] | None:
    """Who approved a run, as the ledger says; without one, as its final report says."""
    if given.ledger is not None:
        entry = approval_entry(given.ledger, run_id)
        found = entry.content.get("approval") if entry else None
    else:
        finals = sorted(path for path in run.record.glob(f"{FINAL}??.pdf") if path.is_file())
        final = next(iter(finals), None)
        attached = FoundReport("", final.read_bytes(), ()).attached if final else None
        found = _loaded(attached[0]).get("approval") if attached else None
    return found if isinstance(found, dict) else None


def _check_reports(
    run: _Run,
    results: bytes,
    manifest: Mapping[str, Any] | None,
    given: _Given,
    approval: Mapping[str, Any] | None,
) -> Iterator[Statement]:
    """What the run rendered, against what its results render to."""
    sealed = {file["path"]: file["sha256"] for file in manifest["files"]} if manifest else {}
    if not results or sealed.get(RESULTS_FILE) not in {None, hashlib.sha256(results).hexdigest()}:
        yield left_out("the reports", f"{RESULTS_FILE} is not what they were rendered from")
        return
    loaded = _loaded(results)
    rendered = {
        **render_run(loaded),
        **(render_run({**loaded, "approval": approval}) if approval is not None else {}),
    }
    for path in sorted(
        path
        for path in run.record.iterdir()
        if path.is_file() and (path.match(REPORTS) or path.name in rendered)
    ):
        report = FoundReport(shown(path.name), path.read_bytes(), given.trusted)
        name = path.name.replace(SIGNED, ".pdf")
        yield from report.check_rendering(rendered.get(name), loaded)
        if path.suffix == ".pdf":
            yield from report.check_signature(is_trust_asked=given.is_trust_asked)


def _run_id(run: _Run, manifest: Mapping[str, Any] | None, ledger: Ledger | None) -> str:
    """Which run it is: the folder's name, unless it was renamed. Raises: UserError."""
    name = run.folder.name if run.folder else ""
    known = bool(ledger and ledger.of("run", name))
    if run.folder and not known and not run.is_sealed:
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
    if run.folder and not run.is_sealed:
        there = os.path.lexists(run.folder / COMPLETE)
        what = "is no file" if there else "is missing"
        yield wrong(COMPLETE, f"{what}, though the ledger knows the run")
    entry = entry_of_run(given.ledger, run_id)
    if entry is None:
        # what lies beside its ledger was looked for already
        if not given.is_beside or given.ledger.of("run", run_id):
            yield wrong(LEDGER_FILE, f"has no entry of run {shown(run_id)}, or more than one")
        return
    yield from check_head(given.ledger, entry, _loaded(results))
    if manifest is not None:
        is_named = hashlib.sha256(manifest).hexdigest() == entry.content.get("manifest_sha256")
        yield (
            holds(MANIFEST, "is the one that the ledger names")
            if is_named
            else wrong(MANIFEST, "is not the one that the ledger names")
        )


def _verify_report(report: FoundReport, given: _Given) -> Iterator[Statement]:
    """A report alone."""
    results = report.attached[0] if report.attached and len(report.attached) == 1 else b""
    if not report.can_be_read:
        yield unknown(
            report.name,
            f"{NEEDS_PYHANKO}; or verify it in the folder of its run, which needs nothing",
        )
    elif report.attached is None:
        yield wrong(report.name, "is no PDF, or a damaged one")
    elif len(report.attached) > 1:
        yield wrong(report.name, f"holds {len(report.attached)} files called {RESULTS_FILE}")
    elif not results:
        yield unknown(
            report.name, "holds no results to render it from: verify it in the folder of its run"
        )
    else:
        yield from _check_results(results, f"{RESULTS_FILE} inside", given)
        yield from report.check_rendering(render_alone(results), _loaded(results))
    yield from report.check_signature(is_trust_asked=given.is_trust_asked)
    if given.ledger is not None:
        yield from check_chain(given.ledger)
        yield from _check_in_ledger(report, _loaded(results), given.ledger)
    elif not (report.signature and given.is_trust_asked):
        yield unknown(
            report.name,
            "whose it is cannot be told: only a ledger (--ledger FILE) or a signature with"
            " --trust CA.pem says so",
        )


def _check_in_ledger(
    report: FoundReport, results: Mapping[str, Any], ledger: Ledger
) -> Iterator[Statement]:
    entry = run_of_file(ledger, report.sha256)
    own = entry_of_run(ledger, str(results.get("run_id")))
    if entry is not None:
        yield holds(report.name, "is one that the ledger names")
        yield from check_head(ledger, entry, results)
    elif own is not None and "files" not in own.content:
        yield unknown(LEDGER_FILE, "its entry of the run, of an older version, names no reports")
    else:
        yield wrong(report.name, "is none that the ledger names")


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
