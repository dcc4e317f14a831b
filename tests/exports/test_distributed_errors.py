"""What is said when Spark itself fails: what an operator can do, whichever words a cluster has for
it.
"""

from __future__ import annotations

import pytest

from teleaudit.engines.spark.failures import translate_spark_error, translated_spark_errors
from teleaudit.errors import ExportError

_LOST_VALUE = "0101801234"  # of a row
_LOST = (
    "Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times, most recent failure:"
    " Lost task 0.3 (TID 6): ExecutorLostFailure (executor 1 exited) Reason: "
)


@pytest.mark.parametrize(
    "reason",
    [
        "Command exited with code 52",
        "Command exited with code 137",
        "Container from a bad node: container_1 on host: node. Exit status: 137.",
        "Container from a bad node: container_1 on host: node. Exit status: 52.",
        (
            "Container from a bad node. Exit status: 143. Diagnostics: Container killed by YARN for"
            " exceeding physical memory limits"
        ),
        "The executor with id 1 exited with exit code 137(SIGKILL, possible container OOM).",
        "The executor with id 1 exited with exit code 52.",
        "container status: exitCode=137, reason=OOMKilled",
        "java.lang.OutOfMemoryError: Java heap space",
    ],
)
def test_an_executor_without_memory_is_told_as_such(reason: str) -> None:
    lost = ConnectionError(_LOST + reason)

    assert "an executor ran out of memory" in str(translate_spark_error(lost))
    with (
        pytest.raises(ExportError, match="export calls: an executor ran out of memory"),
        translated_spark_errors("calls"),
    ):
        raise lost


@pytest.mark.parametrize(
    "reason",
    [
        "Command exited with code 1",
        "Command exited with code 520",
        "Remote RPC client disassociated",
        "worker lost",
        "RejectedExecutionException: [Shutting down]",
    ],
)
def test_of_an_executor_that_is_lost_for_no_told_reason_memory_is_said_to_be_likely(
    reason: str,
) -> None:
    assert "executors were lost more often than Spark tries again, often because" in str(
        translate_spark_error(ConnectionError(_LOST + reason))
    )


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "Connection refused"),
        EOFError("Answer from Java side is empty"),
        ConnectionError("SparkContext was shut down"),
    ],
)
def test_an_application_that_ended_while_an_export_was_read_is_told_as_such(
    error: Exception,
) -> None:
    with (
        pytest.raises(ExportError, match="export calls: the Spark application has ended"),
        translated_spark_errors("calls"),
    ):
        raise error


def test_what_nobody_can_mend_is_no_error_of_the_user() -> None:
    with (
        pytest.raises(RuntimeError, match=r"^export calls: EOFError in Spark$"),
        translated_spark_errors("calls"),
    ):
        raise EOFError(_LOST_VALUE)


def test_what_is_no_failure_of_the_cluster_is_left_alone() -> None:
    assert translate_spark_error(ConnectionError("[DIVIDE_BY_ZERO] Division by zero")) is None
