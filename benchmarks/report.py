"""How long the report of a run takes, and how large it is, by the number of its findings.

``python benchmarks/report.py`` renders a report with its annex from invented results in a process of
its own for each number, what imports cost left out. CPU seconds hold better than wall time on a busy
machine.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import multiprocessing
import time
from typing import Any

from pypdf import PdfReader

from teleaudit.report import Report

TOPICS = ("retention", "rights", "message_content", "card_data", "disclosure", "access", "intake")
SEVERITIES = ("critical", "high", "medium", "low")


def check(number: int) -> dict[str, Any]:
    """A check with deviations, a deadline in every seventh."""
    topic, found = TOPICS[number % len(TOPICS)], 1 + number * 37 % 5_000
    is_late = topic == "retention"
    claim = f"Krav nummer {number} siger, hvad der skal ske med oplysningerne, og hvornår det sker."
    return {
        "id": f"BEN-{number}.part",
        "clauses": [f"BEN-{number}"],
        "topic": topic,
        "dataset": "crm_customer",
        "expectation": "expect_rows_to_satisfy",
        "verdict": "fail",
        "unit": "record",
        "population": 100_000,
        "assessable": 99_990,
        "deviations": found,
        "exempted": found if is_late else 3,
        "reasons": {"orphan": 10},
        "exemptions": {"legal_hold": found if is_late else 3},
        "legal": {},
        "legal_records": 0,
        "review": 0,
        "columns": {},
        "why": None,
        "why_detail": None,
        "severity": SEVERITIES[number % len(SEVERITIES)],
        "authority": "datatilsynet",
        "authorities": ["datatilsynet"],
        "legal_basis": ["gdpr-5-1-e"],
        "claim": {"da": claim},
        "action": {"da": "Ret oplysningerne, og find ud af, hvorfor de ikke blev rettet."},
        "criterion": {"starts_at": "relationship_end", "period": "P1Y", "parameters": []},
        "overdue": {"max_days": 400, "median_days": 100} if is_late else None,
        "due_by_month": (
            [{"month": f"{year}-01", "records": found, "overdue": found} for year in (2022, 2025)]
            if is_late
            else []
        ),
        "deadlines": (
            {"records": 9 * found, "passed": 2 * found, "kept": found, "exempted": found}
            if is_late
            else None
        ),
        "subjects": None,
        "references": [
            f"R-{hashlib.sha256(f'{number}{place}'.encode()).hexdigest()[:16].upper()}"
            for place in range(20)
        ],
        "error_id": None,
    }


def results(findings: int) -> dict[str, Any]:
    """The results of a run with so many findings, each under a clause of its own."""
    checks = [check(number) for number in range(findings)]
    return {
        "schema": "teleaudit/results/1",
        "audit": "bench",
        "run_id": "20261122T052250Z-a1b2c3",
        "as_of": "2026-11-22",
        "started_at": "2026-11-22T05:22:50Z",
        "finished_at": "2026-11-22T05:23:31Z",
        "engine": "duckdb",
        "controller": {"name": "Måling A/S", "cvr": "21497479"},
        "policy": {"title": "Persondatapolitik", "version": "udateret"},
        "parameters": [],
        "settings": {"gate": 0.99, "max_rejected": 0.001},
        "exports": [],
        "clauses": [
            {
                "id": one["clauses"][0],
                "auditable": "data",
                "verdict": "fail",
                "checks": [one["id"]],
                "reason": None,
                "evidence": None,
                "claim": one["claim"],
                "severity": one["severity"],
                "legal_basis": ["gdpr-5-1-e"],
            }
            for one in checks
        ],
        "checks": checks,
        "conflicts": [],
        "legal_bases": [
            {
                "id": "gdpr-5-1-e",
                "title_da": "Opbevaringsbegrænsning",
                "citation_da": "databeskyttelsesforordningens artikel 5, stk. 1, litra e",
                "authority": "datatilsynet",
                "evidence": "looked_up",
                "read_in": "mirror",
                "read_to": "2026-02-12",
                "read_at": {"da": "EUR-Lex"},
                "copies": [],
                "recheck_before_release": False,
                "checked_on": "2026-11-22",
                "valid_from": "2018-05-25",
                "valid_to": None,
            }
        ],
        "totals": {
            "checks": findings,
            "verdicts": {"fail": findings} if findings else {},
            "deviations": sum(one["deviations"] for one in checks),
            "review": 0,
            "exempted": sum(one["exempted"] for one in checks),
        },
        "suites": {},
        "versions": {"teleaudit": "0", "python": "3"},
    }


def measure(findings: int) -> tuple[int, int, float, float, float]:
    """Pages, bytes, and of a second report of its kind the wall and CPU seconds and the annex's."""
    Report(results=results(1)).pdf  # noqa: B018 (fonts, imports)
    report, wall, cpu = Report(results=results(findings)), time.perf_counter(), time.process_time()
    report.annex  # noqa: B018
    of_annex = time.process_time() - cpu
    pdf = report.pdf
    seconds = time.perf_counter() - wall, time.process_time() - cpu
    return len(PdfReader(io.BytesIO(pdf)).pages), len(pdf), *seconds, of_annex


def main() -> None:
    """Print a row for each number of findings."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--findings", type=int, nargs="+", default=[0, 40, 2_000])
    options = parser.parse_args()
    print("| findings | pages | MB | seconds | CPU seconds | of which annex |")
    print("|---|---|---|---|---|---|")
    for findings in options.findings:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pages, size, wall, cpu, annex = pool.apply(measure, (findings,))
        print(f"| {findings} | {pages} | {size / 1e6:.2f} | {wall:.2f} | {cpu:.2f} | {annex:.2f} |")


if __name__ == "__main__":
    main()
