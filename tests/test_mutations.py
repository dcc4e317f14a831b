"""The specs notice when a rule is wrong: every comparison turned round or its boundary moved, every
deadline shifted by a day.

Each question that the specs ask is recorded with its answer, and asked again of every mutated rule.
A mutation that no question tells from the rule itself means that a spec is missing.
"""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from teleaudit.rules.suites import Check, ExpectationSpec, Suite
from tests.recorded import Question, Told, told
from tests.spec import answer, known_suites

ROOT = Path(__file__).resolve().parents[1]
_TURNED: dict[type[exp.Binary], type[exp.Binary]] = {
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
}
_ROW_RULES = ("expect_rows_to_satisfy", "expect_erasure_by_deadline")
pytestmark = [pytest.mark.deep, pytest.mark.timeout(3600)]

# Mutations that change no answer whatever the data, each with the reason.
EQUIVALENT: dict[str, str] = {}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Question, Told]]]:
    file = tmp_path_factory.mktemp("recorded") / "questions.pickle"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/expectations",
        "-q",
        "-k",
        "duckdb",
        "-p",
        "no:xdist",
        "-p",
        "tests.recorded",
        "--recorded",
        str(file),
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    # our own file of a moment ago
    asked: dict[str, list[tuple[Question, Told]]] = pickle.loads(file.read_bytes())  # noqa: S301
    return asked


def row_checks() -> list[Check]:
    """Every check whose rule is SQL of its own."""
    return [
        check for suite in known_suites() for check in suite.checks if check.spec.type in _ROW_RULES
    ]


def mutated(sql: str) -> Iterator[tuple[str, str]]:
    """The condition with one comparison turned round or moved by its boundary, one at a time, and
    what was done.
    """
    tree = exp.Paren(this=sqlglot.parse_one(sql, read="duckdb"))
    for place, node in enumerate(tree.find_all(*_TURNED)):
        changed = tree.copy()
        own = list(changed.find_all(*_TURNED))[place]
        own.replace(_TURNED[type(node)](this=own.this.copy(), expression=own.expression.copy()))
        yield (
            changed.this.sql("duckdb"),
            f"{node.sql('duckdb')} became {_TURNED[type(node)].__name__}",
        )


def mutants(spec: ExpectationSpec) -> Iterator[tuple[ExpectationSpec, str]]:
    """The rule with one thing wrong at a time."""
    if spec.violates is not None:
        for sql, done in mutated(spec.violates):
            yield spec.model_copy(update={"violates": sql}), f"violates: {done}"
    if spec.scope != "true":
        for sql, done in mutated(spec.scope):
            yield spec.model_copy(update={"scope": sql}), f"scope: {done}"
    if isinstance(spec.period, str):
        yield spec.model_copy(update={"period": _longer(spec.period)}), "period: a day longer"


def _longer(period: str) -> str:
    days = re.search(r"(\d+)D", period)
    return period.replace(days[0], f"{int(days[1]) + 1}D") if days else f"{period}1D"


def with_rule(check: Check, spec: ExpectationSpec) -> list[Suite]:
    clause = check.clause.model_copy(update={"expectations": (spec,)})
    return [Suite(name="mutated", clauses=(clause,))]


def is_noticed(
    check: Check, mutant: ExpectationSpec, questions: list[tuple[Question, Told]]
) -> bool:
    return any(_answer(check, mutant, question) != before for question, before in questions)


def _answer(check: Check, mutant: ExpectationSpec, question: Question) -> Told:
    tables, settings = question
    known: dict[str, Any] = {name: value for name, value in settings.items() if name != "suites"}
    return told(answer(check.id, tables, engine="duckdb", suites=with_rule(check, mutant), **known))


def test_some_spec_notices_every_wrong_rule(
    recorded: dict[str, list[tuple[Question, Told]]],
) -> None:
    asked_of_none = [check.id for check in row_checks() if check.id not in recorded]
    unnoticed = [
        f"{check.id}: {done}"
        for check in row_checks()
        for mutant, done in mutants(check.spec)
        if f"{check.id}: {done}" not in EQUIVALENT
        and not is_noticed(check, mutant, recorded.get(check.id, []))
    ]
    assert asked_of_none == []
    assert unnoticed == []
