"""One row a check, with codes, for programs and spreadsheets that compute (docs/results.md)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from teleaudit.checks.worklist import harmless
from teleaudit.interchange.explaining import english, explain_checks
from teleaudit.report.material import Entry

# contract
COLUMNS = (
    "audit",
    "run_id",
    "as_of",
    "check_id",
    "clauses",
    "topic",
    "dataset",
    "expectation",
    "verdict",
    "severity",
    "finding",
    "authorities",
    "legal_basis",
    "unit",
    "population",
    "assessable",
    "deviations",
    "exempted",
    "review",
    "legal_records",
    "overdue_max_days",
    "overdue_median_days",
    "why",
    "why_detail",
    "error_id",
    "explanation",
    "claim",
)


def as_csv(results: Mapping[str, Any]) -> bytes:
    """The checks as CSV in UTF-8, with commas; what is null is empty, and no cell is a formula."""
    file = io.StringIO(newline="")
    write = csv.writer(file).writerow
    write(COLUMNS)
    run = {name: results[name] for name in ("audit", "run_id", "as_of")}
    explained = explain_checks(results)
    for check in results["checks"]:
        row = {**_row(check), **run, "explanation": explained[check["id"]]}
        write([harmless(row[name]) for name in COLUMNS])
    # half a letter in the name of a file is in no encoding
    return file.getvalue().encode(errors="backslashreplace")


def _row(check: Entry) -> dict[str, object]:
    overdue = check["overdue"] or {}
    return {
        **{name: check.get(name) for name in COLUMNS},
        "check_id": check["id"],
        "clauses": " ".join(check["clauses"]),
        "authorities": " ".join(check["authorities"]),
        "legal_basis": " ".join(check["legal_basis"]),
        "overdue_max_days": overdue.get("max_days"),
        "overdue_median_days": overdue.get("median_days"),
        "claim": english(check["claim"]),
    }
