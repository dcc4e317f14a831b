"""Whether an audit may be carried out: it names what to check, and what was approved was approved
by its own controller.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress

from teleaudit.errors import AuditFileError
from teleaudit.rules.audit_file import AUDIT_FILE, Audit, Parameter, load_audit
from teleaudit.rules.yaml_files import read_yaml
from teleaudit.workspace import find_workspace, package_workspace


def refuse_unready(audit: Audit) -> None:
    """Raises AuditFileError for an audit that is still empty, or that carries the approvals of the
    sample it was copied from.
    """
    if not audit.exports:
        msg = (
            f"{audit.path}: no exports are named yet: 'teleaudit inspect FILE' prints an entry to"
            " paste under 'exports'."
        )
        raise AuditFileError(msg)
    samples = list(_samples(audit))
    if any(sample.controller.cvr == audit.controller.cvr for sample in samples):
        return
    if audit.sample:
        msg = (
            f"{audit.path}: 'sample: true' is said of the invented exports that come with the"
            f" package, and {audit.controller.name} is not their controller. Remove that line."
        )
        raise AuditFileError(msg)
    for sample in samples:
        _refuse_borrowed(audit, sample)


def refuse_later(audit: Audit, as_of: dt.date) -> None:
    """Raises AuditFileError for what was approved or declared after the day on which the audit
    judges.
    """
    later = [
        f"parameters.{name}.approved_on"
        for name, parameter in audit.parameters.items()
        if parameter.approved_on is not None and parameter.approved_on > as_of
    ]
    later += [
        f"not_held.{table}.declared_on"
        for table, declared in audit.not_held.items()
        if declared.declared_on > as_of
    ]
    if later:
        msg = (
            f"{audit.path}: {', '.join(later)}: after {as_of.isoformat()}, the day on which the"
            " audit judges. Correct the date, or judge on a later day (as_of, --as-of)."
        )
        raise AuditFileError(msg)


def _refuse_borrowed(audit: Audit, sample: Audit) -> None:
    approvals = {
        _approval(parameter)
        for parameter in sample.parameters.values()
        if parameter.owner is not None
    }
    if borrowed := [
        name for name, parameter in audit.parameters.items() if _approval(parameter) in approvals
    ]:
        msg = (
            f"{audit.path}: owner, reason and approved_on of {', '.join(borrowed)} are those of the"
            f" sample audit '{sample.name}', which {audit.controller.name} has not approved. Set"
            " its own, or 'value: null' without owner, reason and approved_on."
        )
        raise AuditFileError(msg)


def _approval(parameter: Parameter) -> tuple[object, ...]:
    return parameter.owner, parameter.reason, parameter.approved_on


def _samples(audit: Audit) -> Iterator[Audit]:
    """The sample audits of the package and, but for the audit itself, of its workspace."""
    package, own = (
        sorted((place / "audits").glob(f"*/{AUDIT_FILE}"))
        for place in (package_workspace(), find_workspace(audit.path))
    )
    for file in dict.fromkeys((*package, *(file for file in own if file.resolve() != audit.path))):
        with suppress(AuditFileError):  # another audit, on which somebody is at work
            if isinstance(data := read_yaml(file), dict) and data.get("sample") is True:
                yield load_audit(file)
