"""The values that a controller has set for what its policy leaves open, in the form in which rules
use them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from teleaudit.errors import AuditFileError, closest
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.deadlines import Period
from teleaudit.rules.suites import Check, PeriodSpec

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
