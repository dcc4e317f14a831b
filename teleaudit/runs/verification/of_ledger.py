"""The ledger: whether its chain holds, and whether it knows the runs that lie beside it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from teleaudit.runs.folder import COMPLETE, complete_runs
from teleaudit.runs.ledger import LEDGER_FILE, NO_ENTRY, Entry, Ledger
from teleaudit.runs.verification.statements import Statement, holds, shown, wrong


def check_chain(ledger: Ledger) -> Iterator[Statement]:
    """Whether every line names the hash of the line before it."""
    if ledger.broken_at is None:
        yield holds(
            LEDGER_FILE,
            f"{len(ledger.entries):,} lines, each naming the one before it; the head is"
            f" {ledger.head}",
        )
    else:
        yield wrong(
            LEDGER_FILE,
            f"line {ledger.broken_at} does not name the line before it: one of the two was edited,"
            " or lines were taken out, added or put in another order",
        )


def check_runs_beside(ledger: Ledger, home: Path) -> Iterator[Statement]:
    """Whether the ledger holds the line that each complete run of a folder was sealed with."""
    for folder in complete_runs(home):
        sealed_with = (folder / COMPLETE).read_text(encoding="ascii", errors="replace").strip()
        own = {entry.sha256 for entry in ledger.of("run", folder.name)}
        if not own:
            yield wrong(LEDGER_FILE, f"the entry of run {shown(folder.name)} is missing")
        elif sealed_with not in own:
            yield wrong(
                LEDGER_FILE,
                f"the entry of run {shown(folder.name)} is not the one that the run was sealed with",
            )


def entry_of_run(ledger: Ledger, run_id: str) -> Entry | None:
    """The entry of a run; None unless there is exactly one."""
    entries = ledger.of("run", run_id)
    return entries[0] if len(entries) == 1 else None


def added_files(ledger: Ledger, run_id: str) -> dict[str, frozenset[str]]:
    """SHA-256 of what was added to a run's record since, by file name: of a file that was added
    anew, each.
    """
    added: dict[str, set[str]] = defaultdict(set)
    for entry in ledger.entries:
        if entry.kind == "run" or entry.content.get("run_id") != run_id:
            continue
        for name, sha256 in _named(entry).items():
            added[name].add(str(sha256))
        if "file" in entry.content:
            added[str(entry.content["file"])].add(str(entry.content.get("sha256")))
    return {name: frozenset(digests) for name, digests in added.items()}


def approval_entry(ledger: Ledger, run_id: str) -> Entry | None:
    """The entry of a run's approval; None where nobody has approved it."""
    return next(iter(ledger.of("approval", run_id)), None)


def purged_on(ledger: Ledger, run_id: str) -> str | None:
    """The day on which the closed annex of a run was erased, or that it is not known; None where it
    was not erased.
    """
    entries = ledger.of("purge", run_id)
    if not entries:
        return None
    try:
        moment = dt.datetime.fromisoformat(str(entries[-1].content.get("purged_at")))
    except ValueError:
        return "on a day that it does not name"
    return f"on {moment:%Y-%m-%d}"


def run_of_file(ledger: Ledger, sha256: str) -> Entry | None:
    """The entry that names a file by its digest: of the run that left it, or of what was added."""
    return next(
        (
            entry
            for entry in ledger.entries
            if sha256 == entry.content.get("sha256") or sha256 in _named(entry).values()
        ),
        None,
    )


def _named(entry: Entry) -> Mapping[str, object]:
    files = entry.content.get("files")
    return files if isinstance(files, dict) else {}


def check_head(ledger: Ledger, entry: Entry, results: Mapping[str, Any]) -> Iterator[Statement]:
    """Whether the ledger is the one that the results name: it still holds the line that was its
    last when the run began.
    """
    known = {NO_ENTRY, *(before.sha256 for before in ledger.entries[: entry.line - 1])}
    if ledger.broken_at is None and str(results.get("ledger_head", NO_ENTRY)) not in known:
        yield wrong(
            LEDGER_FILE,
            "does not hold the head that the results name: it is not the ledger that the run was"
            " entered in, or its earlier lines were written anew",
        )
