"""What Spark says when something goes wrong, in plain words. Its own messages quote the values of rows, and are never passed on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException

from teleaudit.errors import ExportError
from teleaudit.exports.distributed_blocks import ChangedError

_NOT_FOUND = ("FAILED_READ_FILE.FILE_NOT_EXIST", "java.io.FileNotFoundException")
_DAMAGED = ("ParquetDecodingException", "could not verify page integrity", "Could not verify dictionary page integrity")
_FULL = "No space left on device"
_EXECUTOR_GONE = re.compile(
    r"OutOfMemoryError|exit code 137|exit code 52|OOMKilled|Container killed|ExecutorLostFailure|RejectedExecutionException|Python worker exited unexpectedly"
)


class Readable(Protocol):
    """A file that the driver saw."""

    def refuse_changed(self) -> None:
        """Raises: ExportError when it is no longer there, or another."""
        ...


@contextmanager
def spark_errors_said(export: str, files: Sequence[Readable] = ()) -> Iterator[None]:
    """Turns what Spark raises while an export is read, or a working copy made of it, into a message without any value.

    Raises: ExportError for what the user can mend; else RuntimeError.
    """
    try:
        yield
    except (PySparkException, Py4JError) as error:
        text = str(error)
        if any(sign in text for sign in _NOT_FOUND):
            for file in files:
                file.refuse_changed()
        raise _said(export, text, java_class(error)) from None


def _said(export: str, text: str, name: str) -> Exception:
    if any(sign in text for sign in _NOT_FOUND):
        return ExportError(
            f"export {export}: a file is visible to the driver but not to the executors. "
            "Put the exports on storage that all of them reach (hdfs://, s3a://, abfss://, or a shared mount under the same path)."
        )
    if f"{ChangedError.__module__}.{ChangedError.__qualname__}" in text:
        return ExportError(f"export {export}: a file changed while it was read. Run again when the export is complete.")
    if any(sign in text for sign in _DAMAGED):
        return ExportError(
            f"export {export}: a Parquet file is damaged: its pages cannot be read, or do not have their checksums. Export it again, or copy it again from where it was made."
        )
    if _FULL in text:
        return ExportError(f"export {export}: no space left where Spark keeps its working copies (spark.local.dir). Free some, or choose another disk.")
    if "ModuleNotFoundError: No module named 'teleaudit'" in text:
        return ExportError(f"export {export}: the executors' Python has no teleaudit. Install the same version there, or point PYSPARK_PYTHON at one that has it.")
    if _EXECUTOR_GONE.search(text):
        return ExportError(
            f"export {export}: executors ran out of memory or were lost while it was read. Give them more (--memory, or spark.executor.memory and spark.executor.memoryOverhead), "
            "and see the cluster's logs."
        )
    return RuntimeError(f"export {export}: {name} in Spark")


def java_class(error: Exception) -> str:
    """What kind of error it is, by its name alone."""
    if isinstance(error, Py4JJavaError):
        return str(error.java_exception.getClass().getSimpleName())
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    return condition or type(error).__name__
