"""Approve a run: somebody else than who ran it answers for its reports, which are drafts until then.

The final reports are rendered of the same results, with the approval; the ledger names both.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from teleaudit.errors import UserError
from teleaudit.report import render_reports
from teleaudit.runs.folder import COMPLETE, RESULTS_FILE, adding_to
from teleaudit.runs.ledger import LEDGER_FILE, append_entry, head, read_ledger
from teleaudit.runs.verification import refuse_unsealed
from teleaudit.runs.verification.of_ledger import approval_entry

MAX_FUNCTION = 80  # letters


def approve_run(run: Path, function: str) -> tuple[Path, ...]:
    """Write the final reports of a run beside its drafts, as approved by a function today; returns
    them. One that was interrupted is finished as it was begun.

    Raises: UserError where the run is not what was sealed, is approved already, or was carried out
    by the user who asks.
    """
    if not (run / COMPLETE).is_file():
        msg = f"no complete run at {run}: name the folder of a run, reports/AUDIT/RUN."
        raise UserError(msg)
    _refuse_no_function(function)
    run = run.resolve()
    _refuse_own(run)
    with adding_to(run, "approved"):
        return _approve(run, function)


def _refuse_no_function(function: str) -> None:
    if not (function.strip() and function.isprintable() and len(function) <= MAX_FUNCTION):
        msg = (
            "--as names no function: write what the report shall print, such as"
            f" --as Databeskyttelsesrådgiver, in at most {MAX_FUNCTION} letters."
        )
        raise UserError(msg)


def _refuse_own(run: Path) -> None:
    """Whoever ran it owns its files; the system vouches for that, and no name is kept."""
    if (run / COMPLETE).stat().st_uid == os.getuid():
        msg = (
            "nothing was approved: this user owns the run's files, and so is taken for who ran it."
            " Somebody else approves, as another user of the system."
        )
        raise UserError(msg)


def _approve(run: Path, function: str) -> tuple[Path, ...]:
    record = run / "record"
    begun = approval_entry(read_ledger(run.parent / LEDGER_FILE), run.name)
    named = frozenset(begun.content["files"] if begun else ())
    if begun and all((record / name).exists() for name in named):
        approval = begun.content["approval"]
        msg = (
            f"nothing was approved: the run at {run} is approved already, by"
            f" {approval['function']} on {approval['approved_on']}."
        )
        raise UserError(msg)
    refuse_unsealed(run, "approved", except_for=named)
    approval = (
        begun.content["approval"]
        if begun
        # in the order of the ledger: what is rendered holds it as it is written there
        else {
            "approved_on": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
            "function": function,
            "ledger_head": head(run.parent),
        }
    )
    reports = _final_reports(record, approval)
    parts = {record / name: run / f".{name}.part" for name in reports}
    try:
        for target, part in parts.items():
            part.write_bytes(reports[target.name])
        if begun is None:
            append_entry(run.parent, "approval", _entry(run, approval, reports))
        for target, part in parts.items():
            part.replace(target)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return tuple(parts)


def _final_reports(record: Path, approval: Mapping[str, Any]) -> dict[str, bytes]:
    results = json.loads((record / RESULTS_FILE).read_bytes())
    return render_reports({**results, "approval": approval})


def _entry(run: Path, approval: Mapping[str, Any], reports: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "audit": run.parent.name,
        "run_id": run.name,
        "approval": approval,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in reports.items()},
    }
