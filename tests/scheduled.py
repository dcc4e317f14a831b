"""Audits with a schedule, and runs as they leave them, made in no time."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from teleaudit.rules.audit_file import Audit, load_audit
from teleaudit.runs.folder import run_folder
from teleaudit.runs.ledger import append_entry

AUDIT = "navn"


def at(text: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def scheduled_audit(folder: Path, *lines: str) -> Audit:
    """An audit file of no exports with these lines besides."""
    text = "name: navn\ncontroller: {name: Navn, cvr: '21497479'}\nexports_root: .\nexports: {}\n"
    file = folder / "audit.yaml"
    file.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    return load_audit(file)


def late_schedule() -> str:
    """A line of a schedule of which a run was due three days ago, whenever a test runs."""
    day = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    return f"schedule: {{every: week, day: {day.isoweekday()}, starts_on: 2026-01-01}}"


def a_run(
    out: Path, *, scheduled_for: str | None = None, run_id: str = "20260101T000000Z-000000"
) -> str:
    """A run in the ledger."""
    (out / AUDIT).mkdir(parents=True, exist_ok=True)
    told = {"run_id": run_id, "finished_at": "2026-01-01T00:00:00Z"}
    append_entry(
        out / AUDIT,
        "run",
        told | ({"scheduled_for": scheduled_for} if scheduled_for else {}),
    )
    return run_id


def killed_run(out: Path) -> str:
    """A run whose process was killed: its working copies are there, and nobody holds their lock."""
    child = os.fork()
    if child == 0:
        with run_folder(out, AUDIT):
            os._exit(9)
    os.waitpid(child, 0)
    (run,) = (path for path in (out / AUDIT).iterdir() if (path / ".work").exists())
    return run.name
