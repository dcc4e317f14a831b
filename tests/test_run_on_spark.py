"""A whole audit on Spark answers what it answers on one machine; where there is no Spark, it says
so before it begins.
"""

from __future__ import annotations

import csv
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from teleaudit.engines.spark.session import spark_session
from teleaudit.errors import UserError
from tests.command import ROOT, Ended, only_run, start
from tests.conftest import need
from tests.spark import session

pytestmark = pytest.mark.spark
_OF_THE_RUN = ("run_id", "started_at", "finished_at", "engine", "versions", "timings")


def answers(folder: Path) -> dict[str, Any]:
    """results.json but for what belongs to a run or its engine: the references are keyed anew for
    each run.
    """
    results: dict[str, Any] = json.loads((folder / "record" / "results.json").read_bytes())
    results["checks"] = [
        check | {"references": len(check["references"])} for check in results["checks"]
    ]
    return {name: value for name, value in results.items() if name not in _OF_THE_RUN}


def records(folder: Path) -> list[dict[str, str]]:
    with (folder / "restricted" / "worklist.csv").open(encoding="utf-8", newline="") as file:
        return [
            {name: cell for name, cell in row.items() if name != "record_reference"}
            for row in csv.DictReader(file)
        ]


def audited(
    operator: str, out: Path, *options: str, environment: dict[str, str] | None = None
) -> Ended:
    run = start(
        "run",
        ROOT / "audits" / operator,
        "--out",
        out,
        "--as-of",
        "2026-11-22",
        "--no-notebooks",
        *options,
        environment=environment,
    )
    told, errors = run.communicate(timeout=2400)
    return Ended(code=run.returncode, out=told, err=errors)


@pytest.mark.deep
@pytest.mark.timeout(2700)  # a quarter of an hour beside one other, more beside two
@pytest.mark.parametrize("operator", ["bizzy", "kazoom"])
def test_both_engines_give_the_same_results_and_the_same_worklist(
    operator: str, tmp_path: Path
) -> None:
    need(
        "java", hint="Install a Java 17 runtime (Debian: openjdk-17-jre-headless) to test on Spark."
    )
    here = audited(operator, tmp_path / "duckdb")
    there = audited(operator, tmp_path / "spark", "--engine", "spark", "--master", "local[2]")
    assert (there.code, there.out.count("\n")) == (here.code, here.out.count("\n")), there.err
    on_duckdb, on_spark = (
        only_run(tmp_path / "duckdb", operator),
        only_run(tmp_path / "spark", operator),
    )
    assert answers(on_spark) == answers(on_duckdb)
    assert records(on_spark) == records(on_duckdb)
    assert json.loads((on_spark / "record" / "results.json").read_bytes())["engine"] == "spark"
    assert not [path for path in (on_spark / "work", *on_spark.rglob("*.parquet")) if path.exists()]


# Bad input: told before anything is read, with exit code 3


def without(tmp_path: Path, *options: str, **environment: str) -> str:
    run = audited("bizzy", tmp_path / "out", "--engine", "spark", *options, environment=environment)
    assert run.code == 3, run.err
    assert "Traceback" not in run.err
    return run.err


def test_no_java(tmp_path: Path) -> None:
    assert "JAVA_HOME names no Java" in without(tmp_path, JAVA_HOME=str(tmp_path))
    assert "no java was found" in without(tmp_path, JAVA_HOME="", PATH=str(tmp_path))


@pytest.mark.parametrize("version", ["", "3.5.6", "4.3.0"])
def test_the_wrong_pyspark_or_none(tmp_path: Path, version: str) -> None:
    package = tmp_path / "other" / "pyspark"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        f"__version__ = '{version}'\n" if version else "raise ImportError\n", encoding="utf-8"
    )
    told = without(tmp_path, PYTHONPATH=str(package.parent))
    assert "pip install 'teleaudit[spark]'" in told
    assert (version or "needs pyspark 4.1") in told


def test_a_master_that_is_none_or_cannot_be_reached(tmp_path: Path) -> None:
    need(
        "java", hint="Install a Java 17 runtime (Debian: openjdk-17-jre-headless) to test on Spark."
    )
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    assert f"spark://127.0.0.1:{port} cannot be reached" in without(
        tmp_path, "--master", f"spark://127.0.0.1:{port}"
    )
    assert "--master sparky is no Spark master" in without(tmp_path, "--master", "sparky")


def test_another_master_than_that_of_the_session_in_which_it_runs(tmp_path: Path) -> None:
    running = session()
    with (
        pytest.raises(
            UserError, match=r"a Spark session on local\[2\] runs in this process already"
        ),
        spark_session("local[4]", memory="1GiB", scratch=tmp_path),
    ):
        pytest.fail("there cannot be two")
    assert running.range(3).count() == 3


def test_a_master_without_spark(tmp_path: Path) -> None:
    run = audited("bizzy", tmp_path, "--master", "local[2]")
    assert (run.code, "--master is Spark's: add --engine spark" in run.err) == (3, True), run.err


def test_a_url_without_spark(tmp_path: Path) -> None:
    run = audited("bizzy", tmp_path, "--exports", "hdfs://nowhere/exports")
    assert (run.code, "only --engine spark reads a URL" in run.err) == (3, True), run.err


def test_what_tests_start_inherits_no_session() -> None:
    assert "PYSPARK_GATEWAY_PORT" not in os.environ
