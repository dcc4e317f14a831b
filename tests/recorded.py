"""Every question that the specs of the expectations ask on DuckDB, with its answer: what a mutated
rule is asked again.

pytest tests/expectations -k duckdb -p tests.recorded --recorded FILE
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import tests.spec
from tests.spec import Answered

Question = tuple[dict[str, str], dict[str, Any]]
Told = tuple[Any, ...]  # what an answer comes down to


def told(answer: Answered) -> Told:
    """The verdict, the numbers and the records of an answer, but not the words of the rule."""
    return (
        answer.verdict.value,
        answer.why,
        answer.answer,
        [deviation.record_key for deviation in answer.deviations],
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the questions go."""
    parser.addoption("--recorded", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    """Listen to every question of ``tests.spec``."""
    asked: dict[str, list[tuple[Question, Told]]] = {}
    asks = tests.spec.answer

    def listening(
        check_id: str, tables: dict[str, str], *, engine: str, **settings: Any
    ) -> Answered:
        found = asks(check_id, tables, engine=engine, **settings)
        if engine == "duckdb" and not settings.get("exports") and not settings.get("suites"):
            asked.setdefault(check_id, []).append(((dict(tables), settings), told(found)))
        return found

    tests.spec.answer = listening  # type: ignore[assignment] # takes what it takes, and hands it on
    config.stash[_ASKED] = asked


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write what was heard."""
    file = config.getoption("--recorded")
    if file is not None:
        file.write_bytes(pickle.dumps(config.stash[_ASKED]))


_ASKED = pytest.StashKey[dict[str, list[tuple[Question, Told]]]]()
