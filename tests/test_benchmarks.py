"""The benchmark commands at a small size: each ends well, and its contenders count the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole_run

REPOSITORY = Path(__file__).resolve().parents[1]
ROWS = "20000"
COMMANDS = ("generate", "teledata", "scaling", "detectors", "spark")


def _run(name: str, *arguments: str | Path, timeout: int = 250) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, REPOSITORY / "benchmarks" / f"{name}.py", *arguments]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(REPOSITORY))))
    }
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=REPOSITORY,
        env=environment,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_what_it_does(name: str) -> None:
    shown = _run(name, "--help")
    assert shown.returncode == 0
    assert f"benchmarks/{name}.py" in shown.stdout


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_as_many_records_as_asked_for_with_known_deviations(tmp_path: Path, form: str) -> None:
    import duckdb

    made = _run("generate", tmp_path / "made", "--rows", ROWS, "--format", form)
    assert made.returncode == 0, made.stderr
    source = f"'{tmp_path}/made/exports/forbrug_*.{form}'"
    with duckdb.connect() as connection:
        rows, repeated, negative = connection.execute(
            'SELECT count(*), count("recordId") - count(DISTINCT "recordId"), count(*) FILTER'
            f" (WHERE varighed_sek NOT BETWEEN 0 AND 86400) FROM {source}"
        ).fetchall()[0]
    planted = json.loads((tmp_path / "made" / "planted.json").read_text())
    assert rows == int(ROWS)
    assert (repeated, negative) == (planted["HYG-key.cdr"], planted["HYG-duration.cdr"])


def test_same_seed_same_records(tmp_path: Path) -> None:
    for name, seed in (("one", "3"), ("two", "3"), ("other", "4")):
        assert (
            _run(
                "generate", tmp_path / name, "--rows", ROWS, "--format", "csv", "--seed", seed
            ).returncode
            == 0
        )
    one, two, other = (
        (tmp_path / name / "exports" / "forbrug_0001.csv").read_bytes()
        for name in ("one", "two", "other")
    )
    assert one == two
    assert one != other


@pytest.mark.deep
def test_contenders_agree(tmp_path: Path) -> None:
    known = [
        "hand_written",
        "teleaudit",
        "gx_pandas",
        *(["pandera_polars"] if find_spec("pandera") and find_spec("polars") else []),
    ]
    shown = _run(
        "teledata", "--rows", ROWS, "--repeat", "1", "--work", tmp_path, "--contenders", *known
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("| yes |") == 3 * len(known)


@pytest.mark.deep
def test_detectors_count_what_the_slow_path_counts(tmp_path: Path) -> None:
    shown = _run("detectors", "--rows", ROWS, "--repeat", "1", "--work", tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "WRONG" not in shown.stdout


@pytest.mark.deep
def test_scaling_goes_on_where_it_was_and_draws_its_plot(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("--rows", ROWS, "--formats", "parquet", "--out", out, "--work", tmp_path)
    first = _run("scaling", *arguments)
    assert first.returncode == 0, first.stderr
    measured = (out / "scaling.json").read_bytes()
    assert json.loads(measured)["runs"][f"parquet {ROWS}"]["same_counts"]
    second = _run("scaling", *arguments)
    assert second.stdout == first.stdout
    assert (out / "scaling.json").read_bytes() == measured
    assert (out / "scaling.png").read_bytes().startswith(b"\x89PNG")
    # neither exports nor runs are left
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
