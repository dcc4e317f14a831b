"""How far a run is: in numbers, with the time that is left, and not too often."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from teleaudit.exports.estimating import estimate_rows
from teleaudit.progress import Lines, Pace, Step, timed
from teleaudit.rules.audit_file import load_audit
from teleaudit.runs.pipeline import read_exports


def step(
    done: int,
    total: int | None = 100_000_000,
    stage: Literal["reading", "checks", "worklist"] = "reading",
    *,
    about: bool = True,
) -> Step:
    return Step(stage=stage, name="cdr", done=done, total=total, about=about)


def said(steps: list[tuple[float, Step]]) -> list[str]:
    """The lines that come of steps at their seconds."""
    lines: list[str] = []
    now = [0.0]
    progress = Lines(lines.append, lambda: now[0])
    for at, one in steps:
        now[0] = at
        progress(one)
    return lines


def test_a_line_tells_rows_of_about_how_many_and_the_time_that_is_left() -> None:
    assert said([(0, step(0)), (24, step(12_000_000))]) == [
        "cdr: 12,000,000 of about 100,000,000 rows read, about 3 min left"
    ]


def test_lines_come_at_most_every_ten_seconds_for_each_stage() -> None:
    lines = said(
        [(second / 10, step(second)) for second in range(351)]
        + [(36, step(1, stage="checks")), (37, step(2, stage="checks"))]
    )
    assert [line.partition(" of")[0] for line in lines] == ["cdr: 100", "cdr: 200", "cdr: 300"]


def test_a_stage_that_is_done_before_ten_seconds_says_nothing() -> None:
    assert said([(0, step(0)), (9.9, step(100_000_000))]) == []


def test_a_line_that_is_kept_has_the_local_time_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    timed(lines.append, lambda: "09:30:00")("asking the checks")
    assert lines == ["09:30:00 asking the checks"]
    for zone in ("UTC-5", "UTC+6"):  # eleven hours apart
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        timed(lines.append)("")
    monkeypatch.undo()
    time.tzset()
    # a time of the day alone
    east, west = (dt.datetime.strptime(line, "%H:%M:%S ") for line in lines[1:])  # noqa: DTZ007
    assert (east - west).seconds // 60 in {659, 660}


@pytest.mark.parametrize(
    ("one", "amount"),
    [
        (step(7, None), "7 rows read"),
        (step(7, 5), "7 rows read"),
        (step(7, 7, about=False), "7 of 7 rows read"),
        (step(7, 9, "checks"), "7 of about 9 rows checked"),
        (step(7, 9, "worklist", about=False), "7 of 9 deviations listed"),
    ],
)
def test_a_total_that_nobody_knows_or_that_was_too_low_is_not_said(one: Step, amount: str) -> None:
    assert one.amount() == amount


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        (1, "about 9 s left"),
        (10, "about 90 s left"),
        (20, "about 3 min left"),
        (900, "about 2 h left"),
    ],
)
def test_the_time_that_is_left_is_told_in_its_unit(seconds: float, left: str) -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.left(step(0, 100)) == ""
    now[0] = seconds
    assert pace.left(step(10, 100)) == left
    assert pace.left(step(100, 100)) == ""
    assert pace.left(step(10, None)) == ""


def test_rows_are_estimated_from_the_first_lines_and_known_of_parquet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;name\n" + "1;x\n" * 700_000, encoding="utf-8")
    pq.write_table(pa.table({"id": list(range(12_345))}), tmp_path / "b.parquet")
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04 and so on")
    (tmp_path / "d.csv").touch()
    (tmp_path / "e.parquet").write_bytes(b"PAR1 broken")
    assert estimate_rows([tmp_path / "a.csv"]) == pytest.approx(700_000, rel=0.01)
    assert estimate_rows([tmp_path / "b.parquet", tmp_path / "d.csv"]) == 12_345
    for unknown in ("c.xlsx", "e.parquet", "none"):
        assert estimate_rows([tmp_path / "b.parquet", tmp_path / unknown]) is None


def test_reading_tells_its_steps_by_export_up_to_the_last_row(
    small: Path, clean: Path, tmp_path: Path
) -> None:
    steps: list[Step] = []
    read = read_exports(
        load_audit(small), root=str(clean), work=tmp_path / "work", progress=steps.append
    )
    last = {one.name: one.done for one in steps}
    assert last == {export.name: export.rows for export in read}
    assert all(one.stage == "reading" and (one.total is None or one.total > 0) for one in steps)
