"""The values that a controller has set for what its policy leaves open, in the form in which rules
use them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from teleaudit.errors import AuditFileError, closest
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.deadlines import Period
from teleaudit.rules.suites import Check, PeriodSpec
from teleaudit.schema.views import data_set_view

_UNITS = {"D": "days", "M": "months", "Y": "years"}


def refuse_unusable(checks: Iterable[Check], parameters: Mapping[str, Parameter]) -> None:
    """Raises AuditFileError for a parameter that the audit does not name (a misspelling, not an
    open question), or whose value no check can use.
    """
    checks = tuple(checks)
    asked = {name for check in checks for name in check.spec.parameters}
    for check in checks:
        for name in check.spec.parameters:
            if name not in parameters:
                misspelt = closest(name, set(parameters) - asked)
                hint = (
                    f" It has '{misspelt}', which no check asks for: write '{name}' there."
                    if misspelt
                    else ""
                )
                msg = (
                    f"{check.id} needs the parameter '{name}', which the audit file does not"
                    f" declare (value: null where the controller has not set it).{hint}"
                )
                raise AuditFileError(msg)
        for period in check.spec.periods:
            period_of(period, parameters)
        for name in check.spec.numbers:
            number_of(name, parameters)


def number_of(name: str, parameters: Mapping[str, Parameter]) -> int | None:
    """A whole number that the controller has set; None where it has not. Raises: AuditFileError."""
    value = parameters[name].value
    if value is not None and not str(value).isdecimal():
        msg = f"parameter '{name}': '{value}' is not a whole number. Write it so in the audit file."
        raise AuditFileError(msg)
    return None if value is None else int(value)


def policy_periods(
    checks: Iterable[Check], parameters: Mapping[str, Parameter]
) -> tuple[tuple[str, Period | None], ...]:
    """How long the checks let records of a table be kept, each once: table and period, None where the
    controller has not set its parameter.
    """
    found: dict[tuple[str, Period | None], None] = {}
    for check in checks:
        spec = check.spec.period
        if check.spec.type == "expect_erasure_by_deadline" and spec is not None:
            is_named = isinstance(spec, str) or spec.parameter in parameters
            text = period_of(spec, parameters) if is_named else None
            found[data_set_view(check.data_set).table, Period.parse(text) if text else None] = None
    return tuple(found)


def period_of(spec: PeriodSpec, parameters: Mapping[str, Parameter]) -> str | None:
    """The ISO period, from the suite or from the parameter that the controller has set; None where
    it has not.

    Raises: AuditFileError.
    """
    if isinstance(spec, str):
        return spec
    value = parameters[spec.parameter].value
    if value is None:
        return None
    if spec.unit is not None and not str(value).isdecimal():
        msg = (
            f"parameter '{spec.parameter}': '{value}' is not a whole number of {_UNITS[spec.unit]}."
            " Write it so in the audit file."
        )
        raise AuditFileError(msg)
    try:
        Period.parse(text := f"P{value}{spec.unit}" if spec.unit else str(value))
    except ValueError as error:
        msg = f"parameter '{spec.parameter}': {error}. Write it so in the audit file."
        raise AuditFileError(msg) from None
    return text
