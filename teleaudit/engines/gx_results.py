"""What every engine makes of Great Expectations' answers: by check id, what may be said of an
exception apart from the whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import great_expectations as gx
from great_expectations.core import ExpectationSuite
from great_expectations.data_context.types.base import ProgressBarsConfig


# Great Expectations' contexts are untyped to us
def silent_context() -> Any:
    """A context in memory, without its progress bars: ours tell more, and notebooks keep what is
    printed.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def answers_of(batch: Callable[[], Any], suite: ExpectationSuite) -> dict[str, dict[str, Any]]:
    """Great Expectations' answers by check id: ``result``; or ``exception`` (type names only) and
    ``traceback`` (all of it, for the closed annex) where a check raised.

    All are asked in one query. Where that query raised, nobody knows for which of them: each is
    asked again, alone.
    """
    answers = _ask(batch(), suite.name, suite.expectations)
    raised = [
        expectation
        for expectation in suite.expectations
        if "exception" in answers[_check_id(expectation.meta)]
    ]
    if len(suite.expectations) > 1:
        for expectation in raised:
            answers |= _ask(batch(), suite.name, [expectation])
    return answers


# Great Expectations' Batch is untyped to us
def _ask(batch: Any, name: str, expectations: Sequence[Any]) -> dict[str, dict[str, Any]]:
    suite = ExpectationSuite(name=name, expectations=list(expectations))
    answers = {}
    for result in batch.validate(
        suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
    ).results:
        raised = _raised(result.exception_info)
        told = (
            {"exception": _types(raised), "traceback": _whole(raised)}
            if raised
            else {"result": result.result}
        )
        answers[_check_id(result.expectation_config.meta)] = told
    return answers


def _check_id(meta: dict[str, Any] | None) -> str:
    return str((meta or {})["id"])


def _raised(info: dict[str, Any]) -> list[dict[str, Any]]:
    """The exceptions in Great Expectations' record of a check: one, or one for each metric."""
    if not info:
        return []
    entries = info.values() if all(isinstance(entry, dict) for entry in info.values()) else [info]
    return [entry for entry in entries if isinstance(entry, dict) and entry.get("raised_exception")]


def _types(raised: Sequence[dict[str, Any]]) -> str:
    """The kinds of exceptions, without their messages (they may quote a value)."""
    return ", ".join(sorted({_type(str(entry.get("exception_traceback", ""))) for entry in raised}))


def _type(traceback: str) -> str:
    """What stands before the message, which may have lines of its own: the first word at the margin
    below the last frame.
    """
    at_the_margin = re.search(
        r"^[A-Za-z_][\w.]*(?=:|$)", traceback[traceback.rfind("\n  File ") + 1 :], re.MULTILINE
    )
    return at_the_margin[0] if at_the_margin else "Exception"


def _whole(raised: Sequence[dict[str, Any]]) -> str:
    """Each different exception from its first frame to its message."""
    texts = (
        f"{str(entry.get('exception_traceback', '')).strip()}\n\n{entry.get('exception_message', '')}\n"
        for entry in raised
    )
    return "\n".join(dict.fromkeys(texts))
