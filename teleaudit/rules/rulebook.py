"""Everything that an audit is judged by: the suites it names, the register of legal bases, and what
the law says of each category of data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from teleaudit.errors import AuditFileError, near_match
from teleaudit.rules.audit_file import Audit
from teleaudit.rules.conflicts import Category, Conflict, find_conflicts, load_categories
from teleaudit.rules.parameters import refuse_unusable
from teleaudit.rules.suites import Check, LegalBasis, Suite, load_law, load_suites
from teleaudit.schema import TABLES
from teleaudit.workspace import find_workspace


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """The rules of a folder ``expectations/``, loaded once and checked against each other."""

    suites: tuple[Suite, ...]
    law: Mapping[str, LegalBasis]  # legal bases by id
    categories: tuple[Category, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of the suites, in their order."""
        return tuple(check for suite in self.suites for check in suite.checks)

    def conflicts(self, audit: Audit, as_of: dt.date) -> tuple[Conflict, ...]:
        """Where the policy and the law say different things. Raises: AuditFileError."""
        return find_conflicts(
            self.suites, self.categories, self.law, parameters=audit.parameters, as_of=as_of
        )


def load_rulebook(names: tuple[str, ...], folder: Path) -> Rulebook:
    """The suites of these names and the law beside them. Raises: AuditFileError."""
    suites, law = load_suites(names, folder), load_law(folder)
    for suite in suites:
        for clause in suite.clauses:
            for basis in (
                *clause.legal_basis,
                *(basis for spec in clause.expectations for basis in spec.legal_basis or ()),
            ):
                if basis not in law:
                    msg = (
                        f"{folder / suite.name}.yaml: {clause.clause} cites '{basis}', which the"
                        f" register does not hold.{near_match(basis, law)}"
                    )
                    raise AuditFileError(msg)
    return Rulebook(suites=suites, law=law, categories=load_categories(folder))


def rulebook_of(audit: Audit) -> Rulebook:
    """What an audit is judged by, from the workspace that it lies in. Raises: AuditFileError."""
    rulebook = load_rulebook(audit.suites, find_workspace(audit.path) / "expectations")
    refuse_unusable(rulebook.checks, audit.parameters)
    _refuse_unknown_checks(audit, {check.id for check in rulebook.checks})
    return rulebook


def _refuse_unknown_checks(audit: Audit, known: Collection[str]) -> None:
    for name in audit.not_held:
        if name not in TABLES and name not in known:
            msg = (
                f"{audit.path}: not_held: no check '{name}' in the suites of this"
                f" audit.{near_match(name, known)}"
            )
            raise AuditFileError(msg)
