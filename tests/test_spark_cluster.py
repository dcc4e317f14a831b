"""A real cluster: a master and two workers as processes of their own, the audit submitted to them,
one of them killed on the way.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil
import pytest

from benchmarks.spark import cluster
from tests.command import ROOT, only_run, small_audit, start
from tests.conftest import need
from tests.test_run_on_spark import answers, audited, records

_OPTIONS = (
    "--exports",
    str(ROOT / "data_samples" / "bizzy"),
    "--no-notebooks",
    "--as-of",
    "2026-11-22",
)
_LOOPBACK = {"SPARK_LOCAL_IP": "127.0.0.1"}
# Spark tells its last try only. Where that met an executor that was still ending, nothing in it
# says why it ended.
_NO_MEMORY = (
    "an executor ran out of memory|executors were lost more often than Spark tries again, often"
    " because they run out of memory"
)
pytestmark = [pytest.mark.spark, pytest.mark.deep, pytest.mark.timeout(900)]


@pytest.fixture(autouse=True)
def _java() -> None:
    need(
        "java", hint="Install a Java 17 runtime (Debian: openjdk-17-jre-headless) to test on Spark."
    )


def wait_for(words: str, run: subprocess.Popen[str]) -> str:
    """What the run says up to a line with these words."""
    said = ""
    assert run.stderr is not None
    for line in run.stderr:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def kill_a_worker() -> None:
    """End one worker and its executors as a machine that fails would: at once."""
    worker = next(
        process
        for process in psutil.Process().children(recursive=True)
        if "org.apache.spark.deploy.worker.Worker" in process.cmdline()
    )
    for process in (*worker.children(recursive=True), worker):
        process.kill()


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen checks; all checks are asked of both engines in ``test_run_on_spark``."""
    return small_audit(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def on_duckdb(audit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the same audit on one machine."""
    out = tmp_path_factory.mktemp("duckdb")
    here = start("run", audit, "--out", out, *_OPTIONS)
    told = here.communicate(timeout=300)
    assert here.returncode == 1, told
    return only_run(out)


def test_the_answer_is_right_though_a_worker_is_killed_in_the_middle(
    tmp_path: Path, audit: Path, on_duckdb: Path
) -> None:
    with cluster(tmp_path / "cluster", workers=2, memory="1g") as master:
        run = start(
            "run",
            audit,
            "--out",
            tmp_path / "spark",
            "--engine",
            "spark",
            "--master",
            master,
            *_OPTIONS,
            environment=_LOOPBACK,
        )
        said = wait_for("asking the checks", run)
        time.sleep(2)  # into the first data set
        assert run.poll() is None
        kill_a_worker()
        out, err = run.communicate(timeout=600)
    assert run.returncode == 1, said + err + out
    on_spark = only_run(tmp_path / "spark")
    assert answers(on_spark) == answers(on_duckdb)
    assert records(on_spark) == records(on_duckdb)


def test_spark_submit_takes_an_audit_to_a_cluster(
    tmp_path: Path, audit: Path, on_duckdb: Path
) -> None:
    """As docs/spark.md says for YARN and Kubernetes, with the master of a standalone cluster."""
    submit = Path(sys.executable).with_name("spark-submit")
    with cluster(tmp_path / "cluster", workers=2, memory="1g") as master:
        words: list[str | Path] = [
            submit,
            "--master",
            master,
            "--deploy-mode",
            "client",
            "--conf",
            "spark.log.level=OFF",
            "--conf",
            "spark.executor.memory=900m",
        ]
        command: list[str | Path] = [
            ROOT / "teleaudit" / "__main__.py",
            "run",
            audit,
            "--engine",
            "spark",
            "--out",
            tmp_path / "spark",
            *_OPTIONS,
        ]
        environment = {
            **os.environ,
            **_LOOPBACK,
            "PYTHONPATH": str(ROOT),
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
        }
        run = subprocess.run(
            [*words, *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert run.returncode == 1, run.stderr + run.stdout
    on_spark = only_run(tmp_path / "spark")
    assert answers(on_spark) == answers(on_duckdb)
    assert records(on_spark) == records(on_duckdb)


def test_without_any_worker_left_there_is_no_result(tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", workers=1, memory="1g") as master:
        kill_a_worker()
        run = audited(
            "bizzy",
            tmp_path / "spark",
            "--engine",
            "spark",
            "--master",
            master,
            environment=_LOOPBACK,
        )
    assert run.code == 3, run.err
    assert "gave no executor within 60 seconds" in run.err
    assert not list((tmp_path / "spark").rglob("COMPLETE"))


def test_an_executor_that_runs_out_of_memory_ends_the_run_in_words(tmp_path: Path) -> None:
    with (
        cluster(tmp_path / "cluster", workers=1, memory="1g") as master,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as own_session,
    ):
        own_session.submit(exhaust_an_executor, master, tmp_path).result(timeout=600)


def exhaust_an_executor(master: str, scratch: Path) -> None:
    """In a process of its own: a process has one Spark, and the other tests' must live on."""
    from teleaudit.engines.spark.engine import SparkEngine
    from teleaudit.engines.spark.session import spark_session
    from teleaudit.errors import UserError

    os.environ |= _LOOPBACK | {
        "PYSPARK_SUBMIT_ARGS": "--conf spark.executor.memory=480m pyspark-shell"
    }
    with spark_session(master, memory="1GiB", scratch=scratch) as session:
        engine = SparkEngine(session)
        engine.session.range(20_000_000, numPartitions=1).createOrReplaceTempView("numbers")
        with pytest.raises(UserError, match=_NO_MEMORY):
            list(
                engine.fetch(
                    "SELECT length(array_to_string(list(repeat(CAST(id AS VARCHAR), 200)), ',')) AS"
                    " n FROM numbers"
                )
            )
        with pytest.raises(UserError, match=_NO_MEMORY):  # nothing is asked of it any more
            list(engine.fetch("SELECT 1 AS n"))
