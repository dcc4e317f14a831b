"""The reports of a run, made of nothing but its results.json: by the run itself, and again by whoever
verifies it.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from teleaudit.report import figures, write_report

RESULTS_FILE = "results.json"
REPORT_FILE = "report.da.pdf"


def render_reports(content: bytes, folder: Path) -> dict[str, bytes]:
    """Every report of a results.json, by file name; ``folder`` is written to."""
    return {REPORT_FILE: write_pdf(content, folder / REPORT_FILE).read_bytes()}


def write_pdf(content: bytes, target: Path) -> Path:
    """The report of a results.json, with its figures."""
    results = json.loads(content)
    source = (
        f"Kilde: udtræk fra {results['controller']['name']}, opgjort pr."
        f" {dt.date.fromisoformat(results['as_of']):%d-%m-%Y}, kørsel {results['run_id']}"
    )
    return write_report(
        results,
        target,
        figures=figures.for_report(results, source=source),
        language="da",
        results_json=content,
    )
