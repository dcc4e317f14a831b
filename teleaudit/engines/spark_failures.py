"""When Spark itself fails: what an operator can do about it, in words, and never Spark's own text, which may quote a row."""

from __future__ import annotations

import re
from collections.abc import Mapping

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from teleaudit.errors import UserError

Failure = (PySparkException, Py4JError, ConnectionError, EOFError)

# Looked for in this order in the text of an exception and of its causes. Java ends with 52 where it has no memory, the system ends with 137 (signal 9) what takes
# too much: Kubernetes writes "exit code", YARN "exit status:", a standalone cluster "exited with code" (Spark 4.1.4).
_SAID: Mapping[str, str] = {
    r"PATH_NOT_FOUND|FILE_NOT_EXIST|SparkFileNotFoundException|FileNotFoundException": (
        "a file that the driver sees cannot be read by the executors. Put the exports on storage that all of them reach "
        "(hdfs://, s3a://, abfss:// or a folder mounted on every machine), and start again."
    ),
    r"No module named 'teleaudit|No module named teleaudit": (
        "the executors' Python has no teleaudit. Ship the environment with the job (spark.archives, see docs/spark.md), or install it on every machine."
    ),
    r"PYTHON_VERSION_MISMATCH|Python in worker has different version": (
        "driver and executors run different versions of Python. Set spark.pyspark.python to the one that teleaudit is installed in."
    ),
    r"OutOfMemoryError|(?i:exit(?:ed with)? ?(?:code|status))[ =:]+(?:52|137)\b|OOMKilled|Container killed|SPARK_OUT_OF_MEMORY|UNABLE_TO_ACQUIRE_MEMORY"
    r"|Python worker exited unexpectedly": (
        "an executor ran out of memory. Give them more (--memory, or spark.executor.memory; spark.executor.memoryOverhead for Python) or fewer cores, and start again."
    ),
    r"No space left on device|DiskFull|disk space": "an executor's disk is full. Give spark.local.dir more room, and start again.",
    r"ExecutorLostFailure|RejectedExecutionException|FetchFailed|Slave lost|Worker lost|executor .{0,40}lost": (
        "executors were lost more often than Spark tries again, often because they run out of memory. "
        "Give them more (--memory, or spark.executor.memory; spark.executor.memoryOverhead for Python), or see the cluster's logs."
    ),
    r"SparkContext was shut down|SparkContext has been shutdown|stopped SparkContext|Py4JNetworkError|Connection refused|Answer from Java side is empty": (
        "the Spark application has ended while the audit was running. See the cluster's logs, and start again."
    ),
    r"Task not serializable|Job aborted": "Spark gave the job up. See the cluster's logs; the audit has no result.",
}


def said_of(error: BaseException) -> UserError | None:
    """What to tell, or None where it is no failure of the cluster but of a query."""
    text = f"{type(error).__name__} {error}"
    if isinstance(error, PySparkException) and re.search(r"^\[(?!PATH_NOT_FOUND)", str(error)) and "Job aborted" not in text and "FAILED_READ_FILE" not in text:
        return None  # a query that Spark refuses or that fails on a row: the check answers "error"
    words = next((words for pattern, words in _SAID.items() if re.search(pattern, text)), None)
    return UserError(f"Spark: {words}") if words else None
