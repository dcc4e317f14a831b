"""The list of rules: every check with its clause and law, and every clause that no check answers, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from teleaudit.suites import Clause, LegalBasis, Suite


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """A check, or a clause that has none, as the list of rules shows it. Texts in Danish."""

    suite: str
    clause: str
    check: str | None
    data_set: str | None
    severity: str
    legal_basis: tuple[str, ...]  # as cited
    claim: str
    not_assessed: str | None  # why no check answers the clause


def catalogue(suites: Iterable[Suite], law: Mapping[str, LegalBasis]) -> tuple[CatalogueEntry, ...]:
    """Every check of the suites, and every clause without one, in their order."""
    return tuple(entry for suite in suites for clause in suite.clauses for entry in _entries(suite, clause, law))


def _entries(suite: Suite, clause: Clause, law: Mapping[str, LegalBasis]) -> Iterator[CatalogueEntry]:
    def cited(bases: Iterable[str]) -> tuple[str, ...]:
        return tuple(law[basis].citation_da for basis in bases)

    for check in suite.checks:
        if check.clause is clause:
            yield CatalogueEntry(
                suite=suite.name,
                clause=clause.clause,
                check=check.id,
                data_set=check.data_set,
                severity=check.severity,
                legal_basis=cited(check.legal_basis),
                claim=check.claim.da,
                not_assessed=None,
            )
    if clause.not_assessed is not None:
        yield CatalogueEntry(
            suite=suite.name,
            clause=clause.clause,
            check=None,
            data_set=None,
            severity=clause.severity,
            legal_basis=cited(clause.legal_basis),
            claim=clause.claim.da,
            not_assessed=clause.not_assessed.reason.da,
        )
