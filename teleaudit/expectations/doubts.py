"""What a rule says where a column of some rows is in doubt: a word that nobody knows, a column that
one of several exports lacks.

A row is judged twice: with every condition on a doubtful column answered in the rule's favour, and
against it. Where both ways lead to the same answer, the doubt is none; elsewhere the row cannot be
judged. So a doubt neither takes a row out of a rule's scope nor lets it hold, and what violates
whatever the doubtful value is stays found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot import exp

from teleaudit.expectations.certainty import bound
from teleaudit.expectations.rows import ExpectRowsToSatisfy

# column -> reason -> SQL: in which rows the column is in doubt
Doubts = Mapping[str, Mapping[str, str]]


# a Great Expectations expectation
def with_doubts(expectation: Any, doubts: Doubts) -> Any:
    """The expectation, under which rows in which a doubt decides are not assessable, by reason;
    itself where no doubt concerns it.
    """
    if not isinstance(expectation, ExpectRowsToSatisfy):
        return expectation
    asked = (
        expectation.scope,
        expectation.violates,
        *expectation.exempt.values(),
        *expectation.legal.values(),
    )
    named = {
        column.name
        for condition in asked
        for column in sqlglot.parse_one(condition, read="duckdb").find_all(exp.Column)
    }
    own = {column: reasons for column, reasons in doubts.items() if column in named}
    if not own:
        return expectation
    scope, violates, exempt, legal = (
        _Bounds.of(conditions, own)
        for conditions in (
            (expectation.scope,),
            (expectation.violates,),
            expectation.exempt.values(),
            expectation.legal.values(),
        )
    )
    decides = " OR ".join(
        (
            scope.differ,
            violates.differ,
            f"(({violates.upper} OR {legal.upper}) AND {exempt.differ})",
            f"(NOT {violates.lower} AND {legal.differ})",
        )
    )
    undecided = {
        reason: f"({either}) AND ({decides})" for reason, either in _by_reason(own).items()
    }
    changed = {
        "scope": scope.upper,
        "violates": violates.lower,
        "exempt": {
            name: _bound(condition, own, upper=True)
            for name, condition in expectation.exempt.items()
        },
        "legal": {
            name: _bound(condition, own, upper=False)
            for name, condition in expectation.legal.items()
        },
        "not_assessable": expectation.not_assessable | undecided,
    }
    return expectation.copy(update=changed)


class _Bounds:
    """A condition as SQL that is true only where it certainly is, and SQL that is true wherever it
    may be.
    """

    def __init__(self, lower: str, upper: str) -> None:
        self.lower, self.upper = lower, upper

    @classmethod
    # SQL conditions of which any one is enough
    def of(cls, conditions: Any, doubts: Doubts) -> _Bounds:
        """The bounds of the conditions together."""
        lower, upper = (
            " OR ".join(
                f"coalesce({_bound(condition, doubts, upper=which)}, false)"
                for condition in conditions
            )
            or "false"
            for which in (False, True)
        )
        return cls(f"({lower})", f"({upper})")

    @property
    def differ(self) -> str:
        """Where the doubt decides."""
        return "false" if self.lower == self.upper else f"({self.upper} AND NOT {self.lower})"


def _bound(condition: str, doubts: Doubts, *, upper: bool) -> str:
    where = {
        column: " OR ".join(f"({rows})" for rows in reasons.values())
        for column, reasons in doubts.items()
    }
    return bound(condition, where, at_least=not upper)


def _by_reason(doubts: Doubts) -> dict[str, str]:
    reasons = sorted({reason for own in doubts.values() for reason in own})
    return {
        reason: " OR ".join(
            dict.fromkeys(f"({own[reason]})" for _, own in sorted(doubts.items()) if reason in own)
        )
        for reason in reasons
    }
