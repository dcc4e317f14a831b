"""The whole audit on Spark with two workers against one, and the records it finds against DuckDB's.

    python benchmarks/spark.py [--rows 10000000] [--format parquet|csv] [--repeat 1]
    [--worker-memory 3g] [--work DIR]

A standalone cluster on loopback: a master and one or two workers as processes of their own, one
core each, ended when the command ends. The driver is the audit's own process. The same audit runs
on DuckDB first; its worklist says which records must be found. Seconds are those of the whole
command, reading and report included; memory is of the driver's processes, workers apart.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import psutil

from benchmarks.generate import AUDIT_FILE, BYTES_PER_ROW, generate
from benchmarks.measuring import Measured, heading, markdown, measure, need_disk

HOST = "127.0.0.1"
_TELEAUDIT = Path(sys.executable).with_name("teleaudit")
_FINE = (0, 1, 2)  # exit codes of a run that ended with an answer
_START_SECONDS = 60
_WORKING_BYTES_PER_ROW = 400


def main() -> int:
    """Print the table.

    Returns 1 where a run failed or the records differ, 0 with a word where there is no Spark engine
    yet.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--worker-memory", default="3g", help="of each worker, as Spark writes it")
    parser.add_argument(
        "--executor-memory",
        default="2500MB",
        help="teleaudit's --memory: of each worker's executor",
    )
    parser.add_argument("--timeout", type=float, default=3600)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    if (
        find_spec("pyspark") is None
        or "spark" not in measure([_TELEAUDIT, "run", "--help"], timeout=60).output
    ):
        print(
            "not yet: teleaudit run has no Spark engine here, or pyspark is not installed (extra:"
            " spark). Nothing was measured."
        )
        return 0
    need_disk(options.work, options.rows * (BYTES_PER_ROW[options.format] + _WORKING_BYTES_PER_ROW))
    with tempfile.TemporaryDirectory(prefix="teleaudit-bench-", dir=options.work) as name:
        folder = Path(name)
        generate(folder / "made", rows=options.rows, form=options.format)
        runs = {"DuckDB": [_audit(folder, "duckdb", options)]}
        for workers in (1, 2):
            with cluster(
                folder / f"cluster{workers}", workers=workers, memory=options.worker_memory
            ) as master:
                spark = (
                    "--engine",
                    "spark",
                    "--master",
                    master,
                    "--memory",
                    options.executor_memory,
                )
                runs[f"Spark, {workers} worker{'s' * (workers > 1)}"] = [
                    _audit(folder, f"spark{workers}-{turn}", options, *spark)
                    for turn in range(options.repeat)
                ]
    return _show(runs, options)


def _audit(
    folder: Path, name: str, options: argparse.Namespace, *engine: str
) -> tuple[Measured, frozenset[tuple[str, str]] | None]:
    """One run, and the check and key of every record on its worklist; None where it gave none."""
    out = folder / name
    done = measure(
        [_TELEAUDIT, "run", folder / "made" / AUDIT_FILE, "--out", out, *engine],
        timeout=options.timeout,
    )
    if done.failure(fine=_FINE):
        print(done.errors[-3000:], file=sys.stderr)
        return done, None
    (path,) = out.glob("*/*/restricted/worklist.csv")
    results = json.loads((path.parents[1] / "record" / "results.json").read_bytes())
    with path.open(encoding="utf-8", newline="") as file:
        records = [(row["check_id"], row["record_key"]) for row in csv.DictReader(file)]
    if len(records) != sum(check["deviations"] or 0 for check in results["checks"]):
        print(
            f"{name}: the worklist has other lines than results.json has deviations",
            file=sys.stderr,
        )
        return done, None
    return done, frozenset(records)


def _show(
    runs: dict[str, list[tuple[Measured, frozenset[tuple[str, str]] | None]]],
    options: argparse.Namespace,
) -> int:
    ((_, expected),) = runs["DuckDB"]
    one = statistics.median(done.seconds for done, _ in runs["Spark, 1 worker"])
    lines, wrong = [], False
    for name, own in runs.items():
        failure = next((found for done, _ in own if (found := done.failure(fine=_FINE))), None)
        same = expected is not None and all(records == expected for _, records in own)
        wrong |= not same
        seconds = statistics.median(done.seconds for done, _ in own)
        ratio = f"{seconds / one:.2f}" if same and name.startswith("Spark") else ""
        records = own[0][1]
        peak = f"{max(done.peak_mib for done, _ in own):,.0f}"
        lines.append(
            (
                name,
                failure or f"{seconds:.0f}",
                ratio or "none",
                peak,
                f"{len(records):,}" if records is not None else "",
                "yes" if same else "NO",
            )
        )
    print(
        heading(
            f"Whole audit on a cluster, {options.rows:,} records as {options.format}",
            "teleaudit",
            "pyspark",
            "duckdb",
            "great-expectations",
        )
        + "\n"
    )
    print(
        markdown(
            (
                "engine",
                "seconds",
                "ratio to one worker",
                "driver's peak memory, MiB",
                "lines of the worklist",
                "the same records as DuckDB",
            ),
            lines,
        )
    )
    return 1 if wrong else 0


@contextmanager
def cluster(folder: Path, *, workers: int, memory: str) -> Iterator[str]:
    """A standalone cluster with that many workers of one core; gives the master's address.

    Its processes and files are gone afterwards.
    """
    folder.mkdir(parents=True)
    port = _free_port()
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(
            _spark_class(
                folder,
                "deploy.master.Master",
                "--host",
                HOST,
                "--port",
                str(port),
                "--webui-port",
                str(_free_port()),
            )
        )
        _wait_for(port, started[0])
        for number in range(workers):
            arguments = (
                "--host",
                HOST,
                "--cores",
                "1",
                "--memory",
                memory,
                "--webui-port",
                str(_free_port()),
                "--work-dir",
                str(folder / f"work{number}"),
            )
            started.append(
                _spark_class(folder, "deploy.worker.Worker", *arguments, f"spark://{HOST}:{port}")
            )
        _wait_for_workers(folder / "Master.log", workers)
        yield f"spark://{HOST}:{port}"
    finally:
        for process in reversed(started):
            _end(process)


def _spark_class(folder: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A process of the cluster, on this Python and this machine's loopback only."""
    import pyspark

    home = Path(pyspark.__file__).parent
    own = {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_NO_DAEMONIZE": "1",
    }
    with (folder / f"{name.rsplit('.', 1)[-1]}.log").open("ab") as log:
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.{name}", *arguments]
        return subprocess.Popen(
            command,
            env=os.environ | own,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.2)
    sys.exit("the Spark master did not start: is there a Java 17?")


def _wait_for_workers(log: Path, workers: int) -> None:
    """Until the master knows them all."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if log.read_text(encoding="utf-8", errors="replace").count("Registering worker") >= workers:
            return
        time.sleep(0.2)
    sys.exit("a Spark worker did not reach its master")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process of the cluster and the executors it started."""
    with suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    process.kill()
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
