"""From a check of a suite to a Great Expectations object: the closed vocabulary of what can be expected.

A new kind of expectation is one file in this folder and one line in ``build``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from teleaudit.audits import Parameter
from teleaudit.deadlines import Period
from teleaudit.errors import AuditFileError
from teleaudit.expectations.browsing_data import no_browsing_data
from teleaudit.expectations.card_data import no_card_data
from teleaudit.expectations.cpr_numbers import no_cpr_numbers
from teleaudit.expectations.erasure_by_deadline import erasure_by_deadline
from teleaudit.expectations.listed_columns import only_listed_columns
from teleaudit.expectations.location_columns import no_location_columns
from teleaudit.expectations.message_content import no_message_content
from teleaudit.expectations.possible_dates import possible_dates
from teleaudit.expectations.rows import DataSet, ExpectRowsToSatisfy
from teleaudit.expectations.unique_key import ExpectUniqueKey
from teleaudit.schema import TABLES
from teleaudit.suites import Check, PeriodSpec

# What needs to know no more than the columns there are.
_OF_COLUMNS: Mapping[str, Callable[..., Any]] = {
    "expect_no_card_data": no_card_data,
    "expect_no_cpr_numbers": no_cpr_numbers,
    "expect_no_message_content": no_message_content,
    "expect_no_location_columns": no_location_columns,
}
_PARAMETER = re.compile(r"\$(\w+)")
_UNITS = {"D": "days", "M": "months", "Y": "years"}
Expectation = Any  # a great_expectations Expectation with ``conditions`` and ``deviations``; its own types are not typed


class UnsetParameterError(Exception):
    """The controller has not set a parameter that the check needs: the check answers ``unset``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def build(check: Check, *, as_of: dt.date, parameters: Mapping[str, Parameter], data_set: DataSet, table: str, own_domains: Sequence[str] = ()) -> Expectation:
    """The expectation of a check on a data set. ``own_domains`` are the operator's own hosts. Raises: UnsetParameterError."""
    spec = check.spec
    day = as_of.isoformat()

    def said(sql: str) -> str:
        return _PARAMETER.sub(lambda named: f"DATE '{day}'" if named[1] == "as_of" else _whole_number(named[1], parameters), sql)

    meta = {"id": check.id, "clauses": [check.clause.clause], "legal_basis": list(check.legal_basis), "severity": check.severity, "claim": check.claim.model_dump()}
    common: dict[str, Any] = {"meta": meta}
    rows: dict[str, Any] = common | {"scope": said(spec.scope), "exempt": {name: f"exempt_{name}" for name in spec.exempt}}
    reasons = {name: said(condition) for name, condition in spec.not_assessable.items()}
    match spec.type:
        case "expect_erasure_by_deadline":
            legal = [
                {"name": r.name, "period": _period(r.period, parameters)} | ({"starts_at": r.starts_at} if r.starts_at else {}) | ({"where": said(r.where)} if r.where else {})
                for r in spec.legal
            ]
            period = _period(spec.period or "", parameters)
            return erasure_by_deadline(as_of=day, starts_at=spec.starts_at or "", period=period, null_means=spec.null_means, legal=legal, not_assessable=reasons, **rows)
        case "expect_rows_to_satisfy":
            return ExpectRowsToSatisfy(violates=said(spec.violates or ""), due=said(spec.due) if spec.due else None, not_assessable=reasons, **rows)
        case "expect_possible_dates":
            return possible_dates(as_of=day, table=table, filled=data_set.filled, **common)
        case "expect_unique_key":
            return ExpectUniqueKey(
                relation=f"export_{table}", key=list(data_set.key), told_apart_by=[name for name in TABLES[table].told_apart_by if name in data_set.filled], **common
            )
        case "expect_no_browsing_data":
            return no_browsing_data(own_domains=own_domains, data_set=data_set, table=table, **common)
        case "expect_only_listed_columns":
            return only_listed_columns(listed=spec.listed, kinds=spec.kinds, data_set=data_set, table=table, **common)
        case kind:
            return _OF_COLUMNS[kind](data_set=data_set, table=table, **common)


def _whole_number(name: str, parameters: Mapping[str, Parameter]) -> str:
    """A number that the controller has set, as SQL. Raises: AuditFileError, UnsetParameterError."""
    value = parameters[name].value
    if value is None:
        raise UnsetParameterError(name)
    if not str(value).isdecimal():
        msg = f"parameter '{name}': '{value}' is not a whole number. Write it so in the audit file."
        raise AuditFileError(msg)
    return str(value)


def _period(spec: PeriodSpec, parameters: Mapping[str, Parameter]) -> str:
    """The ISO period, from the suite or from the parameter the controller has set. Raises: AuditFileError, UnsetParameterError."""
    if isinstance(spec, str):
        return spec
    value = parameters[spec.parameter].value
    if value is None:
        raise UnsetParameterError(spec.parameter)
    if spec.unit is not None and not str(value).isdecimal():
        msg = f"parameter '{spec.parameter}': '{value}' is not a whole number of {_UNITS[spec.unit]}. Write it so in the audit file."
        raise AuditFileError(msg)
    try:
        Period.parse(text := f"P{value}{spec.unit}" if spec.unit else str(value))
    except ValueError as error:
        msg = f"parameter '{spec.parameter}': {error}. Write it so in the audit file."
        raise AuditFileError(msg) from None
    return text
