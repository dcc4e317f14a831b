"""From a check of a suite to a Great Expectations object: the closed vocabulary of what can be
expected.

A new kind of expectation is one file in this folder, one line in ``build`` and one word in
``rules.suites.ExpectationType``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from teleaudit.expectations.browsing_data import no_browsing_data
from teleaudit.expectations.card_data import no_card_data
from teleaudit.expectations.certainty import doubted_columns, resting_on, unset_column
from teleaudit.expectations.cpr_numbers import no_cpr_numbers
from teleaudit.expectations.erasure_by_deadline import erasure_by_deadline
from teleaudit.expectations.listed_columns import only_listed_columns
from teleaudit.expectations.location_columns import no_location_columns
from teleaudit.expectations.message_content import no_message_content
from teleaudit.expectations.possible_dates import possible_dates
from teleaudit.expectations.rows import DataSet, ExpectRowsToSatisfy, left_to_a_lawyer
from teleaudit.expectations.suspension import suspension_in_doubt
from teleaudit.expectations.unique_key import ExpectUniqueKey
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.parameters import number_of, period_of
from teleaudit.rules.suites import Check, PeriodSpec
from teleaudit.schema import TABLES
from teleaudit.schema.views import data_set_view

# What needs to know no more than the columns there are.
_OF_COLUMNS: Mapping[str, Callable[..., Any]] = {
    "expect_no_card_data": no_card_data,
    "expect_no_cpr_numbers": no_cpr_numbers,
    "expect_no_message_content": no_message_content,
    "expect_no_location_columns": no_location_columns,
}
_PARAMETER = re.compile(r"\$(\w+)")
# a great_expectations Expectation with ``deviations``; its own types are not typed
Expectation = Any


class UnsetParameterError(Exception):
    """The controller has not set a parameter that the check needs: the check answers ``unset``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def build(
    check: Check,
    *,
    as_of: dt.date,
    parameters: Mapping[str, Parameter],
    data_set: DataSet,
    table: str,
    own_domains: Sequence[str] = (),
    technical: Sequence[str] = (),
    absent: Mapping[str, Sequence[str]] = MappingProxyType({}),
    certain: Sequence[str] = (),
) -> Expectation:
    """The expectation of a check on a data set.

    ``own_domains`` are the operator's own hosts, ``technical`` the headers of the table that it
    declared to say nothing of a person; ``absent``, by reason, the columns of which nobody
    knows anything.

    Of columns that are absent and ``certain`` it is known that they are true where they say so.

    A condition with a parameter that the controller has not set is asked as far as it does not rest
    on it. Raises: UnsetParameterError where nothing is left to ask.
    """
    said = _Substitution(as_of, parameters)
    meta = {
        "id": check.id,
        "clauses": [check.clause.clause],
        "legal_basis": list(check.legal_basis),
        "severity": check.severity,
        "claim": check.claim.by_language(),
    }
    common: dict[str, Any] = {"meta": meta}
    match check.spec.type:
        case "expect_erasure_by_deadline":
            return _erasure(check, said, common, absent, certain)
        case "expect_rows_to_satisfy":
            return _rows(check, said, common, absent, certain)
        case "expect_possible_dates":
            return possible_dates(as_of=said.day, table=table, filled=data_set.filled, **common)
        case "expect_unique_key":
            return ExpectUniqueKey(
                relation=f"export_{table}",
                key=list(data_set.key),
                told_apart_by=[
                    name for name in TABLES[table].told_apart_by if name in data_set.filled
                ],
                **common,
            )
        case "expect_no_browsing_data":
            return no_browsing_data(
                own_domains=own_domains, data_set=data_set, table=table, **common
            )
        case "expect_only_listed_columns":
            return only_listed_columns(
                listed=check.spec.listed,
                kinds=check.spec.kinds,
                except_kinds=check.spec.except_kinds,
                technical=technical,
                data_set=data_set,
                table=table,
                **common,
            )
        case kind:
            return _OF_COLUMNS[kind](data_set=data_set, table=table, **common)


class _Substitution:
    """Puts the date of the audit and the parameters' values into conditions; notes the parameters
    that are not set.
    """

    def __init__(self, as_of: dt.date, parameters: Mapping[str, Parameter]) -> None:
        self.day, self.parameters = as_of.isoformat(), parameters
        self.unset: list[str] = []

    def __call__(self, sql: str) -> str:
        return _PARAMETER.sub(self._value, sql)

    def _value(self, named: re.Match[str]) -> str:
        if named[1] == "as_of":
            return f"DATE '{self.day}'"
        number = number_of(named[1], self.parameters)
        if number is None:
            self.unset.append(named[1])
            return unset_column(named[1])
        return str(number)


def _of_rows(
    check: Check, said: _Substitution, absent: Mapping[str, Sequence[str]], certain: Sequence[str]
) -> dict[str, Any]:
    """What every expectation about rows is made of."""
    spec, view = check.spec, data_set_view(check.data_set)
    reasons = {name: said(condition) for name, condition in spec.not_assessable.items()}
    parts: dict[str, Any] = {
        "scope": said(spec.scope),
        "exempt": {name: f"exempt_{name}" for name in spec.exempt},
        "not_assessable": reasons,
    }
    # elsewhere even whether there is such a row may rest on what is doubted or absent
    if view.name == view.table:
        parts["doubted"] = {
            name: sorted(
                resting_on(doubted_columns(condition, view.columns), view.requires, view.table)
            )
            for name, condition in reasons.items()
        }
    if view.name == view.table or {column for columns in absent.values() for column in columns} <= {
        *certain
    }:
        parts |= {
            "absent": {reason: [*columns] for reason, columns in absent.items()},
            "certain": [*certain],
        }
    return parts


def _rows(
    check: Check,
    said: _Substitution,
    common: Mapping[str, Any],
    absent: Mapping[str, Sequence[str]],
    certain: Sequence[str],
) -> Expectation:
    spec, parts = check.spec, _of_rows(check, said, absent, certain)
    due = said(spec.due) if spec.due else None
    grounds = {r.name: said(r.stays_while) for r in spec.legal if r.stays_while}
    violates, legal = left_to_a_lawyer(said(spec.violates or ""), grounds)
    parts["not_assessable"] |= suspension_in_doubt(
        exempt=parts["exempt"], violates=[violates, *legal.values()]
    )
    if said.unset:
        if "absent" not in parts:
            raise UnsetParameterError(said.unset[0])
        parts |= {
            "unset": said.unset[0],
            "absent": {**parts["absent"], "unset": [unset_column(name) for name in said.unset]},
        }
    return ExpectRowsToSatisfy(violates=violates, legal=legal, due=due, **parts, **common)


def _erasure(
    check: Check,
    said: _Substitution,
    common: Mapping[str, Any],
    absent: Mapping[str, Sequence[str]],
    certain: Sequence[str],
) -> Expectation:
    spec, parts = check.spec, _of_rows(check, said, absent, certain)
    legal = [
        {"name": r.name}
        | ({"period": _period(r.period, said.parameters)} if r.period else {})
        | ({"stays_while": said(r.stays_while)} if r.stays_while else {})
        | ({"starts_at": r.starts_at} if r.starts_at else {})
        | ({"where": said(r.where)} if r.where else {})
        for r in spec.legal
    ]
    period = _period(spec.period or "", said.parameters)
    if said.unset:
        raise UnsetParameterError(said.unset[0])
    return erasure_by_deadline(
        as_of=said.day,
        starts_at=spec.starts_at or "",
        period=period,
        null_means=spec.null_means,
        starts_by=spec.starts_by,
        legal=legal,
        **parts,
        **common,
    )


def _period(spec: PeriodSpec, parameters: Mapping[str, Parameter]) -> str:
    """The ISO period. Raises: AuditFileError, UnsetParameterError."""
    period = period_of(spec, parameters)
    if period is None:
        raise UnsetParameterError(spec if isinstance(spec, str) else spec.parameter)
    return period
