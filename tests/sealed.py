"""Sealed runs as a run leaves them, made in no time: of the report's example, without exports."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from teleaudit.report import render_reports
from teleaudit.report.results import as_json, versions
from teleaudit.runs.folder import MANIFEST, RESULTS_FILE, run_folder
from teleaudit.runs.ledger import append_entry, head
from teleaudit.runs.pipeline import _ledger_entry
from tests.report.example import example

AUDIT = "bizzy"


@cache
def rendered(content: bytes) -> dict[str, bytes]:
    """What results render to, once for all tests."""
    return render_reports(json.loads(content))


def render_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever verifies takes the reports that are rendered already: the same bytes."""
    monkeypatch.setattr(
        "teleaudit.runs.verification.of_reports.render_reports",
        lambda results: rendered(as_json(results)),
    )


def seal_run(out: Path, **changes: Any) -> Path:
    """A run's folder, with worklists and a notebook of one line each."""
    with run_folder(out, AUDIT) as folder:
        results = example() | {
            "run_id": folder.run_id,
            "ledger_head": head(out / AUDIT),
            "versions": versions(),
            **changes,
        }
        content = as_json(results)
        files = {
            RESULTS_FILE: content,
            "notebooks/10_retention.ipynb": b"{}\n",
            **rendered(content),
        }
        for name, file in files.items():
            folder.write(name, file)
        for name in ("worklist.csv", "worklist.xlsx"):
            (folder.restricted / name).write_text("check_id\n", encoding="ascii")
        folder.write(MANIFEST, folder.manifest(annex=folder.annex_digests()))
        folder.seal(append_entry(out / AUDIT, "run", _ledger_entry(folder, results)))
    return folder.path
