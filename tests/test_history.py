"""The runs of an audit over time: what the ledger keeps, and what becomes of a finding."""

from __future__ import annotations

import json
from pathlib import Path

from teleaudit.runs.history import Numbers, ledger_numbers, past_runs
from teleaudit.runs.ledger import LEDGER_FILE, append_entry, read_ledger
from tests.report.example import example
from tests.sealed import seal_run


def test_the_ledger_keeps_the_numbers_of_every_check_and_what_decides_them(tmp_path: Path) -> None:
    run = seal_run(tmp_path)

    (kept,) = past_runs(read_ledger(run.parent / LEDGER_FILE))

    assert kept.checks.keys() == {check["id"] for check in example()["checks"]}
    assert kept.checks["BIZ-ret-3.customer"] == Numbers(
        verdict="fail",
        severity="high",
        population=3000,
        assessable=2990,
        deviations=19,
        review=0,
        exempted=3,
    )
    assert kept.basis["parameters"] == {
        "immediately_days": 14,
        "agreement_unit": "år",
        "traffic_data_unbilled": None,
    }
    assert kept.basis["rules"].keys() == {"baseline.yaml", "policy.yaml", "retention.yaml"}


def test_the_numbers_of_three_hundred_checks_take_less_than_32_kilobytes() -> None:
    one = example()["checks"][0]
    many = [{**one, "id": f"BIZ-ret-{number}.customer"} for number in range(300)]

    assert len(json.dumps(ledger_numbers({**example(), "checks": many}))) < 32_000


def test_entries_without_numbers_are_read_and_passed_over(tmp_path: Path) -> None:
    append_entry(tmp_path, "run", {"run_id": "old", "as_of": "2025-01-01"})

    ledger = read_ledger(tmp_path / LEDGER_FILE)

    assert [entry.content["run_id"] for entry in ledger.of("run", "old")] == ["old"]
    assert past_runs(ledger) == ()
    assert json.loads((tmp_path / LEDGER_FILE).read_text(encoding="utf-8"))["kind"] == "run"
