"""What every engine makes of Great Expectations' answers: by check id, and without the messages of exceptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from great_expectations.core import ExpectationSuite


def answers_of(batch: Callable[[], Any], suite: ExpectationSuite) -> dict[str, dict[str, Any]]:
    """Great Expectations' answers by check id: ``result``, or ``exception`` (type names only) where a check raised.

    All are asked in one query. Where that query raised, nobody knows for which of them: each is asked again, alone.
    """
    answers = _ask(batch(), suite.name, suite.expectations)
    raised = [expectation for expectation in suite.expectations if "exception" in answers[_check_id(expectation.meta)]]
    if len(suite.expectations) > 1:
        for expectation in raised:
            answers |= _ask(batch(), suite.name, [expectation])
    return answers


def _ask(batch: Any, name: str, expectations: Sequence[Any]) -> dict[str, dict[str, Any]]:  # noqa: ANN401 (Great Expectations' Batch is untyped to us)
    suite = ExpectationSuite(name=name, expectations=list(expectations))
    answers = {}
    for result in batch.validate(suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}).results:
        raised = _exception_types(result.exception_info)
        answers[_check_id(result.expectation_config.meta)] = {"exception": raised} if raised else {"result": result.result}
    return answers


def _check_id(meta: dict[str, Any] | None) -> str:
    return str((meta or {})["id"])


def _exception_types(info: dict[str, Any]) -> str:
    """The kinds of exception in Great Expectations' record of one, without their messages (they may quote a value)."""
    if not info:
        return ""
    entries = info.values() if all(isinstance(entry, dict) for entry in info.values()) else [info]
    raised = [entry for entry in entries if isinstance(entry, dict) and entry.get("raised_exception")]
    return ", ".join(sorted({str(entry.get("exception_traceback", "")).strip().rsplit("\n", 1)[-1].split(":")[0] or "Exception" for entry in raised}))
