"""Stages add up, and what is taken of the machine is seen while it is taken."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from teleaudit.runs import timings
from teleaudit.runs.timings import Stage, Timings


def test_a_stage_that_goes_on_later_is_one_stage() -> None:
    timed = Timings(began=time.monotonic(), memory_limit="1GiB")
    for stage in (
        Stage(stage="worklist", name="cdr", seconds=1.5, rows=2, checks=1, scans=1),
        Stage(stage="start", seconds=1),
        Stage(stage="worklist", name="cdr", seconds=0.25, rows=3, checks=1),
    ):
        timed.add(stage)
    assert timed.as_json()["stages"] == [
        {"stage": "worklist", "name": "cdr", "seconds": 1.75, "rows": 5, "checks": 2, "scans": 1},
        {"stage": "start", "name": None, "seconds": 1, "rows": None, "checks": None, "scans": None},
    ]


def test_a_block_is_timed_and_may_say_what_it_did() -> None:
    timed = Timings(began=time.monotonic(), memory_limit="1GiB")
    with timed.stage("reading", "cdr") as stage:
        time.sleep(0.02)
        stage.rows = 7
    (kept,) = timed.stages
    assert (kept.name, kept.rows) == ("cdr", 7)
    assert 0.02 <= kept.seconds <= timed.seconds


def test_the_most_of_disk_and_spill_is_kept_when_it_is_gone_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timings, "_SAMPLE_EVERY_S", 0.01)
    timed = Timings(began=time.monotonic(), memory_limit="1GiB")
    (tmp_path / "exports" / "cdr" / "spill").mkdir(parents=True)
    with timed.watch(tmp_path):
        for name in ("exports/cdr/0000.parquet", "exports/cdr/spill/block"):
            (tmp_path / name).write_bytes(os.urandom(100_000))
        time.sleep(0.3)
        (tmp_path / "exports" / "cdr" / "spill" / "block").unlink()
    told = timed.as_json()
    assert 100_000 <= told["peak_spill_bytes"] < 200_000 <= told["peak_disk_bytes"] < 300_000
    assert told["peak_memory_bytes"] > 10e6
    assert told["memory_limit"] == "1GiB"
