"""A Spark session for a run: the one it is started in, or one of its own on a master; refused in
words where there is none.

Spark's log is switched off, on the driver and on the executors: its task errors quote rows.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from teleaudit.errors import UserError
from teleaudit.machine import cores

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_CONNECT_S = 5
_EXECUTORS_S = 60  # a cluster that gives none so long has none to give
_SUBMITTED = "PYSPARK_GATEWAY_PORT"  # spark-submit has started the JVM already
_SETTINGS = {
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",  # a web server that shows queries to whoever asks
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled": "true",
}
_STACK = "-Xss16m"  # Java's regular expressions recurse over long texts


@contextmanager
def spark_session(
    master: str | None, *, memory: str, scratch: Path, executor_memory: str | None = None
) -> Iterator[SparkSession]:
    """A session, ready to work; stopped afterwards if it was started here.

    ``master`` None: the session this process runs in, or that spark-submit gives it; otherwise all
    cores of this machine, with ``memory`` for Spark
    (as ``--memory`` writes it) and ``scratch`` for what does not fit. On a cluster each executor
    gets ``executor_memory``; None: what Spark's
    own settings say. Raises: UserError.
    """
    check_installed()
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        # Spark would give the running one, whatever is asked for, and it is not ours to stop
        if master is not None:
            msg = (
                f"a Spark session on {running.sparkContext.master} runs in this process already:"
                " leave --master out to use it, or stop it first."
            )
            raise UserError(msg)
        yield running
        return
    _check_java()
    if master is not None:
        _check_reachable(master)
    session = _started(master, memory, executor_memory, scratch)
    try:
        _wait_for_executors(session)
        yield session
    finally:
        session.stop()


def check_installed() -> None:
    """Refuse to go on without pyspark 4.1. Raises: UserError."""
    try:
        import pyspark
    except ImportError:
        msg = "--engine spark needs pyspark 4.1: pip install 'teleaudit[spark]'."
        raise UserError(msg) from None
    if not re.match(r"4\.1\.", pyspark.__version__):
        msg = (
            f"--engine spark needs pyspark 4.1, and {pyspark.__version__} is installed: pip install"
            " 'teleaudit[spark]'."
        )
        raise UserError(msg)


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = Path(home) / "bin" / "java" if home else shutil.which("java")
    if _SUBMITTED not in os.environ and (java is None or not Path(java).exists()):
        where = "JAVA_HOME names no Java" if home else "no java was found"
        msg = (
            f"Spark needs Java 17 or newer, and {where}. Install one (Debian: apt install"
            " openjdk-17-jre-headless), or set JAVA_HOME."
        )
        raise UserError(msg)


def _check_reachable(master: str) -> None:
    """Spark itself would try for a minute, and end with a Java trace."""
    if re.fullmatch(r"local(\[[\d*]+(,\d+)?\])?|yarn|k8s://.+", master):
        return
    places = re.fullmatch(r"spark://(.+)", master)
    if places is None:
        msg = (
            f"--master {master} is no Spark master: write local[*], spark://HOST:PORT, yarn or"
            " k8s://HOST:PORT."
        )
        raise UserError(msg)
    for place in places.group(1).split(","):
        try:
            parts = urlsplit(f"spark://{place}")
            with socket.create_connection(
                (parts.hostname or "", parts.port or 7077), timeout=_CONNECT_S
            ):
                return
        except (OSError, ValueError):
            continue
    msg = (
        f"the Spark master {master} cannot be reached. Is it running, and is this machine allowed"
        " to connect to it?"
    )
    raise UserError(msg)


def _started(
    master: str | None, memory: str, executor_memory: str | None, scratch: Path
) -> SparkSession:
    from pyspark.errors import PySparkException, PySparkRuntimeError
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("teleaudit")
    settings = dict(_SETTINGS)
    if _SUBMITTED not in os.environ:
        chosen = master or "local[*]"
        settings |= {
            "spark.master": chosen,
            "spark.driver.extraJavaOptions": _STACK,
            "spark.executor.extraJavaOptions": _STACK,
        }
        if chosen.startswith("local"):
            settings["spark.sql.shuffle.partitions"] = str(2 * cores())
            settings |= {
                "spark.driver.memory": _java_size(memory),
                "spark.local.dir": str(scratch),
                "spark.driver.bindAddress": "127.0.0.1",
                "spark.driver.host": "127.0.0.1",
            }
        elif executor_memory is not None:
            settings["spark.executor.memory"] = _java_size(executor_memory)
        # the executors' Python; a conf of that name is only heard by spark-submit
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    for name, value in (settings | {"spark.sql.warehouse.dir": str(scratch / "warehouse")}).items():
        builder = builder.config(name, value)
    try:
        with _without_java_chatter():
            return builder.getOrCreate()
    except PySparkRuntimeError as error:
        if "JAVA_GATEWAY_EXITED" not in str(error):
            raise
        msg = (
            "Spark's Java process ended at once. Spark 4.1 needs Java 17 or 21 (java -version), and"
            " --memory within what this machine has."
        )
        raise UserError(msg) from None
    except PySparkException:
        msg = f"Spark did not start on {master or 'this machine'}. See the master's log."
        raise UserError(msg) from None


@contextmanager
def _without_java_chatter() -> Iterator[None]:
    """Java's notes on incubator modules and host names, before the log is off, are
    nobody's errors.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _java_size(memory: str) -> str:
    """A size as DuckDB writes it ("1536MB", "4GiB"), in Java's mebibytes."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])(i?)B\s*", memory, re.IGNORECASE)
    if match is None:
        msg = f"--memory {memory}: write a size such as 2GiB or 1536MB."
        raise UserError(msg)
    base = 1024 if match.group(3) else 1000
    size = float(match.group(1)) * base ** ("KMGT".index(match.group(2).upper()) + 1)
    return f"{max(512, int(size / 2**20))}m"


def _wait_for_executors(session: SparkSession) -> None:
    """Refuse a cluster that accepts the application and gives it nothing to work with."""
    done = threading.Event()
    context = session.sparkContext

    def try_it() -> None:
        context.setJobGroup("teleaudit-start", "waiting for executors")
        session.range(1).count()
        done.set()

    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join(_EXECUTORS_S)
    if not done.is_set():
        context.cancelJobGroup("teleaudit-start")
        msg = (
            f"the Spark cluster gave no executor within {_EXECUTORS_S} seconds. Are workers"
            " running, with free cores and memory?"
        )
        raise UserError(msg)
