"""One local Spark for all tests of a process; it needs Java."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import need

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    # tests end before a better compiler pays; half the processor time
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.log.level": "OFF",
    "spark.sql.shuffle.partitions": "2",
    # tables of ten rows end before their Java is compiled: a quarter of the time. Whole runs are
    # tested with Spark's own settings
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}


_allowed = False


def allow(*, is_marked: bool) -> None:
    """Whether the test that begins is marked ``spark``."""
    global _allowed  # noqa: PLW0603 (one test runs at a time)
    _allowed = is_marked


def session() -> SparkSession:
    """The session, on two cores. It ends with the process, and its files with it."""
    assert _allowed, "a test that needs a Spark session is marked spark: `make test-spark` runs it"
    need(
        "java", hint="Install a Java 17 runtime (Debian: openjdk-17-jre-headless) to test on Spark."
    )
    return _started()


@functools.cache
def _started() -> SparkSession:
    from pyspark.sql import SparkSession

    # the executors' Python is the one that runs the tests
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    folder = Path(tempfile.mkdtemp(prefix="teleaudit-spark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    builder = SparkSession.builder.master("local[2]").appName("teleaudit-tests")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.sql.warehouse.dir", str(folder / "warehouse")).config(
        "spark.local.dir", str(folder)
    )
    started = builder.getOrCreate()
    atexit.register(started.stop)
    return started
