"""The runs of an audit over time: what the ledger keeps, and what becomes of a finding."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from teleaudit.checks.worklist import RECORD_COLUMNS, RECORDS
from teleaudit.errors import UserError
from teleaudit.report import validate_results
from teleaudit.runs.folder import run_folder
from teleaudit.runs.history import (
    Numbers,
    PastRun,
    RecordsMatched,
    ledger_numbers,
    past_runs,
    with_history,
)
from teleaudit.runs.ledger import LEDGER_FILE, append_entry, read_ledger
from teleaudit.runs.matching import match_records
from teleaudit.runs.pipeline import _with_history
from teleaudit.runs.state import RunState
from tests.command import call
from tests.report.example import example
from tests.sealed import seal_run

CHECK = "BIZ-ret-3.customer"


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


@pytest.mark.parametrize(
    "spoilt",
    [
        {"as_of": "2026-02-30"},
        {"as_of": None},
        {"basis": ["rules"]},
        {"checks": {CHECK: ["fail", "high", 100, 100, 101, 0, 0]}},
        {"checks": {CHECK: ["fail", "high", 100, 101, 7, 0, 0]}},
        {"checks": {CHECK: ["fail", "high", 100, 100, -7, 0, 0]}},
        {"checks": {CHECK: ["fail", "high", 100, 100, "7", 0, 0]}},
        {"checks": {CHECK: ["overholdt", "high", 100, 100, 7, 0, 0]}},
        {"checks": {CHECK: ["fail"]}},
    ],
)
def test_numbers_that_no_run_wrote_are_refused_with_their_line(
    tmp_path: Path, spoilt: dict[str, Any]
) -> None:
    told = {"run_id": "r", "as_of": "2026-01-01", "finished_at": "then", "manifest_sha256": ""}
    sound = {"checks": {CHECK: ["fail", "high", 100, 100, 7, 0, 0]}, "basis": {}}
    append_entry(tmp_path, "run", {**told, **sound})
    assert len(past_runs(read_ledger(tmp_path / LEDGER_FILE))) == 1
    append_entry(tmp_path, "run", {**told, **sound, **spoilt})
    with pytest.raises(UserError, match=r"ledger\.jsonl, line 2: the numbers there are not as"):
        past_runs(read_ledger(tmp_path / LEDGER_FILE))


def past(*verdicts: str, **basis: dict[str, object]) -> tuple[PastRun, ...]:
    """Runs a month apart, in which one check gave these verdicts; '-' where it was not asked."""
    rests_on = ledger_numbers(example())["basis"] | basis
    return tuple(
        PastRun(
            run_id=f"run-{month}",
            as_of=f"2026-0{month}-01",
            finished_at=f"2026-0{month}-02T03:04:05Z",
            manifest_sha256="0" * 64,
            checks=(
                {}
                if verdict == "-"
                else {CHECK: Numbers(verdict, "high", 100, 100, 7 * (verdict == "fail"), 0, 0)}
            ),
            basis=rests_on,
        )
        for month, verdict in enumerate(verdicts, start=1)
    )


def judged_now(verdict: str) -> dict[str, Any]:
    """The example, its first check with this verdict."""
    results = example()
    return {**results, "checks": [{**results["checks"][0], "verdict": verdict}]}


@pytest.mark.parametrize(
    ("before", "now", "state", "since"),
    [
        (["pass"], "fail", "new", "now"),
        (["-"], "fail", "first_judged", "now"),
        (["unknown", "unknown"], "fail", "first_judged", "now"),
        (["fail"], "fail", "persisting", "run-1"),
        (["pass", "fail", "fail"], "fail", "persisting", "run-2"),
        (["fail", "unknown"], "fail", "persisting", "run-1"),
        (["fail", "-"], "fail", "persisting", "run-1"),
        (["review"], "fail", "persisting", "run-1"),
        (["fail", "pass"], "fail", "reappeared", "now"),
        (["fail", "pass", "unknown"], "breach", "reappeared", "now"),
        (["fail", "fail"], "pass", "resolved", "run-1"),
        (["fail"], "unknown", "not_judged", "run-1"),
        (["fail"], "legal", "not_judged", "run-1"),
        (["fail", "unknown"], "pass", "resolved", "run-1"),
        (["pass"], "pass", None, None),
        (["pass"], "unknown", None, None),
        (["fail", "pass"], "pass", None, None),
    ],
)
def test_what_becomes_of_a_finding(
    before: list[str], now: str, state: str | None, since: str | None
) -> None:
    results = with_history(judged_now(now), past(*before), "no_annex")

    told = results["checks"][0]["history"]
    assert told["state"] == state
    first = example()["run_id"] if since == "now" else since
    assert (told["since"] or {}).get("run_id") == first


def test_without_an_earlier_run_nothing_is_compared() -> None:
    results = with_history(example(), (), {})

    assert results == example()


def test_a_check_that_found_something_and_is_asked_no_more_is_named() -> None:
    asked = {**example(), "checks": []}

    assert with_history(asked, past("fail"), "no_annex")["compared_with"]["gone"] == [CHECK]
    assert with_history(asked, past("pass"), "no_annex")["compared_with"]["gone"] == []


def test_what_makes_numbers_incomparable_is_named_by_kind() -> None:
    before = past(
        "fail",
        rules={"baseline.yaml": "another"},
        parameters={"immediately_days": 30, "agreement_unit": "år", "traffic_data_unbilled": None},
    )

    changed = with_history(example(), before, "no_annex")["compared_with"]["changed"]

    assert {"kind": "parameters", "name": "immediately_days"} in changed
    assert {"kind": "rules", "name": "baseline.yaml"} in changed
    assert {"kind": "rules", "name": "policy.yaml"} in changed  # new since then
    assert not [one for one in changed if one["kind"] in ("settings", "code")]
    assert with_history(example(), past("fail"), "no_annex")["compared_with"]["changed"] == []


def test_compared_results_obey_their_schema() -> None:
    matched = {CHECK: RecordsMatched(1, 2, 3)}

    validate_results(with_history(example(), past("pass", "fail"), matched))
    validate_results(with_history(example(), past("-"), "changed_annex"))


# Records, matched in the closed annexes


def annex(folder: Path, *lines: tuple[str, str, str, str]) -> Path:
    """A closed annex that lists records: check, export, key, kind."""
    folder.mkdir(parents=True)
    with (folder / RECORDS).open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, RECORD_COLUMNS, restval="")
        sheet.writeheader()
        for check_id, export, record_key, kind in lines:
            sheet.writerow(
                {
                    "check_id": check_id,
                    "export": export,
                    "record_key": record_key,
                    "kind": kind,
                }
            )
    return folder


def sealed(home: Path, *lines: tuple[str, str, str, str]) -> tuple[PastRun, Path]:
    """A run that listed records, as the ledger and its folder tell of it."""
    folder = home / "last"
    records = annex(folder / "restricted", *lines) / RECORDS
    manifest = json.dumps(
        {
            "restricted": [
                {"path": RECORDS, "sha256": hashlib.sha256(records.read_bytes()).hexdigest()}
            ]
        }
    ).encode()
    (folder / "record").mkdir()
    (folder / "record" / "manifest.json").write_bytes(manifest)
    (run,) = past("fail")
    return replace(run, manifest_sha256=hashlib.sha256(manifest).hexdigest()), folder


def match(run: PastRun, folder: Path, now: Path) -> Mapping[str, RecordsMatched] | str:
    return match_records(run, folder, now, work=now.parent, memory_limit="256MB")


def test_records_are_new_persisting_or_resolved_by_check_export_and_key(tmp_path: Path) -> None:
    run, folder = sealed(
        tmp_path,
        ("A-1.x", "kunder", "k1", "deviation"),
        ("A-1.x", "kunder", "k2", "review"),
        ("A-1.x", "kunder", "k3", "deviation"),
        ("A-1.x", "kunder", "k4", "exempt"),
        ("A-2.x", "kunder", "k9", "deviation"),
    )
    now = annex(
        tmp_path / "now",
        ("A-1.x", "kunder", "k2", "deviation"),  # seen to be one since
        ("A-1.x", "kunder", "k2", "deviation"),  # in another column
        ("A-1.x", "andre", "k1", "deviation"),
        ("A-1.x", "kunder", "k4", "deviation"),  # no more exempt
        ("A-1.x", "kunder", "k5", "deviation"),
        ("A-3.x", "kunder", "k9", "legal"),
    )

    assert match(run, folder, now) == {
        "A-1.x": RecordsMatched(new=3, persisting=1, resolved=2),
        "A-2.x": RecordsMatched(new=0, persisting=0, resolved=1),
    }
    assert not (tmp_path / "matching").exists()


def test_a_closed_annex_that_is_gone_or_was_changed_is_not_matched(tmp_path: Path) -> None:
    run, folder = sealed(tmp_path, ("A-1.x", "kunder", "k1", "deviation"))
    now = annex(tmp_path / "now", ("A-1.x", "kunder", "k1", "deviation"))

    assert match(replace(run, manifest_sha256="0" * 64), folder, now) == "changed_annex"
    with (folder / "restricted" / RECORDS).open("a", encoding="utf-8") as file:
        file.write("A-1.x\n")
    assert match(run, folder, now) == "changed_annex"
    (folder / "restricted" / RECORDS).unlink()
    assert match(run, folder, now) == "no_annex"
    assert match(run, tmp_path / "moved", now) == "no_annex"


# The command


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where three runs of Bizzy's audit lie, the first of a version that kept no numbers."""
    home = tmp_path / "bizzy"
    home.mkdir()
    append_entry(
        home,
        "run",
        {"run_id": "run-0", "as_of": "2025-12-01", "finished_at": "2025-12-02T03:04:05Z"},
    )
    for run in past("fail", "pass"):
        append_entry(
            home,
            "run",
            {
                "run_id": run.run_id,
                "as_of": run.as_of,
                "finished_at": run.finished_at,
                "manifest_sha256": run.manifest_sha256,
                "checks": run.checks,
                "basis": run.basis,
            },
        )
        append_entry(home, "signature", {"run_id": run.run_id, "file": "a.pdf", "sha256": ""})
    return tmp_path


def test_history_lists_every_run_with_what_it_found(ledger: Path) -> None:
    ended = call("history", "bizzy", "--out", str(ledger), "--format", "json")

    assert ended.code == 0
    first, second, third = json.loads(ended.out)
    assert (first["run_id"], first["exit_code"], first["deviations"]) == ("run-0", None, None)
    assert second == {
        "run_id": "run-1",
        "state": "complete",
        "scheduled_for": None,
        "as_of": "2026-01-01",
        "finished_at": "2026-01-02T03:04:05Z",
        "exit_code": 1,
        "checks": 1,
        "deviations": 7,
        "review": 0,
        "findings": {"high": 1},
        "approved_on": None,
    }
    assert (third["exit_code"], third["findings"]) == (0, {})


def test_history_of_a_check_tells_its_numbers_run_by_run(ledger: Path) -> None:
    ended = call("history", "bizzy", "--out", str(ledger), "--check", CHECK)

    assert ended.code == 0
    assert [line.split() for line in ended.out.splitlines()[1:]] == [
        ["run-1", "2026-01-01", "2026-01-02T03:04:05Z", "fail", "high", "100", "100", "7", "0", "0"],
        ["run-2", "2026-02-01", "2026-02-02T03:04:05Z", "pass", "high", "100", "100", "0", "0", "0"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--check", "BIZ-ret-3.customr"], f"Did you mean '{CHECK}'?"),
        (["--out", "elsewhere"], "no runs in elsewhere/bizzy: run the audit first"),
        (["--format", "xml"], "--format xml: not available here. There is: table, json."),
    ],
)
def test_history_refuses_what_there_is_not(ledger: Path, words: list[str], said: str) -> None:
    ended = call("history", "bizzy", "--out", str(ledger), *words)

    assert ended.code == 3
    assert said in ended.err


def test_history_of_a_broken_ledger_is_refused(ledger: Path) -> None:
    file = ledger / "bizzy" / LEDGER_FILE
    file.write_bytes(file.read_bytes().replace(b"2026-01-01", b"2026-01-09"))

    ended = call("history", "bizzy", "--out", str(ledger))

    assert ended.code == 3
    assert "the chain of runs is broken here" in ended.err


# The run


def test_a_run_is_compared_with_the_last_one_beside_it(tmp_path: Path) -> None:
    home = tmp_path / "bizzy"
    lines = (CHECK, "kunder", "k1", "deviation"), (CHECK, "kunder", "k2", "deviation")
    run, left = sealed(home, *lines)
    left.rename(home / run.run_id)
    with run_folder(tmp_path, "bizzy") as folder:
        shutil.copytree(annex(tmp_path / "now", *lines[:1]), folder.restricted, dirs_exist_ok=True)
        state = RunState(
            audit_path=tmp_path,
            as_of=dt.date(2026, 11, 22),
            started_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
            folder=folder,
            exports=(),
            engine="duckdb",
            memory="256MB",
        )
        compared = _with_history(example(), [run], state)

    assert compared["compared_with"]["run_id"] == run.run_id
    assert compared["checks"][0]["history"]["records"] == {
        "new": 0,
        "persisting": 1,
        "resolved": 1,
    }
