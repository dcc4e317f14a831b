"""Why a check is asked and how: its clause, the law, the rule, the parameters, and the SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import sqlglot

from teleaudit.report.wording import Words
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.law import LegalBasis
from teleaudit.rules.parameters import period_of
from teleaudit.rules.suites import Check
from teleaudit.schema.sql import quoted
from teleaudit.sessions.answers import of_data_sets
from teleaudit.sessions.refusing import all_in_danish

if TYPE_CHECKING:
    from teleaudit.checks.runner import CheckRunner

Facts = Sequence[tuple[str, str]]


@all_in_danish
class Explanation:
    """What is asked by a check, or by those of a clause, in words, and in SQL."""

    def __init__(self, parts: Mapping[str, tuple[Facts, str]], words: Words) -> None:
        """``parts``: by check, what is told of it, and its SQL; empty where none tells it whole."""
        self._parts, self._words = parts, words

    @property
    def sql(self) -> dict[str, str]:
        """By check, the question that the engine is asked; those of detectors are none of one query."""
        return {name: sql for name, (_, sql) in self._parts.items() if sql}

    def _repr_html_(self) -> str:
        return "".join(
            f"<h3>{escape(name)}</h3><table>{''.join(map(_row, facts))}</table>"
            + (f"<details><summary>SQL</summary><pre>{escape(sql)}</pre></details>" if sql else "")
            for name, (facts, sql) in self._parts.items()
        )

    def __repr__(self) -> str:
        return "\n\n".join(
            "\n".join([name, *(f"{term}: {told}" for term, told in facts), *([sql] if sql else [])])
            for name, (facts, sql) in self._parts.items()
        )


def explain_checks(
    checks: Sequence[Check],
    *,
    law: Mapping[str, LegalBasis],
    parameters: Mapping[str, Parameter],
    runner: CheckRunner,
    words: Words,
) -> Explanation:
    """The explanation of checks, as they are asked of these exports."""
    return Explanation(
        {
            check.id: ([*_facts(check, law, parameters, words)], sql_of(check, runner))
            for check in checks
        },
        words,
    )


def sql_of(check: Check, runner: CheckRunner) -> str:
    """The query that counts a check's records by their class; empty where what it asks is no single
    query, or cannot be asked here.
    """
    from teleaudit.expectations import UnsetParameterError
    from teleaudit.expectations.rows import ExpectRowsToSatisfy

    try:
        expectation = runner.expectation(check)
    except UnsetParameterError:
        return ""
    if not isinstance(expectation, ExpectRowsToSatisfy):
        return ""
    query = (
        f"SELECT {expectation.classification()} AS class, count(*) AS records FROM"
        f" {quoted(check.data_set)} GROUP BY class"
    )
    return sqlglot.transpile(query, read="duckdb", write="duckdb", pretty=True)[0]


def _facts(
    check: Check, law: Mapping[str, LegalBasis], parameters: Mapping[str, Parameter], words: Words
) -> Iterator[tuple[str, str]]:
    terms = words.at("lab.explained")
    yield terms["clause"], f"{check.clause.clause}: {check.clause.claim.da}"
    if check.spec.claim:
        yield terms["claim"], check.claim.da
    yield (
        terms["law"],
        "; ".join(f"{law[one].citation_da} ({law[one].title_da})" for one in check.legal_basis)
        or words.at("formats.nothing"),
    )
    yield terms["rule"], check.spec.rule or check.spec.type
    yield terms["data_set"], f"{of_data_sets([check.data_set], words)} ({check.data_set})"
    if check.spec.period is not None:
        period = period_of(check.spec.period, parameters)
        start = words.event(check.data_set, check.spec.starts_at or "") or check.spec.starts_at
        yield (
            terms["period"],
            words.say(
                "lab.counted_from",
                period=words.period(period) if period else words.at("lab.not_set"),
                start=start,
            ),
        )
    for name in check.spec.parameters:
        yield terms["parameter"], _parameter(name, parameters[name], words)
    if check.clause.limits:
        yield terms["limits"], check.clause.limits.da
    yield terms["action"], check.action.da


def _parameter(name: str, parameter: Parameter, words: Words) -> str:
    if parameter.value is None or parameter.approved_on is None:
        return f"{name}: {words.at('lab.not_set')}"
    return words.say(
        "lab.parameter",
        name=name,
        value=parameter.value,
        owner=parameter.owner,
        date=words.date(parameter.approved_on.isoformat()),
        reason=parameter.reason,
    )


def _row(fact: tuple[str, str]) -> str:
    term, told = map(escape, fact)
    return (
        f"<tr><th style='text-align: left'>{term}</th><td style='text-align: left'>{told}</td></tr>"
    )
