"""Where a policy and the law say different things, told from their texts alone, without any data.

Three kinds are computed: a policy that keeps data shorter than a statutory minimum, longer than a
statutory maximum, or shorter than a claim lives; one is read: a clause that names no deadline for a
category. Beside them stand the questions that a clause carries in its suite. Nothing here is
decided: both texts are shown, and a lawyer decides which gives way.

Periods are compared by their length. What they are counted from may differ, and is part of what is
shown. A period is shorter when it ends earlier from some day of a year: 30 days are shorter than a
month that begins in January.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

from teleaudit.errors import AuditFileError, near_match
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.deadlines import can_end_before
from teleaudit.rules.law import LegalBasis
from teleaudit.rules.parameters import period_of
from teleaudit.rules.suites import (
    Clause,
    PeriodFromParameter,
    StatedDeadline,
    Strict,
    Suite,
    Words,
    iso_period,
)
from teleaudit.rules.yaml_files import read_yaml, validated

BoundName = Literal["at_least", "at_most", "claim"]
Kind = Literal[
    "shorter_than_minimum",
    "longer_than_maximum",
    "shorter_than_claim",
    "no_deadline",
    "unset",
    "question",
]


class Bound(Strict):
    """One statutory period."""

    period: Annotated[str, AfterValidator(iso_period)]
    counted_from: Words
    legal_basis: tuple[str, ...]


class Category(Strict):
    """What the law says of one category of data."""

    category: str
    title: Words
    at_least: Bound | None = None
    at_most: Bound | None = None
    claim: Bound | None = None

    @property
    def bounds(self) -> dict[BoundName, Bound]:
        """Its periods by name."""
        periods: dict[BoundName, Bound | None] = {
            "at_least": self.at_least,
            "at_most": self.at_most,
            "claim": self.claim,
        }
        return {name: bound for name, bound in periods.items() if bound is not None}


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One difference between a clause and the law."""

    kind: Kind
    clause: str
    legal_basis: tuple[str, ...]
    category: Words | None = None
    # ISO; None where the policy names none, or its parameter is not set
    policy_period: str | None = None
    policy_from: Words | None = None
    parameter: str | None = None  # that the policy's period is set by
    bound: BoundName | None = None  # which of the law's periods
    law_period: str | None = None
    law_from: Words | None = None
    question: Words | None = None
    # those of the legal bases that do not apply on the date of the audit
    not_in_force: tuple[str, ...] = ()


def load_categories(folder: Path) -> tuple[Category, ...]:
    """What the law says, from ``telecom_law.yaml``. Raises: AuditFileError."""
    file = folder / "telecom_law.yaml"
    return validated(read_yaml(file), tuple[Category, ...], file)


def find_conflicts(
    suites: Sequence[Suite],
    categories: Sequence[Category],
    law: Mapping[str, LegalBasis],
    *,
    parameters: Mapping[str, Parameter],
    as_of: dt.date,
) -> tuple[Conflict, ...]:
    """Every difference, in the order of the clauses.

    Raises: AuditFileError for a category or a legal basis that there is not.
    """
    return tuple(
        conflict
        for suite in suites
        for clause in suite.clauses
        for conflict in _of_clause(clause, categories, law, parameters, as_of)
    )


def category_of(name: str, categories: Sequence[Category]) -> Category:
    """The category of that name. Raises: AuditFileError with the near match."""
    known = {category.category: category for category in categories}
    if name not in known:
        msg = f"telecom_law.yaml has no category '{name}'.{near_match(name, known)}"
        raise AuditFileError(msg)
    return known[name]


def _of_clause(
    clause: Clause,
    categories: Sequence[Category],
    law: Mapping[str, LegalBasis],
    parameters: Mapping[str, Parameter],
    as_of: dt.date,
) -> Iterator[Conflict]:
    for deadline in clause.deadlines:
        category = category_of(deadline.category, categories)
        for kind, name, bound in _compared(deadline, category, parameters):
            yield Conflict(
                kind=kind,
                bound=name,
                clause=clause.clause,
                legal_basis=bound.legal_basis,
                category=category.title,
                policy_period=_own_period(deadline, parameters),
                policy_from=deadline.counted_from,
                parameter=deadline.parameter,
                law_period=bound.period,
                law_from=bound.counted_from,
                not_in_force=_not_in_force(bound.legal_basis, law, as_of),
            )
    for open_question in clause.questions:
        bases = open_question.legal_basis
        yield Conflict(
            kind="question",
            clause=clause.clause,
            legal_basis=bases,
            question=open_question.question,
            not_in_force=_not_in_force(bases, law, as_of),
        )


def _compared(
    deadline: StatedDeadline, category: Category, parameters: Mapping[str, Parameter]
) -> Iterator[tuple[Kind, BoundName, Bound]]:
    """What speaks against the policy's period, and nothing where the two agree."""
    own = _own_period(deadline, parameters)
    for name, bound in category.bounds.items():
        if own is None:
            yield ("unset" if deadline.parameter else "no_deadline"), name, bound
        elif name == "at_most" and can_end_before(bound.period, own):
            yield "longer_than_maximum", name, bound
        elif name != "at_most" and can_end_before(own, bound.period):
            yield (
                ("shorter_than_minimum" if name == "at_least" else "shorter_than_claim"),
                name,
                bound,
            )


def _own_period(deadline: StatedDeadline, parameters: Mapping[str, Parameter]) -> str | None:
    """The policy's period as it stands, or as its parameter sets it."""
    if deadline.parameter is None:
        return deadline.period
    if deadline.parameter not in parameters:
        return None
    return period_of(
        PeriodFromParameter(parameter=deadline.parameter, unit=deadline.unit), parameters
    )


def _not_in_force(
    bases: Sequence[str], law: Mapping[str, LegalBasis], as_of: dt.date
) -> tuple[str, ...]:
    return tuple(basis for basis in bases if basis in law and not law[basis].is_in_force(as_of))
