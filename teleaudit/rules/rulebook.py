"""Everything that an audit is judged by: the operator's policy, what applies to every operator, the
register of legal bases, and what the law says of each category of data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from teleaudit.errors import AuditFileError, near_match
from teleaudit.rules.audit_file import (
    AUDIT_FILE,
    POLICY_FILE,
    Audit,
    Parameter,
    find_audit,
    load_decided,
)
from teleaudit.rules.conflicts import (
    Category,
    Conflict,
    category_of,
    find_conflicts,
    load_categories,
)
from teleaudit.rules.law import LegalBasis, load_law
from teleaudit.rules.parameters import refuse_unusable
from teleaudit.rules.policies import (
    Asked,
    PolicyFile,
    asked_under,
    find_text_changes,
    load_baseline,
    load_policy,
    without_rehomed,
)
from teleaudit.rules.policy_texts import TextChange
from teleaudit.rules.rule_files import Rule, load_rules
from teleaudit.rules.suites import Check, Suite
from teleaudit.rules.yaml_files import place_of
from teleaudit.schema import TABLES
from teleaudit.workspace import find_workspace


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a workspace's ``expectations/`` holds, loaded once and checked against each other: the
    rules, what always applies, and the law.
    """

    folder: Path
    by_name: Mapping[str, Rule]
    baseline: Suite
    law: Mapping[str, LegalBasis]  # legal bases by id
    categories: tuple[Category, ...]

    def category(self, name: str) -> Category:
        """What the law says of a category of data. Raises: AuditFileError."""
        return category_of(name, self.categories)

    def policy(self, file: Path, name: str) -> tuple[PolicyFile, Suite]:
        """A policy, and the checks of the operator of that name. Raises: AuditFileError."""
        policy, suite = load_policy(file, name, self.by_name)
        _refuse_unknown_law(suite, self.law, file)
        return policy, suite

    def asked_under(self, policy: Suite, parameters: Mapping[str, Parameter]) -> Asked:
        """What of the baseline a policy asks under clauses of its own."""
        return asked_under(self.baseline, policy, self.by_name, parameters)


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """What one audit is judged by."""

    title: str  # of the policy
    version: str  # as printed on it
    suites: tuple[Suite, ...]  # the policy's, and the baseline's that it has not under clauses
    law: Mapping[str, LegalBasis]
    categories: tuple[Category, ...]
    hashes: Mapping[str, str]  # SHA-256 of each file that was read, by its name
    changes: tuple[TextChange, ...] = ()  # of the policy's text since its clauses were mapped

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of the suites, in their order."""
        return tuple(check for suite in self.suites for check in suite.checks)

    @property
    def clause_ids(self) -> tuple[str, ...]:
        """The clauses of the policy and of what always applies."""
        return tuple(clause.clause for suite in self.suites for clause in suite.clauses)

    def conflicts(self, audit: Audit, as_of: dt.date) -> tuple[Conflict, ...]:
        """Where the policy and the law say different things. Raises: AuditFileError."""
        return find_conflicts(
            self.suites, self.categories, self.law, parameters=audit.parameters, as_of=as_of
        )


def load_rules_of(folder: Path) -> Rules:
    """What a folder ``expectations/`` holds. Raises: AuditFileError."""
    rules, law = load_rules(folder), load_law(folder)
    baseline = load_baseline(folder, rules)
    _refuse_unknown_law(baseline, law, folder / f"{baseline.name}.yaml")
    return Rules(
        folder=folder,
        by_name=rules,
        baseline=baseline,
        law=law,
        categories=load_categories(folder),
    )


def load_rulebook(
    policy_file: Path, name: str, folder: Path, parameters: Mapping[str, Parameter]
) -> Rulebook:
    """The rules of a folder ``expectations/`` under the clauses of a policy.

    Raises: AuditFileError.
    """
    rules = load_rules_of(folder)
    policy, suite = rules.policy(policy_file, name)
    return Rulebook(
        title=policy.title,
        version=policy.version,
        suites=(suite, without_rehomed(rules.baseline, rules.asked_under(suite, parameters))),
        law=rules.law,
        categories=rules.categories,
        hashes={
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in (policy_file, *sorted(folder.glob("*.yaml")))
        },
        changes=find_text_changes(policy, policy_file),
    )


@dataclass(frozen=True, kw_only=True)
class OpenedPolicy:
    """A policy file with what it is read by: the rules of its workspace, and the audit beside it."""

    file: Path
    policy: PolicyFile
    suite: Suite
    rules: Rules
    audit: Audit | None
    changes: tuple[TextChange, ...]  # of the policy's text since its clauses were mapped


def open_policy(name: Path) -> OpenedPolicy:
    """A policy by its file, or that of an audit by the audit's name, file or folder. What the audit
    leaves to be decided is left out: no policy rests on it.

    Raises: AuditFileError.
    """
    if name.is_file() and name.name != AUDIT_FILE:
        file, beside = name, name.parent / AUDIT_FILE
        audit = load_decided(beside)[0] if beside.is_file() else None
    elif name.is_dir() and not (name / AUDIT_FILE).exists():
        file, audit = name / POLICY_FILE, None
    else:
        audit = load_decided(find_audit(name))[0]
        file = audit.policy_file
    rules = load_rules_of(find_workspace(file) / "expectations")
    policy, suite = rules.policy(file, audit.name if audit else file.resolve().parent.name)
    return OpenedPolicy(
        file=file,
        policy=policy,
        suite=suite,
        rules=rules,
        audit=audit,
        changes=find_text_changes(policy, file),
    )


def load_known_suites(
    workspace: Path, names: Collection[str] = ()
) -> tuple[tuple[Suite, ...], Mapping[str, LegalBasis]]:
    """The suites of a workspace, or those of these names: of each audit's policy, and the baseline
    whole; and the law.

    Raises: AuditFileError.
    """
    rules = load_rules_of(workspace / "expectations")
    policies = {
        file.parent.name: file for file in sorted((workspace / "audits").glob(f"*/{POLICY_FILE}"))
    }
    known = (*policies, rules.baseline.name)
    for name in names:
        if name not in known:
            msg = f"no suite '{name}' in {workspace}.{near_match(name, known)}"
            raise AuditFileError(msg)
    suites = tuple(
        rules.baseline if name == rules.baseline.name else rules.policy(policies[name], name)[1]
        for name in known
        if not names or name in names
    )
    return suites, rules.law


def rulebook_of(audit: Audit) -> Rulebook:
    """What an audit is judged by, from the workspace that it lies in. Raises: AuditFileError."""
    folder = find_workspace(audit.path) / "expectations"
    rulebook = load_rulebook(audit.policy_file, audit.name, folder, audit.parameters)
    refuse_unusable(rulebook.checks, audit.parameters)
    _refuse_unknown_checks(audit, {check.id for check in rulebook.checks})
    _refuse_waivers_of_nothing(audit, rulebook.checks)
    return rulebook


def _refuse_unknown_law(suite: Suite, law: Mapping[str, LegalBasis], file: Path) -> None:
    for clause in suite.clauses:
        for basis in (
            *clause.legal_basis,
            *(basis for spec in clause.expectations for basis in spec.legal_basis),
        ):
            if basis not in law:
                msg = (
                    f"{file}: {clause.clause} cites '{basis}', which the register does not"
                    f" hold.{near_match(basis, law)}"
                )
                raise AuditFileError(msg)


def _refuse_unknown_checks(audit: Audit, known: Collection[str]) -> None:
    for name in audit.not_held:
        if name not in TABLES and name not in known:
            msg = (
                f"{audit.path}: not_held: no check '{name}' among those of this"
                f" audit.{near_match(name, known)}"
            )
            raise AuditFileError(msg)


def _refuse_waivers_of_nothing(audit: Audit, checks: Iterable[Check]) -> None:
    known = {name for check in checks for name in (check.id, check.clause.clause)}
    for place, waiver in enumerate(audit.waivers):
        if waiver.check not in known:
            msg = (
                f"{place_of(audit.path, ('waivers', place, 'check'))}: waivers: no check or clause"
                f" '{waiver.check}' among those of this audit.{near_match(waiver.check, known)}"
            )
            raise AuditFileError(msg)
