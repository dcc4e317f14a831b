"""When Spark itself fails: what an operator can do about it, in words.

Spark's own messages quote the values of rows, and are never passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException

from teleaudit.engines.spark.blocks import ChangedError
from teleaudit.errors import ExportError, UserError

SPARK_ERRORS = (PySparkException, Py4JError, ConnectionError, EOFError)

_NOT_FOUND = r"PATH_NOT_FOUND|FILE_NOT_EXIST|SparkFileNotFoundException|FileNotFoundException"
# Looked for in this order in the text of an exception and of its causes. Java ends with 52 where it
# has no memory, the system ends with 137 (signal 9) what takes too much: Kubernetes writes "exit
# code", YARN "exit status:", a standalone cluster "exited with code" (Spark 4.1.4).
_CLUSTER: Mapping[str, str] = {
    _NOT_FOUND: (
        "a file is visible to the driver but not to the executors. Put the exports on storage that"
        " all of them reach (hdfs://, s3a://, abfss://, or a shared mount under the same path), and"
        " start again."
    ),
    r"No module named '?teleaudit": (
        "the executors' Python has no teleaudit. Ship the environment with the job (spark.archives,"
        " see docs/spark.md), or install it on every machine."
    ),
    r"PYTHON_VERSION_MISMATCH|Python in worker has different version": (
        "driver and executors run different versions of Python. Set spark.pyspark.python to the one"
        " that teleaudit is installed in."
    ),
    r"OutOfMemoryError|(?i:exit(?:ed with)? ?(?:code|status))[ =:]+(?:52|137)\b|OOMKilled|Container"
    r" killed|SPARK_OUT_OF_MEMORY|UNABLE_TO_ACQUIRE_MEMORY"
    r"|Python worker exited unexpectedly": (
        "an executor ran out of memory. Give them more (--memory, or spark.executor.memory;"
        " spark.executor.memoryOverhead for Python) or fewer cores, and start again."
    ),
    r"No space left on device|DiskFull|disk space": (
        "an executor's disk is full (spark.local.dir). Free some, or choose another disk, and start"
        " again."
    ),
    r"ExecutorLostFailure|RejectedExecutionException|FetchFailed|Slave lost|Worker lost|executor .{0,40}lost": (
        "executors were lost more often than Spark tries again, often because they run out of"
        " memory. Give them more (--memory, or spark.executor.memory; spark.executor.memoryOverhead"
        " for Python), or see the cluster's logs."
    ),
    r"SparkContext (was|has been) shut ?down|stopped SparkContext"
    r"|Py4JNetworkError|ConnectionRefusedError|Answer from Java side is empty": (
        "the Spark application has ended while the audit was running. See the cluster's logs, and"
        " start again."
    ),
}
# What only the reading of an export meets, and looks for first.
_EXPORT: Mapping[str, str] = {
    re.escape(
        f"{ChangedError.__module__}.{ChangedError.__qualname__}"
    ): "a file changed while it was read. Run again when the export is complete.",
    r"ParquetDecodingException|could not verify page integrity|Could not verify dictionary page integrity": (
        "a Parquet file is damaged: its pages cannot be read, or do not have their checksums."
        " Export it again, or copy it again from where it was made."
    ),
}


class Readable(Protocol):
    """A file that the driver saw."""

    def refuse_changed(self) -> None:
        """Raises: ExportError when it is no longer there, or another."""
        ...


def translate_spark_error(error: BaseException) -> UserError | None:
    """What to tell of an error in a query, or None where it is no failure of the cluster but of the
    query.
    """
    text = f"{type(error).__name__} {error}"
    if (
        isinstance(error, PySparkException)
        and re.search(r"^\[(?!PATH_NOT_FOUND)", str(error))
        and "Job aborted" not in text
        and "FAILED_READ_FILE" not in text
    ):
        return None  # a query that Spark refuses or that fails on a row: the check answers "error"
    words = _found(
        text,
        {
            **_CLUSTER,
            r"Task not serializable|Job aborted": (
                "Spark gave the job up. See the cluster's logs; the audit has no result."
            ),
        },
    )
    return UserError(f"Spark: {words}") if words else None


@contextmanager
def translated_spark_errors(export: str, files: Sequence[Readable] = ()) -> Iterator[None]:
    """Turns what Spark raises while an export is read, or a working copy made of it, into a message
    without any value.

    Raises: ExportError for what the user can mend; else RuntimeError.
    """
    try:
        yield
    except SPARK_ERRORS as error:
        text = f"{type(error).__name__} {error}"
        if re.search(_NOT_FOUND, text):
            for file in files:
                file.refuse_changed()
        words = _found(text, {**_EXPORT, **_CLUSTER})
        raise (
            ExportError(f"export {export}: {words}")
            if words
            else RuntimeError(f"export {export}: {error_name(error)} in Spark")
        ) from None


def _found(text: str, patterns: Mapping[str, str]) -> str | None:
    return next((words for pattern, words in patterns.items() if re.search(pattern, text)), None)


def error_name(error: Exception) -> str:
    """What kind of error it is, by its name alone: Java's class, Spark's condition, or Python's
    class.
    """
    if isinstance(error, Py4JJavaError):
        return str(error.java_exception.getClass().getSimpleName())
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    return condition or type(error).__name__
